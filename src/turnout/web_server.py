"""The web server: granian embedded in our own event loop, or uvicorn, which stays tested beside it.

Granian answered 2.3 times the requests of uvicorn under our framework (measures.md). Embedded, it shares process and
loop with the desk: one process on one file, nothing to hand over between. With a certificate it speaks TLS 1.2 and 1.3
(NIST SP 800-52r2: nothing older).
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server as Granian

from turnout.adapters.http.proxies import BehindProxies, read_proxies
from turnout.adapters.http.sizes import TABLES_BYTES_MAX
from turnout.config import Settings
from turnout.desk.faults import DeskStopped
from turnout.words.later import Later
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)
device_door = Later("turnout.adapters.device_door")
standing_by, uvicorn = Later("turnout.adapters.http.standing_by"), Later("uvicorn")

CLOSE_S: Final = 5.0
"""For requests under way when the server stops."""

SENT_AWAY_S: Final = 1.0
"""For what was told to those who still waited then to reach them."""

LISTENING_S: Final = 10.0
LISTENING_LOOK_S: Final = 0.005
"""Whoever starts a server again is waiting for it."""

BACKLOG: Final = 1_024
"""Connections that wait to be taken: every console of a large room coming back in one second."""

Asgi = Callable[..., Any]


@asynccontextmanager
async def web(app: Asgi, settings: Settings, authority: Path | None = None) -> AsyncIterator[None]:
    """Serving on the port from here on; with the `authority` of terminals' certificates, on their port as well."""
    named = read_proxies(settings.proxies)
    behind = BehindProxies(app, named, certificates=settings.proxy_certificates, unencrypted=settings.unencrypted)
    answering = _Answering(behind)
    start = _start_uvicorn if settings.server == "uvicorn" else _start_granian
    started = [(settings.port, *start(answering, settings))]
    if authority is not None:
        started.append((settings.devices_port, *_start_for_devices(answering, settings, authority)))
    try:
        for port, _, task in started:
            await _listening(settings.host, port, task)
        yield
    finally:
        for _, stop, _ in started:
            stop()
        for _, _, task in started:
            await _ended(task, CLOSE_S)
        await answering.send_away()
        await _ended(task, SENT_AWAY_S)


async def _ended(task: asyncio.Task[None], within_s: float) -> None:
    with suppress(asyncio.CancelledError, TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), within_s)


class _Answering:
    """Whatever fails around the API, as when parts are closed while a last request comes in on an old connection, and
    whatever is still waiting when the server's time is up, is said as "not now": the asker asks again, here or
    elsewhere. A server's own text for a failure is no answer."""

    def __init__(self, app: Asgi) -> None:
        self._app = app
        self._under_way: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self._app(scope, receive, send)
            return
        self._under_way.add(task)
        begun = False

        async def sending(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except (Exception, asyncio.CancelledError) as fault:  # the process edge
            if not isinstance(fault, asyncio.CancelledError):
                log.exception("a request was not answered")
            if begun:
                raise
            await standing_by.say_no(scope, send, DeskStopped.code)
        finally:
            self._under_way.discard(task)

    async def send_away(self) -> None:
        """Everyone who still waits, with that answer."""
        waiting = tuple(self._under_way)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, for uvicorn; granian's rustls has no others, and TLS 1.3 has none that are worse."""


def _start_granian(app: Asgi, settings: Settings) -> tuple[Callable[[], None], asyncio.Task[None]]:
    server = Granian(
        app,
        settings.host,
        settings.port,
        interface=Interfaces.ASGI,
        websockets=True,
        log_enabled=False,
        backlog=BACKLOG,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    return server.stop, asyncio.create_task(server.serve(), name="web")


def _start_uvicorn(app: Asgi, settings: Settings) -> tuple[Callable[[], None], asyncio.Task[None]]:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # by itself it believes whoever comes from this machine
        ws_max_size=TABLES_BYTES_MAX,
        timeout_graceful_shutdown=int(CLOSE_S),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        ssl_ciphers=CIPHERS,
    )
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    return stop, asyncio.create_task(server._serve(), name="web")


def _start_for_devices(app: Asgi, settings: Settings, authority: Path) -> tuple[Callable[[], None], asyncio.Task[None]]:
    cert, key = settings.tls_cert, settings.tls_key
    where = settings.host, settings.devices_port
    server = device_door.device_server(app, *where, cert, key, authority, TABLES_BYTES_MAX, int(CLOSE_S))

    def stop() -> None:
        server.should_exit = True

    return stop, asyncio.create_task(server._serve(), name="devices")


async def _listening(host: str, port: int, task: asyncio.Task[None]) -> None:
    """Until the port answers. Raises what ended the server, if it ended."""
    for _ in range(int(LISTENING_S / LISTENING_LOOK_S)):
        if task.done():
            await task
            raise RuntimeError("the web server ended at once")
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(LISTENING_LOOK_S)
        else:
            writer.close()
            await writer.wait_closed()
            return
    raise RuntimeError("the web server does not listen")


def check_port(settings: Settings) -> None:
    _check(settings.host, settings.port, "--port")
    if settings.devices_port:
        _check(settings.host, settings.devices_port, "--devices-port")


def _check(host: str, port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise Malformed(
                f"cannot listen on {host}:{port} ({trouble.strerror})",
                where=option,
                cure=f"another program has it; choose one with {option} · 端口被占用，请用 {option} 另选",
            ) from trouble
