"""The watch: looks every few seconds, keeps the alarms, writes each into the log once when it begins and when it ends.

Off the way of every command: what must be waited for (a disk, a database) is asked by a probe in a task of its own,
and one that does not come back is itself the figure.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from turnout.desk.faults import Fault
from turnout.edge.alarms.judging import Key, Reading, Standing, judge_all
from turnout.edge.alarms.limits import Level, Limit, Unit
from turnout.edge.alarms.words import WORDS, means
from turnout.words.moment import Moment
from turnout.words.name import Name

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
"""Between two looks: a look costs well under a millisecond of the loop."""

PROBE_WAIT_S: Final = 10.0
"""A probe that is out for longer counts as what it is: late."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """`means`: what it is for whoever sees it; `cure`: what an operator does. `value` and `limit` are in `unit`."""

    key: str
    about: str
    level: Level
    since: Moment
    value: float
    limit: float
    unit: Unit
    means: Name
    cure: Name


Source = Callable[[], Iterable[Reading]]
"""Figures that are there at once."""


class Probe:
    """Figures that must be waited for. `late` says what it means that the answer has been out for so many seconds."""

    def __init__(
        self,
        take: Callable[[], Awaitable[Sequence[Reading]]],
        every_s: float,
        late: Callable[[float], Sequence[Reading]],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._take, self._every_s, self._late, self._monotonic_s = take, every_s, late, monotonic_s
        self._asked_s: float | None = None
        self._said: Sequence[Reading] = ()

    def __call__(self) -> Sequence[Reading]:
        out_s = self._monotonic_s() - self._asked_s if self._asked_s is not None else 0.0
        return self._late(out_s) if out_s > PROBE_WAIT_S else self._said

    async def run(self) -> None:
        """Until cancelled. Never two at once: a disk that hangs is not asked again and again."""
        while True:
            self._asked_s = self._monotonic_s()
            try:
                self._said = await self._take()
            except (OSError, Fault) as trouble:
                log.warning("a figure of the health page cannot be had: %s", trouble)
                self._said = ()
            self._asked_s = None
            await asyncio.sleep(self._every_s)


class Watch:
    def __init__(
        self,
        limits: Mapping[str, Limit],
        now: Callable[[], Moment],
        monotonic_s: Callable[[], float],
        name_of: Callable[[str, str], Name] = lambda key, about: Name(about, about),
    ) -> None:
        """`name_of` says what `about` of a reading is called for people."""
        self.limits = limits
        self._now, self._monotonic_s, self._name_of = now, monotonic_s, name_of
        self._sources: list[Source] = []
        self._probes: list[Probe] = []
        self._standings: dict[Key, Standing] = {}
        self._since: dict[Key, Moment] = {}
        self.alarms: tuple[Alarm, ...] = ()
        self.readings: dict[Key, float] = {}
        """The figures of the last look, for the health page."""

    def add(self, source: Source) -> None:
        self._sources.append(source)

    def add_probe(
        self,
        take: Callable[[], Awaitable[Sequence[Reading]]],
        every_s: float,
        late: Callable[[float], Sequence[Reading]] = lambda out_s: (),
    ) -> None:
        probe = Probe(take, every_s, late, self._monotonic_s)
        self._probes.append(probe)
        self.add(probe)

    async def run(self) -> None:
        """Until cancelled."""
        tasks = [asyncio.create_task(probe.run(), name="probe") for probe in self._probes]
        try:
            while True:
                self.look()
                await asyncio.sleep(EVERY_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> None:
        """Read everything, judge it, and say what has changed."""
        readings = [reading for source in self._sources for reading in source() if reading.key in self.limits]
        self.readings = {(reading.key, reading.about): reading.value for reading in readings}
        before, self._standings = (
            self._standings,
            judge_all(self.limits, self._standings, readings, self._monotonic_s()),
        )
        for key, standing in self._standings.items():
            was = before.get(key, Standing()).level
            if standing.level != was:
                self._note(key, standing, was)
        self.alarms = tuple(
            sorted(map(self._alarm, self._raised()), key=lambda one: (one.level != "severe", one.since))
        )

    def _raised(self) -> list[Key]:
        return [key for key, standing in self._standings.items() if standing.level is not None]

    def _note(self, key: Key, standing: Standing, was: Level | None) -> None:
        if standing.level is None:
            self._since.pop(key, None)
            log.warning("alarm over: %s", " ".join(filter(None, key)))
            return
        self._since.setdefault(key, self._now())
        alarm = self._alarm(key)
        level = logging.ERROR if alarm.level == "severe" else logging.WARNING
        log.log(level, "alarm (%s): %s %s", alarm.level, alarm.means.en, alarm.cure.en)

    def _alarm(self, key: Key) -> Alarm:
        standing, limit = self._standings[key], self.limits[key[0]]
        assert standing.level is not None
        most = limit.severe if standing.level == "severe" else limit.warn
        return Alarm(
            key=key[0],
            about=key[1],
            level=standing.level,
            since=self._since.get(key, self._now()),
            value=round(standing.value, 3),
            limit=most,
            unit=limit.unit,
            means=means(key[0], standing.value, most, limit.unit, self._name_of(*key)),
            cure=WORDS[key[0]].cure,
        )
