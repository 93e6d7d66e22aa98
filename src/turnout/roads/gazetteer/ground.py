"""What is near a place: street segment, crossing, house, common place; and whether the place is in the city."""

import math

import numpy as np
import numpy.typing as npt
import shapely

from turnout.roads.gazetteer.lines import gap_m, share_of_nearest
from turnout.roads.gazetteer.records import Numbers
from turnout.roads.gazetteer.stored import StoredSegment, Tables, unpack_line
from turnout.words.place import EARTH_RADIUS_M, Place

CITY_MARGIN_M = 500.0
"""So far from any street a place still counts as the city's own: piers, parks and the shore, not the next town."""
CROSSING_NEAR_M = 400.0
"""A crossing farther than this does not help to find a place."""
COMMON_PLACE_NEAR_M = 60.0
"""A common place is named when the click is about on it."""
Floats = npt.NDArray[np.float64]
_M_PER_DEGREE = math.radians(EARTH_RADIUS_M)


class Ground:
    """Segments, crossings and common places as shapes on a plane of metres. Immutable after loading."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        lines = [np.frombuffer(segment.packed_line, dtype="<i4").reshape(-1, 2) / 1e6 for segment in tables.segments]
        points = [(one.place.lat, one.place.lon) for one in tables.houses]
        points += [(one.place.lat, one.place.lon) for one in tables.common_places]
        corners = np.concatenate([*lines, np.array(points, dtype=np.float64).reshape(-1, 2)])
        self.south_west = Place(*corners.min(axis=0).tolist())
        self.north_east = Place(*corners.max(axis=0).tolist())
        self._lat0 = (self.south_west.lat + self.north_east.lat) / 2
        self._lon0 = (self.south_west.lon + self.north_east.lon) / 2
        self._east_m = _M_PER_DEGREE * math.cos(math.radians(self._lat0))
        joined = np.concatenate(lines) if lines else np.zeros((0, 2))
        members = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        self._streets = shapely.STRtree(shapely.linestrings(self._plane(joined), indices=members) if lines else [])
        self._crossings = self._tree_of([one.place for one in tables.crossings])
        self._common_places = self._tree_of([one.place for one in tables.common_places])
        self._houses = self._tree_of([one.place for one in tables.houses])

    def _plane(self, lat_lon: Floats) -> Floats:
        east = (lat_lon[:, 1] - self._lon0) * self._east_m
        return np.stack([east, (lat_lon[:, 0] - self._lat0) * _M_PER_DEGREE], axis=1)

    def _tree_of(self, places: list[Place]) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self._plane(np.array([(p.lat, p.lon) for p in places]).reshape(-1, 2))))

    def _nearest(self, tree: shapely.STRtree, place: Place, within_m: float) -> int | None:
        point = shapely.points(self._plane(np.array([[place.lat, place.lon]])))[0]
        found = tree.query_nearest(point, max_distance=within_m)
        return int(found.min()) if len(found) else None

    def nearest_segment(self, place: Place, within_m: float = CITY_MARGIN_M) -> int | None:
        """The number of the segment whose line is nearest, None when none is near enough."""
        return self._nearest(self._streets, place, within_m)

    def nearest_crossing(self, place: Place) -> int | None:
        return self._nearest(self._crossings, place, CROSSING_NEAR_M)

    def nearest_common_place(self, place: Place) -> int | None:
        return self._nearest(self._common_places, place, COMMON_PLACE_NEAR_M)

    def nearest_house(self, place: Place, within_m: float) -> int | None:
        return self._nearest(self._houses, place, within_m)

    def is_in_city(self, place: Place) -> bool:
        """Within a named part of the city or near enough to one of its streets, houses or places."""
        if not place.is_on_earth():
            return False
        if self._tables.neighbourhoods.find(place) > 0 or self.nearest_segment(place) is not None:
            return True
        if self.nearest_common_place(place) is not None:
            return True
        return self.nearest_house(place, CITY_MARGIN_M) is not None

    def distance_from_city_m(self, place: Place) -> float:
        """Metres to the box around the city's streets, 0 inside of it."""
        lat = min(max(place.lat, self.south_west.lat), self.north_east.lat)
        lon = min(max(place.lon, self.south_west.lon), self.north_east.lon)
        return gap_m(place, Place(lat, lon))


def number_at(segment: StoredSegment, place: Place) -> tuple[int | None, float]:
    """(house number that would be there by the ranges, metres from the street); the side is that of the place."""
    share, away_m, is_left = share_of_nearest(unpack_line(segment.packed_line), place)
    sides = (segment.left, segment.right) if is_left else (segment.right, segment.left)
    side = sides[0] or sides[1]
    return (None if side is None else _number_near(side, share)), away_m


def _number_near(side: Numbers, share: float) -> int:
    number = side.first + round(share * (side.last - side.first))
    if side.holds(number) and number > 0:
        return number
    nearer = number + 1 if number + 1 <= max(side.first, side.last) else number - 1
    return max(nearer, 1)
