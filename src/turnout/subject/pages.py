"""The answer as a page that is handed out, and the clerk's worksheet beside it. Pages without scripts or addresses."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as Tree
from zoneinfo import ZoneInfo

from turnout.audit.personal import Schema
from turnout.reports.page import element, page, table
from turnout.subject.gathering import Answer, Kept
from turnout.subject.words import WORDS
from turnout.words.moment import Moment
from turnout.words.name import Language

OF_STAFF: Final = "staff"
"""Of those who work here: no part of an answer to somebody of the public."""

Parts = list[Tree.Element]


def answer_page(answer: Answer, schema: Schema, zone: ZoneInfo, language: Language) -> bytes:
    """To be handed out. UTF-8."""
    said = _spoken(language)
    parts: Parts = [element("h1", said("title")), *_matter(answer, zone, said), element("h2", said("details"))]
    parts += [part for one in answer.kept if one.current for part in _details(one, said)]
    earlier = [one for one in answer.kept if not one.current]
    for one in earlier:
        parts += [element("h2", said("earlier")), *_details(one, said)]
    parts += _files(answer, zone, said)
    looked = [
        (_time(one.at, zone), said(one.ground), said(f"one-{one.what}"), one.purpose)
        for one in sorted(answer.looked, key=lambda one: one.n)
    ]
    parts += [element("h2", said("looked")), element("p", said("looked-note"))]
    parts += _rows((said("at"), said("in-role"), said("what"), said("why")), looked, said)
    sent = [(_time(one.at, zone), one.to) for one in answer.sent]
    parts += [element("h2", said("sent")), element("p", said("sent-note"))]
    parts += _rows((said("at"), said("agency")), sent, said)
    parts += [element("h2", said("kinds")), *_kinds(schema, language, said)]
    parts += [element("h2", said("rights")), element("p", said("rights-note"))]
    return page(said("title"), language, *parts)


def worksheet_page(answer: Answer, zone: ZoneInfo, language: Language) -> bytes:
    """For whoever makes the answer. UTF-8."""
    said = _spoken(language)
    lines = [(_time(one.at, zone), one.text.spoken(language)) for one in answer.to_read]
    parts = [element("h1", said("worksheet")), element("p", said("worksheet-note"), kind="notice")]
    parts += [*_matter(answer, zone, said), *_rows((said("at"), said("line")), lines, said)]
    return page(said("worksheet"), language, *parts)


def _matter(answer: Answer, zone: ZoneInfo, said: Callable[[str], str]) -> Parts:
    rows = [(said("role"), said(answer.role)), (said("made"), _time(answer.made, zone))]
    if answer.matter.call:
        rows.insert(0, (said("call"), answer.matter.call))
    if answer.opened is not None:
        numbers = ", ".join(f"{agency} {number}" for agency, number in sorted(answer.numbers.items()))
        rows = [(said("number"), numbers or answer.tag), (said("opened"), _time(answer.opened, zone)), *rows]
    return [table((said("matter"), ""), rows)]


def _details(one: Kept, said: Callable[[str], str]) -> Parts:
    if one.details is None:
        return [element("p", said(one.trouble), kind="strong")]
    known = {name: f"field-{name}" for name in one.details if f"field-{name}" in WORDS}
    rows = [(said(known.get(name, name)), text) for name, text in sorted(one.details.items())]
    return _rows((said("field"), said("text")), rows, said)


def _files(answer: Answer, zone: ZoneInfo, said: Callable[[str], str]) -> Parts:
    files = [(one.id, one.kind, _time(one.at, zone), one.size_bytes) for one in answer.files]
    heads = (said("file"), said("kind"), said("at"), said("size"))
    note = [element("p", said("files-note"))] if files else []
    return [element("h2", said("files")), *note, *_rows(heads, files, said)]


def _kinds(schema: Schema, language: Language, said: Callable[[str], str]) -> Parts:
    rows = [
        (
            one.name.spoken(language),
            schema.purposes[one.purpose].spoken(language),
            schema.terms[one.term].spoken(language),
            "; ".join(schema.bases[base].spoken(language) for base in one.bases),
        )
        for one in schema.personal
        if one.id != OF_STAFF
    ]
    return [table((said("is-kept"), said("purpose"), said("term"), said("basis")), rows)]


def _rows(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]], said: Callable[[str], str]) -> Parts:
    return [table(heads, rows)] if rows else [element("p", said("none"))]


def _spoken(language: Language) -> Callable[[str], str]:
    def said(key: str) -> str:
        return WORDS[key].spoken(language) if key in WORDS else key

    return said


def _time(at: Moment, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M:%S} {zone.key}"
