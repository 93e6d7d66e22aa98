"""Two real `turnout serve --database` processes on one pair of databases, for what is tried from outside."""

import asyncio
import os
import signal
import subprocess
import sys
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
PATIENCE_S = 240
"""For a machine that does much else: whole servers are started here."""


def token_in(data: Path, scopes: tuple[str, ...] = ("calls", "dispatch", "read", "avl"), name: str = "tester") -> str:
    """A program's token in the data folder's accounts, as `turnout token` makes one."""
    folder = data / CITY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = IdentityStore(folder / "accounts.sqlite")
    accounts = Accounts(store, SystemClock().now, lambda: None, demo=False, origin="http://localhost")
    made = accounts.add_token(NewToken(name=name, scopes=scopes), part("setup"))
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
        words = (
            "serve",
            "--no-simulation",
            "--reserve-mib",
            "0",
            "--database",
            self._database,
            "--data",
            str(self._data),
        )
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
        await until(lambda: _when(self.health, client, lambda health: health["ok"]), PATIENCE_S)

    async def until_standing_by(self, client: httpx.AsyncClient) -> None:
        await until(lambda: _when(self.health, client, lambda health: health["trouble"] == "not-the-desk"), PATIENCE_S)


async def desk_and_standby(
    client: httpx.AsyncClient, one: TurnoutServer, two: TurnoutServer
) -> tuple[TurnoutServer, TurnoutServer]:
    """Once one of them is the desk and the other stands by. Which is which may change on a machine that stalls."""

    async def found() -> tuple[TurnoutServer, TurnoutServer] | None:
        said = [await server.health(client) for server in (one, two)]
        if None in said or sorted(health["trouble"] for health in said) != ["", "not-the-desk"]:
            return None
        return (one, two) if said[0]["ok"] else (two, one)

    pair: tuple[TurnoutServer, TurnoutServer] = await until(found, PATIENCE_S)
    return pair


async def _when(
    health: Callable[[httpx.AsyncClient], Awaitable[Any]], client: httpx.AsyncClient, holds: Callable[[Any], bool]
) -> bool:
    said = await health(client)
    return said is not None and holds(said)


CITY_HALL = {"text": "City Hall", "place": {"lat": 37.7793, "lon": -122.4193}, "kind": "coordinate"}
INCIDENT = "the-incident"


async def open_incident(client: httpx.AsyncClient, url: str, token: str) -> None:
    """The incident to which every further command adds a line."""
    command = {"do": "open-incident", "incident_id": INCIDENT, "type": "MED", "location": CITY_HALL}
    assert await _given(client, url, "opening", token, command) is not None


async def acknowledged(client: httpx.AsyncClient, url: str, command_id: str, token: str) -> Any:
    """A line in the incident's narrative; the answer when it was done there, else None. A refusal is an error."""
    command = {"do": "add-narrative", "incident_id": INCIDENT, "entry_id": command_id, "text": command_id}
    return await _given(client, url, command_id, token, command)


async def _given(client: httpx.AsyncClient, url: str, command_id: str, token: str, command: dict[str, Any]) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    body = {"id": command_id, "command": command}
    try:
        answer = await client.post(f"{url}/api/v1/commands", json=body, headers=headers)
    except httpx.HTTPError:
        return None
    assert answer.status_code in (200, 503), answer.text
    return answer.json() if answer.status_code == 200 else None


async def first_acknowledged(client: httpx.AsyncClient, url: str, command_id: str, token: str) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while (answer := await acknowledged(client, url, command_id, token)) is None:
            await asyncio.sleep(0.02)
        return answer
