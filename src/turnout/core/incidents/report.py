"""What an incident comes to, worked out from its facts: ranking, times per unit and leg, what is still missing.

For the sheet, for print and for a records system (3.9, 6.2, 6.3, 6.7). Nothing here is stored: it is made when it is
asked for, so that no screen needs a rule of its own.
"""

import msgspec

from turnout.core.board import Assignment, Board, Incident, PrimaryChoice
from turnout.core.incidents.closing import close_refused
from turnout.core.refusals import Refusal
from turnout.core.refusals_text import speak
from turnout.core.units.legs import LateReason, Leg, late_of, legs_of
from turnout.core.units.primary import Ranking, ranking
from turnout.words.identity import AgencyId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name


class AgencyReport(msgspec.Struct, frozen=True, kw_only=True):
    """One agency on the incident. `number` is empty for a neighbour, which counts in its own system."""

    agency: AgencyId
    number: str
    disposition: str
    """Empty until it has one."""
    primary: UnitId | None
    secondary: tuple[UnitId, ...]
    chosen: PrimaryChoice | None
    """Where a person has named the primary unit."""
    working: bool
    """Whether a unit of it is still on the incident."""


class UnitReport(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment. A unit sent twice has two. Times are moments, legs follow NFPA 1710."""

    unit: UnitId
    agency: AgencyId | None
    """None for a unit that the city's tables no longer hold."""
    kind: str
    role: str
    place: int
    """1: the primary unit of its agency; 2, 3, …: its secondary ones; 0: unknown."""
    sent_by: str
    times: dict[str, Moment]
    legs: tuple[Leg, ...]
    odometer_km: dict[str, float]
    destination: str | None
    ended_as: str
    disposition: str


class IncidentReport(msgspec.Struct, frozen=True, kw_only=True):
    """`closing_waits_for`: why it cannot close by itself now, None where nothing stands in the way."""

    incident: str
    agencies: tuple[AgencyReport, ...]
    units: tuple[UnitReport, ...]
    late: tuple[LateReason, ...]
    first_sent: Moment | None
    processing_ms: int | None
    """From opening to the first unit being sent: alarm processing."""
    closing_waits_for: Refusal | None
    closing_says: Name | None
    """The same in words."""


def report_of(board: Board, incident: Incident) -> IncidentReport:
    ranked = ranking(board, incident)
    sent = min((assignment.times["dispatched"] for assignment in incident.assignments), default=None)
    waits_for = None if incident.status == "closed" else close_refused(board, incident)
    return IncidentReport(
        incident=incident.id,
        agencies=tuple(_agency(board, incident, ranked, agency) for agency in incident.agencies),
        units=tuple(_unit(board, ranked, assignment) for assignment in incident.assignments),
        late=late_of(incident),
        first_sent=sent,
        processing_ms=None if sent is None else max(0, sent - incident.opened),
        closing_waits_for=waits_for,
        closing_says=None if waits_for is None else Name(speak(waits_for, "en"), speak(waits_for, "zh-CN")),
    )


def _agency(board: Board, incident: Incident, ranked: Ranking, agency: AgencyId) -> AgencyReport:
    units = ranked.get(agency, ())
    at_work = {board.units[a.unit].agency for a in incident.working if a.unit in board.units}
    return AgencyReport(
        agency=agency,
        number=incident.numbers.get(agency, ""),
        disposition=incident.dispositions.get(agency, ""),
        primary=units[0] if units else None,
        secondary=units[1:],
        chosen=incident.primary_chosen.get(agency),
        working=agency in at_work,
    )


def _unit(board: Board, ranked: Ranking, assignment: Assignment) -> UnitReport:
    known = board.units.get(assignment.unit)
    agency = next((agency for agency, units in ranked.items() if assignment.unit in units), None)
    return UnitReport(
        unit=assignment.unit,
        agency=agency,
        kind="" if known is None else known.kind,
        role=assignment.role,
        place=0 if agency is None else 1 + ranked[agency].index(assignment.unit),
        sent_by=assignment.by,
        times=assignment.times,
        legs=legs_of(assignment),
        odometer_km=assignment.odometer_km,
        destination=assignment.destination,
        ended_as=assignment.ended_as,
        disposition=assignment.disposition,
    )
