"""Which plans a draft changes: those that are others than before, and those that run where another has run.

A simulation runs one plan of each junction. Whoever proposes a draft is told which of its plans that leaves out.
"""

from collections.abc import Iterator

from turnout.signals.model import DAYS, Day, Junction, Plan, Signals


def running(junction: Junction, day: Day, minute: int) -> Plan | None:
    """The plan in force at a minute of a day of the week; where no hours are given, the last."""
    named = junction.plan_at(day, minute)
    plan = junction.plan(named) if named is not None else None
    return plan if plan is not None else (junction.plans[-1] if junction.plans else None)


def changed(base: Signals, draft: Signals) -> list[tuple[Junction, Plan]]:
    """Junctions and plans of the draft, in its order."""
    before = {junction.id: junction for junction in base.junctions}
    found: list[tuple[Junction, Plan]] = []
    for junction in draft.junctions:
        known = before.get(junction.id)
        if known is None:
            found += [(junction, plan) for plan in junction.plans]
        elif (known.plans, known.hours) != (junction.plans, junction.hours):
            others = {plan.id for plan in junction.plans if plan not in known.plans}
            others |= {plan.id for plan in _runs_instead(known, junction)}
            found += [(junction, plan) for plan in junction.plans if plan.id in others]
    return found


def _runs_instead(before: Junction, after: Junction) -> Iterator[Plan]:
    for day, minute in _changes(before, after):
        plan = running(after, day, minute)
        if plan is not None and plan != running(before, day, minute):
            yield plan


def _changes(*junctions: Junction) -> list[tuple[Day, int]]:
    """Moments of the week at which another plan begins, and its first minute."""
    entries = [each for junction in junctions for each in junction.hours]
    begins = {(DAYS.index(day), each.from_minute) for each in entries for day in each.days}
    return [(DAYS[day], minute) for day, minute in sorted(begins | {(0, 0)})]
