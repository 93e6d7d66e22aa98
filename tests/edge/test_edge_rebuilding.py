"""The records made anew while the room works, set aside when they are damaged, and never recorded twice."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.http.room import Room
from tests.adapters.http.test_http_transfers import ended
from tests.adapters.running import API, Running, running, served
from tests.edge.test_edge_recording import Story
from turnout.desk.operations import Operations
from turnout.edge import rebuilding as rebuilding_module
from turnout.edge import recording
from turnout.edge.health import health_of
from turnout.edge.recording import Recorder
from turnout.records import file
from turnout.records.incidents import IncidentRecords
from turnout.records_command import rebuild_records
from turnout.words.trouble import Malformed

REBUILD = f"{API}/records/rebuild"
TABLES = ("incident", "number", "sent", "line", "line_of", "transfer", "transfer_taken", "progress")


def rows_of(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as base:
        return {table: sorted(base.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


@asynccontextmanager
async def at_work(house: Running) -> AsyncIterator[Room]:
    """A supervisor with a crew and a closed incident, and lines coming in until the end."""
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        she = Room(browser)
        crew = [{"staff": f"E07-{number}", "name": "", "skills": []} for number in range(5)]
        await she.gives(do="log-on", unit="E07", crew=crew)
        await ended(she)
        id, _ = await she.opens("E 1900 UNION ST STRUCTURE FIRE; smoke")
        going = True

        async def lines() -> int:
            count = 0
            while going or not count:
                line = {"do": "add-narrative", "incident_id": id, "entry_id": f"n{count}", "text": "water on"}
                assert (await she.gives(**line)).status_code == 200
                count += 1
            return count

        load = asyncio.create_task(lines())
        try:
            yield she
        finally:
            going = False
            assert await load > 0


async def over(house: Running) -> rebuilding_module.RebuildState:
    async with asyncio.timeout(30):
        while house.edge.rebuilding.state().running:
            await asyncio.sleep(0.02)
    return house.edge.rebuilding.state()


def records_of(house: Running) -> IncidentRecords:
    return house.edge.rebuilding._records


async def in_step(house: Running) -> None:
    async with asyncio.timeout(10):
        while records_of(house).seq < house.edge.counter.seq:
            await asyncio.sleep(0.02)


async def test_records_made_anew_under_load_are_those_of_a_reading_from_the_first_row(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        records, seq = records_of(house), 0
        before = records.path.stat().st_ino
        async with at_work(house), house.program("admin") as administrator:
            assert (await administrator.post(REBUILD)).status_code == 202
            assert (await over(house)).trouble == ""
            seq = (await administrator.get(REBUILD)).json()["rows"]
            assert seq > 0
        await in_step(house)
        assert records.path.stat().st_ino != before, "it is another file"
        assert house.edge.counter.seq > seq, "work went on"
        scratch = IncidentRecords(tmp_path / "scratch.sqlite")
        await house.edge.rebuilding._recorder.beside(scratch).catch_up(house.edge.counter.seq)
        scratch.close()
        found = rows_of(records.path)
        assert found == rows_of(tmp_path / "scratch.sqlite")
        assert found["transfer"], "something was to be transferred"


async def test_while_one_rebuild_runs_another_is_refused_by_name_and_the_old_records_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = threading.Event()
    apply = IncidentRecords.apply

    def held(records: IncidentRecords, *given: Any) -> None:
        if records.path.name.endswith(file.FRESH):
            may_go.wait(30)
        apply(records, *given)

    monkeypatch.setattr(IncidentRecords, "apply", held)
    async with running(tmp_path) as house, at_work(house) as she, house.program("admin") as administrator:
        assert (await administrator.post(REBUILD)).status_code == 202
        again = await administrator.post(REBUILD)
        assert (again.status_code, again.json()["code"]) == (409, "records-being-rebuilt")
        found = await she.is_recorded("incidents", lambda answer: len(answer) > 0, place="MISSION")
        assert found
        may_go.set()
        assert (await over(house)).trouble == ""
        async with house.program("read") as reader:
            assert (await reader.post(REBUILD)).status_code == 403


@pytest.mark.parametrize("fails", ["_sync", "replace"])
async def test_a_rebuild_that_fails_at_the_step_leaves_the_old_records_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def refuses(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    async with running(tmp_path) as house:
        async with at_work(house):
            with monkeypatch.context() as patch:
                patch.setattr(*((file, "_sync", refuses) if fails == "_sync" else (Path, "replace", refuses)))
                house.edge.rebuilding.begin()
                assert "No space" in (await over(house)).trouble
        await in_step(house)
        records = records_of(house)
        assert records.transfer_marks("FIRE").last == 1
        assert not list(records.path.parent.glob(f"*{file.FRESH}*"))


async def test_what_a_killed_server_had_begun_is_taken_away_and_the_old_records_are_used(tmp_path: Path) -> None:
    async with running(tmp_path) as house, at_work(house):
        pass
    folder = tmp_path / "san-francisco"
    half = folder / f"records.sqlite{file.FRESH}"
    half.write_bytes(b"SQLite format 3\0 half of it")
    before = (folder / "records.sqlite").stat().st_ino
    async with running(tmp_path) as house:
        assert records_of(house).seq == house.edge.counter.seq
    assert not half.exists()
    assert (folder / "records.sqlite").stat().st_ino == before


async def test_while_a_backup_reads_the_old_file_the_step_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding_module, "AGAIN_S", 0.02)
    tries, take_over = list[bool](), IncidentRecords.take_over

    def noted(records: IncidentRecords, fresh: IncidentRecords) -> bool:
        tries.append(take_over(records, fresh))
        return tries[-1]

    monkeypatch.setattr(IncidentRecords, "take_over", noted)
    async with running(tmp_path) as house, at_work(house):
        records = records_of(house)
        while records.seq == 0:
            await asyncio.sleep(0.02)
        with closing(sqlite3.connect(records.path, isolation_level=None)) as reading:
            reading.execute("BEGIN")
            assert reading.execute("SELECT count(*) FROM line").fetchone()[0] > 0
            house.edge.rebuilding.begin()
            async with asyncio.timeout(30):
                while not tries:
                    await asyncio.sleep(0.02)
            assert tries[0] is False
            assert house.edge.rebuilding.state().running
            reading.execute("COMMIT")
        assert (await over(house)).trouble == ""


async def test_damaged_records_stop_no_start_are_kept_and_made_anew_and_it_is_said(tmp_path: Path) -> None:
    async with running(tmp_path) as house, at_work(house):
        pass
    path = tmp_path / "san-francisco" / "records.sqlite"
    path.write_bytes(b"no database at all " * 500)
    async with running(tmp_path) as house:
        assert records_of(house).seq == house.edge.counter.seq
        assert records_of(house).transfer_marks("FIRE").last == 1
        told = [warning.en for warning in health_of(house.edge).warnings]
        assert any("records.sqlite.damaged" in sentence for sentence in told), told
    assert path.with_name("records.sqlite.damaged").read_bytes().startswith(b"no database")


def test_another_program_that_finds_the_records_damaged_leaves_them_where_they_are(tmp_path: Path) -> None:
    """Only the server that keeps them may put them aside."""
    path = tmp_path / "records.sqlite"
    path.write_bytes(b"no database at all " * 500)
    with pytest.raises(sqlite3.DatabaseError):
        IncidentRecords(path)
    assert path.read_bytes().startswith(b"no database")


async def test_more_than_a_start_can_wait_for_is_recorded_with_open_doors_and_health_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as house, at_work(house):
        pass
    for part in (tmp_path / "san-francisco").glob("records.sqlite*"):
        part.unlink()
    monkeypatch.setattr(recording, "AT_ONCE_ROWS", 0)
    async with running(tmp_path) as house:
        told = [warning.en for warning in health_of(house.edge).warnings]
        assert any("being made from the journal" in sentence for sentence in told), told
        async with asyncio.timeout(20):
            while house.edge.rebuilding.warning() is not None:
                await asyncio.sleep(0.02)
        assert records_of(house).seq == house.edge.counter.seq


async def test_a_file_that_is_found_damaged_while_the_room_works_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "AGAIN_S", 0.01)
    story, records = Story(), IncidentRecords(tmp_path / "records.sqlite")
    for _ in range(300):
        story.goes_on()
    recorder = Recorder(records, story, Operations())  # type: ignore[arg-type]
    await recorder.catch_up(300)
    records._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = records.path.stat().st_size
    with records.path.open("r+b") as spoilt:
        spoilt.seek(4096)
        spoilt.write(b"\xff" * (size - 4096))
    records._base.execute("PRAGMA cache_size = 0")
    records._base.execute("PRAGMA shrink_memory")
    recorder.start(lambda: len(story.rows))
    try:
        recorder.hear(story.goes_on())
        async with asyncio.timeout(10):
            while records.set_aside is None or records.seq < 301:
                with suppress(sqlite3.DatabaseError):
                    records.count()
                await asyncio.sleep(0.02)
                if records.set_aside is None:
                    recorder.hear(story.goes_on())
    finally:
        await recorder.stop()
        records.close()


async def test_a_row_of_the_journal_is_never_recorded_twice(tmp_path: Path) -> None:
    """A transfer would get a second number."""
    story, records = Story(), IncidentRecords(tmp_path / "records.sqlite")
    told = story.goes_on()
    try:
        for attempt in range(2):
            gathered = recording.Gathered(records)
            gathered.add(told.rows[0], told.events[0], told.before, told.after)
            if attempt:
                with pytest.raises(AssertionError, match="once"):
                    gathered.write()
            else:
                gathered.write()
        assert records.seq == 1
    finally:
        records.close()


async def test_an_operator_has_the_records_made_anew_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(tmp_path / "data") as house:
        headers = {"authorization": f"Bearer {house.token('admin')}"}
        with httpx.Client(base_url=f"http://{house.url}", headers=headers) as client:
            assert await asyncio.to_thread(rebuild_records, client) == 0
        with httpx.Client(base_url=f"http://{house.url}") as client, pytest.raises(Malformed, match="401"):
            await asyncio.to_thread(rebuild_records, client)
    assert "made anew" in capsys.readouterr().out
