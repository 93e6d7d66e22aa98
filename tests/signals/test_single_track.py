"""A single track: two trams never meet on it, every tram gets through, and where it cannot be secured that is said."""

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.main import main
from turnout.signals.access import Access
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.faults import DetectorFault, FaultWatch
from turnout.signals.adaptive.layout import LaneLayout, Layout, Mark, layout_of
from turnout.signals.adaptive.observer import Reading
from turnout.signals.guard import Aspect
from turnout.signals.model import GreenWindow, Junction, Movement, Plan, SignalGroup
from turnout.signals.simulated.track_counters import TrackCounters, track_loops
from turnout.signals.single_track import (
    CLEAR_MS,
    DOUBTFUL_MS,
    GAP_MS,
    GAP_WAIT_MS,
    TURN_MS,
    Count,
    Interlocking,
    SingleTrack,
    TrackDoubt,
    TrackEntry,
    TrackExit,
)
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.name import Name

NETWORKS = Path(__file__).parent / "networks"
GROUPS = ("W", "E")
RUN_S = 40
"""A tram is on the track so long, a stop included."""
NEAR_S = 15
"""From the counter before a signal to the signal."""


Where = tuple[str, str]
APART: Where = ("J0", "J1")
TOGETHER: Where = ("J", "J")
"""Whether each end has a signal of its own, or one has both."""


def a_track(*, is_seen_coming: bool, where: Where = APART) -> SingleTrack:
    near = [(f"near {name}",) if is_seen_coming else () for name in GROUPS]
    entries = tuple(TrackEntry(nth, where[nth], GROUPS[nth], f"in {GROUPS[nth]}", near[nth]) for nth in (0, 1))
    exits = tuple(TrackExit(nth, f"out {GROUPS[nth]}") for nth in (0, 1))
    return SingleTrack(id="T", lanes=("a", "b"), entries=entries, exits=exits)


def a_layout(junction_id: str) -> Layout:
    """A signal at one end, with a road that crosses before it; or one for both ends."""
    names = {"J0": ("W", "X"), "J1": ("E", "X"), "J": ("W", "E")}[junction_id]
    groups = tuple(SignalGroup(name, "vehicle", 5_000, 3_000) for name in names)
    windows = (GreenWindow(names[0], 0, 20_000), GreenWindow(names[1], 25_000, 45_000))
    junction = Junction(
        id=junction_id,
        name=Name("J", "J"),
        movements=tuple(Movement(str(nth), name, "through", name) for nth, name in enumerate(names)),
        groups=groups,
        plans=(Plan("day", 50_000, windows),),
    )
    stop = {"W": "W", "E": "E", "X": f"X{junction_id}"}
    lanes = [
        LaneLayout(id=name, approach=name, movements=(str(nth),), stop=stop[name]) for nth, name in enumerate(names)
    ]
    marks = [Mark(detector=lane.stop, before_stop_line_m=2.5, speed_mps=13.0) for lane in lanes]
    return layout_of(junction, lanes, marks)


class Settled(FaultWatch):
    """What it says of the detectors does not change."""

    def step(self, at_ms: int) -> None:
        pass


class Line:
    """Trams of both directions before and on one track, with the signal of each end; no tram is driven past a red."""

    def __init__(
        self,
        trams: Sequence[tuple[int, int]],
        *,
        is_seen_coming: bool,
        is_on_plan: bool = False,
        where: Where = APART,
    ) -> None:
        """`trams`: direction, and when it comes by the first counter, in seconds."""
        self.due = sorted(trams, key=lambda tram: tram[1])
        self.interlocking = Interlocking(a_track(is_seen_coming=is_seen_coming, where=where), 0)
        layouts = [a_layout(name) for name in dict.fromkeys(where)]
        self.controls = [AdaptiveControl(layout, 0, tracks=[self.interlocking]) for layout in layouts]
        for control in self.controls:
            control.watch = Settled(control.layout, control.observer.seen)
            if is_on_plan:
                control.watch.faults["X"] = DetectorFault("X", "stuck", 0)
        self.group = (0, where.count("J") - 1) if where == TOGETHER else (0, 0)
        """Of each direction, in its signal."""
        self.before: list[list[int]] = [[], []]
        self.inside: list[list[int]] = [[], []]
        self.shown = [Aspect.RED, Aspect.RED]
        self.through = 0

    def step(self, at_s: int, readings: Mapping[str, Reading]) -> None:
        counts: dict[str, Count] = {}
        for direction, name in enumerate(GROUPS):
            coming = [at for to, at in self.due if to == direction and at == at_s]
            self.before[direction] += [at + NEAR_S for at in coming]
            waiting, there = self.before[direction], self.inside[direction]
            if there and there[0] <= at_s:
                there.pop(0)
                self.through += 1
                counts[f"out {name}"] = Count(1, 1)
            if waiting and waiting[0] <= at_s and self.shown[direction] in (Aspect.GREEN, Aspect.ENDING):
                waiting.pop(0)
                there.append(max([at_s + RUN_S, *(at + 5 for at in there)]))
                counts[f"in {name}"] = Count(1, 0)
            if coming:
                counts[f"near {name}"] = Count(len(coming), 0)
        self.interlocking.count(counts, at_s * 1_000)
        stands = {
            name: Reading(0, True) for name, due in zip(GROUPS, self.before, strict=True) if due and due[0] <= at_s
        }
        shown = [control.step(at_s * 1_000, {**readings, **stands}) for control in self.controls]
        self.shown = [shown[0][0], shown[-1][self.group[1]]]

    @property
    def is_met(self) -> bool:
        return bool(self.inside[0] and self.inside[1])


@given(
    trams=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 600)), min_size=1, max_size=12),
    cars=st.lists(st.tuples(st.sampled_from(("XJ0", "XJ1", "W", "E")), st.integers(0, 1)), max_size=3),
    is_seen_coming=st.booleans(),
    is_on_plan=st.booleans(),
    where=st.sampled_from((APART, TOGETHER)),
)
@example(trams=[(0, 400)], cars=[], is_seen_coming=False, is_on_plan=False, where=TOGETHER)
@example(trams=[(1, 250), (1, 500)], cars=[("W", 0)], is_seen_coming=True, is_on_plan=False, where=TOGETHER)
@settings(max_examples=40, deadline=None)
def test_two_trams_never_meet_on_a_single_track_and_every_one_gets_through(
    trams: list[tuple[int, int]], cars: list[tuple[str, int]], is_seen_coming: bool, is_on_plan: bool, where: Where
) -> None:
    """Whoever else stands at the signals, on adaptive control and on the plan."""
    line = Line(trams, is_seen_coming=is_seen_coming, is_on_plan=is_on_plan, where=where)
    readings = {name: Reading(entered, True) for name, entered in cars}
    for at_s in range(1, 600 + len(trams) * 400):
        line.step(at_s, readings)
        assert not line.is_met
        if line.through == len(trams) and at_s > 700:
            break
    assert line.through == len(trams)


@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.sampled_from(("in W", "in E", "out W", "out E", "near W", "near E")),
                st.builds(Count, st.integers(0, 2), st.integers(0, 2), st.booleans()),
                max_size=3,
            ),
            st.tuples(st.booleans(), st.booleans()),
            st.tuples(st.booleans(), st.booleans()),
        ),
        max_size=120,
    ),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_whatever_counters_say_both_ends_are_never_open_to_trams_nor_one_against_who_is_counted_in(
    seconds: list[tuple[dict[str, Count], tuple[bool, bool], tuple[bool, bool]]], is_seen_coming: bool
) -> None:
    track = a_track(is_seen_coming=is_seen_coming)
    lock = Interlocking(track, 0)
    for at_s, (counts, reds, waits) in enumerate(seconds, start=1):
        lock.count(counts, at_s * 1_000)
        opened = [direction for direction in (0, 1) if lock.may_enter(direction)]
        assert len(opened) <= 1
        assert not any(lock.inside[1 - direction] for direction in opened)
        for nth, entry in enumerate(track.entries):
            is_red = reds[nth] or lock.is_closed(entry)
            lock.tell((entry.junction, entry.group), is_red=is_red, is_waited_for=waits[nth])


def counted(
    lock: Interlocking, counts: dict[str, Count], at_s: int, waits: tuple[bool, bool], red: bool = True
) -> None:
    lock.count(counts, at_s * 1_000)
    for nth, entry in enumerate(lock.track.entries):
        is_red = red or lock.is_closed(entry)
        lock.tell((entry.junction, entry.group), is_red=is_red, is_waited_for=waits[nth])


def test_who_waits_is_not_passed_over_for_ever_by_those_who_follow_one_another() -> None:
    """A tram of the first direction comes every 20 s; the other waits."""
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    for at_s in range(1, 300):
        counts = {"in W": Count(1, 0)} if at_s % 20 == 0 and lock.may_enter(0) else {}
        counts |= {"out W": Count(1, 1)} if at_s % 20 == 15 and lock.inside[0] else {}
        counted(lock, counts, at_s, (True, True))
        if lock.holder == 1:
            break
    assert TURN_MS <= at_s * 1_000 <= TURN_MS + 40_000


@pytest.mark.parametrize("is_seen_coming", [False, True])
def test_the_track_is_handed_over_when_nobody_is_on_it_and_the_other_signal_was_red_for_a_while(
    is_seen_coming: bool,
) -> None:
    """A tram comes by at the end of amber, at 20 s, and is on the track until 60 s; another waits against it.

    Then one that does not come by at all, at a signal that is green until 60 s.
    """
    lock = Interlocking(a_track(is_seen_coming=is_seen_coming), 0)
    for at_s in range(1, 80):
        counts = {2: {"near W": Count(1, 0)}, 3: {"near E": Count(1, 0)}, 20: {"in W": Count(1, 0)}}.get(at_s, {})
        lock.count(counts | ({"out W": Count(1, 1)} if at_s == 60 else {}), at_s * 1_000)
        assert lock.holder == (at_s * 1_000 >= 60_000 + GAP_MS)
        lock.tell(("J0", "W"), is_red=at_s >= 20, is_waited_for=False)
        lock.tell(("J1", "E"), is_red=True, is_waited_for=True)
    lock = Interlocking(a_track(is_seen_coming=is_seen_coming), 0)
    for at_s in range(1, 80):
        counts = {2: {"near W": Count(1, 0)}, 3: {"near E": Count(1, 0)}}.get(at_s, {})
        lock.count(counts, at_s * 1_000)
        assert lock.holder == (at_s * 1_000 >= 60_000 + CLEAR_MS)
        lock.tell(("J0", "W"), is_red=at_s >= 60, is_waited_for=False)
        lock.tell(("J1", "E"), is_red=True, is_waited_for=True)
        if lock.holder:
            break


def test_who_comes_on_green_is_let_in_before_the_other_direction_for_a_turn() -> None:
    lock = Interlocking(a_track(is_seen_coming=True), 0)
    for at_s in range(1, TURN_MS // 1_000 + 1):
        counts = {1: {"near W": Count(1, 0)}, 2: {"near E": Count(1, 0)}}.get(at_s, {})
        lock.count(counts, at_s * 1_000)
        assert lock.may_enter(0)
        lock.tell(("J0", "W"), is_red=False, is_waited_for=False)
        lock.tell(("J1", "E"), is_red=True, is_waited_for=True)


def test_a_signal_that_the_track_keeps_closed_gets_no_time_from_the_road_that_crosses() -> None:
    """A tram comes against it for five minutes; cars stand before both the track and the road."""
    interlocking = Interlocking(a_track(is_seen_coming=False), 0)
    interlocking.count({"in E": Count(1, 0)}, 0)
    control, greens = AdaptiveControl(a_layout("J0"), 0, tracks=[interlocking]), 0
    control.watch = Settled(control.layout, control.observer.seen)
    for at_s in range(1, 301):
        road = Reading(at_s % 3 == 0, at_s % 3 < 2)
        shown = control.step(at_s * 1_000, {"W": Reading(0, True), "XJ0": road})
        assert shown[0] is not Aspect.GREEN
        greens += shown[1] is Aspect.GREEN
    assert greens > 280


def test_cars_that_follow_a_tram_are_let_out_before_anybody_is_let_in_against_them_but_not_for_ever() -> None:
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    for at_s in range(1, 41):
        counted(lock, {"out W": Count(0, 0, True)} if at_s <= 20 else {}, at_s, (False, True))
        assert (lock.holder == 1) is (at_s * 1_000 >= 20_000 + GAP_MS)
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    for at_s in range(1, GAP_WAIT_MS // 1_000 + 5):
        counted(lock, {"out W": Count(0, 0, True)}, at_s, (False, True))
    assert lock.holder == 1


def test_while_no_tram_comes_cars_that_share_the_signal_drive() -> None:
    track = a_track(is_seen_coming=True)
    lock = Interlocking(track, 0)
    lock.count({"near W": Count(1, 0)}, 1_000)
    lock.count({"in W": Count(1, 0)}, 2_000)
    assert not lock.is_closed(track.entries[1])
    lock.count({"near E": Count(1, 0)}, 3_000)
    assert lock.is_closed(track.entries[1])
    assert not lock.is_closed(track.entries[0])


def test_a_counter_that_missed_one_keeps_the_track_closed_and_a_person_is_told_at_each_of_its_signals() -> None:
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    controls = [AdaptiveControl(a_layout(name), 0, tracks=[lock]) for name in APART]
    for at_s in range(1, 60 + DOUBTFUL_MS // 1_000 + 1):
        lock.count({1: {"in W": Count(2, 0)}, 60: {"out W": Count(1, 1)}}.get(at_s, {}), at_s * 1_000)
        for control in controls:
            control.step(at_s * 1_000, {})
        is_told = at_s * 1_000 >= 60_000 + DOUBTFUL_MS
        assert [control.doubts for control in controls] == [(TrackDoubt("T", (1, 0), 60_000),) if is_told else ()] * 2
    assert not lock.may_enter(1)
    (doubt,) = controls[0].doubts
    assert "T: trams were counted in (1 / 0) and for 15 min none" in doubt.spoken("en", at_s * 1_000)
    assert "“T”：已计入电车（1 / 0），15 分钟内" in doubt.spoken("zh-CN", at_s * 1_000)


def test_a_track_with_an_open_end_closes_nobodys_signal() -> None:
    """It could not be secured; half of it would only make others wait."""
    track = replace(a_track(is_seen_coming=False), open_ends=("x_0",))
    layout = a_layout("J1")
    assert Access(layout.junction, [Interlocking(track, 0)]).closed() == frozenset()
    assert Access(layout.junction, [Interlocking(a_track(is_seen_coming=False), 0)]).closed() == frozenset({0})


def doerpfeldstrasse(change: tuple[str, str] = ("", "")) -> tuple[bytes, list[tuple[bytes, str]]]:
    """With one word of the network changed."""
    net = gzip.decompress((NETWORKS / "doerpfeldstrasse.net.xml.gz").read_bytes()).decode()
    assert change[0] in net
    added = NETWORKS / "doerpfeldstrasse_tls.add.xml"
    return net.replace(*change, 1).encode(), [(added.read_bytes(), added.name)]


WEST_END = 'fromLane="2" toLane="2" via=":clusterJ1_J2_2_1" tl="clusterJ1_J2_joined" linkIndex="1"'
NO_SIGNAL = 'fromLane="2" toLane="2" via=":clusterJ1_J2_2_1"'


def test_the_single_track_of_doerpfeldstrasse_is_found_with_the_signals_at_its_ends() -> None:
    """Eight streets of it, with signals and crossings between; the stubs at the map's edge are none."""
    (track,) = read_sumo(*with_name(doerpfeldstrasse())).tracks
    assert len(track.lanes) == 16
    assert all(lane.endswith("_2") for lane in track.lanes)
    signals = {(entry.direction, entry.junction, entry.group, entry.counter) for entry in track.entries}
    assert signals == {
        (0, "clusterJ1_J2_joined", "K1", "-45875465_2@end"),
        (1, "clusterJ1_J2_joined", "K0", "1072269112#0_2@end"),
    }
    assert {(end.direction, end.counter) for end in track.exits} == {
        (0, "-178028203#1_2@end"),
        (1, "-152839428_2@end"),
    }
    assert track.is_secured


def with_name(read: tuple[bytes, list[tuple[bytes, str]]]) -> tuple[bytes, str, list[tuple[bytes, str]]]:
    return read[0], "d.net.xml", read[1]


def test_a_tram_is_held_at_the_last_signal_before_a_track_whose_end_has_none() -> None:
    """The end's own signal is taken away; the junction before it has one, and from there on nobody may turn off."""
    (track,) = read_sumo(*with_name(doerpfeldstrasse((WEST_END, NO_SIGNAL)))).tracks
    entries = [entry for entry in track.entries if entry.direction == 0]
    assert {entry.junction for entry in entries} == {BEFORE_WEST}
    assert track.is_secured


BEFORE_WEST = "cluster_101333380_1652675105_1704693841_2169462573_#17more"
OTHER_SIGNALS = re.compile(r' tl="(?!clusterJ1_J2_joined)[^"]*" linkIndex="[0-9]+"')


def test_the_command_warns_of_a_single_track_that_trams_get_onto_past_no_signal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, ((body, _),) = doerpfeldstrasse((WEST_END, NO_SIGNAL))
    open_net = OTHER_SIGNALS.sub("", net.decode())
    (tmp_path / "d.net.xml").write_text(open_net)
    (tmp_path / "d.add.xml").write_bytes(body)
    (track,) = read_sumo(open_net.encode(), "d", [(body, "d")]).tracks
    assert not track.is_secured
    words = ["signals", "check", str(tmp_path / "d.net.xml"), "--plans", str(tmp_path / "d.add.xml")]
    assert main([*words, "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert f"single track {track.id} in both directions" in said
    assert "[single-track-open]" in said


def test_for_a_signal_onto_a_single_track_no_longest_wait_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, ((body, _),) = doerpfeldstrasse()
    (tmp_path / "d.net.xml").write_bytes(net)
    (tmp_path / "d.add.xml").write_bytes(body)
    main(["signals", "waits", str(tmp_path / "d.net.xml"), "--plans", str(tmp_path / "d.add.xml"), "--language", "en"])
    lines = [line for line in capsys.readouterr().out.splitlines() if "clusterJ1_J2_joined" in line]
    assert [line.partition(": ")[0].rpartition(" ")[2] for line in lines] == ["K0", "K1"]
    assert all("until it is free" in line for line in lines)


class Counting:
    """A stand-in for `libsumo`: who is on the counters, as (vehicle, type, when it left or -1)."""

    def __init__(self) -> None:
        self.on: dict[str, list[tuple[str, str, float]]] = {}
        self.inductionloop = self.vehicletype = self

    def getVehicleData(self, name: str) -> list[tuple[str, float, float, float, str]]:
        return [(who, 30.0, 0.0, left_s, kind) for who, kind, left_s in self.on.get(name, [])]

    def getVehicleClass(self, kind: str) -> str:
        return {"car": "passenger", "metro": "tram"}[kind]


def test_a_counter_counts_who_runs_on_rails_once_when_he_comes_and_once_when_he_has_left() -> None:
    sumo = Counting()
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    counters = TrackCounters(sumo, [lock])
    seen = []
    for at_s, (entry, end) in enumerate(
        (
            ([("car", "car", -1.0)], []),
            ([("t", "metro", -1.0)], []),
            ([("t", "metro", -1.0)], []),
            ([("t", "metro", 4.0), ("u", "metro", -1.0)], []),
            ([], [("t", "metro", -1.0)]),
            ([], [("t", "metro", -1.0)]),
            ([], [("t", "metro", 7.0), ("car", "car", -1.0)]),
            ([], []),
        ),
        start=1,
    ):
        sumo.on = {"track in W": entry, "track out W": end}
        counters.step(at_s * 1_000)
        seen.append(lock.inside[0])
    assert seen == [0, 1, 1, 2, 2, 2, 1, 1]


def test_counters_lie_at_the_ends_of_their_lanes() -> None:
    read = doerpfeldstrasse()
    records = read_records(read[0], "d", root="net")
    lengths = {lane.id: lane.length_m for edge in records.edges.values() for lane in edge.lanes}
    loops = track_loops(records, read_sumo(*with_name(read)).tracks)
    assert len(loops) == 5
    for loop in loops:
        is_start = loop.id.endswith("@start")
        assert loop.from_start_m < 1.0 if is_start else lengths[loop.lane] - 1.0 < loop.from_start_m
        assert loop.from_start_m + loop.length_m <= lengths[loop.lane]
