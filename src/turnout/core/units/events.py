"""What has happened to units and their assignments. The names in `tag` are stored for ever."""

from typing import Literal

import msgspec

from turnout.core.board import CrewMember, Offer, Stage
from turnout.core.fact import Fact
from turnout.core.units.station_alert import StationAlert
from turnout.words.identity import IncidentId, StationId, UnitId
from turnout.words.moment import Moment


class SentUnit(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One unit of a dispatch. `dispatched` is the true time, also where it was taken down on paper."""

    unit: UnitId
    dispatched: Moment
    role: str = ""
    travel_time_s: int | None = None


class UnitsAssigned(Fact, frozen=True, kw_only=True, tag="units-assigned"):
    """One act of a dispatcher: who was sent, and what had been offered (2.4, 2.7, 4.3)."""

    incident: IncidentId
    units: tuple[SentUnit, ...]
    offer: Offer | None = None
    reason: str = ""
    preempt: str = ""
    is_typed: bool = False
    """`preempt` is somebody's own words, no code: it is sealed."""
    override: str = ""
    back_entry: bool = False
    relieves: UnitId | None = None
    alerts: tuple[StationAlert, ...] = ()
    """Of the stations whose units are in quarters, sent in the same act (3.11)."""


class AssignmentEnded(Fact, frozen=True, kw_only=True, tag="assignment-ended"):
    """A unit has left its incident and is available again (or goes at once to another)."""

    unit: UnitId
    incident: IncidentId
    ended_as: Literal["cleared", "preempted", "cancelled", "relieved", "exchanged"]
    ended: Moment
    disposition: str = ""
    reason: str = ""
    is_typed: bool = False
    """The reason is somebody's own words, no code: it is sealed."""
    override: str = ""
    odometer_km: float | None = None


class StatusReported(Fact, frozen=True, kw_only=True, tag="status-reported"):
    """A stage on an incident. `happened` is the true time, fitted between those of the stages around it."""

    unit: UnitId
    incident: IncidentId
    stage: Stage
    happened: Moment
    code: str = ""
    destination: str | None = None
    odometer_km: float | None = None
    override: str = ""
    set_back: bool = False
    """An earlier stage than the one it was at: the times of the later stages are withdrawn."""


class StageTimeFilled(Fact, frozen=True, kw_only=True, tag="stage-time-filled"):
    """A status that arrived late: the time is known now, the status stays what it has become since (11.10)."""

    unit: UnitId
    incident: IncidentId
    stage: Stage
    happened: Moment
    odometer_km: float | None = None


class AvailabilityReported(Fact, frozen=True, kw_only=True, tag="availability-reported"):
    """On no incident: where it is while it is available, or in which of the agency's own ways (3.3)."""

    unit: UnitId
    in_quarters: bool
    code: str = ""
    happened: Moment | None = None
    """When it was pressed, where that was earlier."""


class UnitFreed(Fact, frozen=True, kw_only=True, tag="unit-freed"):
    """It still belongs to its incident, but may be sent elsewhere (3.22)."""

    unit: UnitId
    incident: IncidentId


class UnitKept(Fact, frozen=True, kw_only=True, tag="unit-kept"):
    """No longer free."""

    unit: UnitId
    incident: IncidentId


class IncidentStacked(Fact, frozen=True, kw_only=True, tag="incident-stacked"):
    unit: UnitId
    incident: IncidentId
    first: bool = False
    nth: int | None = None
    """Where in the stack, 1 is next; None: first, or at the end."""


class IncidentUnstacked(Fact, frozen=True, kw_only=True, tag="incident-unstacked"):
    unit: UnitId
    incident: IncidentId


class UnitLoggedOn(Fact, frozen=True, kw_only=True, tag="unit-logged-on"):
    unit: UnitId
    station: StationId
    staffed: bool
    capabilities: tuple[str, ...]
    """Sorted: of its kind, its own, its crew's."""
    crew: tuple[CrewMember, ...] = ()
    vehicle: str = ""
    equipment: tuple[str, ...] = ()
    odometer_km: float | None = None


class UnitLoggedOff(Fact, frozen=True, kw_only=True, tag="unit-logged-off"):
    unit: UnitId
    happened: Moment | None = None
    """When it was pressed, where that was earlier."""


class UnitOutOfService(Fact, frozen=True, kw_only=True, tag="unit-out-of-service"):
    unit: UnitId
    reason: str
    note: str = ""
    happened: Moment | None = None
    """When it was pressed, where that was earlier."""


class UnitInService(Fact, frozen=True, kw_only=True, tag="unit-in-service"):
    unit: UnitId
    happened: Moment | None = None
    """When it was pressed, where that was earlier."""


class CrewWentWith(Fact, frozen=True, kw_only=True, tag="crew-went-with"):
    """Cross-staffing: the crew of `unit` is away on `partner` (3.2)."""

    unit: UnitId
    partner: UnitId


class CrewCameBack(Fact, frozen=True, kw_only=True, tag="crew-came-back"):
    unit: UnitId
    partner: UnitId


class VehicleChanged(Fact, frozen=True, kw_only=True, tag="vehicle-changed"):
    unit: UnitId
    was: str
    vehicle: str
    odometer_km: float | None = None


class UnitMovedUp(Fact, frozen=True, kw_only=True, tag="unit-moved-up"):
    unit: UnitId
    station: StationId
    reason: str = ""


class UnitNoted(Fact, frozen=True, kw_only=True, tag="unit-noted"):
    unit: UnitId
    note: str


class DuressRaised(Fact, frozen=True, kw_only=True, tag="duress-raised"):
    unit: UnitId


class DuressAcknowledged(Fact, frozen=True, kw_only=True, tag="duress-acknowledged"):
    unit: UnitId


class DuressCleared(Fact, frozen=True, kw_only=True, tag="duress-cleared"):
    unit: UnitId


class AlertSent(Fact, frozen=True, kw_only=True, tag="alert-sent"):
    incident: IncidentId
    unit: UnitId
    alert: str
    channel: Literal["app", "station", "page", "sms", "voice", "radio"]
    to: str


class AlertReported(Fact, frozen=True, kw_only=True, tag="alert-reported"):
    incident: IncidentId
    unit: UnitId
    alert: str
    outcome: Literal["delivered", "acknowledged", "failed"]
    note: str = ""


class StationAlerted(Fact, frozen=True, kw_only=True, tag="station-alerted"):
    """Again, or by another way; the first alerts are part of `UnitsAssigned`."""

    incident: IncidentId
    alert: StationAlert
    note: str = ""


class StationAlertReported(Fact, frozen=True, kw_only=True, tag="station-alert-reported"):
    incident: IncidentId
    station: StationId
    alert: str
    outcome: Literal["delivered", "acknowledged", "failed"]
    note: str = ""


class LateReasonGiven(Fact, frozen=True, kw_only=True, tag="late-reason-given"):
    incident: IncidentId
    unit: UnitId
    interval: Literal["acknowledge", "turnout", "travel", "on-scene"]
    reason: str
    is_typed: bool = False


class UnitDisposed(Fact, frozen=True, kw_only=True, tag="unit-disposed"):
    incident: IncidentId
    unit: UnitId
    disposition: str


class PaperAssignmentEntered(Fact, frozen=True, kw_only=True, tag="paper-assignment-entered"):
    """An assignment that was over before it was entered: taken down on paper, with its true times."""

    incident: IncidentId
    unit: UnitId
    times: dict[str, Moment]
    role: str = ""
    disposition: str = ""
    destination: str | None = None


class RoleChanged(Fact, frozen=True, kw_only=True, tag="role-changed"):
    """What a unit does at its incident, changed after it was sent (4.4)."""

    unit: UnitId
    incident: IncidentId
    was: str
    becomes: str


class RollCallStarted(Fact, frozen=True, kw_only=True, tag="roll-call-started"):
    incident: IncidentId
    asked: tuple[UnitId, ...]


class RollCallAnswered(Fact, frozen=True, kw_only=True, tag="roll-call-answered"):
    incident: IncidentId
    unit: UnitId


AssignmentEvent = (
    UnitsAssigned
    | AssignmentEnded
    | StatusReported
    | StageTimeFilled
    | UnitFreed
    | UnitKept
    | IncidentStacked
    | IncidentUnstacked
    | AlertSent
    | AlertReported
    | StationAlerted
    | StationAlertReported
    | LateReasonGiven
    | UnitDisposed
    | RoleChanged
    | PaperAssignmentEntered
    | RollCallStarted
    | RollCallAnswered
)
ShiftEvent = (
    AvailabilityReported
    | UnitLoggedOn
    | UnitLoggedOff
    | UnitOutOfService
    | UnitInService
    | CrewWentWith
    | CrewCameBack
    | VehicleChanged
    | UnitMovedUp
    | UnitNoted
    | DuressRaised
    | DuressAcknowledged
    | DuressCleared
)
UnitEvent = AssignmentEvent | ShiftEvent
