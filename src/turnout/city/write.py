"""Writing a city folder's files: CSV with a remark on top, GeoJSON with one feature a line so that it diffs well."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

DEGREE_DECIMALS: Final = 6
"""About 10 cm: finer than any city's survey of its zones."""


def csv_text(remark: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    for line in remark.splitlines():
        text.write(f"# {line}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def geojson_text(features: Iterable[tuple[Mapping[str, Any], BaseGeometry]]) -> str:
    """A FeatureCollection with a feature on each line."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": dict(properties), "geometry": rounded(shape)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, shape in features
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def rounded(shape: BaseGeometry) -> dict[str, Any]:
    """The shape as GeoJSON with coordinates as short as they can be."""

    def short(value: Any) -> Any:
        return round(value, DEGREE_DECIMALS) if isinstance(value, float) else [short(each) for each in value]

    bare = shapely.geometry.mapping(shape)
    return {"type": bare["type"], "coordinates": short(bare["coordinates"])}


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write each text under its path inside the folder."""
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
