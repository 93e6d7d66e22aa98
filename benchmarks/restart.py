"""From `turnout serve` to the first acknowledged command, after `kill -9`, with millions of rows in the journal.

The journal: a block of rows by the real rules (units sent, en route, on scene, a note, cleared, on 200 running
incidents), repeated under new numbers, identities and times to `--rows`, each row with its true hash; the snapshot that
a desk would have kept there; and after it `--tail` rows more, one fewer than it takes until the next snapshot: the most
that a start ever reads. Records and accounts are there; the message log and the trees of the proof are empty: nobody
waits for those. What is measured begins with the process and ends with the answer to an incident that is opened, by
the socket as consoles do it or by HTTP as programs do; beside it the processor's time that the server took until then,
which other work on the machine does not change much.

    .venv/bin/python -m benchmarks.restart [--rows 10000000] [--tail 9999] [--restarts 7] [--door socket|http]
"""

import argparse
import asyncio
import http.client
import itertools
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from benchmarks.desk_workloads import Workload, operations
from tests.two_servers import CITY, token_in
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.core.board import Board
from turnout.core.context import Context
from turnout.desk.chain import JournalRow, row_hash
from turnout.desk.desk import SNAPSHOT_EVERY_ROWS
from turnout.desk.head import Head, decide_onto, first_head
from turnout.desk.operations import Operations
from turnout.desk.ports import BoardSnapshot
from turnout.records.incidents import IncidentRecords
from turnout.words.identity import CommandId
from turnout.words.moment import Moment

INCIDENTS: Final = 200
BLOCK_ROWS: Final = 20_000
AT_ONCE: Final = 20_000
BATCH: Final = 200
DIGEST: Final = bytes(32)
PORT: Final = 18_977
PATIENCE_S: Final = 120.0
COLUMNS: Final = JournalRow.__struct_fields__

Door = Callable[[str, dict[str, Any]], bool]


def worked(workload: Workload, head: Head[Board]) -> Iterator[tuple[Head[Board], list[JournalRow]]]:
    """Rows by the real rules, and the board after them, without end."""
    work = workload.commands(0, 1) if head.seq else itertools.chain(workload.preparation, workload.commands(0, 1))
    for command in work:
        context = Context(at=now(), actor=workload.actor, command_id=CommandId(str(uuid.uuid4())), position="D1")
        step: Any = decide_onto(Operations(), head, command, context, DIGEST)
        if isinstance(step, tuple) and step.rows:
            head = step.head
            yield step.head, step.rows


def now() -> Moment:
    return Moment(time.time_ns() // 1_000_000)


def block(workload: Workload) -> tuple[Head[Board], list[JournalRow]]:
    rows: list[JournalRow] = []
    for head, more in worked(workload, first_head(Operations())):
        rows += more
        if len(rows) >= BLOCK_ROWS:
            return head, rows
    raise AssertionError("the work has no end")


def repeated(rows: Sequence[JournalRow], until: int) -> Iterator[JournalRow]:
    """`rows`, and what of them was no preparation again and again, as rows that follow on."""
    yield from rows
    last, ordinary = rows[-1], [row for row in rows if row.name != "catalogue-published"]
    mark, command = 0, ""
    for row in itertools.cycle(ordinary):
        if last.seq == until:
            return
        if row.command_id != command:
            command, mark = row.command_id, mark + 1
        follows = msgspec.structs.replace(
            row, seq=last.seq + 1, at=last.at, command_id=CommandId(f"{mark:032x}"), prev_hash=last.hash
        )
        last = msgspec.structs.replace(follows, hash=row_hash(follows))
        yield last


def write(file: Path, rows: Iterable[JournalRow]) -> JournalRow:
    """Into tables that the program has made; without its waiting for the disk."""
    last: JournalRow | None = None
    marks = ",".join("?" * len(COLUMNS))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        begun = time.monotonic()
        for some in itertools.batched(rows, AT_ONCE) if sys.version_info >= (3, 12) else _batched(rows, AT_ONCE):
            connection.execute("BEGIN")
            connection.executemany(
                f"INSERT INTO journal ({','.join(COLUMNS)}) VALUES ({marks})",
                (tuple(getattr(row, name) for name in COLUMNS) for row in some),
            )
            commands: dict[str, tuple[Any, ...]] = {}
            for row in some:
                first = commands.get(row.command_id, (None, row.seq))[1]
                commands[row.command_id] = (row.command_id, first, row.seq, row.at, row.command_digest)
            connection.executemany("INSERT OR REPLACE INTO command VALUES (?,?,?,?,?)", commands.values())
            connection.execute("COMMIT")
            last = some[-1]
            if last.seq % 1_000_000 < AT_ONCE:
                print(f"  {last.seq:,} rows, {time.monotonic() - begun:.0f} s", flush=True)
    assert last is not None
    return last


def _batched(rows: Iterable[JournalRow], size: int) -> Iterator[tuple[JournalRow, ...]]:
    rest = iter(rows)
    while some := tuple(itertools.islice(rest, size)):
        yield some


async def make(data: Path, rows: int, tail: int) -> str:
    """A city's data folder, and a program's token for it."""
    token = token_in(data)
    folder = data / CITY
    workload = operations(INCIDENTS)
    head, first = block(workload)
    journal = SqliteJournal(folder / "journal.sqlite", Operations.stream)
    epoch = await journal.claim()
    last = await asyncio.to_thread(write, folder / "journal.sqlite", repeated(first, rows))
    board = msgspec.structs.replace(head.board, seq=last.seq)
    snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
    body = Operations().encode_board(board)
    await snapshots.keep(BoardSnapshot(last.seq, last.hash, Operations.board_shape, body))
    await snapshots.close()
    await _add_tail(journal, epoch, workload, Head(board, last.seq, last.at, last.hash), tail)
    seq = (await journal.last()).seq
    await journal.close()
    IncidentRecords(folder / "records.sqlite", may_set_aside=True).close()
    with closing(sqlite3.connect(folder / "records.sqlite")) as records, records:
        records.execute("UPDATE progress SET seq = ?", (seq,))
    sizes = {path.name: path.stat().st_size / 2**20 for path in folder.glob("*.sqlite")}
    print(f"  {seq:,} rows; MiB: {', '.join(f'{name} {size:,.0f}' for name, size in sorted(sizes.items()))}")
    print(f"  snapshot {len(body) / 2**20:.1f} MiB, {len(board.incidents)} incidents, {len(board.units)} units")
    return token


async def _add_tail(journal: SqliteJournal, epoch: int, workload: Workload, head: Head[Board], tail: int) -> None:
    begun, waiting = head.seq, list[JournalRow]()
    for _, rows in worked(workload, head):
        if rows[-1].seq > begun + tail:
            break
        waiting += rows
        if len(waiting) >= BATCH:
            await journal.append(waiting, waiting[0].seq - 1, epoch)
            waiting = []
    if waiting:
        await journal.append(waiting, waiting[0].seq - 1, epoch)


def processor_s(pid: int) -> float:
    """Of one process until now, its own and the system's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def restart(data: Path, token: str, door: Door) -> tuple[float, float]:
    """Seconds from the process to the first acknowledged command, and the processor's until then; then it is killed."""
    begun = time.perf_counter()
    words = ("serve", "--no-simulation", "--port", str(PORT), "--data", str(data), "--reserve-mib", "0")
    server = subprocess.Popen(
        [sys.executable, "-m", "turnout.main", *words], stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": "."}
    )
    command = {"do": "open-incident", "incident_id": str(uuid.uuid4()), "type": "MED", "location": ADDRESS}
    asked = {"id": str(uuid.uuid4()), "command": command}
    while not door(token, asked):
        assert server.poll() is None, "the server ended"
        assert time.perf_counter() - begun < PATIENCE_S, "the server did not start"
        time.sleep(0.005)
    done, worked_s = time.perf_counter() - begun, processor_s(server.pid)
    server.send_signal(signal.SIGKILL)
    server.wait()
    return done, worked_s


def by_http(token: str, asked: dict[str, Any]) -> bool:
    """As a program asks: whether it was acknowledged."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)) as line:
            words = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            line.request("POST", "/api/v1/commands", msgspec.json.encode(asked), words)
            answer = line.getresponse()
            said = answer.read()
    except OSError:
        return False
    assert answer.status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE), said
    return answer.status == HTTPStatus.OK


def by_socket(token: str, asked: dict[str, Any]) -> bool:
    """As a console does that comes back and has lost its board: it takes the board, and asks at once."""
    try:
        with connect(f"ws://127.0.0.1:{PORT}/socket", open_timeout=PATIENCE_S, max_size=None) as line:
            line.send(msgspec.json.encode({"type": "hello", "protocol": 1, "token": token}).decode())
            line.send(msgspec.json.encode({"type": "command", **asked}).decode())
            while True:
                frame = msgspec.json.decode(line.recv(timeout=PATIENCE_S))
                if frame["type"] == "answer" and frame["id"] == asked["id"]:
                    return bool(frame["ok"])
    except (OSError, WebSocketException):
        return False


DOORS: Final[dict[str, Door]] = {"socket": by_socket, "http": by_http}
ADDRESS: Final = {"text": "City Hall", "kind": "coordinate", "place": {"lat": 37.7793, "lon": -122.4193}}


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=10_000_000)
    words.add_argument("--tail", type=int, default=SNAPSHOT_EVERY_ROWS - 1)
    words.add_argument("--restarts", type=int, default=7)
    words.add_argument("--door", choices=tuple(DOORS), default="socket", help="a console's, or a program's")
    words.add_argument("--data", type=Path, help="keep the folder, and use it again if it is there")
    asked = words.parse_args()
    data = asked.data or Path(tempfile.mkdtemp(prefix="turnout-restart-")) / "data"
    kept = data.parent / f"{data.name}.token"
    if not kept.is_file():
        kept.write_text(asyncio.run(make(data, asked.rows, asked.tail)), encoding="utf-8")
    made = data / CITY / "snapshots.sqlite"
    shutil.copy(made, made.with_suffix(".made"))
    token, door = kept.read_text(encoding="utf-8"), DOORS[asked.door]
    restart(data, token, door)  # the first after making: files are read from the disk
    found = []
    for _ in range(asked.restarts):
        shutil.copy(made.with_suffix(".made"), made)  # else a start would find the snapshot that the last one has kept
        for log in (made.with_name(f"{made.name}-wal"), made.with_name(f"{made.name}-shm")):
            log.unlink(missing_ok=True)
        found.append(restart(data, token, door))
    for name, seconds in (("acknowledged", [one[0] for one in found]), ("processor", [one[1] for one in found])):
        print(f"  {name}: {', '.join(f'{each:.2f}' for each in seconds)} s; p50 {statistics.median(seconds):.2f}")
    if asked.data is None:
        shutil.rmtree(data.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
