"""Where SUMO is on this machine: a program beside (decision 0233), which a city may not have."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from turnout.words.name import Name
from turnout.words.trouble import Unsupported

HOME: Final = "SUMO_HOME"
MISSING: Final = Name(
    "SUMO is not installed on this server: install turnout[signals] (package eclipse-sumo), or set SUMO_HOME",
    "本服务器未安装 SUMO：请安装 turnout[signals]（eclipse-sumo 包），或设置 SUMO_HOME",
)
LIBRARY: Final = "libsumo"
NO_LIBRARY: Final = Name(
    "SUMO's library is not installed on this server: install turnout[signals] (package libsumo), or set SUMO_HOME",
    "本服务器未安装 SUMO 的程序库：请安装 turnout[signals]（libsumo 包），或设置 SUMO_HOME",
)


class Sumo(NamedTuple):
    program: Path
    home: Path | None


def find_sumo() -> Sumo | None:
    """`SUMO_HOME` is asked first, then the package `eclipse-sumo`, then the path of programs."""
    named = os.environ.get(HOME, "")
    homes = [Path(named)] if named else [Path(folder) / "sumo" for folder in sys.path if folder]
    for home in homes:
        program = home / "bin" / "sumo"
        if program.is_file() and os.access(program, os.X_OK):
            return Sumo(program, home)
    found = shutil.which("sumo") if not named else None
    return Sumo(Path(found), None) if found is not None else None


def get_sumo() -> Sumo:
    """Raises `Unsupported` with what to install."""
    found = find_sumo()
    if found is None:
        raise Unsupported(MISSING)
    return found


def find_library() -> Path | None:
    """The folder from which Python imports `libsumo`: beside `SUMO_HOME` or in its `tools`, else among its own.

    None where it is not there. It is not imported: a crash of it ends the process that has it.
    """
    named = os.environ.get(HOME, "")
    places = [Path(named).parent, Path(named) / "tools"] if named else []
    places += [Path(folder) for folder in sys.path if folder]
    return next((place for place in places if (place / LIBRARY / "__init__.py").is_file()), None)


def get_library() -> Path:
    """Raises `Unsupported` with what to install."""
    found = find_library()
    if found is None:
        raise Unsupported(NO_LIBRARY)
    return found
