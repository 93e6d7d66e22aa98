"""Plans with hours, for an arterial and for an area: checked as every plan is, weighted as the counts are."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.area.areas import street
from tests.signals.hours.days import a_week
from turnout.signals.area.area import read_area
from turnout.signals.check import check
from turnout.signals.guard import rules_of
from turnout.signals.hours.counts import Counts, Stream
from turnout.signals.hours.plans import PlansByHours, area_by_hours, shifted, wait_ms
from turnout.signals.hours.waves import delay_s, grouped, refuse_shared, wave_by_hours, weighted
from turnout.signals.model import DAY_MINUTES, GreenWindow, Plan, Signals, Wave
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import BrokenSignals
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.trouble import Malformed

STREET = Path(__file__).parents[1] / "main_street.toml"

FLOWS: dict[Stream, tuple[float, float]] = {
    ("market", "K1"): (900.0, 400.0),
    ("market", "K2"): (250.0, 250.0),
    ("station", "K1"): (1_000.0, 300.0),
    ("station", "K3"): (200.0, 900.0),
    ("harbour", "K1"): (900.0, 400.0),
}


def main_street() -> Signals:
    return read_plans(STREET.read_bytes(), STREET.name)


def turns(counts: dict[Stream, tuple[float, float]]) -> Counts:
    return a_week(counts)._replace(of_groups=False)


TWO = turns(
    {("in", "mid"): (900.0, 500.0), ("mid", "out"): (850.0, 450.0)}
    | {(f"{signal}south", f"{signal}north"): (250.0, 700.0) for signal in "AB"}
)


@pytest.fixture(scope="module")
def by_wave() -> PlansByHours:
    signals = main_street()
    return wave_by_hours(signals, signals.arterials[0], a_week(FLOWS), "counts", limit_s=20.0)


@pytest.fixture(scope="module")
def by_area() -> PlansByHours:
    return area_by_hours(street(220.0), "street", [], TWO, cycles_s=[40, 60, 80], plans_most=4)


def test_an_arterial_has_a_plan_for_every_period_that_breaks_nothing(by_wave: PlansByHours):
    signals = main_street()
    made = Signals(by_wave.into(signals.junctions))
    assert [problem for problem in check(made, "made") if problem.severity == "error"] == []
    named = {each.plan for each in by_wave.periods.periods}
    for each in by_wave.junctions:
        assert {plan.id for plan in each.plans} == named == {row.plan for row in each.hours}
    assert {each.junction for each in by_wave.junctions} == {"market", "station", "harbour"}
    assert made.junction("mill") == signals.junction("mill")


def test_the_directions_weigh_as_they_are_counted():
    signals = main_street()
    wave = Wave(id="w", plan="day")
    morning = {stream: per_h[0] for stream, per_h in FLOWS.items()}
    evening = {stream: per_h[1] for stream, per_h in FLOWS.items()}
    arterial, early = weighted(signals.arterials[0], wave, morning)
    _, late = weighted(signals.arterials[0], wave, evening)
    assert early.inbound_to_outbound < 1 < late.inbound_to_outbound
    # What is on the way from the station to the harbour is what the harbour's outbound group counts.
    assert (arterial.stops[2].outbound_per_h, arterial.stops[2].inbound_per_h) == (900.0, 200.0)
    assert arterial.stops[1].outbound_per_h == 1_000.0


def test_no_direction_is_left_without_a_band():
    signals = main_street()
    _, wave = weighted(
        signals.arterials[0],
        Wave(id="w", plan="day"),
        {("market", "K1"): 9.0, ("station", "K1"): 900.0, ("station", "K3"): 9.0},
    )
    assert wave.inbound_to_outbound == 0.25


def test_of_several_waves_the_one_is_taken_whose_plans_serve_the_traffic():
    """A long cycle with much green along the street, and a short one that gives the cross streets theirs."""
    signals = main_street()
    short = {"market": 48_000, "station": 48_000, "harbour": 48_000}

    def shortened(plan: Plan) -> Plan:
        windows = tuple(
            GreenWindow(each.group, round(each.from_ms * 0.6), round(each.to_ms * 0.6)) for each in plan.windows
        )
        return Plan("short", short["market"], windows)

    junctions = tuple(
        replace(
            each,
            plans=(*each.plans, shortened(each.plan("day"))),
            intergreens=(),
            hours=(),  # type: ignore[arg-type]
        )
        if each.groups
        else each
        for each in signals.junctions
    )
    arterial = replace(signals.arterials[0], waves=(Wave(id="long", plan="day"), Wave(id="short", plan="short")))
    signals = Signals(junctions, (arterial,))
    found = wave_by_hours(signals, arterial, a_week(FLOWS), "counts", limit_s=20.0)
    cycles = {each.plan: each.cycle_s for each in found.figures}
    night = min(found.periods.periods, key=lambda each: each.vehicles_per_h)
    assert cycles[night.plan] == 48.0
    for each in found.figures:
        assert each.delay_after_s is not None


@given(st.integers(10, 1_500), st.integers(1, 1_000), st.integers(20, 70))
def test_more_traffic_waits_longer_and_more_green_less(per_h: int, more: int, green_s: int):
    def plan(seconds: int) -> Plan:
        return Plan("p", 90_000, (GreenWindow("K", 0, seconds * 1_000),))

    assert delay_s(plan(green_s), "K", per_h + more, 1) > delay_s(plan(green_s), "K", per_h, 1)
    assert delay_s(plan(green_s + 5), "K", per_h, 1) < delay_s(plan(green_s), "K", per_h, 1)
    assert delay_s(plan(green_s), "K", per_h, 2) <= delay_s(plan(green_s), "K", per_h, 1)


def test_an_empty_road_has_the_uniform_delay_of_its_red():
    plan = Plan("p", 90_000, (GreenWindow("K", 0, 44_000),))
    assert delay_s(plan, "K", 0.0, 1) == pytest.approx(0.5 * 90 * 0.25)


def test_an_area_has_a_plan_for_every_period_that_the_guard_lets_out(by_area: PlansByHours):
    junctions = read_sumo(street(220.0), "street").signals.junctions
    made = by_area.into(junctions)
    assert [problem for problem in check(Signals(made), "made") if problem.severity == "error"] == []
    for junction in made:
        assert len({plan.id for plan in junction.plans}) == len(by_area.periods.periods)
        assert rules_of(junction)
    assert all(each.delay_after_s <= each.delay_before_s + 1e-9 for each in by_area.figures)  # type: ignore[operator]


def test_each_period_of_an_area_is_coordinated_for_its_own_traffic(by_area: PlansByHours):
    working = [each for each in by_area.periods.periods if "mon" in each.days]
    peak = max(working, key=lambda each: each.vehicles_per_h)
    quiet = min(working, key=lambda each: each.vehicles_per_h)
    cycles = {each.plan: each.cycle_s for each in by_area.figures}
    assert cycles[quiet.plan] <= cycles[peak.plan]
    shares = {}
    for each in by_area.junctions[0].plans:
        main, cross = (sum(w.lasts_ms(each.cycle_ms) for w in each.windows_of(group)) for group in ("K0", "K1"))
        shares[each.id] = main / (main + cross)
    morning, evening = (
        next(each.plan for each in working if (at - each.from_minute) % DAY_MINUTES < each.minutes)
        for at in (8 * 60, 17 * 60)
    )
    assert shares[morning] > shares[evening]


def test_programmes_for_sumo_are_named_as_the_plans(by_area: PlansByHours):
    assert set(by_area.programmes) == {each.plan for each in by_area.periods.periods}
    for plan, programmes in by_area.programmes.items():
        assert {each.id for each in programmes} == {plan}


def test_a_change_of_plans_says_what_the_controllers_do(by_area: PlansByHours):
    plans = {plan.id: plan for plan in by_area.junctions[0].plans}
    assert by_area.periods.changes
    for change in by_area.periods.changes:
        assert change.cycle_before_s == plans[change.before].cycle_ms / 1_000
        assert change.said.zh


@given(
    st.integers(40, 120),
    st.integers(0, 119),
    st.integers(40, 120),
    st.integers(0, 119),
    st.integers(0, DAY_MINUTES - 1),
)
def test_the_new_plan_begins_where_the_wait_ends(before_s: int, one: int, after_s: int, other: int, minute: int):
    before, after = (
        Plan(name, seconds * 1_000, (), offset % seconds * 1_000)
        for name, seconds, offset in (("a", before_s, one), ("b", after_s, other))
    )
    wait = wait_ms(before, after, minute)
    assert 0 <= wait < after.cycle_ms
    ends = next(
        at
        for at in range(minute * 60_000, minute * 60_000 + 200_000, 1_000)
        if (at - before.offset_ms) % before.cycle_ms == 0
    )
    assert (ends + wait - after.offset_ms) % after.cycle_ms == 0


def test_all_offsets_of_a_plan_are_shifted_alike_so_that_its_changes_cost_least(by_area: PlansByHours):
    """No other common shift of one plan's offsets makes the junctions wait less at its changes."""
    own = {each.junction: list(each.plans) for each in by_area.junctions}

    def waits(plans: dict[str, list[Plan]]) -> int:
        return sum(
            wait_ms(by_id[change.before], by_id[change.after], change.at_minute)
            for each in plans.values()
            for by_id in [{plan.id: plan for plan in each}]
            for change in by_area.periods.changes
        )

    last = by_area.periods.periods[-1].plan
    cycle_ms = next(plan.cycle_ms for plan in own["A"] if plan.id == last)
    for shift_ms in range(0, cycle_ms, 1_000):
        assert waits(own) <= waits(shifted(own, dict.fromkeys(by_area.programmes, 0) | {last: shift_ms}))
    for plan, programmes in by_area.programmes.items():
        offsets = {each.signal: each.offset_ms for each in programmes}
        for junction, each in own.items():
            (made,) = [one for one in each if one.id == plan]
            assert (offsets[junction] - made.offset_ms) % made.cycle_ms == 0


def test_counts_of_turns_become_counts_of_the_groups_that_serve_them():
    net = street(220.0, lanes=2)
    junctions = read_sumo(net, "street").signals.junctions
    found = grouped(TWO, read_records(net, "street", root="net"), junctions)
    assert set(found.streams) == {("A", "K0"), ("A", "K2"), ("B", "K0"), ("B", "K2")}
    assert np.allclose(
        found.per_h[:, :, found.streams.index(("A", "K0"))], TWO.per_h[:, :, TWO.streams.index(("in", "mid"))]
    )


def test_counts_of_groups_are_refused_for_an_area_and_others_for_an_arterial():
    with pytest.raises(Malformed, match="where vehicles go"):
        area_by_hours(street(220.0), "street", [], a_week(FLOWS))
    signals = main_street()
    with pytest.raises(Malformed, match="counted"):
        wave_by_hours(signals, signals.arterials[0], a_week({("elsewhere", "K1"): (1.0, 1.0)}), "counts")


def test_an_arterial_without_a_wave_that_names_a_plan_is_refused():
    signals = main_street()
    arterial = replace(signals.arterials[0], waves=(signals.arterials[0].waves[1],))
    with pytest.raises(BrokenSignals) as told:
        wave_by_hours(signals, arterial, a_week(FLOWS), "counts")
    assert told.value.problems[0].rule == "wave-without-greens"


def test_a_junction_of_two_arterials_is_refused():
    arterial = main_street().arterials[0]
    with pytest.raises(BrokenSignals) as told:
        refuse_shared([arterial, replace(arterial, id="other")], "f")
    assert told.value.problems[0].rule == "two-arterials"


def test_nobody_at_night_is_still_a_plan():
    quiet = TWO._replace(per_h=np.where(TWO.per_h < 100, 0.0, TWO.per_h))
    found = area_by_hours(street(220.0), "street", [], quiet, cycles_s=[60], plans_most=3)
    assert len(found.figures) == len(found.periods.periods)


def test_what_is_found_is_json(by_area: PlansByHours, by_wave: PlansByHours):
    for found in (by_area, by_wave):
        assert msgspec.json.decode(msgspec.json.encode(found), type=PlansByHours) == found


def test_progress_is_told_to_the_end():
    told: list[float] = []
    area_by_hours(street(220.0), "street", [], TWO, cycles_s=[60], plans_most=2, told=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert read_area(street(220.0), "street", [], {("in", "mid"): 100.0}).frames
