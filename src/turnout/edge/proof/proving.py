"""Proofs for who asks by API: of one row, of every row of an incident, and that the logs only grew."""

import base64
from collections.abc import Iterable
from typing import Final

import msgspec

from turnout.audit.entries import entry_of, read_link, reveal_entry
from turnout.audit.kept import Log, Signed
from turnout.audit.proofs import Consistency, proof_text
from turnout.edge.answers import Declined, declined
from turnout.edge.proof.notary import Notary
from turnout.edge.proof.plan import log_name
from turnout.words.moment import Moment

ROWS_MAX: Final = 500
"""Of one incident at once: its proofs have 2 kB each, and each is some reads of the trees."""


class CheckpointShown(msgspec.Struct, frozen=True, kw_only=True):
    """The newest signed notes of both logs, with every cosignature that there is."""

    at: Moment
    size: int
    reveals_size: int
    journal: str
    reveals: str


class ProvedRow(msgspec.Struct, frozen=True):
    """`proof`: a file by itself (c2sp.org/tlog-proof), for `turnout audit verify`."""

    row: int
    proof: str


class ProvedReveal(msgspec.Struct, frozen=True):
    """`row`: of the journal, which says who opened what and why."""

    number: int
    row: int
    proof: str


class Proving:
    def __init__(self, notary: Notary) -> None:
        self._notary = notary

    async def checkpoint(self) -> CheckpointShown | Declined:
        signed = await self._notary.store.newest()
        if signed is None:
            return declined("not-signed-yet", row=1)
        return CheckpointShown(
            at=signed.at,
            size=signed.size,
            reveals_size=signed.reveals_size,
            journal=signed.journal,
            reveals=signed.reveals,
        )

    async def rows(self, seqs: Iterable[int]) -> list[ProvedRow] | Declined:
        """Of each of these rows under one checkpoint; those that are not signed yet are left out."""
        signed = await self._notary.store.newest()
        if signed is None:
            return declined("not-signed-yet", row=1)
        wanted = [seq for seq in seqs if 1 <= seq <= signed.size][:ROWS_MAX]
        return [ProvedRow(seq, await self._proof(seq, signed)) for seq in wanted]

    async def row(self, seq: int) -> ProvedRow | Declined:
        proved = await self.rows([seq])
        if isinstance(proved, Declined):
            return proved
        return proved[0] if proved else declined("not-signed-yet", row=seq)

    async def _proof(self, seq: int, signed: Signed) -> str:
        row = await self._notary.find_row(seq)
        path = await self._notary.store.prove_inclusion("journal", seq - 1, signed.size)
        return proof_text(seq - 1, entry_of(row), path, signed.journal)

    async def reveal(self, number: int) -> ProvedReveal | Declined:
        """Of a record of the reveal log, by its number from 1."""
        signed = await self._notary.store.newest()
        entry = await self._notary.store.find_reveal(number)
        if signed is None or entry is None or number > signed.reveals_size:
            return declined("not-signed-yet", row=number)
        path = await self._notary.store.prove_inclusion("reveals", number - 1, signed.reveals_size)
        record = reveal_entry(number, entry)
        return ProvedReveal(number, read_link(entry).seq, proof_text(number - 1, record, path, signed.reveals))

    async def consistency(self, log: Log, old: int, size: int | None) -> Consistency | Declined:
        """From `old` records to `size`, or to the newest checkpoint's."""
        signed = await self._notary.store.newest()
        newest = 0 if signed is None else signed.size if log == "journal" else signed.reveals_size
        until = newest if size is None else size
        if not 0 <= old <= until <= newest:
            return declined("not-signed-yet", row=max(old, until))
        path = await self._notary.store.prove_consistency(log, old, until)
        hashes = tuple(base64.b64encode(one).decode() for one in path)
        note = "" if signed is None or until != newest else signed.journal if log == "journal" else signed.reveals
        name = log_name(self._notary.plan.origin, log)
        return Consistency(origin=name, old=old, size=until, path=hashes, checkpoint=note)
