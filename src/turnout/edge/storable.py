"""Text that no storage takes, found before the desk is asked (charter 1: nobody's command fails by another's).

U+0000 is allowed in JSON, and PostgreSQL's `text` cannot hold it; half a surrogate pair has no UTF-8 form (RFC 3629,
section 3). Either would fail the whole batch that it came to stand in, so one sender is refused and nobody else is.
U+FDD0 is no character and begins what is sealed (words/sealed_text.py): from outside it would have a text of another
incident opened.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from turnout.words.sealed_text import MARK, MARK_BYTES

Unstorable = Literal["nul", "surrogate", "noncharacter"]

_ESCAPED_NUL: Final = b"\\u0000"
_encode = msgspec.json.Encoder().encode


class UnstorableText(msgspec.Struct, frozen=True):
    """Which text, by the path of its field (`location.text`, `crew.0.name`), and what is in it."""

    field: str
    kind: Unstorable


def find_unstorable(said: object) -> UnstorableText | None:
    """The first text in `said`, a struct or a mapping of texts, that cannot be stored."""
    try:
        encoded = _encode(said)
        if _ESCAPED_NUL not in encoded and MARK_BYTES not in encoded:
            return None  # all but a few: one encoding, no walk
    except UnicodeEncodeError:
        pass
    # A backslash that somebody typed before "u0000" looks the same when it is encoded: so each text is looked at.
    found = ((path, _kind(text)) for path, text in _texts(msgspec.to_builtins(said), ""))
    return next((UnstorableText(path.strip("."), kind) for path, kind in found if kind is not None), None)


def _kind(text: str) -> Unstorable | None:
    if "\0" in text:
        return "nul"
    if MARK in text:
        return "noncharacter"
    return "surrogate" if any("\ud800" <= letter <= "\udfff" for letter in text) else None


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with its path; a key of a mapping stands at the mapping's own path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield path, str(key)
            yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{index}")
