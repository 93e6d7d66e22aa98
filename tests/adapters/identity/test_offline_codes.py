"""A sheet of codes for the day the provider is down, with a real one (oidc-provider) that is up and then is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest

from tests.adapters.identity.openid import go_and_sign_in, provider_at
from tests.adapters.identity.test_single_sign_on import house_at, notes_of
from tests.adapters.running import API, Running, free_port, running
from turnout.adapters.identity.attempts import FAILURES_OF_ACCOUNT_MAX
from turnout.adapters.identity.bounded_client import ProviderFailed
from turnout.adapters.identity.offline import CODES, OFFLINE_SESSION_MS, SHEET_MS
from turnout.adapters.identity.oidc_provider import OidcProvider
from turnout.adapters.identity.sign_on_plan import ProviderPlan
from turnout.edge.alarms.figures import kept_readings
from turnout.edge.identities import NewAccount
from turnout.words.moment import MINUTE_MS
from turnout.words.name import Name

GROUPS = """
        [[provider.group]]
        group = "room"
        roles = ["dispatcher"]
        [[provider.group]]
        group = "leads"
        roles = ["supervisor"]
"""


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider is silent once it has been so for two looks."""
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.PROBE_KEPT_S", 0.0)
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.SILENT_S", 0.0001)


class Room:
    """Ana and her supervisor, whose accounts are the provider's; Ana has a sheet."""

    def __init__(self, house: Running, ana: httpx.AsyncClient, lead: httpx.AsyncClient, codes: list[str]) -> None:
        self.house, self.ana, self.lead, self.codes = house, ana, lead, codes

    async def tries(
        self, code: str, account: str = "ana", provider: str = "city", position: str = ""
    ) -> httpx.Response:
        """From a browser that nobody is signed in at."""
        async with self.house.client() as browser:
            typed = {"provider": provider, "account": account, "code": code, "position": position}
            return await browser.post(f"{API}/session/offline", json=typed)


@asynccontextmanager
async def room_at(folder: Path, port: int) -> AsyncIterator[Room]:
    """Made while the provider is up; inside, it is down."""
    async with house_at(folder, port, GROUPS) as house, house.client() as ana, house.client() as lead:
        async with provider_at(port):
            await go_and_sign_in(ana, "ana+room")
            await go_and_sign_in(lead, "lea+leads")
            made = await ana.post(f"{API}/accounts/ana/offline-codes")
            assert made.status_code == 200, made.text
            room = Room(house, ana, lead, made.json()["codes"])
            refused = await room.tries(room.codes[0])
            assert (refused.status_code, refused.json()["code"]) == (409, "provider-answers")
            assert (await ana.get(f"{API}/session/sso/silent")).json() == []
        for _ in range(2):
            silent = (await ana.get(f"{API}/session/sso/silent")).json()
        assert silent == ["city"]
        yield room


async def test_a_code_is_of_no_use_while_the_provider_answers_and_lets_in_once_when_it_is_down(
    tmp_path: Path, port: int
) -> None:
    async with room_at(tmp_path, port) as room:
        assert len(set(room.codes)) == CODES
        entered = await room.tries(room.codes[0].lower(), position="D4")
        assert entered.status_code == 200, "the refused attempt had not used it up, and case does not matter"
        me = entered.json()
        assert (me["actor"], me["roles"], me["position"]) == ("ana", ["dispatcher"], "D4")
        assert abs(me["expires"] - room.house.clock.now() - OFFLINE_SESSION_MS) < MINUTE_MS, "a short session"
        again = await room.tries(room.codes[0])
        assert (again.status_code, again.json()["code"]) == (401, "wrong-offline-code")
        assert (await room.tries(room.codes[1])).status_code == 200
        state = (await room.ana.get(f"{API}/accounts/ana/offline-codes")).json()
        assert (state["provider"], state["left"]) == ("city", CODES - 2)


async def test_its_use_is_recorded_and_told_until_a_second_person_has_answered(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        noted = notes_of(room.house)
        assert [one.value for one in kept_readings(room.house.edge) if one.key == "offline-entries"] == [0]
        assert (await room.tries(room.codes[0], position="D4")).is_success
        assert noted == [("ana", "offline-code-used", "ana")]
        assert [one.value for one in kept_readings(room.house.edge) if one.key == "offline-entries"] == [1]
        async with room.house.program("audit") as auditor:
            lines = (await auditor.get(f"{API}/sign-ins", params={"account": "ana"})).json()
        assert ("signed-in", "offline-code") in [(one["act"], one["way"]) for one in lines]

        assert (await room.ana.get(f"{API}/offline-entries")).status_code == 403
        [entry] = (await room.lead.get(f"{API}/offline-entries")).json()
        assert (entry["account"], entry["position"]) == ("ana", "D4")
        assert (await room.lead.post(f"{API}/offline-entries/none/answer")).status_code == 404
        assert (await room.lead.post(f"{API}/offline-entries/{entry['id']}/answer")).status_code == 204
        assert noted[1:] == [("lea", "offline-code-answered", "ana")]
        assert (await room.lead.get(f"{API}/offline-entries")).json() == []
        assert [one.value for one in kept_readings(room.house.edge) if one.key == "offline-entries"] == [0]


async def test_nobody_answers_for_themselves(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        codes = (await room.lead.post(f"{API}/accounts/lea/offline-codes")).json()["codes"]
        assert (await room.tries(codes[0], account="lea")).is_success
        [entry] = (await room.lead.get(f"{API}/offline-entries")).json()
        own = await room.lead.post(f"{API}/offline-entries/{entry['id']}/answer")
        assert (own.status_code, own.json()["code"]) == (409, "own-entry")
        assert len((await room.lead.get(f"{API}/offline-entries")).json()) == 1


async def test_a_code_opens_its_own_account_at_its_own_provider_alone(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        await room.house.accounts.add_account(NewAccount(account="cleo", roles=("dispatcher",)))
        for account in ("lea", "cleo", "nobody"):
            refused = await room.tries(room.codes[0], account=account)
            assert (refused.status_code, refused.json()["code"]) == (401, "wrong-offline-code"), account
        assert (await room.tries(room.codes[0], provider="elsewhere")).json()["code"] == "provider-answers"
        room.house.accounts.set_disabled("ana", True)
        assert (await room.tries(room.codes[0])).json()["code"] == "wrong-offline-code"


async def test_guesses_are_held_back_and_a_seat_of_others_uses_no_code_up(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        store = room.house.accounts._store
        store.change_account(msgspec.structs.replace(store.get_account("ana"), positions=("D1",)))
        assert (await room.tries(room.codes[0], position="S9")).json()["code"] == "position-not-yours"
        assert (await room.tries(room.codes[0], position="D1")).is_success
        for _ in range(FAILURES_OF_ACCOUNT_MAX):
            assert (await room.tries("AAAA-AAAA-AAAA")).status_code == 401
        held_back = await room.tries(room.codes[1])
        assert (held_back.status_code, held_back.json()["code"]) == (429, "too-many-attempts")


async def test_a_new_sheet_voids_the_old_one_and_old_age_both(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        newer = (await room.ana.post(f"{API}/accounts/ana/offline-codes")).json()["codes"]
        assert (await room.tries(room.codes[0])).status_code == 401
        assert (await room.tries(newer[0])).is_success
        room.house.clock.ahead_ms = SHEET_MS + MINUTE_MS
        assert (await room.tries(newer[1])).status_code == 401


async def test_a_sheet_is_made_by_its_person_or_sealed_by_an_administrator_and_for_nobody_else(
    tmp_path: Path, port: int
) -> None:
    async with room_at(tmp_path, port) as room:
        noted = notes_of(room.house)
        assert (await room.ana.post(f"{API}/accounts/lea/offline-codes")).status_code == 403
        assert (await room.ana.get(f"{API}/accounts/lea/offline-codes")).status_code == 403
        async with room.house.program("admin") as program:
            assert (await program.post(f"{API}/accounts/ana/offline-codes")).status_code == 403, "for a person's eyes"
        await room.house.accounts.add_account(
            NewAccount(account="root", secret="correct horse battery", roles=("administrator",))
        )
        async with room.house.client() as root:
            await root.post(f"{API}/session", json={"account": "root", "secret": "correct horse battery"})
            sealed = await root.post(f"{API}/accounts/lea/offline-codes")
            assert sealed.is_success
            own = await root.post(f"{API}/accounts/root/offline-codes")
            assert own.json()["code"] == "no-provider-account"
            assert (await room.tries(sealed.json()["codes"][0], account="lea")).is_success
            freed = await root.post(f"{API}/accounts/lea/code", json={"passkeys": True})
            assert freed.is_success
            assert (await room.tries(sealed.json()["codes"][1], account="lea")).status_code == 401, "not its any more"
        assert noted[:2] == [("root", "offline-codes-made", "lea"), ("lea", "offline-code-used", "lea")]


async def test_no_code_stands_in_the_file_of_accounts(tmp_path: Path, port: int) -> None:
    async with room_at(tmp_path, port) as room:
        for path in room.house.folder.rglob("accounts.sqlite*"):
            body = path.read_bytes()
            assert not [code for code in room.codes if code.encode() in body], path


class Fickle(OidcProvider):
    """Answers or not, as it is told."""

    def __init__(self) -> None:
        super().__init__(ProviderPlan(id="c", name=Name("c", "c"), issuer="http://127.0.0.1:1", client_id="t"))
        self.is_up, self.asked = False, 0
        self._client = self  # type: ignore[assignment]

    async def ask(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        self.asked += 1
        await asyncio.sleep(0.01)
        if not self.is_up:
            raise ProviderFailed("no answer")
        return {"issuer": self.plan.issuer}


async def test_one_lost_answer_is_no_silence_and_one_answer_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.SILENT_S", 12.0)
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.time", SimpleNamespace(monotonic=lambda: now[0]))
    provider = Fickle()
    heard = []
    for later, is_up in ((0, False), (6, False), (6, False), (1, True), (1, False), (11, False), (1, False)):
        now[0] += later
        provider.is_up = is_up
        heard.append(await provider.is_silent())
    assert heard == [False, False, True, False, False, False, True]


async def test_however_many_ask_the_provider_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.identity.oidc_provider.PROBE_KEPT_S", 3.0)
    provider = Fickle()
    await asyncio.gather(*(provider.is_silent() for _ in range(200)))
    assert provider.asked == 1


async def test_without_a_provider_there_is_nothing_to_be_silent(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house, house.client() as browser:
        assert (await browser.get(f"{API}/session/sso/silent")).json() == []
        typed = {"provider": "city", "account": "ana", "code": "AAAA"}
        assert (await browser.post(f"{API}/session/offline", json=typed)).json()["code"] == "provider-answers"
