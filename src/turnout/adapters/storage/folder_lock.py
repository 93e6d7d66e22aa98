"""One program per data folder: a second `serve` is refused, before it displaces the first from its journal."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from turnout.words.trouble import NotOurs


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder. Raises `NotOurs` when another process holds it. The kernel lets go when the process dies."""
    handle = os.open(folder / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise NotOurs(
            "another Turnout is running on it", str(folder), "stop that one, or give another --data"
        ) from None
    try:
        yield
    finally:
        os.close(handle)
