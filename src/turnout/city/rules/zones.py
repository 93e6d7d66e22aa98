"""Outlines: zones of one kind neither overlap nor leave gaps, and what belongs to the city lies inside it."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city.draft import Draft, Read
from turnout.city.problem import Problem, Spot
from turnout.core.catalogue import Zone
from turnout.words.name import Name
from turnout.words.place import Place

OVERLAP_SHARE_MAX: Final = 0.01
"""Of the smaller zone. Outlines drawn by hand or simplified never agree exactly."""
GAP_WIDTH_DEG: Final = 0.0006
"""About 60 m: what is narrower than this on both sides is a crack between two outlines, not a gap."""
OVERLAPS_SHOWN_MAX: Final = 10
"""One shifted outline overlaps all its neighbours; ten show where."""


def _places(draft: Draft) -> Iterator[tuple[Spot, str, Place, bool]]:
    """Where, what it is called, its place, and whether it has to be inside."""
    neighbours = {agency.value.id for agency in draft.agencies if agency.value.neighbour}
    for station in draft.stations:
        if station.value.agency not in neighbours:
            yield station.spot, station.value.name.en or station.value.id, station.value.place, True
    for hospital in draft.hospitals:
        yield hospital.spot, hospital.value.name.en or hospital.value.id, hospital.value.place, False


def places_are_in_the_city(draft: Draft) -> Iterator[Problem]:
    boundary = draft.boundary
    for spot, name, place, must in _places(draft):
        if not place.is_on_earth():
            yield Problem(
                "not-on-earth",
                spot,
                Name(f"{name} is at {place.lat}, {place.lon}", f"{name} 的坐标为 {place.lat}, {place.lon}"),
                Name("latitude runs from -90 to 90, longitude from -180 to 180", "纬度应在 ±90、经度在 ±180 之内"),
            )
        elif boundary is not None and not shapely.intersects_xy(boundary.shape, place.lon, place.lat):
            swapped = bool(shapely.intersects_xy(boundary.shape, place.lat, place.lon))
            yield Problem(
                "outside-the-city",
                spot,
                Name(f"{name} lies outside the city's boundary", f"{name} 在城市边界之外"),
                Name(
                    "swap its latitude and longitude" if swapped else "correct its place, or widen boundary.geojson",
                    "请对调经纬度" if swapped else "请更正坐标，或扩大 boundary.geojson",
                ),
                "error" if must or swapped else "warning",
            )


def _kinds(draft: Draft) -> dict[tuple[str, str], list[tuple[Read[Zone], BaseGeometry]]]:
    """Zones by kind and agency; special zones may lie over anything."""
    found: dict[tuple[str, str], list[tuple[Read[Zone], BaseGeometry]]] = {}
    for zone, outline in zip(draft.zones, draft.outlines, strict=True):
        if zone.value.kind != "special":
            found.setdefault((zone.value.kind, zone.value.agency or ""), []).append((zone, outline))
    return found


def zones_do_not_overlap(draft: Draft) -> Iterator[Problem]:
    shown = 0
    for (kind, _), zones in _kinds(draft).items():
        for (one, outline), (other, second) in combinations(zones, 2):
            if shown == OVERLAPS_SHOWN_MAX or not outline.intersects(second):
                continue
            share = outline.intersection(second).area / min(outline.area, second.area)
            if share > OVERLAP_SHARE_MAX:
                shown += 1
                yield Problem(
                    "zones-overlap",
                    other.spot,
                    Name(
                        f"{kind} zones `{one.value.id}` and `{other.value.id}` overlap by {share:.0%}",
                        f"区域 `{one.value.id}` 与 `{other.value.id}` 重叠 {share:.0%}",
                    ),
                    Name(
                        "draw one border for both; inside both, the smaller is used", "请共用一条边界；重叠处取较小者"
                    ),
                    "warning",
                )


def zones_leave_no_gaps(draft: Draft) -> Iterator[Problem]:
    """Ground that zones of another kind cover must be covered by every kind."""
    covered = {key: shapely.union_all([outline for _, outline in zones]) for key, zones in _kinds(draft).items()}
    if not covered:
        return
    everything = shapely.union_all(list(covered.values()))
    for (kind, agency), union in covered.items():
        crack = GAP_WIDTH_DEG / 2
        gaps = shapely.get_parts(everything.difference(union).buffer(-crack))
        gaps = [gap for gap in gaps if not gap.is_empty]
        if gaps:
            largest = max(gaps, key=lambda gap: float(gap.area)).representative_point()
            yield Problem(
                "zones-gap",
                Spot("zones.geojson"),
                Name(
                    f"{len(gaps)} places lie in no {kind} zone {agency}: the largest is near "
                    f"{largest.y:.4f}, {largest.x:.4f}",
                    f"有 {len(gaps)} 处不属于任何 {kind} 区域：最大一处在 {largest.y:.4f}, {largest.x:.4f} 附近",
                ),
                Name("stretch a zone over it", "请扩展相邻区域覆盖该处"),
                "warning",
            )


def zones_are_in_the_city(draft: Draft) -> Iterator[Problem]:
    for zone, outline in zip(draft.zones, draft.outlines, strict=True):
        if draft.boundary is not None and not outline.intersects(draft.boundary.shape):
            yield Problem(
                "zone-outside",
                zone.spot,
                Name(f"zone `{zone.value.id}` lies outside the city", f"区域 `{zone.value.id}` 在城市之外"),
                Name("GeoJSON wants longitude first; or widen boundary.geojson", "GeoJSON 先写经度；或扩大边界"),
            )


def zones_name_agencies_of_the_discipline(draft: Draft) -> Iterator[Problem]:
    """Who answers for ambulances must be an ambulance agency (1.15)."""
    disciplines = {agency.value.id: agency.value.discipline for agency in draft.agencies}
    for zone in draft.zones:
        for discipline, agency in zone.value.agencies.items():
            if agency in disciplines and disciplines[agency] != discipline:
                yield Problem(
                    "agency-of-another-discipline",
                    zone.spot,
                    Name(
                        f"zone `{zone.value.id}` names {agency} for `{discipline}`, which is `{disciplines[agency]}`",
                        f"区域 `{zone.value.id}` 的 `{discipline}` 写了 {agency}，它属于 `{disciplines[agency]}`",
                    ),
                    Name(f"name an agency of `{discipline}`", f"请写 `{discipline}` 的机构"),
                )
