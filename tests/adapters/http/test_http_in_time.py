"""The API is made while the doors are open already: who asks for a part of it waits, and nobody is turned away."""

import asyncio
import threading
from typing import Any

import pytest

from turnout.adapters.http.app import Asgi
from turnout.adapters.http.in_time import InTime


class Slow:
    """An application that is made when `may_end` is set, and counts."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.made, self.answered = 0, 0

    def make(self) -> Asgi:
        self.made += 1
        assert self.may_end.wait(10)
        return self._answer

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        self.answered += 1


async def asked(application: InTime) -> None:
    await application({}, None, None)  # type: ignore[arg-type]


async def test_whoever_asks_before_it_is_made_is_answered_and_it_is_made_once() -> None:
    slow = Slow()
    application = InTime(slow.make)
    asking = [asyncio.create_task(asked(application)) for _ in range(200)]
    await asyncio.sleep(0.05)
    assert slow.answered == 0
    slow.may_end.set()
    await asyncio.gather(*asking)
    await asked(application)
    assert (slow.made, slow.answered) == (1, 201)


async def test_one_who_goes_away_while_it_is_made_takes_it_from_nobody() -> None:
    slow = Slow()
    application = InTime(slow.make)
    impatient = asyncio.create_task(asked(application))
    patient = asyncio.create_task(asked(application))
    await asyncio.sleep(0.05)
    impatient.cancel()
    slow.may_end.set()
    await patient
    assert (slow.made, slow.answered) == (1, 1)


async def test_what_cannot_be_made_is_said_to_everybody_who_asks() -> None:
    def broken() -> Asgi:
        raise ValueError("a route twice")

    application = InTime(broken)
    for _ in range(2):
        with pytest.raises(ValueError, match="a route twice"):
            await asked(application)
