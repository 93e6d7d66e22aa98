"""The times of a unit on an incident, leg by leg, and which of its standards were missed (3.9, 6.7).

Legs follow NFPA 1710: *turnout* from being sent to moving, *travel* from moving to arriving, then the time on scene,
the way to a hospital and the time there. A stage that nobody reported leaves its leg open: nothing is made up for it.
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from turnout.core.board import Assignment, Incident
from turnout.words.identity import UnitId
from turnout.words.moment import Moment

LegName = Literal["turnout", "travel", "on-scene", "transport", "hospital"]

_STARTS: Final[dict[LegName, tuple[str, ...]]] = {
    "turnout": ("dispatched",),
    "travel": ("enroute",),
    "on-scene": ("on-scene", "at-patient"),
    "transport": ("transporting",),
    "hospital": ("at-destination",),
}
"""Leg → the stages of which the first that was reached begins it. The next leg that began, or the end, ends it."""

LATE_INTERVALS: Final[dict[str, tuple[str, ...]]] = {
    "acknowledge": ("acknowledged", "enroute", "on-scene", "at-patient", "transporting", "ended"),
    "turnout": ("enroute", "on-scene", "at-patient", "transporting", "ended"),
    "travel": ("on-scene", "at-patient", "transporting", "ended"),
    "on-scene": ("transporting", "at-destination", "ended"),
}
"""Interval that is timed per unit → the stages of which the first that was reached ends it."""


class Leg(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One leg. `end` is None while it lasts, or where nobody reported how it ended."""

    leg: LegName
    start: Moment
    end: Moment | None = None
    km: float | None = None
    """Between the odometer readings at its two ends, where both were given (3.6)."""


class LateReason(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A standard whose clock rang and that was missed. `reason` is empty until somebody says why."""

    unit: UnitId
    interval: str
    due: Moment
    reached: Moment | None
    """When it was done after all; None: not yet."""
    reason: str = ""


def legs_of(assignment: Assignment) -> tuple[Leg, ...]:
    """Every leg that has begun, in order. They follow one another: each ends where the next begins."""
    began: list[tuple[LegName, str]] = []
    for leg, stages in _STARTS.items():
        reached = [stage for stage in stages if stage in assignment.times]
        if reached:
            began.append((leg, min(reached, key=lambda stage: assignment.times[stage])))
    marks = [stage for _, stage in began] + (["ended"] if assignment.is_over else [])
    return tuple(
        _leg(assignment, leg, stage, marks[index + 1] if index + 1 < len(marks) else None)
        for index, (leg, stage) in enumerate(began)
    )


def _leg(assignment: Assignment, leg: LegName, start: str, end: str | None) -> Leg:
    odometer = assignment.odometer_km
    km = odometer[end] - odometer[start] if end is not None and start in odometer and end in odometer else None
    return Leg(
        leg=leg,
        start=assignment.times[start],
        end=None if end is None else assignment.times[end],
        km=None if km is None or km < 0 else round(km, 3),
    )


def late_of(incident: Incident) -> tuple[LateReason, ...]:
    """Every standard that was missed on the newest assignment of each unit, in the order in which they were sent.

    A clock that rang is not enough: where the true time came late from a dead spot and kept the standard, it was kept.
    """
    newest = {assignment.unit: assignment for assignment in incident.assignments}
    return tuple(late for assignment in newest.values() for late in _late(assignment))


def reasons_missing(incident: Incident) -> tuple[LateReason, ...]:
    return tuple(late for late in late_of(incident) if not late.reason)


def _late(assignment: Assignment) -> Iterator[LateReason]:
    for interval, due in assignment.overdue.items():
        ends = LATE_INTERVALS.get(interval, ())
        reached = min((assignment.times[stage] for stage in ends if stage in assignment.times), default=None)
        if reached is None or reached > due:
            reason = assignment.late_reasons.get(interval, "")
            yield LateReason(unit=assignment.unit, interval=interval, due=due, reached=reached, reason=reason)
