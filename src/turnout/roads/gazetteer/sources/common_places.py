"""The city's own list of common places: a table that people write by hand (`common_places.csv` in the city folder).

Columns: name_en, name_zh, kind, lat, lon, address, aliases (divided by `;`), source. Two kinds of rows name what the
streets and neighbourhoods already hold, and need no coordinates: kind `street` and kind `neighbourhood` give the
Chinese name and the other names of the street or neighbourhood called name_en.
"""

from pathlib import Path

from turnout.roads.gazetteer.records import CommonPlace, GazetteerRecords, OtherName
from turnout.roads.gazetteer.sources.tables import TableRow, read_table
from turnout.words.name import Name
from turnout.words.trouble import Malformed

COLUMNS = ("name_en", "name_zh", "kind", "lat", "lon", "address", "aliases", "source")


def read_common_places(path: Path) -> GazetteerRecords:
    """The common places and other names of the table. Malformed names the line and what to do."""
    records = GazetteerRecords()
    for row in read_table(path, COLUMNS):
        if not row.text("name_en") or not row.text("kind"):
            raise Malformed("a common place needs name_en and kind", row.where, "fill both")
        kind = row.text("kind")
        if kind == "street":
            records.other_names.append(OtherName(row.text("name_en"), "street", row.text("name_zh"), _aliases(row)))
        elif kind == "neighbourhood":
            names = (row.text("name_zh"), _aliases(row))
            records.other_names.append(OtherName(row.text("name_en"), "neighbourhood", *names))
        else:
            records.common_places.append(_common_place(row, kind))
    return records


def _common_place(row: TableRow, kind: str) -> CommonPlace:
    return CommonPlace(
        name=Name(row.text("name_en"), row.text("name_zh")),
        kind=kind,
        place=row.place("lat", "lon"),
        address=row.text("address"),
        aliases=_aliases(row),
        source=row.text("source"),
    )


def _aliases(row: TableRow) -> tuple[str, ...]:
    return tuple(alias.strip() for alias in row.text("aliases").split(";") if alias.strip())
