"""Random histories of a desk in trouble, judged from what its clients were told and never from its own word.

Clients send, and send again; appends fail before or after the disk has them; rules meet bugs; the desk crashes and
comes back. Then: every acknowledged command is in the journal, once, where the answer says; one identity has one answer
as long as the desk lives, and for ever once it is done; nobody hangs; the board, and a console's, equal a replay.
"""

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.desk_contract import a_desk
from tests.desk.stand_ins import SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import (
    AddUnit,
    AssignUnit,
    CloseIncident,
    MeetBug,
    MeetLateBug,
    OpenIncident,
    ReleaseUnit,
    ToyBook,
    ToyCommand,
    origin,
)
from tests.desk.toy_rows import TABLES
from turnout.desk.answers import Done, Refused
from turnout.desk.faults import Fault, StorageFailed
from turnout.desk.subscribers import Changes, Snapshot, Subscribers

ROUNDS = 6
SENDERS = 12
RECENT = 4
"""Most repeats are of commands that may still be on their way to the disk."""
ANSWER_WITHIN_S = 10.0


class History:
    """What the clients sent and were told."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = SetClock()
        self.sent: dict[str, ToyCommand] = {}
        self.life = 0
        self.told: dict[str, list[tuple[int, Done | Refused[Any]]]] = {}

    def command(self) -> ToyCommand:
        unit, incident = f"E{self.chance.randrange(6)}", f"I{self.chance.randrange(3)}"
        kinds: list[ToyCommand] = [AddUnit(unit), OpenIncident(incident), CloseIncident(incident), ReleaseUnit(unit)]
        kinds += [AssignUnit(unit, incident)] * 4
        kinds += [MeetBug(), MeetLateBug()] if self.chance.random() < 0.1 else []
        return self.chance.choice(kinds)

    def next(self) -> tuple[str, ToyCommand]:
        """A new command, or one that was sent before: in doubt, or out of habit."""
        if self.sent and self.chance.random() < 0.3:
            recent = list(self.sent.items())[-RECENT:] if self.chance.random() < 0.7 else list(self.sent.items())
            return self.chance.choice(recent)
        command_id = f"c{len(self.sent)}"
        self.sent[command_id] = self.command()
        return command_id, self.sent[command_id]

    async def sender(self, desk: Any) -> None:
        for _ in range(self.chance.randrange(1, 5)):
            command_id, command = self.next()
            try:
                answer = await asyncio.wait_for(desk.submit(command, origin(command_id)), timeout=ANSWER_WITHIN_S)
            except TimeoutError:
                raise AssertionError(f"{command_id} was never answered") from None
            except Fault:
                continue
            self.told.setdefault(command_id, []).append((self.life, msgspec.structs.replace(answer, repeated=False)))

    async def trouble(self, journal: TroubledJournal) -> None:
        for _ in range(self.chance.randrange(0, 4)):
            await asyncio.sleep(self.chance.random() * 0.004)
            self.clock.forward(self.chance.choice([1, 50, -20_000]))
            match self.chance.randrange(3):
                case 0:
                    journal.fail_next_append = StorageFailed("failed before it was written")
                case 1:
                    journal.fail_after_append = StorageFailed("failed after it was written")
                case _:
                    pass


class Follower:
    """A console that applies what it is sent."""

    def __init__(self, desk: Any) -> None:
        self.rows: dict[tuple[str, str], Any] = {}
        subscribers = Subscribers(TABLES, desk.board, desk.seq, desk.at)
        desk.listen(subscribers.hear)
        self._subscription = subscribers.subscribe(None, lambda row: True)

    async def fetch_all(self) -> dict[tuple[str, str], Any]:
        while True:
            try:
                message = await asyncio.wait_for(anext(self._subscription), timeout=0.001)
            except TimeoutError:
                return self.rows
            assert isinstance(message, (Snapshot, Changes))
            for raw in message.rows if isinstance(message, Snapshot) else message.upserts:
                decoded = msgspec.json.decode(raw)
                self.rows[decoded["table"], decoded["id"]] = decoded["row"]
            for key in message.removes if isinstance(message, Changes) else ():
                del self.rows[key]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_history_loses_or_doubles_what_was_acknowledged(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_judged(seed, Path(folder)))


async def _judged(seed: int, folder: Path) -> None:
    history = History(seed)
    for history.life in range(ROUNDS):
        async with a_desk(folder, history.clock) as (desk, journal):
            journal.append_takes_s = history.chance.choice([0.0, 0.003])
            follower = Follower(desk)
            senders = [asyncio.create_task(history.sender(desk)) for _ in range(SENDERS)]
            await asyncio.gather(history.trouble(journal), *senders)
            journal.fail_next_append = journal.fail_after_append = None
            await _at_rest(desk)
            fresh = Follower(desk)
            assert await follower.fetch_all() == await fresh.fetch_all()
            assert desk.board == _replayed((await all_rows(journal))[: desk.seq])
            # It ends here without a goodbye.
    async with a_desk(folder, history.clock) as (desk, journal):
        assert await journal.verify() is None
        rows = await all_rows(journal)
        _judge_answers(history, rows)
        assert desk.board == _replayed(rows)


async def _at_rest(desk: Any) -> None:
    """Until it takes commands again: after a fault everybody is told at once, and only then it catches up by itself."""
    for attempt in range(5):
        try:
            await asyncio.wait_for(desk.submit(AddUnit("E0"), origin(f"rest{desk.seq}-{attempt}")), ANSWER_WITHIN_S)
            return
        except Fault:
            continue
    raise AssertionError("the desk did not come back")


def _judge_answers(history: History, rows: list[Any]) -> None:
    rows_of: dict[str, list[int]] = {}
    for row in rows:
        rows_of.setdefault(row.command_id, []).append(row.seq)
        if row.command_id.startswith("rest"):
            continue
        assert row.command == ToyBook().command_name(history.sent[row.command_id])
    for command_id, answers in history.told.items():
        seqs = rows_of.get(command_id, [])
        for life in range(ROUNDS):
            assert len({answer for lived, answer in answers if lived == life}) <= 1, f"{command_id} had two answers"
        is_done = False
        for _, answer in answers:
            has_rows = isinstance(answer, Done) and answer.first_seq <= answer.last_seq
            assert has_rows or not is_done, f"{command_id} was done, and then said not to be"
            is_done = has_rows
            if isinstance(answer, Done) and has_rows:
                assert list(range(answer.first_seq, answer.last_seq + 1)) == seqs, f"{command_id} is lost or moved"


def _replayed(rows: list[Any]) -> Any:
    book = ToyBook()
    board = book.empty()
    for row in rows:
        board = book.evolve(board, book.decode_event(row.name, row.version, row.body))
    return board
