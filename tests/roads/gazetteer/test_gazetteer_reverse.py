"""A click on the map, in words."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.roads.gazetteer import Gazetteer, Verified
from turnout.words.place import Place, distance_m
from turnout.words.trouble import NotOurs


def test_a_click_beside_a_street_is_told_by_address_block_crossing_and_neighbourhood(gazetteer: Gazetteer) -> None:
    described = gazetteer.reverse(Place(37.70205, -122.4955))
    assert described.street == "Mission St"
    assert described.block == "300 block of Mission St"
    assert described.address == "325 Mission St"
    assert described.distance_m == pytest.approx(5.6, abs=0.2)
    assert described.crossing == "Mission St & 5th St"
    assert described.crossing_distance_m == pytest.approx(44, abs=2)
    assert (described.neighbourhood.en, described.neighbourhood.zh) == ("Downtown", "市中心")


def test_the_other_side_of_the_street_has_the_even_numbers(gazetteer: Gazetteer) -> None:
    assert gazetteer.reverse(Place(37.70195, -122.4955)).address == "324 Mission St"


def test_a_known_house_is_named_by_its_own_number(gazetteer: Gazetteer) -> None:
    assert gazetteer.reverse(Place(37.7305, -122.4999)).address == "777 Island Rd"


def test_a_click_on_a_common_place_names_it(gazetteer: Gazetteer) -> None:
    assert gazetteer.reverse(Place(37.7061, -122.494)).common_place.zh == "总医院"


@pytest.mark.parametrize(
    "place",
    [Place(0.0, 0.0), Place(-122.49, 37.7), Place(48.85, 2.35), Place(91.0, 10.0), Place(float("nan"), 1.0)],
    ids=str,
)
def test_a_place_outside_the_city_is_not_ours(gazetteer: Gazetteer, place: Place) -> None:
    assert not gazetteer.is_in_city(place)
    with pytest.raises(NotOurs, match="not in Riverside"):
        gazetteer.reverse(place)


def test_the_water_off_the_shore_is_still_the_citys(gazetteer: Gazetteer) -> None:
    assert gazetteer.is_in_city(Place(37.7, -122.5045))
    assert gazetteer.reverse(Place(37.7, -122.5045)).distance_m == pytest.approx(396, abs=5)


@settings(max_examples=200, deadline=None)
@given(st.floats(37.7, 37.7118), st.floats(-122.5, -122.4862))
def test_the_address_of_a_click_is_found_again_about_where_the_click_was(
    gazetteer: Gazetteer, lat: float, lon: float
) -> None:
    described = gazetteer.reverse(Place(lat, lon))
    verdict = gazetteer.verify(described.address)
    assert isinstance(verdict, Verified)
    assert distance_m(verdict.place, Place(lat, lon)) <= described.distance_m + 6.0


def test_what_a_place_is_near_is_told_before_names_can_be_found(riverside_file: Path) -> None:
    """A start does not wait for the names: the first incident has its crossing all the same."""
    fresh = Gazetteer.load(riverside_file)
    place = Place(37.70205, -122.4955)
    described = fresh.reverse(place)
    assert "_street_names" not in vars(fresh._search)
    fresh.prepare()
    assert "_street_names" in vars(fresh._search)
    assert fresh.reverse(place) == described
