"""How an incident changes when something is written into it. Nothing is ever taken out: a wrong entry is struck."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import change_incident, the_incident
from turnout.core.board import (
    Board,
    FieldChange,
    Incident,
    InvolvedVehicle,
    NarrativeLine,
    PersonCard,
    PropertyItem,
    SupplementalRequest,
)
from turnout.core.incidents.events import (
    AddendumAdded,
    EntryChanged,
    EntryEvent,
    EntryStruck,
    FieldChanged,
    IncidentRelocated,
    IncidentRetyped,
    ItemAdded,
    MediaLinked,
    NarrativeAdded,
    NarrativeStruck,
    PatientSet,
    PersonAdded,
    PersonChanged,
    PersonRemoved,
    SecondaryPlaceSet,
    SupplementRequested,
    SupplementUpdated,
    TriageAnswered,
    VehicleAdded,
)


def evolve_entry(board: Board, event: EntryEvent) -> Board:  # noqa: C901  one case per event
    match event:
        case FieldChanged():
            return _field_changed(board, event)
        case IncidentRetyped():
            return _retyped(board, event)
        case IncidentRelocated():
            changes = _noted(the_incident(board, event.incident), event, "location", event.was)
            return change_incident(board, event.incident, event, location=event.location, changes=changes)
        case NarrativeAdded():
            return _narrative_added(board, event)
        case NarrativeStruck():
            return _narrative_struck(board, event)
        case PersonAdded() | PersonRemoved():
            return _persons(board, event)
        case PersonChanged():
            return _afterwards(board, event)
        case EntryChanged():
            return _entry_changed(board, event)
        case VehicleAdded() | ItemAdded() | EntryStruck():
            return _things(board, event)
        case PatientSet():
            others = tuple(p for p in the_incident(board, event.incident).patients if p.id != event.patient.id)
            return change_incident(board, event.incident, event, patients=(*others, event.patient))
        case MediaLinked():
            return _afterwards(board, event)
        case SecondaryPlaceSet():
            places = tuple(p for p in the_incident(board, event.incident).places if p.id != event.place.id)
            return change_incident(board, event.incident, event, places=(*places, event.place))
        case TriageAnswered():
            return _triage_answered(board, event)
        case AddendumAdded():
            return _afterwards(board, event)
        case SupplementRequested() | SupplementUpdated():
            return _supplement(board, event)
        case _:
            assert_never(event)


def _noted(incident: Incident, event: EntryEvent, field: str, was: object) -> dict[str, FieldChange]:
    return {**incident.changes, field: FieldChange(event.at, event.by, was)}


def _field_changed(board: Board, event: FieldChanged) -> Board:
    incident = the_incident(board, event.incident)
    changes = _noted(incident, event, event.field, event.was)
    name = event.field.removeprefix("fields.")
    if name != event.field:
        fields = {**incident.fields, name: str(event.becomes)}
        return change_incident(board, event.incident, event, fields=fields, changes=changes)
    if name in ("floor", "detail"):
        location = replace(incident.location, **{name: event.becomes})
        return change_incident(board, event.incident, event, location=location, changes=changes)
    assert name in ("subtype", "priority", "floor_plan", "exercise"), f"no field {name} of an incident"
    more = {"priority_overridden": True} if name == "priority" else {}
    return change_incident(board, event.incident, event, changes=changes, **{name: event.becomes}, **more)


def _retyped(board: Board, event: IncidentRetyped) -> Board:
    changes = _noted(the_incident(board, event.incident), event, "type", event.was)
    return change_incident(
        board,
        event.incident,
        event,
        type=event.type,
        subtype=event.subtype,
        priority=event.priority,
        changes=changes,
    )


def _line(event: NarrativeAdded | AddendumAdded) -> NarrativeLine:
    kind = event.kind if isinstance(event, NarrativeAdded) else "addendum"
    return NarrativeLine(id=event.entry, at=event.at, by=event.by, position=event.position, text=event.text, kind=kind)


def _narrative_added(board: Board, event: NarrativeAdded) -> Board:
    narrative = the_incident(board, event.incident).narrative
    return change_incident(board, event.incident, event, narrative=(*narrative, _line(event)))


LateEntry = AddendumAdded | MediaLinked | PersonChanged
"""What may come to an incident at any time, also once it has left the board."""


def _afterwards(board: Board, event: LateEntry) -> Board:
    """One to an incident that has left the board changes nothing here: it is in the journal and the records."""
    incident = board.incidents.get(event.incident)
    if incident is None:
        return board
    return replace(board, incidents={**board.incidents, event.incident: with_late_entry(incident, event)})


def with_late_entry(incident: Incident, event: LateEntry) -> Incident:
    """The incident with it, also once it is only in the records."""
    if isinstance(event, AddendumAdded):
        return replace(incident, narrative=(*incident.narrative, _line(event)), last_change=event.at)
    if isinstance(event, PersonChanged):
        return _with_card(incident, event)
    return replace(incident, media=(*incident.media, event.media), last_change=event.at)


def _narrative_struck(board: Board, event: NarrativeStruck) -> Board:
    struck = {"struck": event.at, "struck_by": event.by, "struck_reason": event.reason}
    narrative = tuple(
        replace(line, **struck) if line.id == event.entry else line
        for line in the_incident(board, event.incident).narrative
    )
    return change_incident(board, event.incident, event, narrative=narrative)


def _persons(board: Board, event: PersonAdded | PersonRemoved) -> Board:
    incident = the_incident(board, event.incident)
    if isinstance(event, PersonAdded):
        return change_incident(board, event.incident, event, persons=(*incident.persons, event.person))

    def struck(cards: tuple[PersonCard, ...]) -> tuple[PersonCard, ...]:
        return tuple(replace(card, removed=True) if card.id == event.person else card for card in cards)

    return change_incident(
        board,
        event.incident,
        event,
        persons=struck(incident.persons),
        earlier_persons=struck(incident.earlier_persons),
    )


def _with_card(incident: Incident, event: PersonChanged) -> Incident:
    """`changes` says who and when; the old card stays, so that what it refers to can still be opened."""
    was = next(card for card in incident.persons if card.id == event.person.id)
    return replace(
        incident,
        persons=tuple(event.person if card.id == event.person.id else card for card in incident.persons),
        earlier_persons=(*incident.earlier_persons, was),
        changes=_noted(incident, event, f"{event.person.id}.person", None),
        last_change=event.at,
    )


def _entry_changed(board: Board, event: EntryChanged) -> Board:
    incident = the_incident(board, event.incident)
    becomes = {event.field: event.becomes}
    return change_incident(
        board,
        event.incident,
        event,
        vehicles=tuple(replace(one, **becomes) if one.id == event.entry else one for one in incident.vehicles),
        items=tuple(replace(one, **becomes) if one.id == event.entry else one for one in incident.items),
        changes=_noted(incident, event, f"{event.entry}.{event.field}", event.was),
    )


def _things(board: Board, event: VehicleAdded | ItemAdded | EntryStruck) -> Board:
    incident = the_incident(board, event.incident)
    vehicles, items = incident.vehicles, incident.items
    match event:
        case VehicleAdded():
            vehicles = (*vehicles, InvolvedVehicle(id=event.vehicle, description=event.description, role=event.role))
        case ItemAdded():
            items = (*items, PropertyItem(id=event.item, description=event.description, quantity=event.quantity))
        case EntryStruck():
            vehicles = tuple(
                replace(vehicle, struck_reason=event.reason) if vehicle.id == event.entry else vehicle
                for vehicle in vehicles
            )
            items = tuple(replace(i, struck_reason=event.reason) if i.id == event.entry else i for i in items)
    return change_incident(board, event.incident, event, vehicles=vehicles, items=items)


def _triage_answered(board: Board, event: TriageAnswered) -> Board:
    incident = the_incident(board, event.incident)
    fields = {**incident.fields, "determinant": event.determinant} if event.determinant else incident.fields
    triage = {**incident.triage, event.question: event.answer}
    return change_incident(board, event.incident, event, triage=triage, fields=fields)


def _supplement(board: Board, event: SupplementRequested | SupplementUpdated) -> Board:
    if isinstance(event, SupplementRequested):
        request = SupplementalRequest(
            id=event.supplement,
            incident=event.incident,
            kind=event.kind,
            text=event.text,
            asked=event.at,
            changed=event.at,
        )
    else:
        known = board.supplements.get(event.supplement)
        assert known is not None, f"no request {event.supplement} on the board"
        request = replace(known, state=event.state, who=event.who or known.who, changed=event.at)
    return replace(board, supplements={**board.supplements, event.supplement: request})
