"""`scripts/advisories` looks up every library of both lock files, and says no where one is known to be weak."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = {one["name"] for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]} - {"turnout"}


def asked(folder: Path, python_rc: int, web_rc: int) -> tuple[int, str]:
    """With programs in the place of pip-audit and npm that keep what they were asked."""
    for name, rc in (("uvx", python_rc), ("npm", web_rc)):
        stand_in = folder / name
        stand_in.write_text(f'#!/bin/sh\necho "$@" >"{folder}/{name}.asked"\n'
                            f'[ {name} = npm ] || cp "$5" "{folder}/python.txt"\nexit {rc}\n')  # fmt: skip
        stand_in.chmod(0o755)
    script = (ROOT / "scripts/advisories").read_text().replace("$PWD/.venv/bin", f"{folder}:$PWD/.venv/bin")
    done = subprocess.run(
        ["bash", "-c", script.replace('"$(dirname "$0")/.."', str(ROOT))], capture_output=True, text=True, check=False,
        env=os.environ | {"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize(("python_rc", "web_rc", "rc"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_a_known_weakness_of_either_lock_file_is_a_no(tmp_path: Path, python_rc: int, web_rc: int, rc: int) -> None:
    said, out = asked(tmp_path, python_rc, web_rc)
    assert said == rc, out
    assert "--require-hashes" in (tmp_path / "uvx.asked").read_text()
    assert (tmp_path / "npm.asked").read_text().split()[0] == "audit"


def test_every_locked_library_is_looked_up(tmp_path: Path) -> None:
    asked(tmp_path, 0, 0)
    listed = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (tmp_path / "python.txt").read_text(), re.MULTILINE))
    assert listed == LOCKED
