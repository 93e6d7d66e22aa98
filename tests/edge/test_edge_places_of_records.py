"""In which zones it is looked for what was near a place: in each that is met within the radius."""

import asyncio
import math
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from turnout.edge.places_of_records import AT_ONCE, PlacesOfRecords, Whereabouts, no_zones
from turnout.records.incidents import Asked, IncidentRecords, coarse_zone
from turnout.words.place import EARTH_RADIUS_M, Place, distance_m

CENTRE = Place(37.76, -122.43)
METRE_LAT = math.degrees(1 / EARTH_RADIUS_M)
METRE_LON = METRE_LAT / math.cos(math.radians(CENTRE.lat))


def away(east_m: float, north_m: float) -> Place:
    return Place(CENTRE.lat + north_m * METRE_LAT, CENTRE.lon + east_m * METRE_LON)


@given(angle=st.floats(0, 2 * math.pi), within_m=st.integers(1, 2_000), out=st.floats(0.01, 0.99), cut=st.floats(0, 1))
@example(angle=0.0, within_m=60, out=0.99, cut=0.98)
@example(angle=math.pi / 4, within_m=600, out=0.99, cut=0.98)
def test_whatever_is_within_the_radius_is_in_one_of_the_zones(
    angle: float, within_m: int, out: float, cut: float
) -> None:
    """There is something beyond a straight border, which cuts the way to it."""
    east, north, far_m = math.cos(angle), math.sin(angle), out * within_m

    def zones_at(place: Place) -> dict[str, str]:
        along_m = (place.lon - CENTRE.lon) / METRE_LON * east + (place.lat - CENTRE.lat) / METRE_LAT * north
        return {"beat": "near" if along_m < cut * far_m else "beyond"}

    there = away(far_m * east, far_m * north)
    assert distance_m(CENTRE, there) <= within_m
    places = PlacesOfRecords(IncidentRecords(Path(":memory:")), None, zones_at)
    assert coarse_zone(zones_at(there)) in places.zones_near(CENTRE, within_m)


def test_in_a_city_without_zones_everything_is_looked_through() -> None:
    assert PlacesOfRecords(IncidentRecords(Path(":memory:")), None, no_zones).zones_near(CENTRE, 60) == frozenset()


async def test_two_search_at_once_and_the_others_wait() -> None:
    under_way, seen = 0, list[int]()

    class Counted(PlacesOfRecords):
        async def _search(self, asked: Asked, where: Whereabouts) -> list[str]:
            nonlocal under_way
            under_way += 1
            seen.append(under_way)
            await asyncio.sleep(0.01)
            under_way -= 1
            return [where.text]

    places = Counted(IncidentRecords(Path(":memory:")), None, no_zones)
    found = await asyncio.gather(*(places.search(Asked(), Whereabouts(text=f"{n}")) for n in range(6)))
    assert found == [[f"{n}"] for n in range(6)]
    assert max(seen) == AT_ONCE
