"""One broken detector at every junction, to see what control does with it."""

from collections.abc import Iterable
from typing import Final

from turnout.signals.adaptive.faults import FaultKind
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Reading
from turnout.signals.simulated.run import Fault

FROM_S: Final = 600.0
"""From the tenth minute on it is broken: until then its neighbours have been seen to agree with it."""


def broken_one(layout: Layout) -> str:
    """The one before the stop line of the first lane that has one there; empty: none has."""
    stops = {lane.stop for lane in layout.lanes}
    return next((mark.detector for mark in layout.marks if any(way.to in stops for way in mark.ways)), "")


def broken(layouts: Iterable[Layout], kind: FaultKind, from_ms: int) -> Fault:
    names = {name for layout in layouts if (name := broken_one(layout))}

    def said(name: str, at_ms: int, reading: Reading | None) -> Reading | None:
        if name not in names or at_ms < from_ms:
            return reading
        match kind:
            case "stuck":
                return Reading(0, True)
            case "silent":
                return None
            case "double":
                return None if reading is None else Reading(2 * reading.entered, reading.is_occupied)

    return said
