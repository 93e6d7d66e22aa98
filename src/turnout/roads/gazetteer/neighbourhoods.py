"""The named parts of a city, and which of them a place lies in."""

from collections.abc import Sequence

from turnout.roads.gazetteer.records import Neighbourhood
from turnout.words.name import Name
from turnout.words.place import Place

Box = tuple[float, float, float, float]


class Neighbourhoods:
    """Parts by number. Number 0 has no name and holds what lies in no other."""

    def __init__(self, parts: Sequence[Neighbourhood]) -> None:
        self.names: list[Name] = [Name("", ""), *(part.name for part in parts)]
        self.aliases: list[tuple[str, ...]] = [(), *(part.aliases for part in parts)]
        self.rings: list[tuple[tuple[Place, ...], ...]] = [(), *(part.rings for part in parts)]
        boxes = [(_box(rings), number) for number, rings in enumerate(self.rings) if any(rings)]
        self._boxes = sorted(boxes, key=lambda one: _area(one[0]))

    def middle_of(self, number: int) -> Place | None:
        """The middle of the box around a part, None for one without an outline."""
        if not any(self.rings[number]):
            return None
        south, west, north, east = _box(self.rings[number])
        return Place((south + north) / 2, (west + east) / 2)

    def find(self, place: Place) -> int:
        """The number of the smallest part that holds the place, 0 for none."""
        for (south, west, north, east), number in self._boxes:
            if south <= place.lat <= north and west <= place.lon <= east and _holds(self.rings[number], place):
                return number
        return 0


def _box(rings: Sequence[Sequence[Place]]) -> Box:
    lats = [place.lat for ring in rings for place in ring]
    lons = [place.lon for ring in rings for place in ring]
    return min(lats), min(lons), max(lats), max(lons)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _holds(rings: Sequence[Sequence[Place]], place: Place) -> bool:
    """The even-odd rule: a ray to the east crosses the rings an odd number of times."""
    inside = False
    for ring in rings:
        before = ring[-1]
        for corner in ring:
            if (corner.lat > place.lat) != (before.lat > place.lat):
                share = (place.lat - before.lat) / (corner.lat - before.lat)
                inside ^= place.lon < before.lon + share * (corner.lon - before.lon)
            before = corner
    return inside
