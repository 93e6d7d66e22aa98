"""Adaptive control is tried as a job of the engineers' room (15.2): advice that cannot be proposed."""

from pathlib import Path

import pytest

from tests.adapters.http import test_http_signals as signals_tests
from tests.adapters.http.test_http_signals import SIGNALS, engineer, gives, job_over, said
from tests.adapters.running import Running
from tests.signals.districts.fake_sumo import install, install_library
from turnout.signals.districts import sumo_program
from turnout.signals.districts.sumo_program import HOME

house, city, sumo = signals_tests.house, signals_tests.city, signals_tests.sumo


async def test_adaptive_control_is_tried_beside_the_plans_in_force_and_cannot_be_proposed(
    house: Running, sumo: Path
) -> None:
    install_library(sumo)
    ada = await engineer(house)
    found = await said(await ada.get(f"{SIGNALS}/districts"))
    assert found["can_adapt"]
    assert "adapt" in found["kinds"]
    district = await said(await ada.get(f"{SIGNALS}/districts/grid"))
    asked = {"kind": "adapt", "seeds": 5, "fault": "silent"}
    taken = await ada.post(f"{SIGNALS}/districts/grid/jobs", json=asked)
    assert taken.status_code == 202, taken.text
    card = await job_over(ada, taken.json()["job"])
    assert (card["state"], card["kind"], card["simulation"]) == ("done", "adapt", "")
    result = card["result"]
    assert result["base"] == district["digest"]
    assert [each["on_plan"] for each in result["adapted"]] == [5, 5, 5, 5]
    assert result["adapted"][0]["faults"][0]["name"] == {"en": "sees nobody", "zh": "无检测信号"}
    no = await gives(ada, do="propose-plans", proposal_id="P1", district="grid", simulations=[result["state"]])
    assert (no.status_code, no.json()["code"]) == (409, "plans-not-simulated")


async def test_a_library_that_crashes_fails_its_job_with_words_and_the_next_one_is_worked_on(
    house: Running, sumo: Path
) -> None:
    install_library(sumo, "dies")
    ada = await engineer(house)
    taken = await said(await ada.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "adapt"}))
    card = await job_over(ada, taken["job"])
    assert (card["state"], "-11" in card["said"]["zh"]) == ("failed", True)
    install_library(sumo)
    taken = await said(await ada.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "adapt"}))
    assert (await job_over(ada, taken["job"]))["state"] == "done"


async def test_without_sumos_library_it_is_said_what_to_install(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(install(tmp_path / "bare")))
    monkeypatch.setattr(sumo_program, "LIBRARY", "no-such-library")
    ada = await engineer(house)
    found = await said(await ada.get(f"{SIGNALS}/districts"))
    assert (found["can_run"], found["can_adapt"]) == (True, False)
    no = await ada.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "adapt"})
    assert (no.status_code, no.json()["code"]) == (501, "no-libsumo")
    assert "libsumo" in no.json()["detail"]


async def test_trying_wants_the_right_to_plan(house: Running, sumo: Path) -> None:
    install_library(sumo)
    dispatcher = await engineer(house, "dispatcher")
    assert (await dispatcher.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "adapt"})).status_code == 403


async def test_a_fault_that_there_is_not_is_refused_at_once(house: Running) -> None:
    ada = await engineer(house)
    no = await ada.post(f"{SIGNALS}/districts/grid/jobs", json={"kind": "adapt", "fault": "strange"})
    assert no.status_code == 400
