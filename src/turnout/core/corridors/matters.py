"""What stands on the board about signals: what the authority permits, what is armed, and corridors under way."""

from typing import Final, Literal

import msgspec

from turnout.words.identity import ActorId, IncidentId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.sealed_text import SealedPlace

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY_MIN: Final = 24 * 60

JunctionState = Literal["asked", "granted", "refused", "waiting", "released", "lost"]
"""`granted`: green is held for it. `waiting`: another corridor goes first. `lost`: the controller does not answer."""

Outcome = Literal["arrived", "cleared", "cancelled", "no-way", "no-signals", "lost"]
"""Why a corridor is over. `no-signals`: this server reaches none. `lost`: nobody has heard of the unit for long."""

REASONS: Final = (
    "not-armed",
    "no-permission",
    "outside-hours",
    "no-answer",
    "clock",
    "unknown-group",
    "busy",
    "fault",
    "too-early",
    "passed",
    "off-route",
    "lost",
    "stopped",
    "too-long",
    "blocked",
    "flows",
    "other-corridor",
    "ended",
    "cancelled",
    "refused",
)
"""Why a junction was refused or given back: those of `signals/controller.py` and `signals/corridor.py`."""


class Hours(msgspec.Struct, frozen=True, gc=False):
    """From a minute of these days until before the other, in the city's time; past midnight where that is not later."""

    days: tuple[Day, ...]
    from_minute: int = 0
    to_minute: int = DAY_MIN


class SignalPermit(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The traffic authority allows that these junctions are asked for green. Armed ones are; a person has done that.

    No `hours`: at any time.
    """

    id: str
    junctions: tuple[str, ...]
    hours: tuple[Hours, ...] = ()
    authority: str
    """Which office and officer gave it, and by what paper."""
    by: ActorId
    at: Moment
    armed: frozenset[str] = frozenset()
    until: dict[str, Moment] = {}
    """Until when each armed junction is. One without an end was armed before ends were asked for: it is not asked."""
    armed_by: ActorId | None = None
    """Who armed last."""

    def is_armed(self, junction: str, at: Moment) -> bool:
        return junction in self.armed and at < self.until.get(junction, 0)


class CrossingName(Name, frozen=True, gc=False):
    """What a junction of a corridor is called: by its streets, so it says where a crew drove."""


class CorridorJunction(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A junction of a corridor, as it was last told. Which it is stands sealed (decision 0184)."""

    id: str
    name: CrossingName
    place: Place | SealedPlace | None
    """None once it is erased."""
    group: str
    also: tuple[str, ...] = ()
    """Groups at further stop lines on the way, asked for with it."""
    state: JunctionState
    reason: str = ""
    since: Moment


class JunctionAsked(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Green asked for at one junction, as it is recorded: which junction, and so the crew's way, is sealed."""

    key: str = ""
    """Under what it stands on the board, `#1` for the first of its corridor. Empty in rows from before they were
    sealed: there it stands under its identity."""
    junction: str
    name: CrossingName
    place: Place | SealedPlace
    group: str
    also: tuple[str, ...] = ()
    arrives_in_ms: int = 0
    """Only in rows from before it was left out: seconds from one signal to the next say which street that is."""
    permit: str = ""
    """Under which permission it may be asked. Empty where none allows it; sealed where that has so few junctions that
    it would say which."""
    among: int = 0
    """So many junctions that permission has; 0 where it has so few that it is sealed."""


class JunctionTold(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What came of an ask at one junction."""

    key: str = ""
    """As in `JunctionAsked`."""
    junction: str
    name: CrossingName
    state: JunctionState
    reason: str = ""


class Corridor(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Green for one unit on its way. Once it is over, or cancelled and all is given back, it leaves the board."""

    id: str
    unit: UnitId
    incident: IncidentId
    level: int
    """1 is the highest."""
    by: ActorId
    at: Moment
    junctions: dict[str, CorridorJunction] = {}
    """In the order in which they were first asked, under `JunctionAsked.key`."""
    cancelled: Moment | None = None
    cancelled_by: ActorId | None = None
