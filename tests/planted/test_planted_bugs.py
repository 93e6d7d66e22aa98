"""Every planted bug is caught by the check that claims to catch it."""

import asyncio
import inspect
from pathlib import Path

import pytest

from tests.planted.plants import PLANTS
from tests.planted.postgres_plants import POSTGRES_PLANTS
from tests.planted.site_key_plants import SITE_KEY_PLANTS
from tests.postgres_pair import the_pair

PATIENCE_S = 10.0
"""A check that hangs has caught the bug too."""


@pytest.mark.parametrize("name", PLANTS)
async def test_the_planted_bug_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTS[name].plant(monkeypatch)
    with pytest.raises((Exception, pytest.fail.Exception)):
        await checked(name, tmp_path)


@pytest.mark.parametrize("name", PLANTS)
async def test_the_check_passes_without_the_plant(name: str, tmp_path: Path) -> None:
    await checked(name, tmp_path)


async def checked(name: str, folder: Path) -> None:
    caught_by = PLANTS[name].caught_by
    if name in {*POSTGRES_PLANTS, *SITE_KEY_PLANTS}:
        the_pair()  # starting it is not the check's time
    if inspect.iscoroutinefunction(caught_by):
        await asyncio.wait_for(caught_by(folder), timeout=PATIENCE_S)
    else:
        await asyncio.to_thread(caught_by, folder)
