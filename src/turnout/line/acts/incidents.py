"""Verbs about incidents: open, note, change, route, hold, close, cancel, reopen, link, merge, split."""

from turnout.core.incidents.commands import (
    AddAgency,
    AddNarrative,
    CancelIncident,
    ChangeIncident,
    ClaimIncident,
    CloneIncident,
    CloseIncident,
    DisposeAgency,
    HoldIncident,
    LinkIncidents,
    MergeIncidents,
    OpenIncident,
    ReleaseIncident,
    Relocate,
    ReopenIncident,
    RequestTransfer,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    SetPrimary,
    SplitIncident,
)
from turnout.line.grammar import Values
from turnout.line.verbs import Made, Making, Verb, anyway, pattern, slot, word
from turnout.words.name import Name


def _open(values: Values, making: Making) -> Made:
    return Made(
        (
            OpenIncident(
                incident_id=making.new_id(),
                type=values["type"],
                location=making.locate(values["place"]),
                narrative=making.note,
            ),
        )
    )


def _note(values: Values, making: Making) -> Made:
    text = " ".join(part for part in (values.get("text") or "", making.note) if part)
    return Made((AddNarrative(incident_id=values["incident"], entry_id=making.new_id(), text=text),))


def _priority(values: Values, making: Making) -> Made:
    was = making.board.incidents[values["incident"]].priority
    return Made(
        (
            ChangeIncident(
                incident_id=values["incident"],
                field="priority",
                was=was,
                becomes=values["priority"],
                reason=making.note,
            ),
        )
    )


def _retype(values: Values, making: Making) -> Made:
    was = making.board.incidents[values["incident"]].type
    return Made((Retype(incident_id=values["incident"], was=was, type=values["type"]),))


def _relocate(values: Values, making: Making) -> Made:
    was = making.show(making.board.incidents[values["incident"]].location.text)
    location = making.locate(values["place"])
    return Made((Relocate(incident_id=values["incident"], was=was, location=location),))


def _alarm(values: Values, making: Making) -> Made:
    was = making.board.incidents[values["incident"]].alarm_level
    level = values["level"] if values["level"] is not None else was + 1
    command = SetAlarmLevel(incident_id=values["incident"], was=was, level=level, reason=making.note)
    if level <= was:
        return Made((command,))
    return Made((command,), send_recommended=values["incident"], recommend_level=level)


def _close(values: Values, making: Making) -> Made:
    override = making.override()
    note = override or making.note
    command = CloseIncident(
        incident_id=values["incident"], disposition=values["disposition"], note=note, override=override
    )
    return Made((command,), also=anyway(override))


def _cancel(values: Values, making: Making) -> Made:
    return Made((CancelIncident(incident_id=values["incident"], reason=values["cancel"], note=making.note),))


def _hold(values: Values, making: Making) -> Made:
    reason = values["text"] or making.note or "-"
    return Made((HoldIncident(incident_id=values["incident"], reason=reason),))


def _reopen(values: Values, making: Making) -> Made:
    return Made((ReopenIncident(incident_id=values["incident"], reason=values["reopen"], note=making.note),))


def _dispose(values: Values, making: Making) -> Made:
    return Made(
        (DisposeAgency(incident_id=values["incident"], agency=values["agency"], disposition=values["disposition"]),)
    )


def _primary(values: Values, making: Making) -> Made:
    """A unit stands first among its own agency's; with AUTO, the computed ranking of the agency holds again."""
    if values.get("way"):
        agency, unit = values["agency"], ""
    else:
        unit = values["unit"]
        agency = making.board.units[unit].agency
    return Made((SetPrimary(incident_id=values["incident"], agency=agency, unit=unit, reason=making.note),))


def _split(values: Values, making: Making) -> Made:
    return Made((SplitIncident(incident_id=values["incident"], child_id=making.new_id(), type=values["type"]),))


VERBS = (
    Verb(
        "open",
        ("e", "new", "新", "新警情", "xjq"),
        Name("New incident", "新建警情"),
        "E 300 MISSION ST STRUCTURE FIRE; smoke",
        (pattern("place type"),),
        _open,
        Name("New incident: {type} at {place}", "新建警情：{place}，{type}"),
    ),
    Verb(
        "note",
        ("n", "note", "记", "记录", "jl"),
        Name("Add to the narrative", "补充记录"),
        "N F12 caller is outside",
        (pattern("incident text"), pattern("incident")),
        _note,
        Name("Add to {incident}: {text}", "在 {incident} 记录：{text}"),
    ),
    Verb(
        "priority",
        ("p", "pri", "级", "级别", "jb"),
        Name("Change the priority", "调整级别"),
        "P F12 1; caller trapped",
        (pattern("incident priority"),),
        _priority,
        Name("{incident} becomes priority {priority}", "{incident} 调整为 {priority} 级"),
    ),
    Verb(
        "retype",
        ("y", "type", "改类", "改类型", "glx"),
        Name("Change the type", "更改类型"),
        "Y F12 GAS",
        (pattern("incident type"),),
        _retype,
        Name("{incident} becomes {type}", "{incident} 改为 {type}"),
    ),
    Verb(
        "relocate",
        ("at", "@", "move", "改址", "gz"),
        Name("Change the place", "更改地点"),
        "AT F12 16TH/MISSION",
        (pattern("incident place"),),
        _relocate,
        Name("{incident} is at {place}", "{incident} 的地点改为 {place}"),
    ),
    Verb(
        "alarm",
        ("a", "alarm", "增援", "zy"),
        Name("Set the alarm level and send what it adds", "升降警级并增派"),
        "A F12 2",
        (pattern("incident level?"),),
        _alarm,
        Name("{incident} to alarm level {level}", "{incident} 升至 {level} 级警"),
    ),
    Verb(
        "close",
        ("x", "close", "结", "结案", "ja"),
        Name("Close with a disposition", "结束警情"),
        "X F12 RPT",
        (pattern("incident disposition"),),
        _close,
        Name("Close {incident}: {disposition}", "结束 {incident}：{disposition}"),
    ),
    Verb(
        "cancel",
        ("k", "cancel", "撤", "撤销", "cx"),
        Name("Cancel an incident", "撤销警情"),
        "K F12 DUPLICATE",
        (pattern("incident cancel"),),
        _cancel,
        Name("Cancel {incident}: {cancel}", "撤销 {incident}：{cancel}"),
    ),
    Verb(
        "hold",
        ("h", "hold", "暂缓", "zh"),
        Name("Hold for a decision", "暂缓待定"),
        "H F12 waiting for the key holder",
        (pattern("incident text?"),),
        _hold,
        Name("Hold {incident}", "暂缓 {incident}"),
    ),
    Verb(
        "release",
        ("hr", "release", "放行", "fx"),
        Name("Release to the queue", "放行入队"),
        "HR F12",
        (pattern("incident"),),
        lambda v, m: Made((ReleaseIncident(incident_id=v["incident"]),)),
        Name("Release {incident} to the queue", "{incident} 放行入队"),
    ),
    Verb(
        "route",
        ("g", "route", "转", "转组", "zz"),
        Name("Route to another group", "转给其他调度组"),
        "G F12 POLICE-NORTH",
        (pattern("incident group"),),
        lambda v, m: Made((RouteIncident(incident_id=v["incident"], group=v["group"]),)),
        Name("Route {incident} to {group}", "{incident} 转给 {group}"),
    ),
    Verb(
        "claim",
        ("z", "claim", "认领", "rl"),
        Name("Say that you work on it", "认领警情"),
        "Z F12",
        (pattern("incident"),),
        lambda v, m: Made((ClaimIncident(incident_id=v["incident"]),)),
        Name("You work on {incident}", "由您处理 {incident}"),
    ),
    Verb(
        "reopen",
        ("w", "reopen", "重开", "ck"),
        Name("Reopen", "重新打开"),
        "W F12 MORE-WORK; smoke again",
        (pattern("incident reopen"),),
        _reopen,
        Name("Reopen {incident}: {reopen}", "重新打开 {incident}：{reopen}"),
    ),
    Verb(
        "dispose",
        ("ds", "dispose", "部门结", "bmj"),
        Name("An agency's own disposition", "部门处置结果"),
        "DS F12 FIRE RPT",
        (pattern("incident agency disposition"),),
        _dispose,
        Name("{agency} is done with {incident}: {disposition}", "{agency} 对 {incident} 的处置结果：{disposition}"),
    ),
    Verb(
        "primary",
        ("pu", "primary", "主责", "zzdy"),
        Name("Name the primary unit, with the reason", "指定主责单元（须写原因）"),
        "PU F12 E07; took command",
        ((slot("incident"), slot("agency"), word("way", "auto", "自动")), pattern("incident unit")),
        _primary,
        Name("Primary unit at {incident}: {unit}{agency} {way}", "{incident} 主责单元：{unit}{agency}{way}"),
    ),
    Verb(
        "transfer",
        ("tf", "transfer", "移送", "ys"),
        Name("Give to the records systems", "移送业务档案系统"),
        "TF F12",
        (pattern("incident"),),
        lambda v, m: Made((RequestTransfer(incident_id=v["incident"]),)),
        Name("Give {incident} to the records systems", "{incident} 移送业务档案系统"),
    ),
    Verb(
        "link",
        ("j", "link", "关联", "gl"),
        Name("Link two incidents", "关联警情"),
        "J F12 P07",
        (pattern("incident incident:other"),),
        lambda v, m: Made((LinkIncidents(incident_id=v["incident"], other_id=v["other"]),)),
        Name("Link {incident} and {other}", "关联 {incident} 与 {other}"),
    ),
    Verb(
        "merge",
        ("mg", "merge", "合并", "hb"),
        Name("Merge one into another", "合并警情"),
        "MG F12 F09",
        (pattern("incident incident:other"),),
        lambda v, m: Made((MergeIncidents(from_id=v["incident"], into_id=v["other"], reason=m.note),)),
        Name("{incident} is the same as {other}: join it to {other}", "{incident} 与 {other} 为同一警情，并入 {other}"),
    ),
    Verb(
        "split",
        ("sp", "split", "拆分", "cf"),
        Name("Split off a linked child", "拆分子警情"),
        "SP F12 TC",
        (pattern("incident type"),),
        _split,
        Name("Split {type} off {incident}", "从 {incident} 拆分 {type}"),
    ),
    Verb(
        "clone",
        ("cl", "clone", "复制", "fz"),
        Name("Clone an incident", "复制警情"),
        "CL F12",
        (pattern("incident"),),
        lambda v, m: Made((CloneIncident(incident_id=v["incident"], clone_id=m.new_id()),)),
        Name("Clone {incident}", "复制 {incident}"),
    ),
    Verb(
        "agency",
        ("ag", "agency", "加派部门", "jpbm"),
        Name("Add an agency", "增加部门"),
        "AG F12 POL",
        (pattern("incident agency"),),
        lambda v, m: Made((AddAgency(incident_id=v["incident"], agency=v["agency"]),)),
        Name("Add {agency} to {incident}", "{incident} 增加 {agency}"),
    ),
)
