"""How long a city keeps personal details: `retention.toml` in its folder, or the defaults (18.4).

    [terms]
    incident = 365          # days after it was closed
    call = 90               # days after a call that became no incident was over

    [[class]]
    id = "medical"
    days = 1095
    types = ["MED", "CARDIAC"]

A site sets its own: these defaults are nobody's legal advice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec

from turnout.core.catalogue import Catalogue
from turnout.words.trouble import Malformed

FILE: Final = "retention.toml"
CURE: Final = "see the operators' manual on retention"

Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class Term(NamedTuple):
    """Which class, and its days."""

    id: str
    days: int


class Retention(NamedTuple):
    incident: Term = Term("incident", 365)
    call: Term = Term("call", 90)
    by_type: Mapping[str, Term] = {}

    def of_type(self, type: str) -> Term:
        return self.by_type.get(type, self.incident)

    @property
    def least_days(self) -> int:
        return min([self.incident.days, *(term.days for term in self.by_type.values())])


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    incident: Days = 365
    call: Days = 90


class _Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    days: Days
    types: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    terms: _Terms = _Terms()
    classes: tuple[_Class, ...] = msgspec.field(default=(), name="class")


def read_retention(folder: Path, catalogue: Catalogue) -> Retention:
    """The defaults where there is no file. Raises `Malformed` with the line's place and the cure."""
    path = folder / FILE
    if not path.is_file():
        return Retention()
    try:
        held = msgspec.toml.decode(path.read_bytes(), type=_File)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as trouble:
        raise Malformed(str(trouble), str(path), CURE) from trouble
    by_type: dict[str, Term] = {}
    for one in held.classes:
        for type in one.types:
            if type not in catalogue.types:
                raise Malformed(f"class {one.id!r} names the type {type!r}, which the city has not", str(path), CURE)
            if type in by_type:
                raise Malformed(f"type {type!r} is in {by_type[type].id!r} and in {one.id!r}", str(path), CURE)
            by_type[type] = Term(one.id, one.days)
    return Retention(Term("incident", held.terms.incident), Term("call", held.terms.call), by_type)
