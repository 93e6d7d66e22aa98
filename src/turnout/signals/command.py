"""`turnout signals check`, `bands` and `waits`: files in; what is wrong, a coordination, the longest waits out."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from turnout.signals.arterial import BandTask, Coordination, task_of
from turnout.signals.asked import add_language
from turnout.signals.bands import LIMIT_S
from turnout.signals.check import check
from turnout.signals.coordinating import coordinated
from turnout.signals.diagram import diagram
from turnout.signals.file_trouble import MEND, NAME_FOLDER, NAME_READABLE, unread, unwritten
from turnout.signals.guard import rules_of, worst_red_ms
from turnout.signals.model import SECOND_MS, Arterial, Signals, Wave
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import SEVERITY_NAMES, BrokenSignals, Problem, spoken
from turnout.signals.scan import Scanned, scan
from turnout.signals.simulated import compiled
from turnout.signals.simulated.short_streets import short_streets
from turnout.signals.simulated.sumo_layout import placed
from turnout.signals.simulated.waits import groups_into, groups_onto, waits_ms
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

FINE: Final = 0
FAULTY: Final = 1
"""Exit status when the signals have errors, or could not be used."""
WAVE_FORMAT: Final = "turnout-green-wave-1"

COUNTED: Final = Name(
    "{junctions} junctions, {groups} signal groups, {plans} plans, {arterials} arterials",
    "{junctions} 个路口、{groups} 个信号组、{plans} 个方案、{arterials} 条干道",
)
LONGEST: Final = Name(
    "junction {junction}, {group}: red for {worst} s at the longest",
    "路口 {junction}，{group}：红灯最长 {worst} 秒",
)
WAITS: Final = Name(
    "junction {junction}, {approach}: who is seen waits for green for {worst} s at the longest",
    "路口 {junction}，{approach}：被检测到的车辆等待绿灯最长 {worst} 秒",
)
TRACK_WAITS: Final = Name(
    "junction {junction}, {group}: lets onto a single track; who waits there waits until it is free",
    "路口 {junction}，{group}：驶入单线区段；须等待区段空闲",
)
STREET_WAITS: Final = Name(
    "junction {junction}, {group}: lets into a street with room for one vehicle a lane; who waits there waits until "
    "the other end has had its turn",
    "路口 {junction}，{group}：驶入每条车道仅容一辆车的短路段；须等待另一端放行完毕",
)
COMPILED: Final = Name(
    "simulations of adaptive control run compiled from now on: {where}", "自适应控制仿真今后以编译代码运行：{where}"
)
LEFT: Final = Name("junction {junction} keeps its plan: {why}", "路口 {junction} 保持原方案：{why}")
WIDE: Final = Name(
    "{name}: cycle {cycle:g} s, bands {out:.1f} s outbound and {back:.1f} s inbound; {proof}",
    "{name}：周期 {cycle:g} 秒，绿波带去程 {out:.1f} 秒、返程 {back:.1f} 秒；{proof}",
)
PROVEN_SAID: Final = Name("proven to be the best", "已证明为最优")
UNPROVEN: Final = Name(
    "the best found; no other is better by more than {gap:.1%}", "为已找到的最优；其他方案至多再好 {gap:.1%}"
)
NOT_ADDED: Final = Name("programmes can only be added to a SUMO network", "配时方案只能附加于 SUMO 路网")
WRITE_IN: Final = Name("write them into the file", "请直接写入该文件")
LIMITS: Final = Name(
    "a limit of 1 to 3600 s and steps of 0.1 to 10 s are taken", "求解时限须为 1 至 3600 秒，步长须为 0.1 至 10 秒"
)
NO_WAVE: Final = Name("no such wave in the file", "文件中没有该绿波")
NAME_WAVE: Final = Name("name an arterial and a wave of the file", "请指定文件中的干道与绿波")


def add_signals_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> Any:
    """The commands below it, to which others are added."""
    signals = commands.add_parser("signals", help="check traffic signals, coordinate green waves (交通信号)")
    words = "check|bands|area|from-osm|hours|quality|travel|district|simulate|adapt|waits|compile|controller|read|sites"
    kinds = signals.add_subparsers(required=True, metavar=words)
    checking = kinds.add_parser("check", help="say what is wrong with signals and their plans (检查信号方案)")
    checking.add_argument("file", type=Path, help="a file of plans (.toml), or a SUMO network (.net.xml, .net.xml.gz)")
    checking.add_argument(
        "--plans",
        type=Path,
        action="append",
        default=[],
        help="of a network: further programmes (.add.xml)",
    )
    checking.set_defaults(run=_check)
    waving = kinds.add_parser("bands", help="coordinate the arterials of a file of plans (计算绿波)")
    waving.add_argument("file", type=Path, help="a file of plans (.toml) with arterials and their waves")
    waving.add_argument("--to", type=Path, required=True, help="a folder for the coordination and its diagrams")
    waving.add_argument("--arterial", default="", help="only this one")
    waving.add_argument("--wave", default="", help="only this one")
    waving.add_argument("--limit-s", type=float, default=LIMIT_S, help="how long to look for each (default: 60)")
    waving.add_argument("--step-s", type=float, default=1.0, help="what a controller can set (default: 1)")
    waving.set_defaults(run=_bands)
    telling = kinds.add_parser("waits", help="say how long adaptive control lets wait at most (自适应控制最长等待)")
    telling.add_argument("file", type=Path, help="a SUMO network (.net.xml, .net.xml.gz)")
    telling.add_argument("--plans", type=Path, action="append", default=[], help="further programmes (.add.xml)")
    telling.set_defaults(run=_waits)
    compiling = kinds.add_parser("compile", help="make simulations of adaptive control faster (编译自适应控制)")
    compiling.set_defaults(run=_compile)
    for command in (checking, waving, telling, compiling):
        add_language(command)
    return kinds


def _compile(asked: argparse.Namespace) -> int:
    print(COMPILED.spoken(asked.language).format(where=compiled.make()))
    return FINE


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unread(error, str(path), NAME_READABLE) from error


def _check(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    try:
        signals, problems = _read(asked.file, asked.plans)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    problems = (*problems, *check(signals, asked.file.name))
    for line in spoken(problems, language):
        print(line)
    groups = sum(len(junction.groups) for junction in signals.junctions)
    plans = sum(len(junction.plans) for junction in signals.junctions)
    counted = {"junctions": len(signals.junctions), "groups": groups, "plans": plans}
    print(COUNTED.spoken(language).format(arterials=len(signals.arterials), **counted))
    errors = _errors(problems)
    words = [SEVERITY_NAMES[severity].spoken(language) for severity in ("error", "warning")]
    print(f"{len(errors)} {words[0]}, {len(problems) - len(errors)} {words[1]}")
    if not errors:
        _tell_longest_reds(signals, language)
    return FAULTY if errors else FINE


def _tell_longest_reds(signals: Signals, language: Language) -> None:
    """What the guard promises of every group that has a longest red."""
    for junction in signals.junctions:
        rules = rules_of(junction)
        for i, group in enumerate(junction.groups):
            if group.max_red_ms:
                worst = f"{worst_red_ms(rules, i) / SECOND_MS:g}"
                print(LONGEST.spoken(language).format(junction=junction.id, group=group.id, worst=worst))


def _waits(asked: argparse.Namespace) -> int:
    """Adaptive control's promise, by approach; and which junctions it leaves to their plan."""
    language: Language = asked.language
    content, name = _content(asked.file), asked.file.name
    try:
        found = read_sumo(content, name, [(_content(each), each.name) for each in asked.plans])
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    records = read_records(content, name, root="net")
    laid = placed(records, found.signals.junctions)
    streets = short_streets(records, laid.layouts)
    for layout in laid.layouts:
        names = {approach.id: approach.name for approach in layout.junction.approaches}
        for group in sorted(groups_onto(found.tracks, layout.junction.id)):
            print(TRACK_WAITS.spoken(language).format(junction=layout.junction.id, group=group))
        for group in sorted(groups_into(streets, layout.junction.id)):
            print(STREET_WAITS.spoken(language).format(junction=layout.junction.id, group=group))
        for approach, worst_ms in waits_ms(layout, found.tracks, streets).items():
            if worst_ms is None:
                continue
            said = {"junction": layout.junction.id, "approach": names[approach].spoken(language)}
            print(WAITS.spoken(language).format(worst=f"{worst_ms / SECOND_MS:g}", **said))
    for junction, why in laid.left.items():
        print(LEFT.spoken(language).format(junction=junction, why=why))
    return FINE


def _read(path: Path, added: list[Path]) -> tuple[Signals, tuple[Problem, ...]]:
    if path.suffix == ".toml":
        if added:
            raise Malformed(NOT_ADDED, "--plans", WRITE_IN)
        return read_plans(_content(path), path.name), ()
    found = read_sumo(_content(path), path.name, [(_content(each), each.name) for each in added])
    return found.signals, found.problems


def _errors(problems: tuple[Problem, ...]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def _bands(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    if not 0 < asked.limit_s <= 3_600 or not 0.1 <= asked.step_s <= 10:
        raise Malformed(LIMITS, "--limit-s, --step-s", MEND)
    try:
        signals = read_plans(_content(asked.file), asked.file.name)
        errors = _errors(check(signals, asked.file.name))
        if errors:
            raise BrokenSignals(tuple(errors))
        pairs = [
            (arterial, wave)
            for arterial in signals.arterials
            for wave in arterial.waves
            if asked.arterial in ("", arterial.id) and asked.wave in ("", wave.id)
        ]
        if not pairs:
            raise Malformed(NO_WAVE, asked.file.name, NAME_WAVE)
        for arterial, wave in pairs:
            _coordinate(signals, arterial, wave, asked)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    return FINE


def _coordinate(signals: Signals, arterial: Arterial, wave: Wave, asked: argparse.Namespace) -> None:
    language: Language = asked.language
    task = task_of(signals, arterial, wave)
    task, found = coordinated(task, wave, asked.limit_s, asked.step_s)
    seen = scan(task, found)
    title = Name(f"{arterial.name.en} · {wave.id}", f"{arterial.name.zh} · {wave.id}")
    gap = (found.bound - found.value) / found.value if found.value > 0 else 1.0
    proof = (PROVEN_SAID if found.is_proven else UNPROVEN).spoken(language).format(gap=gap)
    widths = {"cycle": found.cycle_s, "out": seen.outbound_s, "back": seen.inbound_s}
    print(WIDE.spoken(language).format(name=title.spoken(language), proof=proof, **widths))
    names = {junction.id: junction.name for junction in signals.junctions}
    stem = _stem(f"{arterial.id}.{wave.id}")
    through = (seen.outbound_s, seen.inbound_s)
    files = {f"{stem}.toml": wave_file(task, found, seen, arterial, wave)}
    for each in ("en", "zh-CN"):
        files[f"{stem}.{each}.svg"] = diagram(task, found, title, names, "en" if each == "en" else "zh-CN", through)
    try:
        asked.to.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (asked.to / name).write_bytes(body)
            print(asked.to / name)
    except OSError as error:
        raise unwritten(error, str(asked.to), NAME_FOLDER) from error


def _stem(name: str) -> str:
    """A name for a file: what is no letter, digit, dot or dash becomes a dash."""
    return "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in name)[:120]


def wave_file(task: BandTask, found: Coordination, seen: Scanned, arterial: Arterial, wave: Wave) -> bytes:
    """The coordination as TOML. Offsets count from the first junction's second 0."""
    head = {
        "format": WAVE_FORMAT,
        "arterial": arterial.id,
        "wave": wave.id,
        "method": wave.method,
        "cycle_s": round(found.cycle_s, 3),
        "is_proven": found.is_proven,
        "outbound_band_s": round(seen.outbound_s, 2),
        "inbound_band_s": round(seen.inbound_s, 2),
    }
    parts = [_table(head)]
    for site, offset, order in zip(task.sites, found.offsets_s, found.orders, strict=True):
        row = {"id": site.id, "offset_s": round(offset, 3), "order": order}
        parts.append("[[junction]]\n" + _table(row))
    for i, (out, back) in enumerate(zip(found.outbound, found.inbound, strict=True)):
        section = {
            "from": task.sites[i].id,
            "to": task.sites[i + 1].id,
            "outbound_kmh": round(out.speed_mps * 3.6, 1),
            "inbound_kmh": round(back.speed_mps * 3.6, 1),
            "outbound_band_s": round(out.width_s, 2),
            "inbound_band_s": round(back.width_s, 2),
        }
        parts.append("[[section]]\n" + _table(section))
    return "\n".join(parts).encode()


def _table(row: dict[str, object]) -> str:
    """Keys and values, a line each."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in row.items())


def _value(value: object) -> str:
    """A text is escaped as in JSON, which TOML reads alike but for the one control character that JSON lets stand."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
