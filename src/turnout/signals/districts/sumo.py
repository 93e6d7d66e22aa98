"""SUMO as a program beside (decision 0233): found, run on files in a folder of its own, its figures read back.

Whatever it does, it ends: by itself, after `RUN_S`, or with the process group of whoever runs it. What it writes is
bounded by the limits that the worker sets for all it starts.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from turnout.signals.districts.sumo_program import HOME, Sumo
from turnout.words.name import Name

RUN_S: Final = 900.0
"""Of one run. A gridlock lasts until the scenario ends, not longer."""
FIGURES_BYTES_MAX: Final = 256 << 20
"""Of one file of figures: a day of a large city's trips is smaller."""
SAID: Final = "said.txt"
"""What SUMO says, in the folder of its run."""
ANSWERS_S: Final = 60.0
"""So long may the program take to say its version."""
VERSION: Final = re.compile(r"\d+[._]\d+[._]\d+\S*")
SAID_CHARS: Final = 500
"""Of what SUMO says where it fails."""


class SimulationFailed(Exception):
    """SUMO did not end well. `said`: in both languages, with its own words where it said some."""

    def __init__(self, said: Name) -> None:
        super().__init__(said.en)
        self.said = said


def run(sumo: Sumo, folder: Path, words: Sequence[str], run_s: float = RUN_S) -> None:
    """In that folder. Raises `SimulationFailed` with its words where it fails or does not end."""
    run_program([str(sumo.program), *words], folder, homed(sumo), run_s)


def homed(sumo: Sumo) -> dict[str, str]:
    """The environment with SUMO's home."""
    return dict(os.environ) | ({HOME: str(sumo.home)} if sumo.home is not None else {})


def run_program(words: Sequence[str], folder: Path, env: Mapping[str, str], run_s: float) -> None:
    """As `run`, of any program that has SUMO in it."""
    heard = folder / SAID
    with heard.open("wb") as said:
        try:
            done = subprocess.run(
                words,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                timeout=run_s,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise SimulationFailed(
                Name(f"SUMO was cut off after {run_s:g} s of one run", f"SUMO 单次运行超过 {run_s:g} 秒，已中止")
            ) from late
        except OSError as error:
            raise SimulationFailed(Name(f"SUMO cannot be run: {error}", f"无法运行 SUMO：{error}")) from error
    if done.returncode:
        last = _last_words(heard)
        raise SimulationFailed(
            Name(f"SUMO ended with {done.returncode}: {last}", f"SUMO 异常结束（{done.returncode}）：{last}")
        )


def version_of(sumo: Sumo) -> str:
    """As `1.28.0`, by its first line; empty where that says none. Raises `SimulationFailed`."""
    try:
        words = [str(sumo.program), "--version"]
        done = subprocess.run(words, env=homed(sumo), stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWERS_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SimulationFailed(Name(f"SUMO cannot be run: {error}", f"无法运行 SUMO：{error}")) from error
    return _number_in(next(iter(done.stdout[:SAID_CHARS].decode(errors="replace").splitlines()), ""))


def _number_in(said: str) -> str:
    """`v1_20_0+0123-abc`, as of a build between releases, is `1.20.0+0123-abc`."""
    found = VERSION.search(said)
    return found[0].replace("_", ".") if found else ""


def refuse_another(program: str, said: str) -> None:
    """Raises `SimulationFailed` where the library, by what it says, is of another version than the program."""
    library = _number_in(said)
    if not program or library != program:
        ours, theirs = program or "?", library or said or "?"
        raise SimulationFailed(
            Name(
                f"the program SUMO is of version {ours} and its library libsumo of {theirs}: before and after would "
                "differ by more than control; install both of one version",
                f"SUMO 程序版本为 {ours}，程序库 libsumo 版本为 {theirs}：前后对比的差异将不只是控制；请安装同一版本",
            )
        )


def _last_words(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - SAID_CHARS * 2, 0))
        said = file.read(SAID_CHARS * 2).decode(errors="replace")
    errors = [line for line in said.splitlines() if "rror" in line] or said.splitlines()
    return " ".join(errors[:3])[:SAID_CHARS] or "…"


def elements(path: Path, tag: str) -> Iterator[Any]:
    """Elements of that name of a file of figures, each emptied after use. Raises `SimulationFailed` for rubbish."""
    try:
        if path.stat().st_size > FIGURES_BYTES_MAX:
            raise _unreadable(path.name)
        safe: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        for _, element in etree.iterparse(path, events=("end",), tag=tag, **safe):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (OSError, etree.XMLSyntaxError) as trouble:
        raise _unreadable(path.name) from trouble


def number(element: Any, name: str) -> float:
    """Raises `SimulationFailed` where it is none."""
    try:
        value = float(element.get(name))
    except (TypeError, ValueError) as trouble:
        raise _unreadable(name) from trouble
    if value != value or abs(value) == float("inf"):
        raise _unreadable(name)
    return value


def _unreadable(what: str) -> SimulationFailed:
    return SimulationFailed(
        Name(f"SUMO wrote no figures that can be read ({what})", f"SUMO 未写出可读的结果（{what}）")
    )
