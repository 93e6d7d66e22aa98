"""`turnout signals`: files in; what is wrong, a coordination and its time-space diagram out."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as Tree

import msgspec
import pytest

from tests.signals.arterials import an_arterial
from turnout.main import main
from turnout.signals.bands import maxband, multiband
from turnout.signals.diagram import diagram, strips_drawn
from turnout.signals.plans_file import read_plans
from turnout.signals.scan import STEP_S, delivered, false_bands, scan
from turnout.words.name import Name

FILE = Path(__file__).with_name("main_street.toml")
NETWORKS = Path(__file__).parent / "networks"
SVG = "{http://www.w3.org/2000/svg}"


def test_a_right_file_is_told_so_with_the_longest_red_that_its_guard_promises(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["signals", "check", str(FILE), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "4 junctions, 8 signal groups, 4 plans, 1 arterials" in said
    assert "0 error, 1 warning" in said
    assert "junction market, K1: red for 93 s at the longest" in said


def test_a_plan_that_breaks_an_intergreen_is_refused_in_the_readers_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(FILE.read_text(encoding="utf-8").replace("K2 = [[46, 75]], F1", "K2 = [[44, 75]], F1"), "utf-8")
    assert main(["signals", "check", str(wrong), "--language", "zh-CN"]) == 1
    assert "wrong.toml 路口 market day：错误：K1 结束至 K2 开始仅 4 s；至少应为 5 s" in capsys.readouterr().out
    assert main(["signals", "bands", str(wrong), "--to", str(tmp_path / "out"), "--language", "en"]) == 1
    assert "intergreen-broken" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_network_is_checked_with_the_programmes_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    net, added = str(NETWORKS / "pasubio.net.xml.gz"), str(NETWORKS / "pasubio_tls.add.xml")
    assert main(["signals", "check", net, "--language", "en"]) == 0
    assert "8 junctions, 45 signal groups, 8 plans" in capsys.readouterr().out
    assert main(["signals", "check", net, "--plans", added, "--language", "en"]) == 1
    assert "junction 219 K12 - K6: error" in capsys.readouterr().out


def test_waves_come_with_their_offsets_and_a_diagram_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signals", "bands", str(FILE), "--to", str(tmp_path), "--language", "en"]) == 0
    said = capsys.readouterr().out
    told = re.search(r"Main Street · day: cycle 80 s, bands (\S+) s outbound and (\S+) s inbound; proven", said)
    assert told is not None
    assert float(told[1]) + float(told[2]) == pytest.approx(63.2, abs=1.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"main-street.{wave}.{kind}" for wave in ("day", "morning") for kind in ("en.svg", "toml", "zh-CN.svg")
    ]
    wave = tomllib.loads((tmp_path / "main-street.day.toml").read_text(encoding="utf-8"))
    assert wave["cycle_s"] == 80
    assert [row["offset_s"] % 1 for row in wave["junction"]] == [0, 0, 0]
    assert [row["id"] for row in wave["junction"]] == ["market", "station", "harbour"]
    assert all(45 <= row["outbound_kmh"] <= 50.1 for row in wave["section"])
    texts = {}
    for language in ("en", "zh-CN"):
        drawn = Tree.parse(tmp_path / f"main-street.day.{language}.svg")
        texts[language] = [element.text or "" for element in drawn.iter(f"{SVG}text")]
    assert "Main Street · day · cycle 80 s" in texts["en"]
    assert "主街 · day · 周期 80 s" in texts["zh-CN"]
    assert {"集市广场", "车站路", "港桥"} <= set(texts["zh-CN"])


def test_only_the_wave_that_was_asked_for_is_made_and_a_wrong_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["signals", "bands", str(FILE), "--to", str(tmp_path), "--language", "zh-CN"]
    assert main([*asked, "--wave", "morning"]) == 0
    assert "已证明为最优" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 3
    assert main([*asked, "--wave", "dusk"]) == 1
    assert "文件中没有该绿波" in capsys.readouterr().err
    assert main([*asked, "--step-s", "0"]) == 1
    assert main(["signals", "check", str(tmp_path / "nowhere.toml")]) == 1
    assert "nowhere.toml" in capsys.readouterr().err


@pytest.mark.parametrize("method", [maxband, multiband])
def test_what_is_delivered_has_whole_offsets_and_only_bands_that_are_there(method: object) -> None:
    task = msgspec.structs.replace(an_arterial(5, 7), cycle_s=(90.0, 90.0))
    exact = (maxband if method is maxband else multiband)(task)
    found = delivered(task, exact, 1.0)
    assert all(offset == round(offset) for offset in found.offsets_s)
    assert false_bands(task, found) == []
    for before, after in zip((*exact.outbound, *exact.inbound), (*found.outbound, *found.inbound), strict=True):
        assert before.width_s - 1.0 - 3 * STEP_S <= after.width_s <= before.width_s + STEP_S


def test_a_strip_of_the_diagram_lies_in_the_greens_that_are_drawn() -> None:
    """Corners of every strip, against the green bars of its junction, in points on the paper."""
    task = msgspec.structs.replace(an_arterial(4, 5), cycle_s=(80.0, 80.0))
    found = maxband(task)
    seen = scan(task, found)
    drawn = diagram(task, found, Name("A", "甲"), {}, "en", (seen.outbound_s, seen.inbound_s))
    bars = [
        (float(bar.get("y", "")), float(bar.get("x", "")), float(bar.get("x", "")) + float(bar.get("width", "")))
        for bar in Tree.fromstring(drawn).iter(f"{SVG}rect")
        if bar.get("fill") == "#8ccb93"
    ]
    checked = 0
    for strip in strips_drawn(drawn):
        corners = [tuple(map(float, corner.split(","))) for corner in strip.split(" ")]
        is_outbound = corners[0][1] > corners[2][1]
        for left, right in ((corners[0], corners[1]), (corners[3], corners[2])):
            top = left[1] - 6 if is_outbound else left[1]
            near = [(begins, ends) for y, begins, ends in bars if abs(y - top) < 0.2]
            last = max(ends for _, ends in near)
            if left[0] > 210 and right[0] < last - 80:
                assert any(begins - 0.2 <= left[0] and right[0] <= ends + 0.2 for begins, ends in near), strip
                checked += 1
    assert checked > 20


def test_a_name_with_markup_is_only_text(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").replace("Market Square", "<script>alert(1)</script> & \\u0001")
    wrong = tmp_path / "x.toml"
    wrong.write_text(text, encoding="utf-8")
    assert main(["signals", "bands", str(wrong), "--to", str(tmp_path / "o"), "--wave", "day"]) == 0
    drawn = (tmp_path / "o" / "main-street.day.en.svg").read_bytes()
    assert list(Tree.fromstring(drawn).iter(f"{SVG}script")) == []
    assert b"<script" not in drawn


def test_a_wave_whose_name_is_a_path_stays_in_its_folder(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").replace('id = "main-street"', 'id = "../../main \\\\ \\u007f street"')
    file = tmp_path / "x.toml"
    file.write_text(text, encoding="utf-8")
    assert main(["signals", "bands", str(file), "--to", str(tmp_path / "a" / "b"), "--wave", "day"]) == 0
    (made,) = (tmp_path / "a" / "b").glob("*.toml")
    assert tomllib.loads(made.read_text(encoding="utf-8"))["arterial"] == "../../main \\ \x7f street"
    assert read_plans(file.read_bytes(), "x").arterials[0].id == "../../main \\ \x7f street"
