"""Verbs about crews and shifts: log on with who and what, plan, change, cancel, begin (3.4, 3.5); tasks (4.4)."""

from msgspec.structs import replace

from turnout.core.board import Board, OnIncident, Shift
from turnout.core.commands import Command
from turnout.core.roster.commands import BeginShift, CancelShift, ChangeShift, ScheduleShift
from turnout.core.spoken import TASK_NAMES
from turnout.core.units.commands import ChangeRole, LogOff, LogOn, ReturnToService
from turnout.line.crew_words import Hours, aboard, clock_of, hours, local_clock, zone_of
from turnout.line.grammar import Values
from turnout.line.tokens import key_of
from turnout.line.trouble import CannotRead
from turnout.line.verbs import Made, Making, Verb, pattern, slot, word
from turnout.words.identity import IncidentId, UnitId
from turnout.words.name import Name


def _log(values: Values, making: Making) -> Made:
    units, way = values["units"], values["way"]
    if way == "on":
        return _log_on(units, (values.get("text") or "").split(), making)
    if way == "shift":
        shifts = [_next_shift(making.board, unit) for unit in units]
        return Made(tuple(BeginShift(shift_id=shift.id) for shift in shifts), also=_crews(shifts))
    commands: dict[str, tuple[Command, ...]] = {"off": (LogOff(units=units),), "in": (ReturnToService(units=units),)}
    return Made(commands[way])


def _log_on(units: tuple[str, ...], words: list[str], making: Making) -> Made:
    said = aboard(words, making.board.catalogue)
    if words and len(units) > 1:
        raise CannotRead("one-unit", Name("a crew is on one unit", "人员只能登记到一个单元"))
    commands = tuple(
        LogOn(
            unit=unit,
            crew=said.crew,
            vehicle=said.vehicle,
            equipment=said.equipment,
            station=said.station,
            odometer_km=said.odometer_km,
        )
        for unit in units
    )
    return Made(commands, also=said.said())


def _crews(shifts: list[Shift]) -> Name:
    crews = [f"{shift.unit}: {', '.join(one.staff for one in shift.crew) or '–'}" for shift in shifts]
    return Name("; ".join(crews), "；".join(crews))


def _next_shift(board: Board, unit: str, clock: tuple[int, int] | None = None) -> Shift:
    """The next that has not begun, or the next that begins at `clock`. Raises `CannotRead`."""
    zone = zone_of(board.catalogue)
    waiting = [shift for shift in board.shifts.values() if shift.unit == unit and shift.began is None]
    fitting = [shift for shift in waiting if clock is None or local_clock(shift.begins, zone) == clock]
    if not fitting:
        raise CannotRead("no-shift", Name(f"no such shift of {unit} is planned", f"{unit} 没有这样的班次"))
    return min(fitting, key=lambda shift: shift.begins)


def _plan(values: Values, making: Making) -> Made:
    zone = zone_of(making.board.catalogue)
    when = hours(values["text"].split(), making.now, zone)
    said = aboard(when.rest, making.board.catalogue)
    command = ScheduleShift(
        shift_id=making.new_id(),
        unit=values["unit"],
        begins=when.begins,
        ends=when.ends,
        crew=said.crew,
        vehicle=said.vehicle,
        equipment=said.equipment,
        station=said.station,
        note=making.note,
    )
    return Made((command,), also=_times(when.said(zone), said.said()))


def _times(times: str, said: Name) -> Name:
    return Name(f"{times}; {said.en}".rstrip("; "), f"{times}；{said.zh}".rstrip("；"))


def _change(values: Values, making: Making) -> Made:
    """What is not said stays: `SHC E07 0700 0800-2000` only moves it."""
    words = values["text"].split()
    clock = clock_of(words[0])
    known = _next_shift(making.board, values["unit"], clock)
    zone = zone_of(making.board.catalogue)
    when = hours(words if clock is None else words[1:], making.now, zone)
    said = aboard(when.rest, making.board.catalogue)
    command = ChangeShift(
        shift_id=known.id,
        begins=when.begins,
        ends=when.ends,
        crew=said.crew or known.crew,
        vehicle=said.vehicle or known.vehicle,
        equipment=said.equipment or known.equipment,
        station=said.station or known.station,
        by_itself=known.by_itself,
        note=making.note or known.note,
        was=known.changed,
    )
    whole = replace(said, crew=command.crew, vehicle=command.vehicle, equipment=command.equipment)
    return Made((command,), also=_times(when.said(zone), whole.said()))


def _cancel(values: Values, making: Making) -> Made:
    said = values.get("text") or ""
    clock = clock_of(said)
    if said and clock is None:
        raise CannotRead("no-times", Name(f"“{said}” is no time, as 0700", f"“{said}”不是时间，如 0700"))
    shift = _next_shift(making.board, values["unit"], clock)
    at = Hours(shift.begins, shift.ends, []).said(zone_of(making.board.catalogue))
    return Made((CancelShift(shift_id=shift.id, reason=making.note),), also=Name(at, at))


def _task(values: Values, making: Making) -> Made:
    """Of the incident that the unit is on; a task by its code or its name, else as it was typed."""
    unit = making.board.units.get(UnitId(values["unit"]))
    if unit is None or not isinstance(unit.status, OnIncident):
        said = Name(f"{values['unit']} is on no incident", f"{values['unit']} 没有在处置警情")
        raise CannotRead("unit-on-no-incident", said)
    wanted = key_of(values["text"])
    codes = (code for code, name in TASK_NAMES.items() if wanted in (code, key_of(name.en), key_of(name.zh)))
    role = next(codes, wanted)
    tag = making.board.incidents[IncidentId(unit.status.incident)].tag
    return Made((ChangeRole(incident_id=unit.status.incident, unit=unit.id, role=role),), also=Name(tag, tag))


VERBS = (
    Verb(
        "log",
        ("l", "log", "登记", "dj"),
        Name("Log on, log off, back in service", "上线、下线、恢复执勤"),
        "L E07 ON 2041=Chen/als 2042 #R112 12034km",
        (
            (slot("units"), word("way", "on", "上线", "sx"), slot("text?")),
            (slot("units"), word("way", "off", "下线", "xx")),
            (slot("units"), word("way", "in", "恢复", "hf")),
            (slot("units"), word("way", "shift", "按班", "ab")),
        ),
        _log,
        Name("{units}: {way}", "{units}：{way}"),
    ),
    Verb(
        "shift",
        ("sh", "shift", "排班", "pb"),
        Name("Plan a shift: times, crew, vehicle", "排班：时间、人员、车辆"),
        "SH E07 TOMORROW 0700-1900 2041=Chen/als 2042 #R112",
        (pattern("unit text"),),
        _plan,
        Name("Shift of {unit}", "{unit} 排班"),
    ),
    Verb(
        "shift-change",
        ("shc", "shiftchange", "改班", "gb"),
        Name("Change a planned shift; what is not said stays", "更改班次，未写的不变"),
        "SHC E07 0700 TOMORROW 0800-2000",
        (pattern("unit text"),),
        _change,
        Name("Change the shift of {unit}", "更改 {unit} 的班次"),
    ),
    Verb(
        "shift-cancel",
        ("shx", "shiftcancel", "取消班次", "qxbc"),
        Name("Cancel a planned shift: the next, or by its beginning", "取消班次：下一班，或按开始时间"),
        "SHX E07 0700",
        (pattern("unit text?"),),
        _cancel,
        Name("Cancel the shift of {unit}", "取消 {unit} 的班次"),
    ),
    Verb(
        "task",
        ("ro", "role", "任务", "rw"),
        Name("What a unit does at its incident", "单元在现场的任务"),
        "RO E13 SEARCH",
        (pattern("unit text"),),
        _task,
        Name("{unit} does: {text}", "{unit} 的任务：{text}"),
    ),
)
