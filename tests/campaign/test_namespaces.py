"""The primary database, its keeper or its whole machine is lost, frozen or cut off: work goes on, nothing is lost."""

import os
import random

import pytest

from tests.campaign.machines import three_machines, why_not_here
from tests.campaign.promotions import FAULTS, Campaign

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
ROUNDS = 200
SHORT = ("postgres_killed", "cut_off", "replication_cut_then_killed", "switched_over")

pytestmark = pytest.mark.skipif(bool(why_not_here()), reason=why_not_here() or "it can be done here")


async def test_with_a_machine_lost_work_goes_on_and_nothing_acknowledged_is_lost() -> None:
    seed = random.randrange(2**32) if SOAK else 3
    chance = random.Random(seed)
    names = list(FAULTS)
    rounds = [chance.choice(names) for _ in range(ROUNDS)] if SOAK else SHORT
    with three_machines() as machines:
        campaign = Campaign(machines, seed)
        await campaign.begin()
        for number, name in enumerate(rounds):
            try:
                gap_s = await campaign.round(name)
            except TimeoutError as trouble:
                raise AssertionError(f"round {number} of seed {seed}, {name}: no work went on") from trouble
            print(f"round {number + 1}: {name} {gap_s:.2f} s", flush=True)
        await campaign.check()
