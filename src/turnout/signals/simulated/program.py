"""Adaptive control in SUMO as a program of its own: whatever `libsumo` does ends this program and nothing else.

`python -m turnout.signals.simulated.program asked.json found.json FOLDER`, where the scenario's files lie; `libsumo` is
imported from FOLDER. SUMO's own figures lie in the files that its words name. What is found of junctions are modes,
faults and doubtful tracks, and no vehicle.
"""

import sys
import traceback
from pathlib import Path
from typing import Final

import msgspec

from turnout.signals.adaptive.control import AdaptiveControl, Mode
from turnout.signals.adaptive.faults import DetectorFault, FaultKind
from turnout.signals.adaptive.layout import Layout
from turnout.signals.short_street import ShortStreet, StreetLock
from turnout.signals.simulated.broken import FROM_S, broken
from turnout.signals.simulated.run import SECOND_MS, run
from turnout.signals.simulated.run import library as run_library
from turnout.signals.simulated.sumo_layout import Loop
from turnout.signals.single_track import Interlocking, SingleTrack, TrackDoubt

MODULE: Final = "turnout.signals.simulated.program"


class ControlledRun(msgspec.Struct, frozen=True, kw_only=True):
    """`words`: for SUMO, without the program's name. `plans`: by junction, the one that it falls back to."""

    words: tuple[str, ...]
    begin_s: float
    end_s: float
    layouts: tuple[Layout, ...]
    loops: tuple[Loop, ...]
    plans: dict[str, str]
    tracks: tuple[SingleTrack, ...] = ()
    streets: tuple[ShortStreet, ...] = ()
    fault: FaultKind | None = None
    """From `broken.FROM_S` on, one detector of every junction."""


class AtEnd(msgspec.Struct, frozen=True):
    """A junction when the run was over: what decided, which detectors were not believed, which tracks are doubtful."""

    junction: str
    mode: Mode
    faults: tuple[DetectorFault, ...]
    doubts: tuple[TrackDoubt, ...]


class Found(msgspec.Struct, frozen=True):
    steps: int
    junctions: tuple[AtEnd, ...]
    version: str
    """Of `libsumo`, in its words."""


def controlled(asked: ControlledRun) -> Found:
    """Raises `Unsupported` without `libsumo`, and whatever that raises."""
    begin_ms = round(asked.begin_s * SECOND_MS)
    tracks = [Interlocking(track, begin_ms) for track in asked.tracks]
    streets = [StreetLock(street, begin_ms) for street in asked.streets]
    controls = {
        layout.junction.id: AdaptiveControl(
            layout, begin_ms, plan=asked.plans[layout.junction.id], tracks=tracks, streets=streets
        )
        for layout in asked.layouts
    }
    from_ms = begin_ms + round(FROM_S * SECOND_MS)
    fault = broken(asked.layouts, asked.fault, from_ms) if asked.fault is not None else None
    ran = run(
        asked.words, controls, asked.layouts, asked.loops, asked.end_s, fault=fault, tracks=tracks, streets=streets
    )
    ends = tuple(AtEnd(name, each.mode, each.faults, each.doubts) for name, each in controls.items())
    return Found(ran.steps, ends, run_library().getVersion()[1])


def main(asked: Path, found: Path, library: Path) -> int:
    try:
        import_from(library)
        done = controlled(msgspec.json.decode(asked.read_bytes(), type=ControlledRun))
    except Exception as trouble:  # noqa: BLE001 - the edge of this process: what went wrong is its last words
        traceback.print_exc()
        print(f"Error: {trouble}", file=sys.stderr)
        return 1
    found.write_bytes(msgspec.json.encode(done))
    return 0


def import_from(library: Path) -> None:
    """What else lies there takes the place of nothing of ours: for all but `libsumo` and its own it comes last."""
    sys.path.insert(0, str(library))
    try:
        run_library()
    finally:
        sys.path.remove(str(library))
        sys.path.append(str(library))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
