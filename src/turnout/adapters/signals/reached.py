"""The controllers of a city, each by its own protocol, behind one port, one gate and one limit.

No controller is asked for anything unless a person armed its junction. One that is slow or silent holds up nobody: of a
junction one message is on the way, few wait, and after `ANSWER_S` it is `lost` and left to its own plan. What a crew
depends on, asking and giving back, goes before all that only looks, and has places of its own. On every trouble the
controller goes on by itself: a request ends when its vehicle is through, or when nobody repeats it.
"""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, Literal, TypeVar

from turnout.adapters.signals.line import Heard, Line, Reading, Silent
from turnout.adapters.signals.turn import Turn
from turnout.signals.arming import Gate
from turnout.signals.clock_watch import ClockWatch
from turnout.signals.controller import LEAVES_MAX_MS, Asked, Presence, PriorityRequest, PriorityStatus, Shown
from turnout.signals.guard import Aspect
from turnout.signals.model import SECOND_MS, Junction
from turnout.signals.simulated_controller import REQUESTS_MAX, Counted
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

ANSWER_S: Final = 2.0
"""Controllers answer in tenths of a second; a corridor that waited longer would ask for a green that is over."""
LOOKING_MAX: Final = 4
"""Of one junction, who only looks, before an answer has come. Who finds so many there is told `busy` at once."""
ASKING_MAX: Final = REQUESTS_MAX
"""So many can ask something of a controller at a time; who only looks takes none of their places."""
NUMBERS: Final = range(1, 256)
"""NTCIP 1211: a request is known by a byte."""
BACKS_MAX: Final = len(NUMBERS)
"""Of one junction: more than a controller can have requests never give back at a time, so none is turned away."""
KEPT_MS: Final = 30_000
"""So long after its vehicle is through the outcome of a request can be asked for."""
CLOSED: Final = ("refused", "cancelled", "completed")
"""A request that was lost may stand at the controller: it can still be taken back."""

Kind = Literal["look", "ask", "back"]
PLACES: Final[Mapping[Kind, int]] = {"look": LOOKING_MAX, "ask": ASKING_MAX, "back": BACKS_MAX}

T = TypeVar("T")


class Station:
    """A junction, its line, and what was asked of it: the number of each request and when it is over."""

    def __init__(self, junction: Junction, line: Line) -> None:
        self.junction, self.line = junction, line
        self.groups = [group.id for group in junction.groups]
        self.turn = Turn()
        self.waiting: dict[Kind, int] = dict.fromkeys(PLACES, 0)
        self.is_read = False
        """Its detectors: at most once at a time, beside those that wait."""
        self.clock = ClockWatch()
        self.is_clock_steady = True
        self.numbers: dict[str, tuple[int, int]] = {}

    def forget(self, now_ms: int) -> None:
        self.numbers = {request: known for request, known in self.numbers.items() if known[1] + KEPT_MS > now_ms}

    def standing(self, now_ms: int) -> int:
        """How many requests are not over."""
        return sum(until_ms > now_ms for _, until_ms in self.numbers.values())

    def number_of(self, request: str, until_ms: int) -> int:
        known = self.numbers.get(request)
        if known is None:
            taken = {number for number, _ in self.numbers.values()}
            first = first_number(request)
            free = (NUMBERS[(first - 1 + step) % len(NUMBERS)] for step in range(len(NUMBERS)))
            number = next(one for one in free if one not in taken)
        else:
            number = known[0]
        self.numbers[request] = (number, until_ms)
        return number


def first_number(request: str) -> int:
    """Of the request, where it is free: the same in every process, so that another can take it back."""
    return zlib.crc32(request.encode()) % len(NUMBERS) + 1


class ReachedControllers:
    """Implements `turnout.signals.controller.Controllers`."""

    def __init__(self, lines: Mapping[str, tuple[Junction, Line]], gate: Gate, now_ms: Callable[[], int]) -> None:
        """`now_ms`: a clock that only goes forward."""
        self._stations = {name: Station(junction, line) for name, (junction, line) in lines.items()}
        self._gate, self._now_ms = gate, now_ms

    async def ask(self, request: PriorityRequest) -> PriorityStatus:
        station = self._stations.get(request.junction)
        if station is None or not {request.group, *request.also} <= set(station.groups):
            return PriorityStatus(id=request.id, state="refused", reason="unknown-group")
        if not 0 <= request.green_in_ms <= request.arrives_in_ms <= request.leaves_in_ms <= LEAVES_MAX_MS:
            return PriorityStatus(id=request.id, state="refused", reason="too-early")
        now_ms = self._now_ms()
        station.forget(now_ms)
        if request.id not in station.numbers and station.standing(now_ms) >= REQUESTS_MAX:
            return PriorityStatus(id=request.id, state="refused", reason="busy")

        async def asked() -> Heard:
            if not self._gate.is_open(request.junction):
                return await self._taken_back(station, request.id, "not-armed")
            fault = self._fault_of(station, await station.line.read())
            if fault:
                return await self._taken_back(station, request.id, "clock" if fault == "clock" else "fault")
            number = station.number_of(request.id, now_ms + request.leaves_in_ms)
            return await station.line.ask(number, request)

        return await self._heard(station, request.id, asked, "ask")

    async def _taken_back(self, station: Station, request: str, reason: str) -> Heard:
        """Refused; and what stands of it from before is taken back."""
        known = station.numbers.get(request)
        if known is not None:
            await station.line.withdraw(known[0])
        return Heard("refused", reason)

    async def cancel(self, junction: str, request: str, asked: Asked | None = None) -> PriorityStatus:
        """It gives back, so what was asked while the junction was armed is taken back also when it no longer is."""
        station = self._stations.get(junction)
        known = station.numbers.get(request) if station is not None else None
        if station is None or (known is None and asked is None):
            return PriorityStatus(id=request, state="cancelled")
        if known is not None:
            return await self._heard(station, request, lambda: station.line.withdraw(known[0]), "back")
        assert asked is not None
        before = PriorityRequest(
            id=request,
            junction=junction,
            group=asked.group,
            also=asked.also,
            level=asked.level,
            arrives_in_ms=0,
            leaves_in_ms=0,
        )
        number = first_number(request)
        return await self._heard(station, request, lambda: station.line.withdraw(number, before), "back")

    async def status(self, junction: str, request: str) -> PriorityStatus:
        station = self._stations.get(junction)
        known = station.numbers.get(request) if station is not None else None
        if station is None or known is None:
            return PriorityStatus(id=request, state="cancelled")

        async def looked() -> Heard:
            """A protocol has no word for a clock that jumped: it says that there is a fault."""
            heard = await station.line.status(known[0])
            if heard.reason == "fault" and self._fault_of(station, await station.line.read()) == "clock":
                return Heard(heard.state, "clock")
            return heard

        return await self._heard(station, request, looked)

    async def shown(self, junction: str) -> Shown:
        station = self._stations.get(junction)
        if station is None:
            return Shown(junction=junction, aspects={}, fault="no-answer")
        try:
            reading = await self._in_turn(station, station.line.read)
        except (Silent, BadInput) as trouble:
            log.info("controller of %s: %s", junction, trouble)
            return Shown(junction=junction, aspects={}, fault="no-answer")
        fault = self._fault_of(station, reading)
        return Shown(junction=junction, aspects=reading.aspects, plan=reading.plan, fault=fault)

    async def counts(self, junction: str) -> dict[str, Counted]:
        """Of each detector of a junction; empty where none is heard."""
        station = self._stations.get(junction)
        if station is None:
            return {}
        try:
            return await self._in_turn(station, station.line.counts)
        except (Silent, BadInput) as trouble:
            log.info("controller of %s: %s", junction, trouble)
            return {}

    async def detected(self, junction: str) -> dict[str, Presence]:
        """Each message in its turn, others in between (`turn.py`). How long all may take, says who calls this."""
        station = self._stations.get(junction)
        if station is None or station.is_read or not station.junction.detectors:
            return {}
        station.is_read = True
        try:
            return await self._answered(station, lambda: station.line.detected(station.turn))
        except (Silent, BadInput) as trouble:
            log.debug("detectors of %s: %s", junction, trouble)
            return {}
        finally:
            station.is_read = False

    async def close(self) -> None:
        """Takes back what still stands, at all junctions at once, and hangs up."""
        backs = (self._take_back(name, station) for name, station in self._stations.items())
        await asyncio.gather(*backs, return_exceptions=True)
        for station in self._stations.values():
            with suppress(Silent, OSError):
                await station.line.close()

    async def _take_back(self, junction: str, station: Station) -> None:
        """One request after another: more at once would be too many for the junction."""
        for request in list(station.numbers):
            await self.cancel(junction, request)

    async def _heard(
        self, station: Station, request: str, act: Callable[[], Awaitable[Heard]], kind: Kind = "look"
    ) -> PriorityStatus:
        try:
            heard = await self._in_turn(station, act, kind)
        except Silent as trouble:
            log.info("controller of %s: %s", station.junction.id, trouble)
            return PriorityStatus(id=request, state="lost", reason=str(trouble) or "no-answer")
        except BadInput as trouble:
            log.warning("controller of %s: %s", station.junction.id, trouble)
            return PriorityStatus(id=request, state="lost", reason="fault")
        if heard.state in CLOSED:
            station.numbers.pop(request, None)
        green = 0 if heard.state == "granted" else None
        return PriorityStatus(id=request, state=heard.state, reason=heard.reason, green_in_ms=green)

    async def _in_turn(self, station: Station, act: Callable[[], Awaitable[T]], kind: Kind = "look") -> T:
        """Raises `Silent` when the controller does not answer in time, or its places are taken; `BadInput`."""
        if station.waiting[kind] >= PLACES[kind]:
            raise Silent("busy")
        goes_first = kind != "look"

        async def acted() -> T:
            async with asyncio.timeout(ANSWER_S), station.turn.taken(goes_first=goes_first):
                return await act()

        station.waiting[kind] += 1
        if goes_first:
            station.line.patience.end()
        try:
            return await self._answered(station, acted)
        finally:
            station.waiting[kind] -= 1

    async def _answered(self, station: Station, act: Callable[[], Awaitable[T]]) -> T:
        """Raises `Silent`, `BadInput`."""
        try:
            return await act()
        except (Silent, BadInput):
            raise
        except OSError:  # a time that is over is one too
            raise Silent("no-answer") from None
        except Exception:  # a library's own: a name that is no host, a key that is too short
            log.exception("controller of %s", station.junction.id)
            raise Silent("no-answer") from None

    def _fault_of(self, station: Station, reading: Reading) -> str:
        """What the controller says, or what its clock gives away."""
        if reading.utc_s is not None:
            station.is_clock_steady = station.clock.look(reading.utc_s * SECOND_MS, self._now_ms())
        return reading.fault or ("" if station.is_clock_steady else "clock")


def is_green(reading: Reading, group: str) -> bool:
    return reading.aspects.get(group) == Aspect.GREEN
