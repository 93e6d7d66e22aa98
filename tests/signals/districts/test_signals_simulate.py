"""Simulated before it is proposed (15.3): seed by seed beside the plans in force, with intervals that hold, and a SUMO
that hangs, crashes or writes rubbish is said and ends nothing else.
"""

import gzip
import math
import os
import random
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy import stats

from tests.signals.districts.a_district import a_district
from tests.signals.districts.a_street import a_street
from tests.signals.districts.fake_sumo import Behaviour, calls_of, install
from turnout.signals.districts import simulate as simulate_module
from turnout.signals.districts.changed import changed, running
from turnout.signals.districts.folder import District, read_head
from turnout.signals.districts.intervals import compared, compared_where_known, interval
from turnout.signals.districts.plan_sets import body_of, digest_of, fitting, plans_of, with_plans
from turnout.signals.districts.reading import ReadDistrict, read_district
from turnout.signals.districts.results import (
    Compared,
    ConfidenceInterval,
    Period,
    PlanAt,
    RunCounts,
    Simulate,
    SimulateResult,
)
from turnout.signals.districts.run_figures import Run, _travel_s
from turnout.signals.districts.scene import chosen
from turnout.signals.districts.shapes import HoursShape, JunctionPlans, PlanSet
from turnout.signals.districts.simulate import simulate
from turnout.signals.districts.sumo import SimulationFailed
from turnout.signals.districts.sumo_program import HOME, find_sumo
from turnout.signals.model import DAYS, Day, InForce, Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

NAMES = st.sampled_from(["a", "b", "c"])
STARTS = st.sampled_from([0, 360, 480, 720, 1_200])
District_ = tuple[District, ReadDistrict]


@pytest.fixture
def grid(tmp_path: Path) -> District_:
    return opened(tmp_path)


def opened(folder: Path) -> District_:
    district = read_head(a_district(folder))
    return district, read_district(district)


def two_plans(signals: Signals, *, night_s: float = 0, night_from: str = "22:00") -> PlanSet:
    """The first junction with its plan by day, and the same by night, which begins its cycle so much later."""
    junction = plans_of(signals).junctions[0]
    (own,) = junction.plans
    hours = (HoursShape(plan=own.id, since="06:00"), HoursShape(plan="night", since=night_from))
    return PlanSet((replace(junction, plans=(own, replace(own, id="night", offset_s=night_s)), hours=hours),))


def test_a_changed_plan_that_does_not_run_at_the_hour_passes_the_guard_too(grid: District_) -> None:
    home = install(grid[0].folder / "home")
    tried: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulate_module, "withheld", lambda junction, plan: tried.append(plan.id) or ())
        simulated(grid, patch, home, plans=two_plans(grid[1].signals), period=Period(day="mon", since="07:00"))
    assert tried.count("night") == 1


def test_a_simulation_says_which_changed_plans_it_ran(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, plans = install(tmp_path / "home"), two_plans(grid[1].signals)
    night = PlanAt(plans.junctions[0].id, "night")
    by_day = simulated(grid, monkeypatch, home, plans=plans, period=Period(day="mon", since="07:00"))
    assert by_day.changed == (night,)
    assert night not in by_day.ran
    by_night = simulated(grid, monkeypatch, home, plans=plans, period=Period(day="mon", since="23:00"))
    assert night in by_night.ran
    assert len(by_night.ran) == 4


def test_plans_with_hours_are_simulated_at_one(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(BrokenSignals) as trouble:
        simulated(grid, monkeypatch, install(tmp_path / "home"), plans=two_plans(grid[1].signals))
    assert trouble.value.problems[0].rule == "period-needed"


@given(st.integers(0, 1_439), st.sampled_from(["mon", "sun"]), st.lists(st.tuples(NAMES, STARTS), max_size=3))
def test_whenever_another_plan_runs_than_before_it_is_among_the_changed(
    minute: int, day: Day, entries: list[tuple[str, int]]
) -> None:
    own = tuple(Plan(id, 60_000, (), 1_000 * n) for n, id in enumerate("abc"))
    before = Junction(id="J", name=Name("J", "J"), plans=own, hours=(InForce("a", DAYS, 360), InForce("b", DAYS, 720)))
    after = replace(before, hours=tuple(InForce(id, DAYS, start) for id, start in entries))
    plan = running(after, day, minute)
    others = changed(Signals((before,)), Signals((after,)))
    assert plan is not None
    assert plan == running(before, day, minute) or (after, plan) in others


def test_released_plans_that_no_longer_fit_are_left_out_and_said(grid: District_) -> None:
    signals, plans = grid[1].signals, plans_of(grid[1].signals)
    gone = replace(plans.junctions[0], id="gone")
    window = replace(plans.junctions[1].plans[0].windows[0], group="no such group")
    other = replace(plans.junctions[1], plans=(replace(plans.junctions[1].plans[0], windows=(window,)),))
    kept, problems = fitting(signals, PlanSet((gone, other, *plans.junctions[2:])), "P1")
    assert kept.junctions == plans.junctions[2:]
    assert [(each.rule, each.spot.junction) for each in problems] == [
        ("released-plans-misfit", "gone"),
        ("released-plans-misfit", other.id),
    ]
    assert all("P1" in each.what.en and "P1" in each.what.zh for each in problems)


def shifted(signals: Signals, seconds: float = 7) -> PlanSet:
    """A draft: one junction begins its cycle so much later."""
    junction = plans_of(signals).junctions[0]
    return PlanSet((replace(junction, plans=tuple(replace(plan, offset_s=seconds) for plan in junction.plans)),))


def simulated(
    grid: District_, monkeypatch: pytest.MonkeyPatch, home: Path, seeds: int = 5, **more: Any
) -> SimulateResult:
    monkeypatch.setenv(HOME, str(home))
    district, read = grid
    said: list[tuple[float, Name]] = []
    asked = Simulate(plans=more.pop("plans", shifted(read.signals)), seeds=seeds, period=more.pop("period", None))
    found = simulate(district, read, None, asked, lambda part, name: said.append((part, name)), **more)
    assert [part for part, _ in said] == sorted(part for part, _ in said)
    assert all(0 <= part < 1 for part, _ in said)
    return found


def test_each_seed_is_run_with_both_and_the_difference_has_its_interval(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home")
    found = simulated(grid, monkeypatch, home)
    assert [seed for _, seed in calls_of(home)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    pairs = {pair.figure: pair for pair in found.pairs}
    assert (pairs["delay_s"].before.mean, pairs["delay_s"].after.mean) == (24.5, 19.5)
    change = pairs["delay_s"].change
    assert (change.mean, change.low, change.high) == (-5.0, -5.0, -5.0)
    assert pairs["delay_s"].before.low < 24.5 < pairs["delay_s"].before.high
    assert pairs["stops"].before.mean == pytest.approx(2.02)
    assert pairs["throughput"].after.mean == 99
    assert (found.before.never_entered, found.before.teleports, found.before.entered) == (0, 15, 500)
    assert found.digest != found.base
    assert found.base == digest_of(body_of(plans_of(grid[1].signals)))
    (busy,) = [each for each in found.junctions if each.delay_s.before is not None]
    assert (busy.junction, busy.delay_s.before, busy.delay_s.seeds) == ("1.1", ConfidenceInterval(10.0, 10.0, 10.0), 5)


def at_the_busy_one(found: SimulateResult) -> Compared:
    (busy,) = [each for each in found.junctions if each.junction == "1.1"]
    return busy.delay_s


def test_a_gridlock_through_which_nobody_gets_has_no_delay_and_is_no_improvement(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stuck = at_the_busy_one(simulated(grid, monkeypatch, install(tmp_path / "home", through=0)))
    assert stuck.before is not None
    assert (stuck.before.mean, stuck.after, stuck.change, stuck.seeds) == (10.0, None, None, 0)


def test_a_difference_rests_on_the_seeds_with_which_both_sides_have_a_figure(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = at_the_busy_one(simulated(grid, monkeypatch, install(tmp_path / "home", through=2)))
    assert some.change is not None
    assert (some.change.mean, some.seeds) == (0.0, 2)
    one = at_the_busy_one(simulated(grid, monkeypatch, install(tmp_path / "other", through=1)))
    assert (one.after, one.change, one.seeds) == (None, None, 1)


@given(st.lists(st.tuples(*[st.none() | st.floats(-1e4, 1e4)] * 2), min_size=5, max_size=20))
def test_what_is_not_known_is_left_out_and_never_taken_for_nothing(
    pairs: list[tuple[float | None, float | None]],
) -> None:
    found = compared_where_known([one for one, _ in pairs], [other for _, other in pairs])
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    assert found.seeds == len(both)
    assert (found.change is None) == (len(both) < 2)
    if found.change is not None:
        its = compared([one for one, _ in both], [other for _, other in both]).change
        assert found.change == its
    known = [one for one, _ in pairs if one is not None]
    assert found.before == (interval(known) if len(known) > 1 else None)


def test_a_section_on_which_nobody_drove_gives_its_arterial_no_travel_time() -> None:
    ran = Run({}, RunCounts(entered=1, arrived=1, never_entered=0, teleports=0), {"a": (0.0, 1.0, 30.0)})
    assert _travel_s(ran, ["a"]) == 30.0
    assert _travel_s(ran, ["a", "b"]) is None


def test_the_delay_is_of_all_that_were_due_those_without_room_to_enter_among_them(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """24.5 s of the hundred that entered, and the hundred that wait have waited for 600 s."""
    found = simulated(grid, monkeypatch, install(tmp_path / "home", waiting=100))
    pairs = {pair.figure: pair for pair in found.pairs}
    assert pairs["delay_s"].before.mean == pytest.approx((24.5 + 600) / 2)
    assert (found.before.never_entered, found.after.never_entered) == (500, 500)


def test_the_plans_in_force_with_themselves_differ_by_nothing(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = simulated(grid, monkeypatch, install(tmp_path / "home"), plans=PlanSet(()))
    assert found.digest == found.base
    assert {(pair.change.mean, pair.change.low, pair.change.high) for pair in found.pairs} == {(0.0, 0.0, 0.0)}


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("crashes", "Invalid tls-program"),
        ("rubbish", "no figures that can be read"),
        ("nothing", "no figures that can be read"),
        ("no-vehicles", "no vehicle entered"),
    ],
)
def test_a_sumo_that_does_not_do_its_work_is_said(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, behaviour: Behaviour, said: str
) -> None:
    with pytest.raises(SimulationFailed) as trouble:
        simulated(grid, monkeypatch, install(tmp_path / "home", behaviour))
    assert said in trouble.value.said.en
    assert trouble.value.said.zh != trouble.value.said.en


def test_a_sumo_that_hangs_is_cut_off_and_gone(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    with pytest.raises(SimulationFailed, match="cut off"):
        simulated(grid, monkeypatch, home, run_s=2.0)
    for pid, _ in calls_of(home):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_without_sumo_it_is_said_what_to_install(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Unsupported, match=r"turnout\[signals\]"):
        simulated(grid, monkeypatch, tmp_path / "no-home")


@pytest.mark.parametrize("key", ["additional", "programmes"])
def test_programmes_that_switch_themselves_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    home = install(tmp_path / "home")
    folder = a_district(tmp_path, more=f'{key} = ["times.add.xml.gz"]')
    waut = b'<additional><WAUT id="w" refTime="0" startProg="0"/></additional>'
    (folder / "times.add.xml.gz").write_bytes(gzip.compress(waut))
    district = read_head(folder)
    if key == "additional":
        read = read_district(district)
    else:
        read = read_district(read_head(a_district(tmp_path, "plain")))
    with pytest.raises(Unsupported, match="WAUT"):
        simulated((district, read), monkeypatch, home)
    assert calls_of(home) == []


def test_plans_with_errors_are_not_simulated(grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = install(tmp_path / "home")
    junction = plans_of(grid[1].signals).junctions[0]
    windows = tuple(replace(each, to_s=each.from_s + 1) for each in junction.plans[0].windows)
    short = replace(junction, plans=(replace(junction.plans[0], windows=windows),))
    with pytest.raises(BrokenSignals) as trouble:
        simulated(grid, monkeypatch, home, plans=PlanSet((short,)))
    assert trouble.value.problems[0].rule == "green-too-short"
    assert calls_of(home) == []


def test_the_files_of_the_district_are_left_as_they_are(
    grid: District_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = grid[0].folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    simulated(grid, monkeypatch, install(tmp_path / "home"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_plan_of_the_hour_is_simulated_and_without_hours_the_last(grid: District_) -> None:
    junction = plans_of(grid[1].signals).junctions[0]
    (own,) = junction.plans
    hours = (HoursShape(plan="day", since="06:00"), HoursShape(plan="night", since="22:00"))
    two = JunctionPlans(id=junction.id, plans=(replace(own, id="night"), replace(own, id="day")), hours=hours)
    from_set = Signals(tuple(each for each in grid[1].signals.junctions if each.id == junction.id))

    def at(since: str | None) -> str:
        drafted = with_plans(from_set, PlanSet((two,)))
        plan = chosen(drafted.junctions[0], Period(day="mon", since=since) if since else None)
        assert plan is not None
        return plan.id

    assert (at("07:30"), at("23:00"), at("05:59"), at(None)) == ("day", "night", "night", "day")


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)).map(lambda pair: (round(pair[0], 3), round(pair[1], 3))),
        min_size=5,
        max_size=20,
    )
)
def test_the_interval_of_the_difference_is_students_t_of_pairs(pairs: list[tuple[float, float]]) -> None:
    before, after = [one for one, _ in pairs], [other for _, other in pairs]
    found = compared(before, after).change
    assert found.low <= found.mean <= found.high
    differences = [other - one for one, other in pairs]
    if statistics.stdev(differences) > 1e-3:
        its = stats.ttest_rel(after, before).confidence_interval(0.95)
        assert (found.low, found.high) == (pytest.approx(its.low, abs=2e-3), pytest.approx(its.high, abs=2e-3))


def test_nineteen_of_twenty_intervals_hold_the_mean_that_they_were_drawn_from() -> None:
    """Coverage, by drawing: of 2000 samples of five, 95 % within three deviations of that count."""
    chance = random.Random(7)
    held = 0
    for _ in range(2_000):
        found = interval([chance.gauss(10, 2) for _ in range(5)])
        held += found.low <= 10 <= found.high
    assert abs(held - 1_900) < 3 * math.sqrt(2_000 * 0.95 * 0.05)


@pytest.mark.skipif(find_sumo() is None, reason="SUMO is not installed (extra `signals`)")
def test_with_sumo_itself_a_draft_that_gives_the_busy_road_nothing_is_worse(tmp_path: Path) -> None:
    """Two signals on a street, all traffic along it: with the greens exchanged it waits longer, beyond doubt."""
    district = read_head(a_street(tmp_path))
    read = read_district(district)
    own = plans_of(read.signals)
    drafts = []
    for junction in own.junctions:
        plan = junction.plans[-1]
        half = plan.cycle_s / 2
        windows = tuple(
            replace(each, from_s=(each.from_s + half) % plan.cycle_s, to_s=(each.to_s + half) % plan.cycle_s)
            for each in plan.windows
        )
        drafts.append(replace(junction, plans=(replace(plan, windows=windows, cycle_s=plan.cycle_s),)))
    began = time.monotonic()
    found = simulate(district, read, None, Simulate(plans=PlanSet((drafts[0],))), lambda part, said: None)
    assert time.monotonic() > began
    assert found.before.entered == found.after.entered == 300
    assert found.digest != found.base
    assert {pair.figure for pair in found.pairs} == {"delay_s", "stops", "travel_s", "waiting_s", "throughput"}
    assert all(pair.change.low <= pair.change.mean <= pair.change.high for pair in found.pairs)
