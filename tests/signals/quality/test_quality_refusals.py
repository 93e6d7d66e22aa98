"""What is wrong with logs, maps and places is said in the language of the one who asked."""

import csv
from pathlib import Path

import pytest

from tests.signals.quality.logs import EIGHT, SAMPLE, a_log, a_signal, cycles
from tests.signals.quality.test_quality_command import MAP
from tests.signals.quality.test_quality_sumo import JUNCTIONS, RECORDS, crossings
from tests.signals.refused import refused_zh
from turnout.main import main
from turnout.signals.quality import log as logs
from turnout.signals.quality import log_map, sumo_run, travel_command
from turnout.signals.quality.content import content_of
from turnout.signals.quality.log import EventLog, read_log
from turnout.signals.quality.log_map import FORMAT, read_map
from turnout.signals.quality.report import HOUR_MS, report
from turnout.signals.quality.sumo_run import laid, log_of_run
from turnout.signals.quality.travel import TravelTimes
from turnout.signals.quality.travel_command import read_places

LOG = "TimeStamp,DeviceId,EventId,Parameter\n"
ROW = "2026-01-12 08:00:00,7,82,5\n"
COLUMNS_CURE = "（请在第一行写明列名 TimeStamp、DeviceId、EventId、Parameter）"
ROW_CURE = "（请写明时间（如 2026-11-26 08:00:00.1）、设备、事件代码和参数）"
PLACES = "time,vehicle,lat,lon,urgent\n"


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        ("", "log.csv：文件为空（请提供有记录的日志）"),
        (
            "name,age\nx,1\n",
            f"log.csv line 1：缺少列：time、code、parameter{COLUMNS_CURE}",
        ),
        (LOG + "a,b,c,d\n" * 3 + ROW, f"log.csv：4 行中有 3 行无法读取{ROW_CURE}"),
        (LOG + "a,b,c,d\n" * 150, f"log.csv：101 行中有 101 行无法读取{ROW_CURE}"),
        (LOG + ROW * 21, "log.csv：超过 20 行（请减少设备或小时数）"),
    ],
)
def test_what_is_no_log_is_refused_in_both_languages(content: str, zh: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "ROWS_MAX", 20)
    assert refused_zh(lambda: read_log(content.encode(), "log.csv")) == zh


def test_a_log_that_is_broken_or_too_large_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch):
    packed = refused_zh(lambda: read_log(b"\x1f\x8bbroken", "log.gz"))
    assert packed.startswith("log.gz：无法解压：")
    assert packed.endswith("（请重新获取该文件）")
    before = csv.field_size_limit(4)
    try:
        said = refused_zh(lambda: read_log(LOG.encode(), "log.csv"))
    finally:
        csv.field_size_limit(before)
    assert said.startswith("log.csv：不是合法的 CSV：")
    assert said.endswith("（请重新生成文件）")
    monkeypatch.setattr(logs, "FILE_BYTES_MAX", 2 << 20)
    large = LOG + ROW * 90_000
    assert refused_zh(lambda: read_log(large.encode(), "log.csv")) == "log.csv：超过 2 MiB（请减少设备或小时数）"


def test_a_map_of_another_format_or_size_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch):
    other = refused_zh(lambda: read_map(b'format = "turnout-signals-1"', "quality.toml"))
    assert other == f"quality.toml：格式为 'turnout-signals-1'（请写 format = \"{FORMAT}\"）"
    monkeypatch.setattr(log_map, "FILE_BYTES_MAX", 0)
    assert refused_zh(lambda: read_map(b"a", "quality.toml")) == "quality.toml：超过 0 MiB（请按片区拆分）"


def test_a_time_or_a_device_that_no_log_covers_is_refused_in_both_languages():
    log, signal = a_log(cycles(600)), a_signal()
    empty = EventLog({}, 0, 0)
    other = EventLog({"7": log.signals["J"], "8": log.signals["J"]}, 0, 0)
    said = "junction market：日志中没有设备 'J' 的记录"
    assert refused_zh(lambda: report(empty, signal)) == f"{said}（请提供该设备的日志）"
    assert refused_zh(lambda: report(other, signal)) == f"{said}（请指定日志中的设备（7、8））"
    ends = refused_zh(lambda: report(log, signal, EIGHT, EIGHT - HOUR_MS))
    assert ends == "junction market：时间范围的结束不晚于开始（请指定更晚的结束时间）"
    long = refused_zh(lambda: report(log, signal, EIGHT, EIGHT + 745 * HOUR_MS))
    assert long == "junction market：共 745 小时（请至多查询 744 小时）"


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        ("name\nx\n", "places.csv line 1：缺少列（请在第一行写明列名 time、vehicle、lat、lon、urgent）"),
        (
            PLACES + "never,v,0,0,0\n",
            "places.csv：1 行中有 1 行无法读取（请写明 time、vehicle、lat、lon、urgent）",
        ),
        (PLACES + "2026-01-12 08:00:00,v,0,0,0\n" * 3, "places.csv：超过 2 行（请每次只提供一周）"),
    ],
)
def test_what_is_no_table_of_places_is_refused_in_both_languages(
    content: str, zh: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(travel_command, "ROWS_MAX", 2)
    assert refused_zh(lambda: read_places(content.encode(), "places.csv", TravelTimes(()))) == zh


def test_places_that_are_no_text_or_too_many_are_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch):
    said = refused_zh(lambda: read_places(b"\xff\xfe", "places.csv", TravelTimes(())))
    assert said.startswith("places.csv：不是 UTF-8 编码的 CSV：")
    assert said.endswith("（请重新生成文件）")
    monkeypatch.setattr(travel_command, "FILE_BYTES_MAX", 0)
    large = refused_zh(lambda: read_places(b"a", "places.csv", TravelTimes(())))
    assert large == "places.csv：超过 0 MiB（请每次只提供一周）"


def test_a_file_that_cannot_be_read_is_refused_in_both_languages(tmp_path: Path):
    (tmp_path / "log").write_bytes(b"ab")
    nowhere = str(tmp_path / "nowhere")
    absent = refused_zh(lambda: content_of(tmp_path / "nowhere", 1))
    assert absent == f"{nowhere}：无法读取：No such file or directory（请指定可读取的文件）"
    large = refused_zh(lambda: content_of(tmp_path / "log", 1))
    assert large == f"{tmp_path / 'log'}：超过 0 MiB（请提供其中较小的一部分）"


@pytest.mark.parametrize(
    ("state", "time", "most", "zh"),
    [
        ("G", "1.00", 9, "lamps line 1：路口 A 没有编号为 1 的灯（请提供该路网的仿真结果）"),
        ("Gr", "soon", 9, 'lamps line 1：时间无效：time="soon"（请重新运行仿真）'),
        ("Gr", "1.00", 1, "lamps：超过 1 条事件（请减少记录的路口或小时数）"),
    ],
)
def test_a_run_that_is_not_of_this_network_is_refused_in_both_languages(
    state: str, time: str, most: int, zh: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sumo_run, "ROWS_MAX", most)
    lamps = f'<tlsStates><tlsState time="{time}" id="A" programID="0" phase="0" state="{state}"/></tlsStates>'
    signals = laid(RECORDS, JUNCTIONS).signals
    assert refused_zh(lambda: log_of_run(lamps.encode(), crossings("x", []), signals, JUNCTIONS, EIGHT)) == zh


PLAN = 'format = "turnout-signals-1"\n[[junction]]\nid = "sample"\n'


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (
            ("quality", "LOG", "--map", "MAP", "--junction", "elsewhere"),
            "quality.toml：对照表中没有这个路口（请指定其中的一个路口）",
        ),
        (("travel", "PLANS", "--places", "LOG"), "plans.toml：没有一条干道有两个已知位置的路口（请为其路口写明 `at`）"),
    ],
)
def test_commands_refuse_in_the_language_that_was_asked_for(
    words: tuple[str, ...], zh: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "quality.toml").write_text(MAP)
    (tmp_path / "plans.toml").write_text(PLAN)
    files = {"LOG": str(SAMPLE), "MAP": str(tmp_path / "quality.toml"), "PLANS": str(tmp_path / "plans.toml")}
    named = [files.get(word, word) for word in words]
    assert main(["signals", *named, "--to", str(tmp_path / "out"), "--language", "zh-CN"]) == 1
    assert capsys.readouterr().err == f"turnout: {zh}\n"


def test_what_cannot_be_written_is_said_in_the_language_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    to = tmp_path / "quality.toml"
    to.write_text(MAP)
    assert main(["signals", "quality", str(SAMPLE), "--map", str(to), "--to", str(to), "--language", "zh-CN"]) == 1
    said = f"turnout: {to}：无法写入：[Errno 17] File exists: '{to}'（请指定其他文件夹）\n"
    assert capsys.readouterr().err == said


def test_travel_times_that_cannot_be_written_are_told_in_the_language_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    gates = "".join(f'[[junction]]\nid = "{each}"\nat = [11.3{each}, 44.5]\n' for each in "12")
    stops = '{ junction = "1", to_next_m = 400 }, { junction = "2" }'
    (tmp_path / "plans.toml").write_text(
        f'format = "turnout-signals-1"\n{gates}[[arterial]]\nid = "main"\nstop = [{stops}]\n'
    )
    (tmp_path / "places.csv").write_text(PLACES + "2026-01-12 08:00:00,v,44.5,11.3,0\n")
    words = ["travel", str(tmp_path / "plans.toml"), "--places", str(tmp_path / "places.csv"), "--to", str(tmp_path)]
    assert main(["signals", *words, "--language", "zh-CN"]) == 1
    said = f"turnout: {tmp_path}：无法写入：[Errno 21] Is a directory: '{tmp_path}'（请指定其他文件）\n"
    assert capsys.readouterr().err == said
