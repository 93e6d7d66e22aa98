"""Commands about shifts ahead (3.5) and their beginning (3.4). A shift ends when its unit logs off."""

from turnout.core.act import Do
from turnout.core.limits import Code, Count, Id, Line
from turnout.core.units.commands import Crew, Equipment, Km
from turnout.words.moment import Moment


class ScheduleShift(Do, frozen=True, kw_only=True, tag="schedule-shift"):
    """Plan who is on a unit, from when to when. Refused where the unit or a staff number is on another shift then."""

    shift_id: Id
    unit: Id
    begins: Moment
    ends: Moment
    crew: Crew = ()
    vehicle: Code = ""
    equipment: Equipment = ()
    station: Code = ""
    by_itself: bool = False
    note: Line = ""


class ChangeShift(Do, frozen=True, kw_only=True, tag="change-shift"):
    """Write a shift anew, whole. One that has begun can only end at another time: its crew is changed by `log-on`."""

    shift_id: Id
    begins: Moment
    ends: Moment
    crew: Crew = ()
    vehicle: Code = ""
    equipment: Equipment = ()
    station: Code = ""
    by_itself: bool = False
    note: Line = ""
    was: Count | None = None
    """`changed` of the shift that the sender had read; refused when somebody has written it since."""


class CancelShift(Do, frozen=True, kw_only=True, tag="cancel-shift"):
    shift_id: Id
    reason: Line = ""


class BeginShift(Do, frozen=True, kw_only=True, tag="begin-shift"):
    """Log the unit on as planned: crew, vehicle, equipment, station."""

    shift_id: Id
    odometer_km: Km | None = None


RosterCommand = ScheduleShift | ChangeShift | CancelShift | BeginShift
