"""Signals as a traffic engineer describes them: junctions, their groups and plans, and the arterials they stand on.

Words and times are those of signal-timing plans: RiLSA 2015 (intergreen: from the end of one green to the beginning of
the other), NTCIP 1202 v3 (detectors, plans by time of day), GB 14886 and GB 25280. Times are whole milliseconds,
lengths metres, speeds metres per second. Nothing here knows what time it is.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from turnout.words.name import Name

SECOND_MS: Final = 1_000
DAY_MINUTES: Final = 24 * 60

GroupKind = Literal["vehicle", "pedestrian", "bicycle", "tram"]
Turn = Literal["left", "through", "right", "u-turn", "crossing"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SignalGroup(msgspec.Struct, frozen=True):
    """Lamps that always show the same."""

    id: str
    kind: GroupKind
    min_green_ms: int
    ending_ms: int
    """What follows green and is shown for exactly so long: amber, or the flashing green of pedestrians."""
    starting_ms: int = 0
    """Red with amber before green, where a country has it."""
    clearance_ms: int = 0
    """Of pedestrians: from the end of green until anything that crosses them may have green."""
    max_red_ms: int = 0
    """After so long in red the guard itself asks for green; 0: never. See `guard.worst_red_ms`."""


class Intergreen(msgspec.Struct, frozen=True):
    """At least so long from the end of green of `ending` to the beginning of green of `beginning`."""

    ending: str
    beginning: str
    least_ms: int


class Approach(msgspec.Struct, frozen=True):
    id: str
    name: Name
    lanes: int = 1
    speed_mps: float = 13.89
    street: Name | None = None
    """The street's own name, by which arterials are found; None where nobody has said."""
    heading_deg: float | None = None
    """Where traffic drives that comes to the stop line: degrees clockwise from north."""
    osm_way: int = 0
    """The way of OpenStreetMap that leads up to it; 0: not said."""


class Movement(msgspec.Struct, frozen=True):
    """From an approach to where it leads. `yields_to` names those that it crosses under green and gives way to."""

    id: str
    approach: str
    turn: Turn
    group: str
    yields_to: tuple[str, ...] = ()


class Detector(msgspec.Struct, frozen=True):
    """On a lane of an approach, or, where it has no `before_stop_line_m`, behind the junction, where one drives on."""

    id: str
    approach: str
    lane: int
    before_stop_line_m: float | None
    length_m: float = 0.0
    to_lane: int = 0
    """The last lane that it lies over; 0: only `lane`."""
    groups: tuple[str, ...] = ()
    """Whose traffic passes it. Empty: all vehicles' groups of its approach; behind a junction they have to be said."""

    @property
    def is_behind(self) -> bool:
        return self.before_stop_line_m is None

    @property
    def lanes(self) -> range:
        return range(self.lane, max(self.lane, self.to_lane) + 1)


class Stage(msgspec.Struct, frozen=True):
    """Groups that have green together."""

    id: str
    groups: tuple[str, ...]


class GreenWindow(msgspec.Struct, frozen=True):
    """Green from `from_ms` until before `to_ms` of the plan's cycle.

    Past the end of the cycle where `to_ms <= from_ms`.
    """

    group: str
    from_ms: int
    to_ms: int

    def lasts_ms(self, cycle_ms: int) -> int:
        return (self.to_ms - self.from_ms - 1) % cycle_ms + 1


class Plan(msgspec.Struct, frozen=True):
    """A cycle that is repeated. Its second 0 falls on midnight plus `offset_ms` plus whole cycles."""

    id: str
    cycle_ms: int
    windows: tuple[GreenWindow, ...]
    offset_ms: int = 0

    def windows_of(self, group: str) -> list[GreenWindow]:
        return [window for window in self.windows if window.group == group]


class InForce(msgspec.Struct, frozen=True):
    """From this minute of these days the plan runs, until the next entry."""

    plan: str
    days: tuple[Day, ...]
    from_minute: int


class Junction(msgspec.Struct, frozen=True, kw_only=True):
    """`groups` is empty at a junction without signals."""

    id: str
    name: Name
    at: tuple[float, float] | None = None
    """Its middle: longitude and latitude in degrees, WGS 84; None where nobody has said."""
    approaches: tuple[Approach, ...] = ()
    movements: tuple[Movement, ...] = ()
    groups: tuple[SignalGroup, ...] = ()
    intergreens: tuple[Intergreen, ...] = ()
    stages: tuple[Stage, ...] = ()
    detectors: tuple[Detector, ...] = ()
    plans: tuple[Plan, ...] = ()
    hours: tuple[InForce, ...] = ()

    def least_between(self) -> Mapping[tuple[str, str], int]:
        """Milliseconds from the end of green of the first to the beginning of green of the second.

        Only of pairs that may not have green together. The pedestrians' clearance is in it.
        """
        kinds = {group.id: group for group in self.groups}
        return {
            (each.ending, each.beginning): max(
                each.least_ms, kinds[each.ending].clearance_ms if each.ending in kinds else 0
            )
            for each in self.intergreens
        }

    def plan(self, plan_id: str) -> Plan | None:
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def plan_at(self, day: Day, minute: int) -> str | None:
        """Identity of the plan in force at a minute of a day of the week; None where no hours are given."""
        at = DAYS.index(day) * DAY_MINUTES + minute
        starts = [
            (DAYS.index(day) * DAY_MINUTES + each.from_minute, each.plan) for each in self.hours for day in each.days
        ]
        begun = [start for start in starts if start[0] <= at]
        newest = max(begun or starts, default=None, key=lambda start: start[0])
        return newest[1] if newest is not None else None


class LeftTurns(msgspec.Struct, frozen=True):
    """Where the order of greens at a junction is still open: shares of the cycle, each with its ambers in it.

    Outbound has green while neither the cross street nor the inbound left turn has it; inbound likewise.
    """

    cross: float
    outbound_left: float = 0.0
    inbound_left: float = 0.0
    orders: tuple[str, ...] = ("outbound-leads", "inbound-leads", "both-lead", "both-lag")
    """Which left turns come before the through greens."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A junction of an arterial, in the order that outbound traffic meets it."""

    junction: str
    outbound: str = ""
    """The group of outbound through traffic; inbound likewise. Empty at a junction without signals."""
    inbound: str = ""
    to_next_m: float = 0.0
    back_m: float = 0.0
    """From the next junction to here, where it differs from `to_next_m`."""
    speed_mps: tuple[float, float] = (13.89, 13.89)
    """Slowest and fastest speed of progression on the way to the next junction and back."""
    outbound_queue_ms: int = 0
    """What the queue needs to clear before the band arrives."""
    inbound_queue_ms: int = 0
    left_turns: LeftTurns | None = None
    outbound_per_h: float = 0.0
    """Vehicles per hour on the way to the next junction; weights of MULTIBAND. 0: every section counts the same."""
    inbound_per_h: float = 0.0


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an arterial at some hours."""

    id: str
    plan: str = ""
    """The junctions' plan whose greens are coordinated; empty where the stops give `left_turns`."""
    cycle_ms: tuple[int, int] = (0, 0)
    """Shortest and longest cycle; (0, 0): that of the plan."""
    inbound_to_outbound: float = 1.0
    """The inbound band is to be so many times as wide as the outbound one."""
    same_width: bool = False
    """Whether that ratio is kept exactly; else it is a weight and a lower bound."""
    method: Literal["maxband", "multiband"] = "maxband"
    speed_change_mps: float = 0.0
    """Most that the speed may change from one section to the next; 0: no limit."""


class Arterial(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Name
    stops: tuple[Stop, ...]
    waves: tuple[Wave, ...] = ()


class Signals(msgspec.Struct, frozen=True):
    """Everything of a file or a network."""

    junctions: tuple[Junction, ...]
    arterials: tuple[Arterial, ...] = ()

    def junction(self, junction_id: str) -> Junction | None:
        return next((each for each in self.junctions if each.id == junction_id), None)
