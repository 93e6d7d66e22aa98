"""After dispatch (3.16): a unit that is free now and would be there sooner than one still on its way."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.core.board import Assignment, Available, OutOfService
from turnout.core.catalogue import Need, Station
from turnout.recommend import Fix, say_swap, still_holds, swaps
from turnout.roads import Spot
from turnout.words.moment import Moment
from turnout.words.place import Place

from .conftest import KINDS, NOW, Ruler, a_board, a_city, a_plan, a_unit, an_incident, name, on

GAIN_S = 120


def seen_at(lon_s: float, age_s: float = 5) -> Fix:
    """A fix so many seconds of driving from the incident."""
    return Fix(Place(1.0, lon_s / 1000), Moment(round(NOW - age_s * 1000)), Spot(round(lon_s), 0.0))


def under_way(unit_id: str = "E7", kind: str = "engine", stage: str = "enroute", **more):
    return a_unit(unit_id, kind, "S4", status=on("I1", stage), **more)


def a_fire(*going: str, **more):
    assignments = tuple(Assignment(unit=unit, by="d1", times={"dispatched": NOW}) for unit in going)
    return an_incident(status="active", assignments=assignments, **more)


def found(*units, fire=None, positions=None, city=None):
    going = [unit.id for unit in units if not isinstance(unit.status, Available | OutOfService)]
    board = a_board(city or a_city(a_plan(Need("engine", 1))), [fire or a_fire(*going)], *units)
    where = {"E7": seen_at(400)} if positions is None else positions
    return swaps(board, NOW, where, Ruler()), board


def test_a_free_unit_that_would_be_there_two_minutes_sooner_is_suggested():
    """E12 in quarters at 100 s and 80 s of turnout, against 400 s of driving."""
    (swap,), board = found(under_way(), a_unit("E12", "engine", "S1"))
    assert (swap.unit, swap.by, swap.unit_s, swap.by_s, swap.gain_s) == ("E7", "E12", 400, 180, 220)
    assert (swap.incident_id, swap.stage, swap.capabilities) == ("I1", "enroute", ("engine",))
    assert say_swap(swap).en == "E12 would be there 4 min sooner than E7 (en route)"
    assert say_swap(swap).zh == "E12 可比 E7（在途）早到 4 分钟"
    assert swap.offer.proposed[0].unit == "E12"
    assert still_holds(swap, board)


def test_for_less_than_the_city_wants_nobody_is_turned_round():
    near = {"E7": seen_at(180 + GAIN_S)}
    assert len(found(under_way(), a_unit("E12", "engine", "S1"), positions=near)[0]) == 1
    nearer = {"E7": seen_at(180 + GAIN_S - 1)}
    assert found(under_way(), a_unit("E12", "engine", "S1"), positions=nearer)[0] == ()
    city = msgspec.structs.replace(a_city(a_plan(Need("engine", 1))), swap_gain_s=300)
    assert found(under_way(), a_unit("E12", "engine", "S1"), city=city)[0] == ()


@pytest.mark.parametrize("stage", ["staged", "on-scene", "at-patient", "transporting"])
def test_who_has_arrived_or_waits_in_readiness_is_left_alone(stage):
    assert found(under_way(stage=stage), a_unit("E12", "engine", "S1"))[0] == ()


@pytest.mark.parametrize(
    "other",
    [
        a_unit("E12", "engine", "S1", status=OutOfService("pump")),
        a_unit("E12", "engine", "S1", staffed=False),
        a_unit("E12", "engine", "S1", duress=NOW),
        a_unit("E12", "engine", "S1", agency="PD"),
        a_unit("E12", "engine", "S1", agency="NB"),
        a_unit("E12", "truck", "S1"),
    ],
)
def test_who_may_not_go_or_cannot_do_the_same_is_not_suggested(other):
    assert found(under_way(), other)[0] == ()


def test_what_a_unit_was_sent_for_is_what_the_other_must_be_able_to_do():
    """A quint sent where the plan wants an engine and a ladder is not swapped for an engine alone."""
    city = a_city(a_plan(Need("engine", 1), Need("truck", 1)))
    quint = under_way(kind="quint")
    assert found(quint, a_unit("E12", "engine", "S1"), city=city)[0] == ()
    assert len(found(quint, a_unit("Q2", "quint", "S1"), city=city)[0]) == 1
    assert len(found(quint, a_unit("E12", "engine", "S1"))[0]) == 1


@pytest.mark.parametrize("positions", [{}, {"E7": seen_at(400, age_s=600)}])
def test_where_it_is_not_known_how_far_a_crew_has_come_nothing_is_claimed(positions):
    assert found(under_way(), a_unit("E12", "engine", "S1"), positions=positions)[0] == ()


def test_a_crew_that_has_not_set_out_is_reckoned_from_its_station_with_what_is_left_of_its_turnout():
    """S4 is 400 s away; of 80 s of turnout 30 have passed."""
    waiting = under_way(stage="acknowledged", since=Moment(NOW - 30_000))
    (swap,), _ = found(waiting, a_unit("E12", "engine", "S1"), positions={})
    assert swap.unit_s == 450


def test_for_what_can_wait_no_station_is_emptied():
    stations = {"S1": Station("S1", name("S1"), "FD", Place(1.0, 0.1), keep_available={"engine": 1})}
    city = a_city(a_plan(Need("engine", 1)))
    city = msgspec.structs.replace(city, stations=city.stations | stations)
    urgent, can_wait = (a_fire("E7", priority=priority) for priority in (1, 3))
    assert len(found(under_way(), a_unit("E12", "engine", "S1"), fire=urgent, city=city)[0]) == 1
    assert found(under_way(), a_unit("E12", "engine", "S1"), fire=can_wait, city=city)[0] == ()


def test_one_free_unit_is_suggested_for_one_swap_only_where_it_gains_most():
    two = {"E7": seen_at(400), "E8": seen_at(600)}
    (swap,), _ = found(under_way(), under_way("E8"), a_unit("E12", "engine", "S1"), positions=two)
    assert (swap.unit, swap.gain_s) == ("E8", 420)


def test_a_suggestion_no_longer_holds_once_either_has_moved_on():
    (swap,), board = found(under_way(), a_unit("E12", "engine", "S1"))
    for unit in (under_way(stage="on-scene"), a_unit("E12", "engine", "S1", status=on("I2"))):
        later = msgspec.structs.replace(board, units=board.units | {unit.id: unit})
        assert not still_holds(swap, later)


@settings(max_examples=300, deadline=None)
@given(
    going=st.lists(st.tuples(st.sampled_from(["engine", "truck", "quint"]), st.integers(0, 900)), max_size=4),
    free=st.lists(
        st.tuples(st.sampled_from(["engine", "truck", "quint"]), st.sampled_from(["S1", "S2", "S3", "S4"])), max_size=5
    ),
    priority=st.integers(1, 5),
)
def test_a_swap_always_gains_enough_with_a_free_unit_that_can_do_the_same(going, free, priority):
    moving = [under_way(f"G{n}", kind) for n, (kind, _) in enumerate(going)]
    spare = [a_unit(f"F{n}", kind, station) for n, (kind, station) in enumerate(free)]
    positions = {f"G{n}": seen_at(far) for n, (_, far) in enumerate(going)}
    city = a_city(a_plan(Need("engine", 1), Need("truck", 1)))
    fire = a_fire(*(unit.id for unit in moving), priority=priority)
    suggested, board = found(*moving, *spare, fire=fire, positions=positions, city=city)
    named = [unit for swap in suggested for unit in (swap.unit, swap.by)]
    assert len(named) == len(set(named))
    for swap in suggested:
        assert swap.gain_s >= GAIN_S - 1
        assert isinstance(board.units[swap.by].status, Available)
        wanted = {"engine", "truck"} & set(KINDS[board.units[swap.unit].kind].capabilities)
        assert wanted <= board.units[swap.by].capabilities
