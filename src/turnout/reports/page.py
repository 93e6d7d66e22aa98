"""A self-contained HTML page, built as a tree so that no text of a caller or crew can become markup."""

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as Tree

from turnout.words.name import Language

STYLE: Final = """
@page { size: A4 landscape; margin: 10mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.3 system-ui, "Noto Sans CJK SC", sans-serif; margin: 1rem }
body { color: #000; background: #fff }
h1 { font-size: 16pt; margin: 0 0 2mm } h2 { font-size: 12.5pt; margin: 6mm 0 2mm; border-bottom: 2px solid #000 }
p { margin: 0 0 2mm } table { width: 100%; border-collapse: collapse } thead { display: table-header-group }
th, td { border: 1px solid #666; padding: 1mm 1.5mm; text-align: left; vertical-align: top }
th { background: #e4e4e4; font-size: 9pt } tr { break-inside: avoid } .strong { font-weight: 700 }
.notice { border: 3px solid #000; padding: 2mm 3mm; font-weight: 700 }
.blank { table-layout: fixed } .blank .wide { width: 22% } .blank td { height: 11mm } .break { break-before: page }
.small { font-size: 9pt } .narrow { white-space: nowrap } .loose td { overflow-wrap: anywhere }
"""


def element(tag: str, *content: object, kind: str = "") -> Tree.Element:
    """`tag` with texts and elements inside, `kind` as its class. None is left out; sequences are taken apart."""
    made = Tree.Element(tag, {"class": kind} if kind else {})
    for part in _flat(content):
        if isinstance(part, Tree.Element):
            made.append(part)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + part
        else:
            made.text = (made.text or "") + part
    return made


def _flat(content: Iterable[object]) -> Iterable[str | Tree.Element]:
    for part in content:
        if part is None:
            continue
        if isinstance(part, str | Tree.Element):
            yield part
        elif isinstance(part, Sequence):
            yield from _flat(part)
        else:
            yield str(part)


def wide(text: str) -> Tree.Element:
    """The head of a column that sentences are written into."""
    return element("th", text, kind="wide")


def lines(texts: Iterable[str]) -> list[str | Tree.Element]:
    """Texts one below the other."""
    parts: list[str | Tree.Element] = []
    for text in texts:
        parts += [Tree.Element("br"), text] if parts else [text]
    return parts


def table(heads: Sequence[object], rows: Iterable[Sequence[object]], kind: str = "") -> Tree.Element:
    """A table whose head is repeated on every printed page; a head may be a `wide` one."""
    cells = [head if isinstance(head, Tree.Element) else element("th", head) for head in heads]
    top = element("thead", element("tr", cells))
    body = element("tbody", [element("tr", [element("td", cell) for cell in row]) for row in rows])
    return element("table", top, body, kind=kind)


def page(title: str, language: Language, *content: object) -> bytes:
    """The whole file, UTF-8."""
    charset = Tree.Element("meta", {"charset": "utf-8"})
    view = Tree.Element("meta", {"name": "viewport", "content": "width=device-width"})
    head = element("head", charset, view, element("title", title), element("style", STYLE))
    html = Tree.Element("html", {"lang": language})
    html.extend([head, element("body", *content)])
    body: bytes = Tree.tostring(html, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + body + b"\n"
