"""Incidents that a new report may belong to (1.6): near in place and time. Pure; the call-taker's screen asks it."""

import math
from collections.abc import Callable
from typing import NamedTuple

from turnout.core.board import Board, Incident, Location
from turnout.core.location import FindPlace, no_place, place_of
from turnout.words.moment import SECOND_MS, Moment
from turnout.words.place import EARTH_RADIUS_M, Place, distance_m

RADIUS_M = 150
"""Where the type has not been told yet: about a city block."""

WINDOW_S = 3_600
"""Likewise: an hour."""


NEAR_MAX = 20
"""Of these, as many as an incident's record names. Nobody reads more, and the likeliest come first."""


class Near(NamedTuple):
    incident: Incident
    distance_m: float
    """0 where only the text of the place agrees."""
    same_type: bool


def near_incidents(
    board: Board,
    location: Location,
    type_code: str,
    at: Moment,
    find: FindPlace = no_place,
    show: Callable[[str], str] = str,
) -> list[Near]:
    """Open incidents near `location`, of any type (callers describe one fire in many ways), likeliest first.

    Radius and window are those of the reported type. Without a place on the map, the same text counts as near. What is
    sealed is opened by `find` and `show`; what is erased is near nothing.
    """
    tables = board.catalogue
    kind = tables.types.get(type_code) if tables is not None else None
    radius_m = kind.duplicate_radius_m if kind is not None else RADIUS_M
    since = at - (kind.duplicate_window_s if kind is not None else WINDOW_S) * SECOND_MS
    text = location.text.casefold().strip()
    place = place_of(location, find)
    half = _half_box(place, radius_m) if place is not None else (0.0, 0.0)
    found: list[Near] = []
    for incident in board.incidents.values():
        if incident.opened < since or incident.status == "closed":
            continue
        other = incident.location.place
        if isinstance(other, str):  # `place_of`, in the one loop that goes through all that is open
            other = find(other)
        if place is None or other is None:
            if text and show(incident.location.text).casefold().strip() == text:
                found.append(Near(incident, 0.0, incident.type == type_code))
        elif abs(other.lat - place.lat) <= half[0] and abs(other.lon - place.lon) <= half[1]:
            apart_m = distance_m(place, other)
            if apart_m <= radius_m:
                found.append(Near(incident, apart_m, incident.type == type_code))
    return sorted(found, key=lambda near: (not near.same_type, near.distance_m, near.incident.opened))


def _half_box(place: Place, radius_m: float) -> tuple[float, float]:
    """Half height and width, in degrees, of a box that holds the circle: a cheap first sieve."""
    lat = math.degrees(radius_m / EARTH_RADIUS_M)
    return lat, lat / max(math.cos(math.radians(place.lat)), 0.01)
