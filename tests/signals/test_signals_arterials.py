"""Arterials found by a street's name, and those of junctions that a person lists."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.arterial import task_of
from turnout.signals.arterials_by_street import APART_MAX_M, FEWEST, arterial_through, arterials_of
from turnout.signals.check import check
from turnout.signals.model import Approach, Arterial, GreenWindow, Junction, Movement, Plan, SignalGroup, Signals, Wave
from turnout.words.name import Name
from turnout.words.trouble import Malformed

MAIN, SIDE = Name("Main Street", "主街"), Name("Mill Lane", "磨坊巷")
DEGREE_M = 111_195.08
"""Of latitude."""
SIDES = {"west": 90.0, "east": 270.0, "south": 0.0, "north": 180.0}


def a_junction(id: str, east_m: float, north_m: float = 0.0, sides: tuple[str, ...] = tuple(SIDES)) -> Junction:
    """Main Street runs east and west there, Mill Lane north and south; group by the side that traffic comes from."""
    approaches = tuple(
        Approach(side, Name(side, side), 1, 10.0, MAIN if side in ("west", "east") else SIDE, SIDES[side])
        for side in sides
    )
    groups = tuple(SignalGroup(side, "vehicle", 5_000, 3_000) for side in sides)
    plan = Plan("day", 60_000, tuple(GreenWindow(side, 0, 20_000) for side in sides))
    return Junction(
        id=id,
        name=Name(id, id),
        at=(10.0 + east_m / (DEGREE_M * math.cos(math.radians(50.0))), 50.0 + north_m / DEGREE_M),
        approaches=approaches,
        movements=tuple(Movement(side, side, "through", side) for side in sides),
        groups=groups,
        plans=(plan,),
    )


def a_street(*east_m: float, sides: tuple[str, ...] = tuple(SIDES)) -> Signals:
    return Signals(tuple(a_junction(f"J{nth}", metres, 0.0, sides) for nth, metres in enumerate(east_m)))


def test_a_street_is_found_with_its_junctions_in_order_and_the_groups_of_both_ways() -> None:
    shuffled = Signals(tuple(a_street(0, 300, 500, 900).junctions[nth] for nth in (2, 0, 3, 1)))
    (main,) = arterials_of(shuffled)
    assert main.name == MAIN
    assert [stop.junction for stop in main.stops] == ["J0", "J1", "J2", "J3"]
    assert [stop.to_next_m for stop in main.stops] == pytest.approx([300, 200, 400, 0], abs=0.2)
    assert {(stop.outbound, stop.inbound) for stop in main.stops} == {("west", "east")}
    assert main.stops[0].speed_mps == (8.5, 10.0)


def test_what_is_found_can_be_given_to_the_band_programmes() -> None:
    signals = a_street(0, 300, 500)
    (main,) = arterials_of(signals)
    with_wave = msgspec.structs.replace(main, waves=(Wave(id="day", plan="day"),))
    assert not [each for each in check(Signals(signals.junctions, (with_wave,))) if each.severity == "error"]
    task = task_of(signals, with_wave, with_wave.waves[0])
    assert [site.at_m for site in task.sites] == pytest.approx([0, 300, 500], abs=0.2)


def test_a_one_way_street_has_its_one_group_both_ways() -> None:
    (main,) = arterials_of(a_street(0, 300, 500, sides=("east",)))
    assert [stop.junction for stop in main.stops] == ["J0", "J1", "J2"]
    assert {(stop.outbound, stop.inbound) for stop in main.stops} == {("east", "east")}


def test_a_gap_ends_an_arterial_and_two_junctions_make_none() -> None:
    found = arterials_of(a_street(0, 300, 500, 500 + APART_MAX_M + 1, 2_300, 2_600))
    assert [[stop.junction for stop in arterial.stops] for arterial in found] == [
        ["J0", "J1", "J2"],
        ["J3", "J4", "J5"],
    ]
    assert [arterial.id for arterial in found] == ["Main Street", "Main Street 2"]
    assert arterials_of(a_street(0, 300)) == ()


def test_a_junction_beside_the_street_or_without_a_place_is_none_of_its_junctions() -> None:
    placeless = msgspec.structs.replace(a_junction("nowhere", 400), at=None)
    beside = a_junction("beside", 250, 400, ("north", "south"))
    (main,) = arterials_of(Signals((*a_street(0, 300, 500).junctions, placeless, beside)))
    assert [stop.junction for stop in main.stops] == ["J0", "J1", "J2"]


def test_a_person_lists_the_junctions_and_is_told_which_two_do_not_follow() -> None:
    signals = Signals((*a_street(0, 300, 500).junctions, a_junction("far", 9_000)))
    listed = arterial_through(signals, Name("Evening", "晚高峰"), ["J2", "J1", "J0"])
    assert [(stop.junction, stop.outbound, stop.inbound) for stop in listed.stops] == [
        ("J2", "east", "west"),
        ("J1", "east", "west"),
        ("J0", "east", "west"),
    ]
    with pytest.raises(Malformed, match="J2 and far lie more than 1500 m apart"):
        arterial_through(signals, MAIN, ["J0", "J1", "J2", "far"])
    with pytest.raises(Malformed, match="moon is no junction here"):
        arterial_through(signals, MAIN, ["J0", "moon"])
    for wrong in (["J0"], ["J0", "J1", "J0"]):
        with pytest.raises(Malformed, match="each once"):
            arterial_through(signals, MAIN, wrong)
    no_way = Signals((a_junction("A", 0, 0, ("north",)), a_junction("B", 300, 0, ("north",))))
    with pytest.raises(Malformed, match="nothing comes to B from A"):
        arterial_through(no_way, MAIN, ["A", "B"])
    headless = msgspec.structs.replace(no_way.junctions[0], approaches=())
    with pytest.raises(Malformed, match="does not say where traffic comes from"):
        arterial_through(Signals((headless, no_way.junctions[1])), MAIN, ["A", "B"])


@given(
    st.lists(st.tuples(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000)), max_size=14),
    st.lists(st.sampled_from([("west",), ("east",), ("west", "east"), tuple(SIDES), ("north",)]), min_size=14),
)
@settings(max_examples=200, deadline=None)
def test_wherever_junctions_stand_each_is_once_on_a_street_and_never_too_far_from_the_next(
    places: list[tuple[float, float]], sides: list[tuple[str, ...]]
) -> None:
    junctions = [
        a_junction(f"J{nth}", *place, its) for nth, (place, its) in enumerate(zip(places, sides, strict=False))
    ]
    signals = Signals(tuple(junctions))
    found = arterials_of(signals)
    assert len({arterial.id for arterial in found}) == len(found)
    assert not [each for each in check(Signals(signals.junctions, found)) if each.severity == "error"]
    for street in (MAIN, SIDE):
        named = [stop.junction for arterial in found if arterial.name == street for stop in arterial.stops]
        assert len(named) == len(set(named))
    for arterial in found:
        assert len(arterial.stops) >= FEWEST
        assert all(0 < stop.to_next_m <= APART_MAX_M for stop in arterial.stops[:-1])
        assert comes_back_the_same(signals, arterial)


def comes_back_the_same(signals: Signals, arterial: Arterial) -> bool:
    """Listed by a person in the same order, the same lengths and speeds are found."""
    listed = arterial_through(signals, arterial.name, [stop.junction for stop in arterial.stops])
    return [stop.to_next_m for stop in listed.stops] == [stop.to_next_m for stop in arterial.stops]
