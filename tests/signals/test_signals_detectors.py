"""Detectors of a running city: read from the file, watched second by second, believed or not."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.adaptive.faults import AGAIN_MIN, PASSED_MIN, STUCK_MS
from turnout.signals.adaptive.observer import Seen
from turnout.signals.check import check
from turnout.signals.controller import Presence
from turnout.signals.corridor import BLOCKED_S, QUEUE_DEFAULT
from turnout.signals.detector_watch import GAP_MS, PER_HOUR_MAX, DetectorWatch, usable
from turnout.signals.model import Approach, Detector, Junction, Movement, SignalGroup
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals
from turnout.signals.queues import BEYOND, full_s, waiting
from turnout.words.name import Name

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
FILE = """format = "turnout-signals-1"
[[junction]]
id = "J"
[[junction.group]]
id = "K1"
[[junction.group]]
id = "K2"
[[junction.group]]
id = "F1"
kind = "pedestrian"
[[junction.approach]]
id = "west"
name = { en = "West", zh = "西" }
lanes = 2
[[junction.movement]]
id = "m1"
approach = "west"
turn = "through"
group = "K1"
"""


def a_file(row: str) -> bytes:
    return f"{FILE}[[junction.detector]]\n{row}\n".encode()


NEAR, FAR = Detector("D1", "west", 1, 2.5), Detector("D2", "west", 1, 35.0)
EXIT = Detector("X1", "", 1, None, groups=("K1",))


def a_junction(*detectors: Detector, lanes: int = 2) -> Junction:
    return Junction(
        id="J",
        name=Name("J", "J"),
        approaches=(Approach("west", Name("West", "西"), lanes),),
        movements=(Movement("m1", "west", "through", "K1"), Movement("m2", "west", "left", "K2")),
        groups=(SignalGroup("K1", "vehicle", 5_000, 3_000), SignalGroup("K2", "vehicle", 5_000, 3_000)),
        detectors=detectors or (NEAR, FAR, EXIT),
    )


class Street:
    """A watch whose seconds pass when one says so; who stands where is what one said last."""

    def __init__(self, *detectors: Detector, lanes: int = 1, is_proven: bool = True) -> None:
        """`is_proven`: each detector has shown somebody, long ago."""
        self.at_ms = 1_000_000
        junction = a_junction(*detectors, lanes=lanes)
        self.names = [each.id for each in junction.detectors]
        self.watch = DetectorWatch(junction, self.at_ms)
        self.counted: dict[str, int] | None = None
        self.in_period = self.period_s = 0
        if is_proven:
            self.second(*self.names)
            self.second()
            self.at_ms += STUCK_MS

    def second(self, *occupied: str, faults: dict[str, str] | None = None) -> None:
        self.at_ms += 1_000
        told = {
            name: Presence(
                is_occupied=name in occupied,
                counted=self.counted.get(name, 0) if self.counted is not None else None,
                in_period=self.in_period,
                period_s=self.period_s,
                fault=(faults or {}).get(name, ""),
            )
            for name in self.names
        }
        self.watch.take(told, self.at_ms)

    def seconds(self, seconds: int, *occupied: str) -> None:
        for _ in range(seconds):
            self.second(*occupied)

    def queue(self, group: str = "K1") -> int | None:
        return self.watch.queue(group, self.at_ms)

    def full_s(self, group: str = "K1") -> float | None:
        return self.watch.full_s(group, self.at_ms)


# --- the file


def test_detectors_before_and_behind_are_read_and_written_back_as_they_were() -> None:
    rows = (
        'id = "D1"\napproach = "west"\nlane = 1\nto_lane = 2\nbefore_stop_line_m = 35\n',
        'id = "X1"\nbehind = true\ngroups = ["K1"]\nlane = 2\n',
    )
    signals = read_plans(a_file("[[junction.detector]]\n".join(rows)), "plans.toml")
    before, behind = signals.junctions[0].detectors
    assert (before.approach, list(before.lanes), before.before_stop_line_m) == ("west", [1, 2], 35.0)
    assert (behind.is_behind, behind.groups, list(behind.lanes)) == (True, ("K1",), [2])
    assert read_plans(write_plans(signals), "again.toml") == signals


@pytest.mark.parametrize(
    ("row", "en", "zh"),
    [
        ('id = "X"\nbehind = true\n', "names no groups", "未写明 groups"),
        ('id = "X"\nbehind = true\ngroups = ["K1"]\napproach = "west"\n', "no approach", "不能有 approach"),
        ('id = "X"\nbehind = true\ngroups = ["K1"]\nbefore_stop_line_m = 3\n', "no approach", "不能有 approach"),
        ('id = "D"\napproach = "west"\n', "needs approach and before_stop_line_m", "须写明 approach"),
        ('id = "D"\nbefore_stop_line_m = 3\n', "needs approach and before_stop_line_m", "须写明 approach"),
        ('id = "D"\napproach = "west"\nbefore_stop_line_m = 3\nlane = 2\nto_lane = 1\n', "exchange", "请对调"),
    ],
)
def test_a_detector_that_lies_nowhere_is_refused_with_its_line_in_both_languages(row: str, en: str, zh: str) -> None:
    with pytest.raises(BrokenSignals) as refused:
        read_plans(a_file(row), "plans.toml")
    (problem,) = refused.value.problems
    assert en in problem.spoken("en")
    assert zh in problem.spoken("zh-CN")
    assert problem.spot.line > FILE.count("\n")


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ('id = "D"\napproach = "west"\nbefore_stop_line_m = 3\nlane = 3\n', "detector-lane"),
        ('id = "D"\napproach = "west"\nbefore_stop_line_m = 3\ngroups = ["K2"]\n', "detector-group"),
        ('id = "X"\nbehind = true\ngroups = ["F1"]\n', "detector-group"),
    ],
)
def test_a_detector_of_no_lane_or_group_is_warned_of_and_passed_over(row: str, rule: str) -> None:
    signals = read_plans(a_file(row), "plans.toml")
    found = [problem for problem in check(signals) if problem.rule == rule]
    assert [problem.severity for problem in found] == ["warning"]
    assert usable(signals.junctions[0]) == []


def test_a_detector_of_a_group_that_there_is_not_is_an_error_of_the_file() -> None:
    signals = read_plans(a_file('id = "X"\nbehind = true\ngroups = ["K9"]\n'), "plans.toml")
    assert "unknown-name" in {problem.rule for problem in check(signals) if problem.severity == "error"}


# --- what is seen


def test_a_queue_is_counted_by_how_far_back_somebody_stands() -> None:
    street = Street()
    street.seconds(3)
    assert street.queue() == 0
    street.seconds(5, "D1")
    assert street.queue() == 1
    street.seconds(5, "D1", "D2")
    assert street.queue() == round(35 / 7.5 * BEYOND) + 1
    assert street.queue("K2") == street.queue(), "the left turn stands in the same lane"


def test_a_street_is_full_for_as_long_as_somebody_has_stood_on_its_detector() -> None:
    street = Street()
    street.seconds(2)
    assert street.full_s() == 0.0
    street.seconds(31, "X1")
    assert street.full_s() == 30.0
    street.second()
    assert street.full_s() == 0.0
    assert street.full_s("K2") is None, "nobody looks there"


def test_a_street_of_two_lanes_is_full_when_both_are() -> None:
    other = Detector("X2", "", 2, None, groups=("K1",))
    street = Street(NEAR, EXIT, other)
    street.seconds(2)
    street.seconds(20, "X1")
    assert street.full_s() == 0.0
    street.seconds(20, "X1", "X2")
    assert street.full_s() == 19.0


def test_what_a_controller_does_not_say_is_not_known_and_never_free() -> None:
    street = Street()
    assert (street.queue(), street.full_s()) == (None, None)
    street.seconds(3)
    assert (street.queue(), street.full_s()) == (0, 0.0)
    street.at_ms += GAP_MS + 1_000
    assert (street.queue(), street.full_s()) == (None, None)
    assert {each.is_occupied for each in street.watch.known(street.at_ms)} == {None}
    street.watch.take({"D1": Presence(is_occupied=False)}, street.at_ms)
    assert street.full_s() is None, "the controller says nothing of that one"
    assert street.queue() == 0


def test_who_stood_there_before_a_gap_is_counted_from_after_it() -> None:
    street = Street()
    street.second()
    street.seconds(20, "X1")
    street.at_ms += GAP_MS + 1_000
    street.second("X1")
    assert street.full_s() == 0.0


# --- what is not believed


def test_a_detector_that_was_never_seen_to_change_takes_green_from_nobody() -> None:
    """Stuck on since before anybody looked: at every corridor anew."""
    street = Street(is_proven=False)
    street.second("X1", "D1", "D2")
    street.seconds(int(BLOCKED_S) + 60, "X1", "D1")
    assert street.full_s() is None
    assert street.queue() is None, "cars may stand there: that the one further out is free says nothing of them"
    street.seconds(STUCK_MS // 1_000, "X1", "D1")
    assert street.watch.faults == {"X1": "stuck", "D1": "stuck"}
    assert street.full_s() is None


def test_a_full_street_that_moves_now_and_then_is_believed() -> None:
    street = Street()
    street.seconds(60, "X1")
    street.second()
    street.seconds(40, "X1")
    assert street.full_s() == 39.0
    assert street.watch.faults == {}


def test_one_that_sticks_is_believed_for_as_long_as_a_red_may_last_and_again_after_some_vehicles() -> None:
    street = Street()
    street.second()
    street.seconds(STUCK_MS // 1_000 - 10, "X1")
    assert street.full_s() is not None
    street.seconds(20, "X1")
    assert street.full_s() is None
    assert street.watch.faults["X1"] == "stuck"
    street.second()
    street.seconds(40, "X1")
    assert street.watch.faults["X1"] == "stuck", "it let go once"
    for _ in range(AGAIN_MIN):
        street.second()
        street.second("X1")
    assert street.watch.faults == {}


def test_one_that_the_controller_calls_broken_is_named_and_what_is_assumed_counts() -> None:
    street = Street(NEAR, EXIT)
    street.seconds(3)
    street.second("D1", faults={"D1": "max-presence", "X1": "erratic"})
    assert street.watch.faults == {"D1": "reported", "X1": "reported"}
    assert (street.queue(), street.full_s()) == (None, None)
    street.second()
    assert street.watch.faults == {}


def test_one_that_counts_more_than_a_lane_carries_is_named() -> None:
    street = Street()
    street.counted, street.period_s = {}, 60
    street.in_period = PER_HOUR_MAX // 60
    street.second()
    assert street.watch.faults == {}
    street.in_period += 11
    street.second()
    assert set(street.watch.faults.values()) == {"chatters"}
    assert (street.queue(), street.full_s()) == (None, None)


def test_one_that_sees_nobody_while_both_neighbours_count_is_named_by_the_rules_of_adaptive_control() -> None:
    middle = Detector("D3", "west", 1, 15.0)
    street = Street(NEAR, middle, FAR)
    street.seconds(40)
    for _ in range(PASSED_MIN + 20):
        street.second("D2")
        street.second("D1")
    street.seconds(31)
    assert street.watch.faults == {"D3": "silent"}
    assert street.queue() is None, "a queue that drives off may stand under the one that sees nobody"


def test_counts_of_a_period_show_that_a_detector_works_and_that_others_came_to_it() -> None:
    street = Street()
    street.counted, street.in_period, street.period_s = {"X1": 0}, 9, 60
    street.seconds(35, "X1")
    assert street.full_s() == 34.0, "nine came in the last period: it is no stuck one"
    street.counted = {"X1": 4}
    street.second("X1")
    assert street.full_s() == 35.0, "the period may have begun before: these may have come before, too"
    street.seconds(59, "X1")
    street.counted = {"X1": 9}
    street.second("X1")
    assert street.full_s() == 0.0, "five have come since: nobody stood there all the time"


def test_a_lane_that_is_not_known_takes_nothing_from_a_long_queue_beside_it() -> None:
    beside = Detector("D9", "west", 2, 2.5)
    street = Street(NEAR, Detector("D4", "west", 1, 70.0), beside, lanes=2)
    street.seconds(2)
    street.second(faults={"D9": "erratic"})
    assert street.queue() is None, "a short queue beside it says nothing of that lane"
    for _ in range(6):
        street.second("D1", "D4", faults={"D9": "erratic"})
    queue = street.queue()
    assert queue is not None
    assert queue > QUEUE_DEFAULT


# --- an empty street


def test_a_broken_detector_at_the_stop_line_is_no_empty_street() -> None:
    street = Street()
    street.second(faults={"D1": "open-loop"})
    assert street.queue() is None
    street.second(faults={"D2": "open-loop"})
    assert street.queue() == 0, "the first vehicle would stand on the first detector"


def test_a_detector_far_from_the_stop_line_alone_says_nothing_of_who_waits_there() -> None:
    street = Street(Detector("D8", "west", 1, 80.0))
    street.seconds(3)
    assert street.queue() is None
    street.seconds(5, "D8")
    assert street.queue() == round(80 / 7.5 * BEYOND) + 1


def test_a_dead_detector_that_never_showed_anybody_is_no_free_street() -> None:
    street = Street(is_proven=False)
    street.seconds(600)
    assert (street.queue(), street.full_s()) == (None, None)
    street.second("D1", "D2", "X1")
    street.second()
    assert (street.queue(), street.full_s()) == (0, 0.0)
    street.at_ms += 86_400_000
    street.second()
    assert (street.queue(), street.full_s()) == (0, 0.0), "once seen, also in the next corridor"


def test_one_that_counted_is_no_dead_one() -> None:
    street = Street(is_proven=False)
    street.counted, street.in_period, street.period_s = {}, 3, 900
    street.second()
    assert (street.queue(), street.full_s()) == (0, 0.0)


def test_a_lane_without_a_detector_is_not_empty() -> None:
    street = Street(lanes=2)
    street.seconds(3)
    assert street.queue() is None
    street.seconds(5, "D1", "D2")
    assert street.queue() == round(35 / 7.5 * BEYOND) + 1 >= QUEUE_DEFAULT


def test_a_queue_whose_end_no_detector_sees_is_not_taken_to_be_short() -> None:
    street = Street(NEAR)
    street.seconds(5, "D1")
    assert street.queue() is None


@given(st.lists(st.tuples(st.sets(st.sampled_from(["D1", "D2", "X1"])), st.integers(1, 9), st.booleans()), max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_is_shown_nothing_is_known_that_nobody_said_lately_and_no_street_is_full_longer_than_seen(
    shown: list[tuple[set[str], int, bool]],
) -> None:
    street = Street(is_proven=False)
    first_ms = heard_ms = None
    for occupied, gap_s, is_heard in shown:
        street.at_ms += (gap_s - 1) * 1_000
        if is_heard:
            street.second(*occupied)
            heard_ms = street.at_ms
            first_ms = first_ms or heard_ms
        else:
            street.at_ms += 1_000
        queue, full = street.queue(), street.full_s()
        if heard_ms is None or street.at_ms - heard_ms > GAP_MS:
            assert (queue, full) == (None, None)
        if full is not None:
            assert first_ms is not None
            assert 0 <= full <= (street.at_ms - first_ms) / 1_000
            assert full < STUCK_MS / 1_000 + GAP_MS / 1_000
        if queue is not None:
            assert queue <= round(35 / 7.5 * BEYOND) + 1


# --- the one rule


def stands(at_ms: int) -> Seen:
    seen = Seen(0)
    seen.read(1, True, at_ms)
    return seen


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=8), st.floats(0, 100))
def test_the_queue_grows_with_the_place_of_the_last_who_stands(places: list[tuple[float, bool]], last_m: float) -> None:
    lane = [(metres, stands(0) if is_there else Seen(0)) for metres, is_there in places]
    back_m = max((metres for metres, is_there in places if is_there), default=None)
    found = waiting(lane, last_m, 10_000)
    beyond = 1.5 if back_m is not None and back_m >= last_m - 1 else 1.0
    assert found == (0 if back_m is None else round(back_m / 7.5 * beyond) + 1)


def test_full_is_the_least_of_its_lanes_and_none_without_any() -> None:
    assert full_s([], 9_000) is None
    assert full_s([stands(1_000), stands(4_000)], 9_000) == 5.0
    assert full_s([stands(1_000), Seen(0)], 9_000) == 0.0


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_detectors_of_the_manual_are_read_and_used(language: str) -> None:
    page = (MANUAL / language / "engineers.md").read_text(encoding="utf-8")
    (block,) = (each for each in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "behind = true" in each)
    signals = read_plans((FILE + block).encode(), "plans.toml")
    assert [(each.id, each.is_behind) for each in usable(signals.junctions[0])] == [("D1", False), ("X1", True)]
    assert [problem for problem in check(signals) if problem.rule.startswith("detector")] == []
