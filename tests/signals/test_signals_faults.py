"""Which detectors are not believed, by counts alone: what vehicles may do on a street in order breaks none of them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.streets import PLACES_M, a_crossing
from turnout.signals.adaptive.faults import LOOK_MS, FaultWatch
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Seen

LOOKS = 20
"""Ten minutes."""


def found(every_look: Mapping[str, int], layout: Layout | None = None) -> dict[str, str]:
    """What is wrong with whom, of detectors that count so many in each half minute."""
    layout = layout or a_crossing()
    seen = {name: Seen(0) for mark in layout.marks for name in (mark.detector,)}
    seen |= {name: Seen(0) for lane in layout.lanes for name in lane.exits}
    watch = FaultWatch(layout, seen)
    for nth in range(1, LOOKS + 1):
        for name, count in every_look.items():
            seen[name].total += count
        watch.step(nth * LOOK_MS)
    return {name: fault.kind for name, fault in watch.faults.items()}


def main_road(m1: tuple[int, int, int], m2: tuple[int, int, int]) -> dict[str, int]:
    """Counts at 50, 22 and 2.5 m before the stop line."""
    places = PLACES_M[::-1]
    return {f"{lane}@{m}": n for lane, counts in (("m1", m1), ("m2", m2)) for m, n in zip(places, counts, strict=True)}


def test_who_passes_a_detector_by_the_lane_beside_does_not_make_it_silent() -> None:
    """All of them change lanes before it, and as many back behind it. Nor does the one beside count double."""
    assert found(main_road((2, 0, 2), (1, 3, 1))) == {}


def test_one_that_is_passed_by_and_missing_at_its_place_is_silent() -> None:
    assert found(main_road((2, 0, 2), (1, 1, 1))) == {"m1@22.0": "silent"}


def test_a_lane_that_nobody_uses_has_no_silent_detector_where_somebody_begins_his_way_beside_it() -> None:
    """From a yard between two places; so it was on two approaches of RESCO's arterial of sixteen signals."""
    assert found(main_road((0, 0, 0), (2, 3, 3))) == {}


@pytest.mark.parametrize("name", ["m1@50.0", "m1@2.5"])
def test_the_first_and_the_last_of_a_lane_are_silent_where_their_neighbour_sees_who_is_missing(name: str) -> None:
    counts = main_road((2, 2, 2), (2, 2, 2)) | {name: 0}
    assert found(counts) == {name: "silent"}


def test_counts_on_the_two_sides_of_a_side_street_are_not_compared() -> None:
    counts = main_road((4, 2, 2), (4, 2, 2))
    assert found(counts) == {"m1@50.0": "double", "m2@50.0": "double"}
    assert found(counts, with_a_side_street()) == {}
    assert found(main_road((0, 2, 2), (2, 2, 2)), with_a_side_street()) == {}


def test_one_that_counts_double_is_named_though_there_is_a_lane_beside() -> None:
    assert found(main_road((2, 4, 2), (2, 2, 2))) == {"m1@22.0": "double"}


def with_a_side_street() -> Layout:
    """Between 50 and 22 m before the stop line."""
    layout = a_crossing()
    marks = [
        replace(mark, ways=tuple(replace(way, is_open=True) for way in mark.ways))
        if mark.detector in ("m1@50.0", "m2@50.0")
        else mark
        for mark in layout.marks
    ]
    return replace(layout, marks=tuple(marks))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-4, 4), st.integers(-4, 4)), min_size=1))
def test_none_is_broken_where_all_who_pass_a_place_are_seen_there(looks: list[tuple[int, int, int, int]]) -> None:
    """However they change lanes between two places: as many pass each place, on either lane."""
    layout = a_crossing()
    seen = {mark.detector: Seen(0) for mark in layout.marks}
    seen |= {name: Seen(0) for lane in layout.lanes for name in lane.exits}
    watch = FaultWatch(layout, seen)
    for nth in range(1, LOOKS + 1):
        m1, m2, first, then = looks[nth % len(looks)]
        for place, moved in zip(PLACES_M[::-1], (0, first, then), strict=True):
            left = min(max(m1 - moved, 0), m1 + m2)
            seen[f"m1@{place}"].total += left
            seen[f"m2@{place}"].total += m1 + m2 - left
        watch.step(nth * LOOK_MS)
    assert watch.faults == {}
