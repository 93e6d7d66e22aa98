"""One crew by itself: orders, cancellations, new orders on the way, and buttons that are not pressed twice."""

from typing import Any

import msgspec
import pytest

from turnout.city.simulated.behaviour import Roaming
from turnout.city.simulated.crews import Crew, Driving, Order, Setting, Working
from turnout.city.simulated.deeds import Command, Deed, Seen
from turnout.city.simulated.ways import Ways
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m

HOME = Place(37.7794, -122.4041)  # Station 1, Folsom Street
SCENE = Place(37.7852, -122.4191)
ELSEWHERE = Place(37.7682, -122.4197)
FIRST = Order("I1", SCENE, True, "medical", "dispatched")


@pytest.fixture
def setting(parts: Any) -> Setting:
    hospitals = {id: hospital.place for id, hospital in parts.city.catalogue.hospitals.items()}
    started = Moment(1_798_833_600_000)
    return Setting(parts.behaviour, Ways(parts.roads), hospitals, lambda name: name, started, dead_spots=False)


@pytest.fixture
def crew(setting: Setting) -> Crew:
    return Crew("E01", "engine", HOME, setting, seed=1)


def statuses(deeds: list[Deed]) -> list[str]:
    return [deed.body["status"] for deed in deeds if isinstance(deed, Command)]


def play(crew: Crew, begin_s: float, end_s: float) -> list[Deed]:
    deeds: list[Deed] = []
    while begin_s < end_s:
        begin_s += 1.0
        deeds += crew.advance(begin_s)
    return deeds


def test_it_acknowledges_sets_out_and_arrives(crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    pressed: list[str] = []
    now_s = 0.0
    while "on-scene" not in pressed:
        now_s += 1.0
        pressed += statuses(crew.advance(now_s))
    assert pressed == ["acknowledged", "enroute", "on-scene"]
    assert 60.0 < now_s < 900.0
    assert distance_m(crew.fix(now_s).place, SCENE) < 50.0


def test_a_crew_that_is_cancelled_on_the_way_turns_round_where_it_is_and_says_so_at_home(crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    play(crew, 0.0, 260.0)
    assert isinstance(crew.task, Driving)
    before = crew.fix(260.0).place
    crew.ordered(None, 260.0)
    assert distance_m(before, crew.fix(261.0).place) < 60.0
    assert statuses(play(crew, 260.0, 2000.0)) == ["in-quarters"]
    assert crew.fix(2000.0).place == HOME


def test_a_new_order_on_the_way_is_taken_up_from_where_it_is(crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    play(crew, 0.0, 260.0)
    before = crew.fix(260.0).place
    crew.ordered(msgspec.structs.replace(FIRST, incident="I2", place=ELSEWHERE), 260.0)
    assert distance_m(before, crew.fix(262.0).place) < 60.0
    deeds = play(crew, 260.0, 1600.0)
    assert {d.body.get("incident_id", "I2") for d in deeds if isinstance(d, Command)} == {"I2"}
    assert "enroute" in statuses(deeds)[:2]


def test_a_button_that_a_dispatcher_has_pressed_already_is_not_pressed_again(crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    play(crew, 0.0, 260.0)
    crew.ordered(msgspec.structs.replace(FIRST, stage="on-scene"), 261.0)
    assert "on-scene" not in statuses(play(crew, 261.0, 1200.0))


def test_a_crew_that_joins_a_running_city_goes_on_from_the_stage_that_the_board_shows(crew: Crew) -> None:
    crew.found_at(SCENE)
    crew.ordered(msgspec.structs.replace(FIRST, stage="on-scene"), 0.0)
    assert isinstance(crew.task, Working)
    assert crew.fix(0.0).place == SCENE


def test_an_ambulance_transports_to_a_hospital_that_is_there(setting: Setting) -> None:
    ends = []
    for seed in range(8):
        medic = Crew("51", "medic", HOME, setting, seed)
        medic.ordered(FIRST, 0.0)
        deeds = play(medic, 0.0, 4 * 3600.0)
        told = [d.body for d in deeds if isinstance(d, Command)]
        ends.append("transporting" in [body["status"] for body in told])
        for body in told:
            assert body.get("destination", "ZSFG") in setting.hospitals
    assert sum(ends) >= 5


def test_positions_come_often_while_it_drives_and_seldom_while_it_stands(crew: Crew) -> None:
    def fixes(begin_s: float, end_s: float) -> int:
        return sum(isinstance(deed, Seen) for deed in play(crew, begin_s, end_s))

    assert fixes(0.0, 600.0) <= 12
    crew.ordered(FIRST, 600.0)
    play(crew, 600.0, 800.0)
    assert isinstance(crew.task, Driving)
    assert fixes(800.0, 850.0) >= 9


def test_a_crew_that_is_out_of_service_presses_nothing_that_would_bring_it_back(setting: Setting, crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    play(crew, 0.0, 260.0)
    crew.available = False
    crew.ordered(None, 260.0)
    assert statuses(play(crew, 260.0, 2000.0)) == []
    patrol = Crew("3A01", "patrol", HOME, setting, seed=1, roaming=Roaming(1500.0, 60.0, 300.0))
    patrol.available = False
    assert statuses(play(patrol, 0.0, 2000.0)) == []
    assert patrol.fix(2000.0).place == HOME


def test_an_incident_that_proves_to_be_elsewhere_turns_the_crew_on_its_way(crew: Crew) -> None:
    crew.ordered(FIRST, 0.0)
    play(crew, 0.0, 260.0)
    crew.ordered(msgspec.structs.replace(FIRST, place=ELSEWHERE, stage="enroute"), 260.0)
    pressed: list[str] = []
    now_s = 260.0
    while "on-scene" not in pressed:
        now_s += 1.0
        pressed += statuses(crew.advance(now_s))
    assert distance_m(crew.fix(now_s).place, ELSEWHERE) < 50.0


def test_a_move_up_is_driven_to_the_other_station(crew: Crew) -> None:
    crew.posted(ELSEWHERE, 0.0)
    play(crew, 0.0, 1500.0)
    assert crew.fix(1500.0).place == ELSEWHERE
