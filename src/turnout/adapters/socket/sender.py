"""The one task that sends on a socket: answers first, then row changes, then places. A reader who stalls is cut off."""

import asyncio
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

CLOSE_CODES: Final = {"slow": 4408, "shutdown": 1001, "signed-off": 4401}


class Sender:
    def __init__(
        self,
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
        outlet: Outlet,
        subscription: Subscription | None,
        now: Callable[[], Moment],
    ) -> None:
        self._send, self._outlet, self._subscription, self._now = send, outlet, subscription, now
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
        match message:
            case Cut():
                self._outlet.cut_off("slow")
                return None
            case Snapshot(seq=seq, rows=rows):
                self._fetch()
                tables = by_table(rows)
                whole = _whole(tables)
                return encoded({"type": "snapshot", "seq": seq, "tables": tables, **whole})
            case Changes(seq=seq, upserts=upserts, removes=removes):
                self._fetch()
                drop: dict[str, list[str]] = {}
                for table, row in removes:
                    drop.setdefault(table, []).append(row)
                put = by_table(upserts)
                whole = _whole(put)
                return encoded({"type": "changes", "seq": seq, "put": put, "drop": drop, **whole})

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
