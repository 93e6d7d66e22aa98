"""The gate before every controller: what the board says opens it, and it shuts by itself."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.core.board import Board, SignalPermit
from turnout.desk.desk import DeskHealth
from turnout.desk.faults import Fault, NotTheDesk
from turnout.edge.corridors.gate import BoardGate
from turnout.words.identity import ActorId
from turnout.words.moment import Moment

WELL = DeskHealth(
    seq=1,
    first_lane=0,
    other_lane=0,
    restarts=0,
    failed_appends=0,
    clock_behind_ms=0,
    trouble="",
    has_ended=False,
)
PERMIT = SignalPermit(id="P1", junctions=("J1", "J2"), authority="office", by=ActorId("tess"), at=Moment(0))


class Standing:
    """A desk as the gate sees it."""

    def __init__(self) -> None:
        self.board = Board.empty()
        self.said, self.fault = WELL, None

    def arm(self, **until: int) -> None:
        ends = {junction: Moment(end) for junction, end in until.items()}
        self.board = replace(self.board, signal_permits={"P1": replace(PERMIT, armed=frozenset(ends), until=ends)})

    def health(self) -> DeskHealth:
        return self.said

    def standing(self) -> Fault | None:
        return self.fault


def test_the_gate_is_open_only_while_the_board_says_armed() -> None:
    desk, now = Standing(), [0]
    gate = BoardGate(desk, lambda: Moment(now[0]))
    assert not gate.is_open("J1"), "at the start nobody has armed it"
    desk.arm(J1=1_000)
    assert gate.is_open("J1")
    assert not gate.is_open("J2")
    now[0] = 999
    assert gate.is_open("J1")
    now[0] = 1_000
    assert not gate.is_open("J1"), "its timer need not have rung"
    desk.arm(J1=5_000)
    assert gate.is_open("J1"), "a person has renewed it"
    desk.arm()
    assert not gate.is_open("J1")


def test_it_shuts_when_the_desk_is_lost_in_trouble_or_at_its_end() -> None:
    desk = Standing()
    gate = BoardGate(desk, lambda: Moment(0))
    desk.arm(J1=1_000)
    for said in (replace(WELL, trouble="journal-slow"), replace(WELL, has_ended=True)):
        desk.said = said
        assert not gate.is_open("J1")
        desk.said = WELL
        assert gate.is_open("J1")
    desk.fault = NotTheDesk("the lease is over")
    assert not gate.is_open("J1")
    desk.fault = None
    gate.shut()
    assert not gate.is_open("J1")


@given(st.dictionaries(st.sampled_from(("J1", "J2")), st.integers(1, 100)), st.integers(0, 120))
def test_nothing_is_open_that_is_not_armed_at_that_moment(until: dict[str, int], now: int) -> None:
    desk = Standing()
    desk.arm(**until)
    gate = BoardGate(desk, lambda: Moment(now))
    for junction in ("J1", "J2", "J3"):
        assert gate.is_open(junction) == (now < until.get(junction, 0))
