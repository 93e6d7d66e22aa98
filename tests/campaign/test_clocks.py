"""Clocks that are put, and the dates on which programs have failed, under a whole server at work.

Los Angeles, 31 December 2024: a dispatch system could not be logged on to with the new year.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.campaign.clocks import LIBRARIES, PutClock
from tests.campaign.history import Asked, check_history
from tests.campaign.server import ADDRESS, API, UNITS, Client, Server
from tests.campaign.test_server_kills import rows_of

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
AROUND_S = 30.0 if SOAK else 5.0
"""How long the clients work over each date."""
SOON_S = 45.0
HOUR_S = 3_600.0

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="this machine has no libfaketime")


class AtWork:
    def __init__(self, server: Server, clock: PutClock) -> None:
        self.server, self.clock, self.history = server, clock, list[Asked]()
        self.token = server.token()
        self.client = Client(server.url, self.token, random.Random(3), self.history)
        self.http = httpx.AsyncClient(
            base_url=server.url, headers={"authorization": f"Bearer {self.token}"}, timeout=20.0
        )

    async def work(self, for_s: float) -> None:
        """Nothing is refused for want of a clock: every command is answered."""
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            asked = await self.client.try_once(self.client.next_command())
            assert asked.outcome != "unknown", asked.code
            await asyncio.sleep(0.05)

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    async def do(self, command: dict[str, Any]) -> None:
        assert (await self.client.ask(command)).outcome == "done"

    async def timer(self, key: str) -> Any:
        return (await self.get(f"{API}/board"))["tables"]["timers"][key]


@asynccontextmanager
async def at_work(tmp_path: Path, begins: datetime | None = None) -> AsyncIterator[AtWork]:
    """Judged at the end: nothing lost, nothing twice, and times that never decrease."""
    clock = PutClock(tmp_path)
    if begins is not None:
        clock.put(begins)
    server = Server(tmp_path / "data", environment=clock.environment)
    try:
        await asyncio.to_thread(server.start)
        work = AtWork(server, clock)
        try:
            for unit in UNITS:
                await work.client.ask({"do": "log-on", "unit": unit})
            yield work
        finally:
            await work.client.close()
            await work.http.aclose()
    finally:
        server.kill()
    rows = rows_of(server.journal)
    check_history(work.history, rows)
    times = [row.at for row in rows]
    assert times == sorted(times), "times of the journal decrease"


async def soon(holds: Callable[[], Any]) -> Any:
    async with asyncio.timeout(SOON_S):
        while not (found := await holds()):
            await asyncio.sleep(0.2)
        return found


async def an_incident_with_timers(work: AtWork) -> tuple[str, list[str]]:
    """Its timers all put far off, but for the first, which is to ring in some seconds."""
    await work.do({"do": "log-on", "unit": "E13"})  # a unit that the client leaves alone
    await work.do({"do": "open-incident", "incident_id": "clocks", "type": "MED", "location": ADDRESS})
    await work.do({"do": "assign-units", "incident_id": "clocks", "units": ["E13"], "override": "campaign"})
    rows = (await work.get(f"{API}/board"))["tables"]["timers"]
    ours = sorted(key for key, row in rows.items() if row.get("incident") == "clocks")
    assert len(ours) >= 2
    await work.do({"do": "reset-timers", "timers": ours, "by_s": 1_200})
    await work.do({"do": "reset-timers", "timers": ours[:1], "by_s": 5})
    return ours[0], ours[1:]


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
async def test_a_clock_that_is_put_by_an_hour_rings_no_storm_and_lets_no_timer_sleep(
    tmp_path: Path, step_s: float
) -> None:
    async with at_work(tmp_path) as work:
        signing = {"role": "dispatcher", "position": "D1", "language": "en"}
        person = httpx.AsyncClient(base_url=work.server.url, timeout=20.0)
        assert (await person.post(f"{API}/session/demo", json=signing)).status_code == 200
        soonest, others = await an_incident_with_timers(work)
        before = (await work.get("/health"))["seq"]
        work.clock.step(step_s)
        await soon(lambda: rang(work, soonest))
        await work.work(3.0)
        assert not [key for key in others if await rang(work, key)], "timers rang that were not due"
        assert (await person.get(f"{API}/session")).status_code == 200, "the session has ended"
        await person.aclose()
        alarms = await soon(lambda: alarm_of(work, "clock-step"))
        assert alarms["level"] == "severe"
        shown = await work.get(f"{API}/incidents/clocks/chronology")
        assert shown
    rows = [row for row in rows_of(work.server.journal) if row.seq > before]
    assert 2_000 < rows[-1].at - rows[0].at < 60_000, "the record's time did not go on at its pace"


async def rang(work: AtWork, key: str) -> bool:
    return (await work.timer(key)).get("rung") is not None


async def alarm_of(work: AtWork, key: str) -> Any:
    return next((one for one in (await work.get("/health"))["alarms"] if one["key"] == key), None)


DATES = {
    "29 February begins": datetime(2028, 2, 29, 7, 59, 58, tzinfo=UTC),
    "summer time begins": datetime(2028, 3, 12, 9, 59, 58, tzinfo=UTC),
    "summer time ends": datetime(2028, 11, 5, 8, 59, 58, tzinfo=UTC),
    "32 bits are full": datetime(2038, 1, 19, 3, 14, 5, tzinfo=UTC),
}
"""Some seconds before, in San Francisco's time."""


async def test_the_dates_on_which_programs_fail_pass_while_it_works(tmp_path: Path) -> None:
    async with at_work(tmp_path, datetime(2026, 12, 31, 23, 59, 0, tzinfo=UTC)) as work:
        await work.work(2.0)  # the year changes in Greenwich, not yet here
        work.clock.put(datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC))
        await work.work(2.0)
        work.clock.put(datetime(2027, 1, 1, 7, 59, 57, tzinfo=UTC))
        await work.work(AROUND_S)
        await numbers_are_right(work)
        for name, at in DATES.items():
            work.clock.put(at)
            await work.work(AROUND_S)
            assert abs((await work.get("/health"))["seq"]) > 0, name
            signing = {"role": "dispatcher", "position": "", "language": "zh-CN"}
            assert (await work.http.post(f"{API}/session/demo", json=signing)).status_code == 200, name
        work.server.kill()
        await asyncio.to_thread(work.server.start)
        await work.work(1.0)
        incidents = (await work.get(f"{API}/board"))["tables"]["incidents"]
        for incident in list(incidents)[:3]:
            assert await work.get(f"{API}/incidents/{incident}/chronology")
    newest = rows_of(work.server.journal)[-1].at / 1_000
    assert datetime.fromtimestamp(newest, UTC).year == 2038


async def numbers_are_right(work: AtWork) -> None:
    """Each agency's numbers go up one by one within the city's own year, and begin again with it."""
    rows = (await work.get(f"{API}/board"))["tables"]["incidents"].values()
    boundary = datetime(2027, 1, 1, 8, 0, tzinfo=UTC).timestamp() * 1_000
    seen: dict[tuple[str, int], list[str]] = {}
    for row in sorted(rows, key=lambda row: row["opened"]):
        for agency, number in row["numbers"].items():
            seen.setdefault((agency, 26 if row["opened"] < boundary else 27), []).append(number)
    assert {year for _, year in seen} == {26, 27}, "no incident on both sides of midnight"
    for (agency, year), numbers in seen.items():
        digits = sorted(int("".join(letter for letter in number if letter.isdigit())) for number in numbers)
        assert str(digits[0]).startswith(str(year)), (agency, numbers)
        assert digits == list(range(digits[0], digits[0] + len(digits))), (agency, numbers)
