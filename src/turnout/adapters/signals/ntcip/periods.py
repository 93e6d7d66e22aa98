"""What the detectors of one controller counted, period after period (NTCIP 1202 v3, 5.3.5).

volumeOccupancySequence goes up when a period has ended; only then is there something new to read, some of it in each
message that asks who stands where. A period that was missed is missing: the sum is never more than was counted.
"""

from collections.abc import Mapping
from typing import Final

from turnout.adapters.signals.ntcip import objects as o
from turnout.signals.controller import Presence
from turnout.signals.simulated_controller import Counted

REST: Final = 600
"""Readings until a controller that had no counts is asked for them again: ten minutes of a corridor."""


class PeriodCounts:
    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._rest = 0
        self._wanted = [o.VOLUME_PERIOD_S, *o.counting(numbers)]
        self.forget()

    def forget(self) -> None:
        """What is known, faults too."""
        self._sequence: int | None = None
        self._collecting: int | None = None
        self._found: dict[o.Oid, int] = {}
        self._period_s = 0
        self._last: dict[str, Counted] = {}
        self._sums = dict.fromkeys(self._numbers, 0)

    def rest(self) -> None:
        """The controller has no such objects."""
        self._rest = REST
        self.forget()

    def asked(self, room: int) -> list[o.Oid]:
        """What is to be read now beside presence, `room` at most; once for each reading."""
        if self._rest:
            self._rest -= 1
            return []
        missing = [oid for oid in self._wanted if oid not in self._found] if self._collecting is not None else []
        return [o.VOLUME_SEQUENCE, *missing[: room - 1]]

    def take(self, found: Mapping[o.Oid, int]) -> None:
        """An answer to `asked`. What was counted before one began to look is in the last period, and in no sum."""
        sequence = found[o.VOLUME_SEQUENCE]
        if sequence != self._collecting:
            self._collecting = sequence if sequence != self._sequence else None
            self._found = {}
            return
        self._found |= {oid: found[oid] for oid in self._wanted if oid in found}
        if len(self._found) < len(self._wanted):
            return
        is_first, self._sequence, self._collecting = self._sequence is None, sequence, None
        self._period_s = self._found[o.VOLUME_PERIOD_S]
        self._last = o.counts_of(self._numbers, self._found)
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
