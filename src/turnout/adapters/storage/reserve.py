"""A piece of the disk set aside for dispatch: given up when the disk is full, taken again when there is room.

Whoever fills a disk is rarely the desk: a log, a backup, an upload. The reserve is a file of zeros that is truly
allocated; removing it gives its blocks back, and the journal goes on in them.
"""

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

RESERVE: Final = "reserve"
RESERVE_SHARE: Final = 0.05
"""Of a small disk only so much."""

AGAIN_FACTOR: Final = 3
"""Set aside again only when three times as much is free: or it would be taken from a disk that is still filling up."""


class Reserve:
    """Every method touches the disk: call it in a thread."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """`most_bytes`: on a large disk; 0: no reserve."""
        self._path, self._most_bytes = folder / RESERVE, most_bytes

    @property
    def is_there(self) -> bool:
        return self._path.exists()

    def size_bytes(self) -> int:
        """How much is set aside on this disk."""
        return min(self._most_bytes, int(shutil.disk_usage(self._path.parent).total * RESERVE_SHARE))

    def set_aside(self) -> bool:
        """Whether it is there now. Not taken from a disk that has little left."""
        if self.is_there or not self._most_bytes:
            return self.is_there
        beside = self._path.with_name(f".{RESERVE}.new")
        try:
            size = self.size_bytes()
            if shutil.disk_usage(self._path.parent).free < AGAIN_FACTOR * size:
                return False
            handle = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(handle, 0, max(1, size))
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(beside, self._path)
        except OSError as error:
            log.warning("no reserve can be set aside: %s", error)
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            return False
        return True

    def give_up(self) -> bool:
        """Whether there was one to give: then as much room is free now."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.error("the disk is full: the reserve is given up, so that dispatch goes on")
        return True


BULK_FLOOR_BYTES: Final = 128 * 1024 * 1024
"""Below this only the journal, details and accounts are written: the records wait, they are in the journal as well."""


class Space:
    """The data disk as the server shares it out: who may still write when little is left."""

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        self._folder, self._reserve = folder, Reserve(folder, reserve_bytes)
        self._is_scarce = False
        self.has_given_up = False
        """The reserve is in use."""

    def look(self) -> None:
        """For a thread, now and then: what is left, and whether the reserve can be set aside again."""
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError:
            return
        self._is_scarce = usage.free < min(BULK_FLOOR_BYTES, usage.total * RESERVE_SHARE)
        if self._reserve.set_aside():
            self.has_given_up = False

    def has_room_for_bulk(self) -> bool:
        return not self._is_scarce and not self.has_given_up

    async def make_room(self) -> bool:
        """The disk has refused a row of the journal: whether there is room now that was not there before."""
        if not await asyncio.to_thread(self._reserve.give_up):
            return False
        self.has_given_up = True
        return True
