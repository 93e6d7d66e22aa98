"""Terminals whose certificates a named proxy has checked (RFC 9440)."""

import argparse
import base64
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.adapters.running import API, Running, free_port, running
from turnout import devices_command
from turnout.adapters.http.proxies import as_asked, read_proxies
from turnout.adapters.identity.devices import DAYS, Authority, Devices, new_request
from turnout.config import Settings
from turnout.device_serving import joined_devices
from turnout.edge.at_device import CERTIFICATE
from turnout.web_server import web


@asynccontextmanager
async def behind_a_proxy(folder: Path, **other: Any) -> AsyncIterator[Running]:
    """Whose word is taken of what a terminal has shown it; `crew` may be used from a known terminal only."""
    chosen = {"proxies": ("127.0.0.1",), "proxy_certificates": True} | other
    shown = Settings(port=free_port(), device_only=("field", "crew"), data=folder / "var", **chosen)
    async with running(folder / "var") as house:
        data = house.folder / house.edge.ground.city
        assert joined_devices(house.edge, house.accounts.store, shown, data) is None
        async with web(house.app_for(shown), shown):
            house.url = f"http://127.0.0.1:{shown.port}"
            yield house


def a_certificate(house: Running, folder: Path, name: str = "E07") -> bytes:
    """Issued by the command; DER."""
    data = house.folder / house.edge.ground.city
    asked = argparse.Namespace(name=name, to=folder / name, csr=None, days=DAYS)
    assert devices_command._issue(Settings(), data, asked) == 0
    return x509.load_pem_x509_certificate((folder / name / f"{name}.pem").read_bytes()).public_bytes(Encoding.DER)


def somebody_elses(house: Running, der: bytes) -> bytes:
    """The same device named by an authority that is not the city's."""
    known = house.edge.devices
    assert isinstance(known, Devices)
    [device] = known.list()
    with tempfile.TemporaryDirectory() as folder:
        other = Authority(Path(folder))
        other.make()
        _, csr = new_request("E07")
        made = other.sign(device, x509.load_pem_x509_csr(csr), DAYS, house.edge.now())
    return x509.load_pem_x509_certificate(made.certificate).public_bytes(Encoding.DER)


def said(der: bytes) -> str:
    return f":{base64.b64encode(der).decode()}:"


async def looks(house: Running, *client_cert: str) -> str:
    """What a crew's token is told at the board; empty: it is shown."""
    token = house.token("field:E07", name=f"crew {uuid.uuid4().hex[:6]}")
    headers = [("authorization", f"Bearer {token}"), *(("client-cert", one) for one in client_cert)]
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as client:
        reply = await client.get(f"{API}/board", headers=headers)
    return "" if reply.is_success else str(reply.json()["code"])


async def test_a_named_proxy_says_which_certificate_a_terminal_has_shown(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path) as house:
        der = a_certificate(house, tmp_path)
        assert await looks(house, said(der)) == ""
        assert await looks(house) == "device-needed"
        for wrong in ("", "E07", said(b""), said(b"no certificate"), said(der)[:-1], said(somebody_elses(house, der))):
            assert await looks(house, wrong) == "device-needed", wrong
        assert await looks(house, said(der), said(der)) == "device-needed"
        assert house.edge.devices is not None
        house.edge.devices.revoke("E07")
        assert await looks(house, said(der)) == "device-needed"


async def test_from_nobody_else_a_header_is_anything(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, proxies=("192.0.2.1",)) as house:
        assert await looks(house, said(a_certificate(house, tmp_path))) == "device-needed"


def state_of(*, certificates: bool, peer: str = "10.0.0.7") -> dict[str, Any]:
    scope = {"type": "http", "scheme": "http", "client": (peer, 5), "headers": [(b"Client-Cert", b":ZGVy:")]}
    state: dict[str, Any] = as_asked(scope, read_proxies(["10.0.0.7"]), certificates=certificates).get("state", {})
    return state


def test_without_the_operators_word_for_it_a_named_proxy_says_nothing_of_certificates() -> None:
    assert state_of(certificates=True) == {CERTIFICATE: b"der"}
    assert state_of(certificates=False) == state_of(certificates=True, peer="10.0.0.8") == {}


async def test_through_a_proxy_a_terminal_renews_with_what_it_has_shown_there(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path) as house:
        der = a_certificate(house, tmp_path)
        _, csr = new_request("E07")
        async with httpx.AsyncClient(base_url=house.url, trust_env=False) as client:
            asked = {"csr": csr.decode()}
            codes = [
                (await client.post(f"{API}/devices/renew", json=asked, headers={"client-cert": shown})).json()["code"]
                for shown in (said(der), said(somebody_elses(house, der)))
            ]
        assert codes == ["device-too-early", "device-not-known"]
