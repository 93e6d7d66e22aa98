"""An engineer's bodies and answers pass through the desk's process as bytes: nothing large is decoded on its loop."""

import threading
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Request

from tests.adapters.http import test_http_signals as signals_tests
from tests.adapters.http.test_http_signals import SIGNALS, engineer, gives, job_over, releaser, said
from tests.adapters.running import Running
from turnout.adapters import signals_worker
from turnout.signals.districts import work

house, city, sumo = signals_tests.house, signals_tests.city, signals_tests.sumo

HEAD_BYTES_MAX = 96 << 10
"""Of what the loop may decode: a head, a state, a kind of job; a refusal has at most two hundred problems."""


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of what was decoded on the thread of the loop, where that is more than a head."""
    loop, large = threading.get_ident(), list[int]()

    def noted(honest: Any, place: int = 0) -> Any:
        def decode(*given: Any, **more: Any) -> Any:
            if threading.get_ident() == loop and len(given[place]) > HEAD_BYTES_MAX:
                large.append(len(given[place]))
            return honest(*given, **more)

        return decode

    async def as_json(self: Any) -> Any:
        body = await self.body()
        if len(body) > HEAD_BYTES_MAX:
            large.append(len(body))
        return msgspec.json.decode(body)

    monkeypatch.setattr(Request, "json", as_json)
    monkeypatch.setattr(signals_worker, "message_from", noted(work.message_from))
    monkeypatch.setattr(msgspec.json, "decode", noted(msgspec.json.decode))
    return large


def large_set() -> dict[str, Any]:
    """Of junctions that the district has not, a megabyte and more."""
    return {"junctions": [{"id": f"junction number {n}", "plans": [a_plan(n)]} for n in range(40)]}


def a_plan(number: int) -> dict[str, Any]:
    windows = [{"group": f"group {n}", "from_s": 1, "to_s": 2} for n in range(1_000)]
    return {"id": f"p{number}", "cycle_s": 90, "windows": windows}


@pytest.mark.parametrize("path", ["check", "periods", "bands", "jobs"])
async def test_what_an_engineer_sends_is_decoded_beside_the_desk(house: Running, decoded: list[int], path: str) -> None:
    ada = await engineer(house)
    plans = large_set()
    if path == "check":
        del plans["junctions"][5:]
    sent = {
        "check": {"plans": plans},
        "periods": {"plans": plans},
        "bands": {"arterial": "a", "wave": "w", "plans": plans},
        "jobs": {"kind": "simulate", "plans": plans},
    }[path]
    body = msgspec.json.encode(sent)
    assert len(body) > HEAD_BYTES_MAX
    reply = await ada.post(f"{SIGNALS}/districts/grid/{path}", content=body)
    assert reply.status_code == (202 if path == "jobs" else 422), reply.text
    assert decoded == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"kind":"simulate"}', b'{"kind":"else"}', b"[" * 200_000, b'{"plans":' * 20_000],
)
async def test_a_body_that_cannot_be_read_is_refused_at_once_and_the_worker_goes_on(
    house: Running, body: bytes
) -> None:
    ada = await engineer(house)
    for path in ("check", "periods", "bands", "jobs", "arterials"):
        no = await ada.post(f"{SIGNALS}/districts/grid/{path}", content=body)
        assert (no.status_code, no.json()["code"]) == (400, "malformed"), path


async def by_hours(client: httpx.AsyncClient) -> dict[str, Any]:
    """The first junction has a second plan, from seven to nine; both are others than in force."""
    junction = (await said(await client.get(f"{SIGNALS}/districts/grid")))["junctions"][0]
    (plan, *others) = junction["plans"]
    plans = [*others, plan | {"offset_s": 7}, plan | {"id": "peak", "offset_s": 3}]
    times = ((plan["id"], "00:00"), ("peak", "07:00"), (plan["id"], "09:00"))
    return {
        "junctions": [{"id": junction["id"], "plans": plans, "hours": [{"plan": p, "from": at} for p, at in times]}]
    }


async def test_a_set_for_several_hours_is_proposed_with_a_simulation_of_each_and_released_as_one(
    house: Running, decoded: list[int]
) -> None:
    ada = await engineer(house)
    plans = await by_hours(ada)
    asked = await said(await ada.post(f"{SIGNALS}/districts/grid/periods", json={"plans": plans}))
    periods = [each["period"] for each in asked["periods"]]
    assert periods == [{"day": "mon", "from": "00:00"}, {"day": "mon", "from": "07:00"}]
    assert asked["never"] == []
    cards = []
    for period in periods:
        sent = {"kind": "simulate", "plans": plans, "period": period}
        taken = await said(await ada.post(f"{SIGNALS}/districts/grid/jobs", json=sent))
        cards.append(await job_over(ada, taken["job"]))
    named = [card["simulation"] for card in cards]
    proposing: dict[str, Any] = {"do": "propose-plans", "district": "grid", "note": "by hours"}
    for alone in named:
        no = await gives(ada, **proposing, proposal_id="P1", simulations=[alone])
        assert (no.status_code, no.json()["code"]) == (409, "plans-not-run")
    assert (await gives(ada, **proposing, proposal_id="P1", simulations=named)).is_success
    (listed,) = (await said(await ada.get(f"{SIGNALS}/proposals")))["proposals"]
    assert [run["period"] for run in listed["runs"]] == [{"day": "mon", "minute": 0}, {"day": "mon", "minute": 420}]
    shown = await said(await ada.get(f"{SIGNALS}/proposals/P1"))
    assert [each["period"] for each in shown["simulations"]] == periods
    boss = await releaser(house, await engineer(house))
    seen = {"digest": listed["digest"], "simulations": named[:1]}
    no = await gives(boss, do="release-plans", proposal_id="P1", **seen)
    assert (no.status_code, no.json()["code"]) == (409, "plans-moved-on")
    assert (await gives(boss, do="release-plans", proposal_id="P1", **seen | {"simulations": named})).is_success
    after = await said(await ada.get(f"{SIGNALS}/districts/grid"))
    assert {plan["id"]: plan["offset_s"] for plan in after["junctions"][0]["plans"]}["peak"] == 3
    assert [each["from"] for each in after["junctions"][0]["hours"]] == ["00:00", "07:00", "09:00"]
    assert decoded == []
