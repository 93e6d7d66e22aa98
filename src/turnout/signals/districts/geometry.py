"""Where streets and signals of a SUMO network lie, in metres of its own plane."""

import math
from collections import defaultdict
from typing import Any, Final

import msgspec

from turnout.signals.sumo_xml import elements_of, unpacked
from turnout.words.name import Name
from turnout.words.trouble import Malformed

MEND: Final = Name("write the network again", "请重新生成路网")
POINTS_MAX: Final = 400_000
"""Of all streets together. A screen draws no more, and a message to it would be larger than a map."""
DIGITS: Final = 1
"""Tenths of a metre: the width of a marking."""

Point = tuple[float, float]


class Line(msgspec.Struct, frozen=True):
    """A street's line along its middle lane, in the direction of travel."""

    edge: str
    name: str
    lanes: int
    points: tuple[Point, ...]


class Geometry(msgspec.Struct, frozen=True):
    """`signals`: by signal, the middle of the nodes that it controls."""

    lines: tuple[Line, ...]
    signals: dict[str, Point]


def read_geometry(content: bytes, file: str) -> Geometry:
    """Raises what `elements_of` raises, and `Malformed` for a point that is none."""
    lines: list[Line] = []
    nodes: list[tuple[Point, frozenset[str]]] = []
    coming: dict[str, set[str]] = defaultdict(set)
    drawn = 0
    for element in elements_of(unpacked(content, file), file, "net"):
        match element.tag:
            case "edge" if not element.get("function"):
                line = _line(element, file)
                drawn += len(line.points)
                if drawn <= POINTS_MAX:
                    lines.append(line)
            case "junction" if element.get("type") != "internal" and element.get("x") is not None:
                (at,) = _points(f"{element.get('x')},{element.get('y')}", element, file)
                nodes.append((at, frozenset(element.get("incLanes", "").split())))
            case "connection" if element.get("tl") and element.get("linkIndex") != "-1":
                coming[element.get("tl")].add(f"{element.get('from')}_{element.get('fromLane')}")
    middles = {signal: _middle(nodes, lanes) for signal, lanes in coming.items()}
    return Geometry(tuple(lines), {signal: at for signal, at in middles.items() if at is not None})


def _middle(nodes: list[tuple[Point, frozenset[str]]], lanes: set[str]) -> Point | None:
    own = [at for at, incoming in nodes if incoming & lanes]
    if not own:
        return None
    return (
        round(sum(x for x, _ in own) / len(own), DIGITS),
        round(sum(y for _, y in own) / len(own), DIGITS),
    )


def _line(element: Any, file: str) -> Line:
    lanes = element.findall("lane")
    shape = lanes[len(lanes) // 2].get("shape", "") if lanes else ""
    points = tuple(_points(shape, element, file))
    return Line(element.get("id", ""), element.get("name", ""), len(lanes), points)


def _points(shape: str, element: Any, file: str) -> list[Point]:
    where = f"{file} line {element.sourceline}"
    what = Name(f"<{element.tag}> has a point that is none", f"<{element.tag}> 含有不是坐标的点")
    try:
        pairs = [tuple(map(float, pair.split(",")[:2])) for pair in shape.split()]
        points = [(round(x, DIGITS), round(y, DIGITS)) for x, y in pairs]
    except ValueError as trouble:
        raise Malformed(what, where, MEND) from trouble
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise Malformed(what, where, MEND)
    return points
