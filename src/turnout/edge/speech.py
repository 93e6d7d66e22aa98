"""The words, in both languages, for every no that the edge gives by itself, and the HTTP status that goes with a code.

The rules' own refusals are spoken by the core. A sentence says what stands in the way and the cure, if there is one.
"""

from typing import Final

from turnout.edge import door_speech
from turnout.edge.signals_room import speech as engineers
from turnout.words.decoding import complaint
from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    **engineers.WORDS,
    **door_speech.WORDS,
    # places
    "swapped-axes": Name(
        "Latitude and longitude are the wrong way round: ({lat}, {lon}). Swap them.",
        "纬度和经度写反了：({lat}, {lon})。请对调。",
    ),
    "place-zero": Name(
        "The place is (0, 0): the device that sent it had no position. Give an address or pick the place on the map.",
        "位置是 (0, 0)：发送的设备没有定位。请输入地址，或在地图上点选。",
    ),
    "place-not-on-earth": Name(
        "({lat}, {lon}) is no place on Earth: latitude goes from -90 to 90, longitude from -180 to 180.",
        "({lat}, {lon}) 不在地球上：纬度应在 -90 至 90，经度应在 -180 至 180。",
    ),
    "outside-city": Name(
        "The place ({lat}, {lon}) is {km} km outside this city. Check it; if it is right, call the neighbour's centre.",
        "位置 ({lat}, {lon}) 在本市以外 {km} 公里。请核对；如果无误，请转邻市指挥中心。",
    ),
    "unknown-place": Name(
        "The gazetteer does not know “{text}”. Correct it, pick the place on the map, or take it as forced.",
        "地名库中没有“{text}”。请更正、在地图上点选，或按强制地点录入。",
    ),
    "place-too-long": Name(
        "The place is {length} characters long; at most {most} are taken. Put the rest into the narrative.",
        "地点说明长达 {length} 字，最多 {most} 字。其余请写入经过记录。",
    ),
    "ambiguous-place": Name(
        "“{text}” could be several places. Choose one.",
        "“{text}”可能是多个地点，请选择。",
    ),
    "contradictory-place": Name(
        "“{text}” contradicts itself ({reason}). Choose one of the places offered, or correct it.",
        "“{text}”前后矛盾（{reason}）。请从给出的地点中选择，或更正。",
    ),
    # fixes of units
    "unknown-unit": Name("There is no unit {unit} in the tables.", "单位表中没有单元 {unit}。"),
    "fix-in-the-future": Name(
        "The time of this position lies in the future: check the device's clock.", "定位时间在未来：请检查设备时钟。"
    ),
    "fix-older-than-held": Name("A newer position of this unit is already known.", "已有该单元更新的位置，此条较旧。"),
    "fix-jumps": Name(
        "The unit cannot have got there in that time. Kept aside until two more positions confirm it.",
        "该单元不可能在这段时间内到达那里。暂存，待后续两次定位确认。",
    ),
    # records, ground and tables
    "records-being-rebuilt": Name(
        "The records are already being made anew. Look how far it is, and wait.",
        "案件档案已在重建中，请查看进度并等待完成。",
    ),
    "ground-unusable": Name(
        "These map data cannot be used, and nothing was changed: {problem}.",
        "这些地图数据不可用，未作任何更改：{problem}。",
    ),
    "unknown-tables": Name("There is no publication {seq} of the tables.", "没有第 {seq} 号基础数据版本。"),
    "tables-unsound": Name(
        "The tables have errors ({errors}), the first at {at}: {rule}. Nothing was published.",
        "基础数据有错误（{errors} 处），第一处在 {at}：{rule}。未发布。",
    ),
    # the request itself
    "malformed": Name(
        "The request cannot be read: {problem} (at {field}).", "请求无法读取：{problem}（位置：{field}）。"
    ),
    "unstorable-text": Name(
        "The text in {field} holds a character that cannot be stored ({kind}). Delete it and send it again; nothing"
        " was done.",
        "{field} 中含有无法存储的字符（{kind}），未执行。请删除该字符后重发。",
    ),
    "too-large": Name(
        "Too large: at most {most} bytes are taken here. Put long texts into several entries.",
        "内容过大：此处最多接受 {most} 字节。长文本请分条录入。",
    ),
    "not-found": Name("There is nothing at {path}.", "{path} 处没有内容。"),
    "not-signed-yet": Name(
        "Row {row} is not under a checkpoint yet: that is done every minute.", "第 {row} 行尚未签署，每分钟签署一次。"
    ),
    "file-kind-not-taken": Name(
        "A file of the type “{said}” is not taken as {kind}. Pictures, sound, video, PDF and plain text are.",
        "不接受类型为“{said}”的文件作为 {kind}。可接受图片、录音、视频、PDF 和纯文本。",
    ),
    "file-infected": Name(
        "The virus scanner knows this file as {name}: it was not taken.", "病毒扫描认定此文件为 {name}，未予接收。"
    ),
    "scanner-silent": Name(
        "The virus scanner does not answer: the file was not taken, send it again later.",
        "病毒扫描没有应答，文件未接收，请稍后重发。",
    ),
    "file-not-what-it-says": Name(
        "The file is not what it says to be ({said}). Nothing of it was kept.",
        "文件内容与所称类型（{said}）不符，未保存。",
    ),
    "file-too-large": Name(
        "The file is too large: at most {most_mib} MiB more are taken for this incident. Nothing of it was kept; link"
        " a larger recording by its address.",
        "文件过大：该警情最多还能接受 {most_mib} MiB，未保存。更大的录音录像请以地址关联。",
    ),
    "file-stalled": Name(
        "Nothing of the file came for {wait_s} seconds; nothing was kept. Send it again.",
        "文件 {wait_s} 秒没有新内容到达，未保存。请重新上传。",
    ),
    "files-busy": Name(
        "{most} files are coming in already. Try again in a moment.", "已有 {most} 个文件正在上传，请稍后再试。"
    ),
    "files-full": Name(
        "The disk is nearly full and what is left is for dispatch: no file was kept. Tell the operator.",
        "磁盘将满，余量留给调度，文件未保存。请告知运维人员。",
    ),
    "file-damaged": Name(
        "What is stored of this file is not what was taken in. Tell the operator.",
        "存储的文件与接收时不符，请告知运维人员。",
    ),
    "file-not-here": Name(
        "The record has this file, but its bytes are not on this server's disk (folder `files`). Tell the operator.",
        "记录中有此文件，但其内容不在本服务器的磁盘上（`files` 文件夹），请告知运维人员。",
    ),
    "unknown-file": Name(
        "There is no such file here, or it was opened too long ago: open it again.",
        "没有此文件，或打开已超时，请重新打开。",
    ),
    "transfer-not-offered": Name(
        "Entry {upto} cannot be acknowledged: the feed goes to {last}.", "无法确认第 {upto} 条：目前只到第 {last} 条。"
    ),
    "unknown-person": Name("There is no such person in this incident.", "该警情中没有此人。"),
    "unknown-premise": Name("There is nothing known of this place.", "没有该地点的资料。"),
    "purpose-needed": Name(
        "Say for what purpose the details are opened: it is recorded.", "请说明查看详情的目的，目的会被记录。"
    ),
    "details-damaged": Name(
        "What is stored of these details is not what was sealed. Tell the operator.",
        "存储的详情与封存内容不符，请告知运维人员。",
    ),
    "details-destroyed": Name(
        "These details have been destroyed at the end of their retention.", "该详情已在保存期满后销毁。"
    ),
    "no-roads": Name("This city has no road file; nothing can be recommended.", "本市没有路网文件，无法推荐。"),
    "no-coverage-yet": Name(
        "The coverage is still being worked out; ask again in a moment.", "覆盖情况正在计算，请稍后再试。"
    ),
    "no-gazetteer": Name("This city has no gazetteer; pick places on the map.", "本市没有地名库，请在地图上点选。"),
    "nothing-recommended": Name("Nothing can be recommended: choose units by hand.", "没有可推荐的力量，请人工选择。"),
    "nothing-to-undo": Name("There is nothing of yours that can be taken back.", "没有可以撤回的操作。"),
    "cannot-be-undone": Name(
        "Your last act cannot be taken back: {act}. Nothing was done; correct it by a further act.",
        "您的上一步操作无法撤回：{act_zh}。未执行任何操作，请用新的操作更正。",
    ),
    "no-way": Name("No way by road is known from where {unit} is to the incident.", "找不到 {unit} 到现场的道路。"),
    "place-unknown-of-unit": Name("Where {unit} is, is not known.", "{unit} 的位置未知。"),
    "incident-has-no-place": Name("The incident has no place on the map yet.", "该警情在地图上还没有位置。"),
    "command-id-reused": Name(
        "This command identity was used before for something else; nothing was done now.",
        "此命令编号已用于其他内容，本次未执行任何操作。",
    ),
    # faults of the desk
    "busy": Name("Too busy just now; nothing was done. Send it again.", "系统繁忙，未执行。请重发。"),
    "desk-stopped": Name(
        "The desk is being started or stopped; nothing was done. Send it again in a moment.",
        "指挥台正在启动或停止，未执行。请稍后重发。",
    ),
    "bug-found": Name(
        "The program met an error of its own with this. Nothing was done; everything else goes on. Tell the operator.",
        "程序处理此命令时出错，未执行，其他工作不受影响。请告知运维人员。",
    ),
    "enrichment-failed": Name(
        "The place could not be worked out; nothing was done. Tell the operator.",
        "地点无法解析，未执行。请告知运维人员。",
    ),
    "storage-full": Name(
        "The disk is full: nothing new is recorded, everything acknowledged is kept. Work on paper, tell the operator.",
        "磁盘已满，无法记录新内容；已确认的全部保留。请改用纸面记录并告知运维人员。",
    ),
    "storage-read-only": Name(
        "The disk can only be read: nothing new is recorded, everything acknowledged is kept. Work on paper, tell the"
        " operator.",
        "磁盘只读，无法记录新内容；已确认的全部保留。请改用纸面记录并告知运维人员。",
    ),
    "storage-failed": Name(
        "The disk did not take it; whether it was recorded is not certain. Send it again: it will not be done twice.",
        "磁盘写入失败，是否已记录不确定。请重发，不会重复执行。",
    ),
    "storage-unconfirmed": Name(
        "The standby database has not confirmed it; whether it will last is not certain. Send it again: it will not be"
        " done twice.",
        "备用数据库尚未确认，是否已可靠保存不确定。请重发，不会重复执行。",
    ),
    "not-the-desk": Name(
        "This server is not the desk now: it stands by, or another is taking over. Nothing was done here; reconnect.",
        "本服务器当前不是指挥台：处于备用状态，或另一台正在接管。此处未执行，请重新连接。",
    ),
    "desk-unreachable": Name(
        "The desk does not answer just now; whether it was done is not certain. Send it again: it will not be"
        " done twice.",
        "指挥台暂时没有应答，是否已执行不确定。请重发，不会重复执行。",
    ),
    "link-refused": Name(
        "The desk is of another version and does not talk with this server. Nothing was done; use another server, and"
        " tell the operator.",
        "指挥台的版本与本服务器不兼容，未执行。请改用其他服务器，并通知运维人员。",
    ),
    "displaced": Name("Another server has taken over the desk. Reconnect.", "另一台服务器已接管指挥台，请重新连接。"),
    "fault": Name("Something failed; nothing is certain. Send it again.", "发生故障，请重发。"),
    "too-old": Name(
        "This page is older than the server and must be loaded anew. What you typed is kept.",
        "本页面版本过旧，需要重新加载。您已输入的内容会保留。",
    ),
    "first-hello": Name("The first message on a socket is hello.", "连接后的第一条消息必须是 hello。"),
    "too-many-in-flight": Name(
        "More commands at once than one console may have under way; send it again.", "同时进行的命令过多，请重发。"
    ),
}

UNSTORABLE: Final[dict[str, Name]] = {
    "nul": Name("an invisible NUL, U+0000", "不可见的空字符 U+0000"),
    "surrogate": Name("half of a character, a lone surrogate", "半个字符，即不成对的代理码"),
    "noncharacter": Name("the noncharacter U+FDD0", "非字符 U+FDD0"),
}
"""What edge/storable.py may find."""

STATUS: Final[dict[str, int]] = {
    **engineers.STATUS,
    "not-permitted": 403,
    "scope-missing": 403,
    "field-hidden": 403,
    "foreign-origin": 403,
    "unknown-station": 422,
    "position-not-yours": 403,
    "no-demo": 403,
    "role-not-for-demo": 403,
    "not-signed-on": 401,
    "session-locked": 423,
    "not-a-console": 409,
    "wrong-secret": 401,
    "passkey-failed": 401,
    "wrong-setup-code": 401,
    "wrong-code": 401,
    "provider-silent": 503,
    "closed-by-administrator": 403,
    "too-many-provisioned": 403,
    "longer-than-kept": 400,
    "group-means-nothing": 400,
    "sign-on-lost": 401,
    "sign-on-refused": 401,
    "sign-on-stale": 401,
    "sign-on-unknown": 403,
    "too-many-attempts": 429,
    "too-many-requests": 429,
    "malformed": 400,
    "unstorable-text": 400,
    "purpose-needed": 400,
    "weak-secret": 400,
    "device-needed": 403,
    "proof-needed": 403,
    "two-factors-needed": 403,
    "unknown-session": 404,
    "private-in-url": 400,
    "tls-needed": 403,
    "device-not-known": 403,
    "device-too-early": 409,
    "device-request": 400,
    "device-name": 400,
    "device-taken": 409,
    "device-no-authority": 409,
    "unknown-device": 404,
    "wrong-offline-code": 401,
    "provider-answers": 409,
    "no-provider-account": 409,
    "unknown-entry": 404,
    "own-entry": 409,
    "common-secret": 400,
    "place-secret": 400,
    "too-large": 413,
    "not-found": 404,
    "no-roads": 404,
    "not-signed-yet": 404,
    "no-coverage-yet": 503,
    "no-gazetteer": 404,
    "details-destroyed": 410,
    "details-damaged": 500,
    "busy": 503,
    "desk-stopped": 503,
    "file-kind-not-taken": 415,
    "file-infected": 422,
    "scanner-silent": 503,
    "file-not-what-it-says": 415,
    "file-too-large": 413,
    "file-stalled": 408,
    "files-busy": 503,
    "files-full": 507,
    "file-damaged": 500,
    "unknown-file": 404,
    "file-not-here": 404,
    "storage-full": 503,
    "storage-failed": 503,
    "storage-busy": 503,
    "storage-read-only": 503,
    "storage-damaged": 503,
    "storage-unconfirmed": 503,
    "displaced": 503,
    "not-the-desk": 503,
    "desk-unreachable": 503,
    "link-refused": 503,
    "enrichment-failed": 500,
    "bug-found": 500,
    "fault": 503,
}

_UNKNOWN_404: Final = frozenset(
    f"unknown-{kind}" for kind in ("incident", "unit", "call", "account", "tables", "token", "provider", "person")
)


def words_for(code: str, fields: dict[str, object]) -> Name | None:
    """The sentence in both languages; None for a code that is not the edge's."""
    if code.startswith("storage-") and code not in WORDS:
        code = "storage-failed"
    template = WORDS.get(code)
    if template is None:
        return None
    english, chinese = _Facts(fields), _Facts(fields)
    if code == "malformed":
        said = complaint(str(fields.get("problem", "?")))
        english["problem"], chinese["problem"] = said.en, said.zh
    if code == "unstorable-text":
        said = UNSTORABLE.get(str(fields.get("kind")), UNSTORABLE["nul"])
        english["kind"], chinese["kind"] = said.en, said.zh
    return Name(template.en.format_map(english), template.zh.format_map(chinese))


def status_for(code: str) -> int:
    """409 for a situation that stands in the way; else what HTTP has for it."""
    return 404 if code in _UNKNOWN_404 else STATUS.get(code, 409)


class _Facts(dict[str, object]):
    """A field that is missing leaves a gap, not an exception in the middle of a refusal."""

    def __missing__(self, key: str) -> str:
        return "?"
