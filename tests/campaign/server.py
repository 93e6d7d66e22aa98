"""A real `turnout serve` in a process of its own, to be killed and started again, and clients that note it all."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets

from tests.campaign.history import Asked

ROOT = Path(__file__).parents[2]
API = "/api/v1"
START_WITHIN_S = 60.0
UNITS = [f"E{number:02}" for number in range(1, 13)]
ADDRESS = {"text": "City Hall", "kind": "coordinate", "place": {"lat": 37.7793, "lon": -122.4193}}


class Server:
    """One data folder, and the process that serves it at the moment."""

    def __init__(
        self, data: Path, *serving: str, log: Path | None = None, environment: dict[str, str] | None = None
    ) -> None:
        """`serving`: further words for `turnout serve`; `log`: where it writes, when not beside the data."""
        self._data, self._serving = data, serving or ("--reserve-mib", "0")
        self._environment = os.environ | (environment or {})
        self.log = log or data.parent / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    def _turnout(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "turnout.main", words[0], "--data", str(self._data), *words[1:]]

    def start(self) -> None:
        """Returns when it answers."""
        command = self._turnout("serve", "--no-simulation", "--port", str(self.port), *self._serving)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=self._environment)
        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.HTTPError:
                assert self._process.poll() is None, "the server ended at its start"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)

    def token(self) -> str:
        asked = self._turnout("token", "--name", "campaign", "--scopes", "calls,dispatch,field:*,read")
        return subprocess.run(
            asked, cwd=ROOT, capture_output=True, text=True, check=True, env=self._environment
        ).stdout.strip()

    def kill(self) -> None:
        """`kill -9`: no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def journal(self) -> Path:
        return next(self._data.glob("*/journal.sqlite"))


class Client:
    """Asks, asks again with the same identity when in doubt, and notes it all in `history`."""

    def __init__(self, url: str, token: str, chance: random.Random, history: list[Asked]) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=10.0)
        self._chance, self._history = chance, history
        self.acknowledged = 0
        self._incidents: list[str] = []

    async def close(self) -> None:
        await self._http.aclose()

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.ask(self._next())

    def _next(self) -> dict[str, Any]:
        """Mostly sending and clearing the same few units, so that clients get into each other's way."""
        unit = self._chance.choice(UNITS)
        if not self._incidents or self._chance.random() < 0.1:
            incident = str(uuid.UUID(int=self._chance.getrandbits(128)))
            self._incidents.append(incident)
            return {"do": "open-incident", "incident_id": incident, "type": "MED", "location": ADDRESS}
        incident = self._chance.choice(self._incidents[-4:])
        if self._chance.random() < 0.5:
            return {"do": "assign-units", "incident_id": incident, "units": [unit], "override": "campaign"}
        return {"do": "clear-units", "units": [unit], "override": "campaign"}

    async def try_once(self, command: dict[str, Any], language: str = "en") -> Asked:
        """Without asking again: a fault leaves its outcome unknown, with its code. A server that hangs is an error."""
        asked = Asked(str(uuid.UUID(int=self._chance.getrandbits(128))), command, time.monotonic())
        self._history.append(asked)
        answer = await self._http.post(
            f"{API}/commands", json={"id": asked.id, "command": command}, headers={"accept-language": language}
        )
        asked.ended, body = time.monotonic(), answer.json()
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        if answer.status_code == 200:
            asked.outcome, asked.seq_from, asked.seq_to = "done", body["seq_from"], body["seq_to"]
            self.acknowledged += 1
        else:
            asked.outcome = "unknown" if answer.status_code == 503 else "refused"
            asked.code, asked.said = body["code"], body["detail"]
        return asked

    def next_command(self) -> dict[str, Any]:
        return self._next()

    async def ask(self, command: dict[str, Any]) -> Asked:
        """Until there is an answer: a server that is gone comes back."""
        asked = Asked(str(uuid.UUID(int=self._chance.getrandbits(128))), command, time.monotonic())
        self._history.append(asked)
        while True:
            try:
                answer = await self._http.post(f"{API}/commands", json={"id": asked.id, "command": command})
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code not in (502, 503, 504):
                break
            await asyncio.sleep(0.05)
        asked.ended = time.monotonic()
        body = answer.json()
        if answer.status_code == 200:
            asked.outcome, asked.seq_from, asked.seq_to = "done", body["seq_from"], body["seq_to"]
            self.acknowledged += 1
        else:
            assert answer.status_code < 500, answer.text
            asked.outcome, asked.code = "refused", body["code"]
        return asked


class Follower:
    """A console: rows as the socket tells them, resumed after every break."""

    def __init__(self, url: str, token: str) -> None:
        self._address, self._token = "ws" + url.removeprefix("http") + "/socket", token
        self.rows: dict[str, dict[str, Any]] = {}
        self.seq = -1
        self.mark = ""
        self.resumed = 0

    async def follow(self) -> None:
        while True:
            try:
                await self._stay()
            except (OSError, websockets.WebSocketException, TimeoutError):
                await asyncio.sleep(0.05)

    async def _stay(self) -> None:
        async with websockets.connect(self._address, max_size=2**27) as line:
            hello = {"type": "hello", "protocol": 1, "token": self._token, "board": True, "places": False}
            left_off = {"resume_after": self.seq if self.seq >= 0 else None, "mark": self.mark}
            await line.send(msgspec.json.encode(hello | left_off).decode())
            async for text in line:
                self._take(msgspec.json.decode(text))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self.rows, self.seq = message["tables"], message["seq"]
        elif message["type"] == "changes":
            self.resumed += 1
            for table, rows in message["put"].items():
                self.rows.setdefault(table, {}).update(rows)
            for table, gone in message["drop"].items():
                for key in gone:
                    self.rows[table].pop(key, None)
            self.seq = message["seq"]
        self.mark = message.get("mark", self.mark)


def board_of(url: str, token: str) -> dict[str, Any]:
    """A fresh snapshot."""
    answer = httpx.get(f"{url}{API}/board", headers={"authorization": f"Bearer {token}"}, timeout=30.0)
    answer.raise_for_status()
    shown: dict[str, Any] = answer.json()
    return shown
