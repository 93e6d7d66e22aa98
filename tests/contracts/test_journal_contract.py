"""Every storage keeps every promise of the journal."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.journal_contract import CHECKS, Check
from tests.contracts.storages import STORAGES


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("storage", STORAGES)
async def test_the_journal_keeps_its_promise(storage: str, check: Check, tmp_path: Path) -> None:
    await asyncio.wait_for(check(STORAGES[storage](tmp_path)), timeout=30)
