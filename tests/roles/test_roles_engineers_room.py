"""The engineers' room where desks and edges are processes of their own on one PostgreSQL (15.1–15.3).

The desks' processes work; proposals are filled in at the edge that is asked. One test with several acts, since starting
whole processes costs seconds.
"""

import hashlib
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.postgres_pair import connected, until
from tests.roles.city import RoleProcess, all_well
from tests.signals.districts.a_district import a_district
from tests.signals.districts.fake_sumo import calls_of, install
from tests.two_servers import CITY, PATIENCE_S
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SITE_KEY
from turnout.city.folder import shipped_city
from turnout.signals.districts.folder import FOLDER
from turnout.signals.districts.sumo_program import HOME
from turnout.signals.plans_file import read_plans

API: Final = "/api/v1"
GRID: Final = "/signals/districts/grid"
LIE: Final = {
    "digest": "a" * 64,
    "over": "b" * 64,
    "runs": [
        {
            "simulation": "c" * 64,
            "seeds": 20,
            "figures": [{"figure": "delay_s", "before": 9, "after": 1, "change": -8, "low": -9, "high": -7}],
        }
    ],
}


class Town:
    """Two desks, the second standing by, and two edges. SUMO is a program in `sumo` that behaves as told."""

    def __init__(self, database: Database, folder: Path, sumo: Path) -> None:
        words = ("--city", str(a_city(folder / "city")))
        self.first, self.second = (RoleProcess("desk", database.url, folder / name, *words) for name in ("a", "b"))
        self.one, self.two = (RoleProcess("edge", database.url, folder / "a", *words) for _ in range(2))
        self.database, self.folder, self.sumo = database, folder, sumo


@asynccontextmanager
async def town(database: Database, folder: Path, sumo: Path) -> AsyncIterator[Town]:
    found = Town(database, folder, sumo)
    processes = found.first, found.second, found.one, found.two
    try:
        async with httpx.AsyncClient(timeout=20.0) as client:
            found.first.start()
            await found.first.until_well(client)
            (folder / "b" / CITY).mkdir(parents=True)
            shutil.copy(folder / "a" / CITY / SITE_KEY, folder / "b" / CITY)
            for process in processes[1:]:
                process.start()
            await all_well(client, found.one, found.two)
            await found.second.until_it_says(client, "not-the-desk")
        yield found
    finally:
        for process in reversed(processes):
            process.end()


def a_city(folder: Path) -> Path:
    """San Francisco with a district of four signals: everything else is linked."""
    folder.mkdir()
    for path in shipped_city(CITY).iterdir():
        if path.name != FOLDER:
            (folder / path.name).symlink_to(path)
    a_district(folder)
    return folder


class Engineer:
    """One person's browser, at whichever edge."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self._browser = browser

    async def said(self, edge: RoleProcess, path: str, method: str = "GET", **more: Any) -> Any:
        reply = await self._browser.request(method, f"{edge.url}{API}{path}", **more)
        assert reply.is_success, reply.text
        return reply.json()

    async def code_of(self, edge: RoleProcess, path: str, method: str = "GET", **more: Any) -> tuple[int, str]:
        reply = await self._browser.request(method, f"{edge.url}{API}{path}", **more)
        return reply.status_code, "" if reply.is_success else str(reply.json()["code"])

    async def gives(self, edge: RoleProcess, **command: Any) -> tuple[int, str]:
        return await self.code_of(edge, "/commands", "POST", json={"id": str(uuid.uuid4()), "command": command})

    async def text(self, edge: RoleProcess, path: str) -> str:
        return (await self._browser.get(f"{edge.url}{API}{path}")).text

    async def puts(self, edge: RoleProcess, plans: Any) -> str:
        taken = await self.said(edge, f"{GRID}/jobs", "POST", json={"kind": "simulate", "plans": plans, "seeds": 5})
        return str(taken["job"])

    async def simulated(self, edge: RoleProcess, plans: Any) -> Any:
        job = await self.puts(edge, plans)

        async def over() -> Any:
            card = await self.said(edge, f"/signals/jobs/{job}")
            return card if card["state"] not in ("waiting", "running") else None

        card = await until(over, PATIENCE_S)
        assert card["state"] == "done", card
        return card

    async def plans(self, edge: RoleProcess, offset_s: int) -> Any:
        """Of the first junction, with another offset."""
        junction = (await self.said(edge, GRID))["junctions"][0]
        plans = [plan | {"offset_s": offset_s} for plan in junction["plans"]]
        return {"junctions": [{"id": junction["id"], "plans": plans, "hours": junction["hours"]}]}


async def engineer(stack: AsyncExitStack, edge: RoleProcess, position: str) -> Engineer:
    browser = await stack.enter_async_context(httpx.AsyncClient(timeout=60.0))
    asked = {"role": "traffic-engineer", "position": position}
    signed = await browser.post(f"{edge.url}{API}/session/demo", json=asked)
    assert signed.is_success, signed.text
    return Engineer(browser)


async def test_plans_are_simulated_at_the_desk_proposed_at_an_edge_and_in_force_at_every_other(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sumo = install(tmp_path / "sumo", "hangs")
    monkeypatch.setenv(HOME, str(sumo))
    async with town(database, tmp_path, sumo) as city, AsyncExitStack() as stack:
        ada, ben = [await engineer(stack, city.one, position) for position in ("first", "second")]
        for edge in (city.one, city.two):
            (card,) = (await ada.said(edge, "/signals/districts"))["districts"]
            assert (card["id"], card["junctions"], card["can_simulate"]) == ("grid", 4, True)
        await a_job_put_at_one_is_seen_and_cancelled_at_the_other(city, ada)
        install(sumo)
        card = await ada.simulated(city.one, await ada.plans(city.one, 7))
        await what_was_not_simulated_is_proposed_at_neither(city, ada)
        await it_is_proposed_at_the_other_edge_with_the_figures_that_are_kept(city, ada, card)
        await the_bodies_in_the_database_are_what_their_names_say(city, card)
        city.first.end(signal.SIGKILL)
        await the_second_desk_has_the_proposal_and_its_bodies_but_not_the_job(city, ada, card)
        assert await ada.gives(city.two, do="release-plans", proposal_id="P1", **seen_of(card)) == (
            409,
            "second-person-needed",
        )
        assert await ben.gives(city.one, do="release-plans", proposal_id="P1", **seen_of(card)) == (200, "")
        await they_are_in_force_at_every_edge(city, ada, card)
        await the_next_is_simulated_against_them_and_an_older_one_is_too_old(city, ada, ben, card)
        await a_body_that_was_changed_is_said_to_be_lost(city, ada, card)


async def a_job_put_at_one_is_seen_and_cancelled_at_the_other(city: Town, ada: Engineer) -> None:
    job = await ada.puts(city.one, {"junctions": []})
    (pid, _), *_ = await until(lambda: _calls(city.sumo), PATIENCE_S)
    assert (await ada.said(city.two, f"/signals/jobs/{job}"))["state"] == "running"
    assert (await ada.said(city.two, f"/signals/jobs/{job}", "DELETE"))["state"] == "cancelled"
    assert (await ada.said(city.one, f"/signals/jobs/{job}"))["state"] == "cancelled"
    await until(lambda: _gone(pid), PATIENCE_S)


async def _calls(sumo: Path) -> list[tuple[int, int]]:
    return calls_of(sumo)


async def _gone(pid: int) -> bool:
    """Ended; one that nobody waited for is left as a zombie where process 1 takes none in."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


async def what_was_not_simulated_is_proposed_at_neither(city: Town, ada: Engineer) -> None:
    proposing = {"do": "propose-plans", "proposal_id": "P0", "district": "grid", "simulations": ["c" * 64]}
    for edge in (city.one, city.two):
        assert await ada.gives(edge, **proposing, **LIE) == (409, "plans-not-simulated")


async def it_is_proposed_at_the_other_edge_with_the_figures_that_are_kept(city: Town, ada: Engineer, card: Any) -> None:
    proposing = {
        "do": "propose-plans",
        "district": "grid",
        "simulations": [card["simulation"]],
        "note": "from the test",
    }
    for edge, proposal in ((city.two, "P1"), (city.one, "P2")):
        assert await ada.gives(edge, **proposing, **LIE, proposal_id=proposal) == (200, "")
    for edge in (city.one, city.two):
        listed = (await ada.said(edge, "/signals/proposals"))["proposals"]
        assert sorted((one["id"], one["state"], one["digest"]) for one in listed) == [
            (proposal, "proposed", card["result"]["digest"]) for proposal in ("P1", "P2")
        ]
        assert [one["runs"][0]["change"]["delay_s"] for one in listed] == [[-5.0, -5.0, -5.0]] * 2


async def the_bodies_in_the_database_are_what_their_names_say(city: Town, card: Any) -> None:
    async with connected(city.database) as connection:
        kept = dict(await connection.fetch("SELECT name, body FROM kept WHERE name LIKE 'signals/%'"))
    digest = card["result"]["digest"]
    assert sorted(kept) == [f"signals/plans/{digest}", f"signals/simulations/{card['simulation']}"]
    assert hashlib.sha256(kept[f"signals/plans/{digest}"]).hexdigest() == digest


def seen_of(card: Any) -> dict[str, Any]:
    """What the one who decides has looked at."""
    return {"digest": card["result"]["digest"], "simulations": [card["simulation"]]}


async def the_second_desk_has_the_proposal_and_its_bodies_but_not_the_job(city: Town, ada: Engineer, card: Any) -> None:
    async with httpx.AsyncClient(timeout=20.0) as client:
        await city.second.until_well(client)
        await all_well(client, city.one, city.two)
    for edge in (city.one, city.two):
        assert await ada.code_of(edge, f"/signals/jobs/{card['id']}") == (404, "unknown-job")
        shown = await ada.said(edge, "/signals/proposals/P1")
        assert (shown["card"]["state"], shown["card"]["in_force"]) == ("proposed", False)
        assert shown["plans"]["junctions"][0]["plans"][0]["offset_s"] == 7
        assert shown["simulations"] == [card["result"]]


async def they_are_in_force_at_every_edge(city: Town, ada: Engineer, card: Any) -> None:
    for edge in (city.one, city.two):

        async def on_the_board(edge: RoleProcess = edge) -> Any:
            row = (await ada.said(edge, "/board"))["tables"]["district_plans"]["grid"]
            return row["released"] and row["released"]["proposal"] == "P1"

        await until(on_the_board, PATIENCE_S)
        shown = await ada.said(edge, GRID)
        assert (shown["released"], shown["digest"]) == ("P1", card["result"]["digest"])
        assert shown["junctions"][0]["plans"][0]["offset_s"] == 7
        file = await ada.text(edge, f"{GRID}/plans.toml")
        junction = read_plans(file.encode(), "plans.toml").junction(shown["junctions"][0]["id"])
        assert junction is not None
        assert (junction.plans[0].offset_ms, "P1" in file.splitlines()[0]) == (7_000, True)

        async def released(edge: RoleProcess = edge) -> Any:
            cards = (await ada.said(edge, "/signals/proposals"))["proposals"]
            return [(one["state"], one["in_force"]) for one in cards if one["id"] == "P1"] == [("released", True)]

        await until(released, PATIENCE_S)


async def the_next_is_simulated_against_them_and_an_older_one_is_too_old(
    city: Town, ada: Engineer, ben: Engineer, card: Any
) -> None:
    next_card = await ada.simulated(city.two, await ada.plans(city.two, 9))
    assert next_card["result"]["base"] == card["result"]["digest"]
    proposing = {"do": "propose-plans", "district": "grid", "simulations": [next_card["simulation"]]}
    assert await ada.gives(city.one, **proposing, proposal_id="P3") == (200, "")
    assert await ben.gives(city.two, do="refuse-plans", proposal_id="P3", **seen_of(next_card)) == (200, "")
    await until(lambda: _state_of(city.one, ada, "P3", "refused"), PATIENCE_S)
    assert await ben.gives(city.two, do="withdraw-plans", proposal_id="P2") == (403, "not-permitted")
    assert await ada.gives(city.two, **proposing | {"simulations": [card["simulation"]]}, proposal_id="P4") == (
        409,
        "plans-moved-on",
    )
    assert await ada.gives(city.two, do="withdraw-plans", proposal_id="P2") == (200, "")
    await until(lambda: _state_of(city.one, ada, "P2", "withdrawn"), PATIENCE_S)


async def _state_of(edge: RoleProcess, ada: Engineer, proposal: str, state: str) -> bool:
    cards = (await ada.said(edge, "/signals/proposals"))["proposals"]
    return [one["state"] for one in cards if one["id"] == proposal] == [state]


async def a_body_that_was_changed_is_said_to_be_lost(city: Town, ada: Engineer, card: Any) -> None:
    """Nothing is proposed from it or shown of it; what is in force stays what was read before it was changed."""
    digest, simulation = card["result"]["digest"], card["simulation"]
    async with connected(city.database) as connection:
        for name in (f"signals/plans/{digest}", f"signals/simulations/{simulation}"):
            body = bytes(await connection.fetchval("SELECT body FROM kept WHERE name = $1", name))
            other = body.replace(b'"offset_s":7.0', b'"offset_s":8.0').replace(b'"seeds":5', b'"seeds":9')
            assert other != body
            await connection.execute("UPDATE kept SET body = $2 WHERE name = $1", name, other)
    for edge in (city.one, city.two):
        shown = await ada.said(edge, GRID)
        assert [one["rule"] for one in shown["problems"]] == []
        assert shown["junctions"][0]["plans"][0]["offset_s"] == 7
        assert await ada.code_of(edge, "/signals/proposals/P1") == (409, "plans-lost")
        proposing = {"do": "propose-plans", "proposal_id": "P5", "district": "grid", "simulations": [simulation]}
        assert await ada.gives(edge, **proposing) == (409, "plans-not-simulated")
