"""Who would best fill in where (2.6). A move is suggested only if it is worth the drive and makes nothing else worse.

Greedy: the best single move, then the best after it. Kolesar and Walker (An Algorithm for the Dynamic Relocation of
Fire Companies, Operations Research 1974) do as much, by hand, for New York; a dispatcher can follow each step.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from turnout.core.board import Available, Board, Unit
from turnout.core.catalogue import Catalogue
from turnout.coverage.picture import Move
from turnout.coverage.reached import Reached
from turnout.coverage.standing import Standing, by_anybody, is_free
from turnout.words.identity import StationId, UnitId

MOVES_MAX = 5
"""More than a person acts upon before the picture has changed."""
GAIN_MIN = 0.005
"""Half a hundredth of the demand: in San Francisco one call in a shift. For less a crew is not sent across the city."""
NEARLY = 0.9
"""Among moves that gain nearly as much, the one with the shortest drive."""
TRIED_MAX = 40
"""Of the best by gain; more are hardly ever looked at, and none of them would be better."""
DRIVE_MAX_S = 1_200.0
"""Twenty minutes: a crew farther than that arrives when the first ones are coming home."""
NOTHING = 1e-9
SAID_MIN = 0.0005
"""Less than a twentieth of a hundredth reads as nothing; it is not said."""

Drives = Callable[[StationId], Mapping[UnitId, float]]
"""Seconds of driving to a station, by unit."""


@dataclasses.dataclass(frozen=True)
class Option:
    standing: Standing
    unit: Unit
    station: StationId
    gain: float


def movable(board: Board, catalogue: Catalogue) -> dict[UnitId, Unit]:
    """Units that may be asked to fill in: available, not on the move already, alone in their vehicle, not kept."""
    standby = Counter(
        (unit.station, capability) for unit in board.units.values() if is_free(unit) for capability in unit.capabilities
    )
    return {unit.id: unit for unit in board.units.values() if _may_move(unit, catalogue, standby)}


def may_still_move(move: Move, board: Board) -> bool:
    """Whether the unit is still there to be asked: between a look and a person's act it may have been sent."""
    unit = board.units.get(move.unit)
    if unit is None or not isinstance(unit.status, Available) or not is_free(unit):
        return False
    return unit.status.moving_to is None and unit.station != move.station


def _may_move(unit: Unit, catalogue: Catalogue, standby: Counter[tuple[StationId, str]]) -> bool:
    if not isinstance(unit.status, Available) or not is_free(unit) or unit.status.moving_to is not None:
        return False
    entry = catalogue.units.get(unit.id)
    shares_crew = entry is not None and bool(entry.crew_shared_with)
    return not unit.stack and not shares_crew and not _is_kept(unit, catalogue, standby)


def _is_kept(unit: Unit, catalogue: Catalogue, standby: Counter[tuple[StationId, str]]) -> bool:
    """Whether its station would be left with fewer than the city wants to stay."""
    station = catalogue.stations.get(unit.station)
    kept = {} if station is None else station.keep_available
    return any(
        capability in unit.capabilities and keep >= standby[unit.station, capability]
        for capability, keep in kept.items()
    )


def suggest(
    standings: Sequence[Standing], units: Mapping[UnitId, Unit], reached: Reached, drives: Drives
) -> list[Move]:
    """The best moves, each after those before it."""
    state, left, moves = list(standings), dict(units), list[Move]()
    while len(moves) < MOVES_MAX and (move := _best(state, left, reached, drives)) is not None:
        moves.append(move)
        state = [_after(standing, move.unit, move.station, reached) for standing in state]
        del left[move.unit]
    return moves


def _best(state: Sequence[Standing], left: Mapping[UnitId, Unit], reached: Reached, drives: Drives) -> Move | None:
    options = sorted(
        (option for standing in state for option in _options(standing, left)), key=lambda option: -option.gain
    )
    sound: list[tuple[float, Move]] = []
    for option in options[:TRIED_MAX]:
        if sound and option.gain < NEARLY * sound[0][0]:
            break
        move = _move(option, state, reached, drives)
        if move is not None:
            sound.append((option.gain, move))
    return min(sound, key=lambda each: each[1].drive_s)[1] if sound else None


def _options(standing: Standing, left: Mapping[UnitId, Unit]) -> list[Option]:
    """Every unit to every post of its agency that would gain enough under this standard."""
    rows = [row for row, member in enumerate(standing.members) if member in left]
    if not rows or not standing.posts or not (standing.usual & ~by_anybody(standing.soon)).any():
        return []
    own = standing.soon[rows]
    alone = np.where(standing.soon.sum(axis=0) - own == 0, standing.shares, 0.0)
    gains = alone @ standing.at_post.T.astype(np.float64) - (alone * own).sum(axis=1)[:, None]
    found = []
    for index, post in np.argwhere(gains >= GAIN_MIN).tolist():
        unit, station = left[standing.members[rows[index]]], standing.posts[post]
        if station in standing.homes.get(unit.agency, ()) and station != unit.station:
            found.append(Option(standing, unit, station, float(gains[index, post])))
    found.sort(key=lambda option: -option.gain)
    return found[:TRIED_MAX]


def _move(option: Option, state: Sequence[Standing], reached: Reached, drives: Drives) -> Move | None:
    """The option as a suggestion, unless it is too far, takes from another standard or opens a worse gap."""
    drive_s = drives(option.station).get(option.unit.id, np.inf)
    if drive_s > DRIVE_MAX_S:
        return None
    for other in state:
        if other is not option.standing and option.unit.id in other.members:
            after = _after(other, option.unit.id, option.station, reached)
            if other.share(by_anybody(after.soon)) < other.share(by_anybody(other.soon)) - NOTHING:
                return None
    standing = option.standing
    before = by_anybody(standing.soon)
    after_it = by_anybody(_after(standing, option.unit.id, option.station, reached).soon)
    opened = standing.by_area(before & ~after_it)
    lost_before, lost_after = (standing.by_area(standing.usual & ~covered) for covered in (before, after_it))
    if opened.max() >= option.gain or lost_after.max() > lost_before.max() + NOTHING:
        return None
    worst = int(opened.argmax())
    return Move(
        standard=standing.standard.id,
        unit=option.unit.id,
        station=option.station,
        before=standing.share(before),
        after=standing.share(after_it),
        usual=standing.share(standing.usual),
        drive_s=round(drive_s),
        opens=standing.posts[worst] if opened[worst] >= SAID_MIN else None,
        opens_by=float(opened[worst]),
    )


def _after(standing: Standing, unit: UnitId, station: StationId, reached: Reached) -> Standing:
    """The standing once the unit is at the station."""
    if unit not in standing.members:
        return standing
    row, there = standing.members.index(unit), reached.of_station(station)
    soon = standing.soon.copy()
    soon[row] = False if there is None else there <= standing.standard.travel_s
    return dataclasses.replace(standing, soon=soon)
