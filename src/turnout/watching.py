"""Joining the watch: what is looked at in this server, which queues it has, and who asks the disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from turnout.adapters.clock import monotonic_s, wall_now
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.machine import disk_facts, machine_facts
from turnout.adapters.storage.reserve import Space
from turnout.edge.alarms.facts import DatabaseFacts
from turnout.edge.alarms.figures import (
    ClockFigures,
    DeskFigures,
    DiskFigures,
    backup_reading,
    database_readings,
    kept_readings,
    machine_readings,
    queue_readings,
    speed_readings,
)
from turnout.edge.alarms.judging import Reading
from turnout.edge.alarms.limits import read_limits
from turnout.edge.alarms.watch import Watch
from turnout.edge.edge import Edge
from turnout.edge.queues import queues_of
from turnout.edge.recording import Recorder
from turnout.recovery.backup import LAST_BACKUP, NO_BACKUP_YET
from turnout.words.moment import Moment
from turnout.words.name import Name

DISK_EVERY_S: Final = 5.0
"""How soon a disk that takes nothing any more is noticed, also in a quiet night. One small write with its sync."""

MACHINE_EVERY_S: Final = 30.0
DATABASE_EVERY_S: Final = 5.0


class Watching:
    """The watch of one desk and the thread that asks the disk: it may hang for as long as the disk does."""

    def __init__(
        self,
        edge: Edge,
        recorder: Recorder,
        accounts: Accounts,
        space: Space,
        folder: Path,
        limits: Path | None,
    ) -> None:
        self._edge, self._space, self._folder = edge, space, folder
        chosen = {key: limit for key, limit in read_limits(limits).items() if limit.for_demo or not edge.ground.demo}
        self.watch = Watch(chosen, edge.now, monotonic_s, self._name_of)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk probe")
        self._disk = DiskFigures(monotonic_s)
        for queue in queues_of(edge, recorder, accounts.hashing):
            edge.measures.watch_queue(queue)
        watch, measures = self.watch, edge.measures
        watch.add(lambda: speed_readings(measures))
        watch.add(lambda: queue_readings(measures))
        watch.add(DeskFigures(edge, monotonic_s))
        watch.add(ClockFigures(edge, wall_now, monotonic_s))
        watch.add(lambda: kept_readings(edge))
        watch.add(lambda: [Reading("records-behind", max(0, edge.counter.seq - recorder.seq))])
        watch.add_probe(self._asked_disk, DISK_EVERY_S, lambda out_s: [Reading("disk-probe", out_s * 1_000.0)])
        watch.add_probe(self._asked_machine, MACHINE_EVERY_S)
        edge.watch = watch

    def add_database(self, ask: Callable[[], Awaitable[DatabaseFacts]]) -> None:
        """Its standby and its keepers. A database that does not answer is seen by its lease and by the appends."""

        async def taken() -> Sequence[Reading]:
            return database_readings(await ask())

        self.watch.add_probe(taken, DATABASE_EVERY_S)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self.watch.run()
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _asked_disk(self) -> Sequence[Reading]:
        facts = await self._in_thread(disk_facts, self._folder)
        await self._in_thread(self._space.look)
        return [*self._disk.readings(facts), Reading("disk-reserve", float(self._space.has_given_up))]

    async def _asked_machine(self) -> Sequence[Reading]:
        facts, last = await self._in_thread(lambda: (machine_facts(), last_backup(self._folder)))
        return [*machine_readings(facts), *backup_reading(last, self._edge.now())]

    def _name_of(self, key: str, about: str) -> Name:
        if key == "queue":
            return next((one.name for one in self._edge.measures.queues() if one.key == about), Name(about, about))
        return REFUSED.get(about, Name(about, about))


REFUSED: Final = {
    "full": Name("it is full", "磁盘已满"),
    "read-only": Name("it is read-only", "磁盘只读"),
    "failed": Name("it reports errors", "磁盘报错"),
}


def last_backup(folder: Path) -> Moment | None:
    """When the last one was made; of a city without one, since when it has been without. None: it cannot be read."""
    with suppress(OSError):
        if not (folder / LAST_BACKUP).exists():
            (folder / NO_BACKUP_YET).touch(mode=0o600, exist_ok=True)
            return Moment((folder / NO_BACKUP_YET).stat().st_mtime_ns // 1_000_000)
        return Moment((folder / LAST_BACKUP).stat().st_mtime_ns // 1_000_000)
    return None
