"""What people say crosses no network in the clear: such a server does not start, such a request is not answered."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.running import API, served
from turnout.adapters.http.proxies import as_asked, came_in_the_clear, read_proxies
from turnout.clear_lines import clear_lines, refuse_clear_lines
from turnout.config import Settings
from turnout.edge.proof.plan import read_plan
from turnout.main import main
from turnout.words.encrypted import is_of_this_machine
from turnout.words.trouble import Malformed

TLS = {"tls_cert": Path("cert.pem"), "tls_key": Path("key.pem")}
OURS = read_proxies(["10.0.0.7"])


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, []),
        ({"host": "::1"}, []),
        ({"host": "0.0.0.0"}, ["--host"]),
        ({"host": "10.0.0.1"}, ["--host"]),
        ({"host": "desk.example"}, ["--host"]),
        ({"host": "0.0.0.0", **TLS}, []),
        ({"host": "0.0.0.0", "proxies": ("10.0.0.7",)}, []),
        ({"host": "10.0.0.1", "proxies": ("10.0.0.7",), "roles": ("edge", "desk")}, ["--reach"]),
        ({"host": "10.0.0.1", "proxies": ("10.0.0.7",), "roles": ("edge",)}, []),
        ({"host": "10.0.0.1", "proxies": ("10.0.0.7",), "roles": ("desk",), **TLS}, []),
        ({"host": "0.0.0.0", "proxies": ("10.0.0.7",), "roles": ("desk",), "reach": "https://desk.example"}, []),
        ({"host": "0.0.0.0", "proxies": ("10.0.0.7",), "roles": ("desk",), "reach": "http://127.0.0.1:8080"}, []),
        ({"otlp": "http://collector:4318", "worker": "http://10.0.0.2:8082"}, ["--otlp", "--worker"]),
        ({"otlp": "https://collector:4318", "worker": "http://127.0.0.1:8082"}, []),
        ({"reach": "http://10.0.0.1:8080", **TLS}, ["--reach"]),
        ({"nats": "nats://127.0.0.1,nats://n2"}, ["--nats"]),
        ({"nats": "tls://n1,tls://n2"}, []),
        ({"database": "postgresql://turnout@/turnout?host=/run/postgresql"}, []),
        ({"database": "postgresql://turnout@127.0.0.1:5432,[::1]:5433/turnout"}, []),
        ({"database": "postgresql://turnout@127.0.0.1,db2:5432/turnout"}, ["--database"]),
        ({"database": "postgresql://turnout@/turnout?host=db1,db2&sslmode=prefer"}, ["--database"] * 2),
        ({"database": "postgresql://turnout@db1,db2/turnout?sslmode=verify-full"}, []),
    ],
)
def test_a_line_to_another_machine_without_tls_is_found(settings: dict[str, Any], options: list[str]) -> None:
    given = Settings(**settings)
    assert [line.option for line in clear_lines(given, {})] == options
    if options:
        with pytest.raises(Malformed, match="in the clear"):
            refuse_clear_lines(given, {})
        refuse_clear_lines(Settings(**settings, unencrypted=True), {})


def test_the_environment_may_ask_the_database_for_tls() -> None:
    given = Settings(database="postgresql://turnout@db1/turnout")
    assert list(clear_lines(given, {"PGSSLMODE": "verify-full"})) == []
    assert list(clear_lines(given, {"PGSSLMODE": "allow"})) != []


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--host", "0.0.0.0"),
        ("serve", "--otlp", "http://collector:4318"),
        ("up", "--role", "edge", "--database", "postgresql://turnout@db1/turnout"),
        ("witness", "--name", "w", "--logs", "logs.toml", "--data", "w", "--host", "0.0.0.0"),
        ("simulate", "--server", "http://10.0.0.1:8080", "--token-file", "token"),
        ("fallback", "--server", "http://desk.example", "--to", "kit", "--token-file", "token"),
    ],
)
def test_no_command_begins_a_line_in_the_clear(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("secret")
    assert main(list(words)) == 1
    said = capsys.readouterr().err
    assert "in the clear" in said or "is not encrypted" in said
    assert not (tmp_path / "var").exists()


def test_a_database_that_the_environment_names_is_not_asked_in_the_clear_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TURNOUT_DATABASE", "postgresql://turnout@db1/turnout")
    assert main(["verify"]) == 1
    assert "in the clear" in capsys.readouterr().err


def test_witnesses_and_time_stampers_elsewhere_are_asked_by_tls(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("")
    plan = tmp_path / "proof.toml"
    plan.write_text('[stamps]\nurl = "http://tsa.example"\nroot = "root.pem"\n')
    with pytest.raises(Malformed, match="not encrypted"):
        read_plan(plan, "town")
    plan.write_text('[stamps]\nurl = "https://tsa.example"\nroot = "root.pem"\n')
    assert read_plan(plan, "town").stamps is not None


@given(st.ip_addresses())
def test_only_loopback_is_this_machine(address: Any) -> None:
    inner = getattr(address, "ipv4_mapped", None)
    assert is_of_this_machine(str(address)) == (address.is_loopback or bool(inner and inner.is_loopback))


def asked(peer: str, kind: str = "http", scheme: str = "http", **forwarded: str) -> bool:
    headers = [(f"x-forwarded-{name}".encode(), value.encode()) for name, value in forwarded.items()]
    scope = {"type": kind, "client": (peer, 1), "scheme": scheme, "headers": headers}
    return came_in_the_clear(scope, as_asked(scope, OURS), OURS)


def test_what_crossed_a_network_in_the_clear_is_known() -> None:
    assert asked("10.0.0.9")
    assert asked("10.0.0.9", proto="https"), "who is no named proxy may say what it likes"
    assert asked("10.0.0.7", proto="http"), "somebody came to the proxy in the clear"
    assert asked("10.0.0.9", "websocket", "ws")
    assert not asked("10.0.0.9", scheme="https")
    assert not asked("10.0.0.7", proto="https")
    assert not asked("10.0.0.7", "websocket", "ws", proto="wss")
    assert asked("10.0.0.7", "websocket", "ws", proto="ws")
    assert not asked("10.0.0.7"), "the proxy looks by itself whether the server lives"
    assert not asked("127.0.0.1")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own address counts as another machine's."""
    monkeypatch.setattr("turnout.adapters.http.proxies.is_of_this_machine", lambda host: False)


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
@pytest.mark.usefixtures("elsewhere")
async def test_who_comes_in_the_clear_from_elsewhere_is_told_to_come_by_tls(tmp_path: Path, server: str) -> None:
    async with (
        served(tmp_path / "var", server) as house,
        httpx.AsyncClient(base_url=f"http://{house.url}") as browser,
    ):
        for answer in (await browser.get("/"), await browser.post(f"{API}/session/demo", json={})):
            assert (answer.status_code, answer.json()["code"]) == (403, "tls-needed")
            assert "set-cookie" not in answer.headers
