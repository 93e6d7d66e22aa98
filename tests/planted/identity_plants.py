"""Planted bugs at the door: a return that nobody began, an account taken over by its name, a lock for show."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.adapters.identity import test_devices_behind_a_proxy as proxy_tests
from tests.adapters.running import API, running
from tests.edge import test_edge_door_chain as chain_tests
from tests.edge.test_edge_door_log import test_no_flood_of_failures_pushes_out_who_got_in
from tests.planted.plant import Patch, Plant
from tests.roles import test_passing_on as passing_on_tests
from turnout.adapters.between import inner_door as inner_door_module
from turnout.adapters.between import passing_on as passing_on_module
from turnout.adapters.between.inner_door import InnerDoor
from turnout.adapters.identity import oidc as oidc_module
from turnout.adapters.identity import passwords as passwords_module
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.devices import Authority, Devices, new_request
from turnout.adapters.identity.keeping import Keeping
from turnout.adapters.identity.oidc import OidcSignOn
from turnout.adapters.identity.oidc_provider import OidcProvider
from turnout.adapters.identity.passwords import why_weak
from turnout.adapters.identity.sign_on_plan import ProviderPlan
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.identity.vouching import Vouching
from turnout.edge import at_device as at_device_module
from turnout.edge.between import CERTIFICATE_HEADER, KEY_HEADER, LINK, LINK_HEADER
from turnout.edge.identities import Asserted, Entry, IdentityRefusal, NewAccount, SignedIn
from turnout.edge.single_sign_on import Begun, Returned
from turnout.records import chained_lines
from turnout.records import sign_ins as sign_ins_module
from turnout.records.sign_ins import SignInsAsked
from turnout.words.moment import Moment
from turnout.words.name import Name

PLAN = ProviderPlan(id="city", name=Name("city", "市"), issuer="http://127.0.0.1:1", client_id="turnout")


class Agreeable(OidcProvider):
    """A provider that redeems any code, so that only the door is left to say no."""

    async def describe(self) -> dict[str, object]:
        return {"authorization_endpoint": "http://127.0.0.1:1/auth"}

    async def is_silent(self) -> bool:
        return False

    async def redeem(self, code: str, verifier: str, redirect_uri: str, nonce: str) -> dict[str, object]:
        return {"sub": "s", "preferred_username": "ana", "auth_time": 0}


def a_return_counts_only_where_it_was_begun(folder: Path) -> None:
    async def come_back() -> None:
        door = OidcSignOn([PLAN], "http://turnout.test", lambda: Moment(0))
        door._providers = {"city": Agreeable(PLAN)}
        mine, hers = await door.begin("city", "", "a"), await door.begin("city", "", "b")
        assert isinstance(mine, Begun)
        assert isinstance(hers, Begun)
        state = parse_qs(urlsplit(mine.url).query)["state"][0]
        assert isinstance(await door.finish("city", mine.sealed, Returned("c", state), "a"), Asserted)
        for stranger in (hers.sealed, "", mine.sealed[:-2]):
            assert isinstance(await door.finish("city", stranger, Returned("c", state), "a"), IdentityRefusal)
        evil = Returned("c", state, iss="http://evil.test")
        assert isinstance(await door.finish("city", mine.sealed, evil, "a"), IdentityRefusal)

    asyncio.run(come_back())


def a_provider_has_asked_this_time(folder: Path) -> None:
    async def come_back() -> None:
        door = OidcSignOn([PLAN], "http://turnout.test", lambda: Moment(3_600_000))
        door._providers = {"city": Agreeable(PLAN)}  # who asked an hour ago
        begun = await door.begin("city", "", "a")
        assert isinstance(begun, Begun)
        state = parse_qs(urlsplit(begun.url).query)["state"][0]
        came = await door.finish("city", begun.sealed, Returned("c", state), "a")
        assert came == IdentityRefusal("sign-on-stale")

    asyncio.run(come_back())


async def a_session_is_everywhere_before_its_answer(folder: Path) -> None:
    order: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 303, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def keep() -> None:
        order.append("kept")

    door = InnerDoor(app, bytes(32), public=False, keep_accounts=keep)
    transport = httpx.ASGITransport(app=door)  # type: ignore[arg-type]
    headers = {KEY_HEADER: bytes(32).hex(), LINK_HEADER: str(LINK)}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as edge:
        assert (await edge.get(f"{API}/session/sso/city/back")).status_code == 303
    assert order == ["kept"]


def an_account_with_a_password_is_nobodys_by_name(folder: Path) -> None:
    async def claim() -> None:
        store = IdentityStore(folder / "accounts.sqlite")
        accounts = Accounts(store, lambda: Moment(1), lambda: None, demo=False, origin="http://turnout.test")
        await accounts.add_account(NewAccount(account="root", secret="correct horse", roles=("administrator",)))
        asserted = Asserted(provider="city", subject="s", account="root", roles=("dispatcher",))
        assert accounts.plan_entry(asserted) == IdentityRefusal("sign-on-taken", {"account": "root"})
        store.close()

    asyncio.run(claim())


async def a_locked_console_reads_nothing(folder: Path) -> None:
    async with running(folder / "var") as house, house.client() as browser:
        assert (await browser.post(f"{API}/session/demo", json={})).is_success
        assert (await browser.get(f"{API}/board")).status_code == 200
        assert (await browser.post(f"{API}/session/lock")).is_success
        assert (await browser.get(f"{API}/board")).status_code == 423


def any_return_will_do(patch: Patch) -> None:
    patch.setattr(oidc_module, "_is_its_return", lambda journey, provider, returned, issuer: True)


def a_name_opens_an_account(patch: Patch) -> None:
    patch.setattr(Vouching, "plan_entry", lambda self, asserted: Entry(asserted.account))


def whatever_it_says(patch: Patch) -> None:
    patch.setattr(oidc_module, "why_too_weak", lambda plan, claims, begun: "")


def a_get_only_reads(patch: Patch) -> None:
    patch.setattr(inner_door_module, "may_change_accounts", lambda method, path: method != "GET")


def only_a_curtain(patch: Patch) -> None:
    patch.setattr(IdentityStore, "set_locked", lambda self, session, locked: None)


async def a_failed_sign_in_keeps_nothing_that_was_typed(folder: Path) -> None:
    async with running(folder / "var") as house, house.client() as browser:
        typed = {"account": "my own password", "secret": "not this one"}
        assert (await browser.post(f"{API}/session", json=typed)).status_code == 401
        lines = await house.edge.door_log.find(SignInsAsked(failures=True))
        assert [(one.account, one.reason) for one in lines] == [("", "unknown-account")]


def whatever_was_typed_is_noted(patch: Patch) -> None:
    patch.setattr(Keeping, "standing_of", lambda self, account: "open")


def a_flood_has_the_whole_log(patch: Patch) -> None:
    patch.setattr(sign_ins_module, "FAILURES", frozenset())


def who_is_not_hashed(patch: Patch) -> None:
    honest = chained_lines.line_hash

    def line_hash(before: bytes, log: str, failure: int, k: int, said: Any) -> bytes:
        return honest(before, log, failure, k, [*said[:4], *said[5:]])

    for module in (chained_lines, sign_ins_module, chain_tests):
        patch.setattr(module, "line_hash", line_hash)


def the_journals_notes_unread(patch: Patch) -> None:
    patch.setattr(chained_lines, "_against", lambda one, known: None)


def what_was_done_to_the_log_is_found(folder: Path) -> None:
    noted = chain_tests.a_noted_log(folder / "s.sqlite")
    assert chain_tests.alterations_not_found(folder / "s.sqlite", noted, 200) == []


def a_common_password_is_refused(folder: Path) -> None:
    assert why_weak("Password123", ()) == IdentityRefusal("common-secret")


def a_word_of_the_place_is_refused(folder: Path) -> None:
    assert why_weak("Harbin#Harbin#7", ("Harbin",)) == IdentityRefusal("place-secret", {"word": "harbin"})


def length_alone(patch: Patch) -> None:
    patch.setattr(passwords_module, "is_common", lambda secret: False)


def only_words_of_every_city(patch: Patch) -> None:
    patch.setattr(passwords_module, "parts", lambda words: set(passwords_module.EVERYWHERE))


async def a_code_waits_for_silence(folder: Path) -> None:
    (folder / "identity.toml").write_text(
        '[[provider]]\nid = "city"\nname = { en = "c", zh = "c" }\nissuer = "http://127.0.0.1:1"\nclient_id = "t"\n'
    )
    async with running(folder / "var", identity=folder / "identity.toml") as house, house.client() as browser:
        house.edge.sign_on._providers = {"city": Agreeable(PLAN)}  # type: ignore[union-attr]
        await house.accounts.add_account(NewAccount(account="ana", roles=("dispatcher",)))
        house.accounts._store.bind("city", "s", "ana")
        made = house.accounts.make_offline_codes("ana")
        assert not isinstance(made, IdentityRefusal)
        typed = {"provider": "city", "account": "ana", "code": made.codes[0]}
        refused = await browser.post(f"{API}/session/offline", json=typed)
        assert refused.json().get("code") == "provider-answers"


def a_code_works_once(folder: Path) -> None:
    store = IdentityStore(folder / "accounts.sqlite")
    accounts = Accounts(store, lambda: Moment(1), lambda: None, demo=False, origin="http://turnout.test")
    asyncio.run(accounts.add_account(NewAccount(account="ana", roles=("dispatcher",))))
    store.bind("city", "s", "ana")
    made = accounts.make_offline_codes("ana")
    assert not isinstance(made, IdentityRefusal)
    assert isinstance(accounts.sign_in_offline("city", "ana", made.codes[0], "", "a"), SignedIn)
    assert isinstance(accounts.sign_in_offline("city", "ana", made.codes[0], "", "a"), IdentityRefusal)
    store.close()


def silent_is_who_is_said_to_be(patch: Patch) -> None:
    async def any_of_them(self: OidcSignOn, provider: str) -> bool:
        return True

    patch.setattr(OidcSignOn, "is_silent", any_of_them)


def a_sheet_for_ever(patch: Patch) -> None:
    patch.setattr(IdentityStore, "take_offline_code", IdentityStore.has_offline_code)


async def a_bound_token_is_of_no_use_without_a_certificate(folder: Path) -> None:
    async with running(folder / "var") as house:
        house.edge.device_only = frozenset({"field"})
        async with house.program("field:E07") as outside:
            assert (await outside.get(f"{API}/board")).status_code == 403


def a_revoked_terminal_is_nobodys(folder: Path) -> None:
    store = IdentityStore(folder / "accounts.sqlite")
    known = Devices(store, Authority(folder / "devices"), lambda: Moment(1_800_000_000_000))
    issued = known.issue("E07", new_request("E07")[1], 30, "setup")
    assert not isinstance(issued, IdentityRefusal)
    der = x509.load_pem_x509_certificate(issued.certificate).public_bytes(Encoding.DER)
    assert known.find(der) is not None
    known.revoke("E07")
    assert known.find(der) is None
    store.close()


def nothing_is_bound(patch: Patch) -> None:
    patch.setattr(at_device_module, "is_bound", lambda who, bound: False)


def any_authority_will_do(patch: Patch) -> None:
    patch.setattr(Authority, "has_signed", lambda self, certificate: True)


def an_edge_that_passes_on_what_a_client_says(patch: Patch) -> None:
    believed = {CERTIFICATE_HEADER.encode(), b"client-cert"}
    patch.setattr(passing_on_module, "OURS", passing_on_module.OURS - believed)


def a_desk_that_believes_its_own_door(patch: Patch) -> None:
    """Of what an edge passes on: the certificate is then the edge's, or one that its asker wrote into `Client-Cert`."""
    patch.setattr(inner_door_module, "_certificate", lambda headers: b"the edge's own")


def a_line_that_keeps_cookies(patch: Patch) -> None:
    def client_for(key: bytes, trust: Any) -> Any:
        client = honest(key, trust)
        client.cookies = {}
        return client

    honest = passing_on_tests.client_for
    patch.setattr(passing_on_tests, "client_for", client_for)


async def a_session_is_of_who_was_given_it(folder: Path) -> None:
    await passing_on_tests.test_a_session_that_the_desk_gives_one_asker_is_shown_for_nobody_else()


async def only_an_edge_says_which_certificate_was_shown(folder: Path) -> None:
    await passing_on_tests.test_the_edge_says_which_certificate_its_asker_has_shown_and_no_asker_does()


async def what_no_edge_said_was_not_shown(folder: Path) -> None:
    told: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.append(at_device_module.certificate_of(scope))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(app=InnerDoor(app, bytes(32), public=False))  # type: ignore[arg-type]
    headers = {KEY_HEADER: bytes(32).hex(), LINK_HEADER: str(LINK)}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as edge:
        await edge.get(f"{API}/devices")
    assert told == [b""]


async def a_certificate_of_another_authority_is_nobodys(folder: Path) -> None:
    async with proxy_tests.behind_a_proxy(folder) as house:
        der = proxy_tests.a_certificate(house, folder)
        other = proxy_tests.said(proxy_tests.somebody_elses(house, der))
        assert await proxy_tests.looks(house, other) == "device-needed"


def revoked_in_name(patch: Patch) -> None:
    patch.setattr(IdentityStore, "revoke_device", lambda self, device, now: True)


IDENTITY_PLANTS: dict[str, Plant] = {
    "a return from a provider that another browser began": Plant(
        any_return_will_do, a_return_counts_only_where_it_was_begun
    ),
    "a log of the door that keeps what was typed as an account": Plant(
        whatever_was_typed_is_noted, a_failed_sign_in_keeps_nothing_that_was_typed
    ),
    "a flood of failures that pushes out who got in": Plant(
        a_flood_has_the_whole_log, test_no_flood_of_failures_pushes_out_who_got_in
    ),
    "a log of the door whose chain leaves out who": Plant(who_is_not_hashed, what_was_done_to_the_log_is_found),
    "a log of the door that is hashed anew": Plant(the_journals_notes_unread, what_was_done_to_the_log_is_found),
    "a common password": Plant(length_alone, a_common_password_is_refused),
    "a password of the city's own name": Plant(only_words_of_every_city, a_word_of_the_place_is_refused),
    "an offline code while the provider answers": Plant(silent_is_who_is_said_to_be, a_code_waits_for_silence),
    "an offline code that works again": Plant(a_sheet_for_ever, a_code_works_once),
    "a bound token that works from anywhere": Plant(nothing_is_bound, a_bound_token_is_of_no_use_without_a_certificate),
    "a terminal with a certificate that anybody has made": Plant(
        any_authority_will_do, a_certificate_of_another_authority_is_nobodys
    ),
    "a certificate that a client says it has": Plant(
        an_edge_that_passes_on_what_a_client_says, only_an_edge_says_which_certificate_was_shown
    ),
    "a desk that takes an edge's own door for its asker's": Plant(
        a_desk_that_believes_its_own_door, what_no_edge_said_was_not_shown
    ),
    "a terminal that is revoked in name only": Plant(revoked_in_name, a_revoked_terminal_is_nobodys),
    "who sat there before, let in again": Plant(whatever_it_says, a_provider_has_asked_this_time),
    "a session that only the desk knows of": Plant(a_get_only_reads, a_session_is_everywhere_before_its_answer),
    "a stranger at an edge with the session of who signed on before": Plant(
        a_line_that_keeps_cookies, a_session_is_of_who_was_given_it
    ),
    "a lock that only the screen knows of": Plant(only_a_curtain, a_locked_console_reads_nothing),
    "an account taken over by its name at a provider": Plant(
        a_name_opens_an_account, an_account_with_a_password_is_nobodys_by_name
    ),
}
