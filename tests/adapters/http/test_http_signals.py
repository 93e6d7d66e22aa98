"""The engineers' screen by HTTP (15.1–15.3): from the sample district to plans that another person has released."""

import asyncio
import re
import tomllib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters import running as whole
from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, running
from tests.signals.districts.a_district import a_district
from tests.signals.districts.fake_sumo import install
from turnout.signals.districts.sumo_program import HOME
from turnout.signals.plans_file import read_plans

SIGNALS = f"{API}/signals"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """San Francisco with a district of its own: everything else of the folder is linked."""
    real = whole.san_francisco()
    folder = tmp_path / "city"
    folder.mkdir()
    for path in real.folder.iterdir():
        if path.name != "districts":
            (folder / path.name).symlink_to(path)
    a_district(folder)
    mine = replace(real, folder=folder)
    monkeypatch.setattr(whole, "san_francisco", lambda: mine)
    return folder


@pytest.fixture
def sumo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = install(tmp_path / "sumo")
    monkeypatch.setenv(HOME, str(home))
    return home


@pytest.fixture
async def house(tmp_path: Path, city: Path, sumo: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        yield house


async def engineer(house: Running, role: str = "traffic-engineer") -> httpx.AsyncClient:
    client = house.client()
    assert (await client.post(f"{API}/session/demo", json={"role": role})).is_success
    return client


async def said(reply: httpx.Response) -> Any:
    assert reply.is_success, reply.text
    return reply.json()


async def own_plans(client: httpx.AsyncClient) -> dict[str, Any]:
    """Of the first junction, with another offset."""
    district = await said(await client.get(f"{SIGNALS}/districts/grid"))
    junction = district["junctions"][0]
    plans = [plan | {"offset_s": 7} for plan in junction["plans"]]
    return {"junctions": [{"id": junction["id"], "plans": plans, "hours": junction["hours"]}]}


async def job_over(client: httpx.AsyncClient, job: str) -> dict[str, Any]:
    for _ in range(1_200):
        card: dict[str, Any] = await said(await client.get(f"{SIGNALS}/jobs/{job}"))
        if card["state"] not in ("waiting", "running"):
            return card
        await asyncio.sleep(0.1)
    raise AssertionError(card)


async def simulated(client: httpx.AsyncClient, plans: dict[str, Any]) -> dict[str, Any]:
    asked = {"kind": "simulate", "plans": plans, "seeds": 5}
    taken = await client.post(f"{SIGNALS}/districts/grid/jobs", json=asked)
    assert taken.status_code == 202, taken.text
    card = await job_over(client, taken.json()["job"])
    assert card["state"] == "done", card
    return card


async def gives(client: httpx.AsyncClient, **command: Any) -> httpx.Response:
    return await Room(client).gives(**command)


async def test_a_change_is_simulated_then_proposed_then_released_by_another_and_is_in_force(house: Running) -> None:
    ada, ben = await engineer(house), await engineer(house, "supervisor")
    before = await said(await ada.get(f"{SIGNALS}/districts/grid"))
    card = await simulated(ada, await own_plans(ada))
    (delay,) = [pair for pair in card["result"]["pairs"] if pair["figure"] == "delay_s"]
    assert delay["change"] == {"mean": -5.0, "low": -5.0, "high": -5.0}
    assert card["result"]["base"] == before["digest"]
    proposing = {"district": "grid", "simulations": [card["simulation"]], "note": "from the test"}
    assert (await gives(ada, do="propose-plans", proposal_id="P1", **proposing)).is_success
    (listed,) = (await said(await ada.get(f"{SIGNALS}/proposals")))["proposals"]
    assert (listed["state"], listed["runs"][0]["change"]["delay_s"]) == ("proposed", [-5.0, -5.0, -5.0])
    seen = {"digest": card["result"]["digest"], "simulations": [card["simulation"]]}
    own = await gives(ada, do="release-plans", proposal_id="P1", **seen)
    assert (own.status_code, own.json()["code"]) == (409, "second-person-needed")
    boss = await releaser(house, ben)
    assert (await gives(boss, do="release-plans", proposal_id="P1", **seen)).is_success
    after = await said(await ada.get(f"{SIGNALS}/districts/grid"))
    assert (after["released"], after["digest"]) == ("P1", card["result"]["digest"])
    assert after["junctions"][0]["plans"][0]["offset_s"] == 7
    found = await Room(ada).is_recorded("signals/proposals", lambda told: told["proposals"][0]["state"] == "released")
    assert found["proposals"][0]["in_force"]
    whole_set = await said(await ada.get(f"{SIGNALS}/proposals/P1"))
    assert whole_set["plans"]["junctions"][0]["plans"][0]["offset_s"] == 7
    assert [each["seeds"] for each in whole_set["simulations"]] == [5]
    file = await ada.get(f"{SIGNALS}/districts/grid/plans.toml")
    junction = read_plans(file.content, "plans.toml").junction(after["junctions"][0]["id"])
    assert junction is not None
    assert junction.plans[0].offset_ms == 7_000
    assert "P1" in file.text.splitlines()[0]
    assert tomllib.loads(file.text)["format"] == "turnout-signals-1"


async def test_what_was_simulated_with_other_files_is_neither_proposed_nor_released(house: Running, city: Path) -> None:
    """Traffic is in no digest of plans: another load of it, and the figures are of another street."""
    ada = await engineer(house)
    card = await simulated(ada, await own_plans(ada))
    proposing = {"district": "grid", "simulations": [card["simulation"]]}
    assert (await gives(ada, do="propose-plans", proposal_id="P1", **proposing)).is_success
    boss = await releaser(house, await engineer(house))
    traffic = city / "districts" / "grid" / "grid.rou.xml"
    kept = traffic.read_text(encoding="utf-8")
    traffic.write_text(kept.replace('depart="0"', 'depart="1"'), encoding="utf-8")
    seen = {"digest": card["result"]["digest"], "simulations": [card["simulation"]]}
    no = await gives(boss, do="release-plans", proposal_id="P1", **seen)
    assert (no.status_code, no.json()["code"]) == (409, "plans-moved-on")
    assert (await gives(ada, do="propose-plans", proposal_id="P2", **proposing)).json()["code"] == "plans-moved-on"
    traffic.write_text(kept, encoding="utf-8")
    command = {"do": "release-plans", "proposal_id": "P1", **seen}
    sent = {"id": str(uuid.uuid4()), "command": command}
    first = await boss.post(f"{API}/commands", json=sent)
    again = await boss.post(f"{API}/commands", json=sent)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)


async def test_an_identity_that_the_records_know_names_no_second_proposal(house: Running) -> None:
    ada = await engineer(house)
    card = await simulated(ada, await own_plans(ada))
    proposing = {"proposal_id": "P1", "district": "grid", "simulations": [card["simulation"]]}
    assert (await gives(ada, do="propose-plans", **proposing)).is_success
    assert (await gives(ada, do="withdraw-plans", proposal_id="P1")).is_success
    await Room(ada).is_recorded(
        "signals/proposals", lambda told: told["proposals"][:1] and told["proposals"][0]["decided_by"]
    )
    no = await gives(ada, do="propose-plans", **proposing)
    assert (no.status_code, no.json()["code"]) == (409, "identity-taken")


async def test_a_check_while_somebody_types_is_refused_where_it_would_hold_up_the_desk(house: Running) -> None:
    ada = await engineer(house)
    sent = {"plans": {"junctions": [{"id": "x" * 300_000, "plans": []}]}}
    no = await ada.post(f"{SIGNALS}/districts/grid/check", json=sent)
    assert no.status_code == 413


async def releaser(house: Running, other: httpx.AsyncClient) -> httpx.AsyncClient:
    """A second traffic engineer."""
    await other.aclose()
    client = house.client()
    signed = await client.post(f"{API}/session/demo", json={"role": "traffic-engineer", "position": "second"})
    assert signed.is_success, signed.text
    return client


async def test_what_was_not_simulated_here_cannot_be_proposed_whatever_is_sent_along(house: Running) -> None:
    ada = await engineer(house)
    figure = {"figure": "delay_s", "before": 9, "after": 1, "change": -8, "low": -9, "high": -7}
    run = {"simulation": "c" * 64, "seeds": 20, "figures": [figure]}
    sent = {"digest": "a" * 64, "over": "b" * 64, "runs": [run]}
    no = await gives(ada, do="propose-plans", proposal_id="P1", district="grid", simulations=["c" * 64], **sent)
    assert (no.status_code, no.json()["code"]) == (409, "plans-not-simulated")
    card = await simulated(ada, await own_plans(ada))
    other = await gives(ada, do="propose-plans", proposal_id="P1", district="else", simulations=[card["simulation"]])
    assert other.json()["code"] == "plans-not-simulated"
    lied = await gives(
        ada, do="propose-plans", proposal_id="P1", district="grid", simulations=[card["simulation"]], **sent
    )
    assert lied.is_success
    (listed,) = (await said(await ada.get(f"{SIGNALS}/proposals")))["proposals"]
    assert listed["runs"][0]["change"]["delay_s"] == [-5.0, -5.0, -5.0]
    assert listed["digest"] == card["result"]["digest"]


async def test_what_a_simulation_found_outlives_the_server(tmp_path: Path, city: Path, sumo: Path) -> None:
    async with running(tmp_path / "var") as house:
        ada = await engineer(house)
        card = await simulated(ada, await own_plans(ada))
    async with running(tmp_path / "var") as house:
        ada = await engineer(house)
        gone = await ada.get(f"{SIGNALS}/jobs/{card['id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "unknown-job")
        proposing = {"district": "grid", "simulations": [card["simulation"]]}
        assert (await gives(ada, do="propose-plans", proposal_id="P1", **proposing)).is_success
        boss = await releaser(house, await engineer(house))
        seen = {"digest": card["result"]["digest"], "simulations": [card["simulation"]]}
        assert (await gives(boss, do="release-plans", proposal_id="P1", **seen)).is_success
    for path in (tmp_path / "var").rglob("plans/*.json"):
        path.write_bytes(path.read_bytes().replace(b'"offset_s":7.0', b'"offset_s":9.0'))
    async with running(tmp_path / "var") as house:
        ada = await engineer(house)
        lost = await said(await ada.get(f"{SIGNALS}/districts/grid"))
        assert lost["problems"][0]["rule"] == "plans-lost"
        assert lost["junctions"][0]["plans"][0]["offset_s"] == 0


async def test_the_list_has_every_district_also_one_that_cannot_be_read(house: Running, city: Path) -> None:
    broken = a_district(city, "broken")
    (broken / "grid.net.xml").write_bytes(b"<net><edge")
    (a_district(city, "headless") / "district.toml").write_text("name = 7", encoding="utf-8")
    ada = await engineer(house)
    found = await said(await ada.get(f"{SIGNALS}/districts"))
    cards = {card["id"]: card for card in found["districts"]}
    assert (cards["grid"]["junctions"], cards["grid"]["errors"], cards["grid"]["can_simulate"]) == (4, 0, True)
    assert cards["broken"]["errors"] == 1
    assert cards["headless"]["errors"] == 1
    assert cards["headless"]["note"]["zh"]
    assert found["can_run"]
    assert set(found["kinds"]) >= {"area", "simulate"}
    no = await ada.get(f"{SIGNALS}/districts/broken")
    assert (no.status_code, no.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("name", ["nowhere", "..", "%2e%2e%2fgrid", ".grid", "grid%00", "a" * 300, "网" * 64])
async def test_a_district_is_a_folder_of_the_city_and_nothing_else(house: Running, name: str) -> None:
    ada = await engineer(house)
    reply = await ada.get(f"{SIGNALS}/districts/{name}/plans.toml")
    assert reply.status_code == 404, reply.text


async def test_plans_are_checked_while_one_types_in_both_languages(house: Running) -> None:
    ada = await engineer(house)
    plans = await own_plans(ada)
    for plan in plans["junctions"][0]["plans"]:
        plan["windows"] = [window | {"to_s": window["from_s"] + 1} for window in plan["windows"]]
    found = await said(await ada.post(f"{SIGNALS}/districts/grid/check", json={"plans": plans}))
    assert found["errors"] > 0
    assert found["problems"][0]["rule"] == "green-too-short"
    assert re.search(r"[一-鿿]", found["problems"][0]["what"]["zh"])
    asked = {"kind": "simulate", "plans": plans}
    taken = await said(await ada.post(f"{SIGNALS}/districts/grid/jobs", json=asked))
    card = await job_over(ada, taken["job"])
    assert (card["state"], card["problems"][0]["rule"]) == ("failed", "green-too-short")


async def test_an_arterial_is_derived_and_coordinated(house: Running) -> None:
    ada = await engineer(house)
    asked = {"name": {"en": "x", "zh": "x"}, "junctions": ["0.0", "0.1"]}
    reply = await ada.post(f"{SIGNALS}/districts/grid/arterials", json=asked)
    arterial = await said(reply)
    wave = await said(
        await ada.post(
            f"{SIGNALS}/districts/grid/bands", json={"arterial": arterial, "wave": arterial["waves"][0]["id"]}
        )
    )
    assert wave["is_proven"]
    assert wave["svg"]["zh"].startswith("<svg")
    no = await ada.post(
        f"{SIGNALS}/districts/grid/arterials", json={"name": {"en": "x", "zh": "x"}, "junctions": ["0.0", "1.1"]}
    )
    assert (no.status_code, no.json()["fields"]["problems"][0]["rule"]) == (422, "not-following")


async def test_the_area_is_coordinated_as_a_job(house: Running) -> None:
    ada = await engineer(house)
    taken = await said(await ada.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "area", "cycles_s": [60, 80]}))
    card = await job_over(ada, taken["job"])
    assert card["state"] == "done", card
    assert card["result"]["cycle_s"] in (60, 80)
    assert len(card["result"]["plans"]["junctions"]) == 4


async def test_reading_wants_a_right_working_another_and_releasing_a_third(house: Running) -> None:
    dispatcher = await engineer(house, "dispatcher")
    for path in ("districts", "districts/grid", "districts/grid/plans.toml", "proposals", "proposals/P", "jobs/J"):
        assert (await dispatcher.get(f"{SIGNALS}/{path}")).status_code == 403
    ada = await engineer(house)
    for path in ("detectors", "sites"):
        assert (await dispatcher.get(f"{SIGNALS}/{path}")).status_code == 403
        assert (await ada.get(f"{SIGNALS}/{path}")).status_code == 200
    for path in ("check", "bands", "arterials", "jobs"):
        assert (await dispatcher.post(f"{SIGNALS}/districts/grid/{path}", json={})).status_code in (400, 403)
    no = await gives(dispatcher, do="propose-plans", proposal_id="P", district="grid", simulations=["a" * 64])
    assert (no.status_code, no.json()["code"]) == (403, "not-permitted")
    stranger = house.client()
    assert (await stranger.get(f"{SIGNALS}/districts")).status_code == 401
    board = await said(await dispatcher.get(f"{API}/board"))
    assert not board["tables"].get("district_plans")


async def test_without_sumo_it_is_said_what_to_install(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path / "none"))
    ada = await engineer(house)
    assert not (await said(await ada.get(f"{SIGNALS}/districts")))["can_run"]
    asked = {"kind": "simulate", "plans": {"junctions": []}}
    no = await ada.post(f"{SIGNALS}/districts/grid/jobs", json=asked)
    assert (no.status_code, no.json()["code"]) == (501, "no-sumo")
    assert "turnout[signals]" in no.json()["detail"]


@pytest.mark.parametrize("path", ["check", "bands", "jobs", "arterials"])
async def test_a_body_of_a_hundred_megabytes_is_refused_while_it_arrives(house: Running, path: str) -> None:
    ada = await engineer(house)
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * (1 << 20)

    reply = await ada.post(
        f"{SIGNALS}/districts/grid/{path}", content=body(), headers={"content-type": "application/json"}
    )
    assert reply.status_code == 413
    assert sent < 10


async def test_calls_are_taken_while_a_simulation_hangs_and_the_line_of_jobs_is_full(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(install(tmp_path / "hanging", "hangs")))
    ada, she = await engineer(house), Room(await engineer(house, "supervisor"))
    asked = {"kind": "simulate", "plans": {"junctions": []}}
    replies = [await ada.post(f"{SIGNALS}/districts/grid/jobs", json=asked) for _ in range(8)]
    codes = [reply.status_code for reply in replies]
    assert codes.count(202) in (6, 7)
    assert codes[-1] == 429
    assert replies[-1].headers["retry-after"]
    assert replies[-1].json()["code"] == "jobs-full"
    _, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE")
    assert tag
    jobs = [reply.json()["job"] for reply in replies if reply.status_code == 202]
    for job in reversed(jobs):
        card = await said(await ada.delete(f"{SIGNALS}/jobs/{job}"))
        assert card["state"] == "cancelled"
    assert (await said(await ada.delete(f"{SIGNALS}/jobs/{jobs[0]}")))["state"] == "cancelled"


async def test_a_job_that_is_unknown_is_said(house: Running) -> None:
    ada = await engineer(house)
    for reply in (await ada.get(f"{SIGNALS}/jobs/{uuid.uuid4()}"), await ada.delete(f"{SIGNALS}/jobs/x")):
        assert (reply.status_code, reply.json()["code"]) == (404, "unknown-job")
    no = await ada.get(f"{SIGNALS}/proposals/none")
    assert (no.status_code, no.json()["code"]) == (404, "unknown-proposal")
