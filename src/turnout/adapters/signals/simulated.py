"""The simulated controller at work: a second is a second, and it listens by NTCIP, GB/T 20999 or both."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

from turnout.adapters.clock import monotonic_s, wall_now
from turnout.adapters.signals.detectors_file import DetectorsFile
from turnout.adapters.signals.gbt20999.server import Server
from turnout.adapters.signals.ntcip.agent import Agent, AgentProtocol
from turnout.signals.model import SECOND_MS
from turnout.signals.simulated_controller import DAY_MS, SimulatedController
from turnout.words.trouble import Unsupported

TICK_S: Final = 1.0

At = tuple[str, int]


def now_ms() -> int:
    """Of a clock that only goes forward."""
    return int(monotonic_s() * SECOND_MS)


def week_ms_now() -> int:
    """Since Monday 0:00 of this machine's local time."""
    local = datetime.fromtimestamp(wall_now() / SECOND_MS).astimezone()
    in_day = (local.hour * 60 + local.minute) * 60 + local.second
    return local.weekday() * DAY_MS + in_day * SECOND_MS + local.microsecond // 1_000


async def tick(controller: SimulatedController, detectors: DetectorsFile | None = None) -> None:
    """Until it is cancelled."""
    while True:
        if detectors is not None:
            detectors.look()
        controller.tick(now_ms(), week_ms_now(), wall_now() // SECOND_MS)
        await asyncio.sleep(TICK_S)


class Listening:
    """Where a simulated controller can be reached, while it is open."""

    def __init__(
        self,
        controller: SimulatedController,
        community: str,
        number: int = 1,
        detectors: DetectorsFile | None = None,
    ) -> None:
        """`number`: of the controller, by GB/T 20999."""
        self._detectors = detectors
        self._controller, self._community, self._number = controller, community, number
        self._held = AsyncExitStack()
        self._ticking: asyncio.Task[None] | None = None

    async def open(self, ntcip: At | None, gbt20999: At | None) -> tuple[At | None, At | None]:
        """The addresses that it has (a port of 0 is any). Raises `Unsupported` where it cannot listen."""
        self._ticking = asyncio.create_task(tick(self._controller, self._detectors))
        try:
            return await self._ntcip(ntcip), await self._gbt20999(gbt20999)
        except OSError as error:
            await self.close()
            raise Unsupported(
                error.strerror or str(error), "the address of a controller", "name one that is free"
            ) from error

    async def close(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        await self._held.aclose()

    async def _ntcip(self, at: At | None) -> At | None:
        if at is None:
            return None
        agent = Agent(self._controller, self._community)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: AgentProtocol(agent), local_addr=at
        )
        self._held.callback(transport.close)
        host, port = transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    async def _gbt20999(self, at: At | None) -> At | None:
        if at is None:
            return None
        server = await asyncio.start_server(Server(self._controller, self._number).serve, *at)
        self._held.callback(server.close)
        host, port = server.sockets[0].getsockname()[:2]
        return str(host), int(port)
