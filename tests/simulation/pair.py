"""A PostgreSQL primary with its synchronous standby, as far as journal and lease can tell, behind asyncpg's methods.

What it does is what PostgreSQL documents: a commit is flushed, waits for the standby, and only then can be seen; its
row locks are held until then. A wait that is broken off ends in success with a WARNING. After a crash of the primary
everything flushed can be seen, confirmed or not; after its loss the standby has what it was sent. A statement that
waited for a row looks at that row again, and at nothing else. The statements are read as they are: take a condition
out of the fence, and it is not held here either.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final, NamedTuple

import asyncpg

from tests.simulation import pair_vault
from tests.simulation.loop import VirtualLoop, running_process
from turnout.adapters.storage.postgres import journal as journal_module
from turnout.adapters.storage.postgres import lease as lease_module
from turnout.adapters.storage.rows import COLUMNS

Row = tuple[Any, ...]
SEQ, AT, HASH = COLUMNS.index("seq"), COLUMNS.index("at"), COLUMNS.index("hash")

NETWORK_S: Final = (0.0002, 0.004)
LAG_S: Final = (0.0005, 0.02)


class Tables:
    """What can be seen of the tables on one machine."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.commands: dict[str, Row] = {}
        self.epoch = self.turn = 0
        self.lease = (0, "", 0)
        self.vault = pair_vault.VaultTables()


Change = Callable[[Tables], None]


class Waits(NamedTuple):
    upto: int
    ended: "asyncio.Future[str]"


class Machine:
    """One life of a primary: what it has flushed, what can be seen of it, who waits."""

    def __init__(self, flushed: list[Change]) -> None:
        self.flushed = list(flushed)
        self.tables = Tables()
        for change in flushed:
            change(self.tables)
        self.waits: list[Waits] = []
        self.locks = {"writer": asyncio.Lock(), "lease": asyncio.Lock()}
        self.vault_locks: dict[str, Connection] = {}
        """Who writes the key of an owner."""
        self.lives = True


class Weather:
    """How likely what goes wrong with one statement. All zero: calm."""

    def __init__(self) -> None:
        self.lost_request = self.lost_answer = self.late_request = self.refused = self.slow = 0.0


class Pair:
    """`connect` stands for `asyncpg.connect`. `reached(kind)` is told of every fault that came to pass."""

    def __init__(self, loop: VirtualLoop, rng: random.Random, reached: Callable[[str], None]) -> None:
        self.loop, self._rng, self.reached = loop, rng, reached
        self.weather = Weather()
        self.cut_off: set[str] = set()
        """Names of processes between which and the database nothing passes."""
        self._machine: Machine | None = Machine([])
        self._standby_has = 0
        self._standby_away_until_s = 0.0
        self._connections: list[Connection] = []

    @property
    def primary(self) -> Machine:
        assert self._machine is not None
        return self._machine

    @property
    def is_up(self) -> bool:
        return self._machine is not None

    @property
    def unconfirmed(self) -> int:
        """Changes that are on the primary only."""
        return len(self._machine.flushed) - self._standby_has if self._machine is not None else 0

    def between(self, bounds: tuple[float, float]) -> float:
        return self._rng.uniform(*bounds)

    def happens(self, kind: str, share: float) -> bool:
        if self._rng.random() >= share:
            return False
        self.reached(kind)
        return True

    async def connect(self, *_: Any, timeout: float, **__: Any) -> "Connection":
        process = running_process()
        name = process.name if process is not None else ""
        if name in self.cut_off:
            await asyncio.sleep(timeout)
            raise TimeoutError
        await asyncio.sleep(self.between(NETWORK_S))
        if self._machine is None:
            raise ConnectionRefusedError("no primary")
        connection = Connection(self, self._machine, name)
        self._connections = [one for one in self._connections if not one.is_closed()]
        self._connections.append(connection)
        return connection

    # What may befall the machines.

    def lose_standby(self, for_s: float) -> None:
        """It is away, and catches up when it is back."""
        self._standby_away_until_s = max(self._standby_away_until_s, self.loop.world_s + for_s)

    def break_waits(self) -> int:
        """Somebody cancels the backends that wait for the standby."""
        waits = [one for one in self.primary.waits if not one.ended.done()] if self._machine is not None else []
        for one in waits:
            one.ended.set_result("cancelled")
        return len(waits)

    def crash_primary(self, for_s: float) -> None:
        """It comes back with everything that it had flushed."""
        if (flushed := self._stop_primary()) is not None:
            self.loop.in_the_world(for_s, self._start, flushed)

    def lose_primary(self, for_s: float) -> None:
        """The standby becomes the primary; it has what it was sent. Another standby comes a little later."""
        if (flushed := self._stop_primary()) is not None:
            self.loop.in_the_world(for_s, self._start, flushed[: self._standby_has])

    def _stop_primary(self) -> list[Change] | None:
        machine, self._machine = self._machine, None
        if machine is None:
            return None
        machine.lives = False
        says_so = self._rng.random() < 0.7
        for connection in self._connections:
            if says_so:  # else the machine is just gone, and whoever asked waits for an answer in vain
                self.loop.in_the_world(self.between(NETWORK_S), connection.break_off)
        return machine.flushed

    def _start(self, flushed: list[Change]) -> None:
        self._machine = Machine(flushed)
        self._ship(self._machine)

    def _ship(self, machine: Machine) -> None:
        lag_s = max(0.0, self._standby_away_until_s - self.loop.world_s) + self.between(LAG_S)
        self.loop.in_the_world(lag_s, self._received, machine, len(machine.flushed))

    def _received(self, machine: Machine, upto: int) -> None:
        if machine is not self._machine:
            return
        if self.loop.world_s < self._standby_away_until_s:
            self._ship(machine)
            return
        self._standby_has = max(self._standby_has, upto)
        for one in machine.waits:
            if one.upto <= self._standby_has and not one.ended.done():
                one.ended.set_result("confirmed")
        machine.waits = [one for one in machine.waits if not one.ended.done()]

    async def commit(self, connection: "Connection", change: Change) -> None:
        """Flush, wait for the standby as the connection is set to, be seen."""
        machine = connection.machine
        machine.flushed.append(change)
        upto = len(machine.flushed)
        self._ship(machine)
        if connection.waits_for_standby and upto > self._standby_has:
            ended = self.loop.create_future()
            machine.waits.append(Waits(upto, ended))
            if await ended == "cancelled":
                connection.warn()
        if machine.lives:
            change(machine.tables)


class Connection:
    """What `turnout.adapters.storage.postgres` uses of asyncpg's connection."""

    def __init__(self, pair: Pair, machine: Machine, process: str) -> None:
        self.pair, self.machine, self.process = pair, machine, process
        self.waits_for_standby = True
        self._listeners: list[Callable[..., None]] = []
        self._closed = False
        self._asking: asyncio.Future[Any] | None = None
        self._warnings: list[Any] = []
        self.transaction_open: pair_vault.Transaction | None = None

    def transaction(self) -> pair_vault.Block:
        return pair_vault.Block(self)

    def add_log_listener(self, listener: Callable[..., None]) -> None:
        self._listeners.append(listener)

    def is_closed(self) -> bool:
        return self._closed

    def terminate(self) -> None:
        self._closed = True

    def warn(self) -> None:
        self._warnings.append(asyncpg.PostgresWarning("canceling wait for synchronous replication due to user request"))

    def break_off(self) -> None:
        self._closed = True
        if self._asking is not None and not self._asking.done():
            self._asking.set_exception(asyncpg.ConnectionDoesNotExistError("connection was closed"))

    async def fetch(self, sql: str, *given: Any) -> list[Row]:
        return list(await self._ask(sql, given))

    async def fetchrow(self, sql: str, *given: Any) -> Row | None:
        found = await self._ask(sql, given)
        return found[0] if found else None

    async def fetchval(self, sql: str, *given: Any) -> Any:
        row = await self.fetchrow(sql, *given)
        return row[0] if row is not None else None

    async def execute(self, sql: str, *given: Any) -> str:
        await self._ask(sql, given)
        return ""

    async def _ask(self, sql: str, given: Row) -> list[Row]:
        if self._closed:
            raise asyncpg.InterfaceError("the connection is closed")
        if sql.startswith(("SET ", "SELECT current_setting")):
            return self._set(sql)
        pair = self.pair
        self._asking = pair.loop.create_future()
        weather, delay_s = pair.weather, pair.between(NETWORK_S)
        if self.process in pair.cut_off or pair.happens("a request is lost", weather.lost_request):
            if self.process not in pair.cut_off and pair.between((0, 1)) < 0.5:
                pair.loop.in_the_world(delay_s, self.break_off)
            return list(await self._asking)
        if pair.happens("a request is slow", weather.slow):
            delay_s = pair.between((0.1, 1.5))
        elif pair.happens("a request arrives late", weather.late_request):
            delay_s = pair.between((3.0, 8.0))
        pair.loop.in_the_world(delay_s, self._arrive, sql, given, self._asking)
        return list(await self._asking)

    def _set(self, sql: str) -> list[Row]:
        if sql.startswith("SET synchronous_commit"):
            self.waits_for_standby = not sql.endswith(("local", "off"))
        return [(170_000, "on", "on")]

    def _arrive(self, sql: str, given: Row, asking: "asyncio.Future[Any]") -> None:
        self.pair.loop.create_task(self._serve(sql, given, asking))

    async def _serve(self, sql: str, given: Row, asking: "asyncio.Future[Any]") -> None:
        """On the database's side: whoever asked may be gone meanwhile."""
        pair = self.pair
        if not self.machine.lives:
            return
        answer: list[Row] | Exception
        if pair.happens("a statement is refused", pair.weather.refused):
            refusals = (asyncpg.DiskFullError, asyncpg.ReadOnlySQLTransactionError, asyncpg.QueryCanceledError)
            answer = refusals[int(pair.between((0, 2.99)))]("refused by the simulation")
        else:
            try:
                answer = await done(self, sql, given)
            except asyncpg.PostgresError as error:
                answer = error
        if not self.machine.lives:
            return
        if pair.happens("an answer is lost", pair.weather.lost_answer):
            pair.loop.in_the_world(pair.between(NETWORK_S), self.break_off)
        elif self.process not in pair.cut_off:
            pair.loop.in_the_world(pair.between(NETWORK_S), self._answer, asking, answer)

    def _answer(self, asking: "asyncio.Future[Any]", answer: list[Row] | Exception) -> None:
        if self._closed or asking.done():
            return
        for warning in self._warnings:
            for listener in self._listeners:
                listener(self, _Notice(str(warning)))
        self._warnings.clear()
        if isinstance(answer, Exception):
            asking.set_exception(answer)
        else:
            asking.set_result(answer)


class _Notice(NamedTuple):
    message: str
    severity_en: str = "WARNING"
    sqlstate: str = "01000"


async def done(connection: Connection, sql: str, given: Row) -> list[Row]:
    """One statement: its rows. Raises what PostgreSQL would."""
    if pair_vault.is_of_the_vault(sql):
        return await pair_vault.done(connection, sql, given)
    tables = connection.machine.tables
    if sql.startswith("\nWITH fence"):
        return await _append(connection, sql, given)
    if sql == lease_module.TAKE:
        return await _take(connection, given)
    if sql == journal_module.NEXT_TURN:
        return await _next_turn(connection, given)
    if sql in (lease_module.RENEW, lease_module.RELEASE):
        return await _beat(connection, given, "" if sql == lease_module.RELEASE else given[1])
    if sql == lease_module.LOOK:
        return [(*tables.lease, connection.machine.locks["lease"].locked())]
    if sql == lease_module.COPY:
        return [tables.lease]
    if sql.startswith("SELECT seq, at, hash"):
        return [(row[SEQ], row[AT], row[HASH]) for row in tables.rows[-1:]]
    if sql.startswith("SELECT command_id"):
        return [tables.commands[one] for one in given[0] if one in tables.commands]
    if sql.startswith("SELECT epoch, (SELECT coalesce"):
        return [(tables.epoch, len(tables.rows))]
    assert sql.endswith("FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2"), sql
    return tables.rows[given[0] : given[0] + given[1]]


async def _append(connection: Connection, sql: str, given: Row) -> list[Row]:
    machine = connection.machine
    epoch, turn, expected = given[:3]
    ended_at = len(machine.tables.rows)  # a subquery is not looked at again after waiting for the row
    async with AsyncExitStack() as stack:
        if "FOR NO KEY UPDATE" in sql:
            await stack.enter_async_context(machine.locks["writer"])
        holds = (
            ("epoch = $1" not in sql or machine.tables.epoch == epoch)
            and ("turn = $2" not in sql or machine.tables.turn == turn)
            and ("= $3" not in sql or ended_at == expected)
        )
        if not holds or not machine.lives:
            return []
        rows, commands = list(zip(*given[3:17], strict=True)), list(zip(*given[17:], strict=True))
        if any(row[SEQ] <= len(machine.tables.rows) for row in rows):
            taken = asyncpg.UniqueViolationError("duplicate key")
            taken.constraint_name = "journal_pkey"
            raise taken
        if any(row[0] in machine.tables.commands for row in commands):
            raise asyncpg.UniqueViolationError("a command twice")

        def change(tables: Tables) -> None:
            tables.rows.extend(rows)
            tables.commands.update((row[0], row) for row in commands)

        await connection.pair.commit(connection, change)
    return [(epoch,)]


async def _take(connection: Connection, given: Row) -> list[Row]:
    machine = connection.machine
    holder, epoch, beat = given
    taken = machine.tables.epoch + 1
    async with machine.locks["lease"], machine.locks["writer"]:
        held = machine.tables.lease
        if (held[0], held[2]) != (epoch, beat) or not machine.lives:
            return []
        is_newer = machine.tables.epoch < taken

        def change(tables: Tables) -> None:
            tables.lease = (taken, holder, 0)
            if is_newer:
                tables.epoch, tables.turn = taken, 0

        await connection.pair.commit(connection, change)
    return [(taken,)] if is_newer else []


async def _next_turn(connection: Connection, given: Row) -> list[Row]:
    machine = connection.machine
    async with machine.locks["writer"]:
        if machine.tables.epoch != given[0] or not machine.lives:
            return []
        turn = machine.tables.turn + 1

        def change(tables: Tables) -> None:
            tables.turn = turn

        await connection.pair.commit(connection, change)
    return [(turn,)]


async def _beat(connection: Connection, given: Row, holder: str) -> list[Row]:
    machine = connection.machine
    async with machine.locks["lease"]:
        epoch, held_by, beat = machine.tables.lease
        if (epoch, held_by) != (given[0], given[1]) or not machine.lives:
            return []

        def change(tables: Tables) -> None:
            tables.lease = (epoch, holder, beat + 1)

        await connection.pair.commit(connection, change)
    return [(beat + 1,)]
