"""SUMO's network and signal files as records: edges, junctions with their foes, connections, programmes.

The format is SUMO's own: https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html and
https://sumo.dlr.de/docs/Simulation/Traffic_Lights.html. A file is read as a stream, without entities, DTDs or network.
"""

import gzip
import io
import math
import zlib
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import msgspec
from lxml import etree

from turnout.signals.file_trouble import not_unpacked, too_large
from turnout.words.name import Name
from turnout.words.trouble import Malformed, NotOurs, Unsupported

FILE_BYTES_MAX: Final = 1 << 30
"""Unpacked. A whole country's network is about so large; a packed file may not grow beyond it."""

CUT_OUT: Final = Name("cut out a part with netconvert", "请用 netconvert 截取其中一部分")
MEND: Final = Name("mend it, or write the network again", "请修正该处，或重新生成路网")

COLOURS: Final = "rRyYgGsuoO"
"""What a programme may show: red, amber, green (small: gives way), green after a stop, red with amber, off."""


class Lane(msgspec.Struct, frozen=True):
    id: str
    speed_mps: float
    length_m: float
    allow: str
    disallow: str = ""
    shape: str = ""
    """Only of an edge that lies on another."""


class Edge(msgspec.Struct, frozen=True):
    id: str
    function: str
    name: str
    lanes: tuple[Lane, ...]
    bidi: str = ""
    """The edge that lies on it and is driven the other way."""


class Node(msgspec.Struct, frozen=True):
    """A junction. `foes` by request: which other requests it crosses; `inside`: its inner lanes, by request."""

    id: str
    kind: str
    coming: tuple[str, ...]
    inside: tuple[str, ...]
    foes: tuple[frozenset[int], ...]
    line: int


class Link(msgspec.Struct, frozen=True):
    """A connection from lane to lane; `signal` and `index` say by which lamp it is controlled (index -1: none)."""

    from_edge: str
    from_lane: int
    to_edge: str
    via: str
    signal: str
    index: int
    direction: str
    line: int
    to_lane: int = 0


class Phase(msgspec.Struct, frozen=True):
    duration_ms: int
    least_ms: int
    state: str
    line: int


class Programme(msgspec.Struct, frozen=True):
    signal: str
    id: str
    offset_ms: int
    phases: tuple[Phase, ...]
    line: int


class Records(msgspec.Struct, frozen=True):
    edges: dict[str, Edge]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    programmes: tuple[Programme, ...]


def read_records(content: bytes, file: str, *, root: str) -> Records:
    """`root`: what the file must be, `net`, or `additional` for programmes that are kept apart.

    Raises `Malformed` with file and line, `NotOurs` for XML that is something else, `Unsupported` for what is too
    large.
    """
    edges: dict[str, Edge] = {}
    nodes: list[Node] = []
    links: list[Link] = []
    programmes: list[Programme] = []
    for element in elements_of(unpacked(content, file), file, root):
        match element.tag:
            case "edge":
                edge = _edge(element, file)
                edges[edge.id] = edge
            case "junction":
                nodes.append(_node(element, file))
            case "connection":
                links.append(_link(element, file))
            case "tlLogic":
                programmes.append(_programme(element, file))
    return Records(edges, tuple(nodes), tuple(links), tuple(programmes))


def unpacked(content: bytes, file: str) -> bytes:
    """The file's text, also where it is packed by gzip. Raises `Malformed` and `Unsupported`."""
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(FILE_BYTES_MAX + 1)
        except (OSError, EOFError, zlib.error) as trouble:
            raise not_unpacked(trouble, file) from trouble
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, CUT_OUT)
    return content


ROOTS: Final = {
    "net": ("net",),
    "additional": ("additional", "add", "tlLogics"),
    "routes": ("routes", "vehroutes", "additional"),
    "lamps": ("tlsStates",),
    "crossings": ("instantE1",),
}
OWN_DTD: Final = Name("it brings a DTD of its own", "文件自带 DTD")
REMOVE_DTD: Final = Name("remove the DOCTYPE", "请删去 DOCTYPE")
LOOK: Final = Name("look at that line, or write it again", "请查看该行，或重新生成文件")
WANTED: Final = {
    "net": Name("a SUMO network (.net.xml)", "SUMO 路网（.net.xml）"),
    "additional": Name("SUMO's programmes (.add.xml)", "SUMO 配时方案（.add.xml）"),
    "routes": Name("SUMO's routes (.rou.xml)", "SUMO 车辆路线（.rou.xml）"),
    "lamps": Name("what SUMO writes for SaveTLSStates", "SUMO 按 SaveTLSStates 写出的文件"),
    "crossings": Name("what SUMO writes for instantInductionLoop", "SUMO 按 instantInductionLoop 写出的文件"),
}


def elements_of(content: bytes, file: str, root: str) -> Iterator[Any]:
    """The children of the root, each when it is whole, and emptied after use."""
    safe: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    depth = 0
    try:
        for event, element in etree.iterparse(io.BytesIO(content), events=("start", "end"), **safe):
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                if element.getroottree().docinfo.internalDTD is not None:
                    raise Malformed(OWN_DTD, f"{file} line 1", REMOVE_DTD)
                if element.tag not in ROOTS[root]:
                    raise _another(element.tag, root, file)
            elif event == "end" and depth == 1:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as trouble:
        what = Name(f"not XML: {trouble.msg}", f"不是合法的 XML：{trouble.msg}")
        raise Malformed(what, f"{file} line {trouble.lineno or 1}", LOOK) from trouble


def _another(tag: str, root: str, file: str) -> NotOurs:
    what = Name(f"<{tag}> where <{root}> belongs", f"此处应为 <{root}>，实为 <{tag}>")
    return NotOurs(what, file, Name(f"hand in {WANTED[root].en}", f"请提供 {WANTED[root].zh}"))


def _refuse(element: Any, file: str, en: str, zh: str) -> NoReturn:
    """What is said of the element, after its tag."""
    what = Name(f"<{element.tag}> {en}", f"<{element.tag}> {zh}")
    raise Malformed(what, f"{file} line {element.sourceline}", MEND)


def _refuse_number(element: Any, file: str, said: str) -> NoReturn:
    """`said`: the attribute as it stands there."""
    _refuse(element, file, f"has {said}, which is no number", f"的 {said} 不是数字")


def _text(element: Any, file: str, name: str) -> str:
    value = element.get(name)
    if value is None:
        _refuse(element, file, f"has no {name}", f"缺少 {name}")
    return str(value)


def _number(element: Any, file: str, name: str, default: float | None = None) -> float:
    """Finite and not below 0."""
    value = element.get(name)
    if value is None and default is not None:
        return default
    try:
        number = float(_text(element, file, name))
    except ValueError:
        _refuse_number(element, file, f'{name}="{value}"')
    if not (math.isfinite(number) and 0 <= number <= 1e9):
        _refuse(element, file, f'has {name}="{value}"', f'的 {name}="{value}" 无效')
    return number


def _whole(element: Any, file: str, name: str) -> int:
    number = _number(element, file, name)
    if number != int(number):
        said = f'{name}="{element.get(name)}"'
        _refuse(element, file, f"has {said}, which is no whole number", f"的 {said} 不是整数")
    return int(number)


def _edge(element: Any, file: str) -> Edge:
    bidi = element.get("bidi", "")
    lanes = tuple(
        Lane(
            _text(lane, file, "id"),
            _number(lane, file, "speed", 13.89),
            _number(lane, file, "length", 0.0),
            lane.get("allow", ""),
            lane.get("disallow", ""),
            lane.get("shape", "") if bidi else "",
        )
        for lane in element.iterfind("lane")
    )
    function, name = element.get("function", "normal"), element.get("name", "")
    return Edge(_text(element, file, "id"), function, name, lanes, bidi)


def _node(element: Any, file: str) -> Node:
    requests = {_whole(each, file, "index"): _text(each, file, "foes") for each in element.iterfind("request")}
    if sorted(requests) != list(range(len(requests))):
        _refuse(element, file, "has requests that are not numbered from 0", "的 request 未从 0 起连续编号")
    foes = []
    for index in range(len(requests)):
        bits = requests[index]
        if len(bits) != len(requests) or set(bits) - {"0", "1"}:
            en = f'has foes="{bits}" at request {index}; {len(requests)} bits belong there'
            _refuse(element, file, en, f'的 request {index} 中 foes="{bits}" 有误，应为 {len(requests)} 位 0 或 1')
        foes.append(frozenset(other for other, bit in enumerate(reversed(bits)) if bit == "1"))
    return Node(
        _text(element, file, "id"),
        element.get("type", ""),
        tuple(element.get("incLanes", "").split()),
        tuple(element.get("intLanes", "").split()),
        tuple(foes),
        element.sourceline,
    )


def _link(element: Any, file: str) -> Link:
    is_controlled = element.get("linkIndex") != "-1"
    signal = element.get("tl", "") if is_controlled else ""
    return Link(
        _text(element, file, "from"),
        _whole(element, file, "fromLane"),
        _text(element, file, "to"),
        element.get("via", ""),
        signal,
        _whole(element, file, "linkIndex") if signal else -1,
        element.get("dir", "s"),
        element.sourceline,
        _whole(element, file, "toLane") if "toLane" in element.attrib else 0,
    )


def _programme(element: Any, file: str) -> Programme:
    phases = []
    for phase in element.iterfind("phase"):
        state = _text(phase, file, "state")
        strange = sorted(set(state) - set(COLOURS))
        if strange:
            en = f'has state="{state}"; {strange[0]!r} is no colour'
            _refuse(phase, file, en, f'的 state="{state}" 中“{strange[0]}”不是灯色')
        duration = round(_number(phase, file, "duration") * 1_000)
        least = round(_number(phase, file, "minDur", -1.0 if "minDur" not in phase.attrib else None) * 1_000)
        phases.append(Phase(duration, duration if least < 0 else min(least, duration), state, phase.sourceline))
    if not phases:
        _refuse(element, file, "has no phases", "没有相位")
    if sum(phase.duration_ms for phase in phases) <= 0:
        _refuse(element, file, "has a cycle of no length", "的周期长度为零")
    offset = element.get("offset", "0")
    try:
        offset_ms = round(float(offset) * 1_000)
    except (ValueError, OverflowError):
        _refuse_number(element, file, f'offset="{offset}"')
    return Programme(
        _text(element, file, "id"), element.get("programID", "0"), offset_ms, tuple(phases), element.sourceline
    )
