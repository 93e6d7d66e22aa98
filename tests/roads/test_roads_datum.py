"""Chinese datums to and from WGS 84."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.roads.datum import bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09, wgs84_from_gcj02
from turnout.words.place import Place, distance_m

in_china = st.builds(Place, st.floats(3.0, 53.5), st.floats(73.5, 135.0))
on_earth = st.builds(Place, st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        (Place(31.1774276, 121.5272106), Place(31.17530398364597, 121.531541859215)),
        (Place(22.543847, 113.912316), Place(22.540796131694766, 113.9171764808363)),
        (Place(39.911954, 116.377817), Place(39.91334545536069, 116.38404722455657)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_gcj02_agrees_with_the_points_that_other_implementations_publish(wgs84: Place, gcj02: Place) -> None:
    assert distance_m(gcj02_from_wgs84(wgs84), gcj02) < 1e-3
    assert distance_m(wgs84_from_gcj02(gcj02), wgs84) < 1e-3


def test_bd09_agrees_with_the_point_that_other_implementations_publish() -> None:
    beijing = wgs84_from_gcj02(Place(39.915, 116.404))
    assert distance_m(bd09_from_wgs84(beijing), Place(39.92133699351021, 116.41036949371029)) < 1e-3


@given(in_china)
def test_a_place_in_china_survives_the_way_to_gcj02_and_back(place: Place) -> None:
    assert distance_m(wgs84_from_gcj02(gcj02_from_wgs84(place)), place) < 0.01


@given(in_china)
def test_a_place_in_china_survives_the_way_to_bd09_and_back(place: Place) -> None:
    assert distance_m(wgs84_from_bd09(bd09_from_wgs84(place)), place) < 0.01


@given(in_china)
def test_the_shift_is_some_hundreds_of_metres(place: Place) -> None:
    assert 10.0 < distance_m(gcj02_from_wgs84(place), place) < 1_500.0


@given(on_earth)
def test_any_place_on_earth_has_an_answer(place: Place) -> None:
    for convert in (bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09, wgs84_from_gcj02):
        assert distance_m(convert(place), place) < 5_000.0


@pytest.mark.parametrize("place", [Place(37.7749, -122.4194), Place(47.14, 9.52), Place(-33.9, 151.2)])
def test_outside_china_nothing_is_shifted(place: Place) -> None:
    for convert in (bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09, wgs84_from_gcj02):
        assert convert(place) == place
