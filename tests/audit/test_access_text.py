"""The policy's text and the rules of the core are one policy (18.5). A million cases: `scripts/soak tests/audit`."""

import os
import random
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tests.audit.access_cases import NOW, Case, a_case, allowed_by_the_rules, allowed_by_the_text
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.core.reveals.policy import find_basis
from turnout.words.trouble import Malformed

TEXT = AccessText(SHIPPED)
SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
CASES = 1_000_000 if SOAK else 2_000
SEED = int(os.environ.get("TURNOUT_SEED", "1"))


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_rules_allow_exactly_what_the_text_allows(dice: random.Random) -> None:
    case = a_case(dice)
    assert allowed_by_the_rules(case) == allowed_by_the_text(TEXT, case)


def disagreements(cases: int, seed: int) -> list[Case]:
    dice = random.Random(seed)
    drawn = (a_case(dice) for _ in range(cases))
    return [case for case in drawn if allowed_by_the_rules(case) != allowed_by_the_text(TEXT, case)]


def test_many_drawn_cases_agree() -> None:
    assert disagreements(CASES, SEED) == []


def test_the_cases_reach_every_ground_and_none() -> None:
    dice, found = random.Random(SEED), Counter[str]()
    for _ in range(6_000):
        case = a_case(dice)
        basis = find_basis(case.board, case.actor, case.kind, case.matter, NOW)
        found[basis.ground if basis is not None else "none"] += 1
    grounds = {"crew", "call-taker", "dispatcher", "open-call", "agency-record", "review", "glass", "none"}
    assert {ground for ground in grounds if found[ground] < 20} == set()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (principal, action, resource) when {", "unexpected"),
        ("permit (principal, action, resource) when { principal.religion == 1 };", "religion"),
        ("forbid (principal, action, resource) when { context.purpose == 3 };", "types"),
        ("// " + "x" * 70_000, "longer"),
    ],
)
def test_a_text_that_cannot_be_understood_or_speaks_of_what_is_not_there_is_refused(text: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        AccessText(text)
