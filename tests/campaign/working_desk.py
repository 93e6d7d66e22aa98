"""A desk at work on a disk that may lose its power: what it has acknowledged it writes into `acks`, on the same disk.

    python -m tests.campaign.working_desk <folder> <commands> [FULL | NORMAL | postgresql://…]

The line is written after the answer: where the notes of the disk hold a line, everything that it rests on came before.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from tests.desk.stand_ins import SetClock
from tests.desk.toy_book import AddUnit, AssignUnit, OpenIncident, ReleaseUnit, ToyBook, ToyCommand, origin
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.desk.answers import Done
from turnout.desk.desk import Desk
from turnout.words.identity import IncidentId

CLIENTS = 8
CHECKPOINT_PAGES = 40
"""Small, so that the log is moved into the file, and begun anew, again and again within one run."""


def acts_of(client: int) -> list[ToyCommand]:
    """What one client does over and over with a unit and an incident of its own."""
    unit, incident = f"E{client}", f"I{client}"
    return [AddUnit(unit), OpenIncident(incident), AssignUnit(unit, incident), ReleaseUnit(unit)]


async def sqlite_journal(folder: Path, synchronous: str) -> Any:
    journal = SqliteJournal(folder / "journal.sqlite", "toy")
    await journal.pragma("wal_autocheckpoint", str(CHECKPOINT_PAGES))
    await journal.pragma("synchronous", synchronous)
    return journal


async def postgres_journal(url: str) -> Any:
    journal = PostgresJournal(Database(url, "campaign"), "toy")
    await journal.prepare(Database(url, "campaign"))
    return journal


async def main(folder: Path, commands: int, storage: str) -> None:
    is_postgres = storage.startswith("postgresql:")
    journal = await (postgres_journal(storage) if is_postgres else sqlite_journal(folder, storage))
    snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    acks = os.open(folder / "acks", os.O_CREAT | os.O_WRONLY, 0o600)
    desk: Any = Desk(ToyBook(), journal, SetClock(), snapshots=snapshots, snapshot_every_rows=50)
    await desk.start()

    async def client(number: int) -> None:
        acts = acts_of(number)
        for n in range(commands // CLIENTS):
            command_id = f"{number}-{n}"
            act = acts[n] if n < 2 else acts[2 + n % 2]
            answer = await desk.submit(act, origin(command_id))
            assert isinstance(answer, Done), answer
            os.write(acks, f"done {command_id} {answer.first_seq}\n".encode())
            if n % 10 == 0:
                kept = await vault.put(IncidentId(f"I{number}"), "caller", command_id.encode())
                os.write(acks, f"kept I{number} {kept.ref} {command_id}\n".encode())

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    print("worked", flush=True)
    os._exit(0)  # no goodbye of any kind: no last checkpoint, no closing of files


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "FULL"))
