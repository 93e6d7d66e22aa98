"""The gazetteer of one city, loaded: lines for every keystroke, a verdict for a finished text, words for a place."""

from pathlib import Path
from typing import Literal, Self, assert_never

import msgspec

from turnout.roads.datum import wgs84_from_bd09, wgs84_from_gcj02
from turnout.roads.gazetteer.answers import (
    Ambiguous,
    Contradictory,
    Described,
    OutOfCity,
    Suggestion,
    Unknown,
    Verdict,
    Verified,
)
from turnout.roads.gazetteer.candidates import LIKELY_SCORE, Candidate, CandidateSearch, Problem
from turnout.roads.gazetteer.coordinates import read_coordinate
from turnout.roads.gazetteer.describing import describe
from turnout.roads.gazetteer.ground import Ground
from turnout.roads.gazetteer.offers import Offers
from turnout.roads.gazetteer.stored import Tables, read_tables
from turnout.roads.gazetteer.street_map import StreetMap
from turnout.roads.gazetteer.wording import Wording, coordinate_text, problem_text
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

TEXT_CHARS_MAX = 200
"""The longest text looked at. The longest real place of the San Francisco fire records has 52 characters."""
SUGGESTIONS_MAX = 8
"""So many candidates fit under the field without scrolling, and are told apart at a glance."""
SLIPS_SHOWN = 3
"""Of eight lines so many are kept for whole names typed with a slip: the sixth completion helps less than they do."""

Datum = Literal["wgs84", "gcj02", "bd09"]
"""What typed coordinates are in. Everything inside is WGS 84."""


class Gazetteer:
    """Safe to share between threads for reading; the only state that changes is a bounded memory of recent words."""

    def __init__(self, tables: Tables) -> None:
        self.city = tables.city
        self._tables = tables
        self._ground = Ground(tables)
        streets = StreetMap(tables)
        self._search = CandidateSearch(tables, streets)
        self._wording = Wording(tables, self._ground)
        self._offers = Offers(streets, self._search)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a `gazetteer.sqlite` whole: what a place is near can be told at once, names after `prepare`.

        Malformed or Unsupported when it is not one that this program reads.
        """
        return cls(read_tables(path))

    def prepare(self) -> None:
        """For a thread, once the doors are open: a third of a second's work that looking up by name needs."""
        self._search.prepare()

    def suggest(
        self, text: str, limit: int = SUGGESTIONS_MAX, near: Place | None = None, datum: Datum = "wgs84"
    ) -> list[Suggestion]:
        """The likeliest places for a text that is still being typed, best first; none when nothing is like it.

        `near` (WGS 84) puts places near to it first: where the caller's telephone is. Malformed beyond TEXT_CHARS_MAX.
        """
        _refuse_long(text)
        typed = read_coordinate(text)
        if typed is not None:
            verdict = self._verify_coordinate(_in_wgs84(typed, datum), typed)
            return _suggestions_of(verdict)[:limit]
        found = [one for one in self._search.find(text, near) if one.score >= LIKELY_SCORE]
        return self._wording.suggestions(_with_slips(found, max(0, limit)), text)

    def verify(self, text: str, near: Place | None = None, datum: Datum = "wgs84") -> Verdict:
        """What a finished text means: one place, several, none, or parts that contradict each other."""
        _refuse_long(text)
        typed = read_coordinate(text)
        if typed is not None:
            return self._verify_coordinate(_in_wgs84(typed, datum), typed)
        found = self._search.find(text, near)
        exact = [one for one in found if one.exact]
        held = [one for one in exact if one.verified]
        streets = [one for one in exact if not one.verified and one.problem is None]
        if len(held) == 1 and not streets:
            return Verified(self._shown(held, text)[0])
        if held or streets:
            return Ambiguous(tuple(self._shown(held + streets, text)))
        doubted = next((one for one in exact if one.problem is not None), None)
        if doubted is not None and doubted.problem is not None and not _is_outdone(doubted, found):
            return self._contradiction(doubted, doubted.problem, found, text)
        likely = [one for one in found if one.problem is None and one.score >= LIKELY_SCORE]
        if likely:
            return Ambiguous(tuple(self._shown(likely, text)))
        return Unknown(tuple(self._shown(found[:3], text)))

    def reverse(self, place: Place) -> Described:
        """The words for a place (WGS 84) on the map. NotOurs when it is outside the city."""
        return describe(self._tables, self._ground, place)

    def is_in_city(self, place: Place) -> bool:
        """Whether the place lies in a named part of the city or within CITY_MARGIN_M of what the gazetteer holds."""
        return self._ground.is_in_city(place)

    def _shown(self, candidates: list[Candidate], typed: str) -> list[Suggestion]:
        return self._wording.suggestions(candidates[:SUGGESTIONS_MAX], typed)

    def _contradiction(self, one: Candidate, problem: Problem, found: list[Candidate], typed: str) -> Contradictory:
        match problem.reason:
            case "number_not_on_street":
                offers = self._offers.numbers_near(one, problem)
            case "streets_do_not_meet":
                offers = self._offers.crossings_near(one, problem)
            case "not_in_that_area":
                offers = [msgspec.structs.replace(other, problem=None, verified=True) for other in found if other.exact]
            case "axes_swapped" | "sign_missing":
                raise AssertionError("coordinates are no candidates")
            case _:
                assert_never(problem.reason)
        return Contradictory(problem.reason, problem.fields, tuple(self._shown(offers, typed)))

    def _verify_coordinate(self, place: Place, typed: tuple[float, float]) -> Verdict:
        if self._ground.is_in_city(place):
            return Verified(self._coordinate(place, True))
        fields: dict[str, str | int | float] = {"lat": typed[0], "lon": typed[1]}
        swapped = Place(place.lon, place.lat)
        if self._ground.is_in_city(swapped):
            return Contradictory("axes_swapped", fields, (self._coordinate(swapped, True),))
        for turned in (Place(place.lat, -place.lon), Place(-place.lat, place.lon), Place(-place.lat, -place.lon)):
            if self._ground.is_in_city(turned):
                return Contradictory("sign_missing", fields, (self._coordinate(turned, True),))
        return OutOfCity(place, self._ground.distance_from_city_m(place) if place.is_on_earth() else 0.0)

    def _coordinate(self, place: Place, verified: bool) -> Suggestion:
        described = self.reverse(place)
        part = described.neighbourhood
        near = " · ".join(text for text in (described.address or described.street, described.crossing) if text)
        text = coordinate_text(place)
        return Suggestion(
            text=text, kind="coordinate", place=place, verified=verified, detail=Name(near, near), distinguishes=part,
            score=1.0, matched=((0, len(text)),), complete=text, exact=True,
        )  # fmt: skip


def _with_slips(found: list[Candidate], limit: int) -> list[Candidate]:
    """The first so many; the last of them give way where completions would hide the likeliest slips of the keyboard."""
    shown = found[:limit]
    missing = min(SLIPS_SHOWN, limit) - sum(one.slip for one in shown)
    hidden = [one for one in found[limit:] if one.slip][: max(0, missing)]
    kept = [one for one in shown if not one.slip][: limit - len(hidden) - sum(one.slip for one in shown)]
    return [one for one in shown if one.slip or one in kept] + hidden


def _is_outdone(doubted: Candidate, found: list[Candidate]) -> bool:
    """Whether something that exists fits better, as West 34th Street does where 34th Street is miles away."""
    return any(one.verified and one.score > doubted.score for one in found)


def _refuse_long(text: str) -> None:
    if len(text) > TEXT_CHARS_MAX:
        raise Malformed(f"a place of {len(text)} characters", "place", f"no more than {TEXT_CHARS_MAX} are read")


def _in_wgs84(typed: tuple[float, float], datum: Datum) -> Place:
    place = Place(*typed)
    match datum:
        case "wgs84":
            return place
        case "gcj02":
            return wgs84_from_gcj02(place)
        case "bd09":
            return wgs84_from_bd09(place)
        case _:
            assert_never(datum)


def _suggestions_of(verdict: Verdict) -> list[Suggestion]:
    """A coordinate as a line to choose; one with its axes swapped is offered the right way round, and says so."""
    match verdict:
        case Verified(candidate=candidate):
            return [candidate]
        case Contradictory(reason=reason, fields=fields, offers=offers):
            return [msgspec.structs.replace(one, detail=problem_text(reason, fields), exact=False) for one in offers]
        case _:
            return []
