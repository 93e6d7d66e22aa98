"""`turnout signals controller`, whose clock goes an hour forward on SIGUSR1, as if a person had set it wrong; and which
says on a line of its own when a request that stands is taken back.
"""

import signal
import sys
from collections.abc import Hashable

from turnout.adapters.clock import wall_now
from turnout.adapters.signals import simulated
from turnout.main import main
from turnout.signals.controller import PriorityState
from turnout.signals.simulated_controller import SimulatedController

HOUR_MS = 3_600_000
TAKEN_BACK = "taken back"
ahead_ms = [0]


def jump(*_: object) -> None:
    ahead_ms[0] += HOUR_MS


def say_what_is_taken_back() -> None:
    honest = SimulatedController.withdraw

    def withdraw(self: SimulatedController, key: Hashable) -> PriorityState:
        before, _ = self.state_of(key)
        after = honest(self, key)
        if before != after:
            print(TAKEN_BACK, flush=True)
        return after

    SimulatedController.withdraw = withdraw  # type: ignore[method-assign]


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, jump)
    simulated.wall_now = lambda: wall_now() + ahead_ms[0]  # type: ignore[assignment]
    say_what_is_taken_back()
    sys.exit(main(sys.argv[1:]))
