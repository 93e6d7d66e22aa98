"""The web application: files for browsers, the socket, and the API, as one ASGI application.

The API's framework is not loaded here: the doors open without it (`in_time.py`, decision 0134).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from turnout.adapters.http.assets import Assets
from turnout.adapters.http.private import OldAddresses, has_private, with_header
from turnout.edge.allowance import asked_from
from turnout.edge.trace import begun, here, traceresponse
from turnout.words.later import Later

standing_by = Later("turnout.adapters.http.standing_by")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
AnyAsgi = Callable[..., Awaitable[None]]
"""Where a framework has types of its own for the same three."""

API: Final = "/api/v1"
AT_ROOT: Final = ("/health", "/metrics")
SCIM: Final = "/scim/v2"
STRICT: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""A year, for this host and the names below it (ASVS 5.0, 3.4.1)."""


class WebApp:
    """`api` for programs and consoles, `assets` for browsers, `socket` for what follows the board. `scim`: for who
    keeps accounts, where that is turned on."""

    def __init__(
        self, api: AnyAsgi, assets: Assets, socket: Asgi, *, is_tls: bool = False, scim: Asgi | None = None
    ) -> None:
        self.api, self._scim = api, scim
        self._is_tls = is_tls
        self._assets, self._socket = assets, socket
        self._old_addresses = OldAddresses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _strictly(send) if self._is_tls else send
        client = scope.get("client")
        asked_from.set(str(client[0]) if client else "")
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and self._assets.knows(str(scope["path"])):
            await self._assets(scope, receive, send)
        elif self._scim is not None and f"{scope['path']}/".startswith(f"{SCIM}/"):
            await self._scim(scope, receive, send)
        elif has_private(scope) and not self._old_addresses.takes(scope):
            await standing_by.say_no(scope, send, "private-in-url")
        else:
            await self.api(_as_of_the_api(with_header(scope)), receive, _traced(scope, send))


def _as_of_the_api(scope: Scope) -> Scope:
    """Where watch-dogs and programs that scrape look by default, whatever the API's version."""
    if scope.get("path") not in AT_ROOT:
        return scope
    path = f"{API}{scope['path']}"
    return {**scope, "path": path, "raw_path": path.encode()}


def _traced(scope: Scope, send: Send) -> Send:
    """What is done for this request belongs to the caller's trace, and the answer names it."""
    given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    trace = begun("http", given.decode("latin-1"))
    here.set(trace)

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"traceresponse", traceresponse(trace).encode())]
        await send(message)

    return sending


def _strictly(send: Send) -> Send:
    """Whoever has reached us by TLS once never asks in the clear again (RFC 6797)."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), STRICT]
        await send(message)

    return sending
