"""Simulated controllers in this process, for a city that has none to try corridors with.

They are the one simulated controller that also stands behind NTCIP and GB/T 20999 (`simulated_controller.py`); here its
seconds pass when somebody asks.
"""

from collections.abc import Callable
from typing import Final

from turnout.signals.controller import Asked, Presence, PriorityRequest, PriorityStatus, Shown
from turnout.signals.guard import STEP_MAX_MS
from turnout.signals.model import SECOND_MS, Junction
from turnout.signals.simulated_controller import DAY_MS, SimulatedController

CAUGHT_UP_MAX_S: Final = 600
"""Seconds that a junction nobody has looked at is stepped through; of longer it begins anew in all red."""
WEEK_MS: Final = 7 * DAY_MS


class SimulatedJunction:
    """One junction with its controller. All times are milliseconds of the caller's clock, which does not go back.

    That clock is also the time of day of its plans.
    """

    def __init__(self, junction: Junction, at_ms: int) -> None:
        self.junction = junction
        self._begin(at_ms)

    def _begin(self, at_ms: int) -> None:
        self._at_ms = at_ms
        self._controller = SimulatedController(self.junction, at_ms)

    def step_to(self, at_ms: int) -> None:
        """What has been shown until now, second by second."""
        if at_ms - self._at_ms > CAUGHT_UP_MAX_S * STEP_MAX_MS:
            self._begin(at_ms)
        while at_ms - self._at_ms >= STEP_MAX_MS:
            self._at_ms += STEP_MAX_MS
            self._controller.tick(self._at_ms, self._at_ms % WEEK_MS, self._at_ms // SECOND_MS)

    def ask(self, request: PriorityRequest, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        state, reason = self._controller.ask(
            request.id, (request.group,), request.level, request.green_in_ms, request.leaves_in_ms, request.also
        )
        return PriorityStatus(id=request.id, state=state, reason=reason)

    def cancel(self, id: str, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        return PriorityStatus(id=id, state=self._controller.withdraw(id))

    def status(self, id: str, at_ms: int) -> PriorityStatus:
        self.step_to(at_ms)
        state, reason = self._controller.state_of(id)
        return PriorityStatus(id=id, state=state, reason=reason)

    def shown(self, at_ms: int) -> Shown:
        self.step_to(at_ms)
        names, plan = self._controller.names, self._controller.plan
        plan_id = plan.id if plan is not None and self._controller.is_in_plan else ""
        aspects = {name: int(aspect) for name, aspect in zip(names, self._controller.shown, strict=True)}
        return Shown(junction=self.junction.id, aspects=aspects, plan=plan_id)


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

    async def cancel(self, junction: str, request: str, asked: Asked | None = None) -> PriorityStatus:
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

    async def detected(self, junction: str) -> dict[str, Presence]:
        """There is no traffic here, so nothing is known: an empty street would be a lie."""
        return {}

    def _junction(self, id: str) -> SimulatedJunction | None:
        """Made when it is first asked: as if it had run its plan before, it begins in all red."""
        if id not in self._at_work:
            junction = self._find(id)
            if junction is None or not junction.groups or not junction.plans:
                return None
            self._at_work[id] = SimulatedJunction(junction, self._clock_ms() - 2 * junction.plans[0].cycle_ms)
        return self._at_work[id]
