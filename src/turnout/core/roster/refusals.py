"""Why a shift or a crew cannot be as it was asked for (3.4, 3.5)."""

from turnout.core.no import No
from turnout.words.moment import Moment


class UnitHasShift(No, frozen=True, kw_only=True, tag="unit-has-shift"):
    """The unit is on another shift in that time."""

    unit: str
    begins: Moment
    ends: Moment


class StaffHasShift(No, frozen=True, kw_only=True, tag="staff-has-shift"):
    """The staff number is on another unit's shift in that time."""

    staff: str
    unit: str
    begins: Moment
    ends: Moment


class StaffNamedTwice(No, frozen=True, kw_only=True, tag="staff-named-twice"):
    """A staff number stands twice in a crew, or is empty."""

    staff: str


class StaffOnDuty(No, frozen=True, kw_only=True, tag="staff-on-duty"):
    """The staff number is on duty on another unit now."""

    staff: str
    unit: str


class ShiftHasBegun(No, frozen=True, kw_only=True, tag="shift-has-begun"):
    """Only its end can still be changed."""

    unit: str
    begins: Moment


class ShiftTimesNotPossible(No, frozen=True, kw_only=True, tag="shift-times-not-possible"):
    """It ends before it begins, is over already, lasts too long or is too far ahead."""

    begins: Moment
    ends: Moment
    hours_max: int
    days_max: int


class RosterFull(No, frozen=True, kw_only=True, tag="roster-full"):
    """The unit has as many shifts ahead as are kept."""

    unit: str
    most: int
