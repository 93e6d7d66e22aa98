"""The web application: the API (Litestar and msgspec), files for browsers, and the socket, as one ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Response, get
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.plugins.base import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from turnout.adapters.http.assets import SECURITY, Assets
from turnout.adapters.http.door import own_site_only, who_asks
from turnout.adapters.http.openapi import describe, docs_page
from turnout.adapters.http.problems import (
    BODY_BYTES_MAX,
    NotTaken,
    on_bad_input,
    on_bug,
    on_fault,
    on_http,
    on_not_taken,
    on_not_utf8,
)
from turnout.adapters.http.routes import (
    accounts,
    advice,
    audit,
    board,
    fallback,
    files,
    ground,
    health,
    messages,
    metrics,
    outlook,
    paper,
    proof,
    records,
    reveals,
    session,
    tables,
    transfers,
)
from turnout.adapters.http.routes.commands import command_routes
from turnout.desk.faults import Fault
from turnout.edge.edge import Edge
from turnout.edge.trace import begun, here, traceresponse
from turnout.words.trouble import BadInput

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

API: Final = "/api/v1"
AT_ROOT: Final = ("/health", "/metrics")
GZIP_FROM_BYTES: Final = 4_096
STRICT: Final = (b"strict-transport-security", b"max-age=31536000")
"""A year. Without `includeSubDomains`: the city's other hosts are not ours to bind."""


class WebApp:
    """`api` for programs and consoles, `assets` for browsers, `socket` for what follows the board."""

    def __init__(
        self, edge: Edge, assets: Assets, socket: Asgi, *, is_tls: bool = False, api: Litestar | None = None
    ) -> None:
        """`api`: one that was made before and asks this edge; making it takes a while."""
        self.api = api if api is not None else litestar_app(lambda: edge, edge.version)
        self._is_tls = is_tls
        self._assets, self._socket = assets, socket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _strictly(send) if self._is_tls else send
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and self._assets.knows(str(scope["path"])):
            await self._assets(scope, receive, send)
        else:
            await self.api(_as_of_the_api(scope), receive, _traced(scope, send))  # type: ignore[arg-type]


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


class Api(Litestar):
    """Without the framework's plugins for models that we have none of: loading them takes half a second."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def litestar_app(edge: Callable[[], Edge], version: str) -> Litestar:
    """The API by itself. Its description is made when somebody asks for it, in a thread: that takes seconds."""

    @cache
    def document() -> dict[str, Any]:
        title = OpenAPIConfig(title="Turnout", version=version, path="/-/framework", render_plugins=[])
        described = Api(path=API, route_handlers=_handlers(each=True), openapi_config=title, **_found(edge))
        return describe(described, version)

    @get("/openapi.json", include_in_schema=False)
    async def openapi_json() -> Response[bytes]:
        body = await asyncio.to_thread(lambda: msgspec.json.encode(document()))
        return Response(body, media_type="application/openapi+json")

    @get("/docs", include_in_schema=False, media_type=MediaType.HTML)
    async def docs() -> str:
        return await asyncio.to_thread(lambda: docs_page(document()))

    return Api(
        path=API,
        route_handlers=[*_handlers(each=False), openapi_json, docs],
        before_request=own_site_only,
        logging_config=None,
        exception_handlers={
            NotTaken: on_not_taken,
            Fault: on_fault,
            BadInput: on_bad_input,
            UnicodeDecodeError: on_not_utf8,
            HTTPException: on_http,
            Exception: on_bug,
        },
        request_max_body_size=BODY_BYTES_MAX,
        response_headers={name.decode(): value.decode() for name, value in SECURITY},
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=GZIP_FROM_BYTES, gzip_compress_level=4, exclude=["/files/"]
        ),
        openapi_config=None,
        **_found(edge),
    )


def _found(edge: Callable[[], Edge]) -> dict[str, Any]:
    """What handlers ask for by name."""
    return {"dependencies": {"edge": Provide(edge, sync_to_thread=False), "who": Provide(who_asks)}}


def _handlers(*, each: bool) -> list[Any]:
    return [
        *board.ROUTES,
        *session.ROUTES,
        *accounts.ROUTES,
        *advice.ROUTES,
        *outlook.ROUTES,
        *records.ROUTES,
        *transfers.ROUTES,
        *files.ROUTES,
        *tables.ROUTES,
        *ground.ROUTES,
        *audit.ROUTES,
        *reveals.ROUTES,
        *messages.ROUTES,
        *proof.ROUTES,
        *metrics.ROUTES,
        *fallback.ROUTES,
        *paper.ROUTES,
        *health.ROUTES,
        *command_routes(each=each),
    ]
