"""A journal with its trees and a notary, small enough for a test: rows are made up, keys are fresh."""

import hashlib
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from turnout.adapters.storage.proof_keys import KeyFile
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.proof import SqliteProof, read_proof
from turnout.audit.notes import NOTE, SigningKey, VerifierKey
from turnout.auditing.archive import About, Writing
from turnout.auditing.export import Wanted, export
from turnout.auditing.verify import Trust, Verified, verify
from turnout.desk.chain import JournalRow, genesis, sealed
from turnout.desk.operations import Operations
from turnout.edge.proof.following import Following
from turnout.edge.proof.notary import Notary
from turnout.edge.proof.plan import ProofPlan
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import MINUTE_MS, Moment

ORIGIN = "turnout.example/city"
NAMES = ("incident-opened", "units-assigned", "details-opened", "unit-status-reported", "narrative-added")


def rows_after(row: JournalRow | None, count: int, names: Sequence[str] = NAMES) -> list[JournalRow]:
    """`count` rows that follow on, every fifth of them a reveal."""
    made: list[JournalRow] = []
    for _ in range(count):
        before = made[-1] if made else row
        made.append(a_row_after(before, names[(before.seq if before else 0) % len(names)]))
    return made


def a_row_after(before: JournalRow | None, name: str, body: bytes | None = None) -> JournalRow:
    seq = before.seq + 1 if before is not None else 1
    return sealed(
        JournalRow(
            seq,
            Moment(1_000_000 + seq * 1_000),
            ActorId(f"user-{seq % 7}"),
            "dispatch-1",
            "call back" if name == "details-opened" else "",
            "",
            CommandId(f"command-{seq}"),
            "some-command",
            hashlib.sha256(b"%d" % seq).digest(),
            name,
            1,
            body if body is not None else b'{"row":%d}' % seq,
            before.hash if before is not None else genesis(Operations.stream),
            b"",
        )
    )


class Notarised:
    """A folder with a journal and its proof. `moment` is what the notary's clock says."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder = folder
        self.journal = SqliteJournal(folder / "journal.sqlite", Operations.stream)
        self.store = SqliteProof(folder / "proof.sqlite")
        self.keys = KeyFile(folder / "proof.keys", ORIGIN)
        self.following = Following(self.store, self.journal)
        self.moment = Moment(1_700_000_000_000)
        plan = more.pop("plan", ProofPlan(ORIGIN))
        self.notary = Notary(self.store, self.following, self.keys, plan, lambda: self.moment, **more)
        self.last: JournalRow | None = None
        self.epoch = 0

    async def write(self, rows: Sequence[JournalRow]) -> None:
        if not self.epoch:
            self.epoch = await self.journal.claim()
        await self.journal.append(rows, rows[0].seq - 1, self.epoch)
        self.last = rows[-1]

    async def goes_on(self, count: int) -> None:
        """`count` more rows, and a minute later they are signed."""
        await self.write(rows_after(self.last, count))
        self.moment = Moment(self.moment + MINUTE_MS)
        await self.notary.sign_now()

    def verifier(self, which: int = 0) -> VerifierKey:
        """Public key of the oldest, or number `which`."""
        key = self.keys.find()[which]
        return SigningKey(f"{ORIGIN}/journal", NOTE, key.seed).verifier

    async def exports(self, to: str = "export.zip", **wanted: Any) -> tuple[Path, About]:
        path = self.folder / to
        path.unlink(missing_ok=True)
        writing = Writing(path)
        with read_proof(self.folder / "proof.sqlite") as proof:
            about = await export(self.journal, proof, writing, Wanted(**wanted), "city", self.moment)
        writing.finish()
        return path, about

    def verifies(self, path: Path, processes: int = 1, **more: Any) -> Verified:
        return verify(path, msgspec.structs.replace(Trust(keys=(self.verifier(),)), **more), processes)

    async def close(self) -> None:
        await self.store.close()
        await self.journal.close()


@asynccontextmanager
async def notarised(folder: Path, **more: Any) -> Any:
    made = Notarised(folder, **more)
    try:
        yield made
    finally:
        await made.close()
