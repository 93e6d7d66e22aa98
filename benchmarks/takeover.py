"""How long a city is without a desk: kill -9 of the desk until the first acknowledged command at the standby.

    python -m benchmarks.takeover [--rounds 20] [--before 50]

Two whole servers (`turnout serve --database`) on a PostgreSQL with a synchronous standby, all on this machine. In each
round the desk acknowledges some commands and is killed; a client asks the other one without pause until it has its
acknowledgement, and the killed one is started again and stands by. In the end every acknowledged command must be in
the journal.
"""

import argparse
import asyncio
import shutil
import signal
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.desk_throughput import fdatasync_ms, percentile
from tests.postgres_pair import the_pair
from tests.two_servers import CITY, TurnoutServer, first_acknowledged, open_incident, token_in
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.desk.operations import Operations


async def rounds(folder: Path, count: int, before: int) -> tuple[list[float], dict[str, int], Database]:
    """(seconds without a desk, what was acknowledged: identity → sequence, where the journal is)."""
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    desk, standby = (TurnoutServer(database.url, folder / name) for name in ("one", "two"))
    token = token_in(folder / "one")
    taken: list[float] = []
    done: dict[str, int] = {}
    async with httpx.AsyncClient() as client:
        try:
            desk.start()
            await desk.until_desk(client)
            await open_incident(client, desk.url, token)
            (folder / "two" / CITY).mkdir(parents=True)
            shutil.copy(folder / "one" / CITY / "vault.site-key", folder / "two" / CITY)
            for number in range(count):
                standby.start()
                await standby.until_standing_by(client)
                for n in range(before):
                    name = f"{number}-{n}"
                    done[name] = (await first_acknowledged(client, desk.url, name, token))["seq_from"]
                start = time.perf_counter()
                desk.end(signal.SIGKILL)
                name = f"{number}-after"
                done[name] = (await first_acknowledged(client, standby.url, name, token))["seq_from"]
                taken.append(time.perf_counter() - start)
                print(f"round {number + 1}: {taken[-1]:.2f} s", flush=True)
                desk, standby = standby, desk
        finally:
            desk.end()
            standby.end()
    return taken, done, database


async def lost(database: Database, done: dict[str, int]) -> int:
    """How many acknowledged commands are not in the journal where they were said to be."""
    journal = PostgresJournal(database, Operations.stream)
    assert await journal.verify() is None
    where: dict[str, int] = {}
    async for page in journal.read(0):
        for row in page:
            where.setdefault(row.command_id, row.seq)
    await journal.close()
    return sum(where.get(name) != seq for name, seq in done.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument(
        "--before", type=int, default=50, help="commands that the desk acknowledges before it is killed"
    )
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="takeover-"))
    try:
        syncs = fdatasync_ms(folder)
        taken, done, database = asyncio.run(rounds(folder, given.rounds, given.before))
        missing = asyncio.run(lost(database, done))
    finally:
        shutil.rmtree(folder)
    print(f"fdatasync of a page: p50 {percentile(syncs, 0.5):.3f} ms, p99 {percentile(syncs, 0.99):.3f} ms")
    print(f"{len(taken)} takeovers: p50 {percentile(taken, 0.5):.2f} s   longest {max(taken):.2f} s")
    print(f"{len(done)} acknowledged, {missing} lost")


if __name__ == "__main__":
    main()
