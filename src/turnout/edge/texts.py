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
from turnout.desk.operations import Operations
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.sealed_text import (
    ERASED,
    FOUND,
    FOUND_IN_JSON,
    MARK,
    MARK_BYTES,
    PLACE_MARK,
    SealedText,
    find_sealed,
    list_keys,
    read_place,
    said_place,
    written,
)

K = TypeVar("K")
V = TypeVar("V")

log = logging.getLogger(__name__)

KEYS_AT_ONCE: Final = 256
"""Made in one transaction: a busy city's incidents and calls of half an hour, eight kibibytes."""

KEYS_AHEAD: Final = 256
"""When fewer are left, others are made: many more than can come while a slow disk makes them."""

OWNERS_MAX: Final = 20_000
"""Whose key the desk remembers. Who is forgotten gets another key: it is destroyed with the first."""

KEYS_MAX: Final = 50_000
"""Of what doors have read besides the board, in memory at once: some 8 MiB. They are fetched again when they are asked
for."""

BOARD_KEYS_MIN: Final = 10_000
"""So many keys of the board, or twice as many as it had, are held before those are looked for that it has no more."""

SHOWN_MAX: Final = 4_096
"""Opened texts that are held, because an incident's row shows all of its own with every change."""

PLACES_MAX: Final = 50_000
"""Opened places that are held, some 15 MiB: whoever opens an incident measures to all that are open."""

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
        self._of_board: dict[str, bytes | None] = {}
        """What the board names, and what it named lately: it is never forgotten while it does. None: destroyed."""
        self._look_from = BOARD_KEYS_MIN
        self._looking: asyncio.Task[None] | None = None
        self._keys: OrderedDict[str, bytes | None] = OrderedDict()
        """What doors have read besides."""
        self._of_whom: OrderedDict[str, set[str]] = OrderedDict()
        """Owner → those of its keys that are here."""
        self._shown: OrderedDict[str, str] = OrderedDict()
        self._places: dict[str, Place] = {}
        self._places_of: dict[str, list[str]] = {}
        """Owner → what stands for its places that are held, and perhaps for some that are held no more."""
        self._erased: OrderedDict[str, None] = OrderedDict()
        self._making: asyncio.Task[None] | None = None
        self._making_fails = False
        self._fetching: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """The first keys. Raises a `StorageFailed`."""
        await self._make()

    async def close(self) -> None:
        for work in (self._making, self._looking, self._fetching):
            if work is not None:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

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
            self._note(owner, held[0])
            if len(self._ahead) < KEYS_AHEAD:
                self._make_more()
        self._of_board.setdefault(*held)
        return written(seal(*held, owner, text))

    def shown(self, text: str) -> str:
        """`text` with everything opened that is sealed in it. Of what stands for a place, and nothing else, what
        `read_place` reads; ERASED is no place."""
        if MARK not in text:
            return text
        whole = FOUND.fullmatch(text) if text.startswith(PLACE_MARK) else None
        return self._opened(whole[0]) if whole is not None else FOUND.sub(self._open, text)

    def shown_or_fault(self, text: str) -> str:
        """As `shown`, for what goes into the journal. Raises a `StorageFailed` where a key is not here: it is fetched,
        and whoever sends the same again is answered."""
        if MARK in text and text not in self._shown:
            body = text.encode()
            if any(self._key_of(key) == b"" for key, _ in list_keys(body)):
                self._fetch_soon(body)
                raise StorageFailed("a key of what was said is not at hand")
        return self.shown(text)

    def find_place(self, sealed: str) -> Place | None:
        """The place for which `sealed` stands; None where its key is destroyed, or not here."""
        known = self._places.get(sealed)
        if known is not None:
            return known
        place, found = read_place(self._opened(sealed)), find_sealed(sealed)
        if place is None or found is None or found.owner in self._erased:
            return place
        if len(self._places) >= PLACES_MAX:  # all of them: in days, and so no owner has more here than are held
            self._places.clear()
            self._places_of.clear()
        self._places[sealed] = place
        self._places_of.setdefault(found.owner, []).append(sealed)
        return place

    async def open_once(self, sealed: Sequence[str]) -> list[str | None]:
        """Each opened, for whoever looks through records: neither keys nor texts are held. None: its key is destroyed.
        Raises a `StorageFailed`."""
        found = [find_sealed(one) for one in sealed]
        keys = {one.key for one in found if one is not None and one.owner not in self._erased}
        keys_of = await self._store.find_keys([holder(key) for key in keys]) if keys else {}
        return await asyncio.to_thread(
            lambda: [_opened_by(keys_of.get(holder(one.key)), one) if one is not None else None for one in found]
        )

    def shown_json(self, body: bytes) -> bytes:
        """The same within JSON. The keys are here already (`ready`)."""
        return FOUND_IN_JSON.sub(self._open_json, body) if MARK_BYTES in body else body

    async def open_json(self, body: bytes) -> bytes:
        """As `shown_json`, with its keys fetched. Raises a `StorageFailed`."""
        await self.ready([body])
        return self.shown_json(body)

    async def fetch(self, rows: Iterable[JournalRow]) -> None:
        """The keys of these rows. Raises a `StorageFailed`."""
        await self.ready((row.body for row in rows), neighbours=True)

    def knows(self, rows: Iterable[JournalRow]) -> bool:
        """Whether every key of these rows is here."""
        return all(self._key_of(key) != b"" for row in rows for key, _ in list_keys(row.body))

    async def ready(self, bodies: Iterable[bytes], *, neighbours: bool = False, on_board: bool = False) -> None:
        """Fetch the keys of what is sealed in them; with those made together with them, where more is to follow.
        `on_board`: they are held for as long as the board names them."""
        sealed = {key: owner for body in bodies for key, owner in list_keys(body)}
        for key, owner in sealed.items():
            self._note(owner, key)
        wanted = {key for key, owner in sealed.items() if self._is_missing(key, owner)}
        if wanted:
            made = {key.partition("-")[0] for key in wanted} if neighbours else set()
            beside = {f"{one}-{n}" for one in made for n in range(KEYS_AT_ONCE)} - wanted
            asked = [*beside, *wanted]  # what is wanted is the newest
            found = await self._store.find_keys([holder(key) for key in asked])
            for key in asked:
                self._hold(key, found.get(holder(key)), on_board=on_board and key in wanted)
        if on_board:
            for key in sealed:
                self._stay(key)

    def _hold(self, key: str, secret: bytes | None, *, on_board: bool) -> None:
        if on_board or key in self._of_board:
            self._of_board[key] = secret
        else:
            _put(self._keys, key, secret, KEYS_MAX)

    def _stay(self, key: str) -> None:
        """The board names it."""
        secret = self._key_of(key)
        if secret != b"":
            self._of_board[key] = secret
            self._keys.pop(key, None)

    def _key_of(self, key: str) -> bytes | None:
        """None: destroyed. Empty: not fetched."""
        secret = self._of_board.get(key, b"")  # in one step: pages are made in threads
        return secret if secret != b"" else self._keys.get(key, b"")

    def _is_missing(self, key: str, owner: str) -> bool:
        """What is erased may be here before its key is destroyed elsewhere: so it is asked for anew each time."""
        secret = self._key_of(key)
        return secret == b"" or (owner in self._erased and secret is not None)

    def _fetch_soon(self, body: bytes) -> None:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().create_task(self._fetch_for_board(body))

    async def _fetch_for_board(self, body: bytes) -> None:
        try:
            await self.ready([body], on_board=True)
        except Fault as fault:
            log.warning("a key that the board needs could not be fetched: %s", fault)

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
        self._are_gone(gone)
        self._forget_places([owner for owner, held in self._of_owner.items() if held[0] in gone])
        self._of_owner = OrderedDict((owner, held) for owner, held in self._of_owner.items() if held[0] not in gone)
        self._shown.clear()

    def hear(self, told: Told[Board, Event]) -> None:
        """What is erased is shown no more, also where somebody else destroys its keys. What is on the board stays."""
        for row in told.rows:
            for key, owner in list_keys(row.body):
                self._note(owner, key)
                self._stay(key)
        if len(self._of_board) > self._look_from and (self._looking is None or self._looking.done()):
            self._looking = asyncio.get_running_loop().create_task(self._look_through(told.after))
        for event in told.events:
            if isinstance(event, DetailsErased):
                for owner in event.owners:
                    _put(self._erased, owner, None, ERASED_MAX)
                    self._of_owner.pop(owner, None)  # what is written from now on is not erased with it
                    self._are_gone(self._of_whom.pop(owner, ()))
                self._shown.clear()
                self._forget_places(event.owners)

    def _are_gone(self, keys: Iterable[str]) -> None:
        for key in keys:
            for held in (self._of_board, self._keys):
                if key in held:
                    held[key] = None

    async def _look_through(self, board: Board) -> None:
        """What the board names no more goes with what doors have read. Keys of younger rows come back with them."""
        known = list(self._of_board)
        named = await asyncio.to_thread(_keys_named, board)
        for key in known:
            if key not in named:
                _put(self._keys, key, self._of_board[key], KEYS_MAX)
                del self._of_board[key]
        self._look_from = max(BOARD_KEYS_MIN, 2 * len(self._of_board))

    def _forget_places(self, owners: Iterable[str]) -> None:
        for owner in owners:
            for sealed in self._places_of.pop(owner, ()):
                self._places.pop(sealed, None)

    def _open(self, found: re.Match[str]) -> str:
        """For a sentence."""
        sealed = found[0]
        return said_place(self.find_place(sealed)) if sealed.startswith(PLACE_MARK) else self._opened(sealed)

    def _opened(self, token: str) -> str:
        known = self._shown.get(token)
        if known is not None:
            return known
        text = find_sealed(token)
        if text is None:
            return token
        secret = self._key_of(text.key)
        if secret == b"":
            log.warning("the key %s was not fetched before it was shown", text.key)
            return UNKNOWN
        with suppress(KeyError):  # pages are made in threads: it may just have made room for another
            self._keys.move_to_end(text.key)
        opened = (open_text(secret, text) if secret is not None else None) or ERASED
        if text.owner in self._erased or token.startswith(PLACE_MARK):
            return opened  # what was written after it; or its key was fetched just before it was destroyed
        _put(self._shown, token, opened, SHOWN_MAX)
        return opened

    def _open_json(self, found: re.Match[bytes]) -> bytes:
        before, after = found[1], found[5]
        sealed = found[0][len(before) : len(found[0]) - len(after)].decode()
        if before and after and sealed.startswith(PLACE_MARK):
            return msgspec.json.encode(self.find_place(sealed))
        return before + msgspec.json.encode(FOUND.sub(self._open, sealed))[1:-1] + after

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


def _keys_named(board: Board) -> set[str]:
    return {key for key, _ in list_keys(Operations().encode_board(board))}


def _opened_by(secret: bytes | None, sealed: SealedText) -> str | None:
    return open_text(secret, sealed) if secret is not None else None


def _put(held: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """As the newest; the oldest makes room."""
    held[key] = value
    if len(held) > most:
        held.popitem(last=False)
