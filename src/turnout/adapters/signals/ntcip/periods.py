"""What the detectors of one controller counted, period after period (NTCIP 1202 v3, 5.3.5).

volumeOccupancySequence goes up when a period has ended; only then is there something new to read. A period that was
missed is missing: the sum is never more than was counted.
"""

from collections.abc import Mapping

from turnout.adapters.signals.ntcip import objects as o
from turnout.signals.controller import Presence
from turnout.signals.simulated_controller import Counted


class PeriodCounts:
    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self.are_kept = True
        """False: the controller has no such objects."""
        self._sequence: int | None = None
        self._period_s = 0
        self._last: dict[str, Counted] = {}
        self._sums = dict.fromkeys(numbers, 0)

    def is_news(self, sequence: int) -> bool:
        return sequence != self._sequence

    def take(self, sequence: int, found: Mapping[o.Oid, int]) -> None:
        """What was counted before one began to look is in the last period, and in no sum."""
        is_first, self._sequence = self._sequence is None, sequence
        self._period_s = found[o.VOLUME_PERIOD_S]
        self._last = o.counts_of(self._numbers, found)
        if not is_first:
            for name, counted in self._last.items():
                self._sums[name] += counted.volume

    def presence(self, name: str, is_active: bool, has_alarm: bool) -> Presence:
        last = self._last.get(name)
        fault = (last.fault if last is not None else "") or ("alarm" if has_alarm else "")
        if last is None:
            return Presence(is_occupied=is_active, fault=fault)
        return Presence(
            is_occupied=is_active,
            counted=self._sums[name],
            in_period=last.volume,
            period_s=self._period_s,
            fault=fault,
        )
