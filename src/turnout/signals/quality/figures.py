"""The quality report of a junction as it is handed out. Every struct becomes JSON as it is.

Times `at_ms` are of the controller's own clock, in milliseconds since 1970 of that clock. None means: not known; a
number is never put in place of what nobody measured.
"""

from typing import Literal

import msgspec

from turnout.signals.quality.clock import Gap
from turnout.words.name import Name

FaultKind = Literal["stuck", "silent", "chatters", "reported"]


class DetectorFault(msgspec.Struct, frozen=True):
    """In one hour. `by`: figures of these kinds rest on the detector."""

    detector: str
    group: str
    at_ms: int
    kind: FaultKind
    name: Name
    by: tuple[str, ...]


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """At the stop line, as advance detectors saw them coming. Green, yellow and red together are `all`."""

    all: int
    on_green: int
    on_yellow: int
    on_red: int
    unplaced: int
    """Seen while nobody knows what the lamps showed; they are not in `all`."""
    share_on_green: float | None
    platoon_ratio: float | None
    """Share of arrivals on green by the green's share of the time; 1: they come evenly (HCM 7th ed., chapter 19)."""
    arrival_type: int | None
    """1 very poor to 6 exceptional (HCM, likewise)."""


class Splits(msgspec.Struct, frozen=True):
    """Split failures: the queue was not gone at the end of green. Over the cycles that could be judged."""

    judged: int
    failures: int
    green_occupancy: float | None
    """Mean of the cycles: the share of green during which the stop line was occupied (GOR)."""
    red_occupancy: float | None
    """Likewise of the first five seconds of red (ROR5)."""


class Late(msgspec.Struct, frozen=True):
    """Who passed the detector behind the stop line on yellow and on red. Vehicles, never persons or plates."""

    on_yellow: int
    on_red: int


class GroupHour(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle group in one hour. What is not known is None."""

    group: str
    at_ms: int
    covered_s: float
    """Of the 3,600 s of the hour: so long there is a log. `volume` is of this time, and `doubts` are."""
    known_s: float
    """Of them: so long it is known what the lamps showed. All other figures are of this time alone."""
    cycles: int | None = None
    cycle_s: float | None = None
    green_s: float | None = None
    """In all; of it `green_share` is the share of the time that is known."""
    green_share: float | None = None
    volume: int | None = None
    """Vehicles that were counted: by `count` detectors, else by `advance` ones. None where the group has neither."""
    arrivals: Arrivals | None = None
    splits: Splits | None = None
    late: Late | None = None
    doubts: tuple[str, ...] = ()
    """Detectors whose faults in this hour these figures suffer from; see `QualityReport.faults`."""


class PedestrianHour(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    at_ms: int
    walks: int | None
    """Times that walk was shown. None where nothing is known of the hour."""
    calls: int | None = None
    """Who pressed the button first after the last walk ended; None where no button was ever logged."""
    delay_s: float | None = None
    """Mean from that call to the next walk."""
    longest_wait_s: float | None = None
    """From the end of one walk to the beginning of the next, of those that began in this hour."""


class CoveredHour(msgspec.Struct, frozen=True):
    """How much of an hour the log covers; 0: the hour is missing."""

    at_ms: int
    covered_s: float


class PurdueCycle(msgspec.Struct, frozen=True):
    """From one beginning of red to the next. Seconds since then; None: it did not come."""

    at_ms: int
    green_at_s: float | None
    yellow_at_s: float | None
    lasts_s: float


class PurduePoint(msgspec.Struct, frozen=True):
    """Arrivals at this time, so long after the beginning of red; more than one where points were put together."""

    at_ms: int
    into_s: float
    vehicles: int = 1


class PurdueDiagram(msgspec.Struct, frozen=True, kw_only=True):
    """The Purdue coordination diagram of a group: time of day against time in the cycle (Day and others 2010).

    Where there are more points than a screen can show, those of `cell_s` seconds of the day and `into_cell_s` of the
    cycle are put together, and of the cycles in as many seconds the middle one stands; 0: every one is there.
    """

    group: str
    cycles: tuple[PurdueCycle, ...]
    points: tuple[PurduePoint, ...]
    cell_s: int = 0
    into_cell_s: int = 0


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """Of one junction. Hours without data stand in `hours` with `covered_s` 0 and nothing else."""

    junction: str
    device: str
    from_ms: int
    to_ms: int
    hours: tuple[GroupHour, ...]
    pedestrians: tuple[PedestrianHour, ...]
    coverage: tuple[CoveredHour, ...]
    gaps: tuple[Gap, ...]
    faults: tuple[DetectorFault, ...]
    diagrams: tuple[PurdueDiagram, ...]
    out_of_order: int
    repeated: int
    ahead: int
    rests_on: tuple[Name, ...]
    """What the figures rest on and what is missing, in words."""
