"""Which fields can hold something about a person: where it is kept, what for, for how long, on which ground (18.4).

The schema is `personal.toml` beside this file. Each text and place of each command, event, row and door of the details
is declared there: as personal, or as not personal with the reason. Purposes, terms and bases follow GDPR articles 5, 6,
9 and 30 and article 13 of the Personal Information Protection Law (PIPL); a site checks its own ground against them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from turnout.words.name import Language, Name

SHIPPED: Final = Path(__file__).with_name("personal.toml")

IN_ROWS: Final = ("journal", "sealed")
"""Kept in the rows of the journal themselves: what an incident shows of it."""

CODE_LENGTH_MAX: Final = 64
"""Characters. What may be longer is free text, and free text is called not personal one structure at a time."""


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fields that can hold something about a person. `names` are fields of any structure, `fields` of those named."""

    id: str
    name: Name
    kept: Literal["vault", "sealed-file", "sealed", "journal"]
    purpose: str
    term: str
    bases: tuple[str, ...]
    names: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = {}
    streams: tuple[str, ...] = ()
    """Doors by which contents come that are no fields: paths of the API."""


class NotPersonal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fields that cannot, and why."""

    id: str
    reason: Name
    names: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = {}


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    purposes: dict[str, Name]
    bases: dict[str, Name]
    terms: dict[str, Name]
    personal: tuple[Declared, ...]
    not_personal: tuple[NotPersonal, ...]


class Field(NamedTuple):
    """A field of a structure. What says nothing in words or on the map (a time, a count) may be declared."""

    struct: str
    field: str
    is_telling: bool
    """It can carry a text or a place."""
    is_free: bool
    """A text that may be longer than a code."""


Entry = Declared | NotPersonal


def shipped_schema() -> Schema:
    """Raises `msgspec.ValidationError` when the shipped file is not what it should be: a fault of the program."""
    return msgspec.toml.decode(SHIPPED.read_bytes(), type=Schema)


def find_entries(schema: Schema, struct: str, field: str) -> list[Entry]:
    """Where that field is declared. What names the structure goes before what names the field alone."""
    entries: tuple[Entry, ...] = (*schema.personal, *schema.not_personal)
    singly: list[Entry] = [one for one in entries if struct in one.fields.get(field, ())]
    return singly or [one for one in entries if field in one.names]


def faults(schema: Schema, fields: Iterable[Field]) -> list[str]:
    """What is wrong, each in a sentence; nothing when every telling field is declared, once and soundly."""
    known = list(fields)
    free = _free_names(known)
    telling = [one for one in known if one.is_telling]
    found = [trouble for one in telling if (trouble := _trouble(schema, one, free)) is not None]
    return found + _unexplained(schema) + _stale(schema, known)


def as_lines(schema: Schema, language: Language) -> list[str]:
    """The schema as a person reads it: first what is personal, then what is not, and why."""
    lines: list[str] = []
    for one in schema.personal:
        bases = "; ".join(schema.bases[base].spoken(language) for base in one.bases)
        facts = (schema.purposes[one.purpose].spoken(language), schema.terms[one.term].spoken(language), bases)
        lines += [f"{one.name.spoken(language)} [{one.id}, {one.kept}]", *(f"    {fact}" for fact in facts)]
        lines.append(f"    {' '.join(_fields_of(one))}")
    for other in schema.not_personal:
        lines += [f"- {other.reason.spoken(language)} [{other.id}]", f"    {' '.join(_fields_of(other))}"]
    return lines


def _fields_of(one: Entry) -> list[str]:
    singly = [f"{struct}.{field}" for field, structs in one.fields.items() for struct in structs]
    streams = list(one.streams) if isinstance(one, Declared) else []
    return [*streams, *one.names, *singly]


def _free_names(fields: Iterable[Field]) -> set[str]:
    return {one.field for one in fields if one.is_free}


def _trouble(schema: Schema, one: Field, free: set[str]) -> str | None:
    found = find_entries(schema, one.struct, one.field)
    where = f"{one.struct}.{one.field}"
    if not found:
        return f"{where} is declared neither personal nor not personal"
    if len(found) > 1:
        return f"{where} is declared more than once: {', '.join(entry.id for entry in found)}"
    (entry,) = found
    if isinstance(entry, NotPersonal) and one.field in free and one.struct not in entry.fields.get(one.field, ()):
        return f"{where} is free text somewhere: say of each structure by itself that it is not personal"
    return None


def _unexplained(schema: Schema) -> list[str]:
    """Keys of purposes, terms and bases that stand nowhere, and personal entries without a basis."""
    found = []
    for one in schema.personal:
        missing = [base for base in one.bases if base not in schema.bases]
        missing += [
            key for key, known in ((one.purpose, schema.purposes), (one.term, schema.terms)) if key not in known
        ]
        found += [f"{one.id} names {key}, which is not explained" for key in missing]
        if not one.bases:
            found.append(f"{one.id} has no legal basis")
        if (one.term == "owner-key") != (one.kept != "journal"):
            found.append(f"{one.id} is kept in {one.kept}, so its term cannot be {one.term}")
    return found


def _stale(schema: Schema, known: list[Field]) -> list[str]:
    """Names that no structure has any more: a renamed field would otherwise stay declared by accident."""
    names, pairs = {one.field for one in known}, {(one.struct, one.field) for one in known}
    found = []
    entries: tuple[Entry, ...] = (*schema.personal, *schema.not_personal)
    for entry in entries:
        found += [f"{entry.id} declares {name}, which nothing has" for name in entry.names if name not in names]
        found += [
            f"{entry.id} declares {struct}.{field}, which nothing has"
            for field, structs in entry.fields.items()
            for struct in structs
            if (struct, field) not in pairs
        ]
    return found
