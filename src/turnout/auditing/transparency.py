"""`turnout transparency`: the report of a year for the public, in both languages and as rows (charter 6).

It reads the journal beside the running server. A year that is not over is refused: of two reports of the same year
the difference would be a count.
"""

import argparse
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from turnout.adapters.clock import SystemClock
from turnout.auditing.journals import open_journal
from turnout.config import Settings
from turnout.core.catalogue import Catalogue
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.reports.transparency.counting import NAMES, YearCount, year_span
from turnout.reports.transparency.pages import Report, as_csv, as_html, report_of
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

TablesOf = Callable[[argparse.Namespace], tuple[Settings, Path, Catalogue]]
"""The settings, this city's folder, and its tables."""

YEARS: Final = (1970, 9998)
"""What moments can say."""


def add_transparency_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", tables_of: TablesOf
) -> None:
    command = commands.add_parser("transparency", help="the report of a year for the public (透明度报告)")
    command.add_argument("--year", type=int, required=True, help="one that is over")
    command.add_argument("--to", type=Path, required=True, help="a folder: two pages and a CSV file go into it")
    command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    command.add_argument("--data", type=Path, help="where everything written is kept (default: var)")
    command.add_argument("--database", help="the PostgreSQL that holds the journal (default: the file in --data)")
    command.set_defaults(run=lambda asked: _run(asked, tables_of))


def _run(asked: argparse.Namespace, tables_of: TablesOf) -> int:
    settings, folder, tables = tables_of(asked)
    report = asyncio.run(_report(settings, folder, tables, asked.year, SystemClock().now()))
    try:
        written = write(report, asked.to)
    except OSError as error:
        raise Malformed(str(error), where=str(asked.to), cure="name another folder") from error
    for path in written:
        print(path)
    return 0


async def _report(settings: Settings, folder: Path, tables: Catalogue, year: int, now: Moment) -> Report:
    async with open_journal(settings, folder) as journal:
        return await make(journal, tables, year, now)


async def make(journal: Journal, tables: Catalogue, year: int, now: Moment) -> Report:
    """Raises `Malformed` for a year that is none or not over, `StorageFailed`."""
    zone = ZoneInfo(tables.time_zone)
    if not YEARS[0] <= year <= YEARS[1]:
        raise Malformed(f"no year: {year}", where="--year", cure=f"{YEARS[0]} to {YEARS[1]}")
    span = year_span(year, zone)
    if now < span.until:
        over = datetime.fromtimestamp(span.until / 1000, UTC).isoformat(timespec="minutes")
        raise Malformed(f"{year} is not over ({year} 年尚未结束)", where="--year", cure=f"from {over} on")
    book, count = Operations(), YearCount(zone, tables.types)
    async for page in journal.read(0):
        for row in page:
            if span.since <= row.at < span.until and row.name in NAMES:
                count.add(book.decode_event(row.name, row.version, row.body))
        if page and page[-1].at >= span.until:
            break
    return report_of(year, tables.name, {code: one.name for code, one in tables.types.items()}, count.counted())


def write(report: Report, to: Path) -> list[Path]:
    """The files, over those of an earlier run. Raises `OSError`."""
    to.mkdir(parents=True, exist_ok=True)
    stem = f"transparency-{report.year}"
    bodies = {
        f"{stem}.en.html": as_html(report, "en"),
        f"{stem}.zh-CN.html": as_html(report, "zh-CN"),
        f"{stem}.csv": as_csv(report),
    }
    for name, body in bodies.items():
        (to / name).write_bytes(body)
    return [to / name for name in bodies]
