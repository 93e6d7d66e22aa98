"""Asking for a time stamp over HTTP, and checking one (RFC 3161, by `rfc3161-client`)."""

from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from turnout.edge.proof.ports import NotAnswered
from turnout.words.trouble import Malformed

TIMEOUT_S: Final = 20.0
ANSWER_BYTES_MAX: Final = 256 * 1024
"""A stamp with its chain of certificates has 5 to 8 KiB."""


class StampLine:
    """`edge.proof.ports.Stamper` at an address; a stamp that does not lead to `roots` is none."""

    def __init__(self, url: str, roots: list[Certificate], client: httpx.AsyncClient) -> None:
        self._url, self._roots, self._client = url, roots, client

    async def stamp(self, text: bytes) -> bytes:
        request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
        try:
            body = await self._sent(request.as_bytes())
        except httpx.HTTPError as error:
            raise NotAnswered(str(error) or type(error).__name__) from error
        if stamped_at(body, text, self._roots, request.nonce) is None:
            raise NotAnswered("what it answers is no stamp of this by the authority that was named")
        return body

    async def _sent(self, content: bytes) -> bytes:
        headers = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
        sending = self._client.stream("POST", self._url, content=content, headers=headers, timeout=TIMEOUT_S)
        async with sending as answer:
            got = bytearray()
            async for piece in answer.aiter_bytes():
                got += piece
                if len(got) > ANSWER_BYTES_MAX:
                    raise NotAnswered("it answers without end")
            if answer.status_code != 200:
                raise NotAnswered(f"it answers {answer.status_code}")
            return bytes(got)


def read_roots(path: Path) -> list[Certificate]:
    """Certificates in PEM. Raises `Malformed`."""
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Malformed(str(error), where=str(path), cure="root certificates of a time stamper, in PEM") from error


def stamped_at(body: bytes, text: bytes, roots: list[Certificate], nonce: int | None = None) -> datetime | None:
    """When the authority saw `text`, by its own clock; None where this is no stamp of it that leads to `roots`."""
    try:
        response = decode_timestamp_response(body)
        builder = VerifierBuilder(roots=list(roots), nonce=nonce)
        builder.build().verify_message(response, text)
    except (ValueError, VerificationError):
        return None
    return response.tst_info.gen_time
