"""What a records system is given of one incident for one agency (4.9, 6.7, 9.3): a document, one way.

Times are those of the agency's own units, leg by leg; the other agencies are named with their numbers and endings.
People are references into the vault and nothing else (charter 6): their details come along only where the asker holds
the right to them and says for what purpose, each one on record first.
"""

from typing import Final

import msgspec

from turnout.core.board import (
    Board,
    Incident,
    InvolvedVehicle,
    Link,
    Location,
    Media,
    NarrativeLine,
    Patient,
    PersonCard,
    PrimaryChoice,
    PropertyItem,
    SecondaryPlace,
)
from turnout.core.incidents.report import AgencyReport, UnitReport, report_of
from turnout.core.units.legs import LateReason
from turnout.words.identity import AgencyId, UnitId
from turnout.words.moment import Moment

FORMAT: Final = "turnout.transfer.1"
"""Goes up when a field changes its meaning or goes; fields may be added at any time."""


class TransferredPerson(msgspec.Struct, frozen=True, kw_only=True):
    """`details` is None unless the asker may have them and said why; then also where they have been destroyed."""

    id: str
    role: str
    ref: str
    digest: str
    details: dict[str, str] | None = None


class TransferDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One incident as one agency records it. Times are milliseconds since 1970 in UTC, places WGS 84."""

    format: str
    city: str
    agency: AgencyId
    number: str
    incident: str
    tag: str
    exercise: bool
    as_of: Moment
    """When anything of it last changed."""
    status: str
    opened: Moment
    opened_by: str
    position: str
    closed: Moment | None
    close_reason: str
    reopened: int
    type: str
    subtype: str
    priority: int
    alarm_level: int
    triage: dict[str, str]
    facts: dict[str, str]
    location: Location
    places: tuple[SecondaryPlace, ...]
    disposition: str
    primary: UnitId | None
    secondary: tuple[UnitId, ...]
    primary_chosen: PrimaryChoice | None
    first_sent: Moment | None
    processing_ms: int | None
    units: tuple[UnitReport, ...]
    """Of this agency."""
    late: tuple[LateReason, ...]
    agencies: tuple[AgencyReport, ...]
    """All that were on it, this one included."""
    narrative: tuple[NarrativeLine, ...]
    """Struck lines are there and marked."""
    persons: tuple[TransferredPerson, ...]
    vehicles: tuple[InvolvedVehicle, ...]
    items: tuple[PropertyItem, ...]
    patients: tuple[Patient, ...]
    media: tuple[Media, ...]
    links: tuple[Link, ...]


def document_of(board: Board, incident: Incident, agency: AgencyId) -> TransferDocument:
    """The document as things stand."""
    report = report_of(board, incident)
    own = next((one for one in report.agencies if one.agency == agency), None)
    units = tuple(unit for unit in report.units if unit.agency == agency)
    ours = {unit.unit for unit in units}
    return TransferDocument(
        format=FORMAT,
        city=board.catalogue.city if board.catalogue is not None else "",
        agency=agency,
        number=incident.numbers.get(agency, ""),
        incident=incident.id,
        tag=incident.tag,
        exercise=incident.exercise,
        as_of=incident.last_change,
        status=incident.status,
        opened=incident.opened,
        opened_by=incident.opened_by,
        position=incident.position,
        closed=incident.closed,
        close_reason=incident.close_reason,
        reopened=incident.reopened,
        type=incident.type,
        subtype=incident.subtype,
        priority=incident.priority,
        alarm_level=incident.alarm_level,
        triage=incident.triage,
        facts=incident.fields,
        location=incident.location,
        places=incident.places,
        disposition=incident.dispositions.get(agency, ""),
        primary=None if own is None else own.primary,
        secondary=() if own is None else own.secondary,
        primary_chosen=incident.primary_chosen.get(agency),
        first_sent=report.first_sent,
        processing_ms=report.processing_ms,
        units=units,
        late=tuple(late for late in report.late if late.unit in ours),
        agencies=report.agencies,
        narrative=incident.narrative,
        persons=tuple(_reference(card) for card in incident.persons if not card.removed),
        vehicles=incident.vehicles,
        items=incident.items,
        patients=incident.patients,
        media=incident.media,
        links=incident.links,
    )


def _reference(card: PersonCard) -> TransferredPerson:
    return TransferredPerson(id=card.id, role=card.role, ref=card.ref, digest=card.digest)
