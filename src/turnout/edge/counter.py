"""Where commands are handed in, by HTTP, by socket or by a part of the system: right, place, desk, answer.

A command that is refused here has not reached the desk: the same identity may be used again for the corrected one.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, cast

import msgspec

from turnout.core.board import Board
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.overriding import may_override
from turnout.core.permissions import SYSTEM_ROLE, has_right
from turnout.core.plans.commands import ProposePlans, ReleasePlans
from turnout.core.refusals import Refusal
from turnout.core.refusals_text import speak
from turnout.core.tables.commands import PublishCatalogue
from turnout.desk.access import Principal, why_not
from turnout.desk.answers import CommandIdReused, Done, Refused
from turnout.desk.book import Origin
from turnout.desk.desk import Told
from turnout.desk.faults import Fault
from turnout.desk.stages import Stages, watched
from turnout.edge.allowance import Allowances
from turnout.edge.answers import Accepted, Answer, Declined, declined, declined_by_fault, declined_by_rules
from turnout.edge.door_log import DoorLog
from turnout.edge.exporting import Exported, number_of, passed_of
from turnout.edge.locating import Locator
from turnout.edge.log_lines import About, about
from turnout.edge.measuring import Measures
from turnout.edge.message_log import MessageLog
from turnout.edge.storable import find_unstorable
from turnout.edge.time_zones import find_time_zone
from turnout.edge.trace import here, of_command
from turnout.words.identity import CommandId
from turnout.words.name import Name

OWN_IDENTITIES: Final = (
    "ring/",
    "place/",
    "publish/",
    "access/",
    "ground/",
    "proof-key/",
    "corridor/",
    "door/",
    "erase/",
)
"""How the identities begin that parts of the program make of what they do. Whoever outside used one up before, with
another command, would keep a timer from ever ringing."""


Simulated = Callable[[ProposePlans | ReleasePlans], Awaitable[ProposePlans | ReleasePlans]]


class DeskAt(Protocol):
    """The desk, as far as the edge needs it."""

    @property
    def board(self) -> Board: ...
    @property
    def seq(self) -> int: ...
    async def submit(self, command: Command, origin: Origin) -> Done | Refused[Any]: ...
    def listen(self, listener: Callable[[Told[Board, Any]], None]) -> None: ...


class Counter:
    def __init__(
        self,
        desk: DeskAt,
        locator: Locator,
        measures: Measures | None = None,
        messages: MessageLog | None = None,
        door_log: DoorLog | None = None,
    ) -> None:
        self._desk, self._locator, self._messages, self._door_log = desk, locator, messages, door_log
        self.allowances = Allowances()
        """Of this server, for commands and for whatever else is asked of it."""
        self.why_unsound: Callable[[Catalogue], Awaitable[Declined | None]] | None = None
        """Asked of tables that somebody publishes whole (edge/tables_desk.py)."""
        self.simulated: Simulated | None = None
        """What a simulation found and what the district is now, for plans that are proposed or released
        (edge/signals_room)."""
        self.exported: Exported | None = None
        """Who is told of each command's trace; None: nobody, and then nothing is measured for it."""
        self.measures = measures if measures is not None else Measures()

    @property
    def desk(self) -> DeskAt:
        """For who brings what has been checked at another edge."""
        return self._desk

    @property
    def board(self) -> Board:
        return self._desk.board

    @property
    def seq(self) -> int:
        return self._desk.seq

    @property
    def locator(self) -> Locator:
        return self._locator

    def hold_back(self, who: Principal) -> Declined | None:
        """Count one thing asked that is no command; why not, for who has asked too much."""
        return held_back(self.allowances.take(who))

    async def hand_in(
        self,
        who: Principal,
        command_id: str,
        command: Command,
        purpose: str = "",
        position: str = "",
        *,
        counted: bool = False,
        is_checked: bool = False,
    ) -> Answer:
        """The answer, once it is durable. Never raises a fault: a fault is a `Declined` that says what may be done.

        `counted`: as part of the request that it came with, which may bring several. `is_checked`: tables that whoever
        gives them has held against the city's rules.
        """
        understood = await self.prepare(who, command, counted=counted, is_checked=is_checked)
        if isinstance(understood, Declined):
            return understood
        return await self.submit(who, command_id, understood, purpose, position)

    async def prepare(
        self, who: Principal, command: Command, *, counted: bool = False, is_checked: bool = False
    ) -> Command | Declined:
        """What can be said before the desk is asked: too many, no right, not its incident, no such place.

        Of those that are too many the message log has none: they would push out what others said.
        """
        too_many = None if counted else held_back(self.allowances.take_command(who, command))
        if too_many is not None:
            self.measures.note_outcome(str(command.__struct_config__.tag), too_many.code)
            if self._door_log is not None:
                self._door_log.note_denied(who, too_many.code, str(command.__struct_config__.tag))
            return too_many
        began = time.perf_counter()
        understood = await self._prepared(who, command, is_checked)
        if isinstance(understood, Declined):
            self._note(who, command, understood, began, self._desk.board)
        return understood

    async def _prepared(self, who: Principal, command: Command, is_checked: bool) -> Command | Declined:
        unstorable = why_unstorable(command)
        if unstorable is not None:
            return unstorable
        refusal = why_not(who, command)
        if refusal is not None:
            return refused(refusal)
        if isinstance(command, PublishCatalogue) and find_time_zone(command.catalogue.time_zone) is None:
            return declined("malformed", problem="there is no such time zone", field="catalogue.time_zone")
        if isinstance(command, PublishCatalogue) and not is_checked:
            unsound = await self._why_unsound(who, command)
            if unsound is not None:
                return unsound
        if isinstance(command, ProposePlans | ReleasePlans):
            if self.simulated is None:
                return declined("no-engineers-room")
            try:
                command = await self.simulated(command)
            except Fault as fault:
                return declined_by_fault(fault)
        understood = await self._locator.understand(command)
        if isinstance(understood, msgspec.Struct) and understood.__struct_config__.tag_field == "code":
            return refused(understood)
        return understood  # type: ignore[return-value]

    async def _why_unsound(self, who: Principal, command: PublishCatalogue) -> Declined | None:
        """For people and programs that may publish: the program's own parts give the folder's, which was checked."""
        may = who.kind != "part" and has_right(self.board, who.actor, "publish-catalogue")
        return await self.why_unsound(command.catalogue) if may and self.why_unsound is not None else None

    async def submit(self, who: Principal, command_id: str, command: Command, purpose: str, position: str) -> Answer:
        """Hand a prepared command to the desk. Its place in the desk's order is taken when this is first run.

        `position` is for programs that speak for several; a person acts at the one that they hold.
        """
        trace = here.set(of_command("program"))
        told_of = about.set(lambda: About(command_id, number_of(command, self._desk.board)))
        try:
            return await self._answered(who, command_id, command, purpose, position)
        finally:
            about.reset(told_of)
            here.reset(trace)

    async def _answered(self, who: Principal, command_id: str, command: Command, purpose: str, position: str) -> Answer:
        began, before = time.perf_counter(), self._desk.board
        traced = self._traced()
        answer = await self._submitted(who, command_id, command, purpose, position)
        self.measures.commands.add(time.perf_counter() - began)
        outcome = answer.code if isinstance(answer, Declined) else "done"
        self.measures.note_outcome(str(command.__struct_config__.tag), outcome)
        self._note(who, command, answer, began, before)
        if self.exported is not None and traced is not None:
            board = self._desk.board
            self.exported.note(passed_of(command, answer, board, traced, traced.lane_ns, time.time_ns))
        return answer

    def _traced(self) -> Stages | None:
        if self.exported is None:
            return None
        stages = Stages()
        stages.lane_ns = time.time_ns()
        watched.set(stages)
        return stages

    def _note(self, who: Principal, command: Command, answer: Answer, began_s: float, before: Board) -> None:
        """For the message log. What cannot be stored in the journal is not stored there either."""
        storable = not isinstance(answer, Declined) or answer.code not in ("unstorable-text", "too-large")
        if self._door_log is not None and isinstance(answer, Declined):
            self._door_log.note_denied(who, answer.code, str(command.__struct_config__.tag))
        if self._messages is not None and storable:
            self._messages.note_command(who, command, answer, began_s, before, self._desk.board)

    async def _submitted(
        self, who: Principal, command_id: str, command: Command, purpose: str, position: str
    ) -> Answer:
        vouched = who.kind == "part" or SYSTEM_ROLE in who.actor.roles
        if not vouched and command_id.startswith(OWN_IDENTITIES):
            return declined("malformed", problem="this identity is the program's own", field="id")
        beside = {"id": command_id, "purpose": purpose, "position": position}
        unstorable = why_unstorable(command) or why_unstorable(beside)
        if unstorable is not None:
            return unstorable
        at = who.position if who.kind == "person" else position or who.position
        origin = Origin(who.actor, CommandId(command_id), at, purpose)
        try:
            answer = await self._desk.submit(command, origin)
        except Fault as fault:
            return declined_by_fault(fault)
        if isinstance(answer, Refused):
            no = refused(answer.refusal, self._utc_offset_min())
            return msgspec.structs.replace(no, override=may_override(command, answer.refusal))
        return Accepted(answer.first_seq, answer.last_seq, answer.repeated, outcome_of(command, self._desk.board))

    def _utc_offset_min(self) -> int:
        catalogue = self._desk.board.catalogue
        return catalogue.utc_offset_min if catalogue is not None else 0


class Simulating:
    """The desk, for commands that other edges have prepared: an engineers' room is beside the desk only."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def submit(self, command: Command, origin: Origin) -> Done | Refused[Any]:
        if isinstance(command, ProposePlans | ReleasePlans) and self._counter.simulated is not None:
            command = await self._counter.simulated(command)
        return await self._counter.desk.submit(command, origin)


async def as_sent(command: ProposePlans | ReleasePlans) -> ProposePlans | ReleasePlans:
    """At an edge away from the desk: the desk's own fills in what its room knows, whatever was sent."""
    return command


def held_back(wait_s: int) -> Declined | None:
    """What is told to who has asked for too much; None where there is nothing to wait for."""
    return declined("too-many-requests", wait_s=wait_s) if wait_s else None


def why_unstorable(said: object) -> Declined | None:
    """Every door's commands pass here; what stands beside them in the journal as well."""
    found = find_unstorable(said)
    return declined("unstorable-text", field=found.field, kind=found.kind) if found is not None else None


def refused(refusal: msgspec.Struct, utc_offset_min: int = 0) -> Declined:
    """A refusal of the rules, the desk or the edge, with its words. Times are said in the city's own."""
    if isinstance(refusal, CommandIdReused) or type(refusal).__module__.startswith("turnout.edge"):
        return declined_by_rules(refusal)
    no = cast(Refusal, refusal)
    return declined_by_rules(no, Name(speak(no, "en", utc_offset_min), speak(no, "zh-CN", utc_offset_min)))


def outcome_of(command: Command, board: Board) -> dict[str, str]:
    """What a person wants to hear at once: tag and the lead agency's number of the incident that the command made."""
    made = next(
        (getattr(command, name) for name in ("clone_id", "child_id", "incident_id") if hasattr(command, name)), None
    )
    row = board.incidents.get(made) if made is not None else None
    if row is None:
        return {}
    return {"incident": row.id, "tag": row.tag, "number": row.numbers.get(row.agencies[0], "") if row.agencies else ""}
