"""The words, in both languages, for every no that the edge gives by itself, and the HTTP status that goes with a code.

The rules' own refusals are spoken by the core. A sentence says what stands in the way and the cure, if there is one.
"""

from typing import Final

from turnout.edge.signals_room import speech as engineers
from turnout.words.decoding import complaint
from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    **engineers.WORDS,
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
    # who asks
    "not-signed-on": Name("Sign in first.", "请先登录。"),
    "session-locked": Name("This console is locked. Unlock it first.", "此工作台已锁定，请先解锁。"),
    "not-a-console": Name("Only a person's console can be locked.", "只有人员使用的工作台可以锁定。"),
    "wrong-secret": Name("Account or password is not right.", "账号或密码不正确。"),
    "too-many-attempts": Name(
        "Too many attempts. Try again in {wait_s} seconds. (Emergency buttons and running sessions are not affected.)",
        "尝试次数过多，请 {wait_s} 秒后再试。（紧急按钮和已登录的席位不受影响。）",
    ),
    "too-many-requests": Name(
        "More than one person, program or network may ask for. Try again in {wait_s} seconds. (New incidents and"
        " emergency buttons are not held back.)",
        "超出单个人员、程序或网络的请求上限，请 {wait_s} 秒后再试。（新警情和紧急按钮不受限制。）",
    ),
    "position-not-yours": Name("Your account may not take position {position}.", "您的账号不能使用席位 {position}。"),
    "no-demo": Name("This city is not a demonstration: sign in with an account.", "本城市不是演示城市，请用账号登录。"),
    "role-not-for-demo": Name("The role {role} is not given in the demonstration.", "演示中不提供角色 {role}。"),
    "unknown-station": Name("There is no station {station} in the tables.", "站点表中没有 {station}。"),
    "unknown-role": Name("There is no role {role} in the tables.", "角色表中没有 {role}。"),
    "unknown-scope": Name("There is no scope “{scope}”.", "没有权限范围“{scope}”。"),
    "weak-secret": Name("The password needs {least} to {most} characters.", "密码长度须为 {least} 至 {most} 个字符。"),
    "common-secret": Name(
        "This is one of the most common passwords, which are tried first. Take a few words that have nothing to do with"
        " each other.",
        "这是最常见的密码之一，容易被首先猜中。请用几个互不相关的词。",
    ),
    "place-secret": Name(
        "This password is little more than “{word}”, a word of this place or of yourself. Take a few words that have"
        " nothing to do with it.",
        "此密码几乎只有“{word}”这样与本地或本人有关的词，容易被猜中。请用几个与此无关的词。",
    ),
    "already-set-up": Name(
        "The set-up has been done. An administrator makes further accounts.", "初始设置已完成，新账号由管理员建立。"
    ),
    "wrong-setup-code": Name(
        "That is not the set-up code that the terminal shows, or it is more than a day old. A restart shows a new one.",
        "与终端上显示的设置码不符，或已超过一天。重新启动会显示新的设置码。",
    ),
    "unknown-provider": Name("There is no such way to sign in here.", "本处没有这种登录方式。"),
    "provider-silent": Name(
        "The identity provider does not answer as it should. Sign in with a password, a passkey or a one-time code.",
        "统一身份认证没有正常应答。请改用密码、通行密钥或一次性代码登录。",
    ),
    "sign-on-lost": Name(
        "This sign-in was not begun here, or more than ten minutes ago. Begin again.",
        "此次登录不是在这里发起的，或已超过十分钟，请重新开始。",
    ),
    "sign-on-refused": Name(
        "The identity provider did not let you in, or you turned back.", "统一身份认证未予通过，或您中途返回。"
    ),
    "sign-on-stale": Name(
        "The identity provider did not ask who you are this time, or not as strongly as it has to. Begin again.",
        "统一身份认证此次没有重新核实您的身份，或核实强度不足，请重新开始。",
    ),
    "sign-on-unknown": Name(
        "The identity provider knows you, but you have no open account here, or no group that has a role. Ask the"
        " administrator.",
        "统一身份认证认识您，但您在本系统没有可用账号，或所在用户组没有对应角色，请联系管理员。",
    ),
    "sign-on-taken": Name(
        "Account {account} has a password or belongs to somebody else. The administrator can give it a one-time code,"
        " its passkeys removed; then sign in again.",
        "账号 {account} 设有密码或属于他人。请管理员为其发放一次性代码并清除通行密钥，然后重新登录。",
    ),
    "wrong-code": Name(
        "That is not your one-time code, or it is more than a day old. Ask the administrator for a new one.",
        "一次性代码不正确或已超过一天，请向管理员索取新的代码。",
    ),
    "wrong-offline-code": Name(
        "That is not an offline code of this account, or it was used. Each code works once.",
        "不是此账号的离线代码，或已用过。每个代码只能用一次。",
    ),
    "provider-answers": Name(
        "The identity provider answers, or has been silent for some seconds only: sign in by it. Offline codes are for"
        " when it is down.",
        "统一身份认证仍有应答，或刚刚无应答几秒：请通过它登录。离线代码只在它停止时可用。",
    ),
    "no-provider-account": Name(
        "{account} does not belong to an identity provider and needs no offline codes.",
        "{account} 不属于统一身份认证，不需要离线代码。",
    ),
    "unknown-entry": Name("There is no such sign-in that waits for an answer.", "没有这样待确认的登录。"),
    "own-entry": Name("Somebody else has to confirm your own sign-in.", "您本人的登录须由他人确认。"),
    "device-needed": Name(
        "This may only be used from one of the service's own terminals. Yours shows no certificate, or one that is not"
        " valid any more. (Emergency buttons work.)",
        "只能在出示证书的本单位终端上使用，您的终端没有证书或证书已失效。（紧急按钮不受影响。）",
    ),
    "proof-needed": Name(
        "Show again who you are: with your password or passkey, or by your provider.",
        "请再次证明您的身份：用密码、通行密钥或统一身份认证。",
    ),
    "two-factors-needed": Name(
        "Your role needs two factors: sign in with a passkey or by your provider. An administrator's one-time code lets"
        " you add a passkey.",
        "您的角色需要双重验证：请用通行密钥或统一身份认证登录。凭管理员给的一次性代码可添加通行密钥。",
    ),
    "unknown-session": Name("You have no such session.", "您没有这样的会话。"),
    "private-in-url": Name(
        "Places, typed words and purposes do not belong into an address: send them in the header Turnout-Query.",
        "位置、键入的文字和用途不得写在网址里，请放入请求头 Turnout-Query。",
    ),
    "tls-needed": Name(
        "This server answers nobody in the clear over a network: use its https:// address.",
        "本服务器不接受网络上的明文访问，请使用 https:// 地址。",
    ),
    "device-not-known": Name(
        "This certificate is of no known terminal, or was revoked.", "此证书不属于已知终端，或已吊销。"
    ),
    "device-too-early": Name("A certificate is renewed once half of its time is over.", "证书过半有效期后才可续期。"),
    "device-request": Name(
        "This is no request for a certificate (PKCS #10, PEM).", "不是有效的证书申请（PKCS #10，PEM）。"
    ),
    "device-name": Name("A terminal's name has 1 to {most} characters.", "终端名称须为 1 至 {most} 个字符。"),
    "device-taken": Name("A terminal {device} has a certificate already.", "终端 {device} 已有证书。"),
    "device-no-authority": Name(
        "The key that certificates are signed with is not on this machine (devices/ca.key), or was altered or removed"
        " in the database. Put it back, or revoke all, remove the authority and issue anew: see the operators' manual.",
        "本机没有签发证书的密钥（devices/ca.key），或其在数据库中已被改动或删除。"
        "请放回，或全部吊销、删除签发者并重新签发：见运维手册。",
    ),
    "unknown-device": Name("There is no terminal {device}, or it is revoked.", "没有终端 {device}，或已吊销。"),
    "last-administrator": Name(
        "{account} is the only administrator: make another one first.", "{account} 是唯一的管理员，请先设立另一个。"
    ),
    "unknown-agency": Name("There is no agency {agency} in the tables.", "机构表中没有 {agency}。"),
    "passkey-failed": Name("The passkey was not accepted.", "通行密钥未被接受。"),
    "account-taken": Name("The account {account} exists already.", "账号 {account} 已存在。"),
    "group-means-nothing": Name(
        "The group “{group}” has no meaning in this server's plan, and is not kept.",
        "本服务器的配置没有为用户组“{group}”规定含义，不予保存。",
    ),
    "closed-by-administrator": Name(
        "An administrator has closed the account {account}, and only one can open it.",
        "账号 {account} 由管理员停用，只能由管理员启用。",
    ),
    "too-many-provisioned": Name("More than are kept here: at most {most}.", "超出此处可保存的数量：最多 {most} 个。"),
    "longer-than-kept": Name("{field} is longer than {most} characters.", "{field} 超过 {most} 个字符。"),
    "no-account": Name("A demonstration visitor has no account to change.", "演示访客没有可更改的账号。"),
    "unknown-account": Name("There is no account {account}.", "没有账号 {account}。"),
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
    "unknown-token": Name("There is no token {token}.", "没有令牌 {token}。"),
    "scope-missing": Name("This needs the right “{scope}”.", "此操作需要“{scope}”权限。"),
    "field-hidden": Name("Your role is not shown this ({field}).", "您的角色不能查看此内容（{field}）。"),
    "foreign-origin": Name(
        "The request comes from another site's page and was not taken.", "请求来自其他网站的页面，未予受理。"
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
