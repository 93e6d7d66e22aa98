"""Mounting the forgetful disk for the length of a run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.campaign.forgetful import Note, Switches
from tests.campaign.power_cut import read_notes

ROOT = Path(__file__).parents[2]
MOUNT_WITHIN_S = 20.0


class ForgetfulDisk:
    """`folder` is where to work; `notes()` is what the disk was told so far."""

    def __init__(self, folder: Path, notes: Path) -> None:
        self.folder, self._notes = folder, notes

    def notes(self) -> list[Note]:
        return read_notes(self._notes)


class BadDisk:
    """`folder` is where to work; `be` changes how bad it is, from the next operation on."""

    def __init__(self, folder: Path, behind: Path, switches: Path) -> None:
        self.folder, self._behind, self._switches = folder, behind, switches

    def be(self, **switches: Any) -> None:
        beside = self._switches.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(Switches(**switches)))
        os.replace(beside, self._switches)

    def used_bytes(self) -> int:
        return sum(file.stat().st_size for file in self._behind.rglob("*") if file.is_file())


@contextmanager
def bad_disk(under: Path) -> Iterator[BadDisk]:
    """A disk that is well until it is told to be bad."""
    switches = under / "switches"
    switches.write_bytes(b"{}")
    with _mounted(under, str(switches)):
        yield BadDisk(under / "disk", under / "behind", switches)


@contextmanager
def forgetful_disk(under: Path) -> Iterator[ForgetfulDisk]:
    """A disk in a folder below `under`. Needs FUSE: `/dev/fuse` and libfuse 3 (scripts/lib.sh installs it)."""
    with _mounted(under):
        yield ForgetfulDisk(under / "disk", under / "notes")


@contextmanager
def _mounted(under: Path, *more: str) -> Iterator[None]:
    behind, mount, notes = under / "behind", under / "disk", under / "notes"
    behind.mkdir()
    mount.mkdir()
    command = [sys.executable, "-m", "tests.campaign.forgetful", str(behind), str(mount), str(notes), *more]
    serving = subprocess.Popen(command, cwd=ROOT)
    try:
        until = time.monotonic() + MOUNT_WITHIN_S
        while not mount.is_mount():
            assert serving.poll() is None, "the forgetful disk could not be mounted"
            assert time.monotonic() < until, "the forgetful disk was not mounted in time"
            time.sleep(0.05)
        yield
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(mount)], check=False)
        serving.wait(timeout=MOUNT_WITHIN_S)
