"""The examples in `answers/` are what the server says: each fits its shape, whole, and the shapes have nothing more."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from turnout.core.plans.commands import ProposePlans, RefusePlans, ReleasePlans, WithdrawPlans
from turnout.signals.districts import shapes
from turnout.signals.districts.proposals import Proposals, ProposalShape
from turnout.signals.districts.results import (
    AdaptResult,
    AreaResult,
    JobAsked,
    JobCard,
    JobTaken,
    PeriodsAnswer,
    SimulateResult,
)

ANSWERS = Path(__file__).parent / "answers"
KINDS: dict[str, Any] = {
    "districts": shapes.Districts,
    "district": shapes.DistrictShape,
    "check-asked": shapes.CheckAsked,
    "check": shapes.CheckAnswer,
    "periods-asked": shapes.CheckAsked,
    "periods": PeriodsAnswer,
    "arterials-asked": shapes.ArterialAsked,
    "arterials": shapes.ArterialShape,
    "bands-asked": shapes.BandsAsked,
    "bands": shapes.BandsAnswer,
    "jobs-asked": JobAsked,
    "adapt-asked": JobAsked,
    "jobs-taken": JobTaken,
    "job-running": JobCard,
    "job-failed": JobCard,
    "job-simulate": JobCard,
    "job-adapt": JobCard,
    "job-area": JobCard,
    "proposals": Proposals,
    "proposal": ProposalShape,
    "propose-plans": ProposePlans,
    "release-plans": ReleasePlans,
    "refuse-plans": RefusePlans,
    "withdraw-plans": WithdrawPlans,
}


def said(name: str) -> Any:
    return msgspec.json.decode((ANSWERS / f"{name}.json").read_bytes())


def test_every_example_has_a_shape() -> None:
    assert {path.stem for path in ANSWERS.glob("*.json")} == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_example_fits_its_shape_and_says_all_of_it(name: str) -> None:
    read = msgspec.convert(said(name), KINDS[name])
    again = msgspec.json.decode(msgspec.json.encode(read))
    for key in said(name):
        assert again[key] == said(name)[key]


def test_results_of_jobs_fit_theirs() -> None:
    msgspec.convert(said("job-simulate")["result"], SimulateResult)
    msgspec.convert(said("job-adapt")["result"], AdaptResult)
    msgspec.convert(said("job-area")["result"], AreaResult)
