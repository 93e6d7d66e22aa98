"""What clients of a real server did and were told, and what must hold of it. Judged from their side alone.

A journal is one total order, so the history is linearizable (Herlihy and Wing 1990) if every done command stands in the
journal once, where its answer said; if a command that was answered before another was asked stands before it; and if
every *not available* was true at some moment between question and answer.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec


class Asked(msgspec.Struct):
    """One command as its client saw it. `began` and `ended` are seconds of one monotonic clock."""

    id: str
    command: dict[str, Any]
    began: float
    ended: float = 0.0
    outcome: Literal["done", "refused", "unknown"] = "unknown"
    seq_from: int = 0
    seq_to: int = 0
    code: str = ""
    said: str = ""


class Row(msgspec.Struct):
    """A row of the surviving journal, as far as the history needs it."""

    seq: int
    command_id: str
    name: str
    body: dict[str, Any]
    at: int = 0


def check_history(asked: Iterable[Asked], rows: list[Row]) -> None:
    """Raises AssertionError with what is wrong."""
    history = list(asked)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "the journal has a gap"
    done = [one for one in history if one.outcome == "done" and one.seq_to]
    written = {key: [row.seq for row in group] for key, group in _by_command(rows)}
    for one in done:
        expected = list(range(one.seq_from, one.seq_to + 1))
        assert written.get(one.id) == expected, f"{one.id} was acknowledged as {expected} and is {written.get(one.id)}"
    for one in history:
        assert one.outcome != "refused" or one.id not in written, f"{one.id} was refused ({one.code}) and happened"
    _real_time_order(done)
    _assignments_alternate(rows)
    _refusals_were_true(history, rows)


def _by_command(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Rows of one command stand together: it is one decision."""
    seen: set[str] = set()
    for key, group in itertools.groupby(rows, key=lambda row: row.command_id):
        assert key not in seen, f"{key} was done twice"
        seen.add(key)
        yield key, list(group)


def _real_time_order(done: list[Asked]) -> None:
    newest = 0
    ended = sorted(done, key=lambda one: one.ended)
    waiting = iter(ended)
    upcoming = next(waiting, None)
    for one in sorted(done, key=lambda one: one.began):
        while upcoming is not None and upcoming.ended < one.began:
            newest = max(newest, upcoming.seq_to)
            upcoming = next(waiting, None)
        assert one.seq_from > newest, f"{one.id} stands before what was answered before it was asked"


def _changes_of_units(rows: list[Row]) -> Iterator[tuple[int, str, str | None]]:
    """(seq, unit, incident that it is on from now on)."""
    for row in rows:
        if row.name == "units-assigned":
            for sent in row.body["units"]:
                yield row.seq, sent["unit"], row.body["incident"]
        elif row.name == "assignment-ended":
            yield row.seq, row.body["unit"], None


def _assignments_alternate(rows: list[Row]) -> None:
    on: dict[str, str | None] = {}
    for seq, unit, incident in _changes_of_units(rows):
        was = on.get(unit)
        assert (was is None) != (incident is None), f"{unit} at {seq}: on {was}, then on {incident}"
        on[unit] = incident


def _refusals_were_true(history: list[Asked], rows: list[Row]) -> None:
    """*Not available* has a moment, between what was known before and what was answered after, at which it was so."""
    held: dict[str, list[tuple[int, str | None]]] = {}
    for seq, unit, incident in _changes_of_units(rows):
        held.setdefault(unit, []).append((seq, incident))
    done = [one for one in history if one.outcome == "done" and one.seq_to]
    for one in history:
        if one.code != "unit-not-available":
            continue
        before = max((other.seq_to for other in done if other.ended < one.began), default=0)
        after = min((other.seq_from for other in done if other.began > one.ended), default=len(rows) + 1)
        unit = one.command["units"][0]
        spans = held.get(unit, [])
        ends = [*(seq for seq, _ in spans[1:]), len(rows) + 2][: len(spans)]
        true = any(
            incident is not None and begin < after and end > before
            for (begin, incident), end in zip(spans, ends, strict=True)
        )
        assert true, f"{one.id}: {unit} was never on an incident between {before} and {after}"
