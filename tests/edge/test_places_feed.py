"""Places on their way to consoles: all at once for a newcomer, then what moves; made once for all who see alike."""

from typing import Any, cast

import pytest

from turnout.core.board import Board
from turnout.desk.access import Sight
from turnout.edge import places as feeding
from turnout.edge.outlet import Outlet
from turnout.edge.places import PlacesFeed, PlacesFollower
from turnout.telemetry.latest import Held, Latest
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place


class Places:
    """Stands for `Latest`, with the units of a board that knows them all."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}

    def put(self, unit: str, lat: float) -> None:
        self.held[unit] = Held(UnitId(unit), Place(lat, -122.4), None, None, Moment(1), "avl")

    def find(self, unit: str) -> Held | None:
        return self.held.get(unit)

    def list_all(self) -> list[Held]:
        return list(self.held.values())

    @property
    def units(self) -> dict[str, Any]:
        return dict.fromkeys(self.held, object())


@pytest.fixture
def places() -> Places:
    places = Places()
    places.put("E07", 37.7)
    places.put("E08", 37.8)
    return places


@pytest.fixture
def feed(places: Places) -> PlacesFeed:
    return PlacesFeed(cast(Latest, places), lambda: cast(Board, places))


def test_a_newcomer_gets_every_place_and_then_those_that_move(feed: PlacesFeed, places: Places) -> None:
    outlet = Outlet()
    feed.follow(PlacesFollower(outlet, Sight()))
    assert outlet.take_places() == '["E07",37.7,-122.4,null,null,1],["E08",37.8,-122.4,null,null,1]'
    places.put("E08", 37.9)
    feed.moved([UnitId("E08")])
    feed.tick()
    assert outlet.take_places() == '["E08",37.9,-122.4,null,null,1]'


def test_two_hundred_who_come_at_once_cost_what_one_does(feed: PlacesFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    line_of = feeding.line_of
    monkeypatch.setattr(feeding, "line_of", lambda held: made.append(held.unit) or line_of(held))
    outlets = [Outlet() for _ in range(200)]
    for outlet in outlets:
        feed.follow(PlacesFollower(outlet, Sight()))
    assert made == ["E07", "E08"]
    assert len({outlet.take_places() for outlet in outlets}) == 1


def test_whoever_comes_after_a_tick_gets_the_places_of_then(feed: PlacesFeed, places: Places) -> None:
    feed.follow(PlacesFollower(Outlet(), Sight()))
    places.put("E07", 37.75)
    feed.moved([UnitId("E07")])
    feed.tick()
    late = Outlet()
    feed.follow(PlacesFollower(late, Sight()))
    assert '["E07",37.75,' in late.take_places()
