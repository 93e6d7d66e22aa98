"""Changing a city's tables entry by entry, and saying what differs (7.7). Pure.

A change names a table, an entry of it, and what the entry is to be; None: it goes. The rules that judge the outcome are
those of `turnout city check`, over the tables as a draft whose spots are rows of a table instead of lines of a file.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec
import shapely

from turnout.city.check import CITY_RULES
from turnout.city.draft import CityFile, Draft, Read, read_draft
from turnout.city.problem import Problem, Spot
from turnout.core.catalogue import Catalogue
from turnout.core.fields import TABLES, entries_of, identity_of
from turnout.words.name import Name

CHANGES_MAX: Final = 2_000
"""In one publication: a whole table of a big city; more is a new city folder."""

FILES: Final = {
    "agencies": "agencies.toml",
    "stations": "stations.csv",
    "unit_kinds": "unit_kinds.toml",
    "units": "units.csv",
    "capabilities": "unit_kinds.toml",
    "types": "types.toml",
    "plans": "plans.toml",
    "zones": "zones.geojson",
    "statuses": "statuses.csv",
    "alarm_kinds": "alarm_kinds.csv",
    "dispositions": "dispositions.csv",
    "reasons": "reasons.csv",
    "standards": "standards.csv",
    "coverage": "coverage.csv",
    "hospitals": "hospitals.csv",
    "hydrants": "hydrants.csv",
    "roles": "roles.toml",
    "groups": "groups.toml",
    "info": "info",
}
"""Table → the file of a city folder that holds it."""

LISTS: Final = frozenset({"plans", "statuses", "standards", "coverage"})
"""Tables that are lists, in an order of their own."""

_KEYS: Final = {
    "unit_kinds": "code",
    "types": "code",
    "dispositions": "code",
    "reasons": "code",
    "roles": "code",
    "alarm_kinds": "code",
}


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of a table: what it is to be, or None where it goes. `key` is its identity before."""

    table: str
    key: str
    entry: dict[str, Any] | None


class Difference(msgspec.Struct, frozen=True):
    """One entry as it is and as it would be. `fields` differ; both sides are plain JSON."""

    table: str
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: tuple[str, ...]


def kind_of(table: str) -> Any:
    """The struct of a table's entries."""
    return get_args(get_type_hints(Catalogue)[table])[-1 if table not in LISTS else 0]


def amended(tables: Catalogue, changes: Sequence[Change]) -> Catalogue | Problem:
    """The tables with the changes in them, or the first change that does not even fit its table."""
    work = {table: dict(entries_of(tables, table)) for table in TABLES}
    for number, change in enumerate(changes, start=1):
        if change.table not in work:
            return _unfit(change, number, f"unknown table {change.table}")
        entries = work[change.table]
        if change.entry is None:
            entries.pop(change.key, None)
            continue
        try:
            entry = msgspec.convert(change.entry, kind_of(change.table), strict=False)
        except msgspec.ValidationError as trouble:
            return _unfit(change, number, str(trouble))
        work[change.table] = _with(entries, change, entry)
    return msgspec.structs.replace(tables, **{table: _as_held(tables, table, work[table]) for table in TABLES})


def _with(entries: dict[str, Any], change: Change, entry: Any) -> dict[str, Any]:
    """In its old place where it only changed, even its name; at the end where it is new."""
    key = key_of(change.table, entry, change.key)
    if change.key not in entries or key == change.key:
        return {**entries, key: entry}
    return {(key if held == change.key else held): (entry if held == change.key else e) for held, e in entries.items()}


def key_of(table: str, entry: Any, said: str = "") -> str:
    """What the table knows the entry by. A capability is only a name: it is known by what was said."""
    if table in LISTS:
        return identity_of(table, entry)
    if table == "capabilities":
        return said
    return str(entry.short if table == "info" else getattr(entry, _KEYS.get(table, "id")))


def _as_held(tables: Catalogue, table: str, entries: dict[str, Any]) -> Any:
    return entries if isinstance(getattr(tables, table), dict) else tuple(entries.values())


def _unfit(change: Change, number: int, trouble: str) -> Problem:
    return Problem(
        "wrong-field",
        Spot(FILES.get(change.table, change.table), number, change.key),
        Name(trouble, f"字段有误：{trouble}"),
        Name("write the value in the form that the message asks for", "请按提示的形式填写该值"),
    )


def differences(before: Catalogue, after: Catalogue) -> tuple[Difference, ...]:
    """What would change, table by table, in the tables' order."""
    found = []
    for table in TABLES:
        was, now = entries_of(before, table), entries_of(after, table)
        for key in [*now, *(key for key in was if key not in now)]:
            if was.get(key) != now.get(key):
                found.append(_difference(table, key, was.get(key), now.get(key)))
    return tuple(found)


def _difference(table: str, key: str, was: Any, now: Any) -> Difference:
    before: dict[str, Any] | None = msgspec.to_builtins(was) if was is not None else None
    after: dict[str, Any] | None = msgspec.to_builtins(now) if now is not None else None
    names = dict.fromkeys([*(before or {}), *(after or {})])
    fields = tuple(name for name in names if (before or {}).get(name) != (after or {}).get(name))
    return Difference(table, key, before, after, fields)


def changes_of(found: Iterable[Difference]) -> tuple[Change, ...]:
    """The changes that make the differences."""
    return tuple(Change(one.table, one.key, one.after) for one in found)


def conflicts(base: Catalogue, now: Catalogue, changes: Sequence[Change]) -> tuple[tuple[str, str], ...]:
    """Entries (table, key) that these changes would set and that somebody else has changed since `base`."""
    moved = {(one.table, one.key) for one in differences(base, now)}
    return tuple((one.table, one.key) for one in changes if (one.table, one.key) in moved)


def check_tables(tables: Catalogue, folder: Path) -> tuple[Problem, ...]:
    """Every problem that `turnout city check` would find, with outlines and roads of `folder`; errors first."""
    draft = draft_of(tables, read_draft(folder))
    found = [problem for rule in CITY_RULES for problem in rule(draft)]
    return tuple(sorted(found, key=lambda each: (each.severity != "error", each.spot.file, each.spot.line, each.rule)))


def draft_of(tables: Catalogue, ground: Draft) -> Draft:
    """The tables as a draft. What is not in them (outlines, boundary, the city's own call types) is of `ground`."""
    outlines = {zone.value.id: shape for zone, shape in zip(ground.zones, ground.outlines, strict=True)}
    city = CityFile(id=tables.city, name=tables.name, time_zone=tables.time_zone)
    drafted = Draft(ground.folder, city=Read(city, Spot("city.toml", 1)), boundary=ground.boundary)
    for table in TABLES:
        setattr(drafted, table, _reads(tables, table))
    drafted.outlines = [outlines.get(zone.value.id, shapely.Polygon()) for zone in drafted.zones]
    drafted.call_kinds, drafted.attribution = ground.call_kinds, ground.attribution
    return drafted


def _reads(tables: Catalogue, table: str) -> Any:
    """Each entry, with its row in the table and its identity as the spot."""
    entries = entries_of(tables, table)
    reads = {
        key: Read(entry, Spot(FILES[table], row, key)) for row, (key, entry) in enumerate(entries.items(), start=1)
    }
    return reads if table == "capabilities" else list(reads.values())
