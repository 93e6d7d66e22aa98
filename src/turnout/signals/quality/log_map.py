"""What the numbers in a log mean at our junctions: `quality.toml`, from phases and channels to groups and detectors.

A detector's `use` says what it may be asked for: `advance` (before the queue: arrivals), `presence` (at the stop line:
occupancy), `count` (volume), `yellow-red` (behind the stop line: who enters late). The words are those of UDOT's
Automated Traffic Signal Performance Measures.
"""

import tomllib
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from turnout.signals.file_trouble import too_large
from turnout.signals.plans_file import line_of
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.decoding import complaint
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

FORMAT: Final = "turnout-quality-1"
FILE_BYTES_MAX: Final = 4 << 20

Use = Literal["advance", "presence", "count", "yellow-red"]
Number = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=300)]


class LoggedDetector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`travel_s`: from the detector to the stop line, at the speed of progression. `latency_s`: it reports so late."""

    channel: Number
    group: Id
    uses: Annotated[tuple[Use, ...], msgspec.Meta(min_length=1, max_length=4)]
    id: str = ""
    travel_s: Seconds = 0.0
    latency_s: Seconds = 0.0

    @property
    def name(self) -> str:
        return self.id or str(self.channel)


class LoggedSignal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A junction as its controller logs it. `phases`, `overlaps`, `pedestrians`: the number of each of our groups."""

    device: str = ""
    junction: Id
    phases: Annotated[dict[Id, Number], msgspec.Meta(max_length=64)] = {}
    overlaps: Annotated[dict[Id, Number], msgspec.Meta(max_length=64)] = {}
    pedestrians: Annotated[dict[Id, Number], msgspec.Meta(max_length=64)] = {}
    detectors: Annotated[tuple[LoggedDetector, ...], msgspec.Meta(max_length=255)] = msgspec.field(
        default=(), name="detector"
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """Of vehicles, in the order of the file."""
        return (*self.phases, *self.overlaps)

    def detectors_of(self, group: str, use: Use) -> list[LoggedDetector]:
        return [each for each in self.detectors if each.group == group and use in each.uses]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    signal: Annotated[tuple[LoggedSignal, ...], msgspec.Meta(min_length=1, max_length=5_000)]


CURE: Final = Name("mend it there; the manual has the form of the file", "请修正该处；文件格式见手册")
NO_JUNCTION: Final = Name("no such junction in the map", "对照表中没有这个路口")
NAME_JUNCTION: Final = Name("name one of its junctions", "请指定其中的一个路口")


def read_map(content: bytes, file: str) -> tuple[LoggedSignal, ...]:
    """The junctions of a `quality.toml`. Raises `BrokenSignals` with file and line, and `Unsupported`."""
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, Name("split it by district", "请按片区拆分"))
    try:
        text = content.decode()
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as trouble:
        what = Name(f"not TOML: {trouble}", f"不是合法的 TOML：{trouble}")
        raise BrokenSignals((Problem("toml-syntax", Spot(file), what, CURE),)) from trouble
    written = document.get("format")
    if written != FORMAT:
        cure = Name(f'write format = "{FORMAT}"', f'请写 format = "{FORMAT}"')
        raise Unsupported(Name(f"the format is {written!r}", f"格式为 {written!r}"), file, cure)
    try:
        signals = msgspec.convert(document, _File).signal
    except msgspec.ValidationError as trouble:
        said = str(trouble)
        path = said[said.index("`$") + 1 : said.rindex("`")] if "`$" in said else ""
        spot = Spot(file, line_of(text, path) if path else 0)
        raise BrokenSignals((Problem("wrong-value", spot, complaint(said), CURE),)) from trouble
    problems = [problem for signal in signals for problem in _wrong(signal, file)]
    problems += _twice([signal.junction for signal in signals], file, "junction", "路口")
    if problems:
        raise BrokenSignals(tuple(problems))
    return signals


def _wrong(signal: LoggedSignal, file: str) -> list[Problem]:
    known = set(signal.groups)
    found = []
    for detector in signal.detectors:
        if detector.group not in known:
            what = Name(
                f"detector {detector.name} is for group {detector.group!r}, which has no phase here",
                f"检测器 {detector.name} 所属的信号组“{detector.group}”未对应相位",
            )
            found.append(Problem("unknown-name", Spot(file, 0, signal.junction), what, CURE))
    both = [*signal.phases, *signal.overlaps]
    found += _twice(both, file, "group", "信号组", signal.junction)
    for numbers in (signal.phases, signal.overlaps, signal.pedestrians):
        found += _twice([str(each) for each in numbers.values()], file, "number", "编号", signal.junction)
    return found + _twice([str(each.channel) for each in signal.detectors], file, "channel", "通道", signal.junction)


def _twice(names: Sequence[str], file: str, kind: str, kind_zh: str, junction: str = "") -> list[Problem]:
    again = sorted({name for name in names if names.count(name) > 1})
    return [
        Problem(
            "named-twice",
            Spot(file, 0, junction),
            Name(f"{kind} {name} stands here twice", f"{kind_zh} {name} 重复出现"),
            CURE,
        )
        for name in again
    ]
