"""The log on the operator's terminal: warnings and errors, as text or as one line of JSON for each (`--log-format`).

A thread writes, from a bounded queue: nobody waits for a terminal, pipe or log daemon that does not read.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from turnout.edge.log_lines import Line, line_of
from turnout.edge.sending import Sending

log = logging.getLogger(__name__)

FORMATS: Final = ("text", "json")

WAITING_MAX: Final = 4_096
"""Lines; there are a handful in an hour."""

AT_ONCE: Final = 256
WRITE_EVERY_S: Final = 0.05
CLOSE_S: Final = 2.0


class _Handler(logging.Handler):
    def __init__(self, note: Callable[[Line], None]) -> None:
        super().__init__()
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._note(line_of(record))
        except Exception:  # noqa: BLE001 - whatever cannot be said ends nobody's work
            self._note(Line(at_ns=0, level="error", logger=record.name, text="a line could not be said", where=""))


def _say_of_a_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        log.critical("a bug ended a thread", exc_info=ended.exc_value)


def _say_of_nobodys(met: "sys.UnraisableHookArgs") -> None:
    if met.exc_value is not None:
        log.error("a bug where nobody could be told", exc_info=met.exc_value)


@contextmanager
def logged(form: str = "text", to: TextIO | None = None) -> Iterator[None]:
    """Everything that is logged goes to `to` (standard error), for as long as this lasts."""
    stream, written = to or sys.stderr, {"text": as_text, "json": as_json}[form]

    def write(lines: Sequence[Line]) -> bool:
        stream.write("".join(f"{written(line)}\n" for line in lines))
        stream.flush()
        return True

    sending = Sending("log", write, most=WAITING_MAX, at_once=AT_ONCE, every_s=WRITE_EVERY_S, tells=False)
    handler, root = _Handler(sending.note), logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(True)
    hooks = threading.excepthook, sys.unraisablehook
    # Python's own would write the exception's text. Others, of a test, stay.
    if hooks == (threading.__excepthook__, sys.__unraisablehook__):
        threading.excepthook, sys.unraisablehook = _say_of_a_thread, _say_of_nobodys
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        root.removeHandler(handler)
        sending.close(CLOSE_S)


def _when(line: Line) -> str:
    return datetime.fromtimestamp(line.at_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_text(line: Line) -> str:
    """For a person: the exception's way on lines of its own."""
    named = (("incident", line.incident), ("command", line.command_id), ("trace", line.trace))
    told = " ".join(f"{name}={value}" for name, value in named if value)
    first = f"{_when(line)} {line.level.upper()} {line.logger}: {line.text}" + (f" [{told}]" if told else "")
    below = (*line.way, line.error) if line.error else line.way
    return "\n".join((_on_one_line(first), *(f"    {_on_one_line(said)}" for said in below)))


def _on_one_line(text: str) -> str:
    """So that no text looks like a line of its own, or moves a terminal's cursor."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def as_json(line: Line) -> str:
    """For a program: one object on one line, `at` in UTC (RFC 3339), empty fields left out."""
    fields = msgspec.to_builtins(line)
    del fields["at_ns"]
    return msgspec.json.encode({"at": _when(line), **fields}).decode()
