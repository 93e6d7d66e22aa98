"""A typed line in pieces: words with their places in the text, and what follows a semicolon as free text."""

import unicodedata

import msgspec

from turnout.line.trouble import CannotRead
from turnout.words.name import Name

LINE_MAX = 10_000
"""Characters of a command line: a whole narrative entry (8,000) and its command; a pasted document is refused."""
NOTE_MARKS = (";", "；")
"""What follows is free text. A slash would collide with crossings (`16TH/MISSION`)."""
GAPS = " \t,，、　"
"""Between words: spaces, commas, and their Chinese forms."""


class Token(msgspec.Struct, frozen=True):
    """One word. `start` and `end` are places in the line as typed; `key` is how it is compared."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        return key_of(self.text)


class Typed(msgspec.Struct, frozen=True):
    """A line as typed: its words, and its free text (None where there is no semicolon)."""

    text: str
    tokens: tuple[Token, ...]
    note: str | None


def key_of(text: str) -> str:
    """Text as it is compared: full-width forms made plain, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def split(text: str) -> Typed:
    """The pieces of a line. Raises `CannotRead` when it is longer than any command."""
    if len(text) > LINE_MAX:
        said = Name(f"{len(text)} characters; at most {LINE_MAX}", f"共 {len(text)} 个字符，最多 {LINE_MAX} 个")
        raise CannotRead("too-long", said)
    end = min((at for mark in NOTE_MARKS if (at := text.find(mark)) >= 0), default=len(text))
    note = text[end + 1 :].strip() if end < len(text) else None
    return Typed(text, tuple(_words(text, end)), note)


def _words(text: str, end: int) -> list[Token]:
    words, start = [], 0
    for at in range(end + 1):
        if at == end or text[at] in GAPS:
            if at > start:
                words.append(Token(text[start:at], start, at))
            start = at + 1
    return words
