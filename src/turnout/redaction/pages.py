"""A redacted incident as a page without scripts or addresses, and what was taken out of it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as Tree
from zoneinfo import ZoneInfo

from turnout.audit.personal import Schema
from turnout.core.incidents.incident import Incident
from turnout.redaction.layers import Layer
from turnout.redaction.rules import TAKEN_OUT, UNDECLARED, Redacted
from turnout.reports.page import element, page, table
from turnout.words.moment import Moment
from turnout.words.name import Language, Name

SENTENCES: Final = "sentences"
WORDS: Final[dict[str, Name]] = {
    "title": Name("Incident", "警情"),
    "for": Name("For", "提供对象"),
    "number": Name("Number", "编号"),
    "opened": Name("Opened", "立案"),
    "closed": Name("Closed", "结束"),
    "made": Name("Made", "生成于"),
    "about": Name(
        "What is not meant for whom this is made has been taken out of the file: it is not covered, it is not there.",
        "不应提供给该对象的内容已从文件中删除：不是遮盖，而是不存在。",
    ),
    "removed": Name("What was taken out", "删除的内容"),
    "kind": Name("Of what kind", "种类"),
    "many": Name("How many", "数量"),
    "nothing": Name("Nothing.", "无。"),
    "vault": Name(
        "Details of persons, files and recordings are in no layer: they are sealed and are not read for this.",
        "个人信息、文件与录音录像不属于任何层级：它们是密封的，生成本文件时不读取。",
    ),
    SENTENCES: Name("Sentences of the course: the kind of each act stays", "经过中的语句：保留每项操作的种类"),
    UNDECLARED: Name("Fields that nobody has declared", "未声明的字段"),
    "course": Name("Course", "经过"),
    "at": Name("When", "时间"),
    "act": Name("Act", "操作"),
    "units": Name("Units", "单元"),
    "text": Name("What", "内容"),
    "card": Name("The incident's card", "警情卡片"),
    "field": Name("Field", "字段"),
    "value": Name("Value", "值"),
    "taken-out": Name("taken out", "已删除"),
}

MOMENTS_FROM: Final = 100_000_000_000
"""A whole number as large as that is a time (from 1973 on); nothing that is counted of an incident is."""

Said = Callable[[str], str]


def redacted_page(
    incident: Incident, found: Redacted, layer: Layer, schema: Schema, zone: ZoneInfo, made: Moment, language: Language
) -> bytes:
    """UTF-8. Of `incident` only what is public of every incident is read: numbers and times."""

    def said(key: str) -> str:
        return WORDS[key].spoken(language)

    kinds = {one.id: one.name.spoken(language) for one in schema.personal}
    kinds |= {SENTENCES: said(SENTENCES), UNDECLARED: said(UNDECLARED)}
    numbers = ", ".join(f"{agency} {number}" for agency, number in sorted(incident.numbers.items()))
    title = f"{said('title')} {numbers or incident.id}"
    head = [(said("for"), layer.name.spoken(language)), (said("number"), numbers or incident.id)]
    head.append((said("opened"), _time(incident.opened, zone)))
    if incident.closed is not None:
        head.append((said("closed"), _time(incident.closed, zone)))
    head.append((said("made"), _time(made, zone)))
    parts = [element("h1", title), table((said("title"), ""), head), element("p", said("about"))]
    parts += _taken(found, kinds, said)
    parts += [element("h2", said("course")), _course(found, zone, said, language)]
    rows = [(name, _shown(value, kinds, zone, said)) for name, value in _flat("", found.incident)]
    parts += [element("h2", said("card")), table((said("field"), said("value")), rows, kind="loose")]
    return page(title, language, *parts)


def _taken(found: Redacted, kinds: dict[str, str], said: Said) -> list[Tree.Element]:
    rows = [(kinds[kind], many) for kind, many in found.removed.items()]
    what = table((said("kind"), said("many")), rows) if rows else element("p", said("nothing"))
    return [element("h2", said("removed")), what, element("p", said("vault"))]


def _course(found: Redacted, zone: ZoneInfo, said: Said, language: Language) -> Tree.Element:
    key = "zh" if language == "zh-CN" else "en"
    rows = [
        (_time(line["at"], zone), line["code"], " ".join(line["units"]), line.get("text", {}).get(key, ""))
        for line in found.course
    ]
    return table((said("at"), said("act"), said("units"), said("text")), rows, kind="loose")


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Each value with the path to it: `location.zones.beat`."""
    if isinstance(value, dict) and TAKEN_OUT not in value:
        for key, one in value.items():
            yield from _flat(f"{name}.{key}" if name else key, one)
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield from _flat(f"{name}[{number}]", one)
    elif value not in (None, ""):
        yield name, value


def _shown(value: Any, kinds: dict[str, str], zone: ZoneInfo, said: Said) -> str:
    if isinstance(value, dict):
        return f"[{said('taken-out')}: {kinds[value[TAKEN_OUT]]}, {value['count']}]"
    is_moment = isinstance(value, int) and value >= MOMENTS_FROM
    return _time(value, zone) if is_moment else str(value)


def _time(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M:%S} {zone.key}"
