"""What is always true of a board, whatever was commanded. Asserted after every step of the property tests."""

from collections.abc import Iterator
from itertools import pairwise

from turnout.core.board import Assignment, Board, Incident, OffDuty, OnIncident, OutOfService, Shift, Unit
from turnout.core.corridors.arming import end_id
from turnout.core.roster.clocks import begins_id, ends_id
from turnout.core.roster.overlaps import overlap
from turnout.core.units.evolve_assignments import STAGE_ORDER
from turnout.words.identity import IncidentId, UnitId


def broken(board: Board) -> list[str]:
    """What is not as it must be, in words for a programmer; empty when all is well."""
    return [
        *_keys(board),
        *_units_and_assignments(board),
        *_incidents(board),
        *_assignments(board),
        *_crews(board),
        *_tags(board),
        *_timers(board),
        *_calls(board),
        *_links(board),
        *_shifts(board),
        *_alerts(board),
        *_plans(board),
        *_armed(board),
    ]


def _keys(board: Board) -> Iterator[str]:
    tables = (board.calls, board.incidents, board.units, board.timers, board.premises, board.closures)
    others = (board.special_zones, board.positions, board.supplements, board.shifts, board.forced_places)
    revealing = (board.reviews, board.glass, board.holds, board.erasures)
    signals = (board.signal_permits, board.corridors, board.district_plans)
    for table in (*tables, *others, *revealing, *signals):
        for key, entry in table.items():
            if key != entry.id:
                yield f"{key} is kept as {entry.id}"


def _units_and_assignments(board: Board) -> Iterator[str]:
    """A unit is on an incident exactly when it has one assignment there that is not over, and nowhere else."""
    working: dict[UnitId, list[IncidentId]] = {}
    for incident in board.incidents.values():
        for assignment in incident.working:
            working.setdefault(assignment.unit, []).append(incident.id)
    for unit in board.units.values():
        on = [unit.status.incident] if isinstance(unit.status, OnIncident) else []
        if working.pop(unit.id, []) != on:
            yield f"{unit.id} is on {on}, its assignments say otherwise"
        yield from _unit(board, unit)
    for id in working:
        yield f"{id} works and is no unit of the board"


def _unit(board: Board, unit: Unit) -> Iterator[str]:
    status = unit.status
    if isinstance(status, OnIncident):
        incident = board.incidents.get(status.incident)
        if incident is None or incident.status != "active":
            yield f"{unit.id} is on {status.incident}, which is not active"
        if status.incident in unit.stack:
            yield f"{unit.id} holds the incident that it is on"
    elif unit.free:
        yield f"{unit.id} is free of no incident"
    if len(set(unit.stack)) != len(unit.stack):
        yield f"{unit.id} holds an incident twice"
    for id in unit.stack:
        held = board.incidents.get(id)
        if held is None or held.status == "closed":
            yield f"{unit.id} holds {id}, which is not open"
    if unit.duress is None and unit.duress_acknowledged_by is not None:
        yield f"{unit.id}: acknowledged duress that is not"


def _incidents(board: Board) -> Iterator[str]:
    for incident in board.incidents.values():
        if (incident.status == "closed") != (incident.closed is not None):
            yield f"{incident.id} is {incident.status} with closing time {incident.closed}"
        if incident.working and incident.status != "active":
            yield f"{incident.id} is {incident.status} with units working"
        if incident.status == "active" and not incident.assignments:
            yield f"{incident.id} is active and nobody was ever sent"
        if not incident.agencies:
            yield f"{incident.id} has no agency"
        if incident.status == "closed" and not incident.close_reason:
            missing = [agency for agency in incident.agencies if agency not in incident.dispositions]
            if missing:
                yield f"{incident.id} is closed without dispositions of {missing}"
        yield from _unique(incident)


def _unique(incident: Incident) -> Iterator[str]:
    for name in ("narrative", "persons", "patients", "places", "vehicles", "items", "media"):
        ids = [entry.id for entry in getattr(incident, name)]
        if len(set(ids)) != len(ids):
            yield f"{incident.id}: {name} are not unique"
    if len(set(incident.calls)) != len(incident.calls):
        yield f"{incident.id} has a call twice"


def _assignments(board: Board) -> Iterator[str]:
    for incident in board.incidents.values():
        for assignment in incident.assignments:
            yield from _times(incident, assignment)
            if assignment.is_over != bool(assignment.ended_as):
                yield f"{assignment.unit} on {incident.id} ended as “{assignment.ended_as}”"


def _times(incident: Incident, assignment: Assignment) -> Iterator[str]:
    times = assignment.times
    if "dispatched" not in times:
        yield f"{assignment.unit} on {incident.id} was never sent"
    staged = sorted((STAGE_ORDER.get(stage, len(STAGE_ORDER)), at, stage) for stage, at in times.items())
    for (_, before, first), (_, after, second) in pairwise(staged):
        if after < before:
            yield f"{assignment.unit} on {incident.id}: {second} before {first}"


def _crews(board: Board) -> Iterator[str]:
    """One crew is never on two vehicles, and a vehicle only misses a crew that is away."""
    entries = board.catalogue.units if board.catalogue is not None else {}
    for unit in board.units.values():
        if isinstance(unit.status, OnIncident) and unit.id in entries:
            for partner in entries[unit.id].crew_shared_with:
                other = board.units.get(partner)
                if other is not None and isinstance(other.status, OnIncident):
                    yield f"the crew of {unit.id} is on {partner} too"
        if isinstance(unit.status, OutOfService) and unit.status.reason.startswith("crew-on:"):
            other = board.units.get(UnitId(unit.status.reason.removeprefix("crew-on:")))
            if other is not None and not isinstance(other.status, OnIncident):
                yield f"{unit.id} misses a crew that is back on {other.id}"


def _tags(board: Board) -> Iterator[str]:
    if len(board.tags) != len(board.incidents):
        yield f"{len(board.tags)} tags for {len(board.incidents)} incidents"
    for tag, id in board.tags.items():
        incident = board.incidents.get(id)
        if incident is None or incident.tag != tag:
            yield f"tag {tag} is not that of {id}"
    numbers = [number for incident in board.incidents.values() for number in incident.numbers.items()]
    if len(set(numbers)) != len(numbers):
        yield "an incident number was given twice"


def _timers(board: Board) -> Iterator[str]:
    """Timers time what is there; every waiting or closed incident that needs one has its own."""
    for timer in board.timers.values():
        incident = board.incidents.get(timer.incident) if timer.incident is not None else None
        if timer.incident is not None and incident is None:
            yield f"{timer.id} times an incident that is not there"
        if timer.call is not None and timer.call not in board.calls:
            yield f"{timer.id} times a call that is not there"
        if timer.unit is not None and timer.incident is not None and timer.kind != "roll-call":
            unit = board.units.get(timer.unit)
            on = unit.status.incident if unit is not None and isinstance(unit.status, OnIncident) else None
            if on != timer.incident:
                yield f"{timer.id} times a unit that is not there"
        if incident is not None and incident.status == "closed" and timer.kind != "archive":
            yield f"{timer.id} times a closed incident"
    for zone in board.special_zones.values():
        if zone.planned != (f"zone-begins/{zone.id}" in board.timers):
            yield f"{zone.id} is planned without a clock, or the other way round"
    for incident in board.incidents.values():
        if incident.status == "closed" and f"archive/{incident.id}" not in board.timers:
            yield f"{incident.id} is closed and will never leave the board"
        if incident.status == "scheduled" and f"scheduled/{incident.id}" not in board.timers:
            yield f"{incident.id} is scheduled and will never begin"


def _calls(board: Board) -> Iterator[str]:
    for call in board.calls.values():
        if call.incident is not None:
            incident = board.incidents.get(call.incident)
            if incident is None or call.id not in incident.calls:
                yield f"{call.id} says that it concerns {call.incident}, which does not say so"
        if call.closed is not None and call.incident is None and f"archive/{call.id}" not in board.timers:
            yield f"{call.id} is closed and will never leave the board"
        if (call.status == "closed") != (call.closed is not None):
            yield f"{call.id} is {call.status} with closing time {call.closed}"
        if (call.offer is not None) != (f"hand-over/{call.id}" in board.timers):
            yield f"{call.id} is handed over without a clock, or the other way round"
        if [one.sent for one in call.messages] != sorted(one.sent for one in call.messages):
            yield f"{call.id}: messages are not in the order in which they were written"
        if len({one.id for one in call.messages}) != len(call.messages):
            yield f"{call.id} has a message twice"


def _links(board: Board) -> Iterator[str]:
    """Both sides show a link, as long as both are on the board."""
    for incident in board.incidents.values():
        for link in incident.links:
            other = board.incidents.get(link.incident)
            if other is not None and not any(back.incident == incident.id for back in other.links):
                yield f"{incident.id} shows a link with {other.id}, which does not"
    for asked in board.supplements.values():
        if asked.incident not in board.incidents:
            yield f"{asked.id} is asked for by an incident that is not there"


def _shifts(board: Board) -> Iterator[str]:
    """A unit is on one shift at a time, and every shift has the clocks that it waits for."""
    by_unit: dict[UnitId, list[Shift]] = {}
    for shift in sorted(board.shifts.values(), key=lambda shift: shift.begins):
        by_unit.setdefault(shift.unit, []).append(shift)
    for unit, shifts in by_unit.items():
        for one, other in pairwise(shifts):
            if overlap(one, other):
                yield f"{unit} has two shifts at once: {one.id} and {other.id}"
        if sum(shift.began is not None for shift in shifts) > 1:
            yield f"{unit} works two shifts"
        waiting = [shift for shift in shifts if shift.began is None and shift.offered is None]
        if [shift.id for shift in waiting if begins_id(shift) in board.timers] != [shift.id for shift in waiting[:1]]:
            yield f"the next shift of {unit} has no clock, or another has"
        for shift in shifts:
            yield from _ends(board, shift)
    for timer in board.timers.values():
        if timer.kind in ("shift-begins", "shift-ends") and timer.subject not in board.shifts:
            yield f"{timer.id} times no shift"


def _ends(board: Board, shift: Shift) -> Iterator[str]:
    unit = board.units.get(shift.unit)
    if (shift.began is not None or shift.offered is not None) and ends_id(shift) not in board.timers:
        yield f"{shift.id} will never be over"
    if shift.began is not None and unit is not None and isinstance(unit.status, OffDuty):
        yield f"{shift.unit} is off duty in its shift {shift.id}"


def _plans(board: Board) -> Iterator[str]:
    """A proposal waits once, in its own district, with figures. It may be older than the plans in force: it is then
    refused when somebody releases it."""
    waiting = [(row, proposal) for row in board.district_plans.values() for proposal in row.proposals]
    if len({proposal.id for _, proposal in waiting}) != len(waiting):
        yield "a proposal of plans waits twice"
    for row, proposal in waiting:
        if proposal.district != row.id:
            yield f"{proposal.id} of {proposal.district} waits in {row.id}"
        if not proposal.figures:
            yield f"{proposal.id} was never simulated"


def _armed(board: Board) -> Iterator[str]:
    """Only what is permitted is armed, and a clock runs for what ends first."""
    for permit in board.signal_permits.values():
        if not set(permit.until) <= permit.armed <= set(permit.junctions):
            yield f"{permit.id} arms what it does not permit"
        timer = board.timers.get(end_id(permit.id))
        if (timer.due if timer is not None else None) != min(permit.until.values(), default=None):
            yield f"{permit.id} has a clock for another end than its first"


def _alerts(board: Board) -> Iterator[str]:
    """A warning holds only while the incident waits; a clock runs only for a station that has not answered."""
    for incident in board.incidents.values():
        ids = [alert.id for alert in incident.alerts]
        if len(set(ids)) != len(ids):
            yield f"{incident.id}: alerts are not unique"
        for alert in incident.alerts:
            if alert.warns and (incident.status == "closed" or alert.station not in incident.pre_alerted):
                yield f"{alert.id} still warns of {incident.id}, which is {incident.status}"
            if alert.acknowledged is not None and (alert.delivered is None or alert.delivered > alert.acknowledged):
                yield f"{alert.id} of {incident.id} was acknowledged before it was delivered"
    for timer in board.timers.values():
        if timer.kind == "alert" and timer.incident in board.incidents:
            alerts = board.incidents[timer.incident].alerts
            if not any(alert.kind == "dispatch" and alert.waits and alert.station == timer.subject for alert in alerts):
                yield f"{timer.id} waits for a station that has answered"
