"""What the keeper of a PostgreSQL does next. Pure: everything that was seen comes in as a `View`.

Two things hold whatever fails. The standby is promoted only after the register named it primary, and it can do that
only while the register says `together`. And `synchronous_standby_names` is empty only after a majority has confirmed
`alone`, and set again before the register says `together`. So what was acknowledged is on whoever is primary later.
Fencing is for those who would otherwise wait on a primary that can no longer acknowledge; no promise rests on it.
"""

from enum import Enum
from typing import Final, Literal

import msgspec

from turnout.keeper.register import Value

SILENT_S: Final = 1.0
"""PostgreSQL that has not answered for so long counts as lost: a frozen one must not keep the lease."""

ALONE_AFTER_S: Final = 1.0
"""The primary waits so long for a standby that neither streams nor confirms before it goes on alone."""

REBUILD_AFTER_S: Final = 8.0
"""A standby that has not streamed for so long is stopped and made anew from the primary."""

AGAIN_S: Final = 3.0
"""Between two attempts to go back to `together`: each makes commits wait for the standby."""

Standing = Literal["down", "silent", "primary", "standby"]


class Act(Enum):
    WAIT = "wait"
    FENCE = "end PostgreSQL at once"
    HAND_OVER = "let the standby take over"
    START_PRIMARY = "start PostgreSQL as primary"
    START_STANDBY = "start PostgreSQL as standby"
    PROMOTE = "promote"
    TAKE_OVER = "become primary in the register, then promote"
    GO_ALONE = "write without the standby"
    RETURN = "wait for the standby again"
    REBUILD = "make the standby anew"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is the newest that this keeper has seen; it may be old, which only ever makes an act fail.

    `may_act`: this node's own lease holds. `is_leased`: a majority of voters still holds back for the primary.
    """

    me: str
    value: Value | None
    may_act: bool
    is_leased: bool
    postgres: Standing
    names_set: bool
    streams: bool
    """Primary: the other confirms what it is sent. Standby: it receives from the primary."""
    apart_s: float
    """How long that has not been so."""
    has_offered: bool
    """Whether the standby was offered to take over after this PostgreSQL had ended, and did not."""
    since_return_s: float


def next_act(view: View) -> Act:
    if view.value is None:
        return Act.WAIT
    return _as_primary(view, view.value) if view.value.primary == view.me else _as_standby(view, view.value)


def _as_primary(view: View, value: Value) -> Act:
    if not view.may_act:
        return Act.FENCE if view.postgres in ("primary", "silent") else Act.WAIT
    match view.postgres:
        case "silent":
            return Act.FENCE
        case "down":
            return Act.HAND_OVER if value.mode == "together" and not view.has_offered else Act.START_PRIMARY
        case "standby":
            return Act.PROMOTE
        case "primary":
            return _beside(view, value)


def _beside(view: View, value: Value) -> Act:
    """A primary that works: with the standby or without."""
    if value.mode == "together":
        return Act.GO_ALONE if view.apart_s >= ALONE_AFTER_S else Act.WAIT
    if view.streams and view.since_return_s >= AGAIN_S:
        return Act.RETURN
    return Act.GO_ALONE if view.names_set else Act.WAIT


def _as_standby(view: View, value: Value) -> Act:
    match view.postgres:
        case "primary" | "silent":
            return Act.FENCE
        case "down":
            return Act.START_STANDBY
        case "standby":
            if may_be_promoted(value, view.me) and not view.is_leased:
                return Act.TAKE_OVER
            return Act.REBUILD if value.mode == "alone" and view.apart_s >= REBUILD_AFTER_S else Act.WAIT


def may_be_promoted(value: Value, node: str) -> bool:
    return value.mode == "together" and value.standby == node


def taken_over(value: Value, node: str) -> Value | None:
    """The register once `node` has taken over; None: it must not, for acknowledged commits may be missing on it."""
    return Value(value.epoch + 1, node) if may_be_promoted(value, node) else None


def gone_alone(value: Value, node: str) -> Value | None:
    return Value(value.epoch, node) if value.primary == node else None


def joined(value: Value, node: str, standby: str) -> Value | None:
    return Value(value.epoch, node, "together", standby) if value.primary == node else None
