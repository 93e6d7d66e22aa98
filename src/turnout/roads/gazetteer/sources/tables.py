"""Reading a comma-separated table row by row, so that every complaint can name the file and the line."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from turnout.words.place import Place
from turnout.words.trouble import Malformed

FIELD_CHARS_MAX = 1_000_000
"""One field of a table; the longest street line of a city has a few thousand characters."""


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """One row by column name, with where it stands."""

    cells: dict[str, str]
    where: str

    def text(self, column: str) -> str:
        return (self.cells.get(column) or "").strip()

    def whole(self, column: str) -> int:
        """A whole number; an empty cell is 0."""
        text = self.text(column)
        try:
            return int(text or 0)
        except ValueError:
            raise Malformed(f"{column} is {text!r}, not a whole number", self.where, f"correct {column}") from None

    def place(self, lat: str, lon: str) -> Place:
        """A place from two columns of degrees."""
        try:
            place = Place(float(self.text(lat)), float(self.text(lon)))
        except ValueError:
            shown = f"{self.text(lat)!r}, {self.text(lon)!r}"
            raise Malformed(f"{lat}, {lon} are {shown}, not degrees", self.where, "give decimal degrees") from None
        if not place.is_on_earth():
            raise Malformed(f"{place.lat}, {place.lon} is nowhere on earth", self.where, "latitude first, in degrees")
        return place


def read_table(path: Path, needs: Sequence[str]) -> Iterator[TableRow]:
    """The rows of a UTF-8 table with a heading. Malformed when the file, a needed column or a cell is missing."""
    csv.field_size_limit(FIELD_CHARS_MAX)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            missing = [column for column in needs if column not in (rows.fieldnames or ())]
            if missing:
                raise Malformed(f"no column {', '.join(missing)}", f"{path}:1", "use the publisher's own export")
            for cells in rows:
                where = f"{path}:{rows.line_num}"
                if None in cells or None in cells.values():
                    raise Malformed("the row has more or fewer cells than the heading", where, "check its commas")
                yield TableRow(cells, where)
    except OSError as trouble:
        raise Malformed(trouble.strerror or "cannot be read", str(path), "put the file there") from None
    except (csv.Error, UnicodeDecodeError) as trouble:
        raise Malformed(f"not a table: {trouble}", str(path), "save it as comma-separated UTF-8") from None
