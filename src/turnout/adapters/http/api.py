"""The API for programs and consoles: the framework (Litestar, msgspec) and every route.

Loading it takes a good part of a second, and no console's command needs it: those come by the socket. So it is loaded
when the doors are open (decision 0134).
"""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.plugins.base import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from turnout.adapters.http.app import API
from turnout.adapters.http.assets import SECURITY
from turnout.adapters.http.door import at_the_door, note_no, who_asks
from turnout.adapters.http.openapi import describe, docs_page
from turnout.adapters.http.problems import (
    NotTaken,
    on_bug,
    on_fault,
    on_not_taken,
    on_unreadable,
)
from turnout.adapters.http.routes import (
    accounts,
    advice,
    audit,
    board,
    devices,
    fallback,
    files,
    ground,
    health,
    messages,
    metrics,
    offline,
    outlook,
    paper,
    proof,
    records,
    reveals,
    session,
    sign_ins,
    sign_on,
    signals,
    tables,
    transfers,
)
from turnout.adapters.http.routes.commands import command_routes
from turnout.adapters.http.showing import show
from turnout.adapters.http.sizes import BODY_BYTES_MAX
from turnout.desk.faults import Fault
from turnout.edge.answers import Declined
from turnout.edge.edge import Edge
from turnout.words.trouble import BadInput

GZIP_FROM_BYTES: Final = 4_096


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

    def noted(request: Request[Any, Any, Any], answer: Declined) -> None:
        note_no(request, answer, edge())

    unreadable = on_unreadable(noted)
    return Api(
        path=API,
        route_handlers=[*_handlers(each=False), openapi_json, docs],
        before_request=at_the_door(edge),
        after_request=show,
        logging_config=None,
        exception_handlers={
            NotTaken: on_not_taken(noted),
            Fault: on_fault,
            BadInput: unreadable,
            UnicodeDecodeError: unreadable,
            HTTPException: unreadable,
            Exception: on_bug,
        },
        request_max_body_size=BODY_BYTES_MAX,
        response_headers={"cache-control": "no-store"} | {name.decode(): value.decode() for name, value in SECURITY},
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=GZIP_FROM_BYTES, gzip_compress_level=4, exclude=["/files/", "/signals/"]
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
        *sign_on.ROUTES,
        *offline.ROUTES,
        *devices.ROUTES,
        *sign_ins.ROUTES,
        *accounts.ROUTES,
        *advice.ROUTES,
        *outlook.ROUTES,
        *records.ROUTES,
        *transfers.ROUTES,
        *files.ROUTES,
        *tables.ROUTES,
        *ground.ROUTES,
        *signals.ROUTES,
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
