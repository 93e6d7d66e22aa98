"""The plain file as it is written: what is read back is what was written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.model import (
    DAYS,
    Approach,
    Arterial,
    Detector,
    GreenWindow,
    InForce,
    Intergreen,
    Junction,
    LeftTurns,
    Movement,
    Plan,
    SignalGroup,
    Signals,
    Stage,
    Stop,
    Wave,
)
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals
from turnout.words.name import Name

MAIN_STREET = Path(__file__).with_name("main_street.toml").read_bytes()

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
names = st.builds(Name, words, words)
durations_ms = st.integers(0, 3_600_000)
metres = st.floats(0, 100_000)
speeds_mps = st.integers(1, 250).map(lambda kmh: kmh / 3.6)
headings = st.none() | st.floats(0, 360, exclude_max=True)
greens = st.builds(GreenWindow, words, durations_ms, durations_ms)


def unlike(windows: list[GreenWindow]) -> tuple[GreenWindow, ...]:
    """Greens of one group stand together in the file."""
    groups = list(dict.fromkeys(window.group for window in windows))
    return tuple(sorted(windows, key=lambda window: groups.index(window.group)))


def matrix(pairs: dict[str, dict[str, int]]) -> tuple[Intergreen, ...]:
    return tuple(Intergreen(a, b, least) for a, row in pairs.items() for b, least in row.items())


def few(each: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(each, max_size=2).map(tuple)


ways = st.integers(0, 10**10)

junctions = st.builds(
    Junction,
    id=words,
    name=names,
    at=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    approaches=few(
        st.builds(
            Approach, words, names, st.integers(1, 20), speeds_mps, st.none() | names, headings, st.integers(0, 10**10)
        )
    ),
    movements=few(
        st.builds(Movement, words, words, st.sampled_from(["left", "through", "crossing"]), words, few(words))
    ),
    groups=few(st.builds(SignalGroup, words, st.sampled_from(["vehicle", "pedestrian"]), *[durations_ms] * 5)),
    intergreens=st.dictionaries(words, st.dictionaries(words, durations_ms, min_size=1, max_size=2), max_size=2).map(
        matrix
    ),
    stages=few(st.builds(Stage, words, few(words))),
    detectors=few(st.builds(Detector, words, words, st.integers(1, 20), metres, metres)),
    plans=few(
        st.builds(Plan, words, st.integers(1, 3_600_000), st.lists(greens, max_size=3).map(unlike), durations_ms)
    ),
    hours=few(
        st.builds(InForce, words, st.lists(st.sampled_from(DAYS), max_size=3).map(tuple), st.integers(0, 24 * 60 - 1))
    ),
)
stops = st.builds(
    Stop,
    junction=words,
    outbound=st.text(max_size=4),
    inbound=words,
    to_next_m=metres,
    back_m=metres,
    speed_mps=st.tuples(speeds_mps, speeds_mps),
    outbound_queue_ms=durations_ms,
    inbound_queue_ms=durations_ms,
    left_turns=st.none() | st.builds(LeftTurns, *[st.floats(0, 1)] * 3),
    outbound_per_h=metres,
    inbound_per_h=metres,
)
waves = st.builds(
    Wave,
    id=words,
    plan=words,
    cycle_ms=st.tuples(durations_ms, durations_ms),
    inbound_to_outbound=st.floats(0.01, 100),
    same_width=st.booleans(),
    method=st.sampled_from(["maxband", "multiband"]),
    speed_change_mps=st.just(0.0) | speeds_mps,
)
arterials = st.builds(
    Arterial, id=words, name=names, stops=st.lists(stops, min_size=1, max_size=3).map(tuple), waves=few(waves)
)


@given(st.builds(Signals, few(junctions), few(arterials)), st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_read_back_equal(signals: Signals, remark: str) -> None:
    remarks = {junction.id: [remark] for junction in signals.junctions}
    assert read_plans(write_plans(signals, [remark, "a second line"], remarks), "x.toml") == signals


def test_a_file_that_people_wrote_is_the_same_after_reading_and_writing() -> None:
    signals = read_plans(MAIN_STREET, "main_street.toml")
    text = write_plans(signals).decode()
    assert read_plans(text.encode(), "again.toml") == signals
    assert "speed_kmh = [45, 50]" in text
    assert "K1 = { K2 = 5, F1 = 6 }" in text
    assert "greens = { K1 = [[0, 40]], K2 = [[46, 75]], F1 = [[46, 70]] }" in text


def test_where_a_junction_stands_is_read_and_a_place_off_the_earth_is_refused_with_its_line() -> None:
    named = 'id = "market"\n'
    assert MAIN_STREET.decode().count(named) == 1

    def placed(at: str) -> Signals:
        return read_plans(MAIN_STREET.decode().replace(named, f"{named}at = {at}\n").encode(), "x.toml")

    assert placed("[120.2845, 31.9213]").junctions[0].at == (120.2845, 31.9213)
    assert placed("[120.2845, 31.9213]").junctions[1].at is None
    for wrong in ("[31.9213, 120.2845]", "[nan, 1]", "[1]", "[181, 0]"):
        with pytest.raises(BrokenSignals) as caught:
            placed(wrong)
        assert caught.value.problems[0].spot.line == 5
