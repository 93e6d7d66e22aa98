"""Corridors at work: from the board and the newest places to the controllers, and every answer into the journal.

It runs beside the desk, once a second while there is a corridor. Nothing is written to a controller before the request
stands in the journal and the rules have said that this one is permitted and armed; that is asked again whenever a
controller is told anew. After a restart what was open is given back, and asked again where it is still wanted.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final
from uuid import uuid4

from msgspec.structs import replace

from turnout.core.board import Board, Corridor
from turnout.core.commands import Command
from turnout.core.corridors.commands import AskJunctions, EndCorridor, JunctionAsk, JunctionNote, NoteJunctions
from turnout.core.corridors.matters import JunctionState, Outcome
from turnout.core.corridors.rules import is_under_way, why_not_asked
from turnout.core.events import Event
from turnout.desk.access import part
from turnout.desk.desk import Told
from turnout.edge.answers import Declined
from turnout.edge.corridors.talking import Heard, Talks
from turnout.edge.corridors.ways import Ways
from turnout.edge.counter import Counter
from turnout.signals.controller import Controllers, PriorityRequest, PriorityState
from turnout.signals.corridor import (
    Act,
    Ask,
    Release,
    ReleaseReason,
    Seen,
    StandBack,
    Track,
    begun,
    ended,
    refused,
    step,
)
from turnout.signals.sites import Sites
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

STEP_S: Final = 1.0
LOST_END_MS: Final = 300_000
"""A corridor of a crew that has not been heard of for so long is over."""

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
    ) -> None:
        """Without roads or controllers a corridor is ended at once, and says so."""
        self._counter, self.ways, self._now, self._clock_ms = counter, ways, now, clock_ms
        self._talks = Talks(controllers) if controllers is not None else None
        self._tracks: dict[str, Track] = {}
        self._seen_ms: dict[str, int] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._notes: dict[str, list[JunctionNote]] = {}
        self._wake = asyncio.Event()
        self._wake.set()

    def hear(self, told: Told[Board, Event]) -> None:
        is_moved = bool(self._tracks) and told.before.units is not told.after.units
        if is_moved or told.before.corridors is not told.after.corridors:
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
        if self.ways is not None and self._talks is not None and self._tracks:
            sites = await self.ways.sites()
            await self._drive(board, sites)
        for corridor in list(board.corridors):
            await self._note(corridor)
            await self._end(corridor)

    # --- which corridors there are

    def _follow(self, board: Board) -> None:
        for id in [id for id in self._tracks if id not in board.corridors]:
            self._forget(id)
        for id, corridor in board.corridors.items():
            if self._talks is None or self.ways is None:
                self._outcomes[id] = "no-signals"
            elif id not in self._tracks:
                self._begin(corridor, self._talks)

    def _begin(self, corridor: Corridor, talks: Talks) -> None:
        """Anew after a restart too: what then stands as asked is given back first."""
        now_ms = self._clock_ms()
        since_ms = now_ms - max(0, self._now() - corridor.at)
        self._tracks[corridor.id] = replace(begun(corridor.id, corridor.level, since_ms), moved_ms=now_ms)
        self._seen_ms[corridor.id] = now_ms
        for junction in corridor.junctions.values():
            if junction.state in ("asked", "granted", "waiting", "lost"):
                talks.give_back(corridor.id, junction.id, request_id(corridor.id, junction.id), "ended")

    def _forget(self, id: str) -> None:
        self._tracks.pop(id, None)
        self._seen_ms.pop(id, None)
        self._outcomes.pop(id, None)
        self._notes.pop(id, None)
        if self.ways is not None:
            self.ways.forget(id)

    # --- driving

    async def _drive(self, board: Board, sites: Sites) -> None:
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
        after, more = step(running, seen, lambda junction, group: None, sites.meet, self._clock_ms())
        self._tracks.update({track.id: track for track in after})
        await self._do([*acts, *more], sites)
        self._look_at_held()

    async def _look(self, board: Board, corridor: Corridor, seen: dict[str, Seen]) -> Outcome | None:
        """Puts what is seen of the crew into `seen`; or why the corridor is over."""
        assert self.ways is not None
        if corridor.cancelled is not None:
            return "cancelled"
        if not is_under_way(board, corridor):
            status = board.units[corridor.unit].status if corridor.unit in board.units else None
            return "arrived" if getattr(status, "incident", None) == corridor.incident else "cleared"
        now_ms = self._clock_ms()
        looked = await self.ways.look(board, corridor, now_ms)
        if not looked.has_way:
            return "no-way"
        if looked.seen is not None:
            seen[corridor.id] = looked.seen
            self._seen_ms[corridor.id] = looked.seen.fix_at_ms
        return "lost" if now_ms - self._seen_ms[corridor.id] > LOST_END_MS else None

    def _give_back_disarmed(self, board: Board, id: str) -> None:
        """What may no longer be asked is given back at once."""
        assert self._talks is not None
        for junction in list(self._tracks[id].held):
            why = why_not_asked(board, junction, self._now())
            if why:
                self._tracks[id] = refused(self._tracks[id], junction, why)
                self._talks.give_back(id, junction, request_id(id, junction), why)

    # --- acting

    async def _do(self, acts: Iterable[Act], sites: Sites) -> None:
        assert self._talks is not None
        new: dict[str, list[Ask | StandBack]] = {}
        for act in acts:
            match act:
                case Release():
                    self._talks.give_back(
                        act.corridor, act.junction, request_id(act.corridor, act.junction), act.reason
                    )
                case Ask(is_new=False):
                    self._talks.ask(act.corridor, _request(act))
                case Ask() | StandBack():
                    new.setdefault(act.corridor, []).append(act)
        for corridor, asks in new.items():
            await self._ask(corridor, asks, sites)

    async def _ask(self, corridor: str, asks: list[Ask | StandBack], sites: Sites) -> None:
        """Into the journal first; then to those controllers that the rules leave."""
        assert self._talks is not None
        known = [ask for ask in asks if ask.junction in sites.by_id]
        said = tuple(_said(ask, sites) for ask in known)
        if not said or not await self._hand_in(AskJunctions(corridor_id=corridor, asks=said)):
            for ask in asks:
                self._tracks[corridor] = refused(self._tracks[corridor], ask.junction, "refused")
            return
        row = self._counter.board.corridors.get(corridor)
        for ask in known:
            junction = row.junctions.get(ask.junction) if row is not None else None
            if junction is None or junction.state == "refused":
                why = junction.reason if junction is not None else "refused"
                self._tracks[corridor] = refused(self._tracks[corridor], ask.junction, why)
            elif isinstance(ask, StandBack):
                self._add_note(corridor, ask.junction, "waiting", "other-corridor")
            else:
                self._talks.ask(corridor, _request(ask))

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
            self._tracks[track.id] = replace(track, held={**track.held, heard.junction: replace(held, told_ms=0)})
            return
        if state == "refused":
            self._tracks[track.id] = refused(track, heard.junction, heard.status.reason or "refused")
        self._add_note(track.id, heard.junction, state, heard.status.reason)

    def _add_note(self, corridor: str, junction: str, state: JunctionState, reason: str) -> None:
        self._notes.setdefault(corridor, []).append(JunctionNote(junction=junction, state=state, reason=reason))

    async def _note(self, corridor: str) -> None:
        notes = self._notes.pop(corridor, [])
        newest = {note.junction: note for note in notes}
        if newest:
            await self._hand_in(NoteJunctions(corridor_id=corridor, notes=tuple(newest.values())))

    async def _end(self, corridor: str) -> None:
        """Once all has been given back and that is noted."""
        outcome = self._outcomes.get(corridor)
        is_open = self._talks is not None and self._talks.is_open(corridor)
        if outcome is None or is_open or self._notes.get(corridor):
            return
        if self._talks is not None and any(heard.corridor == corridor for heard in self._talks.waiting):
            return
        if await self._hand_in(EndCorridor(corridor_id=corridor, outcome=outcome)):
            self._forget(corridor)

    async def _hand_in(self, command: Command) -> bool:
        answer = await self._counter.hand_in(part("corridors"), f"corridor/{uuid4()}", command)
        if isinstance(answer, Declined):
            log.info("%s was declined: %s", command.__struct_config__.tag, answer.code)
        return not isinstance(answer, Declined)


def _why(outcome: Outcome) -> ReleaseReason:
    match outcome:
        case "cancelled":
            return "cancelled"
        case "lost":
            return "lost"
        case _:
            return "ended"


def _request(ask: Ask) -> PriorityRequest:
    return PriorityRequest(
        id=request_id(ask.corridor, ask.junction),
        junction=ask.junction,
        group=ask.group,
        arrives_in_ms=ask.arrives_in_ms,
        leaves_in_ms=ask.leaves_in_ms,
        level=ask.level,
    )


def _said(ask: Ask | StandBack, sites: Sites) -> JunctionAsk:
    site = sites.by_id[ask.junction]
    arrives_in_ms = ask.arrives_in_ms if isinstance(ask, Ask) else 0
    return JunctionAsk(
        junction=site.id, name=site.junction.name, place=site.place, group=ask.group, arrives_in_ms=arrives_in_ms
    )
