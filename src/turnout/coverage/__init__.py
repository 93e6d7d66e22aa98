"""Where crews should stand: which areas are no longer reached in time, and who would best fill in where (2.6)."""

from turnout.coverage.moves import may_still_move
from turnout.coverage.picture import Coverage, Gap, Move, StandardCover, StationCover
from turnout.coverage.points import DemandPoints, by_area
from turnout.coverage.reached import Reached
from turnout.coverage.seeing import see
from turnout.coverage.words import say_gap, say_move, say_standard

__all__ = [
    "Coverage",
    "DemandPoints",
    "Gap",
    "Move",
    "Reached",
    "StandardCover",
    "StationCover",
    "by_area",
    "may_still_move",
    "say_gap",
    "say_move",
    "say_standard",
    "see",
]
