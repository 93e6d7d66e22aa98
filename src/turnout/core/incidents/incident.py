"""The thing being responded to, and what it needs beside units."""

from typing import Literal

import msgspec
from msgspec.structs import replace

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
from turnout.core.limits import Whole
from turnout.core.location import FindPlace, Location, place_of
from turnout.core.units.assignment import Assignment, Dispatch
from turnout.core.units.station_alert import StationAlert
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId, UnitId
from turnout.words.moment import Moment

IncidentStatus = Literal["scheduled", "held", "pending", "active", "closed"]
"""held: waits for a human decision (1.18); pending: no unit yet; active: has units; closed: has dispositions."""


class RollCall(msgspec.Struct, frozen=True, gc=False):
    """Accountability roll-call (PAR): who was asked, who has answered when (3.25)."""

    started: Moment
    asked: tuple[UnitId, ...]
    answered: dict[UnitId, Moment] = {}


class PrimaryChoice(msgspec.Struct, frozen=True, gc=False):
    """A person has said which unit of an agency is the primary one, and why (6.3)."""

    unit: UnitId
    by: ActorId
    at: Moment
    reason: str


class Incident(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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
    priority: Whole
    priority_overridden: bool = False
    alarm_level: Whole = 1
    agencies: tuple[AgencyId, ...]
    location: Location
    floor_plan: str = ""
    fields: dict[str, str] = {}
    """Further named facts, e.g. `determinant`, `access_code`, `weapons`."""
    changes: dict[str, FieldChange] = {}
    calls: tuple[CallId, ...] = ()
    narrative: tuple[NarrativeLine, ...] = ()
    persons: tuple[PersonCard, ...] = ()
    earlier_persons: tuple[PersonCard, ...] = ()
    """Cards as they were before they were changed (1.2): the same identity, an older reference."""
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
    primary_chosen: dict[AgencyId, PrimaryChoice] = {}
    ranking: dict[AgencyId, tuple[UnitId, ...]] = {}
    """Once closed: the units of each agency, the primary one first, as computed when it closed (6.3)."""
    closed: Moment | None = None
    close_reason: str = ""
    reopened: Whole = 0
    triage: dict[str, str] = {}
    """Question code → answer code (2.3)."""
    roll_call: RollCall | None = None
    pre_alerted: tuple[str, ...] = ()
    alerts: tuple[StationAlert, ...] = ()
    """Stations alerted for it, oldest first (3.11)."""
    last_change: Moment
    exercise: bool = False

    @property
    def working(self) -> tuple[Assignment, ...]:
        """Assignments that are not over."""
        return tuple(a for a in self.assignments if "ended" not in a.times)


def on_the_ground(incident: Incident, find: FindPlace) -> Incident:
    """With its place opened, for whoever measures. Never to be kept."""
    place = place_of(incident.location, find)
    return replace(incident, location=replace(incident.location, place=place))


class SupplementalRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something other than a unit that an incident needs, and how far it is (4.5)."""

    id: str
    incident: IncidentId
    kind: str
    text: str
    asked: Moment
    state: Literal["asked", "accepted", "on-the-way", "arrived", "done", "refused"] = "asked"
    who: str = ""
    changed: Moment
