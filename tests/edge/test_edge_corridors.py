"""Corridors at work: in the journal before any controller, held, given back; a dead controller holds up nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import Running, running
from turnout.core.board import Corridor, CorridorJunction, Location
from turnout.core.corridors.commands import (
    ArmSignals,
    CancelCorridor,
    DisarmSignals,
    OpenCorridor,
    PermitSignals,
)
from turnout.core.incidents.commands import OpenIncident
from turnout.core.units.commands import AssignUnits, LogOn, ReportStatus
from turnout.desk.access import part
from turnout.edge.corridors.noted import Noted
from turnout.edge.corridors.runner import LOST_END_MS, Corridors, request_id
from turnout.edge.corridors.talking import Talks
from turnout.edge.corridors.ways import Ways
from turnout.roads import RoadGraph, Route
from turnout.signalling import AUTHORITY, SIMULATED, arm_simulated
from turnout.signals.controller import Asked, Presence, PriorityRequest, PriorityStatus, Shown
from turnout.signals.corridor import LOST_HOLD_MS
from turnout.signals.simulated_junction import SimulatedControllers
from turnout.signals.sites import Sites, assumed_sites
from turnout.telemetry.latest import Fix
from turnout.words.identity import UnitId
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place

BEGIN, GOAL = Place(37.7793, -122.4193), Place(37.7946, -122.3999)
UNIT = "E03"


class Spying:
    """Simulated controllers that note what is written to them; those in `dead` never answer; `broken` ones raise."""

    def __init__(self, inner: SimulatedControllers, board: Callable[[], Any], show: Callable[[str], str]) -> None:
        self._inner, self._board, self._show = inner, board, show
        self.dead: set[str] = set()
        self.broken = False
        self.said: list[tuple[str, str]] = []
        self.asked: dict[str, list[PriorityRequest]] = {}
        self.unwritten: list[str] = []
        self.taken_back: dict[str, Asked | None] = {}
        self.detectors: Callable[[str], dict[str, Presence]] = lambda junction: {}

    async def ask(self, request: PriorityRequest) -> PriorityStatus:
        self.said.append(("ask", request.junction))
        self.asked.setdefault(request.junction, []).append(request)
        rows = [row for corridor in self._board().corridors.values() for row in corridor.junctions.values()]
        noted = [(self._show(row.id), self._show(row.group), tuple(map(self._show, row.also))) for row in rows]
        if (request.junction, request.group, request.also) not in noted:
            self.unwritten.append(request.junction)
        await self._wait(request.junction)
        return await self._inner.ask(request)

    async def cancel(self, junction: str, request: str, asked: Asked | None = None) -> PriorityStatus:
        self.said.append(("cancel", junction))
        self.taken_back[junction] = asked
        await self._wait(junction)
        return await self._inner.cancel(junction, request)

    async def status(self, junction: str, request: str) -> PriorityStatus:
        await self._wait(junction)
        return await self._inner.status(junction, request)

    async def shown(self, junction: str) -> Shown:
        return await self._inner.shown(junction)

    async def detected(self, junction: str) -> dict[str, Presence]:
        await self._wait(junction)
        return self.detectors(junction)

    async def _wait(self, junction: str) -> None:
        if self.broken:
            raise LookupError(junction)
        if junction in self.dead:
            await asyncio.Event().wait()


class Street:
    """A house with a crew on its way, and a runner that a test steps by hand."""

    def __init__(self, house: Running, sites_of: Callable[[RoadGraph], Sites] = assumed_sites) -> None:
        self.house = house
        edge = house.edge
        assert edge.adviser is not None
        self.ways = Ways(edge.adviser, sites_of, edge.now)
        inner = SimulatedControllers(self.ways.find_junction, self.clock_ms)
        self.controllers = Spying(inner, lambda: edge.counter.board, edge.texts.shown)
        self.runner = self.another()
        self.route = self._route()

    def another(self) -> Corridors:
        edge = self.house.edge
        show = edge.texts.shown_or_fault
        return Corridors(edge.counter, self.ways, self.controllers, edge.now, self.clock_ms, show)

    def clock_ms(self) -> int:
        return int(self.house.edge.now())

    def _route(self) -> Route:
        on = self.house.edge.adviser.on_roads  # type: ignore[union-attr]
        source, target = on.roads.snap(BEGIN), on.roads.snap(GOAL)
        route = on.roads.route(source, target, Moment(self.clock_ms()))
        assert route is not None
        return route

    async def open(self) -> None:
        await self.house.do(LogOn(unit=UNIT))
        await self.house.do(OpenIncident(incident_id="I1", type="MED", location=Location(text="x", place=GOAL)))
        await self.house.do(AssignUnits(incident_id="I1", units=(UNIT,)))
        self.drive(0.0)
        await self.house.do(OpenCorridor(corridor_id="K1", unit=UNIT))

    async def arm(self) -> None:
        junctions = tuple((await self.ways.sites()).by_id)
        until = Moment(self.clock_ms() + 12 * HOUR_MS)
        arming = ArmSignals(permit_id="P1", until=until)
        for command in (PermitSignals(permit_id="P1", junctions=junctions, authority="x"), arming):
            await self.house.edge.counter.hand_in(part("test"), f"{command.__struct_config__.tag}", command)

    def drive(self, elapsed_s: float, speed_mps: float | None = None) -> None:
        at = self.route.after(elapsed_s)
        fix = Fix(
            unit=UNIT,
            lat=at.place.lat,
            lon=at.place.lon,
            heading=at.heading_deg,
            speed_mps=at.speed_mps if speed_mps is None else speed_mps,
            at=self.house.edge.now(),
        )
        taken = self.house.edge.take_positions([fix])
        assert taken.units == (UnitId(UNIT),), taken

    async def step(self, seconds: float = 1.0) -> None:
        self.house.clock.ahead_ms += int(seconds * 1_000)
        await self.runner.step()
        for _ in range(5):
            await asyncio.sleep(0)

    @property
    def corridor(self) -> Corridor | None:
        return self.house.edge.counter.board.corridors.get("K1")

    async def drive_for(self, seconds: int, since: int = 0) -> None:
        for second in range(since, since + seconds):
            self.drive(float(second))
            await self.step()

    def given(self) -> set[str]:
        return {junction for deed, junction in self.controllers.said if deed == "cancel"}

    def states(self) -> dict[str, tuple[str, str]]:
        return {id: (row.state, row.reason) for id, row in self.noted().items()}

    def noted(self) -> Mapping[str, CorridorJunction]:
        return Noted(self.house.edge.texts.shown).of(self.corridor) if self.corridor is not None else {}


@asynccontextmanager
async def a_street(folder: Path, sites_of: Callable[[RoadGraph], Sites] = assumed_sites) -> AsyncIterator[Street]:
    """The house's own runner does nothing by itself."""

    async def not_by_itself(self: Corridors) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Corridors, "run", not_by_itself)
        async with running(folder / "var", simulation=False) as house:
            yield Street(house, sites_of)


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with a_street(tmp_path) as street:
        yield street


async def test_ahead_of_a_crew_junctions_are_asked_become_green_and_are_given_back_when_it_is_past(
    street: Street,
) -> None:
    await street.arm()
    await street.open()
    seen: set[tuple[str, str]] = set()
    for second in range(int(street.route.drive_s)):
        street.drive(float(second))
        await street.step()
        seen |= set(street.states().values())
    assert ("granted", "") in seen
    assert ("released", "passed") in seen
    assert {state for state, _ in seen} <= {"asked", "granted", "released", "waiting"}
    assert street.controllers.unwritten == [], "the request stands in the journal before a controller is asked"
    await street.house.do(ReportStatus(unit=UNIT, status="on-scene"))
    for _ in range(4):
        await street.step()
    assert street.corridor is None
    given = [junction for deed, junction in street.controllers.said if deed == "cancel"]
    assert set(given) == {junction for deed, junction in street.controllers.said if deed == "ask"}


async def test_what_nobody_has_armed_is_never_written_to(street: Street) -> None:
    await street.arm()
    first = next(iter((await street.ways.sites()).by_id))
    all_but_one = tuple(one for one in (await street.ways.sites()).by_id if one != first)
    await street.house.edge.counter.hand_in(
        part("test"), "d", DisarmSignals(permit_id="P1", junctions=all_but_one, reason="works")
    )
    await street.open()
    for second in range(60):
        street.drive(float(second))
        await street.step()
    assert street.controllers.said == []
    assert set(street.states().values()) == {("refused", "not-armed")}


async def test_disarmed_while_it_is_held_it_is_given_back_at_once(street: Street) -> None:
    await street.arm()
    await street.open()
    for second in range(30):
        street.drive(float(second))
        await street.step()
    held = {id for id, (state, _) in street.states().items() if state in ("asked", "granted")}
    assert held
    await street.house.edge.counter.hand_in(part("test"), "d", DisarmSignals(permit_id="P1"))
    street.drive(30.0)
    await street.step()
    await street.step()
    assert {street.states()[id] for id in held} == {("released", "not-armed")}


async def test_cancelled_by_a_person_all_is_given_back_and_then_it_leaves_the_board(street: Street) -> None:
    await street.arm()
    await street.open()
    for second in range(20):
        street.drive(float(second))
        await street.step()
    asked = {junction for deed, junction in street.controllers.said if deed == "ask"}
    assert asked
    await street.house.do(CancelCorridor(corridor_id="K1"))
    for _ in range(3):
        await street.step()
    assert street.corridor is None
    assert {junction for deed, junction in street.controllers.said if deed == "cancel"} == asked


async def test_a_controller_that_never_answers_is_lost_and_holds_up_no_other(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.runner._talks = Talks(street.controllers, wait_s=0.01)
    await street.arm()
    await street.open()
    street.drive(0.0)
    await street.step()
    for second in range(1, 40):
        street.drive(float(second))
        await street.step()
        street.controllers.dead |= {junction for deed, junction in street.controllers.said[:1] if deed == "ask"}
    await asyncio.sleep(0.05)
    await street.step()
    states = street.states()
    (dead,) = street.controllers.dead
    others = {state for id, (state, _) in states.items() if id != dead}
    assert others & {"granted", "asked"}
    await street.house.do(CancelCorridor(corridor_id="K1"))
    for _ in range(6):
        await street.step()
        await asyncio.sleep(0.02)
    assert street.corridor is None, "it ends though one controller is silent"


async def test_after_a_restart_what_stood_open_is_given_back_and_asked_again(street: Street) -> None:
    await street.arm()
    await street.open()
    for second in range(20):
        street.drive(float(second))
        await street.step()
    before = {id for id, (state, _) in street.states().items() if state in ("asked", "granted")}
    street.controllers.said.clear()
    street.runner = street.another()
    street.drive(20.0)
    for _ in range(3):
        await street.step()
    assert {junction for deed, junction in street.controllers.said if deed == "cancel"} >= before
    assert {junction for deed, junction in street.controllers.said if deed == "ask"} >= before
    assert {state for state, _ in street.states().values()} & {"asked", "granted"}


async def test_a_crew_that_is_no_longer_heard_of_gives_all_back_and_the_corridor_ends(street: Street) -> None:
    await street.arm()
    await street.open()
    for second in range(20):
        street.drive(float(second))
        await street.step()
    await street.step(LOST_HOLD_MS / 1_000 + 1)
    await street.step()
    assert ("released", "lost") in street.states().values()
    await street.step(LOST_END_MS / 1_000)
    for _ in range(3):
        await street.step()
    assert street.corridor is None


async def test_another_way_taken_asks_the_signals_of_that_way(street: Street) -> None:
    await street.arm()
    await street.open()
    for second in range(10):
        street.drive(float(second))
        await street.step()
    old = set(street.states())
    on = street.house.edge.adviser.on_roads  # type: ignore[union-attr]
    elsewhere, target = on.roads.snap(Place(37.7885, -122.4080)), on.roads.snap(GOAL)
    street.route = on.roads.route(elsewhere, target, street.house.edge.now())  # type: ignore[assignment]
    street.house.clock.ahead_ms += 90_000
    for second in range(30):
        street.drive(float(second))
        await street.step()
    states = street.states()
    assert set(states) - old
    assert not [id for id in old - set(street.runner._tracks["K1"].held) if states[id][0] in ("asked", "granted")]


async def test_a_server_that_reaches_no_signals_ends_it_and_says_so(street: Street) -> None:
    await street.arm()
    street.runner = Corridors(street.house.edge.counter, None, None, street.house.edge.now, street.clock_ms)
    await street.open()
    await street.step()
    assert street.corridor is None


async def test_the_simulated_authority_permits_and_arms_once(street: Street) -> None:
    counter = street.house.edge.counter
    await arm_simulated(counter, street.runner)
    permit = counter.board.signal_permits[SIMULATED]
    assert permit.authority == AUTHORITY
    assert permit.armed == set(permit.junctions)
    seq = counter.seq
    await arm_simulated(counter, street.runner)
    assert counter.seq == seq
    assert request_id("K1", "J1") == "K1/J1"


async def test_a_crew_that_slows_down_keeps_the_green_that_it_has(street: Street) -> None:
    await street.arm()
    await street.open()
    second = 0
    while "granted" not in {state for state, _ in street.states().values()}:
        street.drive(float(second))
        await street.step()
        second += 1
    granted = {id for id, (state, _) in street.states().items() if state == "granted"}
    street.controllers.asked.clear()
    lost: list[tuple[str, str]] = []
    for later in range(40):
        street.drive(second + later * 0.1, speed_mps=1.5)
        await street.step()
        held = granted & set(street.runner._tracks["K1"].held)
        lost += [(id, state) for id, (state, _) in street.states().items() if id in held and state != "granted"]
    assert lost == []
    asked = [request for id in granted for request in street.controllers.asked.get(id, [])]
    assert all(request.green_in_ms == 0 for request in asked)


def with_a_stop_line_behind(street: Street, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every first junction ahead has a second stop line, until the test empties what this returns."""
    has_another = {"far"}
    honest = street.ways.look

    async def look(*of: Any) -> Any:
        looked = await honest(*of)
        if looked.seen is None or not looked.seen.ahead:
            return looked
        first, *others = looked.seen.ahead
        site = (await street.ways.sites()).by_id[first.junction]
        far = next(group.id for group in site.junction.groups if group.id != first.group)
        turned = msgspec.structs.replace(first, also=(far,)) if has_another else first
        return looked._replace(seen=msgspec.structs.replace(looked.seen, ahead=(turned, *others)))

    monkeypatch.setattr(street.ways, "look", look)
    return has_another


async def test_all_groups_that_are_asked_for_stand_in_the_journal_before_the_controller_is_told(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_another = with_a_stop_line_behind(street, monkeypatch)
    await street.arm()
    await street.open()
    second = 0
    while not street.controllers.asked:
        street.drive(float(second))
        await street.step()
        second += 1
    junction, (request,) = next(iter(street.controllers.asked.items()))
    assert street.corridor is not None
    assert request.also
    assert street.noted()[junction].also == request.also
    has_another.clear()
    await street.drive_for(2, second)
    assert [one.also for one in street.controllers.asked[junction]] == [request.also, ()]
    assert street.noted()[junction].also == ()
    assert junction in street.runner._tracks["K1"].held
    assert street.controllers.unwritten == []


async def test_what_is_held_stays_held_where_the_journal_did_not_take_that_it_is_asked_for_fewer_groups(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_another = with_a_stop_line_behind(street, monkeypatch)
    await street.arm()
    await street.open()
    second = 0
    while not street.controllers.asked:
        street.drive(float(second))
        await street.step()
        second += 1
    junction = next(iter(street.controllers.asked))
    has_another.clear()
    with monkeypatch.context() as patch:

        async def not_taken(self: Corridors, command: Any) -> bool:
            return False

        patch.setattr(Corridors, "_hand_in", not_taken)
        await street.drive_for(2, second)
    assert len(street.controllers.asked[junction]) == 1
    assert junction in street.runner._tracks["K1"].held
    await street.drive_for(2, second + 2)
    assert street.controllers.asked[junction][-1].also == ()
    assert street.controllers.unwritten == []
