"""Detectors laid in SUMO networks, the letters that SUMO is told, and the loop that joins both with control."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.streets import a_crossing
from turnout.main import main
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.layout import Layout, layout_of
from turnout.signals.adaptive.observer import STAYS, Changes, Observer, Reading
from turnout.signals.guard import Aspect
from turnout.signals.short_street import Gate, ShortStreet, StreetLock
from turnout.signals.simulated import run as running
from turnout.signals.simulated.lamps import Lamps
from turnout.signals.simulated.sumo_layout import Loop, Placed, loops_file, placed
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.trouble import Unsupported

NETWORKS = Path(__file__).parent / "networks"


def laid(name: str, added: str = "") -> Placed:
    path = NETWORKS / f"{name}.net.xml.gz"
    programmes = [((NETWORKS / added).read_bytes(), added)] if added else []
    junctions = read_sumo(path.read_bytes(), path.name, programmes).signals.junctions
    return placed(read_records(path.read_bytes(), path.name, root="net"), junctions)


@pytest.mark.parametrize("name", ["acosta", "pasubio", "doerpfeldstrasse"])
def test_every_lane_with_a_signal_has_a_detector_at_its_stop_line_and_all_lie_on_their_lanes(name: str) -> None:
    path = NETWORKS / f"{name}.net.xml.gz"
    records = read_records(path.read_bytes(), path.name, root="net")
    lengths = {lane.id: lane.length_m for edge in records.edges.values() for lane in edge.lanes}
    found = laid(name)
    assert len(found.layouts) >= 5
    assert len(found.layouts) + len(found.left) == len(read_sumo(path.read_bytes(), path.name).signals.junctions)
    for loop in found.loops:
        assert 0 <= loop.from_start_m <= loop.from_start_m + loop.length_m <= lengths[loop.lane] + 0.01
    laid_loops = {loop.id: loop for loop in found.loops}
    for layout in found.layouts:
        marks = {mark.detector: mark for mark in layout.marks}
        for lane in layout.lanes:
            assert laid_loops[lane.stop].lane == lane.id
            assert marks[lane.stop].before_stop_line_m <= 2.5
            assert marks[lane.stop].ways == ()
            assert lane.exits
        for mark in layout.marks:
            assert all(way.metres > 0 and way.to in marks for way in mark.ways)
        Observer(layout, 0)


def test_a_street_begins_where_others_turn_off_and_at_the_edge_of_the_map_it_has_no_beginning() -> None:
    """Bologna's 219: 71 goes on from 17, which comes from signal 220; 85 comes from outside; 15 at a crossing."""
    mouths = {
        lane.approach: {name.rpartition("@")[0] for name in lane.mouths}
        for layout in laid("acosta", "acosta_tls.add.xml").layouts
        for lane in layout.lanes
    }
    assert mouths["71"] == {"17_0", "17_1"}
    assert mouths["85"] == set()
    assert mouths["15"] == {"15_0"}


def test_counts_go_together_along_a_street_but_not_where_another_leads_in_or_out() -> None:
    """Bologna's 210: 133 and 165 meet in 31; 202 goes on as 34, and nothing else does."""
    ways = {
        (mark.detector.rpartition("_")[0], way.to.rpartition("_")[0]): way.is_open
        for layout in laid("acosta", "acosta_tls.add.xml").layouts
        for mark in layout.marks
        for way in mark.ways
    }
    assert ways["133", "31"]
    assert ways["165", "31"]
    assert not ways["202", "34"]
    assert not any(is_open for (here, onward), is_open in ways.items() if here == onward)


def test_a_junction_that_the_guard_cannot_keep_safe_is_left_to_its_plan_and_told() -> None:
    """Bologna's signal 219 has an intergreen shorter than its amber."""
    found = laid("pasubio", "pasubio_tls.add.xml")
    assert "shorter than the amber" in found.left["219"]
    assert "219" not in [layout.junction.id for layout in found.layouts]


def test_who_gives_way_to_somebody_who_may_drive_is_shown_a_small_g() -> None:
    lamps = Lamps(a_crossing(3).junction)
    red, green, ending = Aspect.RED, Aspect.GREEN, Aspect.ENDING
    assert lamps.state((green, green, red)) == "Ggr"
    assert lamps.state((ending, green, red)) == "ygr"
    assert lamps.state((red, green, red)) == "rGr"
    assert lamps.state((red, ending, Aspect.STARTING)) == "ryu"


def test_names_from_a_network_cannot_break_the_file_of_detectors() -> None:
    body = loops_file([Loop('a"<&', "lane", 1.0, 2.0)])
    assert 'id="a&quot;&lt;&amp;"' in body


class FakeSumo:
    """As much of `libsumo` as is used: a car stands on the side road's detectors from the fifth second on."""

    def __init__(self) -> None:
        self.now, self.told, self.is_closed = 0.0, [], False
        self.simulation = SimpleNamespace(
            getTime=lambda: self.now, step=self._step, getMinExpectedNumber=lambda: int(self.now < 12)
        )
        self.inductionloop = SimpleNamespace(
            getTimeSinceDetection=self._since, getLastStepVehicleNumber=self._number, getVehicleData=lambda name: []
        )
        self.trafficlight = SimpleNamespace(setRedYellowGreenState=lambda *said: self.told.append(said))

    def start(self, words: list[str]) -> None:
        assert words[0] == "sumo"

    def _step(self) -> None:
        self.now += 1.0

    def close(self) -> None:
        self.is_closed = True

    def _is_there(self, name: str) -> bool:
        return name == "s1@2.5" and self.now >= 5

    def _since(self, name: str) -> float:
        return 0.0 if self._is_there(name) else self.now + 1

    def _number(self, name: str) -> int:
        return int(self._is_there(name))


class Second(NamedTuple):
    """Of one loop: how long ago somebody was on it, how many were in this second and how many of them are still."""

    ago_s: float
    number: int
    are_still: int = 1


class Plain:
    """Every loop is read in every second, as `Detectors` must have it."""

    def __init__(self) -> None:
        self.was: dict[str, int] = {}

    def read(self, now: Mapping[str, Second]) -> dict[str, Reading]:
        found = {}
        for name, (ago_s, number, are_still) in now.items():
            is_on = ago_s == 0.0
            if ago_s < 1.0:
                entered = min(max(number - self.was.get(name, 0), 0), running.READ_MAX)
                found[name] = Reading(entered, is_on)
                self.was[name] = (max(are_still, 1) if number > 1 else 1) if is_on else 0
            else:
                self.was[name] = 0
        return found


class Told:
    """Readings again, of the changes that were told."""

    def __init__(self) -> None:
        self.on: set[str] = set()

    def readings(self, changes: Changes) -> dict[str, Reading]:
        assert not {name for name, reading in changes.items() if reading == STAYS} & self.on
        now = {name: reading for name, reading in (dict.fromkeys(self.on, STAYS) | changes).items() if reading}
        self.on = {name for name, reading in now.items() if reading.is_occupied}
        return now


def detectors_of(
    now: Mapping[str, Second], fault: running.Fault | None = None, layout: Layout | None = None
) -> running.Detectors:
    """What they read is what `now` says at that moment."""
    loop = SimpleNamespace(
        getTimeSinceDetection=lambda name: now[name].ago_s,
        getLastStepVehicleNumber=lambda name: now[name].number,
        getVehicleData=lambda name: [("v", 5.0, 1.0, -1.0, "car")] * now[name].are_still,
    )
    loops = [Loop(name, name[:2], 1.0, 2.0) for name in reversed(now)]
    return running.Detectors(SimpleNamespace(inductionloop=loop), loops, [layout or a_crossing()], fault)


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        ([(9.0, 0), (0.0, 1), (0.0, 1), (0.4, 1), (1.4, 0)], [None, (1, True), (0, True), (0, False), None]),
        ([(0.3, 1), (0.0, 2, 2), (0.0, 2, 2), (0.0, 1)], [(1, False), (2, True), (0, True), (0, True)]),
        ([(0.0, 1), (0.2, 9)], [(1, True), (running.READ_MAX, False)]),
        ([(0.0, 1), (0.0, 1), (1.0, 1), (9.0, 0), (0.0, 1)], [(1, True), (0, True), None, None, (1, True)]),
    ],
)
def test_who_was_on_a_loop_a_second_ago_has_not_come_again(
    seconds: list[tuple[Any, ...]], read: list[tuple[int, bool] | None]
) -> None:
    """Two that stand on it at once among them: each second both are seen."""
    now = {"s1@2.5": Second(0.0, 0)}
    detectors, told, found = detectors_of(now), Told(), []
    for second in seconds:
        now["s1@2.5"] = Second(*second)
        found.append(told.readings(detectors.read(0)["J"]).get("s1@2.5"))
    assert found == read


def test_each_junction_is_told_of_its_own_loops_in_whatever_order_they_are_laid() -> None:
    one = a_crossing()
    other = layout_of(replace(one.junction, id="K"), [replace(lane, mouths=("z",)) for lane in one.lanes], one.marks)
    now = {"z": Second(0.0, 1), "m1@2.5": Second(9.0, 0)}
    loop = SimpleNamespace(
        getTimeSinceDetection=lambda name: now[name].ago_s,
        getLastStepVehicleNumber=lambda name: now[name].number,
        getVehicleData=lambda name: [],
    )
    loops = [Loop(name, name[:2], 1.0, 2.0) for name in now]
    detectors = running.Detectors(SimpleNamespace(inductionloop=loop), loops, [one, other], None)
    assert detectors.read(0) == {"J": {}, "K": {"z": Reading(1, True)}}


def test_a_junction_is_told_who_stands_where_its_street_begins() -> None:
    layout = a_crossing()
    lanes = [replace(lane, mouths=("s1<",) if lane.id == "s1" else ()) for lane in layout.lanes]
    now = {"s1<": Second(0.0, 1), "elsewhere": Second(0.0, 1)}
    detectors = detectors_of(now, layout=layout_of(layout.junction, lanes, layout.marks))
    assert detectors.read(0)["J"] == {"s1<": Reading(1, True)}


LOOPS = ("m1@2.5", "m2@2.5", "s1@2.5", "s1>")
anything_seen = st.lists(
    st.fixed_dictionaries(
        {
            name: st.builds(Second, st.sampled_from((0.0, 0.0, 0.4, 1.0, 7.0)), st.integers(0, 5), st.integers(0, 3))
            for name in LOOPS
        }
    ),
    max_size=40,
)


@given(anything_seen, st.booleans())
def test_what_changed_is_what_reading_every_loop_in_every_second_shows(
    seconds: list[dict[str, Second]], through_faults: bool
) -> None:
    """With a fault that changes nothing too."""
    now = dict.fromkeys(LOOPS, Second(9.0, 0))
    detectors = detectors_of(now, (lambda name, at_ms, reading: reading) if through_faults else None)
    plain, told = Plain(), Told()
    for second in seconds:
        now.update(second)
        assert told.readings(detectors.read(0)["J"]) == plain.read(second)


def test_detectors_are_read_and_lamps_are_told_only_when_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    sumo, layout = FakeSumo(), a_crossing()
    monkeypatch.setattr(running, "library", lambda: sumo)
    control = AdaptiveControl(layout, 0)
    loops = [Loop(mark.detector, mark.detector[:2], 1.0, 2.0) for mark in layout.marks]
    ran = running.run(["-c", "x"], {"J": control}, [layout], loops, 30.0)
    assert ran.steps == 30
    assert sumo.is_closed
    states = [state for _, state in sumo.told]
    assert states[-1] == "rrG"
    assert all(before != after for before, after in itertools.pairwise(states))


@pytest.mark.parametrize(("until_empty", "steps"), [(False, 30), (True, 12)])
def test_a_run_goes_to_its_end_or_until_nobody_is_to_come(
    monkeypatch: pytest.MonkeyPatch, until_empty: bool, steps: int
) -> None:
    sumo, layout = FakeSumo(), a_crossing()
    monkeypatch.setattr(running, "library", lambda: sumo)
    loops = [Loop(mark.detector, mark.detector[:2], 1.0, 2.0) for mark in layout.marks]
    control = {"J": AdaptiveControl(layout, 0)}
    assert running.run([], control, [layout], loops, 30.0, until_empty=until_empty).steps == steps


def test_a_short_street_is_asked_every_second_before_the_signals_are(monkeypatch: pytest.MonkeyPatch) -> None:
    sumo, layout = FakeSumo(), a_crossing()
    monkeypatch.setattr(running, "library", lambda: sumo)
    lock = StreetLock(ShortStreet("A - J", (Gate(0, "A", "K"), Gate(1, "J", "S1")), ((), ())), 0)
    control = AdaptiveControl(layout, 0, streets=[lock])
    asked: list[str] = []
    monkeypatch.setattr(lock, "step", lambda at_ms: asked.append(f"street {at_ms}"))
    honest = control.hear
    monkeypatch.setattr(control, "hear", lambda at_ms, *more: asked.append(f"J {at_ms}") or honest(at_ms, *more))
    loops = [Loop(mark.detector, mark.detector[:2], 1.0, 2.0) for mark in layout.marks]
    running.run([], {"J": control}, [layout], loops, 30.0, streets=[lock])
    assert asked == [f"{who} {at_s}000" for at_s in range(1, 31) for who in ("street", "J")]
    assert all(state[2] != "G" for _, state in sumo.told)


def test_a_fault_stands_between_the_detectors_and_control(monkeypatch: pytest.MonkeyPatch) -> None:
    sumo, layout = FakeSumo(), a_crossing()
    monkeypatch.setattr(running, "library", lambda: sumo)
    control = AdaptiveControl(layout, 0)
    loops = [Loop(mark.detector, mark.detector[:2], 1.0, 2.0) for mark in layout.marks]

    def silent(name: str, at_ms: int, reading: Reading | None) -> Reading | None:
        return None

    running.run([], {"J": control}, [layout], loops, 30.0, fault=silent)
    assert [state for _, state in sumo.told][-1] == "GGr"


def test_without_sumo_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(running.importlib, "import_module", nothing)
    with pytest.raises(Unsupported, match="uv pip install"):
        running.library()


def test_the_worst_wait_of_every_approach_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signals", "waits", str(NETWORKS / "acosta.net.xml.gz"), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "junction 209" in said
    assert " s at the longest" in said
    assert main(["signals", "waits", str(NETWORKS / "acosta.net.xml.gz"), "--language", "zh-CN"]) == 0
    assert "最长" in capsys.readouterr().out
