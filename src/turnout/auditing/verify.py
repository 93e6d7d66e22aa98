"""`turnout audit verify`: an export held against itself, its checkpoint, the witnesses and the stamps, offline.

Is every record there and linked to the one before? Do the records make the root that was signed, and every root that
was signed before? Did the log sign, and enough witnesses? Is every reveal of the journal in the reveal log, under a
number without gaps, and nothing else? Do the bodies, where they are there, belong to the headers? Are checkpoints that
the auditor has kept continued? Everything is read to the end: one finding hides no other.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from cryptography.x509 import Certificate

from turnout.adapters.proof.stamp_line import stamped_at
from turnout.audit.checking import Finding, Growing
from turnout.audit.checkpoints import Checkpoint, cosigned_by, opened
from turnout.audit.entries import read_link, read_reveal, unbundled
from turnout.audit.notes import NOTE, Note, VerifierKey, read_verifier_key
from turnout.audit.tiles import TILE, bundles
from turnout.audit.tree import Frontier, leaf_hash
from turnout.auditing.archive import (
    ABOUT,
    BUNDLE_BYTES_MAX,
    CHECKPOINTS,
    KEYS,
    PROOF,
    SMALL_BYTES_MAX,
    STAMPS,
    About,
    Archive,
    CheckpointLine,
    KeyLine,
    RangeProof,
    StampLine,
    bodies_member,
    bundle_member,
)
from turnout.auditing.rows import jobs_of, walked
from turnout.desk.chain import genesis
from turnout.words.trouble import BadInput


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """What the auditor knows from elsewhere. `keys`: of the log. `witnesses`: `quorum` of them must have cosigned."""

    keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    roots: tuple[Certificate, ...] = ()
    held: tuple[str, ...] = ()
    """Checkpoints (signed notes) that were kept."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """`findings`: none where everything is as it must be. The rest is what was found, for the report."""

    about: About
    findings: list[Finding]
    checkpoints: int = 0
    witnessed: list[tuple[str, int]] = []
    """Name and time (seconds since 1970) of each cosignature on the journal's checkpoint."""
    stamps: list[tuple[int, int]] = []
    """Size and time (seconds since 1970) of each valid stamp."""
    held: int = 0
    reveals: int = 0
    """Rows of the journal's range that the reveal log has."""


def verify(path: Path, trust: Trust, processes: int = 1) -> Verified:
    """Raises `BadInput` where the file is no export at all."""
    archive = Archive(path)
    try:
        return _Verifying(archive, path, trust, processes).verified()
    finally:
        archive.close()


class _Verifying:
    """One verification. `found` gathers what is not as it must be."""

    def __init__(self, archive: Archive, path: Path, trust: Trust, processes: int) -> None:
        self._archive, self._path, self._trust, self._processes = archive, path, trust, processes
        self._about = archive.about
        self.found: list[Finding] = []

    def verified(self) -> Verified:
        about = self._about
        journal = self._signed("journal", about.size)
        reveals = self._signed("reveals", about.reveals_size)
        self._members()
        earlier = self._earlier()
        stamps = list(self._guarded(STAMPS, self._archive.lines(STAMPS, StampLine)))
        held = list(self._held())
        keyed = list(self._guarded(KEYS, self._archive.lines(KEYS, KeyLine)))
        cuts = {one.size for one in earlier} | {one.size for one in stamps} | {one.size for _, one in held}
        grown = self._walked(cuts, [line.seq for line in keyed])
        self.found += grown.findings
        if journal is not None and grown.roots.get(about.size) != journal[1].root:
            self.found.append(Finding("root-differs", "journal", about.size))
        trusted = self._trusted(keyed, grown, earlier)
        if journal is not None and reveals is not None:
            self._signatures(journal[0], reveals[0], trusted)
        roots = self._reveals(grown, reveals[1] if reveals is not None else None, earlier)
        for one in earlier:
            self._compare(one, grown.roots, roots, trusted)
        self._compare_held(held, {"journal": grown.roots, "reveals": roots}, trusted)
        return Verified(
            about=about,
            findings=self.found,
            checkpoints=len(earlier) + 1,
            witnessed=self._witnessed(journal[0]) if journal is not None else [],
            stamps=self._stamped(stamps, grown.roots),
            held=len(held),
            reveals=len(grown.reveals),
        )

    # What was signed

    def _signed(self, log: str, size: int) -> tuple[Note, Checkpoint] | None:
        """The checkpoint that the log is held against, as far as it is one of this log."""
        try:
            text = self._archive.read(f"{log}/checkpoint", SMALL_BYTES_MAX).decode()
            note, checkpoint = opened(text)
        except (BadInput, UnicodeDecodeError) as trouble:
            self.found.append(Finding("checkpoint-malformed", log, 0, str(trouble)))
            return None
        if checkpoint.origin not in {name_of(key, log) for key in self._trust.keys}:
            self.found.append(Finding("checkpoint-of-another-log", log, checkpoint.size, checkpoint.origin))
        if checkpoint.size != size:
            self.found.append(Finding("checkpoint-differs", log, checkpoint.size))
        return note, checkpoint

    def _keys_of(self, log: str, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        return [VerifierKey(name_of(key, log), NOTE, key.key) for key in keys]

    def _trusted(self, keyed: Sequence[KeyLine], grown: Growing, signed: Sequence[CheckpointLine]) -> list[VerifierKey]:
        """The auditor's keys, and later ones of the log that rows say were made while an earlier one signed.

        A row counts only where its body is the one that the tree has, and only under a checkpoint that a key signed
        which was trusted before.
        """
        trusted = list(self._trust.keys)
        for line in keyed:
            key = key_of(self._about.origin, line.body)
            if key is None or grown.keyed.get(line.seq) != hashlib.sha256(line.body).digest():
                self.found.append(Finding("body-differs", "journal", line.seq))
            elif not any(key.key == one.key for one in trusted):
                keys = self._keys_of("journal", trusted)
                after = (one for one in signed if one.size >= line.seq)
                if any(_is_true_and_signed(one, grown.roots, keys) for one in after):
                    trusted.append(key)
        return trusted

    def _signatures(self, journal: Note, reveals: Note, trusted: Sequence[VerifierKey]) -> None:
        for log, note in (("journal", journal), ("reveals", reveals)):
            if not note.signed_by(self._keys_of(log, trusted)):
                self.found.append(Finding("checkpoint-unsigned", log))
            if len(cosigned_by(note, self._trust.witnesses)) < self._trust.quorum:
                self.found.append(Finding("witness-missing", log, self._trust.quorum))

    def _witnessed(self, note: Note) -> list[tuple[str, int]]:
        return [(one.key.name, one.at_s) for one in cosigned_by(note, self._trust.witnesses)]

    def _earlier(self) -> list[CheckpointLine]:
        lines = list(self._guarded(CHECKPOINTS, self._archive.lines(CHECKPOINTS, CheckpointLine)))
        good = []
        for line in lines:
            try:
                sizes = opened(line.journal)[1].size, opened(line.reveals)[1].size
            except BadInput as trouble:
                self.found.append(Finding("checkpoint-malformed", "journal", line.size, str(trouble)))
                continue
            if sizes != (line.size, line.reveals_size) or not self._about.first < line.size <= self._about.end:
                self.found.append(Finding("checkpoint-differs", "journal", line.size))
                continue
            good.append(line)
        return good

    def _compare(
        self, line: CheckpointLine, roots: dict[int, bytes], reveals: dict[int, bytes], keys: Sequence[VerifierKey]
    ) -> None:
        """An earlier checkpoint: where its root is not the records', its signature says whose lie that is."""
        for log, text, made in (("journal", line.journal, roots), ("reveals", line.reveals, reveals)):
            note, checkpoint = opened(text)
            if made.get(checkpoint.size) != checkpoint.root:
                forked = bool(note.signed_by(self._keys_of(log, keys)))
                self.found.append(Finding("log-forked" if forked else "checkpoint-differs", log, checkpoint.size))

    def _held(self) -> Iterator[tuple[Note, Checkpoint]]:
        for text in self._trust.held:
            note, checkpoint = opened(text)
            yield note, checkpoint

    def _compare_held(
        self, held: Sequence[tuple[Note, Checkpoint]], roots: dict[str, dict[int, bytes]], keys: Sequence[VerifierKey]
    ) -> None:
        """What the auditor has kept must be the beginning of what there is now."""
        for note, checkpoint in held:
            log = checkpoint.origin.rpartition("/")[2]
            if log not in roots or not note.signed_by(self._keys_of(log, keys)):
                self.found.append(Finding("checkpoint-unsigned", log, checkpoint.size, "kept"))
                continue
            size = self._about.size if log == "journal" else self._about.reveals_size
            if checkpoint.size > size:
                self.found.append(Finding("log-cut-off", log, checkpoint.size))
            elif checkpoint.size and roots[log].get(checkpoint.size) != checkpoint.root:
                self.found.append(Finding("log-forked", log, checkpoint.size))

    def _stamped(self, stamps: Sequence[StampLine], roots: dict[int, bytes]) -> list[tuple[int, int]]:
        """Those that are stamps of what the records make, by an authority that the auditor knows."""
        good = []
        for line in stamps if self._trust.roots else ():
            root = roots.get(line.size)
            text = Checkpoint(f"{self._about.origin}/journal", line.size, root or b"").text().encode()
            at = stamped_at(line.body, text, list(self._trust.roots)) if root is not None else None
            if at is None:
                self.found.append(Finding("stamp-invalid", "journal", line.size))
            else:
                good.append((line.size, int(at.timestamp())))
        return good

    # The records

    def _members(self) -> None:
        """What is in the file and what must be in it."""
        about = self._about
        wanted = {ABOUT, KEYS, CHECKPOINTS, STAMPS, PROOF, "journal/checkpoint", "reveals/checkpoint"}
        for index, width in bundles(about.first, about.end):
            wanted.add(bundle_member("journal", index, width))
            if about.bodies:
                wanted.add(bodies_member(index, width))
        wanted |= {bundle_member("reveals", index, width) for index, width in bundles(0, about.reveals_size)}
        names = set(self._archive.names)
        self.found += [Finding("part-missing", what=name) for name in sorted(wanted - names)[:10]]
        strange = [*sorted(names - wanted), *self._archive.doubled]
        self.found += [Finding("part-unexpected", what=name) for name in strange[:10]]

    def _walked(self, cuts: set[int], keyed: Sequence[int]) -> Growing:
        about = self._about
        proof = self._proof()
        try:
            grown = Growing(about.first, proof.left, genesis(about.stream))
        except (ValueError, BadInput) as trouble:
            self.found.append(Finding("part-missing", "journal", about.first, str(trouble)))
            return Growing(0, (), None)
        for answer in walked(self._archive, self._path, list(jobs_of(about, cuts, keyed)), self._processes):
            if isinstance(answer, Finding):
                self.found.append(answer)
                return grown
            grown.take(answer)
        try:
            grown.finish(proof.right)
        except ValueError as trouble:
            self.found.append(Finding("root-differs", "journal", about.size, str(trouble)))
        return grown

    def _proof(self) -> RangeProof:
        try:
            return self._archive.read_as(PROOF, RangeProof)
        except BadInput as trouble:
            self.found.append(Finding("part-missing", "journal", what=str(trouble)))
            return RangeProof()

    def _reveals(
        self, grown: Growing, checkpoint: Checkpoint | None, earlier: Sequence[CheckpointLine]
    ) -> dict[int, bytes]:
        """The reveal log, which is whole, against the journal's rows that say what was opened. Its roots."""
        wanted = {line.reveals_size for line in earlier}
        wanted |= {one.size for _, one in self._held() if one.origin.endswith("/reveals")}
        frontier, roots, before, seqs = Frontier(), {0: Frontier().root()}, 0, list[int]()
        in_journal = dict(grown.reveals)
        for record in self._reveal_records():
            frontier.append(leaf_hash(record))
            number, entry = read_reveal(record)
            seq = read_link(entry).seq
            if number != frontier.size or seq <= before:
                self.found.append(Finding("reveal-out-of-order", "reveals", frontier.size))
            before = seq
            seqs.append(seq)
            if self._about.first < seq <= self._about.end and in_journal.pop(seq, None) != entry:
                self.found.append(Finding("reveal-not-in-journal", "reveals", frontier.size))
            if grown.counted.get(seq, 0) not in (0, number):
                self.found.append(Finding("reveal-miscounted", "reveals", frontier.size))
            if frontier.size in wanted:
                roots[frontier.size] = frontier.root()
        roots[frontier.size] = frontier.root()
        self.found += [Finding("reveal-missing", "reveals", seq) for seq in list(in_journal)[:10]]
        if checkpoint is not None and (frontier.size, frontier.root()) != (checkpoint.size, checkpoint.root):
            self.found.append(Finding("root-differs", "reveals", frontier.size))
        self._counted(seqs, earlier)
        return roots

    def _counted(self, seqs: Sequence[int], earlier: Sequence[CheckpointLine]) -> None:
        """At every checkpoint the reveal log had exactly the reveals of the journal up to there."""
        about = self._about
        for size, reveals_size in (
            (about.size, about.reveals_size),
            *((one.size, one.reveals_size) for one in earlier),
        ):
            below = seqs[reveals_size - 1] if 0 < reveals_size <= len(seqs) else 0
            above = seqs[reveals_size] if reveals_size < len(seqs) else size + 1
            if reveals_size > len(seqs) or below > size or above <= size:
                self.found.append(Finding("reveals-uncounted", "reveals", size))

    def _reveal_records(self) -> Iterator[bytes]:
        for index, width in bundles(0, self._about.reveals_size):
            try:
                records = list(unbundled(self._archive.read(bundle_member("reveals", index, width), BUNDLE_BYTES_MAX)))
                for record in records:
                    read_link(read_reveal(record)[1])
            except BadInput as trouble:
                self.found.append(Finding("record-malformed", "reveals", index * TILE + 1, str(trouble)))
                return
            yield from records

    def _guarded(self, name: str, lines: Iterator[Any]) -> Iterator[Any]:
        """The lines of a member; where it is damaged, that is a finding."""
        try:
            yield from lines
        except BadInput as trouble:
            self.found.append(Finding("part-missing", what=f"{name}: {trouble}"))


def name_of(key: VerifierKey, log: str) -> str:
    """What the log called `log` signs as, of the two that share a key."""
    base, _, kind = key.name.rpartition("/")
    return f"{base if kind in ('journal', 'reveals') else key.name}/{log}"


def key_of(origin: str, body: bytes) -> VerifierKey | None:
    """The signing key that a row says was made; None where it says no such thing."""
    try:
        return read_verifier_key(f"{origin}+{msgspec.json.decode(body, type=_KeyMade).subject}")
    except (BadInput, msgspec.DecodeError):
        return None


class _KeyMade(msgspec.Struct, frozen=True):
    subject: str


def _is_true_and_signed(line: CheckpointLine, roots: dict[int, bytes], keys: Sequence[VerifierKey]) -> bool:
    note, checkpoint = opened(line.journal)
    return roots.get(line.size) == checkpoint.root and bool(note.signed_by(keys))
