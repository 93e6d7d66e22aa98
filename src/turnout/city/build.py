"""`turnout city build`: a city folder from an OpenStreetMap extract, or from municipal data by a recipe.

Two ways in. A new folder gets everything: roads, gazetteer, tiles, stations and zones from the map, and the starter
catalogue. A folder that is already there gets only its built parts made again (`roads.npz`, `gazetteer.sqlite`,
`tiles.pmtiles`): what people wrote is never touched. A new folder is made beside its place and moved there when it is
whole, so that a build that fails leaves nothing behind.
"""

import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city import starter
from turnout.city.areas import Junctions
from turnout.city.check import check_city
from turnout.city.draft import Draft, read_draft
from turnout.city.extract import Extract, NamedArea, read_extract
from turnout.city.gazetteer import write_gazetteer
from turnout.city.problem import BrokenFolder, Problem, Spot
from turnout.city.recipes.san_francisco import make as san_francisco
from turnout.city.recipes.san_francisco.roads import write_whole_city
from turnout.city.recipes.san_francisco.source import CALLS_FILE
from turnout.city.sheets import broken
from turnout.city.templates import TEMPLATES
from turnout.city.tiles import MapContent, build_tiles
from turnout.city.write import csv_text, geojson_text, write_files
from turnout.roads.build import build_roads
from turnout.roads.graph import RoadGraph
from turnout.words.name import Name
from turnout.words.place import Place

OSM_CREDIT: Final = "© OpenStreetMap contributors, ODbL 1.0"
DATASF_CREDIT: Final = "City and County of San Francisco, DataSF (ODC PDDL 1.0)"
FOLDER_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9\-]*$")


@dataclass(frozen=True)
class Order:
    """What to build."""

    osm_file: Path
    out: Path
    municipal: Path | None = None
    name: Name | None = None
    """None: from the folder's name."""
    time_zone: str = "UTC"


@dataclass
class Built:
    """What came of it."""

    folder: Path
    notes: list[Name] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    bytes_of: dict[str, int] = field(default_factory=dict)
    """File → size, for the built parts."""

    @property
    def usable(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def build_city(order: Order) -> Built:
    """Make the folder, or make its built parts again, then check it. Raises Malformed for input that cannot be used."""
    if not order.osm_file.is_file():
        raise broken(
            "no-map",
            Spot(str(order.osm_file)),
            Name("there is no such file", "没有这个文件"),
            Name("name an .osm.pbf extract after --from", "请在 --from 后写 .osm.pbf 文件"),
        )
    if order.municipal is not None and not order.municipal.is_dir():
        raise broken(
            "no-municipal-folder",
            Spot(str(order.municipal)),
            Name("there is no such folder", "没有这个文件夹"),
            Name("name the folder with the city's own tables", "请写明市政数据所在的文件夹"),
        )
    again = (order.out / "city.toml").is_file()
    if not again and order.out.exists() and any(order.out.iterdir() if order.out.is_dir() else [order.out]):
        raise broken(
            "out-is-taken",
            Spot(str(order.out)),
            Name("it is there and is no city folder", "已存在，且不是城市文件夹"),
            Name("name a new folder, or empty this one", "请写一个新文件夹，或清空它"),
        )
    order.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=order.out.parent, prefix=".building-") as scratch:
        work = Path(scratch)
        made = work / "city"
        if again:
            shutil.copytree(order.out, made)
        built = _make(order, made, work, again)
        _move(made, order.out)
    built.folder = order.out
    built.problems = check_city(order.out)
    return built


def _move(made: Path, out: Path) -> None:
    """Put each file in its place; files that were there already are replaced by themselves or their new build."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, out, dirs_exist_ok=True)


def _make(order: Order, folder: Path, work: Path, again: bool) -> Built:
    folder.mkdir(exist_ok=True)
    built = Built(folder)
    osm_file, credit = order.osm_file, OSM_CREDIT
    recipe = order.municipal is not None and (order.municipal / CALLS_FILE).is_file()
    if recipe:
        osm_file, credit = work / "whole.osm.pbf", DATASF_CREDIT
        write_whole_city(order.osm_file, osm_file)
    graph = build_roads(osm_file, credit)
    graph.save(folder / "roads.npz")
    extract = read_extract(osm_file)
    if recipe and order.municipal is not None:
        if not again:
            san_francisco.make_tables(order.municipal, graph, folder)
    elif not again:
        built.notes += _make_tables(order, graph, extract, folder)
    draft = read_draft(folder)
    if draft.problems:
        raise BrokenFolder(tuple(draft.problems))
    write_gazetteer(order.municipal if recipe else None, osm_file, draft, credit)
    parks = san_francisco.GREEN_PARTS if recipe else frozenset()
    build_tiles(map_content(draft, extract, parks), folder / "tiles.pmtiles", credit)
    for file in ("roads.npz", "gazetteer.sqlite", "tiles.pmtiles"):
        built.bytes_of[file] = (folder / file).stat().st_size
    built.notes += _notes_on_roads(graph)
    return built


def _notes_on_roads(graph: RoadGraph) -> list[Name]:
    origin = graph.origin
    left = sum(origin.restrictions_left.values())
    notes = [
        Name(
            f"Roads: {graph.junction_count} junctions, {graph.edge_count} directed stretches, "
            f"{origin.restrictions_taken} turn restrictions.",
            f"道路：{graph.junction_count} 个路口，{graph.edge_count} 段有向道路，"
            f"{origin.restrictions_taken} 条转向限制。",
        )
    ]
    if origin.edges_dropped or left:
        notes.append(
            Name(
                f"Left out: {origin.dropped_km:.1f} km that cannot be reached and left again, {left} restrictions.",
                f"未采用：{origin.dropped_km:.1f} 公里无法往返的道路，{left} 条限制。",
            )
        )
    return notes


def _make_tables(order: Order, graph: RoadGraph, extract: Extract, folder: Path) -> list[Name]:
    """The hand-editable files of a city that is known only from its map."""
    name = order.name or Name(order.out.name.replace("-", " ").title(), order.out.name)
    city_id = order.out.name.lower().replace("_", "-").replace(" ", "-")
    if not FOLDER_NAME.match(city_id):
        raise broken(
            "bad-city-name",
            Spot(str(order.out)),
            Name(f"`{order.out.name}` cannot name a city", f"`{order.out.name}` 不能作城市代号"),
            Name("use letters, digits and hyphens", "请用字母、数字和连字符"),
        )
    shutil.copytree(TEMPLATES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*", "*.py"))
    junctions = Junctions(graph)
    boundary, note = starter.boundary_of(extract, junctions)
    middle = Place(float(np.median(graph.junction_lat)), float(np.median(graph.junction_lon)))
    houses, notes = starter.houses_of(extract, middle, boundary)
    zones = [
        *starter.areas_around(junctions, houses, boundary, "FIRE", "first-due", "FD"),
        *starter.areas_around(junctions, houses, boundary, "POL", "beat", "BEAT"),
        *starter.parts_of_city(extract, junctions, boundary, name),
    ]
    hospitals = [
        (f"H{n}", each.name.en or f"Hospital {n}", each.name.zh or f"医院{n}", f"{each.place.lat:.6f}",
         f"{each.place.lon:.6f}", each.address, "")
        for n, each in enumerate((one for one in extract.facilities if one.kind == "hospital"), start=1)
        if shapely.intersects_xy(boundary, each.place.lon, each.place.lat)
    ]  # fmt: skip
    write_files(
        folder,
        {
            "city.toml": _city_toml(city_id, name, order.time_zone),
            "attribution.toml": OSM_ATTRIBUTION,
            "README.md": starter_readme(name),
            "stations.csv": csv_text("From the map.", starter.STATION_COLUMNS, (house.cells() for house in houses)),
            "units.csv": csv_text(UNITS_REMARK, starter.UNIT_COLUMNS, starter.fleet_of(houses)),
            "hospitals.csv": csv_text("From the map.", starter.HOSPITAL_COLUMNS, hospitals),
            "zones.geojson": geojson_text(zones),
            "boundary.geojson": geojson_text([({"name": name.en}, boundary)]),
        },
    )
    notes.append(_write_hydrants(extract, boundary, folder))
    if order.municipal is not None:
        notes.append(_take_municipal(order.municipal, folder))
    return [*notes, *([note] if note else [])]


def _write_hydrants(extract: Extract, boundary: BaseGeometry, folder: Path) -> Name:
    """Those of the map within the city. A `ref` that two bear names neither: both take a number."""
    inside = [(ref, at) for ref, at in extract.hydrants if shapely.intersects_xy(boundary, at.lon, at.lat)]
    if not inside:
        return Name(
            "The map has no hydrants here: hydrants.csv is left out.", "地图在此没有消火栓：未生成 hydrants.csv。"
        )
    count = Counter(ref for ref, _ in inside)
    rows = [
        (ref if count[ref] == 1 and len(ref) <= HYDRANT_ID_MAX else f"hydrant-{n}", f"{at.lat:.6f}", f"{at.lon:.6f}")
        for n, (ref, at) in enumerate(inside, start=1)
    ]
    write_files(folder, {"hydrants.csv": csv_text("From the map.", ("id", "lat", "lon"), rows)})
    return Name(f"{len(rows)} hydrants from the map.", f"地图中的消火栓 {len(rows)} 个。")


HYDRANT_ID_MAX: Final = 40
"""As of every identity in a city's tables."""


def _take_municipal(municipal: Path, folder: Path) -> Name:
    """Files of the city's own that are already in this format replace those from the map."""
    known = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    taken = [path.relative_to(municipal) for path in sorted(municipal.rglob("*")) if path.is_file()]
    taken = [path for path in taken if path in known or path.name in ("hydrants.csv", "common_places.csv")]
    if not taken:
        wanted = ", ".join(sorted(str(path) for path in known)[:6])
        raise broken(
            "municipal-unknown",
            Spot(str(municipal)),
            Name(
                "it holds no file of a city folder, and no recipe knows its data", "其中没有城市文件，也没有适用的配方"
            ),
            Name(f"put tables there under their names, such as {wanted}", f"请按名称放入表格，例如 {wanted}"),
        )
    for path in taken:
        shutil.copyfile(municipal / path, folder / path)
    listed = ", ".join(str(path) for path in taken)
    return Name(f"Taken from the city's own tables: {listed}.", f"采用市政数据：{listed}。")


UNITS_REMARK: Final = "A starting fleet by rule: the map knows houses, not crews. Correct it."

OSM_ATTRIBUTION: Final = """# Where this folder's content is from. `on_map`: the map says so in its corner.

[[source]]
what = { en = "Map, roads and places", zh = "地图、道路与地点" }
by = "© OpenStreetMap contributors"
licence = "ODbL 1.0"
link = "https://www.openstreetmap.org/copyright"
on_map = true
"""


def _city_toml(city_id: str, name: Name, time_zone: str) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return (
        f"id = {quoted(city_id)}\n"
        f"name = {{ en = {quoted(name.en)}, zh = {quoted(name.zh)} }}\n"
        f"time_zone = {quoted(time_zone)}\n"
    )


def starter_readme(name: Name) -> str:
    return (
        f"# {name.en}\n\n"
        "Built by `turnout city build` from an OpenStreetMap extract (© OpenStreetMap contributors, ODbL 1.0).\n\n"
        "Real: streets, stations, hospitals and outlines that the map has. By rule, to be corrected: the fleet, areas\n"
        "around stations, and everything that was copied from the starter catalogue (types, plans, codes, standards).\n"
    )


def map_content(draft: Draft, extract: Extract, green: frozenset[str]) -> MapContent:
    """What the tiles show: land is what the neighbourhoods cover, or the boundary; those named in `green` are parks."""
    parts = [
        (zone.value, outline)
        for zone, outline in zip(draft.zones, draft.outlines, strict=True)
        if zone.value.kind == "neighbourhood"
    ]
    land: list[BaseGeometry] = [shapely.union_all([outline for _, outline in parts])] if parts else []
    if not land and draft.boundary is not None:
        land = [draft.boundary.shape]
    parks = [NamedArea(zone.name, outline) for zone, outline in parts if zone.name.en in green]
    return MapContent(land, parts, extract, parks)
