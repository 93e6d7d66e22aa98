"""By which door something came in and to which trace it belongs (W3C Trace Context, level 1), without passing it along.

A trace that a caller began goes on here; otherwise it begins here. Nothing is decided by it.
"""

import re
import secrets
from contextvars import ContextVar
from typing import Final, NamedTuple

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
CHARS_MAX: Final = 512
"""Of a header that we look at: version 00 has 55, and later ones may be longer."""


class Trace(NamedTuple):
    """`parent`: the caller's span, 16 hexadecimal digits, or empty. `door`: `http`, `socket`, `line`."""

    door: str
    trace: str
    parent: str = ""
    is_sampled: bool = True


here: Final[ContextVar[Trace | None]] = ContextVar("turnout_trace", default=None)


def begun(door: str, traceparent: str = "") -> Trace:
    """The caller's trace, or a new one where it names none that is well formed (Trace Context 3.2.2)."""
    found = _TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= CHARS_MAX else None
    if found is None or (traceparent.startswith("00") and found[4] is not None):
        return Trace(door, secrets.token_hex(16))
    return Trace(door, found[1], found[2], bool(int(found[3], 16) & 1))


def traceresponse(trace: Trace) -> str:
    """What an answer says of its trace: the same form, with our own span."""
    return f"00-{trace.trace}-{secrets.token_hex(8)}-{int(trace.is_sampled):02x}"
