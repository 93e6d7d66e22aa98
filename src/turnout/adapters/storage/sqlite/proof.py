"""The proof in one SQLite file of its own, beside the journal: tiles, reveals, checkpoints, stamps (audit/kept.py).

`synchronous = NORMAL`: a power cut may lose the last seconds, which are made again from the journal; it cannot damage
the file. A checkpoint that is lost was of rows that the journal has, so the next one is consistent with it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from turnout.adapters.disk_faults import named_faults
from turnout.adapters.storage.sqlite.database import SqliteThread, connect, transaction, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.audit.entries import is_reveal, read_link, reveal_entry
from turnout.audit.kept import Log, NotNext, Signed, Sizes, Stamp
from turnout.audit.tiles import TileKey, Tiles
from turnout.audit.tree import leaf_hash, prove_consistency, prove_inclusion, root_of
from turnout.words.moment import Moment

_SIGNED = "id, at, size, reveals_size, journal, reveals"


class ProofFile:
    """The file, used by one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._base = connection

    def sizes(self) -> Sizes:
        held = dict(self._base.execute("SELECT name, size FROM log").fetchall())
        journal = int(held["journal"])
        last = Tiles(journal, self._loader("journal")).hash_at(0, journal - 1) if journal else b""
        return Sizes(journal, int(held["reveals"]), last)

    def append(self, entries: Sequence[bytes], key_rows: Sequence[tuple[int, bytes]] = ()) -> Sizes:
        with transaction(self._base):
            held = self.sizes()
            for at, entry in enumerate(entries, held.journal + 1):
                if read_link(entry).seq != at:
                    raise NotNext(f"row {read_link(entry).seq} does not follow {at - 1}")
            leaves = [leaf_hash(entry) for entry in entries]
            self._append("journal", held.journal, leaves)
            opened = [(at, entry) for at, entry in enumerate(entries, held.journal + 1) if is_reveal(entry)]
            numbered = [(number, seq, entry) for number, (seq, entry) in enumerate(opened, held.reveals + 1)]
            self._base.executemany("INSERT INTO reveal VALUES (?, ?, ?)", numbered)
            self._append("reveals", held.reveals, [leaf_hash(reveal_entry(one, entry)) for one, _, entry in numbered])
            self._base.executemany("INSERT INTO key_row VALUES (?, ?)", key_rows)
        journal, reveals = held.journal + len(leaves), held.reveals + len(numbered)
        return Sizes(journal, reveals, leaves[-1] if leaves else held.last)

    def tiles(self, log: Log) -> Tiles:
        (size,) = self._base.execute("SELECT size FROM log WHERE name = ?", (log,)).fetchone()
        return Tiles(int(size), self._loader(log))

    def tile(self, log: Log, key: TileKey) -> bytes:
        """As it is stored; empty where it is not."""
        return self._loader(log)(key)

    def root(self, log: Log, size: int) -> bytes:
        return root_of(size, self.tiles(log).hash_at)

    def prove_inclusion(self, log: Log, index: int, size: int) -> list[bytes]:
        return prove_inclusion(index, size, self.tiles(log).hash_at)

    def prove_consistency(self, log: Log, old: int, size: int) -> list[bytes]:
        return prove_consistency(old, size, self.tiles(log).hash_at)

    def keep(self, signed: Signed) -> None:
        values = signed.at, signed.size, signed.reveals_size, signed.journal, signed.reveals
        with transaction(self._base):
            self._base.execute(
                "INSERT INTO checkpoint (at, size, reveals_size, journal, reveals) VALUES (?, ?, ?, ?, ?) ON CONFLICT"
                " (size) DO UPDATE SET at = excluded.at, journal = excluded.journal, reveals = excluded.reveals",
                values,
            )

    def newest(self) -> Signed | None:
        row = self._base.execute(f"SELECT {_SIGNED} FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        return _signed(row) if row is not None else None

    def checkpoints(self, up_to: int) -> Iterator[Signed]:
        """Oldest first, up to this size."""
        rows = self._base.execute(f"SELECT {_SIGNED} FROM checkpoint WHERE size <= ? ORDER BY size", (up_to,))
        return map(_signed, rows)

    def keep_stamp(self, stamp: Stamp) -> None:
        with transaction(self._base):
            self._base.execute(
                "INSERT INTO stamp (checkpoint, at, body) SELECT id, ?, ? FROM checkpoint WHERE size = ?",
                (stamp.at, stamp.body, stamp.size),
            )

    def stamps(self, up_to: int) -> list[Stamp]:
        """Oldest first."""
        sql = "SELECT c.size, s.at, s.body FROM stamp s JOIN checkpoint c ON c.id = s.checkpoint"
        found = self._base.execute(f"{sql} WHERE c.size <= ? ORDER BY s.id", (up_to,))
        return [Stamp(size, Moment(at), body) for size, at, body in found]

    def last_stamp(self) -> Stamp | None:
        sql = "SELECT c.size, s.at, s.body FROM stamp s JOIN checkpoint c ON c.id = s.checkpoint"
        row = self._base.execute(f"{sql} ORDER BY s.id DESC LIMIT 1").fetchone()
        return Stamp(row[0], Moment(row[1]), row[2]) if row is not None else None

    def find_reveal(self, number: int) -> bytes | None:
        row = self._base.execute("SELECT entry FROM reveal WHERE number = ?", (number,)).fetchone()
        return row[0] if row is not None else None

    def reveals(self, up_to: int) -> Iterator[tuple[int, bytes]]:
        """(number, header), in order, up to this number."""
        return iter(self._base.execute("SELECT number, entry FROM reveal WHERE number <= ? ORDER BY number", (up_to,)))

    def key_rows(self, up_to: int) -> list[tuple[int, bytes]]:
        return self._base.execute("SELECT seq, body FROM key_row WHERE seq <= ? ORDER BY seq", (up_to,)).fetchall()

    def forget_trees(self) -> None:
        with transaction(self._base):
            for table in ("tile", "reveal", "key_row"):
                self._base.execute(f"DELETE FROM {table}")
            self._base.execute("UPDATE log SET size = 0")

    def _append(self, log: Log, size: int, leaves: Sequence[bytes]) -> None:
        tiles = Tiles(size, self._loader(log))
        tiles.append(leaves)
        rows = [(log, level, n, body) for (level, n), body in tiles.changed.items()]
        self._base.executemany("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)", rows)
        self._base.execute("UPDATE log SET size = ? WHERE name = ?", (tiles.size, log))

    def _loader(self, log: Log) -> "_Loader":
        return _Loader(self._base, log)


class _Loader:
    """Tiles of one log, each read once."""

    def __init__(self, connection: sqlite3.Connection, log: Log) -> None:
        self._base, self._log = connection, log
        self._held: dict[TileKey, bytes] = {}

    def __call__(self, key: TileKey) -> bytes:
        if key not in self._held:
            sql = "SELECT body FROM tile WHERE log = ? AND level = ? AND n = ?"
            row = self._base.execute(sql, (self._log, *key)).fetchone()
            self._held[key] = row[0] if row is not None else b""
        return self._held[key]


def _signed(row: tuple[int, int, int, int, str, str]) -> Signed:
    number, at, size, reveals_size, journal, reveals = row
    return Signed(id=number, at=Moment(at), size=size, reveals_size=reveals_size, journal=journal, reveals=reveals)


class SqliteProof:
    """`turnout.audit.kept.ProofStore` on a file, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        """Open, make or upgrade the file. Raises `StorageFailed`."""
        self._thread = SqliteThread(path, lambda: opened_for_writing(path), "proof")

    async def sizes(self) -> Sizes:
        return await self._thread.do(lambda base: ProofFile(base).sizes())

    async def append(self, entries: Sequence[bytes], key_rows: Sequence[tuple[int, bytes]] = ()) -> Sizes:
        return await self._thread.do(lambda base: ProofFile(base).append(entries, key_rows))

    async def root(self, log: Log, size: int) -> bytes:
        return await self._thread.do(lambda base: ProofFile(base).root(log, size))

    async def prove_inclusion(self, log: Log, index: int, size: int) -> list[bytes]:
        return await self._thread.do(lambda base: ProofFile(base).prove_inclusion(log, index, size))

    async def prove_consistency(self, log: Log, old: int, size: int) -> list[bytes]:
        return await self._thread.do(lambda base: ProofFile(base).prove_consistency(log, old, size))

    async def keep(self, signed: Signed) -> None:
        await self._thread.do(lambda base: ProofFile(base).keep(signed))

    async def newest(self) -> Signed | None:
        return await self._thread.do(lambda base: ProofFile(base).newest())

    async def keep_stamp(self, stamp: Stamp) -> None:
        await self._thread.do(lambda base: ProofFile(base).keep_stamp(stamp))

    async def last_stamp(self) -> Stamp | None:
        return await self._thread.do(lambda base: ProofFile(base).last_stamp())

    async def find_reveal(self, number: int) -> bytes | None:
        return await self._thread.do(lambda base: ProofFile(base).find_reveal(number))

    async def forget_trees(self) -> None:
        await self._thread.do(lambda base: ProofFile(base).forget_trees())

    async def close(self) -> None:
        await self._thread.close()


def opened_for_writing(path: Path) -> sqlite3.Connection:
    connection = connect(path, writing=True)
    connection.execute("PRAGMA synchronous = NORMAL")
    upgrade(connection, schema_steps("proof"), path)
    return connection


@contextmanager
def read_proof(path: Path) -> Iterator[ProofFile]:
    """The file as it is at this moment, beside a running server. Raises `StorageFailed`."""
    with named_faults(path):
        connection = connect(path, writing=False)
        try:
            connection.execute("BEGIN")
            yield ProofFile(connection)
        finally:
            connection.close()
