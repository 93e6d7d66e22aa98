"""Taking out what a layer does not keep: the value is gone, and a mark says of which kind it was. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from turnout.audit.personal import IN_ROWS, Declared, Schema, find_entries
from turnout.core.history import Line
from turnout.core.incidents.incident import Incident
from turnout.redaction.layers import Layer

TAKEN_OUT: Final = "taken_out"
"""`{"taken_out": "narrative", "count": 7}` stands where something was."""

UNDECLARED: Final = "undeclared"
"""A text or place that nobody has declared. The build knows of none; a file of a newer server may have one."""

EMPTY: Final[tuple[Any, ...]] = (None, "", (), [], {}, frozenset())


class Redacted(msgspec.Struct, frozen=True):
    """`removed`: of each kind, how many values were taken out."""

    incident: dict[str, Any]
    course: list[dict[str, Any]]
    removed: dict[str, int]


def redact(incident: Incident, course: Iterable[Line], layer: Layer, schema: Schema) -> Redacted:
    """The incident's card and its course. A line's sentence may say anything: it stays only where all of it may."""
    taking = _Taking(layer, schema)
    card = taking.struct(incident)
    whole = all(one.id in layer.keeps for one in schema.personal if one.kept in IN_ROWS)
    lines = [taking.line(line, whole) for line in course]
    return Redacted(card, lines, dict(sorted(taking.removed.items())))


class _Taking:
    def __init__(self, layer: Layer, schema: Schema) -> None:
        self._layer, self._schema = layer, schema
        self.removed = Counter[str]()

    def struct(self, of: msgspec.Struct) -> dict[str, Any]:
        return {field: self._field(type(of), field, getattr(of, field)) for field in of.__struct_fields__}

    def line(self, line: Line, whole: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {"at": line.at, "code": line.code, "units": list(line.units)}
        shown["by"] = self._field(Line, "by", line.by)
        if whole:
            return shown | {"text": {"en": line.text.en, "zh": line.text.zh}}
        self.removed["sentences"] += 1
        return shown

    def _field(self, kind: type[msgspec.Struct], field: str, value: Any) -> Any:
        entries = find_entries(self._schema, kind.__name__, field)
        if value in EMPTY:
            return self._inside(value)
        if not entries and field in _telling_fields(kind):
            return self._take(UNDECLARED, value)
        for entry in entries:
            if isinstance(entry, Declared) and entry.id not in self._layer.keeps:
                return self._take(entry.id, value)
        return self._inside(value)

    def _take(self, kind: str, value: Any) -> dict[str, Any]:
        """A list or a table that is taken out as a whole counts its entries."""
        count = len(value) if isinstance(value, tuple | list | set | frozenset | Mapping) else 1
        self.removed[kind] += count
        return {TAKEN_OUT: kind, "count": count}

    def _inside(self, value: Any) -> Any:
        if isinstance(value, msgspec.Struct):
            return self.struct(value)
        if isinstance(value, Mapping):
            return {str(key): self._inside(one) for key, one in value.items()}
        if isinstance(value, tuple | list | set | frozenset):
            ordered = sorted(value) if isinstance(value, set | frozenset) else value
            return [self._inside(one) for one in ordered]
        return value


@cache
def _telling_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Those that can hold a text of somebody's choice: what holds fields of its own is judged by those."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    return frozenset(field.name for field in shape.fields if _holds_text(field.type))


def _holds_text(of: inspect.Type) -> bool:
    match of:
        case inspect.StrType() | inspect.AnyType():
            return True
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            return any(_holds_text(one) for one in types)
        case inspect.DictType(value_type=value):
            return _holds_text(value)
        case inspect.CollectionType(item_type=item):
            return _holds_text(item)
        case _:
            return False
