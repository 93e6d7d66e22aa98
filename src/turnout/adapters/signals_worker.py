"""A worker of the engineers' room as a process of its own, with a process group of its own: SUMO ends with it."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from turnout.edge.signals_room.ports import Told, WorkerLate, WorkerLost
from turnout.signals.districts.work import (
    BYTES_MAX,
    SIZES,
    Answer,
    Message,
    Progress,
    Refusal,
    Work,
    message_from,
    pieces,
)

log = logging.getLogger(__name__)

WORDS: Final = (sys.executable, "-m", "turnout.signals.districts.worker")
ONE_THREAD: Final = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
"""Libraries of numbers would take a thread for each core, and the memory for its stack."""
PREFIX: Final = "turnout-work-"
ENDED_S: Final = 5.0
"""For the kernel to end what was killed."""


class WorkerProcess:
    def __init__(self, words: Sequence[str] = WORDS, place: Path | None = None) -> None:
        """`place`: a folder for what it and SUMO write; one in it for each process, removed with the process."""
        self._words, self._place = words, place
        self._scratch: Path | None = None
        self._child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    async def ask(self, work: Work, limit_s: float, told: Told | None = None) -> Answer | Refusal:
        """As the port says."""
        try:
            return await asyncio.wait_for(self._asked(work, told), limit_s)
        except TimeoutError as late:
            raise WorkerLate from late
        finally:
            if not self._is_between:
                await self.stop()

    async def _asked(self, work: Work, told: Told | None) -> Answer | Refusal:
        self._is_between = False
        child = await self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            for piece in pieces(work):
                child.stdin.write(piece)
                await child.stdin.drain()
            while True:
                message = await _message(child.stdout)
                if not isinstance(message, Progress):
                    self._is_between = True
                    return message
                if told is not None:
                    told(message)
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError) as trouble:
            raise WorkerLost(str(trouble)) from trouble

    _is_between = True
    """Nothing is asked and no part of an answer is left in the pipe: the process may be asked again."""

    async def _started(self) -> asyncio.subprocess.Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        await self._clear()
        try:
            if self._place is not None:
                self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._place))
            self._child = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
                env=os.environ | ONE_THREAD | {"TMPDIR": str(self._scratch)},
                limit=1 << 20,
            )
        except OSError as trouble:
            raise WorkerLost(str(trouble)) from trouble
        return self._child

    async def stop(self) -> None:
        """It and all that it has started, at once."""
        child, self._child = self._child, None
        self._is_between = True
        scratch, self._scratch = self._scratch, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            with contextlib.suppress(TimeoutError):
                await asyncio.shield(asyncio.wait_for(child.wait(), ENDED_S))
        await _remove(scratch)

    async def _clear(self) -> None:
        """What a process that has died by itself left."""
        scratch, self._scratch = self._scratch, None
        await _remove(scratch)


async def _remove(scratch: Path | None) -> None:
    if scratch is not None:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


async def _message(stream: asyncio.StreamReader) -> Message:
    sizes = SIZES.unpack(await stream.readexactly(SIZES.size))
    if max(sizes) > BYTES_MAX:
        raise OSError(f"a message of {sizes} bytes")
    head, first, second = [await stream.readexactly(size) for size in sizes]
    return message_from(head, first, second)
