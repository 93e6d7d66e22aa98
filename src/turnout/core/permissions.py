"""Who may do what (7.3, 7.5). Pure: the tables' roles, the actor's agencies, a crew's own terminal, single fields.

A role's `may` holds command names and the groups below. Opening an incident, taking a call and the emergency button are
never refused for want of a right: whoever is signed on may call for help.
"""

from typing import Final

from turnout.core.board import Board, OnIncident
from turnout.core.commands import Command
from turnout.core.context import Actor, Context
from turnout.core.fields import refused_field
from turnout.core.incidents.commands import (
    CancelIncident,
    CloseIncident,
    DisposeAgency,
    MergeIncidents,
    SetPrimary,
)
from turnout.core.refusals import NotPermitted
from turnout.core.tables.commands import SignOff
from turnout.core.units.commands import ReportAlert
from turnout.words.identity import AgencyId, CallId, IncidentId, TimerId, UnitId

SYSTEM_ROLE: Final = "system"
"""Of parts of the program itself (clock, broker, set-up). Built in: no city's tables can take it away or give it."""

ALWAYS: Final = frozenset({"take-call", "take-message", "open-incident", "raise-duress", "sign-on", "sign-off"})
"""What any signed-on person may do, whatever the tables say."""

RECORDS_ROLE: Final = "records-system"
"""Of a program whose token has the scope `personal`: it may have details of its agencies' incidents for a purpose, and
ask that they are erased, which two people decide as ever: one who approves, and whoever answers for the program."""

SYSTEM_ONLY: Final = frozenset(
    {
        "ring-timer",
        "note-access",
        "note-door-log",
        "take-ground",
        "erase-details",
        "ask-junctions",
        "note-junctions",
        "end-corridor",
    }
)
"""What only the program itself does. A role `*` does not include it."""

BROKERED: Final = frozenset({"note-transfers-taken", "note-details-opened", "note-file-opened"})
"""What a broker of the edge notes about whoever asked it. No role has it: who may have details or files opened follows
from what one works on (core/reveals/policy.py); a feed's broker looks at the scopes itself."""

MATTER_OF_ANY: Final = frozenset({"note-details-opened", "note-file-opened", "break-glass"})
"""Also for a crew's terminal about an incident that it is not on: the ground on which it may look decides."""

_CALLS: Final = frozenset(
    {
        "take-call",
        "answer-call",
        "refresh-caller-place",
        "ask-caller-place",
        "report-no-place",
        "accept-call",
        "decline-call",
        "take-message",
        "reply-to-call",
        "report-reply",
        "open-from-alarm",
        "attach-call",
        "hand-over-call",
        "abandon-call",
        "note-callback",
        "close-call",
        "open-incident",
        "change-incident",
        "retype",
        "relocate",
        "claim-incident",
        "route-incident",
        "hold-incident",
        "add-narrative",
        "strike-narrative",
        "add-person",
        "remove-person",
        "add-vehicle",
        "add-item",
        "strike-entry",
        "change-entry",
        "change-person",
        "set-patient",
        "link-media",
        "attach-file",
        "set-secondary-place",
        "answer-triage",
        "split-incident",
        "link-incidents",
        "clone-incident",
        "pre-alert",
        "withdraw-pre-alert",
        "cancel-incident",
        "close-incident",
        "add-addendum",
        "request-supplement",
        "update-supplement",
        "add-agency",
        "break-glass",
        "request-review",
    }
)

_DISPATCH: Final = _CALLS | {
    "release-incident",
    "merge-incidents",
    "set-alarm-level",
    "dispose-agency",
    "set-primary",
    "reopen-incident",
    "request-transfer",
    "assign-units",
    "report-status",
    "clear-units",
    "free-units",
    "preempt-unit",
    "relieve-unit",
    "exchange-units",
    "stack-incident",
    "log-on",
    "log-off",
    "take-out-of-service",
    "return-to-service",
    "change-vehicle",
    "move-up",
    "note-unit",
    "answer-duress",
    "self-initiate",
    "start-roll-call",
    "answer-roll-call",
    "send-alert",
    "report-alert",
    "give-late-reason",
    "dispose-unit",
    "change-role",
    "enter-paper-assignment",
    "schedule-shift",
    "change-shift",
    "cancel-shift",
    "begin-shift",
    "reset-timers",
    "cancel-timers",
    "close-road",
    "open-road",
    "open-zone",
    "end-zone",
    "set-hospital",
    "set-hydrant",
    "take-groups",
    "open-corridor",
    "cancel-corridor",
}

_FIELD: Final = frozenset(
    {
        "report-status",
        "clear-units",
        "log-on",
        "begin-shift",
        "log-off",
        "take-out-of-service",
        "return-to-service",
        "change-vehicle",
        "note-unit",
        "self-initiate",
        "answer-roll-call",
        "report-alert",
        "give-late-reason",
        "dispose-unit",
        "add-narrative",
        "strike-narrative",
        "set-patient",
        "link-media",
        "attach-file",
        "add-vehicle",
        "add-item",
        "set-secondary-place",
        "request-supplement",
        "set-hydrant",
        "break-glass",
    }
)

_TABLES: Final = frozenset(
    {
        "publish-catalogue",
        "write-premise",
        "remove-premise",
        "renew-premise",
        "settle-place",
        "set-hospital",
        "set-hydrant",
        "open-zone",
        "end-zone",
        "close-road",
        "open-road",
        "take-groups",
        "set-exercise",
    }
)

GROUPS: Final[dict[str, frozenset[str]]] = {
    "calls": _CALLS,
    "dispatch": _DISPATCH | {"write-premise", "renew-premise", "remove-premise"},
    "field": _FIELD,
    "tables": _TABLES,
    "station": frozenset({"report-alert"}),
    "signals": frozenset({"permit-signals", "withdraw-signals", "arm-signals", "disarm-signals", "cancel-corridor"}),
    "signal-plans": frozenset({"propose-plans", "withdraw-plans"}),
    "signal-release": frozenset({"release-plans", "refuse-plans"}),
    "read": frozenset(),
    "audit": frozenset({"request-review", "place-hold"}),
    "personal": frozenset({"ask-erasure"}),
    "oversee": frozenset(
        {
            "approve-review",
            "decline-review",
            "answer-glass",
            "place-hold",
            "release-hold",
            "ask-erasure",
            "approve-erasure",
            "decline-erasure",
        }
    ),
}
"""What a role's `may` can name beside single commands; `*` is all of them."""


def command_name(command: Command) -> str:
    """The stable name: `assign-units`."""
    return str(command.__struct_config__.tag)


def refused(board: Board, command: Command, context: Context) -> NotPermitted | None:
    """Why this actor may not do this, or None."""
    name, actor = command_name(command), context.actor
    if SYSTEM_ROLE in actor.roles:
        return None
    if name in SYSTEM_ONLY:
        return NotPermitted(command=name, lacks="role", subject=SYSTEM_ROLE)
    if board.catalogue is None and name == "publish-catalogue":
        return None
    if name not in ALWAYS | BROKERED and not has_right(board, actor, name):
        return NotPermitted(command=name, lacks="role", subject=name)
    if isinstance(command, SignOff):
        return _own_position(board, command, actor)
    if actor.station:
        return _of_own_station(command, name, actor)
    kept = refused_field(board, command, name, actor)
    if kept is not None:
        return kept
    if actor.unit:
        return _of_own_unit(board, command, name, actor)
    if actor.agencies and name not in ALWAYS:
        return _of_own_agency(board, command, name, actor)
    return None


def rights_of(board: Board, actor: Actor) -> frozenset[str]:
    """Names of all commands that the actor's roles allow; screens show only these."""
    if SYSTEM_ROLE in actor.roles:
        return frozenset().union(*GROUPS.values()) | ALWAYS | SYSTEM_ONLY
    return ALWAYS.union(*(_rights_of_role(board, role) for role in actor.roles))


def _rights_of_role(board: Board, role: str) -> frozenset[str]:
    if role == RECORDS_ROLE:
        return GROUPS["personal"]
    entry = board.catalogue.roles.get(role) if board.catalogue is not None else None
    if entry is None:
        return frozenset()
    if "*" in entry.may:
        return frozenset().union(*GROUPS.values())
    return frozenset().union(*(GROUPS.get(word, frozenset({word})) for word in entry.may))


def has_right(board: Board, actor: Actor, name: str) -> bool:
    return any(name in _rights_of_role(board, role) for role in actor.roles)


def _units_named(board: Board, command: Command) -> tuple[str, ...]:
    """The units that the command would move or speak for, or whose shift it names."""
    shift = board.shifts.get(getattr(command, "shift_id", ""))
    units = (*getattr(command, "units", ()), *((shift.unit,) if shift is not None else ()))
    named = [getattr(command, field, "") for field in ("unit", "by", "one", "other")]
    return tuple(unit for unit in (*units, *named) if isinstance(unit, str) and unit)


def _incidents_named(board: Board, command: Command) -> tuple[str, ...]:
    """The incidents that it names, and those to which a timer, a request or a call belongs that it names."""
    fields = ("incident_id", "other_id", "from_id", "into_id", "to_incident")
    named = [id for field in fields if isinstance(id := getattr(command, field, ""), str) and id]
    things = (
        *(board.timers.get(TimerId(id)) for id in getattr(command, "timers", ())),
        board.supplements.get(getattr(command, "supplement_id", "")),
        board.calls.get(CallId(getattr(command, "call_id", ""))),
        board.corridors.get(getattr(command, "corridor_id", "")),
    )
    return (*named, *(thing.incident for thing in things if thing is not None and thing.incident is not None))


def _of_own_unit(board: Board, command: Command, name: str, actor: Actor) -> NotPermitted | None:
    """A crew's terminal speaks for its own unit and writes only into the incident that the unit is or was last on."""
    for unit in _units_named(board, command):
        if unit != actor.unit:
            return NotPermitted(command=name, lacks="unit", subject=unit)
    if name in ALWAYS | MATTER_OF_ANY or name == "self-initiate":
        return None
    own = board.units.get(UnitId(actor.unit))
    allowed = set() if own is None else {own.last_incident}
    if own is not None and isinstance(own.status, OnIncident):
        allowed.add(own.status.incident)
    for id in _incidents_named(board, command):
        if id not in allowed and not _was_there(board, id, actor.unit):
            return NotPermitted(command=name, lacks="unit", subject=id)
    return None


def _of_own_station(command: Command, name: str, actor: Actor) -> NotPermitted | None:
    """A station's screen answers for its own station; that is all it does, but for calling for help."""
    if name in ALWAYS:
        return None
    if isinstance(command, ReportAlert) and command.station == actor.station:
        return None
    return NotPermitted(command=name, lacks="station", subject=getattr(command, "station", "") or name)


def _was_there(board: Board, incident_id: str, unit: str) -> bool:
    incident = board.incidents.get(IncidentId(incident_id))
    return incident is not None and any(assignment.unit == unit for assignment in incident.assignments)


def _of_own_agency(board: Board, command: Command, name: str, actor: Actor) -> NotPermitted | None:
    """With agencies named for the actor: only their units, and only incidents that one of them is on."""
    for id in _units_named(board, command):
        unit = board.units.get(UnitId(id))
        if unit is not None and unit.agency not in actor.agencies:
            return NotPermitted(command=name, lacks="agency", subject=unit.agency)
    for id in _incidents_named(board, command):
        incident = board.incidents.get(IncidentId(id), getattr(command, "record", None))
        if incident is not None and not _shares(incident.agencies, actor.agencies):
            return NotPermitted(command=name, lacks="agency", subject=incident.agencies[0])
    return _ends_for_others(board, command, name, actor)


def _own_position(board: Board, command: SignOff, actor: Actor) -> NotPermitted | None:
    """One's own; another's only by who may also give its groups to others."""
    position = board.positions.get(command.position_id)
    if position is None or position.actor == actor.id or has_right(board, actor, "take-groups"):
        return None
    return NotPermitted(command="sign-off", lacks="own-name", subject=position.actor)


def _ends_for_others(board: Board, command: Command, name: str, actor: Actor) -> NotPermitted | None:
    """On a shared incident each agency speaks for itself: none disposes for another or takes its units off (7.3)."""
    match command:
        case DisposeAgency() | SetPrimary():
            others = [AgencyId(command.agency)]
        case CloseIncident() | CancelIncident() | MergeIncidents():
            id = command.from_id if isinstance(command, MergeIncidents) else command.incident_id
            incident = board.incidents.get(IncidentId(id))
            if incident is None:
                return None
            others = [board.units[a.unit].agency for a in incident.working if a.unit in board.units]
            if isinstance(command, CloseIncident):
                others += [agency for agency in incident.agencies if agency not in incident.dispositions]
        case _:
            return None
    foreign = next((agency for agency in others if agency not in actor.agencies), None)
    return None if foreign is None else NotPermitted(command=name, lacks="agency", subject=foreign)


def _shares(ours: tuple[AgencyId, ...], theirs: tuple[AgencyId, ...]) -> bool:
    return not set(ours).isdisjoint(theirs)
