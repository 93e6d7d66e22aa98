"""Max-pressure control of one junction, to compare with: it knows every vehicle, and asks through the same guard.

Varaiya, "Max pressure control of a network of signalized intersections" (Transp. Res. C 36, 2013): at fixed times the
stage with the greatest sum of vehicles before its lanes less those behind them.
"""

from collections.abc import Mapping
from typing import Final

from turnout.signals.adaptive.control import StageClock
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.priority import pressures
from turnout.signals.guard import Aspect, Guard, rules_of

HOLD_MS: Final = 5_000
"""Of green before it decides again; 10 s did worse on ingolstadt7 (31.9 s of delay)."""


class MaxPressureControl:
    def __init__(self, layout: Layout, at_ms: int, hold_ms: int = HOLD_MS) -> None:
        """Raises `Unsupported` for rules that the guard cannot keep."""
        rules = rules_of(layout.junction)
        self.layout, self.hold_ms = layout, hold_ms
        self.guard = Guard(rules, at_ms)
        self.clock = StageClock(layout, rules, at_ms)

    def step(self, at_ms: int, waiting: Mapping[str, float], beyond: Mapping[str, float]) -> tuple[Aspect, ...]:
        """`waiting`: vehicles by lane; `beyond`: by lane, the mean of those where it leads."""
        if self.clock.may_change(at_ms, self.hold_ms):
            found = pressures(self.layout, waiting, beyond)
            best = max(range(len(found)), key=lambda nth: found[nth])
            if found[best] > found[self.clock.target]:
                self.clock.ask(best, at_ms)
        shown = self.guard.let_out(self.clock.greens(), at_ms)
        self.clock.see(shown, at_ms)
        return shown
