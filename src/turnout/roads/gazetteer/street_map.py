"""The streets of a gazetteer in memory: where a house number is, a block, a crossing; what is nearest to none."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from turnout.roads.gazetteer.lines import along, clusters, gap_m, length_m, middle_most
from turnout.roads.gazetteer.records import Numbers
from turnout.roads.gazetteer.stored import StoredSegment, Tables
from turnout.words.place import Place

ONE_CROSSING_M = 80.0
"""Nodes of one pair of streets nearer than this are one crossing: the carriageways of a divided road."""
ONE_ADDRESS_M = 150.0
"""The same house number found twice nearer than this is one house, on two carriageways or two overlapping ranges."""
ONE_BLOCK_M = 500.0
"""Parts of a hundred block nearer than this are one block, with a park or a plaza between them."""


class Spot(msgspec.Struct, frozen=True, gc=False):
    """A place on a street, with what tells it from its namesakes. `segment` is -1 for a single house or a crossing."""

    place: Place
    neighbourhood: int
    postcode: str = ""
    segment: int = -1


class StreetMap:
    """Streets by number. Immutable after loading."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        count = len(tables.streets)
        self._segments_of: list[list[int]] = [[] for _ in range(count)]
        self._houses_of: list[dict[int, list[int]]] = [{} for _ in range(count)]
        self._crossings_of: list[dict[int, list[int]]] = [{} for _ in range(count)]
        for number, segment in enumerate(tables.segments):
            self._segments_of[segment.street].append(number)
        for number, house in enumerate(tables.houses):
            self._houses_of[house.street].setdefault(house.number, []).append(number)
        for number, crossing in enumerate(tables.crossings):
            self._crossings_of[crossing.street_a].setdefault(crossing.street_b, []).append(number)
            self._crossings_of[crossing.street_b].setdefault(crossing.street_a, []).append(number)
        self._extents: dict[int, float] = {}
        self._middles: dict[int, Spot | None] = {}
        most = max((len(segments) for segments in self._segments_of), default=1)
        self.weight = [math.log1p(len(segments)) / math.log1p(max(1, most)) for segments in self._segments_of]

    def name(self, street: int) -> str:
        return self.tables.streets[street].name.en

    def find_number(self, street: int, number: int) -> list[Spot]:
        """Where the house is; several when the number exists in several parts of town, none when it does not."""
        houses = self._houses_of[street].get(number)
        if houses:
            spots = [self._spot_of_house(house) for house in houses]
        else:
            spots = list(self._spots_in_ranges(street, number))
        groups = clusters((spot.place for spot in spots), ONE_ADDRESS_M)
        return [spots[group[0]] for group in groups]

    def _spot_of_house(self, house: int) -> Spot:
        stored = self.tables.houses[house]
        return Spot(stored.place, stored.neighbourhood, stored.postcode)

    def _spots_in_ranges(self, street: int, number: int) -> Iterator[Spot]:
        for at in self._segments_of[street]:
            segment = self.tables.segments[at]
            for side in (segment.left, segment.right):
                if side is not None and side.holds(number):
                    yield self._spot_along(at, _share(side, number))

    def _spot_along(self, at: int, share: float) -> Spot:
        segment = self.tables.segments[at]
        return Spot(along(segment.line(), share), segment.neighbourhood, segment.postcode, at)

    def find_block(self, street: int, hundred: int) -> list[Spot]:
        """The middle of the hundred block: half its length, counted in the order of the numbers."""
        parts = [
            (low, at, begin, end)
            for at in self._segments_of[street]
            for low, begin, end in _overlaps(self.tables.segments[at], hundred, hundred + 99)
        ]
        if not parts:
            return self._block_of_houses(street, hundred)
        parts.sort()
        spots = [self._spot_along(at, (begin + end) / 2) for _, at, begin, end in parts]
        groups = clusters((spot.place for spot in spots), ONE_BLOCK_M)
        return [self._middle([parts[member] for member in sorted(group)]) for group in groups]

    def _middle(self, parts: list[tuple[int, int, float, float]]) -> Spot:
        lengths = [
            max(1.0, abs(end - begin) * length_m(self.tables.segments[at].line())) for _, at, begin, end in parts
        ]
        left = sum(lengths) / 2
        for (_, at, begin, end), length in zip(parts, lengths, strict=True):
            if left <= length:
                return self._spot_along(at, begin + (end - begin) * left / length)
            left -= length
        raise AssertionError("half of a sum lies within the sum")

    def _block_of_houses(self, street: int, hundred: int) -> list[Spot]:
        houses = [house for number, found in self._houses_of[street].items() if number // 100 * 100 == hundred
                  for house in found]  # fmt: skip
        spots = [self._spot_of_house(house) for house in houses]
        groups = clusters((spot.place for spot in spots), ONE_BLOCK_M)
        middles = (middle_most([spots[member].place for member in group]) for group in groups)
        return [next(spot for spot in spots if spot.place == place) for place in middles]

    def number_bounds(self, street: int) -> tuple[int, int] | None:
        """The lowest and highest house number of the street; None when no number of it is known."""
        numbers = [*self._houses_of[street]]
        for at in self._segments_of[street]:
            for side in (self.tables.segments[at].left, self.tables.segments[at].right):
                if side is not None:
                    numbers += [side.first, side.last]
        return (max(1, min(numbers)), max(numbers)) if numbers else None

    def nearest_numbers(self, street: int, number: int) -> list[int]:
        """The nearest numbers that do exist: first the nearer, then that on the other side of the gap."""
        below, above = -1, math.inf
        for first, last in self._stretches(street):
            low, high = min(first, last), max(first, last)
            if low <= number <= high:
                other = number + 1 if number + 1 <= high else number - 1
                return [other] if self.find_number(street, other) else []
            if high < number:
                below = max(below, high)
            if low > number:
                above = min(above, low)
        ends = [end for end in (below, above) if 0 < end < math.inf]
        return sorted((int(end) for end in ends), key=lambda end: abs(end - number))

    def _stretches(self, street: int) -> Iterator[tuple[int, int]]:
        for number in self._houses_of[street]:
            yield number, number
        for at in self._segments_of[street]:
            for side in (self.tables.segments[at].left, self.tables.segments[at].right):
                if side is not None:
                    yield side.first, side.last

    def find_crossings(self, street_a: int, street_b: int) -> list[Spot]:
        """Where the two meet, the carriageways of one crossing taken together."""
        found = [self.tables.crossings[number] for number in self._crossings_of[street_a].get(street_b, ())]
        spots = []
        for group in clusters((one.place for one in found), ONE_CROSSING_M):
            place = middle_most([found[member].place for member in group])
            spots.append(Spot(place, found[group[0]].neighbourhood))
        return spots

    def streets_crossing(self, street: int) -> list[int]:
        """The streets that meet this one."""
        return list(self._crossings_of[street])

    def meet(self, street_a: int, street_b: int) -> bool:
        return street_b in self._crossings_of[street_a]

    def gap_between(self, street_a: int, street_b: int) -> tuple[float, Place] | None:
        """(metres, place on the first street) where two streets that do not meet come nearest to each other."""
        a, b = self._ends_of(street_a), self._ends_of(street_b)
        if not len(a) or not len(b):
            return None
        squeeze = math.cos(math.radians(float(a[0, 0])))
        apart = np.hypot(a[:, None, 0] - b[None, :, 0], (a[:, None, 1] - b[None, :, 1]) * squeeze)
        at_a, at_b = divmod(int(apart.argmin()), len(b))
        place = Place(float(a[at_a, 0]), float(a[at_a, 1]))
        return gap_m(place, Place(float(b[at_b, 0]), float(b[at_b, 1]))), place

    def _ends_of(self, street: int) -> npt.NDArray[np.float64]:
        """Where the street's segments begin and end: rows of latitude and longitude."""
        ends = [place for at in self._segments_of[street] for place in _ends(self.tables.segments[at])]
        return np.array([(place.lat, place.lon) for place in dict.fromkeys(ends)], dtype=np.float64).reshape(-1, 2)

    def nearest_crossing_of(self, street: int, place: Place) -> tuple[int, Spot] | None:
        """The street's crossing nearest to a place, with the other street."""
        near = [
            (gap_m(place, self.tables.crossings[number].place), other, number)
            for other, numbers in self._crossings_of[street].items()
            for number in numbers
        ]
        if not near:
            return None
        _, other, number = min(near)
        crossing = self.tables.crossings[number]
        return other, Spot(crossing.place, crossing.neighbourhood)

    def extent_m(self, street: int) -> float:
        """Metres from one end of the street to the other, as the bird flies."""
        if street not in self._extents:
            self._extents[street] = self._measured_extent_m(street)
        return self._extents[street]

    def _measured_extent_m(self, street: int) -> float:
        ends = self._ends_of(street)
        if not len(ends):
            return 0.0
        (south, west), (north, east) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
        return gap_m(Place(south, west), Place(north, east))

    def middle_of(self, street: int) -> Spot | None:
        """A place on the street near its middle; None for a street without segments or houses."""
        if street not in self._middles:
            self._middles[street] = self._found_middle(street)
        return self._middles[street]

    def _found_middle(self, street: int) -> Spot | None:
        segments = self._segments_of[street]
        if not segments:
            houses = [house for found in self._houses_of[street].values() for house in found]
            return self._spot_of_house(houses[len(houses) // 2]) if houses else None
        places = [_ends(self.tables.segments[at])[0] for at in segments]
        lat, lon = sum(p.lat for p in places) / len(places), sum(p.lon for p in places) / len(places)
        nearest = min(range(len(places)), key=lambda n: gap_m(places[n], Place(lat, lon)))
        return self._spot_along(segments[nearest], 0.5)


def _share(side: Numbers, number: int) -> float:
    return 0.5 if side.first == side.last else (number - side.first) / (side.last - side.first)


def _ends(segment: StoredSegment) -> tuple[Place, Place]:
    line = segment.line()
    return line[0], line[-1]


def _overlaps(segment: StoredSegment, low: int, high: int) -> Iterator[tuple[int, float, float]]:
    """(lowest number, from share, to share) of a segment's part within a range; the longer of both sides decides."""
    best: tuple[int, float, float] | None = None
    for side in (segment.left, segment.right):
        if side is None:
            continue
        first, last = min(side.first, side.last), max(side.first, side.last)
        if first > high or last < low:
            continue
        shares = [_share(side, max(first, low)), _share(side, min(last, high))]
        begin, end = (0.0, 1.0) if first == last else (min(shares), max(shares))
        if best is None or end - begin > best[2] - best[1]:
            best = (max(first, low), begin, end)
    if best is not None:
        yield best
