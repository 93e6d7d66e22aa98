"""A request that fails outside the API, as in the last moment of a server, is refused in words and asked again."""

from typing import Any

import pytest

from turnout.web_server import _answering


async def asked(app: Any, kind: str = "http") -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "path": "/api/v1/commands", "headers": [(b"accept-language", b"zh-CN")], "method": "POST"}
    await _answering(app)(scope, None, send)
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
