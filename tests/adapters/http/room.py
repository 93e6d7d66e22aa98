"""A supervisor's browser and a program's token, in the words of a dispatcher."""

import asyncio
import uuid
from typing import Any

import httpx

from tests.adapters.running import API


class Room:
    """A supervisor's browser, in the words of a dispatcher."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser

    async def says(self, text: str) -> dict[str, Any]:
        reply = await self.browser.post(f"{API}/line", json={"text": text, "run": True, "id": str(uuid.uuid4())})
        answer: dict[str, Any] = reply.json()
        return answer

    async def does(self, text: str) -> dict[str, Any]:
        answer = await self.says(text)
        assert answer["ran"], answer
        assert answer["answer"] is None or answer["answer"]["ok"], answer
        return answer

    async def opens(self, text: str) -> tuple[str, str]:
        """(identity, tag)."""
        outcome = (await self.does(text))["answer"]["outcome"]
        return outcome["incident"], outcome["tag"]

    async def gives(self, **command: Any) -> httpx.Response:
        return await self.browser.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": command})

    async def asks(self, path: str, **query: Any) -> Any:
        reply = await self.browser.get(f"{API}/{path}", params=query)
        assert reply.is_success, reply.text
        return reply.json()

    async def is_recorded(self, path: str, wanted: Any, **query: Any) -> Any:
        """The answer, once the records are as far as `wanted` says."""
        found = await self.asks(path, **query)
        for _ in range(200):
            if wanted(found):
                break
            await asyncio.sleep(0.02)
            found = await self.asks(path, **query)
        assert wanted(found), found
        return found
