"""Requests to a provider that may be slow, huge or hostile: bounded in time, in bytes and in number."""

import asyncio
import ssl
from typing import Any, Final

import httpx
import msgspec

ANSWER_BYTES_MAX: Final = 256 * 1024
"""A discovery document has some 3 kB, a key set of ten keys some 20 kB."""

ANSWER_S_MAX: Final = 5.0
"""For one whole answer, its last byte included. A person at the door waits; nobody else does."""


class ProviderFailed(Exception):
    """It did not answer, or not what the standard asks. The text is for the log and holds no secret."""


class BoundedClient:
    """One provider's HTTP. A redirect is no answer: the addresses of a provider are what its discovery says."""

    def __init__(self, ca: str) -> None:
        """`ca`: a file of certificates (PEM); empty: those that the machine trusts."""
        self._trust = ssl.create_default_context(cafile=ca or None)

    async def ask(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        """The JSON object that it answers with. Raises ProviderFailed."""
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                status, body = await self._read(method, url, request)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as trouble:
            raise ProviderFailed(f"no answer: {type(trouble).__name__}") from trouble
        try:
            answer = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
            raise ProviderFailed(f"answer {status} is no JSON") from trouble
        if status != 200 or not isinstance(answer, dict):
            raise ProviderFailed(f"answer {status}")
        return answer

    async def _read(self, method: str, url: str, request: dict[str, Any]) -> tuple[int, bytes]:
        async with (
            httpx.AsyncClient(verify=self._trust, trust_env=False, timeout=ANSWER_S_MAX) as client,
            client.stream(method, url, **request) as answer,
        ):
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise ProviderFailed(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
            return answer.status_code, bytes(body)
