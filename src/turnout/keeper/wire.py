"""Messages between keepers: small frames over TCP, each proved by a secret that all three machines have.

A frame is four bytes of length, 32 bytes of HMAC-SHA256 and a JSON body. The server begins with a nonce; a question's
proof covers the nonce and its number, an answer's proof covers its question's, so nothing can be said again later. The
content is not secret; whoever can read the line learns who is primary.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec

from turnout.keeper.register import Accept, Begin, Prepare, Read, Release, Renew, Reply
from turnout.keeper.site import Address

log = logging.getLogger(__name__)

BODY_MAX_BYTES: Final = 4096
"""The longest message has three hundred."""

CONNECTIONS_MAX: Final = 16
"""Two other keepers and people who ask for the status."""

ANSWER_S: Final = 0.4
"""For one question, connecting included: a voter that is slower counts as lost this time."""

IDLE_S: Final = 30.0
NONCE_BYTES: Final = 16
PROOF_BYTES: Final = 32


class Switch(msgspec.Struct, frozen=True, tag="switch"):
    """A person wants the standby to be the primary."""


Question = Prepare | Accept | Renew | Release | Begin | Read | Switch
Answerer = Callable[[Question], Awaitable[Reply]]

_questions: Final = msgspec.json.Decoder(Question)
_replies: Final = msgspec.json.Decoder(Reply)


class Unproved(Exception):
    """A frame that nobody with the secret can have sent, or that is too long."""


def proof(secret: bytes, *parts: bytes) -> bytes:
    return hmac.digest(secret, b"".join(parts), "sha256")


async def _read_frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > BODY_MAX_BYTES:
        raise Unproved(f"a frame of {length} bytes")
    said = await reader.readexactly(PROOF_BYTES)
    return said, await reader.readexactly(length)


def _frame(said: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + said + body


class VoterServer:
    """Answers whoever has the secret; everybody else is hung up on."""

    def __init__(self, secret: bytes, answer: Answerer) -> None:
        self._secret, self._answer = secret, answer
        self._open = 0

    async def listen(self, address: Address) -> asyncio.Server:
        return await asyncio.start_server(self._serve, address.host, address.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= CONNECTIONS_MAX:
                await self._talk(reader, writer)
        except (OSError, EOFError, TimeoutError, Unproved, msgspec.DecodeError) as trouble:
            if isinstance(trouble, Unproved | msgspec.DecodeError):
                log.warning("a message was not taken: %s", trouble)
        finally:
            self._open -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonce, number = secrets.token_bytes(NONCE_BYTES), 0
        writer.write(nonce)
        while True:
            async with asyncio.timeout(IDLE_S):
                said, body = await _read_frame(reader)
            if not hmac.compare_digest(said, proof(self._secret, b"ask", nonce, number.to_bytes(8, "big"), body)):
                raise Unproved("no proof")
            number += 1
            reply = msgspec.json.encode(await self._answer(_questions.decode(body)))
            writer.write(_frame(proof(self._secret, b"say", said, reply), reply))
            async with asyncio.timeout(ANSWER_S):
                await writer.drain()


class Line:
    """To one other voter. A question that gets no answer in time is None: it may have been heard all the same."""

    def __init__(self, secret: bytes, address: Address) -> None:
        self._secret, self._address = secret, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._nonce, self._number = b"", 0
        self._turn = asyncio.Lock()

    async def ask(self, question: Question) -> Reply | None:
        try:
            async with asyncio.timeout(ANSWER_S), self._turn:
                return await self._asked(question)
        except (OSError, EOFError, TimeoutError, Unproved, msgspec.DecodeError):
            return None

    async def _asked(self, question: Question) -> Reply:
        whole = False
        try:
            reader, writer = await self._opened()
            body = msgspec.json.encode(question)
            said = proof(self._secret, b"ask", self._nonce, self._number.to_bytes(8, "big"), body)
            self._number += 1
            writer.write(_frame(said, body))
            answer, reply = await _read_frame(reader)
            if not hmac.compare_digest(answer, proof(self._secret, b"say", said, reply)):
                raise Unproved("an answer without proof")
            decoded = _replies.decode(reply)
            whole = True
            return decoded
        finally:
            if not whole:
                self._drop()

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._address.host, self._address.port)
            self._nonce, self._number = await self._streams[0].readexactly(NONCE_BYTES), 0
        return self._streams

    def _drop(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].transport.abort()

    async def close(self) -> None:
        with suppress(OSError):
            self._drop()
