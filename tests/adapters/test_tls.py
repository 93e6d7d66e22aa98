"""TLS of the server's own, with a certificate made for the test and a real client: what a proxy had to do before."""

import asyncio
import json
import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.adapters.running import API, served
from turnout.adapters.certificate import read_certificate
from turnout.city.simulated.link import trusting
from turnout.config import Settings
from turnout.edge.health import certificate_warning
from turnout.main import main
from turnout.serving import certificate_of
from turnout.words.moment import DAY_MS, Moment
from turnout.words.trouble import Malformed

SERVERS = ("granian", "uvicorn")


def self_made(folder: Path, days: int = 90, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_file, key_file


@pytest.mark.parametrize("server", SERVERS)
async def test_over_tls_everything_is_strict_and_the_cookie_is_secure(tmp_path: Path, server: str) -> None:
    tls = self_made(tmp_path)
    trusted = ssl.create_default_context(cafile=str(tls[0]))
    async with served(tmp_path / "var", server, tls) as house:
        port = house.url.rpartition(":")[2]
        async with httpx.AsyncClient(verify=trusted, base_url=f"https://localhost:{port}") as client:
            signed_in = await client.post(f"{API}/session/demo", json={})
            health = await client.get("/health")
            page = await client.get("/")
    assert signed_in.status_code == 200, signed_in.text
    assert "Secure" in signed_in.headers["set-cookie"]
    strict = {one.headers["strict-transport-security"] for one in (signed_in, health, page)}
    assert strict == {"max-age=31536000; includeSubDomains"}
    assert health.json()["certificate_expires"] > house.edge.now() + 89 * DAY_MS
    assert health.json()["warnings"] == []


async def test_whoever_does_not_know_the_certificate_is_not_connected(tmp_path: Path) -> None:
    async with served(tmp_path / "var", "granian", self_made(tmp_path)) as house:
        async with httpx.AsyncClient() as stranger:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://{house.url}/health")
        async with httpx.AsyncClient() as clear:
            with pytest.raises(httpx.HTTPError):
                await clear.get(f"http://{house.url}/health")


async def test_the_socket_and_the_simulated_citys_pinned_trust_work_over_tls(tmp_path: Path) -> None:
    tls = self_made(tmp_path, name="desk.example")
    async with served(tmp_path / "var", "granian", tls) as house:
        hello = {"type": "hello", "protocol": 1, "resume_after": None, "language": "en", "board": True, "places": False}
        hello["token"] = house.token("read")
        async with websockets.connect(f"wss://{house.url}/socket", ssl=trusting(tls[0])) as socket:
            await socket.send(json.dumps(hello))
            assert json.loads(await socket.recv())["type"] == "welcome"


WEAK = ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES256-GCM-SHA384", "NULL", "DHE-RSA-AES128-GCM-SHA256")
"""Without forward secrecy, without a cipher that proves itself, without any."""


@pytest.mark.parametrize("server", SERVERS)
async def test_only_ciphers_with_forward_secrecy_and_a_proof_are_spoken(tmp_path: Path, server: str) -> None:
    tls = self_made(tmp_path)

    async def spoken(port: int, ciphers: str = "", most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> str:
        context = ssl.create_default_context(cafile=str(tls[0]))
        context.maximum_version = most
        if ciphers:
            context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
        try:
            _, writer = await asyncio.open_connection("localhost", port, ssl=context)
        except (ssl.SSLError, ConnectionError):
            return ""
        name: str = writer.get_extra_info("cipher")[0]
        writer.close()
        return name

    async with served(tmp_path / "var", server, tls) as house:
        port = int(house.url.rpartition(":")[2])
        assert [cipher for cipher in WEAK if await spoken(port, cipher)] == []
        assert (await spoken(port)).startswith("ECDHE-ECDSA-")
        assert (await spoken(port, "ECDHE-ECDSA-AES256-GCM-SHA384")) == "ECDHE-ECDSA-AES256-GCM-SHA384"
        assert (await spoken(port, most=ssl.TLSVersion.TLSv1_3)).startswith("TLS_")


async def test_another_client_agrees(tmp_path: Path) -> None:
    """curl has a TLS of its own, and refuses what a browser would refuse. Where there is none, httpx has to do."""
    if shutil.which("curl") is None:
        return
    cert, key = self_made(tmp_path)
    async with served(tmp_path / "var", "granian", (cert, key)) as house:
        port = house.url.rpartition(":")[2]
        ask = ["curl", "-sS", "-i", "--cacert", str(cert), f"https://localhost:{port}/health"]
        process = await _run(ask)
        old = await _run([*ask, "--tls-max", "1.1"])
    assert process.stdout.startswith(("HTTP/2 200", "HTTP/1.1 200")), process
    assert "strict-transport-security: max-age=31536000" in process.stdout.lower()
    assert old.returncode != 0


async def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30, check=False)


async def test_without_tls_nothing_claims_to_be_strict(tmp_path: Path) -> None:
    async with served(tmp_path / "var") as house, httpx.AsyncClient() as client:
        answer = await client.get(f"http://{house.url}/health")
    assert "strict-transport-security" not in answer.headers
    assert answer.json()["certificate_expires"] is None


async def test_a_certificate_that_ends_soon_is_warned_of_in_health(tmp_path: Path) -> None:
    tls = self_made(tmp_path, days=9)
    async with (
        served(tmp_path / "var", "granian", tls) as house,
        httpx.AsyncClient(verify=trusting(tls[0])) as client,
    ):
        health = (await client.get(f"https://{house.url}/health")).json()
    assert health["ok"]
    assert "ends in 8 days" in health["warnings"][0]["en"]
    assert "8 天后到期" in health["warnings"][0]["zh"]


def test_a_warning_comes_thirty_days_before_and_says_when_it_is_over() -> None:
    now = Moment(1_000 * DAY_MS)
    assert certificate_warning(Moment(now + 30 * DAY_MS), now) is None
    soon = certificate_warning(Moment(now + 30 * DAY_MS - 1), now)
    over = certificate_warning(Moment(now - 1), now)
    assert soon is not None
    assert "29 days" in soon.en
    assert over is not None
    assert "has expired" in over.en


def test_a_key_of_another_certificate_is_refused_at_the_start_with_the_cure(tmp_path: Path) -> None:
    cert, _ = self_made(tmp_path)
    _, other = self_made(tmp_path, name="other")
    with pytest.raises(Malformed, match="does not belong"):
        read_certificate(cert, other)
    with pytest.raises(Malformed, match="not a PEM certificate"):
        read_certificate(other, other)
    with pytest.raises(Malformed, match="cannot be read"):
        read_certificate(tmp_path / "none.pem", other)


def test_one_of_the_two_alone_is_refused(tmp_path: Path) -> None:
    cert, _ = self_made(tmp_path)
    with pytest.raises(Malformed, match="go together"):
        certificate_of(msgspec.structs.replace(Settings(), tls_cert=cert))


def test_serve_refuses_a_broken_certificate_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    status = main(
        ["serve", "--tls-cert", str(broken), "--tls-key", str(broken), "--data", str(tmp_path), "--port", "8116"]
    )
    assert status == 1
    assert "not a PEM certificate" in capsys.readouterr().err
