"""No secret of a server stands in its environment, words, log, telemetry, answers or data, also after a crash."""

import re
from pathlib import Path

from tests.campaign.secret_places import (
    CALLED,
    CLIENT_SECRET,
    DATABASE_SECRET,
    RIGHT,
    Watched,
    key_material,
    processes_of,
    shown,
    watched,
)
from tests.campaign.server import Server
from tests.postgres_pair import for_servers

PRINT_OUTS = ("functions", "messages --call c1", "verify", "personal-data", "audit key", "audit check")


def secrets_of(server: Watched) -> dict[str, bytes]:
    """Everything that was given to the server, made by it or typed at it, each used rightly and wrongly."""
    with server.browser() as browser:
        server.until_it_answers(browser)
        code = server.run("setup").split()[0]
        token = server.run("token", "--name", "t", "--scopes", "calls,read").split()[-1]
        as_program = {"authorization": f"Bearer {token}"}
        first = browser.post("/api/v1/setup", json={"code": code, "account": "root", "secret": RIGHT})
        assert first.status_code < 300, first.text
        cookie = browser.cookies["__Host-turnout_session"]
        for account in ("bug", "thread", "unseen", "root"):
            body = {"account": account, "secret": CALLED}
            assert server.ask(browser, "POST", "/session", json=body).status_code >= 400
        server.ask(browser, "POST", "/session", content=f'{{"account": "root", "secret": "{CALLED}"')
        server.ask(browser, "POST", "/session", json={"account": "root", "secret": {"is": CALLED}, CALLED: 1})
        server.ask(browser, "POST", "/setup", json={"code": CALLED, "account": "root", "secret": CALLED})
        server.ask(browser, "POST", "/accounts/secret", json={"old": CALLED, "new": RIGHT})
        server.ask(browser, "POST", "/session/sso/city", json={"position": "D1"})
        server.ask(browser, "GET", f"/session/sso/city/back?code={CALLED}&state={CALLED}")
        account = {"account": "li", "name": "Li", "roles": ["dispatcher"]}
        assert server.ask(browser, "POST", "/accounts", json=account).status_code < 300
        given = browser.post("/api/v1/accounts/li/code", json={}).json()["code"]
        server.ask(browser, "GET", "/tokens")
        server.ask(browser, "GET", "/accounts")
        server.ask(browser, "GET", "/board", headers={"authorization": f"Bearer {token}x"})
        person = {"call_id": "c1", "role": "caller", "details": {"name": "Ann", "callback": "555-0100"}}
        card = server.ask(browser, "POST", "/details", json=person, headers=as_program).json()["person"]
        call = {"do": "take-call", "call_id": "c1", "channel": "phone", "caller": card}
        taken = server.ask(browser, "POST", "/commands", json={"id": "a", "command": call}, headers=as_program)
        assert taken.status_code == 200, taken.text
        server.ask(browser, "POST", "/commands", json={"id": "b", "command": {"do": "nothing"}}, headers=as_program)
        server.ask(browser, "GET", "/health")
        server.ask(browser, "GET", "/metrics", headers=as_program)
    typed = {"token": token, "session": cookie, "password": RIGHT, "wrong password": CALLED, "one-time code": given}
    given_in_files = {"client secret": CLIENT_SECRET, "database password": DATABASE_SECRET, "set-up code": code}
    written = server.tls_key.read_text().splitlines()[1]
    return {name: text.encode() for name, text in (typed | given_in_files | {"TLS key": written}).items()}


def places_of(server: Watched, print_outs: tuple[str, ...]) -> dict[str, bytes]:
    """What others can read: while it runs, what it says of itself, what it leaves behind when it crashes."""
    said = {f"print-out of {words}": server.run(*words.split()).encode() for words in print_outs}
    for process in processes_of(server.process.pid):
        said |= {f"{name} of {process.name}": (process / name).read_bytes() for name in ("environ", "cmdline", "comm")}
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    assert re.search(r"^Max core file size +0 ", limits, re.MULTILINE), "a crash would leave an image of the memory"
    server.crash()
    said["log"] = server.log.read_bytes()
    said |= {f"telemetry {path} {number}": body for number, (path, body) in enumerate(server.told.taken)}
    said |= {f"answer {number}": body for number, body in enumerate(server.answers)}
    kept = (path for path in server.data.rglob("*") if path.is_file() and path.suffix not in (".keys", ".site-key"))
    return said | {f"file {path.name}": path.read_bytes() for path in kept}


def test_no_secret_of_a_server_stands_where_others_read(tmp_path: Path) -> None:
    with watched(tmp_path) as server:
        secrets = secrets_of(server)
        server.until_it_has("proof.keys")
        places = places_of(server, PRINT_OUTS)
        secrets |= key_material(server.data)
    assert {"TLS key", "vault key 1", "signing key 0"} <= set(secrets)
    log = places["log"].decode()
    assert '"level":"debug"' in log, "the log was not at its lowest level"
    assert log.count('"KeyError"') == 3, "not every bug was met"
    assert not re.search(r"\b[A-Z0-9]{4}(-[A-Z0-9]{4}){2,6}\b", log), "a set-up code was not shown to a terminal"
    assert any(place.startswith("telemetry /v1/logs") for place in places)
    assert shown(secrets, places) == []


def test_no_secret_of_a_server_on_postgresql_stands_where_others_read(tmp_path: Path) -> None:
    with (
        for_servers() as database,
        watched(tmp_path, database.url) as server,
        server.browser() as browser,
    ):
        server.until_it_answers(browser)
        places = places_of(server, ())
        secrets = key_material(server.data) | {"database password": DATABASE_SECRET.encode()}
    assert "site key" in secrets
    assert shown(secrets, places) == []


def test_a_secret_that_is_logged_is_found_in_the_log_and_at_the_collector(tmp_path: Path) -> None:
    with watched(tmp_path) as server:
        with server.browser() as browser:
            server.until_it_answers(browser)
            server.ask(browser, "POST", "/session", json={"account": "said", "secret": CALLED})
        server.process.terminate()
        server.process.wait()
        bodies = b"".join(server.told.bodies)
        assert shown({"password": CALLED.encode()}, {"log": server.log.read_bytes(), "told": bodies}) == [
            "password in log",
            "password in told",
        ]


def test_a_secret_in_the_environment_is_found(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", environment={"PLANTED": CALLED})
    server.start()
    try:
        assert server._process is not None
        environ = Path(f"/proc/{server._process.pid}/environ").read_bytes()
        assert shown({"password": CALLED.encode()}, {"environ": environ}) == ["password in environ"]
    finally:
        server.kill()
