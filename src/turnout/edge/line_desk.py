"""The command line at work: read what was typed, say what it would do, and on Enter do it, as the person who typed it.

A line is read without the roads; where it asks for *what is recommended*, the proposal is fetched here and becomes an
ordinary assignment that carries the offer. `U` takes back the session's last act, where that can be (core/undo.py).
An act that cannot be taken back stays in the way of those before it: `U` never passes over it to an older one.
"""

import asyncio
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from turnout.core.board import Board
from turnout.core.calls.commands import OpenFromAlarm
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.incidents.commands import CloneIncident, OpenIncident, ReopenIncident, SplitIncident
from turnout.core.texts import opened_row
from turnout.core.undo import undo_of
from turnout.core.units.commands import AssignUnits
from turnout.desk.access import Principal
from turnout.desk.desk import Told
from turnout.desk.faults import StorageFailed
from turnout.edge.advice import AdviceAsked, Adviser
from turnout.edge.allowance import UNLIMITED
from turnout.edge.answers import Accepted, Answer, Declined, answer_body, declined
from turnout.edge.counter import Counter, why_unstorable
from turnout.edge.edge import LineAsked
from turnout.edge.outlook import Outlook, coverage_said
from turnout.line import CommandLine, Effect, Focus, Lexicon, Places, Reading
from turnout.recommend import Proposal
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name

OPENING: Final = (OpenIncident, OpenFromAlarm, SplitIncident, CloneIncident, ReopenIncident)
"""After these the sheet that was made or brought back is what one wants to see."""

UNDO_KEPT: Final = 20
"""Acts of one session that can be taken back, one after the other."""

EVENTS_KEPT: Final = 2_000
"""More than one batch of the desk: what an answer just given names is still here."""

SESSIONS_MAX: Final = 1_000

LINE_CHARS_MAX: Final = 10_000
"""A narrative line may hold a whole text entry (core/limits.py); the reading itself has a smaller limit."""


class Act(msgspec.Struct, frozen=True):
    """Something that a session did by its line, in words, and the commands that take it back; None: it cannot be."""

    what: Name
    back: tuple[Command, ...] | None


class LineDesk:
    """Implements `edge.Lines`."""

    def __init__(
        self,
        counter: Counter,
        adviser: Adviser | None,
        places: Places,
        now: Callable[[], Moment],
        outlook: Outlook | None = None,
        show: Callable[[str], str] = str,
    ) -> None:
        """`show` opens what is sealed on the board, where it goes into a command. It may raise a `StorageFailed`."""
        self._counter, self._adviser, self._places, self._now = counter, adviser, places, now
        self._outlook, self._show = outlook, show
        self._catalogue: Catalogue | None = None
        self._reader: CommandLine | None = None
        self._done: OrderedDict[str, list[Act]] = OrderedDict()
        self._lately: deque[tuple[int, Event]] = deque(maxlen=EVENTS_KEPT)

    def use(self, places: Places) -> None:
        """Another gazetteer, from the next line on (7.6)."""
        self._places, self._reader = places, None

    def hear(self, told: Told[Board, Event]) -> None:
        """What happened lately: an act is taken back by what it really did."""
        self._lately.extend(zip((row.seq for row in told.rows), told.events, strict=True))

    async def answer(self, who: Principal, asked: LineAsked) -> dict[str, Any] | Declined:
        """A LineAnswer: what was understood and, if it was to run, what came of it. Declined: one line too
        many, or a text that none may hold.
        Raises a `Fault`.

        A line counts once, whatever it holds. One that may call for help is read first, and then its commands count.
        """
        too_many = None if asked.run else self._counter.hold_back(who)
        if too_many is not None:
            return too_many
        text = asked.text
        if len(text) > LINE_CHARS_MAX:
            return _refused_line(declined("too-large", most=LINE_CHARS_MAX))
        unstorable = why_unstorable(asked)
        if unstorable is not None:
            return unstorable  # by itself: a line's answer repeats what was typed, and what is sealed is opened in it
        if asked.cursor is not None and not asked.run:
            text = text[: max(0, asked.cursor)]
        reader = self._of_tables()
        if reader is None:
            return _refused_line(declined("desk-stopped"))
        focus = Focus(
            IncidentId(asked.focus.incident) if asked.focus.incident else None,
            UnitId(asked.focus.unit) if asked.focus.unit else None,
        )
        reading = await asyncio.to_thread(reader.read, text, self._counter.board, focus, _new_id, self._now())
        if reading.effect is not None and reading.effect.kind == "undo":
            reading = self._naming_act(who, reading)
        if reading.effect is not None and reading.effect.kind == "coverage":
            reading = await self._with_coverage(reading)
        calls_for_help = any(isinstance(command, UNLIMITED) for command in reading.commands)
        if asked.run and not calls_for_help:
            too_many = self._counter.hold_back(who)
            if too_many is not None:
                return too_many
        if not asked.run or not reading.understood:
            return _line_answer(await self._naming_units(who, reading), None)
        return await self._run(who, asked, reading, counted=not calls_for_help)

    def _of_tables(self) -> CommandLine | None:
        """The reader for the tables in force; made anew when others are."""
        catalogue = self._counter.board.catalogue
        if catalogue is None:
            return None
        if catalogue is not self._catalogue or self._reader is None:
            self._catalogue, self._reader = catalogue, CommandLine(Lexicon(catalogue), self._places, self._show)
        return self._reader

    async def _run(self, who: Principal, asked: LineAsked, reading: Reading, *, counted: bool) -> dict[str, Any]:
        commands: tuple[Command, ...] = reading.commands
        if reading.effect is not None and reading.effect.kind == "undo":
            return await self._undo(who, asked, reading, counted=counted)
        if reading.send_recommended is not None:
            recommended = await self._recommended(who, reading.send_recommended, reading.recommend_level)
            if isinstance(recommended, AssignUnits):
                commands = (*commands, recommended)
            elif not commands:
                return _line_answer(reading, recommended)
        if not commands:
            return _line_answer(reading, None, ran=True)
        answer = await self._hand_in(who, asked.id, commands, counted=counted, did=reading.explain)
        return _line_answer(reading, answer, commands)

    async def _hand_in(
        self, who: Principal, line_id: str, commands: tuple[Command, ...], *, counted: bool, did: Name | None = None
    ) -> Answer:
        """One after the other, until one is refused. The line's identity makes theirs, so a repeat is known as one.

        `did` says in words what they do together; what was done of it can then be taken back as one act.
        """
        answer: Answer = declined("malformed", problem="nothing to do", field="line")
        first = 0
        back: list[list[Command] | None] = []
        for index, command in enumerate(commands):
            before = self._counter.board
            answer = await self._counter.hand_in(who, f"{line_id or _new_id()}/{index}", command, counted=counted)
            if isinstance(answer, Declined):
                break
            first = first or answer.seq_from
            if not answer.repeated and answer.seq_to >= answer.seq_from:
                back.append(self._back_of(before, command, answer))
        if did is not None:
            self._keep(who, did, back)
        return answer if isinstance(answer, Declined) else msgspec.structs.replace(answer, seq_from=first)

    def _back_of(self, before: Board, command: Command, answer: Accepted) -> list[Command] | None:
        """What takes the command back, by what it really did; None where it cannot be, or that is no longer known."""
        events = [event for seq, event in self._lately if answer.seq_from <= seq <= answer.seq_to]
        incident = before.incidents.get(IncidentId(getattr(command, "incident_id", "")))
        if incident is not None:
            try:
                opened = {incident.id: opened_row(incident, self._show)}
            except StorageFailed:  # it is done; what stood there cannot be read just now
                return None
            before = msgspec.structs.replace(before, incidents={**before.incidents, **opened})
        return undo_of(before, command, events) if events else None

    async def _proposal(self, who: Principal, incident: IncidentId, level: int | None) -> Proposal | Declined:
        if self._adviser is None:
            return declined("no-roads")
        return await self._adviser.propose(who, AdviceAsked(incident_id=incident, alarm_level=level), self._now())

    async def _recommended(self, who: Principal, incident: IncidentId, level: int | None) -> AssignUnits | Declined:
        proposal = await self._proposal(who, incident, level)
        if isinstance(proposal, Declined):
            return proposal
        if not proposal.lines:
            return declined("nothing-recommended")
        return AssignUnits(
            incident_id=incident,
            units=tuple(line.unit for line in proposal.lines),
            roles={line.unit: line.role for line in proposal.lines if line.role},
            offer=proposal.offer,
        )

    async def _naming_units(self, who: Principal, reading: Reading) -> Reading:
        """Before Enter: which units the recommendation would send, and how soon each would be there."""
        if not reading.understood or reading.send_recommended is None:
            return reading
        proposal = await self._proposal(who, reading.send_recommended, reading.recommend_level)
        if isinstance(proposal, Declined):
            return reading
        return msgspec.structs.replace(reading, explain=_with_units(reading.explain, proposal, self._names()))

    def _names(self) -> Mapping[str, Name]:
        return {} if self._catalogue is None else self._catalogue.capabilities

    async def _with_coverage(self, reading: Reading) -> Reading:
        """How much is covered, and who could fill in where."""
        coverage = await self._outlook.newest() if self._outlook is not None else None
        catalogue = self._counter.board.catalogue
        if coverage is None or catalogue is None:
            return msgspec.structs.replace(reading, explain=declined("no-coverage-yet").text)
        return msgspec.structs.replace(reading, explain=coverage_said(coverage, catalogue))

    # --- taking back

    def _keep(self, who: Principal, did: Name, back: list[list[Command] | None]) -> None:
        """On the session's stack: with its commands, last first, or as one that cannot be taken back."""
        if not back:
            return
        known = [each for each in reversed(back) if each is not None]
        whole = tuple(command for each in known for command in each) if len(known) == len(back) else None
        kept = self._done.setdefault(who.session, [])
        kept.append(Act(did, whole))
        del kept[:-UNDO_KEPT]
        self._done.move_to_end(who.session)
        while len(self._done) > SESSIONS_MAX:
            self._done.popitem(last=False)

    def _naming_act(self, who: Principal, reading: Reading) -> Reading:
        """Which act `U` takes back, or that it cannot."""
        kept = self._done.get(who.session)
        if not kept:
            return msgspec.structs.replace(reading, explain=declined("nothing-to-undo").text)
        act = kept[-1]
        if act.back is None:
            return msgspec.structs.replace(reading, explain=_not_back(act).text)
        explain = Name(f"takes back: {act.what.en}", f"撤回：{act.what.zh}")
        return msgspec.structs.replace(reading, explain=explain, commands=act.back)

    async def _undo(self, who: Principal, asked: LineAsked, reading: Reading, *, counted: bool) -> dict[str, Any]:
        kept = self._done.get(who.session)
        if not kept:
            return _line_answer(reading, declined("nothing-to-undo"))
        act = kept[-1]
        if act.back is None:
            return _line_answer(reading, _not_back(act))
        answer = await self._hand_in(who, asked.id, act.back, counted=counted)
        if isinstance(answer, Accepted):
            kept.pop()
        return _line_answer(reading, answer, act.back)


def _not_back(act: Act) -> Declined:
    return declined("cannot-be-undone", act=act.what.en, act_zh=act.what.zh)


def _with_units(explain: Name, proposal: Proposal, known: Mapping[str, Name]) -> Name:
    """`known`: the city's names of capabilities."""
    units = ", ".join(f"{line.unit} {line.total_s // 60}:{line.total_s % 60:02}" for line in proposal.lines)
    short = [
        (known.get(each.capability, Name(each.capability, each.capability)), each.wanted - each.found)
        for each in proposal.shortfalls
    ]
    missing = ", ".join(f"{name.en} ×{count}" for name, count in short)
    lacking = "、".join(f"{name.zh} ×{count}" for name, count in short)
    return Name(
        f"{explain.en}: {units or 'nobody'}" + (f"; missing {missing}" if short else ""),
        f"{explain.zh}：{units or '无'}" + (f"；缺 {lacking}" if short else ""),
    )


def _new_id() -> str:
    return str(uuid.uuid4())


def _line_answer(
    reading: Reading, answer: Answer | None, commands: tuple[Command, ...] = (), *, ran: bool = False
) -> dict[str, Any]:
    error = reading.error
    would_run = commands or reading.commands
    return {
        "understood": reading.understood,
        "verb": reading.verb,
        "explain": reading.explain,
        "command": would_run[0] if would_run else None,
        "commands": would_run,
        "completions": reading.completions,
        "error": None
        if error is None
        else {"code": error.code, "text": error.text, "at": error.start, "start": error.start, "end": error.end},
        "ran": ran or answer is not None,
        "answer": None if answer is None else answer_body(answer),
        "effects": _effects(reading.effect, commands, answer),
    }


def _effects(effect: Effect | None, commands: tuple[Command, ...], answer: Answer | None) -> dict[str, Any]:
    """What the console is to do: show something, or turn to the incident that was opened.

    A line that only names an incident takes nobody away from what they are reading.
    """
    effects: dict[str, Any] = {}
    if effect is not None and effect.kind not in ("none", "undo"):
        effects[effect.kind.replace("-", "_")] = effect.subject
        if effect.level is not None:
            effects["level"] = effect.level
        if effect.capability:
            effects["capability"] = effect.capability
    opens = any(isinstance(each, OPENING) for each in commands)
    if isinstance(answer, Accepted) and answer.outcome.get("incident") and opens:
        effects["focus_incident"] = answer.outcome["incident"]
    return effects


def _refused_line(no: Declined) -> dict[str, Any]:
    error = {"code": no.code, "text": no.text, "at": 0, "start": 0, "end": 0}
    reading = Reading(understood=False, explain=Name("", ""))
    return {**_line_answer(reading, None), "error": error, "explain": no.text}
