"""`turnout audit check`: the journal as it is now against every checkpoint that was ever signed here, on the server."""

import msgspec

from turnout.adapters.storage.sqlite.proof import ProofFile
from turnout.audit.checkpoints import SIZE_MAX, opened
from turnout.audit.entries import entry_of, is_reveal, reveal_entry
from turnout.audit.kept import Log
from turnout.audit.tiles import TILE, TileKey, Tiles
from turnout.audit.tree import HASH_BYTES, Frontier, leaf_hash
from turnout.desk.ports import Journal


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """`differing`: sizes of checkpoints that the journal does not make, oldest first. `tree`: whether the stored trees
    are the journal's."""

    rows: int
    checkpoints: int
    differing: tuple[int, ...]
    tree: bool

    @property
    def is_well(self) -> bool:
        return self.tree and not self.differing

    def lines(self) -> list[str]:
        found = [f"{self.rows} rows, {self.checkpoints} checkpoints. {self.rows} 行，{self.checkpoints} 个检查点。"]
        if self.differing:
            first = self.differing[0]
            found.append(
                f"The journal is not the one that was signed: of {len(self.differing)} checkpoints, the first has"
                f" {first} rows. 日志与签署的不符：{len(self.differing)} 个检查点不符，最早的有 {first} 行。"
            )
        if not self.tree:
            found.append("The stored trees are not the journal's. 存储的树与日志不符。 (turnout audit rebuild)")
        if self.is_well:
            found.append("The journal is what was signed. 日志与签署的一致。")
        return found


class _Tree:
    """A tree made from the journal, tile by tile held against the one that is stored. It keeps open tiles only."""

    def __init__(self, log: Log, proof: ProofFile) -> None:
        self._log, self._proof = log, proof
        self._held: dict[TileKey, bytes] = {}
        self._tiles = Tiles(0, lambda key: self._held.get(key, b""))
        self._fresh: list[bytes] = []
        self.frontier, self.is_same, self._is_compared = Frontier(), True, False

    def add(self, leaf: bytes) -> None:
        self.frontier.append(leaf)
        if self._is_compared:
            return
        self._fresh.append(leaf)
        if len(self._fresh) == TILE:
            self._compare_full()

    def compare(self) -> None:
        """The stored tree ends here: rows that come after are not in it yet."""
        self._compare_full()
        for key, body in self._held.items():
            self.is_same &= self._proof.tile(self._log, key)[: len(body)] == body
        self._is_compared = True

    def _compare_full(self) -> None:
        self._tiles.append(self._fresh)
        self._fresh = []
        for key, body in self._tiles.changed.items():
            if len(body) == TILE * HASH_BYTES:
                self.is_same &= self._proof.tile(self._log, key) == body
                self._held.pop(key, None)
            else:
                self._held[key] = body
        self._tiles.changed.clear()


async def check(journal: Journal, proof: ProofFile) -> Checked:
    """Raises `StorageFailed`."""
    sizes, signed = proof.sizes(), list(proof.checkpoints(SIZE_MAX))
    waiting, differing = signed[::-1], list[int]()
    rows, reveals = _Tree("journal", proof), _Tree("reveals", proof)
    async for page in journal.read(0):
        for row in page:
            entry = entry_of(row)
            rows.add(leaf_hash(entry))
            if is_reveal(entry):
                reveals.add(leaf_hash(reveal_entry(reveals.frontier.size + 1, entry)))
            while waiting and waiting[-1].size == rows.frontier.size:
                one = waiting.pop()
                made = rows.frontier.root(), reveals.frontier.size, reveals.frontier.root()
                if made != (opened(one.journal)[1].root, one.reveals_size, opened(one.reveals)[1].root):
                    differing.append(one.size)
            if row.seq == sizes.journal:
                rows.compare()
                reveals.compare()
    differing += [one.size for one in reversed(waiting)]
    is_same = rows.is_same and reveals.is_same and rows.frontier.size >= sizes.journal
    return Checked(rows=rows.frontier.size, checkpoints=len(signed), differing=tuple(differing), tree=is_same)
