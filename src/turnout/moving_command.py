"""`turnout move` on the command line."""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from turnout.core.catalogue import Catalogue
from turnout.desk.faults import Fault
from turnout.moving import BATCH_ROWS, move
from turnout.words.trouble import Malformed


def add_move_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    where: Callable[[argparse.Namespace], tuple[Path, Catalogue]],
) -> None:
    """`where`: from the command line, the city's data folder and its tables."""
    moving = commands.add_parser("move", help="from files into a PostgreSQL, with the server stopped (迁入数据库)")
    moving.add_argument("--database", required=True, help="an empty one, or where an earlier move was broken off")
    moving.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    moving.add_argument("--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)")
    moving.set_defaults(run=lambda asked: _move(asked, where(asked)[0]))


def _move(asked: argparse.Namespace, folder: Path) -> int:
    try:
        moved = asyncio.run(move(folder, asked.database, _tell_rows))
    except Fault as fault:
        raise Malformed(
            str(fault), "--database", "see the operators' manual; what was moved is gone on from"
        ) from fault
    print(
        f"Moved: {moved.tail.seq} rows; last hash {moved.tail.hash.hex()}. 已迁移：共 {moved.tail.seq} 行。\n"
        f"{moved.details} details of {moved.owners} incidents and calls. The files are in {moved.set_aside}: destroy"
        " them, with the keys, once the database is backed up.\n"
        f"共 {moved.owners} 起警情和来电的 {moved.details} 项个人详情。原文件移至 {moved.set_aside}，"
        "数据库备份之后请连同密钥一并销毁。"
    )
    return 0


def _tell_rows(done: int, of: int) -> None:
    if done % 1_000_000 < BATCH_ROWS:
        print(f"  {done:,} / {of:,}", flush=True)
