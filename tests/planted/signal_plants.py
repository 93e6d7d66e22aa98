"""Bugs of the guard at a junction and of green waves: each let something out that nobody may see on a street."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.planted.plant import Plant
from tests.signals.arterials import an_arterial
from tests.signals.test_short_street import (
    test_two_junctions_under_adaptive_control_never_let_in_from_both_ends_and_serve_everybody,
)
from tests.signals.test_signals_adaptive import (
    test_a_side_road_that_was_overdue_is_served_until_its_queue_is_gone,
    test_an_endless_main_road_does_not_starve_the_side_road,
    test_on_its_plan_a_junction_shows_the_plan,
    test_who_gives_way_inside_the_junction_is_let_out_before_the_other_road_begins,
)
from tests.signals.test_signals_changes import (
    begins_after_s,
    test_a_green_is_not_ended_at_its_least_while_a_queue_stands_before_it,
)
from tests.signals.test_signals_faults import test_who_passes_a_detector_by_the_lane_beside_does_not_make_it_silent
from tests.signals.test_signals_guard import (
    OWN_INTERGREEN_LONGER_THAN_RED,
    TWO_ENDS_OF_A_TRACK,
    a_junction,
    every_clock_tried,
    everything_tried,
    longest_reds_s,
    test_a_change_shows_amber_then_red_and_the_other_after_its_intergreen,
    test_pedestrians_keep_their_clearance_though_the_matrix_says_less,
    test_the_longest_red_of_who_meets_one_that_is_closed_is_reached_and_not_passed,
)
from tests.signals.test_signals_plans import found_in
from tests.signals.test_signals_simulated import test_what_changed_is_what_reading_every_loop_in_every_second_shows
from tests.signals.test_signals_sumo import SHIPPED as NETWORKS
from tests.signals.test_signals_sumo import test_ways_cross_where_sumos_own_library_says_so
from tests.signals.test_single_track import (
    test_a_counter_that_missed_one_keeps_the_track_closed_and_a_person_is_told_at_each_of_its_signals,
    test_the_track_is_handed_over_when_nobody_is_on_it_and_the_other_signal_was_red_for_a_while,
)
from tests.signals.watching import SMALL
from turnout.signals import bands, guard, single_track, sumo_xml
from turnout.signals import check as checking
from turnout.signals.access import Access
from turnout.signals.adaptive import control, faults, supervisor
from turnout.signals.adaptive.observer import Observer
from turnout.signals.arterial import BandTask
from turnout.signals.bands import maxband, multiband
from turnout.signals.guard import Aspect, Lamp
from turnout.signals.guard_rules import GroupRule, Rules
from turnout.signals.model import Junction
from turnout.signals.scan import false_bands
from turnout.signals.short_street import StreetLock
from turnout.signals.simulated.run import Detectors

Patch = pytest.MonkeyPatch


def nothing_unsafe_comes_out(folder: Path) -> None:
    for name in ("two roads", "two roads, red with amber", "all against all"):
        everything_tried(SMALL[name])


def no_clock_gets_anything_out(folder: Path) -> None:
    every_clock_tried(a_junction([[-1, 2], [1, -1]], (3, 1, 1, 0), (1, 1, 0, 0)))


def pedestrians_keep_their_clearance(folder: Path) -> None:
    test_pedestrians_keep_their_clearance_though_the_matrix_says_less()


def a_second_of_intergreen_less(patch: Patch) -> None:
    honest = guard._may_begin

    def may_begin(rules: Rules, lamps: Sequence[Lamp], i: int) -> bool:
        return honest(rules, [lamp._replace(dark_ms=lamp.dark_ms + 1_000) for lamp in lamps], i)

    patch.setattr(guard, "_may_begin", may_begin)


def no_amber(patch: Patch) -> None:
    honest = guard._aged

    def aged(rule: GroupRule, lamp: Lamp, passed_ms: int) -> Lamp:
        found = honest(rule, lamp, passed_ms)
        return Lamp(Aspect.RED, 0, found.dark_ms) if found.aspect is Aspect.ENDING else found

    patch.setattr(guard, "_aged", aged)


def red_with_amber_is_free(patch: Patch) -> None:
    def may_begin(rules: Rules, lamps: Sequence[Lamp], i: int) -> bool:
        return lamps[i].shown_ms > 0 and all(
            lamp.aspect is not Aspect.GREEN and lamp.dark_ms >= rules.least_ms[j][i]
            for j, lamp in enumerate(lamps)
            if guard._conflict(rules, j, i)
        )

    patch.setattr(guard, "_may_begin", may_begin)


def green_counts_double(patch: Patch) -> None:
    honest = guard._aged

    def aged(rule: GroupRule, lamp: Lamp, passed_ms: int) -> Lamp:
        return honest(rule, lamp, passed_ms * (2 if lamp.aspect is Aspect.GREEN else 1))

    patch.setattr(guard, "_aged", aged)


def amber_to_green(patch: Patch) -> None:
    honest = guard._may_begin

    def may_begin(rules: Rules, lamps: Sequence[Lamp], i: int) -> bool:
        return honest(rules, [lamp._replace(shown_ms=1) for lamp in lamps], i)

    patch.setattr(guard, "_may_begin", may_begin)


def jumps_are_believed(patch: Patch) -> None:
    patch.setattr(guard, "STEP_MAX_MS", 86_400_000)


def red_for_ever(patch: Patch) -> None:
    patch.setattr(guard, "_overdue", lambda rules, lamps: [])


def own_intergreen_forgotten(patch: Patch) -> None:
    patch.setattr(guard, "_until_first_ms", lambda rules, group, line: [])


def no_red_is_longer_than_published(folder: Path) -> None:
    rules = OWN_INTERGREEN_LONGER_THAN_RED
    longest_s = longest_reds_s(rules)
    assert all(longest_s[i] * 1_000 <= guard.worst_red_ms(rules, i) for i in range(len(longest_s)))


def clearance_forgotten(patch: Patch) -> None:
    def least_between(self: Junction) -> Any:
        return {(each.ending, each.beginning): each.least_ms for each in self.intergreens}

    patch.setattr(Junction, "least_between", least_between)


def every_band_is_on_the_street(folder: Path) -> None:
    for method in (maxband, multiband):
        for task in (an_arterial(4, 1), with_queues(an_arterial(4, 2))):
            assert false_bands(task, method(task)) == []


def with_queues(task: BandTask) -> BandTask:
    sites = tuple(msgspec.structs.replace(site, outbound_queue_s=7.0, inbound_queue_s=4.0) for site in task.sites)
    return msgspec.structs.replace(task, sites=sites)


def left_turns_on_the_wrong_side(patch: Patch) -> None:
    honest = bands._lean
    patch.setattr(bands, "_lean", lambda order: -honest(order))


def green_as_long_as_the_cycle_allows(patch: Patch) -> None:
    patch.setattr(bands, "_inbound_share", lambda order: 1 - order.outbound_from)


def crossings_are_sumos(folder: Path) -> None:
    for name in ("acosta", "doerpfeldstrasse"):
        test_ways_cross_where_sumos_own_library_says_so(NETWORKS / f"{name}.net.xml.gz")


def a_plan_that_breaks_an_intergreen_is_found(folder: Path) -> None:
    for change in (
        ("K2 = [[46, 75]], F1", "K2 = [[44, 75]], F1"),
        ("K2 = [[46, 75]], F1", "K2 = [[46, 76]], F1"),
    ):
        assert ("intergreen-broken", "market", "day") in found_in(change)


def foes_from_the_left(patch: Patch) -> None:
    honest = sumo_xml._node

    def node(element: Any, file: str) -> Any:
        found = honest(element, file)
        last = len(found.foes) - 1
        foes = tuple(frozenset(last - other for other in each) for each in found.foes)
        return msgspec.structs.replace(found, foes=foes)

    patch.setattr(sumo_xml, "_node", node)


def the_cycle_has_an_end(patch: Patch) -> None:
    """Greens of the next cycle are not looked at."""
    honest = checking._meetings

    def meetings(junction: Junction, plan: Any, spot: Any) -> Any:
        return honest(junction, msgspec.structs.replace(plan, cycle_ms=10 * plan.cycle_ms), spot)

    patch.setattr(checking, "_meetings", meetings)


def nobody_waits_for_ever_under_adaptive_control(folder: Path) -> None:
    test_an_endless_main_road_does_not_starve_the_side_road()


def nobody_crosses_slowly(patch: Patch) -> None:
    patch.setattr(control.AdaptiveControl, "_is_crossed", lambda *_: False)


def who_starts_in_the_amber_has_crossed(folder: Path) -> None:
    assert begins_after_s("m2", range(9, 13)) == supervisor.CROSSES_MS // 1_000


def both_ends_let_in(patch: Patch) -> None:
    """While the other one lets in, who waits is let in too."""
    patch.setattr(StreetLock, "is_closed", lambda lock, gate: lock.is_closing and gate.end == lock.holder)


def one_end_at_a_time_lets_in(folder: Path) -> None:
    test_two_junctions_under_adaptive_control_never_let_in_from_both_ends_and_serve_everybody()


def every_green_ends_at_its_least(patch: Patch) -> None:
    patch.setattr(control, "LEAST_MS", 0)


def one_who_came_late_keeps_the_green(patch: Patch) -> None:
    patch.setattr(control, "QUEUE", 0.0)


def no_street_is_ever_full(patch: Patch) -> None:
    patch.setattr(Observer, "full", lambda observer, at_ms: set[str]())


def a_green_goes_on_before_a_queue(folder: Path) -> None:
    for stand in (1, 6):
        test_a_green_is_not_ended_at_its_least_while_a_queue_stands_before_it(stand)


def a_broken_detector_is_named(folder: Path) -> None:
    test_on_its_plan_a_junction_shows_the_plan()


def who_gives_way_is_let_out(folder: Path) -> None:
    test_who_gives_way_inside_the_junction_is_let_out_before_the_other_road_begins()


def nobody_is_overdue(patch: Patch) -> None:
    patch.setattr(supervisor.Supervisor, "overdue", lambda self, at_ms, without=(): [])


def every_detector_is_believed(patch: Patch) -> None:
    patch.setattr(faults.FaultWatch, "_kind", lambda self, name, watched, at_ms: None)


def places_are_not_compared(patch: Patch) -> None:
    patch.setattr(faults, "_is_more", lambda watched: True)


def who_changes_lanes_breaks_no_detector(folder: Path) -> None:
    test_who_passes_a_detector_by_the_lane_beside_does_not_make_it_silent()


def straight_to_the_other_road(patch: Patch) -> None:
    patch.setattr(control, "frees", lambda layout, now, lanes: None)


def the_guard_sleeps(patch: Patch) -> None:
    patch.setattr(guard, "quiet_ms", lambda rules, lamps, greens: guard.FOR_EVER_MS)


def a_change_is_shown_in_time(folder: Path) -> None:
    test_a_change_shows_amber_then_red_and_the_other_after_its_intergreen()


def the_overdue_are_cut_off(patch: Patch) -> None:
    patch.setattr(control, "SERVED_MS", 0)


def the_overdue_are_served_out(folder: Path) -> None:
    test_a_side_road_that_was_overdue_is_served_until_its_queue_is_gone()


def who_is_gone_is_counted_as_there(patch: Patch) -> None:
    patch.setattr(Detectors, "_leave", lambda self, gone: None)


def what_changed_is_what_every_loop_shows(folder: Path) -> None:
    test_what_changed_is_what_reading_every_loop_in_every_second_shows()


def whoever_is_on_the_track(patch: Patch) -> None:
    """The next direction gets the track as soon as the other's signal is red."""
    honest = single_track.Interlocking.count

    def count(lock: single_track.Interlocking, counts: Mapping[str, single_track.Count], at_ms: int) -> None:
        lock.inside = [0, 0]
        honest(lock, counts, at_ms)

    patch.setattr(single_track.Interlocking, "count", count)


def a_track_is_handed_over_when_it_is_free(folder: Path) -> None:
    test_the_track_is_handed_over_when_nobody_is_on_it_and_the_other_signal_was_red_for_a_while(is_seen_coming=False)


def who_opens_again_is_first_in_line(patch: Patch) -> None:
    honest = guard._overdue

    def overdue(rules: Rules, lamps: Sequence[Lamp]) -> list[int]:
        return sorted(honest(rules, lamps), key=lambda i: rules.groups[i].max_red_ms - lamps[i].dark_ms)

    patch.setattr(guard, "_overdue", overdue)


def closing_holds_up_nobody_else(folder: Path) -> None:
    test_the_longest_red_of_who_meets_one_that_is_closed_is_reached_and_not_passed(TWO_ENDS_OF_A_TRACK, (1, 2), 0, 5)


def a_doubtful_track_is_told_to_nobody(patch: Patch) -> None:
    patch.setattr(Access, "doubts", lambda self: ())


def a_person_is_told_of_a_doubtful_track(folder: Path) -> None:
    test_a_counter_that_missed_one_keeps_the_track_closed_and_a_person_is_told_at_each_of_its_signals()


SIGNAL_PLANTS = {
    "a signal that opens again before all others": Plant(
        who_opens_again_is_first_in_line, closing_holds_up_nobody_else
    ),
    "a doubtful track that nobody hears of": Plant(
        a_doubtful_track_is_told_to_nobody, a_person_is_told_of_a_doubtful_track
    ),
    "a vehicle that is gone hides the next": Plant(
        who_is_gone_is_counted_as_there, what_changed_is_what_every_loop_shows
    ),
    "a single track open at both ends": Plant(whoever_is_on_the_track, a_track_is_handed_over_when_it_is_free),
    "a guard that sleeps through an amber": Plant(the_guard_sleeps, a_change_is_shown_in_time),
    "a full side road that is cut off": Plant(the_overdue_are_cut_off, the_overdue_are_served_out),
    "a side road that waits for ever": Plant(nobody_is_overdue, nobody_waits_for_ever_under_adaptive_control),
    "a stuck detector that is believed": Plant(every_detector_is_believed, a_broken_detector_is_named),
    "a sound detector that is called broken": Plant(places_are_not_compared, who_changes_lanes_breaks_no_detector),
    "the other road's green while somebody stands inside": Plant(straight_to_the_other_road, who_gives_way_is_let_out),
    "the other road's green into who crosses slowly": Plant(nobody_crosses_slowly, who_starts_in_the_amber_has_crossed),
    "a street of one vehicle open at both ends": Plant(both_ends_let_in, one_end_at_a_time_lets_in),
    "greens that nobody can use": Plant(every_green_ends_at_its_least, a_green_goes_on_before_a_queue),
    "no street is full": Plant(no_street_is_ever_full, a_green_goes_on_before_a_queue),
    "one keeps the green from many": Plant(one_who_came_late_keeps_the_green, a_green_goes_on_before_a_queue),
    "ways that cross, read from the wrong end": Plant(foes_from_the_left, crossings_are_sumos),
    "an intergreen over the end of the cycle": Plant(the_cycle_has_an_end, a_plan_that_breaks_an_intergreen_is_found),
    "left turns on the wrong side of the band": Plant(left_turns_on_the_wrong_side, every_band_is_on_the_street),
    "a band through the inbound red": Plant(green_as_long_as_the_cycle_allows, every_band_is_on_the_street),
    "an intergreen a second too short": Plant(a_second_of_intergreen_less, nothing_unsafe_comes_out),
    "an amber that is left out": Plant(no_amber, nothing_unsafe_comes_out),
    "red with amber beside a green": Plant(red_with_amber_is_free, nothing_unsafe_comes_out),
    "a green that is too short": Plant(green_counts_double, nothing_unsafe_comes_out),
    "amber and at once green again": Plant(amber_to_green, nothing_unsafe_comes_out),
    "a jump of the clock that ends a green": Plant(jumps_are_believed, no_clock_gets_anything_out),
    "a group that is red for ever": Plant(red_for_ever, nothing_unsafe_comes_out),
    "a published red without the group's own intergreen": Plant(
        own_intergreen_forgotten, no_red_is_longer_than_published
    ),
    "pedestrians without their clearance": Plant(clearance_forgotten, pedestrians_keep_their_clearance),
}
