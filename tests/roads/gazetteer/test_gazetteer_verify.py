"""The verdict on a finished text: one place, several, none, contradictory, or out of the city."""

from pathlib import Path

import msgspec
import pytest

from turnout.roads.datum import bd09_from_wgs84, gcj02_from_wgs84
from turnout.roads.gazetteer import (
    Ambiguous,
    CityNamed,
    Contradictory,
    Crossing,
    Gazetteer,
    GazetteerRecords,
    OutOfCity,
    StreetSegment,
    Unknown,
    Verdict,
    Verified,
    build_gazetteer,
)
from turnout.words.name import Name
from turnout.words.place import Place, distance_m


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("234 Mission St", "234 Mission St"),
        ("234 mission", "234 Mission St"),
        ("234 MISSION STREET, RV, CALIFORNIA", "234 Mission St"),
        ("234 mission st, downtown", "234 Mission St"),
        ("0 block of island rd", "0 block of Island Rd"),
        ("CALL BOX: MARKET ST/5TH ST", "Market St & 5th St"),
        ("2100 3rd", "2100 3rd Ave"),
        ("550 3rd", "550 3rd St"),
        ("5th/market", "5th St & Market St"),
        ("500 buena vista ave e", "500 Buena Vista Ave East"),
        ("500 buena vista av e", "500 Buena Vista Ave East"),
        ("金门大桥", "Golden Gate Bridge 金门大桥"),
        ("旧总医院", "General Hospital 总医院"),
        ("777 island rd", "777 Island Rd"),
        ("50 park ln, uptown", "50 Park Ln"),
        ("city library, 9 5th st", "City Library 图书馆"),
        ("Island Rd", "Island Rd"),
    ],
)
def test_a_whole_name_means_its_place(gazetteer: Gazetteer, typed: str, text: str) -> None:
    verdict = gazetteer.verify(typed)
    assert isinstance(verdict, Verified)
    assert verdict.candidate.text == text


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        ("50 park ln", {"50 Park Ln"}),
        ("misson & 5th", {"Mission St & 5th St"}),
        ("mission", {"Mission St"}),
        ("mission st", {"Mission St"}),
        ("550 mission & 16th", {"550 Mission St", "Mission St & 16th St"}),
        ("island", {"Island Rd"}),
        ("city library", {"City Library 图书馆"}),
        ("downtown", {"Downtown 市中心"}),
        ("550 mission ave", {"550 Mission St"}),
    ],
)
def test_what_could_mean_several_or_was_misspelled_is_asked_back(
    gazetteer: Gazetteer, typed: str, among: set[str]
) -> None:
    verdict = gazetteer.verify(typed)
    assert isinstance(verdict, Ambiguous)
    assert among <= {line.text for line in verdict.candidates}


def test_two_houses_of_one_number_are_both_offered_and_told_apart(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("50 park ln")
    assert isinstance(verdict, Ambiguous)
    assert sorted(line.complete for line in verdict.candidates) == ["50 Park Ln, Downtown", "50 Park Ln, Uptown"]


def test_two_crossings_of_one_pair_of_streets_say_on_which_side_they_are(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("winding way & market")
    assert isinstance(verdict, Ambiguous)
    assert [
        line.distinguishes.en.split(", ")[1] for line in sorted(verdict.candidates, key=lambda line: line.place.lon)
    ] == ["west", "east"]
    for line in verdict.candidates:
        again = gazetteer.verify(line.complete)
        assert isinstance(again, Verified)
        assert distance_m(again.place, line.place) < 0.2


@pytest.mark.parametrize("typed", ["", "xqzzkw", "xqz & wkj", "12345", "#", "99 xqzzk st"])
def test_what_is_like_nothing_is_unknown(gazetteer: Gazetteer, typed: str) -> None:
    assert isinstance(gazetteer.verify(typed), Unknown)


def test_a_number_beyond_the_street_is_said_and_the_nearest_offered(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("9999 mission st")
    assert isinstance(verdict, Contradictory)
    assert verdict.reason == "number_not_on_street"
    assert verdict.fields == {"number": 9999, "street": "Mission St", "lowest": 100, "highest": 799}
    assert [offer.text for offer in verdict.offers] == ["799 Mission St", "700 block of Mission St"]
    assert all(offer.verified for offer in verdict.offers)


def test_streets_that_do_not_meet_are_said_and_their_nearest_crossings_offered(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("market st & mission st")
    assert isinstance(verdict, Contradictory)
    assert verdict.reason == "streets_do_not_meet"
    assert verdict.fields["street_a"] == "Market St"
    assert verdict.fields["gap_m"] == pytest.approx(222, abs=2)
    assert {offer.text.split(" & ")[0] for offer in verdict.offers} == {"Market St", "Mission St"}


def test_a_street_far_away_does_not_stand_in_for_one_with_a_direction(tmp_path: Path) -> None:
    """In Manhattan people say 34th Street for West 34th; there is another 34th Street across the river."""
    here, there = Place(40.748, -73.984), Place(40.75, -73.92)
    records = GazetteerRecords(crossings=[Crossing("5th Avenue", "West 34th Street", here)])
    for name, begin in (("5th Avenue", here), ("West 34th Street", here), ("34th Street", there)):
        records.segments.append(StreetSegment(name, (begin, Place(begin.lat + 0.01, begin.lon))))
    build_gazetteer(records, CityNamed(Name("New York", "纽约")), tmp_path / "g.sqlite")
    verdict = Gazetteer.load(tmp_path / "g.sqlite").verify("5 ave & 34 st")
    assert isinstance(verdict, Ambiguous)
    assert verdict.candidates[0].text == "5th Avenue & West 34th Street"


def test_the_wrong_part_of_the_city_is_said(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("234 mission st, uptown")
    assert isinstance(verdict, Contradictory)
    assert (verdict.reason, verdict.fields) == ("not_in_that_area", {"area": "uptown"})
    assert [offer.text for offer in verdict.offers] == ["234 Mission St"]


@pytest.mark.parametrize(
    "typed", ["37.701, -122.495", "37.701N 122.495W", "37°42'3.6\"N 122°29'42\"W", "北纬37.701度 西经122.495度"]
)
def test_a_coordinate_in_the_city_is_a_place(gazetteer: Gazetteer, typed: str) -> None:
    verdict = gazetteer.verify(typed)
    assert isinstance(verdict, Verified)
    assert distance_m(verdict.place, Place(37.701, -122.495)) < 0.1
    assert verdict.candidate.kind == "coordinate"
    assert "5th St" in verdict.candidate.detail.en or "Mission" in verdict.candidate.detail.en


@pytest.mark.parametrize("typed", ["0.0, 0.0", "40.7128, -74.0060", "90.0, 180.0", "37.701, -121.5", "999.5, 12.5"])
def test_a_coordinate_elsewhere_is_out_of_the_city(gazetteer: Gazetteer, typed: str) -> None:
    assert isinstance(gazetteer.verify(typed), OutOfCity)
    assert gazetteer.suggest(typed) == []


def test_swapped_axes_are_said_and_the_right_way_round_offered(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("-122.495, 37.701")
    assert isinstance(verdict, Contradictory)
    assert verdict.reason == "axes_swapped"
    assert distance_m(verdict.offers[0].place, Place(37.701, -122.495)) < 0.1
    (line,) = gazetteer.suggest("-122.495, 37.701")
    assert "swapped" in line.detail.en


def test_a_missing_minus_sign_is_said(gazetteer: Gazetteer) -> None:
    verdict = gazetteer.verify("37.701, 122.495")
    assert isinstance(verdict, Contradictory)
    assert verdict.reason == "sign_missing"


def test_a_typed_coordinate_is_read_in_the_datum_that_it_is_said_to_have(gazetteer_in_beijing: Gazetteer) -> None:
    true = Place(39.9087, 116.3975)
    for datum, there in (("gcj02", gcj02_from_wgs84(true)), ("bd09", bd09_from_wgs84(true)), ("wgs84", true)):
        verdict = gazetteer_in_beijing.verify(f"{there.lat:.7f}, {there.lon:.7f}", datum=datum)  # type: ignore[arg-type]
        assert isinstance(verdict, Verified)
        assert distance_m(verdict.place, true) < 0.5


def test_streets_named_in_chinese_are_found_in_characters_and_in_pinyin(gazetteer_in_beijing: Gazetteer) -> None:
    for typed in ("东长安街", "長安", "dongchangan", "dcaj"):
        assert gazetteer_in_beijing.suggest(typed)[0].text == "东长安街"
    assert gazetteer_in_beijing.suggest("东长安街5号")[0].text == "5 东长安街"


def test_every_verdict_travels_as_itself(gazetteer: Gazetteer) -> None:
    for typed in ("234 mission", "misson & 5th", "xqz", "9999 mission st", "0.0, 0.0"):
        verdict = gazetteer.verify(typed)
        sent = msgspec.json.encode(verdict)
        assert msgspec.json.decode(sent, type=Verdict) == verdict
