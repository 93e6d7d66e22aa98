"""Corridors joined with what a city has of signals: none, as long as its folder does not say otherwise.

The demonstration city has simulated controllers, and a simulated traffic authority that permits and arms them, so that
whoever opens the page can try a corridor. Nowhere else does the program permit or arm anything itself.
"""

import logging
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from turnout.city.folder import City
from turnout.city.signals import read_signals
from turnout.core.corridors.commands import JUNCTIONS_MAX, ArmSignals, PermitSignals
from turnout.desk.access import part
from turnout.edge.advice import Adviser
from turnout.edge.answers import Declined
from turnout.edge.corridors.runner import Corridors
from turnout.edge.corridors.ways import Ways
from turnout.edge.counter import Counter
from turnout.signals.simulated_junction import SimulatedControllers
from turnout.signals.sites import assumed_sites
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

SIMULATED: Final = "simulated"
AUTHORITY: Final = "Simulated traffic authority: no real signal is reached 模拟交管部门：不连接真实信号灯"


def clock_ms() -> int:
    """Milliseconds of a clock that does not go back."""
    return time.monotonic_ns() // 1_000_000


def joined_corridors(counter: Counter, adviser: Adviser | None, city: City, now: Callable[[], Moment]) -> Corridors:
    """Raises `Malformed` for the city's own file."""
    if read_signals(city.folder).controllers == "none" or adviser is None:
        corridors = Corridors(counter, None, None, now, clock_ms)
    else:
        ways = Ways(adviser, assumed_sites, now)
        corridors = Corridors(counter, ways, SimulatedControllers(ways.find_junction, clock_ms), now, clock_ms)
    counter.desk.listen(corridors.hear)
    return corridors


async def arm_simulated(counter: Counter, corridors: Corridors) -> None:
    """What the simulated authority permits and arms: every junction of the simulated controllers, each once."""
    if corridors.ways is None:
        return
    junctions = tuple(sorted((await corridors.ways.sites()).by_id))[:JUNCTIONS_MAX]
    permits = counter.board.signal_permits
    covered = {one for permit in permits.values() if permit.authority == AUTHORITY for one in permit.junctions}
    new = tuple(one for one in junctions if one not in covered)
    if not new:
        return
    permit_id = SIMULATED if SIMULATED not in permits else f"{SIMULATED}-{uuid4()}"
    for command in (
        PermitSignals(permit_id=permit_id, junctions=new, authority=AUTHORITY),
        ArmSignals(permit_id=permit_id),
    ):
        answer = await counter.hand_in(
            part("simulated-authority"), f"corridor/{command.__struct_config__.tag}/{permit_id}", command
        )
        if isinstance(answer, Declined):
            log.warning("the simulated authority's %s was declined: %s", command.__struct_config__.tag, answer.code)
