"""An application that takes a while to make, and is asked before it is there."""

import asyncio
from collections.abc import Callable

from turnout.adapters.http.app import Asgi, Receive, Scope, Send


class InTime:
    """Made once, in a thread: by `load`, or for the first who asks. Whoever asks meanwhile waits for it.

    One thread makes it however many wait, and one who goes away takes it from nobody else.
    """

    def __init__(self, make: Callable[[], Asgi]) -> None:
        self._make = make
        self._made: Asgi | None = None
        self._making: asyncio.Task[Asgi] | None = None

    async def load(self) -> Asgi:
        """Raises what making it raised, to everybody who asks."""
        if self._made is None:
            if self._making is None:
                self._making = asyncio.create_task(asyncio.to_thread(self._make), name="api")
            self._made = await asyncio.shield(self._making)
        return self._made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = self._made or await self.load()
        await application(scope, receive, send)
