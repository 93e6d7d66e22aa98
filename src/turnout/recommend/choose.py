"""Which candidates meet which needs: the assignment with the least time in all, exact (Kuhn-Munkres by SciPy).

Taking the soonest unit for each need in turn goes wrong when one unit can do two things: the only ladder is spent as
an engine. The assignment weighs all needs at once. Seconds that rules lay on count for the order, never for the times.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np

from turnout.core.catalogue import Need
from turnout.recommend.request import Candidate

CANNOT_S = 1e9
"""Cost of a unit that is not able for a need: larger than any sum of drives, so it is taken only where nothing can."""


@cache
def assignment() -> Any:
    """SciPy's `linear_sum_assignment`, loaded by who first needs it: it takes as long as a start's other work."""
    return importlib.import_module("scipy.optimize").linear_sum_assignment


class Chosen(msgspec.Struct, frozen=True):
    candidate: Candidate
    need: Need


def choose(candidates: Sequence[Candidate], needs: Sequence[Need]) -> tuple[list[Chosen], list[Need]]:
    """The candidates chosen, by need, and the needs that stay open (each with the count still wanting)."""
    slots = [need for need in needs for _ in range(need.count)]
    if not slots:
        return [], []
    cost = np.full((len(slots), max(len(candidates), 1)), CANNOT_S)
    for column, candidate in enumerate(candidates):
        for row, need in enumerate(slots):
            if need.capability in candidate.unit.capabilities:
                cost[row, column] = candidate.total_s + candidate.penalty_s
    taken = {
        int(row): int(column) for row, column in zip(*assignment()(cost), strict=True) if cost[row, column] < CANNOT_S
    }
    chosen = [Chosen(candidates[column], slots[row]) for row, column in sorted(taken.items())]
    chosen.sort(key=lambda choice: needs.index(choice.need) * CANNOT_S + choice.candidate.total_s)
    return chosen, _still_open(needs, [slots[row] for row in range(len(slots)) if row not in taken])


def _still_open(needs: Sequence[Need], slots: Sequence[Need]) -> list[Need]:
    return [
        msgspec.structs.replace(need, count=slots.count(need)) for need in dict.fromkeys(needs) if slots.count(need) > 0
    ]
