"""Planted bugs of what the program says of itself: to its log, to a collector, to whoever scrapes."""

import io
import logging
import threading
from pathlib import Path

from tests.planted.plant import Patch, Plant
from turnout import logs
from turnout.edge import log_lines
from turnout.edge.sending import Sending


def exceptions_in_full(patch: Patch) -> None:
    patch.setattr(log_lines, "said_of", repr)


def a_log_holds_nothing_typed(folder: Path) -> None:
    text = io.StringIO()
    with logs.logged("json", text):
        try:
            raise KeyError("mrs-appleby")
        except KeyError:
            logging.getLogger("turnout.test").exception("broken")
    assert "KeyError" in text.getvalue()
    assert "mrs-appleby" not in text.getvalue()


class Waited(Exception):
    """Somebody stood and waited."""


def waits_for_room(patch: Patch) -> None:
    """Who says something waits until the taker has made room."""

    def note(sending: Sending[int], one: int) -> None:
        if len(sending) >= sending.most:
            raise Waited
        sending._waiting.append(one)

    patch.setattr(Sending, "note", note)


def nobody_waits_for_a_taker(folder: Path) -> None:
    go = threading.Event()
    sending: Sending[int] = Sending("test", lambda _: go.wait(20), most=5, at_once=1, every_s=0.001)
    for n in range(20):
        sending.note(n)
    assert sending.dropped >= 14
    go.set()
    sending.close()


def lost_in_silence(patch: Patch) -> None:
    patch.setattr(Sending, "note", lambda sending, one: sending._waiting.append(one))


TELLING_PLANTS: dict[str, Plant] = {
    "an exception's own text in the log": Plant(exceptions_in_full, a_log_holds_nothing_typed),
    "a line for the log that waits for the collector": Plant(waits_for_room, nobody_waits_for_a_taker),
    "a line for the collector lost in silence": Plant(lost_in_silence, nobody_waits_for_a_taker),
}
