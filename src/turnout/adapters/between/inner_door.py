"""The desk's door for the other processes of its city, and for requests that they pass on.

Whoever shows the city's key is one of them: the commands that it brings have been checked and its word on who acts is
taken, as that of the desk's own edge is. A request that it passes on is answered as if its asker had come here. Without
the key there is nothing here but, where this process has one, the public application.
"""

import base64
import binascii
import hmac
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

import msgspec

from turnout.core.commands import Command, decode_command
from turnout.desk.answers import Done, Refused
from turnout.desk.book import Origin
from turnout.desk.desk import COMMAND_BYTES_MAX
from turnout.desk.faults import Fault
from turnout.edge.allowance import found_locked, passed_on
from turnout.edge.at_device import CERTIFICATE, NONES
from turnout.edge.between import (
    CERTIFICATE_HEADER,
    CLIENT_HEADER,
    DOOR,
    KEY_HEADER,
    LINK,
    LINK_HEADER,
    LOCKED_HEADER,
    SCHEME_HEADER,
    DevicesAsked,
    DevicesSaid,
    PlacesHeard,
    PlacesSaid,
    decode_submitted,
    encode_answer,
    may_change_accounts,
    talks_with,
)
from turnout.words.trouble import Malformed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

SAID_BYTES_MAX: Final = COMMAND_BYTES_MAX + 64 * 1024
"""A command of the largest size, and who sends it."""

HIDDEN: Final = frozenset(
    name.encode() for name in (KEY_HEADER, LINK_HEADER, CLIENT_HEADER, SCHEME_HEADER, LOCKED_HEADER, CERTIFICATE_HEADER)
)
"""Between processes only: the application does not see them."""


class Submits(Protocol):
    async def submit(self, command: Command, origin: Origin) -> Done | Refused[Any]: ...


async def _nothing_kept() -> None: ...


class InnerDoor:
    """`key`: the city's. `public`: whether the application is also for whoever has no key."""

    def __init__(
        self,
        app: Asgi,
        key: bytes,
        *,
        public: bool,
        desk: Submits | None = None,
        places: Callable[[PlacesSaid], PlacesHeard] | None = None,
        hand_over: Callable[[], None] | None = None,
        devices: Callable[[DevicesAsked], Awaitable[DevicesSaid]] | None = None,
        keep_accounts: Callable[[], Awaitable[None]] = _nothing_kept,
    ) -> None:
        """`keep_accounts` returns when every process can find what a request has changed of the accounts; `devices`
        when it can find what was changed of the register. That raises a `Fault`."""
        self._app, self._key, self._public = app, key.hex().encode(), public
        self._desk, self._places, self._hand_over, self._keep_accounts = desk, places, hand_over, keep_accounts
        self._devices = devices

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._others(scope, receive, send)
            return
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        shown = headers.get(KEY_HEADER.encode())
        if shown is None:
            await self._others(scope, receive, send)
        elif not hmac.compare_digest(shown, self._key):
            await say(send, 403, b"this is no key of the city")
        elif not _talks(headers.get(LINK_HEADER.encode(), b"")):
            await say(send, 426, f"this process speaks version {LINK} and {LINK - 1}".encode())
        elif str(scope["path"]).startswith(f"{DOOR}/"):
            await self._inner(str(scope["path"]).removeprefix(f"{DOOR}/"), receive, send)
        else:
            await self._passed_on(scope, headers, receive, send)

    async def _others(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._public or scope["type"] == "lifespan" or str(scope.get("path")) == "/health":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await say(send, 403, b"this door is for processes of the city")

    async def _inner(self, what: str, receive: Receive, send: Send) -> None:
        body = await read_body(receive, SAID_BYTES_MAX)
        if body is None:
            await say(send, 413, b"too large")
            return
        try:
            answer = await self._answer(what, body)
        except (msgspec.DecodeError, UnicodeDecodeError, Malformed) as trouble:
            log.warning("a process of the city said what cannot be read (%s): %s", what, trouble)
            await say(send, 400, str(trouble).encode())
            return
        except Fault as fault:
            log.warning("a process of the city was not answered (%s): %s", what, fault)
            await say(send, 503, fault.code.encode())
            return
        await (say(send, 404, b"nothing here") if answer is None else say(send, 200, answer))

    async def _answer(self, what: str, body: bytes) -> bytes | None:
        if what == "submit" and self._desk is not None:
            said = decode_submitted(body)
            try:
                return encode_answer(await self._desk.submit(decode_command(bytes(said.command)), said.origin))
            except Fault as fault:
                return encode_answer(fault)
        if what == "places" and self._places is not None:
            return msgspec.json.encode(self._places(msgspec.json.decode(body, type=PlacesSaid)))
        if what == "hand-over" and self._hand_over is not None:
            self._hand_over()
            return b"{}"
        if what == "devices" and self._devices is not None:
            return msgspec.json.encode(await self._devices(msgspec.json.decode(body, type=DevicesAsked)))
        return None

    async def _passed_on(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        token = passed_on.set(True)
        locked = found_locked.set(headers.get(LOCKED_HEADER.encode()) == b"yes")
        try:
            await self._as_asked(scope, headers, receive, send)
        finally:
            found_locked.reset(locked)
            passed_on.reset(token)

    async def _as_asked(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        """The application sees the one who asked; what the request has changed is kept before its answer goes out."""
        asker = headers.get(CLIENT_HEADER.encode(), b"").decode("latin-1")
        # An edge of the version before says the scheme by the other name.
        scheme = headers.get(SCHEME_HEADER.encode()) or headers.get(b"x-forwarded-proto", b"")
        kept = [(name, value) for name, value in scope["headers"] if bytes(name).lower() not in HIDDEN]
        inside = {**scope, "headers": kept, "client": (asker, 0) if asker else scope.get("client")}
        if scheme in (b"http", b"https"):
            inside["scheme"] = scheme.decode()
        # What this process's own door or proxy says is of the edge that passes it on, not of its asker.
        inside["state"] = {**(scope.get("state") or {}), CERTIFICATE: _certificate(headers)}
        if not may_change_accounts(scope["method"], str(scope["path"])):
            await self._app(inside, receive, send)
            return
        held: list[MutableMapping[str, Any]] = []

        async def hold(message: MutableMapping[str, Any]) -> None:
            held.append(message)

        await self._app(inside, receive, hold)
        await self._keep_accounts()
        for message in held:
            await send(message)


def _certificate(headers: dict[bytes, bytes]) -> bytes:
    """What the asker's terminal has shown the edge (DER); empty: nothing. What cannot be read is nobody's."""
    try:
        return base64.b64decode(headers.get(CERTIFICATE_HEADER.encode(), b""), validate=True)
    except binascii.Error:
        return NONES


def _talks(said: bytes) -> bool:
    return said.isdigit() and len(said) < 9 and talks_with(LINK, int(said))


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The request's body; None when it is larger than `most`."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        part = bytes(message.get("body", b""))
        length += len(part)
        if length > most:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def say(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json" if status == 200 else b"text/plain"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
