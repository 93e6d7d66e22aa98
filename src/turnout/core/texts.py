"""What was said and seen, and where: the texts and places of events and the board that end with the key of their owner.

Which they are is in `sealed_fields.py`. On the board they stay sealed (words/sealed_text.py): whoever shows one opens
it, and so does a rule that has to compare or measure (`Context.show`, `Context.find_place`).
"""

from collections.abc import Callable, Collection, Hashable
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from turnout.core.board import Board, Incident, Location
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.sealed_fields import IN_COMMANDS, OF_FEW, ONLY_WHERE, PLACES, TEXTS
from turnout.core.spoken import BUILT_IN_REASON_NAMES
from turnout.core.tables.events import PlaceSettled
from turnout.words.place import Place
from turnout.words.sealed_text import ERASED, as_place, find_sealed, is_sealed, read_place, spelled

T = TypeVar("T")
Show = Callable[[str], str]
Kind = Literal["text", "place", "inner"]


class Change(NamedTuple):
    """What becomes of a text, and of a place or what stands for it."""

    text: Callable[[str], str]
    place: Callable[[Place | str], Place | str | None]


OWN_WORDS: Final = frozenset((*BUILT_IN_REASON_NAMES, "unknown", "struck"))
"""Reasons that the program itself gives. They say nothing of anybody, and are told in the reader's language."""

SAID_BY_THE_PROGRAM: Final = frozenset({"reason", "override", "struck_reason", "place_refused"})


def opening(show: Show) -> Change:
    """What is sealed is opened by `show`; a place that cannot be is none."""
    return Change(show, lambda place: place if isinstance(place, Place) else read_place(show(place)))


def opened_row(value: T, show: Show) -> T:
    """An entry of the board, or a part of one, as whoever works with it has to read it. Never to be kept."""
    return changed(value, opening(show))


def without_text(command: Command) -> Command:
    """With the length of each text in the place of the text, and no place and no list of such; the very same where it
    has none."""
    told = {field: getattr(command, field) for field in IN_COMMANDS.get(type(command), ())}
    bare: dict[str, Any] = {}
    for field, value in told.items():
        if isinstance(value, Location):
            bare[field] = changed(value, Change(lambda text: str(len(text)), lambda place: None))
        elif isinstance(value, tuple):
            bare[field] = ()
        elif field in OF_FEW and value:
            bare[field] = ""
        elif isinstance(value, Place):
            bare[field] = Place(0.0, 0.0)
        elif value and isinstance(value, str):
            bare[field] = str(len(value))
    return replace(command, **bare) if bare else command


OWNERS: Final = ("incident", "call", "merged")
"""Fields that say whose an event's texts are, the first that there is."""


def sealed(event: Event, seal: Callable[[str, str], str]) -> Event:
    """`event` as it is recorded. `seal(owner, text)` seals; what is sealed already stays under the owner that it has,
    so that a text that another event repeats ends with the first."""
    if not _fields(type(event)):
        return event
    found = next((id for name in OWNERS if (id := getattr(event, name, None))), None)
    if found is None:
        assert isinstance(event, PlaceSettled), f"nobody owns the texts of {event}"
        return event  # it repeats a place of an incident, as it stood on the board
    owner = str(found)

    def as_recorded(place: Place | str) -> str:
        return place if isinstance(place, str) else as_place(seal(owner, spelled(place)))

    return changed(event, Change(lambda text: text if is_sealed(text) else seal(owner, text), as_recorded))


def changed(value: T, change: Change) -> T:
    """`value` with each of its texts and places changed; the very same where none is another."""
    if value is None:
        return value
    of: Any = type(value)
    other: dict[str, Any] = {}
    for name, kind in _fields(of):
        was = getattr(value, name)
        if was is None or was == "" or not _may_change(value, of, name, was):
            continue
        now = change.place(was) if kind == "place" else _within(was, change, kind == "text")
        if now is not was:
            other[name] = now
    return replace(value, **other) if other else value  # type: ignore[type-var]


def _may_change(value: object, of: type, name: str, was: object) -> bool:
    if name in SAID_BY_THE_PROGRAM and was in OWN_WORDS:
        return False
    only_where = ONLY_WHERE.get((of, name))
    return only_where is None or only_where(value)


def opened(board: Board, show: Show) -> Board:
    """The board as a page that is made of it has to read it."""
    change = opening(show)
    tables = {name: {id: changed(one, change) for id, one in getattr(board, name).items()} for name in _TABLES}
    return replace(board, **tables)


def without(board: Board, owners: Collection[str]) -> Board:
    """The board without the texts and places of these owners: their keys are about to be destroyed."""

    def is_theirs(text: str) -> bool:
        found = find_sealed(text)
        return found is not None and found.owner in owners

    erase = Change(
        lambda text: ERASED if is_theirs(text) else text,
        lambda place: None if isinstance(place, str) and is_theirs(place) else place,
    )
    tables: dict[str, Any] = {}
    for name in _TABLES:
        rows = getattr(board, name)
        other = {
            id: now for id, row in rows.items() if _may_hold(row, owners) and (now := changed(row, erase)) is not row
        }
        if other:
            tables[name] = {**rows, **other}
    return replace(board, **tables) if tables else board


_TABLES: Final = ("incidents", "calls", "supplements", "forced_places", "corridors")


def _may_hold(row: msgspec.Struct, owners: Collection[str]) -> bool:
    """A text of another incident comes into one only with a call, or by a link: so not every one is gone through."""
    if not isinstance(row, Incident):
        return True
    known = (row.id, *row.calls, *(link.incident for link in row.links))
    return any(one in owners for one in known)


def _within(value: Any, change: Change, is_text: bool) -> Any:
    if isinstance(value, str):
        return change.text(value) if is_text and value else value
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
def _fields(of: Hashable) -> tuple[tuple[str, Kind], ...]:
    """Those that are or hold texts or places."""
    info = msgspec.inspect.type_info(of)
    assert isinstance(info, msgspec.inspect.StructType)
    kinds: dict[str, Kind] = dict.fromkeys(TEXTS.get(info.cls, ()), "text")
    kinds |= dict.fromkeys(PLACES.get(info.cls, ()), "place")
    kinds |= {
        field.name: "inner" for field in info.fields if field.name not in kinds and _holds(field.type, {info.cls})
    }
    return tuple((field.name, kinds[field.name]) for field in info.fields if field.name in kinds)


def _holds(of: Any, seen: set[type]) -> bool:
    """Whether somewhere within it is a structure with texts or places."""
    if isinstance(of, msgspec.inspect.StructType):
        if of.cls in TEXTS or of.cls in PLACES:
            return True
        if of.cls in seen:
            return False
        seen = {*seen, of.cls}
        return any(_holds(field.type, seen) for field in of.fields)
    parts = [*getattr(of, "types", ()), *getattr(of, "item_types", ())]
    parts += [part for name in ("item_type", "key_type", "value_type") if (part := getattr(of, name, None)) is not None]
    return any(_holds(part, seen) for part in parts)
