"""San Francisco as it is shipped: real call places, landmarks in both languages, slips of the keyboard."""

import csv
import random
import string
from pathlib import Path

import pytest

import turnout.city
from turnout.roads.gazetteer import Ambiguous, Contradictory, Gazetteer, OutOfCity, Unknown, Verified
from turnout.words.place import Place, distance_m

FOLDER = Path(turnout.city.__file__).parent / "folders" / "san-francisco"
SIZE_MAX_BYTES = 4_000_000


@pytest.fixture(scope="module")
def san_francisco() -> Gazetteer:
    return Gazetteer.load(FOLDER / "gazetteer.sqlite")


def test_the_file_is_small_enough_to_ship() -> None:
    assert (FOLDER / "gazetteer.sqlite").stat().st_size < SIZE_MAX_BYTES


REAL_CALLS = [
    ("0 Block of BALCETA AVE", 37.745859, -122.456664),
    ("0 Block of MARINA BLVD", 37.805163, -122.432957),
    ("7TH ST/16TH ST", 37.766545, -122.395061),
    ("MARKET ST/LARKIN ST", 37.777494, -122.416292),
    ("42ND AV/CLEMENT ST", 37.781177, -122.503086),
    ("1100 Block of HOWARD ST", 37.776930, -122.410809),
    ("300 Block of 26TH AVE", 37.782901, -122.486086),
    ("401-A JUDAH ST", 37.762055, -122.466721),
    ("GREAT HY/JUDAH ST", 37.760272, -122.509382),
    ("SAN JOSE AV/DOLORES ST", 37.740336, -122.424137),
    ("OCEAN AV/PHELAN AV", 37.723080, -122.452332),
    ("1200 Block of 3RD ST", 37.772478, -122.389519),
    ("LEAVENWORTH ST/CALIFORNIA ST", 37.791206, -122.415750),
]
"""Places and points as the San Francisco Fire Department recorded them (DataSF nuek-vuh3, public domain)."""


@pytest.mark.parametrize(("written", "lat", "lon"), REAL_CALLS)
def test_the_fire_departments_own_records_are_resolved(
    san_francisco: Gazetteer, written: str, lat: float, lon: float
) -> None:
    verdict = san_francisco.verify(written)
    assert isinstance(verdict, Verified)
    assert distance_m(verdict.place, Place(lat, lon)) < 200


ON_TOP = [
    ("sfgh", "Zuckerberg San Francisco General Hospital 扎克伯格旧金山总医院"),
    ("旧金山总医院", "Zuckerberg San Francisco General Hospital 扎克伯格旧金山总医院"),
    ("金门大桥", "Golden Gate Bridge 金门大桥"),
    ("jmdq", "Golden Gate Bridge 金门大桥"),
    ("渡轮大厦", "Ferry Building 渡轮大厦"),
    ("ferry bui", "Ferry Building 渡轮大厦"),
    ("华埠", "Chinatown 唐人街"),
    ("唐人街", "Chinatown 唐人街"),
    ("都板街", "Grant Ave"),
    ("渔人码头", "Fisherman's Wharf 渔人码头"),
    ("16th st bart", "16th Street Mission Station 16街米慎站"),
    ("att park", "Oracle Park 甲骨文球场"),
    ("fire station 7", "Fire Station #7 - Division 3 Headquarters 第7消防站"),
    ("mission police station", "Mission Station Mission警察局"),
    ("army & mission", "Cesar Chavez St & Mission St"),
    ("phelan & ocean", "Frida Kahlo Way & Ocean Ave"),
    ("upper great hwy/judah", "Great Hwy & Judah St"),
    ("1 dr carlton b goodlett", "1 Dr Carlton B Goodlett Pl"),
    ("vayeho & powel", "Vallejo St & Powell St"),
    ("1234 mis", "1234 Mission St"),
    ("gerry & divisidero", "Geary Blvd & Divisadero St"),
    ("米慎街与16街路口", "Mission St & 16th St"),
    ("市场街1234号", "1234 Market St"),
]


@pytest.mark.parametrize(("typed", "first"), ON_TOP)
def test_what_people_say_is_on_top(san_francisco: Gazetteer, typed: str, first: str) -> None:
    assert [line.text for line in san_francisco.suggest(typed)][:1] == [first]


@pytest.mark.parametrize(("typed", "street"), [("sain", "Sabin Pl"), ("lake st", "Blake St"), ("gold st", "Gould St")])
def test_a_slip_that_makes_another_name_still_shows_the_street(
    san_francisco: Gazetteer, typed: str, street: str
) -> None:
    assert street in [line.text for line in san_francisco.suggest(typed)]


def test_a_direction_in_one_letter_is_no_part_of_the_type_before_it(san_francisco: Gazetteer) -> None:
    assert isinstance(san_francisco.verify("HAIGHT ST/BUENA VISTA AV E"), Verified)


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("market st & irving st", Contradictory),
        ("9999 mission st", Contradictory),
        ("1234 mission st, oakland", Contradictory),
        ("-122.4194, 37.7749", Contradictory),
        ("100 3rd", Ambiguous),
        ("chinatown", Ambiguous),
        ("16 mission", Ambiguous),
        ("otis & mission", Ambiguous),
        ("mark", Ambiguous),
        ("buena vista ave", Ambiguous),
        ("xqzzkw", Unknown),
        ("40.7128, -74.0060", OutOfCity),
        ("37.6879, -122.4702", OutOfCity),
    ],
)
def test_what_is_not_one_place_is_never_taken_for_one(san_francisco: Gazetteer, typed: str, verdict: type) -> None:
    assert isinstance(san_francisco.verify(typed), verdict)


def common_places() -> list[dict[str, str]]:
    with (FOLDER / "common_places.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["lat"]]


GROUNDS_MAX_M = 700.0
"""How far the middle of a zoo, a park or a campus may be from the address at its gate."""
BUILDING_MAX_M = 220.0
WITH_GROUNDS = {"park", "beach", "university", "museum", "landmark", "stadium", "shopping", "pier", "market"}


@pytest.mark.parametrize("row", common_places(), ids=lambda row: row["name_en"])
def test_a_common_place_lies_where_its_address_is(san_francisco: Gazetteer, row: dict[str, str]) -> None:
    place = Place(float(row["lat"]), float(row["lon"]))
    assert san_francisco.is_in_city(place)
    assert row["name_zh"]
    if row["address"]:
        verdict = san_francisco.verify(row["address"].split(", ")[-1])
        assert isinstance(verdict, Verified)
        limit_m = GROUNDS_MAX_M if row["kind"] in WITH_GROUNDS else BUILDING_MAX_M
        assert distance_m(place, verdict.place) < limit_m


def test_the_receiving_hospitals_are_there() -> None:
    assert len([row for row in common_places() if row["kind"] == "hospital"]) >= 10


def test_the_city_hall_steps_are_told_in_words(san_francisco: Gazetteer) -> None:
    described = san_francisco.reverse(Place(37.7793, -122.4185))
    assert "Goodlett Pl" in described.street
    assert described.neighbourhood.zh == "市政中心"


SLIPS_TRIED = 400


def test_one_slip_in_a_real_street_name_still_shows_the_street(san_francisco: Gazetteer) -> None:
    chance = random.Random(37)
    names = [name for name in streets_of(san_francisco) if sum(c.isalpha() for c in name.rsplit(" ", 1)[0]) >= 5]
    for name in chance.sample(names, SLIPS_TRIED):
        typed = slip_in(name.lower(), len(name.rsplit(" ", 1)[0]), chance)
        assert name in [line.text for line in san_francisco.suggest(typed)], typed


def streets_of(gazetteer: Gazetteer) -> list[str]:
    """Streets with a type at the end and without digits, by asking for every two letters."""
    pairs = (a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)
    lines = (line for pair in pairs for line in gazetteer.suggest(pair))
    texts = {line.text for line in lines if line.kind == "street"}
    return sorted(text for text in texts if " " in text and text.replace(" ", "").isalpha())


def slip_in(name: str, length: int, chance: random.Random) -> str:
    at, letter = chance.randrange(length - 1), chance.choice(string.ascii_lowercase)
    return chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        ]
    )
