"""Compiled control shows the same lamps, its guard is as safe, and neither is run once a file of theirs has changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.signals.guard_tried import tried
from tests.signals.lamps_told import told
from turnout import signals
from turnout.signals import adaptive, simulated
from turnout.signals.simulated import compiled
from turnout.words.trouble import Unsupported

RUN = "import sys; sys.prefix = sys.argv.pop(1); from turnout.signals.simulated import compiled; compiled.main()"


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which control is compiled; once, as it takes long."""
    folder = tmp_path_factory.mktemp("environment")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "prefix", str(folder))
        former = compiled.place().with_name("former")
        former.mkdir(parents=True)
        assert compiled.make() == compiled.place()
        assert not former.exists()
    return folder


def said(prefix: Path, program: str) -> list[str]:
    """By the program itself, started for it; its environment is `prefix`."""
    words = [sys.executable, "-c", RUN, str(prefix), f"tests.signals.{program}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def test_compiled_control_shows_the_same_lamps(made: Path, tmp_path: Path) -> None:
    assert said(tmp_path, "lamps_told") == [told(), ".py", ".py"]
    assert said(made, "lamps_told") == [told(), ".so", ".so"]


def test_no_sequence_of_asks_gets_anything_unsafe_out_of_the_compiled_guard(made: Path) -> None:
    """Wholly, as of the guard that is written; it has the same states."""
    assert said(made, "guard_tried") == [*tried(), ".so"]


def test_a_process_that_runs_the_guard_as_it_is_written_goes_on_with_it(prefix: Path) -> None:
    """As a desk's does, whatever was compiled beside."""
    compiled.place().mkdir(parents=True)
    before = [list(package.__path__) for package in (signals, adaptive, simulated)]
    assert not compiled.use()
    assert [list(package.__path__) for package in (signals, adaptive, simulated)] == before


def test_what_has_changed_since_is_not_run_in_its_old_form(tmp_path: Path) -> None:
    signals = tmp_path / "signals"
    shutil.copytree(compiled.SIGNALS, signals)
    assert compiled.digest(signals) == compiled.digest()
    for name in ("guard.py", "guard_rules.py", "adaptive/observer.py", "simulated/run.py"):
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
