"""The board: everything that is open now in one city. One consistency boundary, one writer.

Immutable all the way down. `evolve` makes a new board and copies only the tables that it changes, so an entry that did
not change is the very same object: that is how row changes are found. Closed incidents leave the board for the records.

Stages follow APCO ANS 1.116.1-2015, *Common Status Codes for Data Exchange*; intervals follow NFPA 1710.
"""

import msgspec

from turnout.core.calls.call import Call, Callback, CallMessage, CallStatus, HandOver, PlaceFix
from turnout.core.catalogue import Catalogue
from turnout.core.corridors.matters import Corridor, CorridorJunction, SignalPermit
from turnout.core.incidents.entries import (
    FieldChange,
    InvolvedVehicle,
    Link,
    Media,
    NarrativeLine,
    Patient,
    PersonCard,
    PropertyItem,
    SecondaryPlace,
)
from turnout.core.incidents.incident import Incident, IncidentStatus, PrimaryChoice, RollCall, SupplementalRequest
from turnout.core.location import Location, PlaceKind
from turnout.core.plans.matters import DistrictPlans
from turnout.core.retention.matters import ErasureRequest, Hold
from turnout.core.reveals.matters import GlassBreak, Review
from turnout.core.roster.shift import Shift
from turnout.core.tables.city import (
    Closure,
    ForcedPlace,
    HospitalState,
    HydrantState,
    Position,
    PremiseNote,
    SpecialZone,
)
from turnout.core.timers.timer import Timer, TimerKind
from turnout.core.units.assignment import Alert, Assignment, Dispatch, Interval, Offer, OfferedUnit
from turnout.core.units.station_alert import StationAlert
from turnout.core.units.unit import (
    STAGES,
    Available,
    CrewMember,
    OffDuty,
    OnIncident,
    OutOfService,
    Stage,
    Status,
    Unit,
)
from turnout.words.identity import CallId, IncidentId, TimerId, UnitId
from turnout.words.moment import Moment

__all__ = [
    "STAGES",
    "Alert",
    "Assignment",
    "Available",
    "Board",
    "Call",
    "CallMessage",
    "CallStatus",
    "Callback",
    "Closure",
    "Corridor",
    "CorridorJunction",
    "CrewMember",
    "Dispatch",
    "DistrictPlans",
    "ErasureRequest",
    "FieldChange",
    "ForcedPlace",
    "GlassBreak",
    "HandOver",
    "Hold",
    "HospitalState",
    "HydrantState",
    "Incident",
    "IncidentStatus",
    "Interval",
    "InvolvedVehicle",
    "Link",
    "Location",
    "Media",
    "NarrativeLine",
    "OffDuty",
    "Offer",
    "OfferedUnit",
    "OnIncident",
    "OutOfService",
    "Patient",
    "PersonCard",
    "PlaceFix",
    "PlaceKind",
    "Position",
    "PremiseNote",
    "PrimaryChoice",
    "PropertyItem",
    "Review",
    "RollCall",
    "SecondaryPlace",
    "Shift",
    "SignalPermit",
    "SpecialZone",
    "Stage",
    "StationAlert",
    "Status",
    "SupplementalRequest",
    "Timer",
    "TimerKind",
    "Unit",
]


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
    shifts: dict[str, Shift] = {}
    """Ahead and running (3.5); over, they leave."""
    forced_places: dict[str, ForcedPlace] = {}
    """Taken as typed and not yet followed up (1.9); they outlast their incidents."""
    reviews: dict[str, Review] = {}
    """Asked for or approved (18.5); refused or over, they leave."""
    glass: dict[str, GlassBreak] = {}
    """Broken, and not yet answered by a second person or still open (18.5)."""
    holds: dict[str, Hold] = {}
    """What is erased neither at the end of its term nor at anybody's wish (18.4)."""
    erasures: dict[str, ErasureRequest] = {}
    """Asked for, and not yet approved or declined by another person."""
    signal_permits: dict[str, SignalPermit] = {}
    """Whose signals may be asked for green, and which are armed (15.4)."""
    corridors: dict[str, Corridor] = {}
    """Under way; over, they leave."""
    district_plans: dict[str, DistrictPlans] = {}
    """By district: the signal plans that were released, and those that are proposed (15.3)."""
    reveals: int = 0
    """How often personal details or files have been opened so far: each has its number, without a gap."""
    tags: dict[str, IncidentId] = {}
    """Tag in use → incident."""
    series: dict[str, int] = {}
    """Agency and year → last number given (gap-safe: it moves only with the event that uses it)."""
    ground: str = ""
    """Version of roads, gazetteer, outlines and map in force (7.6); empty: the city folder's own."""
    exercise: bool = False
    """Training mode: a banner on every screen, outside every statistic (7.8)."""

    @staticmethod
    def empty() -> "Board":
        return Board()
