"""A small city to break: six streets by six, three fire stations, a police station, a hospital, two neighbourhoods."""

import shutil
from pathlib import Path

import pytest

from turnout.city.build import Order, build_city
from turnout.words.name import Name

SOUTH, WEST, STEP = 47.0, 9.0, 0.002
SIDE = 6


def small_map() -> str:
    """The small city as OpenStreetMap XML; nodes 1 to 36 are its crossings."""
    lines = ['<osm version="0.6">']
    for n in range(SIDE * SIDE):
        lat, lon = SOUTH + (n // SIDE) * STEP, WEST + (n % SIDE) * STEP
        lines.append(f'<node id="{n + 1}" version="1" lat="{lat:.4f}" lon="{lon:.4f}"/>')
    things = [
        ("fire_station", "North House", 4.5, 1.1),
        ("fire_station", "South House", 0.5, 3.1),
        ("fire_station", "East House", 2.5, 4.1),
        ("police", "Old Watch", 2.5, 2.1),
        ("hospital", "Mercy Hospital", 3.5, 3.1),
    ]
    for n, (amenity, name, row, column) in enumerate(things, start=101):
        lines.append(
            f'<node id="{n}" version="1" lat="{SOUTH + row * STEP:.5f}" lon="{WEST + column * STEP:.5f}">'
            f'<tag k="amenity" v="{amenity}"/><tag k="name" v="{name}"/></node>'
        )
    for n, (ref, row, column) in enumerate([("17", 1.0, 2.0), ("18", 2.0, 2.0), ("18", 3.0, 2.0), ("", 4.0, 2.0)], 121):
        tags = '<tag k="emergency" v="fire_hydrant"/>' + (f'<tag k="ref" v="{ref}"/>' if ref else "")
        place = f'lat="{SOUTH + row * STEP:.5f}" lon="{WEST + column * STEP:.5f}"'
        lines.append(f'<node id="{n}" version="1" {place}>{tags}</node>')
    for n, (name, row) in enumerate([("Lower Town", 1.0), ("Upper Town", 4.0)], start=111):
        lines.append(
            f'<node id="{n}" version="1" lat="{SOUTH + row * STEP:.5f}" lon="{WEST + 2.5 * STEP:.5f}">'
            f'<tag k="place" v="neighbourhood"/><tag k="name" v="{name}"/></node>'
        )
    for n in range(SIDE):
        for way, name, refs in [
            (1000 + n, f"Row {n + 1} St", [n * SIDE + column + 1 for column in range(SIDE)]),
            (2000 + n, f"Column {n + 1} Ave", [row * SIDE + n + 1 for row in range(SIDE)]),
        ]:
            nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            tags = f'<tag k="highway" v="residential"/><tag k="name" v="{name}"/><tag k="maxspeed" v="50"/>'
            lines.append(f'<way id="{way}" version="1">{nodes}{tags}</way>')
    ways = sorted((line for line in lines if line.startswith("<way")), key=lambda line: int(line.split('"')[1]))
    return "\n".join([line for line in lines if not line.startswith("<way")] + ways + ["</osm>"])


@pytest.fixture(scope="session")
def small_map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "small.osm"
    path.write_text(small_map(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def built_small_city(small_map_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once; do not change it."""
    out = tmp_path_factory.mktemp("cities") / "small-town"
    build_city(Order(small_map_file, out, name=Name("Small Town", "小镇"), time_zone="Europe/Vaduz"))
    return out


@pytest.fixture
def small_city(built_small_city: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(built_small_city, tmp_path / "small-town"))
