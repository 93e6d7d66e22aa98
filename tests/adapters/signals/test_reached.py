"""The gate, the limits and the silence before every controller, whatever it speaks."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.adapters.signals.controllers import EPOCH_S, Opened, a_request, armed, market
from turnout.adapters.signals import reached as reaching
from turnout.adapters.signals.line import Heard, Reading, Silent
from turnout.adapters.signals.reached import LOOKING_MAX, NUMBERS, ReachedControllers, first_number
from turnout.adapters.signals.turn import Patience, Turn
from turnout.signals.arming import Gate
from turnout.signals.controller import LEAVES_MAX_MS, Asked, Presence, PriorityRequest
from turnout.signals.simulated_controller import REQUESTS_MAX, Counted
from turnout.words.trouble import Malformed


class Noted:
    """A line that notes what it is told; `trouble` comes instead of an answer, `block` before it."""

    def __init__(self) -> None:
        self.patience = Patience()
        self.told: list[tuple[str, int]] = []
        self.state: Heard = Heard("queued")
        self.trouble: Exception | None = None
        self.block: asyncio.Event | None = None
        self.utc_s = EPOCH_S
        self.is_closed = False

    async def _answered(self) -> None:
        if self.block is not None:
            await self.block.wait()
        if self.trouble is not None:
            raise self.trouble

    async def ask(self, number: int, request: PriorityRequest) -> Heard:
        self.told.append(("ask", number))
        await self._answered()
        return self.state

    async def withdraw(self, number: int, before: PriorityRequest | None = None) -> Heard:
        self.told.append(("withdraw", number))
        await self._answered()
        return Heard("cancelled")

    async def status(self, number: int) -> Heard:
        await self._answered()
        return self.state

    async def read(self) -> Reading:
        await self._answered()
        return Reading(aspects={"K1": 2}, plan="day", utc_s=self.utc_s)

    async def counts(self) -> dict[str, Counted]:
        await self._answered()
        return {"D1": Counted(3)}

    async def detected(self, turn: Turn) -> dict[str, Presence]:
        async with turn.taken(), self.patience.waiting():
            await self._answered()
        return {"D1": Presence(is_occupied=True)}

    async def close(self) -> None:
        self.is_closed = True


NUMBER = first_number("E7")


def one(line: Noted, gate: Gate | None = None, now_ms: Callable[[], int] = lambda: 0) -> ReachedControllers:
    return ReachedControllers({"market": (market(), line)}, gate or armed(), now_ms)


async def test_nothing_is_asked_of_a_controller_that_nobody_armed() -> None:
    line, gate = Noted(), Opened()
    reached = one(line, gate)
    refused = await reached.ask(a_request())
    assert (refused.state, refused.reason) == ("refused", "not-armed")
    assert (await reached.cancel("market", "E7")).state == "cancelled"
    assert line.told == []
    gate.open.add("market")
    assert (await reached.ask(a_request())).state == "queued"
    gate.open.clear()
    assert (await reached.ask(a_request())).reason == "not-armed"
    assert line.told == [("ask", NUMBER), ("withdraw", NUMBER)]


async def test_what_another_process_asked_is_taken_back_under_the_number_that_it_had() -> None:
    line = Noted()
    before = one(line)
    await before.ask(a_request())
    line.told.clear()
    after = one(line, Opened())
    assert (await after.cancel("market", "E7")).state == "cancelled"
    assert line.told == [], "nobody has said that it was asked"
    assert (await after.cancel("market", "E7", Asked("K2", 1))).state == "cancelled"
    assert line.told == [("withdraw", NUMBER)]


async def test_a_request_that_ends_because_the_clock_jumped_says_so_whoever_asks_first() -> None:
    line = Noted()
    reached = one(line)
    await reached.ask(a_request())
    line.state = Heard("refused", "fault")
    assert (await reached.status("market", "E7")).reason == "fault"
    line.state = Heard("queued")
    await reached.ask(a_request())
    line.utc_s += 3_600
    line.state = Heard("refused", "fault")
    answer = await reached.status("market", "E7")
    assert (answer.state, answer.reason) == ("refused", "clock")


async def test_a_request_that_is_refused_in_its_course_is_taken_back() -> None:
    line, gate = Noted(), armed()
    reached = one(line, gate)
    await reached.ask(a_request())
    gate.open.clear()
    assert (await reached.ask(a_request())).reason == "not-armed"
    assert line.told == [("ask", NUMBER), ("withdraw", NUMBER)]
    gate.open.add("market")
    await reached.ask(a_request())
    line.utc_s += 3_600
    assert (await reached.ask(a_request())).reason == "clock"
    assert line.told[2:] == [("ask", NUMBER), ("withdraw", NUMBER)]


async def test_requests_that_stand_have_different_numbers_whatever_they_are_called() -> None:
    line, now = Noted(), [0]
    reached = one(line, armed(), lambda: now[0])
    for nth in range(REQUESTS_MAX):
        assert (await reached.ask(a_request(id=f"{nth}"))).state == "queued"
    numbers = {number for deed, number in line.told if deed == "ask"}
    assert len(numbers) == REQUESTS_MAX
    assert numbers <= set(NUMBERS)


async def test_what_was_asked_while_armed_is_given_back_when_it_no_longer_is() -> None:
    line, arming = Noted(), armed()
    reached = one(line, arming)
    await reached.ask(a_request())
    arming.open.clear()
    assert (await reached.cancel("market", "E7")).state == "cancelled"
    assert line.told == [("ask", NUMBER), ("withdraw", NUMBER)]
    assert (await reached.cancel("market", "E7")).state == "cancelled"
    assert len(line.told) == 2


async def test_a_request_whose_answer_was_lost_is_taken_back_all_the_same() -> None:
    line = Noted()
    reached = one(line)
    await reached.ask(a_request())
    line.trouble = Silent("no-answer")
    assert (await reached.status("market", "E7")).state == "lost"
    line.trouble = None
    assert (await reached.cancel("market", "E7")).state == "cancelled"
    assert line.told == [("ask", NUMBER), ("withdraw", NUMBER)]


async def test_the_end_takes_everything_back() -> None:
    line = Noted()
    reached = one(line)
    for nth in range(REQUESTS_MAX):
        await reached.ask(a_request(id=f"E{nth}"))
    await reached.close()
    asked = [number for deed, number in line.told[:REQUESTS_MAX] if deed == "ask"]
    assert line.told[REQUESTS_MAX:] == [("withdraw", number) for number in asked]
    assert line.is_closed


@pytest.mark.parametrize("trouble", [UnicodeError("label too long"), RuntimeError("a library's own")])
async def test_what_a_library_raises_is_a_controller_that_does_not_answer(trouble: Exception) -> None:
    line = Noted()
    line.trouble = trouble
    reached = one(line)
    assert (await reached.ask(a_request())).state == "lost"
    assert (await reached.shown("market")).fault == "no-answer"
    assert await reached.counts("market") == {}


async def test_the_same_request_keeps_its_number_and_none_asks_for_too_many_or_too_far() -> None:
    line = Noted()
    reached = one(line)
    for _ in range(2):
        await reached.ask(a_request())
    assert line.told == [("ask", NUMBER), ("ask", NUMBER)]
    for nth in range(REQUESTS_MAX - 1):
        assert (await reached.ask(a_request(id=f"E1{nth}"))).state == "queued"
    assert (await reached.ask(a_request(id="E99"))).reason == "busy"
    assert (await reached.ask(a_request(arrives_s=1, leaves_s=LEAVES_MAX_MS // 1_000 + 1))).reason == "too-early"
    assert (await reached.ask(a_request(arrives_s=9, leaves_s=8))).reason == "too-early"
    assert len(line.told) == REQUESTS_MAX + 1


async def test_numbers_of_requests_that_are_over_are_free_again() -> None:
    line, now = Noted(), [0]
    reached = one(line, armed(), lambda: now[0])
    for nth in range(600):
        assert (await reached.ask(a_request(id=f"E{nth}"))).state == "queued"
        now[0] += 31_000
        line.utc_s += 31
    assert {number for _, number in line.told} <= set(NUMBERS)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(Silent("no-answer"), "no-answer"), (OSError("gone"), "no-answer"), (Malformed("x"), "fault")],
)
async def test_a_controller_that_fails_is_lost_and_raises_nothing(trouble: Exception, reason: str) -> None:
    line = Noted()
    reached = one(line)
    await reached.ask(a_request())
    line.trouble = trouble
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: reached.ask(a_request()),
        lambda: reached.status("market", "E7"),
    ]
    for call in calls:
        line.told.clear()
        found = await call()
        assert (found.state, found.reason) == ("lost", reason)  # type: ignore[attr-defined]
        line.trouble = None
        await reached.ask(a_request())
        line.trouble = trouble
    assert (await reached.shown("market")).fault == "no-answer"
    assert await reached.counts("market") == {}
    await reached.close()


async def test_a_controller_that_never_answers_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "ANSWER_S", 0.05)
    line = Noted()
    reached = one(line)
    await reached.ask(a_request())
    line.block = asyncio.Event()
    many = [asyncio.create_task(reached.shown("market")) for _ in range(LOOKING_MAX + 50)]
    await asyncio.sleep(0)
    looked = await reached.status("market", "E7")
    assert (looked.state, looked.reason) == ("lost", "busy")
    asked = await reached.ask(a_request())
    assert (asked.state, asked.reason) == ("lost", "no-answer")
    assert {shown.fault for shown in await asyncio.gather(*many)} == {"no-answer"}
    line.block.set()
    assert (await reached.shown("market")).plan == "day"
    assert (await reached.ask(a_request())).state == "queued"


async def test_no_crew_is_turned_away_because_others_look_and_no_giving_back_at_all() -> None:
    line = Noted()
    reached = one(line)
    await reached.ask(a_request())
    line.told.clear()
    line.block = asyncio.Event()
    looks = [asyncio.create_task(reached.shown("market")) for _ in range(LOOKING_MAX)]
    asks = [asyncio.create_task(reached.ask(a_request(id=f"E{nth}"))) for nth in range(10, 9 + REQUESTS_MAX)]
    again = asyncio.create_task(reached.ask(a_request(id="E10")))
    await asyncio.sleep(0)
    assert (await reached.ask(a_request(id="E11"))).reason == "busy", "so many ask already"
    backs = [asyncio.create_task(reached.cancel("market", "E7", Asked("K2", 1))) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in (*looks, *asks, *backs))
    line.block.set()
    assert {(await ask).state for ask in (*asks, again)} == {"queued"}
    assert {(await back).state for back in backs} == {"cancelled"}
    assert ("withdraw", NUMBER) in line.told
    assert {(await look).plan for look in looks} == {"day"}


async def test_a_junction_that_is_not_reached_is_refused_and_shows_nothing() -> None:
    reached = ReachedControllers({}, armed(), lambda: 0)
    assert (await reached.ask(a_request())).reason == "unknown-group"
    assert (await reached.shown("market")).fault == "no-answer"
    assert (await reached.status("market", "E7")).state == "cancelled"
    assert await reached.counts("market") == {}


async def test_a_controller_whose_clock_jumped_is_not_asked() -> None:
    line, now = Noted(), [0]
    reached = one(line, armed(), lambda: now[0])
    assert (await reached.shown("market")).fault == ""
    now[0] += 1_000
    line.utc_s += 1_000
    assert (await reached.shown("market")).fault == "clock"
    refused = await reached.ask(a_request())
    assert (refused.state, refused.reason) == ("refused", "clock")
    assert line.told == []
