"""What a job of the engineer's screen is asked and answers, as in JSON. Times in seconds."""

from typing import Annotated, Any, Final, Literal

import msgspec

from turnout.core.plans.matters import SimulatedRun
from turnout.signals.adaptive.faults import FaultKind
from turnout.signals.districts.shapes import Clock, PlanSet, ProblemShape
from turnout.signals.model import Day
from turnout.words.name import Name

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
SEEDS_LEAST: Final = 5
"""Student's t of fewer pairs is so wide that nothing follows from it."""
SEEDS_MOST: Final = 20


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which plan of each junction is simulated: that in force on this day at this hour."""

    day: Day
    since: Clock = msgspec.field(name="from")

    @property
    def minute(self) -> int:
        """Of the day."""
        return int(self.since[:2]) * 60 + int(self.since[3:])


class Simulate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="simulate"):
    """The plans in force and a draft with the same seeds, 1 to `seeds`. No period: the plans that come last."""

    plans: PlanSet
    seeds: Annotated[int, msgspec.Meta(ge=SEEDS_LEAST, le=SEEDS_MOST)] = SEEDS_LEAST
    period: Period | None = None


class Adapt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="adapt"):
    """The plans in force and adaptive control from detectors with the same seeds. Nothing of it can be proposed."""

    seeds: Annotated[int, msgspec.Meta(ge=SEEDS_LEAST, le=SEEDS_MOST)] = SEEDS_LEAST
    period: Period | None = None
    fault: FaultKind | None = None
    """From the tenth minute on one detector of every junction is broken so."""


class CoordinateArea(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="area"
):
    """Cycle, splits and offsets of all signals of the district at once. No cycles: 50 to 140 s by tens."""

    cycles_s: Annotated[tuple[Annotated[int, msgspec.Meta(ge=30, le=300)], ...], msgspec.Meta(max_length=30)] = ()


class PlanHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="hours"):
    """Periods of the week from the district's counts, and an area coordination for each of them."""

    plans_most: Annotated[int, msgspec.Meta(ge=1, le=24)] = 6
    least_minutes: Annotated[int, msgspec.Meta(ge=15, le=720)] = 60
    cycles_s: Annotated[tuple[Annotated[int, msgspec.Meta(ge=30, le=300)], ...], msgspec.Meta(max_length=30)] = ()


Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Quality(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="quality"):
    """How well signals serve, from the district's log. Milliseconds of the controllers' clock; none: all of the log."""

    junction: Annotated[str, msgspec.Meta(max_length=128)] = ""
    """Only this one; else every junction of the log's map."""
    since_ms: Moment | None = msgspec.field(default=None, name="from")
    until_ms: Moment | None = msgspec.field(default=None, name="to")


JobAsked = Simulate | Adapt | CoordinateArea | PlanHours | Quality
JobKind = Literal["adapt", "area", "hours", "quality", "simulate"]
KINDS: Final[dict[type[msgspec.Struct], JobKind]] = {
    Adapt: "adapt",
    CoordinateArea: "area",
    PlanHours: "hours",
    Quality: "quality",
    Simulate: "simulate",
}


class JobTaken(msgspec.Struct, frozen=True):
    job: str


class JobCard(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    district: str
    kind: str
    state: JobState
    progress: float = 0.0
    """0 to 1."""
    said: Name
    """What it does now, or why it failed."""
    problems: tuple[ProblemShape, ...] = ()
    """Why it failed, where the plans are to blame: as of `check`."""
    result: Any = None
    """`SimulateResult`, `AdaptResult`, `AreaResult`, `from_data.HoursResult` or `QualityResult`, once it is done."""
    simulation: str = ""
    """Digest of the result of a simulation: by it the plans are proposed."""


class ConfidenceInterval(msgspec.Struct, frozen=True):
    """A mean with its 95 % confidence interval (Student's t over seeds)."""

    mean: float
    low: float
    high: float


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Before, after and the difference after minus before, paired by seed.

    `before` and `after`: of all runs of that side which have the figure; `change`: of the `seeds` with which both have
    it. None: fewer than two have it, because nobody got through or nobody drove there.
    """

    before: ConfidenceInterval | None
    after: ConfidenceInterval | None
    change: ConfidenceInterval | None
    seeds: int


Figure = Literal["delay_s", "stops", "travel_s", "throughput", "waiting_s"]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the whole district."""

    figure: Figure
    before: ConfidenceInterval
    after: ConfidenceInterval
    change: ConfidenceInterval


class RunCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of all seeds together."""

    entered: int
    arrived: int
    never_entered: int
    """Due by the end of the run, without room to enter. Those that were not due yet do not count."""
    teleports: int
    """Stuck, and moved on by the simulator."""


class JunctionCompared(msgspec.Struct, frozen=True, kw_only=True):
    """Time loss on the ways to one junction, in seconds per vehicle that passed it."""

    junction: str
    delay_s: Compared


class ArterialCompared(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from the first stop line to the last, by mean speeds of its sections."""

    arterial: str
    direction: Literal["outbound", "inbound"]
    travel_s: Compared


class PlanAt(msgspec.Struct, frozen=True):
    junction: str
    plan: str


class SimulateResult(msgspec.Struct, frozen=True, kw_only=True):
    digest: str
    """Of the draft, whole: what may now be proposed."""
    base: str
    """Of the plans in force that it was compared with."""
    seeds: int
    period: Period | None
    before: RunCounts
    after: RunCounts
    pairs: tuple[Pair, ...]
    junctions: tuple[JunctionCompared, ...]
    arterials: tuple[ArterialCompared, ...]
    ran: tuple[PlanAt, ...] = ()
    """Plans of the draft that were run: one of each signal of the network."""
    changed: tuple[PlanAt, ...] = ()
    """Plans of the draft that are others than those in force, or run where another does. Each has to be in `ran`."""
    state: str = ""
    """Of the plans in force and the district's files (`state.state_of`), while this was simulated."""


class LaneDetectors(msgspec.Struct, frozen=True):
    """`lane`: of the network."""

    lane: str
    detectors: int


class FoundFault(msgspec.Struct, frozen=True, kw_only=True):
    """A detector that was not believed when a run was over. `lane`: where it lies."""

    detector: str
    lane: str
    kind: FaultKind
    name: Name
    seeds: int
    """In so many of the runs."""


class ApproachWait(msgspec.Struct, frozen=True, kw_only=True):
    """`worst_s`: who was seen there waits for green so long at most, whatever the traffic.

    None: nothing is promised, as one waits there until a single track is free, or no stage lets its lanes go.
    """

    approach: str
    name: Name
    worst_s: float | None


class AdaptedJunction(msgspec.Struct, frozen=True, kw_only=True):
    """A junction under adaptive control. A detector may serve two junctions."""

    junction: str
    waits: tuple[ApproachWait, ...]
    detectors: int
    lanes: tuple[LaneDetectors, ...]
    on_plan: int = 0
    """In so many of the runs it ran its plan when the run was over: detectors were not believed."""
    faults: tuple[FoundFault, ...] = ()
    broken: str = ""
    """Its detector that was broken from the tenth minute on, where one was asked for; empty: none of its own."""
    missed: int = 0
    """In so many of the runs that detector was believed when the run was over."""


class FoundDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """A single track that was doubtful when a run was over: occupied, and nobody counted for long."""

    track: str
    name: Name
    seeds: int
    """In so many of the runs."""


class KeptPlan(msgspec.Struct, frozen=True):
    """A junction that adaptive control leaves to its plan all the time."""

    junction: str
    why: Name


class AdaptResult(msgspec.Struct, frozen=True, kw_only=True):
    """Before: plans in force; after: adaptive control. Nobody is taken out who is stuck, on either side."""

    base: str
    """Of the plans in force."""
    state: str
    """As of `SimulateResult`."""
    seeds: int
    period: Period | None
    fault: FaultKind | None
    before: RunCounts
    after: RunCounts
    pairs: tuple[Pair, ...]
    junctions: tuple[JunctionCompared, ...]
    arterials: tuple[ArterialCompared, ...]
    gridlocked_before: tuple[int, ...]
    """Seeds with which nobody arrived for five minutes while vehicles were on the road (`simulated.gridlock`)."""
    gridlocked_after: tuple[int, ...]
    detectors: int
    """Laid in the whole district."""
    adapted: tuple[AdaptedJunction, ...]
    kept: tuple[KeptPlan, ...]
    doubts: tuple[FoundDoubt, ...]
    """Under adaptive control: who stands there may stand for good, though others arrive."""


class PeriodToRun(msgspec.Struct, frozen=True):
    """`period` null: no junction has hours. `plans`: changed ones that this run is the first to show."""

    period: Period | None
    plans: int


class PeriodsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Simulations that show every changed plan of a draft, as few as a greedy choice finds."""

    periods: tuple[PeriodToRun, ...]
    never: tuple[PlanAt, ...] = ()
    """Changed plans that are in force at no hour of the week: no simulation shows them."""


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one simulation, what a proposal says; of which plans and against what it was made."""

    digest: str
    state: str
    run: SimulatedRun
    left: PlanAt | None = None
    """A changed plan that neither this simulation nor those asked about before it ran."""


class AreaJunction(msgspec.Struct, frozen=True, kw_only=True):
    """As worked out for average traffic: seconds and stops per vehicle, and how full the fullest lane is."""

    junction: str
    per_h: float
    delay_before_s: float
    delay_after_s: float
    stops_before: float
    stops_after: float
    saturation_before: float
    saturation_after: float


class AreaResult(msgspec.Struct, frozen=True, kw_only=True):
    cycle_s: float
    delay_before_s: float
    delay_after_s: float
    junctions: tuple[AreaJunction, ...]
    plans: PlanSet
