"""How the board changes when crews and stations are alerted, and when they answer."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import change_incident, place_of_assignment, the_incident, with_assignment
from turnout.core.board import Alert, Board, StationAlert
from turnout.core.units.events import AlertReported, AlertSent, StationAlerted, StationAlertReported

AlertEvent = AlertSent | AlertReported | StationAlerted | StationAlertReported


def evolve_alert(board: Board, event: AlertEvent) -> Board:
    match event:
        case AlertSent() | AlertReported():
            return _of_unit(board, event)
        case StationAlerted():
            alerts = (*the_incident(board, event.incident).alerts, event.alert)
            return change_incident(board, event.incident, event, alerts=alerts)
        case StationAlertReported():
            known = the_incident(board, event.incident).alerts
            alerts = tuple(_answered(alert, event) if alert.id == event.alert else alert for alert in known)
            return change_incident(board, event.incident, event, alerts=alerts)
        case _:
            assert_never(event)


def _answered(alert: StationAlert, event: StationAlertReported) -> StationAlert:
    """Whoever acknowledges has received it."""
    match event.outcome:
        case "delivered":
            return replace(alert, delivered=event.at, delivered_by=event.by)
        case "acknowledged":
            delivered, by = (alert.delivered, alert.delivered_by) if alert.delivered else (event.at, event.by)
            return replace(alert, acknowledged=event.at, acknowledged_by=event.by, delivered=delivered, delivered_by=by)
        case "failed":
            return replace(alert, failed=event.note or "failed")


def _of_unit(board: Board, event: AlertSent | AlertReported) -> Board:
    incident = the_incident(board, event.incident)
    index = place_of_assignment(incident, event.unit, working=False)
    assignment = incident.assignments[index]
    if isinstance(event, AlertSent):
        alert = Alert(id=event.alert, channel=event.channel, to=event.to, sent=event.at)
        alerts = (*assignment.alerts, alert)
    else:
        alerts = tuple(_with_outcome(alert, event) if alert.id == event.alert else alert for alert in assignment.alerts)
    changed = replace(assignment, alerts=alerts)
    return change_incident(board, event.incident, event, assignments=with_assignment(incident, index, changed))


def _with_outcome(alert: Alert, event: AlertReported) -> Alert:
    match event.outcome:
        case "delivered":
            return replace(alert, delivered=event.at)
        case "acknowledged":
            return replace(alert, acknowledged=event.at, delivered=alert.delivered or event.at)
        case "failed":
            return replace(alert, failed=event.note or "failed")
