"""Backup, restore and the drill: of a running city, as an operator does it on the command line."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import msgspec
import pytest

from tests.adapters.running import Running, running
from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.sqlite.database import connect
from turnout.adapters.storage.sqlite.journal import last_of_file, read_file
from turnout.core.board import Location
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.units.commands import AssignUnits, LogOn
from turnout.desk.operations import Operations
from turnout.edge.details import DetailsGiven
from turnout.main import main
from turnout.recovery.backup import back_up
from turnout.recovery.drill import DETAILS, Drill, drill_backup, drill_stores
from turnout.recovery.manifest import read_manifest
from turnout.recovery.report import report_of
from turnout.recovery.restoring import Until, restore_backup, until_of, whole_commands
from turnout.storing import in_files
from turnout.words.place import Place
from turnout.words.trouble import Malformed

CITY = "san-francisco"
HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    """A city with one incident, a narrative of some lines, and a caller's details."""
    async with running(tmp_path / "var") as house:
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
        for number in range(20):
            await house.do(AddNarrative(incident_id="I1", entry_id=f"n{number}", text=f"line {number}"))
        for unit in ("E01", "E07"):
            await house.do(LogOn(unit=unit))
        await house.do(AssignUnits(incident_id="I1", units=("E01", "E07"), override="drill"), house.dispatcher())
        given = DetailsGiven(incident_id="I1", details={"name": "Somebody"})
        await house.edge.details.keep(house.dispatcher(), given)
        yield house


@pytest.fixture
def backup(house: Running, tmp_path: Path) -> Path:
    back_up(tmp_path / "var" / CITY, CITY, tmp_path / "backup", tmp_path / "keys", SystemClock().now())
    return tmp_path / "backup"


def what_failed(drill: Drill) -> list[str]:
    return [step.what.en for step in drill.steps if step.is_good is False]


async def test_a_backup_of_a_running_city_holds_everything_and_never_the_keys(
    house: Running, backup: Path, tmp_path: Path
) -> None:
    names = {path.name for path in backup.rglob("*") if path.is_file()}
    assert {"journal.sqlite", "vault.sqlite", "accounts.sqlite", "records.sqlite", "backup.json"} <= names
    assert not {"vault.keys", "in-use", "journal.sqlite-wal"} & names
    assert (tmp_path / "keys" / "vault.keys").is_file()
    manifest = read_manifest(backup)
    assert manifest.seq == house.desk.seq
    assert manifest.tables == house.desk.board.catalogue.version
    assert (await drill_backup(backup, tmp_path / "keys")).is_passed


async def test_while_commands_are_being_acknowledged_a_backup_is_one_moment_of_the_city(
    house: Running, tmp_path: Path
) -> None:
    async def write_on() -> None:
        for number in itertools.count():
            await house.do(AddNarrative(incident_id="I1", entry_id=f"on-{number}", text="and on"))

    writing = asyncio.create_task(write_on())
    for number in range(3):
        to = tmp_path / f"backup-{number}"
        await asyncio.to_thread(back_up, tmp_path / "var" / CITY, CITY, to, None, SystemClock().now())
        assert what_failed(await drill_backup(to, None)) == []
    writing.cancel()


async def test_keys_never_lie_beside_the_vault(house: Running, tmp_path: Path) -> None:
    for keys in (tmp_path / "backup", tmp_path / "backup" / "keys", tmp_path / "var" / CITY / "keys"):
        with pytest.raises(Malformed, match="together"):
            back_up(tmp_path / "var" / CITY, CITY, tmp_path / "backup", keys, SystemClock().now())
    assert not (tmp_path / "backup").exists()


async def test_a_backup_never_writes_over_another(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="something already"):
        back_up(tmp_path / "var" / CITY, CITY, backup, None, SystemClock().now())


async def test_a_backup_that_was_broken_off_is_none(backup: Path) -> None:
    (backup / "backup.json").unlink()
    assert not (await drill_backup(backup, None)).is_passed


async def test_a_drill_notices_one_byte_that_changed(backup: Path) -> None:
    journal = backup / "journal.sqlite"
    content = bytearray(journal.read_bytes())
    content[content.index(b"add-narrative")] ^= 1
    journal.write_bytes(content)
    drill = await drill_backup(backup, None)
    assert what_failed(drill) == ["Restored, every file as it was copied"]
    assert "FAILED" in report_of(drill)


async def test_a_drill_notices_a_row_that_was_altered_before_the_backup(house: Running, tmp_path: Path) -> None:
    with closing(connect(tmp_path / "var" / CITY / "journal.sqlite", writing=True)) as journal:
        journal.execute("DROP TRIGGER journal_is_never_updated")
        journal.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 5")
    back_up(tmp_path / "var" / CITY, CITY, tmp_path / "backup", None, SystemClock().now())
    assert what_failed(await drill_backup(tmp_path / "backup", None)) == ["Every row of the journal in its chain"]


async def test_a_drill_notices_a_snapshot_that_is_not_what_the_journal_says(house: Running, tmp_path: Path) -> None:
    head = house.desk._durable
    await house.desk._keep_snapshot(
        msgspec.structs.replace(head, board=msgspec.structs.replace(head.board, incidents={}))
    )
    back_up(tmp_path / "var" / CITY, CITY, tmp_path / "backup", None, SystemClock().now())
    drill = await drill_backup(tmp_path / "backup", None)
    assert what_failed(drill) == ["The desk's board is that of a replay from the first row"]


async def test_a_drill_notices_keys_that_do_not_open_the_details(backup: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys" / "vault.keys"
    content = bytearray(keys.read_bytes())
    content[-1] ^= 1
    keys.write_bytes(content)
    drill = await drill_backup(backup, tmp_path / "keys")
    assert what_failed(drill) == [DETAILS.en]


async def test_no_command_is_cut_in_two(backup: Path) -> None:
    rows = [row for page in read_file(backup / "journal.sqlite") for row in page]
    for index in (4, 5, 6):
        rows[index] = msgspec.structs.replace(rows[index], command_id="one")
    for until, last in ((4, 4), (5, 4), (6, 4), (7, 7), (8, 8)):
        assert [row.seq for row in itertools.chain(*whole_commands([rows], Until(seq=until)))][-1] == last


async def test_a_journal_can_be_ended_at_a_row(backup: Path, tmp_path: Path) -> None:
    rows = [row for page in read_file(backup / "journal.sqlite") for row in page]
    sending = [row.seq for row in rows if row.command == "assign-units"]
    tail = await restore_backup(backup, tmp_path / "then", Until(seq=sending[0] - 1))
    assert tail.seq == sending[0] - 1
    assert tail.hash == rows[tail.seq - 1].hash
    async with running(tmp_path / "then") as then:
        assert not then.desk.board.incidents["I1"].assignments
        await then.do(OpenIncident(incident_id="I2", type="MED", location=HERE))


async def test_a_journal_can_be_ended_at_a_time(backup: Path, tmp_path: Path) -> None:
    rows = [row for page in read_file(backup / "journal.sqlite") for row in page]
    end = rows[len(rows) // 2].at
    tail = await restore_backup(backup, tmp_path / "then", Until(at=end))
    assert tail.at <= end
    assert tail.seq == max(row.seq for row in rows if row.at <= end)
    assert last_of_file(tmp_path / "then" / CITY / "journal.sqlite", Operations.stream) == tail


def test_a_time_is_the_citys_own_unless_it_names_its_zone() -> None:
    assert until_of("2026-11-25T10:00", "America/Los_Angeles").at == until_of("2026-11-25T18:00Z", "UTC").at
    assert until_of("1234", "UTC") == Until(seq=1234)
    with pytest.raises(Malformed):
        until_of("yesterday", "UTC")


async def test_what_was_restored_serves_with_its_accounts_and_details(
    house: Running, backup: Path, tmp_path: Path
) -> None:
    await restore_backup(backup, tmp_path / "again", keys=tmp_path / "keys")
    async with running(tmp_path / "again") as again:
        assert again.desk.board.incidents == house.desk.board.incidents


async def test_a_drill_of_a_database_writes_nothing(backup: Path, tmp_path: Path) -> None:
    await restore_backup(backup, tmp_path / "again")
    async with AsyncExitStack() as stack:
        stores = await in_files(stack, tmp_path / "again" / CITY)
        before = await stores.journal.last()
        drill = await drill_stores("a database", stores.journal, stores.snapshots)
        assert drill.is_passed
        assert await stores.journal.last() == before


def test_the_commands_do_it_and_say_it_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], backup_of_a_day: Path
) -> None:
    assert main(["drill", "--from", str(backup_of_a_day)]) == 0
    said = capsys.readouterr().out
    assert "PASSED · 通过" in said
    assert read_manifest(backup_of_a_day).last_hash in said
    assert main(["restore", "--from", str(backup_of_a_day), "--to", str(tmp_path / "r"), "--until", "1"]) == 0
    assert "1 rows" in capsys.readouterr().out
    assert main(["backup", "--data", str(tmp_path / "r"), "--to", str(tmp_path / "b2")]) == 0
    (backup_of_a_day / "vault.sqlite").write_bytes(b"")
    assert main(["drill", "--from", str(backup_of_a_day)]) == 1
    assert "FAILED · 未通过" in capsys.readouterr().out


@pytest.fixture
def backup_of_a_day(tmp_path: Path) -> Path:
    async def a_day() -> None:
        async with running(tmp_path / "day") as house:
            await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))

    asyncio.run(a_day())
    assert main(["backup", "--data", str(tmp_path / "day"), "--to", str(tmp_path / "of-a-day")]) == 0
    return tmp_path / "of-a-day"
