"""Putting a city's tables in force: at the start, and when the city's clocks change."""

import asyncio
import logging
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
from turnout.desk.faults import Fault
from turnout.edge.counter import DeskAt
from turnout.edge.time_zones import find_time_zone
from turnout.words.identity import CommandId
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

OFFSET_LOOK_S: Final = 600.0
"""How often the city's offset from UTC is looked at: it changes twice a year, and plans by hour follow it."""


def folder_is_ahead(held: Catalogue | None, folder: Catalogue) -> bool:
    """Whether the folder has changed since its tables were last taken. It never overwrites what was changed live."""
    return held is not None and held.folder_version != folder.version


async def take_at_start(desk: DeskAt, folder: Catalogue, now: Moment) -> bool:
    """The folder's tables into force where that loses nothing. False: both have changed, and what is in force stays.

    Nothing in force: the folder's. The folder as it was when last taken: what is in force stays. The folder changed
    and nothing was changed live: the folder's. Both changed: a person decides, on the screen or by API.
    """
    held = desk.board.catalogue
    if held is None or not held.folder_version:
        await publish(desk, folder, now)
        return True
    if held.folder_version == folder.version:
        await publish(desk, held, now)
        return True
    if held.version != held.folder_version:
        return False
    await publish(desk, folder, now)
    return True


async def publish(desk: DeskAt, catalogue: Catalogue, now: Moment, note: str = "from the city folder") -> None:
    """Put tables in force with the offset of the moment, unless they are. Raises `Malformed` when they are refused."""
    local = msgspec.structs.replace(catalogue, utc_offset_min=offset_min(catalogue.time_zone, now))
    held = desk.board.catalogue
    if held is not None and (held.version, held.utc_offset_min) == (local.version, local.utc_offset_min):
        return
    origin = Origin(part("tables").actor, CommandId(f"publish/{local.version}/{local.utc_offset_min}/{now}"))
    answer = await desk.submit(PublishCatalogue(catalogue=local, note=note), origin)
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
        if held is None or find_time_zone(held.time_zone) is None:
            continue
        if held.utc_offset_min != offset_min(held.time_zone, now()):
            try:
                await publish(desk, held, now(), "the clocks changed")
            except Fault as fault:
                log.warning("the tables are not yet published with the new offset: %s", fault)
