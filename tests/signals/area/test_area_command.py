"""`turnout signals area` as an engineer gives it."""

import csv
from pathlib import Path

import pytest

from tests.signals.area.areas import NETWORKS
from turnout.main import main

NET, PLANS, ROUTES = (str(NETWORKS / f"pasubio{end}") for end in (".net.xml.gz", "_tls.add.xml", ".rou.xml.gz"))


def test_a_district_is_coordinated_from_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["signals", "area", NET, "--plans", PLANS, "--routes", ROUTES, "--cycles", "100", "--to", str(tmp_path)]
    assert main([*asked, "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "8 junctions, cycle 100 s" in said
    assert "junction 219 utopia: warning: plan 'utopia' breaks an intergreen" in said
    assert "simulate it before it is proposed" in said
    rows = list(csv.DictReader((tmp_path / "area.csv").open(encoding="utf-8")))
    assert len(rows) == 8
    assert sum(float(row["delay_after_s"]) < float(row["delay_before_s"]) for row in rows) >= 6
    assert main(["signals", "check", NET, "--plans", str(tmp_path / "area.add.xml"), "--language", "en"]) == 0


def test_counts_and_measured_saturation_do_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "turns.csv").write_text("from,to,per_h\n1[1],40[0],900\n1[1],38[0],90\n", encoding="utf-8")
    (tmp_path / "lanes.csv").write_text("edge,lane,per_h\n1[1],0,900\n1[1],1,900\n", encoding="utf-8")
    asked = ["signals", "area", NET, "--counts", str(tmp_path / "turns.csv"), "--cycles", "90", "--language", "zh-CN"]
    fullest = []
    for more in ([], ["--saturation", str(tmp_path / "lanes.csv")]):
        assert main([*asked, *more, "--to", str(tmp_path / "out")]) == 0
        assert "8 个路口，周期 90 秒" in capsys.readouterr().out
        (row,) = csv.DictReader((tmp_path / "out" / "area.csv").open(encoding="utf-8"))
        assert row["junction"] == "219"
        fullest.append(float(row["saturation_before"]))
    assert fullest[1] == pytest.approx(fullest[0] * 1_872 / 900, rel=0.02)


@pytest.mark.parametrize(
    ("name", "content", "words", "said"),
    [
        ("lanes.csv", "edge,lane,per_h\na,0,99999\n", ["--saturation"], "line 2"),
        ("lanes.csv", "edge,lane\na,0\n", ["--saturation"], "line 2"),
        ("none.csv", None, ["--saturation"], "none.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    name: str, content: str | None, words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    asked = ["signals", "area", NET, "--routes", ROUTES, "--to", str(tmp_path / "out"), "--cycles", "90"]
    assert main([*asked, *words, str(tmp_path / name)]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("cycles", ["20", "90,x", "400", "٩٠"])
def test_cycles_that_no_controller_runs_are_refused(
    cycles: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signals", "area", NET, "--routes", ROUTES, "--to", str(tmp_path), "--cycles", cycles]) == 1
    assert "from 30 to 300" in capsys.readouterr().err
