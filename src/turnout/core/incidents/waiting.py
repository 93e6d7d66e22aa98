"""Incidents in the queue: held, released, routed, claimed, upgraded (1.17, 1.18, 2.9, 4.17)."""

from turnout.core.board import Board, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.commands import (
    ClaimIncident,
    HoldIncident,
    ReleaseIncident,
    RouteIncident,
    SetAlarmLevel,
)
from turnout.core.incidents.events import (
    AlarmLevelSet,
    ClaimDropped,
    IncidentClaimed,
    IncidentHeld,
    IncidentReleased,
    IncidentRouted,
)
from turnout.core.lookups import open_incident_of, tables_of
from turnout.core.no import No
from turnout.core.refusals import ChangedMeanwhile, IncidentNotWaiting, UnknownCode, ValueNotTaken
from turnout.core.timers.starting import incident_timer, regrouped_timers, running, timer_id

ALARM_LEVELS = range(1, 10)
"""No city's plan has a tenth alarm."""


def hold_incident(board: Board, command: HoldIncident, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if incident.status == "held":
        return []
    if incident.status != "pending":
        return IncidentNotWaiting(tag=incident.tag, status=incident.status, needs="pending")
    return [IncidentHeld(**head(context), incident=incident.id, reason=command.reason)]


def release_incident(board: Board, command: ReleaseIncident, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if incident.status not in ("held", "scheduled"):
        return IncidentNotWaiting(tag=incident.tag, status=incident.status, needs="held")
    draft = Draft(board, context)
    release(draft, incident)
    return draft.events


def release(draft: Draft, incident: Incident) -> None:
    """Into the queue, with the queue's clock; that of a held one goes on from when it came in."""
    board = draft.board
    waited = timer_id("pending", incident.id) in board.timers
    released = IncidentReleased(
        **draft.head,
        incident=incident.id,
        stops=running(board, [timer_id("scheduled", incident.id)]),
        starts=() if waited else incident_timer(board.catalogue, "pending", incident, draft.at),
    )
    draft.add(released)


def route_incident(board: Board, command: RouteIncident, context: Context) -> Decision:
    """To another dispatch group, any time (1.17)."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    if command.group not in tables.groups:
        return UnknownCode(kind="group", value=command.group)
    if command.group == incident.group:
        return []
    draft = Draft(board, context)
    route(draft, incident, command.group)
    return draft.events


def route(draft: Draft, incident: Incident, group: str) -> None:
    clocks = regrouped_timers(draft.board, incident.id, group)
    draft.add(IncidentRouted(**draft.head, incident=incident.id, was=incident.group, group=group, starts=clocks))


def claim_incident(board: Board, command: ClaimIncident, context: Context) -> Decision:
    """It says who works on it and locks nothing: whoever claims last is shown."""
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    mine = incident.claimed_by == context.actor.id
    if command.release:
        return [ClaimDropped(**head(context), incident=incident.id)] if mine else []
    return [] if mine else [IncidentClaimed(**head(context), incident=incident.id)]


def set_alarm_level(board: Board, command: SetAlarmLevel, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.level not in ALARM_LEVELS:
        return ValueNotTaken(field="alarm_level", value=command.level)
    if command.level == incident.alarm_level:
        return []
    if command.was != incident.alarm_level:
        return changed_meanwhile(incident, "alarm_level", command.was, incident.alarm_level)
    level = AlarmLevelSet(
        **head(context), incident=incident.id, was=command.was, level=command.level, reason=command.reason
    )
    return [level]


def changed_meanwhile(
    incident: Incident, field: str, yours: str | int | bool | None, theirs: str | int | bool | None
) -> ChangedMeanwhile:
    """Who set the field since, and when; where nobody has, whoever opened the incident did (4.7)."""
    change = incident.changes.get(field)
    by = incident.opened_by if change is None else change.by
    at = incident.opened if change is None else change.at
    return ChangedMeanwhile(field=field, yours=yours, theirs=theirs, by=by, at=at)
