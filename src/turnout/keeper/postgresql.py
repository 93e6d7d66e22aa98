"""The PostgreSQL beside a keeper: started as the keeper's child, asked how it stands, ended, promoted, made anew.

`setpriv --pdeathsig` lets it end with its keeper: nobody else would renew its lease. As root, its programs run as the
owner of the folder above its data.
"""

import asyncio
import logging
import os
import pwd
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import asyncpg

from turnout.keeper.rules import Standing
from turnout.keeper.site import Site
from turnout.words.trouble import Malformed
from turnout.words.voters import VOTERS_SETTING

log = logging.getLogger(__name__)

PLACES: Final = "usr/lib/postgresql/*/bin"
SETTINGS: Final = "turnout.keeper.conf"
FAST_END_S: Final = 0.3
"""An immediate shutdown that is not done by then is made one by SIGKILL: the process may be frozen."""

CLEAN_END_S: Final = 20.0
COPY_S: Final = 3600.0
CHECKPOINT_S: Final = 60.0
ASK_S: Final = 0.7

STATE: Final = """
SELECT pg_is_in_recovery(),
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_flush_lsn() END::text,
  (SELECT flush_lsn::text FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming' LIMIT 1),
  (SELECT count(*) > 0 FROM pg_stat_wal_receiver WHERE status = 'streaming')
"""


def lsn(text: str | None) -> int:
    """A place in PostgreSQL's log as a number of bytes; 0: none."""
    high, _, low = (text or "0/0").partition("/")
    return int(high, 16) << 32 | int(low, 16)


def find_programs() -> Path:
    """The folder of `postgres` and its like: the one in PATH, else the newest of Debian's. Raises `Malformed`."""
    if (found := shutil.which("postgres")) is not None:
        return Path(os.path.realpath(found)).parent
    places = sorted(Path("/").glob(PLACES), key=lambda place: int(place.parent.name))
    if not places:
        raise Malformed("no PostgreSQL", where="this machine", cure="install the package postgresql")
    return places[-1]


class State:
    """What PostgreSQL said last. Places in its log are bytes."""

    def __init__(self, row: Any) -> None:
        self.in_recovery: bool = row[0]
        self.written, self.confirmed = lsn(row[1]), lsn(row[2])
        self.has_standby: bool = row[2] is not None
        self.receives: bool = row[3]


class Postgresql:
    """One data folder. Methods that start or copy raise `OSError` with what the program said."""

    def __init__(self, site: Site, me: str, data: Path) -> None:
        self._site, self._me, self.data = site, me, data
        self._other = site.other_postgres(me)
        self._address = self._node(me)
        self._programs = find_programs()
        self._owner = pwd.getpwuid(data.parent.stat().st_uid).pw_name if os.getuid() == 0 else None
        self._process: asyncio.subprocess.Process | None = None
        self._connection: Any = None
        self._asking = asyncio.Lock()
        self.names_set = True
        self._voters_heard: list[str] = []

    def _node(self, name: str) -> Any:
        return self._site.nodes[name].postgres

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def ask(self) -> State | None:
        """How it stands; None: no answer within `ASK_S`. The watch and an act may ask at once: one waits."""
        async with self._asking:
            try:
                async with asyncio.timeout(ASK_S):
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await self._connected(str(self.data.parent), self._address.port)
                    return State(await self._connection.fetchrow(STATE, self._other.name))
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                self._hang_up()
                return None

    async def checkpoint(self) -> None:
        """Returns when the checkpointer has taken every setting that was given before. Raises OSError."""
        await self._checkpoint(str(self.data.parent), self._address.port)

    async def _checkpoint(self, host: str, port: int) -> None:
        try:
            connection = await self._connected(host, port)
            try:
                if await connection.fetchval("SELECT pg_is_in_recovery()"):
                    raise OSError(f"{host} is no primary yet")
                await connection.execute("CHECKPOINT")
            finally:
                connection.terminate()
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise OSError(str(error)) from error

    async def _connected(self, host: str, port: int) -> Any:
        user = self._site.user
        return await asyncpg.connect(
            host=host, port=port, user=user, database="postgres", timeout=ASK_S, command_timeout=CHECKPOINT_S
        )

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def name_standby(self, wanted: bool) -> None:
        """Let commits wait for the other machine, or not; PostgreSQL takes it as soon as it reads its settings."""
        names = f"ANY 1 ({self._other.name})" if wanted else ""
        path, fresh = self.data / SETTINGS, self.data / f"{SETTINGS}.fresh"
        settings = [*self._settings(), ("synchronous_standby_names", names)]
        fresh.write_text("".join(f"{name} = '{value}'\n" for name, value in settings), encoding="utf-8")
        if self._owner is not None:
            shutil.chown(fresh, self._owner)
        os.replace(fresh, path)  # half a file would be read as: nobody to wait for
        self.names_set = wanted
        self._reload()

    def tell_voters(self, heard: list[str]) -> None:
        """Let whoever asks PostgreSQL know which voters its keeper hears."""
        if heard != self._voters_heard:
            self._voters_heard = heard
            self.name_standby(self.names_set)

    def _reload(self) -> None:
        if self.is_running and self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    async def start(self, as_standby: bool) -> None:
        """Commits wait for the other machine until the register has said otherwise."""
        self._include_settings()
        self.name_standby(True)
        mark = self.data / "standby.signal"
        if as_standby:
            mark.touch()
            if self._owner is not None:
                shutil.chown(mark, self._owner)
        else:
            mark.unlink(missing_ok=True)
        _end_stranger(self.data)
        program = [shutil.which("setpriv") or "setpriv", "--pdeathsig", "QUIT", str(self._programs / "postgres")]
        with (self.data.parent / "postgresql.log").open("ab") as file:
            self._process = await asyncio.create_subprocess_exec(
                *program, "-D", str(self.data), user=self._owner, cwd="/", stdout=file, stderr=file
            )

    def _settings(self) -> list[tuple[str, object]]:
        """In a file and not as arguments: what `pg_rewind` starts must know them, too."""
        own, there = self._address, self._node(self._other.name)
        reach = f"host={there.host} port={there.port} user={self._site.user} application_name={self._me}"
        return [
            ("listen_addresses", own.host),
            ("port", own.port),
            ("unix_socket_directories", self.data.parent),
            ("primary_conninfo", f"{reach} connect_timeout=2"),
            ("wal_level", "replica"),
            ("wal_log_hints", "on"),
            ("wal_keep_size", "1GB"),
            ("max_wal_senders", 10),
            ("hot_standby", "on"),
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("restart_after_crash", "off"),
            ("wal_receiver_status_interval", "1s"),
            ("wal_retrieve_retry_interval", "200ms"),
            ("wal_receiver_timeout", "3s"),
            ("wal_sender_timeout", "3s"),
            (VOTERS_SETTING, " ".join(self._voters_heard)),
        ]

    def _include_settings(self) -> None:
        """The last word in PostgreSQL's own file: include ours."""
        path, line = self.data / "postgresql.conf", f"include_if_exists = '{SETTINGS}'\n"
        if line not in path.read_text(encoding="utf-8"):
            with path.open("a", encoding="utf-8") as file:
                file.write(line)

    async def end_at_once(self) -> None:
        """Nothing is written by it any more when this returns. A frozen one ends as well."""
        self._hang_up()
        process = self._process
        if process is None or process.returncode is not None:
            return
        processes = [process.pid, *_children(process.pid)]
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGQUIT)
        try:
            async with asyncio.timeout(FAST_END_S):
                await process.wait()
        except TimeoutError:
            for pid in processes:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await process.wait()

    async def end_cleanly(self) -> None:
        """With a last checkpoint that the standby receives as well. Raises TimeoutError after `CLEAN_END_S`."""
        self._hang_up()
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGINT)
            async with asyncio.timeout(CLEAN_END_S):
                await self._process.wait()

    async def promote(self) -> None:
        await self._run("pg_ctl", "promote", "-D", str(self.data), "-W")

    @property
    def was_primary(self) -> bool:
        return self.data.exists() and not (self.data / "standby.signal").exists()

    async def follow(self, anew: bool) -> None:
        """Make the folder one that can stream from the other machine: as it is, wound back, or copied `anew`.

        Only what was primary itself is wound back in place. A standby may be the only one that has what was
        acknowledged: its folder stays until the copy is whole.
        """
        if not self.data.exists() or anew:
            await self._copy()
        elif self.was_primary:
            await self._settle_source()
            try:
                await self._wind_back()
            except OSError as trouble:
                log.warning("the old primary cannot be wound back and is copied anew: %s", trouble)
                await self._copy()

    async def _settle_source(self) -> None:
        """`pg_rewind` sees a new timeline only after the new primary's checkpoint. Raises OSError until it is one."""
        there = self._node(self._other.name)
        await self._checkpoint(there.host, there.port)

    async def _wind_back(self) -> None:
        there = self._node(self._other.name)
        source = f"host={there.host} port={there.port} user={self._site.user} dbname=postgres connect_timeout=2"
        _end_stranger(self.data)
        await self._run("pg_rewind", "-D", str(self.data), f"--source-server={source}")

    async def _copy(self) -> None:
        there, fresh = self._node(self._other.name), self.data.with_name(self.data.name + ".fresh")
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        reach = f"host={there.host} port={there.port} user={self._site.user} connect_timeout=2"
        await self._run("pg_basebackup", "-D", str(fresh), "-d", reach, "-c", "fast", "-X", "stream")
        (fresh / "standby.signal").touch()
        if self._owner is not None:
            shutil.chown(fresh / "standby.signal", self._owner)
        old = self.data.with_name(self.data.name + ".old")
        await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)
        if self.data.exists():
            os.replace(self.data, old)
        os.replace(fresh, self.data)
        await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)

    async def _run(self, program: str, *words: str) -> None:
        """Raises OSError with what the program said."""
        process = await asyncio.create_subprocess_exec(
            str(self._programs / program),
            *words,
            user=self._owner,
            cwd="/",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(COPY_S):
                said, _ = await process.communicate()
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            raise
        if process.returncode != 0:
            raise OSError(f"{program}: {said.decode(errors='replace')[-500:]}")


def standing_of(postgresql: Postgresql, state: State | None, silent_s: float, most_s: float) -> Standing | None:
    """In the rules' words; None: not known yet, it has only just begun not to answer."""
    if not postgresql.is_running:
        return "down"
    if state is None:
        return "silent" if silent_s >= most_s else None
    return "standby" if state.in_recovery else "primary"


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _end_stranger(data: Path) -> None:
    """A PostgreSQL on this folder that is not our child: its keeper has died, and it is about to end."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if str(data).encode() in command:
        for process in (pid, *_children(pid)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
