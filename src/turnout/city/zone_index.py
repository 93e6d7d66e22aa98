"""Which zones, and which city, a place lies in (1.15). Outlines are WGS 84; a tree of them answers in microseconds."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from turnout.core.catalogue import Zone
from turnout.words.identity import ZoneId
from turnout.words.place import Place

SLIVER_DEG: Final = 0.003
"""About 300 m. A pier, or a sliver between two outlines, belongs to the nearest zone of its kind within this."""


class ZoneIndex:
    """The outlines of all zones in a tree. Where two zones of one kind and agency overlap, the smaller one wins."""

    def __init__(self, zones: tuple[Zone, ...], outlines: tuple[BaseGeometry, ...]) -> None:
        order = sorted(range(len(zones)), key=lambda n: (outlines[n].area, zones[n].id))
        self.zones = tuple(zones[n] for n in order)
        self.outlines = tuple(outlines[n] for n in order)
        self._tree = shapely.STRtree(list(self.outlines))
        shapely.prepare(list(self.outlines))

    def at(self, place: Place) -> dict[str, ZoneId]:
        """Kind of zone → the zone that the place lies in, or the nearest within `SLIVER_DEG`."""
        if not place.is_on_earth():
            return {}
        point = shapely.Point(place.lon, place.lat)
        found: dict[str, ZoneId] = {}
        for n in np.sort(self._tree.query(point, predicate="intersects")):
            found.setdefault(self.zones[n].kind, self.zones[n].id)
        near = self._tree.query(point, predicate="dwithin", distance=SLIVER_DEG)
        for n in sorted(near, key=lambda n: self.outlines[n].distance(point)):
            if self.zones[n].kind != "special":
                found.setdefault(self.zones[n].kind, self.zones[n].id)
        return found

    def outline(self, zone: ZoneId) -> BaseGeometry:
        """The zone's outline. Raises KeyError for a zone that is not there."""
        for each, outline in zip(self.zones, self.outlines, strict=True):
            if each.id == zone:
                return outline
        raise KeyError(zone)


class Boundary:
    """The city's own area, a little beyond the shore so that piers and bridges are in it."""

    def __init__(self, outline: BaseGeometry) -> None:
        self.outline = outline
        shapely.prepare(outline)

    def contains(self, place: Place) -> bool:
        return place.is_on_earth() and bool(shapely.intersects_xy(self.outline, place.lon, place.lat))

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = self.outline.bounds
        return west, south, east, north
