"""The frames of `/socket`, JSON text. What we do not know, in a type or a field, is passed over: older and newer pages
than this server are both out there.
"""

from typing import Any, Final, Literal

import msgspec

from turnout.core.limits import Code, Id, Line
from turnout.edge.answers import Answer, Declined, answer_body
from turnout.edge.edge import Focus

MESSAGE_CHARS_MAX: Final = 300_000
"""A command may have 256 KiB over HTTP too; the frame around it is small."""


class Incoming(msgspec.Struct):
    """Only what kind of message it is, and its number, so that an unreadable one can still be answered."""

    type: str = ""
    id: str = ""


class Hello(msgspec.Struct):
    protocol: int
    resume_after: int | None = None
    mark: str = ""
    """What came with that sequence."""
    language: str = "en"
    board: bool = True
    places: bool = True
    token: str = ""


class CommandFrame(msgspec.Struct):
    """Limited as over HTTP: what stands in the journal beside every command must not be endless."""

    id: Id
    command: msgspec.Raw
    purpose: Line = ""
    position: Code = ""


class LineFrame(msgspec.Struct):
    id: Code
    text: str
    cursor: int | None = None
    focus: Focus = Focus()
    run: bool = False


class PingFrame(msgspec.Struct):
    at: float = 0


CloseCode = Literal[1001, 1013, 4401, 4403, 4423, 4426, 4400, 4408]
"""1001 going away, 1013 try again later; ours: 4401 not signed on, 4403 not from here, 4423 locked, 4426 page too
old, 4400 no hello, 4408 too slow."""

_encoder = msgspec.json.Encoder()


def encoded(message: dict[str, Any]) -> str:
    return _encoder.encode(message).decode()


def answer_frame(command_id: str, answer: Answer) -> str:
    """`{"type":"answer",…}` for a command."""
    return encoded({"type": "answer", "id": command_id, **answer_body(answer)})


def refused_frame(declined: Declined) -> str:
    """`{"type":"refused",…}`: about the connection or an unreadable message, not about a command."""
    fields = {"code": declined.code, **declined.fields}
    return encoded({"type": "refused", "refusal": fields, "text": declined.text})
