"""What goes wrong in a run, and how often it did: a kind that no seed reaches is a kind that nothing is known of."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

from tests.simulation.loop import VirtualLoop
from tests.simulation.pair import Pair
from tests.simulation.people import Network
from tests.simulation.servers import Server

KINDS: Final = (
    "a command is lost on its way",
    "a command is sent twice at once",
    "a command meets a bug",
    "a command sent again is answered",
    "a console goes and comes back",
    "a console goes on from its sequence",
    "a console is cut off",
    "a console is turned away from a desk that has seen less",
    "a console stalls",
    "a clock is stepped by up to an hour",
    "a request arrives late",
    "a request is lost",
    "a request is slow",
    "a server crashes",
    "a server is cut off from the database",
    "a server stands still",
    "a snapshot has another shape",
    "a snapshot is damaged",
    "a snapshot is missing",
    "a statement is refused",
    "a wait for the standby is broken off",
    "an answer is lost",
    "an answer is lost on its way",
    "only old snapshots are left",
    "the primary comes back with what was not confirmed",
    "the primary crashes",
    "the primary is lost",
    "the primary takes with it what was not confirmed",
    "the standby is away",
)
"""Everything that the simulation may count, by its name. Some are faults, some what people do because of them."""


class Faults:
    """Draws what befalls whom, and when. Each seed has kinds of its own that it prefers."""

    def __init__(
        self,
        loop: VirtualLoop,
        rng: random.Random,
        reach: Callable[[str], None],
        pair: Pair,
        network: Network,
        servers: list[Server],
    ) -> None:
        self._loop, self._rng, self._reach = loop, rng, reach
        self._pair, self._network, self._servers = pair, network, servers
        kinds: list[Callable[[], Any]] = [
            self._crash_a_server,
            self._pause_a_server,
            self._cut_a_server_off,
            self._step_a_clock,
            self._standby_is_away,
            self._waits_are_broken_off,
            self._primary_crashes,
            self._primary_is_lost,
            self._bad_minutes,
            self._lossy_network,
        ]
        self._kinds = self._rng.sample(kinds, self._rng.randint(3, len(kinds)))
        self._pause_s = self._rng.choice((0.7, 1.5, 3.0))

    async def befall(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._pause_s))
            self._rng.choice(self._kinds)()

    def _later(self, after_s: float, what: Callable[[], None]) -> None:
        self._loop.in_the_world(after_s, what)

    def _a_server(self) -> Server:
        """Rather the desk than another."""
        desks = [one for one in self._servers if one.desk is not None]
        return self._rng.choice(desks or self._servers)

    def _crash_a_server(self) -> None:
        server = self._a_server()
        if server.is_up and server.process.runs:
            self._reach("a server crashes")
            server.crash()
            self._later(self._rng.uniform(0.3, 4), lambda: server.is_up or server.start_again())

    def _pause_a_server(self) -> None:
        server = self._a_server()
        process = server.process
        if server.is_up and process.runs:
            self._reach("a server stands still")
            process.stand_still()
            self._later(self._rng.uniform(0.5, 4), lambda: process in server.dead or process.go_on())

    def _cut_a_server_off(self) -> None:
        name, cut_off = self._a_server().name, self._pair.cut_off
        if name not in cut_off:
            self._reach("a server is cut off from the database")
            cut_off.add(name)
            self._later(self._rng.uniform(0.3, 7), lambda: cut_off.discard(name))

    def _step_a_clock(self) -> None:
        self._reach("a clock is stepped by up to an hour")
        self._a_server().process.wall_step_s = self._rng.uniform(-3600, 3600)

    def _standby_is_away(self) -> None:
        self._reach("the standby is away")
        self._pair.lose_standby(self._rng.choice((0.2, 1.0, 3.0, 6.0)))

    def _waits_are_broken_off(self) -> None:
        """Where nothing waits, the standby goes first."""
        pair = self._pair
        pair.lose_standby(1.0)

        def broken_off() -> None:
            if pair.break_waits():
                self._reach("a wait for the standby is broken off")

        self._later(0.4, broken_off)

    def _primary_crashes(self) -> None:
        pair = self._pair
        if pair.is_up:
            self._reach("the primary crashes")
            if pair.unconfirmed:
                self._reach("the primary comes back with what was not confirmed")
            pair.crash_primary(self._rng.uniform(0.2, 2))

    def _primary_is_lost(self) -> None:
        pair = self._pair
        if not pair.is_up:
            return
        self._reach("the primary is lost")

        def lost() -> None:
            if pair.is_up and pair.unconfirmed:
                self._reach("the primary takes with it what was not confirmed")
            pair.lose_primary(self._rng.uniform(0.2, 2))

        if self._rng.random() < 0.5:
            pair.lose_standby(0.5)
            self._later(0.3, lost)
        else:
            lost()

    def _bad_minutes(self) -> None:
        """Single statements go wrong."""
        weather = self._pair.weather
        part = self._rng.choice(("lost_request", "lost_answer", "late_request", "refused", "slow"))
        setattr(weather, part, self._rng.choice((0.02, 0.1, 0.3)))
        self._later(self._rng.uniform(1, 4), lambda: setattr(weather, part, 0.0))

    def _lossy_network(self) -> None:
        network = self._network
        network.lossy = self._rng.choice((0.05, 0.2, 0.5))
        self._later(self._rng.uniform(1, 5), lambda: setattr(network, "lossy", 0.0))
