"""Terminals with certificates, by real TLS clients (httpx, websockets, openssl): with one, without, over, revoked."""

import argparse
import asyncio
import base64
import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.adapters.identity.test_single_sign_on import notes_of
from tests.adapters.running import API, Running, free_port, running
from tests.adapters.test_tls import self_made
from turnout import device_serving, devices_command
from turnout.adapters.identity.devices import DAYS, Authority, Devices, new_request, write_key
from turnout.adapters.identity.store import IdentityStore
from turnout.config import Settings
from turnout.device_serving import cut_off_revoked, joined_devices
from turnout.edge.between import DevicesAsked, DevicesSaid
from turnout.edge.identities import Device, IdentityRefusal
from turnout.main import main
from turnout.recovery.backup import _is_kept
from turnout.web_server import web
from turnout.words.moment import DAY_MS, Moment
from turnout.words.trouble import Malformed


class Terminals:
    """A served city with a door for devices; `crew` may be used from a known terminal only."""

    def __init__(self, house: Running, folder: Path, port: int, devices_port: int) -> None:
        self.house, self.folder, self.port, self.devices_port = house, folder, port, devices_port
        self.data = house.folder / house.edge.ground.city
        self.trust = ssl.create_default_context(cafile=str(folder / "localhost.pem"))

    def issue(self, name: str, days: int = DAYS, csr: Path | None = None) -> Path:
        """By the command, beside the running server. The folder of what the terminal gets."""
        to = self.folder / name
        asked = argparse.Namespace(name=name, to=to, csr=csr, days=days)
        assert devices_command._issue(Settings(), self.data, asked) == 0
        return to

    def aged(self, files: Path, days: int) -> Path:
        """The terminal's certificate, as if it had been issued so many days ago."""
        known = self.house.edge.devices
        assert isinstance(known, Devices)
        key = load_pem_private_key(files.with_suffix(".key").read_bytes(), None)
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())  # type: ignore[arg-type]
        [device] = known.list()
        made = known.authority.sign(device, request, DAYS, Moment(self.house.edge.now() - days * DAY_MS))
        files.with_suffix(".pem").write_bytes(made.certificate)
        return files.with_suffix(".pem")

    def revoke(self, name: str) -> None:
        assert devices_command._revoke(Settings(), self.data, name) == 0

    def shown(self, cert: Path, key: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "localhost.pem"))
        context.load_cert_chain(cert, key)
        return context

    def terminal(self, name: str, **headers: str) -> httpx.AsyncClient:
        """A client that shows the certificate of `name`, at the door for devices."""
        context = self.shown(self.folder / name / f"{name}.pem", self.folder / name / f"{name}.key")
        return httpx.AsyncClient(base_url=f"https://localhost:{self.devices_port}", verify=context, headers=headers)

    def elsewhere(self, **headers: str) -> httpx.AsyncClient:
        """At the other door, without one."""
        return httpx.AsyncClient(base_url=f"https://localhost:{self.port}", verify=self.trust, headers=headers)

    def crew_token(self, unit: str = "E07") -> dict[str, str]:
        return {"authorization": f"Bearer {self.house.token(f'field:{unit}', name=f'crew of {unit}')}"}


@pytest.fixture
async def terminals(tmp_path: Path) -> AsyncIterator[Terminals]:
    async with terminals_at(tmp_path) as found:
        yield found


@asynccontextmanager
async def terminals_at(folder: Path) -> AsyncIterator[Terminals]:
    cert, key = self_made(folder)
    port, devices_port = free_port(), free_port()
    bound = ("field", "crew")
    shown = Settings(
        port=port, tls_cert=cert, tls_key=key, devices_port=devices_port, device_only=bound, data=folder / "var"
    )
    async with running(folder / "var") as house:
        data = house.folder / house.edge.ground.city
        authority = joined_devices(house.edge, house.accounts.store, shown, data)
        watching = asyncio.create_task(cut_off_revoked(house.edge, house.accounts.store))
        async with web(house.app_for(shown), shown, authority):
            yield Terminals(house, folder, port, devices_port)
        watching.cancel()


async def test_a_bound_token_is_of_use_at_a_known_terminal_and_of_none_elsewhere(terminals: Terminals) -> None:
    terminals.issue("E07")
    token = terminals.crew_token()
    async with terminals.terminal("E07", **token) as inside, terminals.elsewhere(**token) as outside:
        assert (await inside.get(f"{API}/session")).status_code == 200
        assert (await inside.get(f"{API}/board")).status_code == 200
        refused = await outside.get(f"{API}/board")
        assert (refused.status_code, refused.json()["code"]) == (403, "device-needed")
    async with terminals.elsewhere() as other:
        assert (await other.post(f"{API}/session/demo", json={})).is_success
        assert (await other.get(f"{API}/board")).status_code == 200, "what is not bound is as it was"


async def test_a_bound_role_signs_in_at_a_known_terminal_only(terminals: Terminals) -> None:
    terminals.issue("wall-1")
    terminals.house.edge.device_only = frozenset({"dispatcher"})
    async with terminals.terminal("wall-1") as inside, terminals.elsewhere() as outside:
        refused = await outside.post(f"{API}/session/demo", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "device-needed")
        assert "set-cookie" not in refused.headers
        assert (await inside.post(f"{API}/session/demo", json={})).status_code == 200
        assert (await inside.get(f"{API}/board")).status_code == 200
        secret = inside.cookies["__Host-turnout_session"]
        stolen = {"cookie": f"turnout_session={secret}; __Host-turnout_session={secret}"}
    async with terminals.elsewhere(**stolen) as thief:
        assert (await thief.get(f"{API}/board")).json()["code"] == "device-needed", "the cookie alone is of no use"


async def test_an_emergency_button_is_heard_without_a_certificate(terminals: Terminals) -> None:
    async with terminals.elsewhere(**terminals.crew_token()) as outside:
        assert (await outside.post(f"{API}/commands/raise-duress", json={"unit": "E07"})).status_code == 200
        refused = await outside.post(f"{API}/commands/log-on", json={"unit": "E07"})
        assert refused.json()["code"] == "device-needed"


async def test_without_a_certificate_or_with_somebody_elses_there_is_no_connection(
    terminals: Terminals, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(verify=terminals.trust) as nobody:
        with pytest.raises(httpx.HTTPError):
            await nobody.get(f"https://localhost:{terminals.devices_port}/health")
    forged = Authority(tmp_path / "forged")
    forged.make()
    key, csr = new_request("E07")
    device = Device(id="x", name="E07", by="me", issued=Moment(0), expires=Moment(0))
    made = forged.sign(device, x509.load_pem_x509_csr(csr), 30, terminals.house.edge.now())
    write_key(tmp_path / "forged.key", key)
    (tmp_path / "forged.pem").write_bytes(made.certificate)
    context = terminals.shown(tmp_path / "forged.pem", tmp_path / "forged.key")
    async with httpx.AsyncClient(verify=context) as forger:
        with pytest.raises(httpx.HTTPError):
            await forger.get(f"https://localhost:{terminals.devices_port}/health")


async def test_one_that_is_over_opens_no_connection(terminals: Terminals, tmp_path: Path) -> None:
    known = terminals.house.edge.devices
    assert isinstance(known, Devices)
    key, csr = new_request("E09")
    known._now = lambda: Moment(terminals.house.clock.now() - 40 * DAY_MS)
    issued = known.issue("E09", csr, 30, "setup")
    assert not isinstance(issued, IdentityRefusal)
    write_key(tmp_path / "old.key", key)
    (tmp_path / "old.pem").write_bytes(issued.certificate)
    context = terminals.shown(tmp_path / "old.pem", tmp_path / "old.key")
    async with httpx.AsyncClient(verify=context) as old:
        with pytest.raises(httpx.HTTPError):
            await old.get(f"https://localhost:{terminals.devices_port}/health")


async def test_openssl_as_a_client_is_told_the_same(terminals: Terminals) -> None:
    folder = terminals.issue("E07")

    async def asks(*shown: str) -> str:
        command = (
            "openssl",
            "s_client",
            "-quiet",
            "-ign_eof",
            "-connect",
            f"localhost:{terminals.devices_port}",
            *shown,
        )
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        said = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        out, _ = await asyncio.wait_for(process.communicate(said), 20)
        return out.decode()

    assert "200 OK" in await asks("-cert", f"{folder / 'E07.pem'}", "-key", f"{folder / 'E07.key'}")
    assert "200 OK" not in await asks()


async def test_who_is_revoked_is_refused_at_once_and_its_socket_is_cut(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = terminals.issue("E07")
    token = terminals.crew_token()
    context = terminals.shown(folder / "E07.pem", folder / "E07.key")
    address = f"wss://localhost:{terminals.devices_port}/socket"
    async with (
        terminals.terminal("E07", **token) as inside,
        websockets.connect(address, ssl=context, max_size=2**27, additional_headers=token) as socket,
    ):
        await socket.send(json.dumps({"type": "hello", "protocol": 1, "board": True}))
        assert json.loads(await socket.recv())["type"] == "welcome"
        assert (await inside.get(f"{API}/board")).status_code == 200
        terminals.revoke("E07")
        refused = await inside.get(f"{API}/board")
        assert (refused.status_code, refused.json()["code"]) == (403, "device-needed")
        async with asyncio.timeout(20):
            await socket.wait_closed()
    async with websockets.connect(address, ssl=context, additional_headers=token) as again:
        await again.send(json.dumps({"type": "hello", "protocol": 1}))
        assert "device-needed" in str(await again.recv())


async def test_all_are_revoked_at_once_also_what_is_issued_meanwhile(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("E07", "E08"):
        terminals.issue(name)
    honest, late = devices_command._answered, ["wall-3"]

    def answered(settings: Settings, folder: Path, asked: DevicesAsked) -> DevicesSaid:
        if asked.act == "revoke" and late:
            terminals.issue(late.pop())
        return honest(settings, folder, asked)

    monkeypatch.setattr(devices_command, "_answered", answered)
    assert devices_command._revoke_all(Settings(), terminals.data) == 0
    known = terminals.house.edge.devices
    assert isinstance(known, Devices)
    assert [bool(one.revoked) for one in known.list()] == [True, True, True]
    assert devices_command._revoke_all(Settings(), terminals.data) == 0, "there is none left"


async def test_all_that_cannot_be_revoked_are_said_and_not_asked_for_ever(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminals.issue("E07")
    honest, asked = devices_command._answered, 0

    def answered(settings: Settings, folder: Path, said: DevicesAsked) -> DevicesSaid:
        nonlocal asked
        asked += said.act == "revoke"
        assert asked < 5
        if said.act == "list":
            return honest(settings, folder, said)
        return DevicesSaid(refusal=IdentityRefusal("unknown-device"))

    monkeypatch.setattr(devices_command, "_answered", answered)
    with pytest.raises(Malformed, match="1 devices are not revoked"):
        devices_command._revoke_all(Settings(), terminals.data)


async def test_all_are_revoked_by_the_word_for_it_and_one_or_all_must_be_said(
    terminals: Terminals, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("E07", "E08"):
        terminals.issue(name)
    where = ("--data", str(terminals.house.folder))
    for words in ((), ("E07", "--all")):
        with pytest.raises(SystemExit):
            main(["devices", "revoke", *words, *where])
    assert await asyncio.to_thread(main, ["devices", "revoke", "--all", *where]) == 0
    assert "2 revoked" in capsys.readouterr().out
    known = terminals.house.edge.devices
    assert isinstance(known, Devices)
    assert all(one.revoked for one in known.list())


async def test_a_revoked_terminal_is_worse_than_none_for_everybody(terminals: Terminals) -> None:
    terminals.issue("wall-2")
    terminals.revoke("wall-2")
    async with terminals.terminal("wall-2") as lost:
        assert (await lost.post(f"{API}/session/demo", json={})).json()["code"] == "device-needed"


async def test_a_certificate_is_never_believed_from_a_header(terminals: Terminals) -> None:
    folder = terminals.issue("E07")
    der = x509.load_pem_x509_certificate((folder / "E07.pem").read_bytes()).public_bytes(Encoding.DER)
    shown = {"client-cert": f":{base64.b64encode(der).decode()}:", "x-client-verify": "SUCCESS"}
    async with terminals.elsewhere(**terminals.crew_token(), **shown) as liar:
        assert (await liar.get(f"{API}/board")).json()["code"] == "device-needed"


async def test_a_terminal_renews_its_certificate_once_half_of_its_time_is_over(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = terminals.issue("E07")
    new = x509.load_pem_x509_certificate((folder / "E07.pem").read_bytes())

    async def renews() -> str:
        asked = ["devices", "renew", "--server", f"https://localhost:{terminals.devices_port}"]
        asked += ["--cert", str(folder / "E07.pem"), "--key", str(folder / "E07.key")]
        asked += ["--trust", str(terminals.folder / "localhost.pem")]
        capsys.readouterr()
        assert await asyncio.to_thread(main, asked) == 0
        return capsys.readouterr().out

    assert "not yet" in await renews()
    assert x509.load_pem_x509_certificate((folder / "E07.pem").read_bytes()) == new
    before = x509.load_pem_x509_certificate(terminals.aged(folder / "E07", days=16).read_bytes())
    assert "renewed until" in await renews()
    after = x509.load_pem_x509_certificate((folder / "E07.pem").read_bytes())
    key = load_pem_private_key((folder / "E07.key").read_bytes(), None)
    assert after.public_key() == key.public_key() != before.public_key(), "another key"  # type: ignore[attr-defined]
    assert after.not_valid_after_utc - before.not_valid_after_utc > timedelta(days=15)
    assert (folder / "E07.key").stat().st_mode & 0o077 == 0
    async with terminals.terminal("E07", **terminals.crew_token()) as inside:
        assert (await inside.get(f"{API}/board")).status_code == 200
    terminals.revoke("E07")
    with pytest.raises(AssertionError):
        await renews()


def test_a_renewal_that_was_cut_off_between_key_and_certificate_is_finished(tmp_path: Path) -> None:
    cert, key = tmp_path / "E07.pem", tmp_path / "E07.key"
    cert.write_text("old")
    key.write_text("new")
    (tmp_path / "E07.pem.new").write_text("new")
    devices_command._finish(cert, key)
    assert sorted((one.name, one.read_text()) for one in tmp_path.iterdir()) == [("E07.key", "new"), ("E07.pem", "new")]
    (tmp_path / "E07.pem.new").write_text("half")
    (tmp_path / "E07.key.new").write_text("newer")
    devices_command._finish(cert, key)
    assert sorted((one.name, one.read_text()) for one in tmp_path.iterdir()) == [("E07.key", "new"), ("E07.pem", "new")]


async def test_an_administrator_lists_and_revokes_and_it_is_on_the_journal(terminals: Terminals) -> None:
    terminals.issue("E07")
    noted = notes_of(terminals.house)
    async with terminals.house.program("admin") as administrator, terminals.house.program("audit") as other:
        [device] = (await administrator.get(f"{API}/devices")).json()
        assert (device["name"], device["revoked"]) == ("E07", 0)
        assert (await other.get(f"{API}/devices")).status_code == 403
        assert (await other.delete(f"{API}/devices/E07")).status_code == 403
        assert (await administrator.delete(f"{API}/devices/E07")).status_code == 204
        assert [(act, subject) for _, act, subject in noted] == [("device-revoked", "E07")]
        assert (await administrator.delete(f"{API}/devices/E07")).json()["code"] == "unknown-device"


def test_a_name_is_one_devices_and_bad_requests_are_refused_by_name(tmp_path: Path) -> None:
    store = IdentityStore(tmp_path / "accounts.sqlite")
    known = Devices(store, Authority(tmp_path / "devices"), lambda: Moment(1_800_000_000_000))
    _, csr = new_request("E07")

    def code(name: str, request: bytes = csr) -> str:
        outcome = known.issue(name, request, 30, "setup")
        return outcome.code if isinstance(outcome, IdentityRefusal) else ""

    assert code("E07") == ""
    assert code("E07") == "device-taken"
    assert code(" ") == code("x" * 65) == "device-name"
    assert code("E08", b"no request") == code("E08", b"x" * 10_000) == "device-request"
    known.revoke("E07")
    assert code("E07") == "", "a lost one is replaced under its name"
    assert known.find(b"no certificate") is None
    store.close()


def test_a_connection_that_outlives_its_certificate_is_nobodys(tmp_path: Path) -> None:
    store, now = IdentityStore(tmp_path / "accounts.sqlite"), [Moment(1_800_000_000_000)]
    known = Devices(store, Authority(tmp_path / "devices"), lambda: now[0])
    issued = known.issue("E07", new_request("E07")[1], 30, "setup")
    assert not isinstance(issued, IdentityRefusal)
    der = x509.load_pem_x509_certificate(issued.certificate).public_bytes(Encoding.DER)
    assert known.find(der) is not None
    now[0] = Moment(now[0] + 30 * DAY_MS)
    assert known.find(der) is None
    store.close()


async def test_a_terminals_session_ends_with_its_certificate(terminals: Terminals) -> None:
    terminals.issue("E07", days=1)
    async with terminals.terminal("E07", **terminals.crew_token()) as inside:
        ends = (await inside.get(f"{API}/session")).json()["expires"]
    [device] = terminals.house.edge.devices.list()  # type: ignore[union-attr]
    assert ends == device.expires


def test_the_key_of_the_authority_and_of_a_terminal_are_for_their_owner_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "devices")
    authority.make()
    authority.make()
    assert (tmp_path / "devices" / "ca.key").stat().st_mode & 0o077 == 0
    with pytest.raises(Malformed, match="a key already"):
        write_key(tmp_path / "devices" / "ca.key", new_request("x")[0])


async def test_the_key_of_the_authority_is_in_no_backup_and_without_it_nothing_is_issued_or_renewed(
    terminals: Terminals,
) -> None:
    folder = terminals.issue("E07")
    terminals.aged(folder / "E07", days=16)
    assert not _is_kept(Path("devices/ca.key"))
    assert _is_kept(Path("devices/ca.pem"))
    (terminals.data / "devices" / "ca.key").unlink()
    async with terminals.terminal("E07") as inside:
        assert (await inside.get("/health")).status_code == 200
        refused = await inside.post(f"{API}/devices/renew", json={"csr": new_request("E07")[1].decode()})
        assert refused.json()["code"] == "device-no-authority"
    with pytest.raises(Malformed):
        terminals.issue("E08")
    assert not (terminals.folder / "E08" / "E08.key").exists(), "no key is left of what was not issued"


async def test_a_request_made_on_the_terminal_keeps_the_key_there(terminals: Terminals, tmp_path: Path) -> None:
    _, csr = new_request("anything it says")
    (tmp_path / "own.csr").write_bytes(csr)
    folder = terminals.issue("E11", csr=tmp_path / "own.csr")
    assert sorted(path.name for path in folder.iterdir()) == ["E11.pem", "ca.pem"]
    made = x509.load_pem_x509_certificate((folder / "E11.pem").read_bytes())
    assert made.subject.rfc4514_string() == "CN=E11", "named by the operator, not by the request"
    assert made.not_valid_after_utc < datetime.now(UTC) + timedelta(days=DAYS + 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"device_only": ("crew",)},
        {"devices_port": 9},
        {"proxy_certificates": True},
        {"devices_port": 9, "roles": ("edge",)},
        {"devices_port": 9, "roles": ("desk",), "tls_cert": Path("c"), "tls_key": Path("k")},
        {"devices_port": 9, "roles": ("worker",), "tls_cert": Path("c"), "tls_key": Path("k")},
    ],
)
def test_a_door_that_cannot_be_is_refused_at_the_start(tmp_path: Path, wrong: dict[str, Any]) -> None:
    edge: Any = object()
    with pytest.raises(Malformed):
        device_serving.joined_devices(edge, edge, Settings(**wrong), tmp_path)


async def test_the_command_lists_what_there_is(terminals: Terminals, capsys: pytest.CaptureFixture[str]) -> None:
    terminals.issue("E07")
    terminals.issue("E08")
    terminals.revoke("E08")
    capsys.readouterr()
    assert devices_command._list(Settings(), terminals.data) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "E07" in first
    assert "until" in first
    assert "revoked" in second
