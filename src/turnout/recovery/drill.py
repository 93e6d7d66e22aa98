"""`turnout drill`: the monthly proof that a backup, or a restored database, gives the city back (function 7.9).

A backup that was never restored is a hope. The drill restores into a folder of its own, checks every row's hash, starts
a desk, holds its board against a replay of the journal from the first row, makes the records anew, and has the desk
take a command. Given the keys it opens sealed details, files and texts, and looks that erased ones do not open. It says
so in a report to be filed.
"""

import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.core.tables.commands import SetExercise
from turnout.desk.access import part
from turnout.desk.answers import Done
from turnout.desk.book import Origin
from turnout.desk.desk import Desk
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal, Snapshots, Tail
from turnout.desk.restore import restore
from turnout.edge.recording import Recorder
from turnout.records.incidents import IncidentRecords
from turnout.recovery.backup import KEYS
from turnout.recovery.manifest import read_manifest
from turnout.recovery.restoring import restore_backup
from turnout.recovery.unsealing import erased_of, open_details, open_texts
from turnout.words.identity import CommandId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import BadInput

RECORDS_FILE: Final = "records-of-the-drill.sqlite"


class Step(msgspec.Struct, frozen=True):
    """One thing that was tried. `is_good` None: it was left out, and why."""

    what: Name
    is_good: bool | None
    found: Name


class Drill(msgspec.Struct):
    """What a drill found, from `begun`, step by step."""

    of: str
    begun: Moment
    steps: list[Step] = []
    tail: Tail | None = None
    took_s: float = 0.0

    @property
    def is_passed(self) -> bool:
        return bool(self.steps) and all(step.is_good is not False for step in self.steps)

    def note(self, what: Name, is_good: bool | None, found: Name) -> bool:
        self.steps.append(Step(what, is_good, found))
        return is_good is not False


RESTORED: Final = Name("Restored, every file as it was copied", "已恢复，各文件与备份时一致")
CHAINED: Final = Name("Every row of the journal in its chain", "日志每一行都在链上")
SAME_BOARD: Final = Name(
    "The desk's board is that of a replay from the first row", "指挥台状态与从第一行重放的结果一致"
)
RECORDS: Final = Name("The records made anew from the journal", "由日志重建案件档案")
DETAILS: Final = Name("Sealed details and files open, and erased ones do not", "封存的详情和文件能够打开，已销毁的不能")
TEXTS: Final = Name("What was said opens, and what was erased does not", "所述所见能够打开，已销毁的不能")
WORKS: Final = Name("The desk takes a command", "指挥台能够受理命令")
NO_KEYS: Final = Name("left out: no keys given", "未检查：未提供密钥")


async def drill_backup(backup: Path, keys: Path | None, within: Path | None = None) -> Drill:
    """Restore into a temporary folder (inside `within`, where it is given), and try everything there."""
    begun, drill = time.monotonic(), Drill(str(backup), SystemClock().now())
    with tempfile.TemporaryDirectory(prefix="turnout-drill-", dir=within) as there:
        try:
            manifest = read_manifest(backup)
            drill.tail = await restore_backup(backup, Path(there), keys=keys)
            made = len(manifest.files)
            drill.note(RESTORED, True, Name(f"{made} files", f"{made} 个文件"))
            await _try_files(drill, Path(there) / manifest.city, keys is not None)
        except (BadInput, Fault, OSError) as trouble:
            drill.note(RESTORED if not drill.steps else WORKS, False, Name(str(trouble), str(trouble)))
    drill.took_s = time.monotonic() - begun
    return drill


async def drill_stores(of: str, journal: Journal, snapshots: Snapshots) -> Drill:
    """A database that was restored: the same, but nothing is written to it, for it might be the running city's."""
    begun, drill = time.monotonic(), Drill(of, SystemClock().now())
    try:
        drill.tail = await journal.last()
        if await _chained(drill, journal):
            board = (await restore(Operations(), journal, snapshots)).board
            await _same_board(drill, journal, board)
            with tempfile.TemporaryDirectory(prefix="turnout-drill-") as there:
                await _records(drill, journal, Path(there))
        drill.note(DETAILS, None, NO_KEYS)
        drill.note(TEXTS, None, NO_KEYS)
        drill.note(WORKS, None, Name("left out: nothing is written to a database", "未检查：不向数据库写入"))
    except Fault as trouble:
        drill.note(CHAINED, False, Name(str(trouble), str(trouble)))
    drill.took_s = time.monotonic() - begun
    return drill


async def _try_files(drill: Drill, folder: Path, has_keys: bool) -> None:
    async with _opened(lambda: SqliteJournal(folder / "journal.sqlite", Operations.stream)) as journal:
        if not await _chained(drill, journal):
            return
        async with _opened(lambda: SqliteSnapshots(folder / "snapshots.sqlite")) as snapshots:
            await _try_desk(drill, folder, journal, snapshots, has_keys)


async def _try_desk(drill: Drill, folder: Path, journal: Journal, snapshots: Snapshots, has_keys: bool) -> None:
    desk: Desk[Board, Command, Event, Refusal] = Desk(Operations(), journal, SystemClock(), snapshots=snapshots)
    await desk.start()
    try:
        await _same_board(drill, journal, desk.board)
        await _records(drill, journal, folder)
        if has_keys and (folder / KEYS).is_file():
            await _sealed(drill, folder, journal)
        else:
            drill.note(DETAILS, None, NO_KEYS)
            drill.note(TEXTS, None, NO_KEYS)
        command = SetExercise(on=not desk.board.exercise)
        origin = Origin(part("drill").actor, CommandId(f"drill/{drill.begun}"), "", "restore drill")
        answer = await desk.submit(command, origin)
        said = f"row {answer.last_seq}" if isinstance(answer, Done) else str(answer)
        drill.note(WORKS, isinstance(answer, Done), Name(said, said.replace("row", "第") + " 行"))
    finally:
        await desk.stop()


async def _chained(drill: Drill, journal: Journal) -> bool:
    tail, bad = await journal.last(), await journal.verify()
    if bad is not None:
        return drill.note(CHAINED, False, Name(f"row {bad.seq} is {bad.why}", f"第 {bad.seq} 行有问题：{bad.why}"))
    return drill.note(CHAINED, True, Name(f"{tail.seq} rows", f"{tail.seq} 行"))


async def _same_board(drill: Drill, journal: Journal, board: Board) -> None:
    replayed = (await restore(Operations(), journal, None)).board
    open_now = f"{len(board.incidents)} / {len(board.units)} / {len(board.timers)}"
    found = Name(f"incidents / units / clocks: {open_now}", f"警情／单元／计时：{open_now}")
    drill.note(SAME_BOARD, replayed == board, found)


async def _records(drill: Drill, journal: Journal, folder: Path) -> None:
    records = IncidentRecords(folder / RECORDS_FILE)
    try:
        tail = await journal.last()
        await Recorder(records, journal, Operations()).catch_up(tail.seq)
        count = records.count()
        drill.note(RECORDS, records.seq == tail.seq, Name(f"{count} incidents", f"{count} 起警情"))
    finally:
        records.close()


async def _sealed(drill: Drill, folder: Path, journal: Journal) -> None:
    records = IncidentRecords(folder / RECORDS_FILE)
    try:
        async with _opened(lambda: SqliteVault(folder / "vault.sqlite", folder / KEYS)) as vault:
            details = await open_details(folder, vault, erased_of(records))
            drill.note(DETAILS, details.is_good, details.said)
            texts = await open_texts(journal, vault, records)
            drill.note(TEXTS, texts.is_good, texts.said)
    finally:
        records.close()


@asynccontextmanager
async def _opened(make: Callable[[], Any]) -> AsyncIterator[Any]:
    store = make()
    try:
        yield store
    finally:
        await store.close()
