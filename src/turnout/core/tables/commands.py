"""Commands about the city itself: tables, closures, zones, premises, hospitals, hydrants, positions (2.2, 7)."""

from typing import Annotated, Literal

import msgspec

from turnout.core.act import Do
from turnout.core.board import Incident, Position
from turnout.core.catalogue import Catalogue
from turnout.core.limits import WHOLE_MAX, Code, Count, Id, Line, Text, Whole
from turnout.core.retention.matters import CallRecord
from turnout.words.moment import Moment
from turnout.words.place import Place

LINE_POINTS_MAX = 500
"""Points of a street line or an outline: a city's longest street has fewer."""

Points = Annotated[tuple[Place, ...], msgspec.Meta(min_length=1, max_length=LINE_POINTS_MAX)]


class PublishCatalogue(Do, frozen=True, kw_only=True, tag="publish-catalogue"):
    """Put tables in force (7.7): live, audited; publish an earlier one to revert. New units come in off duty."""

    catalogue: Catalogue
    note: Line = ""
    over: Code = ""
    """The version that these tables were changed from: refused where others are in force by now. Empty: whatever is."""
    reverts: Whole = 0
    """Sequence of the publication that is put back by this; 0: none."""


class CloseRoad(Do, frozen=True, kw_only=True, tag="close-road"):
    closure_id: Id
    line: Points
    radius_m: float = 15.0
    slowdown: float = 0.0
    reason: Line
    until: Moment | None = None


class OpenRoad(Do, frozen=True, kw_only=True, tag="open-road"):
    closure_id: Id


class OpenZone(Do, frozen=True, kw_only=True, tag="open-zone"):
    """A temporary area that overrides plans (2.2)."""

    zone_id: Id
    name: Line
    outline: Points
    plan_zone: Id
    since: Moment | None = None
    """When it begins; empty or past: now."""
    until: Moment | None = None


class EndZone(Do, frozen=True, kw_only=True, tag="end-zone"):
    zone_id: Id


class WritePremise(Do, frozen=True, kw_only=True, tag="write-premise"):
    note_id: Id
    kind: Literal["hazard", "contact", "plan", "access", "caution"]
    place: Place
    radius_m: Whole = 50
    address: Line
    text: Text
    expires: Moment
    """Compulsory: a caution that nobody reviews goes stale (1.25)."""
    was: Text | None = None
    """Changing an earlier one: its text as the person saw it; since then changed, it is refused with both (4.7)."""


class RemovePremise(Do, frozen=True, kw_only=True, tag="remove-premise"):
    note_id: Id
    reason: Line


class RenewPremise(Do, frozen=True, kw_only=True, tag="renew-premise"):
    """Looked at and still true: a later expiry, and whoever says so is its owner (1.25)."""

    note_id: Id
    expires: Moment


class SettlePlace(Do, frozen=True, kw_only=True, tag="settle-place"):
    """A forced place has been followed up (1.9)."""

    place_id: Id
    outcome: Literal["added", "misspelt", "outside", "nothing"]
    """`added` to the gazetteer; a known place `misspelt`; `outside` the city; `nothing` to be done."""
    note: Line = ""


class SetHospital(Do, frozen=True, kw_only=True, tag="set-hospital"):
    hospital: Id
    diversion: bool = False
    beds: Whole | None = None
    note: Line = ""


class SetHydrant(Do, frozen=True, kw_only=True, tag="set-hydrant"):
    hydrant: Id
    out_of_service: bool
    note: Line = ""


class SignOn(Do, frozen=True, kw_only=True, tag="sign-on"):
    """A person takes a position, for one or more groups (1.17, 7.4)."""

    position: Position


class SignOff(Do, frozen=True, kw_only=True, tag="sign-off"):
    position_id: Id


class TakeGroups(Do, frozen=True, kw_only=True, tag="take-groups"):
    """Combine or split areas among positions (7.17)."""

    position_id: Id
    groups: tuple[Id, ...]


class SetExercise(Do, frozen=True, kw_only=True, tag="set-exercise"):
    on: bool


class NoteDetailsOpened(Do, frozen=True, kw_only=True, tag="note-details-opened"):
    """Written by the vault's broker before personal details are shown: who, of which incident or call, whose, why."""

    incident_id: Code = ""
    call_id: Code = ""
    person_id: Id
    ref: Code
    record: Incident | None = None
    call_record: CallRecord | None = None
    """One of the two is filled in by the desk when it has left the board."""
    gone_calls: tuple[CallRecord, ...] = ()
    """Filled in by the desk: of the incident's calls, those that have left the board."""


class NoteFileOpened(Do, frozen=True, kw_only=True, tag="note-file-opened"):
    """Written by the files' broker before a file of an incident is shown or played: who, which one, why."""

    incident_id: Id
    media_id: Id
    ref: Code
    record: Incident | None = None
    gone_calls: tuple[CallRecord, ...] = ()


class NoteTransfersTaken(Do, frozen=True, kw_only=True, tag="note-transfers-taken"):
    """Written by the transfers' broker: an agency's records system has everything up to an entry (9.3)."""

    agency: Id
    upto: Annotated[int, msgspec.Meta(ge=1, le=WHOLE_MAX)]


AccessAct = Literal[
    "account-made",
    "account-changed",
    "account-disabled",
    "account-enabled",
    "code-given",
    "secret-set",
    "administrator-set-up",
    "token-made",
    "token-withdrawn",
    "proof-key-made",
    "offline-codes-made",
    "offline-code-used",
    "offline-code-answered",
    "device-revoked",
]
"""What is done with who may get in. `code-given`: a one-time code in place of a password; `secret-set`: it was used.
`offline-…`: codes for the day the identity provider is down; `answered`: a second person says that it was right.
`proof-key-made`: a key that signs checkpoints (edge/proof); `subject` is the public one."""


class NoteAccess(Do, frozen=True, kw_only=True, tag="note-access"):
    """Written before an account or a token is changed: what, whose, and what it then may (7.1)."""

    act: AccessAct
    subject: Id
    roles: tuple[Id, ...] = ()
    agencies: tuple[Id, ...] = ()
    positions: tuple[Id, ...] = ()
    scopes: tuple[Id, ...] = ()


class NoteDoorLog(Do, frozen=True, kw_only=True, tag="note-door-log"):
    """How far the log of the door is, so that nobody can write it anew: the last line of each of its chains, and one
    hash over both (records/chained_lines.py)."""

    log: Id
    others: Count
    failures: Count
    digest: Id


class TakeGround(Do, frozen=True, kw_only=True, tag="take-ground"):
    """Roads, gazetteer, outlines and map of another version are in force (7.6). Given once they are loaded."""

    version: Id
    note: Line = ""


TableCommand = (
    PublishCatalogue
    | CloseRoad
    | OpenRoad
    | OpenZone
    | EndZone
    | WritePremise
    | RemovePremise
    | RenewPremise
    | SettlePlace
    | SetHospital
    | SetHydrant
    | SignOn
    | SignOff
    | TakeGroups
    | SetExercise
    | NoteDetailsOpened
    | NoteFileOpened
    | NoteTransfersTaken
    | NoteAccess
    | NoteDoorLog
    | TakeGround
)
