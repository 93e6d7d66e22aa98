"""Simulated controllers: a request is served through the guard, others are paid back, and the plan's offset is kept."""

import asyncio

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.controller import PriorityRequest
from turnout.signals.guard import Aspect, rules_of
from turnout.signals.guard_rules import TOGETHER
from turnout.signals.model import GreenWindow, Intergreen, Junction, Movement, Plan
from turnout.signals.simulated_controller import REQUESTS_MAX
from turnout.signals.simulated_junction import SimulatedControllers, SimulatedJunction
from turnout.signals.sites import _junction
from turnout.words.name import Name

CROSSING = _junction("J1", Name("A / B", "甲／乙"), ["A", "B"])
CYCLE_MS = CROSSING.plans[0].cycle_ms


def planned_at(at_ms: int) -> list[bool]:
    """Whom the plan gives green at that moment."""
    local_ms = at_ms % CYCLE_MS
    return [window.from_ms <= local_ms < window.to_ms for window in CROSSING.plans[0].windows]


def request(id: str, group: str, level: int = 1, leaves_in_ms: int = 90_000) -> PriorityRequest:
    return PriorityRequest(
        id=id, junction="J1", group=group, arrives_in_ms=30_000, leaves_in_ms=leaves_in_ms, level=level
    )


def at_work() -> SimulatedJunction:
    junction = SimulatedJunction(CROSSING, 0)
    junction.step_to(2 * CYCLE_MS)
    return junction


def test_without_a_request_it_shows_its_plan() -> None:
    junction = at_work()
    for second in range(70):
        at_ms = 2 * CYCLE_MS + second * 1_000
        shown = junction.shown(at_ms)
        planned = planned_at(at_ms)
        assert [shown.aspects[name] == Aspect.GREEN for name in ("A", "B")] == planned
        assert shown.plan


def test_the_group_that_is_asked_becomes_green_and_stays_until_it_is_given_back() -> None:
    junction = at_work()
    at_ms = 2 * CYCLE_MS
    assert junction.ask(request("K1", "B"), at_ms).state == "queued"
    states = [junction.status("K1", at_ms + second * 1_000).state for second in range(60)]
    assert states[15:] == ["granted"] * 45
    assert junction.cancel("K1", at_ms + 60_000).state == "cancelled"
    assert junction.status("K1", at_ms + 61_000).state == "cancelled"


@pytest.mark.parametrize("wanted_s", [12, 20, 33, 47])
def test_green_is_there_when_it_is_wanted_and_the_plan_is_left_no_sooner_than_that_needs(wanted_s: int) -> None:
    for begins_s in range(70):
        junction, at_ms = at_work(), 2 * CYCLE_MS + begins_s * 1_000
        asked = msgspec.structs.replace(request("K1", "B"), green_in_ms=wanted_s * 1_000, arrives_in_ms=60_000)
        junction.ask(asked, at_ms)
        left_s, green_s = None, {"A": 0, "B": 0}
        for second in range(1, wanted_s + 1):
            shown = junction.shown(at_ms + second * 1_000).aspects
            is_green = {name: shown[name] == Aspect.GREEN for name in green_s}
            if left_s is None and [*is_green.values()] != planned_at(at_ms + second * 1_000):
                left_s, was_green_s = wanted_s - second, dict(green_s)
            green_s = {name: green_s[name] + 1 if is_green[name] else 0 for name in green_s}
        assert is_green["B"], begins_s
        assert junction.status("K1", at_ms + wanted_s * 1_000).state == "granted"
        if left_s is None:
            continue
        if was_green_s["A"]:  # its intergreen, or its least green before that
            assert left_s <= 5 + max(0, 7 - was_green_s["A"]) + 2, begins_s
        else:  # another green in between, or before it
            assert left_s <= 5 + 7 + 5 + 2, begins_s


def late_s(other: str, wanted_s: int, begins_s: int, back_s: int) -> int:
    """How much later than wanted B is green, where another crew gives its green back meanwhile."""
    junction, at_ms = at_work(), 2 * CYCLE_MS + begins_s * 1_000
    junction.ask(request("K1", other), at_ms)
    junction.ask(msgspec.structs.replace(request("K2", "B"), green_in_ms=wanted_s * 1_000, arrives_in_ms=60_000), at_ms)
    for second in range(1, wanted_s + 30):
        if second == back_s:
            junction.cancel("K1", at_ms + second * 1_000)
        is_green = junction.shown(at_ms + second * 1_000).aspects["B"] == Aspect.GREEN
        if is_green and second >= wanted_s:
            return second - wanted_s
    return 30


@pytest.mark.parametrize("other", ["A", "B"])
def test_nobody_is_paid_back_with_the_green_of_a_crew_that_is_yet_to_come(other: str) -> None:
    late = {
        (wanted_s, begins_s, back_s): late_s(other, wanted_s, begins_s, back_s)
        for wanted_s in (20, 30, 47)
        for begins_s in range(0, 70, 3)
        for back_s in (10, 15, 30)
        if back_s + 10 <= wanted_s
    }
    assert {when: by_s for when, by_s in late.items() if by_s > 0} == {}


def test_who_lost_green_is_paid_back_once_no_crew_waits() -> None:
    junction, at_ms = at_work(), 2 * CYCLE_MS
    junction.ask(request("K1", "B"), at_ms)
    junction.cancel("K1", at_ms + 65_000)
    assert junction.shown(at_ms + 67_000).plan == ""
    junction.ask(msgspec.structs.replace(request("K2", "B"), green_in_ms=60_000), at_ms + 67_000)
    assert junction.shown(at_ms + 68_000).plan
    junction.cancel("K2", at_ms + 70_000)
    paid = [junction.shown(at_ms + second * 1_000) for second in range(71, 100)]
    assert any(shown.aspects["A"] == Aspect.GREEN and not shown.plan for shown in paid)
    assert paid[-1].plan


def test_afterwards_who_lost_green_is_paid_back_and_the_plan_runs_at_its_own_second() -> None:
    junction = at_work()
    at_ms = 2 * CYCLE_MS
    junction.ask(request("K1", "B"), at_ms)
    junction.cancel("K1", at_ms + 65_000)
    paid = [junction.shown(at_ms + second * 1_000) for second in range(66, 90)]
    assert any(shown.aspects["A"] == Aspect.GREEN and not shown.plan for shown in paid)
    for second in range(160, 230):
        shown = junction.shown(at_ms + second * 1_000)
        planned = planned_at(at_ms + second * 1_000)
        assert [shown.aspects[name] == Aspect.GREEN for name in ("A", "B")] == planned
        assert shown.plan


INNER = msgspec.structs.replace(
    CROSSING,
    groups=tuple(msgspec.structs.replace(CROSSING.groups[0], id=name) for name in ("near", "cross", "far", "turn")),
    intergreens=tuple(
        Intergreen(a, b, 5_000)
        for one, other in (("cross", "far"), ("near", "turn"))
        for a, b in ((one, other), (other, one))
    ),
    plans=(
        Plan(
            "day",
            80_000,
            (
                GreenWindow("near", 0, 35_000),
                GreenWindow("far", 0, 30_000),
                GreenWindow("cross", 40_000, 75_000),
                GreenWindow("turn", 40_000, 75_000),
            ),
        ),
    ),
)
"""A street inside it between the stop lines of `near` and `far`, which `cross` enters."""


def test_stop_lines_behind_one_another_are_green_together_and_nobody_else_fills_the_street_between() -> None:
    junction = SimulatedJunction(INNER, 0)
    at_ms = 160_000 + 45_000
    junction.step_to(at_ms)
    asked = msgspec.structs.replace(request("K1", "near"), also=("far",))
    assert junction.ask(asked, at_ms).state == "queued"
    for second in range(20, 60):
        shown = junction.shown(at_ms + second * 1_000).aspects
        assert {name for name, aspect in shown.items() if aspect == Aspect.GREEN} == {"near", "far"}
    assert junction.ask(msgspec.structs.replace(asked, also=("none",)), at_ms + 60_000).reason == "unknown-group"


IN_TURN = msgspec.structs.replace(
    CROSSING,
    groups=tuple(msgspec.structs.replace(CROSSING.groups[0], id=name, min_green_ms=5_000) for name in "ABC"),
    intergreens=tuple(Intergreen(a, b, 7_000) for a in "ABC" for b in "ABC" if a != b),
    plans=(
        Plan(
            "day",
            60_000,
            (GreenWindow("A", 0, 6_000), GreenWindow("B", 13_000, 30_000), GreenWindow("C", 37_000, 53_000)),
        ),
    ),
)
"""No second serves two of them; the green of A is shorter than the intergreen before it."""


def test_a_short_green_of_the_plan_is_not_eaten_up_by_the_intergreen_before_it() -> None:
    junction = SimulatedJunction(IN_TURN, 0)
    junction.step_to(120_000)
    junction.ask(msgspec.structs.replace(request("K1", "A", leaves_in_ms=250_000), also=("B",)), 120_000)
    green = [
        {name for name, aspect in junction.shown(120_000 + second * 1_000).aspects.items() if aspect == Aspect.GREEN}
        for second in range(20, 220)
    ]
    assert green.count({"A"}) >= 20
    assert green.count({"B"}) >= 60


UNPLANNED = msgspec.structs.replace(CROSSING, plans=(Plan("day", 60_000, (GreenWindow("B", 0, 50_000),)),), hours=())


def test_a_stop_line_that_the_plan_never_serves_gets_green_alone_though_it_serves_the_one_behind() -> None:
    junction = SimulatedJunction(UNPLANNED, 0)
    junction.step_to(120_000)
    junction.ask(msgspec.structs.replace(request("K1", "A"), also=("B",)), 120_000)
    for second in range(30, 80):
        shown = junction.shown(120_000 + second * 1_000).aspects
        assert (shown["A"], shown["B"]) == (Aspect.GREEN, Aspect.RED)
    assert junction.status("K1", 200_000).state == "granted"


ONE_STAGE = msgspec.structs.replace(
    CROSSING,
    groups=tuple(msgspec.structs.replace(CROSSING.groups[0], id=name) for name in ("left", "opposing", "cross")),
    movements=(
        Movement("0", "south", "left", "left", yields_to=("1",)),
        Movement("1", "north", "through", "opposing"),
        Movement("2", "east", "through", "cross"),
    ),
    intergreens=tuple(
        Intergreen(a, b, 5_000) for one in ("left", "opposing") for a, b in ((one, "cross"), ("cross", one))
    ),
    plans=(
        Plan(
            "day",
            80_000,
            (
                GreenWindow("left", 0, 35_000),
                GreenWindow("opposing", 0, 35_000),
                GreenWindow("cross", 40_000, 75_000),
            ),
        ),
    ),
)
"""Who turns left gives way to the opposing stream under green."""


def test_two_vehicles_that_do_not_meet_are_served_together_and_one_that_meets_them_waits() -> None:
    junction = SimulatedJunction(ONE_STAGE, 0)
    at_ms = 160_000 + 45_000
    junction.step_to(at_ms)
    for id, group in (("K1", "left"), ("K2", "opposing"), ("K3", "cross")):
        junction.ask(request(id, group), at_ms)
    for second in range(20, 60):
        shown = junction.shown(at_ms + second * 1_000).aspects
        assert [shown[name] for name in ("left", "opposing", "cross")] == [Aspect.GREEN, Aspect.GREEN, Aspect.RED]
    assert [junction.status(id, at_ms + 60_000).state for id in ("K1", "K2", "K3")] == ["granted"] * 2 + ["overridden"]
    junction.cancel("K2", at_ms + 60_000)
    assert junction.shown(at_ms + 70_000).aspects["opposing"] == Aspect.RED  # who turns left is not to wait for it


def test_two_vehicles_that_the_plan_serves_in_different_stages_are_green_together_where_they_do_not_meet() -> None:
    windows = (GreenWindow("left", 0, 30_000), GreenWindow("opposing", 30_000, 50_000))
    plan = Plan("day", 80_000, (*windows, GreenWindow("cross", 55_000, 75_000)))
    junction = SimulatedJunction(msgspec.structs.replace(ONE_STAGE, plans=(plan,)), 0)
    at_ms = 160_000
    junction.step_to(at_ms)
    junction.ask(request("K1", "left"), at_ms)
    junction.ask(request("K2", "opposing"), at_ms)
    for second in range(20, 60):
        shown = junction.shown(at_ms + second * 1_000).aspects
        assert [shown["left"], shown["opposing"]] == [Aspect.GREEN, Aspect.GREEN]


def test_the_higher_level_goes_first_and_the_other_is_overridden() -> None:
    junction = at_work()
    at_ms = 2 * CYCLE_MS
    junction.ask(request("K1", "B", level=2), at_ms)
    junction.ask(request("K2", "A", level=1), at_ms + 20_000)
    assert junction.status("K1", at_ms + 40_000).state == "overridden"
    assert junction.status("K2", at_ms + 40_000).state == "granted"


def test_a_request_ends_by_itself_when_its_vehicle_is_through() -> None:
    junction = at_work()
    at_ms = 2 * CYCLE_MS
    junction.ask(request("K1", "B", leaves_in_ms=10_000), at_ms)
    assert junction.status("K1", at_ms + 9_000).state in ("processing", "granted")
    assert junction.status("K1", at_ms + 11_000).state == "completed"


def test_what_it_cannot_serve_it_refuses_by_name() -> None:
    junction = at_work()
    assert junction.ask(request("K1", "nowhere"), 2 * CYCLE_MS).reason == "unknown-group"
    for nth in range(REQUESTS_MAX):
        junction.ask(request(f"K{nth}", "A"), 2 * CYCLE_MS)
    assert junction.ask(request("one too many", "A"), 2 * CYCLE_MS).reason == "busy"
    assert junction.ask(request("K0", "A"), 2 * CYCLE_MS).state != "refused"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.sampled_from(("ask", "cancel")), st.integers(0, 3), st.sampled_from(("A", "B"))
        ),
        max_size=30,
    )
)
def test_whatever_is_asked_no_two_greens_meet_and_every_intergreen_is_kept(
    deeds: list[tuple[int, str, int, str]],
) -> None:
    junction, at_ms = at_work(), 2 * CYCLE_MS
    rules = rules_of(CROSSING)
    ended = {"A": -100_000, "B": -100_000}
    was: dict[str, int] = {}
    for wait_s, deed, nth, group in deeds:
        for _ in range(wait_s + 1):
            at_ms += 1_000
            aspects = junction.shown(at_ms).aspects
            assert list(aspects.values()).count(Aspect.GREEN) <= 1
            for i, name in enumerate(("A", "B")):
                if was.get(name) == Aspect.GREEN and aspects[name] != Aspect.GREEN:
                    ended[name] = at_ms
                other = "AB"[1 - i]
                if aspects[name] == Aspect.GREEN and was.get(name) != Aspect.GREEN:
                    assert rules.least_ms[1 - i][i] != TOGETHER
                    assert at_ms - ended[other] >= rules.least_ms[1 - i][i]
            was = aspects
        if deed == "ask":
            junction.ask(request(f"K{nth}", group, 1 + nth % 2), at_ms)
        else:
            junction.cancel(f"K{nth}", at_ms)


def test_a_junction_that_is_not_there_is_lost_and_nothing_is_raised() -> None:
    def find(id: str) -> Junction | None:
        return CROSSING if id == "J1" else None

    controllers = SimulatedControllers(find, lambda: 10_000_000)

    async def asked() -> list[str]:
        elsewhere = PriorityRequest(id="K1", junction="J9", group="A", arrives_in_ms=1, leaves_in_ms=2)
        states = [
            await controllers.ask(elsewhere),
            await controllers.cancel("J9", "K1"),
            await controllers.status("J9", "K1"),
            await controllers.ask(request("K1", "A")),
        ]
        assert (await controllers.shown("J9")).fault
        assert (await controllers.shown("J1")).aspects
        return [status.state for status in states]

    assert asyncio.run(asked())[:3] == ["lost"] * 3
