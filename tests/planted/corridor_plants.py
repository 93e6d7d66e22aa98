"""Planted bugs of the green corridor: unarmed signals asked, two crews with crossing greens, greens without end."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core import test_core_corridors as rules_tests
from tests.core.conftest import new_room
from tests.edge import test_edge_corridors as runner_tests
from tests.edge import test_edge_corridors_trouble as trouble_tests
from tests.planted.plant import Patch, Plant
from tests.signals import test_signals_corridor as logic_tests
from tests.signals import test_signals_corridor_at_once as at_once_tests
from tests.signals import test_signals_serving as serving_tests
from tests.signals import test_simulated_controller as controller_tests
from tests.signals import test_simulated_junction as junction_tests
from turnout.core.board import SignalPermit
from turnout.core.corridors import rules
from turnout.core.timers import rules as timer_rules
from turnout.edge.corridors import runner
from turnout.edge.corridors.runner import Corridors
from turnout.signals import corridor, serving
from turnout.signals.corridor import Ask
from turnout.signals.model import Junction
from turnout.signals.simulated_controller import SimulatedController


def arming_ignored(patch: Patch) -> None:
    patch.setattr(rules, "why_not_asked", lambda board, junction, at: "")


def hours_ignored(patch: Patch) -> None:
    patch.setattr(rules, "_is_in_force", lambda permit, at, offset_min: True)


def crossing_greens(patch: Patch) -> None:
    patch.setattr(corridor, "settle", lambda tracks, wants, meet: {})


def held_when_lost(patch: Patch) -> None:
    patch.setattr(corridor, "LOST_HOLD_MS", 3_600_000)


def held_without_end(patch: Patch) -> None:
    patch.setattr(corridor, "HOLD_MAX_MS", 3_600_000)


def held_when_still(patch: Patch) -> None:
    patch.setattr(corridor, "_is_still", lambda track, now_ms: False)


def written_before_the_journal(patch: Patch) -> None:
    honest = Corridors._ask

    async def ask(self: Corridors, id: str, asks: list[Any]) -> None:
        for one, _ in asks:
            if isinstance(one, Ask) and self._talks is not None:
                self._say(one)
        await honest(self, id, asks)

    patch.setattr(Corridors, "_ask", ask)


def held_though_disarmed(patch: Patch) -> None:
    patch.setattr(runner, "why_not_asked", lambda board, junction, at: "")


def kept_at_the_stop(patch: Patch) -> None:
    async def stop(self: Corridors) -> None:
        return

    patch.setattr(Corridors, "stop", stop)


def dropped_without_a_look(patch: Patch) -> None:
    honest = Corridors._look

    async def look(self: Corridors, *of: Any) -> Any:
        self._last.clear()
        return await honest(self, *of)

    patch.setattr(Corridors, "_look", look)


def rung_and_left_armed(patch: Patch) -> None:
    patch.setattr(timer_rules, "disarm_what_is_over", lambda draft, timer: None)


def armed_without_an_end(patch: Patch) -> None:
    patch.setattr(SignalPermit, "is_armed", lambda self, junction, at: junction in self.armed)


def kept_at_the_end(patch: Patch) -> None:
    patch.setattr(runner, "ended", lambda track, reason: (track, []))


def green_into_a_full_street(patch: Patch) -> None:
    patch.setattr(corridor, "_wants", partial(_wants_blindly, corridor._wants))


def _wants_blindly(honest: Any, track: Any, seen: Any, queue: Any, full: Any, now_ms: int) -> Any:
    return honest(track, seen, queue, corridor.nobody_looks, now_ms)


def first_stop_line_alone(patch: Patch) -> None:
    honest = SimulatedController._greens_for
    patch.setattr(SimulatedController, "_greens_for", lambda self, groups, beside=(): honest(self, groups[:1], beside))


def any_compatible_green(patch: Patch) -> None:
    """Greens put together by what may not meet, as it was before."""

    def greens(self: SimulatedController, groups: Any, beside: Any = ()) -> list[bool]:
        chosen: list[int] = [groups[0]]
        for i in range(len(self.names)):
            if not any(self._conflict(i, other) for other in chosen):
                chosen.append(i)
        return [i in chosen for i in range(len(self.names))]

    patch.setattr(SimulatedController, "_greens_for", greens)


def who_turns_off_is_held(patch: Patch) -> None:
    """Whoever any movement of the group gives way to, also those of the crew's own approach, as it was before."""

    def gives_way_to(junction: Junction) -> serving.Beside:
        of = {movement.id: movement.group for movement in junction.movements}
        found: dict[str, frozenset[str]] = {}
        for movement in junction.movements:
            before = frozenset(of[other] for other in movement.yields_to) - {movement.group}
            found[movement.group] = found.get(movement.group, frozenset()) | before
        return found

    patch.setattr(serving, "gives_way_to", gives_way_to)


def put_off_by_a_later_arrival(patch: Patch) -> None:
    honest = corridor._asked

    def asked(track: Any, told: Any, want: Any, now_ms: int) -> Any:
        held = {id: replace(one, green_ms=want.green_ms.get(id, one.green_ms)) for id, one in track.held.items()}
        return honest(replace(track, held=held), told, want, now_ms)

    patch.setattr(corridor, "_asked", asked)


def others_cut_short(patch: Patch) -> None:
    """As if the longest least green and intergreen always stood in the way."""

    def until_green_ms(self: SimulatedController, i: int, planned: Any) -> int:
        return max((self._turn_ms(j, i) for j in range(len(self.names)) if self._conflict(j, i)), default=0) + 1_000

    patch.setattr(SimulatedController, "_until_green_ms", until_green_ms)


def said_to_be_green_though_put_off(patch: Patch) -> None:
    honest = SimulatedController._active

    def active(self: SimulatedController, planned: Any) -> Any:
        before = {key: asked.state for key, asked in self._asked.items()}
        served = honest(self, planned)
        for key, asked in self._asked.items():
            if asked.state == "queued" and before[key] in ("granted", "processing"):
                asked.state = before[key]
        return served

    patch.setattr(SimulatedController, "_active", active)


def let_go_until_it_is_due(patch: Patch) -> None:
    honest = SimulatedController._active

    def active(self: SimulatedController, planned: Any) -> Any:
        for asked in self._asked.values():
            asked.is_begun = False
        return honest(self, planned)

    patch.setattr(SimulatedController, "_active", active)


def paid_back_while_one_waits(patch: Patch) -> None:
    honest = SimulatedController._paid_back

    def paid_back(self: SimulatedController) -> Any:
        asked, self._asked = self._asked, {}
        greens = honest(self)
        self._asked = asked
        return greens

    patch.setattr(SimulatedController, "_paid_back", paid_back)


def wanted_from_when_it_is_sent(patch: Patch) -> None:
    honest = runner._request
    patch.setattr(runner, "_request", lambda ask, now_ms: honest(ask, ask.at_ms))


def opened_when_it_said(patch: Patch) -> None:
    honest = corridor._is_news

    def is_news(held: Any, ahead: Any, now_ms: int, arrives_in_ms: int, green_ms: int) -> bool:
        return honest(held, ahead, now_ms, arrives_in_ms, held.green_ms)

    patch.setattr(corridor, "_is_news", is_news)


def one_vehicle_at_a_time(patch: Patch) -> None:
    patch.setattr(SimulatedController, "_meet", lambda self, one, other: True)


async def who_slows_down_keeps_green(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await runner_tests.test_a_crew_that_slows_down_keeps_the_green_that_it_has(street)


def only_green_is_called_green(_: Path) -> None:
    controller_tests.test_nobody_is_told_that_green_is_held_who_was_put_off_by_a_later_arrival()


def who_has_green_keeps_it(_: Path) -> None:
    controller_tests.test_who_asks_anew_for_the_same_time_keeps_green_through_the_plans_own()


def nobody_is_paid_with_a_crews_green(_: Path) -> None:
    junction_tests.test_nobody_is_paid_back_with_the_green_of_a_crew_that_is_yet_to_come("B")


async def what_the_line_takes_is_off(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await trouble_tests.test_what_the_line_takes_is_off_the_time_until_green_is_wanted(street)


def at_once_is_at_once(_: Path) -> None:
    at_once_tests.test_a_junction_that_is_near_and_asked_is_opened_at_once_where_the_street_before_it_fills()


def who_meets_nobody_has_green(_: Path) -> None:
    junction_tests.test_two_vehicles_that_do_not_meet_are_served_together_and_one_that_meets_them_waits()


def who_turns_off_is_let_out(_: Path) -> None:
    serving_tests.test_who_turns_off_beside_the_served_has_green_although_one_from_elsewhere_gives_way_to_him()


async def the_request_stands_in_the_journal_first(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await runner_tests.test_ahead_of_a_crew_junctions_are_asked_become_green_and_are_given_back_when_it_is_past(
            street
        )


async def disarming_is_immediate(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await runner_tests.test_disarmed_while_it_is_held_it_is_given_back_at_once(street)


async def a_cancelled_corridor_gives_all_back(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await runner_tests.test_cancelled_by_a_person_all_is_given_back_and_then_it_leaves_the_board(street)


async def a_stop_gives_all_back(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await street.arm()
        await street.open()
        await trouble_tests.test_when_the_server_stops_what_is_held_is_given_back(street)


async def one_second_is_nothing(folder: Path) -> None:
    async with runner_tests.a_street(folder) as street:
        await street.arm()
        await street.open()
        with pytest.MonkeyPatch.context() as patch:
            await trouble_tests.test_one_second_without_a_look_gives_nothing_back(street, patch)


def an_arming_ends(_: Path) -> None:
    rules_tests.test_an_arming_ends_by_itself_and_its_timer_disarms(new_room())


def only_armed_signals_are_asked(_: Path) -> None:
    room = new_room()
    rules_tests.test_what_is_not_armed_is_refused_by_name_and_the_request_stands_before_the_answer(room)


def permissions_hold_by_the_hour(_: Path) -> None:
    rules_tests.test_a_permission_holds_by_the_hour_of_the_city_also_past_midnight()


def one_crew_goes_first(_: Path) -> None:
    logic_tests.test_the_higher_level_goes_first_then_the_first_that_was_requested_and_the_other_is_told()


def what_is_asked_is_given_back(_: Path) -> None:
    logic_tests.test_lost_places_hold_for_a_bounded_time_and_ask_nothing_new()
    logic_tests.test_no_junction_is_held_beyond_the_longest_hold_and_it_is_not_asked_again()
    logic_tests.test_a_crew_that_stands_gives_everything_back_and_asks_again_when_it_drives_on()


def streets_that_are_full_stay_closed(_: Path) -> None:
    logic_tests.test_where_the_street_behind_is_full_the_junction_ahead_of_it_is_opened_first()
    logic_tests.test_green_into_a_street_that_has_become_full_is_given_back()


def others_have_what_is_theirs(_: Path) -> None:
    for wanted_s in (12, 20, 33, 47):
        junction_tests.test_green_is_there_when_it_is_wanted_and_the_plan_is_left_no_sooner_than_that_needs(wanted_s)


def the_street_inside_a_junction_clears(_: Path) -> None:
    junction_tests.test_stop_lines_behind_one_another_are_green_together_and_nobody_else_fills_the_street_between()


CORRIDOR_PLANTS: dict[str, Plant] = {
    "signals asked that nobody has armed": Plant(arming_ignored, only_armed_signals_are_asked),
    "signals that a rung timer leaves armed": Plant(rung_and_left_armed, an_arming_ends),
    "signals armed without an end": Plant(armed_without_an_end, an_arming_ends),
    "signals asked outside the permitted hours": Plant(hours_ignored, permissions_hold_by_the_hour),
    "two crews with greens that cross": Plant(crossing_greens, one_crew_goes_first),
    "green for a crew that nobody hears of": Plant(held_when_lost, what_is_asked_is_given_back),
    "green without an end": Plant(held_without_end, what_is_asked_is_given_back),
    "a controller asked before the journal has it": Plant(
        written_before_the_journal, the_request_stands_in_the_journal_first
    ),
    "green held though it was disarmed": Plant(held_though_disarmed, disarming_is_immediate),
    "who turns off beside a crew held red": Plant(who_turns_off_is_held, who_turns_off_is_let_out),
    "green kept after a cancelled corridor": Plant(kept_at_the_end, a_cancelled_corridor_gives_all_back),
    "green kept when the server stops": Plant(kept_at_the_stop, a_stop_gives_all_back),
    "all green dropped after one second without a look": Plant(dropped_without_a_look, one_second_is_nothing),
    "green into a street that is full": Plant(green_into_a_full_street, streets_that_are_full_stay_closed),
    "green at the first of two stop lines of a junction alone": Plant(
        first_stop_line_alone, the_street_inside_a_junction_clears
    ),
    "greens beside a crew's that are in no stage of the plan": Plant(
        any_compatible_green, the_street_inside_a_junction_clears
    ),
    "green taken from a crew that slows down": Plant(put_off_by_a_later_arrival, who_slows_down_keeps_green),
    "others' green cut short for a crew that comes later": Plant(others_cut_short, others_have_what_is_theirs),
    "green is said to be held while the lamp is red": Plant(
        said_to_be_green_though_put_off, only_green_is_called_green
    ),
    "green let go of because the plan comes to it": Plant(let_go_until_it_is_due, who_has_green_keeps_it),
    "others paid back with the green of a crew that comes": Plant(
        paid_back_while_one_waits, nobody_is_paid_with_a_crews_green
    ),
    "green later by what the line takes": Plant(wanted_from_when_it_is_sent, what_the_line_takes_is_off),
    "a street that fills before a junction that opens later": Plant(opened_when_it_said, at_once_is_at_once),
    "two crews that do not meet, and one has red": Plant(one_vehicle_at_a_time, who_meets_nobody_has_green),
    "green for a crew that stands": Plant(held_when_still, what_is_asked_is_given_back),
}
