"""Districts (15.1, 15.2): read from a city's folder, their plans changed as drafts, arterials found on the network."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.districts.a_district import a_district, the_sample
from turnout.signals.check import check
from turnout.signals.districts.chains import derived, edges_along
from turnout.signals.districts.coordinating import bands
from turnout.signals.districts.folder import list_districts, read_head
from turnout.signals.districts.guarded import withheld
from turnout.signals.districts.phases import programme_of
from turnout.signals.districts.plan_sets import (
    body_of,
    digest_of,
    plan_of,
    plans_of,
    shape_of_plan,
    with_plans,
)
from turnout.signals.districts.reading import ReadDistrict, read_district, shape_of
from turnout.signals.districts.shapes import BandsAsked, JunctionPlans, PlanSet, PlanShape, WaveShape, WindowShape
from turnout.signals.model import GreenWindow, Plan, Signals
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals
from turnout.signals.sumo_xml import Records, read_records
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported


@pytest.fixture(scope="module")
def sample() -> ReadDistrict:
    return read_district(read_head(the_sample()))


@pytest.fixture(scope="module")
def network() -> Records:
    district = read_head(the_sample())
    return read_records(district.content(district.head.network), "net", root="net")


def rule_of(trouble: pytest.ExceptionInfo[BrokenSignals]) -> str:
    return trouble.value.problems[0].rule


def test_the_shipped_sample_is_a_district_with_streets_signals_and_arterials_and_no_errors(
    sample: ReadDistrict,
) -> None:
    district = read_head(the_sample())
    shape = shape_of(district, sample)
    assert district.head.sample
    assert district.head.licence == "EPL-2.0"
    assert (district.folder / "licence.txt").read_text(encoding="utf-8").startswith("Eclipse Public License - v 2.0")
    assert len(shape.junctions) == 7
    assert all(junction.at_m is not None for junction in shape.junctions)
    assert len(shape.streets) > 150
    assert [arterial.id for arterial in shape.arterials] == ["ring", "west-east"]
    assert shape.problems == ()
    assert shape.digest == digest_of(body_of(plans_of(sample.signals)))


def test_the_arterials_of_the_sample_are_what_its_network_says(sample: ReadDistrict, network: Records) -> None:
    for arterial in sample.signals.arterials:
        chain = [stop.junction for stop in arterial.stops]
        found = derived(network, sample.signals, arterial.name, chain, arterial.id)
        for mine, its in zip(arterial.stops, found.stops, strict=True):
            assert (mine.junction, mine.outbound, mine.inbound) == (its.junction, its.outbound, its.inbound)
            assert (mine.to_next_m, mine.back_m) == (its.to_next_m, its.back_m)


def test_an_arterial_leads_over_edges_that_follow_one_another_both_ways(network: Records) -> None:
    out, back = edges_along(network, ["235", "221", "210"])
    following = {(link.from_edge, link.to_edge) for link in network.links}
    for way in (out, back):
        assert all(pair in following for pair in pairwise(way))
    assert set(out).isdisjoint(back)


@pytest.mark.parametrize(
    ("chain", "rule"),
    [
        (["219", "220", "221"], "not-following"),
        (["219", "nowhere"], "unknown-junction"),
        (["219", "220", "219"], "named-twice"),
    ],
)
def test_junctions_that_do_not_follow_both_ways_make_no_arterial(
    sample: ReadDistrict, network: Records, chain: list[str], rule: str
) -> None:
    with pytest.raises(BrokenSignals) as trouble:
        derived(network, sample.signals, Name("x", "x"), chain, "x")
    assert rule_of(trouble) == rule
    assert trouble.value.problems[0].spot.junction in chain


def test_a_green_wave_sets_offsets_from_the_first_junction_and_puts_its_plan_in_force(sample: ReadDistrict) -> None:
    answer = bands(sample.signals, BandsAsked(arterial="ring", wave="90-s"))
    assert answer.is_proven
    assert min(answer.outbound_s, answer.inbound_s) > 10
    offsets = {site.junction: site.offset_s for site in answer.sites}
    for junction in answer.plans.junctions:
        assert junction.plans[-1].id == "0"
        assert junction.plans[-1].offset_s == offsets[junction.id]
    drafted = with_plans(sample.signals, answer.plans)
    assert [each for each in check(drafted) if each.severity == "error"] == []
    assert answer.svg.en.startswith("<svg")
    assert "周期" in answer.svg.zh


def test_a_wave_of_ones_own_may_weigh_one_direction_more(sample: ReadDistrict) -> None:
    def wave(ratio: float) -> float:
        asked = WaveShape(id="own", plan="0", method="multiband", ratio=ratio)
        return bands(sample.signals, BandsAsked(arterial="ring", wave=asked)).outbound_s

    assert wave(0.2) >= wave(1.0)
    with pytest.raises(BrokenSignals) as trouble:
        bands(sample.signals, BandsAsked(arterial="ring", wave="no-such"))
    assert rule_of(trouble) == "unknown-name"


def test_a_head_that_is_wrong_says_where(tmp_path: Path) -> None:
    folder = a_district(tmp_path)
    for content, rule in (
        ("name = 7", "wrong-value"),
        ("[[[", "toml-syntax"),
        ('name={en="a",zh="b"}\nsource=""\nlicence=""\nattribution=""', "district-without-signals"),
        ('name={en="a",zh="b"}\nsource=""\nlicence=""\nattribution=""\nnetwork="gone.net.xml"', "file-missing"),
    ):
        (folder / "district.toml").write_text(content, encoding="utf-8")
        with pytest.raises(BrokenSignals) as trouble:
            read_head(folder)
        assert rule_of(trouble) == rule


@pytest.mark.parametrize("name", ["../grid.net.xml", "/etc/passwd", ".hidden", "a/b", "", "a\x00b"])
def test_a_head_names_files_of_its_own_folder_only(tmp_path: Path, name: str) -> None:
    folder = a_district(tmp_path, more=f"programmes = [{msgspec.json.encode(name).decode()}]")
    with pytest.raises(BrokenSignals) as trouble:
        read_head(folder)
    assert rule_of(trouble) == "wrong-value"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = a_district(tmp_path, more='programmes = ["else.add.xml"]')
    (folder / "else.add.xml").symlink_to("/etc/hostname")
    with pytest.raises(BrokenSignals) as trouble:
        read_head(folder)
    assert rule_of(trouble) == "file-missing"


def test_a_city_without_districts_has_none_and_one_with_too_many_is_refused(tmp_path: Path) -> None:
    assert list_districts(tmp_path) == []
    for n in range(101):
        (tmp_path / "districts" / f"d{n}").mkdir(parents=True)
        (tmp_path / "districts" / f"d{n}" / "district.toml").touch()
    with pytest.raises(Unsupported):
        list_districts(tmp_path)


def test_a_plain_file_stands_in_place_of_the_networks_junctions(tmp_path: Path) -> None:
    own = 'format = "turnout-signals-1"\n[[junction]]\nid = "0.0"\nname = { en = "Own", zh = "自" }\n'
    read = read_district(read_head(a_district(tmp_path, signals=own)))
    junction = read.signals.junction("0.0")
    assert junction is not None
    assert junction.name.en == "Own"
    assert len(read.signals.junctions) == 4


def test_a_network_with_a_point_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = a_district(tmp_path)
    net = (folder / "grid.net.xml").read_bytes()
    (folder / "grid.net.xml").write_bytes(net.replace(b'type="traffic_light"', b'type="traffic_light" x="1" y="a"'))
    with pytest.raises(Malformed, match="line"):
        read_district(read_head(folder))


def test_a_draft_names_junctions_of_the_district_once(sample: ReadDistrict) -> None:
    none: tuple[PlanShape, ...] = ()
    for ids, rule in ((["nowhere"], "unknown-junction"), (["219", "219"], "named-twice")):
        with pytest.raises(BrokenSignals) as trouble:
            with_plans(sample.signals, PlanSet(tuple(JunctionPlans(id=id, plans=none) for id in ids)))
        assert rule_of(trouble) == rule


def test_the_digest_is_of_the_plans_of_all_junctions_whatever_the_draft_names(sample: ReadDistrict) -> None:
    whole = plans_of(sample.signals)
    part = PlanSet(whole.junctions[:1])
    same = plans_of(with_plans(sample.signals, part))
    assert digest_of(body_of(same)) == digest_of(body_of(whole))
    other = replace(part.junctions[0].plans[0], offset_s=part.junctions[0].plans[0].offset_s + 1)
    changed = PlanSet((replace(part.junctions[0], plans=(other, *part.junctions[0].plans[1:])),))
    assert digest_of(body_of(plans_of(with_plans(sample.signals, changed)))) != digest_of(body_of(whole))


def test_plans_written_as_a_file_read_back_the_same(sample: ReadDistrict) -> None:
    again = read_plans(write_plans(sample.signals, ["of", "the sample"]), "plans.toml")
    assert plans_of(again) == plans_of(sample.signals)
    for mine, its in zip(sample.signals.junctions, again.junctions, strict=True):
        assert (its.groups, its.intergreens, its.movements) == (mine.groups, mine.intergreens, mine.movements)
    assert [stop.junction for stop in again.arterials[0].stops] == ["235", "221", "210"]


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
seconds = st.integers(0, 3_600_000)


@settings(max_examples=60)
@given(
    junction=names,
    group=names,
    cycle_ms=st.integers(1, 3_600_000),
    offset_ms=seconds,
    windows=st.lists(st.tuples(seconds, seconds), max_size=4),
    minute=st.integers(0, 1_439),
)
def test_whatever_a_plan_is_called_and_says_its_file_and_its_shape_say_the_same(
    junction: str, group: str, cycle_ms: int, offset_ms: int, windows: list[tuple[int, int]], minute: int
) -> None:
    plan = Plan(group, cycle_ms, tuple(GreenWindow(group, *each) for each in windows), offset_ms)
    assert plan_of(msgspec.json.decode(msgspec.json.encode(shape_of_plan(plan)), type=PlanShape)) == plan
    shape: dict[str, Any] = {"plan": plan.id, "from": f"{minute // 60:02}:{minute % 60:02}", "days": ["mon", "sun"]}
    given_plans = msgspec.convert({"id": junction, "plans": [], "hours": [shape]}, JunctionPlans)
    base = read_plans(
        f'format="turnout-signals-1"\n[[junction]]\nid={quoted(junction)}\n[[junction.group]]\nid={quoted(group)}\n'.encode(),
        "f",
    )
    drafted = with_plans(base, PlanSet((replace(given_plans, plans=(shape_of_plan(plan),)),)))
    assert plans_of(read_plans(write_plans(drafted), "f")) == plans_of(drafted)


def quoted(text: str) -> str:
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def test_the_networks_own_plans_come_out_as_the_programmes_they_were_read_from(
    sample: ReadDistrict, network: Records
) -> None:
    """But for amber that a programme shows otherwise than its group does, and for who gives way."""
    same = {"g": "G", "Y": "y", "s": "r", "o": "r"}
    for programme in network.programmes:
        junction = sample.signals.junction(programme.signal)
        assert junction is not None
        plan = junction.plan(programme.id)
        assert plan is not None
        made = programme_of(junction, plan, len(programme.phases[0].state))
        assert sum(phase.duration_ms for phase in made.phases) == plan.cycle_ms
        wanted = [phase.state for phase in programme.phases for _ in range(phase.duration_ms // 1_000)]
        found = [phase.state for phase in made.phases for _ in range(phase.duration_ms // 1_000)]
        for mine, its in zip(found, wanted, strict=True):
            assert [same.get(lamp, lamp) for lamp in mine] == [same.get(lamp, lamp) for lamp in its]


def test_a_junction_that_is_not_numbered_as_the_network_is_not_simulated(sample: ReadDistrict) -> None:
    junction = sample.signals.junctions[0]
    renamed = replace(junction, movements=tuple(replace(each, id=f"m{each.id}") for each in junction.movements))
    with pytest.raises(BrokenSignals) as trouble:
        programme_of(renamed, junction.plans[0], 99)
    assert rule_of(trouble) == "not-of-the-network"


def test_the_guard_lets_out_every_plan_of_the_sample(sample: ReadDistrict) -> None:
    for junction in sample.signals.junctions:
        for plan in junction.plans:
            assert list(withheld(junction, plan)) == []


def test_the_guard_finds_what_check_finds_when_two_greens_meet(sample: ReadDistrict) -> None:
    junction = sample.signals.junctions[0]
    plan = junction.plans[-1]
    (first, second), *_ = junction.least_between()
    windows = tuple(each for each in plan.windows if each.group not in (first, second))
    bad = replace(plan, windows=(*windows, GreenWindow(first, 0, 40_000), GreenWindow(second, 20_000, 60_000)))
    broken = replace(junction, plans=(bad,))
    assert any(each.rule == "greens-meet" for each in check(Signals((broken,))))
    assert {each.rule for each in withheld(broken, bad)} == {"guard-withholds"}


def test_a_window_shape_takes_nothing_that_a_controller_has_not() -> None:
    for bad in ({"group": "a", "from_s": -1, "to_s": 2}, {"group": "", "from_s": 0, "to_s": 2}, {"group": "a"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, WindowShape)
