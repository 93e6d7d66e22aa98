"""Who signed in and who did not is in the log of the door, with network, way and reason; an auditor reads it."""

import argparse
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running, running
from turnout import operating
from turnout.config import Settings
from turnout.edge.allowance import Allowance, Rate
from turnout.edge.identities import IdentityRefusal, NewAccount
from turnout.words.moment import DAY_MS, MINUTE_MS

SECRET = "correct horse battery"


@pytest.fixture
async def staffed(house: Running) -> Running:
    for account in ("ana", "bo"):
        new = NewAccount(account=account, secret=SECRET, roles=("dispatcher",))
        assert not isinstance(await house.accounts.add_account(new), IdentityRefusal)
    return house


def asked(account: str, secret: str = SECRET, position: str = "D1") -> dict[str, str]:
    return {"account": account, "secret": secret, "position": position}


async def log_of(house: Running, path: str = "sign-ins", **query: Any) -> list[dict[str, Any]]:
    async with house.program("audit") as auditor:
        reply = await auditor.get(f"{API}/{path}", params=query)
        assert reply.status_code == 200, reply.text
        lines: list[dict[str, Any]] = reply.json()
        return lines


def said(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple(line[name] for name in ("act", "account", "way", "reason"))


async def test_who_signs_in_and_off_is_noted_with_when_where_and_how(staffed: Running) -> None:
    async with staffed.client() as browser:
        assert (await browser.post(f"{API}/session", json=asked("ana"))).is_success
        assert (await browser.delete(f"{API}/session")).is_success
    off, entered = await log_of(staffed)
    assert said(entered) == ("signed-in", "ana", "password", "")
    assert (entered["network"], entered["position"], entered["count"]) == ("127.0.0.1", "D1", 1)
    assert abs(entered["at"] - staffed.clock.now()) < MINUTE_MS
    assert said(off) == ("signed-off", "ana", "", "")


async def test_who_is_not_let_in_is_noted_with_the_reason_and_told_no_more_than_before(staffed: Running) -> None:
    staffed.accounts.set_disabled("bo", True)
    async with staffed.client() as browser:
        told = set()
        for account, secret in (("ana", "not this one"), ("nobody at all", SECRET), ("bo", SECRET)):
            refused = await browser.post(f"{API}/session", json=asked(account, secret))
            told.add((refused.status_code, refused.text))
        assert len(told) == 1, "the three cannot be told apart from outside"
        assert (await browser.post(f"{API}/session/code", json=asked("ana") | {"code": "AAAA"})).status_code == 401
        passkey = {"credential": {"rawId": "AAAA", "response": {}}}
        assert (await browser.post(f"{API}/session/passkey/verify", json=passkey)).status_code == 401
        setup = {"code": "AAAA", "account": "eve", "secret": SECRET}
        assert (await browser.post(f"{API}/setup", json=setup)).is_client_error
    lines = await log_of(staffed, failures=True)
    assert [said(one) for one in reversed(lines)] == [
        ("not-let-in", "ana", "password", "wrong-secret"),
        ("not-let-in", "", "password", "unknown-account"),
        ("not-let-in", "bo", "password", "account-disabled"),
        ("not-let-in", "ana", "code", "wrong-code"),
        ("not-let-in", "", "passkey", "passkey-failed"),
        ("not-let-in", "", "setup", "already-set-up"),
    ]


async def test_a_flood_of_guesses_is_few_lines_with_a_count_and_says_that_it_was_held_back(staffed: Running) -> None:
    async with staffed.client() as guesser:
        for n in range(60):
            await guesser.post(f"{API}/session", json=asked("ana", f"guess number {n}"))
    lines = await log_of(staffed, failures=True)
    assert {one["reason"] for one in lines} == {"wrong-secret", "too-many-attempts"}
    minutes = {one["at"] // 60_000 for one in lines}
    assert len(lines) <= 4 * len(minutes), "two reasons; a line at once and one when its minute is over"
    assert sum(one["count"] for one in lines) == 60


async def test_lock_unlock_and_hand_over_are_noted_with_who_had_the_console(staffed: Running) -> None:
    async with staffed.client() as browser:
        await browser.post(f"{API}/session", json=asked("ana"))
        await browser.post(f"{API}/session/lock")
        await browser.post(f"{API}/session", json=asked("ana"))
        await browser.post(f"{API}/session/lock")
        await browser.post(f"{API}/session", json=asked("bo"))
    lines = [(one["act"], one["account"], one["about"]) for one in reversed(await log_of(staffed))]
    assert list(dict.fromkeys(lines)) == [
        ("signed-in", "ana", ""),
        ("locked", "ana", ""),
        ("unlocked", "ana", ""),
        ("handed-over", "bo", "ana"),
    ]


async def test_a_visitor_of_a_demonstration_is_noted_too(house: Running, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{API}/session/lock")
    await browser.post(f"{API}/session/demo/unlock")
    assert [(one["act"], one["way"]) for one in await log_of(house)] == [
        ("unlocked", "demo"),
        ("locked", ""),
        ("signed-in", "demo"),
    ]


async def test_what_is_denied_is_noted_with_the_right_that_lacks(staffed: Running) -> None:
    async with staffed.program("read") as program, staffed.client() as site:
        assert (await program.get(f"{API}/accounts")).status_code == 403
        command = {"do": "log-on", "unit": "E01"}
        assert (await program.post(f"{API}/commands", json={"id": "k", "command": command})).status_code == 403
        evil = await site.post(f"{API}/session", json=asked("ana"), headers={"origin": "https://evil.test"})
        assert evil.status_code == 403
        unknown = await site.get(f"{API}/board", headers={"authorization": "Bearer turnout_guessed"})
        assert unknown.status_code == 401
    lines = [(one["act"], one["way"], one["reason"], one["about"]) for one in reversed(await log_of(staffed))]
    assert lines == [
        ("denied", "token", "scope-missing", "GET /api/v1/accounts"),
        ("denied", "token", "not-permitted", "log-on"),
        ("denied", "", "foreign-origin", "POST /api/v1/session"),
        ("not-let-in", "token", "not-signed-on", ""),
    ]


async def test_what_cannot_be_read_or_is_too_much_is_noted_without_what_was_sent(staffed: Running) -> None:
    async with staffed.program("read") as program, staffed.client() as stranger:
        for _ in range(3):
            refused = await program.post(f"{API}/commands", content=b'{"id": "<script>Appleby</script>"')
            assert refused.json()["code"] == "malformed"
        assert (await stranger.post(f"{API}/session", content=b"\xff\xfe")).status_code == 400
        staffed.edge.counter.allowances.strangers = Allowance(Rate(1, 1))
        answers = [(await stranger.get(f"{API}/city")).status_code for _ in range(3)]
        assert answers[-1] == 429
    lines = await log_of(staffed)
    assert {(one["act"], one["way"], one["reason"], one["about"]) for one in lines} == {
        ("denied", "token", "malformed", "POST /api/v1/commands"),
        ("denied", "", "malformed", "POST /api/v1/session"),
        ("denied", "", "too-many-requests", "GET /api/v1/city"),
    }
    assert max(one["count"] for one in lines) == 3
    assert "Appleby" not in str(lines)


async def test_a_changed_password_and_a_wrong_old_one_are_noted(staffed: Running) -> None:
    async with staffed.client() as browser:
        await browser.post(f"{API}/session", json=asked("ana"))
        change = {"old": "not this one", "new": "another horse battery"}
        assert (await browser.post(f"{API}/accounts/secret", json=change)).status_code == 401
        assert (await browser.post(f"{API}/accounts/secret", json=change | {"old": SECRET})).is_success
    lines = [(one["act"], one["way"], one["reason"]) for one in await log_of(staffed)][:2]
    assert lines == [("secret-changed", "", ""), ("not-let-in", "secret-change", "wrong-secret")]


async def test_a_program_that_would_change_a_password_is_refused_and_noted(staffed: Running) -> None:
    async with staffed.program("read") as program:
        refused = await program.post(f"{API}/accounts/secret", json={"old": "x", "new": "another horse battery"})
        assert (refused.status_code, refused.json()["code"]) == (409, "no-account")
    [line] = await log_of(staffed)
    assert (line["act"], line["way"], line["reason"]) == ("not-let-in", "secret-change", "no-account")


async def test_only_auditors_and_administrators_read_it_and_each_their_own(staffed: Running) -> None:
    async with staffed.client() as ana, staffed.client() as bo, staffed.program("admin") as administrator:
        await ana.post(f"{API}/session", json=asked("ana"))
        await bo.post(f"{API}/session", json=asked("bo", position="D2"))
        assert (await ana.get(f"{API}/sign-ins")).status_code == 403
        own = (await ana.get(f"{API}/me/sign-ins")).json()
        assert {one["account"] for one in own} == {"ana"}
        assert (await administrator.get(f"{API}/sign-ins")).status_code == 200
        for path in ("sign-ins", "me/sign-ins"):
            refused = await administrator.get(f"{API}/{path}", params={"caller": "Appleby"})
            assert (refused.status_code, refused.json()["code"]) == (400, "malformed"), path


async def test_no_secret_stands_in_the_file(staffed: Running) -> None:
    wrong = "wrong-but-nearly-right"
    async with staffed.client() as browser:
        await browser.post(f"{API}/session", json=asked("ana", wrong))
        await browser.post(f"{API}/session", json=asked(SECRET, wrong))
        await browser.post(f"{API}/session", json=asked("ana"))
        cookie = browser.cookies["turnout_session"]
    await log_of(staffed)
    for path in staffed.folder.rglob("sign-ins.sqlite*"):
        body = path.read_bytes()
        assert not [secret for secret in (SECRET, wrong, cookie) if secret.encode() in body], path


async def test_the_command_prints_it_beside_the_running_server(
    staffed: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    async with staffed.client() as browser:
        await browser.post(f"{API}/session", json=asked("ana", "not this one"))
        await browser.post(f"{API}/session", json=asked("ana"))
    await log_of(staffed)
    asked_for = argparse.Namespace(account="ana", failures=False, most=10)
    assert operating.print_sign_ins(Settings(data=staffed.folder), asked_for) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "not-let-in  ana  password  wrong-secret  127.0.0.1" in first
    assert "signed-in  ana@D1  password  -  127.0.0.1" in second


async def test_the_log_outlives_a_restart(tmp_path: Any) -> None:
    async with running(tmp_path / "var") as house, house.client() as browser:
        await browser.post(f"{API}/session/demo", json={})
    async with running(tmp_path / "var") as house:
        assert [one["act"] for one in await log_of(house)] == ["signed-in"]
        house.clock.ahead_ms = 201 * DAY_MS
        house.edge.door_log.note("signed-off", account="ana")
        assert [one["act"] for one in await log_of(house)] == ["signed-off"]
