"""Looking through records by where it was: at an address, or near a place (1.13, decision 0207).

Places are sealed in the records, so no index has them. What may have been near is found by coarse zones, which stay in
clear, newest first, and opened page by page: neither keys nor places are held. What is erased is not found any more.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from turnout.edge.texts import Texts
from turnout.records.incidents import Asked, IncidentRecords, Located, coarse_zone
from turnout.words.place import EARTH_RADIUS_M, Place, distance_m
from turnout.words.sealed_text import is_sealed, read_place

LOOKED_MAX: Final = 50_000
"""Records in one search: of one zone years, of a whole large city a month. About a second of a thread."""

LOOKED_AT_PLACE_MAX: Final = 5_000
"""For what was at a place before, which every opening asks for: a tenth of a second, in the zones around it."""

AT_ONCE: Final = 2
"""Searches beside the desk. The others wait: each holds a thread and the vault, page by page."""

PAGE: Final = 500

SAMPLES_APART_M: Final = 150.0
"""Between the points at which it is asked which zones are near: no zone of a city is smaller than a block."""

ZonesAt = Callable[[Place], Mapping[str, str]]


def no_zones(_: Place) -> Mapping[str, str]:
    return {}


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """Either or both."""

    text: str = ""
    """Part of the location as it reads, in any case."""
    near: Place | None = None
    within_m: int = 0
    looked_max: int | None = None
    """Fewer than `LOOKED_MAX`."""


class PlacesOfRecords:
    def __init__(self, records: IncidentRecords, texts: Texts | None, zones_at: ZonesAt) -> None:
        self._records, self._texts, self._zones_at = records, texts, zones_at
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def search(self, asked: Asked, where: Whereabouts) -> list[str]:
        """The identities of what is asked for, newest first. Raises a `StorageFailed`."""
        async with self._turns:
            return await self._search(asked, where)

    async def _search(self, asked: Asked, where: Whereabouts) -> list[str]:
        near, most = where.near, LOOKED_MAX if where.looked_max is None else where.looked_max
        zones = await asyncio.to_thread(self.zones_near, near, where.within_m) if near is not None else frozenset[str]()
        ids = await asyncio.to_thread(self._records.candidates, asked, zones, most)
        found: list[str] = []
        for first in range(0, len(ids), PAGE):
            page = await asyncio.to_thread(self._records.located, ids[first : first + PAGE])
            found += await self._matching(page, where)
            if len(found) >= asked.most:
                break
        return found[: asked.most]

    def zones_near(self, place: Place, within_m: int) -> frozenset[str]:
        """Every zone that is met within so many metres. Empty, for all of them, where the place itself is in none."""
        if not coarse_zone(self._zones_at(place)):
            return frozenset()
        step_m = min(max(within_m, 1) / 4, SAMPLES_APART_M)
        steps = math.ceil(within_m / step_m)
        lat = math.degrees(step_m / EARTH_RADIUS_M)
        lon = lat / max(math.cos(math.radians(place.lat)), 0.01)
        points = (Place(place.lat + a * lat, place.lon + b * lon) for a in _around(steps) for b in _around(steps))
        return frozenset(coarse_zone(self._zones_at(point)) for point in points) - {""}

    async def _matching(self, page: list[Located], where: Whereabouts) -> list[str]:
        wanted = where.text.casefold()
        if wanted:
            said = await self._opened([one.location.text for one in page])
            page = [one for one, text in zip(page, said, strict=True) if text is not None and wanted in text.casefold()]
        near = where.near
        if near is not None:
            places = await self._places(page)
            page = [
                one
                for one, place in zip(page, places, strict=True)
                if place is not None and distance_m(place, near) <= where.within_m
            ]
        return [one.id for one in page]

    async def _places(self, page: list[Located]) -> list[Place | None]:
        sealed = [one.location.place if isinstance(one.location.place, str) else "" for one in page]
        opened = await self._opened(sealed)
        return [
            read_place(text or "") if token else (place if isinstance(place := one.location.place, Place) else None)
            for one, token, text in zip(page, sealed, opened, strict=True)
        ]

    async def _opened(self, texts: list[str]) -> list[str | None]:
        """What is in clear stays as it is."""
        sealed = [text for text in texts if is_sealed(text)]
        if not sealed or self._texts is None:
            return [None if is_sealed(text) else text for text in texts]
        opened = dict(zip(sealed, await self._texts.open_once(sealed), strict=True))
        return [opened[text] if is_sealed(text) else text for text in texts]


def _around(steps: int) -> range:
    return range(-steps, steps + 1)
