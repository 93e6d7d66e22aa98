"""Places of units on their way to consoles: lossy, latest wins, twice a second, encoded once per sight."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from turnout.core.board import Board
from turnout.desk.access import Sight
from turnout.edge.outlet import Outlet
from turnout.telemetry.latest import Held, Latest
from turnout.words.identity import UnitId

TICK_S: Final = 0.5
"""The eye takes a marker that moves twice a second for moving; more is for the map to fill in between."""


class PlacesFollower(msgspec.Struct, eq=False):
    """One socket that shows units on a map."""

    outlet: Outlet
    sight: Sight


class PlacesFeed:
    """`moved` collects, `tick` sends. `tick` is to be called every `TICK_S`."""

    def __init__(self, latest: Latest, board: Callable[[], Board]) -> None:
        self._latest, self._board = latest, board
        self._moved: dict[UnitId, None] = {}
        self._followers: set[PlacesFollower] = set()
        self._whole: dict[Sight, tuple[dict[str, str], str]] = {}
        """Every unit's place, for all of that sight who come before the next tick."""

    def moved(self, units: Iterable[UnitId]) -> None:
        self._moved.update(dict.fromkeys(units))

    def follow(self, follower: PlacesFollower) -> None:
        """It gets every unit's place at once, and then those that change."""
        self._followers.add(follower)
        if follower.sight not in self._whole:
            every = self._lines(self._latest.list_all(), follower.sight)
            self._whole[follower.sight] = every, ",".join(every.values())
        lines, as_one = self._whole[follower.sight]
        if lines:
            follower.outlet.put_places(lines, as_one)

    def unfollow(self, follower: PlacesFollower) -> None:
        self._followers.discard(follower)

    def tick(self) -> None:
        moved, self._moved = self._moved, {}
        self._whole.clear()
        if not moved or not self._followers:
            return
        held = [one for one in (self._latest.find(unit) for unit in moved) if one is not None]
        by_sight: dict[Sight, tuple[dict[str, str], str]] = {}
        for follower in self._followers:
            if follower.sight not in by_sight:
                lines = self._lines(held, follower.sight)
                by_sight[follower.sight] = lines, ",".join(lines.values())
            lines, as_one = by_sight[follower.sight]
            if lines:
                follower.outlet.put_places(lines, as_one)

    def _lines(self, held: Iterable[Held], sight: Sight) -> dict[str, str]:
        board = self._board()
        lines: dict[str, str] = {}
        for one in held:
            row = board.units.get(one.unit)
            if row is not None and sight.unit_row(row, board):
                lines[one.unit] = line_of(one)
        return lines


def line_of(held: Held) -> str:
    """`["E07",37.7793,-122.4193,90,8.2,1700000000000]`: unit, lat, lon, heading, speed in m/s, time of the fix."""
    heading = None if held.heading is None else round(held.heading)
    speed = None if held.speed_mps is None else round(held.speed_mps, 1)
    place = round(held.place.lat, 6), round(held.place.lon, 6)
    return msgspec.json.encode([held.unit, *place, heading, speed, held.at]).decode()
