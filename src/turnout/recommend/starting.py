"""Where each unit starts from: the road it is on if it has been seen there lately, otherwise its station (2.10, 3.19).

A unit in quarters takes its turnout time first; one on the road does not. A place that is not fresh is used and said to
be old; with none at all the station is assumed, and that is said as well.
"""

import msgspec

from turnout.core.board import Available, OnIncident, Unit
from turnout.recommend.proposal import From, Reason
from turnout.recommend.request import DriveTimes, Fix, Positions, Request
from turnout.roads.spot import Spot
from turnout.words.moment import MINUTE_MS, SECOND_MS

FRESH_MS = 2 * MINUTE_MS
"""A crew that reports every 10 to 30 s is not where it was two minutes ago: its line says so."""
FORGOTTEN_MS = 60 * MINUTE_MS
"""After an hour a place says nothing about an available unit; its station says more."""


class Start(msgspec.Struct, frozen=True, gc=False):
    spot: Spot | None
    start: From
    fix_age_s: int | None
    turnout_s: int
    why: tuple[Reason, ...] = ()


def start_of(unit: Unit, request: Request, positions: Positions, roads: DriveTimes) -> Start:
    """Where and after how long this unit sets out."""
    fix = positions.get(unit.id)
    status = unit.status
    in_quarters = isinstance(status, Available) and status.in_quarters
    turnout_s = request.catalogue.unit_kinds[unit.kind].turnout_s if unit.kind in request.catalogue.unit_kinds else 0
    if in_quarters or fix is None or request.at - fix.at > FORGOTTEN_MS:
        return _from_station(unit, request, roads, turnout_s, fix, assumed=not in_quarters)
    age_ms = max(0, request.at - fix.at)
    still_turning_out = isinstance(status, OnIncident) and status.at in ("dispatched", "acknowledged")
    fresh = age_ms <= FRESH_MS
    return Start(
        spot=fix.spot,
        start="road" if fresh else "last-known",
        fix_age_s=age_ms // SECOND_MS,
        turnout_s=turnout_s if still_turning_out else 0,
        why=(Reason("on-the-road"),) if fresh else (Reason("fix-is-old", {"age_s": age_ms // SECOND_MS}),),
    )


def _from_station(
    unit: Unit, request: Request, roads: DriveTimes, turnout_s: int, fix: Fix | None, assumed: bool
) -> Start:
    station = request.catalogue.stations.get(unit.station)
    age_s = None if fix is None else max(0, request.at - fix.at) // SECOND_MS
    code = "assumed-at-station" if assumed else "in-quarters"
    return Start(
        spot=None if station is None else roads.spot_of(station.place),
        start="last-known" if assumed else "quarters",
        fix_age_s=age_s,
        turnout_s=turnout_s,
        why=(Reason(code, {"station": str(unit.station)}),),
    )
