"""`turnout signals quality`: tables, and diagrams in both languages, from a log and its map."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from tests.signals.quality.logs import EIGHT, SAMPLE, a_log, a_signal, a_vehicle, cycles
from turnout.main import main
from turnout.signals.quality.drawing import purdue_svg
from turnout.signals.quality.log import written
from turnout.signals.quality.log_map import read_map
from turnout.signals.quality.report import report
from turnout.words.name import Name

MAP = """format = "turnout-quality-1"
[[signal]]
device = "1136"
junction = "sample"
phases = { P6 = 6 }
detector = [
  { channel = 16, group = "P6", uses = ["advance"] },
  { channel = 17, group = "P6", uses = ["advance"] },
  { channel = 37, group = "P6", uses = ["presence"] },
]
"""
DISTRICT = Path("src/turnout/city/folders/san-francisco/districts/bologna-acosta")


def run(folder: Path, log: Path, wanted: str = MAP, *words: str) -> int:
    (folder / "quality.toml").write_text(wanted)
    asked = ["signals", "quality", str(log), "--map", str(folder / "quality.toml"), "--to", str(folder / "out"), *words]
    return main([*asked, "--language", "en"])


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "out" / "quality.csv").read_text())))


def test_hours_and_diagrams_come_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, SAMPLE) == 0
    rows = table(tmp_path)
    assert [row["hour"] for row in rows] == ["2024-04-15 12:00", "2024-04-15 13:00"]
    assert rows[0]["on_green"] == "476"
    assert rows[0]["late_on_red"] == ""
    assert json.loads((tmp_path / "out" / "quality.json").read_text())[0]["junction"] == "sample"
    drawn = [(tmp_path / "out" / f"purdue.sample.P6.{each}.svg").read_text() for each in ("en", "zh-CN")]
    assert "time of day" in drawn[0]
    assert "普渡协调图" in drawn[1]
    assert "4 rows came twice" in capsys.readouterr().out


ROAD = """format = "turnout-signals-1"
[[junction]]
id = "sample"
name = { en = "Sample Square", zh = "样本广场" }
[[junction.group]]
id = "P6"
[[arterial]]
id = "street"
stop = [{ junction = "sample", outbound = "P6", to_next_m = 300 }, { junction = "beyond", outbound = "K1" }]
"""


def test_a_road_has_what_its_junctions_know_and_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "plans.toml").write_text(ROAD)
    assert run(tmp_path, SAMPLE, MAP, "--plans", str(tmp_path / "plans.toml")) == 0
    (first, _) = csv.DictReader(io.StringIO((tmp_path / "out" / "roads.csv").read_text()))
    assert (first["direction"], first["junctions"], first["known"], first["on_green"]) == ("outbound", "2", "1", "476")
    assert "58% on green at 1 of 2 junctions" in capsys.readouterr().out
    assert "Sample Square" in (tmp_path / "out" / "purdue.sample.P6.en.svg").read_text()


def test_missing_hours_are_empty_cells(tmp_path: Path):
    rows = cycles(600) + cycles(8_400, since_s=7_800)
    (tmp_path / "log.csv").write_bytes(written(a_log(rows).signals))
    wanted = 'format = "turnout-quality-1"\nsignal = [{ device = "J", junction = "market", phases = { K1 = 2 } }]\n'
    assert run(tmp_path, tmp_path / "log.csv", wanted) == 0
    assert [row["cycles"] for row in table(tmp_path)] == ["6", "", "6"]


def test_gaps_faults_and_refused_rows_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = cycles(600) + cycles(2_400, since_s=1_800) + [(30.0, 82, 5)]
    body = written(a_log(rows).signals) + b"what is this,J,1,2\n"
    (tmp_path / "log.csv").write_bytes(body)
    wanted = MAP.replace("1136", "J").replace("P6 = 6", "P6 = 2").replace("channel = 16", "channel = 5")
    assert run(tmp_path, tmp_path / "log.csv", wanted) == 0
    said = capsys.readouterr().out
    assert "1 of them refused" in said
    assert f"log.csv line {len(rows) + 2}" in said
    assert "nothing was logged" in said


def test_a_broken_map_is_told_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, SAMPLE, MAP.replace('group = "P6"', 'group = "P7"', 1)) == 1
    assert "unknown-name" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_diagram_holds_every_vehicle_and_no_markup_of_a_name():
    rows = cycles(1_800) + [row for n in range(20) for row in a_vehicle(60 + n * 71)]
    found = report(a_log(rows), a_signal((5, "advance")))
    drawn = purdue_svg(found, found.diagrams[0], Name("<script>x</script>", "<b>"), "en")
    root = Tree.fromstring(drawn)
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    dots = [path for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("stroke-linecap") == "round"]
    assert sum(path.get("d", "").count("M") for path in dots) == len(found.diagrams[0].points) > 15


def test_a_diagram_without_a_cycle_is_drawn_all_the_same():
    found = report(a_log([(0.0, 1, 2), (10.0, 82, 5)], EIGHT), a_signal((5, "advance")))
    assert b"<svg" in purdue_svg(found, found.diagrams[0], Name("J", "J"), "zh-CN")


def test_the_log_of_the_sample_district_is_read_with_its_map(tmp_path: Path):
    content = (DISTRICT / "quality.toml").read_bytes()
    signals = read_map(content, "quality.toml")
    assert {each.junction for each in signals} == {"235", "221", "210"}
    assert run(tmp_path, DISTRICT / "events.csv.gz", content.decode(), "--junction", "221") == 0
    rows = {row["group"]: row for row in table(tmp_path)}
    assert int(rows["K7"]["split_failures"]) > 5
    assert rows["K3"]["volume"] == ""
