"""What is odd about looking at details: facts that a second person can check."""

from typing import Any

from turnout.core.reveals.odd import MANY, SAME_WORDS, Look, marks_of
from turnout.words.moment import HOUR_MS, Moment


def look(n: int, **more: Any) -> Look:
    stated = {"at": Moment(n * 60_000), "by": "ann", "matter": f"I{n}", "purpose": f"call back {n}", "ground": "crew"}
    return Look(n=n, **(stated | more))


def test_an_ordinary_look_has_no_mark() -> None:
    assert marks_of([look(1), look(2)], is_whole=True) == [(), ()]


def test_broken_glass_is_marked() -> None:
    assert marks_of([look(1, ground="glass")], is_whole=True) == [("glass",)]


def test_many_different_matters_within_an_hour_are_marked_and_one_matter_often_is_not() -> None:
    assert marks_of([look(n) for n in range(1, MANY + 1)], is_whole=True)[-1] == ("many",)
    assert marks_of([look(n, matter="I1") for n in range(1, MANY + 1)], is_whole=True)[-1] == ()
    spread = [look(n, at=Moment(n * HOUR_MS)) for n in range(1, MANY + 1)]
    assert marks_of(spread, is_whole=True)[-1] == ()
    others = [look(n, by=f"p{n}") for n in range(1, MANY + 1)]
    assert marks_of(others, is_whole=True)[-1] == ()


def test_the_same_words_for_many_matters_are_marked() -> None:
    same = [look(n, purpose="X" if n % 2 else "x", at=Moment(n * HOUR_MS)) for n in range(1, SAME_WORDS + 1)]
    assert marks_of(same, is_whole=True) == [("same-words",)] * SAME_WORDS


def test_a_missing_number_is_marked_only_where_nothing_was_left_out() -> None:
    assert marks_of([look(1), look(3)], is_whole=True) == [(), ("gap",)]
    assert marks_of([look(1), look(3)], is_whole=False) == [(), ()]
    assert marks_of([look(0), look(1)], is_whole=True) == [(), ()], "before they were counted"
