"""`turnout audit sign-ins`: the log of the door against its own chain and against what the journal has noted of it."""

import asyncio
import sqlite3
from pathlib import Path

from turnout.core.tables.events import DoorLogNoted
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.records.chained_lines import Checked, Heads, Noted
from turnout.records.sign_ins import FILE, check_file
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

NAME = "door-log-noted"


async def check_sign_ins(folder: Path, journal: Journal, now: Moment) -> tuple[Checked, int]:
    """What was found, and how many other logs the journal knows: of other servers, or of one that was taken away.

    Beside the running server or without one. Raises `Malformed` where there is no log, a `StorageFailed`.
    """
    path = folder / FILE
    if not path.is_file():
        raise Malformed("there is no log of the door", where=str(path), cure="name the right --data")
    noted = await noted_on(journal)
    try:
        found, own = await asyncio.to_thread(check_file, path, noted, now)
    except sqlite3.Error as fault:
        raise Malformed(str(fault), where=str(path), cure="it is damaged, or of another version") from fault
    return found, len({one.heads.log for one in noted} - {own})


async def noted_on(journal: Journal) -> list[Noted]:
    """Everything that the journal has noted of logs of the door, in order."""
    found, book = list[Noted](), Operations()
    async for page in journal.read(0):
        for row in page:
            if row.name == NAME:
                event = book.decode_event(row.name, row.version, row.body)
                assert isinstance(event, DoorLogNoted)
                heads = Heads(event.log, event.others, event.failures, event.digest)
                found.append(Noted(row.seq, event.at, heads))
    return found


def lines_of_door(found: Checked, others: int) -> list[str]:
    """In both languages."""
    lines = [line for one in found.odd for line in (f"WRONG: {one.en}", f"有误：{one.zh}")]
    if not found.odd:
        lines += [
            f"{found.lines} lines as they were written; {found.covered} of them are noted on the journal.",
            f"{found.lines} 行与写入时一致，其中 {found.covered} 行已记入日志。",
        ]
    if others:
        lines += [
            f"The journal knows {others} other logs: of other servers, or taken away.",
            f"日志另记有 {others} 份登录日志：属于其他服务器，或已被拿走。",
        ]
    return lines
