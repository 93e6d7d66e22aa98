"""Signals of SUMO networks: what conflicts, as SUMO's own library says it; plans; and bad files, refused by name."""

import gzip
import itertools
from collections import Counter
from pathlib import Path

import pytest
import sumolib
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.check import check
from turnout.signals.guard import Guard, rules_of
from turnout.signals.model import Junction
from turnout.signals.problem import BrokenSignals
from turnout.signals.sumo_network import SumoSignals, _gaps, read_sumo
from turnout.signals.sumo_xml import FILE_BYTES_MAX, Phase, Programme, unpacked
from turnout.words.trouble import BadInput, Malformed, NotOurs, Unsupported

SHIPPED = Path(__file__).parent / "networks"
FOLDER = Path(__file__).parents[3] / "shared" / "data" / "signals"
"""Further networks, where somebody has them beside the repository; not all of them may be handed on."""
NETWORKS = sorted(path for folder in (SHIPPED, FOLDER) for path in folder.rglob("*.net.xml*"))
COUNTS = {
    "acosta": 7,
    "pasubio": 8,
    "doerpfeldstrasse": 9,
    "cologne1": 1,
    "cologne3": 3,
    "ingolstadt1": 1,
    "ingolstadt7": 7,
}


def read(name: str) -> SumoSignals:
    added = SHIPPED / f"{name}_tls.add.xml"
    return read_sumo(
        (SHIPPED / f"{name}.net.xml.gz").read_bytes(), f"{name}.net.xml.gz", [(added.read_bytes(), added.name)]
    )


def junction(found: SumoSignals, junction_id: str) -> Junction:
    one = found.signals.junction(junction_id)
    assert one is not None
    return one


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.name)
def test_every_network_is_read_and_its_own_plans_keep_its_own_times(path: Path) -> None:
    found = read_sumo(path.read_bytes(), path.name)
    name = path.name.split(".")[0]
    assert len(found.signals.junctions) == COUNTS.get(name, len(found.signals.junctions)) > 0
    assert [problem for problem in (*found.problems, *check(found.signals)) if problem.severity == "error"] == []
    for each in found.signals.junctions:
        assert each.groups
        assert each.plans
        Guard(rules_of(each), 0)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.name)
def test_ways_cross_where_sumos_own_library_says_so(path: Path) -> None:
    found = read_sumo(path.read_bytes(), path.name)
    net = sumolib.net.readNet(str(path), withPrograms=True, withInternal=True, withPedestrianConnections=True)
    compared = 0
    for signal in net.getTrafficLights():
        if signal.getID() not in found.foes:
            continue
        placed = [(index, lane.getConnection(to)) for lane, to, index in signal.getConnections() if index >= 0]
        several = Counter(index for index, _ in placed)
        for (a, one), (b, other) in itertools.permutations(placed, 2):
            node = one.getJunction()
            if a == b or node is not other.getJunction() or several[a] > 1 or several[b] > 1:
                continue
            mine, its = node.getLinkIndex(one), node.getLinkIndex(other)
            crosses = node.areFoes(mine, its) or node.areFoes(its, mine)
            assert ((a, b) in found.foes[signal.getID()]) == crosses, (a, b)
            compared += 1
    assert compared > 10


def test_groups_are_lamps_that_change_together_and_never_meet_what_crosses_them() -> None:
    """Signal 209 in Via Andrea Costa: seven links in five groups, as its two programmes show them."""
    found = read("acosta")
    one = junction(found, "209")
    assert {group.id: group.kind for group in one.groups} == dict.fromkeys(("K0", "K1", "K2", "K3", "K5"), "vehicle")
    assert [plan.id for plan in one.plans] == ["0", "utopia"]
    utopia = one.plan("utopia")
    assert utopia is not None
    assert utopia.cycle_ms == 117_000
    assert [(each.from_ms, each.to_ms) for each in utopia.windows_of("K2")] == [(0, 79_000)]
    for each in one.intergreens:
        assert each.least_ms >= 3_000


def test_pedestrians_and_trams_are_told_from_vehicles() -> None:
    found = read("doerpfeldstrasse")
    kinds = {group.kind for each in found.signals.junctions for group in each.groups}
    assert {"pedestrian", "vehicle", "tram"} <= kinds
    crossing = junction(found, "1525212345")
    turns = {movement.turn for movement in crossing.movements}
    assert "crossing" in turns


def test_a_left_turn_that_gives_way_is_no_conflict_and_is_named() -> None:
    junctions = read("acosta").signals.junctions
    assert any(movement.yields_to for each in junctions for movement in each.movements)
    assert read("acosta").problems == (), "who gives way is no problem"
    for each in junctions:
        groups = {movement.id: movement.group for movement in each.movements}
        least = each.least_between()
        for movement in each.movements:
            assert all((movement.group, groups[to]) not in least for to in movement.yields_to)


def test_a_plan_with_green_beside_an_amber_of_its_foe_is_found() -> None:
    """Bologna's own programme `utopia` at signal 219 of Via Pasubio does that."""
    errors = [problem for problem in check(read("pasubio").signals) if problem.severity == "error"]
    assert [(problem.rule, problem.spot.junction) for problem in errors] == [("intergreen-short-of-amber", "219")]


def phase(state: str, lasts_s: int) -> str:
    return f'<phase duration="{lasts_s}" state="{state}"/>'


def small(*, phases: str = "", programme: str = "", net: str = "", index: int = 1) -> bytes:
    """Two roads that cross, in SUMO's words."""
    phases = phases or phase("Gr", 30) + phase("yr", 3) + phase("rr", 2)
    phases += phase("rG", 20) + phase("ry", 4) + phase("rr", 1)
    programme = programme or f'<tlLogic id="J" type="static" programID="0" offset="-7">{phases}</tlLogic>'
    return f"""<net version="1.20">{net}
    <edge id="w"><lane id="w_0" index="0" speed="13.9" length="100"/></edge>
    <edge id="s"><lane id="s_0" index="0" speed="8.3" length="100"/></edge>
    <edge id="e"><lane id="e_0" index="0" speed="13.9" length="100"/></edge>
    <edge id="n"><lane id="n_0" index="0" speed="8.3" length="100"/></edge>
    {programme}
    <junction id="J" type="traffic_light" incLanes="w_0 s_0" intLanes="">
      <request index="0" response="00" foes="10"/>
      <request index="1" response="01" foes="01"/>
    </junction>
    <connection from="w" to="e" fromLane="0" toLane="0" tl="J" linkIndex="0" dir="s" state="O"/>
    <connection from="s" to="n" fromLane="0" toLane="0" tl="J" linkIndex="{index}" dir="s" state="O"/>
    </net>""".encode()


def test_times_and_windows_are_taken_from_the_programme() -> None:
    one = read_sumo(small(), "small").signals.junctions[0]
    assert {(each.ending, each.beginning): each.least_ms for each in one.intergreens} == {
        ("K0", "K1"): 5_000,
        ("K1", "K0"): 5_000,
    }
    assert [(group.min_green_ms, group.ending_ms) for group in one.groups] == [(5_000, 3_000), (5_000, 4_000)]
    plan = one.plans[0]
    assert (plan.cycle_ms, plan.offset_ms) == (60_000, 53_000)
    assert [(each.group, each.from_ms, each.to_ms) for each in plan.windows] == [
        ("K0", 0, 30_000),
        ("K1", 35_000, 55_000),
    ]


def test_a_green_over_the_end_of_the_cycle_is_one_green() -> None:
    phases = phase("rG", 12) + phase("ry", 3) + phase("rr", 2) + phase("Gr", 30)
    programme = f'<tlLogic id="J" programID="0">{phase("Gr", 2)}{phase("yr", 3)}{phases}</tlLogic>'
    one = read_sumo(small(programme=programme), "small").signals.junctions[0]
    assert [(each.from_ms, each.to_ms) for each in one.plans[0].windows_of("K0")] == [(22_000, 2_000)]
    assert one.groups[0].min_green_ms == 5_000, "2 s are only the end of it"


def test_an_intergreen_is_not_what_a_third_green_takes_between() -> None:
    """A ends, C has its whole green, B begins: that says nothing of A and B; from C to B it does."""
    seconds = (20, 3, 15, 4, 10, 5)
    programme = Programme("J", "0", 0, tuple(Phase(each * 1_000, each * 1_000, "", 1) for each in seconds), 1)
    a, c, b = "Gyrrrr", "rrGyrr", "rrrrGy"
    begins = {0, 2, 4}
    assert list(_gaps(programme, a, b, begins)) == [(22_000, False)]
    assert list(_gaps(programme, c, b, begins)) == [(4_000, True)]
    assert list(_gaps(programme, b, a, begins)) == [(5_000, True)]


def test_an_intergreen_is_not_what_another_green_that_goes_on_takes() -> None:
    """The through green ends; the left turn, which meets the cross road as well, has green for 9 s more."""
    states = (("GGr", 30), ("yGr", 3), ("rGr", 6), ("ryr", 3), ("rrG", 20), ("rry", 4))
    programme = Programme("J", "0", 0, tuple(Phase(s * 1_000, s * 1_000, state, 1) for state, s in states), 1)
    through, left, cross = ("".join(state[i] for state, _ in states) for i in range(3))
    holding = {nth for nth, shown in enumerate(left) if shown in "gG"}
    assert list(_gaps(programme, through, cross, {4} | holding)) == [(12_000, False)]
    assert list(_gaps(programme, left, cross, {4})) == [(3_000, True)]


def test_two_that_cross_and_both_go_first_are_a_warning_with_their_line() -> None:
    found = read_sumo(small(phases=phase("GG", 9)), "small")
    assert [(problem.rule, problem.severity) for problem in found.problems] == [("green-against-green", "warning")]
    assert found.problems[0].spot.line > 0


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (small(phases=phase("G", 9)), "phase-length"),
        (small(programme="<!-- none -->"), "no-programme"),
        (small(index=100_000), "too-many-links"),
    ],
)
def test_signals_that_cannot_be_used_are_told_with_their_junction_in_both_languages(content: bytes, rule: str) -> None:
    with pytest.raises(BrokenSignals) as caught:
        read_sumo(content, "small.net.xml")
    problem = caught.value.problems[0]
    assert (problem.rule, problem.spot.junction) == (rule, "J")
    assert "junction J" in problem.spoken("en")
    assert "路口 J" in problem.spoken("zh-CN")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not XML"),
        (b"<net><edge></net>", "line 1: not XML"),
        (small().replace(b'foes="10"', b'foes="102"'), "foes"),
        (small().replace(b'index="1"', b'index="4"'), "numbered"),
        (small().replace(b'duration="30"', b'duration="-30"'), "duration"),
        (small().replace(b'duration="30"', b'duration="nan"'), "duration"),
        (small().replace(b'duration="30"', b'duration="soon"'), "no number"),
        (small().replace(b'state="Gr"', b'state="Gx"'), "no colour"),
        (small().replace(b'offset="-7"', b'offset="inf"'), "offset"),
        (small().replace(b' fromLane="0"', b""), "fromLane"),
        (small(programme='<tlLogic id="J"/>'), "no phases"),
        (b'<!DOCTYPE net [<!ENTITY a "b">]><net>&a;</net>', "DTD"),
        (gzip.compress(small(), mtime=0)[:60], "unpacked"),
    ],
)
def test_a_malformed_network_is_refused_with_its_line(content: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_sumo(content, "small.net.xml")


def test_xml_of_something_else_is_not_ours() -> None:
    with pytest.raises(NotOurs, match="svg"):
        read_sumo(b"<svg><path/></svg>", "drawing.svg")
    with pytest.raises(NotOurs, match="routes"):
        read_sumo(small(), "small", [(b"<routes/>", "small.rou.xml")])


def test_a_file_that_grows_without_end_when_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FILE_BYTES_MAX >= 1 << 28
    monkeypatch.setattr("turnout.signals.sumo_xml.FILE_BYTES_MAX", 1 << 20)
    with pytest.raises(Unsupported, match="MiB"):
        unpacked(gzip.compress(bytes(2 << 20)), "bomb.net.xml.gz")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_to_a_network_it_is_read_or_refused_by_name(data: st.DataObject) -> None:
    content = bytearray(small())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(max_size=6) | st.sampled_from((b"<", b'"', b"1e400", b"-1", b"&x;", b"\xff")))
        content[at : at + data.draw(st.integers(0, 9))] = piece
    try:
        found = read_sumo(bytes(content), "small")
    except BadInput:
        return
    check(found.signals)
    for each in found.signals.junctions:
        try:
            Guard(rules_of(each), 0)
        except Unsupported:
            assert check(found.signals), "what the guard refuses, the check has found"
