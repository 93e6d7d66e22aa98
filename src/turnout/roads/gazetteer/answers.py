"""What the gazetteer answers: suggestions while somebody types, a verdict on a finished text, the words for a place.

Nothing is guessed silently. A `Verified` place follows from the text as typed; whatever had to be corrected, chosen
or doubted comes back as candidates or offers, and a person decides.
"""

from typing import Literal

import msgspec

from turnout.words.name import Name
from turnout.words.place import Place

Kind = Literal["address", "block", "crossing", "street", "common_place", "coordinate"]

NOTHING = Name("", "")


class Suggestion(msgspec.Struct, frozen=True, gc=False):
    """One line of the list under the place field.

    `text` is what to show and `matched` the parts of it to highlight, as (begin, end) character offsets; `complete` is
    what to put into the field: verifying it gives this place again. `verified` says that the gazetteer holds the place;
    when it does not, `detail` says what is wrong with it. `distinguishes` tells it from namesakes: neighbourhood and,
    where known, postcode. `score` orders the list (higher is better) and means nothing else. `exact` says that the text
    named it without correction or completion.
    """

    text: str
    kind: Kind
    place: Place
    verified: bool
    detail: Name
    distinguishes: Name
    score: float
    matched: tuple[tuple[int, int], ...]
    complete: str
    exact: bool = False
    postcode: str = ""


class Verified(msgspec.Struct, frozen=True, tag="verified", tag_field="verdict"):
    """The text means this place and no other."""

    candidate: Suggestion

    @property
    def place(self) -> Place:
        return self.candidate.place


class Ambiguous(msgspec.Struct, frozen=True, tag="ambiguous", tag_field="verdict"):
    """The text could mean any of these, best first; also when the only one needed a correction of the spelling."""

    candidates: tuple[Suggestion, ...]


class Unknown(msgspec.Struct, frozen=True, tag="unknown", tag_field="verdict"):
    """Nothing in the gazetteer answers to the text; `nearest` may hold what is least unlike it."""

    nearest: tuple[Suggestion, ...]


ContradictionCode = Literal[
    "number_not_on_street", "streets_do_not_meet", "not_in_that_area", "axes_swapped", "sign_missing"
]


class Contradictory(msgspec.Struct, frozen=True, tag="contradictory", tag_field="verdict"):
    """The parts of the text are known but contradict each other. `offers` are the nearest places that exist.

    Fields by reason: number_not_on_street: number, street, lowest, highest · streets_do_not_meet: street_a, street_b,
    gap_m · not_in_that_area: area · axes_swapped, sign_missing: lat, lon (as typed).
    """

    reason: ContradictionCode
    fields: dict[str, str | int | float]
    offers: tuple[Suggestion, ...]


class OutOfCity(msgspec.Struct, frozen=True, tag="out_of_city", tag_field="verdict"):
    """A coordinate that is not in this city."""

    place: Place
    distance_m: float


Verdict = Verified | Ambiguous | Unknown | Contradictory | OutOfCity


class Described(msgspec.Struct, frozen=True):
    """The words for a place on the map: nearest address and block, crossing, neighbourhood.

    Texts are empty where nothing is near enough. `distance_m` is from the place to the street, `crossing_distance_m`
    to the crossing. `address` is interpolated along the block and is no proof that the house exists.
    """

    place: Place
    address: str
    block: str
    street: str
    distance_m: float
    crossing: str
    crossing_distance_m: float
    neighbourhood: Name
    common_place: Name
