"""`turnout audit prove` makes proofs that stand by themselves; `turnout audit verify` checks them like an export."""

import base64
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from turnout.adapters.storage.sqlite.proof import ProofFile
from turnout.audit.checkpoints import cosigned_by, opened
from turnout.audit.entries import Header, entry_of, read_entry, read_reveal, reveal_entry
from turnout.audit.kept import Signed
from turnout.audit.notes import NOTE, Note, VerifierKey
from turnout.audit.proofs import MAGIC, Consistency, proof_text, read_proof
from turnout.audit.tree import is_consistent
from turnout.auditing.verify import Trust, name_of
from turnout.desk.ports import Journal
from turnout.records.incidents import IncidentRecords
from turnout.words.trouble import BadInput, Malformed

RECORDS: Final = "records.sqlite"


def newest_of(proof: ProofFile) -> Signed:
    """Raises `Malformed` where nothing is signed."""
    newest = proof.newest()
    if newest is None:
        raise Malformed("nothing is signed yet", where="proof", cure="a server signs soon after its start")
    return newest


async def row_proofs(proof: ProofFile, journal: Journal, seqs: Iterable[int]) -> AsyncIterator[tuple[int, str]]:
    """(row, proof) under the newest checkpoint. Raises `Malformed` for a row that is not signed."""
    newest = newest_of(proof)
    for seq in seqs:
        if not 1 <= seq <= newest.size:
            raise Malformed(f"row {seq} is not signed", where="--row", cure="rows are signed within a minute")
        path = proof.prove_inclusion("journal", seq - 1, newest.size)
        async for page in journal.read(seq - 1):
            yield seq, proof_text(seq - 1, entry_of(page[0]), path, newest.journal)
            break
        else:
            raise Malformed(f"row {seq} is not there", where="journal", cure="it was cut off: keep it as it is")


def reveal_proof(proof: ProofFile, number: int) -> str:
    """Raises `Malformed` for one that is not signed."""
    newest, entry = newest_of(proof), proof.find_reveal(number)
    if entry is None or number > newest.reveals_size:
        raise Malformed(f"opening {number} is not signed", where="--reveal", cure=f"from 1 to {newest.reveals_size}")
    path = proof.prove_inclusion("reveals", number - 1, newest.reveals_size)
    return proof_text(number - 1, reveal_entry(number, entry), path, newest.reveals)


ROWS_AT_ONCE: Final = 5_000


def rows_of(folder: Path, called: str) -> list[int]:
    """Of an incident, by an agency's number or its identity, as far as the records are. Raises `Malformed`."""
    if not (folder / RECORDS).is_file():
        raise Malformed("there are no records", where=str(folder), cure="name the right --data")
    records = IncidentRecords(folder / RECORDS)
    try:
        found = records.find(called)
        if found is None:
            raise Malformed("there is no such incident", where=called, cure="an agency's number, or the identity")
        rows = list[int]()
        while page := records.rows_of(found.id, rows[-1] if rows else 0, ROWS_AT_ONCE):
            rows += page
        return rows
    finally:
        records.close()


def consistency(proof: ProofFile, old: int) -> Consistency:
    """That the journal only grew since it had `old` rows. Raises `Malformed` where it never had."""
    newest = newest_of(proof)
    if not 0 <= old <= newest.size:
        raise Malformed(f"{old} rows are not signed", where="--since", cure="the size of an earlier checkpoint")
    path = proof.prove_consistency("journal", old, newest.size)
    hashes = tuple(base64.b64encode(one).decode() for one in path)
    origin = opened(newest.journal)[1].origin
    return Consistency(origin=origin, old=old, size=newest.size, path=hashes, checkpoint=newest.journal)


def verified_text(text: str, trust: Trust) -> tuple[bool, list[str]] | None:
    """Whether a proof holds, and what to say; None where the text is no proof. Raises `BadInput` for a broken one."""
    if text.startswith(MAGIC):
        return _record(text, trust)
    with suppress(msgspec.DecodeError):
        return _grown(msgspec.json.decode(text, type=Consistency), trust)
    return None


def _record(text: str, trust: Trust) -> tuple[bool, list[str]]:
    proof = read_proof(text)
    told = proof.checkpoint
    row, is_placed = _row(proof.entry, proof.index, told.origin.endswith("/reveals"))
    if row is None or not is_placed or not proof.holds or not _is_signed(proof.note, told.origin, trust):
        return False, [
            "NOT PROVED: the record is not in what the log's key and the witnesses have signed.",
            "未得证明：此记录不在日志密钥和见证方所签署的内容中。",
        ]
    what = f"row {row.seq}: {row.name}, by {row.actor}, at {row.at} ms" + (f", for: {row.purpose}" * bool(row.purpose))
    return True, [
        f"Record {proof.index + 1} of {told.origin}, {what}.",
        f"It is among the {told.size} that were signed. 此记录在已签署的 {told.size} 条之中。",
    ]


def _row(entry: bytes, index: int, is_reveal: bool) -> tuple[Header | None, bool]:
    """The journal's row in a record, and whether it says the place that it is proved to have."""
    try:
        number, header = read_reveal(entry) if is_reveal else (read_entry(entry).seq, entry)
        return read_entry(header), number == index + 1
    except BadInput:
        return None, False


def _grown(told: Consistency, trust: Trust) -> tuple[bool, list[str]]:
    """Against the checkpoint that the auditor has kept."""
    note, now = opened(told.checkpoint)
    kept = [opened(text) for text in trust.held]
    before = [(one, point) for one, point in kept if (point.origin, point.size) == (told.origin, told.old)]
    if not before:
        raise Malformed("the checkpoint of before is needed", where="--held", cure=f"that of {told.old} records")
    is_signed = _is_signed(note, told.origin, trust) and bool(before[0][0].signed_by(keys_of(told.origin, trust)))
    is_same = (now.origin, now.size) == (told.origin, told.size)
    if is_signed and is_same and is_consistent(told.old, before[0][1].root, now.size, now.root, told.hashes()):
        return True, [
            f"{told.origin} only grew, from {told.old} records to {told.size}.",
            f"{told.origin} 只增不改：由 {told.old} 条增至 {told.size} 条。",
        ]
    return False, ["NOT PROVED: the log does not continue what you kept.", "未得证明：日志没有延续您所保存的。"]


def keys_of(origin: str, trust: Trust) -> list[VerifierKey]:
    """The auditor's keys as this log signs with them."""
    log = origin.rpartition("/")[2]
    return [VerifierKey(origin, NOTE, key.key) for key in trust.keys if name_of(key, log) == origin]


def _is_signed(note: Note, origin: str, trust: Trust) -> bool:
    return bool(note.signed_by(keys_of(origin, trust))) and len(cosigned_by(note, trust.witnesses)) >= trust.quorum
