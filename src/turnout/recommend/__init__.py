"""Who should go: response plans, the roads, and one rule per file, with the reason for every line."""

from turnout.recommend.choose import assignment
from turnout.recommend.proposal import Bypassed, Proposal, ProposedUnit, Reason, Shortfall
from turnout.recommend.recommend import recommend
from turnout.recommend.request import DriveTimes, Fix
from turnout.recommend.road_times import PlaceSpots, RoadConditions, RoadTimes
from turnout.recommend.swap import Swap, still_holds, swaps
from turnout.recommend.words import say_swap, speak

__all__ = [
    "Bypassed",
    "DriveTimes",
    "Fix",
    "PlaceSpots",
    "Proposal",
    "ProposedUnit",
    "Reason",
    "RoadConditions",
    "RoadTimes",
    "Shortfall",
    "Swap",
    "assignment",
    "recommend",
    "say_swap",
    "speak",
    "still_holds",
    "swaps",
]
