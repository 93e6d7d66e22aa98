"""The machine under the program, asked for the health page: disk, memory, and whether the clock is kept in time.

Everything here may take long, or for ever, on a machine in trouble: it is asked in a thread of its own.
"""

import ctypes
import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from turnout.edge.alarms.facts import DiskFacts, MachineFacts

PROBE: Final = ".probe"
PROBE_BYTES: Final = 4_096

REFUSALS: Final = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read-only"}

TIMEX_BYTES: Final = 512
"""More than `struct timex` of any Linux (208 on 64 bits); zeroed, its first field asks and sets nothing."""

TIME_ERROR: Final = 5
"""adjtimex(2): the clock is not synchronised."""


def why_refused(error: OSError) -> str:
    """`full`, `read-only`, or `failed` for everything else."""
    return REFUSALS.get(error.errno or 0, "failed")


def try_writing(folder: Path) -> None:
    """One block, synced. Raises OSError. The file stays, so that a full disk refuses it only if it gives no block."""
    handle = os.open(folder / PROBE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, bytes(PROBE_BYTES))
        os.fdatasync(handle)
    finally:
        os.close(handle)


def disk_facts(folder: Path) -> DiskFacts:
    """Of the file system under `folder`. Raises OSError where it cannot even be asked."""
    began, refused = time.perf_counter(), ""
    try:
        try_writing(folder)
    except OSError as error:
        refused = why_refused(error)
    probe_ms = (time.perf_counter() - began) * 1_000.0
    usage = shutil.disk_usage(folder)
    return DiskFacts(
        free_bytes=usage.free,
        total_bytes=usage.total,
        probe_ms=probe_ms,
        refused=refused,
        files=dict(_sizes(folder)),
    )


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    """Databases with their logs as one."""
    for path in sorted(folder.glob("*.sqlite")):
        size = 0
        for file in (path, path.with_name(path.name + "-wal")):
            with suppress(OSError):
                size += file.stat().st_size
        yield path.name, size


def machine_facts() -> MachineFacts:
    return MachineFacts(memory_percent=_memory_percent(), is_synchronised=is_synchronised())


def _memory_percent() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _memory_bytes() * 100.0
    except (OSError, ValueError, IndexError):
        return 0.0


def _memory_bytes() -> int:
    """What there is for us: the container's limit where there is one (cgroup v2), else the machine's memory."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        return min(machine, int(limit))
    except (OSError, ValueError):
        return machine


def is_synchronised() -> bool | None:
    """What the kernel knows of it (adjtimex(2)); None where it cannot be asked."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR
