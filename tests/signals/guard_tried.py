"""How many states the guard of each small junction has: every ask tried in every one, and nothing unsafe came out.

Run as a program by `test_signals_compiled`, with the compiled guard and without.
"""

from pathlib import Path

from tests.signals.test_signals_guard import everything_tried
from tests.signals.watching import SMALL
from turnout.signals import guard


def tried() -> list[str]:
    return [str(everything_tried(rules)) for rules in SMALL.values()]


if __name__ == "__main__":
    print(*tried(), Path(guard.__file__).suffix)
