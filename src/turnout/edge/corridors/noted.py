"""Which junctions a corridor has: they stand sealed on the board, and are opened in memory alone (decision 0184)."""

from collections.abc import Mapping

from msgspec.structs import replace

from turnout.core.board import Corridor, CorridorJunction
from turnout.core.texts import Show
from turnout.words.sealed_text import ERASED


class Noted:
    """Opened once for each change of a corridor. What is erased is none: nobody can tell which junction it was."""

    def __init__(self, show: Show) -> None:
        """`show` raises a `Fault` while a key is not at hand."""
        self._show = show
        self._opened: dict[str, tuple[Corridor, Mapping[str, CorridorJunction]]] = {}

    def of(self, corridor: Corridor) -> Mapping[str, CorridorJunction]:
        """By identity of the junction; its name and place stay sealed."""
        known = self._opened.get(corridor.id)
        if known is not None and known[0] is corridor:
            return known[1]
        rows = map(self._shown, corridor.junctions.values())
        opened = {row.id: row for row in rows if row.id != ERASED}
        self._opened[corridor.id] = corridor, opened
        return opened

    def forget(self, id: str) -> None:
        self._opened.pop(id, None)

    def _shown(self, row: CorridorJunction) -> CorridorJunction:
        show = self._show
        return replace(row, id=show(row.id), group=show(row.group), also=tuple(map(show, row.also)))
