"""One release, made twice of the same commit: elsewhere, later, by somebody with other habits."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.release.releasing import ROOT, a_signer, commit


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed release; `signers` beside its folder says whose key is good."""
    folder = tmp_path_factory.mktemp("release")
    key = a_signer(folder)
    made(folder / "made", "--key", str(key))
    return folder / "made"


@pytest.fixture(scope="session")
def made_again(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    elsewhere = folder / "a much deeper" / "place"
    elsewhere.mkdir(parents=True)
    habits = {"TMPDIR": str(elsewhere), "TZ": "Asia/Shanghai", "LANG": "C", "PYTHONHASHSEED": "7"}
    made(folder / "made", habits=habits, umask=0o077)
    return folder / "made"


def made(folder: Path, *words: str, habits: dict[str, str] | None = None, umask: int = -1) -> None:
    command = [str(ROOT / "scripts/release"), str(folder), *words, commit()]
    done = subprocess.run(
        command, env=os.environ | (habits or {}), umask=umask, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
