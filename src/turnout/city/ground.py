"""Versions of a city's ground: roads, gazetteer, outlines and map tiles, kept in the data, changed while running (7.6).

A version is a folder under `ground/` in the data folder, named by the hash of what is in it, and never changed: going
back is going to another one. The city folder's own ground has no name (`""`).
"""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from turnout.city.amending import check_tables
from turnout.city.draft import read_draft
from turnout.city.problem import BrokenFolder, Problem, Spot
from turnout.city.zone_index import Boundary, ZoneIndex
from turnout.core.catalogue import Catalogue
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer
from turnout.words.identity import ZoneId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import BadInput, Malformed

NEEDED: Final = ("roads.npz", "gazetteer.sqlite", "zones.geojson", "boundary.geojson")
OPTIONAL: Final = ("speeds.toml", "tiles.pmtiles")
ABOUT: Final = "about.json"
VERSION_CHARS: Final = 16
CHUNK_BYTES: Final = 1024 * 1024


class GroundCard(msgspec.Struct, frozen=True):
    """A version that was imported: when, and how large each of its files is."""

    version: str
    imported: Moment
    files: dict[str, int]


class Outlines(msgspec.Struct, frozen=True):
    """Zones and boundary of one version, as places are looked up in them."""

    zones: ZoneIndex
    boundary: Boundary

    def zones_at(self, place: Place) -> dict[str, ZoneId]:
        return self.zones.at(place)

    def contains(self, place: Place) -> bool:
        return self.boundary.contains(place)


class LoadedGround(msgspec.Struct, frozen=True):
    """One version, open and ready to answer."""

    version: str
    folder: Path
    outlines: Outlines
    roads: Roads
    gazetteer: Gazetteer
    tiles: Path | None


def import_ground(folder: Path, store: Path, now: Moment) -> GroundCard:
    """Copy the ground of a city folder into the store. The same again is the same version. Raises `Malformed`."""
    missing = [file for file in NEEDED if not (folder / file).is_file()]
    if missing:
        raise Malformed("the file is missing", where=str(folder / missing[0]), cure="make it with `turnout city build`")
    files = [file for file in (*NEEDED, *OPTIONAL) if (folder / file).is_file()]
    version = _version_of(folder, files)
    target = store / version
    if not target.is_dir():
        part = store / f"{version}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        for file in files:
            shutil.copyfile(folder / file, part / file)
        if _version_of(part, files) != version:
            raise Malformed("the files changed while they were copied", where=str(folder), cure="import them again")
        card = GroundCard(version, now, {file: (part / file).stat().st_size for file in files})
        (part / ABOUT).write_bytes(msgspec.json.encode(card))
        part.rename(target)
    return get_ground(store, version)


def _version_of(folder: Path, files: list[str]) -> str:
    whole = sha256()
    for file in files:
        one = sha256()
        with (folder / file).open("rb") as opened:
            while chunk := opened.read(CHUNK_BYTES):
                one.update(chunk)
        whole.update(f"{file} {one.hexdigest()}\n".encode())
    return whole.hexdigest()[:VERSION_CHARS]


def get_ground(store: Path, version: str) -> GroundCard:
    """Raises `Malformed` where there is no such version. A name that is no version is never a path."""
    path = store / version / ABOUT
    if not version.isalnum() or not path.is_file():
        raise Malformed(f"no version {version!r}", where=str(store), cure="import it with `turnout city import`")
    return msgspec.json.decode(path.read_bytes(), type=GroundCard)


def list_grounds(store: Path) -> list[GroundCard]:
    """Newest import first."""
    names = [path.name for path in store.iterdir() if (path / ABOUT).is_file()] if store.is_dir() else []
    return sorted((get_ground(store, name) for name in names), key=lambda card: (-card.imported, card.version))


def check_ground(tables: Catalogue, folder: Path) -> tuple[Problem, ...]:
    """What is wrong with this ground under these tables, by the rules of `turnout city check`; errors first."""
    found = [*_unread(folder), *check_tables(tables, folder), *_outlines_missing(tables, folder)]
    return tuple(sorted(found, key=lambda each: (each.severity != "error", each.spot.file, each.spot.line, each.rule)))


def _unread(folder: Path) -> Iterator[Problem]:
    for problem in read_draft(folder).problems:
        if problem.spot.file in NEEDED:
            yield problem
    try:
        Gazetteer.load(folder / "gazetteer.sqlite")
    except BadInput as trouble:
        yield Problem(
            "gazetteer-broken",
            Spot("gazetteer.sqlite"),
            Name(trouble.what, f"地名库不可用：{trouble.what}"),
            Name(trouble.cure or "build it again", "请用 `turnout city build` 重新生成"),
        )


def _outlines_missing(tables: Catalogue, folder: Path) -> Iterator[Problem]:
    drawn = {zone.value.id for zone in read_draft(folder).zones}
    for zone in tables.zones:
        if zone not in drawn:
            yield Problem(
                "zone-without-outline",
                Spot("zones.geojson"),
                Name(f"the zone `{zone}` of the tables has no outline here", f"基础数据中的区域 `{zone}` 在此没有轮廓"),
                Name("draw it, or take it out of the tables first", "请补画轮廓，或先从基础数据中移除"),
            )


def load_ground(folder: Path, version: str) -> LoadedGround:
    """Open everything. Raises `BadInput` (a `BrokenFolder` among it) for what cannot be used."""
    draft = read_draft(folder)
    broken = tuple(one for one in draft.problems if one.severity == "error" and one.spot.file in NEEDED)
    if broken or draft.boundary is None:
        raise BrokenFolder(broken or tuple(draft.problems))
    zones = ZoneIndex(tuple(zone.value for zone in draft.zones), tuple(draft.outlines))
    speeds, tiles = folder / "speeds.toml", folder / "tiles.pmtiles"
    return LoadedGround(
        version=version,
        folder=folder,
        outlines=Outlines(zones, Boundary(draft.boundary.shape)),
        roads=Roads.load(folder / "roads.npz", speeds if speeds.is_file() else None),
        gazetteer=Gazetteer.load(folder / "gazetteer.sqlite"),
        tiles=tiles if tiles.is_file() else None,
    )
