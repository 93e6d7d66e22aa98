"""What the detectors of a simulated controller show: a TOML file that a person or a test changes while it runs.

    occupied = ["D1", "X1"]
    broken = ["D2"]
    counted = { D1 = 12 }         # vehicles in the last period

There is no traffic behind a simulated controller; without this file nobody stands anywhere.
"""

import logging
import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec

from turnout.signals.model import Junction
from turnout.signals.simulated_controller import Counted, SimulatedController
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

FILE_BYTES_MAX: Final = 64 << 10
BROKEN: Final = "erratic"
CURE: Final = "occupied and broken are lists of detectors, counted a table of numbers"

Volume = Annotated[int, msgspec.Meta(ge=0, le=255)]


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    occupied: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    counted: dict[str, Volume] = {}


def read_shown(path: Path, junction: Junction) -> Shown:
    """Raises `Malformed`."""
    try:
        content = path.read_bytes()[: FILE_BYTES_MAX + 1]
        if len(content) > FILE_BYTES_MAX:
            raise Malformed(f"more than {FILE_BYTES_MAX >> 10} KiB", path.name, CURE)
        shown = msgspec.convert(tomllib.loads(content.decode()), Shown)
    except OSError as error:
        raise Malformed(error.strerror or str(error), str(path), "name a file that can be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Malformed(str(error), path.name, CURE) from error
    strange = sorted({*shown.occupied, *shown.broken, *shown.counted} - {each.id for each in junction.detectors})
    if strange:
        raise Malformed(f"{junction.id} has no detector {strange[0]}", path.name, "as in the file of plans")
    return shown


class DetectorsFile:
    """Looked at every second. What cannot be read is said once, and what was shown before stays."""

    def __init__(self, path: Path, controller: SimulatedController) -> None:
        """Raises `Malformed` for what is wrong at the start."""
        self._path, self._controller = path, controller
        self._mark: tuple[int, int] | None = None
        self._show(read_shown(path, controller.junction))

    def look(self) -> None:
        try:
            stat = self._path.stat()
            mark = stat.st_mtime_ns, stat.st_size
            if mark == self._mark:
                return
            self._mark = mark
            self._show(read_shown(self._path, self._controller.junction))
        except (OSError, Malformed) as trouble:
            log.warning("the detectors' file: %s", trouble)

    def _show(self, shown: Shown) -> None:
        names = {*shown.counted, *shown.broken, *shown.occupied}
        self._controller.present = frozenset(shown.occupied)
        self._controller.counted = {
            name: Counted(
                shown.counted.get(name, 0), float(name in shown.occupied), BROKEN if name in shown.broken else ""
            )
            for name in names
        }
