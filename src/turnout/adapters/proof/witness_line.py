"""Asking a witness over HTTP (c2sp.org/tlog-witness, add-checkpoint)."""

import base64
from collections.abc import Sequence
from typing import Final

import httpx

from turnout.audit.notes import Signature, VerifierKey, read_signature
from turnout.edge.proof.ports import Inconsistent, NotAnswered
from turnout.words.trouble import Malformed

TIMEOUT_S: Final = 10.0
ANSWER_BYTES_MAX: Final = 64 * 1024
SIGNATURES_MAX: Final = 16


class WitnessLine:
    """`edge.proof.ports.Witness` at an address. The client is the caller's to close."""

    def __init__(self, key: VerifierKey, url: str, client: httpx.AsyncClient) -> None:
        self.key = key
        self._url, self._client = f"{url}/add-checkpoint", client

    async def cosign(self, old: int, proof: Sequence[bytes], note: str) -> list[Signature] | int:
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
        try:
            status, kind, text = await self._sent(f"old {old}\n{lines}\n{note}")
        except httpx.HTTPError as error:
            raise NotAnswered(str(error) or type(error).__name__) from error
        if status == 200:
            try:
                return [read_signature(line) for line in text.removesuffix("\n").split("\n")[:SIGNATURES_MAX]]
            except Malformed as trouble:
                raise NotAnswered(f"it answers {trouble}") from trouble
        if status == 409 and kind.startswith("text/x.tlog.size"):
            if not text.strip().isdecimal() or len(text) > 20:
                raise NotAnswered(f"it answers 409 with {text[:40]!r}")
            return int(text)
        if status in (409, 422):
            raise Inconsistent(f"{self.key.name} answers {status}: {text[:200].strip()}")
        raise NotAnswered(f"it answers {status}: {text[:200].strip()}")

    async def _sent(self, body: str) -> tuple[int, str, str]:
        """Status, kind and text. No more of it than `ANSWER_BYTES_MAX` is read."""
        async with self._client.stream("POST", self._url, content=body.encode(), timeout=TIMEOUT_S) as answer:
            got = bytearray()
            async for piece in answer.aiter_bytes():
                got += piece
                if len(got) > ANSWER_BYTES_MAX:
                    raise NotAnswered("it answers without end")
            return answer.status_code, answer.headers.get("content-type", ""), got.decode(errors="replace")
