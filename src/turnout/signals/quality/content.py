"""Files of the commands: one that is too large is refused before it is read."""

from pathlib import Path
from typing import Final

from turnout.signals.file_trouble import NAME_READABLE, too_large, unread
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

SMALLER: Final = Name("hand in a smaller part of it", "请提供其中较小的一部分")


def content_of(path: Path, most: int) -> bytes:
    """The whole file. Raises `Unsupported` for more than `most` bytes, `Malformed` where it cannot be read."""
    try:
        if path.stat().st_size <= most:
            with path.open("rb") as file:
                content = file.read(most + 1)
            if len(content) <= most:
                return content
    except OSError as error:
        raise unread(error, str(path), NAME_READABLE) from error
    raise Unsupported(too_large(most), str(path), SMALLER)
