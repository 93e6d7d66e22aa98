"""A desk in a process of its own, to be killed: says every command that it has acknowledged, one a line.

python -m tests.desk.killed_desk <folder> <name of this life>
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from tests.desk.stand_ins import SetClock
from tests.desk.toy_book import AddUnit, ToyBook, origin
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.desk import Desk

CLIENTS = 16


async def main(folder: Path, life: str) -> None:
    journal = SqliteJournal(folder / "journal.sqlite", "toy")
    snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
    desk: Any = Desk(ToyBook(), journal, SetClock(), snapshots=snapshots, snapshot_every_rows=100)
    await desk.start()

    async def client(number: int) -> None:
        n = 0
        while True:
            command_id = f"{life}-{number}-{n}"
            answer = await desk.submit(AddUnit(command_id), origin(command_id))
            os.write(1, f"{command_id} {answer.first_seq}\n".encode())
            n += 1

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
