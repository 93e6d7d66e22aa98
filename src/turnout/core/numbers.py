"""Board tags and incident numbers (4.8, 6.6).

A tag is a letter for the lead agency's discipline and two digits: `P07`. Letters that begin a call sign of the city are
passed over, so that nobody hears a truck where an incident is meant. Tags go round: one given back is not given again
before about a hundred others have been, so that what was said of the old one has died away.

Numbers belong to agencies and never have gaps: the counter moves only in the event that uses the number.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from turnout.core.board import Board
from turnout.core.catalogue import Agency, Discipline
from turnout.words.moment import MINUTE_MS, SECOND_MS, Moment

TAG_LETTERS: Final[dict[Discipline, str]] = {"fire": "FHJKX", "ems": "MHJKX", "police": "PLNQX", "services": "SUVWX"}
"""In order of preference; none is easily taken for a digit (no I, O) in speech or print."""

TAGS_FIRST = 99
"""Two digits are enough for a city at work ..."""

TAGS_MOST = 9_999
"""... four for the worst night: more open incidents of one discipline than this is a flood of something else."""

TAGS_APART = 50
"""So many other tags are given before one comes again."""


class Numbered(NamedTuple):
    """What was given, and the counter as it stands then."""

    given: str
    series: str
    counter: int


def tag_letter(board: Board, discipline: Discipline) -> str:
    for letter in TAG_LETTERS[discipline]:
        if not any(unit[0] == letter and unit[1:2].isdigit() for unit in board.units):
            return letter
    return "X"


def next_tag(board: Board, discipline: Discipline) -> Numbered:
    """The next free tag after the last that was given, going round."""
    letter = tag_letter(board, discipline)
    series = f"tag/{letter}"
    in_use, most = sum(tag[0] == letter for tag in board.tags), TAGS_FIRST
    while in_use > most - TAGS_APART and most < TAGS_MOST:
        most = most * 10 + 9
    last = board.series.get(series, 0)
    for step in range(most):
        n = (last + step) % most + 1
        if (tag := f"{letter}{n:02}") not in board.tags:
            return Numbered(tag, series, n)
    raise AssertionError(f"all {most} tags of {letter} are in use")


def next_number(board: Board, agency: Agency, opened: Moment, exercise: bool) -> Numbered:
    """The agency's next number in the city's own year at `opened`; an exercise counts apart and says so."""
    offset_min = board.catalogue.utc_offset_min if board.catalogue is not None else 0
    year = datetime.fromtimestamp((opened + offset_min * MINUTE_MS) / SECOND_MS, tz=UTC).year % 100
    series = f"{'exercise/' if exercise else ''}{agency.id}/{year:02}"
    counter = board.series.get(series, 0) + 1
    number = agency.series.format(yy=f"{year:02}", n=counter)
    return Numbered(f"EX-{number}" if exercise else number, series, counter)


def counters(numbered: Iterable[Numbered]) -> dict[str, int]:
    return {one.series: one.counter for one in numbered}
