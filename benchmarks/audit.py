"""What an auditor waits for: verifying a whole export from headers alone, and the proofs of single rows.

    .venv/bin/python -m benchmarks.audit make --records 10000000 --to FOLDER
    .venv/bin/python -m benchmarks.audit verify --in FOLDER [--processes 2]
    .venv/bin/python -m benchmarks.audit prove --in FOLDER

`make` writes an export and its trees with made-up rows (every hundredth a reveal, a checkpoint an hour of 1,200 rows);
the chain's hashes are made up as well, since headers alone cannot show them. The other two are what is measured.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from turnout.adapters.storage.sqlite.proof import ProofFile, opened_for_writing, read_proof
from turnout.audit.checkpoints import Checkpoint
from turnout.audit.entries import FIXED, bundled, is_reveal, reveal_entry
from turnout.audit.kept import Signed
from turnout.audit.notes import NOTE, SigningKey, make_key, read_verifier_key, sign
from turnout.audit.proofs import proof_text
from turnout.audit.tiles import TILE, bundles
from turnout.audit.tree import HASH_BYTES, Frontier, is_included, leaf_hash
from turnout.auditing.archive import (
    ABOUT,
    CHECKPOINTS,
    FORMAT,
    KEYS,
    PROOF,
    STAMPS,
    About,
    CheckpointLine,
    RangeProof,
    Writing,
    bundle_member,
)
from turnout.auditing.report import report
from turnout.auditing.verify import Trust, verify
from turnout.desk.chain import genesis
from turnout.desk.operations import Operations
from turnout.words.moment import Moment

ORIGIN = "turnout.example/city"
HOUR_ROWS = 1_200
REVEAL_EVERY = 100
PART = TILE * 256


def entries(count: int) -> Iterator[bytes]:
    """Headers of some 300 bytes, as a dispatcher's acts have."""

    def texts(name: bytes, purpose: bytes) -> bytes:
        said = (
            b"chen.wei",
            b"dispatch-1",
            purpose,
            b"",
            b"0b5ff1a6-6f0e-4d0c-8f2b-6a1f0f2f9c11",
            b"assign-units",
            name,
        )
        return b"".join(len(one).to_bytes(2, "big") + one for one in said)

    usual, reveal = texts(b"units-assigned", b""), texts(b"details-opened", b"call back")
    before, digest = genesis(Operations.stream), hashlib.sha256(b"command").digest()
    for seq in range(1, count + 1):
        hashed = hashlib.sha256(seq.to_bytes(8, "big")).digest()
        fixed = FIXED.pack(1, seq, 1_700_000_000_000 + seq * 3_000, 1, before, hashed, digest, hashed, 180)
        yield fixed + (usual if seq % REVEAL_EVERY else reveal)
        before = hashed


def make(count: int, folder: Path) -> None:
    folder.mkdir(parents=True)
    key = make_key(ORIGIN, NOTE)
    (folder / "key.txt").write_text(str(SigningKey(f"{ORIGIN}/journal", NOTE, key.seed).verifier))
    proof = ProofFile(opened_for_writing(folder / "proof.sqlite"))
    writing = Writing(folder / "export.zip")
    journal, reveals, lines, some = Frontier(), Frontier(), list[CheckpointLine](), list[bytes]()
    opened: list[bytes] = []
    for entry in entries(count):
        some.append(entry)
        journal.append(leaf_hash(entry))
        if is_reveal(entry):
            opened.append(reveal_entry(reveals.size + 1, entry))
            reveals.append(leaf_hash(opened[-1]))
        if journal.size % HOUR_ROWS == 0 or journal.size == count:
            lines.append(line(key, journal, reveals))
        if len(some) == PART or journal.size == count:
            first = journal.size - len(some)
            proof.append(some)
            for index, width in bundles(first, journal.size):
                begin = index * TILE - first
                writing.write(bundle_member("journal", index, width), bundled(some[begin : begin + width]))
            some = []
    last = lines.pop()
    proof.keep(Signed(at=Moment(0), size=count, reveals_size=reveals.size, journal=last.journal, reveals=last.reveals))
    for index, width in bundles(0, reveals.size):
        writing.write(bundle_member("reveals", index, width), bundled(opened[index * TILE : index * TILE + width]))
    about = About(
        format=FORMAT,
        city="city",
        stream=Operations.stream,
        origin=ORIGIN,
        first=0,
        end=count,
        size=count,
        reveals_size=reveals.size,
        bodies=False,
        made_at=0,
    )
    for name, value in ((ABOUT, about), (PROOF, RangeProof())):
        writing.write_as(name, value)
    for name in (KEYS, STAMPS):
        writing.write(name, b"")
    writing.write_lines(CHECKPOINTS, lines)
    writing.write("journal/checkpoint", last.journal)
    writing.write("reveals/checkpoint", last.reveals)
    writing.finish()


def line(key: SigningKey, journal: Frontier, reveals: Frontier) -> CheckpointLine:
    notes = []
    for log, made in (("journal", journal), ("reveals", reveals)):
        name = f"{ORIGIN}/{log}"
        text = Checkpoint(name, made.size, made.root()).text()
        notes.append(str(sign(text, [SigningKey(name, NOTE, key.seed)])))
    return CheckpointLine(journal.size, reveals.size, *notes)


def measure_verify(folder: Path, processes: int) -> None:
    trust = Trust(keys=(read_verifier_key((folder / "key.txt").read_text()),))
    began = time.perf_counter()
    found = verify(folder / "export.zip", trust, processes)
    took = time.perf_counter() - began
    print("\n".join(report(found, trust)))
    size = (folder / "export.zip").stat().st_size / 1e9
    print(f"{found.about.size:,} rows, {size:.2f} GB, {processes} processes: {took:.1f} s")


def measure_proofs(folder: Path, count: int = 2_000) -> None:
    chance, took, worked = random.Random(1), list[float](), list[float]()
    sizes, texts = list[int](), list[int]()
    with read_proof(folder / "proof.sqlite") as proof:
        signed = proof.newest()
        assert signed is not None
        root = proof.root("journal", signed.size)
        all_entries = {}
        wanted = sorted(chance.randrange(signed.size) for _ in range(count))
        for index in chance.sample(wanted, count):
            began, began_cpu = time.perf_counter(), time.process_time()
            path = proof.prove_inclusion("journal", index, signed.size)
            took.append((time.perf_counter() - began) * 1e3)
            worked.append((time.process_time() - began_cpu) * 1e3)
            sizes.append(len(path) * HASH_BYTES)
            leaf = proof.tiles("journal").hash_at(0, index)
            began = time.perf_counter()
            assert is_included(leaf, index, signed.size, root, path)
            all_entries[index] = (time.perf_counter() - began) * 1e3
            texts.append(len(proof_text(index, b"x" * 280, path, signed.journal)))
    cpu = quantiles(worked, n=100)
    cut, checks = quantiles(took, n=100), quantiles(all_entries.values(), n=100)
    print(f"{signed.size:,} rows: a proof is made in {cut[49]:.3f} ms (p50), {cut[98]:.3f} ms (p99),")
    print(f"of which {cpu[49]:.3f} ms (p50), {cpu[98]:.3f} ms (p99) of the processor; it is")
    print(f"checked in {checks[49]:.3f} ms (p50), {checks[98]:.3f} ms (p99); {max(sizes)} bytes of hashes at most,")
    print(f"{max(texts)} bytes at most as a file with its row and checkpoint")


def main() -> None:
    parser = argparse.ArgumentParser()
    inner = parser.add_subparsers(dest="what", required=True)
    making = inner.add_parser("make")
    making.add_argument("--records", type=int, default=10_000_000)
    making.add_argument("--to", type=Path, required=True)
    verifying = inner.add_parser("verify")
    verifying.add_argument("--processes", type=int, default=2)
    proving = inner.add_parser("prove")
    for one in (verifying, proving):
        one.add_argument("--in", type=Path, required=True, dest="folder")
    asked = parser.parse_args()
    if asked.what == "make":
        make(asked.records, asked.to)
    elif asked.what == "verify":
        measure_verify(asked.folder, asked.processes)
    else:
        measure_proofs(asked.folder)


if __name__ == "__main__":
    main()
