"""A text that is kept sealed: what stands in its place on the board, in the journal, the records and every copy.

    U+FDD0  key "." owner "." sealed  U+FDD1
    U+FDD0 "@" key "." owner "." sealed  U+FDD1         in the place of a place on the ground

`key` names the key in the vault; owner (an incident or a call, whose key it is) and what is sealed (nonce, then
AES-256-GCM) are base64url without padding (RFC 4648, clause 5). U+FDD0 and U+FDD1 are noncharacters (Unicode 23.7),
which no door takes in a text: so nobody can pass off something sealed elsewhere as what they have typed. All of it is
free of escapes in JSON, so it can be found in encoded bytes.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from turnout.words.place import Place

MARK: Final = "\ufdd0"
END: Final = "\ufdd1"
MARK_BYTES: Final = MARK.encode()

ERASED: Final = "[erased 已销毁]"
"""What is shown of a text whose key is destroyed, in both languages at once: there is nothing else to say."""

PLACE_MARK: Final = MARK + "@"
"""How a sealed place begins."""

_IS_PLACE: Final = f"^{PLACE_MARK}"
SealedPlace = Annotated[str, msgspec.Meta(pattern=_IS_PLACE)]
"""What stands for a place that is sealed. No door takes one: it begins with a noncharacter."""

FOUND: Final = re.compile(f"{MARK}@?([0-9a-f]+-[0-9]+)\\.([\\w-]*)\\.([\\w-]*){END}", re.ASCII)
FOUND_BYTES: Final = re.compile(FOUND.pattern.encode(), re.ASCII)
FOUND_IN_JSON: Final = re.compile(f'("?){FOUND.pattern}("?)'.encode(), re.ASCII)
"""With the quotes around it, if it is all of a text: a place is no text when it is open."""


class SealedText(NamedTuple):
    key: str
    owner: str
    sealed: bytes


def written(text: SealedText) -> str:
    return f"{MARK}{text.key}.{_written(text.owner.encode())}.{_written(text.sealed)}{END}"


def as_shown(schema: Any) -> Any:
    """A JSON schema without what stands for a sealed place: no door takes it, and each opens it."""
    if isinstance(schema, list):
        return [as_shown(one) for one in schema if not (isinstance(one, dict) and one.get("pattern") == _IS_PLACE)]
    return {key: as_shown(value) for key, value in schema.items()} if isinstance(schema, dict) else schema


def as_place(sealed: str) -> str:
    """A sealed text as what stands for a place."""
    return PLACE_MARK + sealed.removeprefix(MARK)


def spelled(place: Place) -> str:
    """A place as the text that is sealed: to the last digit."""
    return f"{float(place.lat)!r} {float(place.lon)!r}"  # NumPy writes its own otherwise, and nothing reads them


def read_place(text: str) -> Place | None:
    """What `spelled` spelled; None where it could not be opened."""
    try:
        lat, lon = map(float, text.split(" "))
    except ValueError:
        return None
    return Place(lat, lon)


def said_place(place: Place | None) -> str:
    """As it stands in a sentence."""
    return ERASED if place is None else f"{place.lat:.5f}, {place.lon:.5f}"


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def read(found: re.Match[str]) -> SealedText:
    """What `FOUND` found. Raises `ValueError` where it only looks like something sealed."""
    key, owner, sealed = found.groups()
    return SealedText(key, _read(owner).decode(), _read(sealed))


def find_sealed(text: str) -> SealedText | None:
    """Of a text that is nothing but sealed. None as well for what only looks like it: nobody sealed that."""
    found = FOUND.fullmatch(text)
    try:
        return read(found) if found is not None else None
    except ValueError:
        return None


def list_keys(body: bytes) -> Iterator[tuple[str, str]]:
    """(key, owner) of everything sealed in an encoded form, JSON or MessagePack."""
    if MARK_BYTES in body:
        for key, owner, _ in FOUND_BYTES.findall(body):
            with suppress(ValueError):
                yield key.decode(), _read(owner.decode()).decode()


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
