"""Hours at which a draft is simulated: together they run every plan that it changes, if it ever runs."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.signals.districts.changed import changed, running
from turnout.signals.districts.periods import periods_of
from turnout.signals.districts.plan_sets import plans_of
from turnout.signals.districts.results import Period, PlanAt
from turnout.signals.model import DAYS, InForce, Junction, Plan, SignalGroup, Signals
from turnout.words.name import Name

PLANS = ("night", "morning", "noon", "evening")
DAYS_OF = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple)
HOURS = st.lists(st.builds(InForce, st.sampled_from(PLANS), DAYS_OF, st.integers(0, 1_439)), max_size=5).map(tuple)


def a_junction(id: str, hours: tuple[InForce, ...], offset_ms: int) -> Junction:
    plans = tuple(Plan(plan, 90_000, (), offset_ms if n % 2 else 0) for n, plan in enumerate(PLANS))
    group = SignalGroup(id="K1", kind="vehicle", min_green_ms=5_000, ending_ms=3_000)
    return Junction(id=id, name=Name(id, id), groups=(group,), plans=plans, hours=hours)


@st.composite
def sides(draw: st.DrawFn) -> tuple[Signals, Signals]:
    before = [a_junction(f"J{n}", draw(HOURS), 0) for n in range(draw(st.integers(1, 4)))]
    after = [replace(a_junction(each.id, draw(HOURS), draw(st.sampled_from((0, 5_000))))) for each in before]
    return Signals(tuple(before)), Signals(tuple(after))


def ran_at(draft: Signals, period: Period | None) -> set[PlanAt]:
    found = set()
    for junction in draft.junctions:
        plan = running(junction, period.day, period.minute) if period is not None else junction.plans[-1]
        assert plan is not None
        found.add(PlanAt(junction.id, plan.id))
    return found


@given(sides())
def test_together_they_run_every_changed_plan_that_is_ever_in_force(sides: tuple[Signals, Signals]) -> None:
    before, draft = sides
    asked = {PlanAt(junction.id, plan.id) for junction, plan in changed(before, draft)}
    found = periods_of(before, plans_of(draft))
    seen = set().union(*(ran_at(draft, each.period) for each in found.periods)) & asked
    assert seen == asked - set(found.never)
    assert not seen & set(found.never)
    assert sum(each.plans for each in found.periods) == len(seen)
    week = [
        Period(day=day, since=f"{minute // 60:02}:{minute % 60:02}") for day in DAYS for minute in range(0, 1_440, 1)
    ]
    if found.never and any(each.hours for each in draft.junctions):
        begins = {
            (day, each.from_minute) for junction in draft.junctions for each in junction.hours for day in each.days
        }
        for period in week:
            if (period.day, period.minute) in begins:
                assert not ran_at(draft, period) & set(found.never)
    moments = [each.period for each in found.periods if each.period is not None]
    assert moments == sorted(moments, key=lambda each: (DAYS.index(each.day), each.minute))


def test_one_hour_that_shows_all_is_enough_and_a_district_without_hours_needs_none() -> None:
    hours = tuple(InForce(plan, DAYS, hour * 60) for plan, hour in zip(PLANS, (0, 7, 10, 16), strict=True))
    before = Signals((a_junction("A", hours, 0), a_junction("B", hours, 0)))
    draft = Signals((a_junction("A", hours, 5_000), a_junction("B", hours, 5_000)))
    found = periods_of(before, plans_of(draft))
    assert [(each.period.since, each.plans) for each in found.periods if each.period] == [("07:00", 2), ("16:00", 2)]
    assert {each.period.day for each in found.periods if each.period} == {"mon"}
    bare = [Signals(tuple(replace(each, hours=()) for each in side.junctions)) for side in (before, draft)]
    found = periods_of(bare[0], plans_of(bare[1]))
    assert [(each.period, each.plans) for each in found.periods] == [(None, 2)]
    assert found.never == (PlanAt("A", "morning"), PlanAt("B", "morning"))
    assert periods_of(before, plans_of(before)).periods == ()
