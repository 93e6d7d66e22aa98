"""Planted bugs of bad disks, bad clocks, alarms and floods; each with the check that must notice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.adapters.test_clock import Machine
from tests.adapters.test_flood import test_what_is_urgent_overtakes_everything_that_waits_at_the_desk as overtakes
from tests.edge.test_edge_alarms import SLOW, judged
from tests.edge.test_edge_measuring import test_what_may_be_there_after_all_is_not_written_again as not_twice
from tests.planted.plant import Patch, Plant
from turnout.adapters import clock
from turnout.desk.faults import StorageFull
from turnout.desk.operations import Operations
from turnout.edge.alarms import judging
from turnout.edge.timed_journal import TimedJournal


def a_minute_stays_about_a_minute(_: Path) -> None:
    for step_s in (3_600.0, -3_600.0):
        machine = Machine()
        began = machine.goes(1.0)
        assert 50_000 < machine.goes(60.0, step_s) - began < 70_000


def an_alarm_does_not_flutter(_: Path) -> None:
    seen = judged(SLOW, [(5.0, 120.0)] * 5 + [(5.0, 80.0), (5.0, 110.0)] * 20)
    assert {one.level for one in seen[3:]} == {"warn"}


async def a_doubtful_row_is_not_written_again(_: Path) -> None:
    await not_twice()


def what_is_urgent_overtakes(folder: Path) -> None:
    """In its own time: a whole edge is started for it."""
    asyncio.run(overtakes(folder))


def steps_are_followed(patch: Patch) -> None:
    patch.setattr(clock, "steadied", lambda steady_ns, passed_ns, wall_ns: wall_ns)


def alarms_without_hysteresis(patch: Patch) -> None:
    honest = judging.judge

    def judge(limit: Any, before: Any, value: float, now_s: float) -> Any:
        bare = msgspec.structs.replace(limit, ends=limit.warn, calm_s=0.0)
        return honest(bare, before, value, now_s)

    patch.setattr("tests.edge.test_edge_alarms.judge", judge)


def tried_again_without_asking(patch: Patch) -> None:
    async def append(self: Any, rows: Sequence[Any], expected_last_seq: int, epoch: int) -> None:
        try:
            await self._journal.append(rows, expected_last_seq, epoch)
        except StorageFull:
            await self._make_room()
            await self._journal.append(rows, expected_last_seq, epoch)

    patch.setattr(TimedJournal, "_append", append)


def one_lane_for_all(patch: Patch) -> None:
    patch.setattr(Operations, "comes_first", lambda self, command: False)


DISK_AND_CLOCK_PLANTS: dict[str, Plant] = {
    "a step of the clock is followed": Plant(steps_are_followed, a_minute_stays_about_a_minute),
    "an alarm without hysteresis": Plant(alarms_without_hysteresis, an_alarm_does_not_flutter),
    "written again on a disk in doubt": Plant(tried_again_without_asking, a_doubtful_row_is_not_written_again),
    "one lane for all": Plant(one_lane_for_all, what_is_urgent_overtakes),
}
