"""What must hold of a disk after a cut, judged from what clients had been told and never from the server's word."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.campaign.forgetful import Note
from tests.desk.stand_ins import SetClock, all_rows
from tests.desk.toy_book import ToyBook
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Desk
from turnout.desk.ports import Journal
from turnout.words.identity import IncidentId


class Told(msgspec.Struct):
    """What the clients had been told: command → sequence; and (owner, reference) → the detail that was kept."""

    done: dict[str, int] = {}
    kept: dict[tuple[str, str], str] = {}


def told_before(notes: Iterable[Note]) -> Told:
    """Read from the writes to `acks`: each line was written after its answer. A line cut in two does not count yet."""
    told, acks, written = Told(), 0, b""
    for note in notes:
        if note.kind == "create" and note.name == "/acks":
            acks = note.file
        elif note.kind == "write" and note.file == acks and acks:
            written += note.data
    for line in written.decode().splitlines(keepends=True):
        what, *rest = line.split()
        if what == "done" and line.endswith("\n"):
            told.done[rest[0]] = int(rest[1])
        elif what == "kept" and line.endswith("\n"):
            told.kept[rest[0], rest[1]] = rest[2]
    return told


async def check_survivors(folder: Path, told: Told) -> None:
    """Raises AssertionError with what was lost, doubled or altered."""
    await check_journal(SqliteJournal(folder / "journal.sqlite", "toy"), folder, told)
    await _details_open(folder, told)


async def check_journal(journal: Journal, folder: Path, told: Told) -> None:
    """The journal, whichever it is, and the snapshots beside it. Closes it."""
    snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
    try:
        assert await journal.verify() is None, "the chain is broken"
        check_rows(await all_rows(journal), told.done)
        await _boards_agree(journal, snapshots)
    finally:
        await snapshots.close()
        await journal.close()


def check_rows(rows: Sequence[JournalRow], done: dict[str, int]) -> None:
    where = {row.command_id: row.seq for row in rows}
    assert len(where) == len(rows), "a command was done twice"
    lost = {command: seq for command, seq in done.items() if where.get(command) != seq}
    assert not lost, f"acknowledged and lost or moved: {lost}"
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "a gap in the sequence"
    _turns_alternate(rows)


def _turns_alternate(rows: Sequence[JournalRow]) -> None:
    """Per unit, assigned and released take turns."""
    assigned: dict[str, bool] = {}
    for row in rows:
        fact: dict[str, Any] = msgspec.json.decode(row.body)
        if row.name in ("unit-assigned", "unit-released"):
            now = row.name == "unit-assigned"
            assert assigned.get(fact["unit"], False) != now, f"{fact['unit']} was {row.name} twice in a row"
            assigned[fact["unit"]] = now


async def _boards_agree(journal: Journal, snapshots: SqliteSnapshots) -> None:
    """The board that a start makes from a snapshot is the board that all rows make."""
    quick: Any = Desk(ToyBook(), journal, SetClock(), snapshots=snapshots)
    whole: Any = Desk(ToyBook(), journal, SetClock())
    await quick.start()
    await whole.start()
    assert quick.board == whole.board, "snapshot and replay differ"
    await whole.stop()
    await quick.stop()


async def _details_open(folder: Path, told: Told) -> None:
    if not told.kept:
        return
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    try:
        for (owner, ref), detail in told.kept.items():
            assert await vault.open(IncidentId(owner), ref) == detail.encode(), f"{ref} of {owner} is altered"
    finally:
        await vault.close()
