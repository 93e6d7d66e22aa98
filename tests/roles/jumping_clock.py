"""`turnout`, whose clock goes an hour forward on SIGUSR1: a controller whose clock is set wrong by a person."""

import signal
import sys

from turnout.adapters.clock import wall_now
from turnout.adapters.signals import simulated
from turnout.main import main

HOUR_MS = 3_600_000
ahead_ms = [0]


def jump(*_: object) -> None:
    ahead_ms[0] += HOUR_MS


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, jump)
    simulated.wall_now = lambda: wall_now() + ahead_ms[0]  # type: ignore[assignment]
    sys.exit(main(sys.argv[1:]))
