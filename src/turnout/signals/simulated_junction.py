"""Signal controllers in this process, for a city that has none to try corridors with: guard, fixed plan and priority.

While a request stands, the seconds of the plan that serve its groups are run through (`serving.py`); then the groups
that lost green by it get some of it back, those that lost most first; then the plan runs on at the second at which it
would be now, so that its offset is kept. Whatever is asked passes the guard.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from turnout.signals.controller import PriorityRequest, PriorityState, PriorityStatus, Shown
from turnout.signals.guard import STEP_MAX_MS, Aspect, Guard, rules_of
from turnout.signals.model import Junction, Plan
from turnout.signals.serving import Serving, green_at

REQUESTS_MAX: Final = 8
"""At one junction; who comes later is told `busy`."""
TIME_TO_LIVE_MS: Final = 60_000
"""After the vehicle was to be through and nobody has told anything else, the request ends by itself."""
PAID_BACK_MAX_MS: Final = 15_000
"""Green that a group which lost some gets before the plan runs on. Longer would make another group wait in turn."""
OWED_MAX_MS: Final = 60_000
CAUGHT_UP_MAX_S: Final = 600
"""Seconds that a junction nobody has looked at is stepped through; of longer it begins anew in all red."""


class _Standing(msgspec.Struct):
    request: PriorityRequest
    first_ms: int
    ends_ms: int


class SimulatedJunction:
    """One junction with its controller. All times are milliseconds of the caller's clock, which does not go back."""

    def __init__(self, junction: Junction, at_ms: int) -> None:
        self.junction = junction
        self._names = [group.id for group in junction.groups]
        self._plan = junction.plans[0]
        self._least = junction.least_between()
        self._begin(at_ms)
        self._standing: dict[str, _Standing] = {}

    def _begin(self, at_ms: int) -> None:
        self._at_ms = at_ms
        self._guard = Guard(rules_of(self.junction), at_ms)
        self._owed_ms = dict.fromkeys(self._names, 0)
        self._paying = ("", 0)
        self._serving = Serving(self.junction, self._plan)

    def step_to(self, at_ms: int) -> None:
        """What has been shown until now, second by second."""
        if at_ms - self._at_ms > CAUGHT_UP_MAX_S * STEP_MAX_MS:
            self._begin(at_ms)
        while at_ms - self._at_ms >= STEP_MAX_MS:
            self._at_ms += STEP_MAX_MS
            self._second()

    def _second(self) -> None:
        self._standing = {id: one for id, one in self._standing.items() if one.ends_ms > self._at_ms}
        served = self._served()
        planned = greens_of(self._plan, self._names, self._at_ms)
        if served is not None:
            wanted = self._greens_for((served.group, *served.also))
        else:
            wanted = self._paid_back() or planned
        shown = self._guard.let_out(wanted, self._at_ms)
        if served is None and self._paying[0] == "":
            return
        for name, was_planned, aspect in zip(self._names, planned, shown, strict=True):
            change_ms = STEP_MAX_MS * (was_planned - (aspect is Aspect.GREEN))
            self._owed_ms[name] = min(OWED_MAX_MS, max(0, self._owed_ms[name] + change_ms))

    def _greens_for(self, groups: Sequence[str]) -> list[bool]:
        """The plan's seconds for these; those of a group that has none in the plan: it alone."""
        return self._serving.greens(groups, self._at_ms) or [name == groups[0] for name in self._names]

    def _paid_back(self) -> list[bool] | None:
        """Green for the group that lost most, for a bounded time, once; None when nobody is owed any."""
        group, until_ms = self._paying
        if group == "" and any(self._owed_ms.values()):
            group = max(self._names, key=lambda name: self._owed_ms[name])
            until_ms = self._at_ms + min(self._owed_ms[group], PAID_BACK_MAX_MS)
        if group == "" or self._at_ms >= until_ms:
            self._paying, self._owed_ms = ("", 0), dict.fromkeys(self._names, 0)
            self._serving.end()
            return None
        self._paying = (group, until_ms)
        return self._greens_for((group,))

    def _meet(self, one: str, other: str) -> bool:
        return one != other and (one, other) in self._least

    def _served(self) -> PriorityRequest | None:
        first = min(self._standing.values(), key=_rank, default=None)
        return first.request if first is not None else None

    def ask(self, request: PriorityRequest, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        if any(group not in self._names for group in (request.group, *request.also)):
            return PriorityStatus(id=request.id, state="refused", reason="unknown-group")
        known = self._standing.get(request.id)
        if known is None and len(self._standing) >= REQUESTS_MAX:
            return PriorityStatus(id=request.id, state="refused", reason="busy")
        first_ms = known.first_ms if known is not None else at_ms
        self._standing[request.id] = _Standing(request, first_ms, at_ms + request.leaves_in_ms + TIME_TO_LIVE_MS)
        return self.status(request.id, at_ms)

    def cancel(self, id: str, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        self._standing.pop(id, None)
        return PriorityStatus(id=id, state="cancelled")

    def status(self, id: str, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        mine = self._standing.get(id)
        if mine is None:
            return PriorityStatus(id=id, state="completed")
        state: PriorityState = "processing"
        served = self._served()
        if served is not None and self._meet(mine.request.group, served.group):
            state = "overridden"
        elif self._guard.shown[self._names.index(mine.request.group)] is Aspect.GREEN:
            state = "granted"
        return PriorityStatus(id=id, state=state)

    def shown(self, at_ms: int) -> Shown:
        self.step_to(at_ms)
        aspects = {name: int(aspect) for name, aspect in zip(self._names, self._guard.shown, strict=True)}
        is_plan = not self._standing and self._paying[0] == ""
        return Shown(junction=self.junction.id, aspects=aspects, plan=self._plan.id if is_plan else "")


def _rank(standing: _Standing) -> tuple[int, int, str]:
    return standing.request.level, standing.first_ms, standing.request.id


def greens_of(plan: Plan, names: Sequence[str], at_ms: int) -> list[bool]:
    """Whom the plan gives green at that moment, in the order of `names`."""
    green = green_at(plan, (at_ms - plan.offset_ms) % plan.cycle_ms)
    return [name in green for name in names]


class SimulatedControllers:
    """`Controllers` over junctions of this process. `find` says which there are; `clock_ms` does not go back."""

    def __init__(self, find: Callable[[str], Junction | None], clock_ms: Callable[[], int]) -> None:
        self._find, self._clock_ms = find, clock_ms
        self._at_work: dict[str, SimulatedJunction] = {}

    async def ask(self, request: PriorityRequest) -> PriorityStatus:
        junction = self._junction(request.junction)
        if junction is None:
            return PriorityStatus(id=request.id, state="lost", reason="no-answer")
        return junction.ask(request, self._clock_ms())

    async def cancel(self, junction: str, request: str) -> PriorityStatus:
        known = self._junction(junction)
        if known is None:
            return PriorityStatus(id=request, state="lost", reason="no-answer")
        return known.cancel(request, self._clock_ms())

    async def status(self, junction: str, request: str) -> PriorityStatus:
        known = self._junction(junction)
        if known is None:
            return PriorityStatus(id=request, state="lost", reason="no-answer")
        return known.status(request, self._clock_ms())

    async def shown(self, junction: str) -> Shown:
        known = self._junction(junction)
        if known is None:
            return Shown(junction=junction, aspects={}, fault="no-answer")
        return known.shown(self._clock_ms())

    def _junction(self, id: str) -> SimulatedJunction | None:
        """Made when it is first asked: as if it had run its plan before, it begins in all red."""
        if id not in self._at_work:
            junction = self._find(id)
            if junction is None or not junction.groups or not junction.plans:
                return None
            self._at_work[id] = SimulatedJunction(junction, self._clock_ms() - 2 * junction.plans[0].cycle_ms)
        return self._at_work[id]
