"""Signals as the plain file that `plans_file` reads: what goes out comes in again the same."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from turnout.signals.model import SECOND_MS, Arterial, Junction, Plan, Signals, Stop, Wave
from turnout.signals.plans_file import FORMAT
from turnout.words.name import Name

KMH: Final = 3.6


def plans_file(signals: Signals, remark: str = "") -> bytes:
    """`remark`: lines for people, written above as comments."""
    lines = [f"# {line}" for line in remark.splitlines()]
    lines.append(f"format = {_value(FORMAT)}")
    for junction in signals.junctions:
        lines += ["", "[[junction]]", *_junction(junction)]
    for arterial in signals.arterials:
        lines += ["", "[[arterial]]", *_arterial(arterial)]
    return ("\n".join(lines) + "\n").encode()


def _junction(junction: Junction) -> Iterable[str]:
    yield from _pairs({"id": junction.id, "name": junction.name})
    least: dict[str, dict[str, float]] = defaultdict(dict)
    for each in junction.intergreens:
        least[each.ending][each.beginning] = _s(each.least_ms)
    if least:
        yield f"intergreen_s = {_value(dict(least))}"
    tables: dict[str, list[dict[str, Any]]] = {
        "group": [
            {
                "id": each.id,
                "kind": each.kind,
                "min_green_s": _s(each.min_green_ms),
                "amber_s": _s(each.ending_ms),
                "red_amber_s": _s(each.starting_ms),
                "clearance_s": _s(each.clearance_ms),
                "max_red_s": _s(each.max_red_ms),
            }
            for each in junction.groups
        ],
        "approach": [
            {"id": each.id, "name": each.name, "lanes": max(each.lanes, 1), "speed_kmh": _kmh(each.speed_mps)}
            for each in junction.approaches
        ],
        "movement": [
            {
                "id": each.id,
                "approach": each.approach,
                "turn": each.turn,
                "group": each.group,
                "yields_to": list(each.yields_to),
            }
            for each in junction.movements
        ],
        "stage": [{"id": each.id, "groups": list(each.groups)} for each in junction.stages],
        "detector": [
            {
                "id": each.id,
                "approach": each.approach,
                "lane": each.lane,
                "before_stop_line_m": each.before_stop_line_m,
                "length_m": each.length_m,
            }
            for each in junction.detectors
        ],
        "plan": [_plan(each) for each in junction.plans],
        "hours": [
            {
                "plan": each.plan,
                "days": list(each.days),
                "from": f"{each.from_minute // 60:02}:{each.from_minute % 60:02}",
            }
            for each in junction.hours
        ],
    }
    for name, rows in tables.items():
        for row in rows:
            yield ""
            yield f"[[junction.{name}]]"
            yield from _pairs(row)


def _plan(plan: Plan) -> dict[str, Any]:
    greens: dict[str, list[list[float]]] = defaultdict(list)
    for window in plan.windows:
        greens[window.group].append([_s(window.from_ms), _s(window.to_ms)])
    return {"id": plan.id, "cycle_s": _s(plan.cycle_ms), "offset_s": _s(plan.offset_ms), "greens": dict(greens)}


def _arterial(arterial: Arterial) -> Iterable[str]:
    yield from _pairs({"id": arterial.id, "name": arterial.name})
    for stop in arterial.stops:
        yield ""
        yield "[[arterial.stop]]"
        yield from _pairs(_stop(stop))
    for wave in arterial.waves:
        yield ""
        yield "[[arterial.wave]]"
        yield from _pairs(_wave(wave))


def _stop(stop: Stop) -> dict[str, Any]:
    row: dict[str, Any] = {
        "junction": stop.junction,
        "outbound": stop.outbound,
        "inbound": stop.inbound,
        "to_next_m": stop.to_next_m,
        "back_m": stop.back_m,
        "speed_kmh": [_kmh(speed) for speed in stop.speed_mps],
        "outbound_queue_s": _s(stop.outbound_queue_ms),
        "inbound_queue_s": _s(stop.inbound_queue_ms),
        "outbound_per_h": stop.outbound_per_h,
        "inbound_per_h": stop.inbound_per_h,
    }
    turns = stop.left_turns
    if turns is not None:
        row["left_turns"] = {
            "cross": turns.cross,
            "outbound_left": turns.outbound_left,
            "inbound_left": turns.inbound_left,
            "orders": list(turns.orders),
        }
    return row


def _wave(wave: Wave) -> dict[str, Any]:
    return {
        "id": wave.id,
        "plan": wave.plan,
        "cycle_s": [_s(each) for each in wave.cycle_ms],
        "inbound_to_outbound": wave.inbound_to_outbound,
        "same_width": wave.same_width,
        "method": wave.method,
        "speed_change_kmh": _kmh(wave.speed_change_mps),
    }


def _s(ms: int) -> float:
    return ms / SECOND_MS


def _kmh(speed_mps: float) -> float:
    return round(speed_mps * KMH, 6)


def _pairs(row: dict[str, Any]) -> Iterable[str]:
    return (f"{_key(key)} = {_value(value)}" for key, value in row.items())


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _value(key)


def _value(value: Any) -> str:
    """As in JSON, which TOML reads alike but for tables and the one control character that JSON lets stand."""
    if isinstance(value, Name):
        return _value({"en": value.en, "zh": value.zh})
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(round(value, 6))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
