"""The stored form: one SQLite file per city, written once by `build_gazetteer` and read whole into memory.

Places are whole microdegrees (a tenth of a metre); a line is a blob of little-endian int32 pairs (lat, lon).
`user_version` is SCHEMA_VERSION and `application_id` spells `TOgz`, so that a wrong file is told from an old one. The
writer sorts everything, so that the same records give the same file.
"""

import json
import sqlite3
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from turnout.roads.gazetteer.chinese import has_han, pinyin
from turnout.roads.gazetteer.neighbourhoods import Neighbourhoods
from turnout.roads.gazetteer.records import CityNamed, GazetteerRecords, Neighbourhood, Numbers, OtherName
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed, Unsupported

SCHEMA_VERSION = 1
APPLICATION_ID = 0x544F677A
MICRODEGREES = 1_000_000

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE neighbourhood (id INTEGER PRIMARY KEY, en TEXT NOT NULL, zh TEXT NOT NULL, aliases TEXT NOT NULL);
CREATE TABLE neighbourhood_ring (neighbourhood INTEGER NOT NULL REFERENCES neighbourhood, ring BLOB NOT NULL);
CREATE TABLE street (id INTEGER PRIMARY KEY, en TEXT NOT NULL UNIQUE, zh TEXT NOT NULL, aliases TEXT NOT NULL,
    pinyin TEXT NOT NULL);
CREATE TABLE segment (id INTEGER PRIMARY KEY, street INTEGER NOT NULL REFERENCES street,
    left_first INTEGER, left_last INTEGER, right_first INTEGER, right_last INTEGER,
    neighbourhood INTEGER NOT NULL, postcode TEXT NOT NULL, line BLOB NOT NULL);
CREATE TABLE crossing (street_a INTEGER NOT NULL REFERENCES street, street_b INTEGER NOT NULL REFERENCES street,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, neighbourhood INTEGER NOT NULL);
CREATE TABLE house (street INTEGER NOT NULL REFERENCES street, number INTEGER NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, neighbourhood INTEGER NOT NULL, postcode TEXT NOT NULL);
CREATE TABLE common_place (id INTEGER PRIMARY KEY, en TEXT NOT NULL, zh TEXT NOT NULL, kind TEXT NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, address TEXT NOT NULL, aliases TEXT NOT NULL, pinyin TEXT NOT NULL,
    neighbourhood INTEGER NOT NULL, postcode TEXT NOT NULL, source TEXT NOT NULL);
"""

Row = tuple[object, ...]


class StoredStreet(msgspec.Struct, frozen=True, gc=False):
    """A street's names; its number is its place in the list."""

    name: Name
    aliases: tuple[str, ...]
    pinyin: tuple[str, ...]


class StoredSegment(msgspec.Struct, frozen=True, gc=False):
    """One segment; the line stays packed until somebody asks for it. `neighbourhood` is a place in the list."""

    street: int
    left: Numbers | None
    right: Numbers | None
    neighbourhood: int
    postcode: str
    packed_line: bytes

    def line(self) -> list[Place]:
        return unpack_line(self.packed_line)


class StoredCrossing(msgspec.Struct, frozen=True, gc=False):
    street_a: int
    street_b: int
    place: Place
    neighbourhood: int


class StoredHouse(msgspec.Struct, frozen=True, gc=False):
    street: int
    number: int
    place: Place
    neighbourhood: int
    postcode: str


class StoredPlace(msgspec.Struct, frozen=True, gc=False):
    """A common place with the pinyin of its Chinese names."""

    name: Name
    kind: str
    place: Place
    address: str
    aliases: tuple[str, ...]
    pinyin: tuple[str, ...]
    neighbourhood: int
    postcode: str


class Tables(msgspec.Struct, frozen=True):
    """A whole gazetteer as read. `neighbourhoods[0]` is the part of the city without a name."""

    city: CityNamed
    neighbourhoods: Neighbourhoods
    streets: list[StoredStreet]
    segments: list[StoredSegment]
    crossings: list[StoredCrossing]
    houses: list[StoredHouse]
    common_places: list[StoredPlace]


def pack_line(line: Iterable[Place]) -> bytes:
    """A line as little-endian int32 microdegrees, latitude first."""
    packed = array("i", [round(angle * MICRODEGREES) for place in line for angle in (place.lat, place.lon)])
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack_line(packed: bytes) -> list[Place]:
    """The places of a packed line."""
    numbers = array("i", packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return [Place(lat / MICRODEGREES, lon / MICRODEGREES) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]


def build_gazetteer(records: GazetteerRecords, city: CityNamed, path: Path) -> None:
    """Write a city's gazetteer file, replacing one that is there. Malformed when there is nothing to write.

    Streets are known by their name, so a crossing or house on a street that no segment has adds the street.
    """
    if not records.segments and not records.houses and not records.common_places:
        raise Malformed(
            "no street, house or common place", str(path), "give the builder at least one source of streets"
        )
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};" + _SCHEMA
        )
        GazetteerWriter(connection, records).write(city)
        connection.commit()
        connection.execute("VACUUM")
    finally:
        connection.close()


class GazetteerWriter:
    """Writes one set of records into an empty file of the schema."""

    def __init__(self, connection: sqlite3.Connection, records: GazetteerRecords) -> None:
        self._connection = connection
        self._records = records
        self._others: dict[tuple[str, str], list[OtherName]] = {}
        for other in records.other_names:
            self._others.setdefault((other.kind, other.of.casefold()), []).append(other)
        self._parts = Neighbourhoods([self._with_chinese(part) for part in records.neighbourhoods])
        self._part_by_name = {part.en: number for number, part in enumerate(self._parts.names)}
        self._street_zh = {segment.street: segment.street_zh for segment in records.segments if segment.street_zh}
        names = {segment.street for segment in records.segments} | {house.street for house in records.houses}
        names |= {street for crossing in records.crossings for street in (crossing.street_a, crossing.street_b)}
        self._street_ids = {name: number for number, name in enumerate(sorted(names))}

    def write(self, city: CityNamed) -> None:
        """Everything, in one transaction of the caller's."""
        self._insert("meta", [("city", msgspec.json.encode(city).decode())])
        self._write_neighbourhoods()
        self._insert("street", (self._street_row(name, number) for name, number in self._street_ids.items()))
        self._insert("segment", ((n, *row) for n, row in enumerate(sorted(self._segment_rows(), key=repr))))
        self._insert("crossing", sorted(set(self._crossing_rows())))
        self._insert("house", sorted(set(self._house_rows())))
        self._insert("common_place", ((n, *row) for n, row in enumerate(sorted(set(self._common_place_rows())))))

    def _insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        rows = list(rows)
        if rows:
            marks = ",".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def _with_chinese(self, part: Neighbourhood) -> Neighbourhood:
        others = self._others_of("neighbourhood", part.name.en)
        zh = next((other.zh for other in others if other.zh), part.name.zh)
        aliases = (*part.aliases, *(alias for other in others for alias in other.aliases))
        return Neighbourhood(Name(part.name.en, zh or part.name.en), part.rings, aliases)

    def _others_of(self, kind: str, name: str) -> list[OtherName]:
        return self._others.get((kind, name.casefold()), [])

    def _write_neighbourhoods(self) -> None:
        named = zip(self._parts.names, self._parts.aliases, strict=True)
        self._insert(
            "neighbourhood",
            [(n, name.en, name.zh, json.dumps(also, ensure_ascii=False)) for n, (name, also) in enumerate(named)],
        )
        rings = [(number, pack_line(ring)) for number, rings in enumerate(self._parts.rings) for ring in rings]
        self._insert("neighbourhood_ring", rings)

    def _street_row(self, name: str, number: int) -> Row:
        others = self._others_of("street", name)
        zh = next((other.zh for other in others if other.zh), self._street_zh.get(name, ""))
        aliases = [alias for other in others for alias in other.aliases]
        return (number, name, zh, json.dumps(aliases, ensure_ascii=False), _pinyin_of(zh, *aliases))

    def _part_of(self, neighbourhood: str, place: Place) -> int:
        if neighbourhood and neighbourhood in self._part_by_name:
            return self._part_by_name[neighbourhood]
        return self._parts.find(place)

    def _segment_rows(self) -> Iterator[Row]:
        for one in self._records.segments:
            left = (one.left.first, one.left.last) if one.left else (None, None)
            right = (one.right.first, one.right.last) if one.right else (None, None)
            part = self._part_of(one.neighbourhood, one.line[len(one.line) // 2])
            yield (self._street_ids[one.street], *left, *right, part, one.postcode, pack_line(one.line))

    def _crossing_rows(self) -> Iterator[tuple[int, int, int, int, int]]:
        for one in self._records.crossings:
            a, b = sorted((self._street_ids[one.street_a], self._street_ids[one.street_b]))
            yield (a, b, *_microdegrees(one.place), self._parts.find(one.place))

    def _house_rows(self) -> Iterator[tuple[int, int, int, int, int, str]]:
        for one in self._records.houses:
            part = self._part_of(one.neighbourhood, one.place)
            yield (self._street_ids[one.street], one.number, *_microdegrees(one.place), part, one.postcode)

    def _common_place_rows(self) -> Iterator[tuple[str | int, ...]]:
        for one in self._records.common_places:
            zh = one.name.zh or one.name.en
            spoken = _pinyin_of(zh, *one.aliases)
            aliases = json.dumps(one.aliases, ensure_ascii=False)
            part = self._part_of(one.neighbourhood, one.place)
            where = _microdegrees(one.place)
            yield (one.name.en, zh, one.kind, *where, one.address, aliases, spoken, part, one.postcode, one.source)


def _microdegrees(place: Place) -> tuple[int, int]:
    return round(place.lat * MICRODEGREES), round(place.lon * MICRODEGREES)


def _pinyin_of(*names: str) -> str:
    return json.dumps([pinyin(name) for name in dict.fromkeys(names) if has_han(name)])


def read_tables(path: Path) -> Tables:
    """The whole file. Malformed when it is no gazetteer, Unsupported when it is of another schema version."""
    if not path.is_file():
        raise Malformed("there is no such file", str(path), "build it: turnout city build")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _check_version(connection, path)
        return _checked(_read(connection))
    except (sqlite3.DatabaseError, msgspec.DecodeError, ValueError) as trouble:
        raise Malformed(f"not a gazetteer: {trouble}", str(path), "build it again: turnout city build") from trouble
    finally:
        connection.close()


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise Malformed("another kind of SQLite file", str(path), "build it: turnout city build")
    if version != SCHEMA_VERSION:
        raise Unsupported(
            f"gazetteer of version {version}, this program reads {SCHEMA_VERSION}", str(path), "build it again"
        )


def _checked(tables: Tables) -> Tables:
    """Tables whose numbers lead somewhere and whose lines are lines; ValueError for others."""
    streets, parts = len(tables.streets), len(tables.neighbourhoods.names)
    named = {segment.street for segment in tables.segments} | {house.street for house in tables.houses}
    named |= {street for one in tables.crossings for street in (one.street_a, one.street_b)}
    within = {segment.neighbourhood for segment in tables.segments} | {one.neighbourhood for one in tables.crossings}
    within |= {one.neighbourhood for one in tables.houses} | {one.neighbourhood for one in tables.common_places}
    if not named <= set(range(streets)) or not within <= set(range(parts)):
        raise ValueError("a row of a street or neighbourhood that is not there")
    if any(len(one.packed_line) % 8 or len(one.packed_line) < 16 for one in tables.segments):
        raise ValueError("a line that is no row of places")
    return tables


def _read(connection: sqlite3.Connection) -> Tables:
    (city,) = connection.execute("SELECT value FROM meta WHERE key = 'city'").fetchone()
    return Tables(
        city=msgspec.json.decode(city, type=CityNamed),
        neighbourhoods=_read_neighbourhoods(connection),
        streets=[
            StoredStreet(Name(en, zh or en), tuple(json.loads(aliases)), tuple(json.loads(spoken)))
            for en, zh, aliases, spoken in connection.execute("SELECT en, zh, aliases, pinyin FROM street ORDER BY id")
        ],
        segments=[
            StoredSegment(street, _numbers(lf, ll), _numbers(rf, rl), part, postcode, line)
            for street, lf, ll, rf, rl, part, postcode, line in connection.execute(
                "SELECT street, left_first, left_last, right_first, right_last, neighbourhood, postcode, line"
                " FROM segment ORDER BY id"
            )
        ],
        crossings=[
            StoredCrossing(a, b, _place(lat, lon), part)
            for a, b, lat, lon, part in connection.execute("SELECT * FROM crossing ORDER BY rowid")
        ],
        houses=[
            StoredHouse(street, number, _place(lat, lon), part, postcode)
            for street, number, lat, lon, part, postcode in connection.execute("SELECT * FROM house ORDER BY rowid")
        ],
        common_places=[
            StoredPlace(
                Name(en, zh), kind, _place(lat, lon), address, tuple(json.loads(aliases)), tuple(json.loads(spoken)),
                part, postcode,
            )
            for en, zh, kind, lat, lon, address, aliases, spoken, part, postcode in connection.execute(
                "SELECT en, zh, kind, lat, lon, address, aliases, pinyin, neighbourhood, postcode"
                " FROM common_place ORDER BY id"
            )
        ],
    )  # fmt: skip


def _read_neighbourhoods(connection: sqlite3.Connection) -> Neighbourhoods:
    rings: dict[int, list[tuple[Place, ...]]] = {}
    for number, ring in connection.execute("SELECT neighbourhood, ring FROM neighbourhood_ring ORDER BY rowid"):
        rings.setdefault(number, []).append(tuple(unpack_line(ring)))
    named = connection.execute("SELECT id, en, zh, aliases FROM neighbourhood WHERE id > 0 ORDER BY id")
    return Neighbourhoods(
        [
            Neighbourhood(Name(en, zh), tuple(rings.get(number, ())), tuple(json.loads(also)))
            for number, en, zh, also in named
        ]
    )


def _numbers(first: int | None, last: int | None) -> Numbers | None:
    return None if first is None or last is None else Numbers(first, last)


def _place(lat: int, lon: int) -> Place:
    return Place(lat / MICRODEGREES, lon / MICRODEGREES)
