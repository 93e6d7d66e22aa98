"""A machine without a network: the bundle installs by one command, and the installed program serves a running city."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ALONE = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--net", "--map-root-user"]
BARE = {"PATH": f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
"""The environment of a machine that knows nothing of this repository."""


def why_not_here() -> str:
    if not all(shutil.which(program, path=BARE["PATH"]) for program in ("unshare", "ip")):
        return "needs unshare and ip (packages util-linux, iproute2)"
    allowed = subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0
    return "" if allowed else "this machine allows no network namespace"


pytestmark = pytest.mark.skipif(bool(why_not_here()), reason=why_not_here() or "it can be done here")


@pytest.fixture
def bundle(release: Path, tmp_path: Path) -> Path:
    (packed,) = release.glob("*.tar")
    with tarfile.open(packed) as content:
        content.extractall(tmp_path, filter="data")
    return tmp_path / packed.name.split("-cp")[0]


def alone(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ALONE, *words], env=BARE, capture_output=True, text=True, timeout=300)


def test_without_a_network_one_command_installs_it_and_it_serves_a_running_city(bundle: Path, tmp_path: Path) -> None:
    installed = tmp_path / "opt"
    done = alone(bundle / "install", installed)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(bundle)
    script = Path(__file__).parent / "visit.py"
    visited = alone(installed / "bin/python", "-I", script, installed / "bin/turnout", tmp_path / "var")
    assert visited.returncode == 0, visited.stderr
    seen = json.loads(visited.stdout)
    assert seen["ways_out"] == []
    assert seen["scripts"]
    assert min(seen["scripts"]) > 100
    assert seen["incidents"] > 0
    assert seen["units"] > 200


def test_a_wheel_that_is_altered_or_missing_stops_the_installation_and_leaves_nothing(
    bundle: Path, tmp_path: Path
) -> None:
    (victim,) = bundle.glob("wheels/sniffio-*.whl")
    content = victim.read_bytes()
    victim.write_bytes(content + b"\0")
    done = alone(bundle / "install", tmp_path / "opt")
    assert (done.returncode != 0, "HASH" in done.stderr.upper()) == (True, True)
    victim.unlink()
    assert alone(bundle / "install", tmp_path / "opt").returncode != 0
    assert not (tmp_path / "opt").exists()


def test_it_installs_over_nothing_that_is_there_and_under_no_other_python(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "opt").mkdir()
    done = alone(bundle / "install", tmp_path / "opt")
    assert (done.returncode, "is there already" in done.stderr) == (2, True)
    (bundle / "python-version").write_text("3.9\n")
    done = alone(bundle / "install", tmp_path / "new")
    assert (done.returncode, "needs Python 3.9" in done.stderr) == (1, True)
    assert not (tmp_path / "new").exists()
