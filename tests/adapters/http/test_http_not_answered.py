"""A request that fails outside the API, as in the last moment of a server, is refused in words and asked again."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.adapters.running import free_port
from turnout import web_server
from turnout.adapters.http.standing_by import standing_by
from turnout.config import Settings
from turnout.web_server import _Answering, web


async def asked(app: Any, kind: str = "http") -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "path": "/api/v1/commands", "headers": [(b"accept-language", b"zh-CN")], "method": "POST"}
    await _Answering(app)(scope, None, send)
    return sent


async def closed(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("the accounts are closed")


async def begun(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("the line was cut")


async def test_it_is_not_now_in_the_askers_language_and_not_the_servers_own_text() -> None:
    start, body = await asked(closed)
    assert start["status"] == 503
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert b"retry-after" in dict(start["headers"])
    assert max(body["body"].decode()) >= "\u4e00", "in Chinese"


@pytest.mark.parametrize(("app", "kind"), [(begun, "http"), (closed, "websocket")])
async def test_what_has_begun_or_is_no_request_is_broken_off(app: Any, kind: str) -> None:
    with pytest.raises(RuntimeError):
        await asked(app, kind)


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
async def test_who_still_waits_when_the_servers_time_is_up_is_told_to_ask_again(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a command at an edge whose desk is just changing, when that edge ends, too."""
    monkeypatch.setattr(web_server, "CLOSE_S", 0.2)
    asked = asyncio.Event()

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await standing_by(scope, receive, send)
            return
        asked.set()
        await asyncio.Event().wait()

    settings = Settings(port=free_port(), server=server)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}", timeout=5.0) as client:
        async with web(waits, settings):
            waiting = asyncio.create_task(client.get("/api/v1/units"))
            await asked.wait()
        answer = await waiting
    assert (answer.status_code, answer.json()["code"]) == (503, "desk-stopped")
