"""A unit sent to an incident: its times, its alerts, and what had been offered. Intervals follow NFPA 1710."""

from typing import Literal

import msgspec

from turnout.core.limits import Whole
from turnout.words.identity import ActorId, UnitId
from turnout.words.moment import Moment

Interval = Literal["processing", "acknowledge", "turnout", "travel", "on-scene", "transport", "hospital"]


class Assignment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """This unit to this incident, with its times. A unit sent twice has two."""

    unit: UnitId
    role: str = ""
    by: ActorId
    times: dict[str, Moment]
    """Stage → first moment it was reached; `dispatched` is always there, `ended` once it is over."""
    odometer_km: dict[str, float] = {}
    destination: str | None = None
    ended_as: Literal["", "cleared", "preempted", "cancelled", "relieved", "exchanged"] = ""
    disposition: str = ""
    late_reasons: dict[str, str] = {}
    """Interval → coded reason, where a standard was missed (3.9)."""
    overdue: dict[str, Moment] = {}
    """Interval → by when it should have been done, where its clock has rung."""
    alerts: tuple["Alert", ...] = ()
    from_paper: bool = False
    """Entered afterwards from paper."""
    travel_time_s: Whole | None = None
    """What was predicted when it was sent."""

    @property
    def is_over(self) -> bool:
        return "ended" in self.times


class Alert(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One attempt to alert a crew or a station, and what came of it (2.5, 3.11, 3.12)."""

    id: str
    channel: Literal["app", "station", "page", "sms", "voice", "radio"]
    to: str
    sent: Moment
    delivered: Moment | None = None
    acknowledged: Moment | None = None
    failed: str = ""


class OfferedUnit(msgspec.Struct, frozen=True, gc=False):
    """One line of a recommendation, as it was shown. `why` is coded so that it reads in both languages."""

    unit: UnitId
    travel_time_s: Whole
    role: str = ""
    why: tuple[str, ...] = ()
    bypassed: str = ""
    """Coded reason why it was passed over; empty where it was proposed."""


class Offer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What had been offered when the dispatcher chose (2.7, 3.15, 4.3)."""

    at: Moment
    plan: str
    proposed: tuple[OfferedUnit, ...]
    bypassed: tuple[OfferedUnit, ...] = ()
    shortfalls: tuple[str, ...] = ()


class Dispatch(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One choice of a dispatcher: what was sent, what had been offered, why it differs."""

    at: Moment
    by: ActorId
    units: tuple[UnitId, ...]
    offer: Offer | None = None
    reason: str = ""
