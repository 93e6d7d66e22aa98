"""PostgreSQL with a synchronous standby keeps every promise that only it can break."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.postgres_contract import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_postgres_keeps_its_promise(check: Check, tmp_path: Path) -> None:
    await asyncio.wait_for(check(tmp_path), timeout=60)
