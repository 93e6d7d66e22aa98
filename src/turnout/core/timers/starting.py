"""Which timers an act starts and stops (3.17). Lengths are the city's standards (NFPA 1710 names); with none, no timer.

A timer's identity is made of what it times, so that the same cause never starts two.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from turnout.core.board import Board, Call, Incident, OnIncident, Timer, TimerKind, Unit
from turnout.core.catalogue import Catalogue
from turnout.words.identity import AgencyId, IncidentId, StationId, TimerId
from turnout.words.moment import MINUTE_MS, SECOND_MS, Moment, later

ARCHIVE_AFTER_MS = 15 * MINUTE_MS
"""How long what is closed stays on the board: long enough for the last words on the radio and a hasty reopening."""

ASSIGNMENT_KINDS: tuple[TimerKind, ...] = ("acknowledge", "turnout", "travel", "on-scene", "roll-call")

_RUNS_AT: dict[str, tuple[TimerKind, ...]] = {
    "dispatched": ("acknowledge", "turnout"),
    "acknowledged": ("turnout",),
    "enroute": ("travel",),
    "staged": (),
    "on-scene": ("on-scene",),
    "at-patient": ("on-scene",),
    "transporting": (),
    "at-destination": (),
    "clearing": (),
}
"""Stage → what is timed while a unit is at it."""


def standard_s(tables: Catalogue | None, interval: str, agency: AgencyId | None, priority: int) -> int | None:
    """The most particular standard: agency and priority, then agency, then priority, then the one for all."""
    best, best_rank = None, -1
    for standard in tables.standards if tables is not None else ():
        if standard.interval != interval or standard.agency not in (None, agency):
            continue
        if standard.priority not in (0, priority):
            continue
        rank = 2 * (standard.agency is not None) + (standard.priority != 0)
        if rank > best_rank:
            best, best_rank = standard.limit_s, rank
    return best


def timer_id(kind: TimerKind, *subject: str) -> TimerId:
    return TimerId("/".join((kind, *subject)))


def incident_timer(
    tables: Catalogue | None, kind: TimerKind, incident: Incident, at: Moment, due: Moment | None = None
) -> tuple[Timer, ...]:
    """One that times the incident itself; without `due`, as long as the standard of its lead agency says."""
    if due is None:
        due = due_by_standard(tables, kind, incident.agencies[0], incident.priority, at)
    return () if due is None else (_incident_timer(kind, incident.id, incident.group, at, due),)


def opening_timer(
    kind: TimerKind, incident_id: IncidentId, group: str, at: Moment, due: Moment | None
) -> tuple[Timer, ...]:
    """As `incident_timer`, for one that is only just coming."""
    return () if due is None else (_incident_timer(kind, incident_id, group, at, due),)


def due_by_standard(
    tables: Catalogue | None, interval: str, lead: AgencyId, priority: int, at: Moment
) -> Moment | None:
    limit_s = standard_s(tables, interval, lead, priority)
    return None if limit_s is None else later(at, limit_s * SECOND_MS)


def _incident_timer(kind: TimerKind, incident_id: IncidentId, group: str, at: Moment, due: Moment) -> Timer:
    return Timer(id=timer_id(kind, incident_id), kind=kind, due=due, started=at, incident=incident_id, group=group)


def assignment_timer(
    tables: Catalogue | None, kind: TimerKind, incident: Incident, unit: Unit, at: Moment
) -> tuple[Timer, ...]:
    limit_s = standard_s(tables, kind, unit.agency, incident.priority)
    if limit_s is None and kind == "turnout" and tables is not None and unit.kind in tables.unit_kinds:
        limit_s = tables.unit_kinds[unit.kind].turnout_s
    if limit_s is None:
        return ()
    timer = Timer(
        id=timer_id(kind, unit.id, incident.id),
        kind=kind,
        due=later(at, limit_s * SECOND_MS),
        started=at,
        incident=incident.id,
        unit=unit.id,
        group=incident.group,
    )
    return (timer,)


def timers_at_stage(board: Board, incident: Incident, unit: Unit, stage: str, at: Moment) -> tuple[Timer, ...]:
    """Those that begin when `unit` comes to `stage`; one that runs already goes on."""
    started: tuple[Timer, ...] = ()
    for kind in _RUNS_AT[stage]:
        if timer_id(kind, unit.id, incident.id) not in board.timers:
            started += assignment_timer(board.catalogue, kind, incident, unit, at)
    return started


def timers_done_at_stage(board: Board, incident: Incident, unit: Unit, stage: str) -> tuple[TimerId, ...]:
    kept = (*_RUNS_AT[stage], "roll-call")
    ids = (timer_id(kind, unit.id, incident.id) for kind in ASSIGNMENT_KINDS if kind not in kept)
    return (*running(board, ids), *(() if stage == "dispatched" else alerts_answered_by(board, incident, unit)))


def timers_of_assignment(board: Board, incident_id: IncidentId, unit: Unit) -> tuple[TimerId, ...]:
    ids = (timer_id(kind, unit.id, incident_id) for kind in ASSIGNMENT_KINDS)
    return (*running(board, ids), *alerts_answered_by(board, board.incidents[incident_id], unit))


def alert_timer(
    tables: Catalogue | None, incident: Incident, station: StationId, at: Moment, *, at_once: bool = False
) -> tuple[Timer, ...]:
    """By when the station is to have acknowledged; `at_once`: there is nothing left to wait for."""
    entry = tables.stations.get(station) if tables is not None else None
    limit_s = standard_s(tables, "alert", entry.agency if entry is not None else None, incident.priority)
    if limit_s is None and not at_once:
        return ()
    timer = Timer(
        id=timer_id("alert", station, incident.id),
        kind="alert",
        due=at if at_once else later(at, (limit_s or 0) * SECOND_MS),
        started=at,
        incident=incident.id,
        subject=station,
        group=incident.group,
    )
    return (timer,)


def alerts_answered_by(board: Board, incident: Incident, unit: Unit) -> tuple[TimerId, ...]:
    """Clocks of stations that need no answer any longer once `unit` has moved or is off: nobody else there waits."""
    stations = {alert.station for alert in incident.alerts if unit.id in alert.units}
    ids = (timer_id("alert", station, incident.id) for station in stations)
    return tuple(id for id in running(board, ids) if not _others_wait(board, incident, unit, board.timers[id].subject))


def _others_wait(board: Board, incident: Incident, unit: Unit, station: str) -> bool:
    named = {id for alert in incident.alerts if alert.station == station for id in alert.units if id != unit.id}
    there = OnIncident(incident.id, "dispatched")
    return any(board.units[id].status == there for id in named if id in board.units)


def timers_of_incident(board: Board, incident_id: IncidentId) -> tuple[TimerId, ...]:
    return tuple(timer.id for timer in board.timers.values() if timer.incident == incident_id)


def running(board: Board, ids: Iterable[TimerId]) -> tuple[TimerId, ...]:
    return tuple(id for id in ids if id in board.timers)


def regrouped_timers(board: Board, incident_id: IncidentId, group: str) -> tuple[Timer, ...]:
    """The timers of an incident that goes to another group: they go with it, so that the right people hear them."""
    return tuple(replace(timer, group=group) for timer in board.timers.values() if timer.incident == incident_id)


def archive_timer(incident: Incident, at: Moment) -> tuple[Timer, ...]:
    return incident_timer(None, "archive", incident, at, due=later(at, ARCHIVE_AFTER_MS))


def call_timer(call: Call, kind: TimerKind, at: Moment, limit_ms: int) -> Timer:
    return Timer(id=timer_id(kind, call.id), kind=kind, due=later(at, limit_ms), started=at, call=call.id)
