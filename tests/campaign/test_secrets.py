"""No token, session or password of a server stands in its environment, words or log, also after a crash."""

import os
import signal
from pathlib import Path

import httpx

from tests.campaign.server import API, Server

TYPED = "planted-password-8143"


def secrets_of(server: Server) -> dict[str, bytes]:
    """What was given out or typed."""
    token = server.token()
    with httpx.Client(base_url=server.url) as browser:
        assert browser.post(f"{API}/session/demo", json={}).status_code == 200
        cookie = browser.cookies["turnout_session"]
        assert browser.post(f"{API}/session", json={"account": "ana", "secret": TYPED}).status_code == 401
        browser.post(f"{API}/setup", json={"code": TYPED, "account": "ana", "secret": TYPED})
        browser.post(f"{API}/session", content=f'{{"account": "ana", "secret": "{TYPED}"')
        browser.get(f"{API}/board", headers={"authorization": f"Bearer {token}"})
    return {"token": token.encode(), "session": cookie.encode(), "password": TYPED.encode()}


def shown_by(server: Server, secrets: dict[str, bytes]) -> list[str]:
    """Where which secret stands: what others on the machine read of the process, and its log after a crash."""
    assert server._process is not None
    process = Path(f"/proc/{server._process.pid}")
    said = {name: (process / name).read_bytes() for name in ("environ", "cmdline", "comm")}
    os.kill(server._process.pid, signal.SIGABRT)
    server._process.wait()
    said["log"] = server.log.read_bytes()
    return [
        f"{secret} in {place}" for place, text in said.items() for secret, value in secrets.items() if value in text
    ]


def test_no_secret_stands_in_the_environment_the_process_list_the_log_or_after_a_crash(tmp_path: Path) -> None:
    server = Server(tmp_path / "var")
    server.start()
    try:
        secrets = secrets_of(server)
        assert shown_by(server, secrets) == []
    finally:
        server.kill()


def test_a_secret_in_the_environment_is_found(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", environment={"TURNOUT_PLANTED": TYPED})
    server.start()
    try:
        assert shown_by(server, {"password": TYPED.encode()}) == ["password in environ"]
    finally:
        server.kill()
