"""How incidents come: opened from a report, split off, cloned, begun by a crew that saw it. Functions 1.1 to 1.6, 1.14.

Type and place are enough, and nothing that is merely suspicious stands in the way: duplicates are suspected aloud, a
forced place is marked, and the incident runs.
"""

import msgspec
from msgspec.structs import replace

from turnout.core.answering import agencies_in
from turnout.core.board import Board, Incident, IncidentStatus, Location, Timer
from turnout.core.catalogue import Catalogue, IncidentType
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft
from turnout.core.incidents.commands import CloneIncident, OpenIncident, SplitIncident
from turnout.core.incidents.duplicates import NEAR_MAX, near_incidents
from turnout.core.incidents.events import DuplicateSuspected, IncidentOpened, IncidentsLinked, NarrativeAdded
from turnout.core.lookups import incident_of, open_call_of, open_incident_of, tables_of
from turnout.core.no import No
from turnout.core.numbers import counters, next_number, next_tag
from turnout.core.refusals import (
    IdentityTaken,
    LocationNotVerified,
    PlaceNotOnEarth,
    ReasonNeeded,
    Refusal,
    TimeNotPossible,
    UnknownCode,
    ValueNotTaken,
)
from turnout.core.routing import group_of
from turnout.core.texts import opened_row
from turnout.core.timers.starting import due_by_standard, opening_timer, running, timer_id
from turnout.words.identity import AgencyId, CallId, IncidentId
from turnout.words.moment import Moment
from turnout.words.place import Place

PRIORITIES = range(1, 6)
"""1 is the most urgent."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What an incident begins with, whatever brought it."""

    id: IncidentId
    kind: IncidentType
    location: Location
    status: IncidentStatus = "pending"
    subtype: str = ""
    priority: int | None = None
    priority_reason: str = ""
    agencies: tuple[AgencyId, ...] = ()
    """Empty: those of its type, as its areas have them."""
    calls: tuple[CallId, ...] = ()
    fields: dict[str, str] = {}
    group: str = ""
    activate_at: Moment | None = None
    not_duplicate_of: tuple[IncidentId, ...] = ()
    back_entry: Moment | None = None


def open_incident(board: Board, command: OpenIncident, context: Context) -> Decision:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    kind = kind_of(tables, command.type)
    if isinstance(kind, No):
        return kind
    refusal = (
        identity_refused(board, command.incident_id)
        or location_refused(command.location)
        or _priority_refused(command, kind)
        or agencies_refused(tables, command.agencies)
        or _times_refused(command, context)
    )
    if refusal is not None:
        return refusal
    call = open_call_of(board, command.call_id) if command.call_id else None
    if isinstance(call, No):
        return call
    draft = Draft(board, context)
    id = IncidentId(command.incident_id)
    begin(draft, tables, _opening(command, kind, context))
    if command.narrative:
        entry = draft.name("narrative")
        draft.add(NarrativeAdded(**draft.head, incident=id, entry=entry, text=command.narrative))
    near = near_incidents(board, command.location, command.type, context.at, context.find_place, context.show)
    suspected = tuple(n.incident.id for n in near if n.incident.id not in command.not_duplicate_of)
    if suspected:
        draft.add(DuplicateSuspected(**draft.head, incident=id, near=suspected[:NEAR_MAX]))
    return draft.events


def _opening(command: OpenIncident, kind: IncidentType, context: Context) -> Opening:
    status: IncidentStatus = "held" if command.hold or kind.decision_first else "pending"
    if command.activate_at is not None and command.activate_at > context.at:
        status = "scheduled"
    return Opening(
        id=IncidentId(command.incident_id),
        kind=kind,
        location=command.location,
        status=status,
        subtype=command.subtype,
        priority=command.priority,
        priority_reason=command.priority_reason,
        agencies=tuple(AgencyId(agency) for agency in command.agencies),
        calls=(CallId(command.call_id),) if command.call_id else (),
        group=command.group,
        activate_at=command.activate_at,
        not_duplicate_of=tuple(IncidentId(other) for other in command.not_duplicate_of),
        back_entry=command.back_entry,
    )


def begin(draft: Draft, tables: Catalogue, opening: Opening) -> None:
    """Add the incident to `draft`, with its tag, numbers, group and clocks."""
    kind, at, board = opening.kind, draft.at, draft.board
    wanted = tuple(agency for agency in opening.agencies if agency in tables.agencies)
    agencies = tuple(dict.fromkeys(wanted or agencies_in(tables, kind, opening.location.zones)))
    known = [tables.agencies[agency] for agency in agencies]
    opened = at if opening.back_entry is None else opening.back_entry
    tag = next_tag(board, known[0].discipline)
    given = {a.id: next_number(board, a, opened, board.exercise) for a in known if not a.neighbour}
    priority = kind.priority if opening.priority is None else opening.priority
    group = opening.group or group_of(tables, agencies, opening.location)
    event = IncidentOpened(
        **draft.head,
        incident=opening.id,
        tag=tag.given,
        numbers={agency: number.given for agency, number in given.items()},
        series=counters((tag, *given.values())),
        status=opening.status,
        type=kind.code,
        subtype=opening.subtype,
        priority=priority,
        priority_overridden=priority != kind.priority,
        priority_reason=opening.priority_reason,
        agencies=agencies,
        location=opening.location,
        opened=opened,
        calls=opening.calls,
        fields=opening.fields,
        group=group,
        activate_at=opening.activate_at,
        not_duplicate_of=opening.not_duplicate_of,
        back_entry=opening.back_entry is not None,
        exercise=board.exercise,
        stops=running(board, [timer_id("callback", call) for call in opening.calls]),
        starts=_clocks(tables, opening, agencies[0], priority, group, at),
    )
    draft.add(event)


def _clocks(
    tables: Catalogue, opening: Opening, lead: AgencyId, priority: int, group: str, at: Moment
) -> tuple[Timer, ...]:
    """A scheduled one has its hour; one that waits for a unit (or a decision) is waited with; others need none."""
    if opening.status == "scheduled":
        return opening_timer("scheduled", opening.id, group, at, opening.activate_at)
    if opening.kind.advise_only or opening.back_entry is not None:
        return ()
    due = due_by_standard(tables, "pending", lead, priority, at)
    return opening_timer("pending", opening.id, group, at, due)


def kind_of(tables: Catalogue, code: str) -> IncidentType | UnknownCode:
    found = tables.types.get(code)
    return UnknownCode(kind="type", value=code) if found is None else found


def identity_refused(board: Board, incident_id: str) -> IdentityTaken | None:
    taken = IncidentId(incident_id) in board.incidents
    return IdentityTaken(kind="incident", value=incident_id) if taken else None


def location_refused(location: Location) -> Refusal | None:
    """It needs a place on the map, or a person's word (`forced`) that it shall be taken as it reads (1.9)."""
    place = location.place
    if isinstance(place, Place):
        return None if place.is_on_earth() else PlaceNotOnEarth(lat=place.lat, lon=place.lon)
    forced = location.kind == "forced" and location.text.strip()
    return None if forced else LocationNotVerified(text=location.text)


def agencies_refused(tables: Catalogue, agencies: tuple[str, ...]) -> Refusal | None:
    unknown = next((agency for agency in agencies if AgencyId(agency) not in tables.agencies), None)
    return None if unknown is None else UnknownCode(kind="agency", value=unknown)


def _priority_refused(command: OpenIncident, kind: IncidentType) -> Refusal | None:
    if command.priority is None or command.priority == kind.priority:
        return None
    if command.priority not in PRIORITIES:
        return ValueNotTaken(field="priority", value=command.priority)
    return None if command.priority_reason.strip() else ReasonNeeded(field="priority")


def _times_refused(command: OpenIncident, context: Context) -> Refusal | None:
    if command.back_entry is not None and command.back_entry > context.at:
        return TimeNotPossible(field="back_entry", at=command.back_entry)
    return None


def split_incident(board: Board, command: SplitIncident, context: Context) -> Decision:
    """A linked child for a discipline, with the same place and calls (1.22)."""
    tables, parent = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(parent, No):
        return parent
    kind = kind_of(tables, command.type)
    if isinstance(kind, No):
        return kind
    refusal = identity_refused(board, command.child_id) or agencies_refused(tables, command.agencies)
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    child = Opening(
        id=IncidentId(command.child_id),
        kind=kind,
        location=opened_row(parent.location, context.show),
        status="held" if kind.decision_first else "pending",
        agencies=tuple(AgencyId(agency) for agency in command.agencies),
        calls=parent.calls,
    )
    begin(draft, tables, child)
    draft.add(IncidentsLinked(**draft.head, one=parent.id, other=child.id, kind="child"))
    return draft.events


def clone_incident(board: Board, command: CloneIncident, context: Context) -> Decision:
    """The same type, place and facts again, with a number and times of its own; no units, no people."""
    tables, original = tables_of(board), incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(original, No):
        return original
    kind = kind_of(tables, original.type)
    if isinstance(kind, No):
        return kind
    refusal = identity_refused(board, command.clone_id)
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    facts = {name: context.show(value) for name, value in original.fields.items()}
    here = replace(original, location=opened_row(original.location, context.show), fields=facts)
    clone = _clone(here, IncidentId(command.clone_id), kind)
    begin(draft, tables, clone)
    draft.add(IncidentsLinked(**draft.head, one=original.id, other=clone.id, kind="clone"))
    return draft.events


def _clone(original: Incident, clone_id: IncidentId, kind: IncidentType) -> Opening:
    return Opening(
        id=clone_id,
        kind=kind,
        location=original.location,
        subtype=original.subtype,
        priority=original.priority,
        agencies=original.agencies,
        fields=original.fields,
        group=original.group,
    )
