"""Reading the city's open data: responses of the week, facilities, neighbourhood outlines.

Datasets (DataSF, ODC PDDL 1.0): Fire Department Calls for Service (nuek-vuh3), City Facilities (nc68-ngbr), SF Find
Neighborhoods (pty2-tcw4).
"""

import csv
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from turnout.words.place import Place
from turnout.words.trouble import Malformed

CALLS_FILE: Final = "sffd_calls_2016-12-31_2017-01-07.csv"
FACILITIES_FILE: Final = "sf_city_facilities.csv"
NEIGHBOURHOODS_FILE: Final = "sf_neighborhoods.geojson"
ROADS_FILE: Final = "sf-city-pddl-only.osm.pbf"
CURE: Final = "give --municipal the folder with the DataSF files named in the recipe"


class Response(msgspec.Struct, frozen=True):
    """One unit's answer to one call, as far as making the tables needs it."""

    call: str
    unit: str
    unit_type: str
    als: bool
    call_type: str
    station_area: str
    battalion: str
    place: Place
    travel_s: float | None
    """From setting out to on scene, for urgent runs; None where a stamp is missing or the run was not urgent."""


class Facility(msgspec.Struct, frozen=True):
    name: str
    address: str
    owner: str
    place: Place


class Outline(msgspec.Struct, frozen=True):
    name: str
    shape: BaseGeometry


def _lines(source: Path, file: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    path = source / file
    if not path.is_file():
        raise Malformed("the file is not there", str(path), CURE)
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    missing = [column for column in columns if rows and column not in rows[0]]
    if missing or not rows:
        raise Malformed(f"it has no {missing or 'rows'}", str(path), CURE)
    return rows


def _moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None


def _travel_s(row: dict[str, str]) -> float | None:
    left, there = _moment(row["Response DtTm"]), _moment(row["On Scene DtTm"])
    if left is None or there is None or row["Final Priority"] != "3":
        return None
    seconds = (there - left).total_seconds()
    return seconds if 0 < seconds < 3600 else None


def read_responses(source: Path) -> list[Response]:
    """Every unit response of the week."""
    columns = ("Call Number", "Unit ID", "Unit Type", "Station Area", "Location")
    found: list[Response] = []
    for row in _lines(source, CALLS_FILE, columns):
        numbers = re.findall(r"-?[0-9.]+", row["Location"])
        if len(numbers) != 2:
            raise Malformed(f"`{row['Location']}` is no place", f"{CALLS_FILE} call {row['Call Number']}", CURE)
        found.append(
            Response(
                call=row["Call Number"],
                unit=row["Unit ID"],
                unit_type=row["Unit Type"],
                als=row["ALS Unit"] == "true",
                call_type=row["Call Type"],
                station_area=row["Station Area"],
                battalion=row["Battalion"],
                place=Place(float(numbers[0]), float(numbers[1])),
                travel_s=_travel_s(row),
            )
        )
    return found


def read_facilities(source: Path) -> list[Facility]:
    columns = ("common_name", "address", "jurisdiction", "longitude", "latitude")
    return [
        Facility(
            row["common_name"],
            row["address"],
            row["jurisdiction"],
            Place(round(float(row["latitude"]), 6), round(float(row["longitude"]), 6)),
        )
        for row in _lines(source, FACILITIES_FILE, columns)
    ]


def read_neighbourhoods(source: Path) -> list[Outline]:
    path = source / NEIGHBOURHOODS_FILE
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return [
            Outline(each["properties"]["name"], shapely.make_valid(shapely.geometry.shape(each["geometry"])))
            for each in features
        ]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as trouble:
        raise Malformed(f"cannot be read: {trouble}", str(path), CURE) from trouble
