"""What a unit did while the room worked on paper: entered whole, afterwards, with its true times.

The unit may be anywhere by now, and on another incident. So nothing about it changes; the incident alone gets the
assignment, over already, and marked as entered from paper.
"""

from collections.abc import Mapping
from itertools import pairwise

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.incidents.closing import disposition_refused
from turnout.core.lookups import incident_of, unit_of
from turnout.core.no import No
from turnout.core.refusals import Refusal, TimeNotPossible, TimesOutOfOrder, UnknownCode
from turnout.core.units.commands import EnterPaperAssignment
from turnout.core.units.events import PaperAssignmentEntered
from turnout.core.units.evolve_assignments import STAGE_ORDER
from turnout.words.moment import Moment

ALWAYS = ("dispatched", "ended")
"""Without these two it would be unknown when it was away."""
PAPER_STAGES = (*(stage for stage in STAGE_ORDER if STAGE_ORDER[stage] <= STAGE_ORDER["clearing"]), "ended")


def enter_paper_assignment(board: Board, command: EnterPaperAssignment, context: Context) -> Decision:
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    refusal = _times_refused(command.times, context.at)
    if refusal is None and command.disposition:
        refusal = disposition_refused(board, command.disposition, (unit.agency,))
    if refusal is not None:
        return refusal
    for known in incident.assignments:
        if known.unit == unit.id and known.times["dispatched"] == command.times["dispatched"]:
            return []
    entered = PaperAssignmentEntered(
        **head(context),
        incident=incident.id,
        unit=unit.id,
        times=dict(command.times),
        role=command.role,
        disposition=command.disposition,
        destination=command.destination,
    )
    return [entered]


def _times_refused(times: Mapping[str, Moment], now: Moment) -> Refusal | None:
    for stage in times:
        if stage not in PAPER_STAGES:
            return UnknownCode(kind="status", value=stage)
    for stage in ALWAYS:
        if stage not in times:
            return TimesOutOfOrder(earlier="dispatched", later="ended", missing=stage)
    given = [(stage, times[stage]) for stage in PAPER_STAGES if stage in times]
    for (earlier, before), (later, after) in pairwise(given):
        if after < before:
            return TimesOutOfOrder(earlier=earlier, later=later)
    last, at = given[-1]
    return TimeNotPossible(field=last, at=at) if at > now else None
