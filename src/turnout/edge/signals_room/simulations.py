"""What simulations found, kept by digest as bytes; nothing of it is decoded in the desk's process."""

import asyncio
import hashlib
from typing import Final

import msgspec

from turnout.edge.signals_room.ports import Bodies
from turnout.signals.districts.work import Answer

PLANS: Final = "plans/"
SIMULATIONS: Final = "simulations/"
HELD_BYTES_MAX: Final = 32 << 20
"""Sets of plans in force, held for the questions of who works on them: the newest ones."""

_encode: Final = msgspec.json.Encoder().encode


class Simulations:
    """Over the store of a city. Faults of the store are raised."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._held: dict[str, bytes] = {}

    async def take(self, district: str, found: Answer) -> tuple[msgspec.Raw, str]:
        """Keep what a worker found: the plans by their digest, district and result by theirs, which is returned."""
        kept = b"".join((_head(district), found.body, _END))
        digest, simulation = await asyncio.to_thread(lambda: (sha256(found.beside), sha256(kept)))
        await self._bodies.keep(PLANS + digest, found.beside)
        await self._bodies.keep(SIMULATIONS + simulation, kept)
        return msgspec.Raw(found.body), simulation

    async def find_plans(self, digest: str) -> bytes | None:
        """A whole set of plans as JSON; None where it is lost, or is not what it was kept as."""
        held = self._held.pop(digest, None)
        plans = held if held is not None else await self._find(PLANS, digest)
        if plans is not None:
            self._held[digest] = plans
            while len(self._held) > 1 and sum(map(len, self._held.values())) > HELD_BYTES_MAX:
                del self._held[next(iter(self._held))]
        return plans

    async def find_result(self, district: str, simulation: str) -> bytes | None:
        """Of a simulation of this district, as JSON; None as of `find_plans`."""
        kept, head = await self._find(SIMULATIONS, simulation), _head(district)
        return kept[len(head) : -len(_END)] if kept is not None and kept.startswith(head) else None

    async def _find(self, kind: str, digest: str) -> bytes | None:
        body = await self._bodies.find(kind + digest)
        return body if body is not None and await asyncio.to_thread(sha256, body) == digest else None


_END: Final = b"}"


def _head(district: str) -> bytes:
    """A kept simulation is an object of `district` and `result`, in this order."""
    return b'{"district":' + _encode(district) + b',"result":'


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
