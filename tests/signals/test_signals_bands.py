"""MAXBAND and MULTIBAND against judges that know none of their equations: a scan of the plane, and enumeration."""

import itertools
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, reject, settings

from tests.signals.arterials import an_arterial, symmetric, tasks, without_left_turns
from turnout.signals.arterial import Band, BandTask, Coordination, Section, Site, orders_of_left_turns
from turnout.signals.bands import maxband, multiband
from turnout.signals.model import LeftTurns
from turnout.signals.scan import STEP_S, Scanned, false_bands, scan
from turnout.words.trouble import Unsupported

METHODS = {"maxband": maxband, "multiband": multiband}
NEAR_S = 3 * STEP_S


def solved(method: Callable[[BandTask], Coordination], task: BandTask) -> Coordination:
    """Only limits on the change of speed can leave nothing to choose."""
    try:
        return method(task)
    except Unsupported:
        assert task.speed_change_mps
        reject()


def is_asked_and_kept(task: BandTask, found: Coordination) -> None:
    """Cycle, speeds and their changes are within what was asked."""
    assert task.cycle_s[0] - 1e-6 <= found.cycle_s <= task.cycle_s[1] + 1e-6
    for section, out, back in zip(task.sections, found.outbound, found.inbound, strict=True):
        for band, way_m in ((out, section.outbound_m), (back, section.inbound_m)):
            assert way_m / section.fastest_mps - 1e-3 <= band.travel_s <= way_m / section.slowest_mps + 1e-3
    if task.speed_change_mps:
        for way in (found.outbound, found.inbound):
            for one, next_one in itertools.pairwise(way):
                if one.travel_s and next_one.travel_s:
                    assert abs(one.speed_mps - next_one.speed_mps) <= task.speed_change_mps + 1e-3


@given(tasks())
@settings(max_examples=40, deadline=None)
def test_the_bands_of_maxband_are_on_the_street_as_wide_as_it_says(task: BandTask) -> None:
    found = solved(maxband, task)
    is_asked_and_kept(task, found)
    assert false_bands(task, found) == []
    seen = scan(task, found)
    assert seen.outbound_s >= found.outbound[0].width_s - NEAR_S
    assert seen.inbound_s >= found.inbound[0].width_s - NEAR_S


@given(tasks())
@settings(max_examples=40, deadline=None)
def test_every_band_of_multiband_meets_green_at_both_ends(task: BandTask) -> None:
    found = solved(multiband, task)
    is_asked_and_kept(task, found)
    assert false_bands(task, found) == []
    for i, (site, one, next_one) in enumerate(zip(task.sites[1:], found.outbound, found.outbound[1:], strict=False)):
        middle_s = one.from_s + one.width_s / 2 + one.travel_s - site.outbound_queue_s
        apart_s = (middle_s - next_one.from_s - next_one.width_s / 2) % found.cycle_s
        assert min(apart_s, found.cycle_s - apart_s) < 1e-3, f"the line breaks after section {i}"


def with_offsets(task: BandTask, offsets_s: tuple[float, ...], orders: tuple[str, ...]) -> Scanned:
    """A coordination at the fastest speeds."""
    sections = task.sections
    tried = Coordination(
        cycle_s=task.cycle_s[0],
        offsets_s=offsets_s,
        orders=orders,
        outbound=tuple(Band(0.0, 0.0, each.outbound_m / each.fastest_mps, 0.0) for each in sections),
        inbound=tuple(Band(0.0, 0.0, each.inbound_m / each.fastest_mps, 0.0) for each in sections),
        value=0.0,
        bound=0.0,
    )
    return scan(task, tried)


def half_integer(task: BandTask) -> list[Scanned]:
    """Every coordination whose greens' middles are together or half a cycle apart."""
    cycle_s = task.cycle_s[0]
    halves = itertools.product((0.0, cycle_s / 2), repeat=len(task.sites) - 1)
    return [with_offsets(task, (0.0, *each), ("plain",) * len(task.sites)) for each in halves]


@given(symmetric(same_width=True))
@settings(max_examples=40, deadline=None)
def test_equal_bands_are_those_of_the_best_half_integer_coordination(task: BandTask) -> None:
    """Morgan and Little 1964: with equal speeds and greens both ways at once, one of them is as wide as any."""
    widest_s = max(min(each.outbound_s, each.inbound_s) for each in half_integer(task))
    found = maxband(task)
    assert found.is_proven
    assert found.outbound[0].width_s == pytest.approx(widest_s, abs=NEAR_S)
    assert found.inbound[0].width_s == pytest.approx(widest_s, abs=NEAR_S)


@given(symmetric(same_width=False))
@settings(max_examples=40, deadline=None)
def test_the_widest_sum_is_twice_the_equal_band_or_the_shortest_green(task: BandTask) -> None:
    """Morgan and Little 1964: what one direction is given, the other loses, until it has the shortest green."""
    widest_s = max(min(each.outbound_s, each.inbound_s) for each in half_integer(task))
    shortest_s = min(site.orders[0].outbound_share for site in task.sites) * task.cycle_s[0]
    found = maxband(task)
    total_s = found.outbound[0].width_s + found.inbound[0].width_s
    assert total_s == pytest.approx(max(2 * widest_s, shortest_s), abs=2 * NEAR_S)


@pytest.mark.parametrize("seed", range(3))
def test_no_offsets_on_a_grid_and_no_order_of_left_turns_do_better_than_maxband(seed: int) -> None:
    drawn = an_arterial(3, seed)
    sections = tuple(Section(each.outbound_m, each.inbound_m, 14.0, 14.0) for each in drawn.sections)
    task = BandTask(
        sites=tuple(Site(site.id, site.at_m, site.orders[:2]) for site in drawn.sites),
        sections=sections,
        cycle_s=(60.0, 60.0),
    )
    found = maxband(task)
    value_s = found.value * found.cycle_s
    best_s = 0.0
    orders = [order.name for order in task.sites[0].orders]
    for first, second in itertools.product(range(0, 60, 5), repeat=2):
        for names in itertools.product(orders[:2], repeat=3):
            seen = with_offsets(task, (0.0, float(first), float(second)), names)
            best_s = max(best_s, seen.outbound_s + seen.inbound_s)
    assert best_s <= value_s + 2 * NEAR_S
    assert best_s >= value_s - 12.0, "the grid is 5 s wide at two sites, each way"


def test_free_cycle_speeds_and_orders_are_never_worse_than_fixed_ones() -> None:
    free = an_arterial(6, 4)
    fixed = BandTask(
        sites=tuple(Site(site.id, site.at_m, site.orders[:1]) for site in free.sites),
        sections=tuple(Section(each.outbound_m, each.inbound_m, 14.0, 14.0) for each in free.sections),
        cycle_s=(100.0, 100.0),
    )
    assert maxband(free).value >= maxband(fixed).value + 0.05


@pytest.mark.parametrize("seed", range(3))
def test_the_speed_changes_by_no_more_than_was_asked(seed: int) -> None:
    task = msgspec.structs.replace(an_arterial(4, seed), speed_change_mps=0.3)
    is_asked_and_kept(task, maxband(task))


def test_a_ratio_of_widths_is_kept() -> None:
    drawn = an_arterial(5, 2)
    for ratio in (0.5, 2.0):
        task = msgspec.structs.replace(drawn, inbound_to_outbound=ratio, same_width=True)
        found = maxband(task)
        assert found.inbound[0].width_s == pytest.approx(ratio * found.outbound[0].width_s, abs=1e-3)


def test_multiband_gives_the_busy_sections_more() -> None:
    """Short greens at the far end narrow MAXBAND's band everywhere, and MULTIBAND's only there."""
    task = without_left_turns([0.6, 0.6, 0.6, 0.25], [45.0, 45.0, 45.0])
    assert maxband(task).outbound[0].width_s == pytest.approx(0.25 * 90, abs=0.05)
    widths = [band.width_s for band in multiband(task).outbound]
    assert widths[:2] == pytest.approx([54.0, 54.0], abs=0.05)
    assert widths[2] == pytest.approx(22.5, abs=0.05)


def test_the_orders_of_left_turns_give_each_way_what_the_other_leaves() -> None:
    orders = {each.name: each for each in orders_of_left_turns(LeftTurns(0.4, outbound_left=0.1, inbound_left=0.2))}
    leads = orders["outbound-leads"]
    assert (leads.outbound_from, leads.outbound_share) == pytest.approx((0.4, 0.4))
    assert (leads.inbound_from, leads.inbound_share) == pytest.approx((0.5, 0.5))
    assert orders["both-lead"].outbound_from == pytest.approx(0.6)
    assert orders["both-lag"].inbound_from == pytest.approx(0.4)


def test_a_queue_lets_the_band_run_ahead() -> None:
    plain = without_left_turns([0.5, 0.5], [30.0])
    first, second = plain.sites
    queued = BandTask(
        sites=(first, Site(second.id, second.at_m, second.orders, outbound_queue_s=6.0)),
        sections=plain.sections,
        cycle_s=plain.cycle_s,
        inbound_to_outbound=0.0,
    )
    found = maxband(queued)
    assert found.outbound[0].width_s == pytest.approx(45.0, abs=0.01)
    assert found.offsets_s[1] == pytest.approx(24.0, abs=0.01)


def test_what_was_not_proven_in_time_says_how_much_more_there_might_be() -> None:
    found = maxband(an_arterial(14, 3), limit_s=0.05)
    assert not found.is_proven
    assert found.bound > found.value
    assert false_bands(an_arterial(14, 3), found) == []


def test_a_wave_that_cannot_be_is_refused_with_what_to_do() -> None:
    task = an_arterial(3)
    sections = tuple(Section(each.outbound_m, each.inbound_m, 16.0, 11.0) for each in task.sections)
    with pytest.raises(Unsupported, match="widen the range"):
        maxband(BandTask(sites=task.sites, sections=sections, cycle_s=task.cycle_s))
