"""A better unit after dispatch (3.16): somebody free now would be there sooner than one that is still on its way.

Only a suggestion: a person decides. It is made where both arrivals are known (who drives must have been seen just now)
and the gain is worth turning a crew round; what the sooner unit can do must be all that the other was sent for.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from turnout.core.board import Available, Board, Incident, Offer, OfferedUnit, OnIncident, Unit
from turnout.core.location import FindPlace, no_place, place_of
from turnout.recommend.plans import wanted
from turnout.recommend.request import Candidate, DriveTimes, Positions, Request
from turnout.recommend.rules import BARS, hold_back
from turnout.recommend.starting import Start, start_of
from turnout.roads.spot import Spots
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import SECOND_MS, Moment
from turnout.words.place import Place

ON_THE_WAY: Final = ("dispatched", "acknowledged", "enroute")
"""Stages at which a unit can be turned round. Who is staged or has arrived is where it was sent."""
INCIDENTS_MAX: Final = 40
"""Looked at in one go, most urgent first: each takes a search of some ten milliseconds."""
SWAPS_MAX: Final = 8
"""What a person can weigh; those that gain most come first."""


class Swap(msgspec.Struct, frozen=True, kw_only=True):
    """`by` would be at the incident `gain_s` sooner than `unit`. Seconds from now, turnout included."""

    incident_id: IncidentId
    at: Moment
    unit: UnitId
    by: UnitId
    capabilities: tuple[str, ...]
    """What `unit` was sent for: `by` can do all of it."""
    stage: str
    unit_s: int
    by_s: int
    gain_s: int

    @property
    def offer(self) -> Offer:
        """What is kept beside the choice: the sooner one proposed, the other passed over."""
        what = "+".join(self.capabilities)
        return Offer(
            at=self.at,
            plan="swap",
            proposed=(OfferedUnit(self.by, self.by_s, what, ("sooner",)),),
            bypassed=(OfferedUnit(self.unit, self.unit_s, what, (), "later"),),
        )


def swaps(
    board: Board, at: Moment, positions: Positions, roads: DriveTimes, find: FindPlace = no_place
) -> tuple[Swap, ...]:
    """The best ones, each unit named once. Pure but for the roads, which only compute; `find` opens places."""
    going = [incident for incident in board.incidents.values() if _on_the_way(incident, board)]
    going.sort(key=lambda incident: (incident.priority, incident.opened))
    spare = [unit for unit in board.units.values() if isinstance(unit.status, Available) and unit.staffed]
    found = [
        swap
        for incident in going[:INCIDENTS_MAX]
        for swap in _of_incident(board, incident, at, positions, roads, spare, place_of(incident.location, find))
    ]
    return tuple(_each_once(found))[:SWAPS_MAX]


def still_holds(swap: Swap, board: Board) -> bool:
    """Whether it can still be done: the one under way has not arrived, the other has not been sent elsewhere."""
    unit, by = board.units.get(swap.unit), board.units.get(swap.by)
    if unit is None or by is None or not isinstance(unit.status, OnIncident):
        return False
    under_way = unit.status.incident == swap.incident_id and unit.status.at in ON_THE_WAY
    return under_way and isinstance(by.status, Available)


def _on_the_way(incident: Incident, board: Board) -> list[Unit]:
    units = [board.units[assignment.unit] for assignment in incident.working if assignment.unit in board.units]
    return [
        unit
        for unit in units
        if isinstance(unit.status, OnIncident) and unit.status.incident == incident.id and unit.status.at in ON_THE_WAY
    ]


def _each_once(found: Iterable[Swap]) -> list[Swap]:
    taken: set[UnitId] = set()
    kept = []
    for swap in sorted(found, key=lambda each: -each.gain_s):
        if swap.unit not in taken and swap.by not in taken:
            taken |= {swap.unit, swap.by}
            kept.append(swap)
    return kept


def _of_incident(
    board: Board,
    incident: Incident,
    at: Moment,
    positions: Positions,
    roads: DriveTimes,
    spare: Sequence[Unit],
    place: Place | None,
) -> list[Swap]:
    target = roads.spot_of(place) if place is not None else None
    if target is None:
        return []
    request = Request(board=board, incident=incident, at=at, wanted=wanted(board, incident, at))
    underway = _starts(_on_the_way(incident, board), request, positions, roads)
    going = [(unit, start) for unit, start in underway if _is_known(unit, start)]
    able = frozenset[str]().union(*(_sent_for(unit, request) for unit, _ in going))
    free = [
        unit
        for unit in spare
        if unit.agency in request.wanted.agencies and not able.isdisjoint(unit.capabilities) and _may_go(unit, request)
    ]
    if not going or not free:
        return []
    others = list(_starts(free, request, positions, roads))
    spots = Spots.of([start.spot for _, start in (*going, *others)])
    drives = roads.drive_s(target, spots, None, request.is_urgent)
    left_s = [
        _turnout_left_s(unit, start, at) + roads.estimate(drive, request.is_urgent).expected_s
        for (unit, start), drive in zip(going, drives[: len(going)], strict=True)
    ]
    candidates = _sparing(request, others, drives[len(going) :], roads)
    return [
        swap
        for (unit, _), seconds in zip(going, left_s, strict=True)
        if math.isfinite(seconds) and (swap := _better(request, unit, seconds, candidates)) is not None
    ]


def _starts(
    units: Sequence[Unit], request: Request, positions: Positions, roads: DriveTimes
) -> list[tuple[Unit, Start]]:
    return [(unit, start_of(unit, request, positions, roads)) for unit in units]


def _is_known(unit: Unit, start: Start) -> bool:
    """Whether it is known where it is: seen just now, or not set out yet."""
    assert isinstance(unit.status, OnIncident)
    return start.start == "road" or (unit.status.at != "enroute" and start.fix_age_s is None)


def _turnout_left_s(unit: Unit, start: Start, at: Moment) -> float:
    """What is left of its turnout; none once it drives."""
    assert isinstance(unit.status, OnIncident)
    gone_s = 0 if unit.status.at == "enroute" else max(0, at - unit.since) / SECOND_MS
    return max(0.0, start.turnout_s - gone_s)


def _sent_for(unit: Unit, request: Request) -> frozenset[str]:
    """Of what the incident's plans call for, what this unit does; sent by hand beyond them, all that its kind does."""
    called_for = {need.capability for plan in request.wanted.plans for need in plan.needs}
    kind = request.catalogue.unit_kinds.get(unit.kind)
    return (unit.capabilities & called_for) or frozenset(() if kind is None else kind.capabilities)


def _may_go(unit: Unit, request: Request) -> bool:
    return all(bar(unit, request) is None for bar in BARS)


def _sparing(
    request: Request, others: Sequence[tuple[Unit, Start]], drives: Sequence[float], roads: DriveTimes
) -> list[Candidate]:
    """Who could go, soonest first; for what can wait nobody whose station it would empty."""
    timed = [
        Candidate(
            unit=unit,
            start=start.start,
            fix_age_s=start.fix_age_s,
            turnout_s=start.turnout_s,
            estimate=roads.estimate(drive, request.is_urgent),
        )
        for (unit, start), drive in zip(others, drives, strict=True)
        if start.start != "last-known" and math.isfinite(drive)
    ]
    weighed = hold_back.weigh(timed, request)
    spared = weighed if request.is_urgent else [each for each in weighed if not each.hold_back]
    return sorted(spared, key=lambda each: each.total_s)


def _better(request: Request, unit: Unit, unit_s: float, candidates: Sequence[Candidate]) -> Swap | None:
    sent_for = _sent_for(unit, request)
    best = next((each for each in candidates if sent_for and sent_for <= each.unit.capabilities), None)
    if best is None or unit_s - best.total_s < request.catalogue.swap_gain_s:
        return None
    assert isinstance(unit.status, OnIncident)
    return Swap(
        incident_id=request.incident.id,
        at=request.at,
        unit=unit.id,
        by=best.unit.id,
        capabilities=tuple(sorted(sent_for)),
        stage=unit.status.at,
        unit_s=round(unit_s),
        by_s=round(best.total_s),
        gain_s=round(unit_s - best.total_s),
    )
