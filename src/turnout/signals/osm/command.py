"""`turnout signals from-osm`: a map in; junctions with proposed times as the plain file out, and what to look at."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any, Final

from turnout.signals.arterials_by_street import arterials_of
from turnout.signals.asked import add_language
from turnout.signals.check import check
from turnout.signals.model import Signals
from turnout.signals.osm.build import OsmSignals, signals_of
from turnout.signals.osm.said import TAKE_EXTRACT, Guess, problems_of
from turnout.signals.osm.times import rules_for
from turnout.signals.plans_file import ARTERIALS_MAX, JUNCTIONS_MAX, read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals, Problem, spoken
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed, Unsupported

FINE: Final = 0
FAULTY: Final = 1
NEEDS_EXTRA: Final = Name(
    "this needs the extra that reads maps ({module} is missing): uv pip install 'turnout[build]'",
    "需要安装读取地图的附加组件（缺少 {module}）：uv pip install 'turnout[build]'",
)
NO_SIGNALS: Final = Name("there are no traffic signals in it that could be taken", "其中没有可采用的交通信号灯")
TWO_LETTERS: Final = Name("two letters of ISO 3166, such as DE, CN, US", "请写 ISO 3166 的两位字母代码，如 CN、DE、US")
BY_DISTRICTS: Final = Name("take it by districts", "请按片区分别处理")
THERE_ALREADY: Final = Name("there is a file already", "该文件已存在")
NAME_ANOTHER: Final = Name(
    "name another: people complete these by hand", "请指定其他文件：此类文件由人工补全，不予覆盖"
)
NAME_WRITABLE: Final = Name("name a file that can be written", "请指定可写入的文件")
COUNTED: Final = Name(
    "{junctions} junctions, {groups} signal groups, {arterials} streets through at least three; {guesses} things to"
    " look at, each above its junction in the file",
    "{junctions} 个路口、{groups} 个信号组、{arterials} 条贯穿至少三个路口的道路；{guesses} 处需核对，"
    "已写在文件中各路口之上",
)
HEAD: Final = (
    "Made by `turnout signals from-osm` of {file}.",
    "Map data © OpenStreetMap contributors, ODbL 1.0: what is made of it keeps that licence.",
    "Every plan `proposed` and every time is a proposal; intergreens by {method}.",
    "Complete and check it before anything is shown on a street: turnout signals check",
    "由 OpenStreetMap 地图生成（© OpenStreetMap 贡献者，ODbL 1.0）。",
    "方案 proposed 与各时间均为建议值，使用前须补全并核对。",
)


def add_osm_command(kinds: Any) -> None:
    reading = kinds.add_parser("from-osm", help="junctions with signals from an OpenStreetMap file (由地图生成路口)")
    reading.add_argument("map", type=Path, help="an OpenStreetMap file (.osm.pbf, .osm)")
    reading.add_argument("--to", type=Path, required=True, help="the plain file to write (.toml)")
    reading.add_argument(
        "--country", default="", type=str.upper, help="ISO 3166 code: its side of the road, ambers, intergreens"
    )
    add_language(reading)
    reading.set_defaults(run=_from_osm)


def _from_osm(asked: argparse.Namespace) -> int:
    """The reader is only loaded here: a running desk has no osmium."""
    language: Language = asked.language
    country: str = asked.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Malformed(Name(f"{country!r} is no country", f"“{country}”不是国家代码"), "--country", TWO_LETTERS)
    try:
        reader = importlib.import_module("turnout.signals.osm.reading")
    except ModuleNotFoundError as trouble:
        print(NEEDS_EXTRA.spoken(language).format(module=trouble.name), file=sys.stderr)
        return FAULTY
    found = signals_of(reader.read_osm(asked.map), asked.map.name, country)
    if not found.signals.junctions:
        for line in spoken(found.problems, language):
            print(line, file=sys.stderr)
        raise Malformed(NO_SIGNALS, str(asked.map), TAKE_EXTRACT)
    if len(found.signals.junctions) > JUNCTIONS_MAX:
        number = len(found.signals.junctions)
        what = Name(f"{number} junctions, more than {JUNCTIONS_MAX}", f"路口 {number} 个，多于 {JUNCTIONS_MAX} 个")
        raise Unsupported(what, str(asked.map), BY_DISTRICTS)
    signals, problems = with_arterials(found, asked.map.name)
    try:
        content = read_back(signals, problems, asked)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    _write(asked.to, content)
    _tell(asked.to, signals, problems, language)
    return FINE


def with_arterials(found: OsmSignals, file: str) -> tuple[Signals, tuple[Problem, ...]]:
    """As many as a file holds, the longest; of the others it is said that they are left out."""
    every = arterials_of(found.signals)
    signals = Signals(found.signals.junctions, every[:ARTERIALS_MAX])
    left = len(every) - len(signals.arterials)
    said = problems_of((Guess("arterials-left-out", part=str(left)),), file) if left else ()
    return signals, (*said, *found.problems)


def read_back(signals: Signals, problems: tuple[Problem, ...], asked: argparse.Namespace) -> bytes:
    """The file's content, which `read_plans` takes and `check` finds no error in.

    Raises `BrokenSignals`, and `Unsupported` where it is too long.
    """
    content = write_plans(signals, _head(asked), _remarks(problems, asked.language))
    written = read_plans(content, asked.to.name)
    wrong = tuple(each for each in check(written, asked.to.name) if each.severity == "error")
    if wrong:
        raise BrokenSignals(wrong)
    return content


def _tell(path: Path, signals: Signals, problems: tuple[Problem, ...], language: Language) -> None:
    for line in spoken(problems, language):
        print(line)
    groups = sum(len(junction.groups) for junction in signals.junctions)
    counted = {"junctions": len(signals.junctions), "groups": groups, "arterials": len(signals.arterials)}
    print(COUNTED.spoken(language).format(guesses=len(problems), **counted))
    print(path)


def _head(asked: argparse.Namespace) -> list[str]:
    return [line.format(file=asked.map.name, method=rules_for(asked.country).method) for line in HEAD]


def _remarks(problems: tuple[Problem, ...], language: Language) -> dict[str, list[str]]:
    """What to look at, above the junction that it is about."""
    remarks: dict[str, list[str]] = {}
    for problem in problems:
        where = f"{problem.spot.part}: " if problem.spot.part else ""
        line = f"[{problem.rule}] {where}{problem.what.spoken(language)}; {problem.cure.spoken(language)}"
        remarks.setdefault(problem.spot.junction, []).append(line)
    return remarks


def _write(path: Path, content: bytes) -> None:
    """A file that is there already is a person's work: it is not written over."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Malformed(THERE_ALREADY, str(path), NAME_ANOTHER) from error
    except OSError as error:
        said = error.strerror or str(error)
        raise Malformed(Name(said, f"无法写入：{said}"), str(path), NAME_WRITABLE) from error
