"""`turnout audit …` and `turnout witness`: what an auditor, an operator and a second organisation do with the proof."""

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.adapters.proof.stamp_line import read_roots
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.proof_keys import FILE_NAME, KeyFile
from turnout.adapters.storage.sqlite.proof import ProofFile, SqliteProof, read_proof
from turnout.audit.kept import LOGS
from turnout.audit.notes import SigningKey, read_verifier_key
from turnout.audit.proofs import PROOF_BYTES_MAX
from turnout.auditing.archive import Writing
from turnout.auditing.checked import check
from turnout.auditing.export import Wanted, export
from turnout.auditing.joining import PROOF
from turnout.auditing.journals import open_journal
from turnout.auditing.proving import consistency, newest_of, reveal_proof, row_proofs, rows_of, verified_text
from turnout.auditing.report import report
from turnout.auditing.sign_ins import check_sign_ins, lines_of_door
from turnout.auditing.verify import Trust, verify
from turnout.auditing.witness import read_logs, serve_witness
from turnout.clear_lines import refuse_clear_lines
from turnout.config import Settings
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
    proving.add_argument("--incident", metavar="NUMBER", help="every row of an incident, with --to")
    proving.add_argument("--to", type=Path, metavar="FOLDER", help="where the proofs of an incident go")
    proving.add_argument("--reveal", type=int, metavar="N", help="record N of the reveal log")
    proving.add_argument("--since", type=int, metavar="SIZE", help="that the first SIZE rows are still the same")
    proving.set_defaults(run=lambda asked: asyncio.run(_prove(asked, place_of)))
    door = inner.add_parser("sign-ins", help="hold the log of the door against its chain and journal (核对登录日志)")
    door.set_defaults(run=lambda asked: asyncio.run(_check_sign_ins(asked, place_of)))
    for command in (key, exporting, checking, rebuilding, proving, door):
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
    witness.add_argument(
        "--proxy", dest="proxies", action="append", default=[], help="a proxy with TLS that stands before it: 10.0.0.7"
    )
    witness.set_defaults(run=_witness)


def _witness(asked: argparse.Namespace) -> None:
    settings = Settings(
        host=asked.host,
        port=asked.port,
        tls_cert=asked.tls_cert,
        tls_key=asked.tls_key,
        proxies=tuple(asked.proxies),
    )
    refuse_clear_lines(settings)
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
        async with open_journal(settings, folder) as journal:
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
    async with open_journal(settings, folder) as journal:
        with read_proof(path) as proof:
            found = await check(journal, proof)
    for line in found.lines():
        print(line)
    return 0 if found.is_well else 1


async def _check_sign_ins(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, _ = place_of(asked)
    async with open_journal(settings, folder) as journal:
        found, others = await check_sign_ins(folder, journal, SystemClock().now())
    for line in lines_of_door(found, others):
        print(line)
    return 1 if found.odd else 0


async def _rebuild(asked: argparse.Namespace, place_of: PlaceOf) -> int:
    settings, folder, _ = place_of(asked)
    with folder_lock(folder):
        async with open_journal(settings, folder) as journal:
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
    given = [one for one in (asked.row, asked.incident, asked.reveal, asked.since) if one is not None]
    if len(given) != 1 or (asked.incident is None) != (asked.to is None):
        cure = "--incident NUMBER --to FOLDER, --row N, --reveal N or --since SIZE"
        raise Malformed("one thing is proved at a time", where="command line", cure=cure)
    with read_proof(_proof_file(folder)) as proof:
        if asked.since is not None:
            print(msgspec.json.encode(consistency(proof, asked.since)).decode())
            return 0
        if asked.reveal is not None:
            print(reveal_proof(proof, asked.reveal), end="")
            return 0
        async with open_journal(settings, folder) as journal:
            if asked.row is not None:
                async for _, text in row_proofs(proof, journal, [asked.row]):
                    print(text, end="")
                return 0
            return await _prove_incident(asked, folder, proof, journal)


async def _prove_incident(asked: argparse.Namespace, folder: Path, proof: ProofFile, journal: Journal) -> int:
    size = newest_of(proof).size
    rows = [seq for seq in rows_of(folder, asked.incident) if seq <= size]
    try:
        asked.to.mkdir(parents=True, exist_ok=True)
        async for seq, text in row_proofs(proof, journal, rows):
            (asked.to / f"row-{seq}.tlog-proof").write_text(text, encoding="utf-8")
    except OSError as error:
        raise Malformed(str(error), where=str(asked.to), cure="name another folder") from error
    print(f"{asked.to}: {len(rows)} rows of {asked.incident}. {asked.incident} 共 {len(rows)} 行。")
    return 0


def _verify(asked: argparse.Namespace) -> int:
    witnesses = tuple(map(read_verifier_key, asked.witness))
    trust = Trust(
        keys=tuple(map(read_verifier_key, asked.key)),
        witnesses=witnesses,
        quorum=len(witnesses) if asked.quorum is None else asked.quorum,
        roots=tuple(read_roots(asked.stamp_root)) if asked.stamp_root is not None else (),
        held=tuple(_text(path, HELD_BYTES_MAX) for path in asked.held),
    )
    proved = _proof_in(asked.file, trust)
    if proved is not None:
        print("\n".join(proved[1]))
        return 0 if proved[0] else 1
    found = verify(asked.file, trust, max(1, asked.processes))
    for line in report(found, trust):
        print(line)
    return 1 if found.findings else 0


def _proof_in(path: Path, trust: Trust) -> tuple[bool, list[str]] | None:
    """What a proof shows; None where the file is an export."""
    try:
        if path.stat().st_size > PROOF_BYTES_MAX or path.read_bytes()[:2] == b"PK":
            return None
    except OSError as error:
        raise Malformed(str(error), where=str(path)) from error
    return verified_text(_text(path, PROOF_BYTES_MAX), trust)


def _text(path: Path, most: int) -> str:
    try:
        body = path.read_bytes()[: most + 1]
        if len(body) > most:
            raise Malformed("it is too large", where=str(path), cure="a checkpoint or a proof")
        return body.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(str(error), where=str(path), cure="a checkpoint or a proof") from error
