"""Adaptive control: safe whatever is read, nobody waits for ever, and it says when it cannot see."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.streets import Crossing, a_crossing
from tests.signals.watching import begun, watched
from turnout.signals.adaptive import priority
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.faults import FAULT_NAMES, FaultWatch
from turnout.signals.adaptive.layout import Layout, Way, green_sets, layout_of
from turnout.signals.adaptive.observer import Observer, Queues, Reading
from turnout.signals.adaptive.pressure import MaxPressureControl
from turnout.signals.adaptive.priority import Situation
from turnout.signals.adaptive.supervisor import (
    SERVED_MS,
    frees,
    promise_of,
    worst_unseen_red_ms,
    worst_wait_ms,
    worst_waits_ms,
)
from turnout.signals.guard import Aspect, rules_of
from turnout.signals.single_track import Interlocking, SingleTrack, TrackEntry
from turnout.words.trouble import Unsupported

SECONDS = 600
AS_DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)
"""Ten minutes of readings are not made smaller: it takes minutes and shows nothing more."""


def driven(layout: Layout, crossing: Crossing, seconds: int = SECONDS) -> AdaptiveControl:
    """The control after so long, with every output watched."""
    rules = rules_of(layout.junction)
    control, seen = AdaptiveControl(layout, 0), begun(rules)
    for at_s in range(1, seconds + 1):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        seen = watched(rules, seen, crossing.shown, 1_000)
    return control


class Trusting(FaultWatch):
    """Believes every detector, so that the supervisor is tried and not the plan."""

    def step(self, at_ms: int) -> None:
        pass


class Closing(Interlocking):
    """A track that closes its signals when it is told to."""

    is_shut = False

    def is_closed(self, entry: TrackEntry) -> bool:
        return self.is_shut


def longest_waits(
    layout: Layout, readings: list[Mapping[str, Reading]], track: Closing | None = None, shut: Sequence[bool] = ()
) -> dict[int, tuple[int, int]]:
    """Of each group: how long somebody stood at its stop line in red, and how long it was red; in ms."""
    control = AdaptiveControl(layout, 0, tracks=[] if track is None else [track])
    rules = rules_of(layout.junction)
    seen = begun(rules)
    control.watch = Trusting(layout, control.observer.seen)
    since, red, worst = [-1] * 3, [0] * 3, dict.fromkeys(range(3), (0, 0))
    for at_s, reading in enumerate(readings, start=1):
        if track is not None:
            track.is_shut = shut[at_s]
        shown = control.step(at_s * 1_000, reading)
        seen = watched(rules, seen, shown, 1_000)
        for group, lane in enumerate(layout.lanes):
            is_seen = lane.stop in reading and reading[lane.stop].is_occupied
            if shown[group] is Aspect.GREEN:
                since[group], red[group] = -1, at_s
            elif since[group] < 0 and is_seen:
                since[group] = at_s
            waited = at_s - since[group] if since[group] >= 0 else 0
            worst[group] = max(worst[group][0], waited * 1_000), max(worst[group][1], (at_s - red[group]) * 1_000)
    return worst


@st.composite
def anything_read(draw: st.DrawFn) -> list[Mapping[str, Reading]]:
    """Ten minutes in stretches, in each of which some detectors say always the same."""
    names = [mark.detector for mark in a_crossing().marks] + ["m1>", "m2>", "s1>"]
    reading = st.builds(Reading, st.integers(0, 3), st.booleans())
    found: list[Mapping[str, Reading]] = []
    while len(found) < SECONDS:
        said = draw(st.dictionaries(st.sampled_from(names), reading, max_size=len(names)))
        found += [said] * draw(st.integers(1, 200))
    return found[:SECONDS]


@given(anything_read(), st.sampled_from((2, 3)))
@settings(max_examples=25, deadline=None, phases=AS_DRAWN)
def test_nobody_waits_longer_than_is_published_and_nothing_unsafe_is_shown_whatever_is_read(
    readings: list[Mapping[str, Reading]], stages: int
) -> None:
    layout = a_crossing(stages)
    promise = promise_of(layout, rules_of(layout.junction))
    for group, (waited_ms, red_ms) in longest_waits(layout, readings).items():
        assert waited_ms <= worst_wait_ms(promise, group)
        assert red_ms <= worst_unseen_red_ms(promise, group)


@given(
    anything_read(),
    st.sampled_from((2, 3)),
    st.sampled_from((0, 1, 2)),
    st.lists(st.integers(1, 90), min_size=1, max_size=40),
)
@example([{"s1@2.5": Reading(0, True)}] * SECONDS, 3, 0, [1] * 40)
@settings(max_examples=25, deadline=None, phases=AS_DRAWN)
def test_nobody_else_waits_longer_than_is_published_however_often_a_single_track_closes_a_signal(
    readings: list[Mapping[str, Reading]], stages: int, tracked: int, turns: list[int]
) -> None:
    """`turns`: for how many seconds it is open, closed, open..., again and again."""
    layout = a_crossing(stages)
    name = layout.junction.groups[tracked].id
    entries = (TrackEntry(0, "J", name, "in"), TrackEntry(1, "far", "far", "in far"))
    track = Closing(SingleTrack(id="T", lanes=(), entries=entries, exits=()), 0)
    once = [bool(nth % 2) for nth, lasts in enumerate(turns) for _ in range(lasts)]
    shut = list(itertools.islice(itertools.cycle(once), SECONDS + 1))
    promise = promise_of(layout, rules_of(layout.junction, {name}))
    for group, (waited_ms, red_ms) in longest_waits(layout, readings, track, shut).items():
        if group != tracked:
            assert waited_ms <= worst_wait_ms(promise, group)
            assert red_ms <= worst_unseen_red_ms(promise, group)


@given(anything_read(), st.lists(st.integers(-100_000, 100_000), min_size=20, max_size=20))
@settings(max_examples=10, deadline=None, phases=AS_DRAWN)
def test_no_clock_gets_anything_unsafe_out_of_adaptive_control(
    readings: list[Mapping[str, Reading]], jumps: list[int]
) -> None:
    layout, at_ms = a_crossing(), 0
    rules = rules_of(layout.junction)
    control, seen = AdaptiveControl(layout, 0), begun(rules)
    for second, reading in enumerate(readings):
        at_ms += jumps[second % 20] if second % 7 == 0 else 1_000
        seen = watched(rules, seen, control.step(at_ms, reading), 1_000, has_true_clock=False)


def test_a_clock_that_goes_back_lets_nobody_wait_for_ever() -> None:
    layout, crossing = a_crossing(), Crossing({"m1": 2, "m2": 2, "s1": 20})
    control, reds, longest_s = AdaptiveControl(layout, 0), 0, 0
    for at_s in range(1, 1_501):
        back_ms = 0 if at_s < 300 else 1_200_000
        crossing.shown = control.step(at_s * 1_000 - back_ms, crossing.step(at_s))
        reds = 0 if crossing.shown[2] is Aspect.GREEN else reds + 1
        longest_s = max(longest_s, reds)
    assert longest_s * 1_000 <= 2 * worst_wait_ms(promise_of(layout, rules_of(layout.junction)), 2)


def test_an_endless_main_road_does_not_starve_the_side_road() -> None:
    """Two vehicles in ten minutes on the side road, one every two seconds on the main one."""
    layout, crossing = a_crossing(), Crossing({"m1": 2, "m2": 2, "s1": 250})
    driven(layout, crossing)
    promise = promise_of(layout, rules_of(layout.junction))
    assert len(crossing.streets["s1"].waits_s) == 2
    assert max(crossing.streets["s1"].waits_s) * 1_000 <= worst_wait_ms(promise, 2) + 10_000


def test_a_side_road_that_was_overdue_is_served_until_its_queue_is_gone() -> None:
    """Both roads are full: who was overdue gets more than the least green, and less than the longest he may have."""
    crossing = Crossing({"m1": 2, "m2": 2, "s1": 2})
    layout, greens, lasts_s = a_crossing(), 0, []
    control = AdaptiveControl(layout, 0)
    for at_s in range(1, 901):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        is_green = crossing.shown[2] is Aspect.GREEN
        if greens and not is_green:
            lasts_s.append(greens)
        greens = greens + 1 if is_green else 0
    assert len(lasts_s) >= 6
    assert min(lasts_s[1:]) * 1_000 >= SERVED_MS
    assert max(lasts_s) * 1_000 <= SERVED_MS + 10_000


def test_on_the_plan_that_is_named_a_junction_shows_that_one() -> None:
    layout = a_crossing()
    night = replace(layout.junction.plans[0], id="night", cycle_ms=100_000)
    layout = replace(layout, junction=replace(layout.junction, plans=(*layout.junction.plans, night)))
    crossing = Crossing({"m1": 8, "s1": 10}, lambda at_s, readings: readings | {"s1@22.0": Reading(0, True)})
    control, greens = AdaptiveControl(layout, 0, plan="night"), 0
    for at_s in range(1, 901):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        greens += at_s > 600 and crossing.shown[2] is Aspect.GREEN
    assert control.mode == "plan"
    assert greens == 3 * 15


@given(anything_read(), st.sampled_from((2, 3)))
@settings(max_examples=15, deadline=None, phases=AS_DRAWN)
def test_what_is_not_looked_at_in_a_second_without_news_is_what_was_there(
    readings: list[Mapping[str, Reading]], stages: int
) -> None:
    """What is kept of each detector is what looking at every one in every second gives."""
    layout = a_crossing(stages)
    observer, since = Observer(layout, 0), dict.fromkeys(Observer(layout, 0).seen, -1)
    total = dict.fromkeys(since, 0)
    for at_s, reading in enumerate(readings, start=1):
        observer.step(at_s * 1_000, reading)
        for name, seen in observer.seen.items():
            said = reading.get(name, Reading(0, False))
            total[name] += said.entered
            if not said.is_occupied:
                since[name] = -1
            elif since[name] < 0 or said.entered:
                since[name] = at_s * 1_000
            assert (seen.since_ms, seen.total) == (since[name], total[name])


def test_green_goes_to_where_vehicles_are() -> None:
    crossing = Crossing({"s1": 3})
    driven(a_crossing(), crossing, 300)
    assert sorted(crossing.streets["s1"].waits_s)[50] <= 12
    assert crossing.streets["s1"].waiting <= 3


def test_a_flow_in_balance_leaves_no_queue_that_grows() -> None:
    crossing = Crossing({"m1": 6, "m2": 7, "s1": 8})
    driven(a_crossing(), crossing, 900)
    assert max(street.waiting for street in crossing.streets.values()) <= 6
    assert {lane: len(street.waits_s) >= 900 // crossing.every_s[lane] - 8 for lane, street in crossing.streets.items()}


def test_the_estimate_follows_the_queue_from_its_detectors_alone() -> None:
    layout, crossing = a_crossing(), Crossing({"m1": 5, "m2": 6, "s1": 7})
    control, differences = AdaptiveControl(layout, 0), []
    for at_s in range(1, 601):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        for lane, arrivals in control.observer.queues(at_s * 1_000).items():
            true = sum(0 <= each.at_m <= 50 for each in crossing.streets[lane].vehicles)
            differences.append(abs(sum(weight for _, weight in arrivals) - true))
    assert sum(differences) / len(differences) < 0.7


def test_who_was_due_and_is_not_seen_at_the_stop_line_does_not_hold_the_green() -> None:
    """Two came in by the outer detector and left the lane on the way; the stage does not wait for them."""
    observer = Observer(a_crossing(), 0)
    for at_s in range(1, 6):
        observer.step(at_s * 1_000, {"s1@22.0": Reading(1, False)} if at_s <= 2 else {})
    queues = observer.queues(5_000)
    assert len(queues["s1"]) == 2
    assert observer.moving(queues, ["s1"], 4_000, 5_000)["s1"] == queues["s1"]
    assert observer.moving(queues, ["s1"], 0, 5_000)["s1"] == []


def test_who_has_just_come_on_the_stop_line_under_green_does_not_hold_it() -> None:
    """He drives over it whatever is shown next; who stands there is still to be served."""
    observer = Observer(a_crossing(), 0)
    for at_s in range(1, 11):
        observer.step(at_s * 1_000, {"s1@2.5": Reading(int(at_s == 8), True)} if at_s >= 8 else {})
    queues = observer.queues(10_000)
    assert queues["s1"] == [(10_000, 1.0)]
    assert observer.moving(queues, ["s1"], 1_000, 10_000)["s1"] == []
    observer.step(11_000, {"s1@2.5": Reading(0, True)})
    assert observer.moving(observer.queues(11_000), ["s1"], 1_000, 11_000)["s1"] == [(11_000, 1.0)]


def test_a_lane_whose_exit_is_full_gets_no_green_for_its_queue() -> None:
    """The side road's exit is occupied all the time, so main road keeps the green until the supervisor's turn."""
    layout = a_crossing()
    full = {"s1>": Reading(0, True)}
    crossing = Crossing({"m1": 4, "s1": 10}, lambda at_s, readings: readings | full)
    greens = 0
    control = AdaptiveControl(layout, 0)
    for at_s in range(1, 181):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        greens += crossing.shown[2] is Aspect.GREEN and at_s > 30
    assert greens <= 2 * 16


def test_a_street_that_is_full_back_to_the_junction_upstream_is_emptied_first() -> None:
    """The main road has two lanes and serves more a second; but who leaves the full side road makes room upstream."""
    layout = a_crossing()
    queues: Queues = {lane: [(0, 1.0)] * 8 for lane in ("m1", "m2", "s1")}
    seen = Situation(queues, queues, (), ())
    change_ms = (0, 4_000)
    assert priority.best_stage(layout, seen, 0, 0, change_ms, priority.Settings()) == 0
    full = seen._replace(full={"s1"})
    assert priority.best_stage(layout, full, 0, 0, change_ms, priority.Settings(full_counts=4.0)) == 1
    both = seen._replace(full={"s1", "m1", "m2"})
    assert priority.best_stage(layout, both, 0, 0, change_ms, priority.Settings(full_counts=4.0)) == 0


def test_a_street_is_full_while_somebody_stands_where_it_begins() -> None:
    layout = a_crossing()
    lanes = [replace(lane, mouths=("s1<", "s2<") if lane.id == "s1" else ()) for lane in layout.lanes]
    observer = Observer(layout_of(layout.junction, lanes, layout.marks), 0)
    found = []
    for at_s in range(1, 15):
        observer.step(at_s * 1_000, {"s2<": Reading(at_s == 1, True)} if at_s < 10 else {})
        found.append(observer.full(at_s * 1_000))
    assert found == [set()] * 5 + [{"s1"}] * 4 + [set()] * 5


def test_who_may_turn_off_is_waited_for_in_each_lane_by_how_probable_it_is() -> None:
    layout = a_crossing()
    forked = [
        replace(mark, ways=(*mark.ways, Way("s1@2.5", 12.0))) if mark.detector == "m1@22.0" else mark
        for mark in layout.marks
    ]
    observer = Observer(layout_of(layout.junction, layout.lanes, forked), 0)
    observer.step(1_000, {"m1@22.0": Reading(1, False)})
    found = {lane: [round(weight, 2) for _, weight in queue] for lane, queue in observer.queues(1_000).items()}
    assert found == {"m1": [0.5], "m2": [], "s1": [0.5]}


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """On each lane a queue that stands, where the bound is nearly what is served, or any that comes."""
    arrival = st.tuples(st.integers(-20_000, 30_000), st.sampled_from((0.05, 0.5, 1.0)))
    stands = st.integers(0, 8).map(lambda size: [(0, 1.0)] * size)
    lanes = ("m1", "m2", "s1")
    queues = {lane: sorted(draw(stands | st.lists(arrival, max_size=8))) for lane in lanes}
    moving = {lane: queue[draw(st.integers(0, 3)) :] for lane, queue in queues.items()}
    blocked = draw(st.sets(st.sampled_from(lanes)))
    stalled, full = (draw(st.sets(st.sampled_from(lanes))) for _ in range(2))
    return Situation(queues, moving, blocked, blocked | stalled, full)


@given(situations(), st.sampled_from(((2, 0), (2, 1), (3, 0), (3, 1), (3, 2))))
@settings(max_examples=500, deadline=None)
def test_a_stage_that_is_not_weighed_could_not_have_been_the_best(seen: Situation, which: tuple[int, int]) -> None:
    stages, current = which
    layout, given_by = a_crossing(stages), priority.Settings()
    change_ms = [0 if nth == current else 4_000 for nth in range(stages)]
    gains = dict.fromkeys(seen.full, given_by.full_counts)

    def rate(nth: int) -> float:
        stage, start_ms = layout.stages[nth], change_ms[nth] + given_by.start_ms
        if nth == current:
            return priority._rate(stage, seen.moving, seen.stalled, gains, 0, 0, 0, given_by)
        return priority._rate(stage, seen.queues, seen.blocked, gains, 0, start_ms, given_by.penalty_ms, given_by)

    assert priority._least(layout.stages[current], seen, gains, 0, given_by) <= rate(current)
    best = priority.best_stage(layout, seen, 0, current, change_ms, given_by)
    rates = [rate(nth) for nth in range(stages)]
    waiting = {lane: sum(weight for _, weight in queue) for lane, queue in seen.queues.items() if queue}
    waiting = {lane: weight for lane, weight in waiting.items() if lane not in seen.blocked}
    for nth in set(range(stages)) - {current}:
        before_ms = change_ms[nth] + given_by.start_ms + given_by.penalty_ms
        assert priority._most(layout.stages[nth], waiting, gains, before_ms, given_by) >= rates[nth] * (1 - 1e-12)
    assert rates[best] == max(rates)
    assert best == current or rates[best] > rates[current]


def test_who_gives_way_inside_the_junction_is_let_out_before_the_other_road_begins() -> None:
    """The left turn of the main road stands under green; it gets its own stage before the side road has green."""
    layout = a_crossing(3)
    assert [sorted(stage.groups) for stage in layout.stages] == [[0, 1], [1], [2]]
    assert layout.stages[0].yielding == {"m2"}
    assert frees(layout, 0, ["m2"]) == 1
    control = AdaptiveControl(layout, 0)
    order = []
    for at_s in range(1, 60):
        readings = {"m2@2.5": Reading(int(at_s == 2), True)}
        readings |= {"s1@2.5": Reading(int(at_s == 2), True), "s1@22.0": Reading(int(at_s < 12), at_s > 9)}
        shown = control.step(at_s * 1_000, readings)
        greens = {group for group, aspect in enumerate(shown) if aspect is Aspect.GREEN}
        if not order or order[-1] != greens:
            order.append(greens)
    assert [greens for greens in order if greens][:3] == [{0, 1}, {1}, {2}]


def test_every_approach_has_a_worst_wait_and_more_stages_make_it_longer() -> None:
    two, three = (worst_waits_ms(a_crossing(stages)) for stages in (2, 3))
    assert set(two) == {"main", "side"}
    assert 90_000 < two["side"] < three["side"] < 200_000


Broken = Callable[[str, dict[str, Reading]], Mapping[str, Reading]]


def doubled(name: str, readings: dict[str, Reading]) -> Mapping[str, Reading]:
    known = readings.get(name)
    return readings if known is None else readings | {name: known._replace(entered=2 * known.entered)}


BROKEN: dict[str, Broken] = {
    "stuck": lambda name, readings: readings | {name: Reading(0, True)},
    "silent": lambda name, readings: {k: v for k, v in readings.items() if k != name},
    "double": doubled,
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [*((kind, name) for kind in BROKEN for name in ("s1@22.0", "m1@50.0")), ("stuck", "s1@2.5"), ("silent", "s1@2.5")],
)
def test_a_broken_detector_is_named_and_the_junction_runs_its_plan_until_it_is_mended(kind: str, name: str) -> None:
    def breaks(at_s: int, readings: dict[str, Reading]) -> Mapping[str, Reading]:
        return BROKEN[kind](name, readings) if at_s <= 900 else readings

    layout, crossing = a_crossing(), Crossing({"m1": 8, "m2": 9, "s1": 10}, breaks)
    control = driven(layout, crossing, 900)
    assert [(fault.detector, fault.kind) for fault in control.faults] == [(name, kind)]
    assert control.mode == "plan"
    shown = []
    for at_s in range(901, 2_500):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        shown.append(control.mode)
    assert shown[0] == "plan"
    assert control.faults == ()
    assert shown[-1] != "plan"


def test_on_its_plan_a_junction_shows_the_plan() -> None:
    layout = a_crossing()
    crossing = Crossing({"m1": 8, "s1": 10}, lambda at_s, readings: readings | {"s1@22.0": Reading(0, True)})
    control, greens = AdaptiveControl(layout, 0), [0, 0]
    for at_s in range(1, 901):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
        if at_s > 600:
            greens[0] += crossing.shown[0] is Aspect.GREEN
            greens[1] += crossing.shown[2] is Aspect.GREEN
    assert control.mode == "plan"
    assert greens == [6 * 25, 6 * 15]


@given(st.fixed_dictionaries({lane: st.integers(3, 40) for lane in ("m1", "m2", "s1")}))
@settings(max_examples=6, deadline=None, phases=AS_DRAWN)
def test_no_detector_of_a_street_in_order_is_called_broken(every_s: dict[str, int]) -> None:
    assert driven(a_crossing(), Crossing(every_s), 1_200).faults == ()


def test_a_fault_has_a_name_in_both_languages() -> None:
    assert all(name.en and name.zh for name in FAULT_NAMES.values())


def test_max_pressure_serves_where_more_wait_than_behind() -> None:
    control = MaxPressureControl(a_crossing(), 0)
    for at_s in range(1, 60):
        shown = control.step(at_s * 1_000, {"m1": 1.0, "s1": 5.0}, {"s1": 1.0})
    assert shown[2] is Aspect.GREEN
    for at_s in range(60, 120):
        shown = control.step(at_s * 1_000, {"m1": 1.0, "s1": 5.0}, {"s1": 5.0})
    assert shown[0] is Aspect.GREEN


def test_stages_are_what_a_plan_shows_long_enough_ambers_excepted() -> None:
    assert green_sets(a_crossing(3).junction) == [{"M1", "M2"}, {"M2"}, {"S1"}]


def test_a_junction_without_a_plan_to_fall_back_to_is_refused() -> None:
    layout = a_crossing()
    bare = type(layout)(
        junction=type(layout.junction)(id="J", name=layout.junction.name, groups=layout.junction.groups),
        lanes=layout.lanes,
        marks=layout.marks,
        stages=layout.stages,
    )
    with pytest.raises(Unsupported, match="no plan"):
        AdaptiveControl(bare, 0)
    with pytest.raises(Unsupported, match="no plan night"):
        AdaptiveControl(layout, 0, plan="night")
