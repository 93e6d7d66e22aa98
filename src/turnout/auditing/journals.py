"""The journal of a city as a command reads it, beside the running server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.config import Settings
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.words.trouble import Malformed


@asynccontextmanager
async def open_journal(settings: Settings, folder: Path) -> AsyncIterator[Journal]:
    journal: Journal
    if settings.database:
        journal = PostgresJournal(Database(settings.database, Operations.stream), Operations.stream)
    else:
        path = folder / "journal.sqlite"
        if not path.is_file():
            raise Malformed("there is no journal", where=str(path), cure="name the right --data")
        journal = SqliteJournal(path, Operations.stream)
    try:
        yield journal
    except StorageFailed as fault:
        raise Malformed(str(fault), where="storage", cure="see the operators' manual") from fault
    finally:
        await journal.close()
