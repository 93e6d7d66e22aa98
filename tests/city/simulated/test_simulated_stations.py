"""A simulated watch room rings and answers in time, and leaves the key to a person who stands before a real screen."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from turnout.city.simulated.seen import SeenIncident, read_row
from turnout.city.simulated.stations import ANSWERS_AFTER_S, RINGS_AFTER_S, Stations

MEDIAN_TURNOUT_S = 60.0
"""Of the measured week, as the city's behaviour was fitted to it."""


def incident(**alert: Any) -> SeenIncident:
    row = {
        "id": "I1",
        "type": "SF",
        "priority": 1,
        "status": "active",
        "agencies": ["FIRE"],
        "location": {},
        "opened": 0,
        "opened_by": "me",
        "last_change": 0,
        "alerts": [{"id": "ST01/1", "station": "ST01", "channel": "station", **alert}],
    }
    return read_row("incidents", row)  # type: ignore[no-any-return]


def stations(seed: int = 0) -> Stations:
    return Stations("me", lambda name: name, seed)


@given(seed=st.integers(0, 10_000))
def test_a_station_rings_and_answers_well_inside_the_turnout(seed: int) -> None:
    house = stations(seed)
    house.sees(incident(), 100.0)
    told = house.advance(100.0 + MEDIAN_TURNOUT_S / 2)
    assert [deed.body["outcome"] for deed in told] == ["delivered", "acknowledged"]  # type: ignore[union-attr]
    rang, answered = (deed.at_s - 100.0 for deed in told)  # type: ignore[union-attr]
    assert rang == RINGS_AFTER_S
    assert ANSWERS_AFTER_S[0] <= answered - rang <= ANSWERS_AFTER_S[1]


def test_where_a_real_screen_rang_the_answer_is_left_to_whoever_stands_there() -> None:
    house = stations()
    house.sees(incident(), 0.0)
    house.sees(incident(delivered_by="screen-ST01"), 0.5)
    assert house.advance(60.0) == []


def test_what_is_answered_withdrawn_or_goes_by_pager_is_not_answered() -> None:
    for alert in ({"acknowledged": 1}, {"withdrawn": 1}, {"followed": 1}, {"failed": "no power"}, {"channel": "page"}):
        house = stations()
        house.sees(incident(**alert), 0.0)
        assert house.advance(60.0) == []
    house = stations()
    house.sees(incident(), 0.0)
    house.gone("I1")
    assert house.advance(60.0) == []


def test_a_product_that_alerts_no_stations_is_read_as_before() -> None:
    old = {name: value for name, value in msgspec.to_builtins(incident()).items() if name != "alerts"}
    assert read_row("incidents", old).alerts == ()
