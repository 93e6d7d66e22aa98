"""Which places are believed, which are named and refused, and what is kept of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.telemetry.latest import Fix, Latest
from turnout.telemetry.plausible import CODES, FUTURE_MS
from turnout.words.identity import UnitId
from turnout.words.moment import Moment

NOW = Moment(1_800_000_000_000)
BOUNDS = (-122.52, 37.70, -122.35, 37.84)
HERE = (37.7793, -122.4193)
E07, M12 = UnitId("E07"), UnitId("M12")


def latest() -> Latest:
    return Latest([E07, M12], BOUNDS)


def fix(unit: str = "E07", at: int = 0, place: tuple[float, float] = HERE, **more: Any) -> Fix:
    return Fix(unit=unit, lat=place[0], lon=place[1], at=Moment(NOW + at), **more)


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        (fix(place=(0.0, 0.0)), "place-zero"),
        (fix(place=(-122.4193, 37.7793)), "swapped-axes"),
        (fix(place=(95.0, 10.0)), "place-not-on-earth"),
        (fix(place=(34.05, -118.24)), "outside-city"),
        (fix(at=FUTURE_MS + 1), "fix-in-the-future"),
        (fix(unit="E99"), "unknown-unit"),
        (fix(place=(float("nan"), -122.4)), "place-not-on-earth"),
    ],
)
def test_a_place_that_cannot_be_is_refused_by_name(reported: Fix, code: str) -> None:
    held = latest()
    taken = held.take([reported], NOW)
    assert [refused.code for refused in taken.refused] == [code]
    assert held.list_all() == []


def test_a_good_place_is_held_with_what_came_with_it() -> None:
    held = latest()
    taken = held.take([fix(heading=90.0, speed_mps=8.0, source="gps")], NOW)
    assert (taken.taken, taken.units) == (1, (E07,))
    found = held.find(E07)
    assert found is not None
    assert (found.place.lat, found.heading, found.speed_mps, found.source) == (37.7793, 90.0, 8.0, "gps")


def test_an_older_fix_than_the_one_held_changes_nothing() -> None:
    held = latest()
    held.take([fix(at=0, place=(37.78, -122.42))], NOW)
    taken = held.take([fix(at=-1_000)], NOW)
    assert [refused.code for refused in taken.refused] == ["fix-older-than-held"]
    found = held.find(E07)
    assert found is not None
    assert found.place.lat == 37.78


def test_a_small_error_forward_in_time_is_taken() -> None:
    assert latest().take([fix(at=FUTURE_MS - 1)], NOW).taken == 1


def test_a_jump_is_kept_aside_until_two_further_fixes_confirm_it() -> None:
    held = latest()
    far = (37.71, -122.50)
    held.take([fix(at=0)], NOW)
    codes = [[refused.code for refused in held.take([fix(at=at, place=far)], NOW).refused] for at in (1_000, 2_000)]
    assert codes == [["fix-jumps"], ["fix-jumps"]]
    found = held.find(E07)
    assert found is not None
    assert found.place.lat == HERE[0], "not believed yet"
    assert held.take([fix(at=3_000, place=far)], NOW).taken == 1


def test_a_jump_that_is_not_confirmed_is_forgotten() -> None:
    held = latest()
    held.take([fix(at=0)], NOW)
    held.take([fix(at=1_000, place=(37.71, -122.50))], NOW)
    held.take([fix(at=2_000)], NOW)
    again = held.take([fix(at=3_000, place=(37.71, -122.50)), fix(at=4_000, place=(37.71, -122.50))], NOW)
    assert [refused.code for refused in again.refused] == ["fix-jumps", "fix-jumps"]


def test_a_hundred_kilometres_in_a_second_is_a_jump_and_in_an_hour_is_a_drive() -> None:
    held = latest()
    held.take([fix(at=-3_600_000)], NOW)
    assert held.take([fix(at=0, place=(38.6, -122.42))], NOW).taken == 1
    assert held.take([fix(at=1_000)], NOW).refused[0].code == "fix-jumps"


def test_several_fixes_of_one_unit_in_a_batch_are_taken_in_order() -> None:
    held = latest()
    batch = [fix(at=0), fix(unit="M12", at=0), fix(at=1_000, place=(37.7794, -122.4193)), fix(at=500)]
    taken = held.take(batch, NOW)
    assert [(refused.index, refused.code) for refused in taken.refused] == [(3, "fix-older-than-held")]
    found = held.find(E07)
    assert found is not None
    assert found.place.lat == 37.7794


def test_units_of_new_tables_are_known_and_the_others_keep_their_places() -> None:
    held = latest()
    held.take([fix()], NOW)
    held.know([E07, M12, UnitId("E99")])
    assert held.take([fix(unit="E99")], NOW).taken == 1
    assert held.find(E07) is not None


fixes = st.builds(
    Fix,
    unit=st.sampled_from(["E07", "M12", "E99"]),
    lat=st.floats(-200, 200) | st.just(37.78) | st.just(float("nan")) | st.just(float("inf")),
    lon=st.floats(-200, 200) | st.just(-122.42) | st.just(float("nan")),
    at=st.integers(-(10**6), 10**6).map(lambda offset: Moment(NOW + offset)),
    heading=st.none() | st.floats(0, 360),
    speed_mps=st.none() | st.floats(0, 60),
)


@given(st.lists(st.lists(fixes, max_size=12), max_size=6))
def test_every_fix_is_either_taken_or_refused_by_a_known_code_and_what_is_held_is_possible(
    batches: list[list[Fix]],
) -> None:
    held = latest()
    newest: dict[str, int] = {}
    for batch in batches:
        taken = held.take(batch, NOW)
        assert taken.taken + len(taken.refused) == len(batch)
        assert {refused.code for refused in taken.refused} <= set(CODES)
        for one in held.list_all():
            assert one.place.is_on_earth()
            assert one.at >= newest.get(one.unit, 0), "time never goes back"
            assert one.at <= NOW + FUTURE_MS
            newest[one.unit] = one.at
