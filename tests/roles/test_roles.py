"""One desk and two edges as processes of their own: an act is the desk's, whoever asked for it, and everybody sees it.

One test with several acts, since starting whole processes costs seconds.
"""

import asyncio
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets

from tests.postgres_pair import until
from tests.roles.city import RoleProcess, all_well
from tests.roles.nats_server import NatsServer
from tests.two_servers import CITY, ROOT, first_acknowledged, open_incident, token_in
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.desk.operations import Operations

API = "/api/v1"


async def test_two_edges_serve_what_one_desk_decides(database: Database, tmp_path: Path) -> None:
    """With NATS, then without it, then without a desk for a while."""
    data, nats = tmp_path / "data", NatsServer().start()
    token = token_in(data)
    words = ("--nats", nats.url)
    desk = RoleProcess("desk", database.url, data, *words)
    one, two = (RoleProcess("edge", database.url, data, *words) for _ in range(2))
    async with httpx.AsyncClient(timeout=20.0) as client:
        try:
            desk.start()
            await desk.until_well(client)
            one.start(), two.start()
            await all_well(client, one, two)
            await the_desk_serves_only_processes_of_the_city(client, desk, token)
            await open_incident(client, one.url, token)
            done = await first_acknowledged(client, one.url, "by one", token)
            await it_is_seen_at_once_where_it_was_done_and_soon_elsewhere(client, one, two, token, done["seq_to"])
            again = await first_acknowledged(client, two.url, "by one", token)
            assert (again["seq_from"], again["repeated"]) == (done["seq_from"], True)
            await a_refusal_is_the_desks(client, one, token)
            await a_place_heard_at_one_is_known_at_the_other(client, one, two, token)
            await a_session_made_at_one_is_known_at_the_other_and_ends_at_both(one, two)
            nats.kill()
            done = await first_acknowledged(client, two.url, "without NATS", token)
            await it_is_seen_at_once_where_it_was_done_and_soon_elsewhere(client, two, one, token, done["seq_to"])
            await a_place_heard_at_one_is_known_at_the_other(client, two, one, token)
            desk.end(signal.SIGKILL)
            await one.until_it_says(client, "desk-unreachable")
            assert (await client.get(f"{one.url}{API}/board", headers=bearer(token))).status_code == 200
            waiting = asyncio.create_task(first_acknowledged(client, one.url, "while it was gone", token))
            desk.start()
            gone = await waiting
            await all_well(client, desk, one, two)
            assert await first_acknowledged(client, two.url, "while it was gone", token) == gone | {"repeated": True}
            await both_show_the_same(client, one, two, token)
        finally:
            nats.kill()
            for process in (one, two, desk):
                process.end()
    journal = PostgresJournal(database, Operations.stream)
    assert await journal.verify() is None
    await journal.close()


async def test_a_desk_hands_over_when_it_is_asked_to(database: Database, tmp_path: Path) -> None:
    token = token_in(tmp_path / "a")
    first, second = (RoleProcess("desk", database.url, tmp_path / name) for name in ("a", "b"))
    worker = RoleProcess("worker", database.url, tmp_path / "a")
    edge = RoleProcess("edge", database.url, tmp_path / "a", "--worker", worker.url)
    async with httpx.AsyncClient(timeout=20.0) as client:
        try:
            first.start()
            await first.until_well(client)
            (tmp_path / "b" / CITY).mkdir(parents=True)
            shutil.copy(tmp_path / "a" / CITY / "vault.site-key", tmp_path / "b" / CITY)
            second.start(), edge.start(), worker.start()
            await all_well(client, edge, worker)
            await second.until_it_says(client, "not-the-desk")
            await open_incident(client, edge.url, token)
            await a_search_is_answered_with_a_worker_and_without(client, edge, worker, token)
            words = [sys.executable, "-m", "turnout.main", "hand-over", "--database", database.url]
            asked = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
            assert await first_acknowledged(client, edge.url, "meanwhile", token)
            told, _ = await asked.communicate()
            assert asked.returncode == 0, told.decode()
            await first.until_it_says(client, "not-the-desk")
            await second.until_well(client)
            assert (await first_acknowledged(client, edge.url, "meanwhile", token))["repeated"]
        finally:
            for process in (edge, worker, first, second):
                process.end()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def board(client: httpx.AsyncClient, process: RoleProcess, token: str) -> Any:
    return (await client.get(f"{process.url}{API}/board", headers=bearer(token))).json()


async def a_search_is_answered_with_a_worker_and_without(
    client: httpx.AsyncClient, edge: RoleProcess, worker: RoleProcess, token: str
) -> None:
    search = f"{API}/units/E07/history"
    assert (await client.get(f"{worker.url}{search}", headers=bearer(token))).status_code == 403
    assert (await client.get(f"{edge.url}{search}", headers=bearer(token))).status_code == 200
    worker.end(signal.SIGKILL)
    assert (await client.get(f"{edge.url}{search}", headers=bearer(token))).status_code == 200


async def both_show_the_same(client: httpx.AsyncClient, one: RoleProcess, two: RoleProcess, token: str) -> None:
    """Row by row, once they are equally far."""

    async def equally_far() -> Any:
        shown = [await board(client, process, token) for process in (one, two)]
        return shown if shown[0]["seq"] == shown[1]["seq"] else None

    here, there = await until(equally_far)
    for table, rows in here["tables"].items():
        assert _ordered(rows) == _ordered(there["tables"][table]), table
    (incident,) = here["tables"]["incidents"].values()
    assert "while it was gone" in [line["text"] for line in incident["narrative"]], "what was said is opened"


def _ordered(rows: dict[str, Any]) -> dict[str, Any]:
    """A unit's capabilities are a set, whose order is each process's own."""
    return {
        key: row | {"capabilities": sorted(row["capabilities"])} if "capabilities" in row else row
        for key, row in rows.items()
    }


async def the_desk_serves_only_processes_of_the_city(client: httpx.AsyncClient, desk: RoleProcess, token: str) -> None:
    assert (await client.get(f"{desk.url}{API}/board", headers=bearer(token))).status_code == 403
    wrong = {"x-turnout-key": "00" * 32, "x-turnout-link": "1"}
    assert (await client.post(f"{desk.url}/between/v1/submit", content=b"{}", headers=wrong)).status_code == 403
    assert (await client.get(f"{desk.url}/health")).status_code == 200


async def it_is_seen_at_once_where_it_was_done_and_soon_elsewhere(
    client: httpx.AsyncClient, here: RoleProcess, there: RoleProcess, token: str, seq: int
) -> None:
    assert (await board(client, here, token))["seq"] >= seq

    async def seen() -> bool:
        return bool((await board(client, there, token))["seq"] >= seq)

    await until(seen)


async def a_refusal_is_the_desks(client: httpx.AsyncClient, edge: RoleProcess, token: str) -> None:
    command = {"do": "add-narrative", "incident_id": "none such", "entry_id": "e", "text": "t"}
    body = {"id": "to be refused", "command": command}
    no = await client.post(f"{edge.url}{API}/commands", json=body, headers=bearer(token))
    assert (no.status_code, no.json()["code"]) == (404, "unknown-incident"), no.text


async def a_place_heard_at_one_is_known_at_the_other(
    client: httpx.AsyncClient, here: RoleProcess, there: RoleProcess, token: str
) -> None:
    fix = {"unit": "E07", "lat": 37.7601, "lon": -122.4302, "at": int(time.time() * 1000)}
    assert (await client.post(f"{here.url}{API}/positions", json=[fix], headers=bearer(token))).json()["taken"] == 1

    async def known() -> bool:
        held = (await client.get(f"{there.url}{API}/positions", headers=bearer(token))).json()
        return [(one["unit"], one["lat"], one["at"]) for one in held] == [("E07", 37.7601, fix["at"])]

    await until(known)


async def a_session_made_at_one_is_known_at_the_other_and_ends_at_both(one: RoleProcess, two: RoleProcess) -> None:
    async with httpx.AsyncClient(timeout=20.0) as browser:
        asked = {"role": "dispatcher", "position": "D1", "language": "en"}
        came_in = await browser.post(f"{one.url}{API}/session/demo", json=asked)
        assert came_in.status_code == 200, came_in.text
        assert (await browser.get(f"{two.url}{API}/session")).json()["position"] == "D1"
        secret = browser.cookies["turnout_session"]
        socket = f"ws{two.url.removeprefix('http')}/socket"
        async with websockets.connect(
            socket, max_size=2**27, additional_headers={"cookie": f"turnout_session={secret}"}
        ) as console:
            await console.send(msgspec.json.encode({"type": "hello", "protocol": 1, "board": True}).decode())
            assert msgspec.json.decode(await console.recv())["type"] == "welcome"
            assert (await browser.delete(f"{one.url}{API}/session")).status_code == 204
            async with asyncio.timeout(10.0):
                while (told := msgspec.json.decode(await console.recv()))["type"] != "cut":
                    pass
            assert told["reason"] == "signed-off"
        gone = {"cookie": f"turnout_session={secret}"}
        browser.cookies.clear()
        assert (await browser.get(f"{two.url}{API}/session", headers=gone)).status_code == 401
