"""The reasoned no to signals and corridors."""

from turnout.core.no import No


class UnitNotUnderWay(No, frozen=True, kw_only=True, tag="unit-not-under-way"):
    """A corridor is for a unit that drives to its incident, or from it to a hospital."""

    unit: str


class CorridorIsOpen(No, frozen=True, kw_only=True, tag="corridor-is-open"):
    unit: str


class CorridorIsOver(No, frozen=True, kw_only=True, tag="corridor-is-over"):
    """It has left the board, or was cancelled: nothing is asked for it any more."""

    corridor: str


class NoSignalsArmed(No, frozen=True, kw_only=True, tag="no-signals-armed"):
    """No controller may be written to: the authority permits none, or nobody has armed one."""


class ArmingEndNotTaken(No, frozen=True, kw_only=True, tag="arming-end-not-taken"):
    """Signals are armed until a time that is still to come, and at most so many hours away."""

    most_h: int


class CorridorsFull(No, frozen=True, kw_only=True, tag="corridors-full"):
    """So many corridors, or permissions, there are already."""

    most: int


class JunctionNotPermitted(No, frozen=True, kw_only=True, tag="junction-not-permitted"):
    """The permission does not name it."""

    junction: str
