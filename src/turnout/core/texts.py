"""What was said and seen, where events and the board hold it: the texts that end with the key of their owner.

Which they are is in `sealed_fields.py`. On the board they stay sealed (words/sealed_text.py): whoever shows one opens
it, and so does a rule that has to compare one (`Context.show`).
"""

from collections.abc import Callable, Collection, Hashable
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from turnout.core.board import Board, Call, Incident, SupplementalRequest
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.sealed_fields import IN_COMMANDS, ONLY_WHERE, TEXTS
from turnout.core.spoken import BUILT_IN_REASON_NAMES
from turnout.words.sealed_text import ERASED, find_sealed, is_sealed

T = TypeVar("T")
Change = Callable[[str], str]

OWN_WORDS: Final = frozenset((*BUILT_IN_REASON_NAMES, "unknown", "struck"))
"""Reasons that the program itself gives. They say nothing of anybody, and are told in the reader's language."""

SAID_BY_THE_PROGRAM: Final = frozenset({"reason", "override", "struck_reason", "place_refused"})


def without_text(command: Command) -> Command:
    """With the length of each text in the place of the text; the very same where it has none."""
    told = {field: getattr(command, field) for field in IN_COMMANDS.get(type(command), ())}
    bare = {field: str(len(text)) for field, text in told.items() if text and isinstance(text, str)}
    return replace(command, **bare) if bare else command


def sealed(event: Event, seal: Callable[[str, str], str]) -> Event:
    """`event` as it is recorded. `seal(owner, text)` seals; what is sealed already stays under the owner that it has,
    so that a text that another event repeats ends with the first."""
    if not _fields(type(event)):
        return event
    owner = next((id for name in OWNERS if (id := getattr(event, name, None))), None)
    assert owner, f"nobody owns the texts of {event}"
    return changed(event, lambda text: text if is_sealed(text) else seal(owner, text))


OWNERS: Final = ("incident", "call", "merged")
"""Fields that say whose an event's texts are, the first that there is."""


def changed(value: T, change: Change) -> T:
    """`value` with each of its texts changed; the very same where none is another."""
    of: Any = type(value)
    other = {}
    for name, is_text in _fields(of):
        was = getattr(value, name)
        if was is None or was == "" or not _may_change(value, of, name, was):
            continue
        now = _within(was, change, is_text)
        if now is not was:
            other[name] = now
    return replace(value, **other) if other else value  # type: ignore[type-var]


def _may_change(value: object, of: type, name: str, was: object) -> bool:
    if name in SAID_BY_THE_PROGRAM and was in OWN_WORDS:
        return False
    only_where = ONLY_WHERE.get((of, name))
    return only_where is None or only_where(value)


def opened(board: Board, show: Change) -> Board:
    """The board as a page that is made of it has to read it."""
    tables = {name: {id: changed(one, show) for id, one in getattr(board, name).items()} for name in _TABLES}
    return replace(board, **tables)


def without(board: Board, owners: Collection[str]) -> Board:
    """The board without the texts of these owners: their keys are about to be destroyed."""

    def erase(text: str) -> str:
        found = find_sealed(text)
        return ERASED if found is not None and found.owner in owners else text

    tables: dict[str, Any] = {}
    for name in _TABLES:
        rows = getattr(board, name)
        other = {
            id: now for id, row in rows.items() if _may_hold(row, owners) and (now := changed(row, erase)) is not row
        }
        if other:
            tables[name] = {**rows, **other}
    return replace(board, **tables) if tables else board


_TABLES: Final = ("incidents", "calls", "supplements")


def _may_hold(row: Incident | Call | SupplementalRequest, owners: Collection[str]) -> bool:
    """A text of another incident comes into one only with a call, or by a link: so not every one is gone through."""
    if not isinstance(row, Incident):
        return True
    known = (row.id, *row.calls, *(link.incident for link in row.links))
    return any(one in owners for one in known)


def _within(value: Any, change: Change, is_text: bool) -> Any:
    if isinstance(value, str):
        return change(value) if is_text and value else value
    if value is None or isinstance(value, int):  # a number among values that may be texts
        return value
    if isinstance(value, msgspec.Struct):
        return changed(value, change)
    if isinstance(value, tuple):
        items = tuple(_within(one, change, is_text) for one in value)
        return items if any(now is not one for now, one in zip(items, value, strict=True)) else value
    assert isinstance(value, dict), f"texts within a {type(value).__name__} are not reached"
    now = {key: _within(one, change, is_text) for key, one in value.items()}
    return now if any(now[key] is not one for key, one in value.items()) else value


@cache
def _fields(of: Hashable) -> tuple[tuple[str, bool], ...]:
    """(field, whether it is a text itself) of those that are or hold texts."""
    info = msgspec.inspect.type_info(of)
    assert isinstance(info, msgspec.inspect.StructType)
    own = TEXTS.get(info.cls, ())
    return tuple(
        (field.name, field.name in own) for field in info.fields if field.name in own or _holds(field.type, {info.cls})
    )


def _holds(of: Any, seen: set[type]) -> bool:
    """Whether somewhere within it is a structure with texts."""
    if isinstance(of, msgspec.inspect.StructType):
        if of.cls in TEXTS:
            return True
        if of.cls in seen:
            return False
        seen = {*seen, of.cls}
        return any(_holds(field.type, seen) for field in of.fields)
    parts = [*getattr(of, "types", ()), *getattr(of, "item_types", ())]
    parts += [part for name in ("item_type", "key_type", "value_type") if (part := getattr(of, name, None)) is not None]
    return any(_holds(part, seen) for part in parts)
