"""Files are looked at by a virus scanner as they come in (ASVS 5.0, 5.4.3): ClamAV's daemon, by its command INSTREAM.

clamd(8): `zINSTREAM\\0`, then each piece after its length in four bytes, and a length of 0; it answers `stream: OK`,
`stream: NAME FOUND` or `… ERROR`, each ended by a zero byte. Name one on this machine: then no file leaves it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import Final, TypeVar

from turnout.edge.scanning import FileInfected, ScannerSilent
from turnout.words.trouble import Malformed

PIECE_BYTES: Final = 256 * 1024
CONNECT_S: Final = 2.0
ANSWER_S: Final = 60.0
"""For the verdict on a whole recording; clamd itself gives up after two minutes."""

ANSWER_BYTES_MAX: Final = 4_096
OK: Final = b"stream: OK"
FOUND: Final = b" FOUND"

T = TypeVar("T")


class Clamd:
    """`where`: a socket in the file system, or `host:port`."""

    def __init__(self, where: str) -> None:
        self._where = where
        host, _, port = where.rpartition(":")
        if not where.startswith("/") and (not host or not port.isdigit()):
            raise Malformed(f"{where!r} is no scanner", where="--scanner", cure="/run/clamav/clamd.ctl, 127.0.0.1:3310")
        self._host, self._port = host, int(port) if port.isdigit() else 0

    async def scanned(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same, piece by piece; before it ends the scanner has said what it thinks of it.

        Raises `FileInfected`, or `ScannerSilent` where it cannot be asked or does not know.
        """
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await self._connected()
        except (OSError, TimeoutError) as trouble:
            raise ScannerSilent(str(trouble) or "no connection") from trouble
        try:
            writer.write(b"zINSTREAM\0")
            async for piece in content:
                for start in range(0, len(piece), PIECE_BYTES):
                    part = piece[start : start + PIECE_BYTES]
                    writer.write(len(part).to_bytes(4, "big") + part)
                    await _in_time(writer.drain())
                yield piece
            writer.write(bytes(4))
            _judge(await _in_time(reader.readuntil(b"\0")))
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._where.startswith("/"):
            return await asyncio.open_unix_connection(self._where, limit=ANSWER_BYTES_MAX)
        return await asyncio.open_connection(self._host, self._port, limit=ANSWER_BYTES_MAX)


async def _in_time(asked: Awaitable[T]) -> T:
    """Raises `ScannerSilent` where it takes too long or hangs up."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await asked
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as trouble:
        raise ScannerSilent(str(trouble) or "no answer") from trouble


def _judge(answer: bytes) -> None:
    said = answer.rstrip(b"\0\n")
    if said == OK:
        return
    if said.endswith(FOUND):
        raise FileInfected(said.removeprefix(b"stream: ").removesuffix(FOUND).decode("ascii", "replace")[:100])
    raise ScannerSilent(said.decode("ascii", "replace")[:200])
