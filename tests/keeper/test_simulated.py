"""The keepers' own code through many lives, each from a seed: a failure names the seed that repeats it."""

import os
import random

from tests.keeper.simulated import run

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
LIVES = 400 if SOAK else 12
FAULTS = 12


def test_whatever_fails_nothing_acknowledged_is_lost_and_two_never_acknowledge() -> None:
    first = random.randrange(2**32) if SOAK else 7
    promotions = 0
    for seed in range(first, first + LIVES):
        try:
            promotions += run(seed, FAULTS).promotions
        except AssertionError as trouble:
            raise AssertionError(f"tests.keeper.simulated.run({seed}, {FAULTS}): {trouble}") from trouble
    assert promotions > LIVES, "hardly any fault led to a promotion"
