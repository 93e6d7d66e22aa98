"""Witnesses of another organisation, in this process: the real protocol without a port."""

from pathlib import Path

import httpx

from turnout.adapters.proof.witness_line import WitnessLine
from turnout.adapters.storage.sqlite.witness import SqliteSeen
from turnout.audit.notes import COSIGNATURE, SigningKey, VerifierKey, make_key
from turnout.audit.witnessing import Logs
from turnout.auditing.witness import WitnessApp

ADDRESS = "http://witness.example"


class AWitness:
    """`line` asks it; `is_down` makes it answer nobody. `now_s` is its own clock."""

    def __init__(
        self, folder: Path, logs: Logs, name: str = "witness.example/w1", key: SigningKey | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.key = key or make_key(name, COSIGNATURE)
        self.seen = SqliteSeen(folder / "witness.sqlite")
        self.now_s = 1_700_000_000
        self.is_down = False
        self.app = WitnessApp(self.key, self.seen, logs, lambda: self.now_s)
        self.client = httpx.AsyncClient(transport=_MayBeDown(self))
        self.line = WitnessLine(self.key.verifier, ADDRESS, self.client)

    async def asked(self, body: str) -> httpx.Response:
        return await self.client.post(f"{ADDRESS}/add-checkpoint", content=body.encode())

    async def close(self) -> None:
        await self.client.aclose()
        await self.seen.close()


class _MayBeDown(httpx.AsyncBaseTransport):
    def __init__(self, witness: AWitness) -> None:
        self._witness = witness
        self._real = httpx.ASGITransport(app=witness.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._witness.is_down:
            raise httpx.ConnectError("nobody answers")
        return await self._real.handle_async_request(request)


def logs_of(*keys: VerifierKey) -> Logs:
    """The logs `journal` and `reveals` that share a key each."""
    logs: dict[str, list[VerifierKey]] = {}
    for key in keys:
        base = key.name.rpartition("/")[0]
        for log in ("journal", "reveals"):
            logs.setdefault(f"{base}/{log}", []).append(VerifierKey(f"{base}/{log}", key.kind, key.key))
    return logs
