"""Verbs that ask something of the console: find, recommend, undo, help, look up, timers."""

from turnout.core.timers.commands import CancelTimers, ResetTimers
from turnout.line.grammar import Values
from turnout.line.reading import Effect
from turnout.line.trouble import CannotRead
from turnout.line.verbs import Made, Making, Verb, pattern, slot, word
from turnout.words.name import Name


def _recommend(values: Values, making: Making) -> Made:
    capability = values["capability"] or ""
    return Made(effect=Effect("recommend", values["incident"], values["level"], capability))


def _find(values: Values, making: Making) -> Made:
    subject = values.get("incident") or values.get("unit") or values.get("text") or ""
    return Made(effect=Effect("find", subject))


def _timers(values: Values, making: Making) -> Made:
    chosen = tuple(
        timer.id
        for timer in making.board.timers.values()
        if timer.incident == values.get("incident") and (timer.rung is not None or values["way"] == "cancel")
    )
    if not chosen:
        raise CannotRead("no-timer", Name("no timer of it has run out", "该警情没有超时的计时"))
    if values["way"] == "reset":
        minutes = values.get("minutes")
        return Made((ResetTimers(timers=chosen, by_s=None if minutes is None else minutes * 60),))
    return Made((CancelTimers(timers=chosen, reason=making.note),))


VERBS = (
    Verb(
        "recommend",
        ("r", "rec", "荐", "推荐", "tj"),
        Name("Who should go", "推荐力量"),
        "R F12 +TRUCK",
        (pattern("incident level? capability?"),),
        _recommend,
        Name("Recommend units for {incident} {capability}", "为 {incident} 推荐力量 {capability}"),
    ),
    Verb(
        "find",
        ("f", "find", "找", "查找", "cz"),
        Name("Find on the map", "地图查找"),
        "F E07",
        (pattern("incident"), pattern("unit"), pattern("text")),
        _find,
        Name("Find {incident}{unit}{text}", "查找 {incident}{unit}{text}"),
    ),
    Verb(
        "records",
        ("rs", "records", "档案", "dang"),
        Name("Find in the records, by number or place", "按编号或地点查询档案"),
        "RS F26000123",
        (pattern("text?"),),
        lambda v, m: Made(effect=Effect("records", v["text"] or "")),
        Name("Find in the records: {text}", "查询档案：{text}"),
    ),
    Verb(
        "timers",
        ("t", "timers", "计时", "js"),
        Name("Reset or cancel an incident's timers", "重置或取消计时"),
        "T F12 CANCEL",
        (
            (slot("incident"), word("way", "reset", "重置"), slot("minutes?")),
            (slot("incident"), word("way", "cancel", "取消")),
        ),
        _timers,
        Name("Timers of {incident}: {way}", "{incident} 计时：{way}"),
    ),
    Verb(
        "coverage",
        ("cv", "coverage", "覆盖", "fg"),
        Name("Coverage: gaps, and who could fill in where", "覆盖情况与调防建议"),
        "CV",
        ((),),
        lambda v, m: Made(effect=Effect("coverage", "all")),
        Name("Show the coverage", "显示覆盖情况"),
    ),
    Verb(
        "undo",
        ("u", "undo", "撤回", "ch"),
        Name("Undo your last act", "撤回上一步"),
        "U",
        ((),),
        lambda v, m: Made(effect=Effect("undo")),
        Name("Undo your last act", "撤回您的上一步操作"),
    ),
    Verb(
        "help",
        ("?", "help", "帮助", "bangzhu"),
        Name("What can be typed", "命令说明"),
        "?",
        ((),),
        lambda v, m: Made(effect=Effect("help")),
        Name("Show what can be typed", "显示可用命令"),
    ),
    Verb(
        "info",
        ("i", "info", "资料", "zl"),
        Name("A procedure or contact by its short name", "按简称调取资料"),
        "I MAYDAY",
        (pattern("info"),),
        lambda v, m: Made(effect=Effect("info", v["info"])),
        Name("Show {info}", "显示 {info}"),
    ),
)
