"""A device that does not know the time does not know where it is now."""

import pytest

from turnout.telemetry.latest import Fix, Latest
from turnout.words.identity import UnitId
from turnout.words.moment import Moment

NOW = Moment(1_800_000_000_000)
GPS_EPOCH = Moment(315_964_800_000)


@pytest.mark.parametrize("at", [Moment(0), Moment(1), GPS_EPOCH])
def test_a_fix_from_before_the_receiver_knew_the_time_is_not_taken(at: Moment) -> None:
    held = Latest([UnitId("E07")], (-122.52, 37.70, -122.35, 37.84))
    taken = held.take([Fix(unit="E07", lat=37.78, lon=-122.42, at=at)], NOW)
    assert (taken.units, [refused.code for refused in taken.refused]) == ((), ["fix-older-than-held"])
    assert all(held.find(unit) is not None for unit in taken.units)
