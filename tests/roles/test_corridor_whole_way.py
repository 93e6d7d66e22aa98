"""The whole way of a corridor, over real processes: a desk, two controllers with their own doors, a crew that drives.

One test with several acts, since starting whole processes costs seconds.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.adapters.running import free_port
from tests.postgres_pair import until
from tests.roles.city import RoleProcess, all_well
from tests.roles.street import BEHIND, CREW, FIRST, SECOND, UNIT, Controller, Crew, a_city, a_folder, the_way
from tests.two_servers import CITY, PATIENCE_S, ROOT, token_in
from turnout.adapters.storage.postgres.database import Database


class Server:
    """`turnout serve` on files."""

    def __init__(self, city: Path, data: Path) -> None:
        self._city, self._data, self._port = city, data, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ("serve", "--no-simulation", "--reserve-mib", "0", "--city", str(self._city), "--data", str(self._data))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "turnout.main", *words, "--port", str(self._port)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=(self._data.parent / "server.log").open("ab"),
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None


@asynccontextmanager
async def two_controllers(folder: Path) -> AsyncIterator[tuple[Controller, Controller]]:
    """Both listening, and the city's folder made."""
    a_folder(folder)
    first, second = Controller(folder, FIRST, "ntcip"), Controller(folder, SECOND, "gbt20999")
    try:
        await first.start(), await second.start()
        a_city(folder, first, second)
        yield first, second
    finally:
        await first.end()
        await second.end()


@asynccontextmanager
async def a_street(folder: Path) -> AsyncIterator[tuple[Controller, Controller, Server, Crew]]:
    """Two controllers, a server at work, and a crew that has set out."""
    token = token_in(folder / "data")
    async with two_controllers(folder / "city") as (first, second), httpx.AsyncClient(timeout=20.0) as client:
        server = Server(folder / "city", folder / "data")
        crew = Crew(client, server.url, token)
        try:
            server.start()
            await crew.set_out()
            yield first, second, server, crew
        finally:
            server.end()


async def until_back_in_its_plan(controller: Controller) -> None:
    async def back() -> bool:
        reading = await controller.shows()
        return reading is not None and reading.plan == "day" and reading.aspects[CREW] != 2

    await until(back, PATIENCE_S)


async def test_a_crew_meets_green_by_two_protocols_and_everything_is_given_back(tmp_path: Path) -> None:
    to_first, to_second = the_way().metres
    async with a_street(tmp_path) as (first, second, _, crew):
        await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
        await first.until_green(CREW)
        await crew.creep_until(crew.says(FIRST, "released"), to_second - 20)
        await until_back_in_its_plan(first)
        await crew.creep_until(crew.says(SECOND, "granted"), to_second - 20)
        await second.until_green(CREW)
        await an_unplugged_controller_holds_up_nobody(crew, second, to_second)
        await crew.command(do="report-status", unit=UNIT, status="on-scene")
        await until(crew.is_over, PATIENCE_S)
        await second.until_taken_back()
        await until_back_in_its_plan(second)


async def an_unplugged_controller_holds_up_nobody(crew: Crew, second: Controller, metres: float) -> None:
    await second.end(signal.SIGKILL)
    await crew.creep_until(crew.says(SECOND, "lost"), metres - 20)
    await crew.command(do="add-narrative", incident_id="I1", entry_id="e", text="while it was gone")
    await second.start()
    await crew.creep_until(crew.says(SECOND, "granted"), metres - 20)


async def test_a_full_street_that_a_detector_sees_changes_what_the_corridor_does_by_both_protocols(
    tmp_path: Path,
) -> None:
    """By NTCIP at the first junction, by GB/T 20999 at the second, which is opened before its time."""
    to_first, _ = the_way().metres
    async with a_street(tmp_path) as (first, second, _, crew):

        async def shows(state: str) -> bool:
            rows = await crew.detectors()
            seen = {id: {each["id"]: each["state"] for each in row["detectors"]} for id, row in rows.items()}
            return seen.get(FIRST, {}).get(BEHIND) == state == seen.get(SECOND, {}).get(BEHIND)

        async def free_after_somebody() -> bool:
            """Nobody there is believed of a detector that has shown somebody before."""
            for names in ((BEHIND,), ()):
                first.let_show(*names), second.let_show(*names)
                await asyncio.sleep(2)
            return await shows("free")

        async def both_are_blocked() -> bool:
            rows = await crew.rows()
            return rows.get(FIRST) == rows.get(SECOND) == ("released", "blocked")

        await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
        await crew.creep_until(free_after_somebody, to_first - 20)
        assert SECOND not in await crew.rows(), "it is far"
        first.let_show(BEHIND), second.let_show(BEHIND)
        await crew.creep_until(lambda: shows("occupied"), to_first - 20)
        await crew.creep_until(crew.says(SECOND, "asked", "granted"), to_first - 20)
        await crew.creep_until(both_are_blocked, to_first - 20)
        await first.until_taken_back()
        await until_back_in_its_plan(first)
        await until_back_in_its_plan(second)
        first.let_show(), second.let_show()
        await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
        await first.until_green(CREW)


async def test_a_controller_whose_clock_jumps_is_left_to_its_plan(tmp_path: Path) -> None:
    to_first, _ = the_way().metres
    async with a_street(tmp_path) as (first, _, _, crew):
        await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
        first.jump()
        await crew.creep_until(crew.says(FIRST, "refused"), to_first - 20)
        assert (await crew.rows())[FIRST] == ("refused", "clock")
        await until_back_in_its_plan(first)


async def test_after_a_crash_what_was_held_is_given_back_and_asked_again_and_disarming_ends_it(tmp_path: Path) -> None:
    to_first, _ = the_way().metres
    async with a_street(tmp_path) as (first, _, server, crew):
        await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
        server.end(signal.SIGKILL)
        gone_ms = int(time.time() * 1_000)
        server.start()
        await crew.command(do="add-narrative", incident_id="I1", entry_id="e", text="it is back")
        await crew.creep_until(crew.says(FIRST, "granted", since_ms=gone_ms), to_first - 20)
        await first.until_taken_back()
        await first.until_green(CREW)
        await crew.engineer(do="disarm-signals", permit_id="P1", reason="works")
        await crew.creep_until(crew.says(FIRST, "released"), to_first - 20)
        assert (await crew.rows())[FIRST] == ("released", "not-armed")
        await first.until_taken_back()
        await until_back_in_its_plan(first)


async def test_with_roles_the_desks_process_runs_it_and_another_desk_takes_it_over(
    database: Database, tmp_path: Path
) -> None:
    to_first, to_second = the_way().metres
    token = token_in(tmp_path / "a")
    async with two_controllers(tmp_path / "city") as (first, second), httpx.AsyncClient(timeout=20.0) as client:
        words = ("--city", str(tmp_path / "city"))
        one, other = (RoleProcess("desk", database.url, tmp_path / name, *words) for name in ("a", "b"))
        edge = RoleProcess("edge", database.url, tmp_path / "a", *words)
        crew = Crew(client, edge.url, token)
        try:
            one.start()
            await one.until_well(client)
            (tmp_path / "b" / CITY).mkdir(parents=True)
            (tmp_path / "b" / CITY / "vault.site-key").write_bytes(
                (tmp_path / "a" / CITY / "vault.site-key").read_bytes()
            )
            edge.start(), other.start()
            await all_well(client, edge)
            await other.until_it_says(client, "not-the-desk")
            await crew.set_out()
            await crew.creep_until(crew.says(FIRST, "granted"), to_first - 20)
            await first.until_green(CREW)
            one.end(signal.SIGKILL)
            gone_ms = int(time.time() * 1_000)
            await other.until_well(client)
            await crew.creep_until(crew.says(FIRST, "granted", since_ms=gone_ms), to_first - 20)
            await crew.creep_until(crew.says(SECOND, "granted"), to_second - 20)
            await second.until_green(CREW)
            await crew.command(do="report-status", unit=UNIT, status="on-scene")
            await until(crew.is_over, PATIENCE_S)
            await until_back_in_its_plan(first)
            await until_back_in_its_plan(second)
        finally:
            for process in (edge, one, other):
                process.end()
