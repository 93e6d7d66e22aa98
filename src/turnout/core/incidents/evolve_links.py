"""How the board changes when incidents are linked, parted or joined. Both sides always show it (4.20)."""

from typing import Final, Literal, TypeVar, assert_never

from msgspec.structs import replace

from turnout.core.applying import change_incident, the_incident
from turnout.core.board import (
    Board,
    Incident,
    InvolvedVehicle,
    Link,
    Media,
    NarrativeLine,
    OnIncident,
    Patient,
    PropertyItem,
    RollCall,
    SecondaryPlace,
    StationAlert,
    Unit,
)
from turnout.core.incidents.events import IncidentsLinked, IncidentsMerged, IncidentsUnlinked, LinkEvent
from turnout.core.units.station_alert import settled
from turnout.words.identity import IncidentId
from turnout.words.moment import Moment

Entry = TypeVar("Entry", bound=NarrativeLine | InvolvedVehicle | PropertyItem | Patient | Media | SecondaryPlace)

LinkKind = Literal["child", "parent", "merged-into", "merged-from", "related", "cloned-from", "cloned-to"]

_SIDES: Final[dict[str, tuple[LinkKind, LinkKind]]] = {
    "related": ("related", "related"),
    "child": ("child", "parent"),
    "clone": ("cloned-to", "cloned-from"),
}
"""Kind of link → what the one shows of the other, and the other of the one."""


def evolve_link(board: Board, event: LinkEvent) -> Board:
    match event:
        case IncidentsLinked():
            to_other, to_one = _SIDES[event.kind]
            board = _link(board, event, event.one, Link(to_other, event.other))
            return _link(board, event, event.other, Link(to_one, event.one))
        case IncidentsUnlinked():
            board = _unlink(board, event, event.one, event.other)
            return _unlink(board, event, event.other, event.one)
        case IncidentsMerged():
            return _merged(board, event)
        case _:
            assert_never(event)


def _link(board: Board, event: LinkEvent, incident: IncidentId, link: Link) -> Board:
    return change_incident(board, incident, event, links=(*the_incident(board, incident).links, link))


def _unlink(board: Board, event: IncidentsUnlinked, incident: IncidentId, other: IncidentId) -> Board:
    """Only an equal's link can go: that of a child, clone or merger is history. The other may have been archived."""
    if incident not in board.incidents:
        return board
    links = the_incident(board, incident).links
    kept = tuple(link for link in links if not (link.incident == other and link.kind == "related"))
    return change_incident(board, incident, event, links=kept)


def _merged(board: Board, event: IncidentsMerged) -> Board:
    merged, into = the_incident(board, event.merged), the_incident(board, event.into)
    joined = replace(_joined(into, merged, event), links=(*into.links, Link("merged-from", merged.id)))
    ended = replace(
        merged,
        status="closed",
        status_since=event.at,
        closed=event.at,
        close_reason="merged",
        claimed_by=None,
        assignments=tuple(assignment for assignment in merged.assignments if assignment.is_over),
        alerts=(),
        pre_alerted=(),
        links=(*merged.links, Link("merged-into", into.id)),
        last_change=event.at,
    )
    calls = {
        id: replace(call, incident=into.id) if call.incident == merged.id else call for id, call in board.calls.items()
    }
    wanted = {
        id: replace(asked, incident=into.id) if asked.incident == merged.id else asked
        for id, asked in board.supplements.items()
    }
    corridors = {
        id: replace(one, incident=into.id) if one.incident == merged.id else one for id, one in board.corridors.items()
    }
    return replace(
        board,
        incidents={**board.incidents, merged.id: ended, into.id: joined},
        units={id: _moved(unit, merged.id, into.id) for id, unit in board.units.items()},
        calls=calls,
        supplements=wanted,
        corridors=corridors,
    )


def _joined(into: Incident, merged: Incident, event: IncidentsMerged) -> Incident:
    """`into` with what `merged` brings. People's details stay where they are: each incident has its own key."""
    waits = merged.working and into.status != "active"
    return replace(
        into,
        calls=tuple(dict.fromkeys((*into.calls, *merged.calls))),
        narrative=tuple(sorted(_both(into.narrative, merged.narrative, merged.tag), key=lambda line: line.at)),
        vehicles=_both(into.vehicles, merged.vehicles, merged.tag),
        items=_both(into.items, merged.items, merged.tag),
        patients=_both(into.patients, merged.patients, merged.tag),
        media=_both(into.media, merged.media, merged.tag),
        places=_both(into.places, merged.places, merged.tag),
        assignments=(*into.assignments, *merged.working),
        roll_call=_one_roll_call(into.roll_call, merged.roll_call),
        alerts=_joined_alerts(into, merged, event.at),
        pre_alerted=() if into.status == "active" or waits else (*into.pre_alerted, *merged.pre_alerted),
        status="active" if waits else into.status,
        status_since=event.at if waits else into.status_since,
        last_change=event.at,
    )


def _joined_alerts(into: Incident, merged: Incident, at: Moment) -> tuple[StationAlert, ...]:
    """What was sent is still to be answered. A warning holds on only while nobody has been sent."""
    taken = {alert.id for alert in into.alerts}
    theirs = (replace(one, id=f"{merged.tag}/{one.id}") if one.id in taken else one for one in merged.alerts)
    both = (*into.alerts, *theirs)
    return settled(both, at) if into.status == "active" or merged.working else both


def _one_roll_call(ours: RollCall | None, theirs: RollCall | None) -> RollCall | None:
    """Whoever was asked is still asked: their clocks have come over too."""
    if ours is None or theirs is None:
        return ours or theirs
    asked = tuple(dict.fromkeys((*ours.asked, *theirs.asked)))
    return RollCall(max(ours.started, theirs.started), asked, {**theirs.answered, **ours.answered})


def _both(ours: tuple[Entry, ...], theirs: tuple[Entry, ...], tag: str) -> tuple[Entry, ...]:
    """All of them. Patient 1 of the one incident is not patient 1 of the other: the newcomer becomes `F02/1`."""
    taken = {entry.id for entry in ours}
    return (*ours, *(replace(entry, id=f"{tag}/{entry.id}") if entry.id in taken else entry for entry in theirs))


def _moved(unit: Unit, merged: IncidentId, into: IncidentId) -> Unit:
    """The same object unless it was on `merged` or held it on its stack."""
    if isinstance(unit.status, OnIncident) and unit.status.incident == merged:
        unit = replace(unit, status=replace(unit.status, incident=into), last_incident=into)
    if not unit.stack:
        return unit
    on = unit.status.incident if isinstance(unit.status, OnIncident) else None
    stack = tuple(dict.fromkeys(into if id == merged else id for id in unit.stack))
    stack = tuple(id for id in stack if id != on)
    return unit if stack == unit.stack else replace(unit, stack=stack)
