"""A controller by GB/T 20999-2017 over TCP: the centre reads it, and names a stage while a crew is on its way.

The standard has no request with a time of its own: the centre names a stage (C.17) and takes it back. So the time is
kept here. The stage is named shortly before the vehicle comes and given back when it is through, by a task of this
connection; when this program ends or the network fails, the connection and its heartbeats end, and the controller goes
back to its own plan.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from turnout.adapters.signals.gbt20999 import frame as f
from turnout.adapters.signals.gbt20999 import objects as o
from turnout.adapters.signals.line import Heard, Reading, Silent
from turnout.adapters.signals.together import BETWEEN, stages_together, thing_for, things_of
from turnout.adapters.signals.turn import Patience, Turn
from turnout.signals.arming import Gate
from turnout.signals.controller import Presence, PriorityRequest
from turnout.signals.guard import rules_of
from turnout.signals.model import Junction
from turnout.signals.simulated_controller import Counted
from turnout.words.trouble import BadInput, Malformed, Unsupported

log = logging.getLogger(__name__)

HEARTBEAT_S: Final = 1.0
"""While a stage is named: that we are gone is then known within seconds."""
FAULTS_MAX: Final = 16
"""Records that are looked at; a controller with more has one of them too."""
REPLY_S: Final = 1.5
"""Less than whoever asks will wait, and the end of a heartbeat that nobody answers."""
READ_BYTES: Final = 4_096
AHEAD_MS: Final = 1_000
"""Added to what the longest change of stages takes: a heartbeat's second."""


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is and who we are there; `junction`: the number of the junction in the controller, from 1."""

    host: str
    port: int
    centre: int = 1
    controller: int = 1
    junction: int = 1


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller's numbers mean.

    The light group of each group, the stage that gives it green, or several at once (`together.things_of`), plans,
    detectors. `live`: how its real-time data are laid out.
    """

    lights: dict[str, int]
    stages: dict[str, int]
    patterns: dict[str, int]
    detectors: dict[str, int]
    live: o.Layout = "bits"

    @classmethod
    def in_order(cls, junction: Junction) -> "Numbered":
        """As the simulated controller numbers them; of several stages with a group the first."""
        stages = [(group, nth) for nth, stage in enumerate(junction.stages, 1) for group in stage.groups]
        together = {BETWEEN.join(each.groups): nth for nth, each in enumerate(junction.stages, 1)}
        whole = {BETWEEN.join(names): together[BETWEEN.join(names)] for names in stages_together(junction)}
        return cls(
            lights={group.id: nth for nth, group in enumerate(junction.groups, 1)},
            stages=dict(reversed(stages)) | whole,
            patterns={plan.id: nth for nth, plan in enumerate(junction.plans, 1)},
            detectors={detector.id: nth for nth, detector in enumerate(junction.detectors, 1)},
        )


class Held(msgspec.Struct):
    """A request, on the clock that only goes forward. `stage`: its number, from 1."""

    stage: int
    level: int
    begins_ms: int
    ends_ms: int


class TcpLine:
    """Implements `line.Line`."""

    def __init__(
        self,
        junction: Junction,
        at: Station,
        now_ms: Callable[[], int],
        numbered: Numbered | None = None,
        gate: Gate | None = None,
    ) -> None:
        """`gate`: a stage is named only while it is open, and given back when it closes; none: the caller looks."""
        self._junction, self._at, self._now_ms, self._gate = junction, at, now_ms, gate
        self._numbered = numbered or Numbered.in_order(junction)
        self._stages = things_of(self._numbered.stages, junction)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._frames = f.FrameReader()
        self._turn = asyncio.Lock()
        self.patience = Patience()
        self._serial = 0
        self._held: dict[int, Held] = {}
        self._named = 0
        self._lost: set[int] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._ends_at_live = False
        """A question about its detectors cost the connection, and no other has been answered since."""

    async def ask(self, number: int, request: PriorityRequest) -> Heard:
        stage = thing_for(self._stages, request.group, request.also)
        if stage is None:
            return Heard("refused", "unknown-group")
        now_ms = self._now_ms()
        self._lost.discard(number)
        self._held[number] = Held(
            stage=stage,
            level=request.level,
            begins_ms=now_ms + request.green_in_ms - self._ahead_ms(request.group),
            ends_ms=now_ms + request.leaves_in_ms,
        )
        await self._keep()
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep_on())
        return await self.status(number)

    async def withdraw(self, number: int, before: PriorityRequest | None = None) -> Heard:
        """What another process asked has ended with its connection."""
        self._held.pop(number, None)
        await self._keep()
        return Heard("cancelled")

    async def status(self, number: int) -> Heard:
        held = self._held.get(number)
        if held is None and number in self._lost:
            raise Silent("no-answer")
        if held is None:
            return Heard("completed")
        if self._active() is not held:
            return Heard("overridden" if self._now_ms() >= held.begins_ms else "queued")
        state = await self._query([(*o.STAGE_STATE, held.stage)])
        return Heard("granted" if state[0] == bytes([o.STAGE_HAS_WAY]) else "processing")

    async def read(self) -> Reading:
        number = self._at.junction
        lamps = self._numbered.lights
        asked: list[f.Address] = [
            (*o.UTC_TIME, 0),
            (*o.JUNCTION_MODE, number),
            (*o.JUNCTION_PLAN, number),
            (*o.FAULT_COUNT, 0),
            *((*o.LIGHT_STATE, nth) for nth in lamps.values()),
        ]
        time, mode, plan, faults, *lights = await self._query(asked)
        aspects: dict[str, int] = {
            group: o.LIGHT_STATES[light[0]]
            for group, light in zip(lamps, lights, strict=True)
            if len(light) == 1 and light[0] in o.LIGHT_STATES
        }
        plans = {nth: each for each, nth in self._numbered.patterns.items()}
        fault = ""
        if len(mode) == 1 and mode[0] in o.SPECIAL:
            fault = "flash" if mode[0] == o.SPECIAL_FLASH else "dark"
        elif not aspects:
            fault = "dark"
        else:
            fault = await self._fault(int.from_bytes(faults, "big"))
        named = plans.get(plan[0], "") if len(plan) == 1 and not self._named else ""
        return Reading(aspects=aspects, plan=named, fault=fault, utc_s=o.read_time(time))

    async def _fault(self, count: int) -> str:
        """The gravest that it has on record now; those that do not concern its lamps or clock are passed over."""
        addresses: list[f.Address] = [(*o.FAULT_KIND, nth) for nth in range(1, min(count, FAULTS_MAX) + 1)]
        kinds = [o.FAULTS.get(kind[0], "") for kind in (await self._query(addresses) if addresses else ()) if kind]
        return min((kind for kind in kinds if kind in o.GRAVE), default="", key=o.GRAVE.index)

    async def counts(self) -> dict[str, Counted]:
        found: dict[str, Counted] = {}
        for detector, nth in self._numbered.detectors.items():
            flow, occupancy = await self._query([(*o.DETECTOR_FLOW, nth), (*o.DETECTOR_OCCUPANCY, nth)])
            if len(flow) != 2 or len(occupancy) != 1:
                raise Malformed("counts of another length", f"GB/T 20999 C.14, detector {nth}")
            found[detector] = Counted(int.from_bytes(flow, "big"), min(occupancy[0], 100) / 100)
        return found

    async def detected(self, turn: Turn) -> dict[str, Presence]:
        """An answer that comes late is passed over, and hangs up nothing: a stage may be held on this connection.

        One that hangs up over the question is not asked it again while a stage is held.
        """
        numbers = self._numbered.detectors
        if not numbers:
            return {}
        if self._ends_at_live and (self._held or self._named):
            raise Silent("no-answer")
        self.patience.begin()
        async with turn.taken():
            (live,) = await self._query([(*o.DETECTOR_LIVE, 0)], may_be_late=True)
        self._ends_at_live = False
        layout = self._numbered.live
        return {name: Presence(is_occupied=o.read_live(live, number, layout)) for name, number in numbers.items()}

    async def close(self) -> None:
        self._held.clear()
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        self._hang_up()

    def _ahead_ms(self, group: str) -> int:
        rules, names = rules_of(self._junction), [each.id for each in self._junction.groups]
        i = names.index(group)
        waits = [
            rule.min_green_ms + rules.least_ms[j][i] for j, rule in enumerate(rules.groups) if rules.least_ms[j][i] >= 0
        ]
        return max(waits, default=0) + AHEAD_MS

    def _active(self) -> Held | None:
        if self._gate is not None and not self._gate.is_open(self._junction.id):
            return None
        now_ms = self._now_ms()
        due = [held for held in self._held.values() if held.begins_ms <= now_ms < held.ends_ms]
        return min(due, default=None, key=lambda held: (held.level, held.ends_ms))

    async def _keep(self) -> None:
        """Names the stage that is wanted now, or gives the junction back."""
        now_ms = self._now_ms()
        self._held = {number: held for number, held in self._held.items() if held.ends_ms > now_ms}
        active = self._active()
        wanted = active.stage if active is not None else 0
        if wanted != self._named:
            mode = o.CENTRE_MANUAL if wanted else o.LOCAL
            number = self._at.junction
            self.patience.end()
            try:
                await self._set(
                    [((*o.CENTRE_STAGE, number), bytes([wanted])), ((*o.CENTRE_MODE, number), bytes([mode]))]
                )
            except BaseException:
                self._hang_up()  # half of it may stand: a controller whose centre is gone runs its own plan
                raise
            self._named = wanted

    async def _keep_on(self) -> None:
        """While there are requests: what is due, and a heartbeat. Ends with the connection."""
        while self._held or self._named:
            try:
                await self._keep()
                await self._exchange(f.HEARTBEAT, (), f.HEARTBEAT_REPLY, f.HEARTBEAT_REPLY)
            except (Silent, BadInput, OSError) as trouble:
                log.warning("controller of %s: %s; it is left to its own plan", self._junction.id, trouble)
                self._lost |= set(self._held)
                self._held.clear()
                self._hang_up()
                return
            await asyncio.sleep(HEARTBEAT_S)

    async def _query(self, addresses: Sequence[f.Address], *, may_be_late: bool = False) -> list[bytes]:
        """Raises `Silent`, `Unsupported` for what the controller does not have, `Malformed`."""
        values = tuple(f.Value(index, address) for index, address in enumerate(addresses, 1))
        reply = await self._exchange(f.QUERY, values, f.QUERY_REPLY, f.QUERY_ERROR, may_be_late=may_be_late)
        if [value.address for value in reply.values] != list(addresses):
            raise Malformed("an answer for other values than were asked", "GB/T 20999")
        return [value.content for value in reply.values]

    async def _set(self, values: Sequence[tuple[f.Address, bytes]]) -> None:
        sent = tuple(f.Value(index, address, content) for index, (address, content) in enumerate(values, 1))
        await self._exchange(f.SET, sent, f.SET_REPLY, f.SET_ERROR)

    async def _exchange(
        self, kind: int, values: tuple[f.Value, ...], good: int, bad: int, *, may_be_late: bool = False
    ) -> f.Frame:
        """`may_be_late`: the connection stands also where no answer comes; every answer has its serial number."""
        async with self._turn:
            self._serial = self._serial % 255 + 1
            at = self._at
            sent = f.Frame(
                centre=at.centre,
                controller=at.controller,
                junction=at.junction,
                serial=self._serial,
                kind=kind,
                values=values,
            )
            try:
                async with self.patience.waiting() if may_be_late else asyncio.timeout(REPLY_S):
                    await self._connect()
                    assert self._writer is not None
                    self._writer.write(f.write_frame(sent))
                    await self._writer.drain()
                    reply = await self._reply(sent)
            except (TimeoutError, asyncio.CancelledError) as trouble:
                if not may_be_late or not (self._held or self.patience.has_ended):
                    self._hang_up()
                if isinstance(trouble, asyncio.CancelledError):
                    raise
                raise Silent("no-answer") from None
            except BaseException:
                self._ends_at_live |= may_be_late
                self._hang_up()
                raise
        if reply.kind == good:
            return reply
        if reply.kind == bad:
            codes = [value.content[0] for value in reply.values if value.content]
            said = ", ".join(o.ERRORS.get(code, f"0x{code:02X}") for code in codes) or "error"
            raise Unsupported(f"the controller says: {said}", "GB/T 20999")
        raise Malformed(f"a frame of kind 0x{reply.kind:02X} in answer", "GB/T 20999")

    async def _connect(self) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._at.host, self._at.port)
            self._frames = f.FrameReader()

    async def _reply(self, sent: f.Frame) -> f.Frame:
        """The answer with our serial number; reports that come between are passed over. Raises `Silent`."""
        assert self._reader is not None
        while True:
            content = await self._reader.read(READ_BYTES)
            if not content:
                raise Silent("no-answer")
            for frame in self._frames.read(content):
                if frame.controller != sent.controller:
                    raise Malformed(f"an answer of controller {frame.controller}", "GB/T 20999")
                if frame.serial == sent.serial and frame.kind not in (f.REPORT, f.BROADCAST):
                    return frame

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
        self._named = 0
