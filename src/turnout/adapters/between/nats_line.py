"""Row changes and places between the processes of one city, by NATS: faster than looking, and never needed.

NATS keeps nothing here and promises nothing: a message that is lost, late, doubled or forged costs a look at the
journal. Every message carries a seal (HMAC-SHA-256, RFC 2104) under the city's key, so that the broker's other users
can neither move a unit on a map nor show a row. Nobody waits for the broker: what is to be published waits in a short
queue, the newest of it, and a broker that is gone is tried again for ever.
"""

import asyncio
import hashlib
import hmac
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from turnout.desk.chain import JournalRow
from turnout.edge.between import LINK, PLACES_MAX, talks_with
from turnout.telemetry.latest import Fix

log = logging.getLogger(__name__)

MESSAGE_BYTES_MAX: Final = 512 * 1024
"""Half of what a NATS server takes by default. A larger batch is not sent: a poke is, and the journal is read."""

WAITING_MAX: Final = 1_000
"""Messages not published yet: seconds at full speed. Of more, the oldest are dropped; the journal has them."""

CONNECT_S: Final = 2
AGAIN_S: Final = 1
FOR_EVER: Final = -1
SEAL_BYTES: Final = 32


class RowsSaid(msgspec.Struct, frozen=True, tag="rows"):
    """Rows that are durable. Without any: there are some up to `upto`, too many for a message."""

    link: int
    upto: int
    rows: list[JournalRow]


class PlacesTold(msgspec.Struct, frozen=True, tag="places"):
    """Places that the process `by` has heard and believed."""

    link: int
    by: str
    fixes: list[Fix]


Message = RowsSaid | PlacesTold

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def sealed(key: bytes, subject: str, message: Message) -> bytes:
    body = _encoder.encode(message)
    return _seal(key, subject, body) + body


def opened(key: bytes, subject: str, data: bytes) -> Message | str:
    """The message, or the name of what is wrong with it."""
    if len(data) > MESSAGE_BYTES_MAX + SEAL_BYTES:
        return "too-large"
    body = data[SEAL_BYTES:]
    if not hmac.compare_digest(data[:SEAL_BYTES], _seal(key, subject, body)):
        return "not-ours"
    try:
        message = _decoder.decode(body)
    except msgspec.DecodeError:
        return "malformed"
    if not (talks_with(LINK, message.link) or talks_with(message.link, LINK)):
        return "unsupported"
    return message


def _seal(key: bytes, subject: str, body: bytes) -> bytes:
    return hmac.digest(key, f"turnout.nats.1\n{subject}\n".encode() + body, hashlib.sha256)


class NatsLine:
    """`start`, `publish_…` at any time, `stop`. What is heard goes to `on_rows`, `on_poke` and `on_places`."""

    def __init__(
        self,
        servers: str,
        city: str,
        key: bytes,
        me: str,
        *,
        on_rows: Callable[[Sequence[JournalRow]], object] = lambda rows: None,
        on_poke: Callable[[], object] = lambda: None,
        on_places: Callable[[Sequence[Fix], str], object] = lambda fixes, by: None,
    ) -> None:
        """`servers`: `nats://one,nats://two`. `me` names this process: it does not hear its own places."""
        self._servers = [server.strip() for server in servers.split(",") if server.strip()]
        self._subject, self._key, self._me = f"turnout.{city}.between", key, me
        self._on_rows, self._on_poke, self._on_places = on_rows, on_poke, on_places
        self._client = Client()
        self._waiting: deque[bytes] = deque(maxlen=WAITING_MAX)
        self._filled = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self.dropped: Counter[str] = Counter()
        """Messages that were not taken, by the name of what was wrong."""
        self.heard = 0

    @property
    def is_connected(self) -> bool:
        return bool(self._client.is_connected)

    def start(self) -> None:
        """Returns at once, whether there is a broker or not."""
        self._working = asyncio.create_task(self._work(), name="nats")

    async def stop(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        with suppress(NatsError, OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await self._client.close()

    def publish_rows(self, rows: Sequence[JournalRow], upto: int) -> None:
        message = sealed(self._key, self._subject, RowsSaid(LINK, upto, list(rows)))
        if len(message) > MESSAGE_BYTES_MAX:
            message = sealed(self._key, self._subject, RowsSaid(LINK, upto, []))
        self._put(message)

    def publish_places(self, fixes: Sequence[Fix]) -> None:
        self._put(sealed(self._key, self._subject, PlacesTold(LINK, self._me, list(fixes[:PLACES_MAX]))))

    def _put(self, message: bytes) -> None:
        if self.is_connected:  # else it would be old news when the broker is back: the journal is read meanwhile
            self._waiting.append(message)
            self._filled.set()

    async def _work(self) -> None:
        while True:
            try:
                await self._connect()
                break
            except (NatsError, OSError, TimeoutError) as trouble:
                log.warning("NATS is not there; everything goes on without it: %r", trouble)
                await asyncio.sleep(AGAIN_S)
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                message = self._waiting.popleft()
                try:
                    await self._client.publish(self._subject, message)
                except (NatsError, OSError, TimeoutError) as trouble:
                    log.info("not published: %r", trouble)

    async def _connect(self) -> None:
        await self._client.connect(
            self._servers,
            name="turnout",
            connect_timeout=CONNECT_S,
            reconnect_time_wait=AGAIN_S,
            max_reconnect_attempts=FOR_EVER,
            no_echo=True,
            error_cb=_note,
            disconnected_cb=_note_gone,
        )
        await self._client.subscribe(self._subject, cb=self._hear)

    async def _hear(self, message: Msg) -> None:
        said = opened(self._key, self._subject, message.data)
        if isinstance(said, str):
            if not self.dropped[said]:
                log.warning("a message on %s was dropped: %s", self._subject, said)
            self.dropped[said] += 1
            return
        self.heard += 1
        try:
            self._take(said)
        except Exception:  # the process edge: what was said must not end the hearing
            log.exception("a message on %s could not be taken", self._subject)

    def _take(self, said: Message) -> None:
        if isinstance(said, PlacesTold):
            if said.by != self._me:
                self._on_places(said.fixes, said.by)
        elif said.rows:
            self._on_rows(said.rows)
        else:
            self._on_poke()


async def _note(trouble: Exception) -> None:
    log.info("NATS: %r", trouble)


async def _note_gone() -> None:
    log.warning("NATS is gone; everything goes on without it, slower")
