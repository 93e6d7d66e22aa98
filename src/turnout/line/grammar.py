"""How a line is matched: a verb's patterns of slots, tried in order with backtracking, the farthest failure remembered.

A slot offers every way in which it can take words; the first complete way wins. Where none is complete, the slots that
were wanted at the farthest word are what the person is offered. Lines are short, so trying them all costs microseconds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from turnout.core.board import Board
from turnout.core.limits import STACK_MAX
from turnout.line.lexicon import Kind, Lexicon
from turnout.line.reading import Focus
from turnout.line.tokens import Typed, key_of

SlotKind = Literal[
    "unit", "units", "incident", "type", "status", "disposition", "station", "group", "hospital", "agency", "info",
    "out-of-service", "cancel", "preempt", "late", "reopen", "place", "text", "level", "priority", "minutes",
    "word", "capability", "km", "nth", "beds",
]  # fmt: skip

UNITS_MAX = 60
"""Units in one line: more are sent by the recommendation or from the unit board."""


class Slot(msgspec.Struct, frozen=True):
    """One argument. `words` for kind `word`: a keyword and its forms, the first of which is its value."""

    kind: SlotKind
    name: str
    optional: bool = False
    words: tuple[str, ...] = ()


Values = Mapping[str, Any]
CAPABILITY_MARK = "+"
KILOMETRES = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)(?:km|公里)?")
FORCE_MARK = "!"
"""Before a place: take it as typed, on no map, and follow it up (1.9)."""


class Failure(msgspec.Struct):
    """The farthest word reached, and what was wanted there."""

    at: int = -1
    wanted: list[Slot] = []
    place_at: int | None = None
    """Where a place began. Its end cannot be told from what follows until both are complete, so both are offered."""

    def note(self, at: int, slot: Slot) -> None:
        if at > self.at:
            self.at, self.wanted = at, []
        if at == self.at and slot not in self.wanted:
            self.wanted.append(slot)


class Matcher:
    """Matches the words of one line against patterns, on one board."""

    def __init__(self, board: Board, lexicon: Lexicon, focus: Focus, typed: Typed) -> None:
        self.board, self.lexicon, self.focus = board, lexicon, focus
        self.line, self.tokens = typed.text, typed.tokens
        self.failure = Failure()

    def match(self, slots: Sequence[Slot], start: int) -> Values | None:
        """The values of the first complete way to take all words from `start`, or None."""
        return self._match(slots, start, {})

    def _match(self, slots: Sequence[Slot], at: int, values: dict[str, Any]) -> Values | None:
        if not slots:
            if at == len(self.tokens):
                return values
            self.failure.note(at, Slot("text", "nothing-more"))
            return None
        slot, rest = slots[0], slots[1:]
        for following, value in self._options(slot, at):
            found = self._match(rest, following, {**values, slot.name: value})
            if found is not None:
                return found
        self.failure.note(at, slot)
        return None

    def _options(self, slot: Slot, at: int) -> Iterator[tuple[int, Any]]:
        yield from self._taken(slot, at)
        if slot.kind == "incident" and self.focus.incident in self.board.incidents:
            yield at, self.focus.incident
        elif slot.kind in ("unit", "units") and self.focus.unit in self.board.units:
            yield at, (self.focus.unit if slot.kind == "unit" else (self.focus.unit,))
        elif slot.optional:
            yield at, None

    def _taken(self, slot: Slot, at: int) -> Iterator[tuple[int, Any]]:
        """The ways in which this slot can take words, the preferred one first."""
        match slot.kind:
            case "units":
                yield from self._units(at)
            case "incident":
                yield from self._incident(at)
            case "place":
                self.failure.place_at = at if at < len(self.tokens) else None
                yield from ((end, self._as_typed(at, end)) for end in range(at + 1, len(self.tokens) + 1))
            case "text":
                yield from self._free(at)
            case "reopen" if not self.lexicon.entries["reopen"]:
                yield from self._free(at)
            case "capability":
                yield from self._capability(at)
            case "km":
                yield from self._km(at)
            case "level" | "priority" | "minutes" | "nth" | "beds":
                yield from self._number(slot.kind, at)
            case "word":
                if at < len(self.tokens) and self.tokens[at].key in slot.words:
                    yield at + 1, slot.words[0]
            case _:
                yield from self._named(slot.kind, at)

    def _free(self, at: int) -> Iterator[tuple[int, Any]]:
        """Everything that is left, as it is: a text, or a reason where the city has written none down."""
        if at < len(self.tokens):
            yield len(self.tokens), self._text(at, len(self.tokens))

    def _named(self, kind: Kind, at: int) -> Iterator[tuple[int, Any]]:
        """A word of the lexicon, the longest form first."""
        for end in range(min(len(self.tokens), at + self.lexicon.longest.get(kind, 1)), at, -1):
            entry = self.lexicon.find(kind, self._text(at, end))
            if entry is not None:
                yield end, entry.value

    def _units(self, at: int) -> Iterator[tuple[int, Any]]:
        taken: list[str] = []
        ends = [(end, value) for end, value in self._named("unit", at)]
        while ends and len(taken) < UNITS_MAX:
            at, value = ends[0]
            taken.append(value)
            ends = list(self._named("unit", at))
        for count in range(len(taken), 0, -1):
            yield at - (len(taken) - count), tuple(dict.fromkeys(taken[:count]))

    def _incident(self, at: int) -> Iterator[tuple[int, Any]]:
        if at < len(self.tokens):
            found = incident_called(self.board, self.tokens[at].text)
            if found is not None:
                yield at + 1, found

    def _number(self, kind: str, at: int) -> Iterator[tuple[int, Any]]:
        highest = {"level": 9, "priority": 5, "minutes": 1440, "nth": STACK_MAX, "beds": 9_999}[kind]
        lowest = 0 if kind == "beds" else 1
        if at < len(self.tokens) and self.tokens[at].key.isascii() and self.tokens[at].key.isdigit():
            number = int(self.tokens[at].key[:6])
            if lowest <= number <= highest:
                yield at + 1, number

    def _capability(self, at: int) -> Iterator[tuple[int, Any]]:
        """`+ladder`: marked, so that it is never taken for anything else."""
        if at >= len(self.tokens) or not self.tokens[at].key.startswith(CAPABILITY_MARK):
            return
        for end in range(min(len(self.tokens), at + self.lexicon.longest.get("capability", 1)), at, -1):
            entry = self.lexicon.find("capability", key_of(self._text(at, end)).lstrip(CAPABILITY_MARK))
            if entry is not None:
                yield end, entry.value

    def _km(self, at: int) -> Iterator[tuple[int, Any]]:
        found = KILOMETRES.fullmatch(self.tokens[at].key) if at < len(self.tokens) else None
        if found is not None:
            yield at + 1, float(found[1])

    def _as_typed(self, start: int, end: int) -> str:
        """With its commas: `37.78,-122.41`, and `300 MISSION ST, NOE VALLEY`, mean something by them."""
        return self.line[self.tokens[start].start : self.tokens[end - 1].end]

    def _text(self, start: int, end: int) -> str:
        return " ".join(token.text for token in self.tokens[start:end])


def incident_called(board: Board, text: str) -> str | None:
    """The incident that a tag, a number or an identity means; None when there is none."""
    key = key_of(text)
    for tag, incident_id in board.tags.items():
        if tag.casefold() == key:
            return incident_id
    for incident in board.incidents.values():
        if incident.id == text or any(number.casefold() == key for number in incident.numbers.values()):
            return incident.id
    return None
