"""`turnout signals hours`: counts in; plans with hours that `check` passes, figures and SUMO programmes out."""

import csv
from pathlib import Path

import pytest

from tests.signals.area.areas import street
from tests.signals.hours.days import a_week, as_csv
from tests.signals.hours.test_plans_by_hours import FLOWS, STREET, TWO
from turnout.main import main
from turnout.signals.plans_file import read_plans
from turnout.signals.sumo_xml import read_records


def run(folder: Path, file: Path, counts: bytes, *words: str) -> int:
    (folder / "counts.csv").write_bytes(counts)
    asked = ["signals", "hours", str(file), "--counts", str(folder / "counts.csv"), "--to", str(folder / "out")]
    return main([*asked, "--language", "en", *words])


def test_an_arterial_gets_a_file_of_plans_that_check_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, STREET, as_csv(a_week(FLOWS)), "--most", "4", "--limit-s", "10") == 0
    said = capsys.readouterr().out
    assert "explain" in said
    assert "→" in said
    made = read_plans((tmp_path / "out" / "plans.toml").read_bytes(), "plans.toml")
    market = made.junction("market")
    assert market is not None
    assert market.plan_at("mon", 8 * 60) != market.plan_at("mon", 3 * 60)
    assert {wave.plan for wave in made.arterials[0].waves} == {plan.id for plan in market.plans}
    assert main(["signals", "check", str(tmp_path / "out" / "plans.toml")]) == 0
    rows = list(csv.DictReader((tmp_path / "out" / "hours.csv").open()))
    assert {row["plan"] for row in rows} == {plan.id for plan in market.plans}


def test_a_network_gets_plans_and_programmes_for_sumo(tmp_path: Path):
    (tmp_path / "street.net.xml").write_bytes(street(220.0))
    words = ("--most", "3", "--cycles", "60,80")
    assert run(tmp_path, tmp_path / "street.net.xml", as_csv(TWO), *words) == 0
    made = read_plans((tmp_path / "out" / "plans.toml").read_bytes(), "plans.toml")
    for plan in made.junctions[0].plans:
        found = read_records((tmp_path / "out" / f"{plan.id}.add.xml").read_bytes(), "p", root="additional")
        assert {each.id for each in found.programmes} == {plan.id}
    assert main(["signals", "check", str(tmp_path / "out" / "plans.toml")]) == 0


@pytest.mark.parametrize("words", [("--arterial", "elsewhere"), ("--most", "0"), ("--limit-s", "-1")])
def test_what_cannot_be_done_is_refused(tmp_path: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, STREET, as_csv(a_week(FLOWS)), *words) != 0
    assert capsys.readouterr().err
    assert not (tmp_path / "out").exists()
