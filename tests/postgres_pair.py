"""A real PostgreSQL for the tests: a primary and a synchronous standby on this machine, started once, stopped at exit.

They listen on sockets in a folder of their own only. PostgreSQL does not run as root: as root, the servers are given to
the user that Debian's package makes, or to nobody.
"""

import asyncio
import atexit
import functools
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from turnout.adapters.storage.postgres.database import Database
from turnout.desk.operations import Operations

SERVERS = Operations.stream
PLACES = "/usr/lib/postgresql/*/bin"
START_S = 30

PRIMARY_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 100
shared_buffers = 128MB
wal_level = replica
max_wal_senders = 10
hot_standby = on
synchronous_standby_names = 'ANY 1 (two)'
synchronous_commit = on
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = 100
max_wal_size = 4GB
autovacuum_naptime = 10
log_min_messages = fatal
"""


def find_programs() -> Path:
    """The folder of initdb and its like: the newest installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(os.path.realpath(found)).parent
    places = sorted(Path("/").glob(PLACES.lstrip("/")), key=lambda place: int(place.parent.name))
    assert places, "no PostgreSQL on this machine; scripts/test installs it (package postgresql)"
    return places[-1]


def server_user() -> str | None:
    """Whom the servers belong to; None: whoever runs the tests."""
    if os.getuid() != 0:
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Server:
    """One data folder with its server. `folder` also holds the socket, where no other place is named for it."""

    def __init__(self, folder: Path, socket: Path | None = None) -> None:
        self.folder, self.data, self.socket = folder, folder / "data", socket or folder

    @classmethod
    def made(cls, folder: Path, settings: str, socket: Path | None = None) -> "Server":
        server = cls(folder, socket)
        folder.mkdir(mode=0o755)
        if (user := server_user()) is not None:
            shutil.chown(folder, user)
        server.run("initdb", "-D", str(server.data), "-U", "turnout", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(settings)
        return server

    def run(self, program: str, *words: str) -> None:
        """Raises with what the program said when it fails."""
        done = subprocess.run(
            [find_programs() / program, *words],
            user=server_user(),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"

    def start(self) -> None:
        words = ("-D", str(self.data), "-l", str(self.folder / "log"), "-t", str(START_S), "-w")
        self.run("pg_ctl", *words, "-o", f"-k {self.socket}", "start")

    def stop(self, how: str = "immediate") -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        return f"postgresql://turnout@/{database}?host={self.socket}"


class Pair:
    """`primary` and its synchronous standby `standby`; everything that the tests do to them is undone again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.primary = Server.made(folder / "one", PRIMARY_SETTINGS)
        self.primary.start()
        self.standby = self._copied()
        self.standby.start()
        self._names = itertools.count(1)

    def _copied(self) -> Server:
        standby = Server(self.folder / "two")
        standby.folder.mkdir(mode=0o755)
        if (user := server_user()) is not None:
            shutil.chown(standby.folder, user)
        reach = f"host={self.primary.folder} user=turnout application_name=two"
        self.primary.run("pg_basebackup", "-D", str(standby.data), "-d", reach, "-R", "-c", "fast", "--no-sync")
        return standby

    def new_database(self) -> Database:
        """An empty place for a city's book."""
        return Database(self.primary.url("postgres"), f"t{next(self._names)}")

    async def ask(self, sql: str) -> Any:
        """The first value of what the primary answers."""
        connection = await asyncpg.connect(self.primary.url("postgres"))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    @contextmanager
    def frozen_standby(self) -> Iterator[None]:
        """The standby's processes stand still: it neither answers nor goes away."""
        processes = [self.standby.pid, *_children(self.standby.pid)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    async def until_waiting(self, name: str) -> int:
        """The process on the primary of the connection called `turnout {name}`, once it waits for the standby."""
        sql = (
            f"SELECT pid FROM pg_stat_activity WHERE application_name = 'turnout {name}' AND wait_event = 'SyncRep'"
            " ORDER BY query_start DESC LIMIT 1"
        )
        return int(await until(lambda: self.ask(sql)))

    def stop(self) -> None:
        self.standby.stop()
        self.primary.stop()
        shutil.rmtree(self.folder)


async def until(found: Callable[[], Awaitable[Any]], within_s: float = 10) -> Any:
    """What `found` gives, as soon as it is something."""
    async with asyncio.timeout(within_s):
        while not (answer := await found()):
            await asyncio.sleep(0.02)
        return answer


def _children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in text.split()]


@functools.cache
def the_pair() -> Pair:
    folder = Path(tempfile.mkdtemp(prefix="turnout-pg-", dir="/tmp"))
    folder.chmod(0o755)
    pair = Pair(folder)
    atexit.register(pair.stop)
    return pair


@asynccontextmanager
async def connected(database: Database) -> AsyncIterator[Any]:
    """With the tools of somebody who may do anything."""
    connection = await asyncpg.connect(database.url, server_settings={"search_path": database.schema})
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def for_servers() -> Iterator[Database]:
    """The schema that servers use, empty before and after: only one test at a time can have it."""
    database = Database(the_pair().primary.url("postgres"), SERVERS)
    asyncio.run(_emptied(database))
    try:
        yield database
    finally:
        asyncio.run(_emptied(database))


async def _emptied(database: Database) -> None:
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {database.schema} CASCADE")
