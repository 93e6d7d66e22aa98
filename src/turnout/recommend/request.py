"""What a recommendation is asked and what it knows: the board, where units were last seen, and the roads just now."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from turnout.core.board import Board, Incident, Unit
from turnout.core.catalogue import Catalogue
from turnout.recommend.plans import Wanted
from turnout.recommend.proposal import From, Reason
from turnout.roads.profile import TravelEstimate
from turnout.roads.spot import Spot, Spots
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Where a unit was last seen. `spot` was found on the roads when the fix arrived, with its heading."""

    place: Place
    at: Moment
    spot: Spot | None
    speed_mps: float | None = None


class DriveTimes(Protocol):
    """The roads as a recommendation needs them, at one moment and under the conditions then in force."""

    def spot_of(self, place: Place) -> Spot | None:
        """The nearest road, or None when there is none near."""
        ...

    def drive_s(self, target: Spot, sources: Spots, enough: int | None, urgent: bool) -> list[float]:
        """Seconds of driving from each source to the target; infinite where there is no way.

        With `enough`, sources beyond the so many nearest may be infinite as well: they were not looked for.
        """
        ...

    def estimate(self, drive_s: float, urgent: bool) -> TravelEstimate:
        """The arrival for a drive of that many seconds, as an interval."""
        ...


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One question: who should go to this incident?"""

    board: Board
    incident: Incident
    at: Moment
    wanted: Wanted
    exclude: frozenset[UnitId] = frozenset()

    @property
    def catalogue(self) -> Catalogue:
        assert self.board.catalogue is not None
        return self.board.catalogue

    @property
    def is_urgent(self) -> bool:
        return self.incident.priority <= URGENT_PRIORITY


URGENT_PRIORITY = 2
"""Priorities 1 and 2 go with lights and siren, and take no account of hold-backs."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A unit that has a wanted capability, with its times. `penalty_s` is laid on by rules, for the order only."""

    unit: Unit
    start: From
    fix_age_s: int | None
    turnout_s: int
    estimate: TravelEstimate
    penalty_s: float = 0.0
    hold_back: bool = False
    why: tuple[Reason, ...] = ()

    @property
    def total_s(self) -> float:
        return self.turnout_s + self.estimate.expected_s


Positions = Mapping[UnitId, Fix]
