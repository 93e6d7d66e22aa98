"""Temporary areas that override plans (2.2): drawn on the map, in force from when to when."""

from collections.abc import Sequence
from typing import Final

from turnout.core.board import Board, SpecialZone, Timer
from turnout.core.catalogue import Catalogue
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.lookups import tables_of
from turnout.core.no import No
from turnout.core.refusals import (
    IdentityTaken,
    OutlineCrosses,
    PlaceNotOnEarth,
    Refusal,
    TimeNotPossible,
    UnknownCode,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.tables.commands import EndZone, OpenZone
from turnout.core.tables.events import ZoneEnded, ZoneOpened
from turnout.core.timers.starting import running, timer_id
from turnout.words.moment import Moment
from turnout.words.place import Place

OUTLINE_MIN: Final = 3
"""Corners of the smallest area."""

OUTLINE_MAX: Final = 200
"""Corners that a person may draw. Each side is held against each other: 20,000 pairs, some hundredths of a second."""

FLAT: Final = 1e-12
"""Twice the area, in square degrees, of what encloses nothing: less than a hand's breadth by a hand's breadth."""


def points_refused(points: tuple[Place, ...]) -> PlaceNotOnEarth | None:
    wrong = next((place for place in points if not place.is_on_earth()), None)
    return None if wrong is None else PlaceNotOnEarth(lat=wrong.lat, lon=wrong.lon)


def until_refused(until: Moment | None, since: Moment) -> TimeNotPossible | None:
    return TimeNotPossible(field="until", at=until) if until is not None and until <= since else None


def ends_timer(subject: str, until: Moment | None, context: Context) -> tuple[Timer, ...]:
    if until is None:
        return ()
    return (Timer(id=timer_id("zone-ends", subject), kind="zone-ends", due=until, started=context.at, subject=subject),)


def open_zone(board: Board, command: OpenZone, context: Context) -> Decision:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    since = context.at if command.since is None else Moment(max(command.since, context.at))
    refusal: Refusal | None = (
        points_refused(command.outline)
        or until_refused(command.until, since)
        or _outline_refused(command.outline)
        or _plan_refused(tables, command.plan_zone)
    )
    if refusal is not None:
        return refusal
    if command.zone_id in board.special_zones or command.zone_id in board.closures:
        return IdentityTaken(kind="zone", value=command.zone_id)
    if not command.name.strip():
        return ValueNotTaken(field="zone_name", value="")
    zone = SpecialZone(
        id=command.zone_id,
        name=command.name,
        outline=command.outline,
        plan_zone=command.plan_zone,
        since=since,
        until=command.until,
        by=context.actor.id,
        planned=since > context.at,
    )
    begins = () if not zone.planned else (_begins_timer(zone, context),)
    return [ZoneOpened(**head(context), zone=zone, starts=(*begins, *ends_timer(zone.id, zone.until, context)))]


def _begins_timer(zone: SpecialZone, context: Context) -> Timer:
    id = timer_id("zone-begins", zone.id)
    return Timer(id=id, kind="zone-begins", due=zone.since, started=context.at, subject=zone.id)


def end_zone(board: Board, command: EndZone, context: Context) -> Decision:
    if command.zone_id not in board.special_zones:
        return UnknownEntry(kind="zone", entry=command.zone_id)
    stops = running(board, [timer_id("zone-begins", command.zone_id), timer_id("zone-ends", command.zone_id)])
    return [ZoneEnded(**head(context), zone=command.zone_id, stops=stops)]


def _plan_refused(tables: Catalogue, plan_zone: str) -> UnknownCode | None:
    """A zone that no table knows would override every plan with none, without a word."""
    known = plan_zone in tables.zones or any(plan_zone in plan.zones for plan in tables.plans)
    return None if known else UnknownCode(kind="zone", value=plan_zone)


def _outline_refused(outline: tuple[Place, ...]) -> Refusal | None:
    if not OUTLINE_MIN <= len(outline) <= OUTLINE_MAX:
        return ValueNotTaken(field="outline", value=len(outline))
    crossing = crossing_sides(outline)
    if crossing is not None:
        return OutlineCrosses(first=crossing[0], second=crossing[1])
    if abs(_twice_the_area(outline)) < FLAT:
        return ValueNotTaken(field="outline", value=0)
    return None


def crossing_sides(outline: Sequence[Place]) -> tuple[int, int] | None:
    """The first two sides that meet where they should not, counted from 1; None where the outline encloses one area.

    Side n runs from corner n to the next. Neighbours share a corner; a side that turns back along its neighbour, a
    corner given twice and a corner that lies on another side all count as crossing.
    """
    sides = [(outline[i], outline[(i + 1) % len(outline)]) for i in range(len(outline))]
    for i, (a, b) in enumerate(sides):
        if a == b:
            return i + 1, (i + 1) % len(sides) + 1
        for j in range(i + 1, len(sides)):
            c, d = sides[j]
            if j == i + 1 or (i == 0 and j == len(sides) - 1):
                if _turns_back(a, b, c, d):
                    return i + 1, j + 1
            elif _meet(a, b, c, d):
                return i + 1, j + 1
    return None


def _turn(a: Place, b: Place, c: Place) -> float:
    """Above 0: from a over b to c is a left turn; below: right; 0: straight on or back."""
    return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon)


def _between(a: Place, b: Place, c: Place) -> bool:
    """Whether c, on the line through a and b, lies between them."""
    return min(a.lon, b.lon) <= c.lon <= max(a.lon, b.lon) and min(a.lat, b.lat) <= c.lat <= max(a.lat, b.lat)


def _meet(a: Place, b: Place, c: Place, d: Place) -> bool:
    """Whether two sides have a point in common."""
    if max(a.lon, b.lon) < min(c.lon, d.lon) or max(c.lon, d.lon) < min(a.lon, b.lon):
        return False
    if max(a.lat, b.lat) < min(c.lat, d.lat) or max(c.lat, d.lat) < min(a.lat, b.lat):
        return False
    of_c, of_d, of_a, of_b = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if of_c * of_d < 0 and of_a * of_b < 0:
        return True
    touches = ((of_c, a, b, c), (of_d, a, b, d), (of_a, c, d, a), (of_b, c, d, b))
    return any(turn == 0 and _between(one, other, point) for turn, one, other, point in touches)


def _turns_back(a: Place, b: Place, c: Place, d: Place) -> bool:
    """Whether two neighbouring sides lie upon each other, beyond the corner that they share."""
    shared, before, after = (b, a, d) if b == c else (a, b, c)
    if _turn(before, shared, after) != 0:
        return False
    along = (before.lon - shared.lon) * (after.lon - shared.lon) + (before.lat - shared.lat) * (after.lat - shared.lat)
    return along > 0


def _twice_the_area(outline: Sequence[Place]) -> float:
    """In square degrees, by the shoelace formula about the first corner."""
    first = outline[0]
    return sum(_turn(first, outline[i], outline[i + 1]) for i in range(1, len(outline) - 1))
