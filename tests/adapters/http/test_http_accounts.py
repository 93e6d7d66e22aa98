"""Accounts over HTTP (7.5): made, changed, given a one-time code, closed; each act on the journal, by whom it was."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from tests.adapters.running import API, Running
from turnout.core.board import PremiseNote
from turnout.core.catalogue import Role
from turnout.core.tables.commands import PublishCatalogue, WritePremise
from turnout.core.tables.events import AccessNoted
from turnout.desk.access import part
from turnout.edge.identities import NewAccount
from turnout.main import main
from turnout.words.moment import DAY_MS, Moment
from turnout.words.name import Name
from turnout.words.place import Place

SECRET = "correct horse battery"
OTHER = "another long secret"


@pytest.fixture
async def admin(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as the first administrator."""
    async with house.client() as client:
        body = {"code": house.accounts.make_setup_code(), "account": "root", "secret": SECRET}
        assert (await client.post(f"{API}/setup", json=body)).status_code == 200
        yield client


@pytest.fixture
def noted(house: Running) -> list[AccessNoted]:
    """What the journal says of accounts, as it happens. The proof's own key may come late, in between."""
    found: list[AccessNoted] = []
    house.desk.listen(
        lambda told: found.extend(
            one for one in told.events if isinstance(one, AccessNoted) and one.act != "proof-key-made"
        )
    )
    return found


async def made(admin: httpx.AsyncClient, **more: object) -> None:
    new = {"account": "ana", "secret": SECRET, "roles": ["dispatcher"]} | more
    answer = await admin.post(f"{API}/accounts", json=new)
    assert answer.status_code == 201, answer.text


async def signed_in(client: httpx.AsyncClient, secret: str = SECRET, account: str = "ana") -> int:
    answer = await client.post(f"{API}/session", json={"account": account, "secret": secret})
    return answer.status_code


async def test_every_act_on_an_account_is_on_the_journal_in_the_administrators_name(
    admin: httpx.AsyncClient, noted: list[AccessNoted]
) -> None:
    await made(admin)
    change = {"roles": ["supervisor"], "agencies": ["FIRE"], "positions": ["S1"]}
    assert (await admin.post(f"{API}/accounts/ana/change", json=change)).status_code == 200
    assert (await admin.post(f"{API}/accounts/ana/code", json={})).status_code == 200
    assert (await admin.post(f"{API}/accounts/ana/disabled", json={"disabled": True})).status_code == 204
    assert (await admin.post(f"{API}/accounts/ana/disabled", json={"disabled": False})).status_code == 204
    token = (await admin.post(f"{API}/tokens", json={"name": "avl", "scopes": ["avl"]})).json()
    assert (await admin.delete(f"{API}/tokens/{token['card']['id']}")).status_code == 204
    acts = [(one.by, one.act, one.subject) for one in noted]
    assert acts == [
        ("root", "account-made", "ana"),
        ("root", "account-changed", "ana"),
        ("root", "code-given", "ana"),
        ("root", "account-disabled", "ana"),
        ("root", "account-enabled", "ana"),
        ("root", "token-made", "avl"),
        ("root", "token-withdrawn", "avl"),
    ]
    assert (noted[1].roles, noted[1].agencies, noted[1].positions) == (("supervisor",), ("FIRE",), ("S1",))
    assert SECRET not in str(noted)


async def test_what_is_refused_is_not_noted(admin: httpx.AsyncClient, noted: list[AccessNoted]) -> None:
    await made(admin)
    noted.clear()
    answers = [
        await admin.post(f"{API}/accounts", json={"account": "ana", "secret": SECRET, "roles": ["dispatcher"]}),
        await admin.post(f"{API}/accounts", json={"account": "bo", "secret": SECRET, "roles": ["no-such-role"]}),
        await admin.post(f"{API}/accounts", json={"account": "bo", "secret": SECRET, "roles": ["system"]}),
        await admin.post(f"{API}/accounts/nobody/change", json={"roles": ["dispatcher"]}),
        await admin.post(f"{API}/accounts/ana/change", json={"roles": ["dispatcher"], "agencies": ["NOWHERE"]}),
        await admin.post(f"{API}/accounts/nobody/code", json={}),
        await admin.delete(f"{API}/tokens/none"),
    ]
    codes = [answer.json()["code"] for answer in answers]
    assert codes == [
        "account-taken",
        "unknown-role",
        "unknown-role",
        "unknown-account",
        "unknown-agency",
        "unknown-account",
        "unknown-token",
    ]
    assert noted == []


async def test_a_one_time_code_voids_the_password_and_lets_the_person_choose_one_once(
    house: Running, admin: httpx.AsyncClient, noted: list[AccessNoted]
) -> None:
    await made(admin)
    async with house.client() as before, house.client() as ana, house.client() as thief:
        assert await signed_in(before) == 200
        given = (await admin.post(f"{API}/accounts/ana/code", json={})).json()
        assert (await before.get(f"{API}/session")).status_code == 401
        assert await signed_in(ana) == 401
        body = {"account": "ana", "code": given["code"].lower(), "secret": OTHER}
        weak = await ana.post(f"{API}/session/code", json=body | {"secret": "short"})
        assert weak.json()["code"] == "weak-secret"
        assert (await ana.post(f"{API}/session/code", json=body)).status_code == 200
        again = await thief.post(f"{API}/session/code", json=body)
        assert (again.status_code, again.json()["code"]) == (401, "wrong-code")
        assert await signed_in(thief, OTHER) == 200
    assert [(one.by, one.act) for one in noted][-1] == ("ana", "secret-set")


async def test_a_code_is_good_for_a_day_and_for_one_account(house: Running, admin: httpx.AsyncClient) -> None:
    await made(admin)
    await made(admin, account="bo")
    given = (await admin.post(f"{API}/accounts/ana/code", json={})).json()
    async with house.client() as client:
        wrong = {"account": "bo", "code": given["code"], "secret": OTHER}
        assert (await client.post(f"{API}/session/code", json=wrong)).json()["code"] == "wrong-code"
        house.clock.ahead_ms += DAY_MS
        late = {"account": "ana", "code": given["code"], "secret": OTHER}
        assert (await client.post(f"{API}/session/code", json=late)).json()["code"] == "wrong-code"


async def test_other_rights_hold_from_the_next_sign_in_and_end_the_sessions_before(
    house: Running, admin: httpx.AsyncClient
) -> None:
    await made(admin)
    async with house.client() as ana:
        assert await signed_in(ana) == 200
        named = {"name": "Ana Lee", "roles": ["dispatcher"], "language": "zh-CN"}
        assert (await admin.post(f"{API}/accounts/ana/change", json=named)).json()["name"] == "Ana Lee"
        assert (await ana.get(f"{API}/session")).status_code == 200
        assert (await admin.post(f"{API}/accounts/ana/change", json={"roles": ["observer"]})).status_code == 200
        assert (await ana.get(f"{API}/session")).status_code == 401
        assert await signed_in(ana) == 200
        assert (await ana.get(f"{API}/session")).json()["roles"] == ["observer"]


async def test_the_last_administrator_can_neither_be_closed_nor_demoted(admin: httpx.AsyncClient) -> None:
    closed = await admin.post(f"{API}/accounts/root/disabled", json={"disabled": True})
    demoted = await admin.post(f"{API}/accounts/root/change", json={"roles": ["dispatcher"]})
    assert [one.json()["code"] for one in (closed, demoted)] == ["last-administrator"] * 2
    await made(admin, account="ann", roles=["administrator"])
    assert (await admin.post(f"{API}/accounts/root/disabled", json={"disabled": True})).status_code == 204


async def test_an_administrator_who_lost_the_password_gets_in_by_the_machines_own_code(
    house: Running, admin: httpx.AsyncClient, noted: list[AccessNoted], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "--data", str(house.folder)]) == 0
    code = capsys.readouterr().out.strip()
    async with house.client() as again:
        wrong = await again.post(f"{API}/setup", json={"code": "AAAA-AAAA-AAAA", "account": "root", "secret": OTHER})
        assert wrong.json()["code"] == "wrong-setup-code"
        body = {"code": code, "account": "root", "secret": OTHER}
        entered = await again.post(f"{API}/setup", json=body)
        assert entered.status_code == 200, entered.text
        assert (await admin.get(f"{API}/session")).status_code == 401
        assert (await again.get(f"{API}/accounts")).status_code == 200
        used = await again.post(f"{API}/setup", json=body)
        assert used.json()["code"] == "already-set-up"
        assert await signed_in(again, OTHER, "root") == 200
    assert [(one.by, one.act) for one in noted][-1] == ("root", "administrator-set-up")


async def test_only_an_administrator_keeps_accounts(house: Running, browser: httpx.AsyncClient) -> None:
    answers = [
        await browser.post(f"{API}/accounts", json={"account": "x", "roles": []}),
        await browser.post(f"{API}/accounts/x/change", json={"roles": []}),
        await browser.post(f"{API}/accounts/x/code", json={}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "scope-missing")}
    noting = {"id": "n", "command": {"do": "note-access", "act": "account-made", "subject": "x"}}
    assert (await browser.post(f"{API}/commands", json=noting)).json()["code"] == "not-permitted"


async def test_what_a_role_is_not_shown_does_not_reach_it_by_any_way(house: Running, tmp_path: Path) -> None:
    tables = house.edge.counter.board.catalogue
    assert tables is not None
    blind = Role("blind", Name("Blind", "限阅"), ("calls", "dispatch", "read"), ("persons", "premises", "calls"))
    await house.do(PublishCatalogue(catalogue=replace(tables, roles={**tables.roles, "blind": blind}, version="b")))
    place = Place(37.7793, -122.4193)
    expires = Moment(house.edge.now() + DAY_MS)
    note = WritePremise(note_id="p1", kind="hazard", place=place, address="1 Dr", text="acid", expires=expires)
    await house.do(note)
    await house.accounts.add_account(NewAccount(account="bea", secret=SECRET, roles=("blind",)))
    await house.accounts.add_account(NewAccount(account="sam", secret=SECRET, roles=("blind", "dispatcher")))
    async with house.client() as bea, house.client() as sam:
        assert await signed_in(bea, account="bea") == await signed_in(sam, account="sam") == 200
        where = f"{API}/premises?lat={place.lat}&lon={place.lon}"
        assert (await bea.get(where)).json()["notes"] == []
        assert len((await sam.get(where)).json()["notes"]) == 1
        assert (await bea.get(f"{API}/board")).json()["tables"]["premises"] == {}
        assert list((await sam.get(f"{API}/board")).json()["tables"]["premises"]) == ["p1"]
        refused = await bea.get(f"{API}/details/I1/p1?purpose=call%20back")
        assert (refused.status_code, refused.json()["code"]) == (403, "field-hidden")
        assert (await sam.get(f"{API}/details/I1/p1?purpose=call%20back")).json()["code"] == "unknown-incident"
    assert isinstance(house.edge.counter.board.premises["p1"], PremiseNote)
    assert part("x").hidden == frozenset()
