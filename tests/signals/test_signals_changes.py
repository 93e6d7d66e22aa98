"""When one stage gives way to another: not sooner than it pays, and not into who still crosses the junction."""

from collections.abc import Collection

import pytest
from msgspec.structs import replace

from tests.signals.streets import Crossing, a_crossing
from tests.signals.test_signals_adaptive import Closing, Trusting
from tests.signals.test_single_track_in_line import track_of
from turnout.signals.adaptive.control import LEAST_MS, AdaptiveControl
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Queues, Reading
from turnout.signals.adaptive.supervisor import CROSSES_MS, promise_of
from turnout.signals.guard import Aspect, rules_of

ASKED_S = 12
AMBER_S = 3


class Told(AdaptiveControl):
    """Changes its stage only when the test asks."""

    def _choose(self, queues: Queues, at_ms: int, *, is_perfect: bool) -> None:
        pass


class Watched(AdaptiveControl):
    """Writes down of each green that it ends how long it lasted, whether somebody stood before it, and the mode."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, 0)
        self.ended: list[tuple[int, bool, str]] = []

    def _change(self, stage: int, stalled: Collection[str], at_ms: int) -> None:
        stands = any(map(self.observer.stands_at, self.layout.stages[self.clock.target].rates))
        self.ended.append((at_ms - self.clock.green_since, stands, self.mode))
        super()._change(stage, stalled, at_ms)


def begins_after_s(lane: str, stands: range, *, may_close: bool = False) -> int:
    """From the second in which the side road is asked for to its green, while somebody stands on a lane.

    `may_close`: it lets onto a single track, which stays open.
    """
    layout = a_crossing(3)
    least = tuple(replace(each, least_ms=AMBER_S * 1_000) for each in layout.junction.intergreens)
    layout = replace(layout, junction=replace(layout.junction, intergreens=least))
    control = Told(layout, 0, tracks=[Closing(track_of("S1"), 0)] if may_close else [])
    control.watch = Trusting(layout, control.observer.seen)
    assert layout.stages[0].yielding == {"m2"}
    for at_s in range(1, 40):
        if at_s == ASKED_S:
            control.clock.ask(2, at_s * 1_000)
        readings = {f"{lane}@2.5": Reading(int(at_s == stands.start), True)} if at_s in stands else {}
        if control.step(at_s * 1_000, readings)[2] is Aspect.GREEN:
            return at_s - ASKED_S
    raise AssertionError


@pytest.mark.parametrize(
    ("lane", "stands", "after_s"),
    [
        ("m2", range(9, 13), CROSSES_MS // 1_000),
        ("m2", range(9, 14), CROSSES_MS // 1_000),
        ("m2", range(11, 13), AMBER_S),
        ("m2", range(8, 11), AMBER_S),
        ("m2", range(9, 30), AMBER_S),
        ("m1", range(9, 14), AMBER_S),
    ],
    ids=["starts in amber", "starts late in amber", "did not stand", "was gone before", "stays", "gives way to nobody"],
)
def test_who_starts_in_the_amber_and_may_have_given_way_has_crossed_before_the_other_road_begins(
    lane: str, stands: range, after_s: int
) -> None:
    assert begins_after_s(lane, stands) == after_s
    assert begins_after_s(lane, stands, may_close=True) == after_s


def test_so_much_longer_is_a_change_in_the_published_waits_where_somebody_may_cross_slowly() -> None:
    """Not to the stage in which he still has green, and no change costs more when stages are weighed."""
    layout = a_crossing(3)
    promise = promise_of(layout, rules_of(layout.junction))
    late_ms = [
        [change - switch for change, switch in zip(*rows, strict=True)]
        for rows in zip(promise.change_ms, promise.switch_ms, strict=True)
    ]
    assert late_ms == [[0, 0, CROSSES_MS], [0, 0, 0], [0, 0, 0]]


def test_a_green_is_not_ended_at_its_least_while_somebody_stands_before_it() -> None:
    """Somebody stands elsewhere most of the time; who is overdue is served at once."""
    control, crossing = Watched(a_crossing()), Crossing({"m1": 6, "m2": 6, "s1": 5})
    for at_s in range(1, 1_201):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
    assert len(control.ended) > 20
    assert all(lasted_ms >= LEAST_MS for lasted_ms, stands, mode in control.ended if stands and mode == "adaptive")
    assert any(stands and mode == "adaptive" for _, stands, mode in control.ended)
