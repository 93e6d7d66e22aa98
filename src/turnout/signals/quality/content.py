"""Files of the commands: one that is too large is refused before it is read."""

from pathlib import Path

from turnout.words.trouble import Malformed, Unsupported


def content_of(path: Path, most: int) -> bytes:
    """The whole file. Raises `Unsupported` for more than `most` bytes, `Malformed` where it cannot be read."""
    try:
        if path.stat().st_size <= most:
            with path.open("rb") as file:
                content = file.read(most + 1)
            if len(content) <= most:
                return content
    except OSError as error:
        raise Malformed(error.strerror or str(error), str(path), "name a file that can be read") from error
    raise Unsupported(f"more than {most >> 20} MiB", str(path), "hand in a smaller part of it")
