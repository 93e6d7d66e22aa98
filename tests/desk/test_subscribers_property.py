"""Whatever happens, whoever is slow, cut off or away: changes applied to a snapshot give a fresh snapshot."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk.stand_ins import NOON
from tests.desk.toy_book import (
    AddUnit,
    AssignUnit,
    CloseIncident,
    OpenIncident,
    ReleaseUnit,
    ToyBoard,
    ToyBook,
    ToyCommand,
    origin,
)
from tests.desk.toy_rows import TABLES, toy_row
from turnout.desk.desk import Told
from turnout.desk.rows import Row
from turnout.desk.subscribers import Changes, Cut, Limits, Snapshot, Subscribers, Subscription

UNITS = ["E01", "E02", "E03", "E04"]
INCIDENTS = ["I1", "I2", "I3"]


def sees_all(row: Row) -> bool:
    return True


def sees_no_working_units(row: Row) -> bool:
    """Depends on what changes, so that rows come into view and go out of it."""
    return row.table != "units" or getattr(row.row, "incident", None) is None


def sees_some_incidents(row: Row) -> bool:
    return row.id in ("I1", "E01", "E02")


RIGHTS: list[Callable[[Row], bool]] = [sees_all, sees_no_working_units, sees_some_incidents]

commands: st.SearchStrategy[ToyCommand] = st.one_of(
    st.builds(OpenIncident, st.sampled_from(INCIDENTS), st.sampled_from(["", "fire", "secret"])),
    st.builds(CloseIncident, st.sampled_from(INCIDENTS)),
    st.builds(AssignUnit, st.sampled_from(UNITS), st.sampled_from(INCIDENTS)),
    st.builds(ReleaseUnit, st.sampled_from(UNITS)),
)
step = st.one_of(
    st.tuples(st.just("batch"), st.lists(commands, min_size=1, max_size=5)),
    st.tuples(st.sampled_from(["fetch", "cut", "leave", "forget"]), st.integers(0, len(RIGHTS) - 1)),
)
steps = st.lists(step, min_size=15, max_size=70)
restored_between = st.builds(
    lambda before, by, after: [*before, ("restored", by), *after],
    st.lists(step, min_size=10, max_size=40),
    st.integers(1, 9),
    st.lists(step, min_size=10, max_size=40),
)
any_limits = st.builds(
    Limits,
    kept_rows=st.sampled_from([0, 2, 8, 1_000]),
    kept_bytes=st.sampled_from([0, 100, 300, 1_000_000]),
    pending_rows=st.sampled_from([1, 3, 1_000]),
    first_rows=st.sampled_from([0, 1, 4, 1_000]),
    firsts=st.sampled_from([1, 2, 8]),
)
plays = given(steps=steps, limits=any_limits)
plays_with_a_restore = given(steps=restored_between, limits=any_limits)


class Console:
    """Holds rows as a browser does, knowing nothing but the messages."""

    def __init__(self, subscribers: Subscribers[ToyBoard], sees: Callable[[Row], bool]) -> None:
        self._subscribers, self.sees = subscribers, sees
        self.rows: dict[tuple[str, str], Any] = {}
        self.seq: int | None = None
        self.mark = ""
        self.subscription: Subscription = subscribers.subscribe(None, sees)

    def come_back(self, to: Subscribers[ToyBoard] | None = None) -> None:
        self.subscription.close()
        self._subscribers = self._subscribers if to is None else to
        self.subscription = self._subscribers.subscribe(self.seq, self.sees, self.mark)

    def forget(self) -> None:
        self.seq, self.rows = None, {}
        self.come_back()

    async def fetch_all(self) -> None:
        while True:
            try:
                message = await asyncio.wait_for(anext(self.subscription), timeout=0.001)
            except (TimeoutError, StopAsyncIteration):
                return
            match message:
                case Snapshot():
                    self.rows = {_key(raw): msgspec.json.decode(raw)["row"] for raw in message.rows}
                    self.seq, self.mark = message.seq, message.mark
                case Changes():
                    for raw in message.upserts:
                        self.rows[_key(raw)] = msgspec.json.decode(raw)["row"]
                    for key in message.removes:
                        del self.rows[key]  # a remove of what was never held would be a leak
                    self.seq, self.mark = message.seq, message.mark
                case Cut():
                    assert self.seq is None or message.resume_after >= self.seq
                    self.come_back()


def _key(raw: msgspec.Raw) -> tuple[str, str]:
    decoded = msgspec.json.decode(raw)
    return decoded["table"], decoded["id"]


def moved_by(board: ToyBoard, batch: list[ToyCommand], seq: int) -> tuple[ToyBoard, int]:
    book = ToyBook()
    for command in batch:
        decision = book.decide(board, command, origin("c").context(NOON))
        for event in decision if isinstance(decision, list) else []:
            board, seq = book.evolve(board, event), seq + 1
    return board, seq


@settings(max_examples=60, deadline=None)
@plays
def test_changes_applied_to_a_snapshot_equal_a_fresh_snapshot(steps: list[tuple[str, Any]], limits: Limits) -> None:
    asyncio.run(play(steps, limits))


@settings(max_examples=60, deadline=None)
@plays_with_a_restore
def test_and_so_they_do_after_a_restore(steps: list[tuple[str, Any]], limits: Limits) -> None:
    """Other rows have the numbers that those who come back have seen."""
    asyncio.run(play(steps, limits))


async def play(steps: list[tuple[str, Any]], limits: Limits) -> None:
    busy: list[ToyCommand] = [AddUnit(unit) for unit in UNITS]
    busy += [OpenIncident(incident, "fire") for incident in INCIDENTS]
    board, seq = moved_by(ToyBoard(), busy, 0)
    subscribers: Subscribers[ToyBoard] = Subscribers(TABLES, board, seq, NOON, limits, last_hash=toy_row(seq, "").hash)
    consoles = [Console(subscribers, sees) for sees in RIGHTS]
    past, branch = [(board, seq, toy_row(seq, ""))], 0
    away: list[Console] = []
    for what, detail in steps:
        match what:
            case "batch":
                before, from_seq = board, seq
                board, seq = moved_by(board, detail, seq)
                if board is not before:
                    rows = [toy_row(each, str(branch)) for each in range(from_seq + 1, seq + 1)]
                    subscribers.hear(Told(seq, NOON, before, board, rows, []))
                    past.append((board, seq, rows[-1]))
            case "fetch":
                await consoles[detail].fetch_all()
            case "cut":
                consoles[detail].subscription.cut()
            case "leave":
                consoles[detail].come_back()
            case "forget":
                consoles[detail].forget()
            case "restored":  # from a backup, with consoles that come back only later
                past = past[: max(len(past) - detail, 1)]
                (board, seq, last), branch = past[-1], branch + 1
                subscribers = Subscribers(TABLES, board, seq, NOON, limits, last_hash=last.hash)
                away = list(consoles)
    for console in away:
        console.come_back(subscribers)
    for console in consoles:
        await console.fetch_all()
        fresh = Console(Subscribers(TABLES, board, seq, NOON), console.sees)
        await fresh.fetch_all()
        assert console.rows == fresh.rows
