"""Terminals with certificates where one desk and two edges are processes of their own: issued by the desk, shown at
either edge in real TLS, believed by the desk from an edge alone, cut at both when revoked.

One test with several acts, since starting whole processes costs seconds.
"""

import asyncio
import base64
import json
import shutil
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.adapters.running import free_port
from tests.adapters.test_tls import self_made
from tests.postgres_pair import connected
from tests.roles.city import RoleProcess, all_well
from tests.two_servers import CITY, token_in
from turnout.adapters.identity.devices import new_request
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SITE_KEY
from turnout.main import main

API = "/api/v1"
BOUND = "field"
"""Of tokens; bound at the desk alone: an edge learns of it."""

ROLE = "dispatcher"


class TlsRole(RoleProcess):
    """A process that speaks TLS; an edge has a port for terminals too."""

    def __init__(self, role: str, database: str, data: Path, *words: str) -> None:
        self.devices_port = free_port() if role == "edge" else 0
        more = ("--devices-port", str(self.devices_port)) if self.devices_port else ()
        super().__init__(role, database, data, *words, *more)
        self.url = f"https://localhost:{self.port}"

    @property
    def door(self) -> str:
        return f"https://localhost:{self.devices_port}"


class TlsServer(TlsRole):
    """All in one, that takes turns with others."""

    def __init__(self, database: str, data: Path, *words: str) -> None:
        super().__init__("edge", database, data)
        more = ("--devices-port", str(self.devices_port), "--no-simulation", "--reserve-mib", "0")
        self._words = ("serve", "--database", database, "--data", str(data), *words, *more)


class Town:
    """A desk and two edges. The desk binds `BOUND` and `ROLE` to known terminals."""

    def __init__(self, database: Database, folder: Path, cert: Path) -> None:
        key = cert.with_suffix(".key")
        data = folder / "data"
        scopes = (("field:E07",), ("admin",))
        self.crew, self.administrator = (bearer(token_in(data, scope, name=scope[0])) for scope in scopes)
        words = ("--tls-cert", str(cert), "--tls-key", str(key), "--trust", str(cert))
        bound = ("--device-only", BOUND, "--device-only", ROLE)
        self.desk = TlsRole("desk", database.url, data, *words, *bound)
        self.one, self.two = (TlsRole("edge", database.url, data, *words) for _ in range(2))
        self.database, self.folder, self.cert = database, folder, cert
        self.trust = ssl.create_default_context(cafile=str(cert))

    def command(self, act: str, *words: str) -> int:
        where = ("--database", self.database.url, "--trust", str(self.cert), "--data", str(self.folder / "operator"))
        return main(["devices", act, *words, *where])

    async def issue(self, name: str) -> None:
        assert await asyncio.to_thread(self.command, "issue", name, "--to", str(self.folder / name)) == 0

    def shown(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.cert))
        context.load_cert_chain(self.folder / name / f"{name}.pem", self.folder / name / f"{name}.key")
        return context

    def der(self, name: str) -> str:
        pem = (self.folder / name / f"{name}.pem").read_bytes()
        return base64.b64encode(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)).decode()

    def at_terminal(self, name: str, edge: TlsRole, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=edge.door, verify=self.shown(name), headers=headers, timeout=20.0)

    def elsewhere(self, edge: TlsRole, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=edge.url, verify=self.trust, headers=headers, timeout=20.0)


@asynccontextmanager
async def town(database: Database, folder: Path) -> AsyncIterator[Town]:
    found = Town(database, folder, self_made(folder)[0])
    try:
        async with httpx.AsyncClient(verify=found.trust, timeout=20.0) as client:
            found.desk.start()
            await found.desk.until_well(client)
            found.one.start(), found.two.start()
            await all_well(client, found.one, found.two)
        yield found
    finally:
        for process in (found.one, found.two, found.desk):
            process.end()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def code_of(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> str:
    """Why not; empty where it was done."""
    reply = await client.request(method, f"{API}{path}", **more)
    return "" if reply.is_success else str(reply.json()["code"])


async def test_a_terminal_is_known_at_either_edge_and_by_the_desk_and_cut_at_both(
    database: Database, tmp_path: Path
) -> None:
    async with town(database, tmp_path) as city:
        await city.issue("E07")
        for edge in (city.one, city.two):
            await the_terminal_is_known(city, edge)
            await nobody_else_is(city, edge)
        await the_key_is_in_no_file_and_not_in_the_clear_in_the_database(city)
        await revoked_it_is_cut(city, city.one, city.two, crew=city.crew)
        await an_administrator_at_an_edge_revokes_by_the_desk(city)


async def test_a_terminal_stays_known_and_others_are_issued_when_another_server_has_taken_over(
    database: Database, tmp_path: Path
) -> None:
    cert, key = self_made(tmp_path)
    words = ("--tls-cert", str(cert), "--tls-key", str(key), "--device-only", BOUND)
    first, second = (TlsServer(database.url, tmp_path / name, *words) for name in ("one", "two"))
    city = Town(database, tmp_path, cert)
    crew = bearer(token_in(tmp_path / "one", ("field:E07",)))
    try:
        async with httpx.AsyncClient(verify=city.trust, timeout=20.0) as client:
            first.start()
            await first.until_well(client)
            (tmp_path / "two" / CITY).mkdir(parents=True)
            shutil.copy(tmp_path / "one" / CITY / SITE_KEY, tmp_path / "two" / CITY)
            await city.issue("E07")
            second.start()
            await second.until_it_says(client, "not-the-desk")
            async with city.at_terminal("E07", first, **crew) as inside:
                assert await code_of(inside, "GET", "/board") == ""
            first.end(signal.SIGKILL)
            await second.until_well(client)
        async with city.at_terminal("E07", second, **crew) as inside, city.elsewhere(second, **crew) as outside:
            assert await code_of(inside, "GET", "/board") == ""
            assert await code_of(outside, "GET", "/board") == "device-needed"
        await city.issue("E08")
        assert (tmp_path / "E08" / "ca.pem").read_bytes() == (tmp_path / "E07" / "ca.pem").read_bytes()
        await revoked_it_is_cut(city, second, crew=crew)
    finally:
        first.end(), second.end()


async def the_terminal_is_known(city: Town, edge: TlsRole) -> None:
    async with city.at_terminal("E07", edge, **city.crew) as inside:
        assert await code_of(inside, "GET", "/board") == ""
        csr = new_request("E07")[1].decode()
        assert await code_of(inside, "POST", "/devices/renew", json={"csr": csr}) == "device-too-early"
    async with city.at_terminal("E07", edge) as person:
        assert await code_of(person, "POST", "/session/demo", json={"role": ROLE}) == "", "the desk is told of it"
        assert await code_of(person, "GET", "/board") == ""
        assert await code_of(person, "DELETE", "/session") == ""


async def nobody_else_is(city: Town, edge: TlsRole) -> None:
    """What a client says of a certificate is believed neither by the edge nor by the desk, whoever else is there."""
    for lie in ({}, {"x-turnout-certificate": city.der("E07")}, {"client-cert": f":{city.der('E07')}:"}):
        async with city.elsewhere(edge, **city.crew, **lie) as outside:
            assert await code_of(outside, "GET", "/board") == "device-needed"
            csr = new_request("E07")[1].decode()
            assert await code_of(outside, "POST", "/devices/renew", json={"csr": csr}) == "device-needed"
        async with city.elsewhere(edge, **lie) as person:
            assert await code_of(person, "POST", "/session/demo", json={"role": ROLE}) == "device-needed"
    async with httpx.AsyncClient(verify=city.trust) as nobody:
        try:
            reply = await nobody.get(f"{edge.door}/health")
        except httpx.HTTPError:
            return
        raise AssertionError(f"a connection without a certificate: {reply.status_code}")


async def the_key_is_in_no_file_and_not_in_the_clear_in_the_database(city: Town) -> None:
    files = [path for path in city.folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.name == "ca.key"] == []
    assert [path.name for path in files if b"PRIVATE KEY" in path.read_bytes()] != [], "the terminal's own is found"
    async with connected(city.database) as connection:
        certificate, wrapped = await connection.fetchrow("SELECT certificate, wrapped FROM authority")
    assert certificate == (city.folder / "E07" / "ca.pem").read_bytes()
    assert b"PRIVATE KEY" not in wrapped


async def revoked_it_is_cut(city: Town, *at: TlsRole, crew: dict[str, str]) -> None:
    greeting = json.dumps({"type": "hello", "protocol": 1, "board": True})
    sockets = []
    for edge in at:
        address = f"wss://localhost:{edge.devices_port}/socket"
        more = {"ssl": city.shown("E07"), "max_size": 2**27, "additional_headers": crew}
        sockets.append(await websockets.connect(address, **more))
        await sockets[-1].send(greeting)
        assert json.loads(await sockets[-1].recv())["type"] == "welcome"
    assert await asyncio.to_thread(city.command, "revoke", "E07") == 0
    async with asyncio.timeout(60):
        await asyncio.gather(*(socket.wait_closed() for socket in sockets))
    for edge in at:
        async with city.at_terminal("E07", edge, **crew) as lost:
            assert await code_of(lost, "GET", "/board") == "device-needed"


async def an_administrator_at_an_edge_revokes_by_the_desk(city: Town) -> None:
    await city.issue("E08")
    async with city.elsewhere(city.two, **city.administrator) as office:
        listed = (await office.get(f"{API}/devices")).json()
        assert [(one["name"], bool(one["revoked"])) for one in listed] == [("E07", True), ("E08", False)]
        assert await code_of(office, "DELETE", "/devices/E08") == ""
        assert await code_of(office, "DELETE", "/devices/E08") == "unknown-device"
    async with city.at_terminal("E08", city.two, **city.crew) as lost:
        assert await code_of(lost, "GET", "/board") == "device-needed", "at that edge by the time of the answer"
