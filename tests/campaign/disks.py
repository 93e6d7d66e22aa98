"""Mounting the forgetful disk for the length of a run."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaign.forgetful import Note
from tests.campaign.power_cut import read_notes

ROOT = Path(__file__).parents[2]
MOUNT_WITHIN_S = 20.0


class ForgetfulDisk:
    """`folder` is where to work; `notes()` is what the disk was told so far."""

    def __init__(self, folder: Path, notes: Path) -> None:
        self.folder, self._notes = folder, notes

    def notes(self) -> list[Note]:
        return read_notes(self._notes)


@contextmanager
def forgetful_disk(under: Path) -> Iterator[ForgetfulDisk]:
    """A disk in a folder below `under`. Needs FUSE: `/dev/fuse` and libfuse 3 (scripts/lib.sh installs it)."""
    behind, mount, notes = under / "behind", under / "disk", under / "notes"
    behind.mkdir()
    mount.mkdir()
    command = [sys.executable, "-m", "tests.campaign.forgetful", str(behind), str(mount), str(notes)]
    serving = subprocess.Popen(command, cwd=ROOT)
    try:
        until = time.monotonic() + MOUNT_WITHIN_S
        while not mount.is_mount():
            assert serving.poll() is None, "the forgetful disk could not be mounted"
            assert time.monotonic() < until, "the forgetful disk was not mounted in time"
            time.sleep(0.05)
        yield ForgetfulDisk(mount, notes)
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(mount)], check=False)
        serving.wait(timeout=MOUNT_WITHIN_S)
