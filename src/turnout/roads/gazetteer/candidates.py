"""From a text to the places that it may mean: every reading tried on every street and common place that may be meant.

A candidate's score is the name's match (1.0 letter for letter) with small additions: for long streets, which get more
calls than alleys, and for what is near to where the call seems to come from. A candidate that the gazetteer does not
hold (a number beyond the street, two streets that do not meet) is kept with its problem, so that it can be said.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from heapq import nlargest

import msgspec

from turnout.roads.gazetteer.answers import ContradictionCode, Kind
from turnout.roads.gazetteer.chinese import han_key, has_han
from turnout.roads.gazetteer.describing import block_text, crossing_text
from turnout.roads.gazetteer.lines import gap_m
from turnout.roads.gazetteer.name_finder import NameFinder, NamesOf
from turnout.roads.gazetteer.name_index import Match
from turnout.roads.gazetteer.spelling import canonical, words
from turnout.roads.gazetteer.stored import Tables
from turnout.roads.gazetteer.street_map import Spot, StreetMap
from turnout.roads.gazetteer.typed import Blocked, Crossed, Named, Numbered, Reading, read
from turnout.words.place import Place

STREETS_WEIGHED_MAX = 24
"""Of the streets that a text may mean so many are tried for a number or crossing: three times what is shown."""
ENOUGH = 10
"""So many streets that hold a number fill the list, whatever becomes of those behind them."""
DOUBTED_MAX = 3
"""Of streets that do not hold it, and have little of the name, so many are kept to be offered when nothing else is."""
LIKELY_SCORE = 0.62
"""Below this a candidate has so little in common with the text that it is no answer, only the nearest there is."""
SHORT_STREET_M = 250.0
"""A street no longer than this is a place that a crew can be sent to by its name alone."""
LONG_STREET_BONUS = 0.06
NEAR_BONUS = 0.06
NEAR_M = 1_000.0
"""At this distance a third of the bonus for being near is left."""
NOT_THERE_COST = 0.25
UNSURE_COST = 0.06


class Problem(msgspec.Struct, frozen=True):
    """Why a candidate is not a place: the code and fields of `Contradictory`, and the streets concerned."""

    reason: ContradictionCode
    fields: dict[str, str | int | float]
    street: int = -1
    other: int = -1


class Candidate(msgspec.Struct, frozen=True):
    """A place that a text may mean. `namesakes`: others have the same text. `common_place` is its number, or -1.
    `is_area`: a whole part of the city, which is not held as a place. `slip`: its whole name was typed with a slip."""

    text: str
    kind: Kind
    place: Place
    score: float
    exact: bool
    neighbourhood: int = 0
    postcode: str = ""
    problem: Problem | None = None
    verified: bool = True
    namesakes: bool = False
    common_place: int = -1
    street: int = -1
    is_area: bool = False
    slip: bool = False


class CandidateSearch:
    """Finds candidates in one city's tables."""

    def __init__(self, tables: Tables, streets: StreetMap) -> None:
        self._tables = tables
        self._streets = streets
        city = tables.city
        self._city_words = {word for name in (city.name.en, city.name.zh, *city.also) for word in words(name)}
        self._same_name: dict[str, int] = {}
        for one in tables.common_places:
            self._same_name[one.name.en] = self._same_name.get(one.name.en, 0) + 1

    @cached_property
    def _street_names(self) -> NameFinder:
        named = [NamesOf(one.name.en, one.name.zh, one.aliases, one.pinyin) for one in self._tables.streets]
        return NameFinder(named, are_streets=True)

    @cached_property
    def _place_names(self) -> NameFinder:
        places = [NamesOf(one.name.en, one.name.zh, one.aliases, one.pinyin) for one in self._tables.common_places]
        return NameFinder(places, are_streets=False)

    @cached_property
    def _area_names(self) -> NameFinder:
        parts = self._tables.neighbourhoods
        areas = [NamesOf(name.en, name.zh, also) for name, also in zip(parts.names, parts.aliases, strict=True)]
        return NameFinder(areas, are_streets=False)

    def prepare(self) -> None:
        """Make what finding by name needs; else the first who asks does, and waits for it."""
        _ = self._street_names, self._place_names, self._area_names

    def find(self, text: str, near: Place | None = None) -> list[Candidate]:
        """Every candidate, best first; after a comma only those in the area named there, if any is."""
        head, *areas = [part.strip() for part in text.replace("，", ",").split(",")]
        found = self._in_order(read(head), near)
        area = [word for part in areas for word in words(part)]
        if not area:
            return found
        inside = [one for one in found if self._is_in_area(one, area)]
        if inside:
            return inside
        crossed = self._in_order([Crossed(head, areas[0], sure=False)], near) if len(areas) == 1 else []
        return crossed or [self._elsewhere(one, ", ".join(areas)) for one in found]

    def _in_order(self, readings: Iterable[Reading], near: Place | None) -> list[Candidate]:
        found = [one for reading in readings for one in self._of(reading)]
        if near is not None:
            found = [_nearer(one, near) for one in found]
        found.sort(key=lambda one: (-one.score, one.text))
        return list({_identity(one): one for one in reversed(found)}.values())[::-1]

    def _of(self, reading: Reading) -> Iterator[Candidate]:
        match reading:
            case Numbered():
                return self._addresses(reading)
            case Blocked():
                return self._blocks(reading)
            case Crossed(second=""):
                return self._crossings_along(reading)
            case Crossed():
                return self._crossings(reading)
            case Named():
                return self._named(reading)

    def _likely(self, matches: Mapping[int, Match], count: int = STREETS_WEIGHED_MAX) -> list[tuple[int, Match, float]]:
        """(street, match, score) of the likeliest streets, best first."""
        weighed = (
            (owner, m, m.score + LONG_STREET_BONUS * self._streets.weight[owner]) for owner, m in matches.items()
        )
        return nlargest(count, weighed, key=lambda one: one[2])

    def _addresses(self, reading: Numbered) -> Iterator[Candidate]:
        unit = f" #{reading.unit}" if reading.unit else ""

        def text_on(street: int) -> str:
            return f"{reading.number} {self._streets.name(street)}{unit}"

        yield from self._on_streets(reading.street, reading.number, "address", text_on, self._streets.find_number)

    def _blocks(self, reading: Blocked) -> Iterator[Candidate]:
        def text_on(street: int) -> str:
            return block_text(reading.hundred, self._streets.name(street))

        def find(street: int, number: int) -> list[Spot]:
            return self._streets.find_block(street, number // 100 * 100)

        yield from self._on_streets(reading.street, reading.hundred, "block", text_on, find)

    def _on_streets(
        self,
        name: str,
        number: int,
        kind: Kind,
        text_on: Callable[[int], str],
        find: Callable[[int, int], list[Spot]],
    ) -> Iterator[Candidate]:
        """The number on each likely street; past ENOUGH that hold it, only whole names with a slip are still tried."""
        held = 0
        for rank, (street, match, score) in enumerate(self._likely(self._street_names.find(name))):
            if held >= ENOUGH and not match.slip:
                continue
            spots = find(street, number)
            held += bool(spots)
            yield from self.at(spots, text_on(street), kind, score, match, street)
            if not spots and (rank < DOUBTED_MAX or score - NOT_THERE_COST >= LIKELY_SCORE):
                nearest = self._streets.nearest_numbers(street, number)
                at = find(street, nearest[0]) if nearest else []
                yield from self._not_there(street, number, text_on(street), kind, score, match, at)

    def at(
        self, spots: list[Spot], text: str, kind: Kind, score: float, match: Match, street: int
    ) -> Iterator[Candidate]:
        """A candidate for each spot; namesakes of each other when there are several."""
        for spot in spots:
            yield Candidate(
                text, kind, spot.place, score, match.exact, spot.neighbourhood, spot.postcode,
                namesakes=len(spots) > 1, street=street, slip=match.slip,
            )  # fmt: skip

    def _not_there(
        self, street: int, number: int, text: str, kind: Kind, score: float, match: Match, nearest: list[Spot]
    ) -> Iterator[Candidate]:
        at = nearest[0] if nearest else self._streets.middle_of(street)
        if at is None:
            return
        lowest, highest = self._streets.number_bounds(street) or (0, 0)
        name = self._streets.name(street)
        fields: dict[str, str | int | float] = {"number": number, "street": name, "lowest": lowest, "highest": highest}
        yield Candidate(
            text, kind, at.place, score - NOT_THERE_COST, match.exact, at.neighbourhood, at.postcode,
            Problem("number_not_on_street", fields, street), verified=False, street=street,
        )  # fmt: skip

    def _crossings(self, reading: Crossed) -> Iterator[Candidate]:
        a = self._street_names.find(reading.first, forgiving=reading.sure)
        b = self._street_names.find(reading.second, forgiving=reading.sure)
        likely_a = self._likely(a) if a and b else []
        met = False
        for street, match, score in likely_a:
            for other in self._streets.streets_crossing(street):
                if other in b and other != street:
                    met = met or (match.exact and b[other].exact)
                    both = (score + b[other].score + LONG_STREET_BONUS * self._streets.weight[other]) / 2
                    how = Match(both, match.exact and b[other].exact, match.slip or b[other].slip)
                    yield from self._crossing(street, other, both - (not reading.sure) * UNSURE_COST, how)
        if reading.sure and not met:
            exact_b = [(other, m, score) for other, m, score in self._likely(b, 3) if m.exact]
            for street, match, score in likely_a[:3]:
                for other, _, other_score in exact_b:
                    if match.exact and other != street:
                        yield from self._do_not_meet(street, other, (score + other_score) / 2)

    def _crossing(self, street: int, other: int, score: float, match: Match) -> Iterator[Candidate]:
        text = crossing_text(self._streets.name(street), self._streets.name(other))
        return self.at(self._streets.find_crossings(street, other), text, "crossing", score, match, street)

    def _do_not_meet(self, street: int, other: int, score: float) -> Iterator[Candidate]:
        gap = self._streets.gap_between(street, other)
        if gap is None:
            return
        names = self._streets.name(street), self._streets.name(other)
        fields: dict[str, str | int | float] = {"street_a": names[0], "street_b": names[1], "gap_m": round(gap[0], 1)}
        yield Candidate(
            crossing_text(*names), "crossing", gap[1], score - NOT_THERE_COST, True,
            problem=Problem("streets_do_not_meet", fields, street, other), verified=False,
        )  # fmt: skip

    def _crossings_along(self, reading: Crossed) -> Iterator[Candidate]:
        """`mission &`: every street that meets the likeliest ones, the longest first."""
        for street, _, score in self._likely(self._street_names.find(reading.first), 3):
            for other in self._streets.streets_crossing(street):
                bonus = LONG_STREET_BONUS * self._streets.weight[other]
                yield from self._crossing(street, other, score - 0.10 + bonus, Match(score, exact=False))

    def _named(self, reading: Named) -> Iterator[Candidate]:
        for street, match, score in self._likely(self._street_names.find(reading.text)):
            at = self._streets.middle_of(street)
            if at is not None:
                exact = match.exact and self._is_whole_name(street, reading.text)
                yield Candidate(
                    self._streets.name(street), "street", at.place, score, exact, at.neighbourhood, at.postcode,
                    verified=self._streets.extent_m(street) <= SHORT_STREET_M, street=street, slip=match.slip,
                )  # fmt: skip
        matches = self._place_names.find(reading.text)
        for number, match in nlargest(STREETS_WEIGHED_MAX, matches.items(), key=lambda one: one[1].score):
            stored = self._tables.common_places[number]
            yield Candidate(
                stored.name.en, "common_place", stored.place, match.score + LONG_STREET_BONUS / 2, match.exact,
                stored.neighbourhood, stored.postcode, common_place=number,
                namesakes=self._same_name[stored.name.en] > 1, slip=match.slip,
            )  # fmt: skip
        yield from self._areas(reading)

    def _is_whole_name(self, street: int, text: str) -> bool:
        """Whether a street is named with its type: `mark` alone may be Mark Ln, or the beginning of Market St."""
        stored = self._tables.streets[street]
        spelled = canonical(words(text))
        return has_han(text) or any(canonical(words(name)) == spelled for name in (stored.name.en, *stored.aliases))

    def _areas(self, reading: Named) -> Iterator[Candidate]:
        """Parts of the city: worth showing, so that somebody says where in them, but nowhere to send a crew."""
        for number, match in self._area_names.find(reading.text).items():
            middle = self._tables.neighbourhoods.middle_of(number)
            if middle is not None:
                name = self._tables.neighbourhoods.names[number]
                yield Candidate(
                    name.en, "common_place", middle, match.score, match.exact, number, verified=False, is_area=True
                )

    def _is_in_area(self, one: Candidate, area: list[str]) -> bool:
        """Whether every word after the comma is of the city, the neighbourhood, the postcode or the address."""
        part = self._tables.neighbourhoods.names[one.neighbourhood]
        known = words(part.en)
        initials = "".join(word[0] for word in known)
        address = words(self._tables.common_places[one.common_place].address) if one.common_place >= 0 else []
        also = [word for alias in self._tables.neighbourhoods.aliases[one.neighbourhood] for word in words(alias)]
        latin = {*known, *also, *address, *self._city_words, one.postcode.casefold(), initials}
        return all(self._is_area_word(word, latin, part.zh, one.postcode) for word in area)

    def _is_area_word(self, word: str, latin: set[str], part_zh: str, postcode: str) -> bool:
        if has_han(word):
            return han_key(word) in han_key(part_zh) or any(han_key(word) in han_key(w) for w in self._city_words)
        if word.isdigit() and len(word) >= 4 and not postcode:
            return True
        return any(known.startswith(word) for known in latin)

    def _elsewhere(self, one: Candidate, area: str) -> Candidate:
        problem = one.problem or Problem("not_in_that_area", {"area": area})
        return msgspec.structs.replace(one, score=one.score - NOT_THERE_COST, verified=False, problem=problem)


def _identity(one: Candidate) -> tuple[frozenset[str], Place]:
    """What makes two candidates the same: the place and the words, in whatever order the streets are named."""
    return frozenset(one.text.split(" & ")), one.place


def _nearer(one: Candidate, near: Place) -> Candidate:
    return msgspec.structs.replace(one, score=one.score + NEAR_BONUS * math.exp(-gap_m(one.place, near) / NEAR_M))
