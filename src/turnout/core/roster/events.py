"""What has happened to shifts. The names in `tag` are stored for ever."""

from turnout.core.fact import Fact
from turnout.core.roster.shift import Shift
from turnout.words.identity import UnitId
from turnout.words.moment import Moment


class ShiftScheduled(Fact, frozen=True, kw_only=True, tag="shift-scheduled"):
    shift: Shift


class ShiftChanged(Fact, frozen=True, kw_only=True, tag="shift-changed"):
    """`shift` as it is now."""

    shift: Shift
    was_begins: Moment
    was_ends: Moment


class ShiftCancelled(Fact, frozen=True, kw_only=True, tag="shift-cancelled"):
    """Taken out by a person, or by its end when nobody had logged on (`nobody-logged-on`)."""

    planned: str
    """The shift."""
    unit: UnitId
    begins: Moment
    ends: Moment
    reason: str = ""


class ShiftOffered(Fact, frozen=True, kw_only=True, tag="shift-offered"):
    """Its beginning has come: a person is asked to log the unit on."""

    planned: str
    unit: UnitId
    begins: Moment
    ends: Moment
    because: str = ""
    """Code of the refusal that kept the clock from doing it; empty: the shift was not to begin by itself."""


class ShiftBegan(Fact, frozen=True, kw_only=True, tag="shift-began"):
    planned: str
    unit: UnitId
    begins: Moment
    ends: Moment


class ShiftOverran(Fact, frozen=True, kw_only=True, tag="shift-overran"):
    """Its end has come and the unit is still on duty: said, never acted upon by a clock."""

    planned: str
    unit: UnitId
    ends: Moment


class ShiftEnded(Fact, frozen=True, kw_only=True, tag="shift-ended"):
    planned: str
    unit: UnitId
    ends: Moment


RosterEvent = ShiftScheduled | ShiftChanged | ShiftCancelled | ShiftOffered | ShiftBegan | ShiftOverran | ShiftEnded
