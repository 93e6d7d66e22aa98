"""The words of the transparency report, in both languages."""

from typing import Final

from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    "title": Name("Transparency report", "透明度报告"),
    "about": Name(
        "Counted from the journal, by the city's own clocks, as it was recorded in the year. Exercises are left out. "
        "Purposes as people typed them are in no report: they may name somebody.",
        "依据日志统计，以本市时间为准，按当年记录。演练不计。人员录入的用途不出现在任何报告中：其中可能提到当事人。",
    ),
    "rule": Name(
        "Counts from 1 to 4 are never published. “hidden” is such a count, or a larger one behind which it hides: "
        "no sum or difference tells which. “0” is really none.",
        "1 至 4 的数目一律不公布。“隐去”表示此类数目，或用于遮护它的较大数目：任何加减都无法分辨。“0”确为零。",
    ),
    "missing": Name(
        "Not counted: copies made for persons who asked what is kept about them, and exports for auditors. The journal "
        "does not record them as such.",
        "未统计：应当事人查询而提供的副本、供审计的导出。日志未单独记录这些事项。",
    ),
    "withheld": Name(
        "Not published: too few to be shown without showing single cases.", "不公布：数目过少，公布即会暴露个案。"
    ),
    "hidden": Name("hidden", "隐去"),
    "count": Name("Count", "数目"),
    "incidents": Name("Incidents", "警情"),
    "reveals": Name("Personal details and files opened", "个人信息与文件查阅"),
    "reviews": Name("Reviews asked for", "审查申请"),
    "glass": Name("Broken glass", "紧急查阅"),
    "erasures": Name("Details erased because their term was over", "到期销毁的个人信息"),
    "requests": Name("Erasures that somebody asked for", "应申请的销毁"),
    "holds": Name("Holds placed, so that nothing is erased", "保留（暂不销毁）"),
    "standing": Name("At the end of the year", "年末状态"),
    "erased": Name("Erased", "已销毁"),
    "stands": Name("Stands", "仍保留"),
    "released": Name("Released", "已解除"),
    "type": Name("Type, as it was last in the year", "类型（以当年最后所定为准）"),
    "month": Name("Month", "月份"),
    "ground": Name("In which role, on what ground", "以何种身份、依据"),
    "kind": Name("What was opened", "查阅内容"),
    "outcome": Name("Answer", "答复"),
    "finding": Name("A second person's answer", "第二人答复"),
    "crew": Name("Crew that was sent", "出动单元人员"),
    "call-taker": Name("Whoever took the call or opened the incident", "接警人或立案人"),
    "dispatcher": Name("Dispatcher of its group", "该组调度员"),
    "open-call": Name("A call that waits to be answered", "待接来电"),
    "agency-record": Name("Records system of its agency", "所属机构的档案系统"),
    "review": Name("Approved review", "已批准的审查"),
    "earlier": Name("Before grounds were recorded", "记录依据之前"),
    "details": Name("Details of a person", "个人信息"),
    "files": Name("Files and recordings", "文件与录音录像"),
    "approved": Name("Granted", "批准"),
    "declined": Name("Refused", "拒绝"),
    "open": Name("Not answered by the end of the year", "年末未答复"),
    "justified": Name("Justified", "正当"),
    "not-justified": Name("Not justified", "不正当"),
    "unclear": Name("Unclear", "不明确"),
    "times": Name("Times", "用时"),
    "what": Name("From, to", "起止"),
    "p50": Name("Half within", "半数以内"),
    "p90": Name("Nine of ten within", "九成以内"),
    "first-sent": Name("Incident opened, first units sent", "立案至首批单元派出"),
    "glass-answered": Name("Glass broken, answered by a second person", "紧急查阅至第二人答复"),
    "too-few": Name("too few", "数目过少"),
}
SECONDS: Final = Name("{} s", "{} 秒")
