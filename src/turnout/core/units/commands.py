"""Commands about units and assignments. Functions 2.1, 2.4 to 2.7, 2.13, 2.14, 3.1 to 3.25, 6.2."""

from typing import Annotated, Literal

import msgspec

from turnout.core.act import Do
from turnout.core.board import CrewMember, Location, Offer
from turnout.core.limits import STACK_MAX, STAGES_MAX, UNITS_MAX, Code, Id, Line, Text
from turnout.core.units.station_alert import Channel
from turnout.words.moment import Moment

Km = Annotated[float, msgspec.Meta(ge=0, le=9_999_999)]
"""What an odometer shows: seven digits."""

CREW_MAX = 60
"""A bus full; a crew has two to six."""

Crew = Annotated[tuple[CrewMember, ...], msgspec.Meta(max_length=CREW_MAX)]
Equipment = Annotated[tuple[Code, ...], msgspec.Meta(max_length=CREW_MAX)]
Units = Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=UNITS_MAX)]


class AssignUnits(Do, frozen=True, kw_only=True, tag="assign-units"):
    """One act: assign, update boards, start timers, log, stamp (2.4). All of them or none.

    A unit on another incident is refused with who sent it, where and when, unless `preempt` names the reason; the first
    incident then goes back to the queue (2.14). What had been offered is kept beside what was chosen (2.7).
    """

    incident_id: Id
    units: Units
    roles: dict[Id, Code] = {}
    offer: Offer | None = None
    reason: Line = ""
    """Why the choice differs from the offer (4.3)."""
    preempt: Code = ""
    override: Line = ""
    """Where a guard would refuse (an unstaffed unit, a unit out of service); logged."""
    back_entry: Moment | None = None


class ReportStatus(Do, frozen=True, kw_only=True, tag="report-status"):
    """A unit's status: a stage, or the agency's own code that stands for one (3.3)."""

    unit: Id
    status: Code
    incident_id: Code = ""
    """The incident that the reporter means; refused if the unit has moved on meanwhile. Empty: whichever it is on."""
    destination: Code | None = None
    odometer_km: Km | None = None
    happened: Moment | None = None
    """When it was pressed, if that is earlier (stored and forwarded from a dead spot)."""
    override: Line = ""


class ClearUnits(Do, frozen=True, kw_only=True, tag="clear-units"):
    """Done with the incident: available again, with a disposition where the agency wants one (3.8)."""

    units: Units
    incident_id: Code = ""
    disposition: Code = ""
    override: Line = ""
    odometer_km: Km | None = None
    """Of the one unit; refused with several."""


class FreeUnits(Do, frozen=True, kw_only=True, tag="free-units"):
    """Free differs from clear: it still belongs to its incident, but may be sent elsewhere (3.22)."""

    units: Units
    undo: bool = False


class PreemptUnit(Do, frozen=True, kw_only=True, tag="preempt-unit"):
    """Take a unit off its incident for another; the first goes back to the queue or onto its stack (2.14)."""

    unit: Id
    to_incident: Id
    reason: Id
    stack_first: bool = False


class RelieveUnit(Do, frozen=True, kw_only=True, tag="relieve-unit"):
    """`by` takes over at the incident; `unit` is cleared."""

    unit: Id
    by: Id
    incident_id: Code = ""
    """The incident that the sender means; refused if the unit has moved on meanwhile. Empty: whichever it is on."""
    before_scene: bool = False
    """Only while `unit` is still on its way: a swap for one that would be there sooner (3.16)."""
    offer: Offer | None = None
    reason: Line = ""
    """Why the units change places; kept with the dispatch."""


class ExchangeUnits(Do, frozen=True, kw_only=True, tag="exchange-units"):
    """Two units swap incidents (3.22)."""

    one: Id
    other: Id


class StackIncident(Do, frozen=True, kw_only=True, tag="stack-incident"):
    """Hold an incident for a unit (2.13); held already, move it within the stack."""

    unit: Id
    incident_id: Id
    first: bool = False
    remove: bool = False
    place: Annotated[int, msgspec.Meta(ge=1, le=STACK_MAX)] | None = None
    """Where in the stack, 1 is next; beyond its end is the end. None: at the end, or first."""


class LogOn(Do, frozen=True, kw_only=True, tag="log-on"):
    """Crew, vehicle, equipment, skills at the start of a shift (3.4, 3.18)."""

    unit: Id
    crew: Crew = ()
    vehicle: Code = ""
    equipment: Equipment = ()
    station: Code = ""
    odometer_km: Km | None = None


class LogOff(Do, frozen=True, kw_only=True, tag="log-off"):
    units: Units


class TakeOutOfService(Do, frozen=True, kw_only=True, tag="take-out-of-service"):
    units: Units
    reason: Id
    note: Line = ""


class ReturnToService(Do, frozen=True, kw_only=True, tag="return-to-service"):
    units: Units


class ChangeVehicle(Do, frozen=True, kw_only=True, tag="change-vehicle"):
    unit: Id
    vehicle: Id
    odometer_km: Km | None = None


class MoveUp(Do, frozen=True, kw_only=True, tag="move-up"):
    """Fill in at another station (2.6); `station` its own brings it home."""

    unit: Id
    station: Id
    reason: Line = ""


class NoteUnit(Do, frozen=True, kw_only=True, tag="note-unit"):
    unit: Id
    note: Line


class RaiseDuress(Do, frozen=True, kw_only=True, tag="raise-duress"):
    """The emergency button: silent, before everything else (3.20)."""

    unit: Id


class AnswerDuress(Do, frozen=True, kw_only=True, tag="answer-duress"):
    unit: Id
    clear: bool = False


class SelfInitiate(Do, frozen=True, kw_only=True, tag="self-initiate"):
    """A stop or on-view incident in one line: opened, assigned and on scene (3.21)."""

    incident_id: Id
    unit: Id
    type: Code
    location: Location
    narrative: Text = ""


class StartRollCall(Do, frozen=True, kw_only=True, tag="start-roll-call"):
    """Accountability (PAR) of everyone at an incident (3.25)."""

    incident_id: Id


class AnswerRollCall(Do, frozen=True, kw_only=True, tag="answer-roll-call"):
    incident_id: Id
    unit: Id


class SendAlert(Do, frozen=True, kw_only=True, tag="send-alert"):
    """An attempt to alert a crew, or a station again (2.5, 3.11): one of `unit` and `station`."""

    incident_id: Id
    unit: Code = ""
    station: Code = ""
    alert_id: Id
    channel: Channel | Literal[""] = ""
    """Empty, for a station: the first way of its agency."""
    to: Line = ""
    """The device or number, as a crew's alert needs it; for a station a remark."""


class ReportAlert(Do, frozen=True, kw_only=True, tag="report-alert"):
    """What became of an alert, of a `unit` or of a `station`. An acknowledgement also acknowledges the assignment."""

    incident_id: Id
    unit: Code = ""
    station: Code = ""
    alert_id: Id
    outcome: Literal["delivered", "acknowledged", "failed"]
    note: Line = ""


class GiveLateReason(Do, frozen=True, kw_only=True, tag="give-late-reason"):
    incident_id: Id
    unit: Id
    interval: Literal["acknowledge", "turnout", "travel", "on-scene"]
    reason: Id


class EnterPaperAssignment(Do, frozen=True, kw_only=True, tag="enter-paper-assignment"):
    """What a unit did on an incident while the room worked on paper, whole and over. The unit itself is not touched."""

    incident_id: Id
    unit: Id
    times: Annotated[dict[str, Moment], msgspec.Meta(max_length=STAGES_MAX)]
    """Stage → when it was reached; `dispatched` and `ended` always."""
    role: Code = ""
    disposition: Code = ""
    destination: Code | None = None


class ChangeRole(Do, frozen=True, kw_only=True, tag="change-role"):
    """What a unit does at its incident, after it was sent (4.4): `attack`, `transport`; empty takes the task away."""

    incident_id: Id
    unit: Id
    role: Code


class DisposeUnit(Do, frozen=True, kw_only=True, tag="dispose-unit"):
    incident_id: Id
    unit: Id
    disposition: Id


UnitCommand = (
    AssignUnits
    | ReportStatus
    | ClearUnits
    | FreeUnits
    | PreemptUnit
    | RelieveUnit
    | ExchangeUnits
    | StackIncident
    | LogOn
    | LogOff
    | TakeOutOfService
    | ReturnToService
    | ChangeVehicle
    | MoveUp
    | NoteUnit
    | RaiseDuress
    | AnswerDuress
    | SelfInitiate
    | StartRollCall
    | AnswerRollCall
    | SendAlert
    | ReportAlert
    | GiveLateReason
    | DisposeUnit
    | ChangeRole
    | EnterPaperAssignment
)
