"""A city folder, opened: its tables as the rules read them, its outlines, and where its built parts lie.

`load_city` reads only the hand-written files, and refuses a folder whose tables contradict themselves with
`BrokenFolder` (a `Malformed`): file, line, what and cure, in both languages. Roads, gazetteer and tiles are opened by
whoever needs them, from the paths given here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from turnout.city.draft import LOCK_MIN, Attribution, CallKind, Draft, Read, read_draft
from turnout.city.problem import BrokenFolder
from turnout.city.rules.references import TABLE_RULES
from turnout.city.zone_index import Boundary, ZoneIndex
from turnout.core.catalogue import Catalogue
from turnout.words.identity import ZoneId
from turnout.words.name import Name
from turnout.words.place import Place

SHIPPED: Final = Path(__file__).parent / "folders"
"""The cities that come with the program."""

VERSION_CHARS: Final = 16
"""Enough of the hash that two versions of one city never meet."""

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True)
class Artefacts:
    """The built and fitted parts of a folder; None where it has none."""

    roads: Path | None
    gazetteer: Path | None
    tiles: Path | None
    common_places: Path | None
    speeds: Path | None
    week: Path | None
    behaviour: Path | None
    demand: Path | None


@dataclass(frozen=True)
class City:
    folder: Path
    catalogue: Catalogue
    zones: ZoneIndex
    boundary: Boundary
    artefacts: Artefacts
    attribution: tuple[Attribution, ...]
    call_kinds: tuple[CallKind, ...]
    """Which of our types the city's own call types are, most particular first."""
    demo: bool = False
    """Anybody may sign in without an account; calls and crews are simulated."""
    lock_min: int = LOCK_MIN
    """As in `CityFile`."""

    def zones_at(self, place: Place) -> dict[str, ZoneId]:
        """Kind of zone → zone id, for the place: beat, first-due, neighbourhood, special."""
        return self.zones.at(place)

    def contains(self, place: Place) -> bool:
        """Whether the place is in this city at all."""
        return self.boundary.contains(place)

    def map_credit(self) -> tuple[Name, ...]:
        """What the map has to say in its corner."""
        return tuple(
            Name(f"{each.what.en}: {each.by}, {each.licence}", f"{each.what.zh}：{each.by}，{each.licence}")
            for each in self.attribution
            if each.on_map
        )

    def type_of_call(self, call_type: str, priority: str = "", engines: int = 0) -> str | None:
        """Our type for a call of the city's own records; None for a call type that the folder does not know."""
        for kind in self.call_kinds:
            if kind.call_type == call_type and kind.priority in ("", priority) and engines >= kind.engines_min:
                return kind.type
        return None


def shipped_city(name: str) -> Path:
    """The folder of a city that comes with the program, e.g. `san-francisco`."""
    return SHIPPED / name


def load_city(folder: Path) -> City:
    """Open a city folder. Raises `BrokenFolder` with every error in its tables."""
    draft = read_draft(folder)
    errors = [problem for problem in draft.problems if problem.severity == "error"]
    if not errors:
        errors = [problem for rule in TABLE_RULES for problem in rule(draft) if problem.severity == "error"]
    if errors:
        raise BrokenFolder(tuple(errors))
    assert draft.boundary is not None, "a draft without a boundary has a problem that says so"
    return City(
        folder=folder,
        catalogue=catalogue_of(draft),
        zones=ZoneIndex(tuple(zone.value for zone in draft.zones), tuple(draft.outlines)),
        boundary=Boundary(draft.boundary.shape),
        artefacts=artefacts_of(folder),
        attribution=tuple(each.value for each in draft.attribution),
        call_kinds=tuple(
            sorted((each.value for each in draft.call_kinds), key=lambda k: (-k.engines_min, k.priority == ""))
        ),
        demo=draft.city is not None and draft.city.value.demo,
        lock_min=draft.city.value.lock_min if draft.city is not None else LOCK_MIN,
    )


def _by(key: Callable[[T], K], read: Iterable[Read[T]]) -> dict[K, T]:
    return {key(each.value): each.value for each in read}


def catalogue_of(draft: Draft) -> Catalogue:
    """The draft's tables as the rules read them, with the version that their content has."""
    assert draft.city is not None, "a draft without city.toml has a problem that says so"
    city = draft.city.value
    catalogue = Catalogue(
        city=city.id,
        name=city.name,
        time_zone=city.time_zone,
        swap_gain_s=city.swap_gain_s,
        signals_armed_h=city.signals_armed_h,
        agencies=_by(lambda each: each.id, draft.agencies),
        stations=_by(lambda each: each.id, draft.stations),
        unit_kinds=_by(lambda each: each.code, draft.unit_kinds),
        units=_by(lambda each: each.id, draft.units),
        capabilities={code: read.value for code, read in draft.capabilities.items()},
        types=_by(lambda each: each.code, draft.types),
        plans=tuple(each.value for each in draft.plans),
        zones=_by(lambda each: each.id, draft.zones),
        statuses=tuple(each.value for each in draft.statuses),
        dispositions=_by(lambda each: each.code, draft.dispositions),
        reasons=_by(lambda each: each.code, draft.reasons),
        standards=tuple(each.value for each in draft.standards),
        coverage=tuple(each.value for each in draft.coverage),
        hospitals=_by(lambda each: each.id, draft.hospitals),
        hydrants=_by(lambda each: each.id, draft.hydrants),
        roles=_by(lambda each: each.code, draft.roles),
        groups=_by(lambda each: each.id, draft.groups),
        info=_by(lambda each: each.short, draft.info),
        alarm_kinds=_by(lambda each: each.code, draft.alarm_kinds),
    )
    known = versioned(catalogue)
    return msgspec.structs.replace(known, folder_version=known.version)


def versioned(tables: Catalogue) -> Catalogue:
    """With the version that the content has, whatever it was called, came from or was offset by before."""
    bare = msgspec.structs.replace(tables, version="", folder_version="", utc_offset_min=0)
    content = msgspec.json.encode(bare, order="deterministic")
    return msgspec.structs.replace(tables, version=sha256(content).hexdigest()[:VERSION_CHARS])


def artefacts_of(folder: Path) -> Artefacts:
    def there(file: str) -> Path | None:
        path = folder / file
        return path if path.is_file() else None

    return Artefacts(
        roads=there("roads.npz"),
        gazetteer=there("gazetteer.sqlite"),
        tiles=there("tiles.pmtiles"),
        common_places=there("common_places.csv"),
        speeds=there("speeds.toml"),
        week=there("week.csv.gz"),
        behaviour=there("behaviour.toml"),
        demand=there("demand.npz"),
    )
