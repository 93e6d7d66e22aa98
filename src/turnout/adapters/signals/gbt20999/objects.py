"""GB/T 20999-2017, Annexes B and C: which value stands where, as class, object, attribute; the element comes with it.

Only what is used here. The annexes were read from programs that implement them, not from the standard's print; where
those differ from one another it is said (`unsure`), and in decision 0238.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from turnout.signals.guard import Aspect
from turnout.words.trouble import Malformed

Attribute = tuple[int, int, int]
Layout = Literal["bits", "octets"]
LIVE_BITS_MAX: Final = 32
LIVE_OCTETS_MAX: Final = 255
"""As many bytes 255 detectors have."""

LIGHT_GROUPS: Final[Attribute] = (3, 1, 0)
"""How many there are."""
LIGHT_STATE: Final[Attribute] = (3, 3, 2)
"""C.3, state of a light group. unsure: one program has attribute 1."""
STAGES: Final[Attribute] = (6, 1, 0)
STAGE_STATE: Final[Attribute] = (6, 3, 2)
STAGE_LEFT_S: Final[Attribute] = (6, 3, 4)
PLANS: Final[Attribute] = (9, 1, 0)
UTC_TIME: Final[Attribute] = (13, 1, 10)
"""Seven bytes: year in two, month, day, hour, minute, second."""
JUNCTION_MODE: Final[Attribute] = (13, 2, 2)
JUNCTION_PLAN: Final[Attribute] = (13, 2, 3)
JUNCTION_STAGE: Final[Attribute] = (13, 2, 4)
DETECTOR_LIVE: Final[Attribute] = (14, 1, 0)
"""C.14, real-time data: who stands on which detector now. unsure: two programs name it, neither shows its layout.

Taken is one bit for each detector, the first in the lowest bit of the first octet; or an octet for each."""
DETECTOR_FLOW: Final[Attribute] = (14, 2, 2)
DETECTOR_OCCUPANCY: Final[Attribute] = (14, 2, 3)
FAULT_COUNT: Final[Attribute] = (16, 1, 0)
FAULT_KIND: Final[Attribute] = (16, 2, 2)
CENTRE_STAGE: Final[Attribute] = (17, 1, 2)
"""C.17, the stage that the centre names. unsure: one program has it as object 2 of its own."""
CENTRE_PLAN: Final[Attribute] = (17, 1, 3)
CENTRE_MODE: Final[Attribute] = (17, 1, 4)

LIGHT_STATES: Final = {
    0x10: Aspect.RED,
    0x11: Aspect.RED,
    0x12: Aspect.RED,
    0x20: Aspect.GREEN,
    0x21: Aspect.ENDING,
    0x22: Aspect.ENDING,
    0x30: Aspect.ENDING,
    0x40: Aspect.STARTING,
}
"""Red and its flashing, green, green that flashes, amber, red with amber. Amber that flashes (0x31, 0x32) and off
(0x01) are none of these."""
SAID: Final = {Aspect.RED: 0x10, Aspect.STARTING: 0x40, Aspect.GREEN: 0x20, Aspect.ENDING: 0x30}
PEDESTRIAN_ENDING: Final = 0x21
OFF: Final = 0x01
AMBER_FLASHES: Final = 0x31

STAGE_HAS_NO_WAY, STAGE_HAS_WAY, STAGE_CHANGES = 0x10, 0x20, 0x30

CENTRE_MANUAL: Final = 0x15
LOCAL: Final = 0x20
"""unsure: that naming it gives the junction back."""
LOCAL_FIXED, LOCAL_COORDINATED = 0x21, 0x23
SPECIAL_FLASH: Final = 0x31
SPECIAL: Final = range(0x30, 0x40)
"""Flashing, all red, all off."""

FAULTS: Final = {0x10: "green-conflict", 0x11: "green-conflict", 0x30: "communication", 0x44: "clock"}
GRAVE: Final = ("green-conflict", "clock")
CLOCK_FAULT: Final = 0x44

BAD_VALUE, WRONG_LENGTH, READ_ONLY, NO_SUCH, OTHER_ERROR, CONTROL_FAILED = 0x10, 0x11, 0x20, 0x30, 0x40, 0x50
ERRORS: Final = {
    BAD_VALUE: "bad value",
    WRONG_LENGTH: "wrong length",
    0x12: "overflow",
    READ_ONLY: "read only",
    NO_SUCH: "no such value",
    OTHER_ERROR: "error",
    CONTROL_FAILED: "control failed",
}


def write_live(occupied: Sequence[bool]) -> bytes:
    """As bits."""
    return bytes(
        sum(1 << bit for bit, flag in enumerate(occupied[at : at + 8]) if flag) for at in range(0, len(occupied), 8)
    )


def read_live(content: bytes, number: int, layout: Layout = "bits") -> bool:
    """Whether somebody stands on the detector of this number, which begins with 1. Raises `Malformed`."""
    at, bit = (number - 1, 0xFF) if layout == "octets" else ((number - 1) // 8, 1 << (number - 1) % 8)
    if at >= len(content) or len(content) > (LIVE_BITS_MAX if layout == "bits" else LIVE_OCTETS_MAX):
        raise Malformed(f"{len(content)} bytes for detector {number} as {layout}", "GB/T 20999 C.14")
    return bool(content[at] & bit)


def write_time(utc_s: int) -> bytes:
    at = datetime.fromtimestamp(utc_s, UTC)
    return at.year.to_bytes(2, "big") + bytes([at.month, at.day, at.hour, at.minute, at.second])


def read_time(content: bytes) -> int:
    """Seconds since 1970, UTC. Raises `Malformed`."""
    if len(content) != 7:
        raise Malformed(f"a time of {len(content)} bytes", "GB/T 20999")
    try:
        year = int.from_bytes(content[:2], "big")
        return int(datetime(year, *content[2:7], tzinfo=UTC).timestamp())  # type: ignore[misc]
    except (ValueError, OverflowError) as trouble:
        raise Malformed(f"no time: {content.hex()}", "GB/T 20999") from trouble
