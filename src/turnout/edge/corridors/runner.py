"""Corridors at work: from the board and the newest places to the controllers, and every answer into the journal.

It runs beside the desk, once a second while there is a corridor. Nothing is written to a controller before the request
stands in the journal and the rules have said that this one is permitted and armed; that is asked again whenever a
controller is told anew. After a restart what was open is given back, and asked again where it is still wanted.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from uuid import uuid4

from msgspec.structs import replace

from turnout.core.board import Board, Corridor, CorridorJunction
from turnout.core.commands import Command
from turnout.core.corridors.commands import AskJunctions, EndCorridor, JunctionAsk, JunctionNote, NoteJunctions
from turnout.core.corridors.matters import CrossingName, JunctionState, Outcome
from turnout.core.corridors.rules import is_under_way, why_not_asked
from turnout.core.events import Event
from turnout.core.texts import Show
from turnout.core.units.unit import Status
from turnout.desk.access import part
from turnout.desk.desk import Told
from turnout.edge.answers import Declined
from turnout.edge.corridors.detecting import Detecting
from turnout.edge.corridors.noted import STANDING, Noted, Unnamed
from turnout.edge.corridors.talking import Heard, Talks
from turnout.edge.corridors.ways import Ways
from turnout.edge.counter import Counter
from turnout.signals.controller import Asked, Controllers, PriorityRequest, PriorityState
from turnout.signals.corridor import (
    ASKED_MAX,
    Act,
    Ask,
    Release,
    ReleaseReason,
    Seen,
    StandBack,
    Track,
    begun,
    dropped,
    ended,
    refused,
    step,
    untold,
)
from turnout.signals.model import Junction
from turnout.signals.sites import Sites
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.sealed_text import ERASED

log = logging.getLogger(__name__)

STEP_S: Final = 1.0
LOST_END_MS: Final = 300_000
"""A corridor of a crew that has not been heard of for so long is over."""
NO_WAY_END_MS: Final = 10_000
"""So long no search finds a way: one place beside the roads, or one closure, is not the end."""
WRITE_S: Final = 3.0
"""The journal answers in milliseconds. A journal that stands still must not hold up giving back."""
STOP_S: Final = 5.0
"""For giving everything back before the server stops; a silent controller drops what nobody repeats."""

Wanted = dict[str, list[tuple[Ask | StandBack, JunctionAsk]]]
"""By corridor: what the rule asks for, and the words of the journal for it."""

_STATES: Final[dict[PriorityState, JunctionState]] = {
    "queued": "asked",
    "processing": "asked",
    "granted": "granted",
    "overridden": "waiting",
    "refused": "refused",
    "lost": "lost",
}
"""A request that is completed or cancelled though it was not given back is asked again."""


def request_id(corridor: str, junction: str) -> str:
    """The same after a restart, so that a controller knows it again."""
    return f"{corridor}/{junction}"


class Corridors:
    """`hear` goes to `Desk.listen`; `run` until it is cancelled. One per city: at its desk."""

    def __init__(
        self,
        counter: Counter,
        ways: Ways | None,
        controllers: Controllers | None,
        now: Callable[[], Moment],
        clock_ms: Callable[[], int],
        show: Show = str,
    ) -> None:
        """Without roads or controllers a corridor is ended at once, and says so. `show` opens what the board has
        sealed; it raises a `Fault` while a key is not at hand."""
        self._counter, self.ways, self.now, self._clock_ms = counter, ways, now, clock_ms
        self._noted, self._unnamed = Noted(show), Unnamed(clock_ms)
        self.trouble: Name | None = None
        """Why the city's signals cannot be had at all."""
        self._talks = Talks(controllers) if controllers is not None else None
        self.detecting = Detecting(controllers, clock_ms) if controllers is not None else None
        self._tracks: dict[str, Track] = {}
        self._seen_ms: dict[str, int] = {}
        self._last: dict[str, Seen] = {}
        self._no_way_ms: dict[str, int] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._notes: dict[str, list[JunctionNote]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._asking: set[tuple[str, str]] = set()
        self._wake = asyncio.Event()
        self._wake.set()

    def warning(self) -> Name | None:
        """What of the city's signals no corridor can use."""
        unnamed = self._unnamed.warning()
        if unnamed is not None:
            return unnamed
        problems = self.ways.problems if self.ways is not None else ()
        if self.trouble is not None or not problems:
            return self.trouble or (self.detecting.warning() if self.detecting is not None else None)
        first = problems[0]
        return Name(
            f"Signals: {len(problems)} problems; the first: {first.spoken('en')} See `turnout signals sites`.",
            f"信号：{len(problems)} 个问题，第一个：{first.spoken('zh-CN')} 请运行 `turnout signals sites`。",
        )

    def hear(self, told: Told[Board, Event]) -> None:
        before, after = told.before, told.after
        if before.corridors is not after.corridors or (before.units is not after.units and _has_moved(before, after)):
            self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.step()
            except Exception:
                log.exception("a step of the corridors failed; the next one is taken")
            if self._counter.board.corridors:
                try:
                    await asyncio.wait_for(self._wake.wait(), STEP_S)
                except TimeoutError:
                    self._wake.set()

    async def step(self) -> None:
        """One look at every corridor: what is asked, what is given back, what the controllers have said."""
        board = self._counter.board
        self._hear_answers()
        self._follow(board)
        wanted: Wanted = {}
        if self.ways is not None and self._talks is not None and self._tracks:
            sites = await self.ways.sites()
            wanted = await self._drive(board, sites)
        elif self.detecting is not None:
            self.detecting.look(())
        await self._write(wanted)

    async def stop(self) -> None:
        """Everything back, for a bounded time. The board still shows it as asked: after a restart it is given back."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
        if self.detecting is not None:
            self.detecting.stop()
        if self._talks is None:
            return
        for id, track in self._tracks.items():
            for junction in track.held:
                self._talks.give_back(id, junction, request_id(id, junction), "ended")
        await self._talks.close(STOP_S)

    # --- which corridors there are

    def _follow(self, board: Board) -> None:
        for id in [id for id in {*self._tracks, *self._outcomes} if id not in board.corridors]:
            self._forget(id)
        for id, corridor in board.corridors.items():
            if self._talks is None or self.ways is None:
                self._outcomes[id] = "no-signals"
            elif id not in self._tracks:
                self._begin(corridor, self._talks)

    def _begin(self, corridor: Corridor, talks: Talks) -> None:
        """Anew after a restart too: what then stands as asked is given back first."""
        noted = self._noted.of(corridor)  # with a key not at hand all of this is done a second later
        now_ms = self._clock_ms()
        since_ms = now_ms - max(0, self.now() - corridor.at)
        self._tracks[corridor.id] = replace(begun(corridor.id, corridor.level, since_ms), moved_ms=now_ms)
        self._seen_ms[corridor.id] = now_ms
        standing = {id: junction for id, junction in noted.items() if junction.state in STANDING}
        unnamed = [key for key, junction in standing.items() if junction.id == ERASED]
        self._unnamed.found(len(unnamed))
        for key in unnamed:
            self._add_note(corridor.id, key, "lost", "lost")
        for junction in standing.values():
            if junction.id != ERASED:
                asked = Asked(junction.group, corridor.level, junction.also)
                talks.give_back(corridor.id, junction.id, request_id(corridor.id, junction.id), "ended", asked)

    def _forget(self, id: str) -> None:
        self._tracks.pop(id, None)
        self._seen_ms.pop(id, None)
        self._last.pop(id, None)
        self._no_way_ms.pop(id, None)
        self._outcomes.pop(id, None)
        self._notes.pop(id, None)
        self._noted.forget(id)
        if self.ways is not None:
            self.ways.forget(id)

    # --- driving

    async def _drive(self, board: Board, sites: Sites) -> Wanted:
        seen: dict[str, Seen] = {}
        acts: list[Act] = []
        for id, track in list(self._tracks.items()):
            corridor = board.corridors[id]
            outcome = self._outcomes.get(id) or await self._look(board, corridor, seen)
            if outcome is not None:
                self._outcomes[id] = outcome
                self._tracks[id], given_back = ended(track, _why(outcome))
                acts += given_back
            else:
                self._give_back_disarmed(board, id)
        running = [track for id, track in self._tracks.items() if id not in self._outcomes]
        detecting = self.detecting
        assert detecting is not None
        detecting.look(_nearest(seen, sites))
        after, more = step(running, seen, self._queue, sites.meet, self._clock_ms(), detecting.full)
        self._tracks.update({track.id: track for track in after})
        wanted = self._do([*acts, *more], sites)
        self._look_at_held()
        return wanted

    async def _look(self, board: Board, corridor: Corridor, seen: dict[str, Seen]) -> Outcome | None:
        """Puts what is seen of the crew into `seen`, or what was last; or why the corridor is over.

        One second without a look is nothing: `step` judges how old the last one is.
        """
        assert self.ways is not None
        if corridor.cancelled is not None:
            return "cancelled"
        if not is_under_way(board, corridor):
            status = board.units[corridor.unit].status if corridor.unit in board.units else None
            return "arrived" if getattr(status, "incident", None) == corridor.incident else "cleared"
        now_ms = self._clock_ms()
        looked = await self.ways.look(board, corridor, now_ms)
        if not looked.has_way and now_ms - self._no_way_ms.setdefault(corridor.id, now_ms) >= NO_WAY_END_MS:
            return "no-way"
        if looked.seen is not None:
            self._last[corridor.id] = looked.seen
            self._seen_ms[corridor.id] = looked.seen.fix_at_ms
            self._no_way_ms.pop(corridor.id, None)
        if corridor.id in self._last:
            seen[corridor.id] = self._last[corridor.id]
        return "lost" if now_ms - self._seen_ms[corridor.id] > LOST_END_MS else None

    def _give_back_disarmed(self, board: Board, id: str) -> None:
        """What may no longer be asked is given back at once."""
        assert self._talks is not None
        for junction in list(self._tracks[id].held):
            why = why_not_asked(board, junction, self.now())
            if why:
                self._tracks[id] = refused(self._tracks[id], junction, why)
                self._talks.give_back(id, junction, request_id(id, junction), why)

    # --- acting

    def _do(self, acts: Iterable[Act], sites: Sites) -> Wanted:
        """Gives back at once. What is to be asked first has to be noted."""
        assert self._talks is not None
        wanted: Wanted = {}
        for act in acts:
            match act:
                case Release():
                    self._talks.give_back(
                        act.corridor, act.junction, request_id(act.corridor, act.junction), act.reason
                    )
                case Ask(is_new=False) if (act.corridor, act.junction) in self._asking:
                    self._tracks[act.corridor] = untold(self._tracks[act.corridor], act.junction)
                case Ask(is_new=False) if self._is_noted(act):
                    self._say(act)
                case Ask() | StandBack() if act.junction not in sites.by_id:
                    self._tracks[act.corridor] = refused(self._tracks[act.corridor], act.junction, "refused")
                case Ask() | StandBack():
                    wanted.setdefault(act.corridor, []).append((act, _said(act, sites)))
        return wanted

    def _queue(self, junction: str, group: str) -> int | None:
        return self.detecting.queue(junction, group) if self.detecting is not None else None

    def _is_noted(self, ask: Ask) -> bool:
        """Whether the journal has it that these groups are asked for: of a crew past a stop line they are fewer."""
        corridor = self._counter.board.corridors.get(ask.corridor)
        row = self._noted.of(corridor).get(ask.junction) if corridor is not None else None
        return row is not None and (row.group, row.also) == (ask.group, ask.also)

    async def _write(self, wanted: Wanted) -> None:
        """In its own time: while the journal stands still, the next step gives back what is to be given back."""
        if self._writing is not None and not self._writing.done():
            for corridor, asks in wanted.items():
                self._drop(corridor, [ask for ask, _ in asks])
        else:
            self._writing = asyncio.create_task(self._written(wanted))
        done, _ = await asyncio.wait({self._writing}, timeout=STEP_S)
        for task in done:
            task.result()

    async def _written(self, wanted: Wanted) -> None:
        self._asking = {(corridor, ask.junction) for corridor, asks in wanted.items() for ask, _ in asks}
        try:
            await asyncio.gather(*(self._ask(corridor, asks) for corridor, asks in wanted.items()))
        finally:
            self._asking = set()
        await asyncio.gather(*(self._note_and_end(corridor) for corridor in self._counter.board.corridors))

    def _drop(self, corridor: str, asks: Iterable[Ask | StandBack]) -> None:
        """Not noted, so not asked; where it is still wanted it is tried again. What is held stays held."""
        for ask in asks:
            track = self._tracks.get(corridor)
            if track is not None:
                is_held = isinstance(ask, Ask) and not ask.is_new
                self._tracks[corridor] = (untold if is_held else dropped)(track, ask.junction)

    async def _ask(self, corridor: str, asks: list[tuple[Ask | StandBack, JunctionAsk]]) -> None:
        """Into the journal first; then to those controllers that the rules leave, where it is still wanted."""
        assert self._talks is not None
        if not await self._hand_in(AskJunctions(corridor_id=corridor, asks=tuple(said for _, said in asks))):
            self._drop(corridor, [ask for ask, _ in asks])
            return
        row = self._counter.board.corridors.get(corridor)
        noted = self._noted.of(row) if row is not None else {}
        for ask, _ in asks:
            if corridor not in self._tracks:
                return
            junction = noted.get(ask.junction)
            if junction is None or junction.state == "refused":
                why = junction.reason if junction is not None else "refused"
                self._tracks[corridor] = refused(self._tracks[corridor], ask.junction, why)
                if isinstance(ask, Ask) and not ask.is_new:
                    self._talks.give_back(corridor, ask.junction, request_id(corridor, ask.junction), why)
            elif isinstance(ask, StandBack):
                self._add_note(corridor, ask.junction, "waiting", "other-corridor")
            elif ask.junction in self._tracks[corridor].held:
                self._say(ask)

    def _say(self, ask: Ask) -> None:
        """The request is made when it is sent: what the journal and the line took is off its times."""
        assert self._talks is not None
        self._talks.ask(ask.corridor, ask.junction, lambda: _request(ask, self._clock_ms()))

    def _look_at_held(self) -> None:
        assert self._talks is not None
        for id, track in self._tracks.items():
            for junction in track.held:
                self._talks.look(id, junction, request_id(id, junction))

    # --- what comes back

    def _hear_answers(self) -> None:
        for heard in self._talks.taken() if self._talks is not None else ():
            if heard.is_given_back:
                state: JunctionState = "lost" if heard.status.state == "lost" else "released"
                self._add_note(heard.corridor, heard.junction, state, heard.reason)
            else:
                self._hear(heard)

    def _hear(self, heard: Heard) -> None:
        track = self._tracks.get(heard.corridor)
        held = track.held.get(heard.junction) if track is not None else None
        if track is None or held is None:
            return
        state = _STATES.get(heard.status.state)
        if state is None:
            self._tracks[track.id] = untold(track, heard.junction)
            return
        if state == "refused":
            self._tracks[track.id] = refused(track, heard.junction, heard.status.reason or "refused")
        self._add_note(track.id, heard.junction, state, heard.status.reason)

    def _add_note(self, corridor: str, junction: str, state: JunctionState, reason: str) -> None:
        if corridor not in self._tracks:
            return
        self._notes.setdefault(corridor, []).append(JunctionNote(junction=junction, state=state, reason=reason))

    async def _note_and_end(self, corridor: str) -> None:
        if await self._note(corridor):
            await self._end(corridor)

    async def _note(self, corridor: str) -> bool:
        """Only what the board does not show yet. What could not be noted stays for the next time."""
        row = self._counter.board.corridors.get(corridor)
        newest = {note.junction: note for note in self._notes.pop(corridor, [])}
        noted = self._noted.of(row) if row is not None else {}
        news = [note for note in newest.values() if _is_news(note, noted)]
        if not news or await self._hand_in(NoteJunctions(corridor_id=corridor, notes=tuple(news))):
            return True
        self._notes[corridor] = [*news, *self._notes.get(corridor, [])]
        return False

    async def _end(self, corridor: str) -> None:
        """Once all has been given back and that is noted."""
        outcome = self._outcomes.get(corridor)
        is_open = self._talks is not None and self._talks.is_open(corridor)
        if outcome is None or is_open or self._notes.get(corridor):
            return
        if self._talks is not None and any(heard.corridor == corridor for heard in self._talks.waiting):
            return
        await self._hand_in(EndCorridor(corridor_id=corridor, outcome=outcome))

    async def _hand_in(self, command: Command) -> bool:
        """Whether it was noted in time. Nothing is written to a controller on what was not."""
        tag = command.__struct_config__.tag
        try:
            async with asyncio.timeout(WRITE_S):
                answer = await self._counter.hand_in(part("corridors"), f"corridor/{uuid4()}", command)
        except TimeoutError:
            log.warning("%s was not noted in %g s", tag, WRITE_S)
            return False
        if isinstance(answer, Declined):
            log.info("%s was declined: %s", tag, answer.code)
        return not isinstance(answer, Declined)


def _nearest(seen: Mapping[str, Seen], sites: Sites) -> Iterator[Junction]:
    """The junctions ahead of crews that may be asked: the first of every crew, then the second of each."""
    for nth in range(ASKED_MAX):
        for one in seen.values():
            site = sites.by_id.get(one.ahead[nth].junction) if nth < len(one.ahead) else None
            if site is not None:
                yield site.junction


def _has_moved(before: Board, after: Board) -> bool:
    """Whether a crew with a corridor has another status."""
    units = (corridor.unit for corridor in after.corridors.values())
    return any(_status_of(before, unit) != _status_of(after, unit) for unit in units)


def _status_of(board: Board, unit: UnitId) -> Status | None:
    row = board.units.get(unit)
    return row.status if row is not None else None


def _is_news(note: JunctionNote, noted: Mapping[str, CorridorJunction]) -> bool:
    shown = noted.get(note.junction)
    return shown is not None and (shown.state, shown.reason) != (note.state, note.reason)


def _why(outcome: Outcome) -> ReleaseReason:
    match outcome:
        case "cancelled":
            return "cancelled"
        case "lost":
            return "lost"
        case _:
            return "ended"


def _request(ask: Ask, now_ms: int) -> PriorityRequest:
    """As it is to be said now."""
    passed_ms = max(0, now_ms - ask.at_ms)
    arrives_in_ms = max(0, ask.arrives_in_ms - passed_ms)
    return PriorityRequest(
        id=request_id(ask.corridor, ask.junction),
        junction=ask.junction,
        group=ask.group,
        also=ask.also,
        green_in_ms=max(0, ask.green_in_ms - passed_ms),
        arrives_in_ms=arrives_in_ms,
        leaves_in_ms=arrives_in_ms + ask.leaves_in_ms - ask.arrives_in_ms,  # nobody has seen it go through
        level=ask.level,
    )


def _said(ask: Ask | StandBack, sites: Sites) -> JunctionAsk:
    site = sites.by_id[ask.junction]
    arrives_in_ms = ask.arrives_in_ms if isinstance(ask, Ask) else 0
    return JunctionAsk(
        junction=site.id,
        name=CrossingName(site.junction.name.en, site.junction.name.zh),
        place=site.place,
        group=ask.group,
        also=ask.also if isinstance(ask, Ask) else (),
        arrives_in_ms=arrives_in_ms,
    )
