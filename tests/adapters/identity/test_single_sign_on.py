"""Single sign-on against a real provider (oidc-provider), and against providers that hang, lie and flood."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from msgspec.structs import replace

from tests.adapters.identity.openid import at_the_provider, go_and_sign_in, plan_in, provider_at, session_of
from tests.adapters.running import API, Running, free_port, running
from turnout.adapters.identity import bounded_client
from turnout.adapters.identity.bounded_client import BoundedClient, ProviderFailed
from turnout.adapters.identity.oidc import OidcSignOn, why_too_weak
from turnout.adapters.identity.oidc_provider import OidcProvider
from turnout.adapters.identity.sign_on_plan import ProviderPlan, read_identity_plan
from turnout.core.tables.events import AccessNoted
from turnout.edge.identities import Asserted, Entry, IdentityRefusal, NewAccount, SignedIn
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import Malformed

GROUPS = """
        [[provider.group]]
        group = "room"
        roles = ["dispatcher"]
        [[provider.group]]
        group = "leads"
        roles = ["supervisor"]
"""
SECRET = "correct horse battery"


@asynccontextmanager
async def house_at(folder: Path, port: int, groups: str = GROUPS) -> AsyncIterator[Running]:
    plan = plan_in(folder, port, groups)
    async with running(folder / "var", identity=plan, origin="http://turnout.test") as house:
        yield house


def notes_of(house: Running) -> list[tuple[str, str, str]]:
    """(who, act, subject) of every act on accounts, as it happens."""
    found: list[tuple[str, str, str]] = []
    house.desk.listen(
        lambda told: found.extend((one.by, one.act, one.subject) for one in told.events if isinstance(one, AccessNoted))
    )
    return found


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


async def test_a_provider_signs_people_in_and_its_groups_are_their_roles(tmp_path: Path, port: int) -> None:
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ana:
        noted = notes_of(house)
        back = await go_and_sign_in(ana, "ana+room", position="D3")
        assert (back.status_code, back.headers["location"]) == (303, "/")
        me = await session_of(ana)
        assert (me["actor"], me["roles"], me["position"]) == ("ana", ["dispatcher"], "D3")
        assert noted == [("sso/city", "account-made", "ana")]

        left = (await ana.post(f"{API}/session/leave")).json()["url"]
        assert urlsplit(left).path == "/session/end"
        assert parse_qs(urlsplit(left).query)["post_logout_redirect_uri"] == ["http://turnout.test/"]
        async with httpx.AsyncClient() as page:
            assert (await page.get(left)).status_code == 200, "the provider knows this address for leaving"
        assert (await ana.get(f"{API}/session")).status_code == 401

        back = await go_and_sign_in(ana, "ana+leads")
        assert back.headers["location"] == "/"
        assert (await session_of(ana))["roles"] == ["supervisor"]
        assert noted[1:] == [("sso/city", "account-changed", "ana")]
        await go_and_sign_in(ana, "ana+leads")
        assert len(noted) == 2, "nothing changed, nothing noted"


async def test_a_provider_may_change_its_keys(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.AGAIN_S", 0.0)
    async with house_at(tmp_path, port) as house, house.client() as ana:
        for _ in range(2):
            async with provider_at(port):
                assert (await go_and_sign_in(ana, "ana+room")).headers["location"] == "/"


async def test_nobody_comes_in_without_a_group_that_has_a_role_nor_as_somebody_else(tmp_path: Path, port: int) -> None:
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ben:
        assert (await go_and_sign_in(ben, "ben+cooks")).headers["location"] == "/?refused=sign-on-unknown"
        await house.accounts.add_account(NewAccount(account="root", secret=SECRET, roles=("administrator",)))
        assert (await go_and_sign_in(ben, "root+room")).headers["location"] == "/?refused=sign-on-taken"
        await house.accounts.add_account(NewAccount(account="cleo", roles=("dispatcher",)))
        assert (await go_and_sign_in(ben, "cleo+room")).headers["location"] == "/"
        house.accounts.set_disabled("cleo", True)
        assert (await go_and_sign_in(ben, "cleo+room")).headers["location"] == "/?refused=sign-on-unknown"


async def test_without_groups_the_administrator_makes_the_accounts(tmp_path: Path, port: int) -> None:
    async with provider_at(port), house_at(tmp_path, port, groups="") as house, house.client() as ana:
        assert (await go_and_sign_in(ana, "ana+leads")).headers["location"] == "/?refused=sign-on-unknown"
        await house.accounts.add_account(NewAccount(account="ana", roles=("dispatcher",)))
        assert (await go_and_sign_in(ana, "ana+leads")).headers["location"] == "/"
        assert (await session_of(ana))["roles"] == ["dispatcher"]


async def test_a_return_counts_only_in_the_browser_that_began_it_and_once(tmp_path: Path, port: int) -> None:
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ana, house.client() as mallory:
        url = (await ana.post(f"{API}/session/sso/city", json={})).json()["url"]
        asked = parse_qs(urlsplit(url).query)
        assert (asked["code_challenge_method"], asked["prompt"]) == (["S256"], ["login"])
        back = await at_the_provider(url, "ana+room")
        await mallory.post(f"{API}/session/sso/city", json={})
        assert (await mallory.get(back)).headers["location"] == "/?refused=sign-on-lost"
        begun = {"cookie": f"turnout_sign_on={ana.cookies.get('turnout_sign_on')}"}
        ana.cookies.clear()
        other = back.replace("iss=", "iss=http%3A%2F%2Fevil.test&was=")
        assert (await ana.get(other, headers=begun)).headers["location"] == "/?refused=sign-on-lost"
        assert (await ana.get(back, headers=begun)).headers["location"] == "/"
        again = await ana.get(back, headers=begun)
        assert again.headers["location"] == "/?refused=provider-silent", "a code is good once"


async def test_a_way_back_is_one_providers_alone(tmp_path: Path, port: int) -> None:
    """Mixed up (RFC 9700, 4.4): each provider has an address of its own to come back to, and is named in the answer."""
    plan = plan_in(tmp_path, port)
    (city,) = read_identity_plan(plan).provider
    county = replace(city, id="county", issuer="https://login.county.test")
    async with provider_at(port), running(tmp_path / "var", origin="http://turnout.test") as house:
        house.edge.sign_on = OidcSignOn([city, county], "http://turnout.test", house.edge.now)
        async with house.client() as ana:
            url = (await ana.post(f"{API}/session/sso/city", json={})).json()["url"]
            assert parse_qs(urlsplit(url).query)["redirect_uri"] == ["http://turnout.test/api/v1/session/sso/city/back"]
            back = await at_the_provider(url, "ana+room")
            assert "iss=" in back, "RFC 9207: this provider names itself"
            begun = {"cookie": f"turnout_sign_on={ana.cookies.get('turnout_sign_on')}"}
            ana.cookies.clear()
            for other in (back.replace("/city/", "/county/"), back.replace("iss=", "iss=https%3A%2F%2Fevil.test&was=")):
                assert (await ana.get(other, headers=begun)).headers["location"] == "/?refused=sign-on-lost"


async def test_one_who_begins_has_ten_minutes(tmp_path: Path, port: int) -> None:
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ana:
        back = await at_the_provider((await ana.post(f"{API}/session/sso/city", json={})).json()["url"], "ana+room")
        house.clock.ahead_ms = 11 * 60_000
        assert (await ana.get(back)).headers["location"] == "/?refused=sign-on-lost"


@asynccontextmanager
async def stranger(answer: bytes | None) -> AsyncIterator[int]:
    """A provider that says this to everything; None: nothing, for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()  # until the asker gives up
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b'{"issuer": "http://somebody.else"}',
        HEAD + b"[" * 100_000,
        HEAD + b'{"filler": "' + b"x" * 300_000 + b'"}',
        HEAD + b"\xff\xfe",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=["another-issuer", "nested", "huge", "no-utf-8", "redirect", "no-http"],
)
async def test_a_provider_that_says_nonsense_is_a_provider_that_does_not_answer(tmp_path: Path, answer: bytes) -> None:
    async with stranger(answer) as port, house_at(tmp_path, port) as house, house.client() as ana:
        refused = await ana.post(f"{API}/session/sso/city", json={})
        assert (refused.status_code, refused.json()["code"]) == (503, "provider-silent")


async def test_a_provider_that_hangs_keeps_nobody_else_waiting_and_only_so_many_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_client, "ANSWER_S_MAX", 30.0)
    async with stranger(None) as port, house_at(tmp_path, port) as house, house.client() as ana:
        waiting = [asyncio.create_task(ana.post(f"{API}/session/sso/city", json={})) for _ in range(16)]
        while house.edge.sign_on._waiting < 16:  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        assert (await ana.post(f"{API}/session/sso/city", json={})).json()["code"] == "provider-silent"
        assert (await ana.post(f"{API}/session/demo", json={})).status_code == 200
        line = await ana.post(f"{API}/line", json={"text": "E 300 MISSION ST STRUCTURE FIRE", "run": True, "id": "x"})
        assert line.json()["ran"], line.text
        assert not any(one.done() for one in waiting), "they all still wait"
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_provider_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_client, "ANSWER_S_MAX", 0.05)
    async with stranger(None) as port, house_at(tmp_path, port) as house, house.client() as ana:
        assert (await ana.post(f"{API}/session/sso/city", json={})).json()["code"] == "provider-silent"
        assert house.edge.sign_on._waiting == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('issuer = "http://127.0.0.1', 'issuer = "http://login.example.org', "not encrypted"),
        ('client_secret_file = "oidc.secret"', 'client_secret_file = "none"', "no such file"),
        ('client_secret_file = "oidc.secret"', 'client_secret = "open"', "unknown field"),
        ('client_id = "turnout"', 'client_id = "turnout"\nscopes = ["profile"]', "openid"),
    ],
)
def test_a_plan_that_would_be_unsafe_is_refused_by_name(tmp_path: Path, was: str, now: str, said: str) -> None:
    plan = plan_in(tmp_path, 1)
    assert len(read_identity_plan(plan).provider) == 1
    plan.write_text(plan.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    with pytest.raises(Malformed, match=said):
        read_identity_plan(plan)


async def test_who_was_not_asked_anew_does_not_come_in_as_the_one_who_sat_there_before(
    tmp_path: Path, port: int
) -> None:
    """The console's next person takes the wish for it out of the address; the provider still knows the one before."""
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ben, httpx.AsyncClient() as page:
        url = (await ben.post(f"{API}/session/sso/city", json={})).json()["url"]
        await at_the_provider(url, "ana+room", page)
        house.clock.ahead_ms = 5 * 60_000
        url = (await ben.post(f"{API}/session/sso/city", json={})).json()["url"]
        lazy = url.replace("prompt=login&max_age=0", "max_age=3600")
        assert lazy != url
        back = await at_the_provider(lazy, "nobody is asked", page)
        assert (await ben.get(back)).headers["location"] == "/?refused=sign-on-stale"


@pytest.mark.parametrize(
    ("plan", "claims", "is_weak"),
    [
        ({}, {"auth_time": 1_000}, False),
        ({}, {"auth_time": 941}, False),
        ({}, {"auth_time": 939}, True),
        ({}, {}, True),
        ({}, {"auth_time": "now"}, True),
        ({"auth_time": False}, {}, False),
        ({"auth_time": False}, {"auth_time": 939}, True),
        ({"acr": "strong"}, {"auth_time": 1_000, "acr": "strong"}, False),
        ({"acr": "strong"}, {"auth_time": 1_000, "acr": "weak"}, True),
        ({"acr": "strong"}, {"auth_time": 1_000}, True),
    ],
)
def test_a_provider_proves_that_it_asked_and_as_strongly_as_it_has_to(
    plan: dict[str, Any], claims: dict[str, Any], is_weak: bool
) -> None:
    made = ProviderPlan(id="c", name=Name("c", "c"), issuer="https://c.test", client_id="t", **plan)
    assert bool(why_too_weak(made, claims, Moment(1_000_000))) == is_weak


async def test_how_strongly_a_provider_is_to_ask_is_asked_of_it(tmp_path: Path, port: int) -> None:
    plan = plan_in(tmp_path, port, 'acr = "urn:strong"')
    async with (
        provider_at(port),
        running(tmp_path / "var", identity=plan, origin="http://turnout.test") as house,
        house.client() as ana,
    ):
        url = (await ana.post(f"{API}/session/sso/city", json={})).json()["url"]
        assert parse_qs(urlsplit(url).query)["acr_values"] == ["urn:strong"]


async def test_no_token_of_a_provider_is_kept_or_reaches_the_browser(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    ask = BoundedClient.ask

    async def noting(self: BoundedClient, method: str, url: str, **request: Any) -> dict[str, Any]:
        answer = await ask(self, method, url, **request)
        given.extend(str(answer[name]) for name in ("access_token", "id_token", "refresh_token") if name in answer)
        return answer

    monkeypatch.setattr(BoundedClient, "ask", noting)
    async with provider_at(port), house_at(tmp_path, port) as house, house.client() as ana:
        back = await go_and_sign_in(ana, "ana+room")
        left = await ana.post(f"{API}/session/leave")
        shown = f"{back.headers} {ana.cookies} {left.text}".encode()
    written = b"".join(path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file())
    assert len(given) == 2, "an access token and an ID token were given"
    assert b"ana" in written
    assert [one for one in given if one.encode() in shown + written] == []


async def test_two_providers_have_each_their_own_people(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        ana = Asserted(provider="city", subject="1", account="ana", roles=("dispatcher",))
        entry = house.accounts.plan_entry(ana)
        assert isinstance(entry, Entry)
        assert isinstance(await house.accounts.enter(ana, entry), SignedIn)
        for other in (ana, replace(ana, account="anna")):
            planned = house.accounts.plan_entry(replace(other, provider="county"))
            assert planned != Entry("ana"), "the same subject of another provider is another person"
        assert house.accounts.plan_entry(replace(ana, provider="county")) == IdentityRefusal(
            "sign-on-taken", {"account": "ana"}
        )


async def test_a_person_is_who_the_subject_says_whatever_the_name_says(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        ana = Asserted(provider="city", subject="1", account="ana", roles=("dispatcher",))
        entry = house.accounts.plan_entry(ana)
        assert isinstance(entry, Entry)
        await house.accounts.enter(ana, entry)
        assert house.accounts.plan_entry(replace(ana, account="renamed")) == Entry("ana")
        assert house.accounts.plan_entry(replace(ana, subject="2")) == IdentityRefusal(
            "sign-on-taken", {"account": "ana"}
        )


def wrongly(claims: dict[str, Any], key: ECKey, wrong: str) -> str:
    """A token that has this wrong with it, and nothing else."""
    stranger = ECKey.generate_key("P-256")
    secret = OctKey.import_key("a secret of the client, long enough")
    changed = {
        "another issuer": {"iss": "https://evil.test"},
        "another audience": {"aud": "another"},
        "given to another": {"aud": ["turnout", "another"], "azp": "another"},
        "another nonce": {"nonce": "m"},
        "no nonce": {"nonce": None},
        "over": {"exp": time.time() - 120},
        "not yet": {"iat": time.time() + 3_600, "nbf": time.time() + 3_600},
    }
    body = {name: value for name, value in (claims | changed.get(wrong, {})).items() if value is not None}
    if wrong == "of another key":
        return jwt.encode({"alg": "ES256"}, body, stranger, algorithms=["ES256"])
    if wrong == "signed by the client's secret":
        return jwt.encode({"alg": "HS256"}, body, secret, algorithms=["HS256"])
    token = jwt.encode({"alg": "ES256"}, body, key, algorithms=["ES256"])
    head, middle, signature = token.split(".")
    if wrong == "unsigned":
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        return f"{none}.{middle}."
    if wrong == "altered":
        other = base64.urlsafe_b64encode(msgspec.json.encode(body | {"sub": "root"})).decode().rstrip("=")
        return f"{head}.{other}.{signature}"
    return token


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "another issuer",
        "another audience",
        "given to another",
        "another nonce",
        "no nonce",
        "over",
        "not yet",
        "of another key",
        "signed by the client's secret",
        "unsigned",
        "altered",
    ],
)
async def test_a_token_with_one_thing_wrong_is_refused(tmp_path: Path, wrong: str) -> None:
    (plan,) = read_identity_plan(plan_in(tmp_path, 1)).provider
    provider, key = OidcProvider(plan), ECKey.generate_key("P-256")
    provider._keys, provider._keys_at = KeySet([key]), time.monotonic()
    now = time.time()
    claims = {"iss": plan.issuer, "aud": "turnout", "sub": "ana", "exp": now + 60, "iat": now, "nonce": "n"}
    token = wrongly(claims, key, wrong)
    if not wrong:
        assert (await provider._verified(token, "n"))["sub"] == "ana"
        return
    with pytest.raises(ProviderFailed):
        await provider._verified(token, "n")


@pytest.mark.parametrize("subject", [7, "", "x" * 256, None, ["ana"]])
async def test_a_token_whose_subject_is_no_name_is_refused(tmp_path: Path, subject: object) -> None:
    (plan,) = read_identity_plan(plan_in(tmp_path, 1)).provider
    provider = OidcProvider(plan)
    key = ECKey.generate_key("P-256")
    provider._keys, provider._keys_at = KeySet([key]), time.monotonic()
    claims = {"iss": plan.issuer, "aud": "turnout", "sub": subject, "exp": time.time() + 60, "iat": time.time()}
    for one, is_good in ((subject, False), ("ana", True)):
        token = jwt.encode({"alg": "ES256"}, {**claims, "nonce": "n", "sub": one}, key, algorithms=["ES256"])
        if is_good:
            assert (await provider._verified(token, "n"))["sub"] == "ana"
        else:
            with pytest.raises(ProviderFailed):
                await provider._verified(token, "n")
