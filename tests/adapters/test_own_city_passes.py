"""The simulated city comes in by the public door with a token of its own; a part of the program is not held back."""

import asyncio
from pathlib import Path

import pytest

from tests.adapters.running import running, san_francisco
from turnout.config import Settings
from turnout.core.incidents.commands import AddNarrative
from turnout.edge.allowance import Allowance, Rate
from turnout.simulation import Simulation

LINE = AddNarrative(incident_id="I1", entry_id="n1", text="what can wait")


async def test_the_simulated_citys_token_is_not_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    async def keep_running(city: Simulation, token: str) -> None:
        given.append(token)

    monkeypatch.setattr(Simulation, "_keep_running", keep_running)
    async with running(tmp_path) as house:
        allowances = house.edge.counter.allowances
        allowances.program_commands = Allowance(Rate(1, 1))
        async with Simulation(Settings(), house.accounts, san_francisco().folder, allowances).running():
            await asyncio.sleep(0)
            own = house.accounts.find_token(given[0])
            assert own is not None
            assert [allowances.take_command(own, LINE) for _ in range(3)] == [0, 0, 0]
        other = house.accounts.find_token(house.token("dispatch"))
        assert other is not None
        assert [allowances.take_command(other, LINE) > 0 for _ in range(2)] == [False, True]
