"""SAE J2735 (2016 and later) message frames in UPER: SPaT, MAP, SRM and SSM.

The four messages are those of ISO/TS 19091 (module DSRC), whose ASN.1 pycrate ships compiled; their bits are the same.
The frame around them (MessageFrame: extension bit, DSRCmsgID in 15 bits, the message as an open type) is written here.
Signatures (IEEE 1609.2) are not looked at: what comes in is no more than what somebody says.
"""

from threading import Lock
from typing import Any, Final, Literal

import msgspec

from turnout.words.later import Later
from turnout.words.trouble import Malformed, NotOurs, Unsupported

core, its = Later("pycrate_core.utils"), Later("pycrate_asn1dir.ITS_IS")
"""0.4 s to load: when the first message comes."""

Kind = Literal["map", "spat", "srm", "ssm"]
NUMBERS: Final[dict[Kind, int]] = {"map": 18, "spat": 19, "srm": 29, "ssm": 30}
"""DSRCmsgID."""
NAMES: Final[dict[Kind, str]] = {
    "map": "MapData",
    "spat": "SPAT",
    "srm": "SignalRequestMessage",
    "ssm": "SignalStatusMessage",
}
FRAME_BYTES_MAX: Final = 2_302
"""What one packet of the air interface can carry (IEEE 1609.3)."""
LENGTH_SHORT: Final = 0x80
LENGTH_LONG: Final = 0x4000
"""UPER's length of an open type: one byte below 128, two below 16384; more are fragments, which no frame needs."""

ALSO_RAISED: Final = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)
"""By pycrate, for values that are not of the type and for bits that end too early."""

_turn: Final = Lock()
"""pycrate keeps the value it works on in the type: one at a time."""


class Message(msgspec.Struct, frozen=True):
    """`value`: as pycrate has it, names as in the standard's ASN.1."""

    kind: Kind
    value: dict[str, Any]


def write(message: Message) -> bytes:
    """Raises `Unsupported` for a value that the standard does not allow."""
    with _turn:
        kind = getattr(its.DSRC, NAMES[message.kind])
        try:
            kind.set_val(message.value)
            content = kind.to_uper()
        except (core.PycrateErr, *ALSO_RAISED) as trouble:
            raise Unsupported(f"no {message.kind}: {trouble}", "SAE J2735") from trouble
    if len(content) > FRAME_BYTES_MAX - 4:
        raise Unsupported(f"a {message.kind} of {len(content)} bytes", "SAE J2735", "divide the junction")
    size = len(content)
    length = bytes([size]) if size < LENGTH_SHORT else (size | 0x8000).to_bytes(2, "big")
    return NUMBERS[message.kind].to_bytes(2, "big") + length + bytes(content)


def read(content: bytes) -> Message:
    """Raises `Malformed`, `NotOurs` for another message of J2735, `Unsupported` for a frame with extensions."""
    if len(content) > FRAME_BYTES_MAX:
        raise Malformed(f"{len(content)} bytes; up to {FRAME_BYTES_MAX} are taken", "SAE J2735")
    if len(content) < 4:
        raise Malformed(f"a frame of {len(content)} bytes", "SAE J2735")
    head = int.from_bytes(content[:2], "big")
    if head & 0x8000:
        raise Unsupported("a message frame with extensions", "SAE J2735")
    found: list[Kind] = [kind for kind, number in NUMBERS.items() if number == head]
    if not found:
        raise NotOurs(f"message {head} of J2735", "SAE J2735", "MAP, SPaT, SRM and SSM are read")
    body = _opened(content[2:])
    with _turn:
        kind = getattr(its.DSRC, NAMES[found[0]])
        try:
            kind.from_uper(body)
            return Message(found[0], kind.get_val())
        except (core.PycrateErr, *ALSO_RAISED) as trouble:
            raise Malformed(f"no {found[0]}", "SAE J2735") from trouble


def _opened(content: bytes) -> bytes:
    """Raises `Malformed`."""
    size, start = content[0], 1
    if size >= LENGTH_SHORT:
        size, start = int.from_bytes(content[:2], "big") & 0x7FFF, 2
    if size >= LENGTH_LONG or len(content) < start + size or any(content[start + size :]):
        raise Malformed(f"it says {size} bytes and has {len(content) - start}", "SAE J2735")
    return content[start : start + size]
