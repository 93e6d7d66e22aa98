"""`turnout keys new`, `show`, `change` and `forget` on the command line."""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import short
from turnout.adapters.storage.postgres.site_key_change import BATCH, Holder
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations
from turnout.site_keys import change_site_key, forget, lay_next, standing
from turnout.words.trouble import Malformed

Where = Callable[[argparse.Namespace], Path]
"""From the command line, the city's data folder."""

TOLD_EVERY: Final = 100_000
"""Owners of details between two lines of progress."""


def add_keys_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: Where) -> None:
    keys = commands.add_parser("keys", help="change the key that guards the vault in PostgreSQL (更换站点密钥)")
    acts = keys.add_subparsers(required=True, metavar="act")
    new = acts.add_parser("new", help="lay a next key beside the one of this machine")
    show = acts.add_parser("show", help="which key is in force, and which each server holds")
    change = acts.add_parser("change", help="to the next key, once every server that runs has it")
    for command in (new, show, change):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
        command.add_argument("--data", type=Path, help="the server's (default: var, or TURNOUT_DATA)")
    gone = acts.add_parser("forget", help="a server that is no more, whose disk was destroyed")
    gone.add_argument("server", metavar="SERVER", help="as `keys show` names it")
    for command in (show, change, gone):
        command.add_argument("--database", required=True, help="the PostgreSQL that the servers share")
    new.set_defaults(run=lambda asked: _new(where(asked)))
    show.set_defaults(run=lambda asked: _faults_said(lambda: _show(asked.database)))
    gone.set_defaults(run=lambda asked: _faults_said(lambda: _forget(asked.database, asked.server)))
    change.set_defaults(run=lambda asked: _faults_said(lambda: _change(where(asked), asked.database)))


def _faults_said(act: Callable[[], int]) -> int:
    try:
        return act()
    except Fault as fault:
        raise Malformed(
            str(fault), "--database", "every detail opens as before; give the same command again"
        ) from fault


def _new(folder: Path) -> int:
    try:
        mark = lay_next(folder)
    except Fault as fault:
        raise Malformed(str(fault), str(folder), "look at the disk") from fault
    print(
        f"The next site key is {short(mark)}. Copy vault.site-key.next to the same place on every server, by a safe"
        " way; then `turnout keys change`.\n"
        f"新的站点密钥为 {short(mark)}。请用安全的方式把 vault.site-key.next 复制到每台服务器的同一位置，"
        "然后执行 `turnout keys change`。"
    )
    return 0


def _show(database: str) -> int:
    found = asyncio.run(standing(database))
    print(f"site key 站点密钥  {short(found.row.fingerprint)}")
    if found.row.next is not None:
        print(f"being changed to 正在更换为  {short(found.row.next)}")
    for one in found.holders:
        print(_line(one))
    return 0


def _forget(database: str, server: str) -> int:
    asyncio.run(forget(database, server))
    return 0


def _line(one: Holder) -> str:
    marks = ", ".join(short(mark) for mark in one.holds)
    runs = "runs 运行中" if one.runs else "does not run 未运行"
    return f"{one.server}  {marks or '-'}  {one.said.isoformat(timespec='seconds')}  {runs}"


def _change(folder: Path, database: str) -> int:
    """1 where a server has not destroyed the key that was: it is told what to do about it."""
    done = asyncio.run(change_site_key(folder, Database(database, Operations.stream), _tell))
    print(f"The site key is {short(done.row.fingerprint)}. 站点密钥现为 {short(done.row.fingerprint)}。")
    for one in done.keeping:
        print(
            f"{one.server} has not said that it destroyed the key that was: start it, or overwrite its vault.site-key"
            f" with the new one. {one.server} 尚未确认已销毁旧密钥：请启动该服务器，或用新密钥覆盖其 vault.site-key。"
        )
    return 1 if done.keeping else 0


def _tell(wrapped: int) -> None:
    if wrapped % TOLD_EVERY < BATCH <= wrapped:
        print(f"  {wrapped:,}", flush=True)
