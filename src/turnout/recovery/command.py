"""`turnout backup`, `turnout restore` and `turnout drill` on the command line."""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.core.catalogue import Catalogue
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations
from turnout.desk.ports import Tail
from turnout.recovery.backup import back_up
from turnout.recovery.drill import Drill, drill_backup, drill_stores
from turnout.recovery.key_copies import DAYS_MAX, DAYS_MIN, check_days, prune_keys
from turnout.recovery.report import report_of
from turnout.recovery.restoring import restore_backup, until_of
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

Where = Callable[[argparse.Namespace], tuple[Path, Catalogue]]
"""From the command line: the city's data folder, and its tables."""


def add_recovery_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: Where) -> None:
    backup = commands.add_parser("backup", help="copy everything that was written, while the server runs (备份)")
    backup.add_argument("--to", type=Path, required=True, help="a new folder, best on another disk")
    backup.add_argument("--keys-to", type=Path, help="copy the vault's keys as well, to a folder apart")
    backup.add_argument(
        "--keys-days", type=int, help=f"remove copies of keys beside it that are older ({DAYS_MIN} to {DAYS_MAX} days)"
    )
    restoring = commands.add_parser("restore", help="make a data folder from a backup (从备份恢复)")
    restoring.add_argument("--from", dest="backup", type=Path, required=True, help="the backup")
    restoring.add_argument("--to", type=Path, required=True, help="what --data is to be")
    restoring.add_argument("--until", default="", help="end the journal at a row, or at a time: 2026-11-25T10:00")
    restoring.add_argument("--keys", type=Path, help="the folder that has the vault's keys")
    restoring.add_argument(
        "--erased-in", type=Path, action="append", default=[], help="a newer backup or journal: what it says is erased"
    )
    drill = commands.add_parser("drill", help="prove that a backup can be restored; status 1 if not (恢复演练)")
    drill.add_argument("--from", dest="backup", type=Path, help="the backup")
    drill.add_argument("--database", help="or a PostgreSQL that was restored; nothing is written to it")
    drill.add_argument("--keys", type=Path, help="the folder that has the vault's keys")
    drill.add_argument("--within", type=Path, help="a folder with room for a whole copy (default: the system's)")
    for command in (backup, restoring):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    backup.add_argument("--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)")
    backup.set_defaults(run=lambda asked: _backup(asked, where))
    restoring.set_defaults(run=lambda asked: _restore(asked, where))
    drill.set_defaults(run=_drill)


def _backup(asked: argparse.Namespace, where: Where) -> int:
    folder, tables = where(asked)
    if asked.keys_days is not None:
        check_days(asked.keys_days)
        if asked.keys_to is None:
            raise Malformed("copies of which keys?", "--keys-days", "with --keys-to, whose neighbours they are")
    now = SystemClock().now()
    made = back_up(folder, tables.city, asked.to, asked.keys_to, now)
    size_mib = sum(one.size_bytes for one in made.files) / 2**20
    _say_end("Backed up", "已备份", Tail(made.seq, made.at, bytes.fromhex(made.last_hash)))
    print(f"{len(made.files)} files, {size_mib:.1f} MiB. 共 {len(made.files)} 个文件，{size_mib:.1f} MiB。")
    if asked.keys_to is None:
        print("Without the vault's keys (--keys-to). 不含密钥（--keys-to）。")
    elif asked.keys_days is not None:
        _prune(asked.keys_to, asked.keys_days, now)
    return 0


def _prune(newest: Path, days: int, now: Moment) -> None:
    try:
        gone = prune_keys(newest, days, now)
    except OSError as trouble:
        problem = f"old keys cannot be removed: {trouble}"
        raise Malformed(problem, str(newest.parent), "remove them yourself") from trouble
    print(f"Removed {len(gone)} old copies of keys. 已销毁 {len(gone)} 份旧密钥副本。")


def _restore(asked: argparse.Namespace, where: Where) -> int:
    until = until_of(asked.until, where(asked)[1].time_zone) if asked.until else None
    try:
        tail = asyncio.run(restore_backup(asked.backup, asked.to, until, asked.keys, asked.erased_in))
    except Fault as fault:
        raise Malformed(str(fault), str(asked.backup), "see the operators' manual") from fault
    _say_end("Restored", "已恢复", tail)
    return 0


def _say_end(en: str, zh: str, tail: Tail) -> None:
    print(f"{en}: {tail.seq} rows; last hash {tail.hash.hex()}. {zh}：共 {tail.seq} 行。")


def _drill(asked: argparse.Namespace) -> int:
    if (asked.backup is None) == (asked.database is None):
        raise Malformed("which backup?", "command line", "either --from or --database")
    if asked.database is not None:
        drill = asyncio.run(_drill_database(asked.database))
    else:
        drill = asyncio.run(drill_backup(asked.backup, asked.keys, asked.within))
    print(report_of(drill))
    return 0 if drill.is_passed else 1


async def _drill_database(url: str) -> Drill:
    database = Database(url, Operations.stream)
    journal, snapshots = PostgresJournal(database, Operations.stream), PostgresSnapshots(database)
    try:
        return await drill_stores(url.rpartition("@")[2], journal, snapshots)
    finally:
        await snapshots.close()
        await journal.close()
