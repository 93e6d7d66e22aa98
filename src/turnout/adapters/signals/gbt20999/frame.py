"""GB/T 20999-2017, frames between a controller and the centre (Annex A), byte for byte.

Begin 0x7E, length, version, centre, controller, junction, serial number, kind, number of values, values, CRC-16, end
0x7D. Multi-byte numbers are big-endian. Over TCP each 0x7E, 0x7D and 0x5C between begin and end has 0x5C before it
(A.1); over UDP there is none. The check is over what was before that, from the length on: x^16 + x^12 + x^2 + 1 from 0,
highest bit first. The length counts from the version to the check.
"""

import struct
from collections.abc import Sequence
from typing import Final

import msgspec

from turnout.words.trouble import Malformed, NotOurs, Unsupported

BEGIN, END, ESCAPE = 0x7E, 0x7D, 0x5C
VERSION: Final = 0x0102
"""V1.02."""
HEAD: Final = struct.Struct(">HHBIBBB")
"""Length, version, centre, controller, junction, serial number, kind."""
FRAME_BYTES_MAX: Final = 4_096
"""The largest table of the standard, a day's actions, fits in a twentieth of it."""
VALUES_MAX: Final = 255
VALUE_BYTES_MAX: Final = 251
"""A value's length is a byte, and counts its four-byte address."""

QUERY, QUERY_REPLY, QUERY_ERROR = 0x10, 0x20, 0x21
SET, SET_REPLY, SET_ERROR = 0x30, 0x40, 0x41
BROADCAST, REPORT = 0x50, 0x60
HEARTBEAT, HEARTBEAT_REPLY = 0x70, 0x80
KINDS: Final = frozenset(
    [QUERY, QUERY_REPLY, QUERY_ERROR, SET, SET_REPLY, SET_ERROR, BROADCAST, REPORT, HEARTBEAT, HEARTBEAT_REPLY]
)
"""A.2.4."""

Address = tuple[int, int, int, int]
"""Class, object, attribute and element of a value; 0 as attribute or element: all of them."""


class Value(msgspec.Struct, frozen=True):
    index: int
    address: Address
    content: bytes = b""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """`centre`: who speaks to the controller; `controller`: its number in the whole system; `junction`: one of its."""

    centre: int
    controller: int
    junction: int
    serial: int
    kind: int
    values: tuple[Value, ...] = ()
    version: int = VERSION


def check_of(content: bytes) -> int:
    """CRC-16 with the polynomial 0x1005."""
    register = 0
    for byte in content:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1005) & 0xFFFF if register & 0x8000 else register << 1
    return register


def write_frame(frame: Frame, *, is_escaped: bool = True) -> bytes:
    """`is_escaped`: as over TCP. Raises `Unsupported` for what does not fit."""
    body = bytearray()
    if len(frame.values) > VALUES_MAX:
        raise Unsupported(f"{len(frame.values)} values in one frame", "GB/T 20999", f"up to {VALUES_MAX}")
    body.append(len(frame.values))
    for value in frame.values:
        if len(value.content) > VALUE_BYTES_MAX:
            raise Unsupported(f"a value of {len(value.content)} bytes", "GB/T 20999", f"up to {VALUE_BYTES_MAX}")
        body += bytes([value.index, 4 + len(value.content), *value.address]) + value.content
    length = HEAD.size - 2 + len(body) + 2
    if length + 4 > FRAME_BYTES_MAX:
        raise Unsupported(f"a frame of {length + 4} bytes", "GB/T 20999", f"up to {FRAME_BYTES_MAX}")
    head = HEAD.pack(
        length, frame.version, frame.centre, frame.controller, frame.junction, frame.serial & 0xFF, frame.kind
    )
    plain = head + bytes(body)
    plain += check_of(plain).to_bytes(2, "big")
    return bytes([BEGIN]) + (escaped(plain) if is_escaped else plain) + bytes([END])


def escaped(plain: bytes) -> bytes:
    out = bytearray()
    for byte in plain:
        if byte in (BEGIN, END, ESCAPE):
            out.append(ESCAPE)
        out.append(byte)
    return bytes(out)


def read_frame(plain: bytes) -> Frame:
    """What stood between begin and end, without escapes.

    Raises `Malformed`; `Unsupported` for a kind of frame that the standard does not have.
    """
    if len(plain) < HEAD.size + 2:
        raise Malformed(f"{len(plain)} bytes; a frame has at least {HEAD.size + 2}", "GB/T 20999")
    length, version, centre, controller, junction, serial, kind = HEAD.unpack_from(plain)
    if length != len(plain) - 2:
        raise Malformed(f"it says {length} bytes and has {len(plain) - 2}", "GB/T 20999 length")
    if check_of(plain[:-2]) != int.from_bytes(plain[-2:], "big"):
        raise Malformed("the check does not fit", "GB/T 20999 CRC-16")
    if kind not in KINDS:
        raise Unsupported(f"a frame of kind 0x{kind:02X}", "GB/T 20999 A.2.4")
    values = _read_values(plain[HEAD.size : -2])
    return Frame(
        centre=centre,
        controller=controller,
        junction=junction,
        serial=serial,
        kind=kind,
        values=values,
        version=version,
    )


def _read_values(body: bytes) -> tuple[Value, ...]:
    """A heartbeat may leave out the number of values. Raises `Malformed`."""
    values: list[Value] = []
    at = 1
    for _ in range(body[0] if body else 0):
        if at + 2 > len(body) or body[at + 1] < 4 or at + 2 + body[at + 1] > len(body):
            raise Malformed("a value goes beyond the frame", f"GB/T 20999 value {len(values) + 1}")
        index, size = body[at], body[at + 1]
        content = body[at + 2 : at + 2 + size]
        values.append(Value(index, (content[0], content[1], content[2], content[3]), bytes(content[4:])))
        at += 2 + size
    if body and at != len(body):
        raise Malformed(f"{len(body) - at} bytes after the last value", "GB/T 20999")
    return tuple(values)


class FrameReader:
    """Finds frames in the bytes of a TCP connection. Never holds more than one frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._is_inside = False
        self._is_escaped = False

    def read(self, content: bytes) -> Sequence[Frame]:
        """The frames that are whole now. Raises `Malformed`, `Unsupported` and `NotOurs` (bytes outside a frame)."""
        found = []
        for byte in content:
            if self._is_inside and self._is_escaped:
                self._held.append(byte)
                self._is_escaped = False
            elif self._is_inside and byte == ESCAPE:
                self._is_escaped = True
            elif self._is_inside and byte == END:
                self._is_inside = False
                found.append(read_frame(bytes(self._held)))
                self._held.clear()
            elif byte == BEGIN:
                if self._is_inside:
                    raise Malformed("a frame begins within a frame", "GB/T 20999")
                self._is_inside = True
            elif not self._is_inside:
                raise NotOurs(f"0x{byte:02X} where a frame begins", "GB/T 20999")
            else:
                self._held.append(byte)
            if len(self._held) > FRAME_BYTES_MAX:
                raise Malformed(f"a frame of more than {FRAME_BYTES_MAX} bytes", "GB/T 20999")
        return found
