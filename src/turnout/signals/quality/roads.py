"""The quality of a road: what its junctions say of its two directions, hour by hour, added up."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from turnout.signals.model import Arterial
from turnout.signals.quality.figures import GroupHour, QualityReport

Way = Literal["outbound", "inbound"]


class RoadHour(msgspec.Struct, frozen=True, kw_only=True):
    """One direction of an arterial in one hour. A share over few of its junctions says little: `known` of `junctions`.

    None where no junction knows it; sums are over those that do.
    """

    arterial: str
    way: Way
    at_ms: int
    junctions: int
    """With a group for this direction."""
    known: int
    """Of them, those whose lamps are known in this hour."""
    arrivals: int | None = None
    on_green: int | None = None
    share_on_green: float | None = None
    splits_judged: int | None = None
    split_failures: int | None = None
    doubts: tuple[str, ...] = ()
    """Detectors as junction:detector that these figures suffer from."""


def by_road(reports: Iterable[QualityReport], arterials: Iterable[Arterial]) -> tuple[RoadHour, ...]:
    """By arterial, direction and hour, for the hours of any of the reports."""
    of_group = {(report.junction, hour.group, hour.at_ms): hour for report in reports for hour in report.hours}
    hours = sorted({at_ms for _, _, at_ms in of_group})
    found = []
    for arterial in arterials:
        ways: tuple[tuple[Way, list[tuple[str, str]]], ...] = (
            ("outbound", [(stop.junction, stop.outbound) for stop in arterial.stops if stop.outbound]),
            ("inbound", [(stop.junction, stop.inbound) for stop in arterial.stops if stop.inbound]),
        )
        for way, groups in ways:
            if not any((junction, group, at_ms) in of_group for junction, group in groups for at_ms in hours):
                continue
            for at_ms in hours:
                rows = [(junction, of_group.get((junction, group, at_ms))) for junction, group in groups]
                known = [(junction, row) for junction, row in rows if row is not None and row.known_s > 0]
                found.append(_road_hour(arterial.id, way, at_ms, len(groups), known))
    return tuple(found)


def _road_hour(arterial: str, way: Way, at_ms: int, junctions: int, known: Sequence[tuple[str, GroupHour]]) -> RoadHour:
    arrivals = [row.arrivals for _, row in known if row.arrivals is not None]
    splits = [row.splits for _, row in known if row.splits is not None]
    total, on_green = sum(each.all for each in arrivals), sum(each.on_green for each in arrivals)
    return RoadHour(
        arterial=arterial,
        way=way,
        at_ms=at_ms,
        junctions=junctions,
        known=len(known),
        arrivals=total if arrivals else None,
        on_green=on_green if arrivals else None,
        share_on_green=on_green / total if total else None,
        splits_judged=sum(each.judged for each in splits) if splits else None,
        split_failures=sum(each.failures for each in splits) if splits else None,
        doubts=tuple(f"{junction}:{detector}" for junction, row in known for detector in row.doubts),
    )
