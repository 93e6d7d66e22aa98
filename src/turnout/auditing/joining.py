"""The notary of one server: its files in the city's data folder, the peers that the operator named, and who notes keys.

It begins a while after the doors are open, so a start and a takeover do not wait for it.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from turnout.adapters.storage.proof_keys import FILE_NAME, KeyFile
from turnout.adapters.storage.sqlite.proof import SqliteProof
from turnout.core.tables.commands import NoteAccess
from turnout.desk.access import part
from turnout.desk.ports import Journal
from turnout.edge.answers import Declined
from turnout.edge.counter import Counter
from turnout.edge.proof.following import KEY_MADE, Following
from turnout.edge.proof.notary import Notary
from turnout.edge.proof.plan import ProofPlan
from turnout.words.later import Later
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

httpx = Later("httpx")
stamp_line, witness_line = Later("turnout.adapters.proof.stamp_line"), Later("turnout.adapters.proof.witness_line")

PROOF: Final = "proof.sqlite"
GATHERED_S: Final = 1.0
"""Between an erasure and its checkpoint: at the end of a term there are many, under one."""

FIRST_AFTER_S: Final = 10.0
"""After the doors are open: a room that was cut off has come back by then."""


@asynccontextmanager
async def opened_notary(
    folder: Path, plan: ProofPlan, journal: Journal, counter: Counter, now: Callable[[], Moment]
) -> AsyncIterator[Notary]:
    """Raises `Malformed` for roots that are none, `StorageFailed`."""
    async with AsyncExitStack() as stack:
        store = SqliteProof(folder / PROOF)
        stack.push_async_callback(store.close)
        witnesses, stamper = [], None
        if plan.witnesses or plan.stamps is not None:
            client = await stack.enter_async_context(httpx.AsyncClient(verify=_trusted(plan)))
            witnesses = [witness_line.WitnessLine(one.key, one.url, client) for one in plan.witnesses]
            if plan.stamps is not None:
                stamper = stamp_line.StampLine(plan.stamps.url, stamp_line.read_roots(plan.stamps.root), client)
        yield Notary(
            store,
            Following(store, journal),
            KeyFile(folder / FILE_NAME, plan.origin),
            plan,
            now,
            witnesses,
            stamper,
            lambda public: _noted(counter, public),
        )


def _trusted(plan: ProofPlan) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(plan.trust) if plan.trust is not None else None)
    except (OSError, ssl.SSLError) as error:
        raise Malformed(str(error), where=str(plan.trust), cure="certificates (PEM)") from error


async def at_work(notary: Notary, may_write: Callable[[], bool]) -> None:
    """Until cancelled. `may_write`: not while what is left of the disk is for dispatch."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        notary.wanted.clear()
        if may_write():
            await notary.look()
        with suppress(TimeoutError):
            await asyncio.wait_for(notary.wanted.wait(), notary.plan.sign_every_s)
            await asyncio.sleep(GATHERED_S)


async def _noted(counter: Counter, public: str) -> bool:
    """The journal says that this key was made. Its identity is the key's, so it is said once, whoever says it."""
    made = NoteAccess(act=KEY_MADE, subject=public)
    answer = await counter.submit(part("proof"), f"proof-key/{public[:8]}", made, "", "")
    return not isinstance(answer, Declined)
