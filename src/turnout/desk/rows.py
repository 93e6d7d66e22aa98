"""The board as rows: what a screen shows, table by table. A change of the board is a set of row changes.

A row is made by a pure function per table, encoded once, and its bytes are shared by everybody who may see it. Which
rows to make again is found by identity: `evolve` copies only what it changes, so an entry that is the same object is
the same row. A row that shows something of another table's entry says so with `also_after`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic

import msgspec

from turnout.desk.book import B

Show = Callable[[bytes], bytes]

Changed = Mapping[str, Sequence[str]]
"""Table → ids of the entries that are new, other or gone."""


def nothing_else(_before: object, _after: object, _changed: Changed) -> Iterable[str]:
    """For a table whose rows show nothing of other tables."""
    return ()


def everybody(_entry: object, _board: object) -> None:
    """The scope of a table whose rows are for all."""


class Table(msgspec.Struct, Generic[B], frozen=True):
    """One table of rows over the board."""

    name: str
    entries: Callable[[B], Mapping[str, Any]]
    """Its entries by identity. The very same mapping object means that nothing in it has changed."""
    row_of: Callable[[Any, B], msgspec.Struct | None]
    """The row of an entry; None where the entry is on no screen."""
    also_after: Callable[[B, B, Changed], Iterable[str]] = nothing_else
    """(board before, board after, what changed by itself) → ids here whose rows show something that changed."""
    scope_of: Callable[[Any, B], object] = everybody
    """What decides who may see an entry (such as the agencies it concerns), as of that board. It stays with the row, so
    that who could see a row is still known when what it depended on has left the board."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row, and its message bytes `{"table":…,"id":…,"row":{…}}`."""

    table: str
    id: str
    row: msgspec.Struct
    body: msgspec.Raw
    scope: object = None

    def is_same_as(self, other: "Row | None") -> bool:
        """Whether neither a screen nor who may see it would change."""
        return other is not None and self.scope == other.scope and bytes(self.body) == bytes(other.body)


RowKey = tuple[str, str]


class RowChange(msgspec.Struct, frozen=True, gc=False):
    """One row as it was and as it is; None where there is none."""

    before: Row | None
    after: Row | None


RowChanges = Mapping[RowKey, RowChange]
"""What became of rows, each mentioned once."""


def joined(batches: Sequence[RowChanges]) -> RowChanges:
    """All in one: each row as it was before the first and is after the last."""
    if len(batches) == 1:
        return batches[0]
    all_of_them: dict[RowKey, RowChange] = {}
    for changes in batches:
        for key, change in changes.items():
            first = all_of_them.get(key)
            all_of_them[key] = change if first is None else RowChange(first.before, change.after)
    return all_of_them


class _RowMessage(msgspec.Struct):
    table: str
    id: str
    row: msgspec.Struct


_encoder = msgspec.json.Encoder()


def as_it_is(body: bytes) -> bytes:
    """Where nothing in a row is sealed."""
    return body


def row_for(table: Table[B], entry_id: str, entry: Any, board: B, show: Show = as_it_is) -> Row | None:
    """The row of one entry, encoded; None where it is on no screen."""
    row = table.row_of(entry, board)
    if row is None:
        return None
    body = msgspec.Raw(show(_encoder.encode(_RowMessage(table.name, entry_id, row))))
    return Row(table.name, entry_id, row, body, table.scope_of(entry, board))


def changed_ids(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Ids of entries that are not the same object in both."""
    if before is after:
        return
    for entry_id, entry in after.items():
        if before.get(entry_id) is not entry:
            yield entry_id
    for entry_id in before:
        if entry_id not in after:
            yield entry_id


class BoardRows(Generic[B]):
    """All rows of a board, kept in step with it."""

    def __init__(self, tables: Sequence[Table[B]], board: B, show: Show = as_it_is) -> None:
        """`show` opens what is sealed in an encoded row: once, for everybody who may see it."""
        self._tables, self._show = tables, show
        self._rows: dict[RowKey, Row] = {}
        for table in tables:
            for entry_id, entry in table.entries(board).items():
                row = row_for(table, entry_id, entry, board, show)
                if row is not None:
                    self._rows[table.name, entry_id] = row

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def follow(self, before: B, after: B) -> dict[RowKey, RowChange]:
        """Take over `after`; the rows that differ by it."""
        changed = {table.name: list(changed_ids(table.entries(before), table.entries(after))) for table in self._tables}
        changes: dict[RowKey, RowChange] = {}
        for table in self._tables:
            # A dict keeps the order and drops what is named twice.
            ids = dict.fromkeys(changed[table.name])
            ids.update(dict.fromkeys(table.also_after(before, after, changed)))
            changes.update(self._changes(table, ids, after))
        return changes

    def _changes(self, table: Table[B], ids: Iterable[str], board: B) -> Iterator[tuple[RowKey, RowChange]]:
        entries = table.entries(board)
        for entry_id in ids:
            key = (table.name, entry_id)
            before = self._rows.get(key)
            entry = entries.get(entry_id)
            after = row_for(table, entry_id, entry, board, self._show) if entry is not None else None
            if after is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = after
            if before is None and after is None:
                continue
            if before is None or not before.is_same_as(after):
                yield key, RowChange(before, after)
