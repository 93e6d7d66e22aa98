"""A data folder belongs to one running program."""

import subprocess
import sys
from pathlib import Path

import pytest

from turnout.adapters.storage.folder_lock import folder_lock
from turnout.words.trouble import NotOurs


def test_a_second_program_on_the_folder_is_refused_and_told_which(tmp_path: Path) -> None:
    with folder_lock(tmp_path), pytest.raises(NotOurs, match=str(tmp_path)), folder_lock(tmp_path):
        pass


def test_the_folder_is_free_again_when_its_program_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from turnout.adapters.storage.folder_lock import folder_lock\n"
        "with folder_lock(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert died.returncode == -9
    with folder_lock(tmp_path):
        pass
