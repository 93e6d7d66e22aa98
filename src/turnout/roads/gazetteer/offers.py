"""What to offer when the parts of a text contradict each other: the nearest places that do exist."""

from turnout.roads.gazetteer.candidates import Candidate, CandidateSearch, Problem
from turnout.roads.gazetteer.describing import block_text, crossing_text
from turnout.roads.gazetteer.name_index import Match
from turnout.roads.gazetteer.street_map import StreetMap

NEAREST = Match(0.0, exact=False)
"""Nobody typed what is offered."""


class Offers:
    """Offers within one city."""

    def __init__(self, streets: StreetMap, search: CandidateSearch) -> None:
        self._streets = streets
        self._search = search

    def numbers_near(self, one: Candidate, problem: Problem) -> list[Candidate]:
        """The nearest numbers on the street, the blocks they are in, and what else has the number under a like name."""
        street, number = problem.street, int(problem.fields["number"])
        name = self._streets.name(street)
        offers: list[Candidate] = []
        for near in self._streets.nearest_numbers(street, number):
            spots = self._streets.find_number(street, near)
            offers += self._search.at(spots, f"{near} {name}", "address", one.score, NEAREST, street)
            blocks = self._streets.find_block(street, near // 100 * 100)
            offers += self._search.at(blocks, block_text(near, name), "block", one.score, NEAREST, street)
        return list({offer.text: offer for offer in offers}.values())

    def crossings_near(self, one: Candidate, problem: Problem) -> list[Candidate]:
        """Where the two come nearest: a crossing of each street there."""
        offers: list[Candidate] = []
        for street in (problem.street, problem.other):
            nearest = self._streets.nearest_crossing_of(street, one.place)
            if nearest is not None:
                other, spot = nearest
                text = crossing_text(self._streets.name(street), self._streets.name(other))
                offers += self._search.at([spot], text, "crossing", one.score, NEAREST, street)
        return offers
