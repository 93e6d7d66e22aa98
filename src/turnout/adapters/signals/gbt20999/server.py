"""The simulated controller as GB/T 20999-2017 has it, over TCP: it is read, and the centre names a stage.

Each group is a light group, each stage of the junction a stage, in their order. When the centre is not heard for
`OFFLINE_S`, or its connection ends, the junction is its own again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from turnout.adapters.signals.gbt20999 import frame as f
from turnout.adapters.signals.gbt20999 import objects as o
from turnout.signals.controller import LEAVES_MAX_MS
from turnout.signals.guard import Aspect
from turnout.signals.simulated_controller import Counted, SimulatedController
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

OFFLINE_S: Final = 5.0
"""unsure: the standard's own figure was not found."""
CONNECTIONS_MAX: Final = 4
JUNCTION: Final = 1


class Refused(Exception):
    """`code`: of `objects.ERRORS`."""

    def __init__(self, code: int) -> None:
        super().__init__(o.ERRORS[code])
        self.code = code


class Talk:
    """What one frame is answered with. It touches no socket."""

    def __init__(self, controller: SimulatedController, number: int) -> None:
        """`number`: of the controller, in the whole system."""
        self._controller, self._number = controller, number
        self._stage = 0

    def answer(self, asked: f.Frame) -> f.Frame | None:
        """None for what is not for this controller or needs no answer."""
        if asked.controller != self._number:
            return None
        match asked.kind:
            case f.HEARTBEAT:
                return self._reply(asked, f.HEARTBEAT_REPLY)
            case f.QUERY:
                return self._each(asked, lambda value: self._read(value.address), f.QUERY_REPLY, f.QUERY_ERROR)
            case f.SET:
                return self._each(asked, self._set, f.SET_REPLY, f.SET_ERROR)
            case _:
                return None

    def leave(self) -> None:
        """The centre is gone."""
        if self._stage:
            self._stage = 0
            self._controller.withdraw(self)

    def _each(self, asked: f.Frame, act: Callable[[f.Value], bytes], good: int, bad: int) -> f.Frame:
        values, wrong = [], []
        for value in asked.values:
            try:
                values.append(f.Value(value.index, value.address, act(value)))
            except Refused as refused:
                wrong.append(f.Value(value.index, value.address, bytes([refused.code])))
        return self._reply(asked, bad if wrong else good, tuple(wrong or values))

    def _reply(self, asked: f.Frame, kind: int, values: tuple[f.Value, ...] = ()) -> f.Frame:
        return f.Frame(
            centre=asked.centre,
            controller=self._number,
            junction=asked.junction,
            serial=asked.serial,
            kind=kind,
            values=values,
        )

    def _read(self, address: f.Address) -> bytes:
        """Raises `Refused`."""
        controller, junction = self._controller, self._controller.junction
        attribute, element = address[:3], address[3]
        plans = [plan.id for plan in junction.plans]
        counts = {o.LIGHT_GROUPS: len(junction.groups), o.STAGES: len(junction.stages), o.PLANS: len(plans)}
        if attribute in counts:
            return bytes([counts[attribute]])
        if attribute == o.UTC_TIME:
            return o.write_time(controller.utc_s)
        if attribute == o.FAULT_COUNT:
            return int(bool(controller.standing_fault)).to_bytes(4, "big")
        if attribute == o.FAULT_KIND and element == 1 and controller.standing_fault:
            return bytes([o.CLOCK_FAULT if controller.standing_fault == "clock" else 0x40])
        if attribute == o.LIGHT_STATE and 1 <= element <= len(junction.groups):
            return bytes([self._light(element - 1)])
        if attribute == o.STAGE_STATE and 1 <= element <= len(junction.stages):
            return bytes([self._stage_state(element - 1)])
        if attribute == o.DETECTOR_LIVE and junction.detectors:
            return o.write_live([each.id in controller.present for each in junction.detectors])
        if attribute in (o.DETECTOR_FLOW, o.DETECTOR_OCCUPANCY) and 1 <= element <= len(junction.detectors):
            counted = controller.counted.get(junction.detectors[element - 1].id, Counted())
            if attribute == o.DETECTOR_FLOW:
                return min(counted.volume, 0xFFFF).to_bytes(2, "big")
            return bytes([min(100, round(counted.occupancy * 100))])
        if element == JUNCTION:
            now = {
                o.JUNCTION_MODE: self._mode(),
                o.JUNCTION_PLAN: plans.index(controller.plan.id) + 1 if controller.plan is not None else 0,
                o.JUNCTION_STAGE: self._stage,
                o.CENTRE_STAGE: self._stage,
            }
            if attribute in now:
                return bytes([now[attribute]])
        raise Refused(o.NO_SUCH)

    def _light(self, nth: int) -> int:
        aspect = self._controller.shown[nth]
        if self._controller.fault == "flash":
            return o.AMBER_FLASHES
        if aspect is Aspect.ENDING and self._controller.junction.groups[nth].kind == "pedestrian":
            return o.PEDESTRIAN_ENDING
        return o.SAID[aspect]

    def _stage_state(self, nth: int) -> int:
        names = self._controller.names
        shown = [self._controller.shown[names.index(group)] for group in self._controller.junction.stages[nth].groups]
        if all(aspect is Aspect.GREEN for aspect in shown):
            return o.STAGE_HAS_WAY
        return o.STAGE_CHANGES if any(aspect is not Aspect.RED for aspect in shown) else o.STAGE_HAS_NO_WAY

    def _mode(self) -> int:
        if self._controller.fault == "flash":
            return o.SPECIAL_FLASH
        return o.CENTRE_MANUAL if self._stage else o.LOCAL_FIXED

    def _set(self, value: f.Value) -> bytes:
        """Raises `Refused`. The stage that the centre names; 0 gives it back. The mode follows from it."""
        attribute, element = value.address[:3], value.address[3]
        if attribute not in (o.CENTRE_STAGE, o.CENTRE_MODE):
            raise Refused(o.READ_ONLY)
        if element != JUNCTION:
            raise Refused(o.NO_SUCH)
        if len(value.content) != 1:
            raise Refused(o.WRONG_LENGTH)
        if attribute == o.CENTRE_MODE:
            if value.content[0] not in (o.LOCAL, o.CENTRE_MANUAL):
                raise Refused(o.BAD_VALUE)
            return b""
        stage = value.content[0]
        if stage > len(self._controller.junction.stages):
            raise Refused(o.BAD_VALUE)
        if stage == 0:
            self.leave()
            return b""
        groups = self._controller.junction.stages[stage - 1].groups
        self._controller.withdraw(self)
        state, _ = self._controller.ask(self, groups, 1, 0, LEAVES_MAX_MS)
        if state == "refused":
            raise Refused(o.CONTROL_FAILED)
        self._stage = stage
        return b""

    def heard(self) -> None:
        """A heartbeat: what the centre named stands."""
        if self._stage:
            groups = self._controller.junction.stages[self._stage - 1].groups
            self._controller.ask(self, groups, 1, 0, LEAVES_MAX_MS)


class Server:
    """Connections of centres; the one that named a stage holds it."""

    def __init__(self, controller: SimulatedController, number: int = 1) -> None:
        self._controller, self._number = controller, number
        self._open = 0
        self.dropped = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= CONNECTIONS_MAX:
            writer.close()
            return
        self._open += 1
        talk, frames = Talk(self._controller, self._number), f.FrameReader()
        try:
            while True:
                async with asyncio.timeout(OFFLINE_S):
                    content = await reader.read(f.FRAME_BYTES_MAX)
                    if not content:
                        return
                    for frame in frames.read(content):
                        talk.heard()
                        answer = talk.answer(frame)
                        if answer is not None:
                            writer.write(f.write_frame(answer))
                            await writer.drain()
        except BadInput as trouble:
            self.dropped += 1
            log.info("a connection is closed: %s", trouble)
        except (TimeoutError, OSError):
            log.info("the centre is not heard any more")
        finally:
            self._open -= 1
            talk.leave()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
