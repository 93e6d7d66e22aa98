"""What the engineer's screen asks of a district, as messages to a worker process and its answers.

A message is a head as JSON and two bodies, with the length of each before it, so that a worker that dies in the middle
of one is noticed. Bodies are nobody's to decode on the way: what is asked is decoded where it is worked on, and an
answer goes on to the screen as it is. The desk's process decodes heads.
"""

import struct
from typing import IO, Any, Final, Literal

import msgspec

from turnout.words.name import Name

Kind = Literal[
    "card",
    "district",
    "state",
    "check",
    "periods",
    "arterials",
    "bands",
    "plans-file",
    "job",
    "figures",
    "simulate",
    "adapt",
    "area",
    "hours",
    "quality",
]
BYTES_MAX: Final = 64 << 20
"""Of one head or body. A district of a thousand junctions with its streets is a tenth of it."""
SIZES: Final = struct.Struct(">III")


class Work(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`folder`: of the district. Bodies: `ask` by its kind, and `plans` in force where a person has released some."""

    kind: Kind
    folder: str = ""
    ask: bytes = b""
    plans: bytes = b""
    released: str = ""
    lost: bool = False
    """Plans were released and their body is not found: the files' are shown, and that is said."""


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    part: float
    said: Name


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer", omit_defaults=True):
    """Bodies. `beside`: of `simulate`, the whole set of plans that was run; of `figures`, what is still to be run."""

    body: bytes = b""
    beside: bytes = b""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refusal"):
    """It cannot be done as it was asked. `code`: of the answer's problem; `problems`: as of `check`."""

    code: Literal["signals-broken", "signals-unsupported", "malformed", "simulation-failed"]
    said: Name
    problems: tuple[Any, ...] = ()


Message = Progress | Answer | Refusal

encode: Final = msgspec.json.Encoder().encode
work_of: Final[msgspec.json.Decoder[Work]] = msgspec.json.Decoder(Work)
message_of: Final[msgspec.json.Decoder[Message]] = msgspec.json.Decoder(Message)


def pieces(message: Work | Message) -> list[bytes]:
    """As it is written, one after another."""
    head, bodies = message, (b"", b"")
    if isinstance(message, Work):
        head, bodies = msgspec.structs.replace(message, ask=b"", plans=b""), (message.ask, message.plans)
    elif isinstance(message, Answer):
        head, bodies = Answer(), (message.body, message.beside)
    parts = [encode(head), *bodies]
    assert all(len(part) <= BYTES_MAX for part in parts), f"a message of {list(map(len, parts))} bytes"
    return [SIZES.pack(*map(len, parts)), *parts]


def message_from(head: bytes, first: bytes, second: bytes) -> Message:
    """Raises `msgspec.DecodeError`."""
    message = message_of.decode(head)
    return Answer(body=first, beside=second) if isinstance(message, Answer) else message


def read_work(stream: IO[bytes]) -> Work | None:
    """The next one; None once nobody asks any more."""
    head = stream.read(SIZES.size)
    if len(head) < SIZES.size:
        return None
    sizes = SIZES.unpack(head)
    parts = [stream.read(size) for size in sizes]
    if tuple(map(len, parts)) != sizes:
        return None
    return msgspec.structs.replace(work_of.decode(parts[0]), ask=parts[1], plans=parts[2])
