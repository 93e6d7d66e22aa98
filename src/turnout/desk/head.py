"""A head of the stream: the board after a journal row. Deciding puts one head on another; all of it is pure."""

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple

import msgspec

from turnout.core.context import Context
from turnout.desk.book import B, Book, C, E, R
from turnout.desk.chain import JournalRow, genesis, sealed
from turnout.words.moment import Moment


class Head(msgspec.Struct, Generic[B], frozen=True):
    """The board as it is after row `seq`, with that row's time and hash."""

    board: B
    seq: int
    at: Moment
    hash: bytes


class Step(NamedTuple, Generic[B, E]):
    """What a decided command did: the head after it, its rows, and its events as they will be read back."""

    head: Head[B]
    rows: list[JournalRow]
    events: list[E]


def first_head(book: Book[B, C, E, R]) -> Head[B]:
    """The head of an empty journal."""
    return Head(book.empty(), 0, Moment(0), genesis(book.stream))


def not_before(head: Head[B], now: Moment) -> Moment:
    """The time that the next row gets: never before the last one's, whatever the clock says (decision 0031)."""
    return max(now, head.at)


def decide_onto(book: Book[B, C, E, R], head: Head[B], command: C, context: Context, digest: bytes) -> Step[B, E] | R:
    """Decide `command` on `head`. The refusal, or what it does. Whatever this raises is a bug in the rules."""
    decision = book.decide(head.board, command, context)
    if not isinstance(decision, list):
        return decision
    command_name = book.command_name(command)
    rows: list[JournalRow] = []
    events: list[E] = []
    for event in decision:
        row = _row(book, head, event, context, command_name, digest)
        # What the board evolves by is what the journal will say, not what the rule happened to hold in its hand:
        # so a lossy encoding shows now, and a row that could not be read back is never written.
        stored = book.decode_event(row.name, row.version, row.body)
        head = Head(book.evolve(head.board, stored), row.seq, row.at, row.hash)
        rows.append(row)
        events.append(stored)
    return Step(head, rows, events)


def _row(
    book: Book[B, C, E, R], head: Head[B], event: E, context: Context, command_name: str, digest: bytes
) -> JournalRow:
    name, version, body = book.encode_event(event)
    return sealed(
        JournalRow(
            seq=head.seq + 1,
            at=context.at,
            actor=context.actor.id,
            position=context.position,
            purpose=context.purpose,
            cause=context.cause,
            command_id=context.command_id,
            command=command_name,
            command_digest=digest,
            name=name,
            version=version,
            body=body,
            prev_hash=head.hash,
            hash=b"",
        )
    )


def replay(book: Book[B, C, E, R], head: Head[B], rows: Iterable[JournalRow]) -> Step[B, E]:
    """`head` with `rows` applied. The rows have been verified; one that cannot be applied is a bug."""
    applied: Sequence[JournalRow] = list(rows)
    board = head.board
    events: list[E] = []
    for row in applied:
        event = book.decode_event(row.name, row.version, row.body)
        board = book.evolve(board, event)
        events.append(event)
    if not applied:
        return Step(head, [], [])
    last = applied[-1]
    return Step(Head(board, last.seq, last.at, last.hash), list(applied), events)
