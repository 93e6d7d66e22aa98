"""Asking and giving back go before a reading of detectors, and a controller to which much is said is read all the same.

Each question to the controller waits until the test lets it be answered, one by one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.adapters.signals.controllers import Ticked, a_request, an_agent, armed, market
from tests.adapters.signals.test_gbt20999 import a_server
from tests.keeper.simulated import MadeTime
from turnout.adapters.signals import reached as reaching
from turnout.adapters.signals import turn as turning
from turnout.adapters.signals.gbt20999 import frame as f
from turnout.adapters.signals.gbt20999 import objects as g
from turnout.adapters.signals.gbt20999.tcp_line import TcpLine
from turnout.adapters.signals.line import Line
from turnout.adapters.signals.ntcip import objects as o
from turnout.adapters.signals.ntcip.snmp_line import Credentials, Snmp, SnmpLine
from turnout.adapters.signals.reached import LOOKING_MAX, ReachedControllers
from turnout.adapters.signals.turn import Patience, Turn
from turnout.edge.corridors.detecting import WAIT_S
from turnout.signals.model import Detector, Junction

HEARD = ("queued", "processing")
STUCK_S = 60.0
"""Nothing comes any more."""
DETECTORS = 200
"""By NTCIP three messages."""


@pytest.fixture(autouse=True)
def nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends, ends because something came."""
    monkeypatch.setattr(turning, "DETECTED_S", 3_600.0)
    monkeypatch.setattr(reaching, "ANSWER_S", 3_600.0)
    monkeypatch.setattr("turnout.adapters.signals.gbt20999.tcp_line.REPLY_S", 3_600.0)
    monkeypatch.setattr("turnout.adapters.signals.ntcip.snmp_line.TRY_S", 3_600.0)


def watched(most: int = DETECTORS) -> Junction:
    lanes = tuple(Detector(f"D{nth}", "west", 1, 10.0) for nth in range(1, most + 1))
    return replace(market(), detectors=lanes)


class Held:
    """What is said to a controller: only `detectors` wait, until one of them is let be answered."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._waiting: asyncio.Queue[asyncio.Event] = asyncio.Queue(100)
        self.holds = "detectors"

    async def before(self, what: str) -> None:
        self.said.append(what)
        if what == self.holds:
            let = asyncio.Event()
            self._waiting.put_nowait(let)
            await let.wait()

    async def comes(self) -> asyncio.Event:
        """A question that waits; to be let be answered."""
        return await self._waiting.get()


class Reached:
    def __init__(self, line: Line, held: Held, ticked: Ticked, junction: Junction) -> None:
        self.line, self.held = line, held
        self.all = ReachedControllers({"market": (junction, line)}, armed(), lambda: ticked.now_ms)

    def reads(self) -> asyncio.Task[dict[str, Any]]:
        return asyncio.create_task(self.all.detected("market"))

    def asks(self, id: str = "E7") -> asyncio.Task[Any]:
        return asyncio.create_task(self.all.ask(a_request(arrives_s=100, leaves_s=200, id=id)))

    def looks(self) -> asyncio.Task[Any]:
        return asyncio.create_task(self.all.shown("market"))

    async def is_read(self) -> bool:
        """While every question about detectors is answered as soon as it comes."""
        reading = self.reads()
        letting = asyncio.create_task(self._let_all())
        try:
            return bool(await reading)
        finally:
            letting.cancel()

    async def _let_all(self) -> None:
        while True:
            (await self.held.comes()).set()


@asynccontextmanager
async def by_ntcip(detectors: int = DETECTORS) -> AsyncIterator[Reached]:
    junction, held = watched(detectors), Held()
    ticked = Ticked(junction)
    async with asyncio.timeout(STUCK_S), an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), junction, "127.0.0.1", port, Credentials(community="city"))
        line._periods._rest = 1_000
        honest, flags = line._get, o.presence_flags(line._numbered.detectors)

        async def get(oids: Sequence[o.Oid]) -> Any:
            await held.before("detectors" if oids[0] in flags else "other")
            return await honest(oids)

        line._get = get  # type: ignore[method-assign]
        yield Reached(line, held, ticked, junction)
        await line.close()


@asynccontextmanager
async def by_gbt_20999() -> AsyncIterator[Reached]:
    junction, held = watched(), Held()
    ticked = Ticked(junction)
    async with asyncio.timeout(STUCK_S), a_server(ticked) as (at, _):
        line = TcpLine(junction, at, lambda: ticked.now_ms)
        honest = line._reply

        async def reply(sent: f.Frame) -> f.Frame:
            is_live = bool(sent.values) and sent.values[0].address[:3] == g.DETECTOR_LIVE
            await held.before("detectors" if is_live else "other")
            return await honest(sent)

        line._reply = reply  # type: ignore[method-assign]
        yield Reached(line, held, ticked, junction)
        await line.close()


BOTH = pytest.mark.parametrize("protocol", [by_ntcip, by_gbt_20999])


@BOTH
async def test_a_request_waits_for_no_answer_about_detectors_and_its_giving_back_neither(protocol: Any) -> None:
    async with protocol() as reached:
        reading = reached.reads()
        await reached.held.comes()
        assert (await reached.asks()).state in HEARD
        assert await reading == {}
        assert await reached.is_read()
        reading = reached.reads()
        await reached.held.comes()
        assert (await reached.all.cancel("market", "E7")).state == "cancelled"
        assert await reading == {}


@BOTH
async def test_who_only_looks_waits_for_the_reading(protocol: Any) -> None:
    async with protocol() as reached:
        reading = reached.reads()
        first = await reached.held.comes()
        looking = reached.looks()
        await asyncio.sleep(0)
        first.set()
        letting = asyncio.create_task(reached._let_all())
        assert len(await reading) == DETECTORS
        assert (await looking).plan == "day"
        letting.cancel()


async def test_the_reading_after_one_that_was_ended_is_waited_for_by_one_message_and_no_more() -> None:
    async with by_ntcip() as reached:
        held = reached.held
        reading = reached.reads()
        await held.comes()
        await reached.asks()
        assert await reading == {}
        held.said.clear()
        reading = reached.reads()
        first = await held.comes()
        asking = reached.asks("E8")
        for _ in range(20):
            await asyncio.sleep(0)
        assert held.said == ["detectors"], "it waits for the answer that is on the way"
        first.set()
        assert (await asking).state in HEARD
        rest = await held.comes()
        assert "detectors" not in held.said[1:-1], "and for none of those that follow"
        rest.set(), (await held.comes()).set()
        assert len(await reading) == DETECTORS


@BOTH
async def test_a_request_goes_before_whoever_only_looks(protocol: Any) -> None:
    async with protocol() as reached:
        held = reached.held
        held.holds = "other"
        looking = [reached.looks() for _ in range(3)]
        first = await held.comes()
        asking = reached.asks()
        for _ in range(20):
            await asyncio.sleep(0)
        held.holds = ""
        first.set()
        await asking
        assert [look.done() for look in looking] == [True, False, False]
        assert {(await look).plan for look in looking} == {"day"}


@BOTH
async def test_a_controller_that_is_asked_something_in_every_reading_is_still_read(protocol: Any) -> None:
    """Every other reading, however often somebody asks."""
    async with protocol() as reached:
        readings = 0
        for _ in range(6):
            reading = reached.reads()
            letting: asyncio.Task[None] | None = None
            first = await reached.held.comes()
            asking = reached.asks()
            for _ in range(20):
                await asyncio.sleep(0)
            first.set()
            letting = asyncio.create_task(reached._let_all())
            readings += bool(await reading)
            assert (await asking).state in HEARD
            letting.cancel()
        assert readings == 3


@BOTH
async def test_a_controller_that_is_looked_at_without_a_pause_is_still_read(protocol: Any) -> None:
    async with protocol() as reached:
        busy = True

        async def looks_on() -> None:
            while busy:
                assert (await reached.looks()).plan == "day"

        looking = [asyncio.create_task(looks_on()) for _ in range(3)]
        for _ in range(3):
            assert await reached.is_read()
        busy = False
        await asyncio.gather(*looking)


READINGS = 4
ANSWERED_IN_S = 0.25


def test_a_reading_of_several_messages_has_its_end_from_who_asks_and_from_no_looker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a clock that goes on when all wait: as many look as may, without a pause; every answer takes its time."""
    monkeypatch.undo()
    junction, messages = watched(), 0

    async def read() -> list[int]:
        line = SnmpLine(Snmp(), junction, "127.0.0.1", 161, Credentials(community="city"))
        line._periods._rest = 1_000
        flags = o.presence_flags(line._numbered.detectors)

        async def get(oids: Sequence[o.Oid]) -> Any:
            nonlocal messages
            messages += oids[0] in flags
            await asyncio.sleep(ANSWERED_IN_S)
            return dict.fromkeys(oids, 0)

        line._get = get  # type: ignore[method-assign]
        reached = ReachedControllers({"market": (junction, line)}, armed(), lambda: 0)

        async def looks_on() -> None:
            while True:
                assert (await reached.shown("market")).fault == "dark", "it has answered"

        looking = [asyncio.create_task(looks_on()) for _ in range(LOOKING_MAX)]
        found = [len(await asyncio.wait_for(reached.detected("market"), WAIT_S)) for _ in range(READINGS)]
        for look in looking:
            look.cancel()
        assert await asyncio.gather(*looking, return_exceptions=True)
        assert not [look for look in looking if not look.cancelled()]
        return found

    with asyncio.Runner(loop_factory=MadeTime) as runner:
        assert runner.run(read()) == [DETECTORS] * READINGS
    assert messages == 3 * READINGS


async def test_a_late_answer_about_detectors_costs_no_connection_that_something_waits_for() -> None:
    async with by_gbt_20999() as reached:
        assert isinstance(reached.line, TcpLine)
        assert await reached.is_read()
        writer = reached.line._writer
        reading = reached.reads()
        await reached.held.comes()
        assert (await reached.all.cancel("market", "E7")).state == "cancelled"
        assert (await reached.asks()).state in HEARD
        assert await reading == {}
        assert reached.line._writer is writer is not None


async def test_a_stage_that_is_due_is_named_without_waiting_for_detectors() -> None:
    """By the task that keeps it, which asks nobody for its turn."""
    async with by_gbt_20999() as reached:
        line = reached.line
        assert isinstance(line, TcpLine)
        await reached.asks()
        assert line._keeper is not None
        line._keeper.cancel()
        with suppress(asyncio.CancelledError):
            await line._keeper
        reading = reached.reads()
        await reached.held.comes()
        next(iter(line._held.values())).begins_ms = 0
        await line._keep()
        assert line._named
        assert await reading == {}


# --- the turn by itself


class Going:
    """Who holds the turn, and the order in which they had it."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.holds: list[int] = []
        self.had: list[int] = []
        self.lets: dict[int, asyncio.Event] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}

    async def go(self, nth: int, what: str) -> None:
        async with self.turn.taken(goes_first=what == "first", goes_on=what == "goes-on"):
            self.holds.append(nth)
            self.had.append(nth)
            assert len(self.holds) == 1
            try:
                await self.lets[nth].wait()
            finally:
                self.holds.remove(nth)

    def comes(self, nth: int, what: str) -> None:
        self.lets[nth] = asyncio.Event()
        self.tasks[nth] = asyncio.create_task(self.go(nth, what))


async def settled() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


WHAT = ("first", "other", "goes-on", "let", "let", "cancel", "let-and-cancel")
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 11)))


@given(STEPS)
def test_one_goes_at_a_time_all_come_to_it_and_who_goes_first_waits_for_nobody_that_came_later(
    steps: list[tuple[str, int]],
) -> None:
    asyncio.run(gone(steps))


async def gone(steps: list[tuple[str, int]]) -> None:
    going, kinds, cancelled = Going(), dict[int, str](), set[int]()
    arrived: dict[int, int] = {}
    for nth, (what, which) in enumerate(steps):
        open = [each for each, task in going.tasks.items() if not task.done()]
        if what in ("first", "other", "goes-on"):
            kinds[nth], arrived[nth] = what, len(going.had)
            going.comes(nth, what)
        elif what == "let" and going.holds:
            going.lets[going.holds[0]].set()
        elif what.endswith("cancel") and open:
            mine = open[which % len(open)]
            if what == "let-and-cancel" and going.holds:
                going.lets[going.holds[0]].set()
                for _ in range(which % 3):
                    await asyncio.sleep(0)
            going.tasks[mine].cancel()
            cancelled.add(mine)
        await settled()
    while going.holds:
        going.lets[going.holds[0]].set()
        await settled()
    assert all(task.done() for task in going.tasks.values())
    assert set(going.had) | cancelled == set(going.tasks)
    for nth in set(going.had):
        fairly_passed(nth, going.had[arrived[nth] : going.had.index(nth)], kinds)


def fairly_passed(nth: int, passed: list[int], kinds: dict[int, str]) -> None:
    """`passed`: who had the turn while `nth` waited, each known by when it came."""
    first = [each for each in passed if kinds[each] == "first"]
    others = [each for each in passed if kinds[each] != "first"]
    if kinds[nth] == "first":
        assert first == sorted(first)
        assert all(each < nth for each in passed)
        assert len(others) <= len(first) + 1
    else:
        assert sum(each > nth for each in first) <= len(others) + 1
        mine = [each for each in others if kinds[each] == "other"]
        assert kinds[nth] == "goes-on" or (mine == sorted(mine) and all(each < nth for each in mine))


async def test_a_look_that_came_after_a_request_does_not_overtake_it() -> None:
    going = Going()
    for nth, what in enumerate(("other", "first", "first", "other", "first")):
        going.comes(nth, what)
        await settled()
    while going.holds:
        going.lets[going.holds[0]].set()
        await settled()
    assert going.had == [0, 1, 2, 3, 4]


def test_patience_ends_in_every_other_reading_at_most_and_only_while_an_answer_is_waited_for() -> None:
    async def ended(patience: Patience, act: Callable[[], Awaitable[None]]) -> bool:
        patience.begin()
        with suppress(TimeoutError):
            async with patience.waiting():
                await act()
        return patience.has_ended

    async def looked() -> list[bool]:
        patience = Patience()
        patience.end()

        async def comes() -> None:
            patience.end(), patience.end()
            await asyncio.sleep(0.001)

        found = [await ended(patience, comes) for _ in range(4)]
        patience.end()
        return [*found, await ended(patience, lambda: asyncio.sleep(0))]

    assert asyncio.run(looked()) == [True, False, True, False, False]
