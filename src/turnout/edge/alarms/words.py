"""What an alarm means and what to do, in both languages. `{value}` and `{limit}` come with their unit."""

from typing import Final, NamedTuple

from turnout.words.name import Name


class Words(NamedTuple):
    """`title`: what the figure is called. `means`: for whoever sees the alarm. `cure`: what an operator does."""

    title: Name
    means: Name
    cure: Name


WORDS: Final[dict[str, Words]] = {
    "command-latency": Words(
        Name("Answer to a command, p99", "命令应答 p99"),
        Name(
            "Commands are answered slowly: one in a hundred takes {value} or longer (limit {limit}).",
            "命令应答变慢：每百条中有一条超过 {value}（限值 {limit}）。",
        ),
        Name(
            "Compare with the disk's and the loop's figures below; stop what else runs on this machine.",
            "请对照下方磁盘与事件循环的数据，停掉本机上的其他任务。",
        ),
    ),
    "append-time": Words(
        Name("Writing to the journal, p99", "写入日志 p99"),
        Name(
            "The disk is slow to keep the journal: a write takes {value} (limit {limit}).",
            "磁盘写入日志变慢：一次写入需 {value}（限值 {limit}）。",
        ),
        Name(
            "Look for other programs that write, a failing disk or a rebuilding array; prepare to move the data.",
            "请检查是否有其他程序大量写盘、磁盘故障或阵列重建，并准备迁移数据。",
        ),
    ),
    "disk-probe": Words(
        Name("One small write to the disk", "磁盘单次小写入"),
        Name(
            "The data disk takes {value} for one small write (limit {limit}).",
            "数据磁盘一次小写入需 {value}（限值 {limit}）。",
        ),
        Name(
            "Look for a failing disk or a lost network mount before it stops altogether.",
            "请在磁盘完全停止前检查其是否故障，或网络挂载是否中断。",
        ),
    ),
    "loop-lag": Words(
        Name("Standstill of the program", "程序停顿"),
        Name(
            "The program stood still for {value} (limit {limit}): every screen waited so long.",
            "程序停顿了 {value}（限值 {limit}），所有席位都等待了这么久。",
        ),
        Name("Free processor and memory of this machine.", "请释放本机的处理器和内存。"),
    ),
    "queue": Words(
        Name("Queue", "队列占用"),
        Name("The queue “{about}” is {value} full (limit {limit}).", "队列“{about}”已占用 {value}（限值 {limit}）。"),
        Name(
            "More comes in than is done. See under “queues” what happens when it is full.",
            "到达快于处理。占满后的后果见“队列”一节。",
        ),
    ),
    "disk-free": Words(
        Name("Free on the data disk", "数据磁盘剩余"),
        Name("Only {value} are left on the data disk (limit {limit}).", "数据磁盘仅剩 {value}（限值 {limit}）。"),
        Name(
            "Make room or give a larger disk. Uploads stop first, then the records; dispatch goes on to the last.",
            "请清理或扩容。先停上传，再停档案库，调度会坚持到最后。",
        ),
    ),
    "disk-full-in": Words(
        Name("Until the disk is full", "预计写满时间"),
        Name(
            "At the present growth the data disk is full in {value} (limit {limit}).",
            "按目前增长速度，数据磁盘将在 {value} 后写满（限值 {limit}）。",
        ),
        Name("Find what grows, or give a larger disk in time.", "请找出增长的来源，或及时扩容。"),
    ),
    "disk-refuses": Words(
        Name("Disk refuses writing", "磁盘拒写"),
        Name(
            "The data disk takes no more writing: {about}. Nothing new can be recorded; work on paper.",
            "数据磁盘拒绝写入：{about}。无法记录新内容，请改用纸面记录。",
        ),
        Name(
            "Make room, or mount it for writing again. Work goes on by itself as soon as the disk takes it.",
            "请清理空间或重新以可写方式挂载。磁盘恢复后系统会自动继续。",
        ),
    ),
    "disk-reserve": Words(
        Name("Reserve in use", "动用预留空间"),
        Name(
            "The disk is full and dispatch lives on its reserve. When that is used up, nothing new can be recorded.",
            "磁盘已满，调度正在使用预留空间。用完后将无法记录新内容。",
        ),
        Name("Make room now. The reserve is set aside again by itself.", "请立即清理空间，预留空间会自动恢复。"),
    ),
    "storage-faults": Words(
        Name("Faults of the storage, 5 minutes", "存储故障（5 分钟）"),
        Name(
            "The storage failed {value} in the last minutes (limit {limit}); those commands were not done.",
            "存储在最近几分钟失败 {value}（限值 {limit}），相应命令未执行。",
        ),
        Name("Look into the server's log and at the disk or the database.", "请查看服务器日志以及磁盘或数据库。"),
    ),
    "file-growth": Words(
        Name("Growth of a file", "文件增长"),
        Name("{about} grows by {value} (limit {limit}).", "{about} 每小时增长 {value}（限值 {limit}）。"),
        Name(
            "Find out which program sends so much; withdraw its token if need be.",
            "请查出哪个程序发送过多，必要时撤销其令牌。",
        ),
    ),
    "board-size": Words(
        Name("Rows on the board", "当前总览行数"),
        Name(
            "The board holds {value} (limit {limit}): what is over is not being closed.",
            "当前总览有 {value}（限值 {limit}），已结束的事项未关闭。",
        ),
        Name("Close incidents and calls that are over.", "请关闭已结束的警情和来电。"),
    ),
    "records-behind": Words(
        Name("Rows not yet recorded", "未入档行数"),
        Name(
            "Closed incidents are recorded late: {value} wait (limit {limit}). Search lacks the newest.",
            "已结警情入档滞后：{value} 在等待（限值 {limit}），查询缺少最新内容。",
        ),
        Name(
            "They catch up by themselves from the journal; make sure that the disk has room and is quick.",
            "会自动从日志补录，请确认磁盘有空间且速度正常。",
        ),
    ),
    "memory": Words(
        Name("Memory", "内存占用"),
        Name(
            "The program uses {value} of the machine's memory (limit {limit}).",
            "程序占用本机内存的 {value}（限值 {limit}）。",
        ),
        Name("Plan a restart in a quiet hour and report it.", "请安排在空闲时段重启，并反馈此问题。"),
    ),
    "clock-step": Words(
        Name("Step of the clock, 10 minutes", "时钟跳变（10 分钟）"),
        Name(
            "The machine's clock was put by {value} (limit {limit}). Screens and records do not follow at once.",
            "本机时钟被拨动了 {value}（限值 {limit}），屏幕和记录时间不会立即跟随。",
        ),
        Name(
            "Check the time service (chrony, NTP). Times of the journal never go back.",
            "请检查时间服务（chrony、NTP）。日志时间不会倒退。",
        ),
    ),
    "clock-apart": Words(
        Name("Clock and record apart", "时钟与记录相差"),
        Name(
            "The machine's clock and the times on record are {value} apart (limit {limit}).",
            "本机时钟与记录时间相差 {value}（限值 {limit}）。",
        ),
        Name(
            "Put the clock right. The program goes on at a steady pace and comes near it slowly: an hour in 20 hours.",
            "请校正时钟。程序保持匀速并缓慢靠拢，一小时的差约需 20 小时。",
        ),
    ),
    "clock-unsynchronised": Words(
        Name("Clock not synchronised", "时钟未同步"),
        Name("The machine's clock is not kept in time by anything.", "本机时钟没有同步来源。"),
        Name(
            "Set up chrony or systemd-timesyncd with the city's master clock.",
            "请用 chrony 或 systemd-timesyncd 与本市主时钟同步。",
        ),
    ),
    "database-alone": Words(
        Name("Database on one machine", "数据库单机运行"),
        Name(
            "The database runs on one machine alone: should that be lost now, what was acknowledged meanwhile is lost.",
            "数据库目前单机运行：若此机现在损毁，这段时间已确认的内容会丢失。",
        ),
        Name(
            "Bring the second machine back, with its keeper it joins by itself; until then do not stop this one.",
            "请恢复第二台机器，有 keeper 时会自动加入；在此之前不要停本机。",
        ),
    ),
    "standby-missing": Words(
        Name("Standby missing", "备用数据库缺失"),
        Name(
            "No standby database is connected, and commits wait for one: nothing new is acknowledged.",
            "没有备用数据库连接，而写入必须等待它：新内容无法确认。",
        ),
        Name(
            "Bring a standby back; only if none can be had, see the operators' manual on working with one machine.",
            "请恢复备用数据库；确实没有时，请按运维手册单机运行。",
        ),
    ),
    "standby-behind": Words(
        Name("Standby behind", "备用数据库落后"),
        Name(
            "The standby database lacks {value} (limit {limit}); until it has caught up it cannot take over.",
            "备用数据库落后 {value}（限值 {limit}），追上之前无法接管。",
        ),
        Name(
            "It catches up by itself: look at the line between the machines and at the standby's disk.",
            "会自动追赶，请检查两机之间的线路和备用机的磁盘。",
        ),
    ),
    "keeper-missing": Words(
        Name("Keepers not heard", "失联的 keeper"),
        Name(
            "A keeper of the database or the witness is not heard: if another is lost, nobody may write.",
            "数据库的一个 keeper 或见证节点失联：再失去一个，就无法写入。",
        ),
        Name(
            "See turnout keep --status which one it is, and start it again or mend its line.",
            "请用 turnout keep --status 查看是哪一个，重新启动或修复线路。",
        ),
    ),
    "certificate": Words(
        Name("TLS certificate", "TLS 证书"),
        Name("The server's TLS certificate ends in {value}.", "服务器 TLS 证书将在 {value} 后到期。"),
        Name("Renew it and restart.", "请更换证书并重启。"),
    ),
    "fallback-stale": Words(
        Name("Fallback sheet", "应急底单"),
        Name(
            "The fallback sheet in {about} is {value} old (limit {limit}).",
            "{about} 中的应急底单已有 {value} 未更新（限值 {limit}）。",
        ),
        Name("Look at that folder, or name another one.", "请检查该文件夹，或另指定一个。"),
    ),
    "backup-age": Words(
        Name("Since the last backup", "距上次备份"),
        Name("The last backup is {value} old (limit {limit}).", "上次备份已过去 {value}（限值 {limit}）。"),
        Name("Run turnout backup, and let the machine do it every day.", "请运行 turnout backup，并设为每天自动执行。"),
    ),
    "offline-entries": Words(
        Name("Sign-ins by offline code, not confirmed", "待确认的离线代码登录"),
        Name(
            "With the identity provider down, people came in by offline codes: {value} not yet confirmed.",
            "统一身份认证停止期间有人用离线代码登录，尚有 {value} 次待确认。",
        ),
        Name(
            "Ask each whether it was them, and confirm it under Administration, Openings; if not, close the account.",
            "请逐一向本人核实，并在“管理，查看记录”中确认；如非本人，请停用该账号。",
        ),
    ),
    "bugs": Words(
        Name("Errors of the program, 1 hour", "程序出错（1 小时）"),
        Name("The program met errors of its own: {value} in the last hour.", "程序最近一小时内自身出错 {value}。"),
        Name(
            "Those commands were not done, everything else goes on. Report it with the log.",
            "相应命令未执行，其他不受影响。请附日志反馈。",
        ),
    ),
}

UNITS_ZH: Final[dict[str, str]] = {
    "ms": "毫秒", "s": "秒", "min": "分钟", "h": "小时", "days": "天", "%": "%",
    "MiB": "MiB", "MiB/h": "MiB", "rows": "行", "count": "次",
}  # fmt: skip


def amount(value: float, unit: str) -> Name:
    """A figure with its unit, as people write it."""
    digits = f"{value:,.1f}" if abs(value) < 10 and value != int(value) else f"{value:,.0f}"
    if unit == "count":
        return Name("once" if value == 1 else f"{digits} times", f"{digits} 次")
    if unit == "%":
        return Name(f"{digits} %", f"{digits}%")
    english = {"MiB/h": "MiB an hour", "rows": "rows", "days": "days"}.get(unit, unit)
    return Name(f"{digits} {english}", f"{digits} {UNITS_ZH[unit]}")


def means(key: str, value: float, limit: float, unit: str, about: Name) -> Name:
    """The sentence of an alarm."""
    said, most = amount(value, unit), amount(limit, unit)
    template = WORDS[key].means
    return Name(
        template.en.format(value=said.en, limit=most.en, about=about.en),
        template.zh.format(value=said.zh, limit=most.zh, about=about.zh),
    )
