"""Two real `turnout serve --database` processes on one pair of databases, for what is tried from outside."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.adapters.running import free_port
from tests.postgres_pair import until
from turnout.adapters.clock import SystemClock
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.store import IdentityStore
from turnout.desk.access import part
from turnout.edge.identities import NewToken, TokenMade

ROOT = Path(__file__).parents[1]
CITY = "san-francisco"


def token_in(data: Path) -> str:
    """A program's token in the data folder's accounts, as `turnout token` makes one."""
    folder = data / CITY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = IdentityStore(folder / "accounts.sqlite")
    accounts = Accounts(store, SystemClock().now, lambda: None, demo=False, origin="http://localhost")
    made = accounts.add_token(NewToken(name="tester", scopes=("calls", "dispatch", "read")), part("setup"))
    store.close()
    assert isinstance(made, TokenMade)
    return made.token


class TurnoutServer:
    """One process; `url` is where it answers."""

    def __init__(self, database: str, data: Path) -> None:
        self._database, self._data, self._port = database, data, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ("serve", "--no-simulation", "--database", self._database, "--data", str(self._data))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "turnout.main", *words, "--port", str(self._port)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=(self._data.parent / f"{self._data.name}.log").open("ab"),
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def health(self, client: httpx.AsyncClient) -> Any:
        """What it says of itself; None while it does not answer."""
        try:
            return (await client.get(f"{self.url}/health")).json()
        except httpx.HTTPError:
            return None

    async def until_desk(self, client: httpx.AsyncClient) -> None:
        await until(lambda: _when(self.health, client, lambda health: health["ok"]), within_s=60)

    async def until_standing_by(self, client: httpx.AsyncClient) -> None:
        await until(lambda: _when(self.health, client, lambda health: health["trouble"] == "not-the-desk"), 60)


async def _when(
    health: Callable[[httpx.AsyncClient], Awaitable[Any]], client: httpx.AsyncClient, holds: Callable[[Any], bool]
) -> bool:
    said = await health(client)
    return said is not None and holds(said)


async def acknowledged(client: httpx.AsyncClient, url: str, command_id: str, token: str) -> Any:
    """Open an incident; the answer when it was done there, else None, whatever the reason."""
    n = uuid.uuid5(uuid.NAMESPACE_URL, command_id).int
    place = {"lat": 37.70 + n % 9_000 / 100_000, "lon": -122.50 + n // 9_000 % 9_000 / 100_000}
    location = {"text": f"somewhere {n % 9_000}", "place": place, "kind": "coordinate"}
    command = {"do": "open-incident", "incident_id": command_id, "type": "MED", "location": location}
    headers = {"authorization": f"Bearer {token}"}
    body = {"id": command_id, "command": command}
    try:
        answer = await client.post(f"{url}/api/v1/commands", json=body, headers=headers)
    except httpx.HTTPError:
        return None
    if answer.status_code != 200:
        return None
    return answer.json()


async def first_acknowledged(client: httpx.AsyncClient, url: str, command_id: str, token: str) -> Any:
    while (answer := await acknowledged(client, url, command_id, token)) is None:
        await asyncio.sleep(0.02)
    return answer
