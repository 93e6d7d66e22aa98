"""One junction under adaptive control: detectors in, lamps out, once a second, through the guard and nothing else.

Priorities choose the stage, the supervisor overrides them for who has waited too long, and a junction whose detectors
cannot be believed runs its plan and says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Literal

from turnout.signals.access import NOBODY, Access
from turnout.signals.adaptive.faults import DetectorFault, FaultWatch
from turnout.signals.adaptive.layout import Layout, greens_at
from turnout.signals.adaptive.observer import Changes, Changing, Observer, Queues, Reading
from turnout.signals.adaptive.priority import Settings, Situation, best_stage
from turnout.signals.adaptive.supervisor import CROSSES_MS, SERVED_MS, Supervisor, frees, lanes_of_groups, promise_of
from turnout.signals.guard import STEP_MAX_MS, Aspect, Guard, rules_of
from turnout.signals.guard_rules import Rules
from turnout.signals.short_street import StreetLock
from turnout.signals.single_track import Interlocking, TrackDoubt
from turnout.words.trouble import Unsupported

Mode = Literal["adaptive", "overdue", "plan"]
SETTINGS: Final = Settings()
DECIDE_MS: Final = 3_000
"""Stages are weighed when somebody has come or left, and at least so often. Every 2 s, whatever happens, cost 0.8 s of
delay."""
LEAST_MS: Final = 8_000
"""A green lasts so long before a queue, unless somebody is overdue. Where a network is full half of all greens lasted
5 s, and every change costs an amber and a start."""
QUEUE: Final = 4.5
"""Five vehicles standing in one lane, though one of them may have changed lanes. Where a street of the junction is full
back to the next one, so is the network, changes cost most, and one is enough: on a made one 401 s instead of 767."""


class StageClock:
    """Which stage is asked for, and since when it is shown alone."""

    def __init__(self, layout: Layout, rules: Rules, at_ms: int) -> None:
        self.layout = layout
        self.promise = promise_of(layout, rules)
        self.left = self.target = 0
        """The stage that is asked for, and the one before."""
        self.green_since = -1
        self.asked_since = at_ms
        size = range(len(layout.junction.groups))
        self._greens = [tuple(i in stage.groups for i in size) for stage in layout.stages]
        self._alone = [tuple(Aspect.GREEN if green else Aspect.RED for green in greens) for greens in self._greens]
        self._seen: tuple[int, tuple[Aspect, ...]] = (-1, ())

    def see(self, shown: tuple[Aspect, ...], at_ms: int) -> None:
        """A stage is on whatever its groups show that may be closed: their greens, if any, are the guard's to end."""
        target, before = self._seen
        if shown is before and target == self.target:
            return
        self._seen = (self.target, shown)
        alone = self._alone[self.target]
        if self.promise.may_close:
            own = self.layout.stages[self.target].groups & self.promise.may_close
            alone = tuple(shown[i] if i in own else aspect for i, aspect in enumerate(alone))
        if shown != alone:
            self.green_since = -1
        elif self.green_since < 0:
            self.green_since = at_ms

    def may_change(self, at_ms: int, least_ms: int) -> bool:
        if self.green_since < 0:
            return False
        return at_ms - self.green_since >= max(self.promise.green_ms[self.target], least_ms)

    def ask(self, stage: int, at_ms: int) -> None:
        if stage != self.target:
            self.left = self.target
            self.target, self.green_since, self.asked_since = stage, -1, at_ms

    def greens(self) -> tuple[bool, ...]:
        return self._greens[self.target]


class AdaptiveControl:
    """`mode` says what decides, `faults` which detectors are not believed, `doubts` which tracks: for people to see."""

    def __init__(
        self,
        layout: Layout,
        at_ms: int,
        settings: Settings = SETTINGS,
        plan: str = "",
        tracks: Iterable[Interlocking] = (),
        streets: Iterable[StreetLock] = (),
    ) -> None:
        """`plan`: the one to fall back to; else the first. `tracks` and short `streets`: those that its signals
        lead to, among others.

        Raises `Unsupported` for rules that the guard cannot keep, and where there is no plan to fall back to.
        """
        found = layout.junction.plan(plan) if plan else next(iter(layout.junction.plans), None)
        if found is None:
            raise Unsupported(f"junction {layout.junction.id} has no plan {plan}", "plan", "give it one")
        self._plan = found
        self.access = Access(layout.junction, tracks, streets, {lane.approach for lane in layout.lanes})
        rules = rules_of(layout.junction, {layout.junction.groups[i].id for i in self.access.groups})
        self.layout, self.settings = layout, settings
        self.guard = Guard(rules, at_ms)
        self._closed = NOBODY
        self.observer, self._changing = Observer(layout, at_ms), Changing()
        self.watch = FaultWatch(layout, self.observer.seen)
        self.clock = StageClock(layout, rules, at_ms)
        self.supervisor = Supervisor(self.clock.promise, at_ms)
        self.mode: Mode = "adaptive"
        self._lanes_of_groups = lanes_of_groups(layout)
        self._groups_of_lane = {
            lane.id: [group for group, lanes in enumerate(self._lanes_of_groups) if lane.id in lanes]
            for lane in layout.lanes
        }
        self._stops = {
            lane.stop: (self.observer.seen[lane.stop], self._groups_of_lane[lane.id]) for lane in layout.lanes
        }
        self._on_streets = [
            (lane.approach, self.observer.seen[lane.stop])
            for lane in layout.lanes
            if lane.approach in self.access.approaches
        ]
        self._shown = self.guard.shown
        self._now_ms = self._said_ms = at_ms
        self._decided_ms = at_ms - DECIDE_MS
        self._has_let_out = False
        self.supervisor.wants([group for group, lanes in enumerate(self._lanes_of_groups) if not lanes], at_ms)

    @property
    def faults(self) -> tuple[DetectorFault, ...]:
        return tuple(self.watch.faults.values())

    @property
    def doubts(self) -> tuple[TrackDoubt, ...]:
        """Single tracks that stay closed though perhaps nobody is on them."""
        return self.access.doubts()

    def step(self, at_ms: int, readings: Mapping[str, Reading], queues: Queues | None = None) -> tuple[Aspect, ...]:
        """What every group shows. `queues`: from a perfect sensor, to compare with.

        Who tells of changes alone calls `hear`, and then always.
        """
        return self.hear(at_ms, self._changing.of(readings), queues)

    def hear(self, at_ms: int, changes: Changes, queues: Queues | None = None) -> tuple[Aspect, ...]:
        """As `step`."""
        said_ms, at_ms = at_ms, self._own_ms(at_ms)
        if self.access.groups:
            self._closed = self.access.closed()
        stops = self._stops
        for name in self.observer.hear(at_ms, changes):
            if name in stops:
                seen, groups = stops[name]
                if seen.since_ms >= 0:
                    self.supervisor.wants(groups, at_ms)
        self.watch.step(at_ms)
        if self.watch.faults and queues is None:
            return self._by_plan(said_ms, at_ms)
        if self.mode == "plan":
            self.mode = "adaptive"
            self.clock.ask(self._nearest_stage(), at_ms)
        if self._is_news(at_ms, queues) and self.clock.may_change(at_ms, 0):
            self._decided_ms = at_ms
            known = self.observer.queues(at_ms) if queues is None else queues
            self._choose(known, at_ms, is_perfect=queues is not None)
        return self._let_out(self._asked(at_ms), said_ms, at_ms)

    def _is_news(self, at_ms: int, queues: Queues | None) -> bool:
        """Whether another stage could be the right one since it was last asked."""
        is_long = not 0 <= at_ms - self._decided_ms < DECIDE_MS
        return is_long or queues is not None or self.observer.is_news or self.supervisor.is_due(at_ms)

    def _let_out(self, asked: Sequence[bool], said_ms: int, at_ms: int) -> tuple[Aspect, ...]:
        shown = self.guard.let_out(asked, said_ms, self._closed)
        if shown is not self._shown:
            self._shown = shown
            for group in self.supervisor.see(shown, at_ms):
                lanes = self._lanes_of_groups[group]
                if not lanes or any(self.observer.stands_at(lane) for lane in lanes):
                    self.supervisor.wants((group,), at_ms)
        if self.access.groups:
            stands = self.observer.stands_at
            waited_for = [i for i in self.access.groups if any(map(stands, self._lanes_of_groups[i]))]
            taken = [approach for approach, stop in self._on_streets if not stop.is_free(at_ms)]
            self.access.tell(shown, waited_for, taken)
        self.clock.see(shown, at_ms)
        return shown

    def _own_ms(self, said_ms: int) -> int:
        """A clock that never goes back and never jumps, as the guard's: on another some would wait for ever."""
        passed_ms, self._said_ms = said_ms - self._said_ms, said_ms
        self._now_ms += passed_ms if 0 <= passed_ms <= STEP_MAX_MS else min(max(passed_ms, 0), STEP_MAX_MS)
        return self._now_ms

    def _by_plan(self, said_ms: int, at_ms: int) -> tuple[Aspect, ...]:
        """`said_ms`: by the clock on which the plan's offset counts."""
        self.mode = "plan"
        greens = greens_at(self._plan, said_ms - self._plan.offset_ms)
        return self._let_out([group.id in greens for group in self.layout.junction.groups], said_ms, at_ms)

    def _nearest_stage(self) -> int:
        """The stage of which most is green now."""
        green = {i for i, aspect in enumerate(self.guard.shown) if aspect is Aspect.GREEN}
        stages = self.layout.stages
        return max(
            range(len(stages)), key=lambda nth: len(stages[nth].groups & green) - len(stages[nth].groups - green)
        )

    def _choose(self, queues: Queues, at_ms: int, *, is_perfect: bool) -> None:
        """The stage that is to be next, asked for; or the one that is on goes on."""
        observer, clock = self.observer, self.clock
        for lane, queue in queues.items():
            if queue and queue[0][0] <= at_ms:
                self.supervisor.wants(self._groups_of_lane[lane], at_ms)
        blocked = observer.blocked(at_ms)
        shut = {lane for group in self._closed for lane in self._lanes_of_groups[group]}
        blocked |= shut
        stalled = observer.stalled(clock.green_since, at_ms)
        overdue = self.supervisor.overdue(at_ms, self._closed)
        if overdue:
            self.mode = "overdue"
            if clock.target not in overdue:
                self._change(overdue[0], stalled - blocked, at_ms)
            return
        if self.mode == "overdue" and not clock.may_change(at_ms, SERVED_MS) and self._stands(queues, shut, at_ms):
            return
        self.mode = "adaptive"
        lanes = self.layout.stages[clock.target].rates
        moving = queues if is_perfect else observer.moving(queues, lanes, clock.green_since, at_ms)
        full = observer.full(at_ms)
        seen = Situation(queues, moving, blocked, blocked | stalled, full)
        switch_ms = clock.promise.switch_ms[clock.target]
        best = best_stage(self.layout, seen, at_ms, clock.target, switch_ms, self.settings)
        is_short = at_ms - clock.green_since < LEAST_MS
        if best != clock.target and not (is_short and self._stands(queues, blocked, at_ms, 0.0 if full else QUEUE)):
            self._change(best, stalled - blocked, at_ms)

    def _stands(self, queues: Queues, without: Collection[str], at_ms: int, least: float = 0.0) -> bool:
        """Whether somebody stands before the stage that is on, in one lane at least so many; on none of `without`."""
        for lane in self.layout.stages[self.clock.target].rates:
            queue = queues[lane]
            if queue and queue[0][0] <= at_ms and lane not in without:
                many = 0.0
                for due_ms, weight in queue:
                    if due_ms <= at_ms:
                        many += weight
                if many >= least:
                    return True
        return False

    def _change(self, stage: int, stalled: Collection[str], at_ms: int) -> None:
        """Ask for a stage; but where somebody who gives way stands inside the junction, let him out first.

        Else those who come in from the other road shut him in, and he them: the junction is locked.
        """
        stages, now = self.layout.stages, self.clock.target
        inside = [lane for lane in stages[now].yielding if lane in stalled]
        freeing = frees(self.layout, now, inside) if inside and not self._has_let_out else None
        self._has_let_out = freeing is not None and freeing != stage
        self.clock.ask(stage if freeing is None else freeing, at_ms)

    def _asked(self, at_ms: int) -> Sequence[bool]:
        """The groups of the stage; while somebody crosses the junction slowly, only those that are green already."""
        asked = self.clock.greens()
        if not self._is_crossed(at_ms):
            return asked
        kept = (Aspect.GREEN, Aspect.STARTING)
        return [is_asked and aspect in kept for is_asked, aspect in zip(asked, self.guard.shown, strict=True)]

    def _is_crossed(self, at_ms: int) -> bool:
        """Whether since the change was asked for one has driven off who stood, and may have had to give way."""
        clock = self.clock
        if at_ms - clock.asked_since >= CROSSES_MS:
            return False
        stages, went = self.layout.stages, self.observer.went_since
        on = stages[clock.target].rates
        return any(lane not in on and went(lane, clock.asked_since) for lane in stages[clock.left].yielding)
