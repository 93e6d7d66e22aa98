"""Response plans: each type has one for each of its agencies, levels follow each other, the fleet can meet them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from turnout.city.draft import Draft, Read
from turnout.city.problem import Problem
from turnout.core.catalogue import IncidentType, ResponsePlan
from turnout.words.identity import AgencyId
from turnout.words.name import Name


def first_levels(draft: Draft) -> list[Read[ResponsePlan]]:
    return [plan for plan in draft.plans if plan.value.alarm_level == 1]


def fits(plan: ResponsePlan, type_code: str) -> bool:
    return not plan.types or type_code in plan.types


def types_have_plans(draft: Draft) -> Iterator[Problem]:
    """An advise-only type sends nobody and needs none."""
    plans = first_levels(draft)
    for each in draft.types:
        for agency in () if each.value.advise_only else each.value.agencies:
            if not any(plan.value.agency == agency and fits(plan.value, each.value.code) for plan in plans):
                yield _without_plan(each, agency)


def _without_plan(each: Read[IncidentType], agency: AgencyId) -> Problem:
    lead = agency == each.value.agencies[0]
    return Problem(
        "type-without-plan",
        each.spot,
        Name(
            f"no plan of {agency} fits type `{each.value.code}`", f"{agency} 没有适用于类型 `{each.value.code}` 的预案"
        ),
        Name("add the type to a plan of that agency in plans.toml", "请在 plans.toml 中把该类型加入该机构的预案"),
        "error" if lead else "warning",
    )


def levels_follow_each_other(draft: Draft) -> Iterator[Problem]:
    levels: dict[str, list[int]] = {}
    spots = {}
    for plan in draft.plans:
        name = plan.value.id.split("/")[0]
        levels.setdefault(name, []).append(plan.value.alarm_level)
        spots[name] = plan.spot
    for name, found in levels.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield Problem(
                "plan-levels",
                spots[name],
                Name(f"plan `{name}` has the levels {sorted(found)}", f"预案 `{name}` 的级别为 {sorted(found)}"),
                Name("number its levels 1, 2, 3 without a gap", "级别应从 1 起连续编号"),
            )


def fleet_by_agency(draft: Draft) -> dict[str, Counter[str]]:
    """Agency → capability → how many units have it."""
    kinds = {kind.value.code: kind.value for kind in draft.unit_kinds}
    fleet: dict[str, Counter[str]] = {}
    for unit in draft.units:
        kind = kinds.get(unit.value.kind)
        own = {*unit.value.capabilities, *(kind.capabilities if kind else ())}
        fleet.setdefault(unit.value.agency, Counter()).update(own)
    return fleet


def fleet_can_meet_plans(draft: Draft) -> Iterator[Problem]:
    """A need that no unit at all can meet is an error; a fleet too small for it, a warning: one for a plan."""
    fleet = fleet_by_agency(draft)
    wanted: dict[str, Counter[str]] = {}
    told: set[str] = set()
    for plan in sorted(draft.plans, key=lambda plan: plan.value.alarm_level):
        base = plan.value.id.split("/")[0]
        so_far = wanted.setdefault(base, Counter())
        for need in plan.value.needs:
            so_far[need.capability] += need.count
        own = sum((fleet.get(each, Counter()) for each in (plan.value.agency, *plan.value.mutual_aid)), Counter())
        short = [need.capability for need in plan.value.needs if own[need.capability] < so_far[need.capability]]
        missing = [capability for capability in short if not own[capability]]
        for capability in missing or short[: 0 if base in told else 1]:
            told.add(base)
            yield _out_of_reach(plan, capability, so_far[capability], own[capability])


def _out_of_reach(plan: Read[ResponsePlan], capability: str, wanted: int, there: int) -> Problem:
    return Problem(
        "plan-out-of-reach",
        plan.spot,
        Name(
            f"plan `{plan.value.id}` wants {wanted} with `{capability}`, and the agencies it may ask have {there}",
            f"预案 `{plan.value.id}` 需要 {wanted} 个“{capability}”，可调机构仅有 {there} 个",
        ),
        Name(
            "ask for fewer, name agencies in `mutual_aid`, or give units the capability in units.csv",
            "请减少数量、在 `mutual_aid` 中加入机构，或在 units.csv 中补充该能力",
        ),
        "warning" if there else "error",
    )


def plans_do_not_tie(draft: Draft) -> Iterator[Problem]:
    """Two equally particular plans of one agency for one type: only the order of the file would decide."""
    for one, other in combinations(first_levels(draft), 2):
        a, b = one.value, other.value
        if a.agency != b.agency or (a.zones, a.hours) != (b.zones, b.hours) or bool(a.types) != bool(b.types):
            continue
        both = set(a.types) & set(b.types)
        if both or not a.types:
            yield Problem(
                "plans-tie",
                other.spot,
                Name(
                    f"plans `{a.id}` and `{b.id}` both fit {_listed(both)}; the first in the file is used",
                    f"预案 `{a.id}` 与 `{b.id}` 都适用于 {_listed(both)}；将按文件顺序取前者",
                ),
                Name("take the type out of one, or give one a zone or hours", "请从其一移除该类型，或加上区域、时段"),
                "warning",
            )


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes)) or "every type"
