"""What a line of the program's log says, whoever reads it: on the operator's terminal or at a collector.

Nothing of what people typed is in it. Our own lines are texts of ours with numbers and names of parts in them. Of an
exception only its kind and its way through the program are said, for its own text may repeat what was typed
(`KeyError('Mrs Appleby')`); the text is said of faults, which are ours, and of disk, network and database, which never
saw it. Of a line that a library writes only its form is said, for the same reason.
"""

import logging
import re
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

import msgspec

from turnout.desk.faults import BugFound, EnrichmentFailed, Fault
from turnout.edge.trace import here
from turnout.words.trouble import BadInput

OURS: Final = "turnout"
CHARS_MAX: Final = 1_000
"""Of one text in a line: a sentence with an address in it, and not a document."""

FRAMES_MAX: Final = 30
"""Of an exception's way, the last ones."""

_IDENTITY: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/\d{1,4})?|[0-9a-f]{16,64}|(ring|place)/\S+")
"""Identities of commands that a machine made. Others may be anything that a program's writer took for one."""

_SAID: Final = (OSError, sqlite3.Error, Fault, BadInput, TimeoutError)
"""Exceptions whose text is ours or the machine's."""

_REPEATS: Final = (BugFound, EnrichmentFailed)
"""Faults whose text tells of another exception."""


class About(NamedTuple):
    """Which command is being answered. `number`: the lead agency's, of the incident that it names; else empty."""

    command_id: str
    number: str


about: Final[ContextVar[Callable[[], About] | None]] = ContextVar("turnout_about", default=None)
"""Set while a command is answered; asked only when something is said."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record. As JSON it is one line, with these names."""

    at_ns: int
    """UTC."""
    level: str
    """`info`, `warning`, `error`, `critical`."""
    logger: str
    text: str
    where: str
    """`desk/desk.py:364 _restart`."""
    error: str = ""
    """The exception's kind, and its text where it may be said."""
    way: tuple[str, ...] = ()
    """Through which places of the program the exception came, the last one last."""
    trace: str = ""
    span: str = ""
    command_id: str = ""
    incident: str = ""


def line_of(record: logging.LogRecord) -> Line:
    """To be called where the record was made: what it belongs to is read from there. Never raises."""
    trace, asked = here.get(), about.get()
    of = asked() if asked is not None else About("", "")
    command_id = str(getattr(record, "command_id", of.command_id))
    raised = record.exc_info[1] if record.exc_info else None
    return Line(
        at_ns=int(record.created * 1e9),
        level=record.levelname.lower(),
        logger=record.name,
        text=_text_of(record),
        where=_place(record.pathname, record.lineno, record.funcName),
        error=said_of(raised) if raised is not None else "",
        way=tuple(_way_of(raised)) if raised is not None else (),
        trace=trace.trace if trace is not None else "",
        span=trace.span if trace is not None else "",
        command_id=command_id if _IDENTITY.fullmatch(command_id) else "",
        incident=of.number,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name == OURS or record.name.startswith(f"{OURS}.")


def _text_of(record: logging.LogRecord) -> str:
    form = str(record.msg)
    if not _is_ours(record):
        return form.partition("\n")[0][:CHARS_MAX] if record.args else f"a line of {record.name}"
    args: Any = record.args
    if not args:
        return form[:CHARS_MAX]
    safe = {key: _safe(one) for key, one in args.items()} if isinstance(args, Mapping) else tuple(map(_safe, args))
    try:
        return form % safe
    except (TypeError, ValueError):
        return form


def _safe(value: object) -> object:
    if isinstance(value, BaseException):
        return said_of(value)
    return value if isinstance(value, int | float) else str(value)[:CHARS_MAX]


def said_of(raised: BaseException) -> str:
    """Its kind, and its text where that is ours or the machine's."""
    kind = type(raised).__name__
    if not isinstance(raised, _SAID) or isinstance(raised, _REPEATS):
        return kind
    text = (raised.strerror or "") if isinstance(raised, OSError) else str(raised)
    return f"{kind}: {text}"[:CHARS_MAX] if text else kind


def _way_of(raised: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(raised.__traceback__)[-FRAMES_MAX:]:
        yield _place(frame.filename, frame.lineno or 0, frame.name)


def _place(path: str, line: int, function: str | None) -> str:
    """From the package on: whose machine it is, and in which folder, is nobody's business."""
    parts = path.replace("\\", "/").split("/")
    for package in (OURS, "site-packages"):
        if package in parts:
            parts = parts[len(parts) - parts[::-1].index(package) :]
            break
    else:
        parts = parts[-1:]
    return f"{'/'.join(parts)}:{line} {function or ''}".rstrip()
