"""`turnout keys`: change the site key that guards the vault's keys in PostgreSQL, while the city works (decision 0200).

Broken off at any moment every detail opens still, and the same command goes on where it was.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NamedTuple

from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys, fingerprint, make_site_key
from turnout.adapters.storage.postgres.site_key_change import Holder, SiteKeyChange
from turnout.adapters.storage.postgres.site_key_following import SiteKeyFollower
from turnout.adapters.storage.postgres.site_key_row import SiteKeyRow
from turnout.desk.operations import Operations
from turnout.words.trouble import Malformed, NotOurs

DESTROYED_S: Final = 30.0
"""So long the servers that run are waited for: each looks every second."""

LOOK_S: Final = 0.2


class Standing(NamedTuple):
    row: SiteKeyRow
    holders: list[Holder]


class Changed(NamedTuple):
    """`wrapped`: keys of owners. `keeping`: servers that have not said that the key that was is destroyed there."""

    row: SiteKeyRow
    wrapped: int
    keeping: list[Holder]


def lay_next(folder: Path) -> bytes:
    """A fresh key beside the one in the city's `folder`: its fingerprint. Raises `Malformed`, `NotOurs`."""
    keys = SiteKeys(folder / SITE_KEY)
    if not keys.path.is_file():
        raise Malformed(
            "there is no site key", str(keys.path), "a server with --database makes it; name --data, --city"
        )
    if keys.next_path.exists():
        raise NotOurs("a next site key lies there already", str(keys.next_path), "go on with it: `turnout keys change`")
    return fingerprint(make_site_key(keys.next_path))


async def standing(url: str) -> Standing:
    """Raises `StorageFailed`."""
    async with AsyncExitStack() as stack:
        change = SiteKeyChange(Database(url, Operations.stream), SiteKeys(Path(SITE_KEY)))
        stack.push_async_callback(change.close)
        return Standing(await change.row(), await change.holders())


async def forget(url: str, server: str) -> None:
    """Of a server that is no more, with its disk. Raises `Malformed` when there is none or it runs, `StorageFailed`."""
    async with AsyncExitStack() as stack:
        change = SiteKeyChange(Database(url, Operations.stream), SiteKeys(Path(SITE_KEY)))
        stack.push_async_callback(change.close)
        if not await change.forget(server):
            raise Malformed("no such server, or it runs", server, "`turnout keys show` lists them")


async def change_site_key(
    folder: Path, database: Database, tell: Callable[[int], None] = lambda wrapped: None
) -> Changed:
    """To the next key, which lies beside the city's in `folder`. `tell` hears how many owners' keys are wrapped anew.

    Raises `Malformed` where there is no next key, `NotOurs` when a server that runs lacks it, `StorageFailed`.
    """
    keys = SiteKeys(folder / SITE_KEY)
    async with AsyncExitStack() as stack:
        change = SiteKeyChange(database, keys)
        stack.push_async_callback(change.close)
        follower = SiteKeyFollower(database, keys)
        stack.push_async_callback(follower.close)
        row, wrapped = await change.row(), 0
        fresh = keys.laid()
        if row.next is not None or fresh != row.fingerprint:  # else it has ended, and is only to be destroyed here
            if fresh is None:
                raise Malformed("there is no next site key", str(keys.next_path), "`turnout keys new` makes it")
            row = await change.begin(fresh)
            wrapped = await _wrap_all(change, row, tell)
            while await change.has_left(row):  # somebody was at work on them
                await asyncio.sleep(LOOK_S)
                wrapped += await _wrap_all(change, row, tell)
            await change.end(row)
        keeping = await _keeping(change, follower)
        return Changed(await change.row(), wrapped, keeping)


async def _wrap_all(change: SiteKeyChange, row: SiteKeyRow, tell: Callable[[int], None]) -> int:
    after, wrapped = await change.wrap_some(row, "")
    done = wrapped
    while wrapped:
        tell(done)
        after, wrapped = await change.wrap_some(row, after)
        done += wrapped
    return done


async def _keeping(change: SiteKeyChange, follower: SiteKeyFollower) -> list[Holder]:
    """Those that hold another key than the city's, once the servers that run have had the time to destroy it."""
    current = (await change.row()).fingerprint
    with_others: list[Holder] = []
    for _ in range(1 + round(DESTROYED_S / LOOK_S)):
        await follower.look()
        with_others = [one for one in await change.holders() if one.holds != (current,)]
        if not any(one.runs for one in with_others):
            break
        await asyncio.sleep(LOOK_S)
    return with_others
