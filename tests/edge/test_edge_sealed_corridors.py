"""By which signals a crew drove is sealed in every file, shown while the key lives, and ends with it (0184)."""

import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import API, Running
from tests.edge.test_edge_corridors import UNIT, Street, a_street
from tests.edge.test_edge_erasing import CITY, erasing, files_with, stepped
from tests.edge.test_edge_texts import keys_of, told
from turnout.adapters.clock import SystemClock
from turnout.core.corridors.commands import AskJunctions, CancelCorridor, JunctionAsk, JunctionNote, NoteJunctions
from turnout.core.corridors.matters import CrossingName
from turnout.core.incidents.commands import CancelIncident
from turnout.core.retention.commands import AskErasure
from turnout.core.units.commands import ReportStatus
from turnout.desk.access import part
from turnout.desk.operations import Operations
from turnout.edge.answers import Declined
from turnout.recovery.backup import back_up
from turnout.recovery.restoring import restore_backup
from turnout.words.moment import HOUR_MS
from turnout.words.sealed_text import ERASED, MARK

CORRIDOR_ROWS = ("corridor-requested", "junctions-asked", "junctions-noted", "corridor-cancelled", "corridor-ended")


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with a_street(tmp_path) as street:
        await driven(street)
        yield street


async def driven(street: Street) -> None:
    """So far that one junction is held and another given back."""
    await street.arm()
    await street.open()
    states: set[str] = set()
    second = 0
    while not {"granted", "released"} <= states:
        street.drive(float(second))
        await street.step()
        states |= {state for state, _ in street.states().values()}
        second += 1


async def over(street: Street) -> None:
    await street.house.do(ReportStatus(unit=UNIT, status="on-scene"))
    while street.corridor is not None:
        await street.step()
    await street.house.do(CancelIncident(incident_id="I1", reason="false-call"))


async def passed(street: Street) -> dict[str, list[bytes]]:
    """Junction that was asked → its streets in both languages."""
    sites = (await street.ways.sites()).by_id
    return {
        id: [name.encode() for name in (sites[id].junction.name.en, sites[id].junction.name.zh)]
        for id in street.controllers.asked
    }


async def told_which(street: Street) -> list[bytes]:
    """What in a corridor's own rows would say which junctions they were: the permissions name them all in clear."""
    sites, found = (await street.ways.sites()).by_id, list[bytes]()
    for id in street.controllers.asked:
        place = sites[id].place
        found += [id.encode(), *(one for number in (place.lat, place.lon) for one in forms(number))]
    return found


def forms(number: float) -> tuple[bytes, ...]:
    return repr(number).encode(), struct.pack(">d", number)


async def rows_of(house: Running) -> list[tuple[str, bytes]]:
    return [
        (row.name, row.body) async for page in house.desk._journal.read(0) for row in page if row.name in CORRIDOR_ROWS
    ]


async def test_the_way_stands_in_no_file_and_is_shown_while_its_key_lives(street: Street) -> None:
    house, ways = street.house, await passed(street)
    assert ways
    shown = await told(house)
    streets = [(await street.ways.sites()).by_id[id].junction.name.en for id in ways]
    for door in ("/board", "consoles"):
        assert all(name in shown[door] for name in streets), door
        assert all(id in shown[door] for id in ways), door
    for door in ("/audit", "/incidents/I1/chronology"):
        assert all(f"{name} [P1]" in shown[door] for name in streets), f"{door}: by which permission"
    assert not any(MARK in said for said in shown.values())
    await house.desk._keep_snapshot(house.desk._durable)
    back_up(house.folder / CITY, CITY, house.folder / "backup", None, SystemClock().now())
    assert files_with(house.folder, *(name for names in ways.values() for name in names)) == []
    rows = await rows_of(house)
    assert {"junctions-asked", "junctions-noted"} <= {name for name, _ in rows}
    kept = [*(body for _, body in rows), msgspec.msgpack.encode(house.desk.board.corridors)]
    assert not any(one in body for one in await told_which(street) for body in kept)
    assert street.controllers.unwritten == []


def numbers_in(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in numbers_in(one)]
    if isinstance(value, list):
        return [number for one in value for number in numbers_in(one)]
    return [value] if isinstance(value, int | float) else []


async def test_no_number_of_an_ask_is_another_for_another_junction(street: Street) -> None:
    rows = [msgspec.json.decode(body) for name, body in await rows_of(street.house) if name == "junctions-asked"]
    asks = [ask for row in rows for ask in row["asks"]]
    assert len({ask["key"] for ask in asks}) > 1
    assert len({tuple(numbers_in(ask)) for ask in asks}) == 1


async def test_a_corridor_on_the_board_has_the_form_it_always_had(street: Street) -> None:
    async with street.house.program("read") as asked:
        corridor = (await asked.get(f"{API}/board")).json()["tables"]["corridors"]["K1"]
    sites = (await street.ways.sites()).by_id
    for row in corridor["junctions"].values():
        place = sites[row["id"]].place
        assert row["place"] == {"lat": place.lat, "lon": place.lon}
        assert row["group"] == street.controllers.asked[row["id"]][0].group


async def test_after_a_restart_what_stands_is_given_back_by_name(street: Street) -> None:
    held = {id for id, (state, _) in street.states().items() if state in ("asked", "granted", "waiting")}
    assert held
    street.controllers.said.clear()
    street.runner = street.another()
    await street.step()
    assert held <= street.given()


async def test_a_key_that_is_not_at_hand_only_puts_it_off(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {id for id, (state, _) in street.states().items() if state in ("asked", "granted", "waiting")}
    street.runner = street.another()
    texts = street.house.edge.texts
    keys, texts._of_board = texts._of_board, {}
    texts._shown.clear()
    street.controllers.said.clear()
    with pytest.raises(Exception, match="not at hand"):
        await street.runner.step()
    texts._of_board = keys
    await street.step()
    assert held <= street.given()


def without_keys(street: Street) -> None:
    """As where a row of the vault was altered: the board names them, and nothing opens them."""
    texts = street.house.edge.texts
    texts._of_board = dict.fromkeys(texts._of_board)
    texts._shown.clear()


async def test_what_is_held_and_cannot_be_named_is_noted_lost_before_the_end_and_said(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    assert street.corridor is not None
    rows = street.corridor.junctions
    standing = {key for key, row in rows.items() if row.state in ("asked", "granted", "waiting")}
    ways = await passed(street)
    assert standing
    without_keys(street)
    street.runner = street.another()
    assert street.runner.warning() is None
    street.controllers.said.clear()
    await street.step()
    assert street.corridor is not None
    told = {key: (row.state, row.reason) for key, row in street.corridor.junctions.items()}
    assert {key for key, said in told.items() if said == ("lost", "lost")} == standing
    assert street.given() == set(), "nobody can say to whom"
    warning = street.runner.warning()
    assert warning is not None
    said = f"{len(standing)} junctions of a corridor cannot be named"
    assert said in warning.en
    (line,) = [record.getMessage() for record in caplog.records if "cannot be named" in record.getMessage()]
    assert line.startswith(said)
    assert not any(id in line or names[0].decode() in line for id, names in ways.items())
    await street.house.do(ReportStatus(unit=UNIT, status="on-scene"))
    while street.corridor is not None:
        await street.step()
    assert street.runner.warning() is not None, "not gone with the corridor"
    street.house.clock.ahead_ms += 2 * HOUR_MS
    assert street.runner.warning() is None


async def test_nothing_is_erased_while_a_signal_is_held_for_its_crew(street: Street) -> None:
    house = street.house
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    ask = AskErasure(request_id="Q1", incident_id="I1", reason="asked to")
    answer = await house.edge.counter.hand_in(part("test"), "early", ask)
    assert isinstance(answer, Declined)
    assert answer.code == "not-over"


async def test_after_its_term_the_way_can_be_read_nowhere_and_counts_and_times_remain(
    street: Street, tmp_path: Path
) -> None:
    house, ways = street.house, await passed(street)
    await over(street)
    back_up(house.folder / CITY, CITY, tmp_path / "backup", tmp_path / "keys", SystemClock().now())
    keys, planted = keys_of(house), [name for names in ways.values() for name in names]
    await told(house)
    await stepped(house, erasing(house), 31)
    assert files_with(house.folder, *planted, *keys) == []
    shown = await told(house)
    assert not any(name.decode() in said for name in planted for said in shown.values())
    assert f"Green asked for E03: {ERASED} [P1]" in shown["/audit"], "how many, when, and under which permission"
    assert f"{ERASED}: green" in shown["/audit"]
    assert "Green corridor of E03 over: arrived" in shown["/audit"]
    assert await house.desk._journal.verify() is None
    assert replayed(await all_rows(house)) == Operations().encode_board(house.desk.board)
    back_up(house.folder / CITY, CITY, tmp_path / "after", None, SystemClock().now())
    await restore_backup(tmp_path / "backup", tmp_path / "told", keys=tmp_path / "keys", newer=[tmp_path / "after"])
    assert files_with(tmp_path / "told", *planted, *keys) == []


async def all_rows(house: Running) -> list[tuple[str, int, bytes]]:
    return [(row.name, row.version, row.body) async for page in house.desk._journal.read(0) for row in page]


def replayed(rows: list[tuple[str, int, bytes]]) -> bytes:
    book, board = Operations(), Operations().empty()
    for name, version, body in rows:
        board = book.evolve(board, book.decode_event(name, version, body))
    return book.encode_board(board)


async def test_the_journal_of_a_running_corridor_read_without_a_key_makes_the_very_same_board(street: Street) -> None:
    assert street.corridor is not None
    assert replayed(await all_rows(street.house)) == Operations().encode_board(street.house.desk.board)


async def test_why_somebody_cancelled_it_is_sealed_too(street: Street) -> None:
    why = "the Ottilienhof is the next street"
    await street.house.do(CancelCorridor(corridor_id="K1", reason=why))
    assert why in (await told(street.house))["/incidents/I1/chronology"]
    assert files_with(street.house.folder, b"Ottilienhof") == []


async def test_no_junction_is_in_a_commands_digest(street: Street) -> None:
    book: Any = Operations()
    commands = [command async for command in _commands(street)]
    assert commands
    for command in commands:
        said = book.tell_apart(command, book.encode_command(command))
        assert not any(id.encode() in said for id in street.controllers.asked)


async def _commands(street: Street) -> AsyncIterator[msgspec.Struct]:
    for id, site in (await street.ways.sites()).by_id.items():
        if id in street.controllers.asked:
            name = CrossingName(site.junction.name.en, site.junction.name.zh)
            ask = JunctionAsk(junction=id, name=name, place=site.place, group="g", arrives_in_ms=1)
            yield AskJunctions(corridor_id="K1", asks=(ask,))
            yield NoteJunctions(corridor_id="K1", notes=(JunctionNote(junction=id, state="granted"),))
