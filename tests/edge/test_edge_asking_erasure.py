"""Who may ask for an erasure, and what keeps it: a program may ask, a person approves, a hold reaches every merger."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running, running
from tests.edge.test_edge_erasing import HERE, erasing, stepped
from turnout.core.incidents.commands import AddNarrative, CancelIncident, MergeIncidents, OpenIncident
from turnout.core.retention.commands import ApproveErasure, AskErasure, PlaceHold, ReleaseHold
from turnout.edge.answers import Declined
from turnout.edge.looking_up import merged_with

CHAIN = ("I1", "I2", "I3", "I4")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        yield house


async def a_chain(house: Running) -> None:
    """Each merged into the next, the last one cancelled; each with something said."""
    for incident in CHAIN:
        await house.do(OpenIncident(incident_id=incident, type="MED", location=HERE, narrative=f"smoke at {incident}"))
    for one, into in itertools.pairwise(CHAIN):
        await house.do(MergeIncidents(from_id=one, into_id=into))
    await house.do(CancelIncident(incident_id=CHAIN[-1], reason="false-call"))
    while house.edge.look_up._records.seq < house.desk.seq:
        await asyncio.sleep(0.01)


async def code(house: Running, command: Any, who: Any) -> str:
    answer = await house.edge.counter.hand_in(who, str(uuid.uuid4()), command)
    return answer.code if isinstance(answer, Declined) else ""


@pytest.mark.parametrize("held", CHAIN)
async def test_a_hold_keeps_all_that_was_merged_over_any_number_of_steps(house: Running, held: str) -> None:
    await a_chain(house)
    she, he = house.dispatcher("supervisor"), house.dispatcher("supervisor")
    for incident in CHAIN:
        await house.do(AskErasure(request_id=f"r-{incident}", incident_id=incident, reason="wish"), she)
    await house.do(PlaceHold(hold_id="h", incident_id=held, reason="court"), she)
    assert [await code(house, ApproveErasure(request_id=f"r-{one}"), he) for one in CHAIN] == ["on-hold"] * 4
    found = erasing(house)
    await stepped(house, found, 400)
    assert house.edge.look_up._records.erased(0, 10) == []
    await house.do(ReleaseHold(hold_id="h", reason="settled"), she)
    await stepped(house, found, 400)
    assert {owner for owner, _ in house.edge.look_up._records.erased(0, 10)} == set(CHAIN)


async def test_a_chain_is_found_on_the_board_and_off_it(house: Running) -> None:
    await a_chain(house)
    records, board = house.edge.look_up._records, house.edge.counter.board
    without = type(board)(seq=board.seq)
    for some in (board, without):
        assert merged_with("I2", some, records) == ("I1", "I3", "I4")
    assert merged_with("I9", board, records) == merged_with("", board, records) == ()


async def asks(program: httpx.AsyncClient, incident: str) -> httpx.Response:
    asked = {"do": "ask-erasure", "request_id": f"r-{incident}", "incident_id": incident, "reason": "request 7"}
    return await program.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": asked})


async def test_a_programs_token_may_ask_and_only_a_person_approves(house: Running) -> None:
    await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
    await house.do(AddNarrative(incident_id="I1", entry_id="n", text="more"))
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    async with house.program("calls", "dispatch", "audit") as other:
        assert (await asks(other, "I1")).json()["code"] == "not-permitted"
    async with house.program("personal") as program:
        assert (await asks(program, "I1")).is_success
        approval = {"do": "approve-erasure", "request_id": "r-I1"}
        reply = await program.post(f"{API}/commands", json={"id": "a", "command": approval})
        assert reply.json()["code"] == "not-permitted"
    assert house.desk.board.erasures["r-I1"].asked_by.startswith("program:")
    await house.do(ApproveErasure(request_id="r-I1"), house.dispatcher("supervisor"))
    assert house.desk.board.erasures == {}


async def test_a_program_bound_to_agencies_asks_for_their_incidents_alone(house: Running) -> None:
    await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    theirs = house.desk.board.incidents["I1"].agencies
    other = next(one for one in house.desk.board.catalogue.agencies if one not in theirs)
    codes = []
    for n, agency in enumerate((other, theirs[0])):
        token = house.token("personal", name=f"rms-{n}", agencies=(agency,))
        async with house.client(authorization=f"Bearer {token}") as program:
            codes.append((await asks(program, "I1")).json().get("code", ""))
    assert codes == ["not-permitted", ""]
