"""The fleet: every unit that the week saw, its kind, capabilities and home; and police patrols, which are invented.

A home that the call sign does not tell is inferred from the week. A chief or captain lives where distance explains the
travel times of urgent runs best; an ambulance, which has no house of its own in San Francisco, stands by at the station
nearest to the middle of its shortest urgent runs, a few to a station.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import numpy as np
from scipy.stats import rankdata

from turnout.city.recipes.san_francisco.source import Response
from turnout.city.recipes.san_francisco.stations import POLICE_STATIONS, StationLine
from turnout.words.place import Place, distance_m

ALS_SHARE_MIN: Final = 0.5
"""An engine or truck that ran as advanced life support on most of its calls carries a paramedic."""
AMBULANCES_PER_STATION: Final = {"medic": 2, "private": 2}
SHORT_RUN_S: Final = 300.0
"""Runs this short begin near the post; longer ones begin anywhere."""
RUNS_MIN: Final = 8
"""With fewer urgent runs than this the travel times tell nothing; the most frequent station area is taken."""
PATROLS_PER_DISTRICT: Final = 6
CITYWIDE_POLICE: Final = (("traffic-motor", "3T", 8), ("dog-team", "3K", 4))
UNIT_COLUMNS: Final = ("id", "kind", "agency", "station", "capabilities", "crew_shared_with", "aliases")
EMS_KINDS: Final = ("medic", "private", "rescue-captain")


class UnitLine(msgspec.Struct, frozen=True):
    """One line of units.csv."""

    id: str
    kind: str
    agency: str
    station: str
    capabilities: tuple[str, ...] = ()
    crew_shared_with: str = ""
    aliases: str = ""

    def cells(self) -> tuple[object, ...]:
        capabilities = " ".join(self.capabilities)
        return (self.id, self.kind, self.agency, self.station, capabilities, self.crew_shared_with, self.aliases)


class UnitFact(msgspec.Struct, frozen=True):
    id: str
    station: str
    capabilities: str
    crew_shared_with: str


def unit_facts(file: Path) -> dict[str, UnitFact]:
    with file.open(encoding="utf-8") as text:
        rows = csv.DictReader(line for line in text if not line.startswith("#"))
        return {
            row["id"]: UnitFact(row["id"], row["station"], row["capabilities"], row["crew_shared_with"]) for row in rows
        }


def fire_and_ems_units(
    responses: list[Response], stations: list[StationLine], facts: dict[str, UnitFact]
) -> list[UnitLine]:
    """All units of the week, in the order of their kinds and call signs."""
    runs: dict[str, list[Response]] = defaultdict(list)
    for response in responses:
        runs[response.unit].append(response)
    houses = {station.id: station.place for station in stations if station.agency in ("FIRE", "EMS")}
    kinds = {unit: kind_of(own[0].unit_type) for unit, own in runs.items()}
    homes = {unit: _told_home(unit, kinds[unit], facts, houses) for unit in runs}
    _infer_homes(runs, kinds, homes, houses)
    return [
        UnitLine(
            id=unit,
            kind=kinds[unit],
            agency="EMS" if kinds[unit] in EMS_KINDS else "FIRE",
            station=homes[unit],
            capabilities=capabilities_of(unit, kinds[unit], runs[unit], facts),
            crew_shared_with=facts[unit].crew_shared_with if unit in facts else "",
            aliases=f"M{unit}" if unit.isdigit() else "",
        )
        for unit in sorted(runs, key=lambda unit: (kinds[unit], unit))
    ]


def kind_of(unit_type: str) -> str:
    """`RESCUE CAPTAIN` → `rescue-captain`: the kinds are the Unit Types of the city's own records."""
    return unit_type.lower().replace(" ", "-")


def capabilities_of(unit: str, kind: str, own: list[Response], facts: dict[str, UnitFact]) -> tuple[str, ...]:
    """Beyond those of its kind."""
    found = facts[unit].capabilities.split() if unit in facts else []
    if kind in ("engine", "truck") and sum(run.als for run in own) / len(own) > ALS_SHARE_MIN:
        found.append("als")
    if kind == "chief" and not found:
        found.append("battalion-chief")
    return tuple(found)


def _told_home(unit: str, kind: str, facts: dict[str, UnitFact], houses: dict[str, Place]) -> str:
    """The station that a fact or the call sign tells, or nothing."""
    if unit in facts and facts[unit].station:
        return facts[unit].station
    match = re.fullmatch(r"[ET](\d\d)", unit) if kind in ("engine", "truck") else None
    return f"ST{match.group(1)}" if match and f"ST{match.group(1)}" in houses else ""


def _infer_homes(
    runs: dict[str, list[Response]], kinds: dict[str, str], homes: dict[str, str], houses: dict[str, Place]
) -> None:
    """Fill in the homes that nothing tells; the busiest units choose first."""
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for unit in sorted(runs, key=lambda unit: (-len(runs[unit]), unit)):
        if homes[unit]:
            continue
        kind = kinds[unit]
        if kind in AMBULANCES_PER_STATION:
            post = _post_of(runs[unit])
            order = sorted(houses, key=lambda station: distance_m(houses[station], post))
            room = (s for s in order if taken[kind, s] < AMBULANCES_PER_STATION[kind] and not s.startswith("ST51"))
            homes[unit] = next(room)
        else:
            homes[unit] = _house_of(runs[unit], houses)
        taken[kind, homes[unit]] += 1


def _post_of(own: list[Response]) -> Place:
    """The middle of its shortest urgent runs."""
    short = [run.place for run in own if run.travel_s is not None and run.travel_s <= SHORT_RUN_S]
    places = short or [run.place for run in own]
    return Place(median(place.lat for place in places), median(place.lon for place in places))


def _house_of(own: list[Response], houses: dict[str, Place]) -> str:
    """The house from which distance and travel time agree best in rank (Spearman)."""
    urgent = [(run.place, run.travel_s) for run in own if run.travel_s is not None]
    if len(urgent) < RUNS_MIN:
        areas = [f"ST{run.station_area}" for run in own if f"ST{run.station_area}" in houses]
        return max(sorted(set(areas)), key=areas.count) if areas else "ST01"
    taken_s = rankdata([seconds for _, seconds in urgent])

    def agreement(station: str) -> float:
        away_m = rankdata([distance_m(houses[station], place) for place, _ in urgent])
        return float(np.corrcoef(taken_s, away_m)[0, 1])

    return max(sorted(houses), key=agreement)


def police_units() -> list[UnitLine]:
    """Invented: six patrol cars, a sergeant and a wagon to a district, and a few for the whole city."""
    units: list[UnitLine] = []
    for letter, *_ in POLICE_STATIONS.values():
        station = f"PS-{letter}"
        units += [
            UnitLine(f"3{letter}{number:02}", "patrol", "POL", station) for number in range(1, PATROLS_PER_DISTRICT + 1)
        ]
        units.append(UnitLine(f"3{letter}100", "patrol-sergeant", "POL", station))
        units.append(UnitLine(f"3{letter}50", "police-wagon", "POL", station))
    for kind, sign, count in CITYWIDE_POLICE:
        units += [UnitLine(f"{sign}{number}", kind, "POL", "PS-B") for number in range(1, count + 1)]
    return units
