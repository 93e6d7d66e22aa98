"""A city folder as it was read: every record with the file and line that it came from, and what could not be read.

`read_draft` never stops at the first trouble: a file that cannot be read, or a record that does not fit its table, is
noted as a problem and left out, so that `turnout city check` can show everything at once.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from turnout.city.problem import BrokenFolder, Problem, Spot
from turnout.city.records import plan_levels, record_of
from turnout.city.sheets import Feature, Row, read_csv, read_geojson, read_text, read_toml
from turnout.core.catalogue import (
    Agency,
    AlarmKind,
    CoverageStandard,
    Disposition,
    Group,
    Hospital,
    Hydrant,
    IncidentType,
    InfoFile,
    Reason,
    ResponsePlan,
    Role,
    Station,
    StatusCode,
    TimeStandard,
    UnitEntry,
    UnitKind,
    Zone,
)
from turnout.words.name import Name

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

INFO_FRONT: Final = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*?)\n---\n(.*)\Z", re.DOTALL)
"""An info file: TOML between `+++` lines, the English text, a line `---`, the Chinese text."""


LOCK_MIN: Final = 15
"""Where the city says nothing: long enough for reading a long record, short enough for a shared room."""


class CityFile(msgspec.Struct, frozen=True):
    """`city.toml`."""

    id: str
    name: Name
    time_zone: str
    also: tuple[str, ...] = ()
    """What else people write for it after an address: `SF`, `CA`."""
    demo: bool = False
    """Whether anybody may sign in without an account, and calls and crews are simulated. Never in a real city."""
    swap_gain_s: int = 120
    """As in the catalogue."""
    signals_armed_h: int = 12
    """As in the catalogue."""
    lock_min: int = LOCK_MIN
    """After so many minutes without a touch a console locks itself. 0, where somebody has written it: never."""


class Attribution(msgspec.Struct, frozen=True):
    """Where a part of the folder is from, for the map's corner and the about page."""

    what: Name
    by: str
    licence: str
    link: str = ""
    on_map: bool = False
    """Whether the map itself has to say so."""


class CallKind(msgspec.Struct, frozen=True):
    """What the city's own records call a call, and which type of ours it is; for replaying and for intake."""

    call_type: str
    type: str
    priority: str = ""
    """The record's own final priority; empty: any."""
    engines_min: int = 0
    """Only where at least so many engines were sent."""


@dataclass(frozen=True)
class Read(Generic[T]):
    """A value and where it was read."""

    value: T
    spot: Spot


@dataclass(frozen=True)
class Outline:
    """A zone's or the city's outline on the ground, WGS 84 degrees (x is longitude)."""

    shape: BaseGeometry
    spot: Spot


@dataclass
class Draft:
    folder: Path
    city: Read[CityFile] | None = None
    agencies: list[Read[Agency]] = field(default_factory=list)
    stations: list[Read[Station]] = field(default_factory=list)
    unit_kinds: list[Read[UnitKind]] = field(default_factory=list)
    units: list[Read[UnitEntry]] = field(default_factory=list)
    capabilities: dict[str, Read[Name]] = field(default_factory=dict)
    types: list[Read[IncidentType]] = field(default_factory=list)
    plans: list[Read[ResponsePlan]] = field(default_factory=list)
    zones: list[Read[Zone]] = field(default_factory=list)
    outlines: list[BaseGeometry] = field(default_factory=list)
    """Of `zones`, in their order."""
    boundary: Outline | None = None
    statuses: list[Read[StatusCode]] = field(default_factory=list)
    dispositions: list[Read[Disposition]] = field(default_factory=list)
    reasons: list[Read[Reason]] = field(default_factory=list)
    standards: list[Read[TimeStandard]] = field(default_factory=list)
    coverage: list[Read[CoverageStandard]] = field(default_factory=list)
    hospitals: list[Read[Hospital]] = field(default_factory=list)
    hydrants: list[Read[Hydrant]] = field(default_factory=list)
    roles: list[Read[Role]] = field(default_factory=list)
    groups: list[Read[Group]] = field(default_factory=list)
    info: list[Read[InfoFile]] = field(default_factory=list)
    alarm_kinds: list[Read[AlarmKind]] = field(default_factory=list)
    attribution: list[Read[Attribution]] = field(default_factory=list)
    call_kinds: list[Read[CallKind]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Tables:
    """Reads the files one by one into a draft, noting every problem."""

    def __init__(self, folder: Path) -> None:
        self.draft = Draft(folder)

    def note(self, rule: str, spot: Spot, what: Name, cure: Name) -> None:
        self.draft.problems.append(Problem(rule, spot, what, cure))

    def rows(self, read: Callable[[], Iterable[T]]) -> list[T]:
        """What `read` gives; nothing, and a problem noted, where the file itself is broken."""
        try:
            return list(read())
        except BrokenFolder as trouble:
            self.draft.problems.extend(trouble.problems)
            return []

    def take(self, kind: type[S], record: dict[str, Any], spot: Spot) -> Read[S] | None:
        """The record as `kind`, or a problem that names the field."""
        known = [each.encode_name for each in msgspec.structs.fields(kind)]
        for key in record:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                self.note(
                    "unknown-field",
                    spot,
                    Name(f"unknown field `{key}`", f"未知字段 `{key}`"),
                    Name(
                        f"did you mean `{near[0]}`?" if near else f"known fields: {', '.join(known)}",
                        f"是否应为 `{near[0]}`？" if near else f"可用字段：{'、'.join(known)}",
                    ),
                )
                return None
        try:
            return Read(msgspec.convert(record, kind, strict=False), spot)
        except msgspec.ValidationError as trouble:
            self.note(
                "wrong-field",
                spot,
                Name(str(trouble), f"字段有误：{trouble}"),
                Name("write the value in the form that the message asks for", "请按提示的形式填写该值"),
            )
            return None

    def table(self, kind: type[S], rows: Iterable[Row]) -> list[Read[S]]:
        found = (self.take(kind, record_of(row), row.spot) for row in rows)
        return [each for each in found if each is not None]

    def csv(self, kind: type[S], file: str, columns: str, optional: str = "", needed: bool = True) -> list[Read[S]]:
        if not needed and not (self.draft.folder / file).exists():
            return []
        wanted, extra = tuple(columns.split()), tuple(optional.split())
        return self.table(kind, self.rows(lambda: read_csv(self.draft.folder, file, wanted, extra)))

    def toml(self, kind: type[S], file: str, table: str) -> list[Read[S]]:
        return self.table(kind, self.rows(lambda: read_toml(self.draft.folder, file, (table,)).rows(table)))

    def city(self) -> None:
        def read() -> list[Row]:
            document = read_toml(self.draft.folder, "city.toml", CityFile.__struct_fields__)
            return [Row(Spot("city.toml", 1), document.content)]

        self.draft.city = next(iter(self.table(CityFile, self.rows(read))), None)

    def unit_kinds(self) -> None:
        file = "unit_kinds.toml"
        for document in self.rows(lambda: [read_toml(self.draft.folder, file, ("capabilities", "kind"))]):
            self.draft.unit_kinds = self.table(UnitKind, self.rows(lambda d=document: d.rows("kind")))  # type: ignore[misc]
            names = document.content.get("capabilities", {})
            for code, name in names.items() if isinstance(names, dict) else ():
                spot = Spot(file, document.key_lines.get(code, 0))
                read = self.take(Name, name if isinstance(name, dict) else {"en": name}, spot)
                if read:
                    self.draft.capabilities[code] = read

    def plans(self) -> None:
        rows = self.rows(lambda: read_toml(self.draft.folder, "plans.toml", ("plan",)).rows("plan"))
        for row in rows:
            try:
                levels = plan_levels(row)
            except BrokenFolder as trouble:
                self.draft.problems.extend(trouble.problems)
                continue
            taken = (self.take(ResponsePlan, level, row.spot) for level in levels)
            self.draft.plans.extend(each for each in taken if each is not None)

    def zones(self) -> None:
        for feature in self.rows(lambda: read_geojson(self.draft.folder, "zones.geojson")):
            record = record_of(Row(feature.spot, {k: v for k, v in feature.properties.items() if v is not None}))
            zone, shape = self.take(Zone, record, feature.spot), self.shape(feature)
            if zone is not None and shape is not None:
                self.draft.zones.append(zone)
                self.draft.outlines.append(shape)

    def boundary(self) -> None:
        features = self.rows(lambda: read_geojson(self.draft.folder, "boundary.geojson"))
        shapes = [shape for shape in (self.shape(feature) for feature in features) if shape is not None]
        if shapes:
            self.draft.boundary = Outline(shapely.union_all(shapes), features[0].spot)
        elif features:
            return
        elif not any(problem.spot.file == "boundary.geojson" for problem in self.draft.problems):
            self.note(
                "boundary-empty",
                Spot("boundary.geojson", 1),
                Name("the file holds no outline", "文件中没有轮廓"),
                Name(
                    "add the city's outline as a Polygon or MultiPolygon", "请加入城市轮廓（Polygon 或 MultiPolygon）"
                ),
            )

    def shape(self, feature: Feature) -> BaseGeometry | None:
        """The feature's polygon, if it is one that can be used."""
        try:
            shape = shapely.geometry.shape(feature.geometry)
            reason = "" if shape.geom_type in ("Polygon", "MultiPolygon") else f"a {shape.geom_type}"
            reason = reason or ("" if shape.is_valid and not shape.is_empty else shapely.is_valid_reason(shape))
        except (shapely.errors.GEOSException, ValueError, TypeError, KeyError, AttributeError, IndexError) as trouble:
            shape, reason = None, str(trouble) or "no coordinates"
        if not reason:
            return shape
        self.note(
            "bad-outline",
            feature.spot,
            Name(f"the outline cannot be used: {reason}", f"轮廓不可用：{reason}"),
            Name("draw it as a Polygon or MultiPolygon that does not cross itself", "请画成不自相交的多边形"),
        )
        return None

    def info(self) -> None:
        folder = self.draft.folder / "info"
        for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
            file = f"info/{path.name}"
            for text in self.rows(lambda f=file: [read_text(self.draft.folder, f)]):  # type: ignore[misc]
                read = self.info_file(text, Spot(file, 1))
                if read:
                    self.draft.info.append(read)

    def info_file(self, text: str, spot: Spot) -> Read[InfoFile] | None:
        match = INFO_FRONT.match(text.replace("\r\n", "\n"))
        titles = re.findall(r'^(short|en|zh)\s*=\s*"(.*)"\s*$', match.group(1), re.MULTILINE) if match else []
        front = dict(titles)
        if match is None or set(front) != {"short", "en", "zh"}:
            self.note(
                "info-front",
                spot,
                Name("not an info file", "不是合法的资料文件"),
                Name(
                    'write +++, short = "…", en = "…", zh = "…", +++, the English text, a line ---, the Chinese text',
                    "请依次写 +++、short、en、zh、+++、英文正文、单独一行 ---、中文正文",
                ),
            )
            return None
        text_both = Name(match.group(2).strip(), match.group(3).strip())
        return Read(InfoFile(front["short"], Name(front["en"], front["zh"]), text_both), spot)


def read_draft(folder: Path) -> Draft:
    """Everything that the folder's hand-written files say."""
    tables = Tables(folder)
    draft = tables.draft
    tables.city()
    draft.agencies = tables.toml(Agency, "agencies.toml", "agency")
    draft.stations = tables.csv(
        Station, "stations.csv", "id agency name_en name_zh lat lon address", "keep_available phone"
    )
    tables.unit_kinds()
    draft.units = tables.csv(UnitEntry, "units.csv", "id kind agency station", "capabilities crew_shared_with aliases")
    draft.types = tables.toml(IncidentType, "types.toml", "type")
    tables.plans()
    tables.zones()
    tables.boundary()
    draft.statuses = tables.csv(StatusCode, "statuses.csv", "code stage name_en name_zh", "agency aliases")
    draft.dispositions = tables.csv(Disposition, "dispositions.csv", "code name_en name_zh", "agencies aliases")
    draft.reasons = tables.csv(Reason, "reasons.csv", "code kind name_en name_zh")
    draft.standards = tables.csv(TimeStandard, "standards.csv", "interval limit_s", "agency priority")
    draft.coverage = tables.csv(
        CoverageStandard, "coverage.csv", "id discipline capability travel_s name_en name_zh", needed=False
    )
    draft.hospitals = tables.csv(Hospital, "hospitals.csv", "id name_en name_zh lat lon address", "aliases phone")
    draft.hydrants = tables.csv(Hydrant, "hydrants.csv", "id lat lon", needed=False)
    draft.roles = tables.toml(Role, "roles.toml", "role")
    draft.groups = tables.toml(Group, "groups.toml", "group")
    draft.attribution = tables.toml(Attribution, "attribution.toml", "source")
    draft.call_kinds = tables.csv(CallKind, "call_kinds.csv", "call_type type", "priority engines_min", needed=False)
    draft.alarm_kinds = tables.csv(AlarmKind, "alarm_kinds.csv", "code type name_en name_zh", "subtype", needed=False)
    tables.info()
    return draft
