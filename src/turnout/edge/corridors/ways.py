"""Where a crew with a corridor drives: its way by road, followed from place to place, made anew when it leaves it."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from turnout.core.board import Board, Corridor, OnIncident
from turnout.core.location import FindPlace, place_of
from turnout.desk.faults import Busy
from turnout.edge.advice import Adviser, OnRoads
from turnout.recommend import Fix
from turnout.roads import Conditions, RoadGraph, Spot
from turnout.signals.corridor import Seen
from turnout.signals.model import Junction
from turnout.signals.problem import Problem
from turnout.signals.sites import Sites, ahead_on
from turnout.words.moment import Moment
from turnout.words.place import Place

AGAIN_MS: Final = 2_000
"""Between two searches for one crew: a search takes some milliseconds of a thread."""


class Way(NamedTuple):
    """`edges` from where the crew was to where it goes, on these roads under these closures."""

    on: OnRoads
    conditions: Conditions
    goal: Place
    edges: tuple[int, ...]


class Looked(NamedTuple):
    """`seen` None: nothing is known of the crew now. `has_way` false: it cannot get there by road."""

    seen: Seen | None
    has_way: bool = True


class Ways:
    def __init__(self, adviser: Adviser, sites_of: Callable[[RoadGraph], Sites], now: Callable[[], Moment]) -> None:
        """`sites_of`: in a thread, of each version of the roads."""
        self._adviser, self._sites_of, self._now = adviser, sites_of, now
        self._ways: dict[str, Way] = {}
        self._searched: dict[str, int] = {}
        self._sites: tuple[OnRoads, Sites] | None = None
        self._finding: tuple[OnRoads, asyncio.Task[Sites]] | None = None

    def forget(self, corridor: str) -> None:
        self._ways.pop(corridor, None)
        self._searched.pop(corridor, None)

    async def sites(self) -> Sites:
        """The signals of the roads in force."""
        on = self._adviser.on_roads
        if self._sites is not None and self._sites[0] is on:
            return self._sites[1]
        if self._finding is None or self._finding[0] is not on or self._finding[1].done():
            self._finding = on, asyncio.create_task(self._find(on))
        return await asyncio.shield(self._finding[1])

    async def _find(self, on: OnRoads) -> Sites:
        """Once for each version of the roads, whoever asks meanwhile."""
        found = await self._adviser.workers.run(partial(self._sites_of, on.roads.graph))
        self._sites = on, found
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of the signals last asked for."""
        return self._sites[1].problems if self._sites is not None else ()

    def find_junction(self, id: str) -> Junction | None:
        """Of the signals last asked for."""
        site = self._sites[1].by_id.get(id) if self._sites is not None else None
        return site.junction if site is not None else None

    async def look(self, board: Board, corridor: Corridor, clock_ms: int) -> Looked:
        """What lies ahead of the crew of this corridor. `clock_ms` is now, by the clock of `Seen`."""
        sites, on = await self.sites(), self._adviser.on_roads
        fix = on.fixes.get(corridor.unit)
        goal = aim_of(board, corridor, self._adviser.find_place)
        if goal is None:
            return Looked(None, has_way=False)
        if fix is None or fix.spot is None:
            return Looked(None)
        way = self._ways.get(corridor.id)
        conditions = on.conditions.on(board)
        is_same = way is not None and (way.on, way.conditions, way.goal) == (on, conditions, goal)
        rest = _rest(way.edges, fix.spot, on.roads.graph) if way is not None and is_same else None
        if rest is None:
            if clock_ms - self._searched.get(corridor.id, -AGAIN_MS) < AGAIN_MS:
                return Looked(None)
            self._searched[corridor.id] = clock_ms
            found = await self._search(on, fix.spot, goal, conditions)
            if found is None:
                return Looked(None)
            if not found:
                return Looked(None, has_way=False)
            way = Way(on, conditions, goal, found)
            rest = _rest(found, fix.spot, on.roads.graph)
            if rest is None:
                return Looked(None)
        assert way is not None
        self._ways[corridor.id] = way._replace(edges=rest[0])
        return Looked(self._seen(on, sites, fix, rest, clock_ms))

    async def _search(self, on: OnRoads, spot: Spot, goal: Place, conditions: Conditions) -> tuple[int, ...] | None:
        """Empty where there is no way; None when too many questions wait already."""
        target = on.spots.of(goal)
        if target is None:
            return ()
        try:
            route = await self._adviser.workers.run(
                partial(on.roads.route, spot, target, self._now(), conditions, "urgent")
            )
        except Busy:
            return None
        return route.edges if route is not None else ()

    def _seen(self, on: OnRoads, sites: Sites, fix: Fix, rest: tuple[tuple[int, ...], float], clock_ms: int) -> Seen:
        now, graph = self._now(), on.roads.graph
        edges, fraction = rest
        left_m = sum(float(graph.edge_length_m[edge]) for edge in edges)
        return Seen(
            fix_at_ms=clock_ms - max(0, now - fix.at),
            speed_mps=fix.speed_mps,
            left_m=left_m - fraction * float(graph.edge_length_m[edges[0]]),
            ahead=ahead_on(sites, graph, on.roads.edge_times_s(now), edges, fraction),
        )


def aim_of(board: Board, corridor: Corridor, find: FindPlace) -> Place | None:
    """Where the crew drives: to the hospital once it transports, else to the incident."""
    unit, incident = board.units.get(corridor.unit), board.incidents.get(corridor.incident)
    if unit is None or incident is None:
        return None
    status = unit.status
    if isinstance(status, OnIncident) and status.at == "transporting":
        hospital = board.catalogue.hospitals.get(status.destination or "") if board.catalogue is not None else None
        return hospital.place if hospital is not None else None
    return place_of(incident.location, find)


def _rest(edges: tuple[int, ...], spot: Spot, graph: RoadGraph) -> tuple[tuple[int, ...], float] | None:
    """What is still to be driven, and how far along its first edge the crew is; None when it is not on this way.

    Who stands may be found on either direction of the road.
    """
    if spot.edge in edges:
        return edges[edges.index(spot.edge) :], spot.fraction
    twin = int(graph.edge_twin[spot.edge])
    if spot.either_way and twin in edges:
        return edges[edges.index(twin) :], 1.0 - spot.fraction
    return None
