"""Tiles (c2sp.org/tlog-tiles): how the hashes of a tree are kept and named. A tile has up to 256 hashes of one level.

Only every eighth level is kept: tile (L, N) has the hashes of the complete subtrees of level 8·L from N·256 on. What is
between is computed. A tile that is full never changes again. The names are those of the specification, so an export can
be read by programs that know nothing of this one.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from turnout.audit.tree import HASH_BYTES

TILE: Final = 256
"""Hashes in a full tile, and records in a full bundle."""

HEIGHT: Final = 8
"""log2 of it."""

TileKey = tuple[int, int]
"""(L, N)."""


def tile_name(level: int, index: int, width: int = TILE) -> str:
    """`tile/0/x001/234.p/17`. `level` is L."""
    return f"tile/{level}/{_numbered(index)}{_part(width)}"


def bundle_name(index: int, width: int = TILE) -> str:
    """Of the bundle of the records from index·256 on: `tile/entries/x001/234`."""
    return f"tile/entries/{_numbered(index)}{_part(width)}"


def bundles(first: int, end: int) -> Iterator[tuple[int, int]]:
    """(index, width) of the bundles of the records from `first` (a multiple of 256) up to, not with, `end`."""
    for index in range(first // TILE, -(-end // TILE)):
        yield index, min(TILE, end - index * TILE)


def _numbered(index: int) -> str:
    """1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups)


def _part(width: int) -> str:
    return "" if width == TILE else f".p/{width}"


class Tiles:
    """The tiles of one tree while records are appended, and the hashes in them.

    `load` gives what is kept of a tile, or empty bytes. `changed` has what is to be kept now.
    """

    def __init__(self, size: int, load: Callable[[TileKey], bytes]) -> None:
        self.size = size
        self._load = load
        self.changed: dict[TileKey, bytes] = {}

    def append(self, leaves: Sequence[bytes]) -> None:
        """Hashes of the next records, in order."""
        self.size += len(leaves)
        level, index, fresh = 0, self.size - len(leaves), list(leaves)
        while fresh:
            above, number = list[bytes](), index // TILE
            held = self._tile((level, number))[: index % TILE * HASH_BYTES]
            hashes = held + b"".join(fresh)
            for at in range(0, len(hashes), TILE * HASH_BYTES):
                body = hashes[at : at + TILE * HASH_BYTES]
                self.changed[level, number] = body
                if len(body) == TILE * HASH_BYTES:
                    above.append(_node(body, HEIGHT, 0))
                number += 1
            level, index, fresh = level + 1, index // TILE, above

    def hash_at(self, level: int, index: int) -> bytes:
        """`tree.HashAt`. Raises `LookupError` for a subtree that is not complete."""
        if (index + 1) << level > self.size:
            raise LookupError(f"subtree {index} of level {level} is beyond {self.size} records")
        tile_level, height = divmod(level, HEIGHT)
        number, within = divmod(index << height, TILE)
        body = self._tile((tile_level, number))
        if len(body) < (within + (1 << height)) * HASH_BYTES:
            raise LookupError(f"tile {(tile_level, number)} has {len(body) // HASH_BYTES} hashes")
        return _node(body, height, within)

    def _tile(self, key: TileKey) -> bytes:
        found = self.changed.get(key)
        return found if found is not None else self._load(key)


def _node(body: bytes, height: int, within: int) -> bytes:
    """The hash over 2^height hashes of a tile, from number `within` on."""
    begin = (within >> height) * HASH_BYTES
    return _levels(body)[height][begin : begin + HASH_BYTES]


@lru_cache(maxsize=512)
def _levels(body: bytes) -> list[bytes]:
    """Every complete subtree in a tile, by height, as in `tree.node_hash`: two hashes side by side are hashed as they
    lie. 512 tiles: 4 MiB as they are kept, 8 MiB with these."""
    levels = [body]
    for _ in range(HEIGHT):
        below = levels[-1]
        pairs = range(0, len(below) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES)
        levels.append(b"".join([sha256(b"\x01" + below[at : at + 2 * HASH_BYTES]).digest() for at in pairs]))
    return levels
