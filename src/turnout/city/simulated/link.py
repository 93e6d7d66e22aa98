"""The wire between the simulated city and the product: its public HTTP API and its socket, and nothing else of it.

The only place that knows paths and messages. It reconnects by itself, resumes where it was, and asks again under the
same command identity after a doubt, so that nothing is done twice. What the product refuses is an answer, not trouble.
"""

import asyncio
import contextlib
import logging
import random
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import httpx
import msgspec
import websockets

from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Heard, Seen
from turnout.words.moment import Moment
from turnout.words.place import Place

PROTOCOL: Final = 1
TRIES_MAX: Final = 6
"""With the pauses between them about half a minute: the time in which a standby takes over."""
PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 8.0
ANSWER_S: Final = 15.0
"""Longer than the desk ever waits for its disk; then the connection is doubted."""
MESSAGE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A snapshot of a city at ten times its load is a few megabytes."""
FIXES_MAX: Final = 500
"""Places in one request: a whole city's fleet goes in one or two."""
UNREACHABLE: Final = "unreachable"

log = logging.getLogger(__name__)

Rows = Mapping[str, Mapping[str, Any]]
Gone = Mapping[str, list[str]]


def trusting(certificate: Path) -> ssl.SSLContext:
    """A context that takes exactly this certificate, whoever issued it and whatever name it is reached under."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    own, end, _ = certificate.read_text(encoding="ascii", errors="replace").partition("-----END CERTIFICATE-----")
    context.load_verify_locations(cadata=f"{own}{end}\n")
    return context


class Link:
    """One connection of the simulated city. Use as `async with Link(url, token) as link`."""

    def __init__(self, url: str, token: str, trust: Path | None = None) -> None:
        self._url, self._token = url.rstrip("/"), token
        self._tls = trusting(trust) if trust is not None else None
        self._http = httpx.AsyncClient(
            base_url=f"{self._url}/api/v1",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
            timeout=ANSWER_S,
            verify=self._tls or True,
            limits=httpx.Limits(max_connections=40),
        )
        self.actor = ""
        self.seq = -1
        self._mark = ""
        self.turned_away = ""
        """Why the product does not take this simulation at all: a token withdrawn, a protocol too old."""
        self._known: dict[str, set[str]] = {}
        self._changes: list[tuple[Rows, Gone]] = []
        self._moved = asyncio.Condition()
        self._follower: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._follower = asyncio.create_task(self._follow(), name="simulated city's socket")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
        await self._http.aclose()

    # The board. -------------------------------------------------------------------------------------------------------

    def drain(self) -> list[tuple[Rows, Gone]]:
        """Row changes since the last time, oldest first."""
        taken, self._changes = self._changes, []
        return taken

    async def reached(self, seq: int, within_s: float = ANSWER_S) -> bool:
        """Wait until the board here shows what the product has written up to `seq`. False where it does not come."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._moved:
                await self._moved.wait_for(lambda: self.seq >= seq)
        return self.seq >= seq

    async def _follow(self) -> None:
        """Stay on the socket for ever, through every break."""
        pause_s = PAUSE_S
        while not self.turned_away:
            try:
                async for message in self._messages():
                    pause_s = PAUSE_S
                    await self._take(message)
            except (OSError, websockets.WebSocketException, TimeoutError) as broken:
                log.warning("the socket broke (%s); trying again in %.1f s", broken, pause_s)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(PAUSE_MAX_S, pause_s * 2)

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        address = "ws" + self._url.removeprefix("http") + "/socket"
        async with websockets.connect(address, max_size=MESSAGE_BYTES_MAX, ssl=self._tls) as socket:
            hello = {
                "type": "hello",
                "protocol": PROTOCOL,
                "resume_after": self.seq if self.seq >= 0 else None,
                "mark": self._mark,
                "language": "en",
                "board": True,
                "places": False,
                "token": self._token,
            }
            await socket.send(msgspec.json.encode(hello).decode())
            async for text in socket:
                yield msgspec.json.decode(text)

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "welcome":
                self.actor = message["actor"]["id"] if isinstance(message["actor"], dict) else message["actor"]
            case "snapshot":
                self._mark = message.get("mark", "")
                await self._took(message["seq"], message["tables"], self._missing_from(message["tables"]))
            case "changes":
                self._mark = message.get("mark", "")
                await self._took(message["seq"], message["put"], message["drop"])
            case "too-old" | "refused":
                refusal = message.get("refusal", {"code": message["type"]})
                if refusal.get("code") != "busy":
                    self.turned_away = str(refusal)
                raise ConnectionRefusedError(str(refusal))
            case _:
                pass

    def _missing_from(self, tables: Rows) -> Gone:
        return {table: sorted(ids - set(tables.get(table, {}))) for table, ids in self._known.items()}

    async def _took(self, seq: int, put: Rows, drop: Gone) -> None:
        for table, rows in put.items():
            self._known.setdefault(table, set()).update(rows)
        for table, ids in drop.items():
            self._known.setdefault(table, set()).difference_update(ids)
        self._changes.append((put, drop))
        async with self._moved:
            self.seq = seq
            self._moved.notify_all()

    # Deeds. -----------------------------------------------------------------------------------------------------------

    async def command(self, command: Command, at: Moment) -> Heard:
        """Send a command. `at`: when the simulated person did it, for the fields that say so."""
        body = {"id": command.id, "command": _stamped(command.body, at)}
        return await self._ask(command.id, "/commands", body)

    async def place(self, ask: AskPlace) -> Heard:
        """A location ready for a command; by hand where the product finds none."""
        found = await self._ask(ask.id, "/places/locate", {"place": msgspec.to_builtins(ask.place)})
        if found.ok and isinstance(found.answer, dict) and found.answer.get("place") is not None:
            return found
        by_hand = {"text": ask.text, "place": msgspec.to_builtins(ask.place), "kind": "coordinate"}
        return found if found.code == UNREACHABLE else Heard(ask.id, True, answer=by_hand)

    async def proposal(self, ask: AskProposal) -> Heard:
        return await self._ask(ask.id, "/recommend", {"incident_id": ask.incident})

    async def _ask(self, id: str, path: str, body: Any) -> Heard:
        """Ask until there is an answer, at most `TRIES_MAX` times."""
        pause_s = PAUSE_S
        for _ in range(TRIES_MAX):
            try:
                response = await self._http.post(path, content=msgspec.json.encode(body), headers=JSON)
            except httpx.HTTPError as broken:
                log.warning("%s: %s", path, broken)
            else:
                if response.status_code < 300:
                    return Heard(id, True, answer=msgspec.json.decode(response.content) if response.content else None)
                if response.status_code not in (429, 502, 503, 504):
                    return Heard(id, False, _code(response), answer=response.text[:500])
                pause_s = max(pause_s, _retry_after_s(response))
            await asyncio.sleep(pause_s * random.uniform(0.7, 1.0))
            pause_s = min(PAUSE_MAX_S, pause_s * 2)
        return Heard(id, False, UNREACHABLE)

    async def report(self, fixes: Sequence[tuple[Seen, Moment]]) -> int:
        """Report where units are; how many were refused. Nothing is asked twice: the next fix is newer."""
        refused = 0
        for begin in range(0, len(fixes), FIXES_MAX):
            body = [
                {
                    "unit": seen.unit,
                    "lat": round(seen.place.lat, 6),
                    "lon": round(seen.place.lon, 6),
                    "heading": seen.heading_deg,
                    "speed_mps": seen.speed_mps,
                    "at": at,
                    "source": "simulated",
                }
                for seen, at in fixes[begin : begin + FIXES_MAX]
            ]
            try:
                response = await self._http.post("/positions", content=msgspec.json.encode(body), headers=JSON)
                refused += len(response.json().get("refused", ())) if response.status_code < 300 else len(body)
            except httpx.HTTPError as broken:
                log.warning("/positions: %s", broken)
                refused += len(body)
        return refused

    async def places(self) -> dict[str, Place]:
        """Where the product last saw each unit."""
        try:
            response = await self._http.get("/positions")
        except httpx.HTTPError:
            return {}
        rows = response.json() if response.status_code < 300 else []
        return {row["unit"]: Place(row["lat"], row["lon"]) for row in rows}


JSON: Final = {"content-type": "application/json"}
TIME_FIELDS: Final = {"report-status": "happened", "take-call": "received"}
PAPER_FIELDS: Final = {"open-incident": "back_entry", "assign-units": "back_entry"}
PAPER_AFTER_MS: Final = 30_000
"""What was done longer ago than this is entered as from paper, with its true time: the warm-up, or a long outage."""


def _stamped(body: Mapping[str, Any], at: Moment) -> dict[str, Any]:
    """The command with the time at which it was done, where a command can say so."""
    field = TIME_FIELDS.get(body["do"])
    if field is None and time.time_ns() // 1_000_000 - at > PAPER_AFTER_MS:
        field = PAPER_FIELDS.get(body["do"])
    return {**body, field: at} if field else dict(body)


def _code(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"http-{response.status_code}"
    return str(problem.get("code") or f"http-{response.status_code}") if isinstance(problem, dict) else "problem"


def _retry_after_s(response: httpx.Response) -> float:
    try:
        return min(PAUSE_MAX_S, float(response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
