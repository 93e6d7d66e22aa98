"""The piece of the disk that is set aside for dispatch, and what a disk's no is called."""

import errno
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from turnout.adapters.disk_faults import named_faults
from turnout.adapters.storage import reserve as reserve_module
from turnout.adapters.storage.reserve import Reserve, Space
from turnout.desk.faults import StorageFailed, StorageFull, StorageReadOnly

MIB = 1024 * 1024


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def disk_of(patch: pytest.MonkeyPatch, total_mib: int, free_mib: int) -> None:
    usage = Usage(total_mib * MIB, (total_mib - free_mib) * MIB, free_mib * MIB)
    patch.setattr(reserve_module.shutil, "disk_usage", lambda _: usage)


def test_what_is_set_aside_is_truly_taken_from_the_disk_and_given_back(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, MIB)
    assert reserve.set_aside()
    found = (tmp_path / "reserve").stat()
    assert found.st_size == MIB
    assert found.st_blocks * 512 >= MIB
    assert reserve.give_up()
    assert not reserve.give_up()
    assert not (tmp_path / "reserve").exists()


def test_nothing_is_set_aside_on_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = Reserve(tmp_path, 64 * MIB)
    disk_of(monkeypatch, 10_000, 150)
    assert not reserve.set_aside()
    disk_of(monkeypatch, 20, 15)
    assert reserve.set_aside()
    assert (tmp_path / "reserve").stat().st_size == MIB


async def test_bulk_waits_while_little_is_left_and_while_dispatch_lives_on_the_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = Space(tmp_path, MIB)
    disk_of(monkeypatch, 10_000, 5_000)
    space.look()
    assert space.has_room_for_bulk()
    assert await space.make_room()
    assert (space.has_given_up, space.has_room_for_bulk()) == (True, False)
    assert not await space.make_room()
    space.look()
    assert (space.has_given_up, space.has_room_for_bulk()) == (False, True)
    disk_of(monkeypatch, 10_000, 100)
    space.look()
    assert not space.has_room_for_bulk()


@pytest.mark.parametrize(
    ("number", "fault"),
    [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly), (errno.EIO, StorageFailed), (None, StorageFailed)],
)
def test_an_unclear_error_is_named_by_what_the_disk_itself_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, fault: type[StorageFailed]
) -> None:
    def refusing(*_: Any) -> int:
        raise OSError(number, "no")

    if number is not None:
        monkeypatch.setattr(os, "write", refusing)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    with pytest.raises(fault) as raised, named_faults(tmp_path / "journal.sqlite"):
        raise error
    assert type(raised.value) is fault
    assert leftovers(tmp_path) == []


def leftovers(folder: Path) -> Sequence[str]:
    return [path.name for path in folder.iterdir()]
