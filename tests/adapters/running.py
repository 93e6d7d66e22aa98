"""A whole Turnout for tests of its edges: San Francisco's folder, a journal in a temporary one, no simulation."""

import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from turnout import loading, serving
from turnout.adapters.clock import SystemClock
from turnout.adapters.http.api import litestar_app
from turnout.adapters.http.app import WebApp
from turnout.adapters.http.assets import Assets
from turnout.adapters.http.private import HEADER, PRIVATE
from turnout.adapters.identity.accounts import Accounts
from turnout.city.folder import City, load_city, shipped_city
from turnout.config import Settings
from turnout.core.commands import Command
from turnout.desk.access import Principal, part
from turnout.edge.answers import Accepted
from turnout.edge.edge import Edge
from turnout.edge.identities import NewToken, SignedIn, TokenMade
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer
from turnout.web_server import web
from turnout.words.moment import Moment

API = "/api/v1"


@cache
def san_francisco() -> City:
    return load_city(shipped_city("san-francisco"))


_load_gazetteer = Gazetteer.load


@cache
def _gazetteer() -> Gazetteer:
    path = san_francisco().artefacts.gazetteer
    assert path is not None
    return _load_gazetteer(path)


_load_roads = loading.load_roads


@cache
def _roads() -> Roads | None:
    return _load_roads(san_francisco())


class SteppedClock(SystemClock):
    """The machine's clock, that a test may put forward."""

    ahead_ms = 0

    def now(self) -> Moment:
        return Moment(super().now() + self.ahead_ms)


class Running:
    """An edge at work, with what a test wants of it."""

    idle_ms = 0
    """After how long a session would lock; a test that wants it to puts it back."""

    def __init__(self, edge: Edge, accounts: Accounts, assets: Assets, clock: SteppedClock) -> None:
        self.edge, self.accounts, self.assets, self.clock = edge, accounts, assets, clock
        self.app = self._made(Settings(origin="http://turnout.test"))
        self.folder = Path()
        """Where everything written is kept (`--data`)."""
        self.url = ""

    @property
    def desk(self) -> Any:
        """The desk behind the counter, for listening to what happens."""
        return self.edge.counter._desk

    def app_for(self, settings: Settings) -> WebApp:
        """The application as `serve` has it under these settings."""
        certificate = serving.certificate_of(settings)
        self.edge.certificate_expires = certificate.expires if certificate is not None else None
        self.app = self._made(settings)
        return self.app

    def _made(self, settings: Settings) -> WebApp:
        api = litestar_app(lambda: self.edge, self.edge.version)
        return serving.web_app(self.edge, self.assets, settings, api)

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A browser or program of its own, straight into the application."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        hooks = {"request": [without_private_words]}
        return httpx.AsyncClient(
            transport=transport, base_url="http://turnout.test", headers=headers, event_hooks=hooks
        )

    def token(self, *scopes: str, name: str = "tester", agencies: tuple[str, ...] = ()) -> str:
        made = self.accounts.add_token(NewToken(name=name, scopes=scopes, agencies=agencies), part("setup"))  # type: ignore[arg-type]
        assert isinstance(made, TokenMade)
        return made.token

    def program(self, *scopes: str, **headers: str) -> httpx.AsyncClient:
        token = self.token(*scopes, name=f"tester-{uuid.uuid4().hex[:6]}")
        return self.client(authorization=f"Bearer {token}", **headers)

    def dispatcher(self, role: str = "dispatcher") -> Principal:
        signed_in = self.accounts.sign_in_demo(role, "", "en")
        assert isinstance(signed_in, SignedIn)
        return signed_in.principal

    async def do(self, command: Command, who: Principal | None = None) -> Accepted:
        """Hand a command in, and insist that it is done."""
        answer = await self.edge.counter.hand_in(who or part("tester"), str(uuid.uuid4()), command)
        assert isinstance(answer, Accepted), answer
        return answer


@asynccontextmanager
async def running(folder: Path, built: Path | None = None, **settings: Any) -> AsyncIterator[Running]:
    """Everything but the web server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading.Gazetteer, "load", lambda path: _gazetteer())
        patch.setattr(loading, "load_roads", lambda city: _roads())
        clock = SteppedClock()
        patch.setattr(serving, "SystemClock", lambda: clock)
        chosen = Settings(**{"data": folder, "reserve_mib": 0} | settings)
        async with serving.opened(chosen, san_francisco()) as (edge, accounts):
            assets = Assets(built or folder / "none", san_francisco().artefacts.tiles)
            house = Running(edge, accounts, assets, clock)
            house.idle_ms, accounts._idle._term_ms = accounts._idle._term_ms, 0  # days pass in a test
            house.folder = folder
            yield house


async def without_private_words(request: httpx.Request) -> None:
    """As every program of ours does it: what belongs into no address goes into the header for it."""
    asked = request.url.params.multi_items()
    own = [(name, value) for name, value in asked if name in PRIVATE]
    if own:
        request.headers[HEADER] = urlencode(own, quote_via=quote)
        rest = urlencode([pair for pair in asked if pair not in own])
        request.url = request.url.copy_with(query=rest.encode() or None)


@asynccontextmanager
async def served(
    folder: Path, server: str = "granian", tls: tuple[Path, Path] | None = None, **settings: Any
) -> AsyncIterator[Running]:
    """With a real web server on a free port of this machine."""
    port = free_port()
    cert, key = tls or (None, None)
    shown = Settings(port=port, server=server, tls_cert=cert, tls_key=key, proxies=settings.get("proxies", ()))
    async with running(folder, port=port, server=server, **settings) as house, web(house.app_for(shown), shown):
        house.url = f"127.0.0.1:{port}"
        yield house


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
