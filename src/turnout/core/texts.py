"""What was said and seen, where events and the board hold it: the texts that end with the key of their owner.

`audit/personal.toml` declares them `kept = "sealed"`; tests/house holds the two together. The rules never look into a
text that is recorded, so on the board it stays sealed (words/sealed_text.py): whoever shows it opens it.
"""

from collections.abc import Callable, Collection, Hashable
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from turnout.core.board import Board, Call, CallMessage, Incident, NarrativeLine, SupplementalRequest
from turnout.core.calls.commands import ReplyToCall, TakeCall, TakeMessage
from turnout.core.calls.events import CallTaken
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.incidents.commands import AddAddendum, AddNarrative, OpenIncident, RequestSupplement
from turnout.core.incidents.events import AddendumAdded, NarrativeAdded, SupplementRequested
from turnout.core.units.commands import SelfInitiate
from turnout.words.sealed_text import ERASED, find_sealed, is_sealed

T = TypeVar("T")
Change = Callable[[str], str]

TEXTS: Final[dict[type, tuple[str, ...]]] = {
    NarrativeAdded: ("text",),
    AddendumAdded: ("text",),
    SupplementRequested: ("text",),
    CallTaken: ("text",),
    CallMessage: ("text",),
    NarrativeLine: ("text",),
    SupplementalRequest: ("text",),
    Call: ("text",),
}
"""Structure → its fields that hold such a text."""

IN_COMMANDS: Final[dict[type, str]] = {
    TakeCall: "text",
    TakeMessage: "text",
    ReplyToCall: "text",
    OpenIncident: "narrative",
    SelfInitiate: "narrative",
    AddNarrative: "text",
    AddAddendum: "text",
    RequestSupplement: "text",
}
"""Command → its field that becomes such a text."""


def without_text(command: Command) -> Command:
    """With the length of its text in the place of the text; the very same where it has none."""
    field = IN_COMMANDS.get(type(command))
    if field is None or not getattr(command, field):
        return command
    return replace(command, **{field: str(len(getattr(command, field)))})


def sealed(event: Event, seal: Callable[[str, str], str]) -> Event:
    """`event` as it is recorded. `seal(owner, text)` seals; what is sealed already stays under the owner that it has,
    so that a text that another event repeats ends with the first."""
    if not _fields(type(event)):
        return event
    owner = getattr(event, "incident", None) or getattr(event, "call", None)
    assert owner, f"nobody owns the texts of {event}"
    return changed(event, lambda text: text if is_sealed(text) else seal(owner, text))


def changed(value: T, change: Change) -> T:
    """`value` with each of its texts changed; the very same where none is another."""
    of: Any = type(value)
    fields = {name: _within(getattr(value, name), change, is_text) for name, is_text in _fields(of)}
    other = {name: now for name, now in fields.items() if now is not getattr(value, name)}
    return replace(value, **other) if other else value  # type: ignore[type-var]


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
    if value is None or value == "":
        return value
    if is_text:
        return change(value)
    if isinstance(value, msgspec.Struct):
        return changed(value, change)
    if isinstance(value, tuple):
        items = tuple(_within(one, change, is_text) for one in value)
        return items if any(now is not one for now, one in zip(items, value, strict=True)) else value
    assert isinstance(value, dict), f"texts within a {type(value).__name__} are not reached"
    return {key: _within(one, change, is_text) for key, one in value.items()}


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
