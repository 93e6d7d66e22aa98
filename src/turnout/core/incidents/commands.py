"""Commands about incidents. Functions 1.1 to 1.19, 1.22, 2.3, 2.9, 4.1 to 4.20, 6.1 to 6.6."""

from typing import Annotated, Final, Literal

import msgspec

from turnout.core.act import Do
from turnout.core.board import Incident, Location, PersonCard
from turnout.core.limits import UNITS_MAX, Code, Id, Line, Text, Whole
from turnout.words.moment import Moment

Told = Annotated[tuple[Id, ...], msgspec.Meta(max_length=UNITS_MAX)]
"""Stations and units that are warned."""


class OpenIncident(Do, frozen=True, kw_only=True, tag="open-incident"):
    """Type and place are enough (1.14). Everything else can follow."""

    incident_id: Id
    type: Code
    location: Location
    subtype: Code = ""
    priority: Whole | None = None
    """Only where it differs from the type's own; `priority_reason` is then needed (1.5)."""
    priority_reason: Line = ""
    call_id: Code = ""
    narrative: Text = ""
    agencies: tuple[Id, ...] = ()
    """Only where they differ from the type's."""
    activate_at: Moment | None = None
    hold: bool = False
    not_duplicate_of: tuple[Id, ...] = ()
    """Near incidents that a person has looked at and found to be others (1.6)."""
    group: Code = ""
    back_entry: Moment | None = None
    """True time of an incident taken down on paper while the system was down; marked as such."""


class ChangeIncident(Do, frozen=True, kw_only=True, tag="change-incident"):
    """Set one field. `was` is what the person saw: if it has changed meanwhile, the change is refused with both (4.7).

    `field`: `subtype`, `priority`, `group`, `floor_plan`, `floor`, `detail`, `exercise`, or `fields.<name>`.
    """

    incident_id: Id
    field: Code
    was: str | Whole | bool | None
    becomes: str | Whole | bool | None
    reason: Line = ""


class Retype(Do, frozen=True, kw_only=True, tag="retype"):
    """A new type; its default priority comes with it unless it had been overridden."""

    incident_id: Id
    was: Code
    type: Code
    subtype: Code = ""


class Relocate(Do, frozen=True, kw_only=True, tag="relocate"):
    incident_id: Id
    was: Line
    """The text of the location that the person saw."""
    location: Location


class ClaimIncident(Do, frozen=True, kw_only=True, tag="claim-incident"):
    """Say that one works on it; or, with `release`, no longer. Locks nothing."""

    incident_id: Id
    release: bool = False


class RouteIncident(Do, frozen=True, kw_only=True, tag="route-incident"):
    """To another dispatch group, any time (1.17)."""

    incident_id: Id
    group: Id


class HoldIncident(Do, frozen=True, kw_only=True, tag="hold-incident"):
    incident_id: Id
    reason: Line


class ReleaseIncident(Do, frozen=True, kw_only=True, tag="release-incident"):
    """A held or scheduled one goes to the queue now (1.18, 4.17)."""

    incident_id: Id


class AddNarrative(Do, frozen=True, kw_only=True, tag="add-narrative"):
    incident_id: Id
    entry_id: Id
    text: Text
    kind: Literal["note", "caller", "crew", "system", "addendum"] = "note"


class StrikeNarrative(Do, frozen=True, kw_only=True, tag="strike-narrative"):
    incident_id: Id
    entry_id: Id
    reason: Line


class AddPerson(Do, frozen=True, kw_only=True, tag="add-person"):
    incident_id: Id
    person: PersonCard


class RemovePerson(Do, frozen=True, kw_only=True, tag="remove-person"):
    incident_id: Id
    person_id: Id
    reason: Line


class AddVehicle(Do, frozen=True, kw_only=True, tag="add-vehicle"):
    incident_id: Id
    vehicle_id: Id
    description: Line
    role: Code = ""


class AddItem(Do, frozen=True, kw_only=True, tag="add-item"):
    incident_id: Id
    item_id: Id
    description: Line
    quantity: Whole = 1


class ChangeEntry(Do, frozen=True, kw_only=True, tag="change-entry"):
    """Set one field of a vehicle or an item; what stood there stays on record (1.2, 4.7)."""

    incident_id: Id
    entry_id: Id
    field: Literal["description", "role", "quantity"]
    was: Line | Whole
    becomes: Line | Whole


class ChangePerson(Do, frozen=True, kw_only=True, tag="change-person"):
    """Other details on a person's card (1.2): `person` has the card's identity and a new reference into the vault.

    What was sealed before stays in the vault under the incident's key, and opens by the same path. Also after the
    incident was closed: whoever finds that what is kept of them is wrong has a right to have it put right.
    """

    incident_id: Id
    was_ref: Code
    """The reference of the card that the person saw."""
    person: PersonCard
    record: Incident | None = None


class StrikeEntry(Do, frozen=True, kw_only=True, tag="strike-entry"):
    """Strike a vehicle or an item, by its identity."""

    incident_id: Id
    entry_id: Id
    reason: Line


Triage = Literal["", "green", "yellow", "red", "black"]
TRIAGES: Final[tuple[Triage, ...]] = ("", "green", "yellow", "red", "black")


class SetPatient(Do, frozen=True, kw_only=True, tag="set-patient"):
    """Add or update a patient by number on scene (4.14)."""

    incident_id: Id
    patient_id: Id
    triage: Triage = ""
    destination: Code | None = None
    unit: Code | None = None
    card: Code | None = None


class LinkMedia(Do, frozen=True, kw_only=True, tag="link-media"):
    incident_id: Id
    media_id: Id
    kind: Literal["call-audio", "radio-audio", "photo", "document", "plan", "video"]
    ref: Line
    at: Moment | None = None
    until: Moment | None = None
    note: Line = ""
    record: Incident | None = None


class AttachFile(Do, frozen=True, kw_only=True, tag="attach-file"):
    """Written by the files' broker when it has sealed one: its hash at intake, size, type and reference (18.1)."""

    incident_id: Id
    media_id: Id
    kind: Literal["call-audio", "radio-audio", "photo", "document", "plan", "video"]
    ref: Code
    sha256: Code
    size_bytes: Whole
    mime: Code
    at: Moment | None = None
    until: Moment | None = None
    note: Line = ""
    record: Incident | None = None


class SetSecondaryPlace(Do, frozen=True, kw_only=True, tag="set-secondary-place"):
    incident_id: Id
    place_id: Id
    role: Literal["staging", "command-post", "destination", "landing", "other"]
    location: Location
    remove: bool = False


class AnswerTriage(Do, frozen=True, kw_only=True, tag="answer-triage"):
    """One answer to a scripted question (2.3)."""

    incident_id: Id
    question: Id
    answer: Id


class AddAgency(Do, frozen=True, kw_only=True, tag="add-agency"):
    """Fire or medical to a police incident, and so on (4.19); it gets its own number."""

    incident_id: Id
    agency: Id


class SplitIncident(Do, frozen=True, kw_only=True, tag="split-incident"):
    """A linked child for a discipline (1.22), with the same place and calls."""

    incident_id: Id
    child_id: Id
    type: Code
    agencies: tuple[Id, ...] = ()


class LinkIncidents(Do, frozen=True, kw_only=True, tag="link-incidents"):
    incident_id: Id
    other_id: Id
    unlink: bool = False


class MergeIncidents(Do, frozen=True, kw_only=True, tag="merge-incidents"):
    """`from_id` proves to be the same as `into_id`: calls, units and narrative are joined; both stay visible (4.20)."""

    from_id: Id
    into_id: Id
    reason: Line = ""


class CloneIncident(Do, frozen=True, kw_only=True, tag="clone-incident"):
    incident_id: Id
    clone_id: Id


class SetAlarmLevel(Do, frozen=True, kw_only=True, tag="set-alarm-level"):
    """Up or down; levels are additive (2.9)."""

    incident_id: Id
    was: Whole
    level: Whole
    reason: Line = ""


class PreAlert(Do, frozen=True, kw_only=True, tag="pre-alert"):
    """Warn stations or units before call-taking ends (3.12). Without `to`: the station that is first due there."""

    incident_id: Id
    to: Told = ()


class WithdrawPreAlert(Do, frozen=True, kw_only=True, tag="withdraw-pre-alert"):
    """The warning no longer holds, and whoever was warned is told so. Without `to`: all of them."""

    incident_id: Id
    to: Told = ()
    reason: Line = ""


class DisposeAgency(Do, frozen=True, kw_only=True, tag="dispose-agency"):
    """An agency's disposition; the incident closes when all have theirs (6.2)."""

    incident_id: Id
    agency: Id
    disposition: Id


class SetPrimary(Do, frozen=True, kw_only=True, tag="set-primary"):
    """Another unit of an agency is the primary one than the computed ranking says (6.3); also after closing.

    Without `unit` the computed ranking holds again.
    """

    incident_id: Id
    agency: Id
    unit: Code = ""
    reason: Line


class CloseIncident(Do, frozen=True, kw_only=True, tag="close-incident"):
    """One disposition for every agency that has none yet (6.1). `override` where a guard would refuse; logged."""

    incident_id: Id
    disposition: Id
    note: Text = ""
    override: Line = ""
    back_entry: Moment | None = None
    """When it was really closed, where that was taken down on paper."""


class CancelIncident(Do, frozen=True, kw_only=True, tag="cancel-incident"):
    """Before or after dispatch: units are freed (6.4)."""

    incident_id: Id
    reason: Id
    note: Line = ""


class ReopenIncident(Do, frozen=True, kw_only=True, tag="reopen-incident"):
    """With its full history (4.11). `record` is filled in by the desk when it had left the board."""

    incident_id: Id
    reason: Line
    """One of the city's coded reasons, where it has any."""
    note: Text = ""
    record: Incident | None = None


class AddAddendum(Do, frozen=True, kw_only=True, tag="add-addendum"):
    """To a closed incident (6.5)."""

    incident_id: Id
    entry_id: Id
    text: Text
    record: Incident | None = None


class RequestTransfer(Do, frozen=True, kw_only=True, tag="request-transfer"):
    """Give the incident to the records systems now (4.9): of one agency, or of all that are on it."""

    incident_id: Id
    agency: Code = ""
    record: Incident | None = None


class RequestSupplement(Do, frozen=True, kw_only=True, tag="request-supplement"):
    """A tow, a utility, an interpreter (4.5)."""

    incident_id: Id
    supplement_id: Id
    kind: Code
    text: Line = ""


class UpdateSupplement(Do, frozen=True, kw_only=True, tag="update-supplement"):
    supplement_id: Id
    state: Literal["asked", "accepted", "on-the-way", "arrived", "done", "refused"]
    who: Line = ""


IncidentCommand = (
    OpenIncident
    | ChangeIncident
    | Retype
    | Relocate
    | ClaimIncident
    | RouteIncident
    | HoldIncident
    | ReleaseIncident
    | AddNarrative
    | StrikeNarrative
    | AddPerson
    | RemovePerson
    | AddVehicle
    | AddItem
    | ChangeEntry
    | ChangePerson
    | StrikeEntry
    | SetPatient
    | LinkMedia
    | AttachFile
    | SetSecondaryPlace
    | AnswerTriage
    | AddAgency
    | SplitIncident
    | LinkIncidents
    | MergeIncidents
    | CloneIncident
    | SetAlarmLevel
    | PreAlert
    | WithdrawPreAlert
    | DisposeAgency
    | SetPrimary
    | CloseIncident
    | CancelIncident
    | ReopenIncident
    | AddAddendum
    | RequestTransfer
    | RequestSupplement
    | UpdateSupplement
)
