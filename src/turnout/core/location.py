"""Where something is: as a person reads it and on the ground. Functions 1.8, 1.9."""

from typing import Literal

import msgspec

from turnout.words.place import Place

PlaceKind = Literal["address", "block", "crossing", "common_place", "coordinate", "street", "forced"]


class Location(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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
