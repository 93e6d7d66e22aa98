"""What a day finds comes with the command that finds it again."""

from collections.abc import Callable

from tests.simulation.world import Run


def seen_again(day: Callable[[int], Run], seed: int, tests: str) -> Run:
    """`tests`: what picks the test in `pytest tests/simulation -k …`. Whatever `day` raises is a finding."""
    try:
        return day(seed)
    except Exception as found:
        raise AssertionError(f"{found!r}\nto see it again: pytest tests/simulation -k {tests} --seed {seed}") from found
