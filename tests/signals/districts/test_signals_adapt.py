"""Adaptive control tried beside the plans in force (15.2): by a program of its own whose end is nobody else's.

The longest waits, the detectors and the junctions that ran their plan are named; nothing of a vehicle is told.
"""

import os
import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.districts.a_district import a_district
from tests.signals.districts.a_street import a_street
from tests.signals.districts.fake_sumo import calls_of, install, install_library
from tests.signals.test_short_street import NETWORK as SHORT_STREET
from tests.signals.test_single_track import APART, a_layout, a_track
from turnout.main import main
from turnout.signals.adaptive.faults import FAULT_NAMES
from turnout.signals.districts import adapt as adapt_module
from turnout.signals.districts import run_figures, sumo_program
from turnout.signals.districts.adapt import NO_PLAN, adapt
from turnout.signals.districts.folder import District, read_head
from turnout.signals.districts.plan_sets import body_of, digest_of, plans_of
from turnout.signals.districts.reading import ReadDistrict, read_district
from turnout.signals.districts.results import Adapt, AdaptResult, Period
from turnout.signals.districts.run_figures import read_run
from turnout.signals.districts.shapes import HoursShape, PlanSet
from turnout.signals.districts.sumo import SimulationFailed, refuse_another
from turnout.signals.districts.sumo_program import HOME, find_library, find_sumo
from turnout.signals.model import Signals
from turnout.signals.problem import BrokenSignals
from turnout.signals.simulated import program
from turnout.signals.simulated.gridlock import LOCKED_S, Trip, is_locked
from turnout.signals.simulated.program import ControlledRun, Found, import_from
from turnout.signals.simulated.run import Ran
from turnout.signals.single_track import DOUBTFUL_MS, Count, TrackDoubt
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

District_ = tuple[District, ReadDistrict]


@pytest.fixture
def grid(tmp_path: Path) -> District_:
    return opened(tmp_path)


def opened(folder: Path) -> District_:
    district = read_head(a_district(folder))
    return district, read_district(district)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = install_library(install(tmp_path / "sumo"))
    monkeypatch.setenv(HOME, str(home))
    return home


def adapted(grid: District_, in_force: PlanSet | None = None, run_s: float = 900.0, **asked: Any) -> AdaptResult:
    said: list[tuple[float, Name]] = []
    found = adapt(*grid, in_force, Adapt(**asked), lambda part, name: said.append((part, name)), run_s)
    assert [part for part, _ in said] == sorted({part for part, _ in said})
    assert all(0 <= part < 1 and re.search(r"[一-鿿]", name.zh) for part, name in said)
    return found


def test_each_seed_is_run_with_the_plans_and_with_control_and_the_difference_has_its_interval(
    grid: District_, home: Path
) -> None:
    found = adapted(grid)
    assert [seed for _, seed in calls_of(home)] == [1, 2, 3, 4, 5]
    assert [seed for _, seed in calls_of(home, "controlled.txt")] == [1, 2, 3, 4, 5]
    pairs = {pair.figure: pair for pair in found.pairs}
    assert set(pairs) == {"delay_s", "stops", "travel_s", "waiting_s", "throughput"}
    change = pairs["delay_s"].change
    assert (pairs["delay_s"].before.mean, change.mean, change.low, change.high) == (24.5, -5.0, -5.0, -5.0)
    assert (found.before.entered, found.after.entered, found.seeds) == (500, 500, 5)
    assert found.base == digest_of(body_of(plans_of(grid[1].signals)))
    (busy,) = [each for each in found.junctions if each.delay_s.before is not None]
    assert busy.junction == "1.1"


def test_the_longest_waits_and_the_detectors_of_every_lane_are_told(grid: District_, home: Path) -> None:
    found = adapted(grid)
    assert [each.junction for each in found.adapted] == ["0.0", "0.1", "1.0", "1.1"]
    (first, *_) = found.adapted
    assert {each.approach for each in first.waits} == {"0.0.e", "0.0.w", "0.0.n", "0.0.s"}
    assert all(each.worst_s is not None and 90 < each.worst_s < 300 for each in first.waits)
    assert {(each.lane, each.detectors) for each in first.lanes} >= {("0.0.e_0", 4), ("0.0.w_0", 5)}
    assert first.detectors == sum(each.detectors for each in first.lanes)
    assert found.detectors == 80
    assert found.kept == ()


@pytest.mark.parametrize("kind", ["stuck", "silent", "double"])
def test_with_a_broken_detector_each_junction_runs_its_plan_and_the_fault_is_named(
    grid: District_, home: Path, kind: Any
) -> None:
    found = adapted(grid, fault=kind)
    assert [each.on_plan for each in found.adapted] == [5, 5, 5, 5]
    (fault,) = found.adapted[0].faults
    assert (fault.detector, fault.lane, fault.kind, fault.seeds) == ("0.0.e_0@15.0", "0.0.e_0", kind, 5)
    assert fault.name == FAULT_NAMES[kind]
    assert (found.adapted[0].broken, found.adapted[0].missed) == (fault.detector, 0)


def test_with_sound_detectors_no_junction_runs_its_plan(grid: District_, home: Path) -> None:
    found = adapted(grid).adapted
    assert [(each.on_plan, each.faults, each.broken) for each in found] == [(0, (), "")] * 4


def test_a_gridlock_is_said_with_its_seeds_on_either_side(
    grid: District_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = install_library(install(tmp_path / "sumo", locked=(2, 3)), locked=(4,))
    monkeypatch.setenv(HOME, str(home))
    found = adapted(grid)
    assert (found.gridlocked_before, found.gridlocked_after) == ((2, 3), (4,))


def test_what_is_told_holds_no_vehicle(grid: District_, home: Path) -> None:
    """The fake's vehicles are all called `v`."""
    told = msgspec.to_builtins(adapted(grid))

    def texts(part: Any) -> list[str]:
        match part:
            case dict():
                return [text for each in part.values() for text in texts(each)]
            case list() | tuple():
                return [text for each in part for text in texts(each)]
            case str():
                return [part]
        return []

    assert "v" not in texts(told)


@pytest.mark.parametrize(
    ("behaviour", "said"), [("dies", "ended with -11"), ("fails", "no such network"), ("nothing", "said nothing")]
)
def test_a_library_that_crashes_or_fails_ends_its_run_and_nothing_else(
    grid: District_, home: Path, behaviour: Any, said: str
) -> None:
    install_library(home, behaviour)
    with pytest.raises(SimulationFailed) as trouble:
        adapted(grid)
    assert said in trouble.value.said.en
    assert trouble.value.said.zh != trouble.value.said.en


def test_a_library_that_hangs_is_cut_off_and_gone(grid: District_, home: Path) -> None:
    install_library(home, "hangs")
    with pytest.raises(SimulationFailed, match="cut off"):
        adapted(grid, run_s=5.0)
    for pid, _ in calls_of(home, "controlled.txt"):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_without_the_library_it_is_said_what_to_install_in_either_language(
    grid: District_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME, str(install(tmp_path / "bare")))
    monkeypatch.setattr(sumo_program, "sys", SimpleNamespace(path=[]))
    assert find_library() is None
    with pytest.raises(Unsupported, match="package libsumo"):
        adapted(grid)
    assert main(["signals", "adapt", str(grid[0].folder), "--language", "zh-CN"]) == 1
    assert "未安装 SUMO 的程序库" in capsys.readouterr().err


def test_what_lies_beside_the_library_takes_the_place_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_path = ["ours"]
    monkeypatch.setattr("sys.path", import_path)
    monkeypatch.setattr("turnout.signals.simulated.program.run_library", lambda: import_path.append("imported"))
    import_from(tmp_path)
    assert import_path == ["ours", "imported", str(tmp_path)]


def test_plans_by_hours_need_one_and_plans_with_errors_are_not_tried(grid: District_, home: Path) -> None:
    junction = plans_of(grid[1].signals).junctions[0]
    timed = PlanSet((replace(junction, hours=(HoursShape(plan=junction.plans[0].id, since="06:00"),)),))
    with pytest.raises(BrokenSignals) as trouble:
        adapted(grid, timed)
    assert trouble.value.problems[0].rule == "period-needed"
    assert adapted(grid, timed, period=Period(day="mon", since="07:00")).period is not None
    windows = tuple(replace(each, to_s=each.from_s + 1) for each in junction.plans[0].windows)
    short = PlanSet((replace(junction, plans=(replace(junction.plans[0], windows=windows),)),))
    with pytest.raises(BrokenSignals):
        adapted(grid, short)


def test_a_junction_whose_movements_are_not_all_the_links_keeps_its_plan(grid: District_, home: Path) -> None:
    (first, *others) = grid[1].signals.junctions
    fewer = replace(first, movements=first.movements[:-1])
    read = replace(grid[1], signals=Signals((fewer, *others), grid[1].signals.arterials))
    found = adapted((grid[0], read))
    assert first.id not in {each.junction for each in found.adapted}
    (kept,) = found.kept
    assert kept.junction == first.id
    assert kept.why.zh != kept.why.en


def test_a_file_named_as_one_that_is_written_is_refused_and_left_alone(tmp_path: Path, home: Path) -> None:
    folder = a_district(tmp_path, "own", more='additional = ["plans.add.xml"]')
    (folder / "plans.add.xml").write_text("<additional/>", encoding="utf-8")
    district = read_head(folder)
    with pytest.raises(Unsupported, match=r"plans\.add\.xml is the name of a file that a simulation writes"):
        adapted((district, read_district(district)))
    assert (folder / "plans.add.xml").read_text(encoding="utf-8") == "<additional/>"


def test_the_command_tells_the_same_and_writes_all_of_it(
    grid: District_, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "found.json"
    words = ["signals", "adapt", str(grid[0].folder), "--fault", "stuck", "--to", str(to), "--language"]
    assert main([*words, "en"]) == 0
    en = capsys.readouterr().out
    assert "delay, s per vehicle: 24.5 before, 19.5 after; change -5.0" in en
    assert "80 detectors are laid" in en
    assert re.search(r"junction 0\.0, .*: who is seen waits for green for \d+", en)
    assert "junction 0.0 ran its plan at the end with 5 of 5 seeds: 0.0.e_0@15.0 always occupied (5 of 5)" in en
    assert "drives no controller" in en
    found = msgspec.json.decode(to.read_bytes(), type=AdaptResult)
    assert (found.fault, found.detectors) == ("stuck", 80)
    assert main([*words, "zh-CN"]) == 0
    zh = capsys.readouterr().out
    assert "按方案运行：0.0.e_0@15.0 持续占用（5/5）" in zh
    assert "不驱动任何信号机" in zh


@pytest.mark.skipif(find_sumo() is None or find_library() is None, reason="SUMO is not installed (extra `signals`)")
def test_with_sumo_itself_a_street_without_side_traffic_loses_less_time_under_adaptive_control(tmp_path: Path) -> None:
    """Nobody ever comes from the side, so nothing but the longest red of who was not seen stops anybody."""
    district = read_head(a_street(tmp_path))
    found = adapted((district, read_district(district)))
    (delay,) = [pair for pair in found.pairs if pair.figure == "delay_s"]
    assert delay.change.high < 0
    assert (found.before.arrived, found.after.arrived) == (300, 300)
    assert [each.on_plan for each in found.adapted] == [0, 0]


times = st.floats(0, 4_000).map(round)
free = st.integers(0, 900)


@given(st.lists(st.tuples(times, times | st.just(-1), free), max_size=12))
def test_it_is_a_gridlock_when_some_five_minutes_hold_somebody_and_no_arrival(
    trips: list[tuple[int, int, int]],
) -> None:
    """By looking at every second in turn."""
    real = [Trip(came, gone if gone < 0 or gone >= came else came, free_s) for came, gone, free_s in trips]
    longest = max((trip.free_s for trip in real if trip.arrived_s >= 0), default=0)
    end_s, since, looked = 4_000, None, False
    for second in range(end_s + 1):
        arrives = any(trip.arrived_s == second for trip in real)
        held = [trip for trip in real if trip.entered_s <= second and (trip.arrived_s < 0 or trip.arrived_s >= second)]
        if held and since is None:
            since = second + min(trip.free_s if trip.arrived_s >= 0 else max(trip.free_s, longest) for trip in held)
        looked |= bool(held) and since is not None and second - since >= LOCKED_S
        stays = any(trip.arrived_s != second for trip in held)
        if arrives or not stays:
            since = second if stays else None
    assert is_locked(real, end_s) == looked


def test_free_flow_on_a_long_road_is_no_gridlock_and_a_jam_there_is_one() -> None:
    flow = [Trip(at_s, at_s + 400, 400) for at_s in range(0, 3_000, 10)]
    assert not is_locked(flow, 3_400)
    under_way = [trip if trip.arrived_s <= 395 else replace_trip(trip, 395) for trip in flow if trip.entered_s <= 395]
    assert not is_locked(under_way, 395), "nobody can have arrived yet"
    assert is_locked([trip._replace(arrived_s=-1, free_s=30) for trip in flow], 3_400)
    jammed = [trip if trip.arrived_s <= 2_000 else trip._replace(arrived_s=-1, free_s=30) for trip in flow]
    assert is_locked(jammed, 3_400)


def replace_trip(trip: Trip, end_s: int) -> Trip:
    """Still under way, without loss."""
    return trip._replace(arrived_s=-1, free_s=end_s - trip.entered_s)


@pytest.mark.parametrize("side", ["before", "after"])
def test_who_waits_to_see_the_first_arrive_sees_no_gridlock_in_what_sumo_writes(tmp_path: Path, side: str) -> None:
    """The list of trips says how long each would have driven freely."""
    (tmp_path / "figures.xml").write_text(
        '<statistics><vehicles inserted="2" waiting="0"/><teleports total="0"/>'
        '<vehicleTripStatistics count="2" duration="500" waitingTime="0" timeLoss="0" departDelay="0"/></statistics>',
        encoding="utf-8",
    )
    (tmp_path / "edges.xml").write_text("<meandata/>", encoding="utf-8")
    lost_s = {"before": 0, "after": 450}[side]
    trip = f'<tripinfo depart="0" arrival="500" duration="500" timeLoss="{lost_s}" waitingCount="0"/>'
    (tmp_path / "trips.xml").write_text(f"<tripinfos>{trip}</tripinfos>", encoding="utf-8")
    assert read_run(tmp_path, 600).is_locked == (lost_s > 0)


def test_a_doubtful_track_is_found_by_the_program_that_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter has missed one, and for 15 minutes nobody is counted."""
    layouts = tuple(a_layout(name) for name in APART)

    def ran(words: object, controls: Mapping[str, Any], *given: object, tracks: list[Any], **more: object) -> Ran:
        tracks[0].count({"in W": Count(1, 0)}, 1_000)
        for at_s in range(2, 3 + DOUBTFUL_MS // 1_000):
            tracks[0].count({}, at_s * 1_000)
            for control in controls.values():
                control.step(at_s * 1_000, {})
        return Ran(900, 1.0, 0.0, 0.0)

    monkeypatch.setattr(program, "run", ran)
    monkeypatch.setattr(program, "run_library", lambda: SimpleNamespace(getVersion=lambda: (22, "SUMO 1.28.0")))
    asked = ControlledRun(
        words=(),
        begin_s=0,
        end_s=1_000,
        layouts=layouts,
        loops=(),
        plans=dict.fromkeys(APART, ""),
        tracks=(a_track(is_seen_coming=False),),
    )
    found = program.controlled(asked)
    assert [[doubt.track for doubt in each.doubts] for each in found.junctions] == [["T"], ["T"]]
    assert msgspec.json.decode(msgspec.json.encode(found), type=Found) == found


def test_streets_that_hold_one_vehicle_are_found_in_the_district_and_reach_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = SHORT_STREET.read_bytes()
    records = read_records(body, SHORT_STREET.name, root="net")
    laid = adapt_module._laid(read_sumo(body, SHORT_STREET.name, []).signals, records, Adapt(seeds=5))
    assert [street.id for street in laid.streets] == ["J0 - J1"]
    closed = {}

    def ran(words: object, controls: Mapping[str, Any], *given: object, streets: list[Any], **more: object) -> Ran:
        assert [lock.street for lock in streets] == list(laid.streets)
        closed.update({name: len(control.access.closed()) for name, control in controls.items()})
        return Ran(1, 1.0, 0.0, 0.0)

    monkeypatch.setattr(program, "run", ran)
    monkeypatch.setattr(program, "run_library", lambda: SimpleNamespace(getVersion=lambda: (22, "SUMO 1.28.0")))
    plans = dict(laid.plans)
    program.controlled(
        ControlledRun(words=(), begin_s=0, end_s=9, layouts=laid.layouts, loops=(), plans=plans, streets=laid.streets)
    )
    assert closed == {"J0": 0, "J1": 2}
    assert adapt_module._waits(laid.layouts[0], laid) != adapt_module._waits(laid.layouts[0], laid._replace(streets=()))


def test_a_doubtful_track_is_told_with_its_seeds_by_result_and_command(
    grid: District_, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though no gridlock is: elsewhere others arrive. Each junction at the track tells it; it counts once a seed."""
    honest = adapt_module._controlled

    def controlled(scene: Any, seed: int, *given: Any) -> Found:
        found = honest(scene, seed, *given)
        doubts = (TrackDoubt("T", (1, 0), 60_000),) if seed in (2, 4) else ()
        return replace(found, junctions=tuple(replace(each, doubts=doubts) for each in found.junctions))

    monkeypatch.setattr(adapt_module, "_controlled", controlled)
    found = adapted(grid)
    assert [(doubt.track, doubt.seeds) for doubt in found.doubts] == [("T", 2)]
    assert found.doubts[0].name.zh != found.doubts[0].name.en
    assert (found.gridlocked_before, found.gridlocked_after) == ((), ())
    assert main(["signals", "adapt", str(grid[0].folder), "--language", "en"]) == 0
    assert (
        "single track T is doubtful at the end with 2 of 5 seeds: occupied, and for 15 min" in capsys.readouterr().out
    )


def test_a_broken_detector_that_nobody_notices_is_said(
    grid: District_, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run is over before its neighbours can tell."""
    install_library(home, lasts_s=620)
    found = adapted(grid, fault="stuck")
    first = found.adapted[0]
    assert (first.broken, first.missed, first.on_plan, first.faults) == ("0.0.e_0@15.0", 5, 0, ())
    assert main(["signals", "adapt", str(grid[0].folder), "--fault", "stuck", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "one detector of every junction was broken: always occupied" in said
    assert "junction 0.0: broken was 0.0.e_0@15.0; not found with 5 of 5 seeds" in said


def test_a_run_that_is_over_before_detectors_break_is_refused(tmp_path: Path, home: Path) -> None:
    short = read_head(a_district(tmp_path, more="end_s = 600"))
    with pytest.raises(Unsupported, match=r"a run of 600 s is over before a detector breaks") as told:
        adapted((short, read_district(short)), fault="silent")
    assert calls_of(home) == []
    said = told.value.said
    assert said.en == str(told.value)
    assert said.zh == (
        f"{short.id}：运行 600 秒即结束，而检测器在第 600 秒才发生故障（请将检测器设为全部正常，或延长运行时间）"
    )


def test_a_refusal_is_printed_in_the_language_that_was_asked_for(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_library(home)
    short = a_district(tmp_path, more="end_s = 600")
    for language, said in (("zh-CN", "运行 600 秒即结束"), ("en", "a run of 600 s is over")):
        assert main(["signals", "adapt", str(short), "--fault", "stuck", "--language", language]) == 1
        told = capsys.readouterr().err
        assert said in told
        assert ("运行" in told) is (language == "zh-CN")


def test_a_program_and_a_library_of_two_versions_are_refused(grid: District_, home: Path) -> None:
    install_library(home, version="1.27.0")
    with pytest.raises(SimulationFailed, match=r"SUMO is of version 1\.28\.0 and its library libsumo of 1\.27\.0"):
        adapted(grid)


@pytest.mark.parametrize(
    ("ours", "said", "is_one"),
    [
        ("1.20.0+0123-abc", "SUMO v1_20_0+0123-abc", True),
        ("1.20.0+0123-abc", "SUMO 1.20.0", False),
        ("1.28.0", "SUMO 1.28.0", True),
        ("", "SUMO 1.28.0", False),
        ("", "", False),
    ],
)
def test_versions_are_compared_as_either_writes_them(ours: str, said: str, is_one: bool) -> None:
    with nullcontext() if is_one else pytest.raises(SimulationFailed, match="of one version"):
        refuse_another(ours, said)


def test_a_signal_of_the_network_without_a_plan_of_ours_is_named(grid: District_, home: Path) -> None:
    first, *others = grid[1].signals.junctions
    read = replace(grid[1], signals=Signals(tuple(others), ()))
    found = adapted((grid[0], read))
    (kept,) = found.kept
    assert (kept.junction, kept.why) == (first.id, NO_PLAN)
    assert first.id not in {each.junction for each in found.adapted}


def test_the_kind_of_fault_is_one_of_three() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"fault": "strange"}, Adapt)


def test_which_streets_count_as_near_a_junction_does_not_hang_on_the_order_of_a_set() -> None:
    """A street that is reached by a short way and by a long one: what lies behind it is near by the short one."""
    for nth in range(20):
        near, far = f"near {nth}", f"far {nth}"
        before = {near: {"both"}, far: {"both"}, "both": {"behind"}}
        long_m = {near: 1.0, far: run_figures.NEAR_M - 1.0, "both": 2.0}
        assert run_figures._back_from([near, far], before, set(), long_m) == {near, far, "both", "behind"}
