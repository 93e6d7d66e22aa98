"""The followed desk keeps its promises (tests/planted shows that the checks notice when it does not)."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.followed_contract import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_followed_desk(check: Check, tmp_path: Path) -> None:
    await asyncio.wait_for(check(tmp_path), timeout=30)
