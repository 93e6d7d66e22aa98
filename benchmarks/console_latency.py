"""From the entry of a complete line to the incident on another console's screen, under load.

A real server in a process of its own; 50 consoles on real sockets (WebSocket clients not ours); 600 units that report
their place every second; the city at ten times a load of 20,000 calls a day (measures.md), some 19 commands a second
beside the measured ones. One console after another enters `E <address> <type>; <text>`; the clock runs from before the
line is sent until the row with that text has arrived on each other console. Refused lines are timed to their answer.

    .venv/bin/python -m benchmarks.console_latency [--seconds 30] [--server granian]
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import websockets

from turnout.city.folder import load_city, shipped_city
from turnout.core.catalogue import Catalogue

CONSOLES: Final = 50
UNITS: Final = 600
CALLS_A_DAY: Final = 200_000
"""Ten times 20,000."""
COMMANDS_A_CALL: Final = 8
LINES_A_SECOND: Final = 4.0
MARK: Final = re.compile(r"bench-(\d+)-")
ADDRESSES: Final = ("300 Mission St", "Market St & 5th St", "1250 Columbus Ave", "274 Mission St", "2200 Clement St")


class Seen:
    """When each measured line was entered, and when each console showed it."""

    def __init__(self) -> None:
        self.entered: dict[int, float] = {}
        self.by: dict[int, int] = {}
        self.shown_ms: list[float] = []
        self.answered_ms: list[float] = []
        self.refused_ms: list[float] = []
        self.missing = 0
        self._done: set[tuple[int, int]] = set()

    def show(self, console: int, text: str) -> None:
        now = time.perf_counter()
        for found in MARK.findall(text):
            line = int(found)
            if self.by.get(line) not in (None, console) and (line, console) not in self._done:
                self._done.add((line, console))
                self.shown_ms.append((now - self.entered[line]) * 1000.0)

    def count_missing(self) -> None:
        self.missing = len(self.entered) * (CONSOLES - 1) - len(self.shown_ms)


class BenchConsole:
    def __init__(self, number: int, seen: Seen) -> None:
        self.number, self.seen = number, seen
        self.answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.messages = 0
        self._socket: Any = None

    async def connect(self, port: int, token: str) -> None:
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{port}/socket", max_size=2**26, max_queue=None, compression=None
        )
        await self._socket.send(msgspec.json.encode({"type": "hello", "protocol": 1, "token": token}).decode())

    async def read(self) -> None:
        async for text in self._socket:
            self.messages += 1
            if text.startswith('{"type":"changes"'):
                self.seen.show(self.number, text)
            elif text.startswith('{"type":"line-answer"'):
                message = msgspec.json.decode(text)
                self.answers.pop(message["id"]).set_result(message)

    async def line(self, text: str) -> dict[str, Any]:
        identity = str(uuid.uuid4())
        answer = self.answers[identity] = asyncio.get_running_loop().create_future()
        body = {"type": "line", "id": identity, "text": text, "run": True}
        await self._socket.send(msgspec.json.encode(body).decode())
        return await answer

    async def close(self) -> None:
        await self._socket.close()


class City:
    """The server's other work: units that drive, and calls that run their course."""

    stage_s = 0.7
    """From one status of a crew to the next."""

    def __init__(self, client: httpx.AsyncClient, catalogue: Catalogue) -> None:
        self.client, self.catalogue = client, catalogue
        self.units = list(catalogue.units)
        self.cancel = next(reason.code for reason in catalogue.reasons.values() if reason.kind == "cancel")
        self.commands = self.fixes = 0
        self.refused: Counter[str] = Counter()
        self.courses: set[asyncio.Task[None]] = set()

    async def give(self, **command: Any) -> bool:
        body = msgspec.json.encode({"id": str(uuid.uuid4()), "command": command})
        answer = await self.client.post("/commands", content=body)
        self.commands += 1
        if answer.status_code >= 300:
            self.refused[answer.json()["code"]] += 1
        return answer.status_code < 300

    async def log_on(self) -> None:
        for unit in self.units:
            await self.give(do="log-on", unit=unit)

    async def drive(self) -> None:
        """Every unit's place, once a second."""
        step = 0
        while True:
            begun = time.perf_counter()
            at = time.time_ns() // 1_000_000
            fixes = [
                {
                    "unit": unit,
                    "lat": 37.71 + (number % 30) * 0.003 + step % 2 * 0.0001,
                    "lon": -122.50 + (number // 30) * 0.005,
                    "heading": 90.0,
                    "speed_mps": 8.0,
                    "at": at,
                }
                for number, unit in enumerate(self.units)
            ]
            answer = await self.client.post("/positions", content=msgspec.json.encode(fixes))
            self.fixes += answer.json()["taken"]
            step += 1
            await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - begun)))

    async def call_in(self) -> None:
        """Calls begin at the rate; each runs its course by itself."""
        number = 0
        while True:
            course = asyncio.create_task(self._course(number))
            self.courses.add(course)
            course.add_done_callback(self.courses.discard)
            number += 1
            await asyncio.sleep(86_400.0 / CALLS_A_DAY)

    async def _course(self, number: int) -> None:
        incident, unit = str(uuid.uuid4()), self.units[number % len(self.units)]
        place = {"lat": 37.74 + number % 40 * 0.001, "lon": -122.45 + number % 37 * 0.001}
        where = {"text": "on the map", "place": place, "kind": "coordinate"}
        await self.give(do="open-incident", incident_id=incident, type="MED", location=where)
        sent = await self.give(do="assign-units", incident_id=incident, units=[unit], override="bench", preempt="")
        for stage in ("acknowledged", "enroute", "on-scene") if sent else ():
            await asyncio.sleep(self.stage_s)
            await self.give(do="report-status", unit=unit, status=stage, incident_id=incident)
        await self.give(do="add-narrative", incident_id=incident, entry_id=str(uuid.uuid4()), text="bench load")
        if sent:
            await self.give(do="clear-units", units=[unit], incident_id=incident, override="bench")
        await self.give(do="cancel-incident", incident_id=incident, reason=self.cancel)


async def measure(port: int, token: str, seconds: float, catalogue: Catalogue) -> tuple[Seen, City, int]:
    seen = Seen()
    consoles = [BenchConsole(number, seen) for number in range(CONSOLES)]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=30.0) as client:
        city = City(client, catalogue)
        await city.log_on()
        for console in consoles:
            await console.connect(port, token)
        work = [asyncio.create_task(console.read()) for console in consoles]
        work += [asyncio.create_task(city.drive()), asyncio.create_task(city.call_in())]
        await asyncio.sleep(3.0)
        begun, number = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            await _enter(consoles[number % CONSOLES], seen, number)
            number += 1
            await asyncio.sleep(1.0 / LINES_A_SECOND)
        await asyncio.sleep(2.0)
        seen.count_missing()
        work += city.courses
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for console in consoles:
            await console.close()
    return seen, city, sum(console.messages for console in consoles)


async def _enter(console: BenchConsole, seen: Seen, number: int) -> None:
    """A complete line, then one that is refused."""
    seen.by[number] = console.number
    seen.entered[number] = begun = time.perf_counter()
    text = f"E {ADDRESSES[number % len(ADDRESSES)]} MED; bench-{number}-"
    answer = await console.line(text)
    assert answer["ran"], answer["explain"]
    assert answer["answer"]["ok"], answer
    seen.answered_ms.append((time.perf_counter() - begun) * 1000.0)
    begun = time.perf_counter()
    answer = await console.line("D E999 F99")
    assert not answer["ran"] or not answer["answer"]["ok"]
    seen.refused_ms.append((time.perf_counter() - begun) * 1000.0)


def a_city_of_600(catalogue: Catalogue) -> Catalogue:
    """The city's tables with as many more units of the same kinds as are needed."""
    units = dict(catalogue.units)
    originals = list(catalogue.units.values())
    number = 0
    while len(units) < UNITS:
        twin = originals[number % len(originals)]
        name: Any = f"{twin.id}B{number // len(originals) or ''}"
        units[name] = msgspec.structs.replace(twin, id=name, crew_shared_with=(), aliases=())
        number += 1
    return msgspec.structs.replace(catalogue, units=units, version=f"{catalogue.version}-600")


def centiles(values: Sequence[float]) -> str:
    """p50, p90, p99 and the worst."""
    if len(values) < 2:
        return "nothing measured"
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:6.1f}  p90 {cuts[89]:6.1f}  p99 {cuts[98]:6.1f}  worst {max(values):6.1f}  (n={len(values)})"


def _turnout(*words: str) -> list[str]:
    return [sys.executable, "-m", "turnout.main", *words]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--port", type=int, default=18_931)
    asked.add_argument("--server", choices=("granian", "uvicorn"), default="granian")
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scopes = "calls,dispatch,field:*,avl,tables,read"
        made = subprocess.run(
            _turnout("token", "--data", folder, "--name", "bench", "--scopes", scopes), capture_output=True, check=True
        )
        serving = _turnout("serve", "--data", folder, "--port", str(chosen.port), "--no-simulation")
        server = subprocess.Popen([*serving, "--server", chosen.server], stdout=subprocess.DEVNULL)
        try:
            asyncio.run(_run(chosen, made.stdout.decode().strip(), Path(folder)))
        finally:
            server.terminate()
            server.wait(20)


async def _run(chosen: argparse.Namespace, token: str, folder: Path) -> None:
    url = f"http://127.0.0.1:{chosen.port}"
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=20.0) as client:
        for _ in range(120):
            try:
                if (await client.get("/health")).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.5)
        catalogue = a_city_of_600(load_city(shipped_city("san-francisco")).catalogue)
        command = {"do": "publish-catalogue", "catalogue": catalogue}
        body = msgspec.json.encode(command)
        published = await client.post(
            "/api/v1/commands/publish-catalogue", content=body, headers={"content-type": "application/json"}
        )
        assert published.status_code == 200, published.text[:500]
        seen, city, messages = await measure(chosen.port, token, chosen.seconds, catalogue)
        health = (await client.get("/health")).json()
    print(f"{chosen.server}, {CONSOLES} consoles, {len(city.units)} units, {os.cpu_count()} cores (server and clients)")
    print(
        f"city: {city.commands} commands (refused: {dict(city.refused)}), {city.fixes} places; "
        f"{messages} messages to consoles"
    )
    print(f"line to another console's screen, ms: {centiles(seen.shown_ms)}; never shown: {seen.missing}")
    print(f"line to its own answer, ms:           {centiles(seen.answered_ms)}")
    print(f"refused line to its answer, ms:       {centiles(seen.refused_ms)}")
    print(f"server: seq {health['seq']}, loop stood still at most {health['lag_ms']} ms in the last seconds")


if __name__ == "__main__":
    main()
