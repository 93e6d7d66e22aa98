"""One slip of the keyboard in a street's name never hides the street."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.roads.gazetteer import SUGGESTIONS_MAX, Gazetteer, Verified
from turnout.roads.gazetteer.spelling import canonical, run_together, words

STREETS = ["Market St", "Mission St", "Vallejo St", "Geary Blvd", "Leavenworth St", "Buena Vista Ave East",
           "Van Ness Ave", "South Van Ness Ave", "Saint Francis Blvd"]  # fmt: skip


@st.composite
def streets_with_a_slip(draw: st.DrawFn) -> tuple[str, str]:
    """(street, its name with one letter deleted, inserted, replaced or swapped with the next)."""
    street = draw(st.sampled_from(STREETS))
    name = street.lower()
    spared = name.rsplit(" ", 1)[0]
    at = draw(st.integers(0, len(spared) - 2))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    slips = (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    )
    return street, draw(st.sampled_from(slips))


@settings(max_examples=600, deadline=None)
@given(streets_with_a_slip())
def test_a_name_with_one_slip_still_shows_its_street(gazetteer: Gazetteer, slip: tuple[str, str]) -> None:
    street, typed = slip
    assert street in [line.text for line in gazetteer.suggest(typed, limit=SUGGESTIONS_MAX)]


@settings(max_examples=300, deadline=None)
@given(streets_with_a_slip(), st.integers(500, 599))
def test_an_address_with_one_slip_still_shows_the_street(
    gazetteer: Gazetteer, slip: tuple[str, str], number: int
) -> None:
    street, typed = slip
    assert any(line.text == f"{number} {street}" for line in gazetteer.suggest(f"{number} {typed}"))


def key(name: str) -> str:
    return run_together(canonical(words(name)))


@settings(max_examples=200, deadline=None)
@given(streets_with_a_slip(), st.sampled_from(["5th", "16th st", "21st ave"]))
def test_a_correction_is_never_taken_without_asking(gazetteer: Gazetteer, slip: tuple[str, str], cross: str) -> None:
    street, typed = slip
    verdict = gazetteer.verify(f"{typed} & {cross}")
    taken = isinstance(verdict, Verified) and verdict.candidate.text.startswith(street)
    assert not taken or key(typed) == key(street)
