"""Reverse geocoding: the words that a call-taker or a crew would use for a click on the map."""

from turnout.roads.gazetteer.answers import NOTHING, Described
from turnout.roads.gazetteer.ground import Ground, number_at
from turnout.roads.gazetteer.lines import gap_m
from turnout.roads.gazetteer.stored import Tables
from turnout.words.place import Place
from turnout.words.trouble import NotOurs

ISLAND_M = 50_000.0
"""A place inside the city but far from its streets (an island, the bay) is still told from the nearest street."""
HOUSE_NEAR_M = 40.0
"""Nearer than this a known house is the address; farther away the block is."""


def describe(tables: Tables, ground: Ground, place: Place) -> Described:
    """The words for a place. NotOurs when it is outside the city."""
    if not ground.is_in_city(place):
        raise NotOurs(
            f"{place.lat:.6f}, {place.lon:.6f} is not in {tables.city.name.en}",
            "place",
            "check that latitude comes first, and both signs",
        )
    address, block, street, distance_m = _on_street(tables, ground, place)
    crossing, crossing_distance_m = _crossing(tables, ground, place, street)
    common = ground.nearest_common_place(place)
    return Described(
        place=place,
        address=_house(tables, ground, place) or address,
        block=block,
        street=street,
        distance_m=distance_m,
        crossing=crossing,
        crossing_distance_m=crossing_distance_m,
        neighbourhood=tables.neighbourhoods.names[tables.neighbourhoods.find(place)],
        common_place=NOTHING if common is None else tables.common_places[common].name,
    )


def _on_street(tables: Tables, ground: Ground, place: Place) -> tuple[str, str, str, float]:
    at = ground.nearest_segment(place)
    if at is None:
        at = ground.nearest_segment(place, ISLAND_M)
    if at is None:
        return "", "", "", 0.0
    segment = tables.segments[at]
    street = tables.streets[segment.street].name.en
    number, away_m = number_at(segment, place)
    if number is None:
        return "", "", street, away_m
    return f"{number} {street}", block_text(number, street), street, away_m


def block_text(number: int, street: str) -> str:
    """`400 block of Ellis St`, as dispatch records and crews say it in both languages."""
    return f"{number // 100 * 100} block of {street}"


def _house(tables: Tables, ground: Ground, place: Place) -> str:
    at = ground.nearest_house(place, HOUSE_NEAR_M)
    if at is None:
        return ""
    house = tables.houses[at]
    return f"{house.number} {tables.streets[house.street].name.en}"


def _crossing(tables: Tables, ground: Ground, place: Place, street: str) -> tuple[str, float]:
    """The nearest crossing and how far it is; the street that the place is on comes first."""
    at = ground.nearest_crossing(place)
    if at is None:
        return "", 0.0
    crossing = tables.crossings[at]
    names = [tables.streets[crossing.street_a].name.en, tables.streets[crossing.street_b].name.en]
    names.sort(key=lambda name: name != street)
    return crossing_text(*names), gap_m(place, crossing.place)


def crossing_text(street_a: str, street_b: str) -> str:
    """`16th St & Mission St`."""
    return f"{street_a} & {street_b}"
