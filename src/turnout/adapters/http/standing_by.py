"""What a server says while it is not the desk: 503 to everything, in both languages, and where to look.

Consoles take it for a reason to come back; a load balancer takes `/health` for a reason to send them elsewhere.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from turnout.adapters.http.assets import SECURITY
from turnout.adapters.http.problems import PROBLEM_JSON, Problem, language_of
from turnout.edge.answers import declined

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

CODE: Final = "not-the-desk"
TRY_AGAIN_LATER: Final = 1013
"""RFC 6455's registry of close codes (IANA)."""

RETRY_AFTER: Final = b"1"
"""Seconds: a takeover lasts about two."""


class Gate:
    """The application that is served: exchanged when the server becomes the desk, and when it no longer is."""

    def __init__(self) -> None:
        self._standing_by: Asgi = standing_by
        self._inside: Asgi = standing_by

    def open(self, inside: Asgi) -> None:
        self._inside = inside

    def close(self) -> None:
        self._inside = self._standing_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._inside(scope, receive, send)


async def standing_by(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
    else:
        await say_no(scope, send, CODE)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def say_no(scope: Scope, send: Send, code: str) -> None:
    """The no, mostly 503, as a problem document (`/health` in its own form), with why and when to come again."""
    answer = declined(code)
    language = language_of({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
    if str(scope["path"]).endswith("/health"):
        body, kind = {"ok": False, "trouble": code, "sentence": answer.text}, "application/json"
    else:
        title = code.replace("-", " ")
        detail = answer.text.spoken(language)
        body = msgspec.to_builtins(Problem(f"/problems/{code}", title, answer.status, detail, code))
        kind = PROBLEM_JSON
    headers = [
        (b"content-type", kind.encode()),
        (b"content-language", language.encode()),
        (b"cache-control", b"no-store"),
        *([(b"retry-after", RETRY_AFTER)] if answer.status == 503 else []),
        *SECURITY,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
