"""The broker of reveals with a city's own text: it narrows what the rules allow, and nothing it bars is noted."""

from pathlib import Path

import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, running, san_francisco
from turnout import joining
from turnout.audit.access_text import SHIPPED, AccessText, city_text
from turnout.words.trouble import Malformed

NO_CALL_TAKER = (
    SHIPPED
    + """
@id("call-takers-do-not-look")
forbid (principal, action, resource) when { !principal.rights.contains("assign-units") };
"""
)


async def test_a_citys_text_narrows_who_may_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "city_text", lambda folder: AccessText(NO_CALL_TAKER))
    async with running(tmp_path / "var") as house, house.client() as taker, house.client() as dispatcher:
        await taker.post(f"{API}/session/demo", json={"role": "call-taker"})
        await dispatcher.post(f"{API}/session/demo", json={"role": "dispatcher"})
        id, _ = await Room(taker).opens("E 300 MISSION ST STRUCTURE FIRE")
        given = {"incident_id": id, "role": "patient", "details": {"name": "Ann Li"}}
        person = (await taker.post(f"{API}/details", json=given)).json()["person"]
        assert (await Room(taker).gives(do="add-person", incident_id=id, person=person)).is_success
        path = f"{API}/details/{id}/{person['id']}"
        barred = await taker.get(path, params={"purpose": "call back"})
        assert (barred.status_code, barred.json()["code"]) == (409, "no-ground")
        shown = await dispatcher.get(path, params={"purpose": "call back"})
        assert shown.json()["details"] == {"name": "Ann Li"}
        assert house.edge.counter.board.reveals == 1


def test_a_city_without_a_text_has_the_shipped_one_and_a_broken_one_stops_the_start(tmp_path: Path) -> None:
    assert city_text(san_francisco().folder) is None
    (tmp_path / "access.cedar").write_text("permit (principal", encoding="utf-8")
    with pytest.raises(Malformed, match="unexpected"):
        city_text(tmp_path)
