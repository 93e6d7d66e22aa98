"""The bill of materials (`scripts/sbom`) names what the lock files name, and is the same each time."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.test_function_table import ROOT

BILLS = ("turnout-python.cdx.json", "turnout-web.cdx.json")


def written(folder: Path) -> dict[str, bytes]:
    subprocess.run([ROOT / "scripts/sbom", folder], check=True, capture_output=True, timeout=120)
    return {name: (folder / name).read_bytes() for name in BILLS}


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return written(tmp_path_factory.mktemp("sbom"))


def named(bill: bytes) -> set[tuple[str, str]]:
    document: dict[str, Any] = json.loads(bill)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    return {(part["purl"].rpartition("@")[0], part["version"]) for part in document["components"]}


def test_the_same_lock_files_give_the_same_bytes(bills: dict[str, bytes], tmp_path: Path) -> None:
    assert written(tmp_path) == bills


def test_every_library_that_is_locked_is_in_the_bill_with_its_version(bills: dict[str, bytes]) -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    versions = {one["name"]: one["version"] for one in lock}
    own = next(one for one in lock if one["name"] == "turnout")
    wanted = {(f"pkg:pypi/{one['name']}", versions[one["name"]]) for one in own["dependencies"]}
    assert wanted - named(bills[BILLS[0]]) == set()
    console = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    used = {
        (f"pkg:npm/{path.rpartition('node_modules/')[2].replace('@', '%40')}", one["version"])
        for path, one in console.items()
        if path and not one.get("optional") and not one.get("devOptional")
    }
    assert used
    assert used - named(bills[BILLS[1]]) == set()
