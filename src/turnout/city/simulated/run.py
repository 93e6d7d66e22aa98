"""Run the simulated city against a product: its clock, its warm-up, and the carrying of deeds.

The warm-up plays the hour before the start quickly, with true times where the interface takes them, so that a page
opened a moment later shows a city in the middle of its day.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, assert_never
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import msgspec

from turnout.city.folder import load_city
from turnout.city.simulated.behaviour import read_behaviour
from turnout.city.simulated.crews import FIX_MOVING_S
from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Deed, Heard, Seen
from turnout.city.simulated.demand import Demand
from turnout.city.simulated.dispatchers import Habits
from turnout.city.simulated.link import UNREACHABLE, Link
from turnout.city.simulated.simulation import Choices, Parts, Simulation, Source
from turnout.city.simulated.week import read_week
from turnout.roads import Roads
from turnout.words.moment import SECOND_MS, Moment
from turnout.words.trouble import Unsupported

TICK_S: Final = 0.2
"""Wall time between two looks: below what a person sees as a delay, above what costs."""
WARM_UP_STEP_S: Final = 5.0
ROUNDS_MAX: Final = 8
"""In the warm-up a step is gone over until nobody has anything to do: call, place, incident, proposal, assignment."""
IN_FLIGHT_MAX: Final = 32
WAITING_MAX: Final = 4000
"""Deeds under way or waiting. Beyond it the simulation pauses until the product has caught up."""
RUNNING_ENOUGH: Final = 8
"""With so many incidents open already, the city is warm: an earlier simulation is taken up again."""
FIX_HOP_S: Final = 14.0
"""At most so many simulated seconds between two fixes: at 25 m/s still under the 400 m that are no jump."""
SPEED_MAX: Final = 60.0
PATIENCE_STRETCH_MAX: Final = 4.0
BOARD_S: Final = 5.0

log = logging.getLogger(__name__)


class Tally(msgspec.Struct):
    """What came of it so far."""

    sent: int = 0
    refused: dict[str, int] = {}
    fixes: int = 0
    fixes_refused: int = 0


def load_parts(folder: Path) -> Parts:
    """Open what a simulation needs of a city folder. Raises Unsupported where the city brings no week or behaviour."""
    city = load_city(folder)
    artefacts = city.artefacts
    if artefacts.roads is None or artefacts.behaviour is None or artefacts.week is None or artefacts.demand is None:
        raise Unsupported(
            "this city cannot be simulated", str(folder), "it needs roads.npz, behaviour.toml, week.csv.gz, demand.npz"
        )
    speeds = folder / "speeds.toml"
    roads = Roads.load(artefacts.roads, speeds if speeds.is_file() else None)
    # The fire department's week has calls from the airport, miles beyond the city and its road file.
    week = [call for call in read_week(artefacts.week) if city.boundary.contains(call.place)]
    return Parts(city, roads, read_behaviour(artefacts.behaviour), Demand(artefacts.demand), week)


async def run(
    url: str,
    token: str,
    folder: Path,
    *,
    speed: float = 1.0,
    seed: int = 0,
    source: Source = "week",
    load: float = 1.0,
    habits: Habits | None = None,
    warm_up_s: float = 3600.0,
    lasts_s: float | None = None,
    warm: asyncio.Event | None = None,
    trust: Path | None = None,
) -> Tally:
    """Simulate until cancelled, or for `lasts_s` of wall time.

    `speed`: simulated seconds per second (1 to 60). `load`: how many cities' worth of calls. `warm` is set once the
    warm-up is over. The token needs the scopes calls, dispatch, field:*, avl and read.
    `trust`: the server's own certificate, where no issuer vouches for it.
    """
    parts = await asyncio.to_thread(load_parts, folder)
    speed = min(max(speed, 0.1), SPEED_MAX)
    fix_every_s = min(FIX_HOP_S, max(FIX_MOVING_S, speed))
    choices = Choices(seed, source, load, _at_speed(habits or Habits(), speed), fix_every_s, dead_spots=speed <= 2.0)
    async with Link(url, token, trust) as link:
        while not await link.reached(0, within_s=BOARD_S):
            _go_on(link)
            log.warning("no board from %s yet", url)
        driver = Driver(link, parts, choices, speed)
        await driver.begin(warm_up_s / max(1.0, load))
        if warm is not None:
            warm.set()
        await driver.live(lasts_s)
        return driver.tally


def _at_speed(habits: Habits, speed: float) -> Habits:
    """A visitor lives in wall time: at many times life the colleagues leave him longer, though not the whole night."""
    return Habits(
        habits.leave_share,
        habits.patience_s * min(max(speed, 1.0), PATIENCE_STRETCH_MAX),
        habits.abandoned_s * max(speed, 1.0),
    )


class Driver:
    """Carries deeds of one simulation to one product."""

    def __init__(self, link: Link, parts: Parts, choices: Choices, speed: float) -> None:
        self._link, self._parts, self._choices, self._speed = link, parts, choices, speed
        self.tally = Tally()
        self._room = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[Heard] = []
        self._reached = 0
        self._started = Moment(0)
        self._simulation: Simulation | None = None

    @property
    def simulation(self) -> Simulation:
        assert self._simulation is not None, "begin() comes first"
        return self._simulation

    # Beginning. -------------------------------------------------------------------------------------------------------

    async def begin(self, warm_up_s: float) -> None:
        """Join the city as it is; where it is quiet, play the time before now."""
        self._started = _now()
        local = datetime.fromtimestamp(self._started / 1000, UTC).astimezone(
            ZoneInfo(self._parts.city.catalogue.time_zone)
        )
        offset = local.utcoffset()
        offset_min = int(offset.total_seconds() // 60) if offset is not None else 0
        shown = self._link.drain()
        open_now = sum(_is_open(row) for put, _ in shown for row in put.get("incidents", {}).values())
        begin_s = -warm_up_s if open_now < RUNNING_ENOUGH else 0.0
        self._simulation = Simulation(self._parts, self._choices, self._link.actor, self._started, offset_min, begin_s)
        self._simulation.found(await self._link.places())
        for put, drop in shown:
            self._simulation.changed(put, drop, begin_s)
        await self._carry_all(self._simulation.report_for_duty(), begin_s)
        now_s = begin_s
        while now_s < 0.0:
            now_s = min(0.0, now_s + WARM_UP_STEP_S)
            await self._warm_step(now_s)
        self._started = _now()
        log.info("warm: %d incidents open, %d commands sent", self._simulation.running(), self.tally.sent)

    async def _warm_step(self, now_s: float) -> None:
        for _ in range(ROUNDS_MAX):
            deeds = self._deeds(now_s)
            await self._carry_all([deed for deed in deeds if not isinstance(deed, Seen)], now_s)
            if not deeds and not self._answers:
                return

    async def _carry_all(self, deeds: list[Deed], now_s: float) -> None:
        """Carry these to the end, and wait until the board shows what came of them."""
        for deed in deeds:
            self._carry(deed, now_s)
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._link.reached(self._reached)

    # Living. ----------------------------------------------------------------------------------------------------------

    async def live(self, lasts_s: float | None) -> None:
        """Tick until cancelled or until the time is over."""
        origin = time.monotonic()
        self._report_all(0.0)
        while lasts_s is None or time.monotonic() - origin < lasts_s:
            _go_on(self._link)
            now_s = (time.monotonic() - origin) * self._speed
            seen: list[tuple[Seen, Moment]] = []
            for deed in self._deeds(now_s):
                if isinstance(deed, Seen):
                    seen.append((deed, self._moment(deed.at_s)))
                else:
                    self._carry(deed, now_s)
            if seen:
                self._start(self._report(seen))
            await asyncio.sleep(TICK_S)
            while len(self._tasks) > WAITING_MAX:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _report_all(self, now_s: float) -> None:
        """After the warm-up, everybody's place at once."""
        at = _now()
        seen = [(fix, at) for fix in self.simulation.everybody(now_s)]
        self._start(self._report(seen))

    def _deeds(self, now_s: float) -> list[Deed]:
        """What follows from what has been heard, seen and the time."""
        deeds: list[Deed] = []
        self._take_changes(now_s)
        answers, self._answers = self._answers, []
        for answer in answers:
            deeds += self.simulation.heard(answer, now_s)
        return deeds + self.simulation.advance(now_s)

    def _take_changes(self, now_s: float) -> None:
        for put, drop in self._link.drain():
            self.simulation.changed(put, drop, now_s)

    def _moment(self, at_s: float) -> Moment:
        """The wall moment of a simulated second, never in the future."""
        wall_ms = at_s * SECOND_MS / (self._speed if at_s > 0.0 else 1.0)
        return Moment(min(_now(), self._started + int(wall_ms)))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _carry(self, deed: Deed, now_s: float) -> None:
        match deed:
            case Command():
                self._start(self._send(deed))
            case AskPlace():
                self._start(self._hear(self._link.place(deed)))
            case AskProposal():
                self._start(self._hear(self._link.proposal(deed)))
            case Seen():
                self._start(self._report([(deed, self._moment(now_s))]))
            case _:
                assert_never(deed)

    async def _send(self, command: Command) -> None:
        lane = self._lanes.setdefault(command.lane, asyncio.Lock())
        async with lane, self._room:
            answer = await self._link.command(command, self._moment(command.at_s))
        self._note(answer, command.body["do"])

    async def _hear(self, asking: Coroutine[Any, Any, Heard]) -> None:
        async with self._room:
            answer = await asking
        self._note(answer, "ask")

    def _note(self, answer: Heard, what: str) -> None:
        self.tally.sent += 1
        self._answers.append(answer)
        if answer.ok and isinstance(answer.answer, dict):
            self._reached = max(self._reached, answer.answer.get("seq_to") or 0)
        elif not answer.ok:
            key = f"{what}: {answer.code}"
            self.tally.refused[key] = self.tally.refused.get(key, 0) + 1
            if answer.code != UNREACHABLE:
                log.debug("refused: %s %s", key, answer.answer)

    async def _report(self, fixes: Iterable[tuple[Seen, Moment]]) -> None:
        held = list(fixes)
        self.tally.fixes += len(held)
        self.tally.fixes_refused += await self._link.report(held)


def _go_on(link: Link) -> None:
    """Raises Unsupported where the product has turned this simulation away for good."""
    if link.turned_away:
        raise Unsupported(link.turned_away, "the product", "give it a token that is in force, with its scopes")


def _is_open(row: Mapping[str, Any]) -> bool:
    return row.get("status") in ("pending", "active", "held")


def _now() -> Moment:
    return Moment(time.time_ns() // 1_000_000)
