"""A full, read-only, failing or slow disk under a whole server: refused by name, kept, read on, resumed by itself."""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.campaign.disks import BadDisk, bad_disk
from tests.campaign.history import Asked, check_history
from tests.campaign.server import API, UNITS, Client, Server
from tests.campaign.test_server_kills import rows_of

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
ROUNDS = 20 if SOAK else 1
CLIENTS = 4
AT_MOST_S = 90.0
MIB = 1024 * 1024

pytestmark = pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this machine has no FUSE to be bad with")

SAID = {
    "storage-full": ("The disk is full", "磁盘已满"),
    "storage-read-only": ("can only be read", "磁盘只读"),
    "storage-failed": ("did not take it", "写入失败"),
}


class AtWork:
    """A server on a disk, and clients that go on whatever they are told."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server, self.history = server, list[Asked]()
        token = server.token()
        self.clients = [Client(server.url, token, random.Random(f"{seed}/{n}"), self.history) for n in range(CLIENTS)]
        self.http = httpx.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {token}"}, timeout=15.0)

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        await self.http.aclose()

    def count(self, outcome: str, code: str = "") -> int:
        return sum(one.outcome == outcome and (not code or one.code == code) for one in self.history)

    async def until(self, holds: Callable[[], bool]) -> None:
        """All clients work until it holds."""
        over = time.monotonic() + AT_MOST_S

        async def work(client: Client, language: str) -> None:
            while not holds():
                assert time.monotonic() < over, {one.code or one.outcome for one in self.history[-50:]}
                asked = await client.try_once(client.next_command(), language)
                if asked.outcome == "unknown":
                    assert any(word in asked.said for word in SAID[asked.code]), asked.said
                    await asyncio.sleep(0.02)

        await asyncio.gather(*(work(one, ("en", "zh-CN")[n % 2]) for n, one in enumerate(self.clients)))

    async def until_done(self, more: int) -> None:
        wanted = self.count("done") + more
        await self.until(lambda: self.count("done") >= wanted)

    async def until_refused(self, code: str, more: int = 12) -> None:
        wanted = self.count("unknown", code) + more
        await self.until(lambda: self.count("unknown", code) >= wanted)

    async def health(self) -> Any:
        return (await self.http.get("/health")).json()

    async def until_alarm(self, key: str, there: bool = True) -> None:
        async with asyncio.timeout(AT_MOST_S):
            while (key in {one["key"] for one in (await self.health())["alarms"]}) != there:
                await asyncio.sleep(0.2)

    async def goes_on_beside(self) -> None:
        """Reading, and doors that write elsewhere: an answer with a code, never a bug, never a hang."""
        assert (await self.http.get(f"{API}/board")).status_code == 200
        assert (await self.http.get(f"{API}/positions")).status_code == 200
        assert (await self.health())["seq"] > 0
        signing = {"role": "dispatcher", "position": "D1", "language": "en"}
        signed_in = await self.http.post(f"{API}/session/demo", json=signing)
        assert signed_in.status_code in (200, 201, 503), signed_in.text
        if signed_in.status_code == 503:
            assert signed_in.json()["code"].startswith("storage-"), signed_in.text


@asynccontextmanager
async def at_work(disk: BadDisk, tmp_path: Path, *serving: str, seed: int = 5) -> AsyncIterator[AtWork]:
    """Judged at the end from what the clients were told, and from the journal on the disk behind."""
    server = Server(disk.folder / "data", *serving, log=tmp_path / "server.log")
    try:
        await asyncio.to_thread(server.start)
        work = AtWork(server, random.randrange(2**32) if SOAK else seed)
        try:
            for unit in UNITS:
                await work.clients[0].ask({"do": "log-on", "unit": unit})
            yield work
        finally:
            await work.close()
    finally:
        server.kill()
        disk.be()
    rows = rows_of(server.journal)
    check_history(work.history, rows)
    written = {row.command_id for row in rows}
    not_done = [one.id for one in work.history if one.code in ("storage-full", "storage-read-only")]
    assert not written & set(not_done), "refused by a disk that takes nothing, and written"


def said_in(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


async def test_a_disk_that_fills_up_refuses_by_name_and_goes_on_by_itself_when_there_is_room(tmp_path: Path) -> None:
    with bad_disk(tmp_path) as disk:
        disk.be(capacity_bytes=400 * MIB)
        async with at_work(disk, tmp_path, "--reserve-mib", "1") as work:
            await work.until_done(40)
            for _ in range(ROUNDS):
                disk.be(capacity_bytes=disk.used_bytes() + MIB // 4)
                await work.until_refused("storage-full")
                await work.goes_on_beside()
                await work.until_alarm("disk-reserve")
                kept = await work.health()
                assert kept["level"] == "severe"
                disk.be(capacity_bytes=400 * MIB)
                await work.until_done(40)
                await work.until_alarm("disk-reserve", there=False)
            assert "the reserve is given up" in said_in(work.server.log)
    assert "BugFound" not in said_in(tmp_path / "server.log")


@pytest.mark.parametrize(
    ("bad", "code"), [({"read_only": True}, "storage-read-only"), ({"fails": True}, "storage-failed")]
)
async def test_a_disk_that_takes_nothing_is_named_and_work_goes_on_when_it_does_again(
    tmp_path: Path, bad: dict[str, Any], code: str
) -> None:
    with bad_disk(tmp_path) as disk:
        async with at_work(disk, tmp_path) as work:
            await work.until_done(40)
            for _ in range(ROUNDS):
                disk.be(**bad)
                await work.until_refused(code)
                await work.goes_on_beside()
                await work.until_alarm("disk-refuses")
                disk.be()
                await work.until_done(40)


async def test_a_slow_disk_is_an_alarm_before_anything_is_refused(tmp_path: Path) -> None:
    with bad_disk(tmp_path) as disk:
        async with at_work(disk, tmp_path) as work:
            await work.until_done(20)
            disk.be(sync_s=0.25)
            watching = asyncio.create_task(work.until_alarm("append-time"))
            await work.until(watching.done)
            await watching
            alarm = next(one for one in (await work.health())["alarms"] if one["key"] == "append-time")
            assert alarm["value"] >= 250
            assert work.count("unknown") == 0, "a command was refused"


async def test_a_disk_of_the_kernel_that_is_full_is_named_alike(tmp_path: Path) -> None:
    """Real ENOSPC, on a small file system in memory; filled by somebody else."""
    small = tmp_path / "small"
    small.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(small)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root only")
    try:
        server = Server(small / "data", "--reserve-mib", "1", log=tmp_path / "server.log")
        await asyncio.to_thread(server.start)
        work = AtWork(server, 5)
        try:
            for unit in UNITS:
                await work.clients[0].ask({"do": "log-on", "unit": unit})
            filled_up(small / "ballast")
            await work.until_refused("storage-full")
            await work.goes_on_beside()
            (small / "ballast").unlink()
            await work.until_done(40)
        finally:
            await work.close()
            server.kill()
        check_history(work.history, rows_of(server.journal))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


def filled_up(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (MIB, 4_096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
