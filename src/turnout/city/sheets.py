"""Reading a city folder's plain files (CSV, TOML, GeoJSON, Markdown) with the line of everything that was read.

Standards: RFC 4180 (CSV), TOML 1.0, RFC 7946 (GeoJSON). Trouble with a file's own syntax raises `BrokenFolder` with
file, line and cure; nothing here knows what the tables mean.
"""

import csv
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.city.problem import BrokenFolder, Problem, Spot
from turnout.words.name import Name

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
"""The largest hand-written table of a big city (zones of Beijing in full detail) is a few megabytes."""

HEADER: Final = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
"""A TOML table header, `[name]` or `[[name]]`."""


class Row(msgspec.Struct, frozen=True):
    """One record of a file: a CSV line, a TOML table, a GeoJSON feature's properties."""

    spot: Spot
    fields: dict[str, Any]


class Feature(msgspec.Struct, frozen=True):
    """One GeoJSON feature. `geometry` is still the bare JSON."""

    spot: Spot
    properties: dict[str, Any]
    geometry: dict[str, Any]


def broken(rule: str, spot: Spot, what: Name, cure: Name) -> BrokenFolder:
    """The exception for a file that cannot be read any further."""
    return BrokenFolder((Problem(rule, spot, what, cure),))


def read_text(folder: Path, file: str) -> str:
    """The file's text, UTF-8 with or without a byte order mark."""
    path = folder / file
    if not path.is_file():
        raise broken(
            "file-missing",
            Spot(file),
            Name("the file is missing", "缺少此文件"),
            Name("add it, or start from `turnout city build`", "请补上，或用 `turnout city build` 重新生成"),
        )
    if path.stat().st_size > FILE_BYTES_MAX:
        raise broken(
            "file-too-large",
            Spot(file),
            Name(f"the file is larger than {FILE_BYTES_MAX // 2**20} MB", f"文件超过 {FILE_BYTES_MAX // 2**20} MB"),
            Name("simplify its outlines or split the city", "请简化轮廓或拆分城市"),
        )
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = raw.count(b"\n", 0, trouble.start) + 1
        raise broken(
            "not-utf8",
            Spot(file, line),
            Name("a character that is not UTF-8", "有非 UTF-8 字符"),
            Name("save the file as UTF-8", "请把文件存成 UTF-8 编码"),
        ) from trouble


def read_csv(folder: Path, file: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """Rows under a header line. `columns` must be there, `optional` may be. Lines that start with `#` are remarks."""
    lines = csv.reader(io.StringIO(read_text(folder, file)), strict=True)
    rows: list[Row] = []
    header: list[str] | None = None
    try:
        for cells in lines:
            spot = Spot(file, lines.line_num)
            if not any(cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = _header(cells, spot, columns, optional)
            else:
                rows.append(Row(spot, _cells(header, cells, spot)))
    except csv.Error as trouble:
        raise broken(
            "csv-syntax",
            Spot(file, lines.line_num),
            Name(f"not a CSV line: {trouble}", f"不是合法的 CSV 行：{trouble}"),
            Name("close the quotes and separate cells by commas", "请补全引号，并用英文逗号分隔单元格"),
        ) from trouble
    if header is None:
        _header([], Spot(file, 1), columns, optional)
    return rows


def _header(cells: list[str], spot: Spot, columns: tuple[str, ...], optional: tuple[str, ...]) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in columns if name not in names]
    unknown = [name for name in names if name not in columns and name not in optional]
    if missing or unknown or len(set(names)) < len(names):
        wanted = ",".join((*columns, *optional))
        raise broken(
            "csv-header",
            spot,
            Name(
                f"the header misses {missing or 'nothing'} and has unknown or repeated {unknown or 'columns'}",
                f"表头缺少 {missing or '无'}，多余或重复 {unknown or '的列'}",
            ),
            Name(f"write the header as {wanted}", f"表头应为 {wanted}"),
        )
    return names


def _cells(header: list[str], cells: list[str], spot: Spot) -> dict[str, Any]:
    if len(cells) != len(header):
        raise broken(
            "csv-width",
            spot,
            Name(
                f"{len(cells)} cells where the header has {len(header)}",
                f"有 {len(cells)} 个单元格，表头有 {len(header)} 列",
            ),
            Name("add or remove commas; put text with commas in quotes", "请增减逗号；含逗号的文字请加引号"),
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


class Document(msgspec.Struct, frozen=True):
    """A TOML file: its value, the lines of every table header, and the first line of every key."""

    file: str
    content: dict[str, Any]
    header_lines: dict[str, tuple[int, ...]]
    key_lines: dict[str, int]

    def rows(self, table: str) -> list[Row]:
        """The tables of an array `[[table]]`, each with the line of its header."""
        found = self.content.get(table, [])
        lines = self.header_lines.get(table, ())
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise broken(
                "toml-shape",
                Spot(self.file, lines[0] if lines else 0),
                Name(f"`{table}` is not a list of tables", f"`{table}` 不是表的列表"),
                Name(f"write each one under its own [[{table}]]", f"请为每一项写一个 [[{table}]]"),
            )
        return [Row(Spot(self.file, lines[n] if n < len(lines) else 0), each) for n, each in enumerate(found)]


def read_toml(folder: Path, file: str, tables: tuple[str, ...]) -> Document:
    """A TOML document that may hold only the top-level keys named in `tables`."""
    text = read_text(folder, file)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        found = re.search(r"at line (\d+)", str(trouble))
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise broken(
            "toml-syntax",
            Spot(file, line),
            Name(f"not TOML: {trouble}", f"不是合法的 TOML：{trouble}"),
            Name("look for a missing quote, bracket or `=`", "请检查缺少的引号、括号或等号"),
        ) from trouble
    headers: dict[str, list[int]] = {}
    keys: dict[str, int] = {}
    for number, words in enumerate(text.splitlines(), start=1):
        match = HEADER.match(words)
        if match:
            headers.setdefault(match.group(1), []).append(number)
        elif "=" in words:
            keys.setdefault(words.split("=", 1)[0].strip(), number)
    for key in content:
        if key not in tables:
            raise broken(
                "toml-unknown",
                Spot(file, headers.get(key, [keys.get(key, 0)])[0]),
                Name(f"unknown table `{key}`", f"未知的表 `{key}`"),
                Name(f"the file may hold: {', '.join(tables)}", f"此文件可含：{'、'.join(tables)}"),
            )
    return Document(file, content, {key: tuple(lines) for key, lines in headers.items()}, keys)


def read_geojson(folder: Path, file: str) -> list[Feature]:
    """The features of a FeatureCollection, each with the line on which it starts."""
    text = read_text(folder, file)
    try:
        collection = json.loads(text)
    except json.JSONDecodeError as trouble:
        raise broken(
            "geojson-syntax",
            Spot(file, trouble.lineno),
            Name(f"not JSON: {trouble.msg}", f"不是合法的 JSON：{trouble.msg}"),
            Name("mend the brackets, quotes and commas there", "请修正该处的括号、引号和逗号"),
        ) from trouble
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise broken(
            "geojson-shape",
            Spot(file, 1),
            Name("not a FeatureCollection", "不是 FeatureCollection"),
            Name('wrap it as {"type":"FeatureCollection","features":[…]}', "请包成 FeatureCollection"),
        )
    lines = _feature_lines(text, len(features))
    return [_feature(each, Spot(file, line)) for each, line in zip(features, lines, strict=True)]


def _feature_lines(text: str, count: int) -> list[int]:
    """The lines on which the features start: each is decoded again from where the one before ended."""
    decoder = json.JSONDecoder()
    at = text.index("[", text.index('"features"')) + 1
    lines: list[int] = []
    line, counted = 1, 0
    for _ in range(count):
        at = next(n for n in range(at, len(text)) if not text[n].isspace() and text[n] != ",")
        line += text.count("\n", counted, at)
        counted = at
        lines.append(line)
        _, at = decoder.raw_decode(text, at)
    return lines


def _feature(found: Any, spot: Spot) -> Feature:
    if isinstance(found, dict):
        properties, geometry = found.get("properties"), found.get("geometry")
        if isinstance(properties, dict) and isinstance(geometry, dict):
            return Feature(spot, properties, geometry)
    raise broken(
        "geojson-feature",
        spot,
        Name("a feature without properties or geometry", "要素缺少 properties 或 geometry"),
        Name("give it both, as in RFC 7946", "请按 RFC 7946 补全"),
    )
