"""A client of two servers of which one is the desk: when one does not answer, the other is asked the same again.

One that was silent is left alone for a while: a frozen machine still takes connections, and a client that goes back to
it because the other says "not yet" would wait for its own patience once more, not for the city.
"""

import random
import time
from typing import Any

import httpx

from tests.campaign.history import Asked
from tests.campaign.server import Client

TIMES = httpx.Timeout(1.5, connect=0.3)
NOT_HERE = (502, 503, 504)
LEFT_ALONE_S = 3.0


class Doors:
    """Stands for the client's HTTP: every door in turn until one answers. `post` as httpx has it."""

    def __init__(self, urls: list[str], token: str) -> None:
        self._doors = [self._door(url, token) for url in urls]
        self._silent_until_s = dict.fromkeys(map(id, self._doors), float("-inf"))

    @staticmethod
    def _door(url: str, token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=TIMES)

    async def post(self, path: str, json: Any) -> httpx.Response:
        door = self._doors[0]
        try:
            answer = await door.post(path, json=json)
        except httpx.HTTPError:
            self._silent_until_s[id(door)] = time.monotonic() + LEFT_ALONE_S
            self._doors.append(self._doors.pop(0))
            raise
        if answer.status_code in NOT_HERE and self._silent_until_s[id(self._doors[1])] < time.monotonic():
            self._doors.append(self._doors.pop(0))
        return answer

    async def aclose(self) -> None:
        for door in self._doors:
            await door.aclose()


class RoamingClient(Client):
    def __init__(self, urls: list[str], token: str, chance: random.Random, history: list[Asked]) -> None:
        super().__init__(urls[0], token, chance, history)
        doors: Any = Doors(urls, token)
        self._http = doors
