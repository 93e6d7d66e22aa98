"""What has happened to incidents. The names in `tag` are stored for ever."""

from typing import Literal

from turnout.core.board import Incident, IncidentStatus, Location, Media, Patient, PersonCard, SecondaryPlace
from turnout.core.fact import Fact
from turnout.core.units.station_alert import StationAlert
from turnout.words.identity import AgencyId, CallId, IncidentId, UnitId
from turnout.words.moment import Moment


class IncidentOpened(Fact, frozen=True, kw_only=True, tag="incident-opened"):
    """With its tag and numbers. `series` are the counters as they stand after it."""

    incident: IncidentId
    tag: str
    numbers: dict[AgencyId, str]
    series: dict[str, int]
    status: IncidentStatus
    type: str
    priority: int
    agencies: tuple[AgencyId, ...]
    location: Location
    opened: Moment
    subtype: str = ""
    priority_overridden: bool = False
    priority_reason: str = ""
    calls: tuple[CallId, ...] = ()
    fields: dict[str, str] = {}
    group: str = ""
    activate_at: Moment | None = None
    not_duplicate_of: tuple[IncidentId, ...] = ()
    back_entry: bool = False
    exercise: bool = False


class DuplicateSuspected(Fact, frozen=True, kw_only=True, tag="duplicate-suspected"):
    """Others run near it, and nobody has said that they are others (1.6). It runs all the same.

    `near`: the likeliest, twenty at most. Had each of five hundred reports of one fire named all before it, the journal
    would grow by their square.
    """

    incident: IncidentId
    near: tuple[IncidentId, ...]


class FieldChanged(Fact, frozen=True, kw_only=True, tag="field-changed"):
    incident: IncidentId
    field: str
    was: str | int | bool | None
    becomes: str | int | bool | None
    reason: str = ""


class IncidentRetyped(Fact, frozen=True, kw_only=True, tag="incident-retyped"):
    incident: IncidentId
    was: str
    type: str
    priority: int
    subtype: str = ""


class IncidentRelocated(Fact, frozen=True, kw_only=True, tag="incident-relocated"):
    incident: IncidentId
    was: str
    location: Location


class IncidentClaimed(Fact, frozen=True, kw_only=True, tag="incident-claimed"):
    incident: IncidentId


class ClaimDropped(Fact, frozen=True, kw_only=True, tag="claim-dropped"):
    incident: IncidentId


class IncidentRouted(Fact, frozen=True, kw_only=True, tag="incident-routed"):
    incident: IncidentId
    was: str
    group: str


class IncidentHeld(Fact, frozen=True, kw_only=True, tag="incident-held"):
    incident: IncidentId
    reason: str


class IncidentReleased(Fact, frozen=True, kw_only=True, tag="incident-released"):
    """From being held or scheduled into the queue."""

    incident: IncidentId


class IncidentRequeued(Fact, frozen=True, kw_only=True, tag="incident-requeued"):
    """It has lost its last unit before the work was done, and waits again (2.14)."""

    incident: IncidentId
    reason: str = ""
    is_typed: bool = False


class NarrativeAdded(Fact, frozen=True, kw_only=True, tag="narrative-added"):
    incident: IncidentId
    entry: str
    text: str
    kind: Literal["note", "caller", "crew", "system", "addendum"] = "note"


class NarrativeStruck(Fact, frozen=True, kw_only=True, tag="narrative-struck"):
    incident: IncidentId
    entry: str
    reason: str


class PersonAdded(Fact, frozen=True, kw_only=True, tag="person-added"):
    incident: IncidentId
    person: PersonCard


class PersonRemoved(Fact, frozen=True, kw_only=True, tag="person-removed"):
    incident: IncidentId
    person: str
    reason: str


class VehicleAdded(Fact, frozen=True, kw_only=True, tag="vehicle-added"):
    incident: IncidentId
    vehicle: str
    description: str
    role: str = ""


class ItemAdded(Fact, frozen=True, kw_only=True, tag="item-added"):
    incident: IncidentId
    item: str
    description: str
    quantity: int = 1


class EntryChanged(Fact, frozen=True, kw_only=True, tag="entry-changed"):
    incident: IncidentId
    entry: str
    field: Literal["description", "role", "quantity"]
    was: str | int
    becomes: str | int


class PersonChanged(Fact, frozen=True, kw_only=True, tag="person-changed"):
    """`was` is the reference of what was sealed before."""

    incident: IncidentId
    was: str
    person: PersonCard


class EntryStruck(Fact, frozen=True, kw_only=True, tag="entry-struck"):
    incident: IncidentId
    entry: str
    reason: str


class PatientSet(Fact, frozen=True, kw_only=True, tag="patient-set"):
    incident: IncidentId
    patient: Patient


class MediaLinked(Fact, frozen=True, kw_only=True, tag="media-linked"):
    incident: IncidentId
    media: Media


class SecondaryPlaceSet(Fact, frozen=True, kw_only=True, tag="secondary-place-set"):
    incident: IncidentId
    place: SecondaryPlace


class TriageAnswered(Fact, frozen=True, kw_only=True, tag="triage-answered"):
    incident: IncidentId
    question: str
    answer: str
    determinant: str = ""


class AgencyAdded(Fact, frozen=True, kw_only=True, tag="agency-added"):
    """`number` is empty for a neighbour, which counts in its own system."""

    incident: IncidentId
    agency: AgencyId
    number: str
    series: dict[str, int]
    leads: bool = False


class IncidentsLinked(Fact, frozen=True, kw_only=True, tag="incidents-linked"):
    """`one` is the parent, the original or an equal of `other`; both show it."""

    one: IncidentId
    other: IncidentId
    kind: Literal["related", "child", "clone"]


class IncidentsUnlinked(Fact, frozen=True, kw_only=True, tag="incidents-unlinked"):
    one: IncidentId
    other: IncidentId


class IncidentsMerged(Fact, frozen=True, kw_only=True, tag="incidents-merged"):
    """Calls, working units and entries of `merged` are now with `into`; `merged` is closed and points there (4.20)."""

    merged: IncidentId
    into: IncidentId
    reason: str = ""


class AlarmLevelSet(Fact, frozen=True, kw_only=True, tag="alarm-level-set"):
    incident: IncidentId
    was: int
    level: int
    reason: str = ""


class PreAlerted(Fact, frozen=True, kw_only=True, tag="pre-alerted"):
    incident: IncidentId
    to: tuple[str, ...]
    alerts: tuple[StationAlert, ...] = ()
    """Of those in `to` that are stations."""


class PreAlertWithdrawn(Fact, frozen=True, kw_only=True, tag="pre-alert-withdrawn"):
    incident: IncidentId
    to: tuple[str, ...]
    reason: str = ""


class AgencyDisposed(Fact, frozen=True, kw_only=True, tag="agency-disposed"):
    incident: IncidentId
    agency: AgencyId
    disposition: str


class PrimarySet(Fact, frozen=True, kw_only=True, tag="primary-set"):
    """A person puts a unit first among its agency's (6.3)."""

    incident: IncidentId
    agency: AgencyId
    unit: UnitId
    reason: str


class PrimaryReleased(Fact, frozen=True, kw_only=True, tag="primary-released"):
    """The computed ranking of the agency holds again."""

    incident: IncidentId
    agency: AgencyId
    reason: str


class IncidentClosed(Fact, frozen=True, kw_only=True, tag="incident-closed"):
    """`ranking`: the units of each agency, the primary one first, as computed at that moment."""

    incident: IncidentId
    dispositions: dict[AgencyId, str]
    override: str = ""
    ranking: dict[AgencyId, tuple[UnitId, ...]] = {}
    closed_on_paper: Moment | None = None
    """The true time, where it was closed on paper and entered afterwards."""


class IncidentCancelled(Fact, frozen=True, kw_only=True, tag="incident-cancelled"):
    incident: IncidentId
    reason: str
    is_typed: bool = False
    """The reason is somebody's own words, no code: it is sealed."""
    note: str = ""
    ranking: dict[AgencyId, tuple[UnitId, ...]] = {}


class IncidentReopened(Fact, frozen=True, kw_only=True, tag="incident-reopened"):
    """`record` is there when it had left the board: everything of it comes back, under a free tag."""

    incident: IncidentId
    reason: str
    is_typed: bool = False
    tag: str
    series: dict[str, int] = {}
    record: Incident | None = None


class AddendumAdded(Fact, frozen=True, kw_only=True, tag="addendum-added"):
    """To a closed incident, whether it is still on the board or not (6.5)."""

    incident: IncidentId
    entry: str
    text: str


class TransferRequested(Fact, frozen=True, kw_only=True, tag="transfer-requested"):
    """Somebody gives it to the records systems of these agencies, beside what goes there by itself (4.9)."""

    incident: IncidentId
    agencies: tuple[AgencyId, ...]


class IncidentArchived(Fact, frozen=True, kw_only=True, tag="incident-archived"):
    """It has left the board for the records, with its calls; its tag may be given again."""

    incident: IncidentId


class SupplementRequested(Fact, frozen=True, kw_only=True, tag="supplement-requested"):
    incident: IncidentId
    supplement: str
    kind: str
    text: str = ""


class SupplementUpdated(Fact, frozen=True, kw_only=True, tag="supplement-updated"):
    incident: IncidentId
    supplement: str
    state: Literal["asked", "accepted", "on-the-way", "arrived", "done", "refused"]
    who: str = ""


CourseEvent = (
    IncidentOpened
    | DuplicateSuspected
    | IncidentClaimed
    | ClaimDropped
    | IncidentRouted
    | IncidentHeld
    | IncidentReleased
    | IncidentRequeued
    | AlarmLevelSet
    | PreAlerted
    | PreAlertWithdrawn
    | AgencyAdded
    | AgencyDisposed
    | PrimarySet
    | PrimaryReleased
    | IncidentClosed
    | IncidentCancelled
    | IncidentReopened
    | IncidentArchived
    | TransferRequested
)
"""How an incident comes, runs and ends."""

EntryEvent = (
    FieldChanged
    | IncidentRetyped
    | IncidentRelocated
    | NarrativeAdded
    | NarrativeStruck
    | PersonAdded
    | PersonRemoved
    | VehicleAdded
    | ItemAdded
    | EntryChanged
    | PersonChanged
    | EntryStruck
    | PatientSet
    | MediaLinked
    | SecondaryPlaceSet
    | TriageAnswered
    | AddendumAdded
    | SupplementRequested
    | SupplementUpdated
)
"""What is written into it."""

LinkEvent = IncidentsLinked | IncidentsUnlinked | IncidentsMerged

IncidentEvent = CourseEvent | EntryEvent | LinkEvent
