"""Who looked, why, and what was odd; broken glass and reviews, from the asking to a second person's answer (18.5)."""

from typing import Any

import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running
from turnout.desk.faults import StorageFull


async def signed_in(house: Running, role: str) -> Room:
    browser = house.client()
    reply = await browser.post(f"{API}/session/demo", json={"role": role})
    assert reply.is_success, reply.text
    return Room(browser)


async def name_of(room: Room) -> str:
    return str((await room.asks("session"))["actor"])


class Scene:
    """I1, opened by one call-taker, with a patient's sealed details; other people come by."""

    def __init__(self, house: Running, taker: Room, incident: str, person: str) -> None:
        self.house, self.taker, self.incident, self.person = house, taker, incident, person

    async def looks(self, room: Room, purpose: str = "call back") -> Any:
        return await room.browser.get(f"{API}/details/{self.incident}/{self.person}", params={"purpose": purpose})


@pytest.fixture
async def scene(house: Running) -> Scene:
    taker = await signed_in(house, "call-taker")
    incident, _ = await taker.opens("E 300 MISSION ST MEDICAL")
    given = {"incident_id": incident, "role": "patient", "details": {"name": "Ann Li", "callback": "555-0142"}}
    person = (await taker.browser.post(f"{API}/details", json=given)).json()["person"]
    assert (await taker.gives(do="add-person", incident_id=incident, person=person)).is_success
    return Scene(house, taker, incident, person["id"])


async def test_who_looked_is_told_by_matter_and_by_who_looked_with_why_and_on_what_ground(scene: Scene) -> None:
    await scene.looks(scene.taker, "asks for the ward")
    supervisor = await signed_in(scene.house, "supervisor")
    page = await supervisor.is_recorded(f"incidents/{scene.incident}/reveals", lambda found: found["reveals"])
    (one,) = page["reveals"]
    assert (one["n"], one["what"], one["purpose"], one["ground"]) == (1, "details", "asks for the ward", "call-taker")
    assert (one["by"], one["subject"], page["total"]) == (await name_of(scene.taker), scene.person, 1)
    by = await supervisor.asks("reveals", by=one["by"])
    assert [found["seq"] for found in by["reveals"]] == [one["seq"]]
    assert (await supervisor.asks("reveals", by="nobody"))["reveals"] == []


async def test_who_looked_at_a_call_is_told_too(scene: Scene) -> None:
    given = {"call_id": "K7", "role": "caller", "details": {"name": "Bo"}}
    card = (await scene.taker.browser.post(f"{API}/details", json=given)).json()["person"]
    await scene.taker.gives(do="take-call", call_id="K7", channel="phone", caller=card)
    await scene.taker.browser.get(f"{API}/calls/K7/caller", params={"purpose": "call back"})
    supervisor = await signed_in(scene.house, "supervisor")
    page = await supervisor.is_recorded("calls/K7/reveals", lambda found: found["reveals"])
    assert [(one["call"], one["ground"]) for one in page["reveals"]] == [("K7", "open-call")]
    assert (await supervisor.asks("calls/K8/reveals"))["reveals"] == []


async def test_the_log_is_for_those_who_answer_for_it_and_each_reads_their_own(scene: Scene) -> None:
    await scene.looks(scene.taker)
    for path in ("reveals", f"incidents/{scene.incident}/reveals", "calls/K7/reveals"):
        assert (await scene.taker.browser.get(f"{API}/{path}")).status_code == 403
    own = await scene.taker.is_recorded("me/reveals", lambda found: found["reveals"])
    assert [one["incident"] for one in own["reveals"]] == [scene.incident]
    other = await signed_in(scene.house, "call-taker")
    assert (await other.asks("me/reveals"))["reveals"] == []


@pytest.mark.parametrize("key", ["person", "name", "subject", "purpose", "phone"])
async def test_the_log_is_never_asked_by_a_person_of_the_public(scene: Scene, key: str) -> None:
    supervisor = await signed_in(scene.house, "supervisor")
    reply = await supervisor.browser.get(f"{API}/reveals", params={key: "Ann"})
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed")


async def test_somebody_who_does_not_work_on_it_is_refused_and_breaks_the_glass(scene: Scene) -> None:
    other = await signed_in(scene.house, "call-taker")
    refused = await scene.looks(other)
    assert (refused.status_code, refused.json()["code"]) == (409, "no-ground")
    assert "Ann" not in refused.text
    broken = await other.gives(
        do="break-glass", glass_id="G1", incident_id=scene.incident, reason="same caller, cut off"
    )
    assert broken.is_success
    shown = await scene.looks(other, "cut off")
    assert shown.json()["details"]["callback"] == "555-0142"
    supervisor = await signed_in(scene.house, "supervisor")
    page = await supervisor.is_recorded("reveals", lambda found: found["reveals"])
    assert (page["reveals"][0]["via"], page["reveals"][0]["odd"]) == ("G1", ["glass"])
    board = await supervisor.asks("board")
    assert board["tables"]["glass"]["G1"]["by"] == await name_of(other)
    assert "glass" not in {name for name, rows in (await other.asks("board"))["tables"].items() if rows}
    assert [one["id"] for one in (await other.asks("me/reveals"))["glass"]] == ["G1"]
    assert not (await other.gives(do="answer-glass", glass_id="G1", finding="justified")).is_success
    assert (await supervisor.gives(do="answer-glass", glass_id="G1", finding="not-justified")).is_success
    assert (await scene.looks(other)).json()["code"] == "no-ground"


async def test_who_is_refused_a_look_is_in_the_log_of_the_door(scene: Scene) -> None:
    other = await signed_in(scene.house, "call-taker")
    await scene.looks(other)
    own = [line for line in await other.asks("me/sign-ins") if line["act"] == "denied"]
    assert [(line["account"], line["reason"], line["about"]) for line in own] == [
        (await name_of(other), "no-ground", "note-details-opened")
    ]


async def test_a_review_is_asked_for_approved_by_another_and_then_opens(scene: Scene) -> None:
    auditor = await signed_in(scene.house, "auditor")
    until = scene.house.clock.now() + 3_600_000
    asked = {"review_id": "V1", "incident_id": scene.incident, "kinds": ["details"], "purpose": "complaint 7"}
    assert (await auditor.gives(do="request-review", until=until, **asked)).is_success
    assert (await scene.looks(auditor)).json()["code"] == "no-ground"
    supervisor = await signed_in(scene.house, "supervisor")
    assert (await supervisor.asks("board"))["tables"]["reviews"]["V1"]["purpose"] == "complaint 7"
    assert (await supervisor.gives(do="approve-review", review_id="V1")).is_success
    assert (await scene.looks(auditor)).json()["details"]["name"] == "Ann Li"
    assert [one["approved_by"] for one in (await auditor.asks("me/reveals"))["reviews"]] == [await name_of(supervisor)]


async def test_numbers_have_no_gap_however_many_look_at_once(scene: Scene) -> None:
    for _ in range(5):
        assert (await scene.looks(scene.taker)).is_success
    supervisor = await signed_in(scene.house, "supervisor")
    page = await supervisor.is_recorded("reveals", lambda found: len(found["reveals"]) == 5)
    assert [one["n"] for one in page["reveals"]] == [5, 4, 3, 2, 1]
    assert all(one["odd"] == [] for one in page["reveals"])


async def test_what_cannot_be_put_on_record_is_not_shown(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes nothing opens nothing: the doubt ends in a refusal."""

    async def fails(*_: Any) -> Any:
        raise StorageFull("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(scene.house.edge.counter._desk, "submit", fails)
        answer = await scene.looks(scene.taker)
    assert answer.status_code in (503, 507)
    assert "Ann Li" not in answer.text
    assert "Ann Li" in (await scene.looks(scene.taker)).text
