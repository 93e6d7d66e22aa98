"""What is wrong with counts, and what cannot be made of them, is said in the language of the one who asked."""

import math
from pathlib import Path

import pytest

from tests.signals.area.areas import street
from tests.signals.hours.days import a_week, as_csv
from tests.signals.hours.test_plans_by_hours import FLOWS, STREET, main_street
from tests.signals.refused import refused_zh
from turnout.main import main
from turnout.signals.hours import counts as counting
from turnout.signals.hours.counts import read_day_counts
from turnout.signals.hours.periods import periods
from turnout.signals.hours.plans import area_by_hours
from turnout.signals.hours.waves import wave_by_hours

HEAD = "day,time,from,to,vehicles"
ROW_CURE = "（请将 day 写成 mon 或 2026-11-26，time 写成 07:15，vehicles 写成数字）"
WEEK = a_week(FLOWS)


@pytest.mark.parametrize(
    ("rows", "zh"),
    [
        ((), "counts.csv：文件中没有流量（请至少提供一天的流量）"),
        (("someday,07:00,a,b,5",), f"counts.csv line 2：无法读取此行{ROW_CURE}"),
        (("mon,07:00,a,b,many",), f"counts.csv line 2：无法读取此行{ROW_CURE}"),
        (("mon,07:05,a,b,5",), "counts.csv line 2：07:05 起 15 分钟（请按一刻钟、30 分钟或 60 分钟统计）"),
        (("mon,07:00,a,b,-1",), "counts.csv line 2：15 分钟内 -1 辆（请填写实际计数）"),
        (
            ("mon,07:00,a,b,5", "mon,07:00,a,b,6"),
            "counts.csv line 3：同一转向或信号组的同一时间在文件中重复出现（请只保留其中一行）",
        ),
        (
            ("mon,07:00,a,b,5", "mon,07:00,a,c,6", "mon,07:00,a,d,6"),
            "counts.csv line 4：转向或信号组超过 2 个（请只提供城市的一部分）",
        ),
        (
            tuple(f"mon,0{hour}:00,a,b,5" for hour in range(4)),
            "counts.csv：超过 3 行（请减少路口或日期）",
        ),
    ],
)
def test_counts_that_cannot_be_read_are_refused_in_both_languages(
    rows: tuple[str, ...], zh: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counting, "STREAMS_MAX", 2)
    monkeypatch.setattr(counting, "ROWS_MAX", 3)
    assert refused_zh(lambda: read_day_counts("\n".join((HEAD, *rows)).encode(), "counts.csv")) == zh


def test_what_is_no_file_of_counts_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch):
    columns = refused_zh(lambda: read_day_counts(b"name,age\nx,1\n", "counts.csv"))
    cure = "请在第一行写明列名 day、time、vehicles，以及 from、to（或 junction、group）"
    assert columns == f"counts.csv line 1：缺少列（{cure}）"
    binary = refused_zh(lambda: read_day_counts(b"\xff\xfe", "counts.csv"))
    assert binary.startswith("counts.csv：不是 UTF-8 编码的 CSV：")
    assert binary.endswith("（请重新生成文件）")
    monkeypatch.setattr(counting, "FILE_BYTES_MAX", 0)
    assert refused_zh(lambda: read_day_counts(b"a", "counts.csv")) == "counts.csv：超过 0 MiB（请减少路口或日期）"


def test_counts_that_make_no_plans_are_refused_in_both_languages():
    holed = WEEK._replace(per_h=WEEK.per_h.copy())
    holed.per_h[:, 24:, :] = math.nan
    assert refused_zh(lambda: periods(holed, "counts")) == "counts：这些日期的流量缺失 75%（请统计全天流量）"
    limits = "请取方案 1 至 48 个、时段 15 至 720 分钟、日期类别 1 至 7 类"
    assert refused_zh(lambda: periods(WEEK, "counts", plans_most=0)) == f"counts：所给限制无法满足（{limits}）"
    groups = refused_zh(lambda: area_by_hours(street(220.0), "street", [], WEEK))
    assert groups == "street：按信号组统计的流量不含车辆去向（请统计转向流量：from 与 to 两列）"
    signals, elsewhere = main_street(), a_week({("nowhere", "K1"): (900.0, 400.0)})
    (arterial, *_) = signals.arterials
    waves = refused_zh(lambda: wave_by_hours(signals, arterial, elsewhere, "counts"))
    cure = "请提供含 junction 与 group 两列的流量，或其路网的转向流量"
    assert waves == f"counts：干道 {arterial.id} 的路口没有任何信号组的流量（{cure}）"


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (("STREET", "--arterial", "elsewhere"), "main_street.toml：文件中没有这条干道（请指定文件中的一条干道）"),
        (("STREET", "--limit-s", "-1"), "--limit-s：时限须为 1 至 3600 秒（请修正）"),
        (("net.xml", "--arterial", "main"), "--arterial：路网只能整体协调（请为单条干道提供方案文件）"),
        (("nowhere.toml",), "nowhere.toml：无法读取：No such file or directory（请指定可读取的文件）"),
    ],
)
def test_the_command_refuses_in_the_language_that_was_asked_for(
    words: tuple[str, ...], zh: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "counts.csv").write_bytes(as_csv(WEEK))
    named = [str(STREET) if word == "STREET" else word for word in words]
    asked = ["signals", "hours", *named, "--counts", str(tmp_path / "counts.csv"), "--to", str(tmp_path / "out")]
    assert main([*asked, "--language", "zh-CN"]) == 1
    assert capsys.readouterr().err == f"turnout: {zh}\n"
