"""San Francisco's municipal tables (DataSF, public domain): streets with numbers, lines, facilities, neighbourhoods.

`sf_streets_and_intersections.csv` (pu5n-qu5c) has a row per segment between two nodes (CNN numbers) with the first
and last number of each side; `sf_speed_limits_per_segment.csv` has the lines of the same segments. The lines are
older, so some segments have none: see `line_gaps`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from turnout.roads.gazetteer.records import (
    CommonPlace,
    Crossing,
    GazetteerRecords,
    Neighbourhood,
    Numbers,
    StreetSegment,
)
from turnout.roads.gazetteer.sources.line_gaps import (
    Piece,
    fill_between_nodes,
    follow_older_lines,
    hang_on_one_node,
    place_nodes,
)
from turnout.roads.gazetteer.sources.street_names import written_street
from turnout.roads.gazetteer.sources.tables import TableRow, read_table
from turnout.roads.gazetteer.spelling import canonical, run_together, words
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

STREETS = "sf_streets_and_intersections.csv"
LINES = "sf_speed_limits_per_segment.csv"
FACILITIES = "sf_city_facilities.csv"
FIRE_STATIONS = "sf_fire_stations.geojson"
NEIGHBOURHOODS = "sf_neighborhoods.geojson"

_POINT = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_STREET_COLUMNS = ("CNN", "streetname", "LF_FADD", "RT_FADD", "LF_TADD", "RT_TADD", "FROM_CNN", "TO_CNN")
_LINE_COLUMNS = ("CNN", "STREET", "ST_TYPE", "FROM_ST", "TO_ST", "shape")
FACILITIES_SOURCE = "DataSF City Facilities"
_FIRE_STATION = re.compile(r"Fire Station #(\d+)(?![\d/])")
_POLICE_STATION = re.compile(r"(?!Old )([^&#]+?)(?: Police| District)? Station")


class Drawn(msgspec.Struct, frozen=True):
    """A line of the older table with its row."""

    line: tuple[Place, ...]
    row: TableRow


def read_datasf(folder: Path) -> GazetteerRecords:
    """Everything that the folder's tables hold. Facilities and neighbourhoods may be missing, the streets may not."""
    records = read_streets(folder / STREETS, folder / LINES)
    if (folder / FACILITIES).exists():
        records.add(read_facilities(folder / FACILITIES))
    if (folder / FIRE_STATIONS).exists():
        known = {place.name.en for place in records.common_places}
        records.common_places += [p for p in _read_stations(folder / FIRE_STATIONS) if p.name.en not in known]
    if (folder / NEIGHBOURHOODS).exists():
        records.neighbourhoods += read_neighbourhoods(folder / NEIGHBOURHOODS)
    return records


def read_streets(streets: Path, lines: Path) -> GazetteerRecords:
    """Segments with house numbers and lines, and crossings at their nodes."""
    drawn = {row.text("CNN"): Drawn(_line(row), row) for row in read_table(lines, _LINE_COLUMNS)}
    pieces = [_piece(row, drawn) for row in read_table(streets, _STREET_COLUMNS) if row.text("TO_CNN")]
    kept = {piece.cnn for piece in pieces}
    older = {cnn: one for cnn, one in drawn.items() if cnn not in kept}
    nodes = place_nodes(pieces)
    follow_older_lines(pieces, {cnn: one.line for cnn, one in older.items()}, nodes)
    fill_between_nodes(pieces, nodes)
    at_one_end = hang_on_one_node(pieces, nodes)
    placed = [piece for piece in pieces if piece.line]
    records = GazetteerRecords(
        segments=[StreetSegment(p.street, p.line, p.left, p.right, p.from_node, p.to_node) for p in placed],
        crossings=list(_crossings(pieces, nodes)),
        left_out={"segments with no line and no known node": len(pieces) - len(placed)},
    )
    records.left_out["segments placed at their one known end"] = at_one_end
    records.add(_former_streets(older, {piece.street for piece in pieces}))
    return records


def _former_streets(older: dict[str, Drawn], today: set[str]) -> GazetteerRecords:
    """Streets that only the older lines have: renamed or pulled down since, but asked for and in the road file."""
    records = GazetteerRecords()
    known = {_spelled(street) for street in today}
    for one in older.values():
        street = _street_of(one.row)
        if not street or street.startswith("Unnamed") or _spelled(street) in known:
            continue
        records.segments.append(StreetSegment(street, one.line))
        for other, place in ((one.row.text("FROM_ST"), one.line[0]), (one.row.text("TO_ST"), one.line[-1])):
            if written_street(other) in today:
                records.crossings.append(Crossing(street, written_street(other), place))
    return records


def _street_of(row: TableRow) -> str:
    return written_street(f"{row.text('STREET')} {row.text('ST_TYPE')}".strip())


def _spelled(street: str) -> str:
    """The letters of a name without regard to the order of its words: `Burnett North Ave` is `Burnett Ave North`."""
    return "".join(sorted(run_together(canonical(words(street)))))


def _line(row: TableRow) -> tuple[Place, ...]:
    line = tuple(Place(float(lat), float(lon)) for lon, lat in _POINT.findall(row.text("shape")))
    if len(line) < 2 or not all(place.is_on_earth() for place in line):
        raise Malformed("shape is no line of longitudes and latitudes", row.where, "export it as WKT in WGS 84")
    return line


def _piece(row: TableRow, drawn: dict[str, Drawn]) -> Piece:
    if not row.text("streetname"):
        raise Malformed("a segment without a street name", row.where, "fill streetname")
    line = drawn.get(row.text("CNN"))
    return Piece(
        row.text("CNN"),
        written_street(row.text("streetname")),
        _numbers(row.whole("LF_FADD"), row.whole("LF_TADD")),
        _numbers(row.whole("RT_FADD"), row.whole("RT_TADD")),
        row.text("FROM_CNN"),
        row.text("TO_CNN"),
        line.line if line else (),
    )


def _numbers(first: int, last: int) -> Numbers | None:
    return Numbers(first, last) if first or last else None


def _crossings(pieces: Iterable[Piece], nodes: dict[str, Place]) -> Iterator[Crossing]:
    meeting: dict[str, set[str]] = {}
    for piece in pieces:
        meeting.setdefault(piece.from_node, set()).add(piece.street)
        meeting.setdefault(piece.to_node, set()).add(piece.street)
    for node, streets in meeting.items():
        if node in nodes:
            ordered = sorted(streets)
            for place, street in enumerate(ordered):
                yield from (Crossing(street, other, nodes[node]) for other in ordered[place + 1 :])


def read_facilities(path: Path) -> GazetteerRecords:
    """The city's fire, police and health facilities as common places."""
    needs = ("common_name", "address", "zip_code", "longitude", "latitude")
    records = GazetteerRecords()
    for row in read_table(path, needs):
        if not row.text("latitude"):
            records.left_out["facilities without a place"] = records.left_out.get("facilities without a place", 0) + 1
            continue
        name, place = row.text("common_name"), row.place("latitude", "longitude")
        records.common_places.append(_facility(name, place, row.text("address"), row.text("zip_code")))
    return records


def _facility(name: str, place: Place, address: str, postcode: str) -> CommonPlace:
    """Stations are also called by their number or district alone, and in Chinese."""
    station = _FIRE_STATION.match(name)
    police = _POLICE_STATION.fullmatch(name)
    zh, kind, aliases = "", "facility", []
    if station:
        number, kind = station[1], "fire_station"
        zh = f"第{number}消防站"
        aliases = [
            f"Fire Station {number}",
            f"Station {number}",
            f"FS{number}",
            f"Firehouse {number}",
            f"{number}号消防站",
        ]
    elif police:
        kind, zh = "police_station", f"{police[1]}警察局"
        aliases = [f"{police[1]} Police Station", f"{police[1]} Station", f"SFPD {police[1]}", f"{police[1]}警局"]
    elif "shelter" in name.casefold():
        kind = "shelter"
    return CommonPlace(Name(name, zh), kind, place, address, tuple(aliases), postcode, source=FACILITIES_SOURCE)


def _read_stations(path: Path) -> Iterator[CommonPlace]:
    for where, properties, _ in _features(path):
        lat, lon = properties.get("latitude"), properties.get("longitude")
        if not isinstance(lat, float) or not isinstance(lon, float):
            raise Malformed("a fire station without latitude and longitude", where, "export it again")
        words = (str(properties.get(key) or "") for key in ("common_name", "address", "zip_code"))
        name, address, postcode = words
        yield _facility(name, Place(lat, lon), address, postcode)


def read_neighbourhoods(path: Path) -> list[Neighbourhood]:
    """The named parts of the city with their outlines."""
    parts = []
    for where, properties, geometry in _features(path):
        name = str(properties.get("name") or "")
        if not name or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            raise Malformed("a neighbourhood needs a name and a polygon", where, "export it again")
        try:
            shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
            rings = tuple(tuple(Place(lat, lon) for lon, lat, *_ in ring) for shape in shapes for ring in shape)
        except (KeyError, TypeError, ValueError):
            raise Malformed("coordinates are no rings of [lon, lat]", where, "export it again") from None
        parts.append(Neighbourhood(Name(name, ""), rings))
    return parts


def _features(path: Path) -> Iterator[tuple[str, dict[str, object], dict]]:  # type: ignore[type-arg]
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        for number, feature in enumerate(features):
            yield f"{path}: feature {number}", feature["properties"], feature["geometry"]
    except OSError as trouble:
        raise Malformed(trouble.strerror or "cannot be read", str(path), "put the file there") from None
    except (ValueError, KeyError, TypeError) as trouble:
        raise Malformed(f"not GeoJSON: {trouble!r}", str(path), "export it as GeoJSON in WGS 84") from None
