"""A controller by NTCIP 1202 and 1211, over SNMP v1, v2c or v3."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
    set_cmd,
    usmAesCfb128Protocol,
    usmHMAC192SHA256AuthProtocol,
)
from pysnmp.proto.rfc1902 import OctetString

from turnout.adapters.signals.line import Heard, Reading, Silent
from turnout.adapters.signals.ntcip import objects as o
from turnout.adapters.signals.ntcip import priority
from turnout.adapters.signals.ntcip.periods import PeriodCounts
from turnout.adapters.signals.together import BETWEEN, stages_together, thing_for, things_of
from turnout.adapters.signals.turn import Patience, Turn
from turnout.signals.controller import Presence, PriorityRequest
from turnout.signals.guard import Aspect
from turnout.signals.model import SECOND_MS, Junction
from turnout.signals.simulated_controller import Counted
from turnout.words.trouble import Malformed, Unsupported

log = logging.getLogger(__name__)

TRY_S: Final = 0.6
RETRIES: Final = 1
"""A datagram may be lost: once more, within what one is willing to wait."""
PER_MESSAGE: Final = 20
"""Objects asked at once: controllers of NTCIP 2301 take messages of 484 bytes."""


NO_SUCH_NAME: Final = 2
"""error-status of SNMP v1 (RFC 1157, 4.1.1)."""


class NoSuch(Unsupported):
    """An object that the controller does not have."""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """v1 and v2c: a community. v3: a user with SHA-256 and AES-128 (RFC 7860, 3826)."""

    version: Literal["1", "2c", "3"] = "2c"
    community: str = "public"
    user: str = ""
    auth_key: str = ""
    privacy_key: str = ""

    def told(self) -> Any:
        if self.version == "3":
            return UsmUserData(
                self.user,
                authKey=self.auth_key,
                privKey=self.privacy_key or None,
                authProtocol=usmHMAC192SHA256AuthProtocol,
                privProtocol=usmAesCfb128Protocol if self.privacy_key else None,
            )
        return CommunityData(self.community, mpModel=0 if self.version == "1" else 1)


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller's numbers mean: phase and strategy of each group, patterns by plan, detectors.

    A strategy may be of several groups: `together.things_of`.
    """

    phases: dict[str, int]
    strategies: dict[str, int]
    patterns: dict[str, int]
    detectors: dict[str, int]

    @classmethod
    def in_order(cls, junction: Junction) -> "Numbered":
        """As the simulated controller numbers them."""
        groups = {group.id: number for number, group in enumerate(junction.groups, 1)}
        plans = {plan.id: number for number, plan in enumerate(junction.plans, 1)}
        detectors = {detector.id: number for number, detector in enumerate(junction.detectors, 1)}
        together = {BETWEEN.join(names): number for number, names in enumerate(strategies_of(junction), 1)}
        return cls(phases=groups, strategies=together, patterns=plans, detectors=detectors)


def strategies_of(junction: Junction) -> list[tuple[str, ...]]:
    """Those of the simulated controller, from 1: each group by itself, then each stage that has several."""
    return [*((group.id,) for group in junction.groups), *stages_together(junction)]


VEHICLE_COLUMNS: Final = (o.REDS, o.YELLOWS, o.GREENS)
PEDESTRIAN_COLUMNS: Final = (o.DONT_WALKS, o.PED_CLEARS, o.WALKS)


class Snmp:
    """The engine that all lines share: to start one takes a fifth of a second, in a thread."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._turn = asyncio.Lock()

    async def engine(self) -> Any:
        async with self._turn:
            if self._engine is None:
                self._engine = await asyncio.to_thread(SnmpEngine)
            return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close_dispatcher()
            self._engine = None


class SnmpLine:
    """Implements `line.Line`. One message at a time."""

    def __init__(
        self,
        snmp: Snmp,
        junction: Junction,
        host: str,
        port: int,
        credentials: Credentials,
        numbered: Numbered | None = None,
    ) -> None:
        self._snmp = snmp
        self._junction, self._at, self._told = junction, (host, port), credentials.told()
        self._numbered = numbered or Numbered.in_order(junction)
        self._strategies = things_of(self._numbered.strategies, junction)
        self._periods = PeriodCounts(self._numbered.detectors)
        self.patience = Patience()
        self._target: Any = None
        self._asked: dict[int, priority.Who] = {}
        self._taken: set[int] = set()
        """Of those: what the controller has acknowledged. The others may stand there or not."""
        self._turn = asyncio.Lock()

    async def ask(self, number: int, request: PriorityRequest) -> Heard:
        """A controller that knows no strategy for all stop lines of the way is asked for the next one alone."""
        heard = await self._ask(number, request)
        if request.also and heard == Heard("refused", "unknown-group"):
            asked = self._asked.get(number)
            if asked is not None:  # remembered: the next request does not begin with it
                self._strategies = {
                    groups: strategy
                    for groups, strategy in self._strategies.items()
                    if strategy != asked.strategy or len(groups) == 1
                }
            return await self._ask(number, replace(request, also=()))
        return heard

    async def _ask(self, number: int, request: PriorityRequest) -> Heard:
        who = self._who(number, request)
        if who is None:
            return Heard("refused", "unknown-group")
        wanted = priority.Wanted(who, request.green_in_ms // SECOND_MS, -(-request.leaves_in_ms // SECOND_MS))
        is_update = number in self._taken and self._asked[number].vehicle == who.vehicle
        self._asked[number] = who
        await self._set(o.PRIORITY_UPDATE if is_update else o.PRIORITY_REQUEST, priority.write_wanted(wanted))
        self._taken.add(number)
        return await self.status(number)

    async def withdraw(self, number: int, before: PriorityRequest | None = None) -> Heard:
        who = self._asked.get(number) or (self._who(number, before) if before is not None else None)
        if who is not None:
            await self._set(o.PRIORITY_CANCEL, priority.write_who(who))
            self._asked.pop(number, None)
            self._taken.discard(number)
        return Heard("cancelled")

    def _who(self, number: int, request: PriorityRequest) -> priority.Who | None:
        """None for a group that the controller has no strategy for."""
        strategy = thing_for(self._strategies, request.group, request.also)
        if strategy is None:
            return None
        level = min(max(request.level, priority.LEVELS[0]), priority.LEVELS[-1])
        return priority.Who(number, request.id.encode()[-17:], level, strategy)

    async def status(self, number: int) -> Heard:
        who = self._asked.get(number)
        if who is None:
            return Heard("cancelled")
        await self._set(o.PRIORITY_STATUS_CONTROL, priority.write_who(who))
        found = await self._get([o.PRIORITY_STATUS_BUFFER])
        told, state, reason = priority.read_status(bytes(found[o.PRIORITY_STATUS_BUFFER]))
        if told.number != who.number or told.strategy != who.strategy:
            raise Malformed(f"the status of request {told.number}, and {who.number} was asked for", "NTCIP 1211")
        if state in ("refused", "cancelled", "completed"):
            self._taken.discard(number)
        return Heard(state, reason)

    async def read(self) -> Reading:
        oids = [
            o.COORD_PATTERN_STATUS,
            o.UNIT_FLASH_STATUS,
            o.SHORT_ALARM_STATUS,
            o.GLOBAL_TIME,
            *{
                (*o.PHASE_GROUP, column, o.group_and_bit(self._numbered.phases[group.id])[0]): None
                for group in self._junction.groups
                if group.id in self._numbered.phases
                for column in _columns(group.kind)
            },
        ]
        found = await self._numbers(oids)
        aspects: dict[str, int] = {
            group.id: aspect
            for group in self._junction.groups
            if group.id in self._numbered.phases
            for aspect in [_aspect(found, _columns(group.kind), self._numbered.phases[group.id])]
            if aspect is not None
        }
        fault = ""
        if found[o.UNIT_FLASH_STATUS] > o.NOT_FLASHING or found[o.COORD_PATTERN_STATUS] == o.FLASHING:
            fault = "flash"
        elif found[o.SHORT_ALARM_STATUS] & o.CRITICAL_ALARM:
            fault = "critical-alarm"
        elif not aspects:
            fault = "dark"
        plans = {number: plan for plan, number in self._numbered.patterns.items()}
        plan = plans.get(found[o.COORD_PATTERN_STATUS], "")
        return Reading(aspects=aspects, plan=plan, fault=fault, utc_s=found[o.GLOBAL_TIME])

    async def counts(self) -> dict[str, Counted]:
        return o.counts_of(self._numbered.detectors, await self._numbers(o.counting(self._numbered.detectors)))

    async def detected(self, turn: Turn) -> dict[str, Presence]:
        """Bits of all detectors, and in the room that is left in the message some of what a period counted."""
        numbers, periods = self._numbered.detectors, self._periods
        flags = o.presence_flags(numbers)
        if not flags:
            return {}

        has_begun = False

        async def in_turns(oids: Sequence[o.Oid]) -> dict[o.Oid, int]:
            nonlocal has_begun
            found: dict[o.Oid, int] = {}
            for start in range(0, len(oids), PER_MESSAGE):
                async with turn.taken(goes_on=has_begun), self.patience.waiting():
                    has_begun = True
                    found |= await self._numbers(oids[start : start + PER_MESSAGE])
            return found

        self.patience.begin()
        counts = periods.asked(-len(flags) % PER_MESSAGE or PER_MESSAGE)
        try:
            found = await in_turns([*flags, *counts])
            if counts:
                periods.take(found)
        except Unsupported as trouble:
            if not counts:
                raise
            found = await in_turns(flags)  # who stands there is known also without counts
            log.info("controller of %s: what its detectors counted is not read: %s", self._junction.id, trouble)
            periods.rest() if isinstance(trouble, NoSuch) else periods.forget()
        return {name: periods.presence(name, *o.presence_of(number, found)) for name, number in numbers.items()}

    async def _numbers(self, oids: Sequence[o.Oid]) -> dict[o.Oid, int]:
        return {oid: _whole(oid, value) for oid, value in (await self._get(oids)).items()}

    async def close(self) -> None:
        self._target = None
        self._snmp.close()

    async def _get(self, oids: Sequence[o.Oid]) -> Mapping[o.Oid, Any]:
        """Raises `Silent`; `Unsupported` for an object that the controller does not have."""
        found: dict[o.Oid, Any] = {}
        for start in range(0, len(oids), PER_MESSAGE):
            part = oids[start : start + PER_MESSAGE]
            answers = await self._said(get_cmd, [ObjectType(ObjectIdentity(oid)) for oid in part])
            for oid, (name, value) in zip(part, answers, strict=True):
                if tuple(name) != oid:
                    raise Malformed(f"an answer for {name} where {oid} was asked", "SNMP")
                if not value.isValue or value.__class__.__name__ in ("NoSuchObject", "NoSuchInstance", "EndOfMibView"):
                    raise NoSuch(f"it has no object {'.'.join(map(str, oid))}", "NTCIP 1202")
                found[oid] = value
        return found

    async def _set(self, oid: o.Oid, content: bytes) -> None:
        await self._said(set_cmd, [ObjectType(ObjectIdentity(oid), OctetString(content))])

    async def _said(self, command: Any, bindings: list[Any]) -> Sequence[tuple[Any, Any]]:
        async with self._turn:
            engine = await self._snmp.engine()
            if self._target is None:
                self._target = await UdpTransportTarget.create(self._at, timeout=TRY_S, retries=RETRIES)
            trouble, error, index, answers = await command(
                engine, self._told, self._target, ContextData(), *bindings, lookupMib=False
            )
        if trouble:
            raise Silent("no-answer")
        if error:
            kind = NoSuch if int(error) == NO_SUCH_NAME else Unsupported
            raise kind(f"the controller says {error.prettyPrint()} at {int(index)}", "SNMP")
        if len(answers) != len(bindings):
            raise Malformed(f"{len(answers)} values for {len(bindings)}", "SNMP")
        return list(answers)


def _columns(kind: str) -> tuple[int, int, int]:
    return PEDESTRIAN_COLUMNS if kind == "pedestrian" else VEHICLE_COLUMNS


def _whole(oid: o.Oid, value: Any) -> int:
    """Raises `Malformed`."""
    try:
        return int(value)
    except (TypeError, ValueError) as trouble:
        raise Malformed("no number", ".".join(map(str, oid))) from trouble


def _aspect(found: Mapping[o.Oid, int], columns: tuple[int, int, int], phase: int) -> Aspect | None:
    """None where no lamp is lit."""
    group, bit = o.group_and_bit(phase)
    red, amber, green = (bool(found[(*o.PHASE_GROUP, column, group)] & bit) for column in columns)
    if green:
        return Aspect.GREEN
    if amber:
        return Aspect.STARTING if red else Aspect.ENDING
    return Aspect.RED if red else None
