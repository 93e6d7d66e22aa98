"""What is written into an incident (1.7, 1.11, 1.12, 1.19, 4.5, 4.12 to 4.18, 4.25, 6.5). Struck, never removed."""

from typing import Protocol

from msgspec.structs import replace

from turnout.core.board import Board, Incident, Media, Patient, SecondaryPlace
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.incidents.commands import (
    AddAddendum,
    AddItem,
    AddNarrative,
    AddPerson,
    AddVehicle,
    AttachFile,
    LinkMedia,
    RemovePerson,
    RequestSupplement,
    SetPatient,
    SetSecondaryPlace,
    StrikeEntry,
    StrikeNarrative,
    UpdateSupplement,
)
from turnout.core.incidents.events import (
    AddendumAdded,
    EntryStruck,
    ItemAdded,
    MediaLinked,
    NarrativeAdded,
    NarrativeStruck,
    PatientSet,
    PersonAdded,
    PersonRemoved,
    SecondaryPlaceSet,
    SupplementRequested,
    SupplementUpdated,
    VehicleAdded,
)
from turnout.core.incidents.opening import location_refused
from turnout.core.lookups import incident_of, open_incident_of, unit_of
from turnout.core.no import No
from turnout.core.refusals import (
    IdentityTaken,
    IncidentNotClosed,
    TimeNotPossible,
    UnknownEntry,
    UnknownIncident,
    ValueNotTaken,
)
from turnout.core.texts import opened_row
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment
from turnout.words.sealed_text import ERASED


class _Entry(Protocol):
    @property
    def id(self) -> str: ...


def _taken(entries: tuple[_Entry, ...], kind: str, entry_id: str) -> IdentityTaken | None:
    return IdentityTaken(kind=kind, value=entry_id) if any(entry.id == entry_id for entry in entries) else None


def add_narrative(board: Board, command: AddNarrative, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if not command.text.strip():
        return ValueNotTaken(field="text", value="")
    taken = _taken(incident.narrative, "narrative", command.entry_id)
    if taken is not None:
        return taken
    return [
        NarrativeAdded(
            **head(context), incident=incident.id, entry=command.entry_id, text=command.text, kind=command.kind
        )
    ]


def strike_narrative(board: Board, command: StrikeNarrative, context: Context) -> Decision:
    """Also in a closed incident: what is wrong is wrong."""
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    line = next((line for line in incident.narrative if line.id == command.entry_id), None)
    if line is None:
        return UnknownEntry(kind="narrative", entry=command.entry_id)
    if line.struck is not None:
        return []
    return [NarrativeStruck(**head(context), incident=incident.id, entry=line.id, reason=command.reason)]


def add_person(board: Board, command: AddPerson, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    taken = _taken(incident.persons, "person", command.person.id)
    if taken is not None:
        return taken
    return [PersonAdded(**head(context), incident=incident.id, person=replace(command.person, removed=False))]


def remove_person(board: Board, command: RemovePerson, context: Context) -> Decision:
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    card = next((card for card in incident.persons if card.id == command.person_id), None)
    if card is None:
        return UnknownEntry(kind="person", entry=command.person_id)
    if card.removed:
        return []
    return [PersonRemoved(**head(context), incident=incident.id, person=card.id, reason=command.reason)]


def add_vehicle(board: Board, command: AddVehicle, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    taken = _taken((*incident.vehicles, *incident.items), "vehicle", command.vehicle_id)
    if taken is not None:
        return taken
    return [
        VehicleAdded(
            **head(context),
            incident=incident.id,
            vehicle=command.vehicle_id,
            description=command.description,
            role=command.role,
        )
    ]


def add_item(board: Board, command: AddItem, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.quantity < 1:
        return ValueNotTaken(field="quantity", value=command.quantity)
    taken = _taken((*incident.vehicles, *incident.items), "item", command.item_id)
    if taken is not None:
        return taken
    return [
        ItemAdded(
            **head(context),
            incident=incident.id,
            item=command.item_id,
            description=command.description,
            quantity=command.quantity,
        )
    ]


def strike_entry(board: Board, command: StrikeEntry, context: Context) -> Decision:
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    struck = {vehicle.id: vehicle.struck_reason for vehicle in incident.vehicles}
    struck |= {item.id: item.struck_reason for item in incident.items}
    if command.entry_id not in struck:
        return UnknownEntry(kind="entry", entry=command.entry_id)
    if struck[command.entry_id]:
        return []
    reason = command.reason.strip() or "struck"
    return [EntryStruck(**head(context), incident=incident.id, entry=command.entry_id, reason=reason)]


def set_patient(board: Board, command: SetPatient, context: Context) -> Decision:
    """Add or update by number on scene (4.14). What the command leaves open stays as it was; what stands for something
    erased is no value, whoever sends it back."""
    shown = {"destination": command.destination, "unit": command.unit, "card": command.card}
    command = replace(command, **{field: None if said == ERASED else said for field, said in shown.items()})
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.unit is not None and isinstance(unit := unit_of(board, command.unit), No):
        return unit
    known = next((patient for patient in incident.patients if patient.id == command.patient_id), None)
    was = known if known is not None else Patient(id=command.patient_id)
    becomes = Patient(
        id=command.patient_id,
        triage=command.triage or was.triage,
        destination=command.destination if command.destination is not None else was.destination,
        unit=UnitId(command.unit) if command.unit is not None else was.unit,
        card=command.card if command.card is not None else was.card,
    )
    is_known = known is not None and opened_row(becomes, context.show) == opened_row(known, context.show)
    return [] if is_known else [PatientSet(**head(context), incident=incident.id, patient=becomes)]


def link_media(board: Board, command: LinkMedia | AttachFile, context: Context) -> Decision:
    """By reference (4.15); also to a closed incident: recordings come late."""
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    taken = _taken(incident.media, "media", command.media_id)
    if taken is not None:
        return taken
    at = context.at if command.at is None else Moment(min(command.at, context.at))
    if command.until is not None and command.until < at:
        return TimeNotPossible(field="until", at=command.until)
    media = Media(
        id=command.media_id, kind=command.kind, ref=command.ref, at=at, note=command.note, until=command.until
    )
    if isinstance(command, AttachFile):
        facts = {"sha256": command.sha256, "size_bytes": command.size_bytes, "mime": command.mime}
        media = replace(media, owner=incident.id, **facts)
    return [MediaLinked(**head(context), incident=incident.id, media=media)]


def set_secondary_place(board: Board, command: SetSecondaryPlace, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    known = next((place for place in incident.places if place.id == command.place_id), None)
    if command.remove and known is None:
        return UnknownEntry(kind="place", entry=command.place_id)
    refusal = None if command.remove else location_refused(command.location)
    if refusal is not None:
        return refusal
    place = SecondaryPlace(id=command.place_id, role=command.role, location=command.location, removed=command.remove)
    is_known = known is not None and place == opened_row(known, context.show)
    return [] if is_known else [SecondaryPlaceSet(**head(context), incident=incident.id, place=place)]


def add_addendum(board: Board, command: AddAddendum, context: Context) -> Decision:
    """To a closed incident, on the board or from the record that the desk has put into the command (6.5)."""
    here = board.incidents.get(IncidentId(command.incident_id))
    incident: Incident | None = here or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    if incident.status != "closed":
        return IncidentNotClosed(tag=incident.tag)
    if not command.text.strip():
        return ValueNotTaken(field="text", value="")
    taken = _taken(incident.narrative, "narrative", command.entry_id)
    if taken is not None:
        return taken
    return [AddendumAdded(**head(context), incident=incident.id, entry=command.entry_id, text=command.text)]


def request_supplement(board: Board, command: RequestSupplement, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.supplement_id in board.supplements:
        return IdentityTaken(kind="supplement", value=command.supplement_id)
    return [
        SupplementRequested(
            **head(context),
            incident=incident.id,
            supplement=command.supplement_id,
            kind=command.kind,
            text=command.text,
        )
    ]


def update_supplement(board: Board, command: UpdateSupplement, context: Context) -> Decision:
    known = board.supplements.get(command.supplement_id)
    if known is None:
        return UnknownEntry(kind="supplement", entry=command.supplement_id)
    if command.state == known.state and command.who in ("", context.show(known.who)):
        return []
    return [
        SupplementUpdated(
            **head(context),
            incident=known.incident,
            supplement=known.id,
            state=command.state,
            who=command.who,
        )
    ]
