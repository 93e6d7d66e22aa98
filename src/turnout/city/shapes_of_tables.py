"""What a form for an entry of a table has to offer: fields, their kinds, choices, and which table a code is of.

Made from the very structs that decode the entry, so a field can neither be missing nor be of another kind. It says what
can be written, not what is sound: that is for the rules of `turnout city check`.
"""

from typing import Any, Final

import msgspec

from turnout.city.amending import kind_of
from turnout.core.board import STAGES
from turnout.core.fields import TABLES
from turnout.words.name import Name

REFERS: Final = {
    "agency": "agencies",
    "agencies": "agencies",
    "mutual_aid": "agencies",
    "station": "stations",
    "capabilities": "capabilities",
    "capability": "capabilities",
    "keep_available": "capabilities",
    "types": "types",
    "type": "types",
    "zones": "zones",
    "group": "groups",
    "crew_shared_with": "units",
}
"""Field → the table whose codes it holds."""


class FieldShape(msgspec.Struct, frozen=True):
    """`kind`: text, number, decimal, flag, choice, codes (a list), counts (code → number), name (both languages),
    place, record, records (a list of them). `fields` are those of a record."""

    field: str
    kind: str
    needed: bool
    choices: tuple[str, ...] = ()
    refers: str = ""
    fields: tuple["FieldShape", ...] = ()


def shape_of(table: str) -> tuple[FieldShape, ...]:
    """The fields of a table's entries, in their order."""
    info = msgspec.inspect.type_info(kind_of(table))
    assert isinstance(info, msgspec.inspect.StructType)
    return _fields(info, table)


def shapes() -> dict[str, tuple[FieldShape, ...]]:
    """Every table's."""
    return {table: shape_of(table) for table in TABLES}


def _fields(info: msgspec.inspect.StructType, table: str) -> tuple[FieldShape, ...]:
    return tuple(_field(one.encode_name, one.type, one.required, table) for one in info.fields)


def _field(name: str, kind: Any, needed: bool, table: str) -> FieldShape:
    refers = "unit_kinds" if (table, name) == ("units", "kind") else REFERS.get(name, "")
    match kind:
        case msgspec.inspect.UnionType():
            some = next(one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
            return _field(name, some, False, table)
        case msgspec.inspect.LiteralType():
            return FieldShape(name, "choice", needed, tuple(str(value) for value in kind.values))
        case msgspec.inspect.BoolType():
            return FieldShape(name, "flag", needed)
        case msgspec.inspect.IntType():
            return FieldShape(name, "number", needed)
        case msgspec.inspect.FloatType():
            return FieldShape(name, "decimal", needed)
        case msgspec.inspect.VarTupleType():
            return _list(name, kind.item_type, needed, table, refers)
        case msgspec.inspect.DictType():
            return FieldShape(name, "counts", needed, refers=refers)
        case msgspec.inspect.StructType():
            return _record(name, kind, needed, table)
        case _:
            stages = (*STAGES,) if (table, name) == ("statuses", "stage") else ()
            return FieldShape(name, "choice" if stages else "text", needed, stages, refers)


def _list(name: str, item: Any, needed: bool, table: str, refers: str) -> FieldShape:
    if isinstance(item, msgspec.inspect.StructType):
        return FieldShape(name, "records", needed, fields=_fields(item, table))
    return FieldShape(name, "numbers" if isinstance(item, msgspec.inspect.IntType) else "codes", needed, refers=refers)


def _record(name: str, kind: msgspec.inspect.StructType, needed: bool, table: str) -> FieldShape:
    if kind.cls is Name:
        return FieldShape(name, "name", needed)
    if {one.name for one in kind.fields} >= {"lat", "lon"}:
        return FieldShape(name, "place", needed)
    return FieldShape(name, "record", needed, fields=_fields(kind, table))
