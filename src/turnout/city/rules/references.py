"""Identities are given once, and every reference names something that is there. Run whenever a folder is opened."""

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final
from zoneinfo import available_timezones

from turnout.city.draft import Draft, Read
from turnout.city.problem import Problem, Spot
from turnout.core.board import STAGES
from turnout.words.name import Name

Rule = Callable[[Draft], Iterator[Problem]]


def cure_for(wanted: str, known: Collection[str], table: str) -> Name:
    """`did you mean …?` where something near is known, else where to look."""
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    if near:
        return Name(f"did you mean `{near[0]}`?", f"是否应为 `{near[0]}`？")
    return Name(f"add it to {table}, or name one that is there", f"请在 {table} 中添加，或改用已有的")


def missing(rule: str, spot: Spot, noun: Name, wanted: str, known: Collection[str], table: str) -> Problem:
    what = Name(f"unknown {noun.en} `{wanted}`", f"未知的{noun.zh} `{wanted}`")
    return Problem(rule, spot, what, cure_for(wanted, known, table))


AGENCY, STATION, KIND = Name("agency", "机构"), Name("station", "站点"), Name("unit kind", "单元种类")
CAPABILITY, UNIT, TYPE = Name("capability", "能力"), Name("unit", "单元"), Name("incident type", "警情类型")
ZONE, GROUP, QUESTION = Name("zone", "区域"), Name("dispatch group", "调度组"), Name("question", "问询")
CODE_MAX: Final = 40
"""Codes are spoken and typed; what is longer is a sentence."""


def _agency_ids(draft: Draft) -> set[str]:
    return {each.value.id for each in draft.agencies}


def _identities(draft: Draft) -> Iterator[tuple[str, Iterable[tuple[str, Spot]]]]:
    def pairs(reads: Iterable[Read[Any]], key: str) -> list[tuple[str, Spot]]:
        return [(str(getattr(each.value, key)), each.spot) for each in reads]

    yield "agency", pairs(draft.agencies, "id")
    yield "station", pairs(draft.stations, "id")
    yield "unit kind", pairs(draft.unit_kinds, "code")
    yield "unit", pairs(draft.units, "id")
    yield "incident type", pairs(draft.types, "code")
    yield "plan", pairs(draft.plans, "id")
    yield "zone", pairs(draft.zones, "id")
    yield "disposition", pairs(draft.dispositions, "code")
    yield "reason", pairs(draft.reasons, "code")
    yield "coverage standard", pairs(draft.coverage, "id")
    yield "hospital", pairs(draft.hospitals, "id")
    yield "hydrant", pairs(draft.hydrants, "id")
    yield "role", pairs(draft.roles, "code")
    yield "group", pairs(draft.groups, "id")
    yield "info file", pairs(draft.info, "short")
    yield "alarm kind", pairs(draft.alarm_kinds, "code")
    yield "status", [(f"{each.value.agency or ''}{each.value.code}", each.spot) for each in draft.statuses]


def identities_are_given_once(draft: Draft) -> Iterator[Problem]:
    for noun, pairs in _identities(draft):
        seen: dict[str, Spot] = {}
        for identity, spot in pairs:
            if not identity.strip() or len(identity) > CODE_MAX:
                yield Problem(
                    "bad-identity",
                    spot,
                    Name(
                        f"`{identity[:CODE_MAX]}` cannot be the identity of a {noun}",
                        f"`{identity[:CODE_MAX]}` 不能作标识",
                    ),
                    Name(f"give it a code of 1 to {CODE_MAX} characters", f"请用 1 至 {CODE_MAX} 个字符的代码"),
                )
            elif identity in seen:
                first = seen[identity]
                yield Problem(
                    "duplicate-identity",
                    spot,
                    Name(
                        f"{noun} `{identity}` is already on {first.spoken('en')}",
                        f"`{identity}` 已见于 {first.spoken('zh-CN')}",
                    ),
                    Name("give one of them another identity, or remove it", "请改用其他标识，或删去其一"),
                )
            seen.setdefault(identity, spot)


def time_zone_is_known(draft: Draft) -> Iterator[Problem]:
    if draft.city and draft.city.value.time_zone not in available_timezones():
        wanted = draft.city.value.time_zone
        yield missing(
            "unknown-time-zone", draft.city.spot, Name("time zone", "时区"), wanted, available_timezones(), "IANA"
        )


def agencies_are_known(draft: Draft) -> Iterator[Problem]:
    known = _agency_ids(draft)
    named: list[tuple[str, Spot]] = [
        *((each.value.agency, each.spot) for each in draft.stations),
        *((each.value.agency, each.spot) for each in draft.units),
        *((each.value.agency, each.spot) for each in draft.plans),
        *((agency, each.spot) for each in draft.plans for agency in each.value.mutual_aid),
        *((each.value.agency or "", each.spot) for each in draft.zones),
        *((agency, each.spot) for each in draft.zones for agency in each.value.agencies.values()),
        *((each.value.agency or "", each.spot) for each in draft.statuses),
        *((each.value.agency or "", each.spot) for each in draft.standards),
        *((agency, each.spot) for each in draft.types for agency in each.value.agencies),
        *((agency, each.spot) for each in draft.dispositions for agency in each.value.agencies),
        *((agency, each.spot) for each in draft.groups for agency in each.value.agencies),
    ]
    for agency, spot in named:
        if agency and agency not in known:
            yield missing("unknown-agency", spot, AGENCY, agency, known, "agencies.toml")


def types_have_agencies(draft: Draft) -> Iterator[Problem]:
    for each in draft.types:
        if not each.value.agencies:
            yield Problem(
                "type-without-agency",
                each.spot,
                Name(f"type `{each.value.code}` has no agency", f"类型 `{each.value.code}` 没有机构"),
                Name("name its lead agency first in `agencies`", "请在 `agencies` 中写明主责机构"),
            )
        if not 1 <= each.value.priority <= 5:
            yield Problem(
                "bad-priority",
                each.spot,
                Name(
                    f"priority {each.value.priority} of `{each.value.code}`",
                    f"`{each.value.code}` 的优先级 {each.value.priority}",
                ),
                Name("priorities run from 1 (most urgent) to 5", "优先级为 1（最急）至 5"),
            )


def units_are_of_something(draft: Draft) -> Iterator[Problem]:
    stations = {each.value.id for each in draft.stations}
    kinds = {each.value.code for each in draft.unit_kinds}
    units = {each.value.id for each in draft.units}
    for unit in draft.units:
        if unit.value.station not in stations:
            yield missing("unknown-station", unit.spot, STATION, unit.value.station, stations, "stations.csv")
        if unit.value.kind not in kinds:
            yield missing("unknown-unit-kind", unit.spot, KIND, unit.value.kind, kinds, "unit_kinds.toml")
        for other in unit.value.crew_shared_with:
            if other not in units:
                yield missing("unknown-unit", unit.spot, UNIT, other, units, "units.csv")


def capabilities_are_known(draft: Draft) -> Iterator[Problem]:
    known = draft.capabilities.keys()
    named: list[tuple[str, Spot]] = [
        *((capability, each.spot) for each in draft.unit_kinds for capability in each.value.capabilities),
        *((capability, each.spot) for each in draft.units for capability in each.value.capabilities),
        *((need.capability, each.spot) for each in draft.plans for need in each.value.needs),
        *((capability, each.spot) for each in draft.stations for capability in each.value.keep_available),
        *((each.value.capability, each.spot) for each in draft.coverage),
    ]
    for capability, spot in named:
        if capability not in known:
            yield missing("unknown-capability", spot, CAPABILITY, capability, known, "unit_kinds.toml [capabilities]")


def plans_and_zones_name_what_is_there(draft: Draft) -> Iterator[Problem]:
    types = {each.value.code for each in draft.types}
    zones = {each.value.id for each in draft.zones}
    stations = {each.value.id for each in draft.stations}
    groups = {each.value.id for each in draft.groups}
    for plan in draft.plans:
        for code in plan.value.types:
            if code not in types:
                yield missing("unknown-type", plan.spot, TYPE, code, types, "types.toml")
        for zone_id in plan.value.zones:
            if zone_id not in zones:
                yield missing("unknown-zone", plan.spot, ZONE, zone_id, zones, "zones.geojson")
    for zone in draft.zones:
        for station in (zone.value.station or "", *zone.value.stations.values()):
            if station and station not in stations:
                yield missing("unknown-station", zone.spot, STATION, station, stations, "stations.csv")
        if zone.value.group and zone.value.group not in groups:
            yield missing("unknown-group", zone.spot, GROUP, zone.value.group, groups, "groups.toml")


def kinds_of_calls_and_alarms_name_a_type(draft: Draft) -> Iterator[Problem]:
    types = {each.value.code for each in draft.types}
    named: list[tuple[str, Spot]] = [
        *((each.value.type, each.spot) for each in draft.call_kinds),
        *((each.value.type, each.spot) for each in draft.alarm_kinds),
    ]
    for code, spot in named:
        if code not in types:
            yield missing("unknown-type", spot, TYPE, code, types, "types.toml")


def statuses_name_a_stage(draft: Draft) -> Iterator[Problem]:
    for status in draft.statuses:
        if status.value.stage not in STAGES:
            yield missing(
                "unknown-stage", status.spot, Name("stage", "阶段"), status.value.stage, STAGES, "APCO ANS 1.116"
            )


def questions_lead_somewhere(draft: Draft) -> Iterator[Problem]:
    types = {each.value.code for each in draft.types}
    for each in draft.types:
        questions = {question.code for question in each.value.questions}
        for answer in (answer for question in each.value.questions for answer in question.answers):
            if answer.next and answer.next not in questions:
                yield missing("unknown-question", each.spot, QUESTION, answer.next, questions, "types.toml")
            if answer.type and answer.type not in types:
                yield missing("unknown-type", each.spot, TYPE, answer.type, types, "types.toml")


TABLE_RULES: Final[tuple[Rule, ...]] = (
    identities_are_given_once,
    time_zone_is_known,
    agencies_are_known,
    types_have_agencies,
    units_are_of_something,
    capabilities_are_known,
    plans_and_zones_name_what_is_there,
    kinds_of_calls_and_alarms_name_a_type,
    statuses_name_a_stage,
    questions_lead_somewhere,
)
"""In the order in which a person would mend them."""
