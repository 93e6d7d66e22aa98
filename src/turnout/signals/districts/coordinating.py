"""Green waves of a district as the engineer's screen asks for them: what is asked to a task, the answer to plans."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from turnout.signals.arterial import BandTask, Coordination, task_of
from turnout.signals.coordinating import coordinated
from turnout.signals.diagram import diagram
from turnout.signals.districts.plan_sets import junction_plans, ms_of, with_plans
from turnout.signals.districts.shapes import (
    ArterialShape,
    BandsAnswer,
    BandsAsked,
    BandShape,
    Drawings,
    JunctionPlans,
    PlanSet,
    Point,
    SectionShape,
    SiteShape,
    StopShape,
    WaveShape,
)
from turnout.signals.model import Arterial, Junction, Signals, Stop, Wave
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.scan import Scanned, scan
from turnout.words.name import Language, Name

LIMIT_S: Final = 20.0
"""Of each solving. Ten junctions are proven in two; an engineer who waits at a screen takes the best so far."""
STEP_S: Final = 1.0
"""What a controller can set."""
KMH: Final = 3.6
CURE: Final = Name("name one of the district", "请使用该片区已有的名称")


def bands(signals: Signals, asked: BandsAsked, limit_s: float = LIMIT_S) -> BandsAnswer:
    """Raises `BrokenSignals` for what is asked in vain, `Unsupported` where no wave can be found."""
    if asked.plans is not None:
        signals = with_plans(signals, asked.plans)
    arterial = _arterial(signals, asked.arterial)
    wave = _wave(arterial, asked.wave)
    task = task_of(signals, arterial, wave)
    task, found = coordinated(task, wave, limit_s, STEP_S)
    return _answer(signals, arterial, wave, task, found)


def _arterial(signals: Signals, asked: str | ArterialShape) -> Arterial:
    if isinstance(asked, ArterialShape):
        stops = tuple(map(_stop, asked.stops))
        return Arterial(id=asked.id, name=asked.name, stops=stops, waves=tuple(map(_as_wave, asked.waves)))
    for arterial in signals.arterials:
        if arterial.id == asked:
            return arterial
    raise _unknown(asked, Name(f"no arterial is called {asked!r}", f"没有名为“{asked}”的干道"))


def _wave(arterial: Arterial, asked: str | WaveShape) -> Wave:
    if isinstance(asked, WaveShape):
        return _as_wave(asked)
    for wave in arterial.waves:
        if wave.id == asked:
            return wave
    raise _unknown(asked, Name(f"no wave is called {asked!r}", f"没有名为“{asked}”的绿波"))


def _unknown(part: str, what: Name) -> BrokenSignals:
    return BrokenSignals((Problem("unknown-name", Spot(part=part), what, CURE),))


def _as_wave(shape: WaveShape) -> Wave:
    return Wave(
        id=shape.id,
        plan=shape.plan,
        cycle_ms=(ms_of(shape.cycle_s[0]), ms_of(shape.cycle_s[1])),
        inbound_to_outbound=shape.ratio,
        same_width=shape.same_width,
        method=shape.method,
    )


def _stop(shape: StopShape) -> Stop:
    return Stop(
        junction=shape.junction,
        outbound=shape.outbound,
        inbound=shape.inbound,
        to_next_m=shape.to_next_m,
        back_m=shape.back_m,
        speed_mps=(shape.speed_kmh[0] / KMH, shape.speed_kmh[1] / KMH),
    )


def _answer(signals: Signals, arterial: Arterial, wave: Wave, task: BandTask, found: Coordination) -> BandsAnswer:
    seen = scan(task, found)
    names = {junction.id: junction.name for junction in signals.junctions}
    return BandsAnswer(
        arterial=arterial.id,
        wave=wave.id,
        method=wave.method,
        cycle_s=found.cycle_s,
        is_proven=found.is_proven,
        gap=0.0 if found.is_proven else max((found.bound - found.value) / max(found.value, 1e-9), 0.0),
        sites=tuple(
            SiteShape(
                junction=site.id,
                name=names.get(site.id, Name(site.id, site.id)),
                at_m_along=round(site.at_m, 1),
                offset_s=round(offset_s, 3),
                order=order.name,
                greens_out=_greens(offset_s, order.outbound_from, order.outbound_share, found.cycle_s),
                greens_in=_greens(offset_s, order.inbound_from, order.inbound_share, found.cycle_s),
            )
            for site, offset_s, order in zip(task.sites, found.offsets_s, found.chosen(task), strict=True)
        ),
        sections=_sections(found),
        outbound_s=round(seen.outbound_s, 2),
        inbound_s=round(seen.inbound_s, 2),
        plans=PlanSet(_plans(signals, wave, task, found)),
        svg=_drawings(arterial, wave, task, found, seen, names),
    )


def _greens(offset_s: float, share_from: float, share: float, cycle_s: float) -> tuple[Point, ...]:
    """Within one cycle; in two parts where the green passes its end."""
    from_s = (offset_s + share_from * cycle_s) % cycle_s
    to_s = from_s + share * cycle_s
    if to_s <= cycle_s + 1e-6:
        return ((round(from_s, 2), round(to_s, 2)),)
    return ((0.0, round(to_s - cycle_s, 2)), (round(from_s, 2), round(cycle_s, 2)))


def _sections(found: Coordination) -> tuple[SectionShape, ...]:
    shapes = [
        [
            BandShape(
                from_s=round(band.from_s, 2),
                width_s=round(band.width_s, 2),
                travel_s=round(band.travel_s, 2),
                speed_kmh=round(band.speed_mps * KMH, 1),
            )
            for band in way
        ]
        for way in (found.outbound, found.inbound)
    ]
    return tuple(SectionShape(out, back) for out, back in zip(*shapes, strict=True))


def _plans(signals: Signals, wave: Wave, task: BandTask, found: Coordination) -> tuple[JunctionPlans, ...]:
    """The first junction keeps its offset, others are set to it. What was coordinated comes last: it is in force."""
    junctions: Sequence[Junction | None] = [signals.junction(site.id) for site in task.sites]
    first = junctions[0].plan(wave.plan) if junctions[0] is not None else None
    if first is None:
        return ()
    changed = []
    for junction, offset_s in zip(junctions, found.offsets_s, strict=True):
        assert junction is not None
        offset_ms = (first.offset_ms + ms_of(offset_s)) % first.cycle_ms
        others = [plan for plan in junction.plans if plan.id != wave.plan]
        own = [replace(plan, offset_ms=offset_ms) for plan in junction.plans if plan.id == wave.plan]
        changed.append(junction_plans(replace(junction, plans=(*others, *own))))
    return tuple(changed)


def _drawings(
    arterial: Arterial, wave: Wave, task: BandTask, found: Coordination, seen: Scanned, names: dict[str, Name]
) -> Drawings:
    title = Name(f"{arterial.name.en} · {wave.id}", f"{arterial.name.zh} · {wave.id}")
    through = (seen.outbound_s, seen.inbound_s)
    languages: tuple[Language, ...] = ("en", "zh-CN")
    drawn = [diagram(task, found, title, names, each, through).decode() for each in languages]
    return Drawings(*(svg[svg.index("<svg") :] for svg in drawn))
