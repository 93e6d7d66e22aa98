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
    results.AdaptResult,
    results.AreaResult,
    results.PeriodsAnswer,
    Proposals,
    ProposalShape,
)

JOB_KINDS: Final = ("Simulate", "Adapt", "CoordinateArea", "PlanHours", "Quality")
_PATH: Final = "/api/v1/signals/districts/{district}/"
BODIES: Final[dict[str, tuple[str, ...]]] = {
    _PATH + "check": ("CheckAsked",),
    _PATH + "periods": ("CheckAsked",),
    _PATH + "arterials": ("ArterialAsked",),
    _PATH + "bands": ("BandsAsked",),
    _PATH + "jobs": JOB_KINDS,
}
"""What a worker decodes there: the framework passes it on and cannot say."""
