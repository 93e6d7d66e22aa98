"""`turnout signals from-osm`: a map in, a file that a person completes out."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.signals.osm.maps import LAMP, Map, a_crossing
from turnout.main import main
from turnout.roads.ways import turn_rule
from turnout.signals.osm import command
from turnout.signals.osm.said import LEFT
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans


def a_street(folder: Path) -> Path:
    """Three crossings 200 m apart on Main Street."""
    drawn = Map()
    middles = [drawn.node(200 * nth, 0, **LAMP) for nth in range(3)]
    drawn.way(drawn.node(-100, 0), *middles, drawn.node(500, 0), name="Main Street", lanes="2")
    for nth, middle in enumerate(middles):
        drawn.way(drawn.node(200 * nth, 90), middle, drawn.node(200 * nth, -90), name=f"Street {nth}")
    path = folder / "street.osm"
    path.write_text(drawn.text(), "utf-8")
    return path


def run(path: Path, to: Path, *more: str, language: str = "en") -> int:
    return main(["signals", "from-osm", str(path), "--to", str(to), "--language", language, *more])


def test_a_street_becomes_a_file_with_its_arterial_that_the_check_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "signals.toml"
    assert run(a_street(tmp_path), to, "--country", "de") == 0
    said = capsys.readouterr().out
    assert "3 junctions, 12 signal groups, 1 streets through at least three" in said
    assert "street.osm junction n1 north, south: warning: the map does not say how many lanes" in said
    text = to.read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL 1.0" in text
    assert "intergreens by RiLSA 2015" in text
    before_first = text[: text.index("[[junction]]")]
    assert "# [lanes-unknown] north, south: the map does not say how many lanes" in before_first
    signals = read_plans(to.read_bytes(), to.name)
    assert [stop.to_next_m for stop in signals.arterials[0].stops] == pytest.approx([200, 200, 0], abs=0.5)
    assert main(["signals", "check", str(to), "--language", "en"]) == 0


def test_what_to_look_at_is_said_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(a_street(tmp_path), tmp_path / "out.toml", language="zh-CN") == 0
    said = capsys.readouterr().out
    assert "street.osm：警告：未指定国家：按右侧通行处理" in said
    assert "3 个路口、12 个信号组、1 条贯穿至少三个路口的道路" in said
    assert "# [lanes-unknown] north, south: 地图未标车道数" in (tmp_path / "out.toml").read_text("utf-8")


def test_a_file_that_somebody_completed_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "signals.toml"
    to.write_text("mine", "utf-8")
    assert run(a_street(tmp_path), to) == 1
    assert "there is a file already" in capsys.readouterr().err
    assert to.read_text("utf-8") == "mine"


@pytest.mark.parametrize("country", ["GERMANY", "D", "1x", "德国"])
def test_a_country_that_is_none_is_refused(tmp_path: Path, country: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(a_street(tmp_path), tmp_path / "out.toml", "--country", country) == 1
    assert "two letters of ISO 3166" in capsys.readouterr().err


def test_more_junctions_than_a_file_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "JUNCTIONS_MAX", 2)
    assert run(a_street(tmp_path), tmp_path / "out.toml") == 1
    assert "3 junctions, more than 2" in capsys.readouterr().err


def many_streets(folder: Path, streets: int) -> Path:
    """So many streets of three junctions, one of them of four."""
    drawn = Map()
    for nth in range(streets):
        north = 400 * nth
        middles = [drawn.node(200 * each, north, **LAMP) for each in range(4 if nth == streets - 1 else 3)]
        drawn.way(drawn.node(-100, north), *middles, drawn.node(900, north), name=f"Street {nth}", lanes="2")
        for each, middle in enumerate(middles):
            drawn.way(drawn.node(200 * each, north + 90), middle, highway="residential")
    path = folder / "many.osm"
    path.write_text(drawn.text(), "utf-8")
    return path


def test_of_more_streets_than_a_file_holds_the_longest_are_kept_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out.toml"
    assert run(many_streets(tmp_path, 503), to, "--country", "DE") == 0
    assert "more streets than one file holds: the shortest 3 are left out" in capsys.readouterr().out
    signals = read_plans(to.read_bytes(), to.name)
    assert len(signals.arterials) == 500
    assert signals.arterials[0].id == "Street 502", "the longest"


def test_a_file_that_would_be_refused_is_not_written_and_the_reason_is_told_in_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out.toml"

    def with_nonsense(*asked: Any) -> bytes:
        return write_plans(*asked).replace(b"[[junction]]", b"[[junction]]\nnonsense = 1", 1)

    monkeypatch.setattr(command, "write_plans", with_nonsense)
    assert run(a_street(tmp_path), to, "--country", "DE", language="zh-CN") == 1
    said = capsys.readouterr().err
    assert "错误" in said
    assert "wrong-value" in said
    assert not to.exists()


def test_what_was_left_out_is_said_in_chinese_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "map.osm"
    path.write_text(a_crossing()[0].text().replace("<nd ", '<nd ref="999"/><nd ', 1), "utf-8")
    assert run(path, tmp_path / "out.toml", "--country", "DE", language="zh-CN") == 0
    assert "有内容未能采用：文件中缺失的节点 1 处" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tags",
    [
        {"restriction:conditional": "no_left_turn @ (07:00-09:00)"},
        {"restriction:bus": "no_left_turn"},
        {"restriction": "no_left_turn", "except": "emergency"},
        {"restriction": "give_way"},
    ],
)
def test_every_reason_why_a_restriction_is_not_taken_has_its_chinese(tags: dict[str, str]) -> None:
    assert f"turn restrictions: {turn_rule(tags)}" in LEFT


def test_a_map_of_which_nothing_could_be_taken_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = Map()
    star = drawn.node(0, 0, **LAMP)
    for nth in range(40):
        drawn.way(star, drawn.node(100 * (nth - 20) / 20, 60 + nth))
    (tmp_path / "star.osm").write_text(drawn.text(), "utf-8")
    assert run(tmp_path / "star.osm", tmp_path / "out.toml") == 1
    said = capsys.readouterr().err
    assert "so many arms no junction has" in said
    assert "no traffic signals in it that could be taken" in said


def test_without_the_extra_that_reads_maps_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = importlib.import_module

    def without_osmium(name: str, package: str | None = None) -> ModuleType:
        if name == "turnout.signals.osm.reading":
            raise ModuleNotFoundError("No module named 'osmium'", name="osmium")
        return honest(name, package)

    monkeypatch.setattr(importlib, "import_module", without_osmium)
    path = tmp_path / "map.osm"
    path.write_text(a_crossing()[0].text(), "utf-8")
    assert run(path, tmp_path / "out.toml") == 1
    assert "uv pip install 'turnout[build]'" in capsys.readouterr().err
