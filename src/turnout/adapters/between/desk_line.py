"""From another process to the desk: commands, places, and whole requests that only the desk can answer.

Where the desk is stands in the database; it is looked up again whenever it does not answer as the desk would. A command
is sent again under the same identity until there is an answer or the time is up, so that a takeover in the middle is
noticed by nobody and nothing is done twice.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from turnout.core.commands import Command
from turnout.desk.answers import Done, Refused
from turnout.desk.book import Origin
from turnout.desk.faults import DeskStopped, DeskUnreachable, Displaced, Fault, LinkRefused, NotTheDesk, StorageFailed
from turnout.desk.operations import Operations
from turnout.edge.between import (
    DOOR,
    KEY_HEADER,
    LINK,
    LINK_HEADER,
    DeskDoor,
    PlacesHeard,
    PlacesSaid,
    decode_answer,
    encode_submitted,
)

log = logging.getLogger(__name__)

SUBMIT_S: Final = 5.0
"""For a command: a takeover lasts about two seconds. After it the sender is told that nothing is certain."""

ATTEMPT_S: Final = 4.0
"""For one request: the storage's own limit is five seconds, and a desk that needs as long is asked again."""

AGAIN_S: Final = 0.1
CONNECT_S: Final = 1.0
"""Between machines of one site; whoever does not take a connection within it has gone."""

IDLE_S: Final = 2.0
"""Shorter than any server keeps a silent connection, so that none is used that the other side has just closed."""

CONNECTIONS_MAX: Final = 256
UPGRADE_REQUIRED: Final = 426
WHY_MAX: Final = 64
"""As many characters of a no are repeated."""

FindDoor = Callable[[], Awaitable[DeskDoor | None]]


def client_for(key: bytes, trust: ssl.SSLContext | None) -> httpx.AsyncClient:
    """A client that shows the city's key. Redirects are not followed: it would be shown elsewhere.

    It keeps no cookie: one that the desk gives is its asker's session, and the next asker is somebody else.
    """
    return httpx.AsyncClient(
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        verify=trust if trust is not None else True,
        headers={KEY_HEADER: key.hex(), LINK_HEADER: str(LINK)},
        timeout=httpx.Timeout(ATTEMPT_S, connect=CONNECT_S),
        limits=httpx.Limits(
            max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX, keepalive_expiry=IDLE_S
        ),
        trust_env=False,
    )


def trusted(certificates: Path | None) -> ssl.SSLContext | None:
    """By which the city's other processes are known (PEM); None: those that the machine trusts."""
    return ssl.create_default_context(cafile=str(certificates)) if certificates is not None else None


class DeskLine:
    """`turnout.desk.followed.FarDesk` over HTTP."""

    def __init__(self, find_door: FindDoor, client: httpx.AsyncClient) -> None:
        self._find_door, self.client = find_door, client
        self._address = ""
        self._trouble: Fault | None = None

    @property
    def trouble(self) -> Fault | None:
        return self._trouble

    async def submit(self, command: Command, origin: Origin) -> Done | Refused[Any]:
        body = encode_submitted(Operations().encode_command(command), origin)
        until = time.monotonic() + SUBMIT_S
        while True:
            answer = await self._attempt(body, until - time.monotonic())
            if not isinstance(answer, Fault):
                self._trouble = None
                return answer
            if not isinstance(answer, NotTheDesk | Displaced | DeskStopped):
                raise answer
            self.forget()
            if time.monotonic() + AGAIN_S >= until:
                self._trouble = answer if isinstance(answer, DeskUnreachable) else DeskUnreachable(str(answer))
                raise self._trouble.with_traceback(None)
            await asyncio.sleep(AGAIN_S)

    async def _attempt(self, body: bytes, left_s: float) -> Done | Refused[Any] | Fault:
        try:
            answer = await self.ask("submit", body, min(left_s, ATTEMPT_S))
            return decode_answer(answer)
        except Fault as fault:
            return fault
        except msgspec.DecodeError as trouble:
            return DeskUnreachable(f"its answer is none of a desk: {trouble}")

    async def exchange(self, said: PlacesSaid) -> PlacesHeard:
        """Places for places. Raises a `Fault`."""
        body = await self.ask("places", msgspec.json.encode(said), ATTEMPT_S)
        try:
            heard = msgspec.json.decode(body, type=PlacesHeard)
        except msgspec.DecodeError as trouble:
            raise DeskUnreachable(f"its places are none of a desk: {trouble}") from trouble
        self._trouble = None
        return heard

    async def ask(self, what: str, body: bytes, within_s: float) -> bytes:
        """One request at the desk's inner door. Raises a `Fault`: `LinkRefused`, or `DeskUnreachable` for the rest."""
        try:
            async with asyncio.timeout(max(within_s, AGAIN_S)):
                response = await self.client.post(f"{await self.address()}{DOOR}/{what}", content=body)
        except (httpx.HTTPError, TimeoutError) as trouble:
            self.note(fault := DeskUnreachable(f"{self._address or 'the desk'}: {trouble!r}"))
            raise fault from trouble
        if response.status_code == UPGRADE_REQUIRED:
            self.note(refused := LinkRefused(response.text))
            raise refused
        if response.status_code != httpx.codes.OK:
            why = response.text[:WHY_MAX] if response.headers.get("content-type") == "text/plain" else ""
            self.note(no := DeskUnreachable(f"{self._address}: {response.status_code} {why}".rstrip()))
            raise no
        return response.content

    def note(self, fault: Fault) -> None:
        """For whoever asks how things stand; the next attempt looks the desk up anew. The log says when it begins."""
        if self._trouble is None:
            log.warning("the desk does not answer: %s", fault)
        self._trouble = fault
        self.forget()

    def forget(self) -> None:
        self._address = ""

    async def address(self) -> str:
        """Where the desk is. Raises `DeskUnreachable` when nobody knows."""
        if not self._address:
            try:
                door = await self._find_door()
            except StorageFailed as fault:
                raise DeskUnreachable(f"the desk cannot be looked up: {fault}") from fault
            if door is None:
                raise DeskUnreachable("there has been no desk yet")
            self._address = door.address
        return self._address
