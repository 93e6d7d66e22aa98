"""Ten times a real city's load for as long as is asked: does memory stay flat, and does the answer?

A real server in a process of its own. 50 consoles that read, one that never reads, 600 units that report their place
every second, calls at ten times 20,000 a day, each worked at for three minutes and then closed; what is closed stays
on the board for 15, so the board grows for 18 minutes and then no more. Every minute all of 200 further consoles come
back at once, half of them with where they left off. Each line: the minute; the server's memory; how long commands
waited, in the minute and while the 200 came back; how long until the last of them had its board; how long the server's
loop stood still at most; incidents on the board, and those of them that are worked at; readers that were cut off. The
last line is the verdict on the minutes from the 21st on (`benchmarks/steadiness.py`).

    .venv/bin/python -m benchmarks.overload [--minutes 80]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import websockets

from benchmarks.console_latency import City, a_city_of_600
from benchmarks.steadiness import Minute, judged
from turnout.city.folder import load_city, shipped_city

READERS: Final = 50
RETURNING: Final = 200
EVERY_S: Final = 60.0
STAGE_S: Final = 60.0
"""From one status of a crew to the next. A unit's turn comes every 260 s, so it is free again by then."""


class Timed(City):
    """The city's other work, with how long each command waited."""

    stage_s = STAGE_S

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.waited_ms: list[float] = []

    async def give(self, **command: Any) -> bool:
        begun = time.perf_counter()
        try:
            done = await super().give(**command)
        except httpx.HTTPError as fault:
            self.refused[type(fault).__name__] += 1
            done = False
        self.waited_ms.append((time.perf_counter() - begun) * 1000.0)
        return done

    async def drive(self) -> None:
        while True:
            try:
                await super().drive()
            except httpx.HTTPError as fault:
                self.refused[f"places: {type(fault).__name__}"] += 1

    def taken(self) -> list[float]:
        waited, self.waited_ms = self.waited_ms, []
        return waited


class Console:
    """Reads everything, as a browser's page does, and comes back when it is told to."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self.seq: int | None = None
        self.cuts = 0

    async def come(self) -> Any:
        """Connected, and with the board: the socket."""
        line = await websockets.connect(self._url, max_size=2**27, max_queue=None, compression=None)
        hello = {"type": "hello", "protocol": 1, "token": self._token, "resume_after": self.seq}
        await line.send(msgspec.json.encode(hello).decode())
        async for text in line:
            if self._is_board(text):
                return line
        raise AssertionError("the connection ended before the board had come")

    def _is_board(self, text: str | bytes) -> bool:
        assert isinstance(text, str)
        if not text.startswith(('{"type":"snapshot"', '{"type":"changes"')):
            return False
        self.seq = int(text[text.index('"seq":') + 6 :].split(",", 1)[0])
        return True

    async def stay(self) -> None:
        while True:
            line = await self.come()
            async for text in line:
                self._is_board(text)
            self.cuts += 1


async def a_stalled_one(url: str, token: str) -> Any:
    """Says hello and never reads a word: its window fills, and the server must not mind."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1].split("/")[0]), limit=1024)
    writer.write(
        b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = msgspec.json.encode({"type": "hello", "protocol": 1, "token": token})
    head = bytes([0x81, 0x80 | 126]) + len(hello).to_bytes(2, "big") + b"\0\0\0\0"
    writer.write(head + hello)
    await writer.drain()
    reader._transport.pause_reading()  # type: ignore[attr-defined]  # nothing is read from here on
    return writer


def memory_mb(process: int) -> float:
    """Resident memory as the kernel counts it, megabytes of 2^20 bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise AssertionError("the server has gone")


async def come_back(url: str, token: str) -> None:
    """In a process of its own, whose work delays no command of the other: at each line read, all 200 come at once."""
    consoles = [Console(url, token) for _ in range(RETURNING)]
    while await asyncio.to_thread(sys.stdin.readline):
        for console in consoles[::2]:
            console.seq = None
        begun = time.perf_counter()
        lines = await asyncio.gather(*(console.come() for console in consoles))
        print(time.perf_counter() - begun, flush=True)
        await asyncio.gather(*(line.close() for line in lines))


class Returning:
    """The 200, in a process of their own. Every second one has forgotten where it was."""

    def __init__(self, url: str, token: str) -> None:
        self._words = (sys.executable, "-m", "benchmarks.overload", "--come-back", url, token)
        self._process: asyncio.subprocess.Process | None = None

    async def all_come_back(self) -> float:
        """Seconds until the last one has its board."""
        pipe = asyncio.subprocess.PIPE
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(*self._words, stdin=pipe, stdout=pipe)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        return float(await self._process.stdout.readline())

    async def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()


def shown(waited_ms: Sequence[float]) -> str:
    if len(waited_ms) < 2:
        return "    -      -"
    cuts = statistics.quantiles(waited_ms, n=100)
    return f"{cuts[49]:6.1f} {cuts[98]:6.1f}"


async def run(server: subprocess.Popen[bytes], port: int, token: str, minutes: int) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    address, socket = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/socket"
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, timeout=60.0) as client:
        await up(client, address)
        catalogue = a_city_of_600(load_city(shipped_city("san-francisco")).catalogue)
        command = {"do": "publish-catalogue", "catalogue": catalogue}
        published = await client.post("/commands/publish-catalogue", content=msgspec.json.encode(command))
        assert published.status_code == 200, published.text[:500]
        city = Timed(client, catalogue)
        await city.log_on()
        readers = [Console(socket, token) for _ in range(READERS)]
        returning = Returning(socket, token)
        await returning.all_come_back()
        work = [asyncio.create_task(each.stay()) for each in readers]
        work += [asyncio.create_task(city.drive()), asyncio.create_task(city.call_in())]
        stalled = await a_stalled_one(address + "/", token)
        city.taken()
        minutes_seen = [
            await one_minute(number, server, city, returning, readers, client) for number in range(1, minutes + 1)
        ]
        stalled.close()
        await returning.end()
        for task in (*work, *city.courses):
            task.cancel()
        await asyncio.gather(*work, *city.courses, return_exceptions=True)
        print(f"{city.commands} commands, refused {dict(city.refused)}, {city.fixes} places")
        verdict = judged(minutes_seen)
        print(verdict.line() if verdict else "too short to be judged")


HEAD: Final = " min  memory MB  commands    p50    p99 ms  200 back s    p50    p99 ms  still ms  board   open  cut off"


async def one_minute(
    number: int,
    server: subprocess.Popen[bytes],
    city: Timed,
    returning: Returning,
    readers: Sequence[Console],
    client: httpx.AsyncClient,
) -> Minute:
    """Lets it pass, has the 200 come back at its end, and prints its line."""
    if number == 1:
        print(HEAD)
    await asyncio.sleep(EVERY_S)
    waited = city.taken()
    back_s = await returning.all_come_back()
    meanwhile = city.taken()
    health = (await client.get(str(client.base_url.copy_with(path="/health")))).json()
    incidents = (await client.get("/board")).json()["tables"]["incidents"].values()
    is_open = sum(incident["status"] != "closed" for incident in incidents)
    memory, cuts = memory_mb(server.pid), sum(each.cuts for each in readers)
    print(
        f"{number:4} {memory:10.1f} {len(waited):9} {shown(waited)} {back_s:14.2f} {shown(meanwhile)} "
        f"{health['lag_ms']:9} {len(incidents):6} {is_open:6} {cuts:8}",
        flush=True,
    )
    return Minute(number, memory, (*waited, *meanwhile), len(incidents), is_open)


async def up(client: httpx.AsyncClient, address: str) -> None:
    for _ in range(240):
        try:
            if (await client.get(f"{address}/health")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.25)
    raise AssertionError("the server did not start")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=int, default=80)
    asked.add_argument("--port", type=int, default=18_933)
    asked.add_argument("--come-back", nargs=2, metavar=("URL", "TOKEN"), help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.come_back:
        asyncio.run(come_back(*chosen.come_back))
        return
    program = [sys.executable, "-m", "turnout.main"]
    with tempfile.TemporaryDirectory() as folder:
        scopes = "calls,dispatch,field:*,avl,tables,read"
        making = [*program, "token", "--data", folder, "--name", "overload", "--scopes", scopes]
        token = subprocess.run(making, capture_output=True, check=True, text=True).stdout.strip()
        serving = [*program, "serve", "--data", folder, "--port", str(chosen.port), "--no-simulation"]
        server = subprocess.Popen(serving, stdout=subprocess.DEVNULL)
        try:
            asyncio.run(run(server, chosen.port, token, chosen.minutes))
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
