"""A junction with a simulated controller, and its protocols on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from turnout.adapters.signals.ntcip.agent import Agent, AgentProtocol
from turnout.signals.controller import PriorityRequest
from turnout.signals.model import DAYS, SECOND_MS, Junction
from turnout.signals.plans_file import read_plans
from turnout.signals.simulated_controller import DAY_MS, SimulatedController

MAIN_STREET = Path(__file__).parents[2] / "signals" / "main_street.toml"
MONDAY_NOON_MS = DAYS.index("mon") * DAY_MS + 12 * 3_600_000
EPOCH_S = 1_790_000_000


def market() -> Junction:
    found = read_plans(MAIN_STREET.read_bytes(), MAIN_STREET.name).junction("market")
    assert found is not None
    return found


class Ticked:
    """A simulated controller whose seconds pass when one says so."""

    def __init__(self, junction: Junction | None = None) -> None:
        self.now_ms = 0
        self.controller = SimulatedController(junction or market(), 0)
        self.utc_s = EPOCH_S

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_ms += SECOND_MS
            self.utc_s += 1
            self.controller.tick(self.now_ms, MONDAY_NOON_MS + self.now_ms, self.utc_s)


def a_request(
    group: str = "K2", arrives_s: int = 10, leaves_s: int = 30, level: int = 1, id: str = "E7"
) -> PriorityRequest:
    return PriorityRequest(
        id=id,
        junction="market",
        group=group,
        green_in_ms=arrives_s * SECOND_MS,
        arrives_in_ms=arrives_s * SECOND_MS,
        leaves_in_ms=leaves_s * SECOND_MS,
        level=level,
    )


class Opened:
    """A `Gate` that a test opens and shuts."""

    def __init__(self, *junctions: str) -> None:
        self.open = set(junctions)

    def is_open(self, junction: str) -> bool:
        return junction in self.open


def armed() -> Opened:
    return Opened("market")


@asynccontextmanager
async def an_agent(
    controller: SimulatedController, community: str = "city"
) -> AsyncIterator[tuple[int, AgentProtocol]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: AgentProtocol(Agent(controller, community)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol
    finally:
        transport.close()
