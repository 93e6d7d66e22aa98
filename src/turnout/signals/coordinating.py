"""A wave of an arterial, coordinated in steps that a controller can set."""

from typing import Final

import msgspec

from turnout.signals.arterial import BandTask, Coordination
from turnout.signals.bands import maxband, multiband
from turnout.signals.model import Wave
from turnout.signals.scan import delivered

METHODS: Final = {"maxband": maxband, "multiband": multiband}


def coordinated(task: BandTask, wave: Wave, limit_s: float, step_s: float) -> tuple[BandTask, Coordination]:
    """The best coordination in whole steps: the cycle first, then all else for that cycle; and the task with it."""
    method = METHODS[wave.method]
    least_s, most_s = task.cycle_s
    if least_s < most_s:
        free = method(task, limit_s)
        cycle_s = min(max(round(free.cycle_s / step_s) * step_s, least_s), most_s)
        task = msgspec.structs.replace(task, cycle_s=(cycle_s, cycle_s))
    return task, delivered(task, method(task, limit_s), step_s)
