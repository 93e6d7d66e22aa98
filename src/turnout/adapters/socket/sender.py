"""The one task that sends on a socket: answers first, then row changes, then places. A reader who stalls is cut off."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from turnout.adapters.socket.messages import encoded
from turnout.desk.subscribers import Changes, Cut, Snapshot, Subscription
from turnout.edge.outlet import Outlet
from turnout.edge.rows import BoardRow, by_table
from turnout.words.moment import Moment

SEND_S: Final = 15.0
"""How long one message may take to get out. A console that reads nothing for so long comes back with `resume_after`."""

FRAMES_MAX: Final = 8
"""Texts held for others: what everybody who keeps up is sent now, by sight. A snapshot's may have some megabytes."""

CLOSE_CODES: Final = {"slow": 4408, "shutdown": 1001, "signed-off": 4401}


class Frames:
    """Texts of row messages, made once for all connections that are given the very same message."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, tuple[Snapshot | Changes, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def text(self, message: Snapshot | Changes) -> str:
        held = self._held.get(id(message))
        if held is not None and held[0] is message:
            return held[1]
        text = _text_of(message)
        self._held[id(message)] = (message, text)
        if len(self._held) > FRAMES_MAX:
            self._held.popitem(last=False)
        return text


def _text_of(message: Snapshot | Changes) -> str:
    match message:
        case Snapshot(seq=seq, rows=rows, mark=mark):
            tables = by_table(rows)
            whole = _whole(tables)
            return encoded({"type": "snapshot", "seq": seq, "mark": mark, "tables": tables, **whole})
        case Changes(seq=seq, upserts=upserts, removes=removes, mark=mark):
            drop: dict[str, list[str]] = {}
            for table, row in removes:
                drop.setdefault(table, []).append(row)
            put = by_table(upserts)
            whole = _whole(put)
            return encoded({"type": "changes", "seq": seq, "mark": mark, "put": put, "drop": drop, **whole})


class Sender:
    def __init__(
        self,
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
        outlet: Outlet,
        subscription: Subscription | None,
        now: Callable[[], Moment],
        frames: Frames,
    ) -> None:
        self._send, self._outlet, self._subscription, self._now = send, outlet, subscription, now
        self._frames = frames
        self._next: asyncio.Task[Snapshot | Changes | Cut] | None = None

    async def run(self) -> None:
        """Until the connection is cut or cancelled."""
        self._fetch()
        try:
            while True:
                message = self._waiting()
                if message is not None:
                    async with asyncio.timeout(SEND_S):
                        await self._send({"type": "websocket.send", "text": message})
                elif self._outlet.cut is not None:
                    await self._say_goodbye(self._outlet.cut)
                    return
                else:
                    self._outlet.wake.clear()
                    await self._outlet.wake.wait()
        except TimeoutError:
            return
        finally:
            if self._next is not None:
                self._next.cancel()

    def _waiting(self) -> str | None:
        """What goes out next; None when nothing waits."""
        answer = self._outlet.take()
        if answer is not None:
            return answer
        if self._next is not None and self._next.done() and self._outlet.cut is None:
            return self._rows(self._next.result())
        places = self._outlet.take_places()
        return f'{{"type":"places","now":{self._now()},"units":[{places}]}}' if places else None

    def _rows(self, message: Snapshot | Changes | Cut) -> str | None:
        self._next = None
        if isinstance(message, Cut):
            self._outlet.cut_off("slow")
            return None
        self._fetch()
        return self._frames.text(message)

    def _fetch(self) -> None:
        """Ask the subscription for what comes next. Only ever one message ahead: the rest waits there, newest only."""
        if self._subscription is None:
            return
        self._next = asyncio.ensure_future(anext(self._subscription))
        self._next.add_done_callback(lambda _: self._outlet.wake.set())

    async def _say_goodbye(self, reason: str) -> None:
        async with asyncio.timeout(SEND_S):
            await self._send({"type": "websocket.send", "text": encoded({"type": "cut", "reason": reason})})
            await self._send({"type": "websocket.close", "code": CLOSE_CODES[reason]})


def _whole(tables: dict[str, dict[str, msgspec.Raw]]) -> dict[str, Any]:
    """What is true of the board as a whole goes beside the tables: `exercise`, the version of the `catalogue`, …"""
    row = tables.pop("board", {}).get("board")
    if row is None:
        return {}
    whole: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(row, type=BoardRow))
    return whole
