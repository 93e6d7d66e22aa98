"""Tables maintained live over HTTP (7.7): check, publish, versions, put back; and what a restart makes of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.adapters.running import API, Running, running, san_francisco
from turnout import loading
from turnout.city.folder import versioned
from turnout.core.catalogue import Catalogue
from turnout.edge.identities import NewAccount
from turnout.edge.tables_in_force import folder_is_ahead, publish

SECRET = "correct horse battery"
TYPE = "STRUCTURE-FIRE"


@pytest.fixture
async def supervisor(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    await house.accounts.add_account(NewAccount(account="sue", secret=SECRET, roles=("supervisor",), positions=("S1",)))
    async with house.client() as client:
        assert (await client.post(f"{API}/session", json={"account": "sue", "secret": SECRET})).status_code == 200
        yield client


def in_force(house: Running) -> Catalogue:
    held = house.edge.counter.board.catalogue
    assert held is not None
    return held


def change_of(house: Running, table: str, key: str, **more: Any) -> dict[str, Any]:
    entry = msgspec.to_builtins(getattr(in_force(house), table)[key])
    return {"table": table, "key": key, "entry": entry | more}


def a_type(house: Running) -> str:
    return next(iter(in_force(house).types))


def edit(house: Running, *changes: dict[str, Any], note: str = "") -> dict[str, Any]:
    return {"base": in_force(house).version, "changes": list(changes), "note": note}


async def published(house: Running, client: httpx.AsyncClient, note: str, **more: Any) -> int:
    answer = await client.post(
        f"{API}/tables/publish", json=edit(house, change_of(house, "types", a_type(house), **more), note=note)
    )
    assert answer.status_code == 200, answer.text
    seq: int = answer.json()["seq"]
    return seq


async def caught_up(house: Running) -> None:
    """The records are written a moment after the answer."""
    while house.edge.look_up._records.seq < house.edge.counter.seq:
        await asyncio.sleep(0.01)


async def test_checking_says_what_would_differ_and_what_is_wrong_and_does_nothing(
    house: Running, supervisor: httpx.AsyncClient
) -> None:
    code, before = a_type(house), house.edge.counter.seq
    body = edit(house, change_of(house, "types", code, agencies=["NOBODY"]))
    checked = (await supervisor.post(f"{API}/tables/check", json=body)).json()
    assert [(one["table"], one["key"], one["fields"]) for one in checked["differences"]] == [
        ("types", code, ["agencies"])
    ]
    wrong = next(one for one in checked["problems"] if one["severity"] == "error")
    assert (wrong["spot"]["file"], wrong["spot"]["entry"]) == ("types.toml", code)
    assert wrong["what"]["zh"]
    assert wrong["cure"]["en"]
    assert house.edge.counter.seq == before


async def test_an_error_keeps_tables_from_being_published(house: Running, supervisor: httpx.AsyncClient) -> None:
    version = in_force(house).version
    body = edit(house, change_of(house, "types", a_type(house), agencies=["NOBODY"]))
    answer = await supervisor.post(f"{API}/tables/publish", json=body)
    assert answer.status_code == 409
    assert answer.json()["problems"]
    assert in_force(house).version == version


@pytest.mark.parametrize("zone", ["\U0008c6db", "", "Moon/Tranquility", "../../etc/passwd", "/etc/passwd", "a" * 5_000])
async def test_tables_of_no_time_zone_are_refused_to_a_program_that_publishes_them_whole(
    zone: str, house: Running
) -> None:
    """Every clock of the city hangs on it: once published, each start would have ended with it."""
    version = in_force(house).version
    whole = msgspec.to_builtins(msgspec.structs.replace(in_force(house), time_zone=zone, version="next"))
    async with house.program("tables") as program:
        answer = await program.post(f"{API}/commands/publish-catalogue", json={"catalogue": whole})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "time_zone" in answer.json()["detail"]
    assert in_force(house).version == version


def without_its_agencies(tables: Catalogue) -> Catalogue:
    """A type that nobody is sent to."""
    code = next(iter(tables.types))
    wrong = msgspec.structs.replace(tables.types[code], agencies=("NOBODY",))
    return msgspec.structs.replace(tables, types={**tables.types, code: wrong}, version="next")


async def test_whoever_publishes_tables_whole_has_them_checked_as_on_the_screen(house: Running) -> None:
    before = in_force(house)
    async with house.program("tables") as program:
        for tables, status, code in (
            (without_its_agencies(before), 409, "tables-unsound"),
            (msgspec.structs.replace(before, units={}, stations={}, version="next"), 409, "tables-unsound"),
            (msgspec.structs.replace(before, info={}, version="next"), 200, ""),
        ):
            given = {"catalogue": msgspec.to_builtins(tables)}
            answer = await program.post(f"{API}/commands/publish-catalogue", json=given)
            assert (answer.status_code, answer.json().get("code", "")) == (status, code), answer.text
            assert (in_force(house).version == before.version) == bool(code)


async def test_who_may_not_publish_has_nothing_checked(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is work that nobody makes the server do who has no right to."""
    checked = list[Catalogue]()

    async def why_unsound(tables: Catalogue) -> None:
        checked.append(tables)

    monkeypatch.setattr(house.edge.counter, "why_unsound", why_unsound)
    given = {"catalogue": msgspec.to_builtins(without_its_agencies(in_force(house)))}
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "dispatcher"})
        answer = await browser.post(f"{API}/commands/publish-catalogue", json=given)
    assert answer.json()["code"] == "not-permitted"
    assert checked == []


async def test_publishing_is_in_force_at_once_and_told_to_every_console(
    house: Running, supervisor: httpx.AsyncClient
) -> None:
    before = in_force(house)
    seq = await published(house, supervisor, "quieter at night", look_back_days=99)
    assert in_force(house).types[a_type(house)].look_back_days == 99
    assert in_force(house).version != before.version
    assert in_force(house).folder_version == before.version
    city = (await supervisor.get(f"{API}/city")).json()["catalogue"]
    assert city["version"] == in_force(house).version
    await caught_up(house)
    [newest, first] = (await supervisor.get(f"{API}/tables/versions")).json()
    assert (newest["seq"], newest["by"], newest["position"], newest["note"]) == (seq, "sue", "S1", "quieter at night")
    assert (newest["in_force"], first["in_force"], first["by"]) == (True, False, "tables")


async def test_any_earlier_version_is_put_back_by_one_act(house: Running, supervisor: httpx.AsyncClient) -> None:
    original = in_force(house)
    await published(house, supervisor, "one", look_back_days=1)
    await published(house, supervisor, "two", look_back_days=2)
    await caught_up(house)
    cards = (await supervisor.get(f"{API}/tables/versions")).json()
    first = cards[-1]["seq"]
    differs = (await supervisor.get(f"{API}/tables/versions/{first}/differences")).json()
    assert [(one["key"], one["fields"]) for one in differs] == [(a_type(house), ["look_back_days"])]
    back = await supervisor.post(f"{API}/tables/revert", json={"seq": first, "note": "a mistake"})
    assert back.status_code == 200, back.text
    assert in_force(house) == original
    await caught_up(house)
    newest = (await supervisor.get(f"{API}/tables/versions")).json()[0]
    assert (newest["reverts"], newest["version"], newest["note"]) == (first, original.version, "a mistake")
    unknown = await supervisor.post(f"{API}/tables/revert", json={"seq": 999_999})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-tables")


async def test_two_people_at_once_do_not_overwrite_each_other(house: Running, supervisor: httpx.AsyncClient) -> None:
    one, other = list(in_force(house).types)[:2]
    mine = edit(house, change_of(house, "types", one, look_back_days=7))
    same = edit(house, change_of(house, "types", one, priority=4), change_of(house, "types", other, priority=4))
    assert (await supervisor.post(f"{API}/tables/publish", json=mine)).status_code == 200
    await caught_up(house)
    stopped = await supervisor.post(f"{API}/tables/publish", json=same)
    assert stopped.status_code == 409
    assert stopped.json()["conflicts"] == [{"table": "types", "key": one}]
    apart = same | {"changes": same["changes"][1:]}
    assert (await supervisor.post(f"{API}/tables/publish", json=apart)).status_code == 200
    assert (in_force(house).types[one].look_back_days, in_force(house).types[other].priority) == (7, 4)


async def test_a_supervisor_does_not_change_roles_and_a_dispatcher_no_table(
    house: Running, supervisor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    grab = edit(house, change_of(house, "roles", "supervisor", may=["*"]))
    refused = await supervisor.post(f"{API}/tables/publish", json=grab)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    assert (await browser.get(f"{API}/tables/shape")).status_code == 403
    assert (await browser.post(f"{API}/tables/publish", json=grab)).status_code == 403


async def test_a_unit_added_on_the_screen_can_be_sent_at_once(house: Running, supervisor: httpx.AsyncClient) -> None:
    held = next(iter(in_force(house).units))
    new = change_of(house, "units", held, id="X99", aliases=[], crew_shared_with=[]) | {"key": "X99"}
    answer = await supervisor.post(f"{API}/tables/publish", json=edit(house, new))
    assert answer.status_code == 200, answer.text
    assert "X99" in house.edge.counter.board.units
    assert house.edge.latest.find("X99") is None  # type: ignore[arg-type]
    on = await supervisor.post(f"{API}/commands/log-on", json={"unit": "X99"})
    assert on.status_code == 200, on.text


async def test_every_form_has_its_fields(house: Running, supervisor: httpx.AsyncClient) -> None:
    shape = (await supervisor.get(f"{API}/tables/shape")).json()
    assert shape["version"] == in_force(house).version
    assert {one["field"] for one in shape["tables"]["statuses"]} >= {"code", "stage", "agency"}


async def test_what_was_published_live_is_there_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        await house.accounts.add_account(NewAccount(account="sue", secret=SECRET, roles=("supervisor",)))
        async with house.client() as sue:
            await sue.post(f"{API}/session", json={"account": "sue", "secret": SECRET})
            await published(house, sue, "live", look_back_days=99)
        live = in_force(house)
    async with running(tmp_path / "var") as house:
        assert in_force(house) == live
        assert not folder_is_ahead(in_force(house), san_francisco().catalogue)


def as_folder(tables: Catalogue) -> Catalogue:
    known = versioned(tables)
    return msgspec.structs.replace(known, folder_version=known.version)


async def restarted_with(folder: Catalogue, data: Path) -> Catalogue:
    """What is in force when the program starts on this data with another city folder."""
    city = san_francisco()
    other = type(city)(**{**city.__dict__, "catalogue": folder})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.adapters.running.san_francisco", lambda: other)
        patch.setattr(loading, "load_roads", lambda city: None)
        async with running(data) as house, house.client() as watchdog:
            warnings = (await watchdog.get("/health")).json()["warnings"]
            assert bool(warnings) == (in_force(house).version != folder.version)
            return in_force(house)


async def test_a_changed_folder_is_taken_at_the_start_only_where_nothing_was_changed_live(tmp_path: Path) -> None:
    original = san_francisco().catalogue
    reasons = dict(list(original.reasons.items())[1:])
    folder = as_folder(msgspec.structs.replace(original, reasons=reasons))
    async with running(tmp_path / "var") as house:
        assert in_force(house).version == original.version
    assert (await restarted_with(folder, tmp_path / "var")).version == folder.version

    live = msgspec.structs.replace(folder, info={})
    async with running(tmp_path / "two") as house:
        mine = msgspec.structs.replace(versioned(live), folder_version=original.version)
        await publish(house.desk, mine, house.edge.now(), "live")
    held = await restarted_with(folder, tmp_path / "two")
    assert held.version == versioned(live).version
    assert folder_is_ahead(held, folder)


async def test_the_folder_is_compared_and_taken_again_by_one_act(house: Running, supervisor: httpx.AsyncClient) -> None:
    await published(house, supervisor, "live", look_back_days=99)
    state = (await supervisor.get(f"{API}/tables/folder")).json()
    assert (state["is_ahead"], state["is_changed_live"]) == (False, True)
    assert [one["fields"] for one in state["differences"]] == [["look_back_days"]]
    taken = await supervisor.post(f"{API}/tables/folder", json={"note": "as in the folder"})
    assert taken.status_code == 200, taken.text
    assert in_force(house).version == san_francisco().catalogue.version


async def test_an_auditor_reads_who_did_what_by_time_operator_position_and_incident(
    house: Running, supervisor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    opened = {"incident_id": "I1", "type": a_type(house), "location": {"text": "300 MISSION ST"}}
    assert (await browser.post(f"{API}/commands/open-incident", json=opened)).status_code == 200
    await published(house, supervisor, "live", look_back_days=99)
    await caught_up(house)
    await house.accounts.add_account(NewAccount(account="al", secret=SECRET, roles=("auditor",)))
    async with house.client() as auditor:
        await auditor.post(f"{API}/session", json={"account": "al", "secret": SECRET})
        by_sue = (await auditor.get(f"{API}/audit?by=sue")).json()
        assert [line["code"] for line in by_sue] == ["catalogue-published", "signed-on"]
        assert {line["position"] for line in (await auditor.get(f"{API}/audit?position=S1")).json()} == {"S1"}
        tag = next(iter(house.edge.counter.board.incidents.values())).tag
        found = (await auditor.get(f"{API}/audit?incident={tag}")).json()
        assert [line["code"] for line in found] == ["incident-opened"]
        assert (found[0]["by"], found[0]["text"]["zh"] != "") == (browser_name(house), True)
        soon = house.edge.now() + 60_000
        assert (await auditor.get(f"{API}/audit?since={soon}")).json() == []
        page = (await auditor.get(f"{API}/audit?limit=1")).json()
        older = (await auditor.get(f"{API}/audit?limit=1&before={page[0]['seq']}")).json()
        assert older[0]["seq"] < page[0]["seq"]
    refused = await browser.get(f"{API}/audit")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


def browser_name(house: Running) -> str:
    return str(house.edge.counter.board.incidents["I1"].opened_by)  # type: ignore[index]


async def test_an_auditor_of_one_agency_reads_nothing_of_anothers_incidents(
    house: Running, browser: httpx.AsyncClient
) -> None:
    tables = in_force(house)
    police = next(code for code, one in tables.types.items() if set(one.agencies) == {"POL"})
    opened = {"incident_id": "I1", "type": police, "location": {"text": "300 MISSION ST"}}
    assert (await browser.post(f"{API}/commands/open-incident", json=opened)).status_code == 200
    await caught_up(house)
    new = NewAccount(account="al", secret=SECRET, roles=("auditor",), agencies=("EMS",))  # type: ignore[arg-type]
    await house.accounts.add_account(new)
    async with house.client() as auditor:
        await auditor.post(f"{API}/session", json={"account": "al", "secret": SECRET})
        codes = {line["code"] for line in (await auditor.get(f"{API}/audit")).json()}
    assert "signed-on" in codes
    assert "incident-opened" not in codes
