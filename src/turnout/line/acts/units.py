"""Verbs about units: send, status, clear, free, move up, log on, out of service, pre-empt, relieve, duress."""

from turnout.core.board import Board
from turnout.core.units.commands import (
    AnswerDuress,
    AnswerRollCall,
    AssignUnits,
    ChangeVehicle,
    ClearUnits,
    ExchangeUnits,
    FreeUnits,
    GiveLateReason,
    MoveUp,
    NoteUnit,
    PreemptUnit,
    RaiseDuress,
    RelieveUnit,
    ReportStatus,
    SelfInitiate,
    StackIncident,
    StartRollCall,
    TakeOutOfService,
)
from turnout.line.grammar import Values
from turnout.line.reading import Effect
from turnout.line.trouble import CannotRead
from turnout.line.verbs import NOTHING, Made, Making, Verb, anyway, joined, pattern, slot, word
from turnout.words.identity import UnitId
from turnout.words.name import Name


def _send(values: Values, making: Making) -> Made:
    if not values.get("units"):
        return Made(send_recommended=values["incident"])
    override = making.override()
    reason = override or making.note
    return Made(
        (AssignUnits(incident_id=values["incident"], units=values["units"], reason=reason, override=override),),
        also=anyway(override),
    )


def _status(values: Values, making: Making) -> Made:
    units, km, override = values["units"], values.get("km"), making.override()
    if km is not None and len(units) > 1:
        raise CannotRead("one-unit", Name("an odometer is of one unit", "里程只能对应一个单元"))
    reports = tuple(
        ReportStatus(
            unit=unit,
            status=values["status"],
            destination=values.get("hospital"),
            odometer_km=km,
            override=override,
        )
        for unit in units
    )
    return Made(reports, also=joined(kilometres(making.board, units, km), anyway(override)))


def _clear(values: Values, making: Making) -> Made:
    units, km, override = values["units"], values.get("km"), making.override()
    disposition = values["disposition"] or ""
    command = ClearUnits(units=units, disposition=disposition, odometer_km=km, override=override)
    return Made((command,), also=joined(kilometres(making.board, units, km), anyway(override)))


def kilometres(board: Board, units: tuple[str, ...], km: float | None) -> Name:
    """The odometer that the line gives; where a unit's is known and the line gives none, it is asked for (3.6)."""
    if km is not None:
        return Name(f"odometer {km:g} km", f"里程 {km:g} 公里")
    unit = board.units.get(UnitId(units[0])) if len(units) == 1 else None
    if unit is None or unit.odometer_km is None:
        return NOTHING
    last = f"{unit.odometer_km:g}"
    return Name(f"odometer? (last {last} km)", f"里程？（上次 {last} 公里）")


def _stack(values: Values, making: Making) -> Made:
    unit, incident, way = values["unit"], values["incident"], values.get("way")
    command = StackIncident(
        unit=unit, incident_id=incident, first=way == "first", remove=way == "drop", place=values.get("nth")
    )
    return Made((command,), also=_STACKED.get(way or "", NOTHING))


_STACKED = {"first": Name("next of all", "排在最前"), "drop": Name("no longer held", "移出待办")}


def _held(values: Values, making: Making) -> Made:
    unit = making.board.units[UnitId(values["unit"])]
    tags = [making.board.incidents[id].tag for id in unit.stack if id in making.board.incidents]
    return Made(effect=Effect("open-unit", unit.id), also=Name(", ".join(tags) or "nothing", "、".join(tags) or "无"))


def _self_initiate(values: Values, making: Making) -> Made:
    return Made(
        (
            SelfInitiate(
                incident_id=making.new_id(),
                unit=values["unit"],
                type=values["type"],
                location=making.locate(values["place"]),
                narrative=making.note,
            ),
        )
    )


def _out(values: Values, making: Making) -> Made:
    return Made((TakeOutOfService(units=values["units"], reason=values["out-of-service"], note=making.note),))


VERBS = (
    Verb(
        "send",
        ("d", "send", "派", "派遣", "pq"),
        Name("Send units; without units, those recommended", "派遣；不写单元则按推荐派遣"),
        "D E07 T03 F12",
        (pattern("units incident"), pattern("incident units"), pattern("incident")),
        _send,
        Name("Send {units} to {incident}", "派 {units} 赴 {incident}"),
    ),
    Verb(
        "status",
        ("s", "status", "状", "状态", "zt"),
        Name("Report a status", "报告状态"),
        "S E07 ENR",
        (pattern("units status hospital? km?"),),
        _status,
        Name("{units}: {status}", "{units}：{status}"),
    ),
    Verb(
        "clear",
        ("c", "clear", "清", "归队", "gd"),
        Name("Clear units from their incident", "单元归队"),
        "C E07 RPT",
        (pattern("units disposition? km?"),),
        _clear,
        Name("Clear {units}", "{units} 归队"),
    ),
    Verb(
        "free",
        ("fr", "free", "可调", "kd"),
        Name("Free: may be sent elsewhere", "可另派"),
        "FR E07",
        (pattern("units"),),
        lambda v, m: Made((FreeUnits(units=v["units"]),)),
        Name("{units} may be sent elsewhere", "{units} 可另行派遣"),
    ),
    Verb(
        "move-up",
        ("m", "moveup", "调防", "df"),
        Name("Fill in at a station", "调防补位"),
        "M E07 ST15",
        (pattern("unit station"),),
        lambda v, m: Made((MoveUp(unit=v["unit"], station=v["station"], reason=m.note),)),
        Name("{unit} fills in at {station}", "{unit} 调防至 {station}"),
    ),
    Verb(
        "out",
        ("oos", "out", "停用", "ty"),
        Name("Out of service", "停用"),
        "OOS E07 MECHANICAL",
        (pattern("units out-of-service"),),
        _out,
        Name("{units} out of service: {out-of-service}", "{units} 停用：{out-of-service}"),
    ),
    Verb(
        "preempt",
        ("v", "preempt", "抢派", "qp"),
        Name("Take a unit off its incident for another", "抢派"),
        "V E07 F13 LIFE-AT-RISK",
        (pattern("unit incident preempt"),),
        lambda v, m: Made((PreemptUnit(unit=v["unit"], to_incident=v["incident"], reason=v["preempt"]),)),
        Name("Take {unit} off its incident for {incident}", "抢派 {unit} 赴 {incident}"),
    ),
    Verb(
        "relieve",
        ("rv", "relieve", "接替", "jt"),
        Name("One unit takes over from another", "接替"),
        "RV E07 E01",
        (pattern("unit unit:by"),),
        lambda v, m: Made((RelieveUnit(unit=v["unit"], by=v["by"]),)),
        Name("{by} relieves {unit}", "{by} 接替 {unit}"),
    ),
    Verb(
        "exchange",
        ("ex", "exchange", "对调", "dd"),
        Name("Two units swap incidents", "对调"),
        "EX E07 E01",
        (pattern("unit unit:other"),),
        lambda v, m: Made((ExchangeUnits(one=v["unit"], other=v["other"]),)),
        Name("{unit} and {other} swap incidents", "{unit} 与 {other} 对调"),
    ),
    Verb(
        "stack",
        ("q", "stack", "排队", "pd"),
        Name("Hold an incident for a unit", "为单元排队"),
        "Q 3A01 F13 FIRST",
        (
            (*pattern("unit incident"), word("way", "first", "最前", "zq")),
            (*pattern("unit incident"), word("way", "drop", "移出", "yc")),
            pattern("unit incident nth"),
            pattern("unit incident"),
        ),
        _stack,
        Name("{incident} waits for {unit} {nth}", "{incident} 排给 {unit} {nth}"),
    ),
    Verb(
        "held",
        ("qs", "held", "待办", "db"),
        Name("What a unit holds, in order; opens its sheet", "单元的待办顺序，并打开单元页"),
        "QS 3A01",
        (pattern("unit"),),
        _held,
        Name("{unit} holds", "{unit} 的待办"),
    ),
    Verb(
        "self-initiate",
        ("o", "onview", "自报", "zb"),
        Name("A crew has come upon something", "单元自行发现"),
        "O 3A01 16TH/MISSION STOP",
        (pattern("unit place type"),),
        _self_initiate,
        Name("{unit} is at {place}: {type}", "{unit} 在 {place}：{type}"),
    ),
    Verb(
        "vehicle",
        ("ve", "vehicle", "换车", "hc"),
        Name("Another vehicle", "换车"),
        "VE E07 R112",
        (pattern("unit text"),),
        lambda v, m: Made((ChangeVehicle(unit=v["unit"], vehicle=v["text"]),)),
        Name("{unit} now in vehicle {text}", "{unit} 换乘 {text}"),
    ),
    Verb(
        "unit-note",
        ("un", "unitnote", "备注", "bz"),
        Name("A note on a unit", "单元备注"),
        "UN E07 short of foam",
        (pattern("unit text"),),
        lambda v, m: Made((NoteUnit(unit=v["unit"], note=v["text"]),)),
        Name("Note on {unit}: {text}", "{unit} 备注：{text}"),
    ),
    Verb(
        "duress",
        ("mayday", "!!", "紧急", "jj"),
        Name("A crew is in danger", "单元遇险"),
        "!! E07",
        (pattern("unit"),),
        lambda v, m: Made((RaiseDuress(unit=v["unit"]),)),
        Name("{unit} is in danger: tell everybody", "{unit} 遇险，通报全体"),
    ),
    Verb(
        "answer-duress",
        ("ad", "answerduress", "应答紧急", "ydjj"),
        Name("Answer or clear an emergency button", "应答或解除紧急"),
        "AD E07 CLEAR",
        ((slot("unit"), word("way", "clear", "解除", "jc")), (slot("unit"),)),
        lambda v, m: Made((AnswerDuress(unit=v["unit"], clear=v.get("way") == "clear"),)),
        Name("Emergency of {unit} answered", "已应答 {unit} 的紧急呼叫"),
    ),
    Verb(
        "roll-call",
        ("rc", "par", "点名", "dm"),
        Name("Roll-call; with a unit, its answer", "点名；写单元为应答"),
        "RC F12",
        (pattern("incident unit:answered"), pattern("incident")),
        lambda v, m: Made(
            (
                AnswerRollCall(incident_id=v["incident"], unit=v["answered"])
                if v.get("answered")
                else StartRollCall(incident_id=v["incident"]),
            )
        ),
        Name("Roll-call at {incident}", "{incident} 点名"),
    ),
    Verb(
        "late-reason",
        ("lr", "latereason", "迟因", "cy"),
        Name("Why a standard was missed", "超时原因"),
        "LR E07 F12 TURNOUT TRAFFIC",
        (
            (slot("unit"), slot("incident"), word("interval", "acknowledge", "ack", "接令"), slot("late")),
            (slot("unit"), slot("incident"), word("interval", "turnout", "出动"), slot("late")),
            (slot("unit"), slot("incident"), word("interval", "travel", "行程"), slot("late")),
            (slot("unit"), slot("incident"), word("interval", "on-scene", "现场"), slot("late")),
        ),
        lambda v, m: Made(
            (GiveLateReason(incident_id=v["incident"], unit=v["unit"], interval=v["interval"], reason=v["late"]),)
        ),
        Name("{unit} late at {incident}: {late}", "{unit} 在 {incident} 超时：{late}"),
    ),
)
