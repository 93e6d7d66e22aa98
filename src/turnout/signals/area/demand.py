"""How many vehicles go where: ways through the network with their vehicles per hour, from routes or from counts."""

import csv
import io
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from turnout.signals.file_trouble import WRITE_AGAIN, no_csv, too_long
from turnout.signals.sumo_xml import elements_of, unpacked
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported

SPAN_LEAST_S: Final = 600
"""From the first departure to the last: less says nothing of an hour."""
COUNTS_MAX: Final = 200_000
"""Rows of a file of counts: some thousand junctions with all their turns."""
HOUR: Final = Name(
    "hand in routes of an hour; trips have none until SUMO wrote its --vehroute-output",
    "请提供一小时的车辆路线；trip 没有路线，须先由 SUMO 写出 --vehroute-output",
)
NO_RATE: Final = Name("a flow without a rate", "flow 没有流率")
GIVE_RATE: Final = Name(
    "give it number, vehsPerHour, period or probability", "请写明 number、vehsPerHour、period 或 probability"
)
MEND: Final = Name("mend the number", "请修正该数字")
COLUMNS: Final = Name("the columns from, to and per_h are needed", "须有 from、to、per_h 三列")
FIRST_ROW: Final = Name("name them in the first row", "请在第一行写明列名")
ONE_HOUR: Final = Name("hand in one hour at a time", "请每次只提供一个小时的流量")
PER_HOUR: Final = Name("write vehicles per hour, 0 or more", "请写每小时车辆数，不小于 0")
Turning = tuple[str, str]
"""From an edge into the next."""

FAR: Final = 30
"""Edges that are followed from one signal to the next, with counts."""
FAINT: Final = 0.01
"""A share of a flow that is not followed any further."""


class Flows(NamedTuple):
    """Vehicles per hour over the signalled turns of an area.

    `outside`: of them, those that meet no signal before. `onward`: from one turn to the next signalled one, and `ways`
    the edges between, the last of which leads to the second turn.
    """

    turns: dict[Turning, float]
    outside: dict[Turning, float]
    onward: dict[tuple[Turning, Turning], float]
    ways: dict[tuple[Turning, Turning], tuple[str, ...]]


class Demand(NamedTuple):
    """`ways`: edges in the order they are driven, and vehicles per hour. `pathless`: vehicles without a route."""

    ways: dict[tuple[str, ...], float]
    pathless: int = 0


def read_routes(contents: Iterable[tuple[bytes, str]]) -> Demand:
    """SUMO's routes (`.rou.xml`, or what `--vehroute-output` writes), from all files together.

    Raises `Malformed`, `NotOurs`, `Unsupported` with file and line.
    """
    counted: dict[tuple[str, ...], float] = defaultdict(float)
    departures: list[float] = []
    pathless, last = 0, "routes"
    for content, file in contents:
        last = file
        named: dict[str, tuple[str, ...]] = {}
        for element in elements_of(unpacked(content, file), file, "routes"):
            if element.tag == "route":
                named[element.get("id", "")] = tuple(element.get("edges", "").split())
            elif element.tag in ("vehicle", "flow", "trip"):
                way = _way(element, named)
                if len(way) < 2:
                    pathless += element.tag != "flow"
                    continue
                number, times = _departures(element, file)
                counted[way] += number
                departures += times
    span = max(departures, default=0.0) - min(departures, default=0.0)
    if span < SPAN_LEAST_S:
        what = Name(f"vehicles with routes for {span:g} s", f"有路线的车辆只覆盖 {span:g} 秒")
        raise Malformed(what, last, HOUR)
    return Demand({way: number * 3_600 / span for way, number in counted.items()}, pathless)


def _way(element: Any, named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    inner = element.findall(".//route")
    if inner:
        return tuple(inner[-1].get("edges", "").split())
    return named.get(element.get("route", ""), ())


def _departures(element: Any, file: str) -> tuple[float, list[float]]:
    """Vehicles, and when the first and the last of them leave, in seconds; of `triggered` and its like nobody knows."""
    if element.tag != "flow":
        is_timed = element.get("depart", "")[:1].isdigit() or element.get("depart", "")[:1] in "-.+"
        return 1.0, [_number(element, file, "depart")] if is_timed else []
    begin, end = _number(element, file, "begin"), _number(element, file, "end")
    if element.get("number") is not None:
        return _number(element, file, "number"), [begin, end]
    return _per_s(element, file) * max(end - begin, 0.0), [begin, end]


def _per_s(element: Any, file: str) -> float:
    """Vehicles per second of a flow. Raises `Malformed` where it has no rate that is known."""
    for name in ("vehsPerHour", "perHour"):
        if element.get(name) is not None:
            return _number(element, file, name) / 3_600
    if element.get("probability") is not None:
        return _number(element, file, "probability")
    period = element.get("period", "")
    if period.startswith("exp(") and period.endswith(")"):
        return _number(element, file, "period", period[4:-1])
    seconds = _number(element, file, "period")
    if seconds <= 0:
        raise Malformed(NO_RATE, f"{file} line {element.sourceline}", GIVE_RATE)
    return 1 / seconds


def _number(element: Any, file: str, name: str, said: str | None = None) -> float:
    """Raises `Malformed`."""
    try:
        value = float(said if said is not None else element.get(name, "0"))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= 1e9):
        stands = f'{name}="{element.get(name)}"'
        raise Malformed(Name(stands, f"{stands} 无效"), f"{file} line {element.sourceline}", MEND)
    return value


def read_counts(content: bytes, file: str) -> dict[Turning, float]:
    """Turning counts: a CSV with the columns `from`, `to` and `per_h`. Raises `Malformed`, `Unsupported` with line."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if not {"from", "to", "per_h"} <= set(rows.fieldnames or ()):
            raise Malformed(COLUMNS, f"{file} line 1", FIRST_ROW)
        found: dict[Turning, float] = defaultdict(float)
        for number, row in enumerate(rows, 2):
            if number > COUNTS_MAX:
                raise Unsupported(too_long(COUNTS_MAX), file, ONE_HOUR)
            found[row["from"], row["to"]] += _per_h(row["per_h"], f"{file} line {number}")
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(no_csv(trouble), file, WRITE_AGAIN) from trouble
    return dict(found)


def _per_h(text: str | None, where: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100_000:
        raise Malformed(Name(f"per_h is {text!r}", f"per_h 为 {text!r}"), where, PER_HOUR)
    return value


def flows_of_routes(demand: Demand, signalled: AbstractSet[Turning]) -> Flows:
    turns: dict[Turning, float] = defaultdict(float)
    outside: dict[Turning, float] = defaultdict(float)
    onward: dict[tuple[Turning, Turning], float] = defaultdict(float)
    ways: dict[tuple[Turning, Turning], tuple[str, ...]] = {}
    for way, per_h in demand.ways.items():
        before, began = None, 0
        for n, turn in enumerate(itertools.pairwise(way)):
            if turn not in signalled:
                continue
            turns[turn] += per_h
            if before is None:
                outside[turn] += per_h
            else:
                onward[before, turn] += per_h
                ways[before, turn] = way[began : n + 1]
            before, began = turn, n + 1
    return Flows(dict(turns), dict(outside), dict(onward), ways)


def flows_of_counts(counts: Mapping[Turning, float], signalled: AbstractSet[Turning]) -> Flows:
    """Who turns where is taken to be the same for all that come, wherever from: counts cannot say more."""
    leaving: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (start, end), per_h in counts.items():
        leaving[start].append((end, per_h))
    turns = {turn: counts[turn] for turn in signalled if counts.get(turn)}
    onward: dict[tuple[Turning, Turning], float] = defaultdict(float)
    ways: dict[tuple[Turning, Turning], tuple[str, ...]] = {}
    for turn, per_h in turns.items():
        for way, share in _onward((turn[1],), 1.0, leaving, signalled):
            onward[turn, (way[-2], way[-1])] += per_h * share
            ways[turn, (way[-2], way[-1])] = way[:-1]
    arriving: dict[Turning, float] = defaultdict(float)
    for (_, turn), per_h in onward.items():
        arriving[turn] += per_h
    outside = {turn: max(0.0, per_h - arriving[turn]) for turn, per_h in turns.items()}
    return Flows(turns, outside, dict(onward), ways)


def _onward(
    way: tuple[str, ...], share: float, leaving: Mapping[str, list[tuple[str, float]]], signalled: AbstractSet[Turning]
) -> Iterable[tuple[tuple[str, ...], float]]:
    """From the edge at the end of `way` to the next signalled turns, which end what is yielded, with their shares."""
    turns = leaving.get(way[-1], [])
    total = sum(per_h for _, per_h in turns)
    for to, per_h in turns:
        part = share * per_h / total if total else 0.0
        if part < FAINT or len(way) > FAR:
            continue
        if (way[-1], to) in signalled:
            yield (*way, to), part
        else:
            yield from _onward((*way, to), part, leaving, signalled)
