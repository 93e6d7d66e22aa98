"""A street between two signals that holds one vehicle: found in a network, and one of its ends at a time lets in."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.streets import a_crossing
from tests.signals.test_signals_adaptive import Trusting
from turnout.main import main
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Reading
from turnout.signals.adaptive.supervisor import UNSEEN_PATIENCE_MS
from turnout.signals.guard import Aspect
from turnout.signals.short_street import CLEAR_MS, EMPTY_MS, GAP_MS, LINE_MS, TURN_MS, Gate, ShortStreet, StreetLock
from turnout.signals.simulated import short_streets as finding
from turnout.signals.simulated.short_streets import short_streets
from turnout.signals.simulated.sumo_layout import placed
from turnout.signals.simulated.waits import waits_ms
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records

NETWORK = Path(__file__).parent / "networks/short_street.net.xml"
GATES = (Gate(0, "A", "K"), Gate(0, "A", "L"), Gate(1, "B", "K"))
STREET = ShortStreet("A - B", GATES, (("to B",), ("to A",)))
SECOND_MS = 1_000


def found_in(body: bytes) -> tuple[list[Layout], tuple[ShortStreet, ...]]:
    records = read_records(body, NETWORK.name, root="net")
    laid = placed(records, read_sumo(body, NETWORK.name, []).signals.junctions)
    return sorted(laid.layouts, key=lambda layout: layout.junction.id), short_streets(records, laid.layouts)


def told(
    lock: StreetLock, at_s: int, greens: Sequence[Gate], waiting: Sequence[Gate], taken: tuple[bool, bool]
) -> None:
    """A second: closed gates are red, of the others those of `greens` are green."""
    lock.step(at_s * SECOND_MS)
    for gate in lock.street.gates:
        is_red = lock.is_closed(gate) or gate not in greens
        lock.tell(gate, is_red=is_red, is_waited_for=gate in waiting)
    for end in (0, 1):
        lock.tell_taken(end, is_taken=taken[end])


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(GATES)),
            st.sets(st.sampled_from(GATES)),
            st.tuples(st.booleans(), st.booleans()),
            st.sampled_from((-5, 0, 1, 1, 1, 1, 60)),
        ),
        max_size=200,
    )
)
@settings(max_examples=200, deadline=None)
def test_both_ends_are_never_open_and_the_street_is_handed_over_after_a_while_of_red(
    seconds: list[tuple[set[Gate], set[Gate], tuple[bool, bool], int]],
) -> None:
    """Whatever stands where, and whatever the clock says: of a jump a second at most is believed."""
    lock = StreetLock(STREET, 0)
    at_s, passed_ms, red_ms = 0, 0, dict[Gate, int | None].fromkeys(GATES, 0)
    was_taken = (True, True)
    for greens, waiting, taken, step_s in seconds:
        holder, at_s = lock.holder, at_s + step_s
        lock.step(at_s * SECOND_MS)
        passed_ms += min(max(step_s, 0), 1) * SECOND_MS
        if lock.holder != holder:
            shut_ms = min(passed_ms - at for gate, at in red_ms.items() if gate.end == holder and at is not None)
            assert None not in {at for gate, at in red_ms.items() if gate.end == holder}
            assert shut_ms >= (EMPTY_MS if was_taken[holder] else CLEAR_MS)
        assert len({gate.end for gate in GATES if not lock.is_closed(gate)}) <= 1
        for gate in GATES:
            is_red = lock.is_closed(gate) or gate not in greens
            since_ms = red_ms[gate]
            red_ms[gate] = (passed_ms if since_ms is None else since_ms) if is_red else None
            lock.tell(gate, is_red=is_red, is_waited_for=gate in waiting)
        for end in (0, 1):
            lock.tell_taken(end, is_taken=taken[end])
        was_taken = taken


def handed_over_s(greens: Sequence[Gate], waiting: Sequence[Gate], taken: tuple[bool, bool] = (False, False)) -> int:
    lock = StreetLock(STREET, 0)
    for at_s in range(1, 1_000):
        told(lock, at_s, greens, waiting, taken)
        if lock.holder == 1:
            return at_s
    return -1


@pytest.mark.parametrize(
    ("greens", "waiting", "taken", "after_ms"),
    [
        (GATES, GATES, (False, False), TURN_MS + CLEAR_MS),
        (GATES, GATES[2:], (False, False), GAP_MS + CLEAR_MS),
        (GATES, GATES, (True, False), TURN_MS + EMPTY_MS),
        (GATES, GATES, (False, True), TURN_MS + CLEAR_MS),
        ((), GATES[2:], (False, False), CLEAR_MS),
    ],
    ids=["a turn each", "nobody uses it", "somebody is in it", "from the other end", "red already"],
)
def test_who_waits_gets_the_street(
    greens: Sequence[Gate], waiting: Sequence[Gate], taken: tuple[bool, bool], after_ms: int
) -> None:
    assert handed_over_s(greens, waiting, taken) * SECOND_MS in range(after_ms, after_ms + 4 * SECOND_MS)


def test_who_waited_when_his_end_got_the_street_keeps_it_until_he_had_green() -> None:
    """At a full junction others go before him; but not for ever."""
    lock = StreetLock(STREET, 0)
    holders = []
    for at_s in range(1, 1_000):
        green = GATES[2:] if at_s == 100 else ()
        told(lock, at_s, green, [gate for gate in GATES if gate not in green], (False, False))
        holders.append(lock.holder)
    turns = [len(list(seconds)) for _, seconds in itertools.groupby(holders)]
    assert turns[0] * SECOND_MS < TURN_MS + CLEAR_MS
    assert turns[0] + turns[1] in range(100, 105)
    assert turns[2] * SECOND_MS in range(LINE_MS, LINE_MS + 2 * SECOND_MS)


def test_where_nobody_is_seen_at_the_other_end_it_stays_open_until_somebody_may_have_been_missed() -> None:
    """A detector that is silent is not always found: who is unseen is served as often as where nothing is shared."""
    lock = StreetLock(STREET, 0)
    holders = []
    for at_s in range(1, 1_000):
        told(lock, at_s, GATES, GATES[:2], (False, False))
        holders.append(lock.holder)
    turns = [(holder, len(list(seconds)) * SECOND_MS) for holder, seconds in itertools.groupby(holders)]
    assert turns[0][1] in range(UNSEEN_PATIENCE_MS, UNSEEN_PATIENCE_MS + TURN_MS + 5 * SECOND_MS)
    assert turns[1][1] < TURN_MS
    assert len(turns) > 6


def test_who_is_in_the_street_is_let_out_at_its_end_before_the_other_end_lets_in() -> None:
    """Somebody stands where those come out who were let in at the first junction, and nobody at the other."""
    layouts, (street,) = found_in(NETWORK.read_bytes())
    lock = StreetLock(street, 0)
    controls = [AdaptiveControl(layout, 0, streets=[lock]) for layout in layouts]
    red_s, found = [0, 0], list[tuple[int, int]]()
    for at_s in range(1, 900):
        holder = lock.holder
        lock.step(at_s * SECOND_MS)
        if lock.holder != holder:
            found.append((holder, at_s - red_s[holder]))
        for layout, control in zip(layouts, controls, strict=True):
            control.watch = Trusting(layout, control.observer.seen)
            stands = {lane.stop: Reading(at_s % 2, True) for lane in layout.lanes if lane.approach != "J1-J0"}
            shown = control.step(at_s * SECOND_MS, stands)
            names = [group.id for group in layout.junction.groups]
            for gate in street.gates:
                if gate.junction == layout.junction.id and shown[names.index(gate.group)] is not Aspect.RED:
                    red_s[gate.end] = at_s + 1
    assert {end for end, _ in found} == {0, 1}
    assert all((after_s * SECOND_MS >= EMPTY_MS) is (end == 0) for end, after_s in found)


def test_a_street_with_room_for_one_vehicle_is_found_with_the_signals_that_let_in() -> None:
    """Those of the main road, and side roads of which one way of two leads into it."""
    layouts, streets = found_in(NETWORK.read_bytes())
    assert [layout.junction.id for layout in layouts] == ["J0", "J1"]
    (street,) = streets
    assert street.approaches == (("J0-J1",), ("J1-J0",))
    of_group = {
        (layout.junction.id, movement.group, movement.approach)
        for layout in layouts
        for movement in layout.junction.movements
    }
    gates = {(gate.end, gate.junction, gate.group) for gate in street.gates}
    roads = {
        (junction, approach)
        for junction, group, approach in of_group
        for gate in gates
        if gate[1:] == (junction, group)
    }
    assert roads == {("J0", "W-J0"), ("J0", "S-J0"), ("J1", "E-J1"), ("J1", "N-J1")}


@pytest.mark.parametrize(
    "changes",
    [
        [('length="13.60"', 'length="15.10"')] * 2,
        [('"Ggrryy"', '"GgrrGG"'), ('"GGrrrr"', '"GgrrGG"'), ('"yyrrrr"', '"yyrryy"')],
    ],
    ids=["two have room", "who lets in lets out as well"],
)
def test_other_streets_are_left_open(changes: list[tuple[str, str]]) -> None:
    """The programme of the first junction is changed: its end of the street and the main road share a group."""
    body = NETWORK.read_text("utf-8")
    for before, after in changes:
        assert before in body
        body = body.replace(before, after, 1)
    layouts, streets = found_in(body.encode())
    assert len(layouts) == 2
    assert streets == ()


@pytest.mark.parametrize(("leading_in", "expected"), [("0", []), ("01", ["M1"]), ("012", ["M1"])])
def test_a_signal_lets_in_where_half_of_its_movements_or_more_lead_into_the_street(
    leading_in: str, expected: list[str]
) -> None:
    """Who lets in now and then would be closed for nothing."""
    layout = a_crossing()
    movements = tuple(replace(movement, group="M1") for movement in layout.junction.movements)
    layout = replace(layout, junction=replace(layout.junction, movements=movements))
    leads = {("J", movement.id): {"street"} if movement.id in leading_in else {"away"} for movement in movements}
    assert finding._letting_in(layout, {"street"}, leads) == expected


def test_a_street_out_of_which_nobody_gives_way_under_green_cannot_lock() -> None:
    layout = a_crossing(3)
    assert finding._gives_way(layout, {"main"})
    assert not finding._gives_way(layout, {"side"})


def test_two_junctions_under_adaptive_control_never_let_in_from_both_ends_and_serve_everybody() -> None:
    """Somebody stands at every stop line all the time, but in the street itself, which is empty."""
    layouts, (street,) = found_in(NETWORK.read_bytes())
    lock = StreetLock(street, 0)
    controls = {layout.junction.id: AdaptiveControl(layout, 0, streets=[lock]) for layout in layouts}
    served: set[tuple[str, int]] = set()
    turns: list[int] = []
    inside = {way for ways in street.approaches for way in ways}
    for at_s in range(1, 1_200):
        lock.step(at_s * SECOND_MS)
        open_ends = set()
        for layout in layouts:
            control = controls[layout.junction.id]
            control.watch = Trusting(layout, control.observer.seen)
            goes = at_s % 2 == 1
            stands = {lane.stop: Reading(int(goes), True) for lane in layout.lanes if lane.approach not in inside}
            shown = control.step(at_s * SECOND_MS, stands)
            names = [group.id for group in layout.junction.groups]
            served |= {(layout.junction.id, nth) for nth, aspect in enumerate(shown) if aspect is Aspect.GREEN}
            open_ends |= {
                gate.end
                for gate in street.gates
                if gate.junction == layout.junction.id and shown[names.index(gate.group)] is not Aspect.RED
            }
        assert len(open_ends) <= 1
        turns += [lock.holder] if not turns or turns[-1] != lock.holder else []
    assert served == {(layout.junction.id, nth) for layout in layouts for nth in range(len(layout.junction.groups))}
    assert len(turns) > 8


def test_a_signal_that_is_closed_keeps_no_green_from_the_others_though_somebody_stands_before_it() -> None:
    """Somebody stands at every stop line, in the street too, so that all are overdue: red is what amber takes."""
    layouts, (street,) = found_in(NETWORK.read_bytes())
    lock = StreetLock(street, 0)
    controls = [AdaptiveControl(layout, 0, streets=[lock]) for layout in layouts]
    red_s, longest_s = [0, 0], 0
    for at_s in range(1, 1_200):
        lock.step(at_s * SECOND_MS)
        for nth, (layout, control) in enumerate(zip(layouts, controls, strict=True)):
            control.watch = Trusting(layout, control.observer.seen)
            stands = {lane.stop: Reading(int(at_s % 2 == 0), True) for lane in layout.lanes}
            is_red = set(control.step(at_s * SECOND_MS, stands)) == {Aspect.RED}
            red_s[nth] = red_s[nth] + 1 if is_red else 0
            longest_s = max(longest_s, red_s[nth])
    assert longest_s <= 3


def test_no_longest_wait_is_promised_to_who_waits_before_such_a_street(capsys: pytest.CaptureFixture[str]) -> None:
    (first, _), streets = found_in(NETWORK.read_bytes())
    assert set(waits_ms(first, (), streets).items()) >= {("W-J0", None), ("S-J0", None)}
    assert None not in waits_ms(first, ()).values()
    assert main(["signals", "waits", str(NETWORK), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert said.count("lets into a street with room for one vehicle a lane") == len(streets[0].gates)
    assert main(["signals", "waits", str(NETWORK), "--language", "zh-CN"]) == 0
    assert "每条车道仅容一辆车的短路段" in capsys.readouterr().out
