"""Riverside: a city of a dozen streets with every trap of a real one. North-south streets are 0.002 degrees apart."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from turnout.roads.gazetteer import (
    CityNamed,
    CommonPlace,
    Crossing,
    Gazetteer,
    GazetteerRecords,
    House,
    Neighbourhood,
    Numbers,
    OtherName,
    StreetSegment,
    build_gazetteer,
)
from turnout.words.name import Name
from turnout.words.place import Place

WEST, SOUTH, STEP = -122.50, 37.70, 0.002
EAST_WEST = (
    "Market St",
    "Mission St",
    "O'Farrell St",
    "Vallejo St",
    "Geary Blvd",
    "Leavenworth St",
    "Buena Vista Ave East",
)
NORTH_SOUTH = (
    "3rd St",
    "3rd Ave",
    "5th St",
    "16th St",
    "21st Ave",
    "Van Ness Ave",
    "South Van Ness Ave",
    "Saint Francis Blvd",
)


def corner(column: int, row: int) -> Place:
    return Place(SOUTH + row * STEP, WEST + column * STEP)


def street_along(name: str, corners: list[Place], first: int) -> list[StreetSegment]:
    """Hundred blocks from `first` on: odd numbers on the left, even ones on the right."""
    return [
        StreetSegment(
            name, (begin, end), Numbers(first + 100 * at + 1, first + 100 * at + 99),
            Numbers(first + 100 * at, first + 100 * at + 98), f"{begin}", f"{end}",
        )
        for at, (begin, end) in enumerate(pairwise(corners))
    ]  # fmt: skip


def riverside() -> GazetteerRecords:
    """The records of the whole city."""
    records = GazetteerRecords()
    for row, name in enumerate(EAST_WEST):
        records.segments += street_along(name, [corner(column, row) for column in range(len(NORTH_SOUTH))], 100)
    for column, name in enumerate(NORTH_SOUTH):
        first = 2000 if name == "3rd Ave" else 500
        records.segments += street_along(name, [corner(column, row) for row in range(len(EAST_WEST))], first)
    for row, across in enumerate(EAST_WEST):
        records.crossings += [Crossing(across, up, corner(column, row)) for column, up in enumerate(NORTH_SOUTH)]
    winding = [Place(SOUTH, WEST + 0.001), Place(SOUTH - 0.001, WEST + 0.003), Place(SOUTH, WEST + 0.005)]
    records.segments += street_along("Winding Way", winding, 0)
    records.crossings += [Crossing("Winding Way", "Market St", winding[end]) for end in (0, 2)]
    far = [Place(SOUTH + 0.03, WEST), Place(SOUTH + 0.031, WEST)]
    records.segments += street_along("Island Rd", far, 0)
    for begin in (Place(SOUTH - 0.002, WEST), Place(SOUTH + 0.02, WEST + 0.02)):
        records.segments += street_along("Park Ln", [begin, Place(begin.lat, begin.lon + 0.001)], 0)
    records.houses.append(House("Island Rd", 777, Place(SOUTH + 0.0305, WEST + 0.0001), "94999"))
    records.common_places += [
        CommonPlace(
            Name("General Hospital", "总医院"),
            "hospital",
            corner(3, 3),
            "600 Vallejo St",
            ("SFGH", "旧总医院"),
            "94110",
        ),
        CommonPlace(Name("Golden Gate Bridge", "金门大桥"), "bridge", corner(0, 6)),
        CommonPlace(Name("Fire Station #7", "第7消防站"), "fire_station", corner(5, 1), "200 Mission St"),
        CommonPlace(Name("City Library", "图书馆"), "library", corner(1, 1), "1 3rd St"),
        CommonPlace(Name("City Library", "图书馆"), "library", corner(6, 5), "9 5th St"),
    ]
    records.other_names += [
        OtherName("Market St", "street", zh="市场街"),
        OtherName("5th St", "street", zh="第五街"),
        OtherName("Vallejo St", "street", aliases=("Army St",)),
        OtherName("Downtown", "neighbourhood", zh="市中心", aliases=("FiDi",)),
    ]
    records.neighbourhoods += [part("Downtown", -0.003, 0.0055), part("Uptown", 0.0055, 0.04)]
    return records


def part(name: str, south: float, north: float) -> Neighbourhood:
    west, east = WEST - 0.005, WEST + 0.03
    ring = [(south, west), (south, east), (north, east), (north, west), (south, west)]
    return Neighbourhood(Name(name, ""), (tuple(Place(SOUTH + lat, lon) for lat, lon in ring),))


@pytest.fixture(scope="session")
def riverside_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("riverside") / "gazetteer.sqlite"
    build_gazetteer(riverside(), CityNamed(Name("Riverside", "河滨市"), ("RV", "California")), path)
    return path


@pytest.fixture(scope="session")
def gazetteer(riverside_file: Path) -> Gazetteer:
    return Gazetteer.load(riverside_file)


@pytest.fixture(scope="session")
def gazetteer_in_beijing(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    line = [Place(39.9087, 116.3975), Place(39.9087, 116.4075)]
    records = GazetteerRecords(segments=street_along("东长安街", line, 0))
    records.segments = [msgspec.structs.replace(one, street_zh="东长安街") for one in records.segments]
    path = tmp_path_factory.mktemp("beijing") / "gazetteer.sqlite"
    build_gazetteer(records, CityNamed(Name("Beijing", "北京")), path)
    return Gazetteer.load(path)
