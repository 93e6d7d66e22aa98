"""The places from which people really called, on the streets that the city's file knows."""

from turnout.city.folder import load_city, shipped_city
from turnout.city.simulated.week import read_week
from turnout.operating import SHIPPED
from turnout.recommend import PlaceSpots
from turnout.roads import Roads
from turnout.words.place import Place


def test_every_call_from_inside_the_city_lies_near_enough_to_a_road_to_be_driven_to():
    city = load_city(shipped_city(SHIPPED))
    artefacts = city.artefacts
    assert artefacts.roads is not None
    assert artefacts.week is not None
    spots = PlaceSpots(Roads.load(artefacts.roads))
    inside = [call for call in read_week(artefacts.week) if city.boundary.contains(call.place)]
    assert len(inside) > 3_500
    assert [call.address for call in inside if spots.of(call.place) is None] == []
    assert spots.of(Place(37.80, -123.2)) is None, "the open ocean is no place to drive to"
