"""What was said and seen, sealed on its way into the journal and opened where it is shown (decision 0205).

The desk seals (`seal`, at once, with keys that were made ahead); every door opens (`shown`, `shown_json`). Of a text
whose key is destroyed a door shows `ERASED`. Opening never waits: whoever has time (`ready`) fetches the keys before.
"""

import asyncio
import logging
import re
import secrets
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from turnout.audit.texts import TextKeys, holder, open_text, seal
from turnout.core.board import Board
from turnout.core.events import Event
from turnout.core.retention.events import DetailsErased
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.faults import Fault, StorageFailed
from turnout.words.name import Name
from turnout.words.sealed_text import ERASED, FOUND, FOUND_BYTES, MARK, MARK_BYTES, list_keys, read, written

K = TypeVar("K")
V = TypeVar("V")

log = logging.getLogger(__name__)

KEYS_AT_ONCE: Final = 256
"""Made in one transaction: a busy city's incidents and calls of half an hour, eight kibibytes."""

KEYS_AHEAD: Final = 256
"""When fewer are left, others are made: many more than can come while a slow disk makes them."""

OWNERS_MAX: Final = 20_000
"""Whose key the desk remembers. Who is forgotten gets another key: it is destroyed with the first."""

KEYS_MAX: Final = 100_000
"""In memory at once, some 15 MiB. Those of the board are used all the time and stay."""

SHOWN_MAX: Final = 4_096
"""Opened texts that are held, because an incident's row shows all of its own with every change."""

ERASED_MAX: Final = 100_000
"""Owners of whom this process has heard that they are erased."""

AGAIN_S: Final = 1.0
"""Between two attempts to make keys."""

UNKNOWN: Final = "…"
"""Shown where the key has not been fetched: it is, before the same is shown again."""


class Texts:
    """One per process. At the desk: `begin` before anything is decided, `close` at the end."""

    def __init__(self, keys: TextKeys) -> None:
        self._store = keys
        self._ahead: deque[tuple[str, bytes]] = deque()
        self._of_owner: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._keys: OrderedDict[str, bytes | None] = OrderedDict()
        """None: destroyed."""
        self._of_whom: OrderedDict[str, set[str]] = OrderedDict()
        """Owner → those of its keys that are here."""
        self._shown: OrderedDict[str, str] = OrderedDict()
        self._erased: OrderedDict[str, None] = OrderedDict()
        self._making: asyncio.Task[None] | None = None
        self._making_fails = False

    async def begin(self) -> None:
        """The first keys. Raises a `StorageFailed`."""
        await self._make()

    async def close(self) -> None:
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)

    def warning(self) -> Name | None:
        """What health says while keys run out and none can be made. None: all is well."""
        left = len(self._ahead)
        if not self._making_fails or left >= KEYS_AHEAD:
            return None
        if left:
            return Name(
                f"No keys can be made for what is said; those at hand are enough for {left} more incidents or calls. "
                "Look at the disk or database of the vault.",
                f"无法生成文本密钥，现有密钥还够 {left} 起警情或来电使用。请检查保险库的磁盘或数据库。",
            )
        return Name(
            "No keys are left for what is said, and none can be made: texts of new incidents and calls are refused. "
            "Look at the disk or database of the vault.",
            "文本密钥已用尽且无法生成，新警情和来电的文字会被拒绝。请检查保险库的磁盘或数据库。",
        )

    def seal(self, owner: str, text: str) -> str:
        """Raises `StorageFailed` where no key is left and none can be made: as the journal when its disk is full."""
        held = self._of_owner.get(owner)
        if held is None:
            if not self._ahead:
                self._make_more()
                raise StorageFailed("no keys are left for what is said, and no more can be made")
            held = self._ahead.popleft()
            _put(self._of_owner, owner, held, OWNERS_MAX)
            _put(self._keys, *held, KEYS_MAX)
            self._note(owner, held[0])
            if len(self._ahead) < KEYS_AHEAD:
                self._make_more()
        return written(seal(*held, owner, text))

    def shown(self, text: str) -> str:
        """`text` with everything opened that is sealed in it."""
        return FOUND.sub(self._open, text) if MARK in text else text

    def shown_json(self, body: bytes) -> bytes:
        """The same within JSON. The keys are here already (`ready`)."""
        return FOUND_BYTES.sub(self._open_json, body) if MARK_BYTES in body else body

    async def open_json(self, body: bytes) -> bytes:
        """As `shown_json`, with its keys fetched. Raises a `StorageFailed`."""
        await self.ready([body])
        return self.shown_json(body)

    async def fetch(self, rows: Iterable[JournalRow]) -> None:
        """The keys of these rows. Raises a `StorageFailed`."""
        await self.ready((row.body for row in rows), neighbours=True)

    def knows(self, rows: Iterable[JournalRow]) -> bool:
        """Whether every key of these rows is here."""
        return all(key in self._keys for row in rows for key, _ in list_keys(row.body))

    async def ready(self, bodies: Iterable[bytes], *, neighbours: bool = False) -> None:
        """Fetch the keys of what is sealed in them; with those made together with them, where more is to follow."""
        sealed = {key: owner for body in bodies for key, owner in list_keys(body)}
        for key, owner in sealed.items():
            self._note(owner, key)
        wanted = {key for key, owner in sealed.items() if self._is_missing(key, owner)}
        if not wanted:
            return
        if neighbours:
            made = {key.partition("-")[0] for key in wanted}
            wanted |= {f"{one}-{n}" for one in made for n in range(KEYS_AT_ONCE)}
        found = await self._store.find_keys([holder(key) for key in wanted])
        for key in wanted:
            _put(self._keys, key, found.get(holder(key)), KEYS_MAX)

    def _is_missing(self, key: str, owner: str) -> bool:
        """What is erased may be here before its key is destroyed elsewhere: so it is asked for anew each time."""
        return key not in self._keys or (owner in self._erased and self._keys[key] is not None)

    def _note(self, owner: str, key: str) -> None:
        held = self._of_whom.get(owner)
        if held is None:
            _put(self._of_whom, owner, {key}, KEYS_MAX)
        else:
            held.add(key)

    async def list_living(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys that are not destroyed."""
        found = await self._store.find_keys([holder(key) for key in keys]) if keys else {}
        return [key for key in keys if holder(key) in found]

    async def destroy(self, keys: Sequence[str]) -> None:
        """Beyond recall, and out of this process."""
        await self._store.destroy_keys([holder(key) for key in keys])
        gone = set(keys)
        self._keys.update(dict.fromkeys(gone))
        self._of_owner = OrderedDict((owner, held) for owner, held in self._of_owner.items() if held[0] not in gone)
        self._shown.clear()

    def hear(self, told: Told[Board, Event]) -> None:
        """What is erased is shown no more, also where somebody else destroys its keys."""
        for event in told.events:
            if isinstance(event, DetailsErased):
                for owner in event.owners:
                    _put(self._erased, owner, None, ERASED_MAX)
                    self._of_owner.pop(owner, None)  # what is written from now on is not erased with it
                    self._keys.update(dict.fromkeys(self._of_whom.pop(owner, ())))
                self._shown.clear()

    def _open(self, found: re.Match[str]) -> str:
        token = found[0]
        known = self._shown.get(token)
        if known is not None:
            return known
        text = read(found)
        secret = self._keys.get(text.key, b"")
        if secret == b"":
            log.warning("the key %s was not fetched before it was shown", text.key)
            return UNKNOWN
        with suppress(KeyError):  # pages are made in threads: it may just have made room for another
            self._keys.move_to_end(text.key)
        opened = (open_text(secret, text) if secret is not None else None) or ERASED
        if text.owner in self._erased:
            return opened  # what was written after it; or its key was fetched just before it was destroyed
        _put(self._shown, token, opened, SHOWN_MAX)
        return opened

    def _open_json(self, found: re.Match[bytes]) -> bytes:
        return msgspec.json.encode(self.shown(found[0].decode()))[1:-1]

    def _make_more(self) -> None:
        if self._making is None or self._making.done():
            self._making = asyncio.get_running_loop().create_task(self._make_until_enough(), name="keys for texts")

    async def _make_until_enough(self) -> None:
        while len(self._ahead) < KEYS_AHEAD:
            try:
                await self._make()
                self._making_fails = False
            except (Fault, OSError) as trouble:
                if not self._making_fails:  # once: a log that grows on a full disk makes it worse
                    log.warning("no keys for texts could be made: %s", trouble)
                self._making_fails = True
                await asyncio.sleep(AGAIN_S)

    async def _make(self) -> None:
        made = secrets.token_hex(8)
        keys = [f"{made}-{n}" for n in range(KEYS_AT_ONCE)]
        found = await self._store.make_keys([holder(key) for key in keys])
        self._ahead.extend(zip(keys, found, strict=True))


def _put(held: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """As the newest; the oldest makes room."""
    held[key] = value
    if len(held) > most:
        held.popitem(last=False)
