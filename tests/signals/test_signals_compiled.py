"""Compiled control shows the same lamps, and is never run once a file that it was made of has changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.signals.lamps_told import told
from turnout.signals.simulated import compiled
from turnout.words.trouble import Unsupported

RUN = "import sys; sys.prefix = sys.argv.pop(1); from turnout.signals.simulated import compiled; compiled.main()"


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def said(prefix: Path) -> list[str]:
    """By the program itself, started for it; its environment is `prefix`."""
    words = [sys.executable, "-c", RUN, str(prefix), "tests.signals.lamps_told"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.skipif(shutil.which("cc") is None, reason="a C compiler is needed")
def test_compiled_control_shows_the_same_lamps(prefix: Path) -> None:
    former = compiled.place().with_name("former")
    former.mkdir(parents=True)
    assert said(prefix) == [told(), ".py"]
    made = compiled.make()
    assert made == compiled.place()
    assert not former.exists()
    assert said(prefix) == [told(), ".so"]


def test_what_has_changed_since_is_not_run_in_its_old_form(tmp_path: Path) -> None:
    signals = tmp_path / "signals"
    shutil.copytree(compiled.SIGNALS, signals)
    assert compiled.digest(signals) == compiled.digest()
    for name in ("guard.py", "adaptive/observer.py", "simulated/run.py"):
        before = compiled.digest(signals)
        (signals / name).write_bytes((signals / name).read_bytes() + b"\n")
        assert compiled.digest(signals) != before


def test_who_has_no_compiler_is_told_and_nothing_is_left(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/bin/false")
    with pytest.raises(Unsupported, match="mypyc failed"):
        compiled.make()
    assert list(compiled.place().parent.iterdir()) == []
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    with pytest.raises(Unsupported, match="not installed"):
        compiled.make()
