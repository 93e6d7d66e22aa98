"""Planted bugs of detectors: silence taken for a free street, broken ones believed, greens lost to them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.signals import test_detectors_read as adapter_tests
from tests.adapters.signals import test_together as together_tests
from tests.adapters.signals import test_turn as turn_tests
from tests.edge import test_edge_corridors_detectors as edge_tests
from tests.planted.plant import Patch, Plant
from tests.signals import test_signals_detectors as watch_tests
from turnout.adapters.signals import controllers_file
from turnout.adapters.signals.gbt20999.tcp_line import TcpLine
from turnout.adapters.signals.ntcip import snmp_line
from turnout.adapters.signals.turn import Patience
from turnout.edge.corridors import runner
from turnout.signals import detector_watch
from turnout.signals.controller import PriorityRequest
from turnout.signals.corridor import Ask, discharge_s
from turnout.signals.detector_watch import DetectorWatch
from turnout.signals.queues import waiting


def silence_is_free(patch: Patch) -> None:
    patch.setattr(detector_watch, "GAP_MS", 3_600_000)


def stuck_is_believed(patch: Patch) -> None:
    patch.setattr(
        DetectorWatch, "_is_believed", lambda self, name, at_ms: self._heard_ms is not None and not self.fault_of(name)
    )


def who_is_not_believed_is_not_there(patch: Patch) -> None:
    """The rest of the lane answers for it."""
    patch.setattr(
        detector_watch,
        "known_waiting",
        lambda lane, at_ms: waiting([each for each in lane if each[1] is not None], lane[-1][0], at_ms),
    )


def dead_ones_are_free(patch: Patch) -> None:
    honest = DetectorWatch.take

    def take(self: DetectorWatch, *said: Any) -> None:
        honest(self, *said)
        for state in self._states.values():
            state.has_shown = True

    patch.setattr(DetectorWatch, "take", take)


def broken_is_believed(patch: Patch) -> None:
    patch.setattr(DetectorWatch, "fault_of", lambda self, name: None)


def not_looked_behind(patch: Patch) -> None:
    patch.setattr(DetectorWatch, "full_s", lambda self, group, at_ms: None)


def asked_for_as_if_nobody_counted(patch: Patch) -> None:
    honest = runner._request

    def request(ask: Ask) -> PriorityRequest:
        green_in_ms = max(0, ask.arrives_in_ms - round(discharge_s(None) * 1_000))
        return msgspec.structs.replace(honest(ask), green_in_ms=green_in_ms)

    patch.setattr(runner, "_request", request)


def hung_up_for_a_detector(patch: Patch) -> None:
    honest = TcpLine._exchange

    def exchange(self: TcpLine, *said: Any, may_be_late: bool = False) -> Any:
        return honest(self, *said)

    patch.setattr(TcpLine, "_exchange", exchange)


def greens_that_meet_are_one_strategy(patch: Patch) -> None:
    patch.setattr(controllers_file, "meeting", lambda junction, groups: None)


def the_first_stop_line_alone(patch: Patch) -> None:
    honest = snmp_line.thing_for
    patch.setattr(snmp_line, "thing_for", lambda things, group, also=(): honest(things, group))


def crews_wait_for_detectors(patch: Patch) -> None:
    patch.setattr(Patience, "end", lambda self: None)


def nothing_is_read_where_much_is_said(patch: Patch) -> None:
    def begin(self: Patience) -> None:
        self._may_end, self.has_ended = True, False

    patch.setattr(Patience, "begin", begin)


def what_is_not_said_is_not_known(_: Path) -> None:
    watch_tests.test_what_a_controller_does_not_say_is_not_known_and_never_free()


def who_never_moves_takes_no_green(_: Path) -> None:
    watch_tests.test_a_detector_that_was_never_seen_to_change_takes_green_from_nobody()


def a_hidden_stop_line_is_not_free(_: Path) -> None:
    watch_tests.test_a_broken_detector_at_the_stop_line_is_no_empty_street()


def a_dead_one_is_not_free(_: Path) -> None:
    watch_tests.test_a_dead_detector_that_never_showed_anybody_is_no_free_street()


def broken_ones_are_named(_: Path) -> None:
    watch_tests.test_one_that_the_controller_calls_broken_is_named_and_what_is_assumed_counts()


async def a_full_street_is_given_back(folder: Path) -> None:
    async with edge_tests.a_detected_street(folder) as street:
        await edge_tests.test_green_into_a_street_that_its_detector_says_is_full_is_given_back(street)


async def a_long_queue_is_served(folder: Path) -> None:
    async with edge_tests.a_detected_street(folder) as street:
        await edge_tests.test_a_long_queue_gets_its_green_as_much_earlier_as_it_needs(street)


async def the_stage_is_kept(_: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        await adapter_tests.test_a_controller_that_is_silent_about_detectors_keeps_the_stage_that_it_holds(patch)


def greens_that_meet_are_refused(folder: Path) -> None:
    row = together_tests.NTCIP.format(port=161) + 'strategies = { "K1+K2" = 3 }'
    together_tests.test_greens_that_meet_and_detectors_that_there_are_not_are_refused(
        folder, row, "may not be green together"
    )


async def all_stop_lines_are_asked(_: Path) -> None:
    await adapter_tests.test_the_groups_behind_the_first_stop_line_are_asked_by_ntcip()


def patience_ends(_: Path) -> None:
    turn_tests.test_patience_ends_in_every_other_reading_at_most_and_only_while_an_answer_is_waited_for()


async def a_controller_much_asked_is_read(_: Path) -> None:
    await turn_tests.test_a_controller_that_is_asked_something_in_every_reading_is_still_read(turn_tests.by_ntcip)


DETECTOR_PLANTS: dict[str, Plant] = {
    "a silent controller's street taken to be free": Plant(silence_is_free, what_is_not_said_is_not_known),
    "a detector that is stuck takes green from crews": Plant(stuck_is_believed, who_never_moves_takes_no_green),
    "a queue on a detector that is not believed taken to be none": Plant(
        who_is_not_believed_is_not_there, a_hidden_stop_line_is_not_free
    ),
    "a dead detector taken for a free street": Plant(dead_ones_are_free, a_dead_one_is_not_free),
    "a detector believed that its controller calls broken": Plant(broken_is_believed, broken_ones_are_named),
    "green into a street that a detector says is full": Plant(not_looked_behind, a_full_street_is_given_back),
    "green for a long queue begun too late": Plant(asked_for_as_if_nobody_counted, a_long_queue_is_served),
    "a held stage lost to a question about detectors": Plant(hung_up_for_a_detector, the_stage_is_kept),
    "a crew that waits for an answer about detectors": Plant(crews_wait_for_detectors, patience_ends),
    "detectors never read where somebody asks": Plant(
        nothing_is_read_where_much_is_said, a_controller_much_asked_is_read
    ),
    "a strategy of greens that meet": Plant(greens_that_meet_are_one_strategy, greens_that_meet_are_refused),
    "the first of a way's stop lines asked alone by NTCIP": Plant(the_first_stop_line_alone, all_stop_lines_are_asked),
}
