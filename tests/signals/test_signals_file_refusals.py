"""What is wrong with a network, its traffic, a map or a file of plans is said in the language of the one who asked."""

import gzip
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.signals.area.areas import counts, street
from tests.signals.osm.maps import Map, a_crossing
from tests.signals.test_signals_arterials import a_junction
from tests.signals.test_signals_sumo import small
from turnout.main import main
from turnout.signals.area import area, demand
from turnout.signals.area import command as area_command
from turnout.signals.area.command import cycles_of, saturation_of
from turnout.signals.arterials_by_street import arterial_through
from turnout.signals.model import Junction, Signals
from turnout.signals.osm import command as osm_command
from turnout.signals.osm import reading
from turnout.signals.plans_file import read_plans
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import WANTED, elements_of, unpacked
from turnout.words.name import Name
from turnout.words.trouble import BadInput

MAIN_STREET = Path(__file__).with_name("main_street.toml")
MEND = "（请修正该处，或重新生成路网）"
A_NUMBER = "（请修正该数字）"
A_RATE = "（请写明 number、vehsPerHour、period 或 probability）"
PER_HOUR = "（请写每小时车辆数，不小于 0）"
SATURATED = "（请写车道的饱和流量，即绿灯期间每小时 100 至 3000 辆）"
AN_EXTRACT = "（请从 OpenStreetMap 截取该城市的地图）"


def refused(ask: Callable[[], object]) -> Name:
    with pytest.raises(BadInput) as caught:
        ask()
    assert caught.value.said.en.isascii()
    assert str(caught.value) == caught.value.said.en
    return caught.value.said


@pytest.mark.parametrize(
    ("old", "new", "line", "zh"),
    [
        ('foes="10"', 'foes="102"', 7, '<junction> 的 request 0 中 foes="102" 有误，应为 2 位 0 或 1'),
        ('index="1" response', 'index="4" response', 7, "<junction> 的 request 未从 0 起连续编号"),
        ('duration="30"', 'duration="-30"', 6, '<phase> 的 duration="-30" 无效'),
        ('duration="30"', 'duration="soon"', 6, '<phase> 的 duration="soon" 不是数字'),
        ('state="Gr"', 'state="Gx"', 6, '<phase> 的 state="Gx" 中“x”不是灯色'),
        ('offset="-7"', 'offset="inf"', 6, '<tlLogic> 的 offset="inf" 不是数字'),
        (' fromLane="0"', "", 11, "<connection> 缺少 fromLane"),
        (' fromLane="0"', ' fromLane="0.5"', 11, '<connection> 的 fromLane="0.5" 不是整数'),
    ],
)
def test_a_value_of_a_network_that_cannot_be_is_told(old: str, new: str, line: int, zh: str) -> None:
    content = small().decode().replace(old, new, 1).encode()
    assert refused(lambda: read_sumo(content, "small.net.xml")).zh == f"small.net.xml line {line}：{zh}{MEND}"


@pytest.mark.parametrize(
    ("programme", "zh"),
    [
        ('<tlLogic id="J"/>', "没有相位"),
        ('<tlLogic id="J"><phase duration="0" state="Gr"/></tlLogic>', "的周期长度为零"),
    ],
)
def test_a_programme_that_is_none_is_told(programme: str, zh: str) -> None:
    said = refused(lambda: read_sumo(small(programme=programme), "small.net.xml"))
    assert said.zh == f"small.net.xml line 6：<tlLogic> {zh}{MEND}"


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (b"", "n line 1：不是合法的 XML：no element found（请查看该行，或重新生成文件）"),
        (b"<svg/>", "n：此处应为 <net>，实为 <svg>（请提供 SUMO 路网（.net.xml））"),
        (b'<!DOCTYPE net [<!ENTITY a "b">]><net>&a;</net>', "n line 1：文件自带 DTD（请删去 DOCTYPE）"),
    ],
)
def test_what_is_no_network_is_told(content: bytes, zh: str) -> None:
    assert refused(lambda: read_sumo(content, "n")).zh == zh


@pytest.mark.parametrize("root", WANTED)
def test_every_kind_of_file_that_is_wanted_has_its_chinese(root: str) -> None:
    said = refused(lambda: list(elements_of(b"<svg/>", "drawing.svg", root)))
    assert said.zh == f"drawing.svg：此处应为 <{root}>，实为 <svg>（请提供 {WANTED[root].zh}）"
    assert WANTED[root].zh.startswith("SUMO ")


def test_a_packed_file_that_is_cut_or_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(small(), mtime=0)
    cut = refused(lambda: unpacked(packed[:60], "small.net.xml.gz"))
    ended = "Compressed file ended before the end-of-stream marker was reached"
    assert cut.zh == f"small.net.xml.gz：无法解压：{ended}（请重新获取该文件）"
    monkeypatch.setattr("turnout.signals.sumo_xml.FILE_BYTES_MAX", 0)
    large = refused(lambda: unpacked(packed, "small.net.xml.gz"))
    assert large.zh == "small.net.xml.gz：超过 0 MiB（请用 netconvert 截取其中一部分）"


@pytest.mark.parametrize(
    ("element", "zh"),
    [
        (
            '<vehicle id="v" depart="0"><route edges="a b"/></vehicle>',
            "r：有路线的车辆只覆盖 0 秒（请提供一小时的车辆路线；trip 没有路线，须先由 SUMO 写出 --vehroute-output）",
        ),
        (
            '<vehicle id="v" depart="-5"><route edges="a b"/></vehicle>',
            f'r line 1：depart="-5" 无效{A_NUMBER}',
        ),
        (
            '<flow id="f" begin="0" end="3600"><route edges="a b"/></flow>',
            f"r line 1：flow 没有流率{A_RATE}",
        ),
        (
            '<flow id="f" begin="0" end="3600" period="often"><route edges="a b"/></flow>',
            f'r line 1：period="often" 无效{A_NUMBER}',
        ),
    ],
)
def test_routes_that_say_nothing_are_told(element: str, zh: str) -> None:
    assert refused(lambda: demand.read_routes([(f"<routes>{element}</routes>".encode(), "r")])).zh == zh


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (b"a,b\n1,2\n", "c line 1：须有 from、to、per_h 三列（请在第一行写明列名）"),
        (b"from,to,per_h\na,b,many\n", f"c line 2：per_h 为 'many'{PER_HOUR}"),
        (b"from,to,per_h\na,b\n", f"c line 2：per_h 为 None{PER_HOUR}"),
    ],
)
def test_counts_that_say_nothing_are_told(content: bytes, zh: str) -> None:
    assert refused(lambda: demand.read_counts(content, "c")).zh == zh


@pytest.mark.parametrize("read", [demand.read_counts, saturation_of])
def test_what_is_no_table_is_told(read: Callable[[bytes, str], object]) -> None:
    said = refused(lambda: read(b"edge,lane,per_h\na,0,\xff", "c")).zh
    assert said.startswith("c：不是 UTF-8 编码的 CSV：'utf-8' codec can't decode")
    assert said.endswith("（请重新生成文件）")


def test_more_counts_than_are_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "COUNTS_MAX", 1)
    said = refused(lambda: demand.read_counts(b"from,to,per_h\na,b,1\n", "c"))
    assert said.zh == "c：超过 1 行（请每次只提供一个小时的流量）"


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (b"edge,lane\na,0\n", "s line 2：没有写明 edge、lane 和 per_h（请写 edge、lane（数字）、per_h 三列）"),
        (b"edge,lane,per_h\na,0,99999\n", f"s line 2：per_h 为 99999{SATURATED}"),
    ],
)
def test_a_saturation_that_cannot_be_is_told(content: bytes, zh: str) -> None:
    assert refused(lambda: saturation_of(content, "s")).zh == zh


def test_more_lanes_than_are_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(area_command, "SATURATION_ROWS_MAX", 1)
    said = refused(lambda: saturation_of(b"edge,lane,per_h\na,0,1800\n", "s"))
    assert said.zh == "s：超过 1 行（请只写通向信号路口的车道）"


def test_cycles_that_no_controller_runs_are_told() -> None:
    zh = "--cycles：“90,x”不是周期（请写 30 至 300 的整数秒，以半角逗号分隔）"
    assert refused(lambda: cycles_of("90,x")).zh == zh


def test_an_area_that_cannot_be_coordinated_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    net, file = street(500.0), "street.net.xml"
    nobody = refused(lambda: area.read_area(net, file, [], {("elsewhere", "nowhere"): 100.0}))
    assert nobody.zh == f"{file}：交通需求中没有车辆驶经该路网的信号路口（请指明该路网自身的交通需求）"
    slow = net.replace(b'duration="27"', b'duration="10000"')
    odd = refused(lambda: area.read_area(slow, file, [], counts(500, 300)))
    assert odd.zh == (
        f"{file} junction A：方案“0”：周期 20006 秒，绿灯启闭 4 次（请采用 1 至 600 秒的周期，绿灯启闭不超过 64 次）"
    )
    monkeypatch.setattr(area, "JUNCTIONS_MAX", 1)
    many = refused(lambda: area.read_area(net, file, [], counts(500, 300)))
    assert many.zh == f"{file}：信号路口多于 1 个（请用 netconvert 截取其中一部分）"


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (b"format = 1", 'p.toml：format 为 1（请写 format = "turnout-signals-1"）'),
        (b"#" * (33 << 20), "p.toml：超过 32 MiB（请按片区拆分）"),
        (b"\xff\xfe", "p.toml：不是 UTF-8 编码（请修正该处；文件格式见手册）"),
    ],
    ids=["format", "size", "bytes"],
)
def test_a_file_of_plans_that_is_none_is_told(content: bytes, zh: str) -> None:
    assert refused(lambda: read_plans(content, "p.toml")).zh == zh


A_AND_B = (a_junction("A", 0), a_junction("B", 300))
NORTHWARD = (a_junction("A", 0, 0, ("north",)), a_junction("B", 300, 0, ("north",)))


@pytest.mark.parametrize(
    ("signals", "listed", "zh"),
    [
        (A_AND_B, ["A"], "一条干道至少有两个路口，每个路口只出现一次（请按顺序列出各路口）"),
        (A_AND_B, ["A", "moon"], "此处没有路口 moon（请为干道的每个路口写明 at）"),
        (
            (msgspec.structs.replace(A_AND_B[0], at=None), A_AND_B[1]),
            ["A", "B"],
            "路口 A 未写明位置（请为干道的每个路口写明 at）",
        ),
        (
            (msgspec.structs.replace(A_AND_B[0], approaches=()), A_AND_B[1]),
            ["A", "B"],
            "路口 A 未写明车流的驶入方向（请为干道的各进口道写明 heading_deg）",
        ),
        (
            (A_AND_B[0], a_junction("B", 9_000)),
            ["A", "B"],
            "路口 A 与 B 相距超过 1500 米（请补列其间的路口，或分为两条干道）",
        ),
        ((A_AND_B[0], a_junction("B", 0.05)), ["A", "B"], "路口 A 与 B 位于同一处（请更正 at，或略去其中一个）"),
        (NORTHWARD, ["A", "B"], "没有车流从路口 A 驶入路口 B，反向也没有（请列出同一道路上前后相接的路口）"),
    ],
)
def test_junctions_that_are_no_arterial_are_told(signals: tuple[Junction, ...], listed: list[str], zh: str) -> None:
    said = refused(lambda: arterial_through(Signals(signals), Name("Main Street", "主街"), listed))
    assert said.zh == f"Main Street：{zh}"


def test_a_map_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    assert refused(lambda: reading.read_osm(path)).zh == f"{path}：没有这个文件{AN_EXTRACT}"
    path.write_bytes(b"<html/>")
    said = refused(lambda: reading.read_osm(path))
    assert said.zh.startswith(f"{path}：无法读取：")
    assert said.zh.endswith(AN_EXTRACT)


@pytest.mark.parametrize(("limit", "what"), [("SIGNALS_MAX", "信号灯与人行横道"), ("WAYS_MAX", "信号灯周边的道路")])
def test_a_map_that_is_too_large_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, what: str
) -> None:
    monkeypatch.setattr(reading, limit, 0)
    said = refused(lambda: a_crossing()[0].read(tmp_path))
    path = tmp_path / "map.osm"
    assert said.zh == f"{path}：{what}数量超过 0（请截取更小的地图：一座城市或其中一个片区）"


def told(capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    """What the command says in Chinese, in its last line."""
    assert main(["signals", *asked, "--language", "zh-CN"]) == 1
    return capsys.readouterr().err.splitlines()[-1].removeprefix("turnout: ")


def test_maps_are_refused_by_the_command_in_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, to = tmp_path / "map.osm", tmp_path / "out.toml"
    asked = ["from-osm", str(path), "--to", str(to)]
    path.write_text(Map().text(), "utf-8")
    assert told(capsys, *asked) == f"{path}：其中没有可采用的交通信号灯{AN_EXTRACT}"
    a_code = "“GERMANY”不是国家代码（请写 ISO 3166 的两位字母代码，如 CN、DE、US）"
    assert told(capsys, *asked, "--country", "germany") == f"--country：{a_code}"
    path.write_text(a_crossing()[0].text(), "utf-8")
    to.write_text("mine", "utf-8")
    assert told(capsys, *asked) == f"{to}：该文件已存在（请指定其他文件：此类文件由人工补全，不予覆盖）"
    long = tmp_path / ("n" * 300)
    said = told(capsys, "from-osm", str(path), "--to", str(long))
    assert said == f"{long}：无法写入：File name too long（请指定可写入的文件）"
    monkeypatch.setattr(osm_command, "JUNCTIONS_MAX", 0)
    assert told(capsys, *asked) == f"{path}：路口 1 个，多于 0 个（请按片区分别处理）"


def test_files_are_refused_by_the_commands_in_their_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, taken = tmp_path / "gone.toml", tmp_path / "taken"
    taken.write_text("mine", "utf-8")
    unread = f"{gone}：无法读取：No such file or directory（请指定可读取的文件）"
    assert told(capsys, "check", str(gone)) == unread
    assert told(capsys, "area", str(gone), "--counts", str(gone), "--to", str(tmp_path)) == unread
    added = told(capsys, "check", str(MAIN_STREET), "--plans", str(gone))
    assert added == "--plans：配时方案只能附加于 SUMO 路网（请直接写入该文件）"
    asked = ["bands", str(MAIN_STREET), "--to", str(taken)]
    limits = "求解时限须为 1 至 3600 秒，步长须为 0.1 至 10 秒（请修正）"
    assert told(capsys, *asked, "--step-s", "0") == f"--limit-s, --step-s：{limits}"
    assert told(capsys, *asked, "--wave", "dusk") == "main_street.toml：文件中没有该绿波（请指定文件中的干道与绿波）"
    said = told(capsys, *asked, "--wave", "day")
    assert said == f"{taken}：无法写入：[Errno 17] File exists: '{taken}'（请指定其他文件夹）"
