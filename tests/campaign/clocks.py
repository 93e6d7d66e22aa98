"""A server whose time of day is put by the test, while its monotonic clock is left true (libfaketime)."""

import os
import time
from datetime import datetime
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
"""scripts/lib.sh installs it (Debian's package libfaketime)."""


class PutClock:
    """`environment` is for the server's process; `put` and `step` act on it at once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "time-of-day"
        self.offset_s = 0.0
        self.step(0.0)
        self.environment = {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, by_s: float) -> None:
        self.offset_s += by_s
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{self.offset_s:+.3f}", encoding="ascii")
        os.replace(beside, self._file)

    def put(self, at: datetime) -> None:
        self.step(at.timestamp() - self.now_s())

    def now_s(self) -> float:
        """What the server's machine now says."""
        return time.time() + self.offset_s
