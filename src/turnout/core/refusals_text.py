"""What each refusal says, in both languages. Templates name the refusal's own fields."""

from typing import Any, Final

import msgspec

from turnout.core.refusals import Refusal
from turnout.core.spoken import (
    FIELD_NAMES,
    INCIDENT_STATUS_NAMES,
    KIND_NAMES,
    STAGE_NAMES,
    clock_time,
    day_and_time,
    listed,
    spoken,
    value_of,
)
from turnout.words.name import Language, Name

REFUSAL_TEXTS: Final[dict[str, Name]] = {
    "unknown-incident": Name("There is no incident {incident} on the board.", "当前没有警情 {incident}。"),
    "unknown-unit": Name("There is no unit {unit}.", "没有单元 {unit}。"),
    "unknown-call": Name("There is no call {call} on the board.", "当前没有来电 {call}。"),
    "unknown-entry": Name("There is no such {kind}: {entry}.", "没有这一{kind}：{entry}。"),
    "unknown-code": Name("“{value}” is no {kind} of this city.", "本市没有该{kind}：“{value}”。"),
    "no-tables": Name("The city's tables have not been published yet.", "本市的基础数据尚未发布。"),
    "tables-inconsistent": Name(
        "The tables are not consistent: {where} names “{missing}”, which they do not hold.",
        "基础数据不一致：{where} 引用的“{missing}”不存在。",
    ),
    "identity-taken": Name(
        "The identity {value} is already used by another {kind}.", "标识 {value} 已被另一{kind}使用。"
    ),
    "not-permitted": Name("You may not do this ({command}): {lacks}.", "您无权执行此操作（{command}）：{lacks}。"),
    "unit-not-available": Name(
        "{unit} is on {tag}: {by} sent it at {at}.", "{unit} 正在处置 {tag}：{by} 已于 {at} 派出。"
    ),
    "already-assigned": Name(
        "{unit} is already assigned to {tag}: {by} sent it at {at}.", "{unit} 已派往 {tag}：{by} 于 {at} 派出。"
    ),
    "unit-is-out-of-service": Name(
        "{unit} has been out of service since {since}: {reason}.", "{unit} 自 {since} 起停用：{reason}。"
    ),
    "unit-is-off-duty": Name("{unit} is off duty.", "{unit} 未上勤。"),
    "times-out-of-order": Name(
        "The times do not fit: {later} cannot be before {earlier}, and both dispatched and ended are needed.",
        "时间有误：“{later}”不能早于“{earlier}”，且派遣和结束时间必须填写。",
    ),
    "station-not-alerted": Name(
        "No unit of {station} is on {tag}: there is nothing to alert it for.",
        "{station} 没有单元派往 {tag}，无需警铃通知。",
    ),
    "too-many-alerts": Name(
        "{tag} has its most of {most} alerts: tell the stations by telephone or radio.",
        "{tag} 的站点通知已达上限 {most} 次，请改用电话或电台通知。",
    ),
    "no-first-due-station": Name(
        "No station is first due at {tag}: name the one to warn.", "{tag} 没有首到站点，请写明要预警的站点。"
    ),
    "unit-not-staffed": Name(
        "{unit} is not fully staffed: {crew} of {crew_min}.", "{unit} 人员不足：{crew}／{crew_min}。"
    ),
    "crew-elsewhere": Name("The crew of {unit} is out with {partner}.", "{unit} 的人员已随 {partner} 出动。"),
    "unit-on-no-incident": Name("{unit} is on no incident.", "{unit} 没有在处置警情。"),
    "unit-is-on-incident": Name("{unit} is on {tag}.", "{unit} 正在处置 {tag}。"),
    "unit-moved-on": Name(
        "{unit} is no longer on {meant}; it is now on: {now}.", "{unit} 已不在 {meant}，现在：{now}。"
    ),
    "report-too-old": Name(
        "This report of {unit} is from {at}, before it was sent to {tag} at {since}.",
        "{unit} 的这条报告发自 {at}，早于 {since} 被派往 {tag}。",
    ),
    "stage-passed": Name(
        "{unit} cannot go back to “{stage}”: it has been “{now}” since {since}.",
        "{unit} 不能退回“{stage}”：自 {since} 起为“{now}”。",
    ),
    "not-arrived": Name("{unit} has not arrived at {tag}.", "{unit} 尚未到达 {tag} 现场。"),
    "unit-has-arrived": Name(
        "{unit} has arrived at {tag} meanwhile; nobody was swapped.", "{unit} 已到达 {tag} 现场，未换派。"
    ),
    "nobody-arrived": Name("Nobody has arrived at {tag} yet.", "{tag} 尚无单元到达现场。"),
    "not-assigned": Name("{unit} is not assigned to {tag}.", "{unit} 没有被派往 {tag}。"),
    "not-on-stack": Name("{tag} is not held for {unit}.", "{tag} 不在 {unit} 的待办队列中。"),
    "already-stacked": Name("{tag} is already held for {unit}.", "{tag} 已在 {unit} 的待办队列中。"),
    "incident-is-closed": Name("{tag} was closed at {at}.", "{tag} 已于 {at} 结案。"),
    "incident-not-closed": Name("{tag} is not closed.", "{tag} 尚未结案。"),
    "incident-not-waiting": Name(
        "{tag} is {status}; this needs one that is {needs}.", "{tag} 为“{status}”，需为“{needs}”。"
    ),
    "units-still-working": Name("Units still work on {tag}: {units}.", "{tag} 仍有单元在处置：{units}。"),
    "fields-missing": Name("Before {tag} can close it needs: {fields}.", "{tag} 结案前须填写：{fields}。"),
    "disposition-not-for-agency": Name(
        "Disposition {disposition} is not used by: {agencies}.", "处置结果 {disposition} 不适用于：{agencies}。"
    ),
    "agency-not-on-incident": Name("{agency} is not on {tag}.", "{agency} 未参与 {tag}。"),
    "agency-already-on-incident": Name("{agency} is already on {tag}.", "{agency} 已参与 {tag}。"),
    "changed-meanwhile": Name(
        "{by} changed {field} at {at}: it is now {theirs}. You had seen {yours}.",
        "{by} 已于 {at} 修改{field}：现为 {theirs}，您看到的是 {yours}。",
    ),
    "value-not-taken": Name("{field} cannot be {value}.", "{field}不能为 {value}。"),
    "reason-needed": Name("Give a reason for changing {field}.", "修改{field}须填写原因。"),
    "location-not-verified": Name(
        "“{text}” is not on the map. Choose a place, or force it as it is.",
        "地图上找不到“{text}”。请选择地点，或强制采用原文。",
    ),
    "place-not-on-earth": Name("{lat}, {lon} is no place on the map.", "{lat}，{lon} 不是有效坐标。"),
    "same-incident": Name("{tag} and {tag} are the same incident.", "{tag} 与 {tag} 是同一警情。"),
    "not-linked": Name("{tag} and {other} are not linked.", "{tag} 与 {other} 没有关联。"),
    "already-linked": Name("{tag} and {other} are linked already.", "{tag} 与 {other} 已关联。"),
    "nobody-on-scene": Name("No unit is on scene at {tag}.", "{tag} 现场没有单元。"),
    "not-asked-in-roll-call": Name("{unit} is not in the roll-call of {tag}.", "{unit} 不在 {tag} 的点名范围内。"),
    "no-duress": Name("{unit} has not raised duress.", "{unit} 没有发出紧急求助。"),
    "position-taken": Name(
        "{by} has been at position {position} since {since}.", "席位 {position} 自 {since} 起由 {by} 使用。"
    ),
    "call-is-closed": Name("The call was closed at {at}.", "该来电已于 {at} 结束。"),
    "call-is-answered": Name("{by} answered this call at {at}.", "{by} 已于 {at} 接听此来电。"),
    "unit-has-shift": Name(
        "{unit} already has a shift from {begins} to {ends}.", "{unit} 在 {begins} 至 {ends} 已排班。"
    ),
    "staff-has-shift": Name(
        "{staff} is on {unit} from {begins} to {ends}.", "{staff} 在 {begins} 至 {ends} 已排在 {unit}。"
    ),
    "staff-named-twice": Name(
        "Every member of a crew needs a staff number of its own: “{staff}”.", "每名人员须有各自的工号：“{staff}”。"
    ),
    "staff-on-duty": Name("{staff} is on duty on {unit} now.", "{staff} 现正在 {unit} 值勤。"),
    "shift-has-begun": Name(
        "The shift of {unit} began at {begins}: only its end can be changed.",
        "{unit} 的班次已于 {begins} 开始，只能更改结束时间。",
    ),
    "shift-times-not-possible": Name(
        "A shift ends later than it begins and than now, lasts at most {hours_max} h and begins within {days_max} "
        "days; not {begins} to {ends}.",
        "班次须晚于开始和当前时间结束，最长 {hours_max} 小时，最多提前 {days_max} 天；不能为 {begins} 至 {ends}。",
    ),
    "roster-full": Name(
        "{unit} has {most} shifts ahead already; no more are kept.", "{unit} 已排 {most} 个班次，不能再排。"
    ),
    "card-changed": Name(
        "{by} changed these details at {at}. Open them again before you change them.",
        "{by} 已于 {at} 修改此人员详情，请重新打开后再改。",
    ),
    "outline-crosses": Name(
        "Sides {first} and {second} of the outline cross or touch. Move a corner.",
        "边界的第 {first} 条边与第 {second} 条边相交或重叠，请移动顶点。",
    ),
    "call-is-attached": Name("This call belongs to {tag} already.", "此来电已归入 {tag}。"),
    "call-not-offered": Name(
        "This call is not being handed over (any more): somebody has taken it, or its time was up.",
        "此来电当前没有在移交：已有人接手，或已超时退回。",
    ),
    "call-is-full": Name(
        "This call holds {most} entries already, and takes no more.", "此来电已有 {most} 条，不能再加。"
    ),
    "tables-moved": Name(
        "Somebody else has published tables since ({version}). Look at the differences again, then publish.",
        "期间已有他人发布了基础数据（{version}）。请重新核对差异后再发布。",
    ),
    "no-ground": Name(
        "You do not work on {matter}. Break the glass if it is urgent, or ask for a review.",
        "您未参与 {matter}。紧急时请破窗查看，否则请申请复核。",
    ),
    "second-person-needed": Name(
        "Another person has to decide this, not {whose}.", "须由另一人决定，不能是 {whose} 本人。"
    ),
    "reviews-full": Name(
        "{whose} has asked for {most} reviews already; end one first.", "{whose} 已申请 {most} 项复核，请先结束一项。"
    ),
    "on-hold": Name(
        "{matter} is on hold ({reason}): release the hold first.", "{matter} 已被保留（{reason}）：请先解除保留。"
    ),
    "call-of-incident": Name(
        "Call {call} concerns {incident}: decide it for the incident.", "来电 {call} 属于 {incident}，请对该警情办理。"
    ),
    "not-over": Name("{matter} is still open: nothing of it is erased.", "{matter} 尚未结束，不能销毁。"),
    "shared-key": Name(
        "Card {card} is from before cards had keys of their own: only all of {matter} can be erased.",
        "卡片 {card} 建于单独密钥启用之前，只能整体销毁 {matter}。",
    ),
    "retention-full": Name("There are {most} already; settle some first.", "已有 {most} 项，请先处理。"),
    "unit-not-under-way": Name(
        "{unit} is not under way: a corridor is for a unit that drives to its incident, or from it to a hospital.",
        "{unit} 不在途中：绿色通道只用于前往现场或送院途中的单元。",
    ),
    "corridor-is-open": Name("{unit} has a corridor already.", "{unit} 已有绿色通道。"),
    "corridor-is-over": Name("The corridor {corridor} is over.", "绿色通道 {corridor} 已结束。"),
    "no-signals-armed": Name(
        "No signal may be asked: none is permitted by the traffic authority and armed.",
        "没有可请求的信号灯：没有经交管部门许可并已启用的路口。",
    ),
    "arming-end-not-taken": Name(
        "Arm them until a time that is still to come, at most {most_h} hours from now; renew it then.",
        "启用须有结束时间：晚于现在，且不超过 {most_h} 小时，到时可续期。",
    ),
    "corridors-full": Name("There are {most} already; end some first.", "已有 {most} 项，请先结束一些。"),
    "junction-not-permitted": Name(
        "The permission does not name the junction {junction}.", "许可中没有路口 {junction}。"
    ),
    "plans-not-simulated": Name(
        "These plans of {district} have not been simulated against the plans in force: simulate them first.",
        "片区 {district} 的这组方案尚未与现行方案作仿真比较，请先仿真。",
    ),
    "plans-not-run": Name(
        "Plan {plan} of junction {junction} in {district} is changed and ran in none of these simulations: "
        "simulate the hour in which it runs.",
        "片区 {district} 路口 {junction} 的方案 {plan} 有改动，但所列仿真均未运行该方案：请对其运行时段进行仿真。",
    ),
    "district-not-read": Name(
        "The files of {district} cannot be read now, so nobody can say whether they are those that were simulated.",
        "目前无法读取片区 {district} 的文件，不能确定其与仿真时是否相同。",
    ),
    "plans-moved-on": Name(
        "Plans or files of {district} are others than were simulated or looked at: look again, "
        "or simulate against those in force and propose again.",
        "片区 {district} 的方案或文件与仿真或查看时的不同：请重新查看，或与现行方案重新仿真后再提出。",
    ),
    "plans-full": Name("There are {most} already; decide some first.", "已有 {most} 项，请先决定一些。"),
    "time-not-possible": Name("{at} is not possible for: {field}.", "{field}不能为 {at}。"),
}
"""Code → what is said."""

_LACKS: Final[dict[str, Name]] = {
    "role": Name("your role does not include it", "您的角色不包含此权限"),
    "agency": Name("it belongs to {subject}", "属于 {subject}"),
    "unit": Name(
        "this terminal speaks only for its own unit, not for {subject}", "本终端只能代表本单元，不能代表 {subject}"
    ),
    "field": Name("your role may not change {subject}", "您的角色不能更改“{subject}”"),
    "station": Name("this screen answers only for its own station", "本屏只能代表本站应答"),
    "purpose": Name("state the purpose", "请说明目的"),
    "own-name": Name("only in your own name, not as {subject}", "只能以本人名义，不能以 {subject} 名义"),
}


def speak(refusal: Refusal, language: Language, utc_offset_min: int = 0) -> str:
    """What `refusal` says. Times are shown with the city's offset from UTC where it is given."""
    facts = {name: getattr(refusal, name) for name in refusal.__struct_fields__}
    said = {name: _say(name, value, facts, language, utc_offset_min) for name, value in facts.items()}
    return REFUSAL_TEXTS[code_of(refusal)].spoken(language).format_map(said).strip()


def code_of(refusal: Refusal) -> str:
    """The stable code: `unit-not-available`."""
    return str(refusal.__struct_config__.tag)


def facts_of(refusal: Refusal) -> dict[str, Any]:
    """The refusal as plain data, `code` included: for problem documents and peers."""
    plain: dict[str, Any] = msgspec.to_builtins(refusal)
    return plain


def _say(name: str, value: Any, facts: dict[str, Any], language: Language, utc_offset_min: int) -> str:
    match name:
        case "at" | "since":
            return clock_time(value, utc_offset_min)
        case "begins" | "ends":
            return day_and_time(value, utc_offset_min)
        case "kind":
            return spoken(KIND_NAMES, value, language)
        case "field":
            return spoken(FIELD_NAMES, value.removeprefix("fields."), language)
        case "fields":
            return listed(tuple(spoken(FIELD_NAMES, field, language) for field in value), language)
        case "stage" | "earlier" | "later":
            return spoken(STAGE_NAMES, value, language)
        case "now":
            return spoken(STAGE_NAMES, value, language) if value else value_of("", language)
        case "status" | "needs":
            return spoken(INCIDENT_STATUS_NAMES, value, language)
        case "lacks":
            return _LACKS[value].spoken(language).format_map(facts)
        case "units" | "agencies":
            return listed(value, language)
        case _:
            return value_of(value, language)
