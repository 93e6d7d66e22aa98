"""A setting as SUMO's programmes: the phases that were there, longer or shorter, so that lamps keep their colours."""

from collections import defaultdict
from typing import Final

from lxml import etree

from turnout.signals.area.frame import Durations, Frame
from turnout.signals.model import SECOND_MS
from turnout.signals.sumo_xml import Phase, Programme

CHANGING: Final = frozenset("yYu")
"""Amber, and red with amber: phases that show it stay as they are."""
AFTER_AMBER: Final = str.maketrans("yY", "rr")


def retimed(programme: Programme, frame: Frame, durations_ms: Durations, offset_s: int, name: str) -> Programme:
    """The programme that `frame` was made of, with these intervals. Its second 0 is the beginning of the first one.

    Raises `AssertionError` where an interval cannot be made so short: `Frame.fits` says so before.
    """
    pieces = _cut(programme, frame)
    for n, change_ms in enumerate((durations_ms - frame.durations_ms).tolist()):
        _change(pieces[n], change_ms)
    phases = tuple(
        Phase(piece.duration_ms, piece.duration_ms, piece.state, programme.line)
        for n in range(len(frame))
        for piece in pieces[n]
        if piece.duration_ms > 0
    )
    return Programme(programme.signal, name, offset_s * SECOND_MS, phases, programme.line)


class _Piece:
    """Of a phase, what lies in one interval."""

    def __init__(self, duration_ms: int, state: str) -> None:
        self.duration_ms, self.state = duration_ms, state

    @property
    def changes(self) -> bool:
        return not CHANGING.isdisjoint(self.state)


def _cut(programme: Programme, frame: Frame) -> dict[int, list[_Piece]]:
    """By interval: the phases in it, cut where an interval begins."""
    cycle, first = frame.plan.cycle_ms, frame.edges_ms[0]
    starts = [edge - first for edge in frame.edges_ms]
    found: dict[int, list[tuple[int, _Piece]]] = defaultdict(list)
    at = 0
    for phase in programme.phases:
        here, left = (at - first) % cycle, phase.duration_ms
        at += phase.duration_ms
        while left > 0:
            n = max(index for index, start in enumerate(starts) if start <= here)
            until = starts[n + 1] if n + 1 < len(starts) else cycle
            taken = min(left, until - here)
            found[n].append((here, _Piece(taken, phase.state)))
            here, left = (here + taken) % cycle, left - taken
    return {n: [piece for _, piece in sorted(pieces, key=lambda each: each[0])] for n, pieces in found.items()}


def _change(pieces: list[_Piece], change_ms: int) -> None:
    """Longer where the longest steady colours are, or by red after an amber that fills the interval; shorter there too:
    `Frame.fits` leaves every amber its time.
    """
    steady = [piece for piece in pieces if not piece.changes]
    if change_ms >= 0:
        if steady:
            max(steady, key=lambda piece: piece.duration_ms).duration_ms += change_ms
        else:
            pieces.append(_Piece(change_ms, pieces[-1].state.translate(AFTER_AMBER)))
        return
    for piece in sorted(pieces, key=lambda piece: (piece.changes, -piece.duration_ms)):
        taken = min(piece.duration_ms, -change_ms)
        piece.duration_ms -= taken
        change_ms += taken
    assert change_ms == 0, "shorter than nothing"


def written(programmes: list[Programme]) -> bytes:
    """An additional file for SUMO (`--additional-files`), whose programmes are in force from the beginning."""
    root = etree.Element("additional")
    for programme in programmes:
        head = {"id": programme.signal, "type": "static", "programID": programme.id}
        row = etree.SubElement(root, "tlLogic", head | {"offset": f"{programme.offset_ms / SECOND_MS:g}"})
        for phase in programme.phases:
            etree.SubElement(row, "phase", {"duration": f"{phase.duration_ms / SECOND_MS:g}", "state": phase.state})
    found: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return found
