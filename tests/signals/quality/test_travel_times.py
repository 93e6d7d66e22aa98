"""Travel times of our own vehicles: measured as they drove, by direction and hour, and of no single crew."""

import io
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.quality.logs import EIGHT
from turnout.main import main
from turnout.signals.quality.content import content_of
from turnout.signals.quality.log import clock_text
from turnout.signals.quality.travel import (
    METRES_PER_DEGREE,
    SHOWN_MIN,
    VEHICLES_MAX,
    VEHICLES_SHOWN_MIN,
    Gate,
    Line,
    TravelTimes,
    quantile,
)
from turnout.words.place import Place
from turnout.words.trouble import Malformed, Unsupported

LAT, LON = 31.9, 120.3


def at(east_m: float, north_m: float = 0.0) -> Place:
    return Place(LAT + north_m / METRES_PER_DEGREE, LON + east_m / METRES_PER_DEGREE / math.cos(math.radians(LAT)))


STREET = Line("main", (Gate("A", at(0)), Gate("B", at(400)), Gate("C", at(1_000))), (400.0, 600.0))


def drive(
    times: TravelTimes,
    vehicle: str,
    *,
    mps: float = 10.0,
    since_ms: int = EIGHT,
    start_m: float = -200.0,
    end_m: float = 1_200.0,
    every_s: float = 5.0,
    aside_m: float = 0.0,
    is_urgent: bool = False,
) -> None:
    """Straight along the street, from one end to the other."""
    way = math.copysign(mps, end_m - start_m)
    for n in range(int(abs(end_m - start_m) / mps / every_s) + 1):
        moment_s = n * every_s
        times.take(vehicle, since_ms + round(moment_s * 1_000), at(start_m + way * moment_s, aside_m), is_urgent)


def counted(times: TravelTimes) -> int:
    return sum(sum(each.values()) for each in times.times.values())


@settings(max_examples=50, deadline=None)
@given(st.floats(3, 25), st.floats(1, 12), st.booleans())
def test_a_steady_drive_takes_as_long_as_its_speed_says(mps: float, every_s: float, is_back: bool):
    times = TravelTimes([STREET])
    ends = (1_200.0, -700.0) if is_back else (-200.0, 1_700.0)
    for n in range(SHOWN_MIN):
        drive(times, f"v{n}", mps=mps, every_s=every_s, start_m=ends[0], end_m=ends[1])
    rows = {(row.start, row.end): row for row in times.report().rows}
    pairs = [("B", "A"), ("C", "B")] if is_back else [("A", "B"), ("B", "C")]
    assert set(rows) == set(pairs)
    for pair, length in zip(pairs, (400, 600), strict=True):
        assert rows[pair].median_s == pytest.approx(length / mps, abs=0.6)


def test_fewer_than_five_are_not_shown():
    times = TravelTimes([STREET])
    for n in range(SHOWN_MIN - 1):
        drive(times, f"v{n}")
    assert not times.report().rows
    drive(times, "one more")
    assert {row.times for row in times.report().rows} == {SHOWN_MIN}


def test_many_runs_of_too_few_vehicles_leave_no_row():
    times = TravelTimes([STREET])
    for n in range(6 * SHOWN_MIN):
        drive(times, f"v{n % (VEHICLES_SHOWN_MIN - 1)}", since_ms=EIGHT + n * 24 * 3_600_000)
    assert counted(times) > SHOWN_MIN
    assert not times.report().rows
    for n in range(VEHICLES_SHOWN_MIN):
        drive(times, f"v{n}")
    assert len(times.report().rows) == 2


def test_who_drove_is_forgotten_with_the_report():
    times = TravelTimes([STREET])
    for vehicle in ("secret-1", "secret-2"):
        drive(times, vehicle)
    times.report()
    assert "secret" not in str({name: getattr(times, name) for name in vars(times)})
    for n in range(SHOWN_MIN):
        drive(times, f"secret-{n}", since_ms=EIGHT + 9 * 3_600_000)
    assert "secret" not in str((times._told_apart, times._of_enough, times.times))


def test_runs_with_lights_and_siren_are_counted_apart():
    times = TravelTimes([STREET])
    for n in range(SHOWN_MIN):
        drive(times, f"v{n}", mps=10.0)
        drive(times, f"e{n}", mps=20.0, is_urgent=True)
    found = {row.run: row.median_s for row in times.report().rows if row.start == "A"}
    assert found == {"other": 40.0, "urgent": 20.0}


def test_hours_of_the_day_are_apart_and_days_are_not():
    times = TravelTimes([STREET])
    for n in range(SHOWN_MIN):
        drive(times, f"v{n}", since_ms=EIGHT + n * 24 * 3_600_000)
        drive(times, f"v{n}", since_ms=EIGHT + (n * 24 + 9) * 3_600_000)
    assert {row.hour for row in times.report().rows} == {8, 17}


@pytest.mark.parametrize(
    "way",
    [
        {"aside_m": 80.0},  # another street
        {"every_s": 40.0},  # a place too seldom
        {"end_m": 390.0},  # it never came through
        {"mps": 0.4, "every_s": 20.0},  # it stood
    ],
)
def test_what_was_no_drive_through_a_section_is_not_counted(way: dict[str, float]):
    times = TravelTimes([STREET])
    drive(times, "v", **way)  # type: ignore[arg-type]
    assert counted(times) == 0


def test_a_detour_is_not_counted():
    times = TravelTimes([STREET])
    corners = [(-100, 0), (0, 0), (100, 0), (100, 900), (300, 900), (300, 0), (400, 0), (500, 0)]
    moment_ms = EIGHT
    for one, other in itertools.pairwise(corners):
        for share in np.linspace(0, 1, 12, endpoint=False):
            place = at(*(a + share * (b - a) for a, b in zip(one, other, strict=True)))
            times.take("v", moment_ms, place, False)
            moment_ms += 4_000
    assert counted(times) == 0


def test_lights_switched_on_between_two_junctions_count_for_neither():
    times = TravelTimes([STREET])
    for n in range(140):
        times.take("v", EIGHT + n * 1_000, at(-200 + 10 * n), n > 40)
    assert {(key[1], key[4]) for key in times.times} == {(1, "urgent")}


def test_a_wait_at_a_red_is_part_of_the_time():
    times = TravelTimes([STREET])
    for n in range(SHOWN_MIN):
        metres, moment_s = -200.0, 0
        while metres < 1_200:
            times.take(f"v{n}", EIGHT + moment_s * 1_000, at(metres), False)
            moment_s += 1
            metres += 0.0 if 590 <= metres < 600 and moment_s < 140 else 10.0
        assert metres >= 1_200
    waited = {(row.start, row.end): row.median_s for row in times.report().rows}
    assert waited["A", "B"] == 40.0
    assert waited["B", "C"] == pytest.approx(60 + 140 - 80, abs=2)


steps = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=2, max_size=40))
def test_a_gate_that_is_looked_up_is_missed_by_no_way(way: list[tuple[float, float]]):
    """As if every gate were looked at each time."""
    streets = [
        STREET,
        Line("other", (Gate("D", at(100, -300)), Gate("B", at(400)), Gate("E", at(400, 300))), (420, 300)),
    ]
    quick, whole = TravelTimes(streets), TravelTimes(streets)
    all_gates = [(n, gate) for n, street in enumerate(streets) for gate in range(len(street.gates))]
    whole._gates.near = lambda start, end: iter(all_gates)  # type: ignore[method-assign]
    east, north = 0.0, 0.0
    for n, (to_east, to_north) in enumerate(way):
        east, north = east + to_east, north + to_north
        for times in (quick, whole):
            times.take("v", EIGHT + n * 20_000, at(east, north), False)
    assert quick.times == whole.times
    assert quick._vehicles["v"].approached == whole._vehicles["v"].approached


def test_of_a_city_full_of_gates_only_those_by_the_way_are_looked_at(monkeypatch: pytest.MonkeyPatch):
    looked: list[int] = []
    honest = TravelTimes._look
    monkeypatch.setattr(TravelTimes, "_look", lambda self, *told: (looked.append(1), honest(self, *told)))
    far = [Line(f"l{n}", (Gate("X", at(0, 1_000 + n)), Gate("Y", at(3_000 + n, 0))), (1.0,)) for n in range(2_000)]
    times = TravelTimes([STREET, *far])
    drive(times, "v")
    assert 0 < len(looked) < 200
    assert len(times.times) == 2


def test_who_jumps_farther_than_anybody_drives_begins_anew():
    times = TravelTimes([STREET])
    places = [at(-50), at(50), at(50, 9_000), at(380), at(450)]
    for n, place in enumerate(places):
        times.take("v", EIGHT + n * 10_000, place, False)
    assert counted(times) == 0
    assert times._vehicles["v"].driven_m < 100
    times.take("pole", EIGHT, Place(90, -180), False)
    times.take("pole", EIGHT + 1_000, Place(90, 180), False)


def test_no_vehicle_is_in_what_is_kept_and_followed_ones_are_bounded():
    times = TravelTimes([STREET])
    for n in range(VEHICLES_MAX + 50):
        times.take(f"v{n}", EIGHT, at(0), False)
    assert len(times._vehicles) == VEHICLES_MAX
    drive(times, "secret")
    assert "secret" not in str(times.times)
    assert "secret" not in str(times.report())


@given(st.dictionaries(st.integers(1, 900), st.integers(1, 9), min_size=1), st.sampled_from((0.25, 0.5, 0.75)))
def test_quartiles_are_those_of_all_times(times: dict[int, int], share: float):
    whole = [seconds for seconds, number in times.items() for _ in range(number)]
    assert quantile(times, share) == pytest.approx(float(np.quantile(whole, share)))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)

    def opened(*told: object, **kept: object) -> None:
        raise AssertionError("it was opened")

    with monkeypatch.context() as patch:
        patch.setattr(io, "open", opened)
        with pytest.raises(Unsupported, match="MiB"):
            content_of(tmp_path / "large", 1 << 20)
    with pytest.raises(Unsupported, match="MiB"):
        content_of(Path("/dev/zero"), 1 << 20)
    with pytest.raises(Malformed):
        content_of(tmp_path, 1 << 20)
    for words in (["quality", "x.csv", "--map"], ["travel"]):
        rest = [] if words[0] == "quality" else ["--places", "x.csv"]
        asked = ["signals", *words, str(tmp_path / "large"), *rest, "--to", str(tmp_path / "out"), "--language", "en"]
        assert main(asked) != 0


def test_the_command_writes_a_table_and_says_what_it_rests_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    gates = "".join(
        f'[[junction]]\nid = "{gate.junction}"\nat = [{gate.place.lon}, {gate.place.lat}]\n' for gate in STREET.gates
    )
    stops = '{ junction = "A", to_next_m = 400 }, { junction = "B", to_next_m = 600 }, { junction = "C" }'
    plans = f'format = "turnout-signals-1"\n{gates}[[arterial]]\nid = "main"\nstop = [{stops}]\n'
    (tmp_path / "plans.toml").write_text(plans)
    rows = ["time,vehicle,lat,lon,urgent", "never,v,0,0,0", "2026-01-12 08:00:00,v,99,0,0"]
    for n in range(SHOWN_MIN):
        for second in range(0, 140, 5):
            place = at(-200 + 10 * second)
            moment = clock_text(EIGHT + (n * 300 + second) * 1_000)
            rows.append(f"{moment},E{n},{place.lat},{place.lon},0")
    (tmp_path / "places.csv").write_text("\n".join(rows))
    words = ["signals", "travel", str(tmp_path / "plans.toml"), "--places", str(tmp_path / "places.csv")]
    assert main([*words, "--to", str(tmp_path / "times.csv"), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "2 of them refused" in said
    assert "no vehicle and no day is kept" in said
    assert "places.csv line 2" in said
    table = (tmp_path / "times.csv").read_text().splitlines()
    assert table[1] == "main,A,B,8,other,5,40.0,40.0,40.0,36.0"
    assert "E0" not in "".join(table) + said
    nameless = [row.replace(f"E{n}", " ") for n in range(SHOWN_MIN) for row in rows if f",E{n}," in row][:20]
    (tmp_path / "places.csv").write_text("\n".join([*rows, *nameless]))
    assert main([*words, "--to", str(tmp_path / "named.csv"), "--language", "en"]) == 0
    assert f"places.csv line {len(rows) + 1}: " in capsys.readouterr().out
    assert (tmp_path / "named.csv").read_text().splitlines() == table
    (tmp_path / "places.csv").write_text("name\nx\n")
    assert main([*words, "--to", str(tmp_path / "t.csv"), "--language", "en"]) != 0
