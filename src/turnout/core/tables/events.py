"""What has happened to the city itself: tables, roads, zones, premises, hospitals, hydrants, positions."""

from typing import Literal

from turnout.core.board import Closure, HospitalState, HydrantState, Position, PremiseNote, SpecialZone
from turnout.core.catalogue import Catalogue
from turnout.core.fact import Fact
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId


class CataloguePublished(Fact, frozen=True, kw_only=True, tag="catalogue-published"):
    catalogue: Catalogue
    note: str = ""
    reverts: int = 0
    """The publication whose tables are put back; 0: none."""


class RoadClosed(Fact, frozen=True, kw_only=True, tag="road-closed"):
    closure: Closure


class RoadOpened(Fact, frozen=True, kw_only=True, tag="road-opened"):
    closure: str


class ZoneOpened(Fact, frozen=True, kw_only=True, tag="zone-opened"):
    zone: SpecialZone


class ZoneBegan(Fact, frozen=True, kw_only=True, tag="zone-began"):
    """A zone that had been planned is in force."""

    zone: str


class ZoneEnded(Fact, frozen=True, kw_only=True, tag="zone-ended"):
    zone: str


class PremiseWritten(Fact, frozen=True, kw_only=True, tag="premise-written"):
    note: PremiseNote


class PremiseRemoved(Fact, frozen=True, kw_only=True, tag="premise-removed"):
    note: str
    reason: str


class PremiseOverdue(Fact, frozen=True, kw_only=True, tag="premise-overdue"):
    """Its expiry has come: it stays, marked, until its owner writes it anew or removes it (1.25)."""

    note: str
    owner: ActorId


class PlaceSettled(Fact, frozen=True, kw_only=True, tag="place-settled"):
    """A forced place has been followed up. `text` stays here, since the place leaves the board."""

    place: str
    text: str
    outcome: Literal["added", "misspelt", "outside", "nothing"]
    note: str = ""


class HospitalSet(Fact, frozen=True, kw_only=True, tag="hospital-set"):
    hospital: HospitalState


class HydrantSet(Fact, frozen=True, kw_only=True, tag="hydrant-set"):
    hydrant: HydrantState


class SignedOn(Fact, frozen=True, kw_only=True, tag="signed-on"):
    taken: Position


class SignedOff(Fact, frozen=True, kw_only=True, tag="signed-off"):
    left: str
    """The position."""


class GroupsTaken(Fact, frozen=True, kw_only=True, tag="groups-taken"):
    taken: str
    """The position."""
    groups: tuple[str, ...]


class ExerciseSet(Fact, frozen=True, kw_only=True, tag="exercise-set"):
    on: bool


class FileOpened(Fact, frozen=True, kw_only=True, tag="file-opened"):
    """Somebody is about to see or hear a file of an incident, and says why. Written before it is given."""

    incident: IncidentId
    media: str
    ref: str
    purpose: str
    n: int = 0
    """Of all reveals of this city, from 1, without a gap; 0 in journals from before they were counted."""
    ground: str = ""
    via: str = ""
    """The review or the breaking of the glass under which it is opened."""


class TransfersTaken(Fact, frozen=True, kw_only=True, tag="transfers-taken"):
    """The records system of an agency has everything up to entry `upto` of its feed."""

    agency: AgencyId
    upto: int


class DetailsOpened(Fact, frozen=True, kw_only=True, tag="details-opened"):
    """Somebody is about to see a person's details, and says why. Written before they are shown.

    Of a person of an incident, or of the caller of a call that concerns none yet.
    """

    incident: IncidentId | None = None
    call: CallId | None = None
    person: str
    ref: str
    purpose: str
    n: int = 0
    """Of all reveals of this city, from 1, without a gap; 0 in journals from before they were counted."""
    ground: str = ""
    via: str = ""
    """The review or the breaking of the glass under which it is opened."""


class AccessNoted(Fact, frozen=True, kw_only=True, tag="access-noted"):
    """Somebody changes who may get in. Written before it is done. Never a secret."""

    act: str
    subject: str
    roles: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


class DoorLogNoted(Fact, frozen=True, kw_only=True, tag="door-log-noted"):
    """How far the log of the door was: `others` and `failures` lines, and one hash over both of its chains."""

    log: str
    others: int
    failures: int
    digest: str


class GroundTaken(Fact, frozen=True, kw_only=True, tag="ground-taken"):
    """From here on roads, addresses and map are those of this version."""

    version: str
    note: str = ""


TableEvent = (
    CataloguePublished
    | RoadClosed
    | RoadOpened
    | ZoneOpened
    | ZoneBegan
    | ZoneEnded
    | PremiseWritten
    | PremiseRemoved
    | PremiseOverdue
    | PlaceSettled
    | HospitalSet
    | HydrantSet
    | SignedOn
    | SignedOff
    | GroupsTaken
    | ExerciseSet
    | DetailsOpened
    | FileOpened
    | TransfersTaken
    | AccessNoted
    | DoorLogNoted
    | GroundTaken
)
