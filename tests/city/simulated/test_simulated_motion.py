"""A drive takes the time it is to take, never jumps, and slows where a vehicle would."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.city.simulated.motion import Motion
from turnout.words.place import Place, distance_m

BLOCK = 0.001  # about 111 m north


def north(count: int, speed_mps: float = 12.0) -> tuple[list[Place], list[float]]:
    line = [Place(37.77 + BLOCK * i, -122.42) for i in range(count)]
    return line, [i * 111.2 / speed_mps for i in range(count)]


def test_it_starts_and_ends_standing_and_drives_in_between() -> None:
    motion = Motion(*north(6))
    assert motion.after(0.0).speed_mps < 0.5
    assert motion.after(motion.total_s / 2).speed_mps == pytest.approx(12.0, rel=0.01)
    assert motion.after(motion.total_s).speed_mps == 0.0
    assert motion.after(motion.total_s / 2).heading_deg == pytest.approx(0.0, abs=1.0)


def test_a_drawn_time_is_met_exactly() -> None:
    line, clock_s = north(6)
    motion = Motion(line, clock_s, total_s=200.0)
    assert motion.total_s == 200.0
    assert distance_m(motion.after(200.0).place, line[-1]) < 0.1
    assert distance_m(motion.after(195.0).place, line[-1]) > 0.5


def test_it_slows_for_a_corner() -> None:
    line = [Place(37.77, -122.42), Place(37.773, -122.42), Place(37.773, -122.416)]
    motion = Motion(line, [0.0, 25.0, 50.0])
    speeds = [(distance_m(motion.after(t / 4).place, line[1]), motion.after(t / 4).speed_mps) for t in range(200)]
    assert min(speeds)[1] < 6.5
    assert max(speed for _, speed in speeds) > 12.0


@given(
    st.lists(st.tuples(st.floats(-0.003, 0.003), st.floats(-0.003, 0.003)), min_size=1, max_size=12),
    st.floats(5.0, 1500.0),
)
def test_positions_never_jump_further_than_a_fast_vehicle_drives(
    steps: list[tuple[float, float]], total_s: float
) -> None:
    line, clock_s = [Place(37.77, -122.42)], [0.0]
    for dlat, dlon in steps:
        line.append(Place(line[-1].lat + dlat, line[-1].lon + dlon))
        clock_s.append(clock_s[-1] + distance_m(line[-2], line[-1]) / 13.0)
    motion = Motion(line, clock_s, total_s)
    fixes = [motion.after(total_s * i / 400) for i in range(401)]
    length_m = sum(distance_m(a, b) for a, b in pairwise(line))
    for a, b in pairwise(fixes):
        assert distance_m(a.place, b.place) <= max(2.0, 6.0 * length_m / 400)
    assert distance_m(fixes[-1].place, line[-1]) < 1.0


def test_a_way_of_no_length_ends_where_it_begins() -> None:
    here = Place(37.77, -122.42)
    assert Motion([here, here], [0.0, 0.0], 30.0).after(10.0).place == here
