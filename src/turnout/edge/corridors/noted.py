"""Which junctions a corridor has: they stand sealed on the board, and are opened in memory alone (decision 0184)."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from turnout.core.board import Corridor, CorridorJunction
from turnout.core.texts import Show
from turnout.words.moment import HOUR_MS
from turnout.words.name import Name
from turnout.words.sealed_text import ERASED

log = logging.getLogger(__name__)

STANDING: Final = frozenset({"asked", "granted", "waiting", "lost"})
"""What may still be held at a controller."""
UNNAMED_TOLD_MS: Final = HOUR_MS


class Noted:
    """Opened once for each change of a corridor. Nobody can tell which junction one was whose key is destroyed."""

    def __init__(self, show: Show) -> None:
        """`show` raises a `Fault` while a key is not at hand."""
        self._show = show
        self._opened: dict[str, tuple[Corridor, Mapping[str, CorridorJunction]]] = {}

    def of(self, corridor: Corridor) -> Mapping[str, CorridorJunction]:
        """By identity of the junction, or under its key where that is erased; its name and place stay sealed."""
        known = self._opened.get(corridor.id)
        if known is not None and known[0] is corridor:
            return known[1]
        rows = ((key, self._shown(row)) for key, row in corridor.junctions.items())
        opened = {row.id if row.id != ERASED else key: row for key, row in rows}
        self._opened[corridor.id] = corridor, opened
        return opened

    def forget(self, id: str) -> None:
        self._opened.pop(id, None)

    def _shown(self, row: CorridorJunction) -> CorridorJunction:
        show = self._show
        return replace(row, id=show(row.id), group=show(row.group), also=tuple(map(show, row.also)))


class Unnamed:
    """How many junctions were found asked or held that nothing can be said to: nobody can tell which they are."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._count, self._at_ms = 0, 0

    def found(self, count: int) -> None:
        if count:
            self._count, self._at_ms = count + (self._count if self._is_told() else 0), self._clock_ms()
            log.warning("%d junctions of a corridor cannot be named, so not be given back", count)

    def warning(self) -> Name | None:
        """For an hour: a controller drops by itself what nobody repeats, but not every one is to be relied on."""
        if not self._is_told():
            return None
        return Name(
            f"{self._count} junctions of a corridor cannot be named; look at the controllers.",
            f"绿色通道有 {self._count} 个路口无法确定名称，请检查信号机。",
        )

    def _is_told(self) -> bool:
        return self._count > 0 and self._clock_ms() - self._at_ms < UNNAMED_TOLD_MS
