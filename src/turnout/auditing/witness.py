"""`turnout witness`: a witness for a second organisation (c2sp.org/tlog-witness), small enough to be read in a sitting.

It has one key, a file of what it has seen, and a list of the logs that it knows. It stores nothing of what is in them.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.adapters.storage.proof_keys import KeyFile
from turnout.adapters.storage.sqlite.witness import SqliteSeen
from turnout.audit.checkpoints import cosign
from turnout.audit.notes import COSIGNATURE, NOTE, SigningKey, VerifierKey, read_verifier_key
from turnout.audit.witnessing import REQUEST_BYTES_MAX, Logs, No, read_asked
from turnout.config import Settings
from turnout.desk.faults import StorageFailed
from turnout.terminal import say
from turnout.web_server import web
from turnout.words.trouble import BadInput, Malformed

PATH: Final = "/add-checkpoint"
KEY_FILE: Final = "witness.key"
SEEN_FILE: Final = "witness.sqlite"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class WitnessApp:
    """The protocol over HTTP (ASGI). `now_s`: seconds since 1970."""

    def __init__(self, key: SigningKey, seen: SqliteSeen, logs: Logs, now_s: Callable[[], int]) -> None:
        self._key, self._seen, self._logs, self._now_s = key, seen, logs, now_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _answer(send, await self._answered(scope, receive))

    async def _answered(self, scope: Scope, receive: Receive) -> No:
        if scope["path"] == "/" and scope["method"] == "GET":
            lines = [f"{origin} {size} {at_s}\n" for origin, size, at_s in await self._seen.list()]
            return No(200, f"{self._key.verifier}\n{''.join(lines)}")
        if not str(scope["path"]).endswith(PATH):
            return No(404, "POST add-checkpoint, or GET / for key and logs\n")
        if scope["method"] != "POST":
            return No(405, "POST\n")
        body = await _body(receive)
        if body is None:
            return No(413, f"at most {REQUEST_BYTES_MAX} bytes\n")
        return await self._cosigned(body)

    async def _cosigned(self, body: bytes) -> No:
        try:
            asked = read_asked(body)
        except BadInput as trouble:
            return No(400, f"{trouble}\n")
        now_s = self._now_s()
        try:
            no = await self._seen.judge_and_keep(asked, self._logs, now_s)
        except StorageFailed:
            return No(503, "what was seen cannot be kept now\n")
        return no or No(200, cosign(asked.note.text, self._key, now_s).line())


async def _body(receive: Receive) -> bytes | None:
    """None: it is longer than any request of the protocol."""
    got = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        got += message.get("body", b"")
        if len(got) > REQUEST_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return bytes(got)


async def _answer(send: Send, answer: No) -> None:
    headers = [(b"content-type", answer.kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.text.encode()})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class _LogRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    origin: str = ""
    """Empty: the key's name."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    log: list[_LogRow]


def read_logs(path: Path) -> Logs:
    """A TOML file with `[[log]]` and `key`, twice for one origin while a log changes its key. Raises `Malformed`."""
    try:
        rows = msgspec.toml.decode(path.read_bytes(), type=_File).log
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as trouble:
        raise Malformed(str(trouble), where=str(path), cure="[[log]] and below it key") from trouble
    logs: dict[str, list[VerifierKey]] = {}
    for row in rows:
        key = read_verifier_key(row.key)
        if key.kind != NOTE:
            raise Malformed(
                f"{row.key[:80]!r} is a witness's key", where=str(path), cure="`turnout audit key` of the log"
            )
        logs.setdefault(row.origin or key.name, []).append(key)
    return logs


async def serve_witness(folder: Path, name: str, logs: Logs, settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C. Raises `Malformed`, `StorageFailed`."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = KeyFile(folder / KEY_FILE, name, COSIGNATURE).list()[-1]
    if name and key.name != name:
        raise Malformed(f"the key's name is {key.name}", where=str(folder / KEY_FILE), cure="a witness keeps its name")
    seen = SqliteSeen(folder / SEEN_FILE)
    try:
        async with web(WitnessApp(key, seen, logs, lambda: int(time.time())), settings):
            say(f"Witness of {len(logs)} logs: {key.verifier}", f"见证 {len(logs)} 个日志：{key.verifier}")
            await stop.wait()
    finally:
        await seen.close()
