"""Map data switched while the room works (7.6): imported, checked, in force from the next question, and back again."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running, running
from turnout.city.folder import shipped_city
from turnout.city.ground import NEEDED, OPTIONAL, import_ground
from turnout.core.incidents.commands import OpenIncident
from turnout.core.location import Location
from turnout.edge.ground_desk import GROUNDS
from turnout.edge.identities import NewAccount
from turnout.main import main
from turnout.telemetry.latest import Fix
from turnout.words.moment import Moment
from turnout.words.place import Place

SECRET = "correct horse battery"
PLACE = Place(37.7793, -122.4193)


@pytest.fixture(scope="module")
def slower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city folder whose runs take two minutes longer: other roads, that can be told by the times."""
    folder = tmp_path_factory.mktemp("slower")
    for file in (*NEEDED, *OPTIONAL):
        shutil.copyfile(shipped_city("san-francisco") / file, folder / file)
    speeds = folder / "speeds.toml"
    speeds.write_text(_slowed(speeds.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def _slowed(text: str) -> str:
    """Two minutes more for every run."""
    return re.sub(r"^intercept_s = ([\d.]+)$", lambda m: f"intercept_s = {float(m[1]) + 120.0}", text, flags=re.M)


@pytest.fixture
async def supervisor(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    await house.accounts.add_account(NewAccount(account="sue", secret=SECRET, roles=("supervisor",)))
    async with house.client() as client:
        assert (await client.post(f"{API}/session", json={"account": "sue", "secret": SECRET})).status_code == 200
        yield client


def imported(house: Running, folder: Path) -> str:
    store = house.folder / "san-francisco" / GROUNDS
    store.mkdir(exist_ok=True)
    return import_ground(folder, store, house.edge.now()).version


async def an_incident(house: Running) -> None:
    """And every unit at its station, on duty or not."""
    tables = house.edge.counter.board.catalogue
    assert tables is not None
    code = next(one.code for one in tables.types.values() if set(one.agencies) == {"POL"} and not one.advise_only)
    await house.do(OpenIncident(incident_id="I1", type=code, location=Location(text="City Hall", place=PLACE)))
    stations = tables.stations
    fixes = [
        Fix(unit=unit.id, lat=at.lat, lon=at.lon, heading=None, speed_mps=None, at=house.edge.now(), source="test")
        for unit in house.edge.counter.board.units.values()
        if (at := stations[unit.station].place)
    ]
    house.edge.take_positions(fixes)


async def travel_of(client: httpx.AsyncClient, unit: str) -> float:
    answer = await client.get(f"{API}/route?unit={unit}&incident=I1")
    assert answer.status_code == 200, answer.text
    seconds: float = answer.json()["travel_time_s"]
    return seconds


async def switch(client: httpx.AsyncClient, version: str) -> httpx.Response:
    return await client.post(f"{API}/ground/switch", json={"version": version, "note": "new bridge"})


async def test_the_next_question_is_answered_by_the_new_roads_and_going_back_gives_the_old_ones(
    house: Running, supervisor: httpx.AsyncClient, slower: Path
) -> None:
    await an_incident(house)
    unit = next(iter(house.edge.counter.board.units))
    version, before = imported(house, slower), await travel_of(supervisor, unit)
    answer = await switch(supervisor, version)
    assert answer.status_code == 200, answer.text
    assert answer.json()["in_force"] == version == house.edge.counter.board.ground
    assert await travel_of(supervisor, unit) != before
    assert f"v={version}" in (await supervisor.get(f"{API}/city")).json()["tiles"]
    assert (await switch(supervisor, "")).status_code == 200
    assert await travel_of(supervisor, unit) == before


async def test_the_fallback_kit_describes_places_by_the_ground_in_force(
    house: Running, supervisor: httpx.AsyncClient, slower: Path
) -> None:
    kit = house.edge.fallback
    kit.use(None)  # of the ground before, as it were
    assert kit._describe(PLACE) == "37.77930, -122.41930"
    assert (await switch(supervisor, imported(house, slower))).status_code == 200
    assert kit._describe(PLACE) != "37.77930, -122.41930"


async def test_nothing_waits_and_nothing_fails_while_the_roads_are_switched_under_load(
    house: Running, supervisor: httpx.AsyncClient, slower: Path
) -> None:
    await an_incident(house)
    version = imported(house, slower)
    stop = asyncio.Event()
    answers: list[int] = []

    async def asking() -> None:
        while not stop.is_set():
            answer = await supervisor.post(f"{API}/recommend", json={"incident_id": "I1"})
            answers.append(answer.status_code)

    async def dispatching() -> int:
        """Units to and fro: the desk takes them whatever is loaded beside."""
        done = 0
        while not stop.is_set():
            line = {"id": f"n{done}", "command": {"do": "add-narrative", "incident_id": "I1"}}
            line["command"] |= {"entry_id": f"n{done}", "text": "on the way"}  # type: ignore[operator]
            assert (await supervisor.post(f"{API}/commands", json=line)).status_code == 200
            done += 1
        return done

    load = [asyncio.create_task(asking()) for _ in range(3)]
    lines = asyncio.create_task(dispatching())
    for wanted in (version, "", version):
        switched = await switch(supervisor, wanted)
        assert switched.status_code == 200, switched.text
        assert not lines.done()
    stop.set()
    await asyncio.gather(*load)
    assert await lines > 0
    assert set(answers) == {200}
    on = house.edge.adviser._on  # type: ignore[union-attr]
    assert set(on.fixes) == set(house.edge.counter.board.units)


async def test_whoever_moved_while_the_roads_were_prepared_is_put_on_the_new_ones(house: Running, slower: Path) -> None:
    await an_incident(house)
    adviser = house.edge.adviser
    assert adviser is not None
    on = adviser.prepared(adviser._on.roads, adviser.known())
    unit = next(iter(on.fixes))
    moved = Place(37.7599, -122.4148)
    later = Moment(house.edge.now() + 600_000)
    house.clock.ahead_ms += 600_000
    fix = Fix(unit=unit, lat=moved.lat, lon=moved.lon, heading=None, speed_mps=None, at=later, source="test")
    assert house.edge.take_positions([fix]).taken == 1
    adviser.use(on)
    assert on.fixes[unit].place == moved


async def test_what_was_switched_is_in_force_after_a_restart_and_said_where_it_is_gone(
    tmp_path: Path, slower: Path
) -> None:
    async with running(tmp_path / "var") as house:
        await house.accounts.add_account(NewAccount(account="sue", secret=SECRET, roles=("supervisor",)))
        async with house.client() as sue:
            await sue.post(f"{API}/session", json={"account": "sue", "secret": SECRET})
            version = imported(house, slower)
            assert (await switch(sue, version)).status_code == 200
    async with running(tmp_path / "var") as house:
        assert house.edge.grounds.version == version
    shutil.rmtree(tmp_path / "var" / "san-francisco" / GROUNDS / version)
    async with running(tmp_path / "var") as house, house.client() as watchdog:
        assert (house.edge.grounds.version, house.edge.grounds.missing) == ("", version)
        health = (await watchdog.get("/health")).json()
        assert health["ok"]
        assert version in health["warnings"][0]["zh"]


async def test_a_ground_with_errors_is_not_switched_to(
    house: Running, supervisor: httpx.AsyncClient, slower: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(slower, broken)
    (broken / "zones.geojson").write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    version = imported(house, broken)
    answer = await switch(supervisor, version)
    assert answer.status_code == 409
    wrong: list[dict[str, Any]] = answer.json()["problems"]
    assert "zone-without-outline" in {one["rule"] for one in wrong}
    assert house.edge.grounds.version == ""
    unknown = await switch(supervisor, "0123456789abcdef")
    assert unknown.json()["code"] == "ground-unusable"
    assert (await switch(supervisor, "../../etc")).json()["code"] == "ground-unusable"


async def test_a_dispatcher_does_not_switch_the_roads(browser: httpx.AsyncClient) -> None:
    assert (await switch(browser, "")).status_code == 403


async def test_the_same_files_are_the_same_version_and_are_imported_by_command_line_or_over_http(
    house: Running, supervisor: httpx.AsyncClient, slower: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["city", "import", str(slower), "--data", str(house.folder)]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    own = (await supervisor.post(f"{API}/ground/import")).json()
    again = (await supervisor.post(f"{API}/ground/import")).json()
    assert own == again
    assert {one["version"] for one in (await supervisor.get(f"{API}/ground")).json()["versions"]} == {
        said,
        own["version"],
    }
