"""A vehicle with priority is served by the plan's own seconds: stop lines behind one another, stages as they are."""

from collections.abc import Iterable, Sequence

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from turnout.signals.model import GreenWindow, Junction, Movement, Plan, SignalGroup
from turnout.signals.serving import Serving, gives_way_to, green_at, serving_ms
from turnout.words.name import Name

NAMES = ("near", "far", "turn", "cross")
JUNCTION = Junction(
    id="J1",
    name=Name("Market Square", "集市广场"),
    groups=tuple(SignalGroup(name, "vehicle", 5_000, 3_000) for name in NAMES),
)
"""Nothing is known of its movements."""
PLAN = Plan(
    "day",
    90_000,
    (
        GreenWindow("near", 0, 30_000),
        GreenWindow("far", 5_000, 35_000),
        GreenWindow("turn", 20_000, 35_000),
        GreenWindow("cross", 40_000, 80_000),
    ),
)


def let_out(serving: Serving, groups: Sequence[str], at_s: Iterable[int]) -> list[list[bool] | None]:
    """Second by second, where what is asked for is green at once."""
    asked: list[list[bool] | None] = []
    shown: tuple[str, ...] = ()
    for second in at_s:
        greens = serving.greens(groups, second * 1_000, shown)
        shown = tuple(name for name, green in zip(NAMES, greens or (), strict=False) if green)
        asked.append(greens)
    return asked


def test_stop_lines_behind_one_another_are_green_together_where_the_plan_has_such_seconds() -> None:
    serving = Serving(JUNCTION, PLAN)
    shown = let_out(serving, ("near", "far"), range(50, 110))
    assert shown[0] == [True, True, False, False]
    assert all(greens is not None and greens[0] and greens[1] and not greens[3] for greens in shown)


def test_the_stages_of_the_plan_that_serve_follow_one_another_so_that_who_turns_across_is_let_out() -> None:
    serving = Serving(JUNCTION, PLAN)
    shown = let_out(serving, ("near", "far"), range(5, 80))
    turns = [greens is not None and greens[2] for greens in shown]
    assert turns[:50] == ([False] * 15 + [True] * 10) * 2


def test_where_no_second_has_all_green_those_that_have_any_are_run_through_in_turn() -> None:
    serving = Serving(JUNCTION, PLAN)
    shown = let_out(serving, ("near", "cross"), range(140))
    assert all(greens is not None and greens[0] != greens[3] for greens in shown)
    assert [shown[second] for second in (0, 29, 30, 69, 70)] == [
        [True, False, False, False],
        [True, True, True, False],
        [False, False, False, True],
        [False, False, False, True],
        [True, False, False, False],
    ]


def test_a_group_that_the_plan_never_serves_has_no_seconds() -> None:
    assert Serving(JUNCTION, PLAN).greens(("other",), 0, ()) is None


def test_where_the_plan_never_serves_the_next_stop_line_the_one_behind_it_is_not_served_instead() -> None:
    assert Serving(JUNCTION, PLAN).greens(("other", "near"), 0, ()) is None
    assert Serving(JUNCTION, PLAN).greens(("near", "other"), 0, ()) == [True, False, False, False]


def test_a_second_lasts_until_somebody_on_the_way_is_green_so_that_no_intergreen_eats_it_up() -> None:
    serving = Serving(JUNCTION, PLAN)
    assert [serving.greens(("near", "cross"), second * 1_000, ("turn",)) for second in range(29, 60)] == [
        [True, True, True, False]
    ] * 31
    assert serving.greens(("near", "cross"), 60_000, ("near",)) == [False, False, False, True]


def test_where_the_plan_has_seconds_for_both_of_two_vehicles_it_is_those() -> None:
    serving = Serving(JUNCTION, PLAN)
    assert serving.greens(("near",), 0, (), ("turn",)) == [True, True, True, False]
    assert serving.greens(("near",), 1_000, ("near",), ("cross",)) == [True, True, True, False]  # it never has: near
    turning = Movement("0", "south", "left", "near", yields_to=("1",))
    junction = with_movements(turning, Movement("1", "north", "through", "turn"))
    assert Serving(junction, PLAN).greens(("near",), 22_000, (), ("turn",)) == [True, True, True, False]


def test_green_that_the_plan_gives_already_goes_on_and_the_next_request_begins_where_the_plan_is() -> None:
    serving = Serving(JUNCTION, PLAN)
    assert serving.greens(("near", "far"), 25_000, ()) == [True, True, True, False]
    serving.end()
    assert serving.greens(("near", "far"), 99_000, ()) == [True, True, False, False]


def with_movements(*movements: Movement) -> Junction:
    return msgspec.structs.replace(JUNCTION, movements=movements)


def test_seconds_at_which_the_whole_approach_has_green_go_first_for_who_turns_off_stands_in_the_way() -> None:
    junction = with_movements(Movement("0", "south", "through", "near"), Movement("1", "south", "left", "turn"))
    serving = Serving(junction, PLAN)
    shown = let_out(serving, ("near", "far"), range(80))
    assert shown == [[True, True, True, False]] * 80
    assert serving.greens(("near", "cross"), 80_000, ()) is not None  # no such second: what serves all the same


def test_those_to_whom_the_served_give_way_under_green_are_not_asked_for_unless_they_are_on_the_way_too() -> None:
    turning = Movement("0", "south", "left", "near", yields_to=("1",))
    junction = with_movements(turning, Movement("1", "north", "through", "turn"))
    assert Serving(junction, PLAN).greens(("near", "far"), 22_000, ()) == [True, True, False, False]
    assert Serving(junction, PLAN).greens(("near", "turn"), 22_000, ()) == [True, True, True, False]


def test_who_turns_off_beside_the_served_has_green_although_one_from_elsewhere_gives_way_to_him() -> None:
    junction = with_movements(
        Movement("0", "south", "through", "near"),
        Movement("1", "south", "right", "turn"),
        Movement("2", "north", "left", "near", yields_to=("0", "1")),
    )
    assert gives_way_to(junction)["near"] == frozenset()
    assert Serving(junction, PLAN).greens(("near",), 22_000, ()) == [True, True, True, False]


def test_those_to_whom_who_turns_off_beside_the_served_gives_way_wait_so_that_his_lane_does_not_fill() -> None:
    junction = with_movements(
        Movement("0", "south", "through", "near"),
        Movement("1", "south", "left", "turn", yields_to=("2", "3")),
        Movement("2", "north", "through", "far"),
        Movement("3", "east", "right", "cross"),
    )
    serving = Serving(junction, PLAN)
    assert serving.greens(("near",), 22_000, ()) == [True, False, True, False]
    assert serving.greens(("near",), 23_000, ("near",), ("far",)) == [True, True, True, False]  # somebody needs it
    assert Serving(junction, PLAN).greens(("far",), 22_000, ()) == [True, True, True, False]  # not his approach


def test_who_turns_off_to_one_side_does_not_wait_for_who_turns_off_to_the_other() -> None:
    junction = with_movements(
        Movement("0", "south", "through", "near"),
        Movement("1", "south", "left", "turn", yields_to=("4",)),
        Movement("2", "south", "right", "far"),
        Movement("3", "north", "left", "turn", yields_to=("2",)),
        Movement("4", "north", "right", "far"),
    )
    assert Serving(junction, PLAN).greens(("near",), 22_000, ()) == [True, True, True, False]


def test_who_always_gives_way_to_the_through_movement_of_his_own_approach_is_served_without_it() -> None:
    junction = with_movements(
        Movement("0", "south", "left", "near", yields_to=("3",)),
        Movement("1", "south", "through", "turn"),
        Movement("2", "north", "left", "near", yields_to=("1",)),
        Movement("3", "north", "through", "turn"),
    )
    assert gives_way_to(junction)["near"] == {"turn"}
    assert Serving(junction, PLAN).greens(("near",), 22_000, ()) == [True, True, False, False]


plans = st.integers(10, 120).flatmap(
    lambda cycle_s: st.lists(
        st.builds(
            lambda group, start, lasts: GreenWindow(group, start * 1_000, (start + lasts) % cycle_s * 1_000),
            st.sampled_from(NAMES),
            st.integers(0, cycle_s - 1),
            st.integers(1, cycle_s - 1),
        ),
        max_size=8,
    ).map(lambda windows: Plan("any", cycle_s * 1_000, tuple(windows)))
)


@given(plans, st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 10_000))
def test_only_greens_of_the_plan_are_asked_for_and_never_without_those_on_the_way(
    plan: Plan, groups: set[str], at_s: int
) -> None:
    seconds = [green_at(plan, second) for second in range(0, plan.cycle_ms, 1_000)]
    has_all = any(groups <= green for green in seconds)
    serving = Serving(JUNCTION, plan)
    first = min(groups)
    for greens in let_out(serving, sorted(groups), range(at_s, at_s + plan.cycle_ms // 1_000)):
        if greens is None:
            assert not any(first in green for green in seconds)
            continue
        shown = frozenset(name for name, green in zip(NAMES, greens, strict=True) if green)
        assert shown in seconds
        assert groups <= shown if has_all else groups & shown


@given(plans, st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 10_000))
def test_every_second_that_serves_has_its_turn_in_the_order_of_the_plan(
    plan: Plan, groups: set[str], at_s: int
) -> None:
    turns = serving_ms(plan, frozenset(groups))
    assert turns == sorted(set(turns))
    assume(any(min(groups) in green_at(plan, turn) for turn in range(0, plan.cycle_ms, 1_000)))
    shown = let_out(Serving(JUNCTION, plan), sorted(groups), range(at_s, at_s + 2 * len(turns)))
    once_round = [[name in green_at(plan, turn) for name in NAMES] for turn in turns]
    begins = next((nth for nth, turn in enumerate(turns) if turn >= at_s * 1_000 % plan.cycle_ms), 0)
    assert shown == 2 * (once_round[begins:] + once_round[:begins])
