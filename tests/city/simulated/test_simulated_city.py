"""The simulated city as a whole, against a product on paper: it lives, it obeys, it leaves a visitor's work alone."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from turnout.city.simulated.deeds import Command, Seen
from turnout.words.place import distance_m

HOUR_S = 3600.0


def by_what(stage: Any) -> Counter[str]:
    return Counter(command.body["do"] for command in stage.product.done)


def test_calls_become_incidents_that_are_worked_and_closed(staged: Any) -> None:
    stage = staged()
    stage.play(2 * HOUR_S, step_s=5.0)
    done = by_what(stage)
    assert 40 <= done["take-call"] <= 120
    assert done["open-incident"] >= 0.8 * (done["take-call"] - done["attach-call"])
    incidents = stage.product.rows["incidents"].values()
    assert sum(row["status"] == "closed" for row in incidents) >= 20
    assert 5 <= stage.simulation.running() <= 60
    assert not [each for each in stage.product.refusals if each[0] != "assign-units"]


def test_the_same_seed_gives_the_same_run_and_another_another(staged: Any) -> None:
    runs = []
    for seed in (3, 3, 4):
        stage = staged(seed=seed)
        stage.play(900.0)
        runs.append([(command.id, command.at_s, str(command.body)) for command in stage.product.done])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_crew_goes_through_its_stages_in_order_and_comes_home(staged: Any) -> None:
    stage = staged()
    stage.play(1.5 * HOUR_S, step_s=5.0)
    pressed: dict[tuple[str, str], list[Command]] = defaultdict(list)
    for command in stage.product.done:
        if command.body["do"] == "report-status" and command.body.get("incident_id"):
            pressed[command.body["unit"], command.body["incident_id"]].append(command)
    order = ("acknowledged", "enroute", "on-scene", "at-patient", "transporting", "at-destination", "available")
    assert len(pressed) > 30
    for presses in pressed.values():
        places = [order.index(command.body["status"]) for command in presses]
        assert places == sorted(places)
        assert all(a.at_s <= b.at_s for a, b in pairwise(presses))
    assert any(command.body.get("status") == "in-quarters" for command in stage.product.done)
    assert any(command.body.get("destination") for command in stage.product.done)


def test_no_vehicle_is_faster_than_a_fire_engine_can_drive(staged: Any) -> None:
    stage = staged(dead_spots=False, roaming=True)
    stage.play(0.2 * HOUR_S)
    tracks: dict[str, list[Seen]] = defaultdict(list)
    for deed in stage.seen:
        if isinstance(deed, Seen):
            tracks[deed.unit].append(deed)
    speeds = [
        (distance_m(a.place, b.place) - 30.0) / (b.at_s - a.at_s)
        for track in tracks.values()
        for a, b in pairwise(track)
        if b.at_s - a.at_s < 20.0
    ]
    assert len(speeds) > 1000
    assert max(speeds) < 45.0


def test_an_incident_that_a_visitor_has_claimed_is_left_to_him(staged: Any) -> None:
    stage = staged()
    while not stage.product.rows["incidents"]:
        stage.play(stage.now_s + 2.0)
    for id in list(stage.product.rows["incidents"]):
        stage.product._change(id, claimed_by="visitor")
    claimed = set(stage.product.rows["incidents"])
    stage.play(stage.now_s + 1200.0, step_s=5.0)
    sent = {c.body["incident_id"] for c in stage.product.done if c.body["do"] == "assign-units"}
    assert not claimed & sent
    assert sent


def test_a_share_of_the_calls_waits_for_a_visitor_and_is_helped_in_the_end(staged: Any) -> None:
    stage = staged(leave_share=1.0)
    stage.play(140.0)
    assert by_what(stage)["answer-call"] == 0
    stage.play(1800.0, step_s=5.0)
    assert by_what(stage)["answer-call"] > 3
    assert by_what(stage)["assign-units"] > 1


def test_ten_times_the_load_brings_about_ten_times_the_calls(staged: Any) -> None:
    one, ten = staged(), staged(load=10.0)
    one.play(HOUR_S / 2, step_s=10.0)
    ten.play(HOUR_S / 2, step_s=10.0)
    assert by_what(ten)["take-call"] > 5 * by_what(one)["take-call"]


def test_half_the_load_brings_about_half_the_calls(staged: Any) -> None:
    one, half = staged(), staged(load=0.5)
    one.play(HOUR_S, step_s=15.0)
    half.play(HOUR_S, step_s=15.0)
    assert 0.3 * by_what(one)["take-call"] < by_what(half)["take-call"] < 0.75 * by_what(one)["take-call"]


def test_the_demand_model_is_another_source_of_calls(staged: Any) -> None:
    stage = staged(source="demand")
    stage.play(HOUR_S / 2, step_s=10.0)
    assert by_what(stage)["take-call"] > 5


def test_patrol_cars_are_out_and_about_and_engines_are_in_quarters(staged: Any) -> None:
    stage = staged(roaming=True)
    stage.play(900.0, step_s=5.0)
    homes = stage.simulation.parts.city.catalogue.stations

    def away(kind: str) -> float:
        units = [u for u in stage.product.rows["units"].values() if u["kind"] == kind and u.get("staffed")]
        crews = [stage.simulation.crews[u["id"]] for u in units]
        far = [
            distance_m(c.fix(900.0).place, homes[u["station"]].place) > 200.0 for c, u in zip(crews, units, strict=True)
        ]
        return sum(far) / len(far)

    assert away("patrol") > 0.7
    assert away("engine") < 0.4


def test_what_a_visitor_has_claimed_and_forgotten_is_a_colleagues_again(staged: Any) -> None:
    stage = staged()
    while not stage.product.rows["incidents"]:
        stage.play(stage.now_s + 2.0)
    id = next(iter(stage.product.rows["incidents"]))
    stage.product._change(id, claimed_by="visitor")
    stage.play(stage.now_s + 3600.0, step_s=10.0)
    sent = [c.at_s for c in stage.product.done if c.body["do"] == "assign-units" and c.body["incident_id"] == id]
    assert sent
    assert sent[0] > 2700.0
