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
    """`parent`: the caller's span, 16 hexadecimal digits, or empty; `span`: ours. `door`: `http`, `socket`, `line`."""

    door: str
    trace: str
    parent: str = ""
    is_sampled: bool = True
    span: str = ""


here: Final[ContextVar[Trace | None]] = ContextVar("turnout_trace", default=None)
_taken: Final[ContextVar[str]] = ContextVar("turnout_span_taken", default="")


def begun(door: str, traceparent: str = "") -> Trace:
    """The caller's trace, or a new one where it names none that is well formed (Trace Context 3.2.2)."""
    found = _TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= CHARS_MAX else None
    if found is None or (traceparent.startswith("00") and found[4] is not None):
        return Trace(door, secrets.token_hex(16), span=_new_span())
    return Trace(door, found[1], found[2], bool(int(found[3], 16) & 1), _new_span())


def _new_span() -> str:
    """Never all zeros, which is no span."""
    return f"{secrets.randbits(63) + 1:016x}"


def of_command(door: str) -> Trace:
    """The trace that stands here, or a new one; its span is this command's alone, also where one line gives several."""
    trace = here.get() or begun(door)
    if _taken.get() == trace.span:
        trace = trace._replace(span=_new_span())
    _taken.set(trace.span)
    return trace


def traceresponse(trace: Trace) -> str:
    """What an answer says of its trace: the same form, with our own span."""
    return f"00-{trace.trace}-{trace.span}-{int(trace.is_sampled):02x}"
