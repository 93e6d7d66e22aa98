"""A city's own signals: what is wrong with one stops no other, and never the desk."""

from pathlib import Path

import pytest

from tests.roles.street import FIRST, SECOND, a_folder, the_way
from turnout.adapters.signals.simulated import now_ms
from turnout.city.folder import shipped_city
from turnout.city.signals import may_have_signals, read_signals
from turnout.roads import Roads
from turnout.signals.arming import Shut
from turnout.signals.sites import Sites
from turnout.signals_of_city import SignalsOfFiles
from turnout.words.trouble import Malformed

FILE = 'controllers = "file"\njunctions = "file"\n'
ROW = '[[controller]]\njunction = "{id}"\nspeaks = "ntcip"\nhost = "127.0.0.1"\nport = 161\n'


@pytest.fixture(scope="module")
def roads() -> Roads:
    return Roads.load(Path(shipped_city("san-francisco") / "roads.npz"))


def sites_of(folder: Path, roads: Roads) -> Sites:
    return SignalsOfFiles(folder, read_signals(folder), Shut(), now_ms).sites_of(roads.graph)


def rules(sites: Sites) -> list[tuple[str, str]]:
    return [(problem.rule, problem.spot.junction) for problem in sites.problems]


def test_junctions_with_a_place_and_a_controller_stand(tmp_path: Path, roads: Roads) -> None:
    folder = a_folder(tmp_path / "city")
    (folder / "signals.toml").write_text(FILE)
    (folder / "controllers.toml").write_text(ROW.format(id=FIRST) + ROW.format(id=SECOND))
    sites = sites_of(folder, roads)
    assert set(sites.by_id) == {FIRST, SECOND}
    assert rules(sites) == []


def test_one_without_a_controller_and_one_with_a_bad_one_are_told_and_not_asked(tmp_path: Path, roads: Roads) -> None:
    folder = a_folder(tmp_path / "city")
    (folder / "signals.toml").write_text(FILE)
    (folder / "controllers.toml").write_text(ROW.format(id=FIRST) + 'community_file = "none"\n')
    sites = sites_of(folder, roads)
    assert sites.by_id == {}
    assert sorted(rules(sites)) == [("bad-controller", FIRST), ("no-controller", SECOND)]


def test_an_unsound_junction_stands_on_no_corridor(tmp_path: Path, roads: Roads) -> None:
    folder = a_folder(tmp_path / "city")
    (folder / "signals.toml").write_text('controllers = "simulated"\njunctions = "file"\n')
    plans = folder / "signal_plans.toml"
    plans.write_text(plans.read_text().replace("{ K1 = [[0, 10]]", "{ K1 = [[0, 20]]", 1))
    sites = sites_of(folder, roads)
    assert set(sites.by_id) == {SECOND}
    assert {junction for _, junction in rules(sites)} == {FIRST}


@pytest.mark.parametrize("gone", ["signal_plans.toml", "controllers.toml"])
def test_files_that_cannot_be_read_are_told(tmp_path: Path, roads: Roads, gone: str) -> None:
    folder = a_folder(tmp_path / "city")
    (folder / "signals.toml").write_text(FILE)
    (folder / "controllers.toml").write_text(ROW.format(id=FIRST) + ROW.format(id=SECOND))
    (folder / gone).write_bytes(b"\xff")
    sites = sites_of(folder, roads)
    assert sites.by_id == {}
    assert len(sites.problems) >= 1
    (folder / gone).unlink()
    assert rules(sites_of(folder, roads))[0] == ("unreadable", "")


@pytest.mark.parametrize(
    ("content", "zh"),
    [
        (None, "错误：无法使用：No such file or directory。请指定可读取的文件。"),
        ("format = 1", '错误：无法使用：format 为 1。请写 format = "turnout-signals-1"。'),
    ],
)
def test_why_a_file_cannot_be_used_is_said_in_chinese(
    tmp_path: Path, roads: Roads, content: str | None, zh: str
) -> None:
    folder = a_folder(tmp_path / "city")
    (folder / "signals.toml").write_text(FILE)
    (folder / "controllers.toml").write_text("")
    plans = folder / "signal_plans.toml"
    plans.unlink()
    if content is not None:
        plans.write_text(content)
    assert zh in sites_of(folder, roads).problems[0].spoken("zh-CN")


def test_real_controllers_want_real_junctions(tmp_path: Path) -> None:
    assert not may_have_signals(tmp_path)
    (tmp_path / "signals.toml").write_text('controllers = "file"\n')
    assert may_have_signals(tmp_path)
    with pytest.raises(Malformed, match="assumed"):
        read_signals(tmp_path)


def test_the_street_of_these_tests_has_two_signals_on_one_way() -> None:
    first, second = the_way().metres
    assert 300 < first < second - 200
