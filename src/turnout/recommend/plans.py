"""Run cards as data: which plans an incident calls for, and what is still wanting (functions 2.2, 2.8, 2.9, 2.15).

A plan fits by type × zone × hour × alarm level. Per agency and level the most particular one wins: zone before type
before hours, then the order of the city's file. Levels add up; units that are already on the incident count.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from turnout.core.board import Board, Incident
from turnout.core.catalogue import Catalogue, DayHours, Need, ResponsePlan
from turnout.words.identity import AgencyId
from turnout.words.moment import DAY_MS, MINUTE_MS, Moment

MINUTES_PER_DAY = DAY_MS // MINUTE_MS
EPOCH_WEEKDAY = 4
"""1970-01-01 was a Thursday: ISO weekday 4."""


class Wanted(msgspec.Struct, frozen=True):
    """What an incident calls for, less what works on it already."""

    plans: tuple[ResponsePlan, ...]
    needs: tuple[Need, ...]
    agencies: frozenset[AgencyId]
    """Whose units may be proposed: those of the incident, and the neighbours that the plans name."""
    by_rotation: bool
    max_travel_s: int


def wanted(board: Board, incident: Incident, at: Moment, alarm_level: int | None = None) -> Wanted:
    """The plans that apply at this alarm level, and the needs that are not met yet."""
    catalogue = board.catalogue
    assert catalogue is not None, "a board without tables has no incidents"
    level = incident.alarm_level if alarm_level is None else alarm_level
    zones = _zones_of(board, incident)
    plans = tuple(
        plan
        for agency in incident.agencies
        for each_level in range(1, level + 1)
        if (plan := _most_particular(catalogue, agency, incident.type, zones, at, each_level)) is not None
    )
    return Wanted(
        plans=plans,
        needs=_less_those_at_work(board, incident, [need for plan in plans for need in plan.needs]),
        agencies=frozenset(incident.agencies).union(*(plan.mutual_aid for plan in plans)),
        by_rotation=bool(plans) and plans[0].order_kind == "rotation",
        max_travel_s=max((plan.max_travel_s for plan in plans), default=ResponsePlan.__struct_defaults__[-1]),
    )


def _zones_of(board: Board, incident: Incident) -> frozenset[str]:
    """Zone ids at the incident. A special zone, where one is in force, overrides every other (2.2)."""
    special = incident.location.zones.get("special")
    if special:
        zone = board.special_zones.get(special)
        return frozenset({zone.plan_zone if zone else special})
    return frozenset(incident.location.zones.values())


def _most_particular(
    catalogue: Catalogue, agency: AgencyId, type_code: str, zones: frozenset[str], at: Moment, level: int
) -> ResponsePlan | None:
    fitting = [
        plan
        for plan in catalogue.plans
        if plan.agency == agency and plan.alarm_level == level and _fits(plan, type_code, zones, catalogue, at)
    ]
    return max(fitting, key=lambda plan: (bool(plan.zones), bool(plan.types), bool(plan.hours)), default=None)


def _fits(plan: ResponsePlan, type_code: str, zones: frozenset[str], catalogue: Catalogue, at: Moment) -> bool:
    if plan.types and type_code not in plan.types:
        return False
    if plan.zones and zones.isdisjoint(plan.zones):
        return False
    return not plan.hours or any(holds_at(hours, at, catalogue.utc_offset_min) for hours in plan.hours)


def holds_at(hours: DayHours, at: Moment, utc_offset_min: int) -> bool:
    """Whether a window of the local week holds at a moment. A window past midnight belongs to the day it began on."""
    local_min = at // MINUTE_MS + utc_offset_min
    day, minute = local_min // MINUTES_PER_DAY, local_min % MINUTES_PER_DAY
    today = (day + EPOCH_WEEKDAY - 1) % 7 + 1
    yesterday = (today - 2) % 7 + 1
    if hours.from_min < hours.to_min:
        return today in hours.days and hours.from_min <= minute < hours.to_min
    return (today in hours.days and minute >= hours.from_min) or (yesterday in hours.days and minute < hours.to_min)


def _less_those_at_work(board: Board, incident: Incident, needs: Iterable[Need]) -> tuple[Need, ...]:
    """Each unit at work meets one need that it is able for, the scarcest capability first."""
    left: Counter[tuple[str, str]] = Counter()
    for need in needs:
        left[need.capability, need.role] += need.count
    at_work = [board.units[a.unit] for a in incident.working if a.unit in board.units]
    bearers = Counter(capability for unit in board.units.values() for capability in unit.capabilities)
    for unit in at_work:
        able = [key for key, count in left.items() if count > 0 and key[0] in unit.capabilities]
        if able:
            left[min(able, key=lambda key: bearers[key[0]])] -= 1
    return tuple(Need(capability, count, role) for (capability, role), count in left.items() if count > 0)
