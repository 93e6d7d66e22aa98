"""What is written into an incident: narrative, people by reference, vehicles, items, patients, media, places."""

from typing import Any, Final, Literal

import msgspec

from turnout.core.limits import Whole
from turnout.core.location import Location
from turnout.words.identity import ActorId, IncidentId, UnitId
from turnout.words.moment import Moment


class NarrativeLine(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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


class Link(msgspec.Struct, frozen=True, gc=False):
    kind: Literal["child", "parent", "merged-into", "merged-from", "related", "cloned-from", "cloned-to"]
    incident: IncidentId


OWN_KEY: Final = "card-"
"""How the reference of a card begins whose details have a key of their own (decision 0202)."""


class PersonCard(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A person in this incident: a reference into the vault and a hash, never the details (1.11, charter 6)."""

    id: str
    role: Literal["caller", "patient", "contact", "witness", "involved", "missing"]
    ref: str
    digest: str
    removed: bool = False

    @property
    def has_own_key(self) -> bool:
        """Whether its details can be erased alone; else they are under the key of the incident or call."""
        return self.ref.startswith(OWN_KEY)


class InvolvedVehicle(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    id: str
    description: str
    role: str = ""
    struck_reason: str = ""


class PropertyItem(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    id: str
    description: str
    quantity: Whole = 1
    struck_reason: str = ""


class Patient(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A patient by number on scene; details, where known, are behind `card` in the vault. Triage and destination say
    something of somebody's health, and the unit says the destination, so they stand sealed (decision 0189)."""

    id: str
    triage: str = ""
    """`green`, `yellow`, `red` or `black`."""
    destination: str | None = None
    unit: UnitId | None = None
    card: str | None = None


class Media(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A recording or file linked to the incident by reference (4.15)."""

    id: str
    kind: Literal["call-audio", "radio-audio", "photo", "document", "plan", "video"]
    ref: str
    at: Moment
    note: str = ""
    until: Moment | None = None
    """When a recording ended: with `at`, what links it to everything else that happened."""
    sha256: str = ""
    """Of salt and content, for a file of ours (audit/files.py); empty where only an address is linked."""
    size_bytes: Whole = 0
    mime: str = ""
    owner: IncidentId | None = None
    """Under whose key a file of ours is: it stays there when incidents are merged."""


class SecondaryPlace(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Staging, command post, or a destination of the incident (4.12, 4.18)."""

    id: str
    role: Literal["staging", "command-post", "destination", "landing", "other"]
    location: Location
    removed: bool = False


class FieldChange(msgspec.Struct, frozen=True, gc=False):
    """Who set a field last, and when: two people on one incident are told of each other (4.7)."""

    at: Moment
    by: ActorId
    seq_was: Any = None
    """The value before (1.2 keeps it); the whole history is in the journal."""
