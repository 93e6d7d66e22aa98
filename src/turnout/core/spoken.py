"""How facts of the rules are put into words: stages, fields and kinds in both languages, times, lists.

Templates name their fields (`{unit}`), so that either language may order them as it likes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from turnout.words.moment import SECOND_MS
from turnout.words.name import Language, Name

STAGE_NAMES: Final[dict[str, Name]] = {
    "dispatched": Name("dispatched", "已派遣"),
    "acknowledged": Name("acknowledged", "已接收"),
    "enroute": Name("en route", "出动途中"),
    "staged": Name("staged", "待命集结"),
    "on-scene": Name("on scene", "到达现场"),
    "at-patient": Name("with the patient", "接触伤病员"),
    "transporting": Name("transporting", "转送途中"),
    "at-destination": Name("at destination", "到达目的地"),
    "clearing": Name("clearing", "收尾"),
    "available": Name("available", "可用"),
    "in-quarters": Name("in quarters", "在站待命"),
    "out-of-service": Name("out of service", "停用"),
    "off-duty": Name("off duty", "下勤"),
    "ended": Name("ended", "已结束"),
}

FIELD_NAMES: Final[dict[str, Name]] = {
    "type": Name("type", "类型"),
    "subtype": Name("sub-type", "子类型"),
    "priority": Name("priority", "优先级"),
    "group": Name("dispatch group", "调度组"),
    "floor_plan": Name("floor plan", "楼层平面图"),
    "exercise": Name("exercise", "演练"),
    "location": Name("location", "地点"),
    "alarm_level": Name("alarm level", "警级"),
    "narrative": Name("narrative", "经过记录"),
    "patients": Name("patients", "伤病员"),
    "persons": Name("persons", "相关人员"),
    "vehicles": Name("vehicles", "涉及车辆"),
    "items": Name("items", "物品"),
    "media": Name("recordings and files", "录音与文件"),
    "triage": Name("scripted questions", "分级问询"),
    "late_reasons": Name("reasons for missed standards", "超时原因"),
    "primary": Name("primary unit", "主责单元"),
    "text": Name("text", "文字"),
    "channel": Name("way of calling", "来电方式"),
    "conversation": Name("conversation", "会话"),
    "hand_over_to": Name("position to hand over to", "移交席位"),
    "uncertainty_m": Name("uncertainty (m)", "误差（米）"),
    "quantity": Name("quantity", "数量"),
    "beds": Name("beds", "床位数"),
    "slowdown": Name("slow-down", "减速比例"),
    "radius_m": Name("radius (m)", "半径（米）"),
    "outline": Name("outline", "边界"),
    "by_s": Name("seconds", "秒数"),
    "until": Name("end", "结束时间"),
    "floor": Name("floor, room or door", "楼层、房号或门"),
    "detail": Name("where exactly", "具体位置"),
    "description": Name("description", "描述"),
    "role": Name("role", "角色"),
    "zone_name": Name("name of the zone", "区域名称"),
    "expires": Name("expiry", "有效期"),
    "begins": Name("beginning of the shift", "班次开始时间"),
    "shift": Name("shift", "班次"),
    "odometer_km": Name("odometer (km)", "里程（公里）"),
    "back_entry": Name("taken down on paper", "事后补录"),
}

KIND_NAMES: Final[dict[str, Name]] = {
    "type": Name("incident type", "警情类型"),
    "agency": Name("agency", "机构"),
    "station": Name("station", "站点"),
    "status": Name("status", "状态"),
    "group": Name("dispatch group", "调度组"),
    "hospital": Name("hospital", "医院"),
    "hydrant": Name("hydrant", "消火栓"),
    "disposition": Name("disposition", "处置结果"),
    "question": Name("question", "问题"),
    "answer": Name("answer", "回答"),
    "reason.out-of-service": Name("reason for being out of service", "停用原因"),
    "reason.bypass": Name("reason for passing over", "跳过原因"),
    "reason.cancel": Name("reason for cancelling", "取消原因"),
    "reason.override": Name("reason for overriding", "越权原因"),
    "reason.late": Name("reason for being late", "超时原因"),
    "reason.strike": Name("reason for striking", "划除原因"),
    "reason.preempt": Name("reason for pre-empting", "抽调原因"),
    "reason.reopen": Name("reason for reopening", "重开原因"),
    "incident": Name("incident", "警情"),
    "call": Name("call", "来电"),
    "narrative": Name("narrative line", "经过记录"),
    "person": Name("person", "人员卡片"),
    "vehicle": Name("vehicle", "车辆"),
    "item": Name("item", "物品"),
    "entry": Name("entry", "条目"),
    "media": Name("recording or file", "录音或文件"),
    "place": Name("place", "地点"),
    "premise": Name("premise note", "场所提示"),
    "forced-place": Name("forced place", "强制地点"),
    "closure": Name("road closure", "道路封闭"),
    "zone": Name("zone", "区域"),
    "position": Name("position", "席位"),
    "supplement": Name("request", "请求"),
    "timer": Name("timer", "计时"),
    "message": Name("message", "消息"),
    "alarm-kind": Name("kind of alarm", "报警种类"),
    "alert": Name("alert", "提醒"),
    "shift": Name("shift", "班次"),
    "review": Name("review", "复核"),
    "glass": Name("breaking of the glass", "破窗查看"),
    "hold": Name("hold", "保留"),
    "erasure": Name("request to erase", "销毁申请"),
    "corridor": Name("corridor", "绿色通道"),
    "permit": Name("permission for signals", "信号许可"),
    "plans": Name("proposal of signal plans", "信号方案提案"),
}

INCIDENT_STATUS_NAMES: Final[dict[str, Name]] = {
    "scheduled": Name("scheduled", "预定"),
    "held": Name("held", "暂缓"),
    "pending": Name("pending", "待派"),
    "active": Name("active", "处置中"),
    "closed": Name("closed", "已结"),
}

OUTCOME_NAMES: Final[dict[str, Name]] = {
    "reached": Name("reached", "已接通"),
    "no-answer": Name("no answer", "无人接听"),
    "busy": Name("busy", "占线"),
    "voicemail": Name("voicemail", "语音信箱"),
    "wrong-number": Name("wrong number", "号码错误"),
    "delivered": Name("delivered", "已送达"),
    "acknowledged": Name("acknowledged", "已确认"),
    "failed": Name("failed", "失败"),
    "cleared": Name("cleared", "处置完毕"),
    "preempted": Name("pre-empted", "被抽调"),
    "cancelled": Name("cancelled", "取消"),
    "relieved": Name("relieved", "被接替"),
    "exchanged": Name("exchanged", "对调"),
    "asked": Name("asked for", "已请求"),
    "accepted": Name("accepted", "已接受"),
    "on-the-way": Name("on the way", "在途"),
    "arrived": Name("arrived", "已到达"),
    "done": Name("done", "已完成"),
    "refused": Name("refused", "已拒绝"),
    "added": Name("added to the gazetteer", "已补入地名库"),
    "misspelt": Name("a known place, misspelt", "已知地点，误写"),
    "outside": Name("outside the city", "市外地点"),
    "nothing": Name("nothing to be done", "无需处理"),
    "justified": Name("justified", "理由成立"),
    "not-justified": Name("not justified", "理由不成立"),
    "unclear": Name("unclear", "尚不清楚"),
    "no-way": Name("no way by road", "无路可达"),
    "no-signals": Name("no signals are reached from here", "无法连接信号机"),
    "lost": Name("no longer heard of", "失去联系"),
}

SIGNAL_STATE_NAMES: Final[dict[str, Name]] = {
    "asked": Name("asked", "已请求"),
    "granted": Name("green", "绿灯"),
    "refused": Name("refused", "拒绝"),
    "waiting": Name("waits", "等待"),
    "released": Name("given back", "已归还"),
    "lost": Name("no answer", "无应答"),
}

SIGNAL_REASON_NAMES: Final[dict[str, Name]] = {
    "not-armed": Name("not armed", "未启用"),
    "no-permission": Name("not permitted by the traffic authority", "交管部门未许可"),
    "outside-hours": Name("not permitted at this hour", "不在许可时段"),
    "no-answer": Name("the controller does not answer", "信号机无应答"),
    "clock": Name("the controller's clock is wrong", "信号机时钟异常"),
    "unknown-group": Name("the controller knows no such signal", "信号机无此灯组"),
    "busy": Name("the controller has too many requests", "信号机请求过多"),
    "fault": Name("the controller has a fault", "信号机故障"),
    "too-early": Name("asked too long ahead", "请求过早"),
    "passed": Name("passed", "已通过"),
    "off-route": Name("another way taken", "改走他路"),
    "lost": Name("the unit is not heard of", "单元失去联系"),
    "stopped": Name("the unit stands still", "单元停驶"),
    "too-long": Name("held as long as it may be", "已达最长时间"),
    "blocked": Name("the street behind it is full", "下游道路已满"),
    "flows": Name("the street before it flows again", "上游道路已畅通"),
    "other-corridor": Name("another corridor goes first", "另一绿色通道优先"),
    "ended": Name("over", "已结束"),
    "cancelled": Name("cancelled", "已取消"),
    "refused": Name("refused", "拒绝"),
}

CHANNEL_NAMES: Final[dict[str, Name]] = {
    "phone": Name("phone", "电话"),
    "text": Name("text message", "短信"),
    "alarm": Name("alarm", "报警装置"),
    "sensor": Name("sensor", "传感器"),
    "web": Name("web", "网页"),
    "app": Name("app", "应用"),
    "field": Name("crew", "现场单元"),
    "officer": Name("officer", "工作人员"),
    "station": Name("station", "站内广播"),
    "page": Name("pager", "寻呼"),
    "sms": Name("text message", "短信"),
    "voice": Name("voice", "语音"),
    "radio": Name("radio", "电台"),
}

GROUND_NAMES: Final[dict[str, Name]] = {
    "crew": Name("crew of a unit on it", "处置单元人员"),
    "call-taker": Name("took the call", "接听本来电"),
    "dispatcher": Name("dispatcher of its group", "本调度组调度员"),
    "open-call": Name("a call that waits", "待接来电"),
    "agency-record": Name("records system of its agency", "本机构业务档案系统"),
    "review": Name("under an approved review", "经批准的复核"),
    "glass": Name("glass broken", "破窗查看"),
}

DIRECTION_NAMES: Final[dict[str, Name]] = {
    "in": Name("from the caller: ", "（来电人）："),
    "out": Name("to the caller: ", "（回复来电人）："),
}

TIMER_NAMES: Final[dict[str, Name]] = {
    "pending": Name("waiting for a unit", "等待派遣"),
    "acknowledge": Name("acknowledgement", "接收确认"),
    "turnout": Name("turnout", "出动"),
    "travel": Name("travel", "行驶"),
    "on-scene": Name("time on scene", "现场时间"),
    "roll-call": Name("roll-call", "点名"),
    "callback": Name("call-back", "回拨"),
    "hand-over": Name("hand-over of a call", "来电移交"),
    "scheduled": Name("scheduled start", "预定启动"),
    "archive": Name("archiving", "归档"),
    "rest": Name("rest", "休息"),
    "zone-begins": Name("beginning of a zone", "区域生效"),
    "zone-ends": Name("end of a zone or closure", "区域或封闭结束"),
    "review": Name("review", "复核"),
    "shift-begins": Name("beginning of a shift", "班次开始"),
    "shift-ends": Name("end of a shift", "班次结束"),
    "alert": Name("alert of a station", "站点出动通知"),
    "signals-end": Name("end of armed signals", "信号启用到期"),
}

LINK_NAMES: Final[dict[str, Name]] = {
    "related": Name("related", "相关"),
    "child": Name("split off", "拆分"),
    "clone": Name("cloned", "复制"),
}

ROLE_NAMES: Final[dict[str, Name]] = {
    "caller": Name("caller", "来电人"),
    "patient": Name("patient", "伤病员"),
    "contact": Name("contact", "联系人"),
    "witness": Name("witness", "目击者"),
    "involved": Name("person involved", "当事人"),
    "missing": Name("missing person", "失联人员"),
    "staging": Name("staging", "集结点"),
    "command-post": Name("command post", "指挥点"),
    "destination": Name("destination", "目的地"),
    "landing": Name("landing site", "降落点"),
    "other": Name("other", "其他"),
    "call-audio": Name("call recording", "来电录音"),
    "radio-audio": Name("radio recording", "电台录音"),
    "photo": Name("photo", "照片"),
    "document": Name("document", "文件"),
    "plan": Name("plan", "平面图"),
    "video": Name("video", "视频"),
    "green": Name("green", "绿"),
    "yellow": Name("yellow", "黄"),
    "red": Name("red", "红"),
    "black": Name("black", "黑"),
}

ACCESS_NAMES: Final[dict[str, Name]] = {
    "account-made": Name("account made", "新建账号"),
    "account-changed": Name("account changed", "修改账号"),
    "account-disabled": Name("account disabled", "停用账号"),
    "account-enabled": Name("account enabled", "启用账号"),
    "code-given": Name("one-time code given", "发放一次性代码"),
    "secret-set": Name("password set with a one-time code", "用一次性代码设置密码"),
    "administrator-set-up": Name("administrator set up at the machine", "在本机设立管理员"),
    "token-made": Name("token made", "新建令牌"),
    "token-withdrawn": Name("token withdrawn", "收回令牌"),
    "offline-codes-made": Name("offline codes made", "生成离线代码"),
    "offline-code-used": Name("signed in with an offline code", "用离线代码登录"),
    "offline-code-answered": Name("offline sign-in confirmed by a second person", "离线登录经第二人确认"),
    "device-revoked": Name("terminal revoked", "吊销终端证书"),
    "proof-key-made": Name("signing key of the checkpoints made", "生成检查点签名密钥"),
}

BUILT_IN_REASON_NAMES: Final[dict[str, Name]] = {
    "undo": Name("taken back", "撤销"),
    "reported": Name("reported by the crew", "单元报告"),
    "stacked": Name("was held for it", "待办队列"),
    "exchanged": Name("units exchanged", "对调"),
    "self-initiated": Name("self-initiated", "自行发现"),
    "cancelled": Name("unit cancelled", "单元取消"),
    "cleared": Name("unit cleared", "单元离开"),
    "preempted": Name("unit pre-empted", "单元被抽调"),
    "merged": Name("merged", "并案"),
    "nobody-logged-on": Name("nobody logged on", "无人上勤"),
}

TASK_NAMES: Final[dict[str, Name]] = {
    "attack": Name("attack", "灭火"),
    "ventilation": Name("ventilation", "排烟"),
    "search": Name("search", "搜救"),
    "command": Name("command", "指挥"),
    "sector": Name("sector", "分区指挥"),
    "transport": Name("transport", "转运"),
    "first-response": Name("first response", "先到急救"),
    "cpr": Name("resuscitation", "心肺复苏"),
    "medical-group": Name("medical group", "医疗组"),
    "triage": Name("triage", "检伤"),
    "standby": Name("standby", "待命"),
    "traffic-control": Name("traffic control", "交通管控"),
    "cordon": Name("cordon", "警戒"),
    "entry": Name("entry", "破门进入"),
    "supervise": Name("supervise", "督导"),
    "investigate": Name("investigate", "调查"),
    "cause": Name("cause", "原因调查"),
    "water": Name("water", "供水"),
    "air": Name("air supply", "供气"),
    "safety": Name("safety", "安全"),
    "supplies": Name("supplies", "物资"),
    "decontamination": Name("decontamination", "洗消"),
    "boat": Name("boat", "船艇"),
    "rope": Name("rope", "绳索"),
    "swim": Name("swimmers", "水面救生"),
    "extrication": Name("extrication", "破拆救人"),
}
"""Tasks that plans name (`Need.role`), as they are said; a city's own are said as they are written."""

NOTHING: Final = Name("nothing", "空")


def spoken(names: Mapping[str, Name], code: str, language: Language) -> str:
    """The word for `code`; the code itself where there is none (a city's own)."""
    name = names.get(code)
    return code if name is None else name.spoken(language)


def clock_time(at: int, utc_offset_min: int = 0) -> str:
    """`14:03:22`, in the city's time when its offset is given."""
    moment = datetime.fromtimestamp(at / SECOND_MS, tz=UTC) + timedelta(minutes=utc_offset_min)
    return moment.strftime("%H:%M:%S")


def day_and_time(at: int, utc_offset_min: int = 0) -> str:
    moment = datetime.fromtimestamp(at / SECOND_MS, tz=UTC) + timedelta(minutes=utc_offset_min)
    return moment.strftime("%Y-%m-%d %H:%M")


def listed(items: tuple[str, ...], language: Language) -> str:
    return ("、" if language == "zh-CN" else ", ").join(items)


def value_of(value: str | int | float | bool | None, language: Language) -> str:
    """A field's value as it is read: nothing has a word too."""
    if value is None or value == "":
        return NOTHING.spoken(language)
    if isinstance(value, bool):
        return {True: Name("yes", "是"), False: Name("no", "否")}[value].spoken(language)
    return str(value)
