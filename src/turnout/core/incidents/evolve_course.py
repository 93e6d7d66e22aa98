"""How the board changes when an incident comes, runs and ends."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import change_incident, the_incident
from turnout.core.board import Board, FieldChange, Incident, PrimaryChoice
from turnout.core.incidents.events import (
    AgencyAdded,
    AgencyDisposed,
    AlarmLevelSet,
    ClaimDropped,
    CourseEvent,
    DuplicateSuspected,
    IncidentArchived,
    IncidentCancelled,
    IncidentClaimed,
    IncidentClosed,
    IncidentHeld,
    IncidentOpened,
    IncidentReleased,
    IncidentReopened,
    IncidentRequeued,
    IncidentRouted,
    PreAlerted,
    PreAlertWithdrawn,
    PrimaryReleased,
    PrimarySet,
    TransferRequested,
)
from turnout.core.units.station_alert import settled
from turnout.words.moment import Moment


def evolve_course(board: Board, event: CourseEvent) -> Board:  # noqa: C901  one case per event
    match event:
        case IncidentOpened():
            return _opened(board, event)
        case DuplicateSuspected():
            return change_incident(board, event.incident, event)
        case IncidentClaimed():
            return change_incident(board, event.incident, event, claimed_by=event.by)
        case ClaimDropped():
            return change_incident(board, event.incident, event, claimed_by=None)
        case IncidentRouted():
            return _set(board, event, "group", event.was, group=event.group)
        case IncidentHeld():
            return change_incident(board, event.incident, event, status="held", status_since=event.at)
        case IncidentReleased() | IncidentRequeued():
            return change_incident(board, event.incident, event, status="pending", status_since=event.at)
        case AlarmLevelSet():
            return _set(board, event, "alarm_level", event.was, alarm_level=event.level)
        case PreAlerted():
            return _pre_alerted(board, event)
        case PreAlertWithdrawn():
            return _pre_alert_withdrawn(board, event)
        case AgencyAdded():
            return _agency_added(board, event)
        case AgencyDisposed():
            known = the_incident(board, event.incident).dispositions
            return change_incident(
                board, event.incident, event, dispositions={**known, event.agency: event.disposition}
            )
        case PrimarySet() | PrimaryReleased():
            return _primary(board, event)
        case IncidentClosed():
            return _ended(board, event, dispositions=event.dispositions, ranking=event.ranking)
        case IncidentCancelled():
            return _ended(board, event, close_reason=event.reason, ranking=event.ranking)
        case IncidentReopened():
            return _reopened(board, event)
        case TransferRequested():
            return board
        case IncidentArchived():
            return _archived(board, event)
        case _:
            assert_never(event)


def _pre_alerted(board: Board, event: PreAlerted) -> Board:
    incident = the_incident(board, event.incident)
    told = tuple(dict.fromkeys((*incident.pre_alerted, *event.to)))
    return change_incident(board, event.incident, event, pre_alerted=told, alerts=(*incident.alerts, *event.alerts))


def _pre_alert_withdrawn(board: Board, event: PreAlertWithdrawn) -> Board:
    incident = the_incident(board, event.incident)
    told = tuple(one for one in incident.pre_alerted if one not in event.to)
    alerts = tuple(
        replace(alert, withdrawn=event.at) if alert.warns and alert.station in event.to else alert
        for alert in incident.alerts
    )
    return change_incident(board, event.incident, event, pre_alerted=told, alerts=alerts)


def _set(board: Board, event: IncidentRouted | AlarmLevelSet, field: str, was: object, **changes: object) -> Board:
    known = the_incident(board, event.incident).changes
    return change_incident(
        board, event.incident, event, changes={**known, field: FieldChange(event.at, event.by, was)}, **changes
    )


def _opened(board: Board, event: IncidentOpened) -> Board:
    assert event.incident not in board.incidents, f"incident {event.incident} is on the board already"
    assert event.tag not in board.tags, f"tag {event.tag} is in use"
    incident = Incident(
        id=event.incident,
        tag=event.tag,
        numbers=event.numbers,
        opened=event.opened,
        opened_by=event.by,
        position=event.position,
        status=event.status,
        status_since=event.at,
        type=event.type,
        subtype=event.subtype,
        priority=event.priority,
        priority_overridden=event.priority_overridden,
        agencies=event.agencies,
        location=event.location,
        fields={**event.fields, "back_entry": "yes"} if event.back_entry else event.fields,
        calls=event.calls,
        group=event.group,
        activate_at=event.activate_at,
        last_change=event.at,
        exercise=event.exercise,
    )
    calls = dict(board.calls)
    for id in event.calls:
        call = calls.get(id)
        if call is not None and call.incident is None:
            calls[id] = replace(call, status="attached", incident=event.incident)
    return replace(
        board,
        incidents={**board.incidents, event.incident: incident},
        tags={**board.tags, event.tag: event.incident},
        series={**board.series, **event.series},
        calls=calls if event.calls else board.calls,
    )


def _agency_added(board: Board, event: AgencyAdded) -> Board:
    incident = the_incident(board, event.incident)
    others = tuple(agency for agency in incident.agencies if agency != event.agency)
    board = change_incident(
        board,
        event.incident,
        event,
        agencies=(event.agency, *others) if event.leads else (*others, event.agency),
        numbers={**incident.numbers, event.agency: event.number} if event.number else incident.numbers,
    )
    return replace(board, series={**board.series, **event.series}) if event.series else board


def _primary(board: Board, event: PrimarySet | PrimaryReleased) -> Board:
    known = the_incident(board, event.incident).primary_chosen
    chosen = {agency: choice for agency, choice in known.items() if agency != event.agency}
    if isinstance(event, PrimarySet):
        chosen[event.agency] = PrimaryChoice(event.unit, event.by, event.at, event.reason)
    return change_incident(board, event.incident, event, primary_chosen=chosen)


def _ended(board: Board, event: IncidentClosed | IncidentCancelled, **changes: object) -> Board:
    return change_incident(
        board,
        event.incident,
        event,
        status="closed",
        status_since=event.at,
        closed=_closed_at(event),
        claimed_by=None,
        alerts=settled(the_incident(board, event.incident).alerts, event.at),
        pre_alerted=(),
        **changes,
    )


def _closed_at(event: IncidentClosed | IncidentCancelled) -> Moment:
    on_paper = event.closed_on_paper if isinstance(event, IncidentClosed) else None
    return event.at if on_paper is None else on_paper


def _reopened(board: Board, event: IncidentReopened) -> Board:
    incident = event.record or the_incident(board, event.incident)
    again = replace(
        incident,
        tag=event.tag,
        status="pending",
        status_since=event.at,
        closed=None,
        close_reason="",
        dispositions={},
        ranking={},
        reopened=incident.reopened + 1,
        last_change=event.at,
    )
    return replace(
        board,
        incidents={**board.incidents, event.incident: again},
        tags={**board.tags, event.tag: event.incident},
        series={**board.series, **event.series},
    )


def _archived(board: Board, event: IncidentArchived) -> Board:
    incident = the_incident(board, event.incident)
    calls = {id: call for id, call in board.calls.items() if call.incident != event.incident}
    wanted = {id: asked for id, asked in board.supplements.items() if asked.incident != event.incident}
    return replace(
        board,
        incidents={id: other for id, other in board.incidents.items() if id != event.incident},
        tags={tag: id for tag, id in board.tags.items() if tag != incident.tag},
        calls=calls if len(calls) < len(board.calls) else board.calls,
        supplements=wanted if len(wanted) < len(board.supplements) else board.supplements,
    )
