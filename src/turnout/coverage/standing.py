"""Who covers what under one standard: now, once those on the move have arrived, and with every crew at its station."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from turnout.core.board import Available, Board, OffDuty, Unit
from turnout.core.catalogue import Catalogue, CoverageStandard
from turnout.coverage.points import DemandPoints, Floats
from turnout.coverage.reached import Reached
from turnout.words.identity import AgencyId, StationId, UnitId

Bools = NDArray[np.bool_]

ROAMING = frozenset({"police"})
"""Disciplines whose crews stay out between incidents; those of the others drive back to their station."""


def is_free(unit: Unit) -> bool:
    """It may be sent: available, or freed on its incident (3.22); not while its emergency button is on."""
    return unit.staffed and unit.duress is None and (isinstance(unit.status, Available) or unit.free)


@dataclasses.dataclass(frozen=True, eq=False)
class Standing:
    """One standard over the places. Rows of `now` and `soon` are the free units, in the order of `members`."""

    standard: CoverageStandard
    shares: Floats
    members: tuple[UnitId, ...]
    now: Bools
    soon: Bools
    usual: Bools
    posts: tuple[StationId, ...]
    """Where units of this sort are at home."""
    at_post: Bools
    area: NDArray[np.int64]
    """Of each place: the post that usually reaches it first; -1 where none does within the standard."""
    homes: dict[AgencyId, frozenset[StationId]]
    """Posts by agency: an agency's units fill in at its own."""

    def share(self, covered: Bools) -> float:
        """Of the demand."""
        return min(1.0, float(self.shares[covered].sum()))

    def by_area(self, places: Bools) -> Floats:
        """The share of the demand at these places, per post's area."""
        here = places & (self.area >= 0)
        found: Floats = np.bincount(self.area[here], self.shares[here], len(self.posts)).astype(np.float64)
        return found


def by_anybody(rows: Bools) -> Bools:
    """The places that at least one row covers."""
    covered: Bools = np.logical_or.reduce(rows, axis=0)
    return covered


def standing_of(
    board: Board, catalogue: Catalogue, standard: CoverageStandard, points: DemandPoints, reached: Reached
) -> Standing:
    """The standard as the board stands."""
    able = [unit for unit in board.units.values() if _is_able(unit, standard, catalogue)]
    free = [unit for unit in able if is_free(unit)]
    homes: dict[AgencyId, set[StationId]] = {}
    for unit in able:
        if unit.home in reached.stations:
            homes.setdefault(unit.agency, set()).add(unit.home)
    posts = tuple(sorted({home for of_agency in homes.values() for home in of_agency}))
    post_s = _rows([reached.of_station(post) for post in posts], len(points))
    at_post = post_s <= standard.travel_s
    usual = by_anybody(at_post)
    area = post_s.argmin(axis=0) if posts else np.zeros(len(points), dtype=np.int64)
    return Standing(
        standard=standard,
        shares=points.shares(standard.discipline),
        members=tuple(unit.id for unit in free),
        now=_rows([reached.of_unit(unit.id) for unit in free], len(points)) <= standard.travel_s,
        soon=_rows([_where_bound(unit, catalogue, reached) for unit in free], len(points)) <= standard.travel_s,
        usual=usual,
        posts=posts,
        at_post=at_post,
        area=np.where(usual, area, -1),
        homes={agency: frozenset(of_agency) for agency, of_agency in homes.items()},
    )


def _is_able(unit: Unit, standard: CoverageStandard, catalogue: Catalogue) -> bool:
    """One of ours, on watch, that can do it."""
    agency = catalogue.agencies.get(unit.agency)
    ours = agency is not None and not agency.neighbour
    return ours and standard.capability in unit.capabilities and not isinstance(unit.status, OffDuty)


def _where_bound(unit: Unit, catalogue: Catalogue, reached: Reached) -> NDArray[np.uint16] | None:
    """Where it moves up to, or goes home to; where it is, if it stays out or is on its way to nowhere."""
    status = unit.status
    if isinstance(status, Available) and not status.in_quarters:
        agency = catalogue.agencies.get(unit.agency)
        roams = agency is not None and agency.discipline in ROAMING
        bound = status.moving_to or (None if roams else unit.station)
        if bound is not None and (row := reached.of_station(bound)) is not None:
            return row
    return reached.of_unit(unit.id)


def _rows(rows: Iterable[NDArray[np.uint16] | None], points: int) -> NDArray[np.uint16]:
    nowhere = np.full(points, np.iinfo(np.uint16).max, dtype=np.uint16)
    listed = [nowhere if row is None else row for row in rows]
    return np.stack(listed) if listed else np.zeros((0, points), dtype=np.uint16)
