"""Which refusals a person may go over, with a reason that is logged (3.24, 4.3). The same guards as in the rules.

A screen is told so with the refusal itself: there is no second list of it in a browser.
"""

from typing import Final

import msgspec

from turnout.core.commands import Command
from turnout.core.incidents.commands import CloseIncident
from turnout.core.no import No
from turnout.core.refusals import (
    FieldsMissing,
    NobodyArrived,
    NotArrived,
    StagePassed,
    UnitIsOffDuty,
    UnitIsOutOfService,
    UnitNotStaffed,
    UnitsStillWorking,
)
from turnout.core.units.commands import AssignUnits, ClearUnits, ReportStatus

_JUDGED: Final[dict[type[msgspec.Struct], tuple[type[No], ...]]] = {
    AssignUnits: (UnitIsOffDuty, UnitIsOutOfService, UnitNotStaffed),
    ClearUnits: (NotArrived,),
    ReportStatus: (NotArrived, StagePassed),
    CloseIncident: (NobodyArrived, UnitsStillWorking, FieldsMissing),
}
"""Command → what a person can judge. What is impossible is in no list."""


def may_override(command: Command, refusal: msgspec.Struct) -> bool:
    """Whether the same command with `override` filled in would pass the guard that refused."""
    judged = _JUDGED.get(type(command), ())
    return isinstance(refusal, judged) and not getattr(command, "override", "")
