"""Who may see what, and what a program's token allows. Pure: accounts and tokens are kept by `adapters/identity`.

What a *person* may do follows from the roles of the city's tables, and the rules decide it (core/permissions.py). A
*program* has scopes instead; here they are held against the same groups of commands, and turned into the roles that the
rules know, so that there is one rule about units and agencies. Nothing here depends on load.
"""

from typing import Final, Literal

import msgspec

from turnout.core.board import Board, Call, Incident, Timer, Unit
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.permissions import ALWAYS, BROKERED, GROUPS, RECORDS_ROLE, SYSTEM_ONLY, SYSTEM_ROLE, command_name
from turnout.core.refusals import NotPermitted
from turnout.words.identity import ActorId, AgencyId
from turnout.words.name import Language

SCOPES: Final = (
    "calls",
    "dispatch",
    "field",
    "avl",
    "station",
    "tables",
    "read",
    "records",
    "personal",
    "audit",
    "admin",
    "provision",
)
"""What a token may be given. `field` and `avl` may name one unit: `field:E07`; `station` one station: `station:ST07`.
`records` is for an agency's records system; `personal` lets it have people's details for a stated purpose. `admin` is
for accounts and tokens, `provision` for a program of the city's identity provider that keeps accounts (SCIM)."""

ACTING: Final = frozenset({"*", "calls", "dispatch", "field", "tables"})
"""Scopes of people at desks and in vehicles. A role with `station` and none of these is that of a station's screen."""

INSIDE: Final = SYSTEM_ONLY | BROKERED | {"attach-file"}
"""Never a request from outside: the clock rings, and the vault's broker notes who opened what, as it opens it."""


ROOM: Final = ("signal-plans", "signal-release", "signals")
"""Who reads the engineers' screen; what may be done there follows from each."""

OVERSEEN: Final = frozenset({"reviews", "glass", "holds", "erasures"})
"""Tables of rows about who looks at personal details: for those who answer for it, not for every console."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is asking: a person at a position, a program with a token, or a part of the system."""

    actor: Actor
    scopes: frozenset[str]
    position: str = ""
    groups: tuple[str, ...] = ()
    language: Language = "en"
    kind: Literal["person", "program", "part"] = "person"
    hidden: frozenset[str] = frozenset()
    """Areas that its roles keep from it (core/fields.py)."""
    session: str = ""
    """Names the session or token, never its secret: by it a socket is cut when somebody signs off."""
    expires: int = 0
    """Moment; 0: never."""
    locked: bool = False
    """The person has locked the console: until it is unlocked nothing is read or commanded in this session's name."""

    lacks_factor: bool = False
    """It showed one factor where its role asks for two: it may add a passkey and press an emergency button."""

    device: str = ""
    """The terminal that it asks from, which has shown its certificate; empty: from anywhere."""
    lacks_device: bool = False
    """It may only be used from a known terminal, and is not: only an emergency button is heard."""

    @property
    def sight(self) -> "Sight":
        hidden = self.hidden if has_scope(self, "oversee", "audit") else self.hidden | OVERSEEN
        hidden = hidden if has_scope(self, "signals") else hidden | {"signal_permits"}
        hidden = hidden if has_scope(self, *ROOM) else hidden | {"district_plans"}
        return Sight(frozenset(self.actor.agencies), self.actor.unit, hidden, self.actor.station)


def scopes_of_roles(roles: tuple[str, ...], catalogue: Catalogue | None) -> frozenset[str]:
    """Everything that the roles allow by the city's tables; nothing where the tables do not know a role."""
    if catalogue is None:
        return frozenset()
    return frozenset(may for code in roles if code in catalogue.roles for may in catalogue.roles[code].may)


def roles_of_scopes(scopes: frozenset[str], catalogue: Catalogue | None) -> tuple[str, ...]:
    """The city's roles that allow nothing which the scopes do not; and the built-in one of who may have details."""
    if catalogue is None:
        return ()
    held = _kinds(scopes) | {"read"}
    if "dispatch" in held:
        held |= {"calls"}
    named = tuple(
        role.code for role in catalogue.roles.values() if held.issuperset(role.may) and set(role.may) != {"read"}
    )
    return (*named, RECORDS_ROLE) if "personal" in held else named


def has_scope(principal: Principal, *wanted: str) -> bool:
    """Whether it holds one of the scopes `wanted`, for any unit. `*` holds all; reading is open to whoever acts."""
    if principal.kind == "part" or "*" in principal.scopes:
        return True
    held = _kinds(principal.scopes)
    if "read" in wanted and held & {"calls", "dispatch", "tables", "read"}:
        return True
    return bool(held & set(wanted))


def station_of(scopes: frozenset[str], position: str) -> str:
    """The station whose screen this is; empty for everybody else. Its position is the station that it hangs in."""
    return position if "station" in scopes and not scopes & ACTING else ""


def may_report_place(principal: Principal, unit: str) -> bool:
    """Whether it may say where `unit` is."""
    if principal.kind == "part" or "*" in principal.scopes:
        return True
    wanted = {"avl", "avl:*", "field:*", f"avl:{unit}", f"field:{unit}"}
    return bool(wanted & principal.scopes) or (principal.actor.unit == unit and "field" in principal.scopes)


def why_not(principal: Principal, command: Command) -> NotPermitted | None:
    """Why this may not be asked for from outside, or None. The rules have the last word on what is left."""
    name = command_name(command)
    if principal.kind == "part":
        return None
    if name in INSIDE:
        return NotPermitted(command=name, lacks="role", subject=SYSTEM_ROLE)
    if principal.kind == "person" or name in ALWAYS:
        return None
    allowed = any(name in GROUPS.get(kind, frozenset()) for kind in _kinds(principal.scopes))
    return None if allowed else NotPermitted(command=name, lacks="role", subject=name)


def _kinds(scopes: frozenset[str]) -> set[str]:
    """The scopes without the unit that they may name."""
    return {scope.partition(":")[0] for scope in scopes}


class Sight(msgspec.Struct, frozen=True):
    """Which rows somebody sees: those that concern its agencies. Equal sights share everything that is sent."""

    agencies: frozenset[AgencyId] = frozenset()
    """Empty: all."""
    unit: str = ""
    hidden: frozenset[str] = frozenset()
    """Areas that are not shown (core/fields.py); `premises` and `calls` are whole tables of rows."""
    station: str = ""
    """A station's screen sees what it was alerted for, and its own units."""

    @property
    def is_all(self) -> bool:
        return not self.agencies and not self.station

    def incident(self, row: Incident) -> bool:
        if self.station:
            return any(alert.station == self.station for alert in row.alerts)
        return self.is_all or not self.agencies.isdisjoint(row.agencies)

    def unit_row(self, row: Unit, board: Board) -> bool:
        """Units of its agencies, and whoever else is on one of its incidents."""
        if self.is_all or row.agency in self.agencies or (self.station and self.station in (row.home, row.station)):
            return True
        on = getattr(row.status, "incident", None)
        shared = board.incidents.get(on) if on is not None else None
        return shared is not None and self.incident(shared)

    def call(self, row: Call, board: Board) -> bool:
        """Calls that are not yet anybody's are everybody's to answer; then they follow their incident."""
        if self.is_all or row.incident is None:
            return not self.station
        shared = board.incidents.get(row.incident)
        return shared is not None and self.incident(shared)

    def timer(self, row: Timer, board: Board) -> bool:
        if self.is_all:
            return True
        if row.incident is not None:
            incident = board.incidents.get(row.incident)
            return incident is not None and self.incident(incident)
        unit = board.units.get(row.unit) if row.unit is not None else None
        return unit is None or self.unit_row(unit, board)


def part(name: str) -> Principal:
    """A part of the system that acts by itself: `clock`, `avl`, `vault`."""
    return Principal(
        actor=Actor(id=ActorId(name), roles=(SYSTEM_ROLE,)),
        scopes=frozenset({"*"}),
        kind="part",
        session=f"part:{name}",
    )
