"""Which kinds of file an incident takes, and whether a file's first bytes are what its sender says (4.10, 4.15).

An allow-list: whatever a browser could run is not on it. The type a file is served with is ours, never the sender's.
"""

from typing import Final

import msgspec

FIRST_BYTES: Final = 512
"""Enough for every mark below."""


class FileKind(msgspec.Struct, frozen=True):
    """`marks`: (offset, bytes), all of one alternative must be there. `inline`: a browser may show or play it."""

    suffix: str
    marks: tuple[tuple[tuple[int, bytes], ...], ...] = ()
    inline: bool = True


KINDS: Final[dict[str, FileKind]] = {
    "image/jpeg": FileKind("jpg", (((0, b"\xff\xd8\xff"),),)),
    "image/png": FileKind("png", (((0, b"\x89PNG\r\n\x1a\n"),),)),
    "image/webp": FileKind("webp", (((0, b"RIFF"), (8, b"WEBP")),)),
    "audio/wav": FileKind("wav", (((0, b"RIFF"), (8, b"WAVE")),)),
    "audio/mpeg": FileKind("mp3", (((0, b"ID3"),), ((0, b"\xff\xfb"),), ((0, b"\xff\xf3"),), ((0, b"\xff\xf2"),))),
    "audio/ogg": FileKind("ogg", (((0, b"OggS"),),)),
    "audio/mp4": FileKind("m4a", (((4, b"ftyp"),),)),
    "audio/webm": FileKind("weba", (((0, b"\x1aE\xdf\xa3"),),)),
    "video/mp4": FileKind("mp4", (((4, b"ftyp"),),)),
    "video/webm": FileKind("webm", (((0, b"\x1aE\xdf\xa3"),),)),
    "application/pdf": FileKind("pdf", (((0, b"%PDF-"),),), inline=False),
    "text/plain": FileKind("txt", inline=False),
}

ALIASES: Final = {"audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav",
                  "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4", "image/jpg": "image/jpeg"}  # fmt: skip
"""What some browsers say for the same."""

OF_MEDIA: Final[dict[str, tuple[str, ...]]] = {
    "call-audio": ("audio/",),
    "radio-audio": ("audio/",),
    "photo": ("image/",),
    "video": ("video/",),
    "document": ("application/pdf", "text/plain", "image/"),
    "plan": ("application/pdf", "image/"),
}
"""What each kind of entry may be."""


MARKUP: Final = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml")
"""How a text begins that a browser might run after all."""


def kind_said(content_type: str) -> str | None:
    """The type that a sender names, by our name for it; None where it is not taken."""
    said = content_type.partition(";")[0].strip().lower()
    said = ALIASES.get(said, said)
    return said if said in KINDS else None


def fits(mime: str, media: str) -> bool:
    return any(mime.startswith(beginning) for beginning in OF_MEDIA.get(media, ()))


def is_what_it_says(mime: str, first: bytes) -> bool:
    """By its first bytes. A text has no mark: it must be text, without a zero in it."""
    kind = KINDS[mime]
    if not kind.marks:
        return b"\0" not in first and not first.lstrip().lower().startswith(MARKUP)
    return any(all(first[at:].startswith(mark) for at, mark in marks) for marks in kind.marks)
