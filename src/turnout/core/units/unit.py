"""A unit and its status. Stages follow APCO ANS 1.116.1-2015, *Common Status Codes for Data Exchange*."""

from typing import Final, Literal

import msgspec

from turnout.words.identity import ActorId, AgencyId, IncidentId, StationId, UnitId
from turnout.words.moment import Moment

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


class OffDuty(msgspec.Struct, frozen=True, gc=False, tag="off-duty", tag_field="stage"):
    """Nobody is on it. Never recommended."""


class OutOfService(msgspec.Struct, frozen=True, gc=False, tag="out-of-service", tag_field="stage"):
    reason: str
    """A code of kind `out-of-service`, or `crew-on:<unit>` when a cross-staffed crew is away on another vehicle."""


class Available(msgspec.Struct, frozen=True, gc=False, tag="available", tag_field="stage"):
    in_quarters: bool = True
    moving_to: StationId | None = None
    """Set while it moves up to fill in at another station (2.6)."""
    code: str = ""
    """The agency's own status, where it has one (3.3)."""


class OnIncident(msgspec.Struct, frozen=True, gc=False, tag="on-incident", tag_field="stage"):
    incident: IncidentId
    at: Stage
    destination: str | None = None
    """Hospital or place that it transports to."""
    code: str = ""
    """The agency's own status, where it has one (3.3)."""


Status = OffDuty | OutOfService | Available | OnIncident


class CrewMember(msgspec.Struct, frozen=True, gc=False):
    """Staff of the agency, by staff number: their own work, never the public."""

    staff: str
    name: str = ""
    skills: tuple[str, ...] = ()


class Unit(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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
    last_worked: Moment | None = None
    """When it left the last incident that it had set out for: since then its crew rests (2.1)."""
    last_incident: IncidentId | None = None
