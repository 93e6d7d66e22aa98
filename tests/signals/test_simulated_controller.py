"""The simulated controller: its plan, requests as NTCIP 1211 has them, and the guard before whatever it shows."""

from itertools import dropwhile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.signals.controllers import EPOCH_S, MONDAY_NOON_MS, Ticked, market
from tests.signals.watching import begun, watched
from turnout.signals.clock_watch import STEADY_MS, ClockWatch
from turnout.signals.controller import LEAVES_MAX_MS
from turnout.signals.guard import Aspect, rules_of
from turnout.signals.simulated_controller import (
    CLOSED_KEPT_MS,
    KEPT_MAX,
    REQUESTS_MAX,
    TIME_TO_LIVE_MS,
    SimulatedController,
)


def shows(ticked: Ticked, group: str) -> Aspect:
    return ticked.controller.shown[ticked.controller.names.index(group)]


def test_it_runs_the_plan_that_is_in_force_at_that_hour() -> None:
    ticked = Ticked()
    ticked.pass_s(80)
    assert ticked.controller.plan is not None
    assert ticked.controller.plan.id == "day"
    ticked.pass_s(1)
    seen = []
    for _ in range(80):
        ticked.pass_s(1)
        seen.append(shows(ticked, "K1") is Aspect.GREEN)
    assert 35 <= sum(seen) <= 40


def test_a_request_gets_green_by_its_arrival_and_lets_go_when_the_vehicle_is_through() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    assert shows(ticked, "K1") is Aspect.GREEN
    assert ticked.controller.ask("E7", ("K2",), 1, 15_000, 30_000) == ("queued", "")
    ticked.pass_s(15)
    assert ticked.controller.state_of("E7") == ("granted", "")
    assert shows(ticked, "K2") is Aspect.GREEN
    ticked.pass_s(15)
    assert ticked.controller.state_of("E7")[0] == "completed"
    assert shows(ticked, "K2") is Aspect.ENDING


def test_nobody_is_told_that_green_is_held_who_was_put_off_by_a_later_arrival() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    ticked.controller.ask("E7", ("K2",), 1, 15_000, 30_000)
    ticked.pass_s(15)
    assert ticked.controller.state_of("E7") == ("granted", "")
    ticked.controller.ask("E7", ("K2",), 1, 60_000, 90_000)
    ticked.pass_s(1)
    assert ticked.controller.state_of("E7") == ("queued", "")
    ticked.pass_s(5)
    assert shows(ticked, "K2") is not Aspect.GREEN


def test_who_asks_anew_for_the_same_time_keeps_green_through_the_plans_own() -> None:
    for begins_s in range(80):
        ticked = Ticked()
        ticked.pass_s(80 + begins_s)
        seen = []
        for second in range(40):
            if second % 5 == 0:
                ticked.controller.ask("E7", ("K2",), 1, (40 - second) * 1_000, 60_000)
            ticked.pass_s(1)
            seen.append((ticked.controller.state_of("E7")[0], shows(ticked, "K2") is Aspect.GREEN))
        granted = [*dropwhile(lambda one: one[0] != "granted", seen)]
        assert granted, begins_s
        assert set(granted) == {("granted", True)}, begins_s


def test_who_asks_anew_for_another_group_does_not_have_it_before_its_time() -> None:
    ticked = Ticked()
    ticked.pass_s(80)
    ticked.controller.ask("E7", ("K1",), 1, 60_000, 90_000)
    ticked.pass_s(40)
    assert ticked.controller.state_of("E7") == ("granted", "")
    ticked.controller.ask("E7", ("K2",), 1, 20_000, 90_000)
    ticked.pass_s(1)
    assert ticked.controller.state_of("E7") == ("queued", "")


def test_a_request_that_nobody_repeats_is_dropped() -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    ticked.controller.ask("E7", ("K2",), 1, 10_000, LEAVES_MAX_MS)
    ticked.pass_s(TIME_TO_LIVE_MS // 1_000 + 1)
    assert ticked.controller.state_of("E7") == ("refused", "no-answer")
    assert not ticked.controller.is_in_priority
    ticked.pass_s(CLOSED_KEPT_MS // 1_000 + 1)
    assert ticked.controller.state_of("E7") == ("cancelled", "")


def test_of_two_requests_the_higher_level_goes_first_and_the_first_of_one_level() -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    ticked.controller.ask("bus", ("K1",), 4, 0, 120_000)
    ticked.pass_s(3)
    ticked.controller.ask("E7", ("K2",), 1, 0, 60_000)
    ticked.controller.ask("E8", ("K1",), 1, 0, 60_000)
    ticked.pass_s(2)
    states = [ticked.controller.state_of(one)[0] for one in ("bus", "E7", "E8")]
    assert states[0] == states[2] == "overridden"
    assert states[1] in ("processing", "granted")


def test_what_cannot_be_served_is_refused_by_name() -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    assert ticked.controller.ask("a", ("K9",), 1, 0, 1_000) == ("refused", "unknown-group")
    assert ticked.controller.ask("a", ("K1",), 1, 0, LEAVES_MAX_MS + 1) == ("refused", "too-early")
    for nth in range(REQUESTS_MAX):
        assert ticked.controller.ask(nth, ("K1",), 1, 0, 9_000)[0] == "queued"
    assert ticked.controller.ask("a", ("K1",), 1, 0, 1_000) == ("refused", "busy")
    assert ticked.controller.ask(0, ("K1",), 1, 0, 9_000)[0] == "queued"
    ticked.controller.fault = "flash"
    assert ticked.controller.ask(0, ("K1",), 1, 0, 9_000) == ("refused", "fault")


def test_requests_that_come_and_go_are_forgotten_beyond_a_limit() -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    for nth in range(1_000):
        assert ticked.controller.ask(nth, ("K1",), 1, 0, 9_000)[0] == "queued"
        ticked.controller.withdraw(nth)
    assert len(ticked.controller._asked) == KEPT_MAX
    assert ticked.controller.state_of(0) == ("cancelled", "")


def test_a_clock_that_jumps_is_a_fault_and_ends_every_request() -> None:
    ticked = Ticked()
    ticked.pass_s(20)
    ticked.controller.ask("E7", ("K2",), 1, 0, 200_000)
    ticked.pass_s(10)
    ticked.utc_s += 3_600
    ticked.pass_s(1)
    assert ticked.controller.standing_fault == "clock"
    assert ticked.controller.state_of("E7") == ("refused", "clock")
    assert ticked.controller.ask("E8", ("K2",), 1, 0, 9_000) == ("refused", "clock")
    ticked.pass_s(STEADY_MS // 1_000 + 1)
    assert ticked.controller.standing_fault == ""


@given(st.lists(st.integers(0, 2_000), min_size=2, max_size=200), st.sampled_from((-7_200, -9, 9, 3_600)))
def test_a_clock_that_drifts_is_steady_and_one_that_jumps_is_not(steps_ms: list[int], jump_s: int) -> None:
    watch, now_ms = ClockWatch(), 0
    for step_ms in steps_ms:
        now_ms += step_ms
        assert watch.look(EPOCH_S * 1_000 + now_ms * 1_001 // 1_000 // 1_000 * 1_000, now_ms)
    now_ms += 1_000
    assert not watch.look(EPOCH_S * 1_000 + now_ms + jump_s * 1_000, now_ms)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_is_asked_nothing_unsafe_is_shown(data: st.DataObject) -> None:
    junction = market()
    rules = rules_of(junction)
    controller = SimulatedController(junction, 0)
    seen, now_ms, utc_s = begun(rules), 0, EPOCH_S
    groups = st.sampled_from([*controller.names, "K9"]).map(lambda group: (group,))
    for _ in range(data.draw(st.integers(1, 60))):
        match data.draw(st.sampled_from(("ask", "ask", "withdraw", "pass", "clock"))):
            case "ask":
                arrives_ms = data.draw(st.integers(-1, 40_000))
                lasts_ms = data.draw(st.integers(0, 90_000))
                key = data.draw(st.integers(0, 12))
                level = data.draw(st.integers(1, 4))
                controller.ask(key, data.draw(groups), level, arrives_ms, arrives_ms + lasts_ms)
            case "withdraw":
                controller.withdraw(data.draw(st.integers(0, 12)))
            case "clock":
                utc_s += data.draw(st.integers(-4_000, 4_000))
        for _ in range(data.draw(st.integers(1, 8))):
            now_ms, utc_s = now_ms + 1_000, utc_s + 1
            shown = controller.tick(now_ms, MONDAY_NOON_MS + now_ms, utc_s)
            seen = watched(rules, seen, shown, 1_000)
    assert len(controller._asked) <= 13
