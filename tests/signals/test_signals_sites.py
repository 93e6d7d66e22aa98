"""Which signals lie ahead on a way: at the ends of its edges, by the street on which the crew comes."""

from pathlib import Path

import msgspec
import pytest

from turnout.city.folder import shipped_city
from turnout.roads import Roads, Spots
from turnout.signals.sites import Sites, ahead_on, assumed_sites
from turnout.words.moment import Moment
from turnout.words.place import Place

NOON = Moment(1_780_000_000_000)


@pytest.fixture(scope="module")
def roads() -> Roads:
    return Roads.load(Path(shipped_city("san-francisco") / "roads.npz"))


@pytest.fixture(scope="module")
def sites(roads: Roads) -> Sites:
    return assumed_sites(roads.graph)


def test_signals_are_assumed_where_streets_of_some_rank_cross(sites: Sites) -> None:
    assert 1_000 < len(sites.by_id) < 2_000
    assert any("MARKET" in site.junction.name.en.upper() for site in sites.by_id.values())
    for site in sites.by_id.values():
        assert site.junction.groups
        assert {group.id for group in site.junction.groups} == set(site.groups.values())


def test_those_on_a_way_lie_ahead_in_order_with_the_group_of_its_street(roads: Roads, sites: Sites) -> None:
    source, target = roads.snap(Place(37.7793, -122.4193)), roads.snap(Place(37.7946, -122.3999))
    assert source is not None
    assert target is not None
    way = roads.route(source, target, NOON)
    assert way is not None
    edge_s = roads.edge_times_s(NOON)
    ahead = ahead_on(sites, roads.graph, edge_s, way.edges, 0.0)
    assert ahead
    assert [one.metres for one in ahead] == sorted(one.metres for one in ahead)
    assert all(one.seconds <= way.drive_s + 30 for one in ahead)
    streets = {street.en for street in way.streets}
    assert any(one.group in streets for one in ahead)
    later = ahead_on(sites, roads.graph, edge_s, way.edges, 0.5)
    assert later[0].metres < ahead[0].metres
    assert ahead_on(sites, roads.graph, edge_s, way.edges[-1:], 0.0) == ()  # its end is not driven through
    assert len(Spots.of([source])) == 1


def test_groups_of_one_junction_meet_and_of_an_unknown_one_too(sites: Sites) -> None:
    site = next(one for one in sites.by_id.values() if len(one.junction.groups) > 1)
    first, second = (group.id for group in site.junction.groups[:2])
    assert sites.meet(site.id, first, second)
    assert not sites.meet(site.id, first, first)
    assert sites.meet("nowhere", "a", "b")
    assert sites.meet(site.id, first, "a group that it lacks")
    assert not sites.meet(site.id, "a group that it lacks", "a group that it lacks")


def test_stop_lines_behind_one_another_at_one_site_are_one_junction_with_all_their_groups(
    roads: Roads, sites: Sites
) -> None:
    source, target = roads.snap(Place(37.7793, -122.4193)), roads.snap(Place(37.7946, -122.3999))
    assert source is not None
    assert target is not None
    way = roads.route(source, target, NOON)
    assert way is not None
    edge_s = roads.edge_times_s(NOON)
    site = next(iter(sites.by_id.values()))
    groups = {way.edges[1]: "near", way.edges[2]: "near", way.edges[3]: "far", way.edges[6]: "near"}
    other = msgspec.structs.replace(
        site, junction=msgspec.structs.replace(site.junction, id="J2"), groups={way.edges[5]: "B"}
    )
    wide = Sites([msgspec.structs.replace(site, groups=groups), other])
    ahead = ahead_on(wide, roads.graph, edge_s, way.edges, 0.0)
    assert [(one.junction, one.group, one.also) for one in ahead] == [(site.id, "near", ("far",)), ("J2", "B", ())]
