"""What OpenStreetMap's tags say to a crew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.roads.graph import ROAD_CLASSES
from turnout.roads.ways import (
    CLASS_SPEED_KMH,
    TurnRule,
    WayRule,
    bars_vehicles,
    posted_kmh,
    tidy,
    turn_rule,
    way_rule,
)
from turnout.words.name import Name


def rule(**tags: str) -> WayRule:
    found = way_rule({"highway": "residential"} | {key.replace("__", ":"): value for key, value in tags.items()})
    assert isinstance(found, WayRule), found
    return found


def refusal(**tags: str) -> str:
    found = way_rule({"highway": "residential"} | {key.replace("__", ":"): value for key, value in tags.items()})
    assert isinstance(found, str), found
    return found


def test_every_class_has_its_usual_speed() -> None:
    assert set(CLASS_SPEED_KMH) == set(ROAD_CLASSES)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("25 mph", 40.2336),
        ("25mph", 40.2336),
        ("60 km/h", 60.0),
        ("10 knots", 18.52),
        ("30 mph;25 mph", 40.2336),
        ("DE:50", 50.0),
        ("walk", 7.0),
        ("none", None),
        ("signals", None),
        ("DE:urban", None),
        ("0", None),
        ("500", None),
        ("", None),
        ("fifty", None),
    ],
)
def test_a_posted_limit_is_read(text: str, kmh: float | None) -> None:
    assert posted_kmh(text) == (None if kmh is None else pytest.approx(kmh))


@given(st.text(max_size=30))
def test_any_text_is_a_sound_limit_or_none(text: str) -> None:
    kmh = posted_kmh(text)
    assert kmh is None or 5.0 <= kmh <= 140.0


def test_each_direction_may_have_its_own_limit() -> None:
    both = rule(maxspeed="50", maxspeed__backward="30")
    assert (both.ahead_kmh, both.back_kmh) == (50.0, 30.0)


def test_without_a_limit_the_class_s_usual_speed_counts_as_not_posted() -> None:
    plain = rule(highway="tertiary")
    assert (plain.ahead_kmh, plain.ahead_posted) == (CLASS_SPEED_KMH["tertiary"], False)
    assert rule(maxspeed="40").ahead_posted


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, "both"),
        ({"oneway": "yes"}, "ahead"),
        ({"oneway": "1"}, "ahead"),
        ({"oneway": "-1"}, "back"),
        ({"oneway": "no", "highway": "motorway"}, "both"),
        ({"oneway": "alternating"}, "both"),
        ({"highway": "motorway"}, "ahead"),
        ({"highway": "motorway_link"}, "both"),
        ({"junction": "roundabout"}, "ahead"),
        ({"junction": "circular"}, "ahead"),
        ({"oneway": "yes", "oneway__emergency": "no"}, "both"),
    ],
)
def test_one_way_is_read_or_implied(tags: dict[str, str], direction: str) -> None:
    assert rule(**tags).direction == direction


def test_a_reversible_road_is_left_out() -> None:
    assert refusal(oneway="reversible") == "reversible"


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "private"},
        {"access": "destination"},
        {"access": "customers"},
        {"motor_vehicle": "no", "bus": "yes"},
        {"access": "no", "emergency": "yes"},
        {"access": "no", "psv": "yes"},
        {"access": "no", "motor_vehicle": "yes"},
        {"highway": "pedestrian"},
        {"highway": "pedestrian", "motor_vehicle": "no"},
        {"highway": "busway"},
        {"highway": "service", "service": "driveway"},
        {"highway": "footway", "emergency": "designated"},
        {"highway": "road"},
    ],
    ids=str,
)
def test_a_crew_may_drive_there(tags: dict[str, str]) -> None:
    rule(**tags)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"access": "no"}, "no access"),
        ({"motor_vehicle": "no"}, "no access"),
        ({"vehicle": "no"}, "no access"),
        ({"access": "private", "emergency": "no"}, "no access"),
        ({"access": "military"}, "no access"),
        ({"highway": "footway"}, "not a road"),
        ({"highway": "steps", "emergency": "yes"}, "not a road"),
        ({"highway": "cycleway"}, "not a road"),
        ({"highway": "construction"}, "not a road"),
        ({"highway": "proposed"}, "not a road"),
        ({"highway": "pedestrian", "area": "yes"}, "not a road"),
        ({"highway": "pedestrian", "access": "no"}, "no access"),
    ],
    ids=str,
)
def test_a_crew_may_not_drive_there(tags: dict[str, str], reason: str) -> None:
    assert refusal(**tags) == reason


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("01St St", "1st St"),
        ("22Nd Ave", "22nd Ave"),
        ("03Rd  St", "3rd St"),
        ("West 100th Street", "West 100th Street"),
        ("Zwei\tstäpfle\n", "Zwei stäpfle"),
        ("Stanford Ave", "Stanford Ave"),
        ("Mcallister St", "McAllister St"),
        ("Mcx", "Mcx"),
        ("Unnamed #117", ""),
        ("Unnamed Ridge Rd", "Unnamed Ridge Rd"),
    ],
)
def test_a_name_is_written_as_people_write_it(raw: str, name: str) -> None:
    assert tidy(raw) == name


def test_a_street_s_names_in_both_languages_are_kept() -> None:
    assert rule(name="长安街", name__en="Chang'an Avenue").name == Name("Chang'an Avenue", "长安街")
    assert rule(name="Oak St", name__zh="橡树街").name == Name("Oak St", "橡树街")
    assert rule(ref="US 101").name == Name("US 101", "US 101")
    assert rule().name == Name("", "")


@given(st.text(max_size=40))
def test_no_name_can_break_the_road_file(raw: str) -> None:
    assert not set("\t\0\n") & set(tidy(raw))


@pytest.mark.parametrize(
    ("tags", "bars"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "block"}, True),
        ({"barrier": "bollard", "bollard": "removable"}, False),
        ({"barrier": "bollard", "emergency": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "lift_gate", "access": "private"}, False),
        ({"highway": "traffic_signals"}, False),
    ],
)
def test_what_stands_on_a_road_stops_a_crew_or_not(tags: dict[str, str], bars: bool) -> None:
    assert bars_vehicles(tags) is bars


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"restriction": "no_left_turn"}, TurnRule(only=False)),
        ({"restriction": "only_straight_on"}, TurnRule(only=True)),
        ({"restriction": "no_left_turn", "except": "psv; emergency"}, "emergency vehicles exempt"),
        ({"restriction": "no_left_turn", "except": "psv;bicycle"}, TurnRule(only=False)),
        ({"restriction:conditional": "no_left_turn @ (07:00-19:00)"}, "conditional"),
        ({"restriction:hgv": "no_left_turn"}, "for other vehicles"),
        ({"restriction": "give_way"}, "not understood"),
    ],
)
def test_a_turn_restriction_is_read(tags: dict[str, str], said: object) -> None:
    assert turn_rule(tags) == said
