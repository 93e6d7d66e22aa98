"""Corridors when something goes wrong: no look for a second, a journal that stands still, controllers that raise."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.edge.test_edge_corridors import UNIT, Spying, Street, a_street
from turnout.core.corridors.commands import AskJunctions, CancelCorridor, NoteJunctions
from turnout.core.units.commands import LogOn, ReportStatus
from turnout.edge.answers import Answer, declined
from turnout.edge.corridors import runner
from turnout.edge.corridors.runner import Corridors
from turnout.edge.corridors.talking import Talks
from turnout.edge.corridors.ways import Looked
from turnout.signalling import SIMULATED, arm_simulated
from turnout.signals.controller import PriorityRequest, PriorityStatus
from turnout.signals.corridor import THROUGH_MS, Ask
from turnout.signals.sites import Sites
from turnout.telemetry.latest import Fix


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with a_street(tmp_path) as street:
        await street.arm()
        await street.open()
        yield street


class Journal:
    """Stands between a runner and the counter. `declines`: the next such one; `stands`: answers none."""

    def __init__(self, street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        self._inner = street.house.edge.counter.hand_in
        self.declines: Callable[[Any], bool] = lambda command: False
        self.declined: list[Any] = []
        self.stands = False
        self.handed_in: list[Any] = []
        monkeypatch.setattr(street.house.edge.counter, "hand_in", self.hand_in)

    async def hand_in(self, who: Any, command_id: str, command: Any, *more: Any, **named: Any) -> Answer:
        if self.stands:
            await asyncio.Event().wait()
        self.handed_in.append(command)
        if self.declines(command):
            self.declined.append(command)
            self.declines = lambda command: False
            return declined("fault")
        return await self._inner(who, command_id, command, *more, **named)


def looks(street: Street, monkeypatch: pytest.MonkeyPatch, looked: Looked) -> None:
    async def look(*_: object) -> Looked:
        return looked

    monkeypatch.setattr(street.ways, "look", look)


async def test_one_second_without_a_look_gives_nothing_back(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    await street.drive_for(20)
    held = set(street.runner._tracks["K1"].held)
    given = street.given()
    with monkeypatch.context() as patch:
        looks(street, patch, Looked(None))
        await street.drive_for(2, since=20)
    assert held
    assert street.given() == given
    assert set(street.runner._tracks["K1"].held) >= held


async def test_without_a_look_for_longer_than_the_hold_all_is_given_back(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await street.drive_for(20)
    held = set(street.runner._tracks["K1"].held)
    looks(street, monkeypatch, Looked(None))
    await street.drive_for(33, since=20)
    assert street.given() >= held
    assert street.corridor is not None


async def test_one_search_without_a_way_is_not_the_end_ten_seconds_of_them_are(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await street.drive_for(20)
    with monkeypatch.context() as patch:
        looks(street, patch, Looked(None, has_way=False))
        await street.drive_for(5, since=20)
    await street.drive_for(5, since=25)
    assert street.corridor is not None
    assert "K1" not in street.runner._outcomes
    looks(street, monkeypatch, Looked(None, has_way=False))
    await street.drive_for(14, since=30)
    assert street.corridor is None


async def test_a_journal_that_stands_still_holds_up_no_giving_back_and_nothing_is_asked_meanwhile(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(street, monkeypatch)
    await street.drive_for(20)
    held = set(street.runner._tracks["K1"].held)
    assert held
    asked = {junction for deed, junction in street.controllers.said if deed == "ask"}
    async with asyncio.timeout(30):
        with monkeypatch.context() as patch:
            patch.setattr(runner, "STEP_S", 0.01)
            patch.setattr(runner, "WRITE_S", 0.03, raising=False)
            patch.setattr(journal, "stands", True)
            await street.drive_for(100, since=20)
            await asyncio.sleep(0.1)
        assert street.given() & held
        assert {junction for deed, junction in street.controllers.said if deed == "ask"} == asked
        await street.drive_for(10, since=120)
    assert {junction for deed, junction in street.controllers.said if deed == "ask"} > asked
    assert street.controllers.unwritten == []


async def test_a_fault_of_the_journal_bars_no_junction_and_loses_no_note(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(street, monkeypatch)
    journal.declines = lambda command: isinstance(command, AskJunctions)
    await street.drive_for(4)
    (not_asked,) = journal.declined
    assert {street.states()[ask.junction][0] for ask in not_asked.asks} <= {"asked", "granted"}
    await street.drive_for(16, since=4)
    journal.declines = lambda command: isinstance(command, NoteJunctions) and command.notes[0].state == "released"
    await street.house.do(CancelCorridor(corridor_id="K1"))
    journal.handed_in.clear()
    for _ in range(5):
        await street.step()
    not_noted = journal.declined[-1]
    again = [
        command for command in journal.handed_in if isinstance(command, NoteJunctions) and command is not not_noted
    ]
    noted = {note.junction for command in again for note in command.notes if note.state == "released"}
    assert {note.junction for note in not_noted.notes} <= noted
    assert street.corridor is None


async def test_what_the_board_shows_already_is_not_noted_again(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    await street.drive_for(20)
    journal = Journal(street, monkeypatch)
    for _ in range(4):
        await street.step(0.1)
    journal.handed_in.clear()
    for _ in range(3):
        await street.step(0.1)
    assert "granted" in {state for state, _ in street.states().values()}
    assert journal.handed_in == []


async def test_a_controller_that_raises_is_a_fault_and_the_corridor_ends_all_the_same(street: Street) -> None:
    street.controllers.broken = True
    await street.drive_for(20)
    assert ("lost", "fault") in street.states().values()
    await street.house.do(CancelCorridor(corridor_id="K1"))
    for _ in range(5):
        await street.step()
    assert street.corridor is None


async def test_when_the_server_stops_what_is_held_is_given_back(street: Street) -> None:
    await street.drive_for(20)
    held = set(street.runner._tracks["K1"].held)
    await street.runner.stop()
    assert held
    assert street.given() >= held


async def test_a_silent_controller_does_not_hold_up_the_stop(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STOP_S", 0.05, raising=False)
    await street.drive_for(20)
    street.controllers.dead |= set(street.runner._tracks["K1"].held)
    async with asyncio.timeout(2):
        await street.runner.stop()
    assert street.runner._talks is not None
    assert not street.runner._talks.is_open("K1")


async def test_a_served_house_stops_its_corridors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[Corridors] = []

    async def stop(self: Corridors) -> None:
        stopped.append(self)

    monkeypatch.setattr(Corridors, "stop", stop, raising=False)
    async with a_street(tmp_path) as street:
        its = street.house.edge.corridors
    assert stopped == [its]


async def test_it_wakes_for_its_own_crew_and_not_for_any_other(street: Street) -> None:
    street.house.edge.counter.desk.listen(street.runner.hear)
    await street.step()
    street.runner._wake.clear()
    await street.house.do(LogOn(unit="E13"))
    assert not street.runner._wake.is_set()
    await street.house.do(ReportStatus(unit=UNIT, status="enroute"))
    assert street.runner._wake.is_set()


async def test_places_without_a_speed_are_not_a_crew_that_stands(street: Street) -> None:
    for second in range(20):
        at = street.route.after(float(second))
        place, now = at.place, street.house.edge.now()
        street.house.edge.take_positions([Fix(unit=UNIT, lat=place.lat, lon=place.lon, heading=at.heading_deg, at=now)])
        await street.step()
    assert street.runner._last["K1"].speed_mps is None
    assert street.runner._tracks["K1"].pace_mps > 10.0
    assert street.runner._tracks["K1"].held


async def test_junctions_that_are_new_are_permitted_by_the_simulated_authority_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter, all_sites = street.house.edge.counter, await street.ways.sites()

    def stand(*junctions: str) -> None:
        async def sites() -> Sites:
            return Sites([all_sites.by_id[id] for id in junctions])

        monkeypatch.setattr(street.ways, "sites", sites)

    one, other = list(all_sites.by_id)[:2]
    stand(one)
    await arm_simulated(counter, street.runner)
    stand(one, other)
    await arm_simulated(counter, street.runner)
    added = [id for id in counter.board.signal_permits if id.startswith(f"{SIMULATED}-")]
    assert [counter.board.signal_permits[id].junctions for id in added] == [(other,)]
    assert counter.board.signal_permits[added[0]].armed == {other}
    seq = counter.seq
    await arm_simulated(counter, street.runner)
    assert counter.seq == seq


async def test_what_the_journal_takes_is_off_the_time_until_green_is_wanted(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, honest = street.house.edge.counter.hand_in, runner.step
    wanted: dict[str, Ask] = {}

    def step(*of: Any) -> Any:
        tracks, acts = honest(*of)
        wanted.update({act.junction: act for act in acts if isinstance(act, Ask) and act.is_new})
        return tracks, acts

    async def hand_in(who: Any, command_id: str, command: Any) -> Answer:
        if isinstance(command, AskJunctions):
            street.house.clock.ahead_ms += 2_000
        return await inner(who, command_id, command)

    monkeypatch.setattr(runner, "step", step)
    monkeypatch.setattr(street.house.edge.counter, "hand_in", hand_in)
    second = 0
    while not any(ask.green_in_ms > 2_000 for ask in wanted.values()):
        wanted.clear()
        street.controllers.asked.clear()
        street.drive(float(second))
        await street.step()
        second += 1
    junction, ask = next((one, ask) for one, ask in wanted.items() if ask.green_in_ms > 2_000)
    (request,) = street.controllers.asked[junction]
    assert request.green_in_ms <= ask.green_in_ms - 2_000
    assert request.arrives_in_ms <= ask.arrives_in_ms - 2_000
    assert request.leaves_in_ms - request.arrives_in_ms == THROUGH_MS


async def test_what_the_line_takes_is_off_the_time_until_green_is_wanted(street: Street) -> None:
    now_ms, first = 100_000, asyncio.Event()
    ask = Ask(
        corridor="K1",
        junction="J1",
        at_ms=now_ms,
        group="A",
        level=1,
        green_in_ms=5_000,
        arrives_in_ms=9_000,
        leaves_in_ms=9_000 + THROUGH_MS,
        is_new=True,
    )
    said: list[PriorityRequest] = []

    class Slow(Spying):
        async def ask(self, request: PriorityRequest) -> PriorityStatus:
            said.append(request)
            await first.wait()
            return PriorityStatus(id=request.id, state="queued")

    slow = Slow(street.controllers._inner, street.controllers._board, street.controllers._show)
    street.runner._talks = Talks(slow)
    street.runner._clock_ms = lambda: now_ms
    for _ in range(3):
        street.runner._say(ask)
    await asyncio.sleep(0)
    now_ms += 7_000
    first.set()
    await street.runner._talks.close(5.0)
    times = [(one.green_in_ms, one.arrives_in_ms, one.leaves_in_ms) for one in said]
    assert times == [(5_000, 9_000, 9_000 + THROUGH_MS), *[(0, 2_000, 2_000 + THROUGH_MS)] * 2]
