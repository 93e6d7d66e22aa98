"""NTCIP 1211 v2: what is said about one priority request, byte for byte.

prgPriorityRequest and prgPriorityUpdate have 25 bytes, prgPriorityCancel, prgPriorityClear and prgPriorityStatusControl
the first 21 of them, prgPriorityStatusBuffer those 21 and the status. Numbers are big-endian; times are seconds from
when it is received, which needs no common clock.
"""

import struct
from typing import Final

import msgspec

from turnout.signals.controller import PriorityState
from turnout.words.trouble import Malformed, Unsupported

WHO: Final = struct.Struct(">B17sBBB")
"""priorityRequestID, VehicleID, VehicleClassType, VehicleClassLevel, ServiceStrategyNumber."""
WHEN: Final = struct.Struct(">HH")
"""TimeOfServiceDesired, TimeOfEstimatedDeparture."""
EMERGENCY_CLASS: Final = 1
"""priorityRequestVehicleClassType 1 to 10; the highest is for emergency vehicles."""
LEVELS: Final = range(1, 11)
STRATEGIES: Final = range(1, 256)

STATES: Final[dict[int, tuple[PriorityState, str]]] = {
    1: ("cancelled", ""),  # idleNotValid
    2: ("queued", ""),  # readyQueued
    3: ("overridden", ""),  # readyOverridden
    4: ("processing", ""),  # activeProcessing
    5: ("cancelled", ""),  # activeCancel
    6: ("overridden", ""),  # activeOverride
    7: ("processing", ""),  # activeNotOverridden
    8: ("cancelled", ""),  # closedCanceled
    9: ("refused", "busy"),  # reserviceError
    10: ("refused", "no-answer"),  # closedTimeToLiveError
    11: ("refused", "fault"),  # closedTimerError
    12: ("refused", "unknown-group"),  # closedStrategyError
    13: ("completed", ""),  # closedCompleted
    14: ("granted", ""),  # activeAdjustNotNeeded
    15: ("refused", "fault"),  # closedFlash
}
"""priorityRequestStatusInPRS."""


class Who(msgspec.Struct, frozen=True):
    """A request, and for which of the controller's strategies: which of its phases are to be green."""

    number: int
    vehicle: bytes
    level: int
    strategy: int


class Wanted(msgspec.Struct, frozen=True):
    who: Who
    green_in_s: int
    leaves_in_s: int


def write_who(who: Who) -> bytes:
    """Raises `Unsupported` for a number, level or strategy that the standard does not have."""
    if not 1 <= who.number <= 255 or who.level not in LEVELS or who.strategy not in STRATEGIES:
        raise Unsupported(f"request {who.number}, level {who.level}, strategy {who.strategy}", "NTCIP 1211")
    return WHO.pack(who.number, who.vehicle[-17:].rjust(17, b"\0"), EMERGENCY_CLASS, who.level, who.strategy)


def write_wanted(wanted: Wanted) -> bytes:
    """Raises `Unsupported`."""
    times = (wanted.green_in_s, wanted.leaves_in_s)
    if not all(0 <= seconds <= 0xFFFF for seconds in times):
        raise Unsupported(f"{times[0]} s and {times[1]} s", "NTCIP 1211", "up to 65535 s ahead")
    return write_who(wanted.who) + WHEN.pack(*times)


def write_status(who: Who, status: int) -> bytes:
    return write_who(who) + bytes([status, 0])


def read_who(content: bytes) -> Who:
    """Raises `Malformed`."""
    if len(content) != WHO.size:
        raise Malformed(f"{len(content)} bytes where {WHO.size} belong", "NTCIP 1211")
    number, vehicle, _, level, strategy = WHO.unpack(content)
    if number == 0 or level not in LEVELS or strategy == 0:
        raise Malformed(f"request {number}, level {level}, strategy {strategy}", "NTCIP 1211")
    return Who(number, vehicle.lstrip(b"\0"), level, strategy)


def read_wanted(content: bytes) -> Wanted:
    """Raises `Malformed`."""
    if len(content) != WHO.size + WHEN.size:
        raise Malformed(f"{len(content)} bytes where {WHO.size + WHEN.size} belong", "NTCIP 1211")
    return Wanted(read_who(content[: WHO.size]), *WHEN.unpack(content[WHO.size :]))


def read_status(content: bytes) -> tuple[Who, PriorityState, str]:
    """Raises `Malformed`; `Unsupported` for a status that the standard does not have."""
    if len(content) not in (WHO.size + 1, WHO.size + 2):
        raise Malformed(f"{len(content)} bytes of a status", "NTCIP 1211")
    who, status = read_who(content[: WHO.size]), content[WHO.size]
    if status not in STATES:
        raise Unsupported(f"status {status} of a priority request", "NTCIP 1211")
    return who, *STATES[status]
