"""A journal row as the columns of a table, and what a storage derives from rows: shared by SQLite and PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence

from turnout.desk.chain import BadRow, JournalRow
from turnout.desk.ports import DoneCommand
from turnout.words.identity import CommandId
from turnout.words.moment import Moment

COLUMNS = (
    "seq",
    "at",
    "actor",
    "position",
    "purpose",
    "cause",
    "command_id",
    "command",
    "command_digest",
    "name",
    "version",
    "body",
    "prev_hash",
    "hash",
)
"""In the order of `JournalRow`'s fields."""


def assert_follows_on(rows: Sequence[JournalRow], after_seq: int) -> None:
    """A gap would be our own bug: it is not written."""
    for expected, row in enumerate(rows, start=after_seq + 1):
        assert row.seq == expected, f"row {row.seq} where {expected} should be"


def as_tuple(row: JournalRow) -> tuple[object, ...]:
    return (
        row.seq,
        row.at,
        row.actor,
        row.position,
        row.purpose,
        row.cause,
        row.command_id,
        row.command,
        row.command_digest,
        row.name,
        row.version,
        row.body,
        row.prev_hash,
        row.hash,
    )


def commands_of(rows: Sequence[JournalRow]) -> Iterable[tuple[CommandId, int, int, Moment, bytes]]:
    """(identity, first row, last row, time, digest) of every command in `rows`; a command's rows stand together."""
    first = 0
    for index, row in enumerate(rows):
        is_last = index + 1 == len(rows) or rows[index + 1].command_id != row.command_id
        if is_last:
            yield row.command_id, rows[first].seq, row.seq, row.at, row.command_digest
            first = index + 1


def first_without_command(page: Sequence[JournalRow], done: Mapping[CommandId, DoneCommand]) -> BadRow | None:
    """The first row whose command identity would not be recognised if it were sent again."""
    for row in page:
        command = done.get(row.command_id)
        known = command is not None and command.first_seq <= row.seq <= command.last_seq
        if command is None or not known or command.digest != row.command_digest:
            return BadRow(row.seq, "no-command")
    return None
