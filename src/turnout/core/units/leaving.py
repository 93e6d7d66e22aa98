"""How a unit comes off its incident, whatever the cause (2.14, 3.22, 3.24).

The one place where an assignment ends, so that clocks, crews and the queue are never forgotten.
"""

from typing import Literal

from turnout.core.board import Incident, OnIncident, Timer
from turnout.core.decision import Draft
from turnout.core.incidents.events import IncidentRequeued
from turnout.core.lookups import anyone_arrived
from turnout.core.timers.starting import incident_timer, timers_of_assignment
from turnout.core.units.crews import crew_comes_back
from turnout.core.units.events import AssignmentEnded
from turnout.words.identity import UnitId
from turnout.words.moment import MINUTE_MS, Moment, later

EndedAs = Literal["cleared", "preempted", "cancelled", "relieved", "exchanged"]

UNCLOSED_AFTER_MS = 10 * MINUTE_MS
"""An incident that nobody works on any more and nobody has closed is asked about after this long."""


def leave(
    draft: Draft,
    unit_id: UnitId,
    ended_as: EndedAs,
    *,
    disposition: str = "",
    reason: str = "",
    is_typed: bool = False,
    override: str = "",
    ended: Moment | None = None,
    odometer_km: float | None = None,
    goes_on: bool = False,
    incident_ends: bool = False,
) -> None:
    """Add to `draft` that the unit leaves the incident that it is on.

    `ended`: the true time, if that is earlier than now.
    `goes_on`: it is sent elsewhere in the same act, so its crew's other vehicles stay out.
    `incident_ends`: in the same act too, or another unit comes in its place: it does not go back into the queue.
    """
    board = draft.board
    unit = board.units[unit_id]
    assert isinstance(unit.status, OnIncident), f"{unit_id} is on no incident"
    incident = board.incidents[unit.status.incident]
    last = not incident_ends and [a.unit for a in incident.working] == [unit_id]
    done = ended_as in ("cleared", "cancelled", "relieved") and anyone_arrived(incident)
    left = AssignmentEnded(
        **draft.head,
        unit=unit_id,
        incident=incident.id,
        ended_as=ended_as,
        ended=draft.at if ended is None else ended,
        disposition=disposition,
        reason=reason,
        is_typed=is_typed,
        override=override,
        odometer_km=odometer_km,
        stops=timers_of_assignment(board, incident.id, unit),
        starts=_unclosed_timer(incident, draft.at) if last and done else (),
    )
    draft.add(left)
    if not goes_on:
        crew_comes_back(draft, unit)
    if last and not done:
        requeue(draft, incident, reason or ended_as, is_typed=is_typed)


def _unclosed_timer(incident: Incident, at: Moment) -> tuple[Timer, ...]:
    return incident_timer(None, "review", incident, at, due=later(at, UNCLOSED_AFTER_MS))


def requeue(draft: Draft, incident: Incident, reason: str, *, is_typed: bool = False) -> None:
    """The last unit has gone and the work is not done: it waits again, with its clock (2.14)."""
    starts = incident_timer(draft.board.catalogue, "pending", incident, draft.at)
    event = IncidentRequeued(**draft.head, incident=incident.id, reason=reason, is_typed=is_typed, starts=starts)
    draft.add(event)
