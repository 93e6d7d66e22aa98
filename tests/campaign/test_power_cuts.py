"""The power is cut at any moment of a desk's work: what had been acknowledged is on the disk, once and unaltered."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign.disks import ROOT, forgetful_disk
from tests.campaign.forgetful import Note
from tests.campaign.power_cut import cut
from tests.campaign.survivors import check_survivors, told_before

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
COMMANDS = 4_000 if SOAK else 480
CUTS = 1_000 if SOAK else 40

pytestmark = pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this machine has no FUSE to forget with")


def notes_of_work(folder: Path, storage: str = "FULL") -> list[Note]:
    """A desk works to the end on the forgetful disk."""
    with forgetful_disk(folder) as disk:
        command = [sys.executable, "-m", "tests.campaign.working_desk", str(disk.folder), str(COMMANDS), storage]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=570, check=False)
        assert done.stdout == "worked\n", done.stderr
        return disk.notes()


async def cut_again_and_again(notes: list[Note], folder: Path, cuts: int, seed: int) -> None:
    """Raises AssertionError with the seed that shows it again. Cuts fall after the desk has begun to answer."""
    first = next(index for index, note in enumerate(notes) if note.name == "/acks")
    chance = random.Random(seed)
    for number in range(cuts):
        at = chance.randrange(first, len(notes) + 1)
        survived = folder / f"cut{number}"
        cut(notes, at, seed=seed + number).write_to(survived)
        try:
            await check_survivors(survived, told_before(notes[:at]))
        except Exception as trouble:
            raise AssertionError(f"cut {number} of seed {seed}, after note {at}: {trouble!r}") from trouble
        shutil.rmtree(survived)


async def test_whatever_was_acknowledged_survives_a_power_cut(tmp_path: Path) -> None:
    seed = random.randrange(2**32) if SOAK else 7
    notes = notes_of_work(tmp_path)
    told = told_before(notes)
    assert len(told.done) == COMMANDS
    assert len(told.kept) >= COMMANDS // 10
    assert sum(note.kind == "sync" for note in notes) > COMMANDS // 20
    await cut_again_and_again(notes, tmp_path, CUTS, seed)


async def test_a_journal_that_does_not_wait_for_the_disk_is_caught(tmp_path: Path) -> None:
    """The planted bug: `synchronous = NORMAL` answers before the log is synced."""
    notes = notes_of_work(tmp_path, "NORMAL")
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        await cut_again_and_again(notes, tmp_path, CUTS, seed=7)
