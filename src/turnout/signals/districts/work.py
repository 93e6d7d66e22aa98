"""What the engineer's screen asks of a district, as messages to a worker process and its answers.

A message is JSON with a length before it, so that a worker that dies in the middle of one is noticed. `ask` is decoded
here, by what the worker is to do; an answer's `body` goes on to the screen as it is.
"""

import struct
from typing import IO, Any, Final, Literal

import msgspec

from turnout.words.name import Name

Kind = Literal[
    "card", "district", "state", "check", "arterials", "bands", "plans-file", "simulate", "area", "hours", "quality"
]
BYTES_MAX: Final = 64 << 20
"""Of one message. A district of a thousand junctions with its streets is a tenth of it."""
HEAD: Final = struct.Struct(">I")


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """`folder`: of the district. `plans`: those in force where a person has released some, as kept."""

    kind: Kind
    folder: str
    ask: msgspec.Raw = msgspec.Raw(b"null")
    plans: msgspec.Raw = msgspec.Raw(b"null")
    released: str = ""
    lost: bool = False
    """Plans were released and their body is not found: the files' are shown, and that is said."""


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    part: float
    said: Name


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    body: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refusal"):
    """It cannot be done as it was asked. `code`: of the answer's problem; `problems`: as of `check`."""

    code: Literal["signals-broken", "signals-unsupported", "malformed", "simulation-failed"]
    said: Name
    problems: tuple[Any, ...] = ()


class Simulated(msgspec.Struct, frozen=True):
    """The answer to `simulate`: what was found (`results.SimulateResult`), and the whole set of plans that it is of."""

    result: msgspec.Raw
    plans: msgspec.Raw


Message = Progress | Answer | Refusal

encode: Final = msgspec.json.Encoder().encode
_work: Final[msgspec.json.Decoder[Work]] = msgspec.json.Decoder(Work)
message_of: Final[msgspec.json.Decoder[Message]] = msgspec.json.Decoder(Message)


def framed(body: bytes) -> bytes:
    assert len(body) <= BYTES_MAX, f"a message of {len(body)} bytes"
    return HEAD.pack(len(body)) + body


def read_work(stream: IO[bytes]) -> Work | None:
    """The next one; None once nobody asks any more."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (size,) = HEAD.unpack(head)
    body = stream.read(size)
    return _work.decode(body) if len(body) == size else None
