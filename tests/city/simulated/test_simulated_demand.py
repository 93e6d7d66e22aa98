"""Demand drawn from the fitted model: same seed, same calls; the load multiplies them; places are the city's."""

import random
from itertools import islice, pairwise
from pathlib import Path

import pytest

from turnout.city.simulated.demand import Demand
from turnout.words.moment import DAY_MS, Moment
from turnout.words.trouble import Malformed

SHIPPED = Path("src/turnout/city/folders/san-francisco/demand.npz")
MONDAY = Moment(1483344000000)  # 2017-01-02T08:00:00Z, Monday 00:00 in San Francisco
PACIFIC_MIN = -480


@pytest.fixture(scope="module")
def demand() -> Demand:
    return Demand(SHIPPED)


def test_the_same_seed_gives_the_same_calls(demand: Demand) -> None:
    one, two = (list(islice(demand.draw(random.Random(5), MONDAY, PACIFIC_MIN), 50)) for _ in range(2))
    assert one == two


def test_a_day_brings_about_as_many_calls_as_a_real_one(demand: Demand) -> None:
    week = [c for c in islice(demand.draw(random.Random(1), MONDAY, PACIFIC_MIN), 6000) if c.at < MONDAY + 7 * DAY_MS]
    assert len(week) / 7 == pytest.approx(3560 / 8, rel=0.1)


def test_ten_times_the_load_brings_ten_times_the_calls(demand: Demand) -> None:
    calls = list(islice(demand.draw(random.Random(1), MONDAY, PACIFIC_MIN, load=10.0), 4000))
    assert (calls[-1].at - MONDAY) / DAY_MS == pytest.approx(4000 / 4450, rel=0.25)


def test_calls_come_in_order_and_lie_in_the_city(demand: Demand) -> None:
    calls = list(islice(demand.draw(random.Random(2), MONDAY, PACIFIC_MIN), 500))
    assert all(a.at <= b.at for a, b in pairwise(calls))
    assert all(37.69 < c.place.lat < 37.85 and -122.53 < c.place.lon < -122.35 for c in calls)


def test_the_night_is_quieter_than_the_afternoon(demand: Demand) -> None:
    at = lambda hour: demand.rate_per_hour(Moment(MONDAY + hour * 3_600_000), PACIFIC_MIN)  # noqa: E731
    assert at(4) < 0.6 * at(16)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "demand.npz"
    path.write_bytes(b"not a zip")
    with pytest.raises(Malformed):
        Demand(path)
