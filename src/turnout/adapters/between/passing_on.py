"""At an edge: which requests go to another process, and how they get there and back.

What changes accounts, sessions, tokens or files is the desk's: it has them, the edge only a copy. What no dispatch
waits for may go to a worker, and is answered here when the worker does not answer.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, Literal

import httpx

from turnout.adapters.between.desk_line import DeskLine
from turnout.desk.faults import DeskUnreachable, Fault
from turnout.edge.between import (
    CLIENT_HEADER,
    KEY_HEADER,
    LINK_HEADER,
    LOCKED_HEADER,
    SCHEME_HEADER,
    may_change_accounts,
)

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
SayNo = Callable[[Scope, Send, str], Awaitable[None]]
Standing = Literal["open", "locked", "unknown"]
"""Of the session or token that a request shows, by this edge's copy of the accounts and what it saw of it. `open` too:
the request shows none."""

OF_THE_DESK: Final = re.compile(
    r"/api/v1/(?:session/.+|setup|accounts(?:/.*)?|tokens(?:/.*)?|sign-ins|me/sign-ins|offline-entries(?:/.*)?|ground(?:/.*)?|signals/.+|proof/.+|files/.+|incidents/[^/]+/files(?:/.*)?)"
    r"|/scim/v2(?:/.*)?"
)
SESSION: Final = "/api/v1/session"
"""Asked for by GET it is looked up here; made or ended at the desk."""

OF_A_WORKER: Final = re.compile(
    r"/api/v1/(?:incidents(?:/[^/]+(?:/report|/chronology)?)?|units/[^/]+/(?:history|shifts)|premises|audit|coverage|swaps"
    r"|tables/versions(?:/.*)?|fallback/.+)"
)
"""Only what is read: searches of the records, reports, the fallback kit, and the look at where crews stand."""

HOP_BY_HOP: Final = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"proxy-connection")
)
"""RFC 9110, 7.6.1: of one connection, not of the request."""

OURS: Final = frozenset(
    name.encode() for name in (KEY_HEADER, LINK_HEADER, CLIENT_HEADER, SCHEME_HEADER, LOCKED_HEADER)
) | {
    b"x-forwarded-proto",
    b"x-forwarded-for",
}
"""What this edge says of who asks: never taken over from an asker."""

PASSED_S: Final = 30.0
"""Between two pieces of an answer: hashing a password waits its turn, a recording is read from a disk."""

WORKER_S: Final = 5.0
"""To the first piece: then it is answered here."""


class PassingOn:
    """The edge's application. A request whose session or token is not known here may be newer than the copy."""

    def __init__(
        self,
        app: Asgi,
        desk: DeskLine,
        say_no: SayNo,
        *,
        standing: Callable[[Scope], Standing],
        refresh: Callable[[], Awaitable[None]],
        worker: str = "",
    ) -> None:
        """`worker`: its address."""
        self._app, self._desk, self._say_no = app, desk, say_no
        self._standing, self._refresh, self._worker = standing, refresh, worker
        self._worker_trouble = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._standing(scope) == "unknown":
            await self._refresh()
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif is_of_the_desk(scope):
            await self._to_the_desk(scope, receive, send)
        elif self._worker and scope["method"] == "GET" and OF_A_WORKER.fullmatch(str(scope["path"])):
            await self._to_the_worker(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _to_the_desk(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            address = await self._desk.address()
            async with AsyncExitStack() as stack:
                answer = await stack.enter_async_context(self._passed(address, scope, receive, PASSED_S))
                if may_change_accounts(scope["method"], str(scope["path"])):
                    await self._refresh()
                await _answered(answer, send)
        except (httpx.HTTPError, Fault) as trouble:
            self._desk.note(DeskUnreachable(repr(trouble)))
            await self._say_no(scope, send, DeskUnreachable.code)

    async def _to_the_worker(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                answer = await stack.enter_async_context(self._passed(self._worker, scope, receive, WORKER_S))
            except httpx.HTTPError as trouble:
                self._note_worker(repr(trouble))
            else:
                does = answer.status_code < 500 and answer.status_code not in (401, 403, 423, 426)
                # A console that was just unlocked may still be locked there: that is no trouble.
                self._note_worker("" if does or answer.status_code == 423 else f"it answers {answer.status_code}")
                if does:
                    await _answered(answer, send)
                    return
        await self._app(scope, receive, send)

    def _note_worker(self, trouble: str) -> None:
        """Said when it begins and when it is over: every search is slower meanwhile, and nobody else would say so."""
        if bool(trouble) != bool(self._worker_trouble):
            if trouble:
                log.warning("the worker %s does not answer, its work is done here: %s", self._worker, trouble)
            else:
                log.info("the worker %s answers again", self._worker)
        self._worker_trouble = trouble

    def _passed(
        self, address: str, scope: Scope, receive: Receive, within_s: float
    ) -> AbstractAsyncContextManager[httpx.Response]:
        client = self._desk.client
        query = bytes(scope.get("query_string") or b"").decode("latin-1")
        locked = self._standing(scope) == "locked"
        path = bytes(scope.get("raw_path") or str(scope["path"]).encode()).decode("latin-1").partition("?")[0]
        request = client.build_request(
            scope["method"],
            f"{address}{path}" + (f"?{query}" if query else ""),
            headers=[*_headers_of(scope, locked), *((name.encode(), client.headers[name].encode()) for name in _SHOWN)],
            content=_pieces(receive) if scope["method"] not in ("GET", "HEAD", "DELETE") else None,
            timeout=httpx.Timeout(within_s, connect=1.0),
        )
        return _streamed(client, request)


_SHOWN: Final = (KEY_HEADER, LINK_HEADER)


@asynccontextmanager
async def _streamed(client: httpx.AsyncClient, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    response = await client.send(request, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


def is_of_the_desk(scope: Scope) -> bool:
    path = str(scope["path"])
    return bool(OF_THE_DESK.fullmatch(path)) or (path == SESSION and scope["method"] != "GET")


def _headers_of(scope: Scope, locked: bool) -> list[tuple[bytes, bytes]]:
    """Those of the request, and for whom it is passed on: never what an asker says of that itself."""
    client, scheme = scope.get("client"), str(scope.get("scheme", "http")).encode()
    kept = [(bytes(n), bytes(v)) for n, v in scope["headers"] if bytes(n).lower() not in HOP_BY_HOP | OURS]
    asker = str(client[0] if client else "").encode()
    if locked:
        kept.append((LOCKED_HEADER.encode(), b"yes"))
    # A desk of the version before knows the scheme by the second name.
    return [*kept, (SCHEME_HEADER.encode(), scheme), (b"x-forwarded-proto", scheme), (CLIENT_HEADER.encode(), asker)]


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.ReadError("the asker has gone")
        yield bytes(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _answered(answer: httpx.Response, send: Send) -> None:
    """As it comes, compressed or not."""
    headers = [(n.lower(), v) for n, v in answer.headers.raw if n.lower() not in HOP_BY_HOP]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    async for piece in answer.aiter_raw():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
