"""Alerting crews and stations (2.5, 3.11, 3.12): sent with the dispatch, answered, repeated by another way if it fails.

A station is alerted by the ways that its agency names, in their order. What nobody acknowledges within the city's
standard `alert` rings for the dispatcher, who alerts again or telephones. An acknowledgement stands for the crews that
the alert names: they have been told.
"""

from turnout.core.board import Available, Board, Incident, OnIncident, Timer, Unit
from turnout.core.catalogue import Catalogue
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.linking import chain_of
from turnout.core.lookups import (
    assignment_of,
    incident_of,
    open_incident_of,
    tables_of,
    ways_to,
    working_assignment,
)
from turnout.core.no import No
from turnout.core.refusals import (
    IdentityTaken,
    NotAssigned,
    Refusal,
    StationNotAlerted,
    TooManyAlerts,
    UnknownCode,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.timers.starting import alert_timer, running, timer_id, timers_at_stage, timers_done_at_stage
from turnout.core.units.commands import ReportAlert, SendAlert
from turnout.core.units.events import (
    AlertReported,
    AlertSent,
    StationAlerted,
    StationAlertReported,
    StatusReported,
)
from turnout.core.units.station_alert import ALERTS_MAX, Alerts, Channel, StationAlert, newest_of, next_id
from turnout.words.identity import IncidentId, StationId, UnitId


def alerts_with_dispatch(draft: Draft, incident: Incident, units: list[Unit]) -> tuple[Alerts, tuple[Timer, ...]]:
    """The alerts of the stations whose units are in quarters, and the clocks for their answers."""
    tables, alerts = draft.board.catalogue, incident.alerts
    homes: dict[StationId, list[UnitId]] = {}
    for unit in units:
        if _may_be_in_quarters(unit) and ways_to(tables, unit.station):
            homes.setdefault(unit.station, []).append(unit.id)
    made: Alerts = ()
    clocks: tuple[Timer, ...] = ()
    for station, ids in homes.items():
        if len(alerts) + len(made) >= ALERTS_MAX:
            break
        made += (
            StationAlert(
                id=next_id((*alerts, *made), station),
                station=station,
                channel=ways_to(tables, station)[0],
                units=tuple(ids),
                sent=draft.at,
                by=draft.context.actor.id,
            ),
        )
        clocks += alert_timer(tables, incident, station, draft.at)
    return made, clocks


def _may_be_in_quarters(unit: Unit) -> bool:
    """A unit that is known to be out is told on the road; of one off duty or out of service nobody knows better."""
    match unit.status:
        case Available(in_quarters=in_quarters):
            return in_quarters
        case OnIncident():
            return False
        case _:
            return True


def send_alert(board: Board, command: SendAlert, context: Context) -> Decision:
    """To a crew or to a station, never both in one: each has an answer of its own."""
    if bool(command.unit) == bool(command.station):
        return ValueNotTaken(field="station", value=command.station)
    if command.station:
        return _alert_station(board, command, context)
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    assignment = working_assignment(incident, command.unit)
    if assignment is None:
        return NotAssigned(unit=command.unit, tag=incident.tag)
    if not command.channel:
        return ValueNotTaken(field="channel", value=command.channel)
    if any(alert.id == command.alert_id for alert in assignment.alerts):
        return IdentityTaken(kind="alert", value=command.alert_id)
    sent = AlertSent(
        **head(context),
        incident=incident.id,
        unit=UnitId(command.unit),
        alert=command.alert_id,
        channel=command.channel,
        to=command.to,
    )
    return [sent]


def _alert_station(board: Board, command: SendAlert, context: Context) -> Decision:
    """Again, or by another way: for those of its units that are on the incident."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    station = StationId(command.station)
    refusal = _alert_refused(tables, incident, station, command.alert_id)
    if refusal is not None:
        return refusal
    units = _units_of(board, incident, station)
    if not units:
        return StationNotAlerted(station=station, tag=incident.tag)
    by_itself: Channel = next(iter(ways_to(tables, station)), "station")
    alert = StationAlert(
        id=command.alert_id,
        station=station,
        channel=command.channel or by_itself,
        units=units,
        sent=context.at,
        by=context.actor.id,
    )
    clocks = alert_timer(tables, incident, station, context.at)
    return [StationAlerted(**head(context), incident=incident.id, alert=alert, note=command.to, starts=clocks)]


def _alert_refused(tables: Catalogue, incident: Incident, station: StationId, alert_id: str) -> Refusal | None:
    if station not in tables.stations:
        return UnknownCode(kind="station", value=station)
    if any(alert.id == alert_id for alert in incident.alerts):
        return IdentityTaken(kind="alert", value=alert_id)
    if len(incident.alerts) >= ALERTS_MAX:
        return TooManyAlerts(tag=incident.tag, most=ALERTS_MAX)
    return None


def _units_of(board: Board, incident: Incident, station: StationId) -> tuple[UnitId, ...]:
    """Those of its units that are on the incident; where some have not answered yet, those alone."""
    there = [board.units[a.unit] for a in incident.working if board.units[a.unit].station == station]
    unanswered = [unit for unit in there if _is_untold(unit, incident.id)]
    return tuple(unit.id for unit in unanswered or there)


def _is_untold(unit: Unit, incident_id: IncidentId) -> bool:
    status = unit.status
    return isinstance(status, OnIncident) and status.incident == incident_id and status.at == "dispatched"


def report_alert(board: Board, command: ReportAlert, context: Context) -> Decision:
    """What became of it, also after the assignment is over. Acknowledged, the assignment is acknowledged too (2.5)."""
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if bool(command.unit) == bool(command.station):
        return ValueNotTaken(field="station", value=command.station)
    if command.station:
        return _report_of_station(board, *_alert_named(board, incident, command.alert_id), command, context)
    assignment = assignment_of(incident, command.unit)
    if isinstance(assignment, No):
        return assignment
    alert = next((alert for alert in assignment.alerts if alert.id == command.alert_id), None)
    if alert is None:
        return UnknownEntry(kind="alert", entry=command.alert_id)
    known = {"delivered": alert.delivered, "acknowledged": alert.acknowledged, "failed": alert.failed or None}
    draft = Draft(board, context)
    if known[command.outcome] is None:
        reported = AlertReported(
            **draft.head,
            incident=incident.id,
            unit=assignment.unit,
            alert=alert.id,
            outcome=command.outcome,
            note=command.note,
        )
        draft.add(reported)
    if command.outcome == "acknowledged":
        _acknowledge(draft, assignment.unit, incident.id)
    return draft.events


def _alert_named(board: Board, incident: Incident, alert_id: str) -> tuple[Incident, StationAlert | None]:
    """In the incident, or in that which it was joined to meanwhile (there it may bear the tag of its first one)."""
    now = chain_of(board, incident)
    ids = (alert_id,) if now.id == incident.id else (f"{incident.tag}/{alert_id}", alert_id)
    return now, next((alert for id in ids for alert in now.alerts if alert.id == id), None)


def _report_of_station(
    board: Board, incident: Incident, alert: StationAlert | None, command: ReportAlert, context: Context
) -> Decision:
    """Said twice, it is known already. An answer that comes late is still an answer."""
    if alert is None or alert.station != command.station:
        return UnknownEntry(kind="alert", entry=command.alert_id)
    if _is_known(alert, command.outcome):
        return []
    draft = Draft(board, context)
    answers = command.outcome == "acknowledged" and alert.kind == "dispatch"
    again, clocks = _after_failure(board, incident, alert, context) if command.outcome == "failed" else (None, ())
    reported = StationAlertReported(
        **draft.head,
        incident=incident.id,
        station=alert.station,
        alert=alert.id,
        outcome=command.outcome,
        note=command.note,
        stops=running(board, [timer_id("alert", alert.station, incident.id)] if answers else []),
        starts=() if again is not None else clocks,
    )
    draft.add(reported)
    if again is not None:
        draft.add(StationAlerted(**draft.head, incident=incident.id, alert=again, starts=clocks))
    for unit in alert.units if answers else ():
        _acknowledge(draft, unit, incident.id)
    return draft.events


def _is_known(alert: StationAlert, outcome: str) -> bool:
    """What was acknowledged has not failed, whoever says so later."""
    match outcome:
        case "delivered":
            return alert.delivered is not None
        case "acknowledged":
            return alert.acknowledged is not None
        case _:
            return bool(alert.failed) or alert.acknowledged is not None


def _after_failure(
    board: Board, incident: Incident, failed: StationAlert, context: Context
) -> tuple[StationAlert | None, tuple[Timer, ...]]:
    """The next way in the city's order, with its clock; where none is left, the dispatcher's clock rings at once."""
    newest = newest_of(incident.alerts, failed.station)
    if incident.status == "closed" or newest is None or newest.id != failed.id or not failed.waits:
        return None, ()
    is_dispatch = failed.kind == "dispatch"
    if is_dispatch and not any(_is_untold(board.units[id], incident.id) for id in failed.units if id in board.units):
        return None, ()
    tried = {alert.channel for alert in incident.alerts if alert.station == failed.station}
    way = next((way for way in ways_to(board.catalogue, failed.station) if way not in tried), None)
    if way is None or len(incident.alerts) >= ALERTS_MAX:
        return None, alert_timer(board.catalogue, incident, failed.station, context.at, at_once=True) * is_dispatch
    again = StationAlert(
        id=next_id(incident.alerts, failed.station),
        station=failed.station,
        channel=way,
        kind=failed.kind,
        units=failed.units,
        sent=context.at,
        by=context.actor.id,
    )
    return again, alert_timer(board.catalogue, incident, failed.station, context.at) * is_dispatch


def _acknowledge(draft: Draft, unit_id: UnitId, incident_id: IncidentId) -> None:
    unit = draft.board.units.get(unit_id)
    if unit is None or not _is_untold(unit, incident_id):
        return
    incident = draft.board.incidents[incident_id]
    acknowledged = StatusReported(
        **draft.head,
        unit=unit_id,
        incident=incident_id,
        stage="acknowledged",
        happened=draft.at,
        stops=timers_done_at_stage(draft.board, incident, unit, "acknowledged"),
        starts=timers_at_stage(draft.board, incident, unit, "acknowledged", draft.at),
    )
    draft.add(acknowledged)
