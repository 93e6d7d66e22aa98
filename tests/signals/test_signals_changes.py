"""When one stage gives way to another: not sooner than it pays, and not into who still crosses the junction."""

import pytest
from msgspec.structs import replace

from tests.signals.streets import a_crossing
from tests.signals.test_signals_adaptive import Closing, Trusting
from tests.signals.test_single_track_in_line import track_of
from turnout.signals.adaptive.control import LEAST_MS, AdaptiveControl
from turnout.signals.adaptive.layout import layout_of
from turnout.signals.adaptive.observer import Queues, Reading
from turnout.signals.adaptive.supervisor import CROSSES_MS, PATIENCE_MS, promise_of
from turnout.signals.guard import Aspect, rules_of

ASKED_S = 12
AMBER_S = 3


class Told(AdaptiveControl):
    """Changes its stage only when the test asks."""

    def _choose(self, queues: Queues, at_ms: int, *, is_perfect: bool) -> None:
        pass


def ended_after_s(stand: int, *, sure: float = 1.0, is_full: bool = False, is_overdue: bool = False) -> int:
    """How long the side road has green before which so many stand, while many more do on both lanes of the main road.

    `sure`: how probable it is of each of them that he comes to this lane. `is_full`: somebody stands where the main
    road begins. `is_overdue`: who waits on the main road is.
    """
    layout = a_crossing()
    lanes = [replace(lane, mouths=("m1<",) if lane.id == "m1" else ()) for lane in layout.lanes]
    control = AdaptiveControl(layout_of(layout.junction, lanes, layout.marks), 0)
    control.watch = Trusting(layout, control.observer.seen)
    readings = {"m1<": Reading(0, True)} if is_full else {}
    side: Queues = {"m1": [], "m2": [], "s1": [(0, sure)] * max(stand, 1)}
    main: Queues = {"m1": [(0, 1.0)] * 12, "m2": [(0, 1.0)] * 12, "s1": [(0, sure)] * stand}
    clock, seconds = control.clock, iter(range(1, 200))
    while clock.target != 1 or clock.green_since < 0:
        control.step(next(seconds) * 1_000, readings, side)
    begun_ms = clock.green_since
    if is_overdue:
        control.supervisor.wants((0, 1), begun_ms - PATIENCE_MS)
    while clock.target == 1:
        control.step(next(seconds) * 1_000, readings, main)
    return (clock.asked_since - begun_ms) // 1_000


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


LEAST_GREEN_S = 5


@pytest.mark.parametrize("stand", range(7))
def test_a_green_is_not_ended_at_its_least_while_a_queue_stands_before_it(stand: int) -> None:
    """Nor, where a street is full, while anybody does; but whoever is overdue is served at once."""
    least_s = LEAST_MS // 1_000
    assert least_s > LEAST_GREEN_S
    for sure in (1.0, 0.98):
        assert ended_after_s(stand, sure=sure) == (least_s if stand >= 5 else LEAST_GREEN_S)
    assert ended_after_s(stand, is_full=True) == (least_s if stand else LEAST_GREEN_S)
    assert ended_after_s(stand, is_full=True, is_overdue=True) == LEAST_GREEN_S
