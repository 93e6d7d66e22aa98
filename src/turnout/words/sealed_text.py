"""A text that is kept sealed: what stands in its place on the board, in the journal, the records and every copy.

    U+FDD0  key "." owner "." sealed  U+FDD1

`key` names the key in the vault; owner (an incident or a call, whose key it is) and what is sealed (nonce, then
AES-256-GCM) are base64url without padding (RFC 4648, clause 5). U+FDD0 and U+FDD1 are noncharacters (Unicode 23.7),
which no door takes in a text: so nobody can pass off something sealed elsewhere as what they have typed. All of it is
free of escapes in JSON, so it can be found in encoded bytes.
"""

import base64
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MARK: Final = "\ufdd0"
END: Final = "\ufdd1"
MARK_BYTES: Final = MARK.encode()

ERASED: Final = "[erased 已销毁]"
"""What is shown of a text whose key is destroyed, in both languages at once: there is nothing else to say."""

FOUND: Final = re.compile(f"{MARK}([0-9a-f]+-[0-9]+)\\.([\\w-]*)\\.([\\w-]*){END}", re.ASCII)
FOUND_BYTES: Final = re.compile(FOUND.pattern.encode(), re.ASCII)


class SealedText(NamedTuple):
    key: str
    owner: str
    sealed: bytes


def written(text: SealedText) -> str:
    return f"{MARK}{text.key}.{_written(text.owner.encode())}.{_written(text.sealed)}{END}"


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def read(found: re.Match[str]) -> SealedText:
    """What `FOUND` found."""
    key, owner, sealed = found.groups()
    return SealedText(key, _read(owner).decode(), _read(sealed))


def find_sealed(text: str) -> SealedText | None:
    """Of a text that is nothing but sealed."""
    found = FOUND.fullmatch(text)
    return read(found) if found is not None else None


def list_keys(body: bytes) -> Iterator[tuple[str, str]]:
    """(key, owner) of everything sealed in an encoded form, JSON or MessagePack."""
    if MARK_BYTES in body:
        for key, owner, _ in FOUND_BYTES.findall(body):
            yield key.decode(), _read(owner.decode()).decode()


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
