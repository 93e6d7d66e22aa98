"""`turnout signals controller`: a simulated controller to try with. `turnout signals read`: what controllers show."""

import argparse
import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from turnout.adapters.signals.controllers_file import reached_by, read_rows, secret_of
from turnout.adapters.signals.detectors_file import DetectorsFile
from turnout.adapters.signals.simulated import At, Listening, now_ms
from turnout.signals.arming import Shut
from turnout.signals.asked import add_language
from turnout.signals.controller import Presence, Shown
from turnout.signals.guard import Aspect
from turnout.signals.model import Signals
from turnout.signals.plans_file import read_plans
from turnout.signals.simulated_controller import SimulatedController
from turnout.signals.sumo_network import read_sumo
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

FINE: Final = 0
FAULTY: Final = 1
"""Exit status when a controller did not answer or has a fault."""
AT_ONCE: Final = 50
"""Controllers that are read at a time."""

FILE_HELP: Final = "a file of plans (.toml), or a SUMO network (.net.xml, .net.xml.gz)"

READY: Final = Name("{junction} listens: {where}", "{junction} 正在监听：{where}")
SHOWS: Final = Name("{junction}: {aspects}; plan {plan}", "{junction}：{aspects}；方案 {plan}")
FAILS: Final = Name("{junction}: {fault}", "{junction}：{fault}")
ASPECTS: Final = {
    Aspect.RED: Name("red", "红"),
    Aspect.STARTING: Name("red with amber", "红黄"),
    Aspect.GREEN: Name("green", "绿"),
    Aspect.ENDING: Name("amber", "黄"),
}
DETECTORS: Final = Name("{junction}, detectors: {detectors}", "{junction}，检测器：{detectors}")
DETECTOR_WORDS: Final = {
    True: Name("occupied", "占用"),
    False: Name("free", "空闲"),
    "broken": Name("broken, as it says", "自报故障"),
    "unknown": Name("not known", "未知"),
}
FAULTS: Final = {
    "no-answer": Name("no answer", "无应答"),
    "clock": Name("its clock jumped", "时钟跳变"),
    "flash": Name("it flashes", "黄闪"),
    "dark": Name("it is dark", "灭灯"),
    "green-conflict": Name("greens in conflict", "绿冲突"),
    "critical-alarm": Name("critical alarm", "严重告警"),
}


def add_controller_commands(kinds: Any) -> None:
    """`kinds`: the commands below `turnout signals`."""
    simulating = kinds.add_parser("controller", help="run a simulated controller to try with (模拟信号机)")
    simulating.add_argument("file", type=Path, help=FILE_HELP)
    simulating.add_argument("--junction", required=True)
    simulating.add_argument("--ntcip", type=_at, help="host:port, NTCIP 1202 and 1211 over SNMP v1 and v2c")
    simulating.add_argument("--community-file", type=Path, help="the SNMP community (default: public)")
    simulating.add_argument("--gbt20999", type=_at, help="host:port, GB/T 20999-2017 over TCP")
    simulating.add_argument("--number", type=int, default=1, help="of the controller, by GB/T 20999 (default: 1)")
    simulating.add_argument("--detectors", type=Path, help="what its detectors show, changed while it runs (.toml)")
    simulating.set_defaults(run=_simulate)
    reading = kinds.add_parser("read", help="what controllers show now; nothing is written to one (读取信号机)")
    reading.add_argument("file", type=Path, help=FILE_HELP)
    reading.add_argument("--controllers", type=Path, required=True, help="which there are (controllers.toml)")
    reading.add_argument("--detectors", action="store_true", help="who stands on which detector, too")
    reading.set_defaults(run=_read)
    for command in (simulating, reading):
        add_language(command)


def _at(said: str) -> At:
    host, colon, port = said.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{said!r} is no host:port")
    return host.strip("[]"), int(port)


def _signals(path: Path) -> Signals:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Malformed(error.strerror or str(error), str(path), "name a file that can be read") from error
    return read_plans(content, path.name) if path.suffix == ".toml" else read_sumo(content, path.name, []).signals


def _simulate(asked: argparse.Namespace) -> int:
    junction = _signals(asked.file).junction(asked.junction)
    if junction is None:
        raise Malformed(f"no junction is called {asked.junction}", asked.file.name, "name one of the file")
    if asked.ntcip is None and asked.gbt20999 is None:
        raise Malformed("it would listen nowhere", "--ntcip, --gbt20999", "name at least one host:port")
    community = secret_of(asked.community_file) if asked.community_file is not None else "public"
    controller = SimulatedController(junction, now_ms())
    detectors = DetectorsFile(asked.detectors, controller) if asked.detectors is not None else None
    asyncio.run(_listen(Listening(controller, community, asked.number, detectors), asked))
    return FINE


async def _listen(listening: Listening, asked: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    found = await listening.open(asked.ntcip, asked.gbt20999)
    named = [
        f"{name} {at[0]}:{at[1]}" for name, at in zip(("NTCIP", "GB/T 20999"), found, strict=True) if at is not None
    ]
    language: Language = asked.language
    print(READY.spoken(language).format(junction=asked.junction, where=", ".join(named)), flush=True)
    try:
        await ended.wait()
    finally:
        await listening.close()


def _read(asked: argparse.Namespace) -> int:
    signals = _signals(asked.file)
    names = [row.junction for row in read_rows(asked.controllers)]
    shown = asyncio.run(_shown(asked.controllers, signals, names, is_with_detectors=asked.detectors))
    language: Language = asked.language
    for each, detected in shown:
        print(_line(each, language))
        if asked.detectors:
            print(_detectors_line(each.junction, detected, language))
    return FAULTY if any(each.fault for each, _ in shown) else FINE


async def _shown(
    path: Path, signals: Signals, names: list[str], *, is_with_detectors: bool
) -> list[tuple[Shown, dict[str, Presence]]]:
    reached = reached_by(path, signals, Shut(), now_ms)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[Shown, dict[str, Presence]]:
        async with free:
            return await reached.shown(name), await reached.detected(name) if is_with_detectors else {}

    try:
        return await asyncio.gather(*(one(name) for name in names))
    finally:
        await reached.close()


def _detectors_line(junction: str, detected: dict[str, Presence], language: Language) -> str:
    words = DETECTOR_WORDS
    said = [
        f"{name} {(words['broken'] if each.fault else words[each.is_occupied]).spoken(language)}"
        for name, each in detected.items()
    ]
    told = ", ".join(said) or words["unknown"].spoken(language)
    return DETECTORS.spoken(language).format(junction=junction, detectors=told)


def _line(shown: Shown, language: Language) -> str:
    if shown.fault:
        fault = FAULTS.get(shown.fault, Name(shown.fault, shown.fault)).spoken(language)
        return FAILS.spoken(language).format(junction=shown.junction, fault=fault)
    aspects = ", ".join(
        f"{group} {ASPECTS[Aspect(aspect)].spoken(language)}" for group, aspect in shown.aspects.items()
    )
    return SHOWS.spoken(language).format(junction=shown.junction, aspects=aspects, plan=shown.plan or "-")
