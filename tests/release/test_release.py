"""A release (`scripts/release`): the same bytes from the same commit, signed, whole, with its bills of materials."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.release.releasing import ROOT, a_signer, a_small_release, by_hand, listed, refused, signed


def one(release: Path, ending: str) -> Path:
    (path,) = release.glob(f"*{ending}")
    return path


def test_the_same_commit_gives_the_same_bytes(release: Path, made_again: Path) -> None:
    names = {path.name for path in release.iterdir()} - {"SHA256SUMS.sig"}
    assert {path.name for path in made_again.iterdir()} == names
    assert [name for name in sorted(names) if (release / name).read_bytes() != (made_again / name).read_bytes()] == []


def test_the_wheel_that_somebody_builds_of_the_source_is_the_one_released(release: Path, tmp_path: Path) -> None:
    with tarfile.open(one(release, ".tar.gz")) as source:
        source.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "built"],
        cwd=tree,
        env=os.environ | {"SOURCE_DATE_EPOCH": one(release, ".commit").read_text().split()[-1]},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert one(tmp_path / "built", ".whl").read_bytes() == one(release, ".whl").read_bytes()


def test_the_wheel_holds_the_program_with_its_console_and_nothing_that_is_for_tests(release: Path) -> None:
    names = zipfile.ZipFile(one(release, ".whl")).namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"turnout"}
    assert "turnout/adapters/http/built/index.html" in names
    assert [name for name in names if name.startswith("turnout/schema/journal/")]
    strange = ("/test", "conftest", "/.", "__pycache__", "node_modules")
    sources = (".pyc", ".svelte", ".ts", ".map")
    modules = [name for name in names if not name.startswith("turnout/city/folders/")]
    assert [name for name in modules if any(part in name for part in strange) or name.endswith(sources)] == []


@pytest.mark.parametrize("of", ["python", "web"])
def test_the_bills_of_materials_are_valid_and_say_of_which_release_they_are(release: Path, of: str) -> None:
    text = one(release, f"-{of}.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    about = json.loads(text)["metadata"]
    assert about["component"]["name"].startswith("turnout")
    assert about["component"]["version"] in one(release, ".whl").name


def test_a_bill_that_breaks_the_schema_is_noticed(release: Path) -> None:
    bill = json.loads(one(release, "-python.cdx.json").read_text())
    bill["components"][0]["type"] = "thing"
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(bill)) is not None


def test_every_wheel_of_the_bundle_is_in_the_bill_and_held_to_a_hash(release: Path) -> None:
    with tarfile.open(one(release, ".tar")) as bundle:
        names = [Path(name).name for name in bundle.getnames() if name.endswith(".whl")]
        (asked,) = [member for member in bundle.getmembers() if member.name.endswith("/requirements.txt")]
        text = bundle.extractfile(asked).read().decode()  # type: ignore[union-attr]
        assert {(member.uid, member.gid, member.uname) for member in bundle} == {(0, 0, "")}
        assert {member.mode for member in bundle} == {0o755, 0o644}
    wheels = {name.split("-")[0].replace("_", "-").lower(): name.split("-")[1] for name in names}
    bill = json.loads(one(release, "-python.cdx.json").read_text())["components"]
    billed = {(part["name"], part["version"]) for part in bill}
    assert {(name, version) for name, version in wheels.items() if name not in ("turnout", "pip")} - billed == set()
    wanted = [line.split("==")[0] for line in text.splitlines() if "==" in line and "win32" not in line]
    assert set(wanted) - set(wheels) == set()
    assert text.count("==") <= text.count("--hash=sha256:")


def test_a_release_as_it_was_made_is_accepted(release: Path) -> None:
    assert refused(release) == ""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_manuals_own_commands_accept_it_and_refuse_a_changed_byte(tmp_path: Path, language: str) -> None:
    release = a_small_release(tmp_path)
    (release / "turnout-signers").write_bytes((tmp_path / "signers").read_bytes())

    def accepted() -> bool:
        words = ["bash", "-euc", by_hand(language)]
        return subprocess.run(words, cwd=release, capture_output=True, timeout=60).returncode == 0

    assert accepted()
    changed(release / "turnout-9.tar.gz")
    assert not accepted()


def changed(path: Path, at: int = 17) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def every_change_of_a_release_is_refused(folder: Path) -> None:
    """Of each file a byte, of each its absence, one too many, another signer, another purpose, another list."""
    release = a_small_release(folder)
    whole = {path.name: path.read_bytes() for path in release.iterdir()}
    assert refused(release) == ""
    for name, content in whole.items():
        for at in (0, len(content) // 2, len(content) - 1) if name != "SHA256SUMS.sig" else (len(content) // 2,):
            changed(release / name, at)
            assert refused(release), f"{name}, byte {at}"
            (release / name).write_bytes(content)
        (release / name).unlink()
        assert refused(release), f"{name} is missing"
        (release / name).write_bytes(content)
    for beside in ("turnout-9-cp311-linux_x86_64.tar", ".hidden"):
        (release / beside).write_bytes(b"put there by somebody")
        assert beside in refused(release)
        (release / beside).unlink()
    assert refused(release) == ""
    changed(release / "turnout-9.commit")
    listed(release)
    assert refused(release), "a list that nobody signed"
    (folder / "other").mkdir()
    signed(release, a_signer(folder / "other"))
    assert refused(release), "signed by somebody else"
    signed(release, folder / "key", namespace="file")
    assert refused(release), "signed by the key for another purpose"
    signed(release, folder / "key")
    assert refused(release) == ""


def test_every_change_of_a_release_is_refused(tmp_path: Path) -> None:
    every_change_of_a_release_is_refused(tmp_path)


def made(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts/release", *words], capture_output=True, text=True, timeout=60)


def test_a_key_in_the_repository_signs_nothing(tmp_path: Path) -> None:
    done = made(str(tmp_path / "made"), "--key", str(ROOT / "docs/key"))
    assert (done.returncode, "not kept in the repository" in done.stderr) == (2, True)


def test_no_release_is_put_beside_something_else(tmp_path: Path) -> None:
    (tmp_path / "older").touch()
    assert made(str(tmp_path)).returncode == 2


def test_what_is_no_commit_is_no_release(tmp_path: Path) -> None:
    done = made(str(tmp_path / "made"), "no-such-commit")
    assert (done.returncode, (tmp_path / "made").exists()) == (2, False)


def test_no_private_key_is_in_the_repository() -> None:
    mark = "-----BEGIN [A-Z ]*PRIVATE" + " KEY-----"
    found = subprocess.run(["git", "grep", "-lE", "-e", mark], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout == ""
