"""An arterial of a district that has a file of signals and no network: found by where the junctions stand."""

from pathlib import Path

import pytest

from tests.signals.osm.test_osm_command import a_street, run
from turnout.main import main
from turnout.signals.plans_file import read_plans

HEAD = """
source = "a map"
licence = "ODbL 1.0"
attribution = "OpenStreetMap contributors"
signals = "plans.toml"
name = { en = "Town", zh = "镇" }
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    assert run(a_street(tmp_path), folder / "plans.toml", "--country", "DE") == 0
    (folder / "district.toml").write_text(HEAD, "utf-8")
    return folder


def test_an_arterial_of_a_district_without_a_network_is_found(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["signals", "district", str(town), "--arterial", "n1,n2,n3"]) == 0
    (arterial,) = read_plans(capsys.readouterr().out.encode(), "out.toml").arterials
    assert arterial.id == "n1-n2-n3"
    assert [stop.junction for stop in arterial.stops] == ["n1", "n2", "n3"]
    assert [stop.to_next_m for stop in arterial.stops] == pytest.approx([200, 200, 0], abs=0.5)
    assert [wave.plan for wave in arterial.waves] == ["proposed"]


def test_junctions_that_do_not_follow_are_refused_there_too(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signals", "district", str(town), "--arterial", "n1,n9"]) == 1
    assert "n9 is no junction here" in capsys.readouterr().err
