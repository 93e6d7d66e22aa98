"""What the engineer's screen reads and says: districts, plans and results in seconds, metres and km/h, as in JSON.

Coordinates are metres of the district's own plane, east and north. Words that a person reads come in both languages.
"""

from typing import Annotated, Final, Literal

import msgspec

from turnout.signals.model import DAYS, Day, GroupKind, Turn
from turnout.signals.problem import Severity
from turnout.words.name import Name

JUNCTIONS_MAX: Final = 1_000
"""Of a set of plans, as of an area that is coordinated at once."""
PLANS_MAX: Final = 255
"""Of a junction: as many as NTCIP 1202 numbers."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_600)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Point = tuple[float, float]


class DistrictCard(msgspec.Struct, frozen=True, kw_only=True):
    """A district in the list. `errors` and `warnings`: of what its files say."""

    id: str
    name: Name
    source: str
    licence: str
    attribution: str
    note: Name | None = None
    log_note: Name | None = None
    counts_note: Name | None = None
    sample: bool = False
    junctions: int = 0
    arterials: int = 0
    can_simulate: bool = False
    """It has a network with traffic of its own. Whether SUMO is there is `can_run` of the list."""
    has_counts: bool = False
    has_log: bool = False
    errors: int = 0
    warnings: int = 0


class Districts(msgspec.Struct, frozen=True, kw_only=True):
    districts: tuple[DistrictCard, ...]
    can_run: bool
    """Whether this server has SUMO."""
    can_adapt: bool
    """Whether it has SUMO's library too, for adaptive control."""
    kinds: tuple[str, ...]
    """Kinds of jobs that it takes."""


class Street(msgspec.Struct, frozen=True):
    id: str
    name: str
    lanes: int
    line: tuple[Point, ...]


class GroupShape(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: GroupKind
    min_green_s: float
    amber_s: float
    red_amber_s: float = 0.0
    clearance_s: float = 0.0
    max_red_s: float = 0.0


class IntergreenShape(msgspec.Struct, frozen=True):
    ending: str
    beginning: str
    least_s: float


class ApproachShape(msgspec.Struct, frozen=True):
    id: str
    name: Name
    lanes: int
    speed_kmh: float


class MovementShape(msgspec.Struct, frozen=True):
    id: str
    approach: str
    turn: Turn
    group: str
    yields_to: tuple[str, ...] = ()


class StageShape(msgspec.Struct, frozen=True):
    id: str
    groups: tuple[str, ...]


class DetectorShape(msgspec.Struct, frozen=True):
    id: str
    approach: str
    lane: int
    before_stop_line_m: float | None
    """None: it lies behind the junction."""
    length_m: float
    to_lane: int = 0
    groups: tuple[str, ...] = ()


class WindowShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Green from `from_s` until before `to_s` of the cycle; past its end where `to_s` is not later."""

    group: Id
    from_s: Seconds
    to_s: Seconds


class PlanShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Id
    cycle_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)]
    offset_s: Seconds = 0.0
    windows: Annotated[tuple[WindowShape, ...], msgspec.Meta(max_length=1_024)]


class HoursShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this minute of these days the plan runs, until the next entry."""

    plan: Id
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1, max_length=7)] = DAYS
    since: Clock = msgspec.field(default="00:00", name="from")


class JunctionPlans(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All plans of one junction, in place of those that it has."""

    id: Id
    plans: Annotated[tuple[PlanShape, ...], msgspec.Meta(max_length=PLANS_MAX)]
    hours: Annotated[tuple[HoursShape, ...], msgspec.Meta(max_length=PLANS_MAX)] = ()


class PlanSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft. Junctions that it does not name keep the plans in force."""

    junctions: Annotated[tuple[JunctionPlans, ...], msgspec.Meta(max_length=JUNCTIONS_MAX)]


class JunctionShape(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Name
    at_m: Point | None = None
    at: Point | None = None
    """Degrees of longitude and latitude (WGS 84), where the district has them."""
    groups: tuple[GroupShape, ...] = ()
    intergreens: tuple[IntergreenShape, ...] = ()
    approaches: tuple[ApproachShape, ...] = ()
    movements: tuple[MovementShape, ...] = ()
    stages: tuple[StageShape, ...] = ()
    detectors: tuple[DetectorShape, ...] = ()
    plans: tuple[PlanShape, ...] = ()
    hours: tuple[HoursShape, ...] = ()


class StopShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A junction of an arterial. `at_m_along` and `at_m` are told, never asked."""

    junction: Id
    at_m_along: float = 0.0
    at_m: Point | None = None
    outbound: str = ""
    inbound: str = ""
    to_next_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0.0
    back_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0.0
    speed_kmh: tuple[float, float] = (50.0, 50.0)
    outbound_queue_s: Seconds = 0.0
    """So long before the band the green has to begin; inbound likewise."""
    inbound_queue_s: Seconds = 0.0


class WaveShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Id
    plan: str = ""
    cycle_s: tuple[Seconds, Seconds] = (0.0, 0.0)
    method: Literal["maxband", "multiband"] = "maxband"
    ratio: Annotated[float, msgspec.Meta(gt=0, le=100)] = 1.0
    """The inbound band is to be so many times as wide as the outbound one."""
    same_width: bool = False


class ArterialShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Id
    name: Name
    stops: Annotated[tuple[StopShape, ...], msgspec.Meta(min_length=1, max_length=200)]
    waves: Annotated[tuple[WaveShape, ...], msgspec.Meta(max_length=64)] = ()


class MeasuredSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """Of one section in one direction and one hour of the day: the median of `times` runs, five at least."""

    arterial: str
    start: str
    end: str
    hour: int
    times: int
    speed_kmh: float


class SpotShape(msgspec.Struct, frozen=True):
    file: str = ""
    line: int = 0
    part: str = ""
    """What is meant at the junction, such as a plan or a pair of groups."""
    groups: tuple[str, ...] = ()
    """Whose greens they are: there the plan editor shows it."""


class ProblemShape(msgspec.Struct, frozen=True, kw_only=True):
    severity: Severity
    rule: str
    junction: str
    what: Name
    cure: Name
    spot: SpotShape


class DistrictShape(msgspec.Struct, frozen=True, kw_only=True):
    """A district with its plans in force. `released`: the proposal that they come from; empty: the district's files."""

    card: DistrictCard
    streets: tuple[Street, ...] = ()
    junctions: tuple[JunctionShape, ...] = ()
    arterials: tuple[ArterialShape, ...] = ()
    measured: tuple[MeasuredSpeed, ...] = ()
    """Of our own vehicles without priority, where the district names what `turnout signals travel` wrote."""
    problems: tuple[ProblemShape, ...] = ()
    released: str = ""
    digest: str = ""
    """Of the plans in force."""


class CheckAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    plans: PlanSet


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    problems: tuple[ProblemShape, ...]
    errors: int
    warnings: int
    left: int = 0
    """Problems that were found and are not listed."""


class ArterialAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    junctions: Annotated[tuple[Id, ...], msgspec.Meta(min_length=2, max_length=100)]


class BandsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`arterial`: one of the district by its identity, or one that was derived. `wave`: one of its own, or by itself.

    Without `plans` the plans in force are coordinated.
    """

    arterial: Id | ArterialShape
    wave: Id | WaveShape
    plans: PlanSet | None = None


class SiteShape(msgspec.Struct, frozen=True, kw_only=True):
    """Greens in seconds after the first site's second 0, in its cycle; a second one where a green passes its end."""

    junction: str
    name: Name
    at_m_along: float
    offset_s: float
    order: str
    greens_out: tuple[Point, ...]
    greens_in: tuple[Point, ...]
    outbound_queue_s: float = 0.0
    inbound_queue_s: float = 0.0


class BandShape(msgspec.Struct, frozen=True, kw_only=True):
    from_s: float
    width_s: float
    travel_s: float
    speed_kmh: float


class SectionShape(msgspec.Struct, frozen=True):
    """From one site to the next; `back` leaves from the second."""

    out: BandShape
    back: BandShape


class Drawings(msgspec.Struct, frozen=True):
    en: str
    zh: str


class BandsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    arterial: str
    wave: str
    method: Literal["maxband", "multiband"]
    cycle_s: float
    is_proven: bool
    gap: float
    """No other coordination is better by more than this share; 0 where the optimum is proven."""
    sites: tuple[SiteShape, ...]
    sections: tuple[SectionShape, ...]
    outbound_s: float
    """Width of the band through all sites, read off the time-space plane."""
    inbound_s: float
    plans: PlanSet
    """The junctions' plans with the offsets found. Empty where the order of greens was open: there are no plans."""
    svg: Drawings
