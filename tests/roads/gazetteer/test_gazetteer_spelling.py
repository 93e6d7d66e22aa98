"""One spelling for many: streets, sounds, Chinese, coordinates, and the forms of what is typed."""

import pytest

from turnout.roads.gazetteer.chinese import bigrams, han_key, pinyin, simplified
from turnout.roads.gazetteer.coordinates import read_coordinate
from turnout.roads.gazetteer.records import Numbers
from turnout.roads.gazetteer.sound import sound_key, spanish_sound_key
from turnout.roads.gazetteer.sources.street_names import written_street
from turnout.roads.gazetteer.spelling import canonical, words
from turnout.roads.gazetteer.typed import Blocked, Crossed, Named, Numbered, read


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("05TH ST", "5th st"),
        ("5th Street", "5th st"),
        ("Fifth", "5th"),
        ("26tth", "26th"),
        ("twenty first ave", "21th ave"),
        ("twentieth", "20th"),
        ("O'Farrell St.", "ofarrell st"),
        ("S. Van Ness Av", "south van ness ave"),
        ("Saint Francis Boulevard", "st francis blvd"),
        ("I-280 NB", "i 280th northbound"),
        ("Straße des 17. Juni", "strasse des 17th juni"),
        ("Städtle", "stadtle"),
    ],
)
def test_the_ways_to_write_a_street_have_one_spelling(written: str, spelled: str) -> None:
    assert canonical(words(written)) == spelled.split()


@pytest.mark.parametrize(
    ("name", "heard"),
    [("gough", "goff"), ("geary", "gerry"), ("leavenworth", "levinworth"), ("kearny", "carny"), ("schwerin", "shwerin"),
     ("quesada", "kesada"), ("phelan", "feelan")],
)  # fmt: skip
def test_names_that_sound_alike_have_one_key(name: str, heard: str) -> None:
    assert sound_key(name) == sound_key(heard)


@pytest.mark.parametrize(("name", "heard"), [("vallejo", "vayeho"), ("junipero", "hunipero")])
def test_spanish_names_are_found_by_how_they_are_said(name: str, heard: str) -> None:
    assert spanish_sound_key(name) == sound_key(heard)


def test_chinese_is_compared_in_simplified_characters_without_spaces() -> None:
    assert han_key("金門 大橋（南）") == "金门大桥南"
    assert simplified("華埠總醫院") == "华埠总医院"
    assert bigrams("金门大桥") == {"金门", "门大", "大桥"}
    assert bigrams("桥") == {"桥"}
    assert pinyin("金門大橋") == "jin men da qiao"


@pytest.mark.parametrize(
    ("written", "name"),
    [("03RD ST", "3rd St"), ("MCALLISTER ST", "McAllister St"), ("OFARRELL ST", "O'Farrell St"),
     ("AVENUE OF THE PALMS", "Avenue of the Palms"), ("I-280 N OFF RAMP", "I-280 N Off Ramp"),
     ("BAY SHORE BLVD", "Bayshore Blvd"), ("13TH TI ST", "13th TI St"),
     ("SAN BRUNO AV ON RAMP", "San Bruno Ave On Ramp")],
)  # fmt: skip
def test_names_in_capitals_are_written_as_on_street_signs(written: str, name: str) -> None:
    assert written_street(written) == name


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("0 Block of BLK 5TH ST", Blocked(0, "5th st")),
        ("ellis 450 blk", Blocked(400, "ellis")),
        ("401-A Judah St", Numbered(401, "judah st", "A")),
        ("3735-3739 SACRAMENTO ST", Numbered(3735, "sacramento st")),
        ("267 1/2 27TH ST", Numbered(267, "27th st")),
        ("OFARRELL ST #RM206", Named("ofarrell st")),
        ("16/mission", Crossed("16", "mission", sure=True)),
        ("mission &", Crossed("mission", "", sure=True)),
        ("市场街12号", Numbered(12, "市场街")),
        ("金门大桥附近", Named("金门大桥")),
    ],
)
def test_the_forms_of_dispatch_records_are_read(typed: str, reading: object) -> None:
    assert reading in read(typed)


def test_a_bare_number_before_a_street_may_be_a_house_or_a_numbered_street() -> None:
    assert {Numbered(16, "mission"), Crossed("16", "mission", sure=False)} <= set(read("16 mission"))
    assert not any(isinstance(reading, Crossed) for reading in read("16 mission st"))


@pytest.mark.parametrize(
    ("typed", "degrees"),
    [
        ("37.78, -122.41", (37.78, -122.41)),
        ("(37.78,-122.41)", (37.78, -122.41)),
        ("geo:37.78,-122.41", (37.78, -122.41)),
        ("lat 37.78 lon -122.41", (37.78, -122.41)),
        ("37.78n 122.41w", (37.78, -122.41)),
        ("N37.78 W122.41", (37.78, -122.41)),
        ("W122.41 N37.78", (37.78, -122.41)),
        ("37° 46' 48\" N, 122° 24' 36\" W", (37.78, -122.41)),
        ("37度46分48秒北 x", None),
        ("16 24", None),
        ("37.78", None),
        ("1234 mission st", None),
    ],
)
def test_coordinates_are_read_in_the_forms_that_people_paste(typed: str, degrees: tuple[float, float] | None) -> None:
    found = read_coordinate(typed)
    assert found == (pytest.approx(degrees) if degrees else None)


def test_a_side_of_a_street_holds_its_odd_or_its_even_numbers() -> None:
    assert Numbers(101, 199).holds(151)
    assert not Numbers(101, 199).holds(152)
    assert Numbers(198, 100).holds(150)
    assert not Numbers(100, 198).holds(200)
    assert Numbers(1, 20).holds(7)
    assert Numbers(1, 20).holds(8)
