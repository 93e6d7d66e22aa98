"""The power is cut under PostgreSQL: after its own recovery, what the desk had acknowledged is there."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign.disks import ROOT, forgetful_disk
from tests.campaign.forgetful import Note
from tests.campaign.power_cut import cut
from tests.campaign.survivors import Told, check_journal, told_before
from tests.postgres_pair import Server, server_user
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
COMMANDS = 1_600 if SOAK else 160
CUTS = 200 if SOAK else 3
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
shared_buffers = 16MB
wal_init_zero = off
wal_recycle = off
min_wal_size = 32MB
max_wal_size = 64MB
checkpoint_timeout = 30s
autovacuum = off
log_min_messages = fatal
"""

pytestmark = pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this machine has no FUSE to forget with")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's user can reach, too. Its name is short: the server's socket is in it."""
    folder = Path(tempfile.mkdtemp(prefix="turnout-cut-", dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def notes_of_work(folder: Path) -> list[Note]:
    """A desk works on a PostgreSQL whose files are on the forgetful disk."""
    with forgetful_disk(folder) as disk:
        disk.folder.chmod(0o777)
        server = Server.made(disk.folder / "pg", SETTINGS, folder)
        server.run("initdb", "--sync-only", "-D", str(server.data))
        server.start()
        try:
            url = server.url("postgres")
            command = [sys.executable, "-m", "tests.campaign.working_desk", str(disk.folder), str(COMMANDS), url]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=570, check=False)
            assert done.stdout == "worked\n", done.stderr
        finally:
            notes = disk.notes()
            server.stop()
        return notes


async def survives(folder: Path, told: Told) -> None:
    """Start the server on what the cut left and look."""
    server = Server(folder / "pg", folder.parent)
    (server.data / "postmaster.pid").unlink(missing_ok=True)
    if (user := server_user()) is not None:
        subprocess.run(["chown", "-R", user, str(folder)], check=True)
    for path in (server.data / name for name in EMPTY_FOLDERS):
        path.mkdir(exist_ok=True, mode=0o700)
    server.start()
    try:
        await check_journal(PostgresJournal(Database(server.url("postgres"), "campaign"), "toy"), folder, told)
    finally:
        server.stop()


EMPTY_FOLDERS = ("pg_notify", "pg_replslot", "pg_tblspc", "pg_twophase", "pg_snapshots", "pg_commit_ts")


async def cut_again_and_again(notes: list[Note], folder: Path, seed: int) -> None:
    first = next(index for index, note in enumerate(notes) if note.name == "/acks")
    chance = random.Random(seed)
    for number in range(CUTS):
        at = chance.randrange(first, len(notes) + 1)
        survived = folder / f"cut{number}"
        cut(notes, at, seed=seed + number).write_to(survived)
        try:
            await survives(survived, told_before(notes[:at]))
        except Exception as trouble:
            raise AssertionError(f"cut {number} of seed {seed}, after note {at}: {trouble!r}") from trouble
        finally:
            shutil.rmtree(survived)


async def test_whatever_was_acknowledged_on_postgresql_survives_a_power_cut(place: Path) -> None:
    seed = random.randrange(2**32) if SOAK else 5
    notes = notes_of_work(place)
    assert len(told_before(notes).done) == COMMANDS
    await cut_again_and_again(notes, place, seed)
    with pytest.raises(AssertionError):
        await cut_again_and_again(_forgotten(notes), place, seed=5)


def _forgotten(notes: list[Note]) -> list[Note]:
    """As told by a disk that lies: from the first command on, no sync was one."""
    first = next(index for index, note in enumerate(notes) if note.name == "/acks")
    return [note for index, note in enumerate(notes) if index < first or note.kind != "sync"]
