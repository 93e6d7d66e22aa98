"""A district read whole: signals, streets, problems; and as the engineer's screen reads it."""

from typing import Final

import msgspec
from msgspec.structs import replace

from turnout.signals.check import check
from turnout.signals.districts.folder import District
from turnout.signals.districts.geometry import Geometry, read_geometry
from turnout.signals.districts.plan_sets import (
    body_of,
    digest_of,
    plans_of,
    s_of,
    shape_of_hours,
    shape_of_plan,
    with_plans,
)
from turnout.signals.districts.shapes import (
    ApproachShape,
    ArterialShape,
    DetectorShape,
    DistrictCard,
    DistrictShape,
    GroupShape,
    IntergreenShape,
    JunctionShape,
    MeasuredSpeed,
    MovementShape,
    PlanSet,
    ProblemShape,
    SpotShape,
    StageShape,
    StopShape,
    Street,
    WaveShape,
)
from turnout.signals.districts.travel_file import read_speeds
from turnout.signals.model import Arterial, Junction, SignalGroup, Signals, Stop
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import Problem
from turnout.signals.sumo_network import read_sumo

PROBLEMS_MAX: Final = 500
"""Told of a district. A thousand junctions with the same trouble are mended by one look at the first."""
KMH: Final = 3.6


class ReadDistrict(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a district's files. `problems`: of reading; `check` finds those of the plans."""

    id: str
    signals: Signals
    geometry: Geometry
    problems: tuple[Problem, ...]


def read_district(district: District) -> ReadDistrict:
    """Raises what `read_sumo`, `read_plans` and `read_geometry` raise.

    The plain file's junctions stand in place of the network's of the same identity; arterials are the file's.
    """
    head = district.head
    junctions: dict[str, Junction] = {}
    arterials: tuple[Arterial, ...] = ()
    problems: tuple[Problem, ...] = ()
    geometry = Geometry((), {})
    if head.network:
        content = district.content(head.network)
        found = read_sumo(content, head.network, district.added())
        geometry, problems = read_geometry(content, head.network), found.problems
        junctions |= {each.id: each for each in found.signals.junctions}
    if head.signals:
        file = read_plans(district.content(head.signals), head.signals)
        junctions |= {each.id: each for each in file.junctions}
        arterials = file.arterials
    return ReadDistrict(
        id=district.id, signals=Signals(tuple(junctions.values()), arterials), geometry=geometry, problems=problems
    )


def card_of(district: District, read: ReadDistrict | None, problems: tuple[Problem, ...]) -> DistrictCard:
    head = district.head
    errors = sum(each.severity == "error" for each in problems)
    return DistrictCard(
        id=district.id,
        name=head.name,
        source=head.source,
        licence=head.licence,
        attribution=head.attribution,
        note=head.note,
        log_note=head.log_note,
        counts_note=head.counts_note,
        sample=head.sample,
        junctions=len(read.signals.junctions) if read is not None else 0,
        arterials=len(read.signals.arterials) if read is not None else 0,
        can_simulate=district.can_simulate,
        has_counts=bool(head.counts),
        has_log=district.has_log,
        errors=errors,
        warnings=len(problems) - errors,
    )


def shape_of(district: District, read: ReadDistrict, plans: PlanSet | None = None, released: str = "") -> DistrictShape:
    """`plans`: those in force, where a person has released some. Raises as `with_plans` does."""
    signals = with_plans(read.signals, plans) if plans is not None else read.signals
    problems = (*read.problems, *check(signals, district.head.signals or district.head.network))
    places = read.geometry.signals
    return DistrictShape(
        card=card_of(district, read, problems),
        streets=tuple(Street(each.edge, each.name, each.lanes, each.points) for each in read.geometry.lines),
        junctions=tuple(junction_shape(each, places) for each in signals.junctions),
        arterials=tuple(arterial_shape(each, places) for each in signals.arterials),
        measured=_measured(district),
        problems=tuple(problem_shape(each) for each in problems[:PROBLEMS_MAX]),
        released=released,
        digest=digest_of(body_of(plans_of(signals))),
    )


def _measured(district: District) -> tuple[MeasuredSpeed, ...]:
    name = district.head.travel_times
    return read_speeds(district.content(name), name) if name else ()


def problem_shape(problem: Problem) -> ProblemShape:
    spot = problem.spot
    return ProblemShape(
        severity=problem.severity,
        rule=problem.rule,
        junction=spot.junction,
        what=problem.what,
        cure=problem.cure,
        spot=SpotShape(spot.file, spot.line, spot.part, spot.groups),
    )


def junction_shape(junction: Junction, places: dict[str, tuple[float, float]]) -> JunctionShape:
    return JunctionShape(
        id=junction.id,
        name=junction.name,
        at_m=places.get(junction.id),
        at=junction.at,
        groups=tuple(map(_group, junction.groups)),
        intergreens=tuple(
            IntergreenShape(ending, beginning, s_of(least_ms))
            for (ending, beginning), least_ms in junction.least_between().items()
        ),
        approaches=tuple(
            ApproachShape(each.id, each.name, each.lanes, round(each.speed_mps * KMH, 1))
            for each in junction.approaches
        ),
        movements=tuple(
            MovementShape(each.id, each.approach, each.turn, each.group, each.yields_to) for each in junction.movements
        ),
        stages=tuple(StageShape(each.id, each.groups) for each in junction.stages),
        detectors=tuple(
            DetectorShape(
                each.id,
                each.approach,
                each.lane,
                each.before_stop_line_m,
                each.length_m,
                each.to_lane,
                each.groups,
            )
            for each in junction.detectors
        ),
        plans=tuple(map(shape_of_plan, junction.plans)),
        hours=tuple(map(shape_of_hours, junction.hours)),
    )


def _group(group: SignalGroup) -> GroupShape:
    return GroupShape(
        id=group.id,
        kind=group.kind,
        min_green_s=s_of(group.min_green_ms),
        amber_s=s_of(group.ending_ms),
        red_amber_s=s_of(group.starting_ms),
        clearance_s=s_of(group.clearance_ms),
        max_red_s=s_of(group.max_red_ms),
    )


def arterial_shape(arterial: Arterial, places: dict[str, tuple[float, float]]) -> ArterialShape:
    along = [0.0]
    for stop in arterial.stops:
        along.append(along[-1] + stop.to_next_m)
    return ArterialShape(
        id=arterial.id,
        name=arterial.name,
        stops=tuple(
            replace(stop_shape(stop), at_m_along=round(at_m, 1), at_m=places.get(stop.junction))
            for stop, at_m in zip(arterial.stops, along, strict=False)
        ),
        waves=tuple(
            WaveShape(
                id=each.id,
                plan=each.plan,
                cycle_s=(s_of(each.cycle_ms[0]), s_of(each.cycle_ms[1])),
                method=each.method,
                ratio=each.inbound_to_outbound,
                same_width=each.same_width,
            )
            for each in arterial.waves
        ),
    )


def stop_shape(stop: Stop) -> StopShape:
    return StopShape(
        junction=stop.junction,
        outbound=stop.outbound,
        inbound=stop.inbound,
        to_next_m=round(stop.to_next_m, 1),
        back_m=round(stop.back_m, 1),
        speed_kmh=(round(stop.speed_mps[0] * KMH, 1), round(stop.speed_mps[1] * KMH, 1)),
        outbound_queue_s=s_of(stop.outbound_queue_ms),
        inbound_queue_s=s_of(stop.inbound_queue_ms),
    )
