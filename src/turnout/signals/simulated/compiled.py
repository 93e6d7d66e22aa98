"""Adaptive control of a simulation as machine code, made by mypyc of the same files (decisions 0276, 0277).

    turnout signals compile                                     (makes it: needs `turnout[signals]` and a C compiler)
    python -m turnout.signals.simulated.compiled MODULE …        (runs a module with it)

The guard is compiled with it for simulations alone: no desk uses any of it. It lies in the environment that it was
made in, under the digest of all that it was made of, so that what has changed since is never run in an old form.
mypyc forgets the words of a `Struct` (`frozen`, `cache_hash`): one whose hash is needed lies in a file not compiled.
"""

import hashlib
import os
import platform
import runpy
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from turnout import signals
from turnout.signals import adaptive, simulated
from turnout.words.trouble import Unsupported

MODULES: Final = (
    "adaptive/control",
    "adaptive/faults",
    "adaptive/observer",
    "adaptive/priority",
    "adaptive/supervisor",
    "guard",
    "simulated/lamps",
    "simulated/run",
)
SIGNALS: Final = Path(__file__).parent.parent
MAKE_S: Final = 900
"""On a slow machine; 15 s on two cores."""
SAID_CHARS: Final = 500


def digest(signals: Path = SIGNALS) -> str:
    """Of all that adaptive control is made of, and of the Python that it is made for."""
    found = hashlib.sha256(f"{sys.implementation.cache_tag} {platform.machine()} {sys.platform}".encode())
    for path in sorted([*signals.glob("*.py"), *signals.glob("adaptive/*.py"), *signals.glob("simulated/*.py")]):
        found.update(f"{path.relative_to(signals)} ".encode() + path.read_bytes())
    return found.hexdigest()[:20]


def place(signals: Path = SIGNALS) -> Path:
    """Where it lies, if it was made."""
    return Path(sys.prefix) / "share" / "turnout" / "compiled" / digest(signals)


def use() -> bool:
    """Whether control runs compiled from now on. To be asked before any of `MODULES` is imported."""
    here = place()
    if not here.is_dir() or any(_name(module) in sys.modules for module in MODULES):
        return str(here) in sys.path
    sys.path.append(str(here))
    for package in (signals, adaptive, simulated):
        package.__path__.insert(0, str(here.joinpath(*package.__name__.split("."))))
    return True


def make() -> Path:
    """Compile, and take away what was made of former files. Raises `Unsupported` where a tool is missing or fails."""
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        raise Unsupported("mypyc is not installed", "mypyc", "uv sync --extra signals")
    here = place()
    if here.is_dir():
        return here
    here.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=here.parent) as folder:
        shutil.copytree(SIGNALS.parent, Path(folder) / "turnout", ignore=_all_but_python)
        here = place(Path(folder) / "turnout" / "signals")
        _compile(Path(folder))
        made = Path(folder) / "made"
        for path in [path for path in Path(folder).rglob("*.so") if "build" not in path.parts]:
            to = made / path.relative_to(folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            path.rename(to)
        for other in here.parent.iterdir():
            if other != Path(folder):
                shutil.rmtree(other)
        made.rename(here)
    return here


def _compile(folder: Path) -> None:
    files = [f"turnout/signals/{module}.py" for module in MODULES]
    words = [sys.executable, "-m", "mypyc", "--follow-imports=silent", "--ignore-missing-imports", *files]
    env = os.environ | {"MYPYC_OPT_LEVEL": "3"}
    try:
        done = subprocess.run(words, cwd=folder, env=env, capture_output=True, timeout=MAKE_S, check=False)
    except subprocess.TimeoutExpired as late:
        raise Unsupported(f"mypyc did not end within {MAKE_S} s", "mypyc", "compile on an idle machine") from late
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-SAID_CHARS:]
        raise Unsupported(f"mypyc failed: {said}", "mypyc", "install a C compiler and Python's headers")


def _all_but_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


def _name(module: str) -> str:
    return "turnout.signals." + module.replace("/", ".")


def main() -> None:
    """Run a module as `python -m` does, with compiled control."""
    if not use() and sys.stderr.isatty():
        print("not compiled for these files: turnout signals compile", file=sys.stderr)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
