"""When one stage gives way to another: not sooner than it pays, and not into who still crosses the junction."""

import pytest
from msgspec.structs import replace

from tests.signals.streets import Crossing, a_crossing
from tests.signals.test_signals_adaptive import Closing, Trusting
from tests.signals.test_single_track_in_line import track_of
from turnout.signals.adaptive.control import LEAST_MS, AdaptiveControl
from turnout.signals.adaptive.observer import Reading
from turnout.signals.adaptive.supervisor import CROSSES_MS, promise_of
from turnout.signals.guard import Aspect, rules_of

ASKED_S = 12
AMBER_S = 3


def begins_after_s(lane: str, stands: range, *, may_close: bool = False) -> int:
    """From the second in which the side road is asked for to its green, while somebody stands on a lane.

    `may_close`: it lets onto a single track, which stays open.
    """
    layout = a_crossing(3)
    least = tuple(replace(each, least_ms=AMBER_S * 1_000) for each in layout.junction.intergreens)
    layout = replace(layout, junction=replace(layout.junction, intergreens=least))
    control = AdaptiveControl(layout, 0, tracks=[Closing(track_of("S1"), 0)] if may_close else [])
    control.watch = Trusting(layout, control.observer.seen)
    control._choose = lambda *_, **__: None  # type: ignore[method-assign]
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
    layout = a_crossing()
    control, crossing = AdaptiveControl(layout, 0), Crossing({"m1": 6, "m2": 6, "s1": 5})
    ended: list[tuple[int, bool, str]] = []
    honest = control.clock.ask

    def ask(stage: int, at_ms: int) -> None:
        served = [lane.stop for lane in layout.lanes if lane.id in layout.stages[control.clock.target].rates]
        stands = any(control.observer.seen[stop].since_ms >= 0 for stop in served)
        ended.append((at_ms - control.clock.green_since, stands, control.mode))
        honest(stage, at_ms)

    control.clock.ask = ask  # type: ignore[method-assign]
    for at_s in range(1, 1_201):
        crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
    assert len(ended) > 20
    assert all(lasted_ms >= LEAST_MS for lasted_ms, stands, mode in ended if stands and mode == "adaptive")
    assert any(stands and mode == "adaptive" for _, stands, mode in ended)
