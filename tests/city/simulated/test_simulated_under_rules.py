"""Simulated people under the real rules: `decide` takes what they do, on the city's tables and recommendations."""

import msgspec
import pytest

from benchmarks.rules_only import live
from turnout.city.simulated.simulation import Parts


def test_the_rules_take_everything_that_simulated_people_do(still_parts: Parts) -> None:
    product, simulation = live(still_parts, 5400.0, 5.0, seed=11)
    refused = {what: n for what, n in product.verdicts.items() if what[1]}
    assert set(refused) <= {("assign-units", "unit-not-available")}, refused
    assert product.verdicts["report-status", ""] > 200
    assert product.verdicts["dispose-agency", ""] > 20
    closed = sum(incident.status == "closed" for incident in product.board.incidents.values())
    assert closed > 15
    assert simulation.running() < 60


@pytest.mark.parametrize("seed", [1, 2])
def test_two_runs_of_one_seed_leave_the_same_board(still_parts: Parts, seed: int) -> None:
    boards = [msgspec.json.encode(live(still_parts, 600.0, 5.0, seed=seed)[0].board) for _ in range(2)]
    assert boards[0] == boards[1]
