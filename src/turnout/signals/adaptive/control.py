"""One junction under adaptive control: detectors in, lamps out, once a second, through the guard and nothing else.

Priorities choose the stage, the supervisor overrides them for who has waited too long, and a junction whose detectors
cannot be believed runs its plan and says so.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal

from turnout.signals.adaptive.faults import DetectorFault, FaultWatch
from turnout.signals.adaptive.layout import Layout, greens_at
from turnout.signals.adaptive.observer import Observer, Queues, Reading
from turnout.signals.adaptive.priority import Settings, Situation, priorities
from turnout.signals.adaptive.supervisor import CLEAR_MS, SERVED_MS, Supervisor, frees, lanes_of_groups, promise_of
from turnout.signals.guard import STEP_MAX_MS, Aspect, Guard, Rules, rules_of
from turnout.words.trouble import Unsupported

Mode = Literal["adaptive", "overdue", "plan"]
SETTINGS: Final = Settings()


class StageClock:
    """Which stage is asked for, and since when it is shown alone."""

    def __init__(self, layout: Layout, rules: Rules, at_ms: int) -> None:
        self.layout = layout
        self.promise = promise_of(layout, rules)
        self.target = 0
        self.green_since = -1
        self.asked_since = at_ms

    def see(self, shown: tuple[Aspect, ...], at_ms: int) -> None:
        groups = self.layout.stages[self.target].groups
        is_alone = all((aspect is Aspect.GREEN) == (i in groups) for i, aspect in enumerate(shown)) and not any(
            aspect in (Aspect.ENDING, Aspect.STARTING) for aspect in shown
        )
        if not is_alone:
            self.green_since = -1
        elif self.green_since < 0:
            self.green_since = at_ms

    def may_change(self, at_ms: int, least_ms: int) -> bool:
        if self.green_since < 0:
            return False
        return at_ms - self.green_since >= max(self.promise.green_ms[self.target], least_ms)

    def ask(self, stage: int, at_ms: int) -> None:
        if stage != self.target:
            self.target, self.green_since, self.asked_since = stage, -1, at_ms

    def greens(self) -> list[bool]:
        groups = self.layout.stages[self.target].groups
        return [i in groups for i in range(len(self.layout.junction.groups))]


class AdaptiveControl:
    """`mode` says what decides, `faults` which detectors are not believed; both are for people to see."""

    def __init__(self, layout: Layout, at_ms: int, settings: Settings = SETTINGS) -> None:
        """Raises `Unsupported` for rules that the guard cannot keep, and where there is no plan to fall back to."""
        if not layout.junction.plans:
            raise Unsupported(f"junction {layout.junction.id} has no plan", "plan", "give it one to fall back to")
        rules = rules_of(layout.junction)
        self.layout, self.settings = layout, settings
        self.guard = Guard(rules, at_ms)
        self.observer = Observer(layout, at_ms)
        self.watch = FaultWatch(layout)
        self.clock = StageClock(layout, rules, at_ms)
        self.supervisor = Supervisor(self.clock.promise, at_ms)
        self.mode: Mode = "adaptive"
        self._lanes_of_groups = lanes_of_groups(layout)
        self._clearing_ms = at_ms - CLEAR_MS
        self._now_ms = self._said_ms = at_ms
        self._has_let_out = False

    @property
    def faults(self) -> tuple[DetectorFault, ...]:
        return tuple(self.watch.faults.values())

    def step(self, at_ms: int, readings: Mapping[str, Reading], queues: Queues | None = None) -> tuple[Aspect, ...]:
        """What every group shows. `queues`: from a perfect sensor, to compare with."""
        said_ms, at_ms = at_ms, self._own_ms(at_ms)
        self.observer.step(at_ms, readings)
        self.watch.step(at_ms, readings)
        if self.watch.faults and queues is None:
            return self._by_plan(said_ms, at_ms)
        if self.mode == "plan":
            self.mode = "adaptive"
            self.clock.ask(self._nearest_stage(), at_ms)
        known = self.observer.queues(at_ms) if queues is None else queues
        self.supervisor.step(at_ms, self.guard.shown, self._wanted(known, at_ms))
        if self.clock.may_change(at_ms, 0):
            self._choose(known, at_ms, is_perfect=queues is not None)
        shown = self.guard.let_out(self._asked(at_ms), said_ms)
        self.clock.see(shown, at_ms)
        return shown

    def _own_ms(self, said_ms: int) -> int:
        """A clock that never goes back and never jumps, as the guard's: on another some would wait for ever."""
        self._now_ms += min(max(said_ms - self._said_ms, 0), STEP_MAX_MS)
        self._said_ms = said_ms
        return self._now_ms

    def _by_plan(self, said_ms: int, at_ms: int) -> tuple[Aspect, ...]:
        """`said_ms`: by the clock on which the plan's offset counts."""
        self.mode = "plan"
        plan = self.layout.junction.plans[0]
        greens = greens_at(plan, said_ms - plan.offset_ms)
        self.supervisor.step(at_ms, self.guard.shown, [False] * len(self.layout.junction.groups))
        return self.guard.let_out([group.id in greens for group in self.layout.junction.groups], said_ms)

    def _nearest_stage(self) -> int:
        """The stage of which most is green now."""
        green = {i for i, aspect in enumerate(self.guard.shown) if aspect is Aspect.GREEN}
        stages = self.layout.stages
        return max(
            range(len(stages)), key=lambda nth: len(stages[nth].groups & green) - len(stages[nth].groups - green)
        )

    def _wanted(self, queues: Queues, at_ms: int) -> list[bool]:
        """Of each group, whether somebody waits for it; one that has no lanes is always wanted."""
        return [
            not lanes or any(queues[lane] and queues[lane][0].at_ms <= at_ms for lane in lanes)
            for lanes in self._lanes_of_groups
        ]

    def _choose(self, queues: Queues, at_ms: int, *, is_perfect: bool) -> None:
        """The stage that is to be next, asked for; or the one that is on goes on."""
        observer, clock, lanes = self.observer, self.clock, self.layout.lanes
        blocked = {lane.id for lane in lanes if observer.is_blocked(lane, at_ms)}
        stalled = {lane.id for lane in lanes if observer.stalls(lane, clock.green_since, at_ms)}
        overdue = self.supervisor.overdue(at_ms)
        if overdue:
            self.mode = "overdue"
            if clock.target not in overdue:
                self._change(overdue[0], stalled - blocked, at_ms)
            return
        if self.mode == "overdue" and not clock.may_change(at_ms, SERVED_MS) and self._stands(queues, at_ms):
            return
        self.mode = "adaptive"
        moving = queues if is_perfect else observer.moving(queues, clock.green_since, at_ms)
        seen = Situation(queues, moving, blocked, blocked | stalled)
        found = priorities(self.layout, seen, at_ms, clock.target, clock.promise.change_ms[clock.target], self.settings)
        best = max(range(len(found)), key=lambda nth: found[nth])
        if found[best] > found[clock.target]:
            self._change(best, stalled - blocked, at_ms)

    def _stands(self, queues: Queues, at_ms: int) -> bool:
        served = self.layout.stages[self.clock.target].rates
        return any(queues[lane] and queues[lane][0].at_ms <= at_ms for lane in served)

    def _change(self, stage: int, stalled: Collection[str], at_ms: int) -> None:
        """Ask for a stage; but where somebody who gives way stands inside the junction, let him out first.

        By a stage in which he need not give way any more, or by holding back all that is new. Else those who come in
        from the other road shut him in, and he them: the junction is locked.
        """
        stages, now = self.layout.stages, self.clock.target
        inside = [lane for lane in stages[now].yielding if lane in stalled]
        if inside and not self._has_let_out:
            self._has_let_out = True
            freeing = frees(self.layout, now, inside)
            if freeing is not None and freeing != stage:
                self.clock.ask(freeing, at_ms)
                return
            self._clearing_ms = at_ms
        else:
            self._has_let_out = False
        self.clock.ask(stage, at_ms)

    def _asked(self, at_ms: int) -> list[bool]:
        """The groups of the stage; while the junction is being cleared, only those that are green already."""
        asked = self.clock.greens()
        if not 0 <= at_ms - self._clearing_ms < CLEAR_MS:
            return asked
        kept = (Aspect.GREEN, Aspect.STARTING)
        return [is_asked and aspect in kept for is_asked, aspect in zip(asked, self.guard.shown, strict=True)]
