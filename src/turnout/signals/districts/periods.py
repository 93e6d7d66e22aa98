"""At which hours a draft has to be simulated so that each plan that it changes is seen to run; and what that shows."""

from collections.abc import Iterable
from typing import Final

import msgspec

from turnout.core.plans.matters import ProposedFigure, SimulatedPeriod, SimulatedRun
from turnout.signals.districts.changed import changed, running
from turnout.signals.districts.plan_sets import with_plans
from turnout.signals.districts.results import Period, PeriodsAnswer, PeriodToRun, PlanAt, RunFigures, SimulateResult
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.work import Answer, encode
from turnout.signals.model import DAYS, Day, Junction, Signals

LISTED_MAX: Final = 200

_Moment = tuple[Day, int]


def periods_of(in_force: Signals, plans: PlanSet) -> PeriodsAnswer:
    """Raises `BrokenSignals` for a junction that the district has not. In the order of the week."""
    draft = with_plans(in_force, plans)
    others = {(junction.id, plan.id) for junction, plan in changed(in_force, draft)}
    concerned = [each for each in draft.junctions if any(each.id == junction for junction, _ in others)]
    if not any(each.hours for side in (in_force, draft) for each in side.junctions):
        shown = others & {(each.id, each.plans[-1].id) for each in concerned if each.plans}
        periods = (PeriodToRun(None, len(shown)),) if shown else ()
        return PeriodsAnswer(periods=periods, never=_listed(others - shown))
    found, left = _covered(concerned, others)
    return PeriodsAnswer(periods=tuple(found), never=_listed(left))


def _covered(junctions: list[Junction], others: set[tuple[str, str]]) -> tuple[list[PeriodToRun], set[tuple[str, str]]]:
    """Greedy: whichever hour shows most of what is not seen yet, the earlier one of two."""
    shows = {moment: others & _at(junctions, moment) for moment in _moments(junctions)}
    left, chosen = set(others), list[tuple[_Moment, int]]()
    while left and shows:
        best = max(shows, key=lambda moment: len(shows[moment] & left))
        seen = shows.pop(best) & left
        if not seen:
            break
        chosen.append((best, len(seen)))
        left -= seen
    chosen.sort(key=lambda each: (DAYS.index(each[0][0]), each[0][1]))
    return [PeriodToRun(_period(moment), count) for moment, count in chosen], left


def _moments(junctions: Iterable[Junction]) -> list[_Moment]:
    """At which some plan begins, and the first of the week."""
    entries = [each for junction in junctions for each in junction.hours]
    begins = {(DAYS.index(day), each.from_minute) for each in entries for day in each.days}
    return [(DAYS[day], minute) for day, minute in sorted(begins | {(0, 0)})]


def _at(junctions: Iterable[Junction], moment: _Moment) -> set[tuple[str, str]]:
    ran = ((junction.id, running(junction, *moment)) for junction in junctions)
    return {(junction, plan.id) for junction, plan in ran if plan is not None}


def _period(moment: _Moment) -> Period:
    hour, minute = divmod(moment[1], 60)
    return Period(day=moment[0], since=f"{hour:02}:{minute:02}")


def _listed(pairs: Iterable[tuple[str, str]]) -> tuple[PlanAt, ...]:
    return tuple(PlanAt(*each) for each in sorted(pairs)[:LISTED_MAX])


_result: Final[msgspec.json.Decoder[SimulateResult]] = msgspec.json.Decoder(SimulateResult)
_left: Final[msgspec.json.Decoder[tuple[PlanAt, ...]]] = msgspec.json.Decoder(tuple[PlanAt, ...])


def figures_of(simulation: str, result: bytes, left: bytes) -> Answer:
    """What a proposal says of a simulation, and beside it the changed plans that neither it nor those before it ran.

    `left`: of those before it, as it was told beside their figures; nothing before the first one.
    """
    found = _result.decode(result)
    unseen = _left.decode(left) if left else found.changed
    ran = set(found.ran)
    still = tuple(each for each in unseen if each not in ran)
    return Answer(body=encode(_figures(simulation, found, next(iter(still), None))), beside=encode(still))


def _figures(simulation: str, found: SimulateResult, left: PlanAt | None) -> RunFigures:
    figures = tuple(
        ProposedFigure(
            figure=pair.figure,
            before=pair.before.mean,
            after=pair.after.mean,
            change=pair.change.mean,
            low=pair.change.low,
            high=pair.change.high,
        )
        for pair in found.pairs
    )
    period = found.period
    run = SimulatedRun(
        simulation=simulation,
        seeds=found.seeds,
        figures=figures,
        period=SimulatedPeriod(period.day, period.minute) if period is not None else None,
        never_entered=(found.before.never_entered, found.after.never_entered),
        teleports=(found.before.teleports, found.after.teleports),
    )
    return RunFigures(digest=found.digest, state=found.state, run=run, left=left)
