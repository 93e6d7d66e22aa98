"""A junction as its controller would run it: the plan in force, priority requests, and the guard before any output.

For a city that has no controller to try with, and for the tests of what speaks to one. Requests go as NTCIP 1211 v2
has it: a table of ten; the highest level first, and of one level the one that was first; each ends by itself when its
vehicle is through, or when nobody repeats it. While it stands, the seconds of the plan that serve its groups are run
through (`serving.py`), and others whose groups meet none of it are green with it. Afterwards the group that lost most
green by it gets some of it back; then the plan runs on at the second at which it would be now, so that its offset is
kept. Time comes in: `at_ms` from a clock that only goes forward, the time of day as milliseconds since Monday 0:00, and
UTC in seconds since 1970.
"""

from collections.abc import Hashable, Sequence
from typing import Final

import msgspec

from turnout.signals.clock_watch import ClockWatch
from turnout.signals.controller import LEAVES_MAX_MS, PriorityState
from turnout.signals.guard import STEP_MAX_MS, Aspect, Guard, rules_of
from turnout.signals.guard_rules import TOGETHER
from turnout.signals.model import DAY_MINUTES, DAYS, SECOND_MS, Junction, Plan
from turnout.signals.serving import Serving
from turnout.words.trouble import Unsupported

REQUESTS_MAX: Final = 10
"""NTCIP 1211: the priority request table has ten rows."""
TIME_TO_LIVE_MS: Final = 120_000
"""A request of which nothing was heard for so long is dropped: whoever asked is gone."""
CLOSED_KEPT_MS: Final = 60_000
"""So long the outcome of a request can be read."""
KEPT_MAX: Final = 40
"""Requests, with those whose outcome is kept."""
PAID_BACK_MAX_MS: Final = 15_000
"""Green that a group which lost some gets before the plan runs on. Longer would make another group wait in turn."""
OWED_MAX_MS: Final = 60_000
LATER_MS: Final = SECOND_MS
"""Who asks anew for green by no more than this later means the same moment: it is reckoned from when that comes."""
DAY_MS: Final = DAY_MINUTES * 60 * SECOND_MS
OPEN: Final = ("queued", "processing", "granted", "overridden")


class Asked(msgspec.Struct, kw_only=True):
    """`groups`: indices of those that are to be green together; `also`: of those at further stop lines behind them.

    Times are on the clock that only goes forward.
    """

    groups: tuple[int, ...]
    also: tuple[int, ...] = ()
    level: int
    order: int
    green_ms: int
    """When they are to be green."""
    leaves_ms: int
    heard_ms: int
    state: PriorityState = "queued"
    is_begun: bool = False
    """Served already: it stays so, also before its time, until it is told a later one."""
    reason: str = ""


class Counted(msgspec.Struct, frozen=True):
    """Of a detector, over the last period: vehicles, and the share of time it was covered, 0 to 1.

    `fault`: empty, or why its counts mean nothing: max-presence, no-activity, erratic, open-loop, shorted-loop.
    """

    volume: int = 0
    occupancy: float = 0.0
    fault: str = ""


class SimulatedController:
    """Begins with all red. `fault` may be set from outside (`flash`): it then takes no requests."""

    def __init__(self, junction: Junction, at_ms: int) -> None:
        """Raises `Unsupported` for a junction without signals or one that cannot be kept safe."""
        if not junction.groups:
            raise Unsupported("a junction without signals", junction.id, "name one that has groups")
        self.junction = junction
        self.names = [group.id for group in junction.groups]
        self._rules = rules_of(junction)
        self._guard = Guard(self._rules, at_ms)
        self._clock = ClockWatch()
        self._asked: dict[Hashable, Asked] = {}
        self._order = 0
        self.at_ms, self.week_ms, self.utc_s = at_ms, 0, 0
        self.fault = ""
        self.is_clock_steady = True
        self.plan: Plan | None = junction.plans[0] if junction.plans else None
        self.counted: dict[str, Counted] = {}
        self.present: frozenset[str] = frozenset()
        """Detectors on which somebody stands now: said from outside, as there is no traffic here."""
        self._serving: Serving | None = None
        self._owed_ms = [0] * len(self.names)
        self._paying: tuple[int, int] | None = None
        """The group that is paid back, and until when."""

    @property
    def shown(self) -> tuple[Aspect, ...]:
        return self._guard.shown

    @property
    def is_in_priority(self) -> bool:
        return any(asked.state in ("processing", "granted") for asked in self._asked.values())

    @property
    def is_in_plan(self) -> bool:
        """Whether the plan alone decides: no request is served, and nobody is paid back."""
        return not self.is_in_priority and self._paying is None

    @property
    def standing_fault(self) -> str:
        return self.fault or ("" if self.is_clock_steady else "clock")

    def tick(self, at_ms: int, week_ms: int, utc_s: int) -> tuple[Aspect, ...]:
        """What the junction shows now. To be called once a second."""
        self.at_ms, self.week_ms, self.utc_s = at_ms, week_ms, utc_s
        self.is_clock_steady = self._clock.look(utc_s * SECOND_MS, at_ms)
        self._let_end()
        self.plan = self._plan_in_force()
        planned = self._planned()
        active = self._active(planned)
        if active:
            self._paying = None
        greens = self._greens_of(active) if active else self._paid_back() or planned
        shown = self._guard.let_out(greens, at_ms)
        if active or self._paying is not None:
            self._note_owed(planned, shown)
        for asked in active:
            asked.state = "granted" if all(shown[i] is Aspect.GREEN for i in asked.groups) else "processing"
        return shown

    def ask(
        self,
        key: Hashable,
        groups: tuple[str, ...],
        level: int,
        green_in_ms: int,
        leaves_in_ms: int,
        also: tuple[str, ...] = (),
    ) -> tuple[PriorityState, str]:
        """State, and the reason where it is refused. The same `key` is the same request, asked anew.

        `green_in_ms`: until green is wanted; `leaves_in_ms`: until the vehicle is through.
        """
        fault = self.standing_fault
        if fault:
            return "refused", "clock" if fault == "clock" else "fault"
        if not groups or any(group not in self.names for group in (*groups, *also)):
            return "refused", "unknown-group"
        if not 0 <= green_in_ms <= leaves_in_ms <= LEAVES_MAX_MS:
            return "refused", "too-early"
        before = self._asked.get(key)
        known = before if before is not None and before.state in OPEN else None
        if known is None and sum(asked.state in OPEN for asked in self._asked.values()) >= REQUESTS_MAX:
            return "refused", "busy"
        if known is None and len(self._asked) >= KEPT_MAX:
            closed = (one for one, each in self._asked.items() if each.state not in OPEN)
            del self._asked[next(closed)]
        self._order += 1
        served = tuple(self.names.index(group) for group in groups)
        green_ms = self.at_ms + green_in_ms
        self._asked[key] = asked = Asked(
            groups=served,
            also=tuple(self.names.index(group) for group in also),
            level=level,
            order=known.order if known is not None else self._order,
            green_ms=green_ms,
            leaves_ms=self.at_ms + leaves_in_ms,
            heard_ms=self.at_ms,
            state=known.state if known is not None else "queued",
            is_begun=known is not None
            and known.is_begun
            and known.groups == served
            and green_ms <= max(known.green_ms, self.at_ms) + LATER_MS,
        )
        return asked.state, ""

    def withdraw(self, key: Hashable) -> PriorityState:
        asked = self._asked.get(key)
        if asked is None:
            return "cancelled"
        if asked.state in OPEN:
            asked.state, asked.leaves_ms = "cancelled", self.at_ms
        return asked.state

    def state_of(self, key: Hashable) -> tuple[PriorityState, str]:
        """Of a request that is unknown: cancelled."""
        asked = self._asked.get(key)
        return (asked.state, asked.reason) if asked is not None else ("cancelled", "")

    def _let_end(self) -> None:
        for key, asked in list(self._asked.items()):
            if asked.state in OPEN:
                if self.standing_fault:
                    asked.state, asked.reason = "refused", "clock" if self.standing_fault == "clock" else "fault"
                elif self.at_ms >= asked.leaves_ms:
                    asked.state = "completed"
                elif self.at_ms - asked.heard_ms >= TIME_TO_LIVE_MS:
                    asked.state, asked.reason = "refused", "no-answer"
                if asked.state not in OPEN:
                    asked.leaves_ms = min(asked.leaves_ms, self.at_ms)
            elif self.at_ms - asked.leaves_ms >= CLOSED_KEPT_MS:
                del self._asked[key]

    def _active(self, planned: Sequence[bool]) -> list[Asked]:
        """The requests that are served, the first first: those that are due and meet none that goes before them.

        The others that are due are overridden; those that are not due wait, also one that was told a later arrival. Who
        is served is due from then on: that the plan too comes to his green is no reason to let go of it.
        """
        served: list[Asked] = []
        standing = (asked for asked in self._asked.values() if asked.state in OPEN)
        for asked in sorted(standing, key=lambda asked: (asked.level, asked.order)):
            if not asked.is_begun and self.at_ms < asked.green_ms - self._ahead_ms(asked, planned):
                asked.state = "queued"
            elif any(self._meet(asked, other) for other in served):
                asked.state, asked.is_begun = "overridden", False
            else:
                asked.is_begun = True
                served.append(asked)
        return served

    def _meet(self, one: Asked, other: Asked) -> bool:
        return any(self._conflict(i, j) for i in (*one.groups, *one.also) for j in (*other.groups, *other.also))

    def _greens_of(self, active: Sequence[Asked]) -> list[bool]:
        """The seconds of the first; the next stop lines of the others with them, and nobody who meets those."""
        first, *others = active
        greens = self._greens_for(
            (*first.groups, *first.also), [i for other in others for i in (*other.groups, *other.also)]
        )
        beside = {i for other in others for i in other.groups}
        return [
            i in beside or (is_green and not any(self._conflict(i, j) for j in beside))
            for i, is_green in enumerate(greens)
        ]

    def _greens_for(self, groups: Sequence[int], beside: Sequence[int] = ()) -> list[bool]:
        """The plan's seconds for these; where the first has none in it, that one, and what may be green with it."""
        if self.plan is not None:
            if self._serving is None or self._serving.plan is not self.plan:
                self._serving = Serving(self.junction, self.plan)
            shown = [name for name, aspect in zip(self.names, self._guard.shown, strict=True) if aspect is Aspect.GREEN]
            greens = self._serving.greens(
                [self.names[i] for i in groups], self.week_ms % DAY_MS, shown, [self.names[i] for i in beside]
            )
            if greens is not None:
                return greens
        return [i in groups and not self._conflict(i, groups[0]) for i in range(len(self.names))]

    def _paid_back(self) -> list[bool] | None:
        """Green for the group that lost most, for a bounded time, once; None when nobody is owed any.

        Nor while a request waits: the plan may have come to its green, which another would end. It is owed until then.
        """
        if any(asked.state in OPEN for asked in self._asked.values()):
            self._paying = None
            if self._serving is not None:
                self._serving.end()
            return None
        if self._paying is None and any(self._owed_ms):
            most = max(range(len(self.names)), key=lambda i: self._owed_ms[i])
            self._paying = most, self.at_ms + min(self._owed_ms[most], PAID_BACK_MAX_MS)
        if self._paying is None or self.at_ms >= self._paying[1]:
            self._paying, self._owed_ms = None, [0] * len(self.names)
            if self._serving is not None:
                self._serving.end()
            return None
        return self._greens_for([self._paying[0]])

    def _note_owed(self, planned: Sequence[bool], shown: Sequence[Aspect]) -> None:
        for i, (was_planned, aspect) in enumerate(zip(planned, shown, strict=True)):
            change_ms = STEP_MAX_MS * (was_planned - (aspect is Aspect.GREEN))
            self._owed_ms[i] = min(OWED_MAX_MS, max(0, self._owed_ms[i] + change_ms))

    def _ahead_ms(self, asked: Asked, planned: Sequence[bool]) -> int:
        """How long it will take from now until its groups are green, by what is shown and what the plan begins now.

        No sooner is the plan left: what others have until then is theirs.
        """
        return max(self._until_green_ms(i, planned) for i in asked.groups)

    def _until_green_ms(self, i: int, planned: Sequence[bool]) -> int:
        """Of a green that the plan ends now: until it could be back once another has had its least green."""
        lamps, rules = self._guard.lamps, self._rules.groups
        others = [j for j in range(len(rules)) if self._conflict(j, i)]
        if lamps[i].aspect is Aspect.GREEN:
            if planned[i]:
                return 0
            gone_ms = max((self._rules.least_ms[i][j] + self._turn_ms(j, i) for j in others), default=0)
            return gone_ms + SECOND_MS
        waits = [rules[i].starting_ms]
        for j in others:
            lamp, least_ms = lamps[j], self._rules.least_ms[j][i]
            if lamp.aspect is Aspect.GREEN:
                waits.append(max(0, rules[j].min_green_ms - lamp.shown_ms) + least_ms)
            elif lamp.aspect is Aspect.STARTING or planned[j]:
                waits.append(rules[j].starting_ms + self._turn_ms(j, i))
            else:
                waits.append(max(0, least_ms - lamp.dark_ms))
        return max(waits) + SECOND_MS

    def _turn_ms(self, j: int, i: int) -> int:
        """From the beginning of green of the one to that of the other."""
        return max(self._rules.groups[j].min_green_ms, 1) + self._rules.least_ms[j][i]

    def _conflict(self, i: int, j: int) -> bool:
        return i != j and self._rules.least_ms[i][j] != TOGETHER

    def _plan_in_force(self) -> Plan | None:
        day, minute = DAYS[self.week_ms // DAY_MS % 7], self.week_ms % DAY_MS // (60 * SECOND_MS)
        named = self.junction.plan_at(day, minute)
        first = self.junction.plans[0] if self.junction.plans else None
        return self.junction.plan(named) if named is not None else first

    @property
    def cycle_at_ms(self) -> int:
        """Where the plan stands in its cycle."""
        return (self.week_ms % DAY_MS - self.plan.offset_ms) % self.plan.cycle_ms if self.plan is not None else 0

    def _planned(self) -> list[bool]:
        if self.plan is None:
            return [False] * len(self.names)
        plan, at_ms = self.plan, self.cycle_at_ms
        return [
            any(
                (at_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
                for window in plan.windows_of(name)
            )
            for name in self.names
        ]
