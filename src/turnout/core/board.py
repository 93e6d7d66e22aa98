"""The board: everything that is open now in one city. One consistency boundary, one writer.

Immutable all the way down. `evolve` makes a new board and copies only the tables that it changes, so an entry that did
not change is the very same object: that is how row changes are found. Closed incidents leave the board for the records.

Stages follow APCO ANS 1.116.1-2015, *Common Status Codes for Data Exchange*; intervals follow NFPA 1710.
"""

from typing import Any, Final, Literal

import msgspec

from turnout.core.catalogue import Catalogue
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId, StationId, TimerId, UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place

Stage = Literal[
    "dispatched",
    "acknowledged",
    "enroute",
    "staged",
    "on-scene",
    "at-patient",
    "transporting",
    "at-destination",
    "clearing",
]
"""How far a unit is with its incident, in the order in which it normally happens."""

STAGES: Final[tuple[str, ...]] = (
    "dispatched",
    "acknowledged",
    "enroute",
    "staged",
    "on-scene",
    "at-patient",
    "transporting",
    "at-destination",
    "clearing",
    "available",
    "out-of-service",
    "off-duty",
)
"""Every common stage: those on an incident, and the three of a unit on none."""


class OffDuty(msgspec.Struct, frozen=True, tag="off-duty", tag_field="stage"):
    """Nobody is on it. Never recommended."""


class OutOfService(msgspec.Struct, frozen=True, tag="out-of-service", tag_field="stage"):
    reason: str
    """A code of kind `out-of-service`, or `crew-on:<unit>` when a cross-staffed crew is away on another vehicle."""


class Available(msgspec.Struct, frozen=True, tag="available", tag_field="stage"):
    in_quarters: bool = True
    moving_to: StationId | None = None
    """Set while it moves up to fill in at another station (2.6)."""
    code: str = ""
    """The agency's own status, where it has one (3.3)."""


class OnIncident(msgspec.Struct, frozen=True, tag="on-incident", tag_field="stage"):
    incident: IncidentId
    at: Stage
    destination: str | None = None
    """Hospital or place that it transports to."""
    code: str = ""
    """The agency's own status, where it has one (3.3)."""


Status = OffDuty | OutOfService | Available | OnIncident


class CrewMember(msgspec.Struct, frozen=True):
    """Staff of the agency, by staff number: their own work, never the public."""

    staff: str
    name: str = ""
    skills: tuple[str, ...] = ()


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    id: UnitId
    kind: str
    agency: AgencyId
    home: StationId
    station: StationId
    """Where it is posted now: its home, or where it fills in."""
    status: Status
    since: Moment
    """When the status was entered."""
    capabilities: frozenset[str]
    """Of its kind, its own and its crew's skills, as logged on."""
    crew: tuple[CrewMember, ...] = ()
    staffed: bool = False
    vehicle: str = ""
    equipment: tuple[str, ...] = ()
    stack: tuple[IncidentId, ...] = ()
    """Incidents held for it, next first (2.13, 4.16)."""
    duress: Moment | None = None
    """Since when its emergency button is on (3.20)."""
    duress_acknowledged_by: ActorId | None = None
    last_dispatched: Moment | None = None
    """For rotation among equals (2.1)."""
    dispatches: int = 0
    """Since it logged on, for rotation and rest."""
    free: bool = False
    """Free differs from clear (3.22): it still belongs to its incident, but may be sent elsewhere."""
    odometer_km: float | None = None
    note: str = ""
    last_incident: IncidentId | None = None


PlaceKind = Literal["address", "block", "crossing", "common_place", "coordinate", "street", "forced"]


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where: as a person reads it, and on the ground. The edge fills in zones and crossing."""

    text: str
    place: Place | None = None
    """None only while a forced location is not on the map yet."""
    kind: PlaceKind = "address"
    verified: bool = False
    """Against the gazetteer (1.9). A forced location is allowed, marked, and followed up."""
    zones: dict[str, str] = {}
    """Kind of zone → zone id: beat, first-due, neighbourhood, special."""
    crossing: str = ""
    neighbourhood: str = ""
    floor: str = ""
    detail: str = ""


IncidentStatus = Literal["scheduled", "held", "pending", "active", "closed"]
"""held: waits for a human decision (1.18); pending: no unit yet; active: has units; closed: has dispositions."""

Interval = Literal["processing", "acknowledge", "turnout", "travel", "on-scene", "transport", "hospital"]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """This unit to this incident, with its times. A unit sent twice has two."""

    unit: UnitId
    role: str = ""
    by: ActorId
    times: dict[str, Moment]
    """Stage → first moment it was reached; `dispatched` is always there, `ended` once it is over."""
    odometer_km: dict[str, float] = {}
    destination: str | None = None
    ended_as: Literal["", "cleared", "preempted", "cancelled", "relieved", "exchanged"] = ""
    disposition: str = ""
    late_reasons: dict[str, str] = {}
    """Interval → coded reason, where a standard was missed (3.9)."""
    alerts: tuple["Alert", ...] = ()
    travel_time_s: int | None = None
    """What was predicted when it was sent."""

    @property
    def is_over(self) -> bool:
        return "ended" in self.times


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to alert a crew or a station, and what came of it (2.5, 3.11, 3.12)."""

    id: str
    channel: Literal["app", "station", "page", "sms", "voice", "radio"]
    to: str
    sent: Moment
    delivered: Moment | None = None
    acknowledged: Moment | None = None
    failed: str = ""


class NarrativeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the append-only narrative. A wrong one is struck, never removed (4.25)."""

    id: str
    at: Moment
    by: ActorId
    position: str
    text: str
    kind: Literal["note", "caller", "crew", "system", "addendum"] = "note"
    struck: Moment | None = None
    struck_by: ActorId | None = None
    struck_reason: str = ""


class Link(msgspec.Struct, frozen=True):
    kind: Literal["child", "parent", "merged-into", "merged-from", "related", "cloned-from", "cloned-to"]
    incident: IncidentId


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """A person in this incident: a reference into the vault and a hash, never the details (1.11, charter 6)."""

    id: str
    role: Literal["caller", "patient", "contact", "witness", "involved", "missing"]
    ref: str
    digest: str
    removed: bool = False


class InvolvedVehicle(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    description: str
    role: str = ""
    struck_reason: str = ""


class PropertyItem(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    description: str
    quantity: int = 1
    struck_reason: str = ""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """A patient by number on scene: triage and destination; details, where known, are behind `card` in the vault."""

    id: str
    triage: Literal["", "green", "yellow", "red", "black"] = ""
    destination: str | None = None
    unit: UnitId | None = None
    card: str | None = None


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or file linked to the incident by reference (4.15)."""

    id: str
    kind: Literal["call-audio", "radio-audio", "photo", "document", "plan", "video"]
    ref: str
    at: Moment
    note: str = ""


class SecondaryPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Staging, command post, or a destination of the incident (4.12, 4.18)."""

    id: str
    role: Literal["staging", "command-post", "destination", "landing", "other"]
    location: Location
    removed: bool = False


class FieldChange(msgspec.Struct, frozen=True):
    """Who set a field last, and when: two people on one incident are told of each other (4.7)."""

    at: Moment
    by: ActorId
    seq_was: Any = None
    """The value before (1.2 keeps it); the whole history is in the journal."""


class OfferedUnit(msgspec.Struct, frozen=True):
    """One line of a recommendation, as it was shown. `why` is coded so that it reads in both languages."""

    unit: UnitId
    travel_time_s: int
    role: str = ""
    why: tuple[str, ...] = ()
    bypassed: str = ""
    """Coded reason why it was passed over; empty where it was proposed."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What had been offered when the dispatcher chose (2.7, 3.15, 4.3)."""

    at: Moment
    plan: str
    proposed: tuple[OfferedUnit, ...]
    bypassed: tuple[OfferedUnit, ...] = ()
    shortfalls: tuple[str, ...] = ()


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a dispatcher: what was sent, what had been offered, why it differs."""

    at: Moment
    by: ActorId
    units: tuple[UnitId, ...]
    offer: Offer | None = None
    reason: str = ""


class RollCall(msgspec.Struct, frozen=True):
    """Accountability roll-call (PAR): who was asked, who has answered when (3.25)."""

    started: Moment
    asked: tuple[UnitId, ...]
    answered: dict[UnitId, Moment] = {}


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    id: IncidentId
    tag: str
    """Short and unique on the board, for speech and the command line: `T03`. Given back when the incident leaves."""
    numbers: dict[AgencyId, str]
    """Per agency, gap-safe (4.8, 6.6). The first agency leads."""
    opened: Moment
    opened_by: ActorId
    position: str
    status: IncidentStatus
    status_since: Moment
    type: str
    subtype: str = ""
    priority: int
    priority_overridden: bool = False
    alarm_level: int = 1
    agencies: tuple[AgencyId, ...]
    location: Location
    floor_plan: str = ""
    fields: dict[str, str] = {}
    """Further named facts, e.g. `determinant`, `access_code`, `weapons`."""
    changes: dict[str, FieldChange] = {}
    calls: tuple[CallId, ...] = ()
    narrative: tuple[NarrativeLine, ...] = ()
    persons: tuple[PersonCard, ...] = ()
    vehicles: tuple[InvolvedVehicle, ...] = ()
    items: tuple[PropertyItem, ...] = ()
    patients: tuple[Patient, ...] = ()
    media: tuple[Media, ...] = ()
    places: tuple[SecondaryPlace, ...] = ()
    links: tuple[Link, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    group: str = ""
    """The dispatch group that it is routed to (1.17)."""
    claimed_by: ActorId | None = None
    """Who works on it; says so to others, locks nothing."""
    activate_at: Moment | None = None
    """For a scheduled incident (4.17)."""
    dispositions: dict[AgencyId, str] = {}
    closed: Moment | None = None
    close_reason: str = ""
    reopened: int = 0
    triage: dict[str, str] = {}
    """Question code → answer code (2.3)."""
    roll_call: RollCall | None = None
    pre_alerted: tuple[str, ...] = ()
    last_change: Moment
    exercise: bool = False

    @property
    def working(self) -> tuple[Assignment, ...]:
        """Assignments that are not over."""
        return tuple(a for a in self.assignments if "ended" not in a.times)


CallStatus = Literal["waiting", "answered", "attached", "callback", "closed"]


class PlaceFix(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's place as it was found at a moment (1.23)."""

    at: Moment
    place: Place
    uncertainty_m: float | None = None
    source: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One contact from outside. Many calls may concern one incident."""

    id: CallId
    channel: Literal["phone", "text", "alarm", "sensor", "web", "app", "field", "officer"]
    received: Moment
    status: CallStatus
    text: str = ""
    location: Location | None = None
    fixes: tuple[PlaceFix, ...] = ()
    caller: PersonCard | None = None
    """Name and callback number are in the vault (charter 6)."""
    suggested_type: str = ""
    """A monitored alarm comes with one (1.16)."""
    source: str = ""
    """Which line, alarm company or device."""
    answered: Moment | None = None
    answered_by: ActorId | None = None
    handed_to: str = ""
    incident: IncidentId | None = None
    abandoned: bool = False
    callbacks: tuple["Callback", ...] = ()
    closed: Moment | None = None
    outcome: str = ""


class Callback(msgspec.Struct, frozen=True):
    at: Moment
    by: ActorId
    outcome: Literal["reached", "no-answer", "busy", "voicemail", "wrong-number"]
    note: str = ""


TimerKind = Literal[
    "pending",
    "acknowledge",
    "turnout",
    "travel",
    "on-scene",
    "roll-call",
    "callback",
    "scheduled",
    "archive",
    "rest",
    "zone-ends",
    "review",
]


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """A due-time on the board. The clock adapter submits `RingTimer` when it comes; a rung one stays until answered."""

    id: TimerId
    kind: TimerKind
    due: Moment
    started: Moment
    incident: IncidentId | None = None
    unit: UnitId | None = None
    call: CallId | None = None
    subject: str = ""
    rung: Moment | None = None
    group: str = ""


class PremiseNote(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard, contact, plan or caution of a *place*, never of a person; has owner and expiry (1.13, 1.25)."""

    id: str
    kind: Literal["hazard", "contact", "plan", "access", "caution"]
    place: Place
    radius_m: int
    address: str
    text: str
    owner: ActorId
    expires: Moment
    overdue: bool = False


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """A street closed or slowed; changes the next travel time (2.10, 9.11)."""

    id: str
    line: tuple[Place, ...]
    """One point and a radius, or a line along the street."""
    radius_m: float = 15.0
    slowdown: float = 0.0
    """0 is closed; 0.5 is half the usual speed."""
    reason: str
    since: Moment
    until: Moment | None = None
    by: ActorId


class SpecialZone(msgspec.Struct, frozen=True, kw_only=True):
    """A temporary area that overrides plans (2.2). Outline in WGS 84."""

    id: str
    name: str
    outline: tuple[Place, ...]
    plan_zone: str
    """The zone id that plans name."""
    since: Moment
    until: Moment | None = None
    by: ActorId


class HospitalState(msgspec.Struct, frozen=True, kw_only=True):
    """Diversion and beds as last told (4.13)."""

    id: str
    diversion: bool = False
    beds: int | None = None
    note: str = ""
    at: Moment


class HydrantState(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    out_of_service: bool
    note: str = ""
    at: Moment


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A working position that somebody has signed on to, and the groups that it answers for (1.17, 7.4)."""

    id: str
    actor: ActorId
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    since: Moment


class SupplementalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Something other than a unit that an incident needs, and how far it is (4.5)."""

    id: str
    incident: IncidentId
    kind: str
    text: str
    asked: Moment
    state: Literal["asked", "accepted", "on-the-way", "arrived", "done", "refused"] = "asked"
    who: str = ""
    changed: Moment


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `seq` is the sequence of the last event applied."""

    seq: int = 0
    at: Moment = Moment(0)
    catalogue: Catalogue | None = None
    calls: dict[CallId, Call] = {}
    incidents: dict[IncidentId, Incident] = {}
    units: dict[UnitId, Unit] = {}
    timers: dict[TimerId, Timer] = {}
    premises: dict[str, PremiseNote] = {}
    closures: dict[str, Closure] = {}
    special_zones: dict[str, SpecialZone] = {}
    hospitals: dict[str, HospitalState] = {}
    hydrants: dict[str, HydrantState] = {}
    positions: dict[str, Position] = {}
    supplements: dict[str, SupplementalRequest] = {}
    tags: dict[str, IncidentId] = {}
    """Tag in use → incident."""
    series: dict[str, int] = {}
    """Agency and year → last number given (gap-safe: it moves only with the event that uses it)."""
    exercise: bool = False
    """Training mode: a banner on every screen, outside every statistic (7.8)."""

    @staticmethod
    def empty() -> "Board":
        return Board()
