"""A caller's card after its call left the board: opened under a review or broken glass, and erased alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.running import API, Running, running
from tests.edge.test_edge_erasing import HERE, erasing, stepped
from turnout.audit.vault import DetailsDestroyed
from turnout.core.board import PersonCard
from turnout.core.calls.commands import AnswerCall, AttachCall, CloseCall, TakeCall
from turnout.core.incidents.commands import CancelIncident, MergeIncidents, OpenIncident
from turnout.core.retention.commands import ApproveErasure, AskErasure
from turnout.core.reveals.commands import ApproveReview, BreakGlass, RequestReview
from turnout.core.timers.commands import RingTimer
from turnout.desk.access import Principal, part
from turnout.edge.answers import Declined
from turnout.edge.details import DetailsGiven, DetailsShown
from turnout.words.identity import CallId
from turnout.words.moment import DAY_MS, HOUR_MS

NAMES = {"K1": "Ann Li", "K2": "Bo Ng", "K3": "Cy Oz"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with a_house(tmp_path) as house:
        yield house


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[Running]:
    """K1 became nothing; K2 and K3 are calls of I1, K3 by way of I2 that was merged into it. All left the board."""
    async with running(folder / "var") as house:
        taker = house.dispatcher("call-taker")
        for call, name in NAMES.items():
            given = DetailsGiven(call_id=call, details={"name": name})
            card = await house.edge.details.keep(taker, given)
            assert isinstance(card, PersonCard)
            await house.do(TakeCall(call_id=call, channel="phone", caller=card))
            await house.do(AnswerCall(call_id=call), taker)
        await house.do(CloseCall(call_id="K1", outcome="no-help-needed"))
        for incident, call in (("I1", "K2"), ("I2", "K3")):
            await house.do(OpenIncident(incident_id=incident, type="MED", location=HERE))
            await house.do(AttachCall(call_id=call, incident_id=incident))
        await house.do(MergeIncidents(from_id="I2", into_id="I1"))
        await house.do(CancelIncident(incident_id="I1", reason="false-call"))
        await gone(house)
        yield house


async def gone(house: Running) -> None:
    """Off the board, and recorded."""
    house.clock.ahead_ms += HOUR_MS
    for timer in list(house.desk.board.timers.values()):
        if timer.kind == "archive" and timer.id in house.desk.board.timers:
            await house.do(RingTimer(timer=timer.id), part("clock"))
    assert (house.desk.board.calls, house.desk.board.incidents) == ({}, {})
    await recorded(house)


async def recorded(house: Running) -> None:
    while house.edge.look_up._records.seq < house.desk.seq:
        await asyncio.sleep(0.01)


async def of_call(house: Running, who: Principal, call: str) -> str:
    """Whose name is shown, or the code of the no."""
    return said(await house.edge.details.open_of_call(who, call, "complaint 7"))


def said(shown: DetailsShown | Declined) -> str:
    return shown.code if isinstance(shown, Declined) else shown.details["name"]


async def reviewed(house: Running, **matter: Any) -> Principal:
    """Somebody whose review of it another person has approved."""
    who, until = house.dispatcher("auditor"), house.edge.now() + DAY_MS
    asked = RequestReview(review_id="V", kinds=("details",), purpose="complaint 7", until=until, **matter)
    await house.do(asked, who)
    await house.do(ApproveReview(review_id="V"), house.dispatcher("supervisor"))
    return who


async def test_a_call_that_became_nothing_is_opened_under_a_review_of_it_and_by_no_other(house: Running) -> None:
    assert await of_call(house, house.dispatcher("auditor"), "K1") == "no-ground"
    who = await reviewed(house, call_id="K1")
    assert await of_call(house, who, "K1") == "Ann Li"
    assert await of_call(house, who, "K2") == "no-ground"
    assert await of_call(house, who, "K9") == "unknown-call"


async def test_a_call_of_an_incident_is_opened_under_a_review_of_the_incident(house: Running) -> None:
    who = await reviewed(house, incident_id="I1")
    assert [await of_call(house, who, call) for call in NAMES] == ["no-ground", "Bo Ng", "Cy Oz"]
    (card,) = [one.caller for one in await calls_of(house) if one.id == "K3" and one.caller is not None]
    assert said(await house.edge.details.open(who, "I1", card.id, "complaint 7")) == "Cy Oz"


async def calls_of(house: Running) -> Any:
    row = await house.edge.look_up.find(part("tester"), "I1")
    assert row is not None
    return await house.edge.look_up.gone_calls(row)


async def test_a_review_of_a_call_names_one_that_is_its_own_matter(house: Running) -> None:
    until = house.edge.now() + DAY_MS
    asked = RequestReview(review_id="V", call_id="K2", kinds=("details",), purpose="complaint", until=until)
    answer = await house.edge.counter.hand_in(house.dispatcher("auditor"), "one", asked)
    assert isinstance(answer, Declined)
    assert answer.code == "call-of-incident"


async def test_glass_is_broken_for_a_call_that_left_the_board(house: Running) -> None:
    who = house.dispatcher()
    assert await of_call(house, who, "K1") == "no-ground"
    await house.do(BreakGlass(glass_id="G", call_id="K1", reason="she calls again"), who)
    assert await of_call(house, who, "K1") == "Ann Li"


async def test_a_sender_cannot_bring_a_record_of_its_own(house: Running) -> None:
    """What says whose card it is comes from the records, never from whoever asks."""
    record = house.edge.look_up._records.find_call("K1")
    assert record is not None
    assert record.caller is not None
    forged = replace(record, id="K9", incident="")
    of_none = AskErasure(request_id="r", call_id="K9", reason="x", call_record=forged)
    of_another = AskErasure(
        request_id="r", incident_id="I1", person_id=record.caller.id, reason="x", gone_calls=(record,)
    )
    codes = []
    for n, asked in enumerate((of_none, of_another)):
        answer = await house.edge.counter.hand_in(house.dispatcher("supervisor"), f"forged-{n}", asked)
        assert isinstance(answer, Declined)
        codes.append(answer.code)
    assert codes == ["unknown-call", "unknown-entry"]


async def test_who_oversees_is_told_by_what_a_callers_card_is_named_and_nothing_of_the_person(house: Running) -> None:
    async with house.program("calls") as program:
        assert (await program.get(f"{API}/calls/K1/card")).status_code == 403
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        found = [await browser.get(f"{API}/calls/{call}/card") for call in ("K1", "K3", "K9")]
    assert [reply.status_code for reply in found] == [200, 200, 404]
    assert [reply.json()["incident"] for reply in found[:2]] == ["", "I1"]
    record = house.edge.look_up._records.find_call("K3")
    assert record is not None
    assert record.caller is not None
    assert found[1].json()["person"]["id"] == record.caller.id
    assert "Cy Oz" not in found[1].text


@pytest.mark.parametrize(("matter", "call"), [({"call_id": "K1"}, "K1"), ({"incident_id": "I1"}, "K3")])
async def test_the_callers_card_is_erased_alone(house: Running, matter: dict[str, str], call: str) -> None:
    records, vault = house.edge.look_up._records, house.edge.details._vault
    record = records.find_call(call)
    assert record is not None
    assert record.caller is not None
    asks, approves = house.dispatcher("supervisor"), house.dispatcher("supervisor")
    asked = AskErasure(request_id="r", person_id=record.caller.id, reason="asked for it", **matter)
    await house.do(asked, asks)
    await house.do(ApproveErasure(request_id="r"), approves)
    await recorded(house)
    await erasing(house).step()
    with pytest.raises(DetailsDestroyed):
        await vault.open(CallId(call), record.caller.ref)
    assert records.erased(0, 10)[0][0] == record.caller.ref
    for other in NAMES.keys() - {call}:
        found = records.find_call(other)
        assert found is not None
        assert found.caller is not None
        assert NAMES[other].encode() in await vault.open(CallId(other), found.caller.ref)


async def test_whoever_answered_may_look_until_the_end_of_the_shift_and_no_longer(house: Running) -> None:
    """The call leaves the board after a quarter of an hour; the report is written later."""
    taker = next(one for one in [house.edge.look_up._records.find_call("K1")] if one is not None)
    assert taker.answered_by.startswith("demo"), taker
    who = house.dispatcher("call-taker")
    assert await of_call(house, who, "K1") == "no-ground"
    same = Principal(
        actor=type(who.actor)(id=taker.answered_by, roles=who.actor.roles), scopes=who.scopes, kind="person"
    )  # type: ignore[arg-type]
    assert await of_call(house, same, "K1") == "Ann Li"
    assert await of_call(house, same, "K3") == "Cy Oz"
    house.clock.ahead_ms += 12 * HOUR_MS
    assert await of_call(house, same, "K1") == await of_call(house, same, "K3") == "no-ground"


async def test_a_call_with_an_incident_ends_with_the_term_of_that(house: Running) -> None:
    """Not with its own, which is shorter: K3 too, whose incident was merged."""
    found = erasing(house)
    await stepped(house, found, 11)
    erased = [owner for owner, _ in house.edge.look_up._records.erased(0, 10)]
    assert erased == ["K1"]
