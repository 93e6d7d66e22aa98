"""Who should go, and by what way: the recommendation and the roads, asked in a thread so that the loop never waits.

Where units are on the roads is worked out when a fix arrives, not when somebody asks (measures.md: 3 µs each then).
What is handed to the thread does not change under it: boards are immutable, and the fixes are a copy.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

from turnout.core.board import Board, HospitalState, Incident, OnIncident
from turnout.core.catalogue import Hospital
from turnout.core.incidents.incident import on_the_ground
from turnout.core.limits import UNITS_MAX, Code, Id, Whole
from turnout.core.location import FindPlace, no_place, place_of
from turnout.core.refusals import UnknownIncident, UnknownUnit
from turnout.desk.access import Principal
from turnout.desk.faults import Busy
from turnout.edge.answers import Declined, declined
from turnout.edge.bounded import BoundedWorkers
from turnout.edge.counter import DeskAt, refused
from turnout.edge.looking_up import find_open
from turnout.recommend import (
    Bypassed,
    Fix,
    PlaceSpots,
    Proposal,
    ProposedUnit,
    Reason,
    RoadConditions,
    RoadTimes,
    recommend,
    speak,
)
from turnout.roads import Conditions, Roads, Route, Spot
from turnout.telemetry.latest import Held, Latest
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place, distance_m

WORKERS: Final = 2
"""Recommendations at once: each is some ten milliseconds of NumPy, and the desk needs a core."""

WAITING_MAX: Final = 64
"""Questions at work and waiting: half a second's work; who asks later than that is told at once and asks again."""

T = TypeVar("T")


class AdviceAsked(msgspec.Struct, frozen=True, kw_only=True):
    """`incident_id` is an identity, a tag or a number."""

    incident_id: Id
    alarm_level: Whole | None = None
    exclude: tuple[Id, ...] = ()
    capability: Code = ""


HOSPITALS_MAX: Final = 60
"""The nearest as the crow flies: a city of twenty million has more, and nobody drives past sixty."""


class HospitalNear(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital as a crew that transports wants to see it. `travel_time_s` null: no way by road is known."""

    id: str
    name: Name
    travel_time_s: int | None
    state: HospitalState | None
    """What was last told of it; null: nothing."""


class OnRoads:
    """One version of the roads, with where every unit is on them. Whoever began a question with it ends with it."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.conditions, self.spots = RoadConditions(roads), PlaceSpots(roads)
        self.fixes: dict[UnitId, Fix] = {}

    def put(self, held: Sequence[Held]) -> None:
        """These have these places: find them on the roads."""
        lat, lon = (np.array([getattr(one.place, axis) for one in held]) for axis in ("lat", "lon"))
        heading = np.array([np.nan if one.heading is None else one.heading for one in held])
        speed = np.array([np.nan if one.speed_mps is None else one.speed_mps for one in held])
        spots = self.roads.snap_many(lat, lon, heading, speed)
        for index, one in enumerate(held):
            self.fixes[one.unit] = Fix(one.place, one.at, spots.at(index), one.speed_mps)


class Adviser:
    def __init__(self, roads: Roads, latest: Latest, desk: DeskAt, find_place: FindPlace = no_place) -> None:
        """`find_place` opens the places of incidents, which are sealed on the board."""
        self._latest, self._desk, self.find_place = latest, desk, find_place
        self._on = OnRoads(roads)
        self.workers = BoundedWorkers(WORKERS, WAITING_MAX, "advice")

    def close(self) -> None:
        self.workers.close()

    def moved(self, units: Sequence[UnitId]) -> None:
        """These have a new place: put them on the roads."""
        held = [self._latest.find(unit) for unit in units]
        self._on.put([one for one in held if one is not None])

    def known(self) -> list[Held]:
        """Where every unit is, as of now."""
        return list(self._latest.list_all())

    def prepared(self, roads: Roads, held: Sequence[Held]) -> OnRoads:
        """Other roads with these places on them, beside those in force. For a thread: it touches nothing else."""
        on = OnRoads(roads)
        if held:
            on.put(held)
        return on

    def use(self, on: OnRoads) -> None:
        """From the next question on. Whoever moved while they were prepared is put on them now."""
        late = [one for one in self._latest.list_all() if one.unit not in on.fixes or on.fixes[one.unit].at != one.at]
        if late:
            on.put(late)
        self._on = on

    @property
    def on_roads(self) -> OnRoads:
        """The roads in force. Whoever works for long takes them once, and ends with them."""
        return self._on

    async def _done(self, work: Callable[[], T]) -> T | Declined:
        """In a thread; refused at once where too many wait already."""
        try:
            return await self.workers.run(work)
        except Busy:
            return declined("busy")

    async def propose(self, who: Principal, asked: AdviceAsked, at: Moment) -> Proposal | Declined:
        """Who should go to this incident now."""
        incident = find_open(self._desk.board, who, asked.incident_id)
        if incident is None:
            return refused(UnknownIncident(incident=asked.incident_id))
        board, on = self._desk.board, self._on
        level = asked.alarm_level
        if len(asked.exclude) > UNITS_MAX or (level is not None and not 1 <= level <= 9):
            return declined("malformed", problem="out of range", field="exclude, alarm_level")
        work = partial(
            recommend,
            board,
            on_the_ground(incident, self.find_place),
            at,
            dict(on.fixes),
            RoadTimes(on.roads, on.spots, on.conditions.on(board), at),
            alarm_level=level,
            exclude=[UnitId(unit) for unit in asked.exclude],
            capability=asked.capability,
        )
        return await self._done(work)

    async def route(self, who: Principal, unit: str, called: str, at: Moment) -> dict[str, Any] | Declined:
        """The quickest way from where the unit is to the incident, or to where the unit transports."""
        board, on = self._desk.board, self._on
        row = board.units.get(UnitId(unit))
        if row is None or not who.sight.unit_row(row, board):
            return refused(UnknownUnit(unit=unit))
        incident = find_open(board, who, called)
        if incident is None:
            return refused(UnknownIncident(incident=called))
        target = _aim(board, incident, UnitId(unit), self.find_place)
        if target is None:
            return declined("incident-has-no-place")
        fix = on.fixes.get(UnitId(unit))
        source = fix.spot if fix is not None else _spot_of_station(board, UnitId(unit), on)
        goal = on.spots.of(target)
        if source is None:
            return declined("place-unknown-of-unit", unit=unit)
        if goal is None:
            return declined("no-way", unit=unit)
        work = partial(on.roads.route, source, goal, at, on.conditions.on(board))
        route = await self._done(work)
        if isinstance(route, Declined):
            return route
        return declined("no-way", unit=unit) if route is None else _shown(route, on.roads)

    async def hospitals(self, who: Principal, unit: str, at: Moment) -> list[HospitalNear] | Declined:
        """Every hospital by the road time from where the unit is, with what was last told of it (4.13)."""
        board, on = self._desk.board, self._on
        row = board.units.get(UnitId(unit))
        if row is None or not who.sight.unit_row(row, board):
            return refused(UnknownUnit(unit=unit))
        fix = on.fixes.get(UnitId(unit))
        source = fix.spot if fix is not None else _spot_of_station(board, UnitId(unit), on)
        if source is None:
            return declined("place-unknown-of-unit", unit=unit)
        work = partial(_hospitals_from, on, source, board, at)
        return await self._done(work)


def _spot_of_station(board: Board, unit: UnitId, on: OnRoads) -> Spot | None:
    station = board.catalogue.stations.get(board.units[unit].station) if board.catalogue is not None else None
    return on.spots.of(station.place) if station is not None else None


def _hospitals_from(on: OnRoads, source: Spot, board: Board, at: Moment) -> list[HospitalNear]:
    known = board.catalogue.hospitals.values() if board.catalogue is not None else ()
    here, conditions = on.roads.place_of(source), on.conditions.on(board)
    nearest = sorted(known, key=lambda one: distance_m(one.place, here))[:HOSPITALS_MAX]
    found = [_hospital(on, one, source, board, at, conditions) for one in nearest]
    return sorted(found, key=lambda one: (one.travel_time_s is None, one.travel_time_s or 0))


def _hospital(
    on: OnRoads, one: Hospital, source: Spot, board: Board, at: Moment, conditions: Conditions
) -> HospitalNear:
    goal = on.spots.of(one.place)
    way = on.roads.route(source, goal, at, conditions, "routine") if goal is not None else None
    return HospitalNear(
        id=one.id,
        name=one.name,
        travel_time_s=round(on.roads.estimate(way.drive_s, "routine").expected_s) if way is not None else None,
        state=board.hospitals.get(one.id),
    )


def _shown(route: Route, roads: Roads) -> dict[str, Any]:
    estimate = roads.estimate(route.drive_s)
    return {
        "line": [[round(point.lon, 6), round(point.lat, 6)] for point in route.line],
        "length_m": round(route.length_m),
        "travel_time_s": round(estimate.expected_s),
        "p10_s": round(estimate.earliest_s),
        "p90_s": round(estimate.latest_s),
        "steps": [
            {"en": step.text.en, "zh": step.text.zh, "turn": step.turn, "length_m": round(step.length_m)}
            for step in route.steps
        ],
    }


def _aim(board: Board, incident: Incident, unit: UnitId, find: FindPlace) -> Place | None:
    """Where it is to drive: to the hospital once it transports, else to the incident."""
    status = board.units[unit].status
    if isinstance(status, OnIncident) and status.incident == incident.id and status.at == "transporting":
        hospital = board.catalogue.hospitals.get(status.destination or "") if board.catalogue is not None else None
        if hospital is not None:
            return hospital.place
    return place_of(incident.location, find)


# --- as it goes out


def shown(proposal: Proposal, board: Board) -> dict[str, Any]:
    """The proposal as JSON, with every reason in words. `offer` is what goes back with the choice."""
    plans = {plan.id: plan for plan in board.catalogue.plans} if board.catalogue is not None else {}
    named = [{"id": one, "name": plans[one].name if one in plans else Name(one, one)} for one in proposal.plans]
    return {
        "incident_id": proposal.incident_id,
        "at": proposal.at,
        "plan": named[0] if named else None,
        "plans": named,
        "alarm_level": proposal.alarm_level,
        "lines": [_line(one, board) for one in proposal.lines],
        "also": [_line(one, board) for one in proposal.also],
        "bypassed": [_bypassed(one, board) for one in proposal.bypassed],
        "shortfalls": proposal.shortfalls,
        "notes": [_reason(one, board) for one in proposal.notes],
        "offer": proposal.offer,
    }


def _line(one: ProposedUnit, board: Board) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "capability": one.capability,
        "role": one.role,
        "travel_time_s": one.travel_time_s,
        "turnout_s": one.turnout_s,
        "total_s": one.total_s,
        "p10_s": one.p10_s,
        "p90_s": one.p90_s,
        "from": one.start,
        "fix_age_s": one.fix_age_s,
        "hold_back": one.hold_back,
        "why": [_reason(reason, board) for reason in one.why],
    }


def _bypassed(one: Bypassed, board: Board) -> dict[str, Any]:
    return {"unit": one.unit, "capability": one.capability, "total_s": one.total_s, **_reason(one.reason, board)}


def _reason(reason: Reason, board: Board) -> dict[str, Any]:
    text = Name(speak(reason, "en", board.catalogue), speak(reason, "zh-CN", board.catalogue))
    return {"code": reason.code, "fields": reason.fields, "text": text}
