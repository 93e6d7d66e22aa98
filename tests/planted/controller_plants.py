"""Bugs towards signal controllers: each would let something be written that nobody allowed, or stand for ever."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.signals import test_gbt20999 as gbt
from tests.adapters.signals import test_j2735 as j2735
from tests.adapters.signals import test_ntcip as ntcip
from tests.adapters.signals import test_reached as reaching
from tests.adapters.signals.controllers import Opened
from tests.edge import test_edge_corridors_gate as gates
from tests.planted.plant import Patch, Plant
from tests.signals import test_simulated_controller as simulated
from turnout.adapters.signals import reached
from turnout.adapters.signals.gbt20999 import frame
from turnout.adapters.signals.gbt20999.server import Talk
from turnout.adapters.signals.j2735 import messages
from turnout.adapters.signals.line import Heard, Silent
from turnout.adapters.signals.ntcip.agent import PriorityDesk
from turnout.core.board import SignalPermit
from turnout.core.corridors.rules import why_not_asked
from turnout.edge.corridors.gate import BoardGate
from turnout.signals import simulated_controller
from turnout.signals.clock_watch import ClockWatch
from turnout.signals.guard import Aspect, Guard


async def nothing_is_asked_unarmed(folder: Path) -> None:
    await reaching.test_nothing_is_asked_of_a_controller_that_nobody_armed()


async def a_silent_controller_holds_up_nobody(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        await reaching.test_a_controller_that_never_answers_holds_up_nobody(patch)


async def no_crew_is_turned_away_because_others_look(folder: Path) -> None:
    await reaching.test_no_crew_is_turned_away_because_others_look_and_no_giving_back_at_all()


async def the_end_takes_everything_back(folder: Path) -> None:
    await reaching.test_the_end_takes_everything_back()


async def a_jumped_clock_is_not_asked(folder: Path) -> None:
    await reaching.test_a_controller_whose_clock_jumped_is_not_asked()


async def only_requests_can_be_set(folder: Path) -> None:
    await ntcip.test_net_snmp_sets_a_request_and_nothing_else()


async def a_centre_that_hangs_up_has_nothing(folder: Path) -> None:
    await gbt.test_a_centre_that_hangs_up_leaves_the_junction_to_its_plan()


async def what_is_refused_is_taken_back(folder: Path) -> None:
    await reaching.test_a_request_that_is_refused_in_its_course_is_taken_back()


async def another_process_takes_back(folder: Path) -> None:
    await reaching.test_what_another_process_asked_is_taken_back_under_the_number_that_it_had()


def an_arming_ends(folder: Path) -> None:
    gates.test_the_gate_is_open_only_while_the_board_says_armed()


def the_gate_shuts_with_the_desk(folder: Path) -> None:
    gates.test_it_shuts_when_the_desk_is_lost_in_trouble_or_at_its_end()


def nothing_unsafe_is_shown(folder: Path) -> None:
    simulated.test_whatever_is_asked_nothing_unsafe_is_shown()


def a_request_ends(folder: Path) -> None:
    simulated.test_a_request_gets_green_by_its_arrival_and_lets_go_when_the_vehicle_is_through()


def a_request_is_dropped(folder: Path) -> None:
    simulated.test_a_request_that_nobody_repeats_is_dropped()


def the_bytes_are_the_standards(folder: Path) -> None:
    gbt.test_a_query_is_the_bytes_that_the_standard_says()


def frames_come_back(folder: Path) -> None:
    gbt.test_frames_come_back_as_they_were_however_the_bytes_are_cut()


def lanes_lead_where_they_lead(folder: Path) -> None:
    j2735.test_a_map_says_which_lane_leads_where_under_which_signal_group()


def the_gate_stands_open(patch: Patch) -> None:
    patch.setattr(Opened, "is_open", lambda self, junction: True)


def open_without_a_desk(patch: Patch) -> None:
    def is_open(self: BoardGate, junction: str) -> bool:
        return not why_not_asked(self._desk.board, junction, self._now())

    patch.setattr(BoardGate, "is_open", is_open)


def armed_for_ever(patch: Patch) -> None:
    patch.setattr(SignalPermit, "is_armed", lambda self, junction, at: junction in self.armed)


def refused_and_left(patch: Patch) -> None:
    async def taken_back(self: Any, station: Any, request: str, reason: str) -> Heard:
        return Heard("refused", reason)

    patch.setattr(reached.ReachedControllers, "_taken_back", taken_back)


def numbered_by_the_run(patch: Patch) -> None:
    numbers = iter(range(1, 255))
    patch.setattr(reached, "first_number", lambda request: next(numbers))


def past_the_guard(patch: Patch) -> None:
    class Obedient(Guard):
        def let_out(self, greens: Sequence[bool], at_ms: int) -> tuple[Aspect, ...]:
            return tuple(Aspect.GREEN if green else Aspect.RED for green in greens)

    patch.setattr(simulated_controller, "Guard", Obedient)


def through_is_never(patch: Patch) -> None:
    honest = simulated_controller.SimulatedController.ask

    def ask(self: Any, key: Any, groups: Any, level: int, green_in_ms: int, leaves_in_ms: int) -> Any:
        return honest(self, key, groups, level, green_in_ms, simulated_controller.LEAVES_MAX_MS)

    patch.setattr(simulated_controller.SimulatedController, "ask", ask)


def silence_is_patience(patch: Patch) -> None:
    patch.setattr(simulated_controller, "TIME_TO_LIVE_MS", 10**9)


def every_clock_is_right(patch: Patch) -> None:
    patch.setattr(ClockWatch, "look", lambda self, said_ms, now_ms: True)


def everything_can_be_set(patch: Patch) -> None:
    patch.setattr(PriorityDesk, "may_set", lambda self, oid: True)


def many_may_wait(patch: Patch) -> None:
    patch.setattr(reached, "PLACES", dict.fromkeys(reached.PLACES, 10**9))


def who_looks_takes_the_places_of_crews(patch: Patch) -> None:
    honest = reached.ReachedControllers._in_turn

    async def in_turn(self: Any, station: Any, act: Any, kind: reached.Kind = "look") -> Any:
        if sum(station.waiting.values()) >= reached.LOOKING_MAX:
            raise Silent("busy")
        return await honest(self, station, act, kind)

    patch.setattr(reached.ReachedControllers, "_in_turn", in_turn)


def hung_up_and_kept(patch: Patch) -> None:
    patch.setattr(Talk, "leave", lambda self: None)


def the_end_is_forgotten(patch: Patch) -> None:
    async def close(self: Any) -> None:
        for station in self._stations.values():
            await station.line.close()

    patch.setattr(reached.ReachedControllers, "close", close)


def the_usual_check(patch: Patch) -> None:
    """CRC-16 of CCITT, which is not the standard's."""

    def check_of(content: bytes) -> int:
        rest = int.from_bytes(content, "big") << 16
        while rest.bit_length() > 16:
            rest ^= 0x11021 << rest.bit_length() - 17
        return rest

    patch.setattr(frame, "check_of", check_of)


def nothing_escaped(patch: Patch) -> None:
    patch.setattr(frame, "escaped", lambda plain: plain)


def left_is_right(patch: Patch) -> None:
    patch.setattr(messages, "TURN_DEG", {**messages.TURN_DEG, "left": 270.0, "right": 90.0})


CONTROLLER_PLANTS = {
    "a controller that is asked though nobody armed it": Plant(the_gate_stands_open, nothing_is_asked_unarmed),
    "a junction that is armed for ever": Plant(armed_for_ever, an_arming_ends),
    "a gate that stands open when the desk is lost": Plant(open_without_a_desk, the_gate_shuts_with_the_desk),
    "a request that is refused and stands": Plant(refused_and_left, what_is_refused_is_taken_back),
    "a request that no other process can take back": Plant(numbered_by_the_run, another_process_takes_back),
    "a simulated controller past its guard": Plant(past_the_guard, nothing_unsafe_is_shown),
    "a request that outlives its vehicle": Plant(through_is_never, a_request_ends),
    "a request that nobody repeats and that stands": Plant(silence_is_patience, a_request_is_dropped),
    "a controller whose clock jumps unseen": Plant(every_clock_is_right, a_jumped_clock_is_not_asked),
    "a controller in which anybody sets anything": Plant(everything_can_be_set, only_requests_can_be_set),
    "a controller for which everybody waits": Plant(many_may_wait, a_silent_controller_holds_up_nobody),
    "a crew's request turned away because others look": Plant(
        who_looks_takes_the_places_of_crews, no_crew_is_turned_away_because_others_look
    ),
    "a centre that is gone and still commands": Plant(hung_up_and_kept, a_centre_that_hangs_up_has_nothing),
    "an end that leaves requests behind": Plant(the_end_is_forgotten, the_end_takes_everything_back),
    "another check than the standard's": Plant(the_usual_check, the_bytes_are_the_standards),
    "a frame that ends within itself": Plant(nothing_escaped, frames_come_back),
    "a map on which left is right": Plant(left_is_right, lanes_lead_where_they_lead),
}
