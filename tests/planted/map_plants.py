"""Bugs of reading a map: each gives two who meet green together, too little time, or a junction that is not there."""

from pathlib import Path
from typing import Any

import pytest

from tests.planted.plant import Plant
from tests.signals.osm import test_osm_junctions as junctions
from tests.signals.osm import test_osm_reading as reading
from tests.signals.osm import test_osm_times as times
from turnout.signals.osm import arms, clusters, turns
from turnout.signals.osm import junction as building
from turnout.signals.osm import times as timing

Patch = pytest.MonkeyPatch


def ways_cross_where_chords_do(folder: Path) -> None:
    junctions.test_a_crossing_with_its_lamp_in_the_middle(folder)


def the_oncoming_stream_is_given_way(folder: Path) -> None:
    junctions.test_a_lane_painted_for_turning_left_alone_has_a_group_that_nobody_meets(folder)


def nobody_drives_over_pedestrians(folder: Path) -> None:
    junctions.test_who_turns_gives_way_to_pedestrians_beside_him_and_nobody_drives_over_them(folder)


def carriageways_are_one_street(folder: Path) -> None:
    junctions.test_two_streets_with_two_carriageways_each_are_one_junction(folder, 40.0)


def blocks_are_two_junctions(folder: Path) -> None:
    junctions.test_two_crossings_a_block_apart_are_two(folder)


def lamps_look_one_way(folder: Path) -> None:
    junctions.test_a_lamp_that_looks_the_other_way_is_of_the_other_junction(folder)


def wide_streets_take_longer(folder: Path) -> None:
    times.test_a_wider_street_takes_longer_to_clear(folder)


def clearing_is_as_the_guidelines_say(folder: Path) -> None:
    times.test_clearing_is_worked_out_as_the_guidelines_have_it()


def too_many_arms_are_left_out(folder: Path) -> None:
    reading.test_a_junction_with_too_many_arms_is_left_out_and_said_and_the_others_stay(folder, 13)


def the_left_is_kept(folder: Path) -> None:
    junctions.test_on_the_left_who_turns_right_gives_way(folder)


def walkers_get_over_the_whole_street(folder: Path) -> None:
    check = junctions.test_pedestrians_get_over_lanes_parked_cars_and_cycle_lanes_or_the_width_that_is_mapped
    check(folder, {"lanes": "2"}, 12, True)


def who_enters_is_there_early(folder: Path) -> None:
    times.test_who_enters_comes_from_the_nearest_stop_line_and_who_clears_from_the_farthest()


def nothing_crosses(patch: Patch) -> None:
    patch.setattr(turns, "alternate", lambda one, other: False)


def whoever_turns_gives_way(patch: Patch) -> None:
    patch.setattr(building._Built, "_is_alone", lambda self, nth: False)


def pedestrians_are_beside_all(patch: Patch) -> None:
    patch.setattr(building._Built, "_meets_walkers", lambda self, nth, arm: False)


def strips_are_not_crossed(patch: Patch) -> None:
    patch.setattr(clusters, "_are_carriageways", lambda streets, one, other: False)


def blocks_are_joined(patch: Patch) -> None:
    patch.setattr(clusters, "JOIN_M", 65.0)
    patch.setattr(clusters, "CARRIAGEWAYS_M", 65.0)


def every_lamp_looks_both_ways(patch: Patch) -> None:
    patch.setattr(clusters, "faces", lambda streets, lamp, step: None)


def streets_have_no_width(patch: Patch) -> None:
    patch.setattr(timing, "LANE_M", 0.0)
    patch.setattr(timing, "_setback", lambda arms, i: 3.0)


def nobody_ever_parks(patch: Patch) -> None:
    patch.setattr(arms, "carriageway_m", lambda tags, lanes: lanes * 3.5)


def entering_from_the_farthest_line(patch: Patch) -> None:
    patch.setattr(timing.Ground, "edge_m", timing.Ground.stop_m)


def cyclists_are_cars(patch: Patch) -> None:
    patch.setattr(timing, "CYCLING_MPS", 10.0)


def any_number_of_arms(patch: Patch) -> None:
    patch.setattr(building, "ARMS_MAX", 100)


def everybody_keeps_right(patch: Patch) -> None:
    honest = building._Built._is_given_way

    def is_given_way(self: Any, a: int, b: int) -> bool:
        self.across = "left"
        return honest(self, a, b)

    patch.setattr(building._Built, "_is_given_way", is_given_way)


MAP_PLANTS = {
    "ways that cross and may have green together": Plant(nothing_crosses, ways_cross_where_chords_do),
    "a protected turn that gives way": Plant(whoever_turns_gives_way, the_oncoming_stream_is_given_way),
    "green over pedestrians": Plant(pedestrians_are_beside_all, nobody_drives_over_pedestrians),
    "a junction for each carriageway": Plant(strips_are_not_crossed, carriageways_are_one_street),
    "two blocks that are one junction": Plant(blocks_are_joined, blocks_are_two_junctions),
    "a lamp of the wrong junction": Plant(every_lamp_looks_both_ways, lamps_look_one_way),
    "intergreens of narrow streets": Plant(streets_have_no_width, wide_streets_take_longer),
    "a crossing without those who park there": Plant(nobody_ever_parks, walkers_get_over_the_whole_street),
    "entering from the farthest stop line": Plant(entering_from_the_farthest_line, who_enters_is_there_early),
    "cyclists who clear like cars": Plant(cyclists_are_cars, clearing_is_as_the_guidelines_say),
    "a square drawn as a star": Plant(any_number_of_arms, too_many_arms_are_left_out),
    "right of way of the other side of the road": Plant(everybody_keeps_right, the_left_is_kept),
}
