"""Warnings before call-taking ends (3.12): the first-due station wakes while the caller is still speaking.

A warning never stays in the air: a dispatch follows or withdraws it, the end of the incident withdraws it, and whoever
gave it may take it back.
"""

from turnout.core.answering import answering_in
from turnout.core.board import Board, Incident
from turnout.core.catalogue import Catalogue
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.incidents.commands import PreAlert, WithdrawPreAlert
from turnout.core.incidents.events import PreAlerted, PreAlertWithdrawn
from turnout.core.lookups import open_incident_of, tables_of, ways_to
from turnout.core.no import No
from turnout.core.refusals import NoFirstDueStation, TooManyAlerts, UnknownCode
from turnout.core.units.station_alert import ALERTS_MAX, Alerts, StationAlert, next_id
from turnout.words.identity import StationId, UnitId


def pre_alert(board: Board, command: PreAlert, context: Context) -> Decision:
    """Whoever is warned already is not warned again."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    first = first_due(tables, incident) if not command.to else None
    if not command.to and first is None:
        return NoFirstDueStation(tag=incident.tag)
    wanted = command.to if first is None else (first,)
    for told in wanted:
        if StationId(told) not in tables.stations and UnitId(told) not in board.units:
            return UnknownCode(kind="station", value=told)
    new = tuple(told for told in dict.fromkeys(wanted) if told not in incident.pre_alerted)
    if len(incident.alerts) + len(new) > ALERTS_MAX:
        return TooManyAlerts(tag=incident.tag, most=ALERTS_MAX)
    alerts = _warnings(tables, incident, new, context)
    return [PreAlerted(**head(context), incident=incident.id, to=new, alerts=alerts)] if new else []


def first_due(tables: Catalogue, incident: Incident) -> StationId | None:
    """The first-due station there, for the first of its agencies for whose discipline an area names one."""
    answering = {each.discipline: each.station for each in answering_in(tables, incident.location.zones)}
    for agency in incident.agencies:
        entry = tables.agencies.get(agency)
        station = answering.get(entry.discipline) if entry is not None else None
        if station is not None and station in tables.stations:
            return station
    return None


def _warnings(tables: Catalogue, incident: Incident, told: tuple[str, ...], context: Context) -> Alerts:
    made: Alerts = ()
    for station in (StationId(one) for one in told if StationId(one) in tables.stations):
        alert = StationAlert(
            id=next_id((*incident.alerts, *made), station),
            station=station,
            channel=next(iter(ways_to(tables, station)), "station"),
            kind="pre",
            sent=context.at,
            by=context.actor.id,
        )
        made += (alert,)
    return made


def withdraw_pre_alert(board: Board, command: WithdrawPreAlert, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    to = tuple(told for told in incident.pre_alerted if not command.to or told in command.to)
    if not to:
        return []
    return [PreAlertWithdrawn(**head(context), incident=incident.id, to=to, reason=command.reason)]
