"""A due-time on the board (3.17)."""

from typing import Literal

import msgspec

from turnout.words.identity import CallId, IncidentId, TimerId, UnitId
from turnout.words.moment import Moment

TimerKind = Literal[
    "pending",
    "acknowledge",
    "turnout",
    "travel",
    "on-scene",
    "roll-call",
    "callback",
    "hand-over",
    "scheduled",
    "archive",
    "rest",
    "zone-begins",
    "zone-ends",
    "review",
    "shift-begins",
    "shift-ends",
    "alert",
    "signals-end",
]


class Timer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A due-time on the board. The clock adapter submits `RingTimer` when it comes; a rung one stays until answered."""

    id: TimerId
    kind: TimerKind
    due: Moment
    started: Moment
    incident: IncidentId | None = None
    unit: UnitId | None = None
    call: CallId | None = None
    subject: str = ""
    rung: Moment | None = None
    group: str = ""
