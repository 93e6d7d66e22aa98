"""Deriving San Francisco: areas learned from calls, homes inferred from runs."""

from pathlib import Path

import numpy as np
import pytest

from turnout.city.areas import learn_handicaps_s, settle_enclaves
from turnout.city.folder import load_city, shipped_city
from turnout.city.recipes.san_francisco.fleet import UnitFact, fire_and_ems_units, kind_of, police_units
from turnout.city.recipes.san_francisco.source import Facility, Response, read_responses
from turnout.city.recipes.san_francisco.stations import StationLine, fire_stations
from turnout.words.name import Name
from turnout.words.place import Place, distance_m
from turnout.words.trouble import Malformed

NORTH, SOUTH = Place(37.80, -122.42), Place(37.72, -122.42)
HOUSES = [
    StationLine("ST01", "FIRE", Name("Fire Station 1", "第1消防站"), NORTH, ""),
    StationLine("ST02", "FIRE", Name("Fire Station 2", "第2消防站"), SOUTH, ""),
]


def a_run(unit: str, unit_type: str, lat: float, travel_s: float | None = None, als: bool = False) -> Response:
    return Response("c", unit, unit_type, als, "Alarms", "02", "B01", Place(lat, -122.42), travel_s)


def test_a_handicap_is_learned_where_the_nearest_station_is_not_the_one_that_answers() -> None:
    times_s = np.array([[100.0, 200.0, 300.0], [300.0, 190.0, 100.0]])
    calls, answered = np.array([0, 1, 1, 2]), np.array([0, 0, 0, 1])
    handicap_s = learn_handicaps_s(times_s, calls, answered)
    assert np.argmin(times_s[:, calls] + handicap_s[:, None], axis=0).tolist() == [0, 0, 0, 1]


def test_learning_never_ends_worse_than_the_nearest_station() -> None:
    chance = np.random.default_rng(7)
    times_s = chance.uniform(60, 600, (5, 200))
    answered = chance.integers(0, 5, 200)
    calls = np.arange(200)
    plain = np.mean(np.argmin(times_s, axis=0) == answered)
    learned = np.mean(np.argmin(times_s + learn_handicaps_s(times_s, calls, answered)[:, None], axis=0) == answered)
    assert learned >= plain


def test_a_handful_of_junctions_inside_anothers_area_is_given_to_it() -> None:
    points = np.array([[x, y] for x in range(10) for y in range(10)], dtype=np.float64)
    owner = np.zeros(100, dtype=np.int64)
    owner[55] = 1
    owner[:30] = 2
    settled = settle_enclaves(points, owner)
    assert settled[55] == 0
    assert (settled[:30] == 2).all()


def test_an_engine_lives_where_its_call_sign_says() -> None:
    units = fire_and_ems_units([a_run("E02", "ENGINE", 37.80, als=True)], HOUSES, {})
    assert [(unit.station, unit.capabilities, unit.agency) for unit in units] == [("ST02", ("als",), "FIRE")]


def test_a_chief_lives_where_distance_explains_the_travel_times() -> None:
    runs = [a_run("B01", "CHIEF", SOUTH.lat + n * 0.005, 60.0 + n * 30) for n in range(10)]
    assert fire_and_ems_units(runs, HOUSES, {})[0].station == "ST02"


def test_an_ambulance_stands_by_near_its_short_urgent_runs() -> None:
    runs = [a_run("55", "MEDIC", 37.80, 120.0), a_run("55", "MEDIC", 37.72, 900.0), a_run("55", "MEDIC", 37.72, 950.0)]
    ambulance = fire_and_ems_units(runs, HOUSES, {})[0]
    assert (ambulance.station, ambulance.agency, ambulance.aliases) == ("ST01", "EMS", "M55")


def test_no_more_than_two_ambulances_stand_by_at_one_station() -> None:
    runs = [a_run(str(50 + n), "MEDIC", 37.80, 120.0) for n in range(4)]
    homes = [unit.station for unit in fire_and_ems_units(runs, HOUSES, {})]
    assert sorted(homes) == ["ST01", "ST01", "ST02", "ST02"]


def test_what_is_known_of_a_unit_wins_over_what_the_week_suggests() -> None:
    facts = {"FB3": UnitFact("FB3", "ST01", "fireboat", "")}
    unit = fire_and_ems_units([a_run("FB3", "SUPPORT", 37.72)], HOUSES, facts)[0]
    assert (unit.kind, unit.station, unit.capabilities) == ("support", "ST01", ("fireboat",))


def test_kinds_are_the_unit_types_of_the_citys_records() -> None:
    assert kind_of("RESCUE CAPTAIN") == "rescue-captain"


def test_every_police_district_has_patrols_and_a_sergeant() -> None:
    units = police_units()
    assert len({unit.id for unit in units}) == len(units)
    assert sum(unit.kind == "patrol" for unit in units) == 60
    assert sum(unit.kind == "patrol-sergeant" for unit in units) == 10


def test_a_list_of_facilities_that_was_cut_short_is_refused() -> None:
    with pytest.raises(Malformed, match="1 fire stations"):
        fire_stations([Facility("Fire Station #7", "", "Fire Department", NORTH)])


def test_municipal_files_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="sffd_calls"):
        read_responses(tmp_path)


def test_stations_of_the_shipped_city_lie_in_the_areas_that_they_answer_for_first() -> None:
    city = load_city(shipped_city("san-francisco"))
    houses = [station for station in city.catalogue.stations.values() if station.agency == "FIRE"]
    at_home = [city.zones_at(house.place).get("first-due") == f"FD{house.id[2:]}" for house in houses]
    assert sum(at_home) >= len(at_home) - 1


def test_hospitals_of_the_shipped_city_lie_where_the_gazetteer_has_them() -> None:
    city = load_city(shipped_city("san-francisco"))
    general = city.catalogue.hospitals["ZSFG"]
    assert distance_m(general.place, Place(37.7555, -122.4063)) < 100


def test_an_island_belongs_to_its_own_station_and_not_to_the_one_across_the_bridge() -> None:
    city = load_city(shipped_city("san-francisco"))
    assert city.zones_at(Place(37.8085, -122.3685))["first-due"] == "FD48"


def test_every_fire_station_of_the_shipped_city_has_an_ambulance_post_and_its_own_where_one_stands_there() -> None:
    catalogue = load_city(shipped_city("san-francisco")).catalogue
    posts = {unit.station for unit in catalogue.units.values() if unit.kind == "medic" and unit.agency == "EMS"}
    first_due = [zone for zone in catalogue.zones.values() if zone.kind == "first-due"]
    assert {zone.stations["ems"] for zone in first_due} <= posts
    assert all(zone.stations["ems"] == zone.station for zone in first_due if zone.station in posts)
