"""What the routes of the engineers' screen take and answer, for the description: by msgspec, which decodes it."""

from typing import Any, Final

from turnout.signals.districts import results, shapes
from turnout.signals.districts.proposals import Proposals, ProposalShape

SIGNAL_SHAPES: Final[tuple[Any, ...]] = (
    shapes.Districts,
    shapes.DistrictShape,
    shapes.CheckAsked,
    shapes.CheckAnswer,
    shapes.ArterialAsked,
    shapes.BandsAsked,
    shapes.BandsAnswer,
    results.JobAsked,
    results.JobTaken,
    results.JobCard,
    results.SimulateResult,
    results.AreaResult,
    Proposals,
    ProposalShape,
)
