"""The chain of the log of the door: each line is hashed with the one before, so that what is altered shows.

Failures and all others have a chain each, because each has room of its own: what is let go is always the beginning of
one. The heads go onto the journal from time to time (`edge/door_heads.py`), under its tree and signed checkpoints; who
writes a chain anew does not get past what the journal has noted.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from turnout.words.moment import Moment
from turnout.words.name import Name

CHAINS: Final = (0, 1)
"""All others, and failures: the column `failure`."""

BEGIN: Final = bytes(32)
SAID: Final = "n, act, at, way, account, position, reason, network, about, last, count"
"""Of a line what its hash covers, beside the log's name and its place in the chain."""

ODD_MAX: Final = 20
"""Findings that are told one by one: whoever altered a thousand lines is found by the first."""


class Heads(NamedTuple):
    """How far a log is: the last line of each chain, and one hash over both."""

    log: str
    others: int
    failures: int
    digest: str


class Noted(NamedTuple):
    """Heads that the journal has, by its row `seq` of `at`."""

    seq: int
    at: Moment
    heads: Heads


class Checked(NamedTuple):
    """`lines` in the log, `covered` of them by what the journal has noted; nothing `odd`: as they were written."""

    lines: int
    covered: int
    odd: tuple[Name, ...]


def line_hash(before: bytes, log: str, failure: int, k: int, said: Sequence[Any]) -> bytes:
    return hashlib.sha256(before + msgspec.json.encode(["turnout.door.1", log, failure, k, *said])).digest()


def digest_of(log: str, others: tuple[int, bytes], failures: tuple[int, bytes]) -> str:
    """Over both heads, in hexadecimal."""
    said = [log, others[0], others[1].hex(), failures[0], failures[1].hex()]
    return hashlib.sha256(msgspec.json.encode(["turnout.door-heads.1", *said])).hexdigest()


def checked(base: sqlite3.Connection, noted: Iterable[Noted], now: Moment, kept_ms: int, least_lines: int) -> Checked:
    """Hold the file's lines against their chains, and against what the journal has noted of this log.

    `least_lines`: a chain that has fewer lets nothing go but what is older than `kept_ms`. Raises `sqlite3.Error`.
    """
    (log,) = base.execute("SELECT id FROM log").fetchone()
    of_this = sorted(one for one in noted if one.heads.log == log)
    known = {0: {0: BEGIN}, 1: {0: BEGIN}}
    odd, lines = list[Name](), 0
    for failure in CHAINS:
        hashes, found = _walked(base, log, failure)
        known[failure] = hashes
        odd += found
        odd += _too_early(base, failure, of_this, now, kept_ms, least_lines)
        lines += len(hashes) - 1
    covered = 0
    for one in of_this:
        wrong = _against(one, known)
        if wrong is not None:
            odd.append(wrong)
    if of_this and not odd:
        last = of_this[-1].heads
        covered = sum(0 < k <= most for chain, most in ((0, last.others), (1, last.failures)) for k in known[chain])
        covered -= sum(min(known[chain]) > 0 for chain in CHAINS)
    return Checked(lines, covered, tuple(odd[:ODD_MAX]))


def _walked(base: sqlite3.Connection, log: str, failure: int) -> tuple[dict[int, bytes], list[Name]]:
    """(place → hash, from the last line that was let go on; what is wrong)."""
    bounds = "SELECT gone_k, gone_hash, last_k, last_hash FROM chain WHERE failure = ?"
    row = base.execute(bounds, (failure,)).fetchone()
    if row is None:
        return {0: BEGIN}, [Name(f"chain {failure} has no bounds", f"第 {failure} 条链没有边界")]
    k, before, last_k, last_hash = row
    hashes, odd = {k: before}, list[Name]()
    sql = f"SELECT k, hash, {SAID} FROM line WHERE failure = ? ORDER BY k"
    for found_k, found_hash, *said in base.execute(sql, (failure,)):
        if found_k != k + 1:
            odd.append(Name(f"lines are missing before line {said[0]}", f"第 {said[0]} 行之前缺行"))
        elif line_hash(before, log, failure, found_k, said) != found_hash:
            odd.append(Name(f"line {said[0]} is not as it was written", f"第 {said[0]} 行与写入时不符"))
        k, before = found_k, found_hash
        hashes[k] = before
    if (k, before) != (last_k, last_hash):
        odd.append(Name(f"the last lines are missing or added after line {k}", f"第 {k} 行之后有缺失或增加"))
    if base.execute("SELECT 1 FROM line WHERE failure NOT IN (0, 1)").fetchone():
        odd.append(Name("there are lines of no chain", "有不属于任何链的行"))
    return hashes, odd


def _against(one: Noted, known: dict[int, dict[int, bytes]]) -> Name | None:
    """What is wrong with the lines as the journal has noted them. What has been let go since is not looked at."""
    heads = one.heads
    for chain, k in ((0, heads.others), (1, heads.failures)):
        if k > max(known[chain]):
            return Name(f"the journal's row {one.seq} knows of more lines", f"日志第 {one.seq} 行所记的行数多于现有")
        if k < min(known[chain]):
            return None
    others, failures = known[0].get(heads.others), known[1].get(heads.failures)
    if others is None or failures is None:
        return Name(f"a line that the journal's row {one.seq} knows is missing", f"日志第 {one.seq} 行所记的行缺失")
    if digest_of(heads.log, (heads.others, others), (heads.failures, failures)) != heads.digest:
        return Name(f"the lines are others than the journal's row {one.seq} knows", f"与日志第 {one.seq} 行所记不符")
    return None


def _too_early(
    base: sqlite3.Connection, failure: int, of_this: list[Noted], now: Moment, kept_ms: int, least_lines: int
) -> Iterator[Name]:
    """What was let go was written after the journal last noted less: so old at the most."""
    row = base.execute("SELECT gone_k FROM chain WHERE failure = ?", (failure,)).fetchone()
    (count,) = base.execute("SELECT count(*) FROM line WHERE failure = ?", (failure,)).fetchone()
    gone = row[0] if row is not None else 0
    before = [one for one in of_this if (one.heads.failures if failure else one.heads.others) < gone]
    if before and count < least_lines and now - before[-1].at < kept_ms:
        row = before[-1].seq
        yield Name(f"lines after the journal's row {row} went before their time", f"日志第 {row} 行之后的行被提前删除")
