"""Copies of the vault's keys live for days, not for years: a key that is destroyed lives on in each of them (0186).

They are the folders beside the newest copy (`turnout backup --keys-to keys/2026-11-25`: those in `keys`). A folder with
anything but keys in it is left alone.
"""

import os
from pathlib import Path
from typing import Final

from turnout.recovery.backup import KEYS
from turnout.recovery.copying import sync
from turnout.words.moment import DAY_MS, Moment
from turnout.words.trouble import Malformed

DAYS_MIN: Final = 7
"""A week: a disk that fails on a Friday is seen to on Monday, with copies of several nights."""

DAYS_MAX: Final = 30
"""A month. What was destroyed is beyond recall when the last copy made before it is gone, so longer is not offered."""


def check_days(days: int) -> int:
    """How many days copies are kept. Raises `Malformed`."""
    if not DAYS_MIN <= days <= DAYS_MAX:
        raise Malformed(f"{days} days", "--keys-days", f"from {DAYS_MIN} to {DAYS_MAX}")
    return days


def prune_keys(newest: Path, days: int, now: Moment) -> list[Path]:
    """Overwrite and remove copies older than `days`, beside the folder `newest`, which stays. The folders removed.

    A copy's age is that of its file. Raises `Malformed` for a term that is not allowed, `OSError`.
    """
    before_s = (now - check_days(days) * DAY_MS) / 1000
    old = [
        folder
        for folder in sorted(newest.resolve().parent.iterdir())
        if folder != newest.resolve() and _is_copy(folder) and (folder / KEYS).stat().st_mtime < before_s
    ]
    for folder in old:
        _destroy(folder)
    if old:
        sync(newest.resolve().parent)
    return old


def _is_copy(folder: Path) -> bool:
    """Keys alone, in a folder of their own: never a city's data, where the journal lies beside them."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return [one.name for one in folder.iterdir()] == [KEYS] and not (folder / KEYS).is_symlink()


def _destroy(folder: Path) -> None:
    keys = folder / KEYS
    with keys.open("r+b") as file:
        file.write(bytes(keys.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    keys.unlink()
    folder.rmdir()
