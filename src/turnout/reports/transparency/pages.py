"""The transparency report of a year as pages that people read and as rows that programs read."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as Tree

import msgspec

from turnout.reports.page import element, page, table
from turnout.reports.transparency.counting import Counted, Percentiles
from turnout.reports.transparency.suppression import Shown, published
from turnout.reports.transparency.words import SECONDS, WORDS
from turnout.words.name import Language, Name

HEAD: Final = ("happening", "table", "row", "en", "zh", "count", "shown")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is published, and nothing more. None in `tables`: nothing of those happenings."""

    year: int
    city: Name
    types: dict[str, Name]
    tables: dict[str, dict[str, Shown] | None]
    times: dict[str, Percentiles | None]


def report_of(year: int, city: Name, types: Mapping[str, Name], counted: Counted) -> Report:
    """The counts leave here only as far as `suppression.published` lets them."""
    tables: dict[str, dict[str, Shown] | None] = {}
    for happening, of_it in counted.tables.items():
        shown = published(list(of_it.values()))
        tables[happening] = None if shown is None else dict(zip(of_it, shown, strict=True))
    times = dict(counted.times)
    findings = (tables["glass"] or {}).get("finding", {})
    if findings.get("open") is None:
        times["glass-answered"] = None  # that there are times tells how many were answered, and so how many were not
    return Report(year=year, city=city, types=dict(types), tables=tables, times=times)


def as_html(report: Report, language: Language) -> bytes:
    """One page without scripts or addresses, UTF-8."""

    def said(key: str) -> str:
        return WORDS[key].spoken(language)

    title = f"{said('title')} {report.year} · {report.city.spoken(language)}"
    parts: list[Tree.Element] = [element("h1", title)]
    parts += [element("p", said(key)) for key in ("about", "rule", "missing")]
    for happening, of_it in report.tables.items():
        parts.append(element("h2", said(happening)))
        if of_it is None:
            parts.append(element("p", said("withheld"), kind="strong"))
            continue
        for name, rows in of_it.items():
            lines = [(_name(report, name, row).spoken(language), _count(count, said)) for row, count in rows.items()]
            parts.append(table((said(name), said("count")), lines))
    times = [(said(name), *_seconds(found, language)) for name, found in report.times.items()]
    parts += [element("h2", said("times")), table((said("what"), said("p50"), said("p90")), times)]
    return page(title, language, *parts)


def as_csv(report: Report) -> bytes:
    """A row for each count, UTF-8; `shown` is `yes`, `hidden` or `withheld`, and `count` is empty but for `yes`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(_rows(report))
    return out.getvalue().encode()


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    for happening, of_it in report.tables.items():
        if of_it is None:
            yield happening, "", "", WORDS[happening].en, WORDS[happening].zh, "", "withheld"
            continue
        for name, rows in of_it.items():
            for row, count in rows.items():
                spoken = _name(report, name, row)
                says = "hidden" if count is None else "yes"
                yield happening, name, row, spoken.en, spoken.zh, count, says
    for what, found in report.times.items():
        says = "withheld" if found is None else "yes"
        yield "times", what, "p50-s", WORDS[what].en, WORDS[what].zh, found and found.p50_s, says
        yield "times", what, "p90-s", WORDS[what].en, WORDS[what].zh, found and found.p90_s, says


def _name(report: Report, table_name: str, row: str) -> Name:
    if table_name == "type":
        return report.types.get(row, Name(row, row))
    return WORDS.get(row, Name(row, row))


def _count(count: int | None, said: Callable[[str], str]) -> str:
    return said("hidden") if count is None else str(count)


def _seconds(found: Percentiles | None, language: Language) -> tuple[str, str]:
    if found is None:
        few = WORDS["too-few"].spoken(language)
        return few, few
    spoken = SECONDS.spoken(language)
    return spoken.format(found.p50_s), spoken.format(found.p90_s)
