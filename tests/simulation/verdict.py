"""What must hold after a run, judged from what people were told and what the surviving journal says."""

from typing import Any

import msgspec

from tests.campaign.history import Asked, Row, check_history
from tests.desk.stand_ins import NOON, all_rows
from tests.desk.toy_book import ToyBook
from tests.desk.toy_rows import TABLES
from tests.simulation.people import Console
from tests.simulation.servers import DATABASE, KeptSnapshots, Server
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.desk.chain import JournalRow, first_bad, genesis
from turnout.desk.restore import restore
from turnout.desk.subscribers import Subscribers


def sees_all(row: Any) -> bool:
    return True


def sees_no_working_units(row: Any) -> bool:
    """Depends on what changes, so that rows come into view and go out of it."""
    return row.table != "units" or row.row.incident is None


def as_judged(row: JournalRow) -> Row:
    """A row in the words of the judge of histories, which knows the city's events."""
    fact: dict[str, Any] = msgspec.json.decode(row.body)
    if row.name == "unit-assigned":
        body = {"units": [{"unit": fact["unit"]}], "incident": fact["incident"]}
        return Row(row.seq, row.command_id, "units-assigned", body)
    if row.name == "unit-released":
        return Row(row.seq, row.command_id, "assignment-ended", fact)
    return Row(row.seq, row.command_id, row.name, fact)


async def check_survivors(
    history: list[Asked], snapshots: KeptSnapshots, servers: list[Server], book: Any = None, judged: Any = as_judged
) -> Any:
    """The board that the journal says. Raises AssertionError with what was lost, doubled, altered or untrue."""
    book = book or ToyBook()
    journal = PostgresJournal(DATABASE, book.stream)
    rows = await all_rows(journal)
    assert first_bad(rows, 0, genesis(book.stream), 0) is None, "the chain is broken"
    check_history(history, [judged(row) for row in rows])
    if isinstance(book, ToyBook):
        _timers_ring_once(rows)
    whole: Any = await restore(book, journal, None)
    quick: Any = await restore(book, journal, snapshots)
    assert quick.board == whole.board, "snapshot and replay differ"
    desks = [server.desk for server in servers if server.desk is not None]
    assert len(desks) == 1, f"{len(desks)} desks after all has calmed down"
    held = desks[0].seq, desks[0].board
    assert held == (whole.seq, whole.board), "the desk's board is not what the journal says"
    await journal.close()
    return whole.board


def _timers_ring_once(rows: list[JournalRow]) -> None:
    rung = [msgspec.json.decode(row.body)["timer"] for row in rows if row.name == "timer-rang"]
    assert len(rung) == len(set(rung)), "a timer rang twice"


def check_consoles(consoles: list[Console], board: Any, tables: Any = TABLES) -> None:
    """Whatever a console went through, it holds what a fresh one would be given."""
    for console in consoles:
        fresh = Subscribers(tables, board, 0, NOON).subscribe(None, console.sees)
        first: Any = fresh._first
        rows = {(one["table"], one["id"]): one["row"] for one in map(msgspec.json.decode, first.rows)}
        assert console.rows == rows, f"{console.name} does not show the board"
