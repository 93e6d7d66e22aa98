"""Opening the San Francisco that ships, and finding which zones a place lies in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.city.check import check_city
from turnout.city.folder import City, load_city, shipped_city
from turnout.city.zone_index import ZoneIndex
from turnout.core.board import STAGES
from turnout.core.catalogue import Zone
from turnout.words.identity import ZoneId
from turnout.words.name import Name
from turnout.words.place import Place

FERRY_BUILDING = Place(37.7955, -122.3937)
CITY_HALL = Place(37.7793, -122.4193)
OAKLAND = Place(37.8044, -122.2712)


@pytest.fixture(scope="module")
def san_francisco() -> City:
    return load_city(shipped_city("san-francisco"))


def test_the_shipped_city_passes_its_check_without_a_word() -> None:
    assert [problem.spoken("en") for problem in check_city(shipped_city("san-francisco"))] == []


def test_the_shipped_city_has_the_fleet_of_the_real_week(san_francisco: City) -> None:
    units = san_francisco.catalogue.units.values()
    seen = [unit for unit in units if unit.agency in ("FIRE", "EMS")]
    assert len(seen) == 178
    assert san_francisco.catalogue.units["E07"].station == "ST07"
    assert {unit.kind for unit in seen} == {
        "engine", "truck", "medic", "private", "chief", "rescue-captain", "rescue-squad", "support", "investigation",
        "airport",
    }  # fmt: skip


def test_every_call_type_of_the_real_week_is_one_of_ours(san_francisco: City) -> None:
    known = san_francisco.catalogue.types
    assert san_francisco.type_of_call("Structure Fire", "3", engines=3) == "SF"
    assert san_francisco.type_of_call("Structure Fire", "3", engines=1) == "SFI"
    assert san_francisco.type_of_call("Medical Incident", "3") == "MED"
    assert san_francisco.type_of_call("Medical Incident", "2") == "MED2"
    assert san_francisco.type_of_call("Alien landing") is None
    assert all(kind.type in known for kind in san_francisco.call_kinds)


def test_the_files_that_others_open_are_all_there(san_francisco: City) -> None:
    artefacts = san_francisco.artefacts
    assert artefacts.roads
    assert artefacts.tiles
    assert artefacts.gazetteer
    assert artefacts.week
    folder = san_francisco.folder
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 15 * 2**20, "the folder ships with the program"


def test_a_place_lies_in_one_zone_of_each_kind(san_francisco: City) -> None:
    assert san_francisco.zones_at(CITY_HALL) == {
        "first-due": "FD36",
        "beat": "BEAT-J",
        "neighbourhood": "NB-CIVICCENTER",
    }


def test_a_pier_belongs_to_the_shore_beside_it(san_francisco: City) -> None:
    out_on_the_water = Place(37.8000, -122.3955)
    assert san_francisco.contains(out_on_the_water)
    assert "first-due" in san_francisco.zones_at(out_on_the_water)


def test_another_city_is_not_this_one(san_francisco: City) -> None:
    assert not san_francisco.contains(OAKLAND)
    assert san_francisco.zones_at(OAKLAND) == {}


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_no_coordinates_at_all_confuse_the_index(lat: float, lon: float) -> None:
    index = ZoneIndex((), ())
    assert index.at(Place(lat, lon)) == {}


@given(st.floats(37.71, 37.80), st.floats(-122.50, -122.39))
def test_the_same_place_always_lies_in_the_same_zones(lat: float, lon: float) -> None:
    city = opened()
    assert city.zones_at(Place(lat, lon)) == city.zones_at(Place(lat, lon))
    assert set(city.zones_at(Place(lat, lon))) <= {"first-due", "beat", "neighbourhood"}


OPENED: list[City] = []


def opened() -> City:
    if not OPENED:
        OPENED.append(load_city(shipped_city("san-francisco")))
    return OPENED[0]


def test_the_smaller_of_two_zones_of_a_kind_wins(small_city: Path) -> None:
    city = load_city(small_city)
    whole = Zone(ZoneId("WHOLE"), Name("Whole", "全"), "first-due")
    zones = (whole, *city.zones.zones)
    outlines = (city.boundary.outline, *city.zones.outlines)
    assert ZoneIndex(zones, outlines).at(Place(47.001, 9.0062))["first-due"] == "FD-FS3"


def test_the_version_changes_with_the_content_and_only_then(small_city: Path) -> None:
    before = load_city(small_city).catalogue.version
    assert load_city(small_city).catalogue.version == before
    path = small_city / "standards.csv"
    path.write_text(path.read_text().replace("acknowledge,,0,30", "acknowledge,,0,45"))
    assert load_city(small_city).catalogue.version != before


def test_every_stage_of_a_crew_has_a_word(san_francisco: City) -> None:
    assert {status.stage for status in san_francisco.catalogue.statuses} == set(STAGES)


def test_levels_of_a_plan_add_up_under_one_name(san_francisco: City) -> None:
    plans = [plan for plan in san_francisco.catalogue.plans if plan.id.split("/")[0] == "structure-fire"]
    assert [(plan.id, plan.alarm_level) for plan in plans] == [
        ("structure-fire", 1),
        ("structure-fire/2", 2),
        ("structure-fire/3", 3),
        ("structure-fire/4", 4),
    ]
    first = {need.capability: need.count for need in plans[0].needs}
    assert first == {"engine": 3, "truck": 2, "rescue": 1, "battalion-chief": 2, "division-chief": 1}
    assert plans[0].mutual_aid == ("NCF",)


def test_hours_of_a_plan_are_minutes_of_the_local_day(san_francisco: City) -> None:
    peak = next(plan for plan in san_francisco.catalogue.plans if plan.id == "police-traffic-peak")
    assert [(window.from_min, window.to_min) for window in peak.hours] == [(420, 600), (930, 1140)]


def test_the_map_says_whose_data_it_shows(san_francisco: City) -> None:
    assert any("DataSF" in credit.en and "public domain" in credit.en for credit in san_francisco.map_credit())
