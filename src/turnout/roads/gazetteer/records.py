"""What a gazetteer is made of: typed records that a source (municipal tables, OpenStreetMap) hands to the writer.

Numbers follow the TIGER/Line and DataSF convention: each side of a street segment has a first and a last house number
in the direction in which its line is drawn.
"""

from typing import Literal, Self

import msgspec

from turnout.words.name import Name
from turnout.words.place import Place


class Numbers(msgspec.Struct, frozen=True, gc=False):
    """House numbers on one side of a segment, from where its line begins to where it ends."""

    first: int
    last: int

    def holds(self, number: int) -> bool:
        """Whether the number lies between both ends and, where both ends agree in it, is odd or even as they are."""
        low, high = min(self.first, self.last), max(self.first, self.last)
        return low <= number <= high and (low % 2 != high % 2 or number % 2 == low % 2)


class StreetSegment(msgspec.Struct, frozen=True, gc=False):
    """One street between two nodes. `street` is the whole name as people write it (`Buena Vista Ave East`)."""

    street: str
    line: tuple[Place, ...]
    left: Numbers | None = None
    right: Numbers | None = None
    from_node: str = ""
    to_node: str = ""
    neighbourhood: str = ""
    postcode: str = ""
    street_zh: str = ""


class Crossing(msgspec.Struct, frozen=True, gc=False):
    """Two streets meet here. Names are those of the segments."""

    street_a: str
    street_b: str
    place: Place


class House(msgspec.Struct, frozen=True, gc=False):
    """One known house, where a source has single houses and not ranges."""

    street: str
    number: int
    place: Place
    postcode: str = ""
    neighbourhood: str = ""


class CommonPlace(msgspec.Struct, frozen=True, gc=False):
    """A place that people call by its own name: a hospital, a station, a park."""

    name: Name
    kind: str
    place: Place
    address: str = ""
    aliases: tuple[str, ...] = ()
    postcode: str = ""
    neighbourhood: str = ""
    source: str = ""


class Neighbourhood(msgspec.Struct, frozen=True, gc=False):
    """A named part of the city. `rings` follow the even-odd rule, so a hole is one more ring."""

    name: Name
    rings: tuple[tuple[Place, ...], ...]
    aliases: tuple[str, ...] = ()


class OtherName(msgspec.Struct, frozen=True, gc=False):
    """What else a street or neighbourhood of the records is called: in Chinese, formerly, or in everyday speech."""

    of: str
    kind: Literal["street", "neighbourhood"]
    zh: str = ""
    aliases: tuple[str, ...] = ()


class GazetteerRecords(msgspec.Struct):
    """Everything that sources have gathered for one city. `left_out` counts what could not be used, by reason."""

    segments: list[StreetSegment] = msgspec.field(default_factory=list)
    crossings: list[Crossing] = msgspec.field(default_factory=list)
    houses: list[House] = msgspec.field(default_factory=list)
    common_places: list[CommonPlace] = msgspec.field(default_factory=list)
    neighbourhoods: list[Neighbourhood] = msgspec.field(default_factory=list)
    other_names: list[OtherName] = msgspec.field(default_factory=list)
    left_out: dict[str, int] = msgspec.field(default_factory=dict)

    def add(self, other: Self) -> None:
        """Take over the records of another source."""
        self.segments += other.segments
        self.crossings += other.crossings
        self.houses += other.houses
        self.common_places += other.common_places
        self.neighbourhoods += other.neighbourhoods
        self.other_names += other.other_names
        for reason, count in other.left_out.items():
            self.left_out[reason] = self.left_out.get(reason, 0) + count


class CityNamed(msgspec.Struct, frozen=True):
    """Whose gazetteer it is: its name, what else people write for it after a comma (`SF`), whose data it holds."""

    name: Name
    also: tuple[str, ...] = ()
    attribution: str = ""
