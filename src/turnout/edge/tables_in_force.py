"""Putting a city's tables in force: at the start, and when the city's clocks change."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from turnout.core.catalogue import Catalogue
from turnout.core.tables.commands import PublishCatalogue
from turnout.desk.access import part
from turnout.desk.answers import Refused
from turnout.desk.book import Origin
from turnout.edge.counter import DeskAt
from turnout.words.identity import CommandId
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

OFFSET_LOOK_S: Final = 600.0
"""How often the city's offset from UTC is looked at: it changes twice a year, and plans by hour follow it."""


async def publish(desk: DeskAt, catalogue: Catalogue, now: Moment) -> None:
    """Put the city's tables in force, unless they are. Raises `Malformed` when the rules refuse them."""
    local = msgspec.structs.replace(catalogue, utc_offset_min=offset_min(catalogue.time_zone, now))
    held = desk.board.catalogue
    if held is not None and (held.version, held.utc_offset_min) == (local.version, local.utc_offset_min):
        return
    origin = Origin(part("tables").actor, CommandId(f"publish/{local.version}/{local.utc_offset_min}/{now}"))
    answer = await desk.submit(PublishCatalogue(catalogue=local, note="from the city folder"), origin)
    if isinstance(answer, Refused):
        raise Malformed(f"the city's tables are refused: {answer.refusal}", where=catalogue.city)


def offset_min(time_zone: str, now: Moment) -> int:
    """How far the city's clocks are ahead of UTC at that moment, in minutes."""
    offset = datetime.fromtimestamp(now / 1000.0, ZoneInfo(time_zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


async def follow_offset(desk: DeskAt, now: Callable[[], Moment]) -> None:
    """When summer time begins or ends, the tables in force are published again with the new offset. Until cancelled."""
    while True:
        await asyncio.sleep(OFFSET_LOOK_S)
        held = desk.board.catalogue
        if held is not None and held.utc_offset_min != offset_min(held.time_zone, now()):
            await publish(desk, held, now())
