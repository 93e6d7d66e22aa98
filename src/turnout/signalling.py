"""Corridors joined with what a city has of signals: none, as long as its folder does not say otherwise.

The demonstration city has simulated controllers, and a simulated traffic authority that permits and arms them, so that
whoever opens the page can try a corridor. Nowhere else does the program permit or arm anything itself.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from uuid import uuid4

from turnout.adapters.signals.reached import ReachedControllers
from turnout.city.folder import City
from turnout.city.signals import SignalsOfCity, read_signals
from turnout.core.board import SignalPermit
from turnout.core.corridors.commands import JUNCTIONS_MAX, ArmSignals, PermitSignals
from turnout.core.texts import Show
from turnout.desk.access import part
from turnout.edge.advice import Adviser
from turnout.edge.answers import Declined
from turnout.edge.corridors.gate import BoardGate, DeskThatArms
from turnout.edge.corridors.runner import Corridors
from turnout.edge.corridors.ways import Ways
from turnout.edge.counter import Counter
from turnout.edge.texts import Texts
from turnout.signals.controller import Asked, Presence, PriorityRequest, PriorityStatus, Shown
from turnout.signals.simulated_junction import SimulatedControllers
from turnout.signals.sites import assumed_sites
from turnout.signals_of_city import SignalsOfFiles
from turnout.words.moment import HOUR_MS, Moment, later
from turnout.words.name import Name
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

SIMULATED: Final = "simulated"
AUTHORITY: Final = "Simulated traffic authority: no real signal is reached 模拟交管部门：不连接真实信号灯"
RENEW_S: Final = 900.0
"""How often the simulated authority looks whether an arming of its own nears its end."""
CLOSE_S: Final = 5.0
"""For hanging up: what is not taken back by then ends by itself."""


def clock_ms() -> int:
    """Milliseconds of a clock that does not go back."""
    return time.monotonic_ns() // 1_000_000


class FileControllers:
    """`Controllers` of a city's file, which is read when the first is wanted."""

    def __init__(self, files: SignalsOfFiles, gate: BoardGate) -> None:
        self._files, self._gate = files, gate
        self._reached: ReachedControllers | None = None

    async def ask(self, request: PriorityRequest) -> PriorityStatus:
        return await (await self._all()).ask(request)

    async def cancel(self, junction: str, request: str, asked: Asked | None = None) -> PriorityStatus:
        return await (await self._all()).cancel(junction, request, asked)

    async def status(self, junction: str, request: str) -> PriorityStatus:
        return await (await self._all()).status(junction, request)

    async def shown(self, junction: str) -> Shown:
        return await (await self._all()).shown(junction)

    async def detected(self, junction: str) -> dict[str, Presence]:
        return await (await self._all()).detected(junction)

    async def close(self) -> None:
        """Takes back what still stands, for a bounded time, and hangs up."""
        if self._reached is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._reached.close()
        except TimeoutError:
            log.warning("signal controllers did not answer at the end: what stands there ends by itself")

    async def _all(self) -> ReachedControllers:
        if self._reached is None:
            read = await asyncio.to_thread(self._files.read)
            self._reached = self._reached or ReachedControllers(read.lines, self._gate, clock_ms)
        return self._reached


def joined_corridors(
    stack: AsyncExitStack,
    counter: Counter,
    adviser: Adviser | None,
    city: City,
    desk: DeskThatArms,
    now: Callable[[], Moment],
    texts: Texts,
) -> Corridors:
    """At work until the stack is closed: then the gate shuts, what is held goes back, and the lines are hung up.

    What is wrong with the city's files stops nothing but its corridors, and is told by health.
    """
    try:
        said, trouble = read_signals(city.folder), None
    except Malformed as malformed:
        said = SignalsOfCity()
        trouble = Name(f"No signals for corridors: {malformed}", f"绿色通道无可用信号：{malformed}")
        log.error("no signals for corridors: %s", malformed)
    corridors = _made(stack, counter, adviser, city, said, desk, now, texts.shown_or_fault)
    corridors.trouble = trouble
    counter.desk.listen(corridors.hear)
    return corridors


def _made(
    stack: AsyncExitStack,
    counter: Counter,
    adviser: Adviser | None,
    city: City,
    said: SignalsOfCity,
    desk: DeskThatArms,
    now: Callable[[], Moment],
    show: Show,
) -> Corridors:
    if said.controllers == "none" or adviser is None:
        corridors = Corridors(counter, None, None, now, clock_ms, show)
        stack.push_async_callback(corridors.stop)
        return corridors
    gate = BoardGate(desk, now)
    files = SignalsOfFiles(city.folder, said, gate, clock_ms)
    ways = Ways(adviser, files.sites_of if said.junctions == "file" else assumed_sites, now)
    if said.controllers == "file":
        reached = FileControllers(files, gate)
        stack.push_async_callback(reached.close)
        corridors = Corridors(counter, ways, reached, now, clock_ms, show)
    else:
        assumed = SimulatedControllers(ways.find_junction, clock_ms)
        corridors = Corridors(counter, ways, assumed, now, clock_ms, show)
    stack.push_async_callback(corridors.stop)
    stack.callback(gate.shut)
    if said.junctions == "file":
        looking = asyncio.create_task(_placed(ways))
        stack.callback(looking.cancel)
    return corridors


async def _placed(ways: Ways) -> None:
    """Once at the start, so that health can tell what has no place before a crew needs it."""
    for problem in (await ways.sites()).problems:
        log.warning("signals: %s", problem.spoken("en"))


@asynccontextmanager
async def simulated_authority(counter: Counter, corridors: Corridors) -> AsyncIterator[None]:
    """With a traffic authority that permits and arms, and renews what it armed."""
    await arm_simulated(counter, corridors)
    renewing = asyncio.create_task(keep_simulated_armed(counter, corridors))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def arm_simulated(counter: Counter, corridors: Corridors) -> None:
    """What the simulated authority permits and arms: every junction of the simulated controllers, until its end."""
    if corridors.ways is None:
        return
    junctions = tuple(sorted((await corridors.ways.sites()).by_id))[:JUNCTIONS_MAX]
    permits = counter.board.signal_permits
    own = [permit for permit in permits.values() if permit.authority == AUTHORITY]
    covered = {one for permit in own for one in permit.junctions}
    new = tuple(one for one in junctions if one not in covered)
    for permit in own:
        await _arm(counter, corridors.now(), permit.id, permit)
    if new:
        permit_id = SIMULATED if SIMULATED not in permits else f"{SIMULATED}-{uuid4()}"
        permitted = PermitSignals(permit_id=permit_id, junctions=new, authority=AUTHORITY)
        await _hand_in(counter, f"corridor/permit-signals/{permit_id}", permitted)
        await _arm(counter, corridors.now(), permit_id, None)


async def keep_simulated_armed(counter: Counter, corridors: Corridors) -> None:
    """Until it is cancelled: what the simulated authority armed is renewed, unless a person has disarmed it."""
    while True:
        await asyncio.sleep(RENEW_S)
        for permit in list(counter.board.signal_permits.values()):
            if permit.authority == AUTHORITY and permit.armed:
                await _arm(counter, corridors.now(), permit.id, permit)


async def _arm(counter: Counter, at: Moment, permit_id: str, permit: SignalPermit | None) -> None:
    """Where less than half of the time is left, or nothing is armed."""
    catalogue = counter.board.catalogue
    most_ms = (catalogue.signals_armed_h if catalogue is not None else 1) * HOUR_MS
    half_way = later(at, most_ms // 2)
    if permit is not None and all(permit.is_armed(one, half_way) for one in permit.junctions):
        return
    until = later(at, most_ms - most_ms // 100)  # the desk's clock may be behind ours by an instant
    await _hand_in(counter, f"corridor/arm-signals/{permit_id}/{until}", ArmSignals(permit_id=permit_id, until=until))


async def _hand_in(counter: Counter, command_id: str, command: PermitSignals | ArmSignals) -> None:
    answer = await counter.hand_in(part("simulated-authority"), command_id, command)
    if isinstance(answer, Declined):
        tag = command.__struct_config__.tag
        log.warning("the simulated authority's %s was declined: %s", tag, answer.code)
