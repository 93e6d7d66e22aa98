"""Accounts by SCIM: what they may be; the journal has every act; closing one ends its sessions at once."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.adapters.identity.provisioning import GROUPS, SCIM, USER, provisioned
from tests.adapters.running import API, Running, running
from turnout.core.tables.events import AccessNoted
from turnout.edge.identities import NewAccount, SignedIn

SECRET = "correct horse battery"
CLOSE = {"op": "Replace", "path": "active", "value": "False"}
"""As Microsoft Entra says it."""
OPEN = {"op": "replace", "value": {"active": True}}
"""As Okta says it."""


EVERYTHING_ELSE = ("calls", "dispatch", "tables", "read", "records", "personal", "audit", "admin")


def notes_of(house: Running) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """(who, act, subject, roles), as it happens."""
    found: list[tuple[str, str, str, tuple[str, ...]]] = []
    house.desk.listen(
        lambda told: found.extend(
            (one.by, one.act, one.subject, one.roles) for one in told.events if isinstance(one, AccessNoted)
        )
    )
    return found


async def enters(house: Running, account: str) -> httpx.AsyncClient:
    """A browser with a session of this account, as its provider's sign-in would open one."""
    row = house.accounts._store.get_account(account)
    opened = house.accounts._open(row, "")
    assert isinstance(opened, SignedIn)
    return house.client(cookie=f"turnout_session={opened.secret}")


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get(f"{API}/session")).status_code == 200


async def test_every_act_is_on_the_journal_in_the_programs_name(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        noted = notes_of(house)
        ana = await directory.adds("ana", displayName="Ana Lee", externalId="e-1")
        room = await directory.adds_group("room", ana)
        await directory.patches(f"/Users/{ana}", {"op": "add", "path": "displayName", "value": "Ana Li"})
        await directory.patches(f"/Users/{ana}", CLOSE)
        await directory.patches(f"/Users/{ana}", OPEN)
        assert (await directory.asks("DELETE", f"/Groups/{room}")).status_code == 204
        assert (await directory.asks("DELETE", f"/Users/{ana}")).status_code == 204
        assert {one[0] for one in noted} == {"program:directory"}
        assert [(act, roles) for _, act, _, roles in noted] == [
            ("account-made", ()),
            ("account-changed", ("dispatcher",)),
            ("account-changed", ("dispatcher",)),
            ("account-disabled", ()),
            ("account-enabled", ()),
            ("account-changed", ()),
            ("account-disabled", ()),
        ]


@pytest.mark.parametrize("how", ["closed", "replaced", "removed", "out-of-the-group", "group-removed"])
async def test_who_loses_an_account_or_a_role_is_out_at_once(tmp_path: Path, how: str) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        room = await directory.adds_group("room", ana)
        async with await enters(house, "ana") as browser:
            assert await is_in(browser)
            user, group = f"/Users/{ana}", f"/Groups/{room}"
            asked: dict[str, Any] = {
                "closed": directory.patches(user, CLOSE),
                "replaced": directory.asks("PUT", user, {"schemas": [USER], "userName": "ana", "active": False}),
                "removed": directory.asks("DELETE", user),
                "out-of-the-group": directory.patches(group, {"op": "remove", "path": f'members[value eq "{ana}"]'}),
                "group-removed": directory.asks("DELETE", group),
            }
            assert (await asked.pop(how)).is_success
            assert not await is_in(browser)
            for other in asked.values():
                other.close()


async def test_groups_are_roles_by_the_operators_plan_and_no_other_group_is_taken(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana, ben = await directory.adds("ana"), await directory.adds("ben")
        room = await directory.adds_group("room", ana)
        await directory.adds_group("leads", ana, ben)
        cards = {one.account: one for one in house.accounts.list_accounts()}
        assert cards["ana"].roles == ("dispatcher", "supervisor")
        assert cards["ana"].agencies == (), "the room is for all agencies"
        assert (cards["ben"].roles, cards["ben"].agencies) == (("supervisor",), ("FIRE",))
        entra = {"op": "Remove", "path": "members", "value": [{"value": ana}]}
        assert (await directory.patches(f"/Groups/{room}", entra)).is_success
        cards = {one.account: one for one in house.accounts.list_accounts()}
        assert (cards["ana"].roles, cards["ana"].agencies) == (("supervisor",), ("FIRE",))
        shown = await directory.sees(f"/Users/{ana}")
        assert [one["display"] for one in shown["groups"]] == ["leads"]

        choir = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "choir"}
        refused = await directory.asks("POST", "/Groups", choir)
        assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")
        assert len((await directory.sees("/Groups"))["Resources"]) == 2


async def test_a_group_that_becomes_another_is_other_roles_for_all_in_it(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        room = await directory.adds_group("room", ana)
        renamed = {"op": "replace", "path": "displayName", "value": "leads"}
        assert (await directory.patches(f"/Groups/{room}", renamed)).is_success
        (card,) = house.accounts.list_accounts()
        assert (card.roles, card.agencies) == (("supervisor",), ("FIRE",))


async def test_another_plan_is_other_roles_for_everybody_from_the_start_on(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, directory):
        ana, ben = await directory.adds("ana"), await directory.adds("ben")
        await directory.adds_group("room", ana)
        await directory.adds_group("it", ben)
    async with provisioned(tmp_path, GROUPS.replace('"dispatcher"', '"observer"').replace('"it"', '"nobody"')) as (
        house,
        _,
    ):
        async with asyncio.timeout(10):
            while {one.account: one.roles for one in house.accounts.list_accounts()}["ana"] != ("observer",):
                await asyncio.sleep(0.01)
        assert {one.account: one.roles for one in house.accounts.list_accounts()}["ben"] == ("administrator",), (
            "the last"
        )


async def test_nothing_is_kept_that_signing_in_does_not_need(tmp_path: Path) -> None:
    planted = ["Sesame-street-12", "+15551234567", "nickname-of-hers", "passw0rd-in-clear", "Chief-of-Nothing"]
    more = {
        "addresses": [{"streetAddress": planted[0]}],
        "phoneNumbers": [{"value": planted[1]}],
        "nickName": planted[2],
        "password": planted[3],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": planted[4]},
        "name": {"givenName": "Ana"},
    }
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana", displayName="Ana Lee", preferredLanguage="zh-Hans-CN", **more)
        late = {"op": "add", "path": "nickName", "value": planted[2]}
        assert (await directory.patches(f"/Users/{ana}", late)).is_success
        shown = await directory.sees(f"/Users/{ana}")
        assert set(shown) == {"schemas", "id", "userName", "displayName", "preferredLanguage", "active", "meta"}
        assert shown["preferredLanguage"] == "zh-CN"
        (card,) = house.accounts.list_accounts()
        assert (card.name, card.language, card.passkeys) == ("Ana Lee", "zh-CN", 0)
        assert house.accounts._store.get_account("ana").secret == ""
        written = b"".join(path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file())
    assert b"Ana Lee" in written, "the scan sees what is kept"
    assert [one for one in planted if one.encode() in written] == []


async def test_only_a_token_of_that_scope_comes_in_and_it_comes_in_nowhere_else(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        async with house.client() as nobody, house.program(*EVERYTHING_ELSE) as other:
            unnamed = await nobody.get(f"{SCIM}/Users")
            assert (unnamed.status_code, unnamed.headers["www-authenticate"]) == (401, 'Bearer realm="SCIM"')
            assert (await nobody.get(f"{SCIM}/ServiceProviderConfig")).status_code == 200
            assert (await nobody.post(f"{SCIM}/ServiceProviderConfig")).status_code == 401
            for method, path in (("GET", "/Users"), ("POST", "/Users"), ("GET", "/Schemas"), ("DELETE", "/Users/x")):
                refused = await other.request(method, f"{SCIM}{path}", json={})
                assert (refused.status_code, refused.json()["status"]) == (403, "403"), (method, path)
            await nobody.post(f"{API}/session/demo", json={"role": "supervisor"})
            assert (await nobody.get(f"{SCIM}/Users")).status_code == 401, "a person's session is nothing here"
        for path in ("board", "incidents", "accounts", "tokens", "audit", "reveals", "positions"):
            assert (await directory.client.get(f"{API}/{path}")).status_code == 403, path
        noting = {"id": "x", "command": {"do": "add-narrative", "incident_id": "i", "entry_id": "e", "text": "t"}}
        refused = await directory.client.post(f"{API}/commands", json=noting)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


async def test_a_name_that_was_removed_comes_back_as_the_same_person_only(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana", externalId="person-1")
        await directory.adds_group("room", ana)
        assert (await directory.asks("DELETE", f"/Users/{ana}")).status_code == 204
        assert (await directory.asks("GET", f"/Users/{ana}")).status_code == 404
        assert (await directory.sees("/Users"))["totalResults"] == 0
        assert house.accounts._store.get_account("ana").disabled
        for other in ({"externalId": "person-2"}, {}):
            taken = await directory.asks("POST", "/Users", {"schemas": [USER], "userName": "ana", **other})
            assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")
        again = await directory.adds("ana", externalId="person-1")
        assert again != ana
        (card,) = house.accounts.list_accounts()
        assert (card.disabled, card.roles) == (False, ()), "back without what it had been"


async def test_what_an_administrator_has_closed_stays_closed(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana", externalId="e")
        await directory.patches(f"/Users/{ana}", CLOSE)
        house.accounts.set_disabled("ana", True)
        refused = await directory.patches(f"/Users/{ana}", OPEN, headers={"accept-language": "zh-CN"})
        assert (refused.status_code, refused.json()["detail"]) == (403, "账号 ana 由管理员停用，只能由管理员启用。")
        assert (await directory.asks("DELETE", f"/Users/{ana}")).status_code == 204
        back = await directory.asks("POST", "/Users", {"schemas": [USER], "userName": "ana", "externalId": "e"})
        assert back.status_code == 409
        assert house.accounts._store.get_account("ana").disabled


async def test_the_last_administrator_is_nobodys_to_close_or_to_take_the_role_from(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        staff = await directory.adds_group("it", ana)
        for answer in (
            await directory.patches(f"/Users/{ana}", CLOSE),
            await directory.asks("DELETE", f"/Users/{ana}"),
            await directory.asks("DELETE", f"/Groups/{staff}"),
        ):
            assert answer.status_code == 409, answer.text
        (card,) = house.accounts.list_accounts()
        assert (card.roles, card.disabled) == (("administrator",), False)


async def test_accounts_of_others_are_neither_shown_nor_taken(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        await house.accounts.add_account(NewAccount(account="root", secret=SECRET, roles=("administrator",)))
        await house.accounts.add_account(NewAccount(account="cleo", roles=("observer",)))
        assert (await directory.sees("/Users"))["totalResults"] == 0
        for name in ("root", "ROOT", "ｒｏｏｔ", "root ", "Cleo", "demo-1", "program:directory", "sso/city", " "):
            refused = await directory.asks("POST", "/Users", {"schemas": [USER], "userName": name, "active": True})
            assert (refused.status_code, refused.json()["scimType"]) == (409, "uniqueness"), name
        await directory.adds("cleo")  # nobody else opens it
        cards = {one.account: one.roles for one in house.accounts.list_accounts()}
        assert cards == {"cleo": (), "root": ("administrator",)}


async def test_an_account_keeps_its_name(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, directory):
        ana = await directory.adds("ana")
        other = {"op": "replace", "path": "userName", "value": "anna"}
        refused = await directory.patches(f"/Users/{ana}", other)
        assert (refused.status_code, refused.json()["scimType"]) == (400, "mutability")


async def test_what_is_not_said_of_being_open_changes_nothing(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        await directory.patches(f"/Users/{ana}", CLOSE)
        silent = {"schemas": [USER], "userName": "ana", "displayName": "Ana"}
        assert (await directory.asks("PUT", f"/Users/{ana}", silent)).status_code == 200
        assert house.accounts._store.get_account("ana").disabled


async def test_what_the_administrator_adds_to_an_account_stays(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        room = await directory.adds_group("room", ana)
        held = house.accounts._store.get_account("ana")
        house.accounts._store.change_account(msgspec.structs.replace(held, positions=("D1",), unit="E07"))
        await directory.patches(f"/Users/{ana}", {"op": "add", "path": "displayName", "value": "Ana"})
        await directory.asks("DELETE", f"/Groups/{room}")
        (card,) = house.accounts.list_accounts()
        assert (card.positions, card.unit, card.name, card.roles) == (("D1",), "E07", "Ana", ())


async def test_without_groups_in_the_plan_roles_stay_the_administrators(tmp_path: Path) -> None:
    async with provisioned(tmp_path, groups="") as (house, directory):
        await house.accounts.add_account(NewAccount(account="cleo", roles=("observer",)))
        await directory.adds("cleo")
        (card,) = house.accounts.list_accounts()
        assert card.roles == ("observer",)
        assert (await directory.asks("GET", "/Groups")).status_code == 404
        kinds = [one["name"] for one in (await directory.sees("/ResourceTypes"))["Resources"]]
        assert kinds == ["User"]


async def test_without_a_plan_there_is_no_such_door(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house, house.program("provision") as program:
        answer = await program.get(f"{SCIM}/Users")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
