"""What a recommendation says: which units, in which role, how soon, and why each line is there or is not.

Every reason is a code with fields; `words.py` speaks it in both languages. The part that goes into the journal beside
the dispatcher's choice is `Proposal.offer` (2.7: what had been offered; 3.15: who was passed over and why).
"""

from typing import Literal

import msgspec

from turnout.core.board import Offer
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment

From = Literal["quarters", "road", "last-known"]
"""Where the travel time counts from: the station, the place the unit reports, or a place that is no longer fresh."""


class Reason(msgspec.Struct, frozen=True):
    """A coded reason with what a person needs to judge it: names, seconds, metres."""

    code: str
    fields: dict[str, str | int] = {}


class ProposedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit, and how soon it can be there. Times in seconds from now; `p10_s` to `p90_s` is four runs in five."""

    unit: UnitId
    capability: str
    role: str
    travel_time_s: int
    turnout_s: int
    total_s: int
    p10_s: int
    p90_s: int
    start: From
    fix_age_s: int | None
    hold_back: bool = False
    why: tuple[Reason, ...] = ()


class Bypassed(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with a wanted capability that is not proposed, and why. `total_s` None: no way by road."""

    unit: UnitId
    capability: str
    reason: Reason
    total_s: int | None = None


class Shortfall(msgspec.Struct, frozen=True):
    """The plan wants more than can be found."""

    capability: str
    wanted: int
    found: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    incident_id: IncidentId
    at: Moment
    plans: tuple[str, ...]
    """The run cards that apply, lead agency first. Empty: no plan fits, and the proposal says so."""
    alarm_level: int
    lines: tuple[ProposedUnit, ...]
    also: tuple[ProposedUnit, ...]
    """The next ones for each capability, soonest first, for a person who wants others."""
    bypassed: tuple[Bypassed, ...]
    shortfalls: tuple[Shortfall, ...]
    notes: tuple[Reason, ...]
    offer: Offer
