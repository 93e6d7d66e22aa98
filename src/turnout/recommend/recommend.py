"""The recommendation: which units meet an incident's response plans soonest by road, and why (functions 2.7 to 2.11).

One shortest-path tree grown backwards from the incident serves every unit, so the exact road time of two thousand costs
no more than that of ten. Pure but for the roads it is handed, which only compute.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from turnout.core.board import Board, Incident, Offer, OfferedUnit, Unit
from turnout.core.catalogue import Need
from turnout.recommend.choose import Chosen, choose
from turnout.recommend.plans import wanted
from turnout.recommend.proposal import Bypassed, Proposal, ProposedUnit, Reason, Shortfall
from turnout.recommend.request import Candidate, DriveTimes, Positions, Request
from turnout.recommend.rules import BARS, WEIGHTS
from turnout.recommend.rules.rest import RESTING, rest_left_s
from turnout.recommend.starting import Start, start_of
from turnout.roads.ground import SNAP_LIMIT_M
from turnout.roads.spot import Spot, Spots
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place

ALSO_MAX = 4
"""Further candidates shown per capability: what a person reads before deciding to ask again."""
BYPASSED_MAX = 12
"""Units passed over that are named per proposal, soonest first: those that a person would ask about."""
SPARE = 12
"""Candidates weighed beyond those wanted: enough that rotation and hold-backs can reach past the nearest."""

BESIDE_M = SNAP_LIMIT_M
"""An incident farther than this from a road is not reached by driving alone, and that is said."""


def recommend(
    board: Board,
    incident: Incident,
    at: Moment,
    positions: Positions,
    roads: DriveTimes,
    *,
    alarm_level: int | None = None,
    exclude: Iterable[UnitId] = (),
    capability: str = "",
) -> Proposal:
    """Who should go. With `capability`, one unit of that kind is asked for instead of the plan's needs."""
    call_for = wanted(board, incident, at, alarm_level)
    if capability:
        call_for = msgspec.structs.replace(call_for, needs=(Need(capability, 1),))
    request = Request(board=board, incident=incident, at=at, wanted=call_for, exclude=frozenset(exclude))
    able = _able(request)
    barred = {unit.id: reason for unit in able if (reason := _bar(unit, request)) is not None}
    field = _Field(able, [start_of(unit, request, positions, roads) for unit in able], barred, roads.spot_of)
    near = _wanted_count(request) + SPARE + len(barred)
    enough = None if near >= len(able) or _too_few(request, field) else near
    choice = _choose_among(request, field, roads, enough)
    if choice.still_open and enough is not None:
        choice = _choose_among(request, field, roads, None)
    if choice.still_open and any(reason.code == RESTING for reason in barred.values()):
        awake = {unit: reason for unit, reason in barred.items() if reason.code != RESTING}
        choice = _choose_among(request, msgspec.structs.replace(field, barred=awake), roads, None)
    return _proposal(request, alarm_level, choice)


class _Field(msgspec.Struct, frozen=True):
    """The units that are able, where each starts, and those that a rule bars."""

    able: list[Unit]
    starts: list[Start]
    barred: dict[UnitId, Reason]
    spot_of: Callable[[Place], Spot | None]


def _too_few(request: Request, field: _Field) -> bool:
    """Whether a need must stay open whoever is near: then all are looked for at once, not the nearest first."""
    asked: Counter[str] = Counter()
    for need in request.wanted.needs:
        asked[need.capability] += need.count
    free = [unit.capabilities for unit in field.able if unit.id not in field.barred]
    return any(sum(capability in able for able in free) < count for capability, count in asked.items())


class _Choice(msgspec.Struct, frozen=True):
    """What came of weighing the field."""

    timed: list[Candidate]
    passed: dict[UnitId, Reason]
    candidates: list[Candidate]
    chosen: list[Chosen]
    still_open: list[Need]
    target: Spot | None
    """The incident on the roads."""


def _choose_among(request: Request, field: _Field, roads: DriveTimes, enough: int | None) -> _Choice:
    """One round: times, rules, assignment. With `enough`, only the nearest are looked for."""
    place = request.incident.location.place
    target = field.spot_of(place) if isinstance(place, Place) else None
    timed = _timed(request, field, roads, target, enough)
    candidates, no_way = _candidates(timed, field.barred, request, complete=enough is None)
    for weigh in WEIGHTS:
        candidates = weigh(candidates, request)
    chosen, still_open = choose(candidates, request.wanted.needs)
    return _Choice(timed, field.barred | no_way, candidates, chosen, still_open, target)


def _able(request: Request) -> list[Unit]:
    """Units with a capability that is wanted."""
    capabilities = frozenset(need.capability for need in request.wanted.needs)
    return [unit for unit in request.board.units.values() if not capabilities.isdisjoint(unit.capabilities)]


def _bar(unit: Unit, request: Request) -> Reason | None:
    for bar in BARS:
        reason = bar(unit, request)
        if reason is not None:
            return reason
    return None


def _timed(
    request: Request, field: _Field, roads: DriveTimes, target: Spot | None, enough: int | None
) -> list[Candidate]:
    """Every able unit with its times. Without a place on the roads all times are infinite, and that is said."""
    urgent = request.is_urgent
    drives = [math.inf] * len(field.able)
    if target is not None:
        drives = roads.drive_s(target, Spots.of([start.spot for start in field.starts]), enough, urgent)
    return [
        Candidate(
            unit=unit,
            start=start.start,
            fix_age_s=start.fix_age_s,
            turnout_s=start.turnout_s,
            estimate=roads.estimate(drive_s, urgent),
            why=start.why,
        )
        for unit, start, drive_s in zip(field.able, field.starts, drives, strict=True)
    ]


def _wanted_count(request: Request) -> int:
    return sum(need.count for need in request.wanted.needs)


def _candidates(
    timed: Sequence[Candidate], barred: dict[UnitId, Reason], request: Request, complete: bool
) -> tuple[list[Candidate], dict[UnitId, Reason]]:
    """Those that may go, the nearest of each capability; and those without a way there in time.

    Unless the search was `complete`, an infinite time only means that the unit is not among the nearest.
    """
    no_way: dict[UnitId, Reason] = {}
    free = []
    for candidate in sorted(timed, key=lambda each: each.total_s):
        if candidate.unit.id in barred:
            continue
        if not math.isfinite(candidate.total_s):
            if not complete:
                continue
            no_way[candidate.unit.id] = Reason("no-way-by-road")
        elif candidate.estimate.drive_s > request.wanted.max_travel_s:
            no_way[candidate.unit.id] = Reason("too-far", {"limit_s": request.wanted.max_travel_s})
        else:
            free.append(candidate)
    return _nearest_of_each(free, request), no_way


def _nearest_of_each(candidates: Sequence[Candidate], request: Request) -> list[Candidate]:
    """Enough of each capability, soonest first. Under rotation all of them: rest decides there, not distance.

    Where what can wait would wake crews that rest, those that have rested come first, however far.
    """
    if not request.is_urgent:
        candidates = sorted(candidates, key=lambda each: rest_left_s(each.unit, request) > 0)
    if request.wanted.by_rotation:
        return list(candidates)
    room = Counter({need.capability: _wanted_count(request) + SPARE for need in request.wanted.needs})
    kept = []
    for candidate in candidates:
        useful = [
            capability for capability in room if room[capability] > 0 and capability in candidate.unit.capabilities
        ]
        if useful:
            kept.append(candidate)
            room.subtract(useful)
    return kept


def _proposal(request: Request, alarm_level: int | None, choice: _Choice) -> Proposal:
    lines = tuple(
        _line(each.candidate, each.need.capability, each.need.role, choice.candidates) for each in choice.chosen
    )
    taken = {line.unit for line in lines}
    bypassed = (
        *_sooner_but_not_taken(choice.candidates, lines, taken),
        *_bypassed(request, choice.timed, choice.passed),
    )
    shortfalls = _shortfalls(request, choice.still_open)
    return Proposal(
        incident_id=request.incident.id,
        at=request.at,
        plans=tuple(plan.id for plan in request.wanted.plans),
        alarm_level=request.incident.alarm_level if alarm_level is None else alarm_level,
        lines=lines,
        also=_also(request, choice.candidates, taken),
        bypassed=bypassed,
        shortfalls=shortfalls,
        notes=_notes(request, choice.target),
        offer=_offer(request, lines, bypassed, shortfalls),
    )


def _shortfalls(request: Request, still_open: Sequence[Need]) -> tuple[Shortfall, ...]:
    wanted_by: Counter[str] = Counter()
    open_by: Counter[str] = Counter()
    for need in request.wanted.needs:
        wanted_by[need.capability] += need.count
    for need in still_open:
        open_by[need.capability] += need.count
    return tuple(Shortfall(each, wanted_by[each], wanted_by[each] - count) for each, count in open_by.items())


def _line(candidate: Candidate, capability: str, role: str, among: Sequence[Candidate]) -> ProposedUnit:
    sooner = sum(1 for other in among if capability in other.unit.capabilities and other.total_s < candidate.total_s)
    estimate = candidate.estimate
    return ProposedUnit(
        unit=candidate.unit.id,
        capability=capability,
        role=role,
        travel_time_s=round(estimate.expected_s),
        turnout_s=candidate.turnout_s,
        total_s=round(candidate.total_s),
        p10_s=round(candidate.turnout_s + estimate.earliest_s),
        p90_s=round(candidate.turnout_s + estimate.latest_s),
        start=candidate.start,
        fix_age_s=candidate.fix_age_s,
        hold_back=candidate.hold_back,
        why=(Reason("soonest", {"rank": sooner + 1, "capability": capability}), *candidate.why),
    )


def _also(request: Request, candidates: Sequence[Candidate], taken: set[UnitId]) -> tuple[ProposedUnit, ...]:
    shown: dict[UnitId, ProposedUnit] = {}
    for capability in dict.fromkeys(need.capability for need in request.wanted.needs):
        able = [c for c in candidates if capability in c.unit.capabilities and c.unit.id not in taken]
        for candidate in sorted(able, key=lambda each: each.total_s)[:ALSO_MAX]:
            shown.setdefault(candidate.unit.id, _line(candidate, capability, "", candidates))
    return tuple(shown.values())


def _sooner_but_not_taken(
    candidates: Sequence[Candidate], lines: Sequence[ProposedUnit], taken: set[UnitId]
) -> list[Bypassed]:
    """A unit that would be sooner than one proposed for the same thing, and what moved it back: it must be said."""
    found = []
    for candidate in candidates:
        if candidate.unit.id in taken:
            continue
        slower = [
            line
            for line in lines
            if line.capability in candidate.unit.capabilities and line.total_s > round(candidate.total_s)
        ]
        if slower:
            code = "held-for-coverage" if candidate.hold_back else "rested-less"
            reason = Reason(code, {"unit": str(slower[0].unit), "station": str(candidate.unit.station)})
            found.append(_passed(candidate, slower[0].capability, reason))
    return found


def _bypassed(request: Request, timed: Sequence[Candidate], passed: dict[UnitId, Reason]) -> list[Bypassed]:
    capabilities = list(dict.fromkeys(need.capability for need in request.wanted.needs))
    named = [candidate for candidate in timed if candidate.unit.id in passed]
    named.sort(key=lambda candidate: candidate.total_s)
    return [
        _passed(
            candidate,
            next(capability for capability in capabilities if capability in candidate.unit.capabilities),
            passed[candidate.unit.id],
        )
        for candidate in named
        if passed[candidate.unit.id].code not in ("on-this-incident", "other-agency")
    ][:BYPASSED_MAX]


def _passed(candidate: Candidate, capability: str, reason: Reason) -> Bypassed:
    total_s = round(candidate.total_s) if math.isfinite(candidate.total_s) else None
    return Bypassed(unit=candidate.unit.id, capability=capability, reason=reason, total_s=total_s)


def _notes(request: Request, target: Spot | None) -> tuple[Reason, ...]:
    notes = []
    if not request.wanted.plans:
        notes.append(Reason("no-plan-fits", {"type": request.incident.type}))
    elif not request.wanted.needs:
        notes.append(Reason("plan-is-met"))
    if target is None:
        notes.append(Reason("place-not-on-the-roads"))
    elif target.offset_m > BESIDE_M:
        notes.append(Reason("place-off-the-roads", {"distance_m": round(target.offset_m)}))
    return tuple(notes)


def _offer(
    request: Request, lines: Sequence[ProposedUnit], bypassed: Sequence[Bypassed], shortfalls: Sequence[Shortfall]
) -> Offer:
    return Offer(
        at=request.at,
        plan="+".join(plan.id for plan in request.wanted.plans),
        proposed=tuple(
            OfferedUnit(
                line.unit, line.total_s, line.role or line.capability, tuple(reason.code for reason in line.why)
            )
            for line in lines
        ),
        bypassed=tuple(
            OfferedUnit(each.unit, -1 if each.total_s is None else each.total_s, each.capability, (), each.reason.code)
            for each in bypassed
        ),
        shortfalls=tuple(f"{each.capability}:{each.wanted - each.found}" for each in shortfalls),
    )
