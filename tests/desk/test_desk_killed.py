"""kill -9 in the middle of the work, again and again over one journal: whatever had been acknowledged is there."""

import os
import subprocess
import sys
from pathlib import Path

from tests.desk.stand_ins import SetClock, all_rows
from tests.desk.toy_book import ToyBook
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.desk import Desk

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
LIVES = 1_000 if SOAK else 3
ACKNOWLEDGED_BEFORE_THE_KILL = 20 if SOAK else 150


def acknowledged_until_killed(folder: Path, life: str) -> dict[str, int]:
    """Command identity → sequence, as the process had said before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.desk.killed_desk", str(folder), life],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(ACKNOWLEDGED_BEFORE_THE_KILL)]
    process.kill()
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {command_id: int(seq) for command_id, seq in whole}


async def test_what_a_killed_desk_had_acknowledged_is_in_the_journal(tmp_path: Path) -> None:
    acknowledged: dict[str, int] = {}
    for life in range(LIVES):
        told = acknowledged_until_killed(tmp_path, f"life{life}")
        assert len(told) >= ACKNOWLEDGED_BEFORE_THE_KILL
        acknowledged |= told
    journal = SqliteJournal(tmp_path / "journal.sqlite", "toy")
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    assert await journal.verify() is None
    rows = await all_rows(journal)
    where = {row.command_id: row.seq for row in rows}
    assert len(where) == len(rows), "a command was done twice"
    assert {command_id: where.get(command_id) for command_id in acknowledged} == acknowledged
    restored: Desk[object, object, object, object] = Desk(ToyBook(), journal, SetClock(), snapshots=snapshots)  # type: ignore[arg-type]
    await restored.start()
    replayed: Desk[object, object, object, object] = Desk(ToyBook(), journal, SetClock())  # type: ignore[arg-type]
    await replayed.start()
    assert restored.board == replayed.board
    await restored.stop()
    await replayed.stop()
    await snapshots.close()
    await journal.close()
