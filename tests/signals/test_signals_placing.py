"""A city's signals on its roads: by place, street, heading or way; what cannot be placed is told, never guessed."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from turnout.city.folder import shipped_city
from turnout.main import main
from turnout.roads import Roads
from turnout.roads.headings import apart_deg, heading_at_end
from turnout.signals.model import Approach, Junction, Movement, SignalGroup, Signals
from turnout.signals.placing import leading_to, placed_sites
from turnout.signals.sites import Site, Sites, ahead_on, turn_of
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

NOON = Moment(1_780_000_000_000)


@pytest.fixture(scope="module")
def roads() -> Roads:
    return Roads.load(Path(shipped_city("san-francisco") / "roads.npz"))


@pytest.fixture(scope="module")
def middle(roads: Roads) -> Place:
    """A crossing of two two-way streets, each with a name."""
    graph = roads.graph
    for node in range(graph.junction_count):
        place = Place(float(graph.junction_lat[node]), float(graph.junction_lon[node]))
        leads = leading_to(graph, place) if (graph.edge_to == node).sum() == 4 else []
        streets = {one.street.en for one in leads}
        if len(leads) == 4 and len(streets) == 2 and "" not in streets:
            return place
    raise AssertionError("no such crossing")


def a_junction(roads: Roads, place: Place, *, left_alone: bool = False) -> Junction:
    """With a group for each street, and with a group of its own for who turns left from the first approach."""
    leads = leading_to(roads.graph, place)
    streets = sorted({one.street.en for one in leads})
    approaches, movements = [], []
    for nth, one in enumerate(leads):
        name = Name(f"approach {nth}", f"进口 {nth}")
        approaches.append(
            Approach(f"A{nth}", name, street=Name(one.street.en.lower(), ""), heading_deg=round(one.heading_deg))
        )
        group = f"K{streets.index(one.street.en) + 1}"
        movements.append(Movement(f"A{nth}-through", f"A{nth}", "through", group))
        if left_alone and nth == 0:
            movements.append(Movement("A0-left", "A0", "left", "L"))
    groups = [SignalGroup(id, "vehicle", 5_000, 3_000) for id in ("K1", "K2", *(("L",) if left_alone else ()))]
    return Junction(
        id="J1",
        name=Name("J1", "J1"),
        at=(place.lon, place.lat),
        groups=tuple(groups),
        approaches=tuple(approaches),
        movements=tuple(movements),
    )


def placed(roads: Roads, *junctions: Junction) -> Sites:
    return placed_sites(Signals(junctions), roads.graph, "plans.toml")


def rules(sites: Sites) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.spot.junction, problem.severity) for problem in sites.problems]


def test_every_street_that_leads_to_a_junction_gets_its_group(roads: Roads, middle: Place) -> None:
    sites = placed(roads, a_junction(roads, middle))
    assert rules(sites) == []
    site = sites.by_id["J1"]
    leads = leading_to(roads.graph, middle)
    assert set(site.groups) == {one.edge for one in leads}
    by_street = {one.street.en: site.groups[one.edge] for one in leads}
    assert sorted(by_street.values()) == ["K1", "K2"]
    assert all(site.groups[one.edge] == by_street[one.street.en] for one in leads)


def test_what_nobody_has_placed_or_is_beside_the_roads_is_told_with_its_cure(roads: Roads, middle: Place) -> None:
    junction = a_junction(roads, middle)
    swapped = replace(junction, id="J2", at=(middle.lat, middle.lon))
    sites = placed(roads, replace(junction, at=None), swapped)
    assert rules(sites) == [("no-place", "J1", "error"), ("beside-the-roads", "J2", "error")]
    assert sites.by_id == {}
    assert all(problem.cure.en and problem.cure.zh for problem in sites.problems)


def test_an_approach_that_fits_no_street_is_told_and_the_others_stand(roads: Roads, middle: Place) -> None:
    junction = a_junction(roads, middle)
    first, *others = junction.approaches
    sites = placed(
        roads, replace(junction, approaches=(replace(first, street=Name("Nowhere Street", "无名街")), *others))
    )
    assert rules(sites) == [("no-edge", "J1", "warning")]
    assert len(sites.by_id["J1"].groups) == 3
    assert "°" in sites.problems[0].what.en, "what there is, is named"
    away = tuple(replace(one, heading_deg=(one.heading_deg or 0.0) + 180.0) for one in junction.approaches)
    turned = placed(roads, replace(junction, approaches=tuple(replace(one, street=Name("x", "x")) for one in away)))
    assert {severity for _, _, severity in rules(turned)} == {"error"}
    assert turned.by_id == {}


def test_two_approaches_by_one_name_are_not_guessed_apart(roads: Roads, middle: Place) -> None:
    junction = a_junction(roads, middle)
    silent = tuple(replace(one, heading_deg=None) for one in junction.approaches)
    sites = placed(roads, replace(junction, approaches=silent))
    assert [rule for rule, _, _ in rules(sites)] == ["two-approaches"] * 2
    assert sites.by_id == {}


def test_an_approach_may_be_named_by_its_way_alone(roads: Roads, middle: Place) -> None:
    junction, leads = a_junction(roads, middle), leading_to(roads.graph, middle)
    ways = [one.way for one in leads]
    by_way = tuple(
        replace(one, street=None, heading_deg=None if ways.count(way) == 1 else one.heading_deg, osm_way=way)
        for one, way in zip(junction.approaches, ways, strict=True)
    )
    sites = placed(roads, replace(junction, approaches=by_way))
    assert rules(sites) == []
    assert sites.by_id["J1"].groups == placed(roads, junction).by_id["J1"].groups


def test_two_junctions_at_one_place_share_no_street(roads: Roads, middle: Place) -> None:
    junction = a_junction(roads, middle)
    sites = placed(roads, junction, replace(junction, id="J2"))
    assert [rule for rule, _, _ in rules(sites)] == ["two-junctions"] * 2
    assert sites.by_id == {}


def test_a_crew_that_turns_left_needs_the_green_of_its_turn(roads: Roads, middle: Place) -> None:
    graph = roads.graph
    site = placed(roads, a_junction(roads, middle, left_alone=True)).by_id["J1"]
    edge = leading_to(graph, middle)[0].edge
    after = [int(other) for other in np.flatnonzero(graph.edge_from == graph.edge_to[edge])]
    edge_s = roads.edge_times_s(NOON)
    groups = {}
    for other in after:
        if other == graph.edge_twin[edge]:
            continue
        (ahead,) = ahead_on(Sites([site]), graph, edge_s, [edge, other], 0.0)
        turn = turn_of(apart_deg(heading_at_end(graph, other), heading_at_end(graph, edge)))
        groups[turn] = ahead.group
    assert groups["left"] == "L"
    assert groups["through"] == groups["right"] == site.groups[edge] != "L"


@pytest.mark.parametrize(
    ("angle", "turn"), [(0.0, "through"), (44.0, "through"), (-90.0, "left"), (90.0, "right"), (180.0, "u-turn")]
)
def test_a_turn_is_by_the_change_of_heading(angle: float, turn: str) -> None:
    assert turn_of(angle) == turn


def test_a_site_without_turns_of_their_own_has_one_group_for_all(roads: Roads, middle: Place) -> None:
    junction = a_junction(roads, middle)
    site = Site(junction=junction, place=middle, groups={1: "K1"})
    assert {site.group_of(1, angle) for angle in (-90.0, 0.0, 90.0, 180.0)} == {"K1"}


def test_the_command_says_where_they_stand_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], roads: Roads, middle: Place
) -> None:
    folder = tmp_path / "city"
    folder.mkdir()
    for part in Path(shipped_city("san-francisco")).iterdir():
        (folder / part.name).symlink_to(part)
    (folder / "signals.toml").unlink()
    (folder / "signals.toml").write_text('controllers = "simulated"\njunctions = "file"\n')
    (folder / "signal_plans.toml").write_text(_file(roads, middle))
    assert main(["signals", "sites", str(folder), "--all", "--language", "en"]) == 1
    said = capsys.readouterr().out
    assert "J1 (J1) at" in said
    assert "heading" in said
    assert "junction J2: error: nobody has said where it is." in said
    assert "1 junctions stand on the roads; 1 error" in said
    main(["signals", "sites", str(folder), "--language", "zh-CN"])
    assert "未注明位置" in capsys.readouterr().out


def _file(roads: Roads, middle: Place) -> str:
    """The crossing as a file of plans, and a junction without a place."""
    leads = leading_to(roads.graph, middle)
    streets = sorted({one.street.en for one in leads})
    rows = ['format = "turnout-signals-1"']
    for id, at in (("J1", f"at = [{middle.lon}, {middle.lat}]"), ("J2", "")):
        rows += ["[[junction]]", f'id = "{id}"', at]
        for nth in (1, 2):
            rows += ["[[junction.group]]", f'id = "K{nth}"']
        for nth, one in enumerate(leads):
            rows += ["[[junction.approach]]", f'id = "A{nth}"', f'name = {{ en = "A{nth}", zh = "A{nth}" }}']
            rows += [f'street = {{ en = "{one.street.en}", zh = "" }}', f"heading_deg = {one.heading_deg:.0f}"]
            rows += ["[[junction.movement]]", f'id = "M{nth}"', f'approach = "A{nth}"', 'turn = "through"']
            rows += [f'group = "K{streets.index(one.street.en) + 1}"']
        rows += ["[junction.intergreen_s]", "K1 = { K2 = 5 }", "K2 = { K1 = 5 }", "[[junction.plan]]", 'id = "day"']
        rows += ["cycle_s = 60", "greens = { K1 = [[0, 25]], K2 = [[30, 55]] }"]
    return "\n".join(rows)
