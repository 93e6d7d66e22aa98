"""What stands on the board about signal plans: by district what a person has released, and what is proposed."""

from typing import Annotated, Final, Literal

import msgspec

from turnout.core.limits import Count, Id
from turnout.words.identity import ActorId
from turnout.words.moment import Moment

Figure = Literal["delay_s", "stops", "travel_s", "waiting_s", "throughput"]
"""Of all vehicles of the district: time loss with the delay of entering, in seconds per vehicle; stops per vehicle;
travel time and time stood still, in seconds per vehicle; vehicles that arrived."""

FIGURES_MAX: Final = 16
"""Of one simulation."""


class ProposedFigure(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One figure of the simulation. `change` is after minus before, with its 95 % confidence interval."""

    figure: Figure
    before: float
    after: float
    change: float
    low: float
    high: float


class SimulatedPeriod(msgspec.Struct, frozen=True, gc=False):
    """Whose plans were run: those in force on this day of the week at this minute."""

    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    minute: Annotated[int, msgspec.Meta(ge=0, le=1_439)]


class PlanOfJunction(msgspec.Struct, frozen=True, gc=False):
    junction: str
    plan: str


class SimulatedRun(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One simulation of a set of plans beside those in force: what it found."""

    simulation: Id
    """Digest of what it found, kept as the set is."""
    seeds: Count
    figures: Annotated[tuple[ProposedFigure, ...], msgspec.Meta(max_length=FIGURES_MAX)]
    period: SimulatedPeriod | None = None
    """None: no junction has hours, and the last plan of each was run."""
    never_entered: tuple[Count, Count] = (0, 0)
    """Vehicles of all seeds that found no room to enter, before and after: a low delay with many of them is none."""
    teleports: tuple[Count, Count] = (0, 0)
    """Vehicles that stood so long that they were taken out, before and after."""


class ProposedPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A set of plans that somebody proposes for a district. The set itself is kept by its digest, off the board.

    One simulation shows one plan of each junction. `simulation`, `seeds`, `figures`, `period`, `never_entered` and
    `teleports` are those of the first, as of `SimulatedRun`.
    """

    id: str
    district: str
    simulation: str
    digest: str
    over: str
    """Digest of what it was simulated against: the plans in force and the district's files."""
    note: str = ""
    seeds: int
    figures: tuple[ProposedFigure, ...]
    period: SimulatedPeriod | None = None
    never_entered: tuple[int, int] = (0, 0)
    teleports: tuple[int, int] = (0, 0)
    further: tuple[SimulatedRun, ...] = ()
    """Of the same set at other hours: all of it is released together, or nothing."""
    by: ActorId
    at: Moment

    @property
    def runs(self) -> tuple[SimulatedRun, ...]:
        """All simulations of it."""
        first = SimulatedRun(
            simulation=self.simulation,
            seeds=self.seeds,
            figures=self.figures,
            period=self.period,
            never_entered=self.never_entered,
            teleports=self.teleports,
        )
        return (first, *self.further)


class ReleasedPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The plans in force."""

    proposal: str
    digest: str
    by: ActorId
    at: Moment


class DistrictPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One district. `released` None: those of its files. A proposal leaves when it is decided or withdrawn."""

    id: str
    released: ReleasedPlans | None = None
    proposals: tuple[ProposedPlans, ...] = ()
