"""What cannot be done with a district is said in the language of the one who asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.signals.districts.a_district import a_district
from tests.signals.districts.test_signals_measured import table
from tests.signals.refused import refused_zh
from turnout.signals.districts import folder as folders
from turnout.signals.districts import travel_file
from turnout.signals.districts.results import CoordinateArea, PlanHours, Quality
from turnout.signals.districts.travel_file import read_speeds
from turnout.signals.districts.work import Kind, Refusal, Work, encode
from turnout.signals.districts.worker import Reader, done
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.name import Name


def whole(folder: Path) -> None:
    pass


def without_traffic(folder: Path) -> None:
    head = folder / "district.toml"
    kept = [line for line in head.read_text(encoding="utf-8").splitlines() if not line.startswith("routes")]
    head.write_text("\n".join(kept), encoding="utf-8")


def without_a_point(folder: Path) -> None:
    net = folder / "grid.net.xml"
    net.write_bytes(net.read_bytes().replace(b"<lane ", b'<lane shape="here,there" '))


@pytest.mark.parametrize(
    ("kind", "ask", "before", "zh"),
    [
        (
            "area",
            CoordinateArea(),
            without_traffic,
            "grid：该片区没有带交通需求的路网（请指明路网（network）与交通需求（routes））",
        ),
        ("hours", PlanHours(), whole, "grid：该片区没有带分时段流量的路网（请在片区文件中指明这两个文件）"),
        ("quality", Quality(), whole, "grid：该片区没有检测器日志及其对照表（请在片区文件中指明这两个文件）"),
        ("district", None, without_a_point, "含有不是坐标的点（请重新生成路网）"),
    ],
)
def test_work_that_cannot_be_done_is_refused_in_both_languages(
    tmp_path: Path, kind: Kind, ask: object, before: Callable[[Path], None], zh: str
) -> None:
    folder = a_district(tmp_path)
    before(folder)
    refused = done(Reader(), Work(kind=kind, folder=str(folder), ask=encode(ask)), lambda part, said: None)
    assert isinstance(refused, Refusal)
    assert (refused.code, zh in refused.said.zh) == ("malformed", True), refused.said
    assert refused.said.en.isascii()


def test_districts_that_are_too_large_or_too_many_are_refused_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_district(tmp_path)
    monkeypatch.setattr(folders, "BYTES_MAX", 0)
    refused = done(Reader(), Work(kind="card", folder=str(folder), ask=b"null"), lambda part, said: None)
    assert isinstance(refused, Refusal)
    assert refused.said.zh == "grid：其文件超过 0 MiB（请将该片区一分为二）"
    monkeypatch.setattr(folders, "DISTRICTS_MAX", 0)
    with pytest.raises(folders.Unsupported) as trouble:
        folders.list_districts(tmp_path)
    assert trouble.value.said.zh.endswith("：片区多于 0 个（请合并一些片区）")


def test_errors_of_a_file_keep_both_languages() -> None:
    problem = Problem("bad", Spot("f"), Name("bad", "坏"), Name("mend it", "请修正"))
    assert BrokenSignals((problem,)).said == Name("f: bad (mend it)", "f：坏（请修正）")


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (b"a,b\n1,2\n", "travel.csv line 1：缺少列（请用 `turnout signals travel` 生成该文件）"),
        (
            table("m,a,b,7,other,x,1,1,1,30"),
            "travel.csv line 2：hour、times 或 speed_kmh 不是数字（请重新生成文件）",
        ),
        (
            table("m,a,b,24,other,9,1,1,1,30"),
            "travel.csv line 2：hour、times 或 speed_kmh 超出可能的范围（请重新生成文件）",
        ),
        (
            b"\xff",
            "travel.csv：不是 UTF-8 编码的 CSV：'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
            "（请重新生成文件）",
        ),
        (table(*["m,a,b,7,other,9,1,1,1,30"] * 3), "travel.csv：超过 3 行（请为较少的干道生成该文件）"),
        (b"a" * (1 << 20 | 1), "travel.csv：超过 1 MiB（请为较少的干道生成该文件）"),
    ],
)
def test_speeds_that_cannot_be_read_are_refused_in_both_languages(
    content: bytes, zh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travel_file, "ROWS_MAX", 3)
    monkeypatch.setattr(travel_file, "FILE_BYTES_MAX", 1 << 20)
    assert refused_zh(lambda: read_speeds(content, "travel.csv")) == zh
