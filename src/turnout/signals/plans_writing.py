"""Signals as the plain file that `plans_file.read_plans` reads: in the order and the words of the manual.

What is read back is equal; of a speed, which the file has in kilometres per hour, to the last digits of a float.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from turnout.signals.model import (
    DAYS,
    SECOND_MS,
    Arterial,
    Detector,
    InForce,
    Junction,
    LeftTurns,
    Plan,
    SignalGroup,
    Signals,
    Stop,
    Wave,
)
from turnout.signals.plans_file import FORMAT
from turnout.words.name import Name

Row = dict[str, object]
Remarks = Mapping[str, Sequence[str]]
INDENT: Final = "  "


def write_plans(signals: Signals, head: Sequence[str] = (), remarks: Remarks | None = None) -> bytes:
    """The file as UTF-8. `head`: comments at its top; `remarks`: comments above a junction, by its identity."""
    lines = [*map(_comment, head), f"format = {_text(FORMAT)}"]
    for junction in signals.junctions:
        lines += ["", *map(_comment, (remarks or {}).get(junction.id, ())), "[[junction]]", *_junction(junction)]
    for arterial in signals.arterials:
        lines += ["", "[[arterial]]", *_arterial(arterial)]
    return ("\n".join(lines) + "\n").encode()


def _comment(line: str) -> str:
    """No line of a comment may end early, nor hold what TOML forbids there."""
    return ("# " + "".join(mark if mark.isprintable() else " " for mark in line)).rstrip()


def _text(value: str) -> str:
    """Escaped as in JSON, which TOML reads alike but for the one control character that JSON lets stand."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case Name():
            return f"{{ en = {_text(value.en)}, zh = {_text(value.zh)} }}"
        case Mapping():
            inner = ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case tuple() | list():
            return f"[{', '.join(map(_value, value))}]"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else _text(name)


def _fields(row: Row, depth: int = 0) -> Iterable[str]:
    return (f"{INDENT * depth}{_key(key)} = {_value(value)}" for key, value in row.items())


def _table(name: str, row: Row) -> Iterable[str]:
    yield ""
    yield f"{INDENT}[[{name}]]"
    yield from _fields(row, 1)


def _kept(row: Row, defaults: Row) -> Row:
    """Without what stands for itself."""
    return {key: value for key, value in row.items() if key not in defaults or defaults[key] != value}


def _s(duration_ms: int) -> float:
    return duration_ms / SECOND_MS


def _kmh(speed_mps: float) -> float:
    """With as few digits as read back to the same speed."""
    exact = speed_mps * 3.6
    return next((short for digits in range(7) if (short := round(exact, digits)) / 3.6 == speed_mps), exact)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _junction(junction: Junction) -> Iterable[str]:
    head: Row = {"id": junction.id, "name": junction.name, "at": junction.at}
    yield from _fields(_kept(head, {"at": None}))
    for approach in junction.approaches:
        row: Row = {"id": approach.id, "name": approach.name, "lanes": approach.lanes}
        row |= {"speed_kmh": _kmh(approach.speed_mps), "street": approach.street, "heading_deg": approach.heading_deg}
        row |= {"osm_way": approach.osm_way}
        yield from _table("junction.approach", _kept(row, {"street": None, "heading_deg": None, "osm_way": 0}))
    for movement in junction.movements:
        row = {"id": movement.id, "approach": movement.approach, "turn": movement.turn, "group": movement.group}
        yield from _table("junction.movement", _kept(row | {"yields_to": movement.yields_to}, {"yields_to": ()}))
    for group in junction.groups:
        yield from _table("junction.group", _group(group))
    if junction.intergreens:
        yield from ("", f"{INDENT}[junction.intergreen_s]")
        yield from _fields(_intergreens(junction), 1)
    for stage in junction.stages:
        yield from _table("junction.stage", {"id": stage.id, "groups": stage.groups})
    for each in junction.detectors:
        yield from _table("junction.detector", _detector(each))
    for plan in junction.plans:
        yield from _table("junction.plan", _plan(plan))
    for hours in junction.hours:
        yield from _table("junction.hours", _hours(hours))


def _detector(detector: Detector) -> Row:
    row: Row = {"id": detector.id}
    if detector.before_stop_line_m is None:
        row |= {"behind": True, "lane": detector.lane, "length_m": detector.length_m}
    else:
        row |= {"approach": detector.approach, "lane": detector.lane}
        row |= {"before_stop_line_m": detector.before_stop_line_m, "length_m": detector.length_m}
    return row | _kept({"to_lane": detector.to_lane, "groups": detector.groups}, {"to_lane": 0, "groups": ()})


def _group(group: SignalGroup) -> Row:
    row: Row = {"id": group.id, "kind": group.kind}
    row |= {"min_green_s": _s(group.min_green_ms), "amber_s": _s(group.ending_ms)}
    rare: Row = {"red_amber_s": _s(group.starting_ms), "clearance_s": _s(group.clearance_ms)}
    rare |= {"max_red_s": _s(group.max_red_ms)}
    return row | _kept(rare, dict.fromkeys(rare, 0.0))


def _intergreens(junction: Junction) -> Row:
    endings = dict.fromkeys(each.ending for each in junction.intergreens)
    return {
        ending: {each.beginning: _s(each.least_ms) for each in junction.intergreens if each.ending == ending}
        for ending in endings
    }


def _plan(plan: Plan) -> Row:
    greens: dict[str, list[tuple[float, float]]] = {}
    for window in plan.windows:
        greens.setdefault(window.group, []).append((_s(window.from_ms), _s(window.to_ms)))
    return {"id": plan.id, "cycle_s": _s(plan.cycle_ms), "offset_s": _s(plan.offset_ms), "greens": greens}


def _hours(hours: InForce) -> Row:
    return _kept({"plan": hours.plan, "days": hours.days, "from": _clock(hours.from_minute)}, {"days": DAYS})


def _arterial(arterial: Arterial) -> Iterable[str]:
    yield from _fields({"id": arterial.id, "name": arterial.name})
    for stop in arterial.stops:
        yield from _table("arterial.stop", _stop(stop))
    for wave in arterial.waves:
        yield from _table("arterial.wave", _wave(wave))


def _stop(stop: Stop) -> Row:
    row: Row = {"junction": stop.junction, "outbound": stop.outbound, "inbound": stop.inbound}
    row |= {"to_next_m": stop.to_next_m, "back_m": stop.back_m, "speed_kmh": tuple(map(_kmh, stop.speed_mps))}
    row |= {"outbound_queue_s": _s(stop.outbound_queue_ms), "inbound_queue_s": _s(stop.inbound_queue_ms)}
    row |= {"outbound_per_h": stop.outbound_per_h, "inbound_per_h": stop.inbound_per_h}
    defaults: Row = dict.fromkeys(("outbound_queue_s", "inbound_queue_s", "outbound_per_h", "inbound_per_h"), 0.0)
    kept = _kept(row, defaults | {"outbound": "", "inbound": "", "to_next_m": 0.0, "back_m": 0.0})
    return kept if stop.left_turns is None else kept | {"left_turns": _left_turns(stop.left_turns)}


def _left_turns(turns: LeftTurns) -> Row:
    row: Row = {"cross": turns.cross, "outbound_left": turns.outbound_left, "inbound_left": turns.inbound_left}
    return row | {"orders": turns.orders}


def _wave(wave: Wave) -> Row:
    row: Row = {"id": wave.id, "plan": wave.plan, "cycle_s": tuple(map(_s, wave.cycle_ms)), "method": wave.method}
    row |= {"inbound_to_outbound": wave.inbound_to_outbound, "same_width": wave.same_width}
    row |= {"speed_change_kmh": _kmh(wave.speed_change_mps)}
    defaults: Row = {"plan": "", "cycle_s": (0.0, 0.0), "inbound_to_outbound": 1.0, "same_width": False}
    return _kept(row, defaults | {"speed_change_kmh": 0.0})
