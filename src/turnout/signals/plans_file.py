"""The plain file of signals: junctions, plans and arterials in TOML, in seconds, kilometres per hour and metres.

Its form is described for engineers in the manual (`engineers.md`). What the decoder cannot take is told with its line.
"""

import re
import tomllib
from typing import Annotated, Any, Final, Literal

import msgspec

from turnout.signals.file_trouble import too_large
from turnout.signals.model import (
    DAYS,
    SECOND_MS,
    Approach,
    Arterial,
    Day,
    Detector,
    GreenWindow,
    GroupKind,
    InForce,
    Intergreen,
    Junction,
    LeftTurns,
    Movement,
    Plan,
    SignalGroup,
    Signals,
    Stage,
    Stop,
    Turn,
    Wave,
)
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.decoding import complaint
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

FORMAT: Final = "turnout-signals-1"
FILE_BYTES_MAX: Final = 32 << 20
"""Some thousand junctions with all their plans."""

JUNCTIONS_MAX: Final = 5_000
"""Of one file: more than a city of ten million has."""

ARTERIALS_MAX: Final = 500

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_600)]
Metres = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Kmh = Annotated[float, msgspec.Meta(gt=0, le=250)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
PerHour = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
OrderName = Literal["outbound-leads", "inbound-leads", "both-lead", "both-lag"]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class _Group(_Row, frozen=True, kw_only=True):
    id: Id
    kind: GroupKind = "vehicle"
    min_green_s: Seconds = 5.0
    amber_s: Seconds = 3.0
    red_amber_s: Seconds = 0.0
    clearance_s: Seconds = 0.0
    max_red_s: Seconds = 0.0


class _Approach(_Row, frozen=True, kw_only=True):
    id: Id
    name: Name
    lanes: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    speed_kmh: Kmh = 50.0
    street: Name | None = None
    heading_deg: Annotated[float, msgspec.Meta(ge=0, lt=360)] | None = None
    osm_way: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Movement(_Row, frozen=True, kw_only=True):
    id: Id
    approach: Id
    turn: Turn
    group: Id
    yields_to: tuple[Id, ...] = ()


class _Stage(_Row, frozen=True, kw_only=True):
    id: Id
    groups: tuple[Id, ...]


BEHIND_IS_NOT_BEFORE: Final = "a detector behind the junction has no approach and no before_stop_line_m"
BEHIND_WHOM: Final = "a detector behind the junction names no groups"
NO_PLACE: Final = "a detector has neither approach with before_stop_line_m nor behind"
LANES_BACKWARDS: Final = "a detector's to_lane is below its lane"

Lane = Annotated[int, msgspec.Meta(ge=1, le=20)]


class _Detector(_Row, frozen=True, kw_only=True):
    """With `approach` and `before_stop_line_m`, or with `behind`: anything else is refused."""

    id: Id
    approach: Id | None = None
    lane: Lane = 1
    to_lane: Lane | None = None
    groups: tuple[Id, ...] = ()
    before_stop_line_m: Metres | None = None
    behind: bool = False
    length_m: Metres = 0.0

    def __post_init__(self) -> None:
        if self.behind and (self.approach is not None or self.before_stop_line_m is not None):
            raise ValueError(BEHIND_IS_NOT_BEFORE)
        if self.behind and not self.groups:
            raise ValueError(BEHIND_WHOM)
        if not self.behind and (self.approach is None or self.before_stop_line_m is None):
            raise ValueError(NO_PLACE)
        if self.to_lane is not None and self.to_lane < self.lane:
            raise ValueError(LANES_BACKWARDS)


_Greens = Annotated[tuple[tuple[Seconds, Seconds], ...], msgspec.Meta(max_length=16)]
"""More greens of one group in a cycle no controller has; every two of a plan are compared."""


class _Plan(_Row, frozen=True, kw_only=True):
    id: Id
    cycle_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)]
    offset_s: Seconds = 0.0
    greens: Annotated[dict[Id, _Greens], msgspec.Meta(max_length=255)]


class _Hours(_Row, frozen=True, kw_only=True):
    plan: Id
    days: tuple[Day, ...] = DAYS
    since: Clock = msgspec.field(default="00:00", name="from")


_Others = Annotated[dict[Id, Seconds], msgspec.Meta(max_length=255)]


class _Junction(_Row, frozen=True, kw_only=True):
    id: Id
    name: Name | None = None
    at: tuple[Longitude, Latitude] | None = None
    group: Annotated[tuple[_Group, ...], msgspec.Meta(max_length=255)] = ()
    approach: Annotated[tuple[_Approach, ...], msgspec.Meta(max_length=64)] = ()
    movement: Annotated[tuple[_Movement, ...], msgspec.Meta(max_length=255)] = ()
    intergreen_s: Annotated[dict[Id, _Others], msgspec.Meta(max_length=255)] = {}
    stage: Annotated[tuple[_Stage, ...], msgspec.Meta(max_length=64)] = ()
    detector: Annotated[tuple[_Detector, ...], msgspec.Meta(max_length=255)] = ()
    plan: Annotated[tuple[_Plan, ...], msgspec.Meta(max_length=255)] = ()
    hours: Annotated[tuple[_Hours, ...], msgspec.Meta(max_length=255)] = ()


class _LeftTurns(_Row, frozen=True, kw_only=True):
    cross: Share
    outbound_left: Share = 0.0
    inbound_left: Share = 0.0
    orders: Annotated[tuple[OrderName, ...], msgspec.Meta(min_length=1, max_length=4)] = (
        "outbound-leads",
        "inbound-leads",
        "both-lead",
        "both-lag",
    )


class _Stop(_Row, frozen=True, kw_only=True):
    junction: Id
    outbound: str = ""
    inbound: str = ""
    to_next_m: Metres = 0.0
    back_m: Metres = 0.0
    speed_kmh: tuple[Kmh, Kmh] = (50.0, 50.0)
    outbound_queue_s: Seconds = 0.0
    inbound_queue_s: Seconds = 0.0
    outbound_per_h: PerHour = 0.0
    inbound_per_h: PerHour = 0.0
    left_turns: _LeftTurns | None = None


class _Wave(_Row, frozen=True, kw_only=True):
    id: Id
    plan: str = ""
    cycle_s: tuple[Seconds, Seconds] = (0.0, 0.0)
    inbound_to_outbound: Annotated[float, msgspec.Meta(gt=0, le=100)] = 1.0
    same_width: bool = False
    method: Literal["maxband", "multiband"] = "maxband"
    speed_change_kmh: Annotated[float, msgspec.Meta(ge=0, le=250)] = 0.0


class _Arterial(_Row, frozen=True, kw_only=True):
    id: Id
    name: Name | None = None
    stop: Annotated[tuple[_Stop, ...], msgspec.Meta(min_length=1, max_length=200)]
    wave: Annotated[tuple[_Wave, ...], msgspec.Meta(max_length=64)] = ()


class _File(_Row, frozen=True, kw_only=True):
    format: str
    junction: Annotated[tuple[_Junction, ...], msgspec.Meta(max_length=JUNCTIONS_MAX)] = ()
    arterial: Annotated[tuple[_Arterial, ...], msgspec.Meta(max_length=ARTERIALS_MAX)] = ()


def read_plans(content: bytes, file: str) -> Signals:
    """The signals of a file. Raises `BrokenSignals` with file and line, `Unsupported` for another format or size.

    Whether they make sense together is not asked here: `check` does.
    """
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, SPLIT)
    try:
        text = content.decode()
        document = tomllib.loads(text)
    except UnicodeDecodeError as trouble:
        raise _broken("toml-syntax", Spot(file), Name("not UTF-8", "不是 UTF-8 编码"), MEND) from trouble
    except tomllib.TOMLDecodeError as trouble:
        at = re.search(r"at line (\d+)", str(trouble))
        line = int(at.group(1)) if at else text.count("\n") + 1
        what = Name(f"not TOML: {trouble}", f"不是合法的 TOML：{trouble}")
        raise _broken("toml-syntax", Spot(file, line), what, MEND) from trouble
    except RecursionError as trouble:
        what = Name("it is nested too deeply", "嵌套过深")
        raise _broken("toml-syntax", Spot(file), what, MEND) from trouble
    if document.get("format") != FORMAT:
        stands = repr(document.get("format"))
        raise Unsupported(Name(f"the format is {stands}", f"format 为 {stands}"), file, WRITE_FORMAT)
    try:
        read = msgspec.convert(document, _File)
        return Signals(tuple(map(_junction, read.junction)), tuple(map(_arterial, read.arterial)))
    except msgspec.ValidationError as trouble:
        at = re.search(r"at `(\$[^`]*)`", str(trouble))
        line = line_of(text, at.group(1)) if at else 0
        raise _broken("wrong-value", Spot(file, line), complaint(str(trouble)), MEND) from trouble


SPLIT: Final = Name("split it by district", "请按片区拆分")
WRITE_FORMAT: Final = Name(f'write format = "{FORMAT}"', f'请写 format = "{FORMAT}"')
MEND: Final = Name("mend it there; the manual has the form of the file", "请修正该处；文件格式见手册")


def _broken(rule: str, spot: Spot, what: Name, cure: Name) -> BrokenSignals:
    return BrokenSignals((Problem(rule, spot, what, cure),))


def line_of(text: str, path: str) -> int:
    """The line of a path such as `$.junction[1].group[0].amber_s`; of the nearest table that has a line, else 0."""
    lines, at, table = text.splitlines(), 0, ""
    for name, index in re.findall(r"\.(\w+)(?:\[(\d+)\])?", path):
        table = f"{table}.{name}" if table else name
        header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]?\]")
        found = [number for number, line in enumerate(lines[at:], at + 1) if header.match(line)]
        if len(found) > int(index or 0):
            at = found[int(index or 0)]
            continue
        key = re.compile(rf"\s*{re.escape(name)}\s*=")
        return next((number for number, line in enumerate(lines[at:], at + 1) if key.match(line)), at)
    return at


def _ms(seconds: float) -> int:
    return round(seconds * SECOND_MS)


def _mps(kmh: float) -> float:
    return kmh / 3.6


def _junction(row: _Junction) -> Junction:
    return Junction(
        id=row.id,
        name=row.name or Name(row.id, row.id),
        at=row.at,
        groups=tuple(_group(each) for each in row.group),
        approaches=tuple(map(_approach, row.approach)),
        movements=tuple(
            Movement(each.id, each.approach, each.turn, each.group, each.yields_to) for each in row.movement
        ),
        intergreens=tuple(
            Intergreen(ending, beginning, _ms(least))
            for ending, others in row.intergreen_s.items()
            for beginning, least in others.items()
        ),
        stages=tuple(Stage(each.id, each.groups) for each in row.stage),
        detectors=tuple(map(_detector, row.detector)),
        plans=tuple(_plan(each) for each in row.plan),
        hours=tuple(
            InForce(each.plan, each.days, int(each.since[:2]) * 60 + int(each.since[3:])) for each in row.hours
        ),
    )


def _detector(row: _Detector) -> Detector:
    place = row.approach or "", row.lane, row.before_stop_line_m
    return Detector(row.id, *place, row.length_m, row.to_lane or 0, row.groups)


def _approach(row: _Approach) -> Approach:
    whence: dict[str, Any] = {"street": row.street, "heading_deg": row.heading_deg, "osm_way": row.osm_way}
    return Approach(row.id, row.name, row.lanes, _mps(row.speed_kmh), **whence)


def _group(row: _Group) -> SignalGroup:
    times: dict[str, Any] = {
        "min_green_ms": _ms(row.min_green_s),
        "ending_ms": _ms(row.amber_s),
        "starting_ms": _ms(row.red_amber_s),
        "clearance_ms": _ms(row.clearance_s),
        "max_red_ms": _ms(row.max_red_s),
    }
    return SignalGroup(row.id, row.kind, **times)


def _plan(row: _Plan) -> Plan:
    windows = tuple(
        GreenWindow(group, _ms(since), _ms(until)) for group, greens in row.greens.items() for since, until in greens
    )
    return Plan(row.id, _ms(row.cycle_s), windows, _ms(row.offset_s))


def _arterial(row: _Arterial) -> Arterial:
    return Arterial(
        id=row.id,
        name=row.name or Name(row.id, row.id),
        stops=tuple(_stop(each) for each in row.stop),
        waves=tuple(
            Wave(
                id=each.id,
                plan=each.plan,
                cycle_ms=(_ms(each.cycle_s[0]), _ms(each.cycle_s[1])),
                inbound_to_outbound=each.inbound_to_outbound,
                same_width=each.same_width,
                method=each.method,
                speed_change_mps=_mps(each.speed_change_kmh),
            )
            for each in row.wave
        ),
    )


def _stop(row: _Stop) -> Stop:
    turns = row.left_turns
    return Stop(
        junction=row.junction,
        outbound=row.outbound,
        inbound=row.inbound,
        to_next_m=row.to_next_m,
        back_m=row.back_m,
        speed_mps=(_mps(row.speed_kmh[0]), _mps(row.speed_kmh[1])),
        outbound_queue_ms=_ms(row.outbound_queue_s),
        inbound_queue_ms=_ms(row.inbound_queue_s),
        outbound_per_h=row.outbound_per_h,
        inbound_per_h=row.inbound_per_h,
        left_turns=None
        if turns is None
        else LeftTurns(turns.cross, turns.outbound_left, turns.inbound_left, turns.orders),
    )
