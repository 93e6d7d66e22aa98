"""What the list under the place field shows while somebody types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.roads.gazetteer import TEXT_CHARS_MAX, Gazetteer, Verified
from turnout.words.place import Place
from turnout.words.trouble import Malformed

ON_TOP = [
    ("mission & 16", "Mission St & 16th St"),
    ("16th/mission", "16th St & Mission St"),
    ("16 and mission", "16th St & Mission St"),
    ("market st at 5th", "Market St & 5th St"),
    ("fifth street @ market", "5th St & Market St"),
    ("corner of market and 05TH ST", "Market St & 5th St"),
    ("twenty-first ave x geary", "21st Ave & Geary Blvd"),
    ("mission 5th", "Mission St & 5th St"),
    ("234 mis", "234 Mission St"),
    ("mission 234", "234 Mission St"),
    ("0234-A MISSION ST", "234 Mission St #A"),
    ("234 mission st apt 4b", "234 Mission St #4B"),
    ("300 blk mission", "300 block of Mission St"),
    ("300 Block of MISSION ST", "300 block of Mission St"),
    ("mission 300 block", "300 block of Mission St"),
    ("350 lbk mission", "300 block of Mission St"),
    ("ofarell", "O'Farrell St"),
    ("o farrell st", "O'Farrell St"),
    ("O’FARRELL", "O'Farrell St"),
    ("vayeho", "Vallejo St"),
    ("levinworth", "Leavenworth St"),
    ("gerry blvd", "Geary Blvd"),
    ("st francis boulevard", "Saint Francis Blvd"),
    ("saint fr", "Saint Francis Blvd"),
    ("vanness", "Van Ness Ave"),
    ("s van ness", "South Van Ness Ave"),
    ("buena vista ave e", "Buena Vista Ave East"),
    ("army", "Vallejo St"),
    ("sfgh", "General Hospital 总医院"),
    ("genral hosp", "General Hospital 总医院"),
    ("hospital gen", "General Hospital 总医院"),
    ("fire station 7", "Fire Station #7 第7消防站"),
    ("金门", "Golden Gate Bridge 金门大桥"),
    ("金門大橋", "Golden Gate Bridge 金门大桥"),
    ("jmdq", "Golden Gate Bridge 金门大桥"),
    ("jinmen", "Golden Gate Bridge 金门大桥"),
    ("金门大楼", "Golden Gate Bridge 金门大桥"),
    ("医院", "General Hospital 总医院"),
    ("市场街234号", "234 Market St"),
    ("234号市场街", "234 Market St"),
    ("市场街与第五街路口", "Market St & 5th St"),
    ("市场街和第五街", "Market St & 5th St"),
]


@pytest.mark.parametrize(("typed", "first"), ON_TOP)
def test_what_is_meant_stands_on_top(gazetteer: Gazetteer, typed: str, first: str) -> None:
    assert [line.text for line in gazetteer.suggest(typed)][:1] == [first]


@pytest.mark.parametrize(
    "typed", ["", "   ", "xqzzkw", "&", "/", "#", "?!", "，", "99999999", "的", "北京西路长江大桥南"]
)
def test_nothing_is_suggested_for_what_is_like_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert gazetteer.suggest(typed) == []


def test_a_street_and_a_sign_list_the_streets_that_cross_it(gazetteer: Gazetteer) -> None:
    lines = gazetteer.suggest("mission &", limit=20)
    crossings = {line.text for line in lines if line.kind == "crossing"}
    assert {"Mission St & 5th St", "Mission St & Van Ness Ave"} <= crossings


def test_no_more_lines_are_given_than_asked_for(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.suggest("m", limit=2)) <= 2
    assert gazetteer.suggest("mission", limit=0) == []


def test_a_number_that_the_street_has_not_is_shown_as_not_verified_and_says_why(gazetteer: Gazetteer) -> None:
    (line, *_) = gazetteer.suggest("9999 mission st")
    assert not line.verified
    assert line.detail.en == "no 9999 on Mission St: it has 100 to 799"
    assert "没有 9999 号" in line.detail.zh


def test_an_address_that_exists_stands_above_one_that_does_not(gazetteer: Gazetteer) -> None:
    assert [line.text for line in gazetteer.suggest("2100 3rd") if line.verified] == ["2100 3rd Ave"]
    assert gazetteer.suggest("2100 3rd")[0].text == "2100 3rd Ave"


def test_what_is_near_to_the_caller_comes_first(gazetteer: Gazetteer) -> None:
    north, south = (gazetteer.suggest("50 park ln", near=Place(lat, -122.49))[0].place.lat for lat in (37.72, 37.698))
    assert north > south


def test_namesakes_say_in_which_part_of_the_city_they_are(gazetteer: Gazetteer) -> None:
    lines = [line for line in gazetteer.suggest("50 park ln") if line.verified]
    assert {line.distinguishes.en for line in lines} == {"Downtown", "Uptown"}
    assert {line.distinguishes.zh for line in lines} == {"市中心", "Uptown"}


def test_typed_words_are_marked_in_the_line(gazetteer: Gazetteer) -> None:
    (line, *_) = gazetteer.suggest("16 & miss")
    assert [line.text[begin:end] for begin, end in line.matched] == ["16th", "Miss"]


def test_typed_chinese_characters_are_marked_in_the_line(gazetteer: Gazetteer) -> None:
    (line, *_) = gazetteer.suggest("金門")
    assert [line.text[begin:end] for begin, end in line.matched] == ["金门"]


def test_a_part_of_the_city_is_shown_but_is_nowhere_to_send_a_crew(gazetteer: Gazetteer) -> None:
    (line, *_) = gazetteer.suggest("市中心")
    assert (line.text, line.verified) == ("Downtown 市中心", False)


def test_a_text_beyond_the_limit_is_refused(gazetteer: Gazetteer) -> None:
    with pytest.raises(Malformed, match="no more than 200"):
        gazetteer.suggest("x" * (TEXT_CHARS_MAX + 1))
    with pytest.raises(Malformed):
        gazetteer.verify("m" * 10_000_000)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=TEXT_CHARS_MAX))
def test_no_text_is_too_strange(gazetteer: Gazetteer, text: str) -> None:
    for line in gazetteer.suggest(text):
        assert all(0 <= begin < end <= len(line.text) for begin, end in line.matched)
    gazetteer.verify(text)


PIECES = [
    "16", "5th", "mission", "market st", "&", "/", " and ", "blk", "block of", ",", "#", "市场街", "与", "号", "路口",
    "37.7", "-122.49", "°", "1/2", " ",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_no_order_of_the_parts_is_too_strange(gazetteer: Gazetteer, text: str) -> None:
    gazetteer.suggest(text)
    gazetteer.verify(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join))
def test_what_is_put_into_the_field_means_the_place_that_was_shown(gazetteer: Gazetteer, text: str) -> None:
    for line in gazetteer.suggest(text):
        if line.verified and line.kind != "street":
            verdict = gazetteer.verify(line.complete)
            assert isinstance(verdict, Verified), line.complete
            assert abs(verdict.place.lat - line.place.lat) < 2e-6
            assert abs(verdict.place.lon - line.place.lon) < 2e-6
