"""Objects of NTCIP 1202 v3 (actuated signal controllers), 1211 v2 (priority) and 1201 (time): where they are.

Names as in the standards' MIBs; a phase group holds eight phases, the lowest in the lowest bit.
"""

from collections.abc import Mapping
from typing import Final

from turnout.signals.simulated_controller import Counted

Oid = tuple[int, ...]

NEMA: Final[Oid] = (1, 3, 6, 1, 4, 1, 1206, 4, 2)
ASC: Final[Oid] = (*NEMA, 1)

MAX_PHASES: Final[Oid] = (*ASC, 1, 1, 0)
MAX_PHASE_GROUPS: Final[Oid] = (*ASC, 1, 3, 0)
PHASE_GROUP: Final[Oid] = (*ASC, 1, 4, 1)
"""phaseStatusGroupEntry: a column, then the number of the group."""
GROUP_NUMBER, REDS, YELLOWS, GREENS, DONT_WALKS, PED_CLEARS, WALKS = range(1, 8)

DETECTOR_GROUP: Final[Oid] = (*ASC, 2, 4, 1)
"""detectorStatusGroupEntry (1202 v3, 5.3.4): active now, and alarms, eight detectors to a group."""
DETECTORS_ACTIVE, DETECTOR_ALARMS = 2, 3
MAX_DETECTORS: Final[Oid] = (*ASC, 2, 1, 0)
VOLUME_SEQUENCE: Final[Oid] = (*ASC, 2, 5, 1, 0)
VOLUME_PERIOD_S: Final[Oid] = (*ASC, 2, 5, 2, 0)
VOLUMES: Final[Oid] = (*ASC, 2, 5, 4, 1)
"""volumeOccupancyEntry."""
VOLUME, OCCUPANCY = 1, 2

UNIT_CONTROL_STATUS: Final[Oid] = (*ASC, 3, 5, 0)
UNIT_FLASH_STATUS: Final[Oid] = (*ASC, 3, 6, 0)
UNIT_ALARM_STATUS_2: Final[Oid] = (*ASC, 3, 7, 0)
UNIT_ALARM_STATUS_1: Final[Oid] = (*ASC, 3, 8, 0)
SHORT_ALARM_STATUS: Final[Oid] = (*ASC, 3, 9, 0)

COORD_OPERATIONAL_MODE: Final[Oid] = (*ASC, 4, 1, 0)
MAX_PATTERNS: Final[Oid] = (*ASC, 4, 5, 0)
COORD_PATTERN_STATUS: Final[Oid] = (*ASC, 4, 10, 0)
LOCAL_FREE_STATUS: Final[Oid] = (*ASC, 4, 11, 0)
COORD_CYCLE_STATUS: Final[Oid] = (*ASC, 4, 12, 0)
COORD_SYNC_STATUS: Final[Oid] = (*ASC, 4, 13, 0)
TIMEBASE_PATTERN_SYNC: Final[Oid] = (*ASC, 5, 1, 0)
TIMEBASE_ACTION_STATUS: Final[Oid] = (*ASC, 5, 4, 0)

GLOBAL_TIME: Final[Oid] = (*NEMA, 6, 3, 1, 0)
"""NTCIP 1201: seconds since 1970, UTC."""

PRIORITY: Final[Oid] = (*NEMA, 11, 2)
"""NTCIP 1211: what a priority request generator says to the server (prg)."""
PRIORITY_REQUEST: Final[Oid] = (*PRIORITY, 1, 0)
PRIORITY_UPDATE: Final[Oid] = (*PRIORITY, 2, 0)
PRIORITY_STATUS_CONTROL: Final[Oid] = (*PRIORITY, 3, 0)
PRIORITY_STATUS_BUFFER: Final[Oid] = (*PRIORITY, 4, 0)
PRIORITY_CANCEL: Final[Oid] = (*PRIORITY, 5, 0)
PRIORITY_CLEAR: Final[Oid] = (*PRIORITY, 6, 0)

PER_GROUP: Final = 8
PHASES_MAX: Final = 255

FREE, FLASHING = 254, 255
"""coordPatternStatus: running free, and flashing; 1 to 253 are patterns."""
NOT_FLASHING: Final = 2
"""unitFlashStatus: notFlash. 1 is `other`, the rest are kinds of flash."""
CRITICAL_ALARM: Final = 0x80
"""shortAlarmStatus: the controller's time is stopped."""
TIMEBASE: Final = 6
"""unitControlStatus: the controller's own plans by time of day decide."""
NOT_FREE, COMMANDED_FREE = 2, 3
"""localFreeStatus."""

OCCUPANCY_UNIT: Final = 0.005
OCCUPANCY_MOST: Final = 200
DETECTOR_FAULTS: Final = {
    210: "max-presence",
    211: "no-activity",
    212: "open-loop",
    213: "shorted-loop",
    214: "excessive-change",
    216: "watchdog",
    217: "erratic",
}
"""detectorOccupancy above 200 says what is wrong with the detector."""


def group_and_bit(number: int) -> tuple[int, int]:
    """Of a phase or a detector, which begin with 1: its group, which begins with 1, and its bit there."""
    return (number - 1) // PER_GROUP + 1, 1 << ((number - 1) % PER_GROUP)


def presence_flags(numbers: Mapping[str, int]) -> list[Oid]:
    """What shows of these detectors who stands there now, and what is wrong with them."""
    groups = sorted({group_and_bit(number)[0] for number in numbers.values()})
    return [(*DETECTOR_GROUP, column, group) for column in (DETECTORS_ACTIVE, DETECTOR_ALARMS) for group in groups]


def presence_of(number: int, found: Mapping[Oid, int]) -> tuple[bool, bool]:
    """Whether somebody stands on a detector, and whether its alarm is on."""
    group, bit = group_and_bit(number)
    active, alarms = (found[(*DETECTOR_GROUP, column, group)] for column in (DETECTORS_ACTIVE, DETECTOR_ALARMS))
    return bool(active & bit), bool(alarms & bit)


def counting(numbers: Mapping[str, int]) -> list[Oid]:
    """What these detectors counted in the last period."""
    return [(*VOLUMES, column, number) for number in numbers.values() for column in (VOLUME, OCCUPANCY)]


def counts_of(numbers: Mapping[str, int], found: Mapping[Oid, int]) -> dict[str, Counted]:
    return {
        name: counted_of(found[(*VOLUMES, VOLUME, number)], found[(*VOLUMES, OCCUPANCY, number)])
        for name, number in numbers.items()
    }


def counted_of(volume: int, occupancy: int) -> Counted:
    if occupancy > OCCUPANCY_MOST:
        return Counted(volume, 0.0, DETECTOR_FAULTS.get(occupancy, "other"))
    return Counted(volume, occupancy * OCCUPANCY_UNIT)


def occupancy_of(counted: Counted) -> int:
    codes = {fault: code for code, fault in DETECTOR_FAULTS.items()}
    if counted.fault:
        return codes.get(counted.fault, 217)
    return min(OCCUPANCY_MOST, max(0, round(counted.occupancy / OCCUPANCY_UNIT)))
