"""Plans between the screen's form and the model, a set of plans laid over a district, and the digest that names it."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from turnout.signals.districts.shapes import HoursShape, JunctionPlans, PlanSet, PlanShape, WindowShape
from turnout.signals.model import SECOND_MS, GreenWindow, InForce, Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.name import Name

DIGEST_CHARS: Final = 64


def ms_of(seconds: float) -> int:
    return round(seconds * SECOND_MS)


def s_of(ms: int) -> float:
    return ms / SECOND_MS


def plan_of(shape: PlanShape) -> Plan:
    windows = tuple(GreenWindow(each.group, ms_of(each.from_s), ms_of(each.to_s)) for each in shape.windows)
    return Plan(shape.id, ms_of(shape.cycle_s), windows, ms_of(shape.offset_s))


def shape_of_plan(plan: Plan) -> PlanShape:
    windows = tuple(WindowShape(each.group, s_of(each.from_ms), s_of(each.to_ms)) for each in plan.windows)
    return PlanShape(id=plan.id, cycle_s=s_of(plan.cycle_ms), offset_s=s_of(plan.offset_ms), windows=windows)


def hours_of(shape: HoursShape) -> InForce:
    return InForce(shape.plan, shape.days, int(shape.since[:2]) * 60 + int(shape.since[3:]))


def shape_of_hours(hours: InForce) -> HoursShape:
    hour, minute = divmod(hours.from_minute, 60)
    return HoursShape(plan=hours.plan, days=hours.days, since=f"{hour:02}:{minute:02}")


def junction_plans(junction: Junction) -> JunctionPlans:
    plans = tuple(shape_of_plan(each) for each in junction.plans)
    return JunctionPlans(id=junction.id, plans=plans, hours=tuple(shape_of_hours(each) for each in junction.hours))


def plans_of(signals: Signals) -> PlanSet:
    """Of every junction with signals, by identity."""
    own = sorted((each for each in signals.junctions if each.groups), key=lambda each: each.id)
    return PlanSet(tuple(junction_plans(each) for each in own))


def with_plans(signals: Signals, plans: PlanSet) -> Signals:
    """The district with these plans in place of its own. Raises `BrokenSignals` for a junction it has not."""
    given = {each.id: each for each in plans.junctions}
    strange = sorted(given.keys() - {junction.id for junction in signals.junctions if junction.groups})
    twice = len(given) != len(plans.junctions)
    if strange or twice:
        raise BrokenSignals(tuple(map(_stranger, strange)) or (_twice(plans),))
    return replace(signals, junctions=tuple(_with(each, given) for each in signals.junctions))


def fitting(signals: Signals, plans: PlanSet, released: str) -> tuple[PlanSet, tuple[Problem, ...]]:
    """Of plans that were released, those that these files still have a junction for, and what is said of the others.

    A district's files may change after a release. What no longer fits is left out, so that the next proposal can
    replace it; until then the files' own plans are in force there.
    """
    groups = {each.id: {group.id for group in each.groups} for each in signals.junctions if each.groups}
    kept: list[JunctionPlans] = []
    problems: list[Problem] = []
    for each in plans.junctions:
        asked = {window.group for plan in each.plans for window in plan.windows}
        if each.id in groups and asked <= groups[each.id]:
            kept.append(each)
        else:
            problems.append(_misfit(each.id, released, is_there=each.id in groups))
    return PlanSet(tuple(kept)), tuple(problems)


def whole(signals: Signals, plans: PlanSet) -> PlanSet:
    """A draft as the set of plans of the whole district."""
    return plans_of(with_plans(signals, plans))


def _with(junction: Junction, given: Mapping[str, JunctionPlans]) -> Junction:
    plans = given.get(junction.id)
    if plans is None:
        return junction
    return replace(
        junction, plans=tuple(map(plan_of, plans.plans)), hours=tuple(hours_of(each) for each in plans.hours)
    )


def only(signals: Signals, junctions: Iterable[str]) -> Signals:
    """These junctions and no arterials."""
    wanted = set(junctions)
    return Signals(tuple(each for each in signals.junctions if each.id in wanted))


def body_of(plans: PlanSet) -> bytes:
    """The bytes that are kept and digested: compact JSON with fields in the order of the shapes."""
    return msgspec.json.encode(plans)


def digest_of(body: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def _stranger(junction: str) -> Problem:
    what = Name("the district has no such junction with signals", "该片区没有此信号路口")
    cure = Name("take it out of the plans", "请从方案中删除")
    return Problem("unknown-junction", Spot(junction=junction), what, cure)


def _misfit(junction: str, released: str, *, is_there: bool) -> Problem:
    en, zh = f"released plans {released} do not fit these files: ", f"已发布的方案 {released} 与现有文件不符："
    what = (
        Name(
            f"{en}the signal groups are others, and the files' plans are shown", f"{zh}信号组不同，显示的是文件中的方案"
        )
        if is_there
        else Name(f"{en}there is no such junction with signals any more", f"{zh}已无此信号路口")
    )
    cure = Name("simulate and propose plans for these files", "请按现有文件重新仿真并提出方案")
    return Problem("released-plans-misfit", Spot(junction=junction), what, cure)


def _twice(plans: PlanSet) -> Problem:
    names = [each.id for each in plans.junctions]
    junction = next(name for name in names if names.count(name) > 1)
    what = Name("the set of plans has this junction twice", "方案集中该路口出现两次")
    return Problem("named-twice", Spot(junction=junction), what, Name("leave one", "请只保留一个"))
