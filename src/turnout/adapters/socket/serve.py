"""`/socket`: one connection of a console, a crew's terminal or the simulated city. Plain ASGI, no framework between.

One task receives, one task sends, nobody else touches the wire: with granian two senders that race a disconnect have
frozen a worker, and its `receive()` is no coroutine, so it is only ever awaited. Commands of one connection reach the
desk in the order in which they were sent; their answers come when they are durable.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from turnout.adapters.socket.messages import (
    MESSAGE_CHARS_MAX,
    CloseCode,
    CommandFrame,
    Hello,
    Incoming,
    LineFrame,
    PingFrame,
    answer_frame,
    encoded,
    refused_frame,
)
from turnout.adapters.socket.sender import Frames, Sender
from turnout.core.commands import Command, decode_command
from turnout.desk.access import Principal, has_scope
from turnout.desk.faults import Busy, Displaced, Fault, NotTheDesk
from turnout.edge import cookies
from turnout.edge.allowance import UNLIMITED
from turnout.edge.answers import Declined, declined, declined_by_fault
from turnout.edge.at_device import at_device
from turnout.edge.counter import held_back
from turnout.edge.edge import OLDEST_PROTOCOL, PROTOCOL, Edge, LineAsked
from turnout.edge.outlet import UNDER_WAY_MAX, Outlet
from turnout.edge.places import PlacesFollower
from turnout.edge.rows import sees
from turnout.edge.speech import words_for
from turnout.edge.trace import begun, here
from turnout.words.trouble import Malformed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)

HELLO_S: Final = 10.0
"""A page says hello at once; a connection that says nothing is not kept."""

LEFT: Final = (1000, 1001)
"""How a page says that it goes: closed, or left for another. A network that breaks says nothing, which servers call
1005 or 1006; our page says nothing either where it heard nothing for too long and connects anew."""

NEVER_S: Final = 366 * 24 * 3_600.0
"""For a token without an end: no connection is as old as a year."""


class SocketDoor:
    """The ASGI application for the websocket path."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._frames = Frames()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {bytes(key).lower(): bytes(value).decode("latin-1") for key, value in scope["headers"]}
        first = await receive()
        if first["type"] != "websocket.connect":
            return
        if scope["path"] != "/socket" or not _is_own_origin(headers):
            await send({"type": "websocket.close", "code": 4403})
            return
        await send({"type": "websocket.accept"})
        hello = await _hello(receive)
        if not isinstance(hello, Hello):
            await _turn_away(send, refused_frame(declined("first-hello")), 4400)
            return
        if hello.protocol < OLDEST_PROTOCOL:
            text = words_for("too-old", {})
            body = {"type": "too-old", "protocol": PROTOCOL, "oldest_protocol": OLDEST_PROTOCOL, "text": text}
            await _turn_away(send, encoded(body), 4426)
            return
        who = self._who(hello, headers, str(scope.get("scheme", "ws")))
        if who is None:
            if hello.token or b"authorization" in headers:
                self._edge.door_log.note_refused("token", "", "none", "not-signed-on")
            too_many = held_back(self._edge.counter.allowances.take_unnamed())
            await _turn_away(send, refused_frame(too_many or declined("not-signed-on")), 1013 if too_many else 4401)
            return
        who = at_device(self._edge, who, scope)
        if who.lacks_device:
            self._edge.door_log.note_denied(who, "device-needed", "socket")
            await _turn_away(send, refused_frame(declined("device-needed")), 4403)
            return
        if who.lacks_factor:
            await _turn_away(send, refused_frame(declined("two-factors-needed")), 4403)
            return
        if who.locked:
            await _turn_away(send, refused_frame(declined("session-locked")), 4423)
            return
        await Connection(self._edge, who, hello, receive, send, self._frames).run()

    def _who(self, hello: Hello, headers: dict[bytes, str], scheme: str) -> Principal | None:
        bearer = headers.get(b"authorization", "").removeprefix("Bearer ").strip()
        if hello.token or bearer:
            return self._edge.identities.find_token(hello.token or bearer)
        return self._edge.identities.find_session(cookies.find(headers.get(b"cookie", ""), cookies.SESSION, scheme))


class Connection:
    """One connection after its hello."""

    def __init__(self, edge: Edge, who: Principal, hello: Hello, receive: Receive, send: Send, frames: Frames) -> None:
        self._edge, self._who, self._hello, self._frames = edge, who, hello, frames
        self._receive, self._send = receive, send
        self._outlet = Outlet()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        edge, outlet = self._edge, self._outlet
        outlet.put(self._welcome())
        try:
            subscription = (
                edge.subscribers.subscribe(self._hello.resume_after, sees(self._who.sight), self._hello.mark)
                if self._hello.board and has_scope(self._who, "read", "field", "station")
                else None
            )
        except Busy:
            await _turn_away(self._send, refused_frame(declined("busy")), 4408)
            return
        except (NotTheDesk, Displaced) as fault:
            await _turn_away(self._send, refused_frame(declined(fault.code)), 1013)
            return
        follower = PlacesFollower(outlet, self._who.sight)
        if self._hello.places and has_scope(self._who, "read", "field", "station"):
            edge.places.follow(follower)
        held_by = (self._who.session, *((f"device:{self._who.device}",) if self._who.device else ()))
        for name in held_by:
            edge.connections.add(name, outlet)
        sender = asyncio.create_task(
            Sender(self._send, outlet, subscription, edge.now, self._frames).run(), name="socket sender"
        )
        end = asyncio.get_running_loop().call_later(self._left_s(), outlet.cut_off, "signed-off")
        has_left = False
        try:
            has_left = await self._receive_until_gone(sender)
        finally:
            end.cancel()
            for name in held_by:
                edge.connections.remove(name, outlet)
            edge.places.unfollow(follower)
            if self._who.kind == "person":
                note = edge.identities.touch if has_left else edge.identities.note_cut
                note(self._who.session)
            if subscription is not None:
                subscription.close()
            sender.cancel()
            with suppress(asyncio.CancelledError):
                await sender

    def _left_s(self) -> float:
        """Until the session or token expires: whoever only listens must not go on listening."""
        return max(0.0, (self._who.expires - self._edge.now()) / 1000.0) if self._who.expires else NEVER_S

    def _welcome(self) -> str:
        who = self._who
        return encoded(
            {
                "type": "welcome",
                "protocol": PROTOCOL,
                "oldest_protocol": OLDEST_PROTOCOL,
                "version": self._edge.version,
                "now": self._edge.now(),
                "city": self._edge.ground.city,
                "actor": who.actor,
                "position": who.position,
                "groups": who.groups,
                "scopes": sorted(who.scopes),
            }
        )

    async def _receive_until_gone(self, sender: asyncio.Task[None]) -> bool:
        """Until the other side closes, or the sender has ended the connection: whether somebody wanted it to end."""
        while True:
            receiving = asyncio.create_task(self._received())
            await asyncio.wait({receiving, sender}, return_when=asyncio.FIRST_COMPLETED)
            if sender.done():
                receiving.cancel()
                with suppress(asyncio.CancelledError):
                    await receiving
                return self._outlet.cut == "signed-off"
            message = receiving.result()
            if message["type"] == "websocket.disconnect":
                return message.get("code") in LEFT
            if message["type"] == "websocket.receive":
                await self._take(message)

    async def _received(self) -> MutableMapping[str, Any]:
        """A coroutine around `receive`, which in granian is a future of its own kind that no task can be made of."""
        return await self._receive()

    async def _take(self, message: MutableMapping[str, Any]) -> None:
        text = message.get("text")
        body: bytes | str = text if text is not None else message.get("bytes") or b""
        if len(body) > MESSAGE_CHARS_MAX:
            self._edge.door_log.note_denied(self._who, "too-large", "socket")
            self._outlet.put(refused_frame(declined("too-large", most=MESSAGE_CHARS_MAX)))
            return
        if self._who.expires and self._edge.now() >= self._who.expires:
            self._outlet.cut_off("signed-off")
            return
        head = Incoming()
        try:
            head = msgspec.json.decode(body, type=Incoming)
            await self._act(head, body)
        except (msgspec.DecodeError, UnicodeDecodeError, Malformed) as trouble:
            too_many = self._edge.counter.hold_back(self._who)
            no = too_many or declined("malformed", problem=str(trouble), field=head.type or "message")
            self._edge.door_log.note_denied(self._who, no.code, "socket")
            self._outlet.put(answer_frame(head.id, no) if head.id else refused_frame(no))

    async def _act(self, head: Incoming, body: bytes | str) -> None:
        """Types that we do not know are passed over: a newer page may send them."""
        match head.type:
            case "command":
                frame = msgspec.json.decode(body, type=CommandFrame)
                await self._command(frame, decode_command(bytes(frame.command)))
            case "line":
                self._line(msgspec.json.decode(body, type=LineFrame))
            case "ping":
                ping = msgspec.json.decode(body, type=PingFrame)
                self._outlet.put(encoded({"type": "pong", "at": ping.at, "now": self._edge.now()}))
            case _:
                pass

    async def _command(self, frame: CommandFrame, command: Command) -> None:
        """Prepared here, one after the other; handed to the desk in that order; answered when it is."""
        while len(self._tasks) >= UNDER_WAY_MAX:
            if not isinstance(command, UNLIMITED):
                self._outlet.put(answer_frame(frame.id, declined("too-many-in-flight")))
                return
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        here.set(begun("socket"))
        prepared = await self._edge.counter.prepare(self._who, command)
        if isinstance(prepared, Declined):
            self._outlet.put(answer_frame(frame.id, prepared))
            return
        self._start(self._submit(frame, prepared))

    async def _submit(self, frame: CommandFrame, command: Command) -> None:
        answer = await self._edge.counter.submit(self._who, frame.id, command, frame.purpose, frame.position)
        self._outlet.put(answer_frame(frame.id, answer))

    def _line(self, frame: LineFrame) -> None:
        if self._edge.lines is None or len(self._tasks) >= UNDER_WAY_MAX:
            self._outlet.put(answer_frame(frame.id, declined("too-many-in-flight")))
            return
        asked = LineAsked(text=frame.text, cursor=frame.cursor, focus=frame.focus, run=frame.run, id=frame.id)
        self._start(self._answer_line(asked))

    async def _answer_line(self, asked: LineAsked) -> None:
        assert self._edge.lines is not None
        here.set(begun("line"))
        try:
            answer = await self._edge.lines.answer(self._who, asked)
        except Fault as fault:
            answer = declined_by_fault(fault)
        if isinstance(answer, Declined):
            self._outlet.put(answer_frame(asked.id, answer))
        else:
            body = encoded({"type": "line-answer", "id": asked.id, **answer}).encode()
            self._outlet.put((await self._edge.texts.open_json(body)).decode())

    def _start(self, work: Any) -> None:
        """The task goes on when the connection has gone: what was sent is done, and can be asked for again."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        self._outlet.under_way = len(self._tasks)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._outlet.under_way = len(self._tasks)
        trouble = task.exception() if not task.cancelled() else None
        if trouble is not None:
            log.error("answering a socket failed", exc_info=trouble)
            self._outlet.put(refused_frame(declined("bug-found")))


async def _hello(receive: Receive) -> Hello | None:
    try:
        async with asyncio.timeout(HELLO_S):
            message = await receive()
        if message["type"] != "websocket.receive":
            return None
        body = message.get("text") or message.get("bytes") or b""
        if len(body) > MESSAGE_CHARS_MAX or msgspec.json.decode(body, type=Incoming).type != "hello":
            return None
        return msgspec.json.decode(body, type=Hello)
    except (TimeoutError, msgspec.DecodeError, UnicodeDecodeError):
        return None


async def _turn_away(send: Send, message: str, code: CloseCode) -> None:
    await send({"type": "websocket.send", "text": message})
    await send({"type": "websocket.close", "code": code})


def _is_own_origin(headers: dict[bytes, str]) -> bool:
    """A page of another site may not use the visitor's cookie (cross-site websocket hijacking). Programs send none."""
    origin = headers.get(b"origin")
    return origin is None or origin.partition("://")[2] == headers.get(b"host", "")
