"""The desk keeps every promise on which nothing acknowledged being lost rests."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.desk_contract import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_desk_keeps_its_promise(check: Check, tmp_path: Path) -> None:
    await asyncio.wait_for(check(tmp_path), timeout=30)
