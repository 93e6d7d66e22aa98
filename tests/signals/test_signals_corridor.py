"""The green corridor: asked in time, held until past, given back in every case, one crew first at a junction."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.signals import corridor
from turnout.signals.corridor import (
    HOLD_MAX_MS,
    LEAD_MAX_S,
    LOST_HOLD_MS,
    QUEUE_DEFAULT,
    STILL_HOLD_MS,
    Act,
    Ahead,
    Ask,
    Release,
    Seen,
    StandBack,
    Track,
    arrives_s,
    begun,
    discharge_s,
    lead_s,
    step,
)


def nobody_counts(junction: str, group: str) -> int | None:
    return None


def all_meet(junction: str, one: str, other: str) -> bool:
    return one != other


def seen_at(metres: float, at_ms: int, stops: Sequence[tuple[str, float]], speed_mps: float | None = 15.0) -> Seen:
    """A crew so far along its way; `stops` are junctions by their distance from its beginning."""
    ahead = tuple(
        Ahead(junction, "ns", at_m - metres, (at_m - metres) / 15.0) for junction, at_m in stops if at_m >= metres
    )
    return Seen(fix_at_ms=at_ms, speed_mps=speed_mps, left_m=5_000.0 - metres, ahead=ahead)


def one_step(track: Track, seen: Seen | None, now_ms: int) -> tuple[Track, list[Act]]:
    tracks, acts = step([track], {track.id: seen} if seen is not None else {}, nobody_counts, all_meet, now_ms)
    return tracks[0], acts


STOPS = (("J1", 300.0), ("J2", 900.0), ("J3", 3_000.0))


def test_a_junction_is_asked_before_the_queue_would_be_met_and_no_earlier() -> None:
    track, acts = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    assert [act.junction for act in acts if isinstance(act, Ask)] == ["J1"]
    assert list(track.held) == ["J1"]
    assert 900.0 / 15.0 > lead_s(None) > 300.0 / 15.0


def test_the_longer_the_queue_the_earlier_it_is_asked_up_to_a_bound() -> None:
    leads = [lead_s(queue) for queue in (0, 5, 20, 1_000)]
    assert leads == sorted(leads)
    assert leads[-1] == LEAD_MAX_S
    assert lead_s(5) - lead_s(0) == 5 * corridor.SATURATION_HEADWAY_S

    def ask_with(queue: int) -> list[str]:
        sight = {"C1": seen_at(0.0, 0, STOPS)}
        return [act.junction for act in step([begun("C1", 1, 0)], sight, lambda *_: queue, all_meet, 0)[1]]

    assert [ask_with(queue) for queue in (0, 10, 40)] == [[], ["J1"], ["J1", "J2"]]


def test_it_is_held_until_the_crew_is_past_and_then_given_back() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track, acts = one_step(track, seen_at(290.0, 19_000, STOPS), 19_000)
    assert "J1" in track.held
    assert not any(isinstance(act, Release) for act in acts)
    track, acts = one_step(track, seen_at(310.0, 21_000, STOPS), 21_000)
    assert Release(corridor="C1", junction="J1", reason="passed") in acts


def test_another_way_taken_gives_the_old_junctions_back_and_asks_the_new_ones() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track, acts = one_step(track, seen_at(0.0, 1_000, (("J9", 250.0),)), 1_000)
    assert Release(corridor="C1", junction="J1", reason="off-route") in acts
    assert list(track.held) == ["J9"]


def test_another_turn_at_the_same_junction_is_another_group() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    turned = Seen(fix_at_ms=1_000, speed_mps=15.0, left_m=4_000.0, ahead=(Ahead("J1", "ew", 280.0, 19.0),))
    track, acts = one_step(track, turned, 1_000)
    assert [type(act) for act in acts] == [Release, Ask]
    assert track.held["J1"].group == "ew"


def test_lost_places_hold_for_a_bounded_time_and_ask_nothing_new() -> None:
    seen = seen_at(0.0, 0, STOPS)
    track, _ = one_step(begun("C1", 1, 0), seen, 0)
    track, acts = one_step(track, seen, LOST_HOLD_MS)
    assert list(track.held) == ["J1"]
    assert not [act for act in acts if isinstance(act, Ask) and act.is_new]
    track, acts = one_step(track, seen, LOST_HOLD_MS + 1)
    assert acts == [Release(corridor="C1", junction="J1", reason="lost")]


def test_a_crew_that_stands_gives_everything_back_and_asks_again_when_it_drives_on() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    for second in range(1, STILL_HOLD_MS // 1_000 + 2):
        track, acts = one_step(track, seen_at(0.0, second * 1_000, STOPS, 0.0), second * 1_000)
    assert acts == [Release(corridor="C1", junction="J1", reason="stopped")]
    asked = []
    for second in range(90, 105):
        track, acts = one_step(track, seen_at(10.0 * (second - 88), second * 1_000, STOPS), second * 1_000)
        asked += [act.junction for act in acts if isinstance(act, Ask) and act.is_new]
    assert asked == ["J1"]


def test_in_a_jam_a_junction_is_asked_later_than_the_way_alone_would_say() -> None:
    far = (("J1", 3_000.0),)
    track = begun("C1", 1, 0)
    for second in range(60):
        track, _ = one_step(track, seen_at(3.0 * second, second * 1_000, far, 3.0), second * 1_000)
    at_m = 180.0
    near = (("J1", at_m + 200.0),)  # 13 s by the way, 66 s at its pace
    track, acts = one_step(track, seen_at(at_m, 60_000, near, 3.0), 60_000)
    assert acts == []
    _, acts = one_step(track, seen_at(at_m + 105.0, 61_000, near, 3.0), 61_000)
    assert [act.junction for act in acts] == ["J1"]


def test_a_crew_that_drives_faster_than_its_way_says_is_expected_by_its_speed() -> None:
    way = Ahead("J1", "ns", 600.0, 48.0)
    assert arrives_s(way, pace_mps=20.0, speed_mps=20.0) == 30.0
    assert arrives_s(way, pace_mps=5.0, speed_mps=20.0) == 30.0  # it has just sped up
    assert arrives_s(way, pace_mps=5.0, speed_mps=4.0) == 120.0
    assert arrives_s(way, pace_mps=40.0, speed_mps=40.0) == 24.0  # slower streets may follow
    assert arrives_s(way, pace_mps=20.0, speed_mps=None) == 48.0

    def asked_at(speed_mps: float) -> float:
        """How far the junction is when it is first asked."""
        track = begun("C1", 1, 0)
        for second in range(60):
            metres = second * speed_mps
            track, acts = one_step(track, seen_at(metres, second * 1_000, (("J1", 900.0),), speed_mps), second * 1_000)
            if acts:
                return (900.0 - metres) / speed_mps
        return 0.0

    assert abs(asked_at(20.0) - lead_s(None)) < 1.0


def test_without_a_speed_a_crew_keeps_its_pace_and_stands_only_when_its_way_grows_no_shorter() -> None:
    track = begun("C1", 1, 0)
    for second in range(STILL_HOLD_MS // 1_000 + 10):
        here = seen_at(2.0 * second, second * 1_000, STOPS, None)
        track, _ = one_step(track, here, second * 1_000)
    assert track.pace_mps == begun("C1", 1, 0).pace_mps
    assert "J1" in track.held
    for second in range(70, 70 + STILL_HOLD_MS // 1_000 + 2):
        track, _ = one_step(track, seen_at(140.0, second * 1_000, STOPS, None), second * 1_000)
    assert track.held == {}


def test_what_was_not_asked_after_all_is_asked_the_next_time() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track = corridor.dropped(track, "J1")
    _, acts = one_step(track, seen_at(15.0, 1_000, STOPS), 1_000)
    assert [act.junction for act in acts if isinstance(act, Ask) and act.is_new] == ["J1"]


def test_no_junction_is_held_beyond_the_longest_hold_and_it_is_not_asked_again() -> None:
    track = begun("C1", 1, 0)
    metres, released = 0.0, []
    for now_ms in range(0, HOLD_MAX_MS + 60_000, 1_000):
        metres += 1.5  # it crawls: it moves, and never arrives
        track, acts = one_step(track, seen_at(min(metres, 299.0), now_ms, STOPS, 1.5), now_ms)
        released += [act for act in acts if isinstance(act, Release)]
    assert [act.reason for act in released] == ["too-long"]
    assert track.barred == {"J1": "too-long"}


def test_a_junction_that_refuses_is_not_asked_again() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track = corridor.refused(track, "J1", "not-armed")
    track, acts = one_step(track, seen_at(10.0, 1_000, STOPS), 1_000)
    assert acts == []
    assert track.held == {}


def test_the_higher_level_goes_first_then_the_first_that_was_requested_and_the_other_is_told() -> None:
    crossing = Seen(fix_at_ms=0, speed_mps=15.0, left_m=900.0, ahead=(Ahead("J1", "ew", 300.0, 20.0),))
    early, late, high = begun("C1", 2, 0), begun("C2", 2, 1_000), begun("C3", 1, 2_000)
    along = seen_at(0.0, 0, STOPS)
    tracks, acts = step([late, early], {"C1": along, "C2": crossing}, nobody_counts, all_meet, 3_000)
    assert StandBack(corridor="C2", junction="J1", group="ew", first="C1") in acts
    assert [track.id for track in tracks if track.held] == ["C1"]
    tracks, acts = step([*tracks, high], {"C1": along, "C2": crossing, "C3": crossing}, nobody_counts, all_meet, 4_000)
    assert Release(corridor="C1", junction="J1", reason="other-corridor") in acts
    assert [track.id for track in tracks if track.held] == ["C2", "C3"]  # the same group: both may go
    _, acts = step(tracks, {"C1": along, "C2": crossing, "C3": crossing}, nobody_counts, all_meet, 5_000)
    assert acts == []  # told once


def test_a_controller_is_told_anew_when_the_arrival_moves_and_now_and_then() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track, acts = one_step(track, seen_at(15.0, 1_000, STOPS), 1_000)
    assert acts == []  # it arrives when it said
    track, acts = one_step(track, seen_at(20.0, 8_000, STOPS), 8_000)
    assert [(act.is_new, act.arrives_in_ms) for act in acts if isinstance(act, Ask)] == [(False, 18_667)]
    told = track.held["J1"].told_ms
    _, acts = one_step(track, seen_at(200.0, told + corridor.REPEAT_MS, STOPS), told + corridor.REPEAT_MS)
    assert ("J1", False) in [(act.junction, act.is_new) for act in acts if isinstance(act, Ask)]


def test_green_is_wanted_only_when_the_queue_needs_it_and_is_never_put_off() -> None:
    def asked(track: Track, at_ms: int, waiting: int) -> tuple[Track, list[tuple[int, int]]]:
        """The crew does not come nearer, so that it arrives later and later."""
        sight = {"C1": seen_at(0.0, at_ms, (("J1", 300.0),))}
        tracks, acts = step([track], sight, lambda junction, group: waiting, all_meet, at_ms)
        return tracks[0], [(act.arrives_in_ms, act.green_in_ms) for act in acts if isinstance(act, Ask)]

    track, acts = asked(begun("C1", 1, 0), 0, 5)
    assert acts == [(20_000, 20_000 - round(discharge_s(5) * 1_000))]
    track, acts = asked(track, 3_000, 0)
    assert acts == []
    _, acts = asked(track, 6_000, 0)
    assert acts == [(20_000, 0)]


def test_a_queue_that_has_grown_is_told_at_once() -> None:
    def asked(track: Track, second: int, waiting: int) -> tuple[Track, list[tuple[int, int]]]:
        sight = {"C1": seen_at(15.0 * second, second * 1_000, (("J1", 270.0),))}
        tracks, acts = step([track], sight, lambda junction, group: waiting, all_meet, second * 1_000)
        return tracks[0], [(act.arrives_in_ms, act.green_in_ms) for act in acts if isinstance(act, Ask)]

    track, acts = asked(begun("C1", 1, 0), 0, 0)
    assert acts == [(18_000, 12_000)]
    track, acts = asked(track, 1, 0)
    assert acts == []
    _, acts = asked(track, 2, 20)
    assert acts == [(16_000, 0)]


def full_at(*junctions: str, seconds: float = corridor.BLOCKED_S) -> corridor.Full:
    return lambda junction, ahead: seconds if junction in junctions else 0.0


def with_full(track: Track, seen: Seen, now_ms: int, *junctions: str) -> tuple[Track, list[Act]]:
    tracks, acts = step([track], {track.id: seen}, nobody_counts, all_meet, now_ms, full_at(*junctions))
    return tracks[0], acts


def test_where_the_street_behind_is_full_the_junction_ahead_of_it_is_opened_first() -> None:
    here = seen_at(0.0, 0, STOPS)
    track, acts = with_full(begun("C1", 1, 0), here, 0, "J1")
    assert [act.junction for act in acts if isinstance(act, Ask)] == ["J2"]
    track, acts = with_full(track, seen_at(0.0, 1_000, STOPS), 1_000)
    assert [act.junction for act in acts if isinstance(act, Ask)] == ["J1"]  # it flows: its turn
    _, acts = with_full(begun("C1", 1, 0), here, 0, "J1", "J2")
    assert [(act.junction, act.green_in_ms) for act in acts if isinstance(act, Ask)] == [("J3", 0)]  # from the far end


def test_green_into_a_street_that_has_become_full_is_given_back() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track, acts = with_full(track, seen_at(100.0, 7_000, STOPS), 7_000, "J1")
    assert Release(corridor="C1", junction="J1", reason="blocked") in acts
    assert "J1" not in track.held
    assert not track.barred


def test_green_stays_while_the_street_behind_may_yet_discharge_and_the_next_junction_is_opened() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    standing = full_at("J1", seconds=corridor.FULL_S)
    (track,), acts = step([track], {"C1": seen_at(0.0, 1_000, STOPS)}, nobody_counts, all_meet, 1_000, standing)
    assert [act.junction for act in acts if isinstance(act, Ask)] == ["J2"]
    assert list(track.held) == ["J1", "J2"]


def test_what_was_opened_for_a_full_street_goes_back_once_that_flows_and_is_asked_again_when_it_is_near() -> None:
    track, _ = with_full(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0, "J1")
    released: list[tuple[int, Act]] = []
    asked: list[int] = []
    for second in range(1, 41):
        full = ("J1",) if second < 5 else ()
        track, acts = with_full(track, seen_at(5.0 * second, second * 1_000, STOPS, 5.0), second * 1_000, *full)
        released += [(second, act) for act in acts if isinstance(act, Release)]
    assert released == [(24, Release(corridor="C1", junction="J2", reason="flows"))]
    assert track.barred == {}
    for second in range(41, 100):
        here = seen_at(200.0 + 15.0 * (second - 40), second * 1_000, STOPS)
        track, acts = with_full(track, here, second * 1_000)
        asked += [second for act in acts if isinstance(act, Ask) and act.is_new and act.junction == "J2"]
    assert len(asked) == 1


def test_who_is_in_the_street_before_it_keeps_the_junction_that_was_opened_for_it() -> None:
    track, _ = with_full(begun("C1", 1, 0), seen_at(290.0, 0, STOPS), 0, "J1")
    for second in range(1, 100):
        track, acts = with_full(track, seen_at(300.1 + second, second * 1_000, STOPS, 1.5), second * 1_000)
        assert not [act for act in acts if isinstance(act, Release) and act.junction == "J2"]


def test_what_is_given_back_and_asked_again_is_held_no_longer_in_all() -> None:
    track, held_s, reasons = begun("C1", 1, 0), 0, list[str]()
    for second in range(900):
        full = ("J1",) if second % 60 >= 40 else ()
        metres = 250.0 + 20.0 * (second // 10 % 2)  # it moves, and never arrives
        track, acts = with_full(track, seen_at(metres, second * 1_000, STOPS, 1.5), second * 1_000, *full)
        held_s += "J1" in track.held
        reasons += [act.reason for act in acts if isinstance(act, Release) and act.junction == "J1"]
    assert reasons == ["blocked", "blocked", "blocked", "too-long"]
    assert held_s <= HOLD_MAX_MS // 1_000 + 1
    assert track.barred == {"J1": "too-long"}


def test_a_full_street_far_away_opens_nothing_yet() -> None:
    _, acts = with_full(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0, "J2")
    assert [act.junction for act in acts if isinstance(act, Ask)] == ["J1"]


def test_the_queues_of_the_whole_way_are_counted_into_the_lead() -> None:
    stops = (("J1", 300.0), ("J2", 660.0))  # 25 s and 55 s away

    def asked(*queues: int) -> list[str]:
        by_junction = dict(zip(("J1", "J2"), queues, strict=True))
        sight = {"C1": seen_at(0.0, 0, stops)}
        _, acts = step([begun("C1", 1, 0)], sight, lambda junction, group: by_junction[junction], all_meet, 0)
        return [act.junction for act in acts]

    assert asked(10, 10) == ["J1", "J2"]
    assert asked(0, 10) == []
    assert asked(10, 0) == ["J1"]


def test_stop_lines_behind_one_another_at_one_junction_are_one_request() -> None:
    def here(at_ms: int, *groups: str) -> Seen:
        ahead = Ahead("J1", groups[0], 200.0, 13.0, groups[1:])
        return Seen(fix_at_ms=at_ms, speed_mps=15.0, left_m=4_000.0 - at_ms / 100, ahead=(ahead,))

    track, acts = one_step(begun("C1", 1, 0), here(0, "near", "far"), 0)
    assert [(act.group, act.also) for act in acts if isinstance(act, Ask)] == [("near", ("far",))]
    track, acts = one_step(track, here(1_000, "far"), 1_000)
    assert [(act.group, act.is_new) for act in acts if isinstance(act, Ask)] == [("far", False)]
    assert not any(isinstance(act, Release) for act in acts)
    assert track.held["J1"].group == "far"


def test_whoever_needs_fewer_groups_after_another_turn_says_so_at_once() -> None:
    def here(at_ms: int, *groups: str) -> Seen:
        ahead = Ahead("J1", groups[0], 200.0, 13.0, groups[1:])
        return Seen(fix_at_ms=at_ms, speed_mps=15.0, left_m=4_000.0 - at_ms / 100, ahead=(ahead,))

    track, _ = one_step(begun("C1", 1, 0), here(0, "near", "far"), 0)
    track, acts = one_step(track, here(1_000, "near"), 1_000)
    assert [(act.group, act.also, act.is_new) for act in acts if isinstance(act, Ask)] == [("near", (), False)]
    assert track.held["J1"].also == ()


def test_two_crews_meet_at_any_of_their_stop_lines_of_a_junction() -> None:
    def along(*groups: str) -> Seen:
        return Seen(fix_at_ms=0, speed_mps=15.0, left_m=900.0, ahead=(Ahead("J1", groups[0], 90.0, 6.0, groups[1:]),))

    sight = {"C1": along("near", "far"), "C2": along("cross")}

    def meet(junction: str, one: str, other: str) -> bool:
        return {one, other} == {"far", "cross"}

    _, acts = step([begun("C1", 1, 0), begun("C2", 1, 1)], sight, nobody_counts, meet, 1_000)
    assert StandBack(corridor="C2", junction="J1", group="cross", first="C1") in acts


def test_the_end_gives_everything_back() -> None:
    track, _ = one_step(begun("C1", 1, 0), seen_at(0.0, 0, STOPS), 0)
    track, acts = corridor.ended(track, "cancelled")
    assert acts == [Release(corridor="C1", junction="J1", reason="cancelled")]
    assert track.held == {}


NAMES = ("J1", "J2", "J3", "J4")
GROUPS = ("ns", "ew", "turn")
sights = st.none() | st.builds(
    Seen,
    fix_at_ms=st.integers(0, 400_000),
    speed_mps=st.none() | st.floats(0, 30),
    left_m=st.floats(0, 5_000),
    ahead=st.lists(
        st.builds(
            Ahead,
            st.sampled_from(NAMES),
            st.sampled_from(GROUPS),
            st.floats(0, 2_000),
            st.floats(0, 200),
            st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(tuple),
        ),
        max_size=5,
        unique_by=lambda ahead: ahead.junction,
    ).map(tuple),
)
moments = st.lists(
    st.tuples(st.integers(0, 20_000), st.tuples(sights, sights, sights), st.sets(st.sampled_from(NAMES))), max_size=40
)


Moments = Sequence[tuple[int, Sequence[Seen | None], set[str]]]
"""How much later, what is seen of each crew, and behind which junctions the street is full."""


def watched(moments: Moments, levels: Sequence[int]) -> None:
    """Runs through them, and raises `AssertionError` where something is done that never may be."""
    tracks = [begun(f"C{nth}", level, nth) for nth, level in enumerate(levels)]
    open_: dict[tuple[str, str], set[str]] = {}
    held_ms: dict[tuple[str, str], int] = {}
    """For how long each was held since it was last passed, in all."""
    now_ms = 0
    for later_ms, sight, full in moments:
        now_ms += later_ms
        held_ms |= {key: held_ms.get(key, 0) + later_ms for key in open_}
        seen = {f"C{nth}": one for nth, one in enumerate(sight) if one is not None}
        tracks, acts = step(tracks, seen, nobody_counts, all_meet, now_ms, full_at(*full))
        for act in acts:
            key = (act.corridor, act.junction)
            if isinstance(act, Ask):
                assert act.is_new == (key not in open_), "what is new is asked once"
                open_[key] = {act.group, *act.also}
            elif isinstance(act, Release):
                assert key in open_, "only what was asked is given back"
                del open_[key]
                if act.reason == "passed":
                    held_ms.pop(key, None)
        assert {(track.id, junction) for track in tracks for junction in track.held} == set(open_)
        for (id, junction), groups in open_.items():
            assert junction not in full, "nobody is let into a street that is full"
            assert held_ms.get((id, junction), 0) <= HOLD_MAX_MS, "nor held longer in all"
            others = [theirs for (other, at), theirs in open_.items() if at == junction and other != id]
            assert not any(all_meet(junction, one, two) for theirs in others for one in groups for two in theirs)
    last = now_ms + max(LOST_HOLD_MS, HOLD_MAX_MS) + 1
    tracks, _ = step(tracks, {}, nobody_counts, all_meet, last)
    assert not any(track.held for track in tracks), "nobody is heard of: nothing is held"


@settings(max_examples=300, deadline=None)
@given(moments, st.tuples(*[st.integers(1, 3)] * 3))
def test_whatever_is_seen_what_is_asked_is_given_back_and_no_two_crews_have_what_meets(
    moments: Moments, levels: Sequence[int]
) -> None:
    watched(moments, levels)


stops = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((1, 4, 10, 20)), st.tuples(stops, st.none() | stops), st.sampled_from((False, False, True))
        ),
        min_size=10,
        max_size=30,
    )
)
def test_nor_where_two_crews_stay_before_one_junction_and_the_street_behind_it_is_full_now_and_then(
    moments: list[tuple[int, tuple[list[str] | None, ...], bool]],
) -> None:
    def sight(groups: list[str] | None, nth: int, at_ms: int) -> Seen | None:
        if groups is None:
            return None
        ahead = Ahead("J1", groups[0], 100.0, 7.0, tuple(groups[1:]))
        return Seen(fix_at_ms=at_ms, speed_mps=2.0, left_m=1_000.0 + 20 * (nth % 2), ahead=(ahead,))

    now_ms, told = 0, list[tuple[int, list[Seen | None], set[str]]]()
    for nth, (later_s, of, is_full) in enumerate(moments):
        now_ms += later_s * 1_000
        told.append((later_s * 1_000, [sight(one, nth, now_ms) for one in of], {"J1"} if is_full else set()))
    watched(told, (1, 1))


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=8))
def test_a_queue_that_is_known_is_not_forgotten_behind_one_that_is_not(queues: list[int | None]) -> None:
    ahead = tuple(Ahead(f"J{nth}", "K", 300.0 + nth, 30.0) for nth in range(len(queues)))
    seen = {"C": Seen(fix_at_ms=0, speed_mps=None, left_m=9_000.0, ahead=ahead)}
    by_junction = {each.junction: queue for each, queue in zip(ahead, queues, strict=True)}
    _, acts = step([begun("C", 1, 0)], seen, lambda junction, group: by_junction[junction], lambda *_: False, 0)
    last = [act for act in acts if isinstance(act, Ask) and act.junction == ahead[-1].junction]
    waiting = sum(each or 0 for each in queues) + (QUEUE_DEFAULT if None in queues else 0)
    before_ms = round(discharge_s(waiting) * 1_000)
    assert [max(0, act.arrives_in_ms - before_ms) for act in last] == [act.green_in_ms for act in last]
    assert bool(last) == (lead_s(waiting) >= 30.0)


def test_green_is_asked_for_a_known_long_queue_behind_a_junction_of_which_nothing_is_known() -> None:
    ahead = (Ahead("J1", "K", 100.0, 10.0), Ahead("J2", "K", 600.0, 60.0))
    seen = {"C": Seen(fix_at_ms=0, speed_mps=10.0, left_m=9_000.0, ahead=ahead)}
    track = replace(begun("C", 1, 0), pace_mps=10.0)
    _, acts = step([track], seen, lambda junction, group: {"J2": 20}.get(junction), lambda *_: False, 0)
    assert {each.junction for each in acts} == {"J1", "J2"}
