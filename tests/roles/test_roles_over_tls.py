"""`turnout up` with all roles at once, over TLS: the city's processes know one another by their certificate."""

import asyncio
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.adapters.running import free_port
from tests.adapters.test_tls import self_made
from tests.postgres_pair import until
from tests.two_servers import PATIENCE_S, ROOT, first_acknowledged, open_incident, token_in
from turnout.adapters.storage.postgres.database import Database


@contextmanager
def up(database: str, data: Path, port: int, *words: str) -> Iterator[Path]:
    """All roles, on three ports from `port` on; what they say is in the file."""
    where = ("--database", database, "--data", str(data), "--port", str(port))
    said = data.parent / f"{port}.log"
    roles = [word for role in ("edge", "desk", "worker") for word in ("--role", role)]
    with said.open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "turnout.main", "up", *roles, *words, *where],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    try:
        yield said
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20.0)


def three_free_ports() -> int:
    """The first of three in a row that nobody listens on."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first


async def test_all_roles_speak_tls_with_one_another_and_trust_nobody_else(database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    token = token_in(data)
    cert, key = self_made(tmp_path)
    words = ("--tls-cert", str(cert), "--tls-key", str(key), "--trust", str(cert))
    port = three_free_ports()
    edge = f"https://127.0.0.1:{port}"
    trusted = ssl.create_default_context(cafile=str(cert))
    async with httpx.AsyncClient(timeout=20.0, verify=trusted) as client:
        with up(database.url, data, port, *words) as said:
            await until(lambda: well(client, edge), 2 * PATIENCE_S)
            await until(lambda: well(client, f"https://127.0.0.1:{port + 2}"), PATIENCE_S)
            await open_incident(client, edge, token)
            await first_acknowledged(client, edge, "over TLS", token)
            search = await client.get(f"{edge}/api/v1/units/E07/history", headers={"authorization": f"Bearer {token}"})
            assert search.status_code == 200
            assert "the worker http://" not in said.read_text(), "it was asked in the clear"
        other, _ = self_made(tmp_path, name="stranger")
        words = ("--tls-cert", str(cert), "--tls-key", str(key), "--trust", str(other))
        with up(database.url, data, port, *words) as said:
            await until(lambda: says(client, edge, "desk-unreachable"), 2 * PATIENCE_S)
            await until(lambda: distrusts(said), PATIENCE_S)


async def distrusts(said: Path) -> bool:
    """Whether a process has said why: it may say so after the first person has asked for its health."""
    return bool(re.search("CERTIFICATE_VERIFY_FAILED|certificate verify failed", said.read_text()))


async def well(client: httpx.AsyncClient, address: str) -> bool:
    return await says(client, address, "")


async def says(client: httpx.AsyncClient, address: str, trouble: str) -> bool:
    try:
        return bool((await client.get(f"{address}/health")).json()["trouble"] == trouble)
    except httpx.HTTPError:
        await asyncio.sleep(0.1)
        return False
