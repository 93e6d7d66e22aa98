"""One look at the city: every standard, the gaps, the moves that would mend them, and each station at a glance."""

from collections.abc import Sequence

from turnout.core.board import Board, OffDuty
from turnout.core.catalogue import Catalogue
from turnout.coverage.moves import Drives, movable, suggest
from turnout.coverage.picture import Coverage, Gap, StandardCover, StationCover
from turnout.coverage.points import DemandPoints
from turnout.coverage.reached import Reached
from turnout.coverage.standing import Standing, by_anybody, is_free, standing_of
from turnout.words.identity import StationId
from turnout.words.moment import Moment

GAP_MIN = 0.003
"""Three thousandths of the demand: in San Francisco one call in a day. Less is the edge of an area, not a gap."""
GAPS_MAX = 12
"""More are a list that nobody reads; the worst come first."""


def see(board: Board, at: Moment, points: DemandPoints, reached: Reached, drives: Drives) -> Coverage:
    """Pure. Without standards or places there is nothing to say but how many are free at each station."""
    catalogue = board.catalogue
    assert catalogue is not None, "a board without tables has no stations"
    standards = catalogue.coverage if len(points) else ()
    standings = [standing_of(board, catalogue, standard, points, reached) for standard in standards]
    gaps = sorted((gap for standing in standings for gap in _gaps(standing)), key=lambda gap: -gap.lost)[:GAPS_MAX]
    return Coverage(
        at=at,
        seq=board.seq,
        standards=tuple(_standard(standing, points) for standing in standings),
        gaps=tuple(gaps),
        moves=tuple(suggest(standings, movable(board, catalogue), reached, drives)),
        stations=_stations(board, catalogue, gaps),
    )


def _standard(standing: Standing, points: DemandPoints) -> StandardCover:
    return StandardCover(
        standard=standing.standard.id,
        name=standing.standard.name,
        capability=standing.standard.capability,
        travel_s=standing.standard.travel_s,
        weighted_by=points.weighted_by(standing.standard.discipline),
        now=standing.share(by_anybody(standing.now)),
        soon=standing.share(by_anybody(standing.soon)),
        usual=standing.share(standing.usual),
    )


def _gaps(standing: Standing) -> list[Gap]:
    now, soon = by_anybody(standing.now), by_anybody(standing.soon)
    lost, lost_soon = standing.by_area(standing.usual & ~now), standing.by_area(standing.usual & ~soon)
    whole, held = standing.by_area(standing.usual), standing.by_area(standing.usual & now)
    return [
        Gap(
            standard=standing.standard.id,
            station=post,
            lost=float(lost[index]),
            lost_soon=float(lost_soon[index]),
            within=float(held[index] / whole[index]),
        )
        for index, post in enumerate(standing.posts)
        if lost[index] >= GAP_MIN
    ]


def _stations(board: Board, catalogue: Catalogue, gaps: Sequence[Gap]) -> dict[StationId, StationCover]:
    """Stations that have somebody on watch, keep somebody, or have a gap."""
    here: dict[StationId, list[frozenset[str]]] = {}
    on_watch: dict[StationId, int] = {}
    for unit in board.units.values():
        if isinstance(unit.status, OffDuty):
            continue
        on_watch[unit.station] = on_watch.get(unit.station, 0) + 1
        if is_free(unit):
            here.setdefault(unit.station, []).append(unit.capabilities)
    found = {}
    for id, station in catalogue.stations.items():
        free = here.get(id, [])
        cover = StationCover(
            free=len(free),
            all=on_watch.get(id, 0),
            short_of=tuple(
                capability
                for capability, keep in station.keep_available.items()
                if sum(capability in able for able in free) < keep
            ),
            gaps=tuple(gap.standard for gap in gaps if gap.station == id),
        )
        if cover.all or cover.short_of or cover.gaps:
            found[id] = cover
    return found
