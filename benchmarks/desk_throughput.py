"""How many durable commands a second the desk does, and how long a sender waits.

    python -m benchmarks.desk_throughput [--seconds 10] [--clients 64] [--consoles 50] [--incidents 1000]
    python -m benchmarks.desk_throughput --database pair      # PostgreSQL and a synchronous standby, started for it
    python -m benchmarks.desk_throughput --database postgresql://…

The whole path: command in, decided on a board with that many open incidents, appended with a real fsync, answered, told
to subscribers. Beside it, in the same run on the same disk: what `fdatasync` of one page takes, and plain SQLite (WAL,
synchronous=FULL) committing the same rows one at a time; so that the ratio means something on another machine. With a
PostgreSQL, in the same run on the same database: pgbench with as many clients inserting a row of that size a commit.
"""

import argparse
import asyncio
import gc
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.desk_workloads import WORKLOADS, Workload
from tests.postgres_pair import find_programs, the_pair
from turnout.adapters.clock import SystemClock
from turnout.adapters.socket.sender import Frames
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.proof import SqliteProof
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.texts import WholeVault
from turnout.core.context import Actor
from turnout.desk.access import Sight
from turnout.desk.answers import Done
from turnout.desk.book import Origin
from turnout.desk.desk import Desk
from turnout.desk.operations import Operations
from turnout.desk.subscribers import Cut, Subscribers
from turnout.edge.proof.following import Following
from turnout.edge.rows import sees
from turnout.edge.texts import Texts
from turnout.words.identity import ActorId, CommandId

PAGE_BYTES = 4096
SYNC_SAMPLES = 500
CONSOLE_PAUSE_S = 0.1
EVERYTHING = Sight()


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fdatasync_ms(folder: Path) -> list[float]:
    """Milliseconds that a page written and synced takes, again and again."""
    handle = os.open(folder / "sync-probe", os.O_CREAT | os.O_WRONLY)
    taken = []
    for n in range(SYNC_SAMPLES):
        os.pwrite(handle, b"x" * PAGE_BYTES, n * PAGE_BYTES)
        start = time.perf_counter()
        os.fdatasync(handle)
        taken.append((time.perf_counter() - start) * 1000)
    os.close(handle)
    return taken


def plain_sqlite_per_s(folder: Path, rows: Sequence[tuple[Any, ...]], seconds: float) -> float:
    """Single commits a second of the very rows that the desk wrote, without a desk."""
    with closing(sqlite3.connect(folder / "plain.sqlite", isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("PRAGMA synchronous = FULL")
        plain.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, " + ", ".join(f"c{n}" for n in range(13)) + ")")
        insert = f"INSERT INTO journal VALUES ({','.join('?' * 14)})"
        start, done = time.perf_counter(), 0
        while (taken := time.perf_counter() - start) < seconds:
            plain.execute(insert, (done, *rows[done % len(rows)][1:]))
            done += 1
    return done / taken


async def console(subscribers: Subscribers[Any], frames: Frames) -> None:
    """Reads as a socket's sender does: everything, as text, coming back when it is cut off."""
    resume_after: int | None = None
    while True:
        async for message in subscribers.subscribe(resume_after, sees(EVERYTHING)):
            if isinstance(message, Cut):
                resume_after = message.resume_after
            else:
                frames.text(message)
                resume_after = message.seq
            await asyncio.sleep(CONSOLE_PAUSE_S)


async def notary(folder: Path, journal: Any, every_s: float) -> None:
    """The trees follow the journal, as beside a desk at work (edge/proof)."""
    store = SqliteProof(folder / "proof.sqlite")
    follows = Following(store, journal)
    try:
        while True:
            await asyncio.sleep(every_s)
            sizes = await follows.catch_up()
            print(f"notary: {sizes.journal} rows in the tree")
    finally:
        await store.close()


async def stores(folder: Path, database: Database | None, stream: str) -> tuple[Any, Any]:
    """(journal, snapshots) in the folder, or in the database."""
    if database is None:
        return SqliteJournal(folder / "journal.sqlite", stream), SqliteSnapshots(folder / "snapshots.sqlite")
    journal, snapshots = PostgresJournal(database, stream), PostgresSnapshots(database)
    await journal.prepare(database)
    await snapshots.prepare(database)
    return journal, snapshots


async def vault_in(folder: Path, database: Database | None) -> WholeVault:
    if database is None:
        return SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    vault = PostgresVault(database, folder / "vault.site-key")
    await vault.prepare(database)
    return vault


async def desk_run(
    folder: Path,
    database: Database | None,
    workload: Workload,
    clients: int,
    consoles: int,
    seconds: float,
    notary_s: float = 0.0,
    in_clear: bool = False,
) -> tuple[list[float], float, Counter[str], int]:
    """(latencies in ms, commands a second, what was refused how often, rows in the journal)."""
    journal, snapshots = await stores(folder, database, workload.book.stream)
    vault = await vault_in(folder, database)
    texts = Texts(vault)
    await texts.begin()
    seals = isinstance(workload.book, Operations) and not in_clear
    book = Operations(texts) if seals else workload.book
    desk: Desk[Any, Any, Any, Any] = Desk(book, journal, SystemClock(), snapshots=snapshots)
    await desk.start()
    for n, command in enumerate(workload.preparation):
        answer = await desk.submit(command, Origin(workload.actor, CommandId(f"prepare-{n}")))
        assert isinstance(answer, Done), answer
    print(f"board: {workload.describe(desk.board)}")
    subscribers = Subscribers(workload.tables, desk.board, desk.seq, desk.at, show=texts.shown_json)
    desk.listen(subscribers.hear)
    frames = Frames()
    following = [asyncio.create_task(console(subscribers, frames)) for _ in range(consoles)]
    if notary_s:
        following.append(asyncio.create_task(notary(folder, journal, notary_s)))
    gc.collect()
    gc.freeze()  # as a server does when its city is loaded (serving.set_aside_what_stays)
    latencies: list[float] = []
    refused: Counter[str] = Counter()
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        commands: Iterator[Any] = workload.commands(number, clients)
        actor = Actor(ActorId(f"client-{number}"), roles=workload.actor.roles)
        for n, command in enumerate(commands):
            start = time.perf_counter()
            if start >= until:
                return
            answer = await desk.submit(command, Origin(actor, CommandId(f"{number}-{n}"), position=f"P{number}"))
            latencies.append((time.perf_counter() - start) * 1000)
            if not isinstance(answer, Done):
                refused[repr(answer.refusal)[:60]] += 1

    start = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    taken = time.perf_counter() - start
    for each in following:
        each.cancel()
    assert await journal.verify() is None
    rows = desk.seq
    await desk.stop()
    await texts.close()
    await vault.close()
    await snapshots.close()
    await journal.close()
    return latencies, len(latencies) / taken, refused, rows


def journal_rows(folder: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as file:
        return file.execute("SELECT * FROM journal ORDER BY seq DESC LIMIT 5000").fetchall()


def pgbench(url: str, clients: int, seconds: float) -> tuple[float, float]:
    """(single-row commits a second, mean milliseconds) of PostgreSQL's own benchmark."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as script:
        script.write(PLAIN_INSERT)
    Path(script.name).chmod(0o644)
    try:
        run(["psql", url, "-qc", PLAIN_TABLE])
        said = run(
            ["pgbench", "-n", "-M", "prepared", "-f", script.name, "-c", str(clients), "-T", str(int(seconds)), url]
        )
        run(["psql", url, "-qc", "DROP TABLE turnout_plain"])
    finally:
        Path(script.name).unlink()
    per_s, mean_ms = re.search(r"tps = ([\d.]+)", said), re.search(r"latency average = ([\d.]+)", said)
    assert per_s is not None, said
    assert mean_ms is not None, said
    return float(per_s[1]), float(mean_ms[1])


def run(words: list[str]) -> str:
    program = find_programs() / words[0]
    return subprocess.run([program, *words[1:]], check=True, capture_output=True, text=True).stdout


PLAIN_TABLE = "DROP TABLE IF EXISTS turnout_plain; CREATE TABLE turnout_plain (seq bigserial PRIMARY KEY, body bytea)"
PLAIN_INSERT = "INSERT INTO turnout_plain (body) VALUES (decode(repeat('ab', 400), 'hex'));\n"
"""About as large as a row of the desk's with its hashes."""


def database_of(asked: str) -> Database | None:
    """None: SQLite. `pair`: a primary and a synchronous standby of this run's own."""
    if not asked:
        return None
    if asked == "pair":
        return the_pair().new_database()
    return Database(asked, f"bench_{os.getpid()}")


def print_postgres(database: Database, clients: int, seconds: float, per_s: float) -> None:
    sql = (
        "SELECT format('PostgreSQL %s, synchronous_standby_names %s, synchronous_commit %s', current_setting("
        "'server_version'), current_setting('synchronous_standby_names'), current_setting('synchronous_commit'))"
    )
    print(run(["psql", database.url, "-Atc", sql]).strip())
    plain_per_s, plain_ms = pgbench(database.url, clients, seconds)
    print(f"pgbench, {clients} clients, one row a commit       {plain_per_s:8.0f} /s   mean {plain_ms:.1f} ms")
    print(f"ratio desk / pgbench                         {per_s / plain_per_s:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--consoles", type=int, default=50, help="subscribed to every row, 10 messages a second each")
    parser.add_argument("--incidents", type=int, default=1_000)
    parser.add_argument("--workload", choices=sorted(WORKLOADS), default="operations")
    parser.add_argument("--database", default="", help="`pair`, or the address of a PostgreSQL")
    parser.add_argument("--notary", type=float, default=0.0, help="have the proof follow, every so many seconds")
    parser.add_argument("--in-clear", action="store_true", help="without sealing what is said, for comparison")
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to be measured")
    given = parser.parse_args()
    folder, database = Path(tempfile.mkdtemp(prefix="desk-", dir=given.folder)), database_of(given.database)
    try:
        syncs = fdatasync_ms(folder)
        workload = WORKLOADS[given.workload](given.incidents)
        latencies, per_s, refused, rows = asyncio.run(
            desk_run(
                folder, database, workload, given.clients, given.consoles, given.seconds, given.notary, given.in_clear
            )
        )
        print(f"fdatasync of a page      p50 {percentile(syncs, 0.5):.3f} ms   p99 {percentile(syncs, 0.99):.3f} ms")
        if database is not None:
            print_postgres(database, given.clients, min(given.seconds, 5.0), per_s)
        else:
            plain_per_s = plain_sqlite_per_s(folder, journal_rows(folder), min(given.seconds, 5.0))
            print(f"plain SQLite, one commit a row               {plain_per_s:8.0f} /s")
            print(f"ratio desk / plain SQLite                    {per_s / plain_per_s:8.2f}")
    finally:
        shutil.rmtree(folder)
    print(
        f"desk, {given.clients} clients, {given.consoles} consoles, {given.workload:<12}   {per_s:8.0f} commands/s   "
        f"p50 {percentile(latencies, 0.5):.1f} ms   p99 {percentile(latencies, 0.99):.1f} ms"
    )
    print(f"{len(latencies)} commands, {refused.total()} refused, {rows} rows in the journal, all verified")
    for refusal, times in refused.most_common(3):
        print(f"    refused {times} times: {refusal}")


if __name__ == "__main__":
    main()
