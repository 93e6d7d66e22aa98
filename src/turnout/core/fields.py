"""Rights per field (7.5): what a role is kept from seeing, and what it is kept from changing, beyond its commands.

A role of the tables names areas in `cannot_see` and `cannot_change`. Whoever holds several roles is kept from what they
*all* are kept from. Making an incident more urgent is calling for help, and never refused; making it less urgent is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from turnout.core.board import Board
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.incidents.commands import (
    AddPerson,
    ChangeIncident,
    ChangePerson,
    OpenIncident,
    Relocate,
    RemovePerson,
    Retype,
)
from turnout.core.refusals import NotPermitted
from turnout.core.tables.commands import PublishCatalogue, RemovePremise, RenewPremise, WritePremise
from turnout.words.identity import IncidentId

SEE_AREAS: Final = ("persons", "premises", "calls")
"""`persons`: the details of callers and patients; `premises`: notes of places; `calls`: calls and callers' places."""

TABLES: Final = (
    "agencies",
    "stations",
    "unit_kinds",
    "units",
    "capabilities",
    "types",
    "plans",
    "zones",
    "statuses",
    "dispositions",
    "reasons",
    "standards",
    "hospitals",
    "hydrants",
    "roles",
    "groups",
    "info",
    "alarm_kinds",
    "coverage",
)
"""The city's tables, as the catalogue names them."""

CHANGE_AREAS: Final = ("priority", "type", "place", "persons", "premises", *(f"tables.{table}" for table in TABLES))

ADMINISTRATOR: Final = "administrator"
"""Built in: whoever holds it may change the table of roles. Else the right `tables` could give itself every other."""


def hidden_from(roles: tuple[str, ...], tables: Catalogue | None) -> frozenset[str]:
    """What somebody with these roles is not shown."""
    return _kept_from(roles, tables, "cannot_see")


def _kept_from(roles: tuple[str, ...], tables: Catalogue | None, field: str) -> frozenset[str]:
    known = [tables.roles[role] for role in roles if role in tables.roles] if tables is not None else []
    if not known:
        return frozenset()
    areas = [frozenset(getattr(role, field)) for role in known]
    return areas[0].intersection(*areas[1:])


def refused_field(board: Board, command: Command, name: str, actor: Actor) -> NotPermitted | None:
    """Which field of the command this actor may not change, or None."""
    if isinstance(command, PublishCatalogue):
        return _tables_refused(board, command, name, actor)
    kept = _kept_from(actor.roles, board.catalogue, "cannot_change")
    area = next((area for area in _areas_of(board, command) if area in kept), None)
    return None if area is None else NotPermitted(command=name, lacks="field", subject=area)


def _areas_of(board: Board, command: Command) -> Iterator[str]:
    match command:
        case OpenIncident():
            kind = board.catalogue.types.get(command.type) if board.catalogue is not None else None
            if kind is not None and command.priority is not None and command.priority > kind.priority:
                yield "priority"
        case ChangeIncident(field="priority"):
            held = board.incidents.get(IncidentId(command.incident_id))
            if held is None or not isinstance(command.becomes, int) or command.becomes > held.priority:
                yield "priority"
        case Retype():
            yield "type"
        case Relocate():
            yield "place"
        case AddPerson() | ChangePerson() | RemovePerson():
            yield "persons"
        case WritePremise() | RenewPremise() | RemovePremise():
            yield "premises"
        case _:
            return


def _tables_refused(board: Board, command: PublishCatalogue, name: str, actor: Actor) -> NotPermitted | None:
    kept = _kept_from(actor.roles, board.catalogue, "cannot_change")
    may_roles = ADMINISTRATOR in actor.roles or any(
        "*" in board.catalogue.roles[role].may
        for role in actor.roles
        if board.catalogue and role in board.catalogue.roles
    )
    for table, owners in tables_changed(board.catalogue, command.catalogue):
        if table == "roles" and not may_roles:
            return NotPermitted(command=name, lacks="role", subject="roles")
        if f"tables.{table}" in kept:
            return NotPermitted(command=name, lacks="field", subject=f"tables.{table}")
        if actor.agencies and not owners <= set(actor.agencies):
            return NotPermitted(command=name, lacks="agency", subject=", ".join(sorted(owners - set(actor.agencies))))
    return None


EVERYBODYS: Final = "*"
"""The owner of what belongs to no agency: only somebody who is bound to none may change it."""


def tables_changed(before: Catalogue | None, after: Catalogue) -> Iterator[tuple[str, set[str]]]:
    """For each entry that is new, other or gone: its table, and the agencies that it belongs to."""
    for table in TABLES:
        was = entries_of(before, table) if before is not None else {}
        now = entries_of(after, table)
        for key in [*now, *(key for key in was if key not in now)]:
            if was.get(key) != now.get(key):
                yield table, {owner for entry in (was.get(key), now.get(key)) for owner in _owners(table, entry)}


def entries_of(tables: Catalogue, table: str) -> Mapping[str, Any]:
    """A table by the identities of its entries, in its order. Equal identities get a number: none is lost."""
    held = getattr(tables, table)
    if isinstance(held, dict):
        return held
    entries: dict[str, Any] = {}
    for entry in held:
        key = identity_of(table, entry)
        entries[key if key not in entries else f"{key}#{len(entries)}"] = entry
    return entries


def identity_of(table: str, entry: Any) -> str:
    """What names an entry of a table that is a list: a plan's id, a status per agency, a standard by what it limits."""
    match table:
        case "plans" | "coverage":
            return str(entry.id)
        case "statuses":
            return f"{entry.agency}/{entry.code}" if entry.agency else str(entry.code)
        case _:
            return "/".join(str(part) for part in (entry.interval, entry.agency, entry.priority) if part)


def _owners(table: str, entry: Any) -> tuple[str, ...]:
    if entry is None:
        return ()
    if table == "agencies":
        return (str(entry.id),)
    agency = getattr(entry, "agency", None)
    agencies = tuple(getattr(entry, "agencies", ())) or ((agency,) if agency else ())
    return agencies or (EVERYBODYS,)
