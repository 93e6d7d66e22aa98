"""Where something is: as a person reads it and on the ground. Functions 1.8, 1.9."""

from collections.abc import Callable
from typing import Literal

import msgspec

from turnout.words.place import Place
from turnout.words.sealed_text import SealedPlace

PlaceKind = Literal["address", "block", "crossing", "common_place", "coordinate", "street", "forced"]


class Location(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Where: as a person reads it, and on the ground. The edge fills in zones and crossing."""

    text: str
    place: Place | SealedPlace | None = None
    """None only while a forced location is not on the map yet, or once it is erased. Sealed wherever it is recorded."""
    kind: PlaceKind = "address"
    verified: bool = False
    """Against the gazetteer (1.9). A forced location is allowed, marked, and followed up."""
    zones: dict[str, str] = {}
    """Kind of zone → zone id: beat, first-due, neighbourhood, special. Coarse: they stay when the place is erased."""
    crossing: str = ""
    neighbourhood: str = ""
    floor: str = ""
    detail: str = ""


FindPlace = Callable[[str], Place | None]
"""Opens what stands for a place. None: nobody can."""


def no_place(sealed: str) -> None:
    """Where there are no keys."""


def place_of(location: Location, find: FindPlace) -> Place | None:
    """Where it is on the ground, as far as that can be known."""
    place = location.place
    return find(place) if isinstance(place, str) else place
