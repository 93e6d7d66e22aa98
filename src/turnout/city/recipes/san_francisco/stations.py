"""Stations of San Francisco: fire and police from the city's list of facilities, the rest from `overlay/`."""

import csv
import re
from pathlib import Path
from typing import Final

import msgspec

from turnout.city.recipes.san_francisco.source import Facility
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

FIRE_STATION: Final = re.compile(r"^Fire Station #(\d+)(?!.*Office)")
"""`Fire Station #7/DOT-2 Bngl/Class/Office` is a bungalow in the yard of Station 7."""

POLICE_STATIONS: Final = {
    "Central Station": ("A", "Central", "中央", "police-north"),
    "Southern District Station": ("B", "Southern", "南区", "police-south"),
    "Bayview Station": ("C", "Bayview", "湾景", "police-south"),
    "Mission Station": ("D", "Mission", "米慎", "police-south"),
    "Northern Station": ("E", "Northern", "北区", "police-north"),
    "Park Station": ("F", "Park", "公园", "police-north"),
    "Richmond Station": ("G", "Richmond", "列治文", "police-north"),
    "Ingleside Police Station": ("H", "Ingleside", "英格赛德", "police-south"),
    "Taraval Station": ("I", "Taraval", "塔拉瓦尔", "police-south"),
    "Tenderloin Station": ("J", "Tenderloin", "田德隆", "police-north"),
}
"""Name in the list → district letter, names, dispatch group (the groups are ours)."""


class StationLine(msgspec.Struct, frozen=True):
    """One line of stations.csv."""

    id: str
    agency: str
    name: Name
    place: Place
    address: str
    keep_available: str = ""

    def cells(self) -> tuple[object, ...]:
        place = (f"{self.place.lat:.6f}", f"{self.place.lon:.6f}")
        return (self.id, self.agency, self.name.en, self.name.zh, *place, self.address, self.keep_available)


STATION_COLUMNS: Final = ("id", "agency", "name_en", "name_zh", "lat", "lon", "address", "keep_available")


def fire_stations(facilities: list[Facility]) -> list[StationLine]:
    """`ST07` and so on, by number. Station 49 is the ambulances' own; 51 is federal and not in the list."""
    found: dict[int, Facility] = {}
    for facility in facilities:
        match = FIRE_STATION.match(facility.name)
        if match and facility.owner == "Fire Department":
            found.setdefault(int(match.group(1)), facility)
    if len(found) < 40:
        raise Malformed(f"{len(found)} fire stations", "sf_city_facilities.csv", "the whole list has 43 or more")
    return [
        StationLine(
            f"ST{number:02}",
            "EMS" if number == 49 else "FIRE",
            Name(f"Fire Station {number}", f"第{number}消防站"),
            facility.place,
            facility.address,
        )
        for number, facility in sorted(found.items())
    ]


def police_stations(facilities: list[Facility]) -> list[StationLine]:
    by_name = {facility.name: facility for facility in facilities}
    lines: list[StationLine] = []
    for name, (letter, en, zh, _) in POLICE_STATIONS.items():
        if name not in by_name:
            raise Malformed(f"{name} is not in the list", "sf_city_facilities.csv", "take the whole list of DataSF")
        facility = by_name[name]
        names = Name(f"{en} police station", f"{zh}警署")
        lines.append(StationLine(f"PS-{letter}", "POL", names, facility.place, facility.address, "patrol:1"))
    return lines


def extra_stations(file: Path) -> list[StationLine]:
    with file.open(encoding="utf-8") as text:
        rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    return [
        StationLine(
            row["id"],
            row["agency"],
            Name(row["name_en"], row["name_zh"]),
            Place(float(row["lat"]), float(row["lon"])),
            row["address"],
            row["keep_available"],
        )
        for row in rows
    ]
