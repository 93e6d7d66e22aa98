"""Understanding the places in a command before the rules see it (1.8, 1.9, 1.15).

Whoever typed only a text gets its place from the gazetteer, or is asked which one is meant; whoever sent a place gets
its crossing and neighbourhood. Places that cannot be meant are refused with what is wrong with them. A forced location
passes unchecked and stays marked. Zones come last, on the desk's own board: one may have been opened just now.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import msgspec
import shapely

from turnout.core.board import Board, Location, SpecialZone
from turnout.core.calls.commands import OpenFromAlarm
from turnout.core.commands import Command
from turnout.core.texts import opened_row
from turnout.edge.refusals import (
    AmbiguousPlace,
    ContradictoryPlace,
    OfferedPlace,
    OutsideCity,
    PlaceRefusal,
    PlaceTooLong,
    PlaceZero,
    SwappedAxes,
    UnknownPlace,
)
from turnout.roads.gazetteer.answers import (
    Ambiguous,
    Contradictory,
    Described,
    OutOfCity,
    Suggestion,
    Unknown,
    Verdict,
    Verified,
)
from turnout.words.identity import CallId
from turnout.words.name import Name
from turnout.words.place import Place, distance_m
from turnout.words.trouble import Malformed, NotOurs

OFFERED_MAX: Final = 8
"""Candidates in a refusal: what a person can choose from at a glance."""

SAME_PLACE_M: Final = 150.0
"""A text and a place that were sent together mean the same if the gazetteer puts the text this near: about a block."""

ZERO_DEGREES: Final = 0.01

PLACE_CHARS_MAX: Final = 500
"""Of each text of a location, as long as a line (core/limits.py): two addresses and how to get in."""

TEXT_SAID_MAX: Final = 200
"""Of a text that is too long to be a place: enough to recognise it in the refusal."""


class Gazetteer(Protocol):
    def verify(self, text: str) -> Verdict: ...
    def reverse(self, place: Place) -> Described: ...


class CityGround(Protocol):
    """The city as far as places need it."""

    def zones_at(self, place: Place) -> Mapping[str, str]: ...
    def contains(self, place: Place) -> bool: ...


class Locator:
    """One per process. The gazetteer is read in a thread: milliseconds that the loop does not stand still for."""

    def __init__(
        self, city: CityGround, bounds: tuple[float, float, float, float], gazetteer: Gazetteer | None
    ) -> None:
        self._city, self._bounds, self._gazetteer = city, bounds, gazetteer

    def use(self, city: CityGround, bounds: tuple[float, float, float, float], gazetteer: Gazetteer) -> None:
        """Other outlines and another gazetteer, from the next place on (7.6)."""
        self._city, self._bounds, self._gazetteer = city, bounds, gazetteer

    async def understand(self, command: Command) -> Command | PlaceRefusal:
        """The command with its place filled in, or why it cannot be."""
        place = getattr(command, "place", None)
        if isinstance(place, Place):
            refusal = self.refuse(place)
            if refusal is not None:
                return refusal
        location = getattr(command, "location", None)
        if not isinstance(location, Location):
            return command
        long = _too_long(location)
        if long is not None:
            return long
        understood = await self.locate(location)
        if not isinstance(understood, Location):
            return understood
        return _at(command, understood)

    async def locate(self, location: Location) -> Location | PlaceRefusal:
        place = location.place
        if isinstance(place, str):  # by no door of ours: `find_unstorable` says so
            return location
        if place is not None:
            refusal = self.refuse(place)
            return refusal if refusal is not None else await asyncio.to_thread(self._described, location, place)
        if location.kind == "forced":
            return location
        return await asyncio.to_thread(self._verified, location)

    def refuse(self, place: Place) -> PlaceRefusal | None:
        """What is wrong with a place by itself, or None."""
        if abs(place.lat) < ZERO_DEGREES and abs(place.lon) < ZERO_DEGREES:
            return PlaceZero(lat=place.lat, lon=place.lon)
        if self._city.contains(place):
            return None
        if self._city.contains(Place(place.lon, place.lat)):
            return SwappedAxes(lat=place.lat, lon=place.lon)
        return OutsideCity(lat=place.lat, lon=place.lon, km=self._km_outside(place))

    def with_zones(self, command: Command, board: Board, show: Callable[[str], str] = str) -> Command:
        """For the desk: the command's location with the zones of its place, the city's and those just opened. `show`
        opens that of an alarm's call."""
        location = getattr(command, "location", None)
        if isinstance(command, OpenFromAlarm) and location is None:
            call = board.calls.get(CallId(command.call_id))
            location = opened_row(call.location, show) if call is not None else None
        return _at(command, self.zoned(location, board)) if isinstance(location, Location) else command

    def zoned(self, location: Location, board: Board) -> Location:
        """The location with the zones of its place."""
        if not isinstance(location.place, Place):
            return location
        zones: dict[str, str] = dict(self._city.zones_at(location.place))
        for zone in board.special_zones.values():
            if not zone.planned and encloses(zone, location.place):
                zones["special"] = zone.plan_zone
        return msgspec.structs.replace(location, zones=zones)

    def zones_at(self, place: Place) -> Mapping[str, str]:
        """The city's own zones of a place."""
        return self._city.zones_at(place)

    def _km_outside(self, place: Place) -> int:
        west, south, east, north = self._bounds
        if not place.is_on_earth():
            return 0
        nearest = Place(min(max(place.lat, south), north), min(max(place.lon, west), east))
        return round(distance_m(place, nearest) / 1000.0)

    def _described(self, location: Location, place: Place) -> Location:
        """With crossing and neighbourhood where the sender left them out; verified where the text means this place."""
        if self._gazetteer is None:
            return location
        if not (location.crossing and location.neighbourhood and location.text):
            described = self._words_for(place)
            text = location.text or described.address or described.crossing or described.street
            location = msgspec.structs.replace(
                location,
                text=text or f"{place.lat:.5f}, {place.lon:.5f}",
                crossing=location.crossing or described.crossing,
                neighbourhood=location.neighbourhood or described.neighbourhood.en,
            )
        if location.verified or location.kind == "forced":
            return location
        return msgspec.structs.replace(location, verified=self._means(location.text, place, location.kind))

    def _words_for(self, place: Place) -> Described:
        """Nothing is said of a place at the city's edge that the gazetteer does not reach."""
        assert self._gazetteer is not None
        try:
            return self._gazetteer.reverse(place)
        except NotOurs:
            return Described(place, "", "", "", 0.0, "", 0.0, Name("", ""), Name("", ""))

    def _means(self, text: str, place: Place, kind: str) -> bool:
        """Whether the text, by the gazetteer, is at the place. A point picked on the map is what it is."""
        if kind == "coordinate":
            return True
        assert self._gazetteer is not None
        try:
            verdict = self._gazetteer.verify(text)
        except Malformed:
            return False
        return isinstance(verdict, Verified) and distance_m(verdict.place, place) <= SAME_PLACE_M

    def _verified(self, location: Location) -> Location | PlaceRefusal:
        """A place for a text alone."""
        if self._gazetteer is None:
            return UnknownPlace(text=location.text)
        try:
            verdict = self._gazetteer.verify(location.text)
        except Malformed:
            return UnknownPlace(text=location.text[:TEXT_SAID_MAX])
        match verdict:
            case Verified(candidate=found):
                known = msgspec.structs.replace(
                    location, text=found.complete or found.text, place=found.place, kind=found.kind, verified=True
                )
                return self._described(known, found.place)
            case Ambiguous(candidates=candidates):
                return AmbiguousPlace(text=location.text, candidates=_offers(candidates))
            case Unknown(nearest=nearest):
                return UnknownPlace(text=location.text, nearest=_offers(nearest))
            case Contradictory(reason="axes_swapped", fields=fields):
                return SwappedAxes(lat=float(fields.get("lat", 0.0)), lon=float(fields.get("lon", 0.0)))
            case Contradictory(reason=reason, fields=fields, offers=offers):
                return ContradictoryPlace(text=location.text, reason=reason, facts=fields, offers=_offers(offers))
            case OutOfCity(place=place, distance_m=metres):
                return OutsideCity(lat=place.lat, lon=place.lon, km=round(metres / 1000.0))


def _too_long(location: Location) -> PlaceTooLong | None:
    for field in ("text", "crossing", "neighbourhood", "floor", "detail"):
        length = len(getattr(location, field))
        if length > PLACE_CHARS_MAX:
            return PlaceTooLong(field=field, length=length, most=PLACE_CHARS_MAX)
    return None


def _at(command: Command, location: Location) -> Command:
    """The same command at another location. Its kind is known to have one."""
    changed: Command = msgspec.structs.replace(command, location=location)
    return changed


def encloses(zone: SpecialZone, place: Place) -> bool:
    """Whether the place lies in the outline. Fewer than three points enclose nothing."""
    if len(zone.outline) < 3:
        return False
    ring = shapely.Polygon([(point.lon, point.lat) for point in zone.outline])
    return bool(shapely.intersects_xy(ring, place.lon, place.lat))


def _offers(suggestions: tuple[Suggestion, ...]) -> tuple[OfferedPlace, ...]:
    return tuple(
        OfferedPlace(one.complete or one.text, one.place.lat, one.place.lon, one.distinguishes.en)
        for one in suggestions[:OFFERED_MAX]
    )
