"""Too much asked by one over the socket: refused like any other command; who calls for help is never held back."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.adapters.running import Running, served
from tests.adapters.socket.test_socket import Console, a_console, opening
from turnout.adapters.socket import serve
from turnout.core.board import Location
from turnout.core.incidents.commands import OpenIncident
from turnout.core.units.commands import LogOn
from turnout.edge.allowance import Allowance, Allowances, Rate
from turnout.words.identity import IncidentId, UnitId
from turnout.words.place import Place

BURST = 3
CITY_HALL = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")


def few(house: Running) -> None:
    """Small limits, at a clock that stands still."""
    allowances = house.edge.counter.allowances = Allowances(lambda: 0)
    for name in ("program_commands", "program_requests", "strangers"):
        setattr(allowances, name, Allowance(Rate(1, BURST)))


def a_line(number: int) -> dict[str, Any]:
    return {"do": "add-narrative", "incident_id": "open", "entry_id": f"n{number}", "text": "what can wait"}


async def room(house: Running) -> None:
    await house.do(LogOn(unit=UnitId("E01")))
    await house.do(OpenIncident(incident_id=IncidentId("open"), type="MED", location=CITY_HALL))


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
async def test_one_command_too_many_is_refused_and_a_call_for_help_is_not(tmp_path: Path, server: str) -> None:
    async with served(tmp_path, server=server) as house:
        await room(house)
        few(house)
        async with a_console(house) as mad, a_console(house) as other:
            answers = [await mad.do(**a_line(number)) for number in range(BURST + 1)]
            assert [answer["ok"] for answer in answers] == [True] * BURST + [False]
            assert answers[-1]["refusal"] == {"code": "too-many-requests", "wait_s": 1}
            assert answers[-1]["retry_after_s"] == 1
            assert answers[-1]["text"].keys() == {"en", "zh"}
            for number in range(2 * BURST):
                assert (await mad.do(**opening(f"new {number}")))["ok"]
            assert (await mad.do(do="raise-duress", unit="E01"))["ok"]
            assert (await other.do(**a_line(99)))["ok"]


async def test_lines_and_what_cannot_be_read_count_too(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        few(house)
        async with a_console(house) as mad:
            for number in range(BURST - 1):
                await mad.send(type="line", id=f"L{number}", text="E 300 MISSION ST")
                assert (await mad.hear("line-answer", "answer"))["type"] == "line-answer"
            await mad.send(type="command", id="bad", command={"do": "nothing that is known"})
            assert (await mad.hear("answer"))["refusal"]["code"] == "malformed"
            await mad.send(type="command", id="bad", command={"do": "nothing that is known"})
            assert (await mad.hear("answer"))["refusal"]["code"] == "too-many-requests"
            await mad.send(type="line", id="L9", text="E 300 MISSION ST")
            assert (await mad.hear("line-answer", "answer"))["refusal"]["code"] == "too-many-requests"
            await mad.send(type="line", id="L10", text="E 300 MISSION ST MED", run=True)
            assert (await mad.hear("line-answer", "answer"))["answer"]["ok"]


async def test_who_cannot_say_who_they_are_is_sent_away_for_a_while(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        few(house)
        codes = []
        for _ in range(BURST + 1):
            async with websockets.connect(f"ws://{house.url}/socket") as socket:
                stranger = Console(socket)
                await stranger.send(type="hello", protocol=1, token="no such token")
                await stranger.hear("refused")
                await socket.wait_closed()
                codes.append(socket.close_code)
        assert codes == [4401] * BURST + [1013]


async def test_a_call_for_help_waits_its_turn_where_too_much_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "UNDER_WAY_MAX", 1)
    async with served(tmp_path) as house:
        await room(house)
        counter, goes_on = house.edge.counter, asyncio.Event()
        honest = counter.submit

        async def submit(*words: Any) -> Any:
            await goes_on.wait()
            return await honest(*words)

        monkeypatch.setattr(counter, "submit", submit)
        async with a_console(house) as console:
            await console.send(type="command", id="slow", command=a_line(1))
            await console.send(type="command", id="other", command=a_line(2))
            assert (await console.hear("answer"))["refusal"]["code"] == "too-many-in-flight"
            await console.send(type="command", id="help", command={"do": "raise-duress", "unit": "E01"})
            await asyncio.sleep(0.05)
            goes_on.set()
            answers = [await console.hear("answer") for _ in range(2)]
    assert [(answer["id"], answer["ok"]) for answer in answers] == [("slow", True), ("help", True)]
