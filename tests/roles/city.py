"""A city of several real processes on one PostgreSQL: `turnout up --role …`, each killed and started by itself."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.adapters.running import free_port
from tests.postgres_pair import until
from tests.two_servers import PATIENCE_S, ROOT


class RoleProcess:
    """One process; `url` is where it answers."""

    def __init__(self, role: str, database: str, data: Path, *words: str) -> None:
        self.role, self._data = role, data
        self.program: tuple[str, ...] = ("-m", "turnout.main")
        self.source: Path | None = None
        """Of another build: its `src`."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._words = ("up", "--role", role, "--database", database, "--data", str(data), *words)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "RoleProcess":
        self._data.mkdir(parents=True, exist_ok=True)
        with (self._data / f"{self.role}-{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program, *self._words, "--port", str(self.port)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": ":".join(str(place) for place in (self.source, ROOT) if place)},
            )
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    async def health(self, client: httpx.AsyncClient) -> Any:
        """What it says of itself; None while it does not answer."""
        try:
            return (await client.get(f"{self.url}/health")).json()
        except httpx.HTTPError:
            return None

    async def until_well(self, client: httpx.AsyncClient) -> None:
        await self.until_it_says(client, "")

    async def until_it_says(self, client: httpx.AsyncClient, trouble: str) -> None:
        async def says() -> bool:
            if self._process is not None and self._process.poll() is not None:
                log = (self._data / f"{self.role}-{self.port}.log").read_text()
                raise AssertionError(f"the {self.role} ended: {log}")
            said = await self.health(client)
            return said is not None and said["trouble"] == trouble

        await until(says, PATIENCE_S)


async def all_well(client: httpx.AsyncClient, *processes: RoleProcess) -> None:
    await asyncio.gather(*(process.until_well(client) for process in processes))
