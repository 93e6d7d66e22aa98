"""`turnout audit …` and `turnout witness`: what an auditor, an operator and a second organisation do with the proof."""

import argparse
import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.adapters.proof.stamp_line import read_roots
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.proof_keys import FILE_NAME, KeyFile
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.proof import ProofFile, SqliteProof, read_proof
from turnout.audit.checkpoints import cosigned_by, opened
from turnout.audit.entries import entry_of, read_entry
from turnout.audit.kept import LOGS
from turnout.audit.notes import SigningKey, read_verifier_key
from turnout.audit.proofs import MAGIC, PROOF_BYTES_MAX, Consistency, proof_text
from turnout.audit.proofs import read_proof as read_row_proof
from turnout.auditing.archive import Writing
from turnout.auditing.checked import check
from turnout.auditing.export import Wanted, export
from turnout.auditing.joining import PROOF
from turnout.auditing.report import report
from turnout.auditing.verify import Trust, verify
from turnout.auditing.witness import read_logs, serve_witness
from turnout.config import Settings
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.edge.proof.following import Following
from turnout.edge.proof.plan import log_name, read_plan
from turnout.words.trouble import Malformed

PlaceOf = Callable[[argparse.Namespace], tuple[Settings, Path, str]]
"""The settings, this city's folder, and its code."""

HELD_BYTES_MAX: Final = 64 * 1024


def add_audit_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", place_of: PlaceOf) -> None:
    audit = commands.add_parser("audit", help="prove, export and verify that nothing was altered (核查)")
    inner = audit.add_subparsers(required=True, metavar="what")
    key = inner.add_parser("key", help="the public keys of the logs, for auditors and witnesses (公钥)")
    key.add_argument("--rotate", action="store_true", help="make a new one; the server notes it, then destroys the old")
    key.set_defaults(run=lambda asked: _key(asked, place_of))
    exporting = inner.add_parser("export", help="a file for an auditor, beside the running server (导出)")
    exporting.add_argument("--to", type=Path, required=True, help="a new file")
    exporting.add_argument("--from-row", type=int, help="only from this row of the journal on (widened to 256)")
    exporting.add_argument("--to-row", type=int, help="only up to this row")
    exporting.add_argument("--bodies", action="store_true", help="with what the rows say; else their headers alone")
    exporting.set_defaults(run=lambda asked: asyncio.run(_export(asked, place_of)))
    checking = inner.add_parser("check", help="hold the journal against every checkpoint, on the server (核对)")
    checking.set_defaults(run=lambda asked: asyncio.run(_check(asked, place_of)))
    rebuilding = inner.add_parser("rebuild", help="make the trees anew from the journal; the server is stopped (重建)")
    rebuilding.set_defaults(run=lambda asked: asyncio.run(_rebuild(asked, place_of)))
    proving = inner.add_parser("prove", help="a proof that one row is in the journal, or that it only grew (证明)")
    proving.add_argument("--row", type=int, help="the row's number")
    proving.add_argument("--since", type=int, metavar="SIZE", help="that the first SIZE rows are still the same")
    proving.set_defaults(run=lambda asked: asyncio.run(_prove(asked, place_of)))
    for command in (key, exporting, checking, rebuilding, proving):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
        command.add_argument("--data", type=Path, help="where everything written is kept (default: var)")
        command.add_argument("--database", help="the PostgreSQL that holds the journal (default: the file in --data)")
        command.add_argument("--proof", type=Path, help="the file that the server was given as --proof")
    _add_verify(inner)
    _add_witness(commands)


def _add_verify(inner: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verifying = inner.add_parser("verify", help="verify an export or a proof, offline, anywhere (核验)")
    verifying.add_argument("file", type=Path, metavar="FILE")
    verifying.add_argument("--key", action="append", required=True, help="the log's public key, known from elsewhere")
    verifying.add_argument("--witness", action="append", default=[], help="a witness's public key")
    verifying.add_argument("--quorum", type=int, help="so many of them must have cosigned (default: all)")
    verifying.add_argument("--stamp-root", type=Path, help="certificates (PEM) that time stamps must lead to")
    verifying.add_argument("--held", type=Path, action="append", default=[], help="a checkpoint that you kept")
    verifying.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one a processor")
    verifying.set_defaults(run=_verify)


def _add_witness(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    witness = commands.add_parser("witness", help="cosign the checkpoints of a city, elsewhere (见证)")
    witness.add_argument("--name", required=True, help="of its key: witness.example.org, no blanks")
    witness.add_argument("--logs", type=Path, required=True, help="a TOML file: [[log]] and below it key")
    witness.add_argument("--data", type=Path, required=True, help="its key, and what it has seen")
    witness.add_argument("--host", default="127.0.0.1")
    witness.add_argument("--port", type=int, default=8090)
    witness.add_argument("--tls-cert", type=Path, help="certificate chain (PEM), with --tls-key")
    witness.add_argument("--tls-key", type=Path)
    witness.set_defaults(run=_witness)


def _witness(asked: argparse.Namespace) -> None:
    settings = Settings(host=asked.host, port=asked.port, tls_cert=asked.tls_cert, tls_key=asked.tls_key)
    asyncio.run(serve_witness(asked.data, asked.name, read_logs(asked.logs), settings))


def _key(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, city = place_of(asked)
    plan = read_plan(settings.proof, city)
    keys = KeyFile(folder / FILE_NAME, plan.origin)
    held = keys.add() if asked.rotate else keys.find()
    if not held:
        raise Malformed("there is no key yet", where=str(keys.path), cure="a server makes it when it starts")
    for key in held:
        for log in LOGS:
            print(SigningKey(log_name(plan.origin, log), key.kind, key.seed).verifier)
    return 0


@asynccontextmanager
async def _journal(settings: Settings, folder: Path) -> AsyncIterator[Journal]:
    journal: Journal
    if settings.database:
        journal = PostgresJournal(Database(settings.database, Operations.stream), Operations.stream)
    else:
        path = folder / "journal.sqlite"
        if not path.is_file():
            raise Malformed("there is no journal", where=str(path), cure="name the right --data")
        journal = SqliteJournal(path, Operations.stream)
    try:
        yield journal
    except StorageFailed as fault:
        raise Malformed(str(fault), where="storage", cure="see the operators' manual") from fault
    finally:
        await journal.close()


def _proof_file(folder: Path) -> Path:
    path = folder / PROOF
    if not path.is_file():
        raise Malformed("nothing is signed here", where=str(path), cure="name the desk's --data")
    return path


async def _export(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, city = place_of(asked)
    wanted = Wanted(first_seq=asked.from_row, last_seq=asked.to_row, bodies=asked.bodies)
    path = _proof_file(folder)
    writing = Writing(asked.to)
    try:
        async with _journal(settings, folder) as journal:
            with read_proof(path) as proof:
                about = await export(journal, proof, writing, wanted, city, SystemClock().now())
        writing.finish()
    except BaseException:
        writing.abandon()
        raise
    print(f"{asked.to}: rows {about.first + 1} to {about.end} of {about.size}; {about.reveals_size} openings.")
    print(f"{asked.to}：第 {about.first + 1} 至 {about.end} 行，共 {about.size} 行；查阅 {about.reveals_size} 次。")
    return 0


async def _check(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, _ = place_of(asked)
    path = _proof_file(folder)
    async with _journal(settings, folder) as journal:
        with read_proof(path) as proof:
            found = await check(journal, proof)
    for line in found.lines():
        print(line)
    return 0 if found.is_well else 1


async def _rebuild(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, _ = place_of(asked)
    with folder_lock(folder):
        async with _journal(settings, folder) as journal:
            store = SqliteProof(folder / PROOF)
            try:
                sizes = await Following(store, journal).make_anew()
            finally:
                await store.close()
    print(f"Made anew: {sizes.journal} rows, {sizes.reveals} openings.")
    print(f"已重建：{sizes.journal} 行，查阅 {sizes.reveals} 次。")
    return await _check(asked, place_of)


async def _prove(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, _ = place_of(asked)
    if (asked.row is None) == (asked.since is None):
        raise Malformed("one of --row and --since is needed", where="command line")
    with read_proof(_proof_file(folder)) as proof:
        if asked.since is not None:
            print(msgspec.json.encode(_consistency(proof, asked.since)).decode())
            return 0
        async with _journal(settings, folder) as journal:
            print(await _row_proof(proof, journal, asked.row), end="")
    return 0


def _consistency(proof: ProofFile, old: int) -> Consistency:
    newest = proof.newest()
    if newest is None or not 0 <= old <= newest.size:
        raise Malformed(f"{old} rows are not signed", where="--since", cure="the size of an earlier checkpoint")
    path = proof.prove_consistency("journal", old, newest.size)
    origin = opened(newest.journal)[1].origin
    hashes = tuple(base64.b64encode(one).decode() for one in path)
    return Consistency(origin=origin, old=old, size=newest.size, path=hashes)


async def _row_proof(proof: ProofFile, journal: Journal, seq: int) -> str:
    newest = proof.newest()
    if newest is None or not 1 <= seq <= newest.size:
        raise Malformed(f"row {seq} is not signed", where="--row", cure="rows are signed within a minute")
    async for page in journal.read(seq - 1):
        path = proof.prove_inclusion("journal", seq - 1, newest.size)
        return proof_text(seq - 1, entry_of(page[0]), path, newest.journal)
    raise Malformed(f"row {seq} is not there", where="journal", cure="it was cut off: keep it as it is")


def _verify(asked: argparse.Namespace) -> int:
    witnesses = tuple(map(read_verifier_key, asked.witness))
    trust = Trust(
        keys=tuple(map(read_verifier_key, asked.key)),
        witnesses=witnesses,
        quorum=len(witnesses) if asked.quorum is None else asked.quorum,
        roots=tuple(read_roots(asked.stamp_root)) if asked.stamp_root is not None else (),
        held=tuple(_text(path, HELD_BYTES_MAX) for path in asked.held),
    )
    if _begins_as_proof(asked.file):
        return _verify_proof(_text(asked.file, PROOF_BYTES_MAX), trust)
    found = verify(asked.file, trust, max(1, asked.processes))
    for line in report(found, trust):
        print(line)
    return 1 if found.findings else 0


def _verify_proof(text: str, trust: Trust) -> int:
    proof = read_row_proof(text)
    keys = [key for key in trust.keys if key.name == proof.checkpoint.origin]
    row, told = read_entry(proof.entry), proof.checkpoint
    cosigned = cosigned_by(proof.note, trust.witnesses)
    is_signed = bool(proof.note.signed_by(keys)) and len(cosigned) >= trust.quorum
    if not proof.holds or row.seq != proof.index + 1 or not is_signed:
        print("NOT PROVED: the row is not in what the log's key and the witnesses have signed.")
        print("未得证明：此行不在日志密钥和见证方所签署的内容中。")
        return 1
    print(f"Row {row.seq} of {told.origin}: {row.name}, by {row.actor}, at {row.at} ms.")
    print(f"It is among the {told.size} rows that were signed. 此行在已签署的 {told.size} 行之中。")
    return 0


def _begins_as_proof(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC.encode()
    except OSError as error:
        raise Malformed(str(error), where=str(path)) from error


def _text(path: Path, most: int) -> str:
    try:
        body = path.read_bytes()[: most + 1]
        if len(body) > most:
            raise Malformed("it is too large", where=str(path), cure="a checkpoint or a proof")
        return body.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(str(error), where=str(path), cure="a checkpoint or a proof") from error
