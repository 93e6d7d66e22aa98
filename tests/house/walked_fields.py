"""Structures walked for what is personal: commands, events, rows, and the doors of details and files."""

from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import inspect

from turnout.audit.personal import CODE_LENGTH_MAX, Field
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.incidents.transfer import TransferredPerson
from turnout.edge.details import DetailsGiven, DetailsShown
from turnout.edge.file_desk import FileGiven, FileKept, OpenFile
from turnout.records.messages import Message
from turnout.words.place import Place

DOORS = (DetailsGiven, DetailsShown, TransferredPerson, FileGiven, FileKept, OpenFile)
"""Of the details and files; the other doors take commands and show the board's rows."""

WALKED = (*get_args(Command), *get_args(Event), Board, Message, *DOORS)


def all_fields(roots: Iterable[type]) -> list[Field]:
    """Every field of these structures and of all that they hold."""
    seen: dict[type, list[Field]] = {}
    for root in roots:
        _walk(inspect.type_info(root), seen)
    return [one for fields in seen.values() for one in fields]


def _walk(of: inspect.Type, seen: dict[type, list[Field]]) -> None:
    for struct in _structs(of):
        if struct.cls not in seen:
            fields = [(field.name, set(_texts(field.type))) for field in struct.fields]
            seen[struct.cls] = [Field(struct.cls.__name__, name, bool(told), True in told) for name, told in fields]
            for field in struct.fields:
                _walk(field.type, seen)


def _parts(of: inspect.Type) -> Iterator[inspect.Type]:
    for several in ("types", "item_types"):
        yield from getattr(of, several, ())
    for single in ("item_type", "key_type", "value_type", "type"):
        part = getattr(of, single, None)
        if isinstance(part, inspect.Type):
            yield part


def _structs(of: inspect.Type) -> Iterator[inspect.StructType]:
    if isinstance(of, inspect.StructType):
        yield of
        return
    for part in _parts(of):
        yield from _structs(part)


def _texts(of: inspect.Type) -> Iterator[bool]:
    """For each text or place in a field's type, outside of other structures: whether it is a free text."""
    if isinstance(of, inspect.StructType):
        yield from [False] if of.cls is Place else []
    elif isinstance(of, inspect.StrType):
        yield (of.max_length or 0) > CODE_LENGTH_MAX
    elif isinstance(of, inspect.AnyType | inspect.RawType | inspect.BytesType):
        yield True
    else:
        for part in _parts(of):
            yield from _texts(part)
