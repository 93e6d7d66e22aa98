"""The sentence for every event, in both languages. Templates name the event's own fields.

Fields in `ASIDES` are optional remarks: they bring their own brackets, and vanish when they are empty.
"""

from typing import Final

from turnout.words.name import Name

ASIDES: Final[dict[str, Name]] = {
    "reason": Name(" (reason: {})", "（原因：{}）"),
    "note": Name(" ({})", "（{}）"),
    "override": Name(" (override: {})", "（越权说明：{}）"),
    "preempt": Name(" (pre-empting: {})", "（抽调原因：{}）"),
    "disposition": Name(" (disposition: {})", "（处置结果：{}）"),
    "destination": Name(" (to {})", "（目的地：{}）"),
    "odometer_km": Name(" (odometer {} km)", "（里程 {} 公里）"),
    "relieves": Name(" (relieving {})", "（接替 {}）"),
    "determinant": Name(" (determinant {})", "（判定码 {}）"),
    "calls": Name(" (calls: {})", "（来电：{}）"),
    "priority_reason": Name(" (priority: {})", "（优先级原因：{}）"),
    "role": Name(" ({})", "（{}）"),
    "roles": Name(" (roles: {})", "（角色：{}）"),
    "scopes": Name(" (scopes: {})", "（权限：{}）"),
    "who": Name(" ({})", "（{}）"),
    "code": Name(" [{}]", " [{}]"),
    "number": Name(" (number {})", "（编号 {}）"),
    "ground": Name(" [{}]", " [{}]"),
    "n": Name(" (reveal {})", "（第 {} 次查看）"),
    "silent": Name(" (silent)", "（无声）"),
    "back_entry": Name(" (entered afterwards from paper)", "（事后补录）"),
    "closed_on_paper": Name(" (at {}, entered afterwards from paper)", "（{}，事后补录）"),
    "set_back": Name(" (set back)", "（回退）"),
    "exercise": Name(" (EXERCISE)", "（演练）"),
    "leads": Name(" (leads)", "（主责）"),
    "first": Name(" (first)", "（优先）"),
    "nth": Name(" (place {})", "（第 {} 位）"),
    "until": Name(" until {}", "至 {}"),
    "card": Name(" (card {})", "（卡片 {}）"),
    "because": Name(" (not by itself: {})", "（未能自动上勤：{}）"),
    "text": Name(": {}", "：{}"),
    "dispositions": Name(" ({})", "（{}）"),
    "alerts": Name("; alerted: {}", "；已通知：{}"),
}

CALL_TEXTS: Final[dict[str, Name]] = {
    "call-taken": Name("Call by {channel} at {received}{text}", "{received} {channel} 来电{text}"),
    "call-answered": Name("Call answered by {by}", "{by} 接听来电"),
    "caller-place-refreshed": Name("Caller's place found again: {fix}", "重新定位来电人：{fix}"),
    "call-attached": Name("Call joined to {incident}", "来电并入 {incident}"),
    "caller-place-asked": Name("Caller's place asked for again", "再次请求来电人定位"),
    "caller-place-not-found": Name("No place of the caller to be had{reason}", "未取得来电人定位{reason}"),
    "call-handed-over": Name("Call handed over to {to}", "来电移交 {to}"),
    "call-accepted": Name("Call accepted by {by}", "{by} 接手来电"),
    "call-declined": Name("{to} did not take the call{reason}", "{to} 未接手来电{reason}"),
    "hand-over-lapsed": Name("{to} did not take the call in time: back in the queue", "{to} 逾时未接手，来电退回队列"),
    "message-added": Name("Message {message}", "消息 {message}"),
    "reply-reported": Name("Reply: {outcome}", "回复：{outcome}"),
    "call-abandoned": Name("Caller hung up{silent}", "来电中断{silent}"),
    "callback-noted": Name("Called back: {outcome}{note}", "回拨：{outcome}{note}"),
    "call-closed": Name("Call closed: {outcome}", "来电结束：{outcome}"),
    "call-archived": Name("Call moved to the records", "来电归档"),
}

COURSE_TEXTS: Final[dict[str, Name]] = {
    "incident-opened": Name(
        "{incident} opened: {type}, priority {priority}, at {location}; {status}; numbers {numbers}"
        "{priority_reason}{back_entry}{exercise}",
        "{incident} 立警：{type}，优先级 {priority}，{location}；{status}；"
        "编号 {numbers}{priority_reason}{back_entry}{exercise}",
    ),
    "duplicate-suspected": Name("{incident} may be the same as {near}", "{incident} 疑与 {near} 重复"),
    "incident-claimed": Name("{by} works on {incident}", "{by} 正在受理 {incident}"),
    "claim-dropped": Name("{by} no longer works on {incident}", "{by} 不再受理 {incident}"),
    "incident-routed": Name("{incident} routed to {group}", "{incident} 转至 {group}"),
    "incident-held": Name("{incident} held for a decision{reason}", "{incident} 暂缓待决{reason}"),
    "incident-released": Name("{incident} released into the queue", "{incident} 进入待派队列"),
    "incident-requeued": Name("{incident} back in the queue{reason}", "{incident} 返回待派队列{reason}"),
    "alarm-level-set": Name(
        "{incident} alarm level {was} → {level}{reason}", "{incident} 警级 {was} → {level}{reason}"
    ),
    "pre-alerted": Name("Pre-alerted for {incident}: {to}", "{incident} 预先通知：{to}"),
    "pre-alert-withdrawn": Name(
        "Warning for {incident} withdrawn: {to}{reason}", "{incident} 撤销预警通知：{to}{reason}"
    ),
    "agency-added": Name("{agency} joins {incident}{number}{leads}", "{agency} 参与 {incident}{number}{leads}"),
    "agency-disposed": Name("{agency} has done with {incident}{disposition}", "{agency} 完成 {incident}{disposition}"),
    "primary-set": Name("Primary unit of {agency}: {unit}{reason}", "{agency} 主责单元改为 {unit}{reason}"),
    "primary-released": Name(
        "Primary unit of {agency} as computed again{reason}", "{agency} 主责单元恢复按规则计算{reason}"
    ),
    "incident-closed": Name(
        "{incident} closed{dispositions}{override}{closed_on_paper}",
        "{incident} 结案{dispositions}{override}{closed_on_paper}",
    ),
    "incident-cancelled": Name("{incident} cancelled{reason}{note}", "{incident} 取消{reason}{note}"),
    "incident-reopened": Name("{incident} reopened as {tag}{reason}", "{incident} 重开为 {tag}{reason}"),
    "transfer-requested": Name(
        "{incident} given to the records systems of: {agencies}", "{incident} 移送业务档案系统：{agencies}"
    ),
    "incident-archived": Name("{incident} moved to the records", "{incident} 归档"),
}

ENTRY_TEXTS: Final[dict[str, Name]] = {
    "field-changed": Name("{field}: {was} → {becomes}{reason}", "修改{field}：{was} → {becomes}{reason}"),
    "incident-retyped": Name("Type {was} → {type}, priority {priority}", "类型 {was} → {type}，优先级 {priority}"),
    "incident-relocated": Name("Location {was} → {location}", "地点 {was} → {location}"),
    "narrative-added": Name("Note{text}", "记录{text}"),
    "narrative-struck": Name("Line {entry} struck{reason}", "划除记录 {entry}{reason}"),
    "person-added": Name("Person added: {person}", "添加人员：{person}"),
    "person-removed": Name("Person {person} struck{reason}", "划除人员 {person}{reason}"),
    "vehicle-added": Name("Vehicle: {description}{role}", "车辆：{description}{role}"),
    "item-added": Name("Item: {quantity} × {description}", "物品：{quantity} × {description}"),
    "entry-changed": Name("Entry {entry}, {field}: {was} → {becomes}", "条目 {entry} {field}：{was} → {becomes}"),
    "person-changed": Name(
        "Details of {person} changed (sealed before as {was})", "更改人员详情：{person}（原密封件 {was}）"
    ),
    "entry-struck": Name("Entry {entry} struck{reason}", "划除条目 {entry}{reason}"),
    "patient-set": Name("Patient {patient}", "伤病员 {patient}"),
    "media-linked": Name("Linked: {media}", "关联：{media}"),
    "secondary-place-set": Name("Place set: {place}", "设定地点：{place}"),
    "triage-answered": Name("Question {question}: {answer}{determinant}", "问询 {question}：{answer}{determinant}"),
    "addendum-added": Name("Addendum{text}", "补充记录{text}"),
    "supplement-requested": Name("Requested: {kind}{text}", "请求：{kind}{text}"),
    "supplement-updated": Name("Request {supplement}: {state}{who}", "请求 {supplement}：{state}{who}"),
    "incidents-linked": Name("{one} linked with {other} ({kind})", "{one} 与 {other} 关联（{kind}）"),
    "incidents-unlinked": Name("{one} no longer linked with {other}", "{one} 与 {other} 取消关联"),
    "incidents-merged": Name("{merged} merged into {into}{reason}", "{merged} 并入 {into}{reason}"),
}

UNIT_TEXTS: Final[dict[str, Name]] = {
    "units-assigned": Name(
        "{units} sent to {incident}{relieves}{reason}{preempt}{override}{back_entry}{alerts}",
        "派 {units} 前往 {incident}{relieves}{reason}{preempt}{override}{back_entry}{alerts}",
    ),
    "assignment-ended": Name(
        "{unit} off {incident} at {ended}: {ended_as}{disposition}{odometer_km}{reason}{override}",
        "{unit} 于 {ended} 离开 {incident}：{ended_as}{disposition}{odometer_km}{reason}{override}",
    ),
    "status-reported": Name(
        "{unit} {stage} at {happened}{code}{destination}{odometer_km}{set_back}{override}",
        "{unit} 于 {happened} {stage}{code}{destination}{odometer_km}{set_back}{override}",
    ),
    "stage-time-filled": Name(
        "{unit} had been {stage} at {happened} (reported late){odometer_km}",
        "{unit} 于 {happened} {stage}（补报）{odometer_km}",
    ),
    "unit-freed": Name("{unit} free, still on {incident}", "{unit} 可另派，仍属 {incident}"),
    "unit-kept": Name("{unit} no longer free", "{unit} 不再可另派"),
    "incident-stacked": Name("{incident} held for {unit}{first}{nth}", "{incident} 排入 {unit} 待办{first}{nth}"),
    "incident-unstacked": Name("{incident} no longer held for {unit}", "{incident} 移出 {unit} 待办"),
    "alert-sent": Name("{unit} alerted by {channel}: {to}", "以 {channel} 提醒 {unit}：{to}"),
    "alert-reported": Name("Alert of {unit}: {outcome}{note}", "{unit} 的提醒：{outcome}{note}"),
    "station-alerted": Name("Alerted again: {alert}{note}", "再次通知：{alert}{note}"),
    "station-alert-reported": Name("Alert at {station}: {outcome}{note}", "{station} 的出动通知：{outcome}{note}"),
    "late-reason-given": Name("{unit} late, {interval}{reason}", "{unit} 超时，{interval}{reason}"),
    "unit-disposed": Name("{unit} has done with {incident}{disposition}", "{unit} 完成 {incident}{disposition}"),
    "paper-assignment-entered": Name(
        "{unit} had been sent to {incident}: {times}{role}{disposition} (entered afterwards from paper)",
        "{unit} 曾派往 {incident}：{times}{role}{disposition}（事后补录）",
    ),
    "role-changed": Name("{unit} at {incident}: {was} → {becomes}", "{unit} 在 {incident} 的任务：{was} → {becomes}"),
    "roll-call-started": Name("Roll-call at {incident}: {asked}", "{incident} 点名：{asked}"),
    "roll-call-answered": Name("{unit} answers the roll-call", "{unit} 应答点名"),
    "availability-reported": Name("{unit} available{code}", "{unit} 可用{code}"),
    "unit-logged-on": Name("{unit} on duty at {station}", "{unit} 在 {station} 上勤"),
    "unit-logged-off": Name("{unit} off duty", "{unit} 下勤"),
    "unit-out-of-service": Name("{unit} out of service{reason}{note}", "{unit} 停用{reason}{note}"),
    "unit-in-service": Name("{unit} back in service", "{unit} 恢复使用"),
    "crew-went-with": Name("Crew of {unit} out with {partner}", "{unit} 人员随 {partner} 出动"),
    "crew-came-back": Name("Crew of {unit} back from {partner}", "{unit} 人员自 {partner} 归队"),
    "vehicle-changed": Name(
        "{unit} changes vehicle: {was} → {vehicle}{odometer_km}", "{unit} 换车：{was} → {vehicle}{odometer_km}"
    ),
    "unit-moved-up": Name("{unit} moves up to {station}{reason}", "{unit} 移防 {station}{reason}"),
    "unit-noted": Name("{unit} note{note}", "{unit} 备注{note}"),
    "duress-raised": Name("{unit} DURESS", "{unit} 紧急求助"),
    "duress-acknowledged": Name("Duress of {unit} acknowledged by {by}", "{by} 已确认 {unit} 的紧急求助"),
    "duress-cleared": Name("Duress of {unit} cleared by {by}", "{by} 解除 {unit} 的紧急求助"),
}

TIMER_TEXTS: Final[dict[str, Name]] = {
    "timer-rang": Name("Overdue: {timer}", "超时：{timer}"),
    "timers-reset": Name("Timers reset: {timers}", "重置计时：{timers}"),
    "timers-cancelled": Name("Timers cancelled: {timers}{reason}", "取消计时：{timers}{reason}"),
}

TABLE_TEXTS: Final[dict[str, Name]] = {
    "catalogue-published": Name("Tables published: {catalogue}{note}", "发布基础数据：{catalogue}{note}"),
    "road-closed": Name("Road closed: {closure}", "道路封闭：{closure}"),
    "road-opened": Name("Road open again: {closure}", "道路恢复：{closure}"),
    "zone-opened": Name("Special zone: {zone}", "临时区域：{zone}"),
    "zone-began": Name("Special zone in force: {zone}", "临时区域生效：{zone}"),
    "zone-ended": Name("Special zone ended: {zone}", "临时区域结束：{zone}"),
    "premise-written": Name("Premise note written{note}", "写入场所提示{note}"),
    "premise-removed": Name("Premise note removed{note}{reason}", "移除场所提示{note}{reason}"),
    "premise-overdue": Name("Premise note due for review{note}", "场所提示须复核{note}"),
    "place-settled": Name("Forced place followed up{text}: {outcome}{note}", "强制地点已核查{text}：{outcome}{note}"),
    "hospital-set": Name("Hospital status: {hospital}", "医院状态：{hospital}"),
    "hydrant-set": Name("Hydrant status: {hydrant}", "消火栓状态：{hydrant}"),
    "signed-on": Name("{by} signs on at {taken}", "{by} 登录席位 {taken}"),
    "signed-off": Name("{by} signs off from {left}", "{by} 离开席位 {left}"),
    "groups-taken": Name("Position {taken} answers for: {groups}", "席位 {taken} 负责：{groups}"),
    "exercise-set": Name("Exercise mode: {on}", "演练模式：{on}"),
    "file-opened": Name(
        "{by} opens a file ({ref}): {purpose}{ground}{n}", "{by} 打开文件（{ref}）：{purpose}{ground}{n}"
    ),
    "transfers-taken": Name(
        "Records system of {agency} has everything up to {upto}", "{agency} 业务档案系统已收到第 {upto} 条及以前"
    ),
    "details-opened": Name(
        "{by} opens details of {person}: {purpose}{ground}{n}", "{by} 查看 {person} 详情：{purpose}{ground}{n}"
    ),
    "access-noted": Name("Access: {act}, {subject}{roles}{scopes}", "出入权限：{act}，{subject}{roles}{scopes}"),
    "door-log-noted": Name(
        "Log of the door: {others} lines and {failures} failures", "登录日志：{others} 行，未通过 {failures} 行"
    ),
    "ground-taken": Name("Roads, addresses and map: {version}{note}", "启用路网、地名与地图：{version}{note}"),
}

ROSTER_TEXTS: Final[dict[str, Name]] = {
    "shift-scheduled": Name("Shift planned: {shift}", "排班：{shift}"),
    "shift-changed": Name(
        "Shift changed: {shift}; it was {was_begins} to {was_ends}",
        "班次更改：{shift}；原为 {was_begins} 至 {was_ends}",
    ),
    "shift-cancelled": Name(
        "Shift of {unit} cancelled: {begins} to {ends}{reason}", "取消 {unit} 的班次：{begins} 至 {ends}{reason}"
    ),
    "shift-offered": Name(
        "Shift of {unit} is due to begin: {begins} to {ends}{because}",
        "{unit} 的班次应开始：{begins} 至 {ends}{because}",
    ),
    "shift-began": Name("Shift of {unit} begins: {begins} to {ends}", "{unit} 的班次开始：{begins} 至 {ends}"),
    "shift-overran": Name("{unit} is still on duty after {ends}", "{unit} 超过 {ends} 仍在勤"),
    "shift-ended": Name("Shift of {unit} over; it was planned until {ends}", "{unit} 的班次结束，原定至 {ends}"),
}

REVEAL_TEXTS: Final[dict[str, Name]] = {
    "review-requested": Name(
        "{by} asks for a review of {incident}{call}: {review}", "{by} 申请复核 {incident}{call}：{review}"
    ),
    "review-approved": Name("Review by {whose} approved by {by}", "{by} 批准 {whose} 的复核"),
    "review-declined": Name("Review by {whose} refused or ended{reason}", "{whose} 的复核被拒绝或结束{reason}"),
    "glass-broken": Name("{by} BREAKS THE GLASS: {glass}", "{by} 破窗查看：{glass}"),
    "glass-answered": Name("Breaking of the glass by {whose}: {finding}{note}", "{whose} 的破窗查看：{finding}{note}"),
}

RETENTION_TEXTS: Final[dict[str, Name]] = {
    "hold-placed": Name(
        "{by} holds the details of {incident}{call}: {hold}", "{by} 保留 {incident}{call} 的个人详情：{hold}"
    ),
    "hold-released": Name("Hold by {whose} released by {by}: {reason}", "{by} 解除 {whose} 的保留：{reason}"),
    "erasure-asked": Name(
        "{by} asks to erase the details of {incident}{call}: {request}",
        "{by} 申请销毁 {incident}{call} 的个人详情：{request}",
    ),
    "erasure-declined": Name("Erasure asked for by {whose} declined: {reason}", "{whose} 的销毁申请未批准：{reason}"),
    "details-erased": Name(
        "Personal details of {incident}{call}{card} erased ({rule}{term}): keys of {owners}{reason}",
        "{incident}{call}{card} 的个人详情已销毁（{rule}{term}）：密钥 {owners}{reason}",
    ),
}

CORRIDOR_TEXTS: Final[dict[str, Name]] = {
    "signals-permitted": Name("Signals permitted: {permit}", "许可请求信号：{permit}"),
    "signals-withdrawn": Name("Permission withdrawn: {permit}{reason}", "撤回信号许可：{permit}{reason}"),
    "signals-armed": Name(
        "Armed under {permit_id}{until}: {junctions}", "按许可 {permit_id} 启用路口{until}：{junctions}"
    ),
    "signals-disarmed": Name(
        "Disarmed under {permit_id}: {junctions}{reason}", "按许可 {permit_id} 停用路口：{junctions}{reason}"
    ),
    "corridor-requested": Name(
        "Green corridor for {unit} to {incident}: {corridor}", "为 {unit} 开通前往 {incident} 的绿色通道：{corridor}"
    ),
    "junctions-asked": Name("Green asked for {unit}: {asks}", "为 {unit} 请求绿灯：{asks}"),
    "junctions-noted": Name("Signals for {unit}: {notes}", "{unit} 的信号：{notes}"),
    "corridor-cancelled": Name("Green corridor of {unit} cancelled{reason}", "取消 {unit} 的绿色通道{reason}"),
    "corridor-ended": Name("Green corridor of {unit} over: {outcome}", "{unit} 的绿色通道结束：{outcome}"),
}

PLAN_TEXTS: Final[dict[str, Name]] = {
    "plans-proposed": Name("Signal plans proposed: {proposal}", "提出信号方案：{proposal}"),
    "plans-released": Name("Signal plans released: {proposal}{reason}", "发布信号方案：{proposal}{reason}"),
    "plans-refused": Name("Signal plans refused: {proposal}{reason}", "驳回信号方案：{proposal}{reason}"),
    "plans-withdrawn": Name("Signal plans withdrawn: {proposal}{reason}", "撤回信号方案：{proposal}{reason}"),
}

EVENT_TEXTS: Final[dict[str, Name]] = {
    **CALL_TEXTS,
    **COURSE_TEXTS,
    **ENTRY_TEXTS,
    **UNIT_TEXTS,
    **TIMER_TEXTS,
    **TABLE_TEXTS,
    **ROSTER_TEXTS,
    **REVEAL_TEXTS,
    **RETENTION_TEXTS,
    **CORRIDOR_TEXTS,
    **PLAN_TEXTS,
}
"""Event name → what is told."""
