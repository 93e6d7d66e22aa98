"""Dispatch, duress and new incidents are served before everything else, however much else there is to do."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running, running, served
from turnout.adapters.http.app import WebApp
from turnout.core.board import Location
from turnout.core.commands import Command
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.units.commands import AssignUnits, LogOn, RaiseDuress
from turnout.desk.access import part
from turnout.desk.desk import SLICE_COMMANDS_MAX
from turnout.desk.lanes import OTHER_LANE_MAX
from turnout.edge.answers import Accepted
from turnout.words.identity import IncidentId, UnitId
from turnout.words.place import Place

CITY_HALL = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
FLOOD = 50 * SLICE_COMMANDS_MAX
"""Fifty times what the desk decides at once, and more than waits: the rest is told that it is busy."""


def a_line(number: int) -> AddNarrative:
    return AddNarrative(incident_id=IncidentId("flooded"), entry_id=f"n{number}", text="what can wait")


def urgent() -> list[Command]:
    new = OpenIncident(incident_id=IncidentId("urgent"), type="MED", location=CITY_HALL)
    sent = AssignUnits(incident_id=IncidentId("flooded"), units=(UnitId("E02"),), override="flood")
    return [RaiseDuress(unit=UnitId("E01")), sent, new]


async def flooded_room(house: Running) -> None:
    for unit in ("E01", "E02"):
        await house.do(LogOn(unit=UnitId(unit)))
    await house.do(OpenIncident(incident_id=IncidentId("flooded"), type="MED", location=CITY_HALL))


async def test_what_is_urgent_overtakes_everything_that_waits_at_the_desk(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        await flooded_room(house)
        answered: list[str] = []
        counter = house.edge.counter

        async def hand_in(name: str, command: Command) -> Any:
            answer = await counter.submit(part("flood"), str(uuid.uuid4()), command, "", "")
            answered.append(name)
            return answer

        flood = [asyncio.create_task(hand_in("later", a_line(number))) for number in range(FLOOD)]
        await asyncio.sleep(0)
        first = [asyncio.create_task(hand_in("first", command)) for command in urgent()]
        assert all([isinstance(await task, Accepted) for task in first])
        told = await asyncio.gather(*flood)
        busy = [answer for answer in told if not isinstance(answer, Accepted)]
        assert {answer.code for answer in busy} == {"busy"}
        assert len(busy) == FLOOD - OTHER_LANE_MAX, "the lane is bounded, and says so"
        done_before = answered[len(busy) : len(answered) - 1 - answered[::-1].index("first")].count("later")
        assert done_before <= 4 * SLICE_COMMANDS_MAX, f"{done_before} lines were written before what is urgent"


CONNECTIONS = 60
IS_URGENT = b"turnout-test-urgent"


class Turns:
    """At the server's door, inside the loop: how many were answered while an urgent request was in there.

    What the machine does with sockets and the server's own threads before that is not counted: it is not ours to order.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.answered, self.while_urgent = 0, list[int]()
        honest = WebApp.__call__

        async def counted(app: WebApp, scope: Any, receive: Any, send: Any) -> None:
            before, is_urgent = self.answered, IS_URGENT in dict(scope.get("headers", ()))

            async def sending(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.answered += 1
                    if is_urgent:
                        self.while_urgent.append(self.answered - before - 1)
                await send(message)

            await honest(app, scope, receive, sending)

        patch.setattr(WebApp, "__call__", counted)


async def test_what_is_urgent_waits_for_a_few_rounds_of_a_flooded_server_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in answers, not in seconds: while an urgent command is in, each connection gets a few at most."""
    turns = Turns(monkeypatch)
    async with served(tmp_path) as house:
        await flooded_room(house)
        token = house.token("calls", "dispatch", "field:*", "read", name="flood")
        headers = {"authorization": f"Bearer {token}"}
        limits = httpx.Limits(max_connections=CONNECTIONS + 8)
        stop = asyncio.Event()
        async with httpx.AsyncClient(
            base_url=f"http://{house.url}", headers=headers, limits=limits, timeout=60.0
        ) as client:

            async def ask(command: dict[str, Any], **headers: str) -> httpx.Response:
                body = {"id": uuid.uuid4().hex, "command": command}
                return await client.post(f"{API}/commands", json=body, headers=headers)

            async def flood() -> None:
                while not stop.is_set():
                    line = {"do": "add-narrative", "incident_id": "flooded", "entry_id": uuid.uuid4().hex, "text": "x"}
                    sent = await ask(line)
                    assert sent.status_code in (200, 503), sent.text

            async with asyncio.TaskGroup() as flooding:
                for _ in range(CONNECTIONS):
                    flooding.create_task(flood())
                while turns.answered < 2 * CONNECTIONS:
                    await asyncio.sleep(0.01)
                sent = [await ask(command, **{IS_URGENT.decode(): "1"}) for command in URGENT]
                stop.set()
    assert [one.status_code for one in sent] == [200] * len(URGENT), sent
    assert len(turns.while_urgent) == len(URGENT)
    assert max(turns.while_urgent) <= 2 * CONNECTIONS, turns.while_urgent


PLACE = {"text": "City Hall", "place": {"lat": 37.7793, "lon": -122.4193}, "kind": "coordinate"}
URGENT: list[dict[str, Any]] = [
    {"do": "raise-duress", "unit": "E01"},
    {"do": "assign-units", "incident_id": "flooded", "units": ["E02"], "override": "flood"},
    {"do": "open-incident", "incident_id": "urgent", "type": "MED", "location": PLACE},
]
