"""Area coordination as the engineer's screen reads it."""

from msgspec.structs import replace

from turnout.signals.area.area import Area, Coordinated, JunctionFigures
from turnout.signals.districts.plan_sets import junction_plans
from turnout.signals.districts.results import AreaJunction, AreaResult
from turnout.signals.districts.shapes import PlanSet


def area_result(area: Area, found: Coordinated) -> AreaResult:
    """Junctions without traffic are coordinated and have no figures. The plan found comes last: it is in force."""
    kept = []
    for frame in area.frames:
        junction, made = frame.junction, found.plans[frame.junction.id]
        others = (plan for plan in junction.plans if plan.id != made.id)
        kept.append(junction_plans(replace(junction, plans=(*others, made), hours=())))
    return AreaResult(
        cycle_s=float(found.setting.seconds),
        delay_before_s=_mean(found.before),
        delay_after_s=_mean(found.after),
        junctions=tuple(
            AreaJunction(
                junction=junction,
                per_h=round(after.per_h, 1),
                delay_before_s=round(found.before[junction].delay_s, 2),
                delay_after_s=round(after.delay_s, 2),
                stops_before=round(found.before[junction].stops, 3),
                stops_after=round(after.stops, 3),
                saturation_before=round(found.before[junction].degree, 3),
                saturation_after=round(after.degree, 3),
            )
            for junction, after in found.after.items()
            if junction in found.before
        ),
        plans=PlanSet(tuple(kept)),
    )


def _mean(figures: dict[str, JunctionFigures]) -> float:
    total = sum(each.per_h for each in figures.values())
    return round(sum(each.per_h * each.delay_s for each in figures.values()) / total, 2) if total else 0.0
