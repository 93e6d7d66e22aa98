"""OpenStreetMap extracts (PBF, ODbL): named streets and where they meet, houses, common places, parts of the city.

Streets are ways with `highway` and `name` (motorways without a name go by their `ref`), cut wherever they share a
node with a street of another name. Houses are the Karlsruhe schema's `addr:housenumber` with `addr:street` or
`addr:place`. Chinese names come from `name:zh-Hans`, `name:zh` or a `name` in Chinese characters.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import osmium

from turnout.roads.gazetteer.chinese import has_han, simplified
from turnout.roads.gazetteer.records import (
    CommonPlace,
    Crossing,
    GazetteerRecords,
    House,
    Neighbourhood,
    OtherName,
    StreetSegment,
)
from turnout.roads.gazetteer.sources.osm_kinds import NOT_STREETS, PART_TAGS, kind_of
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

HOUSES_PER_ADDRESS_MAX = 50
"""`addr:housenumber` may hold several numbers divided by `;`; more than this is a mistake."""
_NUMBER = re.compile(r"\s*(\d{1,5})")

Tags = Mapping[str, str]


class Outline(msgspec.Struct, frozen=True):
    """A relation drawn by ways: part of a city, or a place with a large ground."""

    tags: dict[str, str]
    ways: tuple[int, ...]


class StreetWay(msgspec.Struct, frozen=True):
    """A way of a street, as node numbers with their places."""

    name: str
    zh: str
    nodes: tuple[int, ...]
    line: tuple[Place, ...]


def read_osm(path: Path) -> GazetteerRecords:
    """Everything that a gazetteer needs of an extract. Malformed when the file is missing or no OpenStreetMap file."""
    if not path.is_file():
        raise Malformed("there is no such file", str(path), "download an extract of the city as .osm.pbf")
    try:
        outlines = [outline for one in osmium.FileProcessor(str(path)) if (outline := _outline(one)) is not None]
        extract = Extract(outlines)
        for thing in osmium.FileProcessor(str(path)).with_locations():
            extract.take(thing)
    except (RuntimeError, osmium.InvalidLocationError) as trouble:
        what = f"not an OpenStreetMap extract: {trouble}"
        raise Malformed(what, str(path), "download it again, with its nodes") from None
    return extract.records()


def _outline(thing: object) -> Outline | None:
    """A relation that outlines something worth knowing."""
    if not isinstance(thing, osmium.osm.Relation):
        return None
    tags = {tag.k: tag.v for tag in thing.tags}
    if tags.get("type") not in ("multipolygon", "boundary") or not (_is_part(tags) or kind_of(tags)):
        return None
    ways = (member.ref for member in thing.members if member.type == "w" and member.role in ("outer", "inner", ""))
    return Outline(tags, tuple(ways))


class Extract:
    """What has been read of one extract so far."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._gathered = GazetteerRecords()
        self._outlines = outlines
        self._sides: dict[int, tuple[Place, ...]] = {way: () for outline in outlines for way in outline.ways}
        self._ways: list[StreetWay] = []
        self._streets_at: dict[int, set[str]] = {}
        self._places_of: dict[int, Place] = {}
        self._also: dict[str, set[str]] = {}

    def take(self, thing: object) -> None:
        """One node or way, as the file has them: nodes first."""
        if isinstance(thing, osmium.osm.Node) and len(thing.tags):
            self._take_spot({tag.k: tag.v for tag in thing.tags}, Place(thing.location.lat, thing.location.lon))
        elif isinstance(thing, osmium.osm.Way):
            known = [node for node in thing.nodes if node.location.valid()]
            line = tuple(Place(node.location.lat, node.location.lon) for node in known)
            if thing.id in self._sides:
                self._sides[thing.id] = line
            if len(line) > 1 and len(thing.tags):
                self._take_way({tag.k: tag.v for tag in thing.tags}, tuple(node.ref for node in known), line)

    def _take_way(self, tags: Tags, nodes: tuple[int, ...], line: tuple[Place, ...]) -> None:
        street = _street_name(tags)
        if street:
            self._ways.append(StreetWay(street, _chinese(tags, street), nodes, line))
            self._also.setdefault(street, set()).update(_other_names(tags, street))
            for node, place in zip(nodes, line, strict=True):
                self._streets_at.setdefault(node, set()).add(street)
                self._places_of[node] = place
        elif "addr:interpolation" in tags:
            self._leave_out("interpolated house numbers")
        else:
            self._take_spot(tags, _middle(line))
            self._take_part(tags, rings_of([line]))

    def _take_spot(self, tags: Tags, place: Place) -> None:
        if "addr:housenumber" in tags:
            self._take_house(tags, place)
        kind = kind_of(tags)
        name = tags.get("name", "")
        if kind and name:
            self._gathered.common_places.append(
                CommonPlace(
                    name=Name(tags.get("name:en") or name, _chinese(tags, name)),
                    kind=kind,
                    place=place,
                    address=f"{tags.get('addr:housenumber', '')} {_address_street(tags)}".strip(),
                    aliases=tuple(sorted(_other_names(tags, name))),
                    postcode=tags.get("addr:postcode", ""),
                    source="OpenStreetMap",
                )
            )

    def _take_house(self, tags: Tags, place: Place) -> None:
        street = _address_street(tags)
        written = re.split(r"[;,]", tags["addr:housenumber"])[:HOUSES_PER_ADDRESS_MAX]
        numbers = [int(found[1]) for found in map(_NUMBER.match, written) if found]
        if not street or not numbers:
            self._leave_out("houses without a street or a number")
            return
        postcode = tags.get("addr:postcode", "")
        self._gathered.houses += [House(street, number, place, postcode) for number in dict.fromkeys(numbers)]

    def _take_part(self, tags: Tags, rings: tuple[tuple[Place, ...], ...]) -> None:
        name = tags.get("name", "")
        if name and rings and _is_part(tags):
            named = Name(tags.get("name:en") or name, _chinese(tags, name))
            self._gathered.neighbourhoods.append(Neighbourhood(named, rings, tuple(sorted(_other_names(tags, name)))))

    def _leave_out(self, reason: str) -> None:
        self._gathered.left_out[reason] = self._gathered.left_out.get(reason, 0) + 1

    def records(self) -> GazetteerRecords:
        """All that was read, the streets cut at their crossings."""
        for outline in self._outlines:
            rings = rings_of([self._sides[way] for way in outline.ways])
            if rings:
                self._take_part(outline.tags, rings)
                self._take_spot(outline.tags, _middle(rings[0]))
        for way in self._ways:
            self._gathered.segments += self._cut(way)
        for node, streets in self._streets_at.items():
            ordered = sorted(streets)
            for at, street in enumerate(ordered):
                self._gathered.crossings += [Crossing(street, o, self._places_of[node]) for o in ordered[at + 1 :]]
        for street, also in self._also.items():
            if also:
                self._gathered.other_names.append(OtherName(street, "street", aliases=tuple(sorted(also))))
        return self._gathered

    def _cut(self, way: StreetWay) -> Iterator[StreetSegment]:
        last = len(way.nodes) - 1
        cuts = [at for at, node in enumerate(way.nodes) if at in (0, last) or len(self._streets_at[node]) > 1]
        for begin, end in pairwise(cuts):
            ends = (str(way.nodes[begin]), str(way.nodes[end]))
            line = way.line[begin : end + 1]
            yield StreetSegment(way.name, line, from_node=ends[0], to_node=ends[1], street_zh=way.zh)


def _street_name(tags: Tags) -> str:
    """The street's name, empty for what is no street."""
    if tags.get("highway", "") in NOT_STREETS or tags.get("area") == "yes":
        return ""
    if tags["highway"] in ("motorway", "trunk", "motorway_link"):
        return tags.get("name") or tags.get("ref", "").split(";")[0]
    return tags.get("name", "")


def _address_street(tags: Tags) -> str:
    return tags.get("addr:street") or tags.get("addr:place", "")


def _chinese(tags: Tags, name: str) -> str:
    zh = tags.get("name:zh-Hans") or tags.get("name:zh") or (name if has_han(name) else "")
    return simplified(zh)


def _other_names(tags: Tags, name: str) -> set[str]:
    keys = ("name:en", "alt_name", "old_name", "short_name", "loc_name", "official_name", "name:zh", "name:zh-Hans")
    names = {part.strip() for key in keys for part in tags.get(key, "").split(";")}
    return names - {"", name, _chinese(tags, name)}


def _is_part(tags: Tags) -> bool:
    return any(tags.get(key) in values for key, values in PART_TAGS.items())


def rings_of(sides: Iterable[Sequence[Place]]) -> tuple[tuple[Place, ...], ...]:
    """Sides joined end to end into rings; what does not close is no outline."""
    loose = [tuple(side) for side in sides if len(side) > 1]
    rings: list[tuple[Place, ...]] = []
    while loose:
        ring = loose.pop()
        while ring[0] != ring[-1]:
            at = next((at for at, side in enumerate(loose) if ring[-1] in (side[0], side[-1])), None)
            if at is None:
                break
            side = loose.pop(at)
            ring += side[1:] if side[0] == ring[-1] else side[-2::-1]
        if ring[0] == ring[-1] and len(ring) > 3:
            rings.append(ring)
    return tuple(rings)


def _middle(line: Sequence[Place]) -> Place:
    """The mean of a shape's corners; near enough for a building."""
    corners = line[:-1] if len(line) > 1 and line[0] == line[-1] else line
    return Place(sum(c.lat for c in corners) / len(corners), sum(c.lon for c in corners) / len(corners))
