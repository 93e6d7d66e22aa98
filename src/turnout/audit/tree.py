"""The Merkle tree of RFC 6962 (section 2.1): hashing, roots, and proofs that a record is in it and that it only grew.

Everything here is pure. Who asks for a proof gives `HashAt`: the hash of one complete subtree, which a store of tiles
answers (audit/tiles.py). Proofs are as RFC 6962 has them, so that any other program can check them; `tests/conformance`
has Go's `sumdb` do it.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

HASH_BYTES: Final = 32
PROOF_MAX: Final = 63
"""Hashes in a proof, at the most: a tree of 2^63 records (tlog-witness, add-checkpoint)."""

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

HashAt = Callable[[int, int], bytes]
"""(level, index): the hash over the records from index·2^level on, 2^level of them. Asked of complete ones only."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees of a growing tree, largest first: all that is needed to go on and to tell the root.

    Appending is O(log n) at worst, O(1) on average. Whole subtrees may be appended where they fit.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, hashed: bytes, level: int = 0) -> None:
        """A leaf's hash, or that of a complete subtree of 2^level leaves. Raises `ValueError` where it does not fit."""
        if self.size % (1 << level):
            raise ValueError(f"a subtree of level {level} does not begin at {self.size}")
        self.size += 1 << level
        while self._peaks and self._peaks[-1][0] == level:
            hashed = node_hash(self._peaks.pop()[1], hashed)
            level += 1
        self._peaks.append((level, hashed))

    def peaks(self) -> list[tuple[int, bytes]]:
        """(level, hash), largest first."""
        return list(self._peaks)

    def root(self) -> bytes:
        return folded([hashed for _, hashed in self._peaks])


def folded(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for hashed in reversed(peaks[:-1]):
        root = node_hash(hashed, root)
    return root


def subtrees(first: int, end: int) -> list[tuple[int, int]]:
    """The fewest complete subtrees (level, index) that cover the records from `first` up to, not with, `end`."""
    found = []
    while first < end:
        aligned = (first & -first).bit_length() - 1 if first else (end - first).bit_length()
        level = min(aligned, (end - first).bit_length() - 1)
        found.append((level, first >> level))
        first += 1 << level
    return found


def root_of(size: int, hash_at: HashAt) -> bytes:
    """The root over the first `size` records."""
    return _range_hash(0, size, hash_at) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """PATH(index, D[size]), from the leaf's sibling upwards. Raises `ValueError` for a record that is not in it."""
    if not 0 <= index < size:
        raise ValueError(f"record {index} is not among the first {size}")
    first, end, above = 0, size, list[bytes]()
    while end - first > 1:
        split = first + _split(end - first)
        if index < split:
            above.append(_range_hash(split, end, hash_at))
            end = split
        else:
            above.append(_range_hash(first, split, hash_at))
            first = split
    return above[::-1]


def prove_consistency(old: int, size: int, hash_at: HashAt) -> list[bytes]:
    """PROOF(old, D[size]): that the first `old` records are those of before. Empty where `old` is 0 or `size`."""
    if not 0 <= old <= size:
        raise ValueError(f"{old} records are more than {size}")
    if old in (0, size):
        return []
    first, end, is_whole, above = 0, size, True, list[bytes]()
    while old != end:
        split = first + _split(end - first)
        if old <= split:
            above.append(_range_hash(split, end, hash_at))
            end = split
        else:
            above.append(_range_hash(first, split, hash_at))
            first, is_whole = split, False
    below = [] if is_whole else [_range_hash(first, end, hash_at)]
    return below + above[::-1]


def is_included(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the record with this leaf hash is number `index` (from 0) of the tree (RFC 9162,
    2.1.3.2: the same trees, an algorithm without recursion)."""
    if not 0 <= index < size:
        return False
    at, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = node_hash(sibling, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and hashed == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `size` begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for hashed in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(hashed, was), node_hash(hashed, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, hashed)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(first: int, end: int, hash_at: HashAt) -> bytes:
    """Of records that make one node of the tree: they begin where a subtree of their size may."""
    return folded([hash_at(level, index) for level, index in subtrees(first, end)])
