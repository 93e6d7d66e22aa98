"""Bugs of area coordination: each proposes what may not be run, or works out what will not happen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.planted.plant import Plant
from tests.signals.area import test_area as checks
from turnout.signals.area import area as reading
from turnout.signals.area import frame as framing
from turnout.signals.area import profile, programmes
from turnout.signals.model import Junction

Patch = pytest.MonkeyPatch


def what_is_proposed_breaks_nothing(folder: Path) -> None:
    checks.test_what_is_proposed_for_a_real_district_breaks_nothing_and_costs_less("acosta")


def no_broken_plan_is_built_upon(folder: Path) -> None:
    checks.test_a_plan_that_breaks_an_intergreen_is_not_built_upon()


def programmes_are_the_plans(folder: Path) -> None:
    checks.test_programmes_for_sumo_show_the_same_greens_as_the_plans()


def queues_are_counted(folder: Path) -> None:
    checks.test_queues_of_a_cycle_are_those_of_a_second_by_second_count()


def platoons_arrive_when_they_do(folder: Path) -> None:
    checks.test_a_platoon_spreads_and_loses_no_vehicle()


def intergreens_are_not_looked_at(patch: Patch) -> None:
    honest = Junction.least_between
    patch.setattr(Junction, "least_between", lambda self: dict.fromkeys(honest(self), 0))


def ambers_are_cut(patch: Patch) -> None:
    patch.setattr(reading, "_with_whole_ambers", lambda junction: junction)


def phases_are_stretched_anywhere(patch: Patch) -> None:
    """The first phase of an interval grows, amber or not."""

    def change(pieces: list[Any], change_ms: int) -> None:
        pieces[0].duration_ms = max(0, pieces[0].duration_ms + change_ms)

    patch.setattr(programmes, "_change", change)


def the_queue_begins_empty(patch: Patch) -> None:
    """Each cycle as if the one before had left nothing."""
    honest = profile.serve

    def serve(comes: Any, may_leave: Any, period_s: float = profile.PERIOD_S) -> Any:
        found = honest(comes, may_leave, period_s)
        surplus = np.cumsum(comes - may_leave, -1)
        queue = surplus - np.minimum(np.minimum.accumulate(surplus, -1), 0.0)
        return found._replace(even=queue.mean(-1), longest=queue.max(-1))

    patch.setattr(checks, "serve", serve)


def platoons_need_no_time(patch: Patch) -> None:
    patch.setattr(profile, "LEAD", 0.0)


def least_greens_are_forgotten(patch: Patch) -> None:
    honest = framing.Frame.fits
    patch.setattr(framing.Frame, "fits", lambda self, durations: honest(self, np.maximum(durations, 6_000)))


AREA_PLANTS = {
    "splits without intergreens": Plant(intergreens_are_not_looked_at, what_is_proposed_breaks_nothing),
    "splits without least greens": Plant(least_greens_are_forgotten, what_is_proposed_breaks_nothing),
    "a plan with green beside an amber": Plant(ambers_are_cut, no_broken_plan_is_built_upon),
    "ambers that grow with their interval": Plant(phases_are_stretched_anywhere, programmes_are_the_plans),
    "a cycle that forgets the queue before it": Plant(the_queue_begins_empty, queues_are_counted),
    "platoons that need no time": Plant(platoons_need_no_time, platoons_arrive_when_they_do),
}
