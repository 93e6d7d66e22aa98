"""Incidents for records systems: documents, and a feed without gaps through crash and resume."""

import sqlite3
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, running
from turnout.records.incidents import IncidentRecords
from turnout.records.transfers import TransferDue
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment


async def ended(she: Room, text: str = "E 300 MISSION ST STRUCTURE FIRE; smoke") -> str:
    """The identity of an incident that was opened, worked and closed."""
    id, tag = await she.opens(text)
    await she.does(f"D E07 {tag}")
    await she.does("S E07 ENR")
    await she.does("S E07 ONS")
    await she.does("C E07")
    await she.does(f"X {tag} SVC")
    return id


def numbers(page: dict[str, Any]) -> list[int]:
    return [entry["n"] for entry in page["entries"]]


async def test_what_closes_is_offered_until_it_is_acknowledged(she: Room, house: Running) -> None:
    """4.9, 9.3: at least once, in order."""
    first = await ended(she)
    second = await ended(she)
    async with house.program("records") as system:
        rms = Room(system)
        page = await rms.is_recorded("transfers", lambda found: found["last"] == 2, agency="FIRE")
        assert (numbers(page), [entry["incident"] for entry in page["entries"]]) == ([1, 2], [first, second])
        assert {entry["cause"] for entry in page["entries"]} == {"closed"}
        assert numbers(await rms.asks("transfers", agency="FIRE")) == [1, 2]
        assert numbers(await rms.asks("transfers", agency="FIRE", after=1)) == [2]
        taken = await system.post(f"{API}/transfers/taken", json={"agency": "FIRE", "upto": 1})
        assert taken.json()["taken"] == 1
        await rms.is_recorded("transfers", lambda found: numbers(found) == [2], agency="FIRE")
        no = await system.post(f"{API}/transfers/taken", json={"agency": "FIRE", "upto": 3})
        assert (no.status_code, no.json()["code"]) == (409, "transfer-not-offered")
        again = await system.post(f"{API}/transfers/taken", json={"agency": "FIRE", "upto": 1})
        assert again.json()["taken"] == 1


async def test_a_document_has_the_agencys_units_times_endings_and_narrative(she: Room, house: Running) -> None:
    """6.7."""
    id = await ended(she)
    async with house.program("records") as system:
        document = await Room(system).asks(f"incidents/{id}/transfer", agency="FIRE")
    assert (document["format"], document["agency"], document["disposition"]) == ("turnout.transfer.1", "FIRE", "SVC")
    assert (document["primary"], document["secondary"]) == ("E07", [])
    assert [leg["leg"] for leg in document["units"][0]["legs"]] == ["turnout", "travel", "on-scene"]
    assert [line["text"] for line in document["narrative"]] == ["smoke"]
    assert {one["agency"] for one in document["agencies"]} >= {"FIRE", "EMS"}
    assert document["number"].startswith("F")


async def test_people_are_references_unless_the_token_may_have_them_and_says_why(she: Room, house: Running) -> None:
    """Charter 6; also once the incident has left the board."""
    id = await ended(she)
    given_details = {"incident_id": id, "role": "patient", "details": {"name": "Ann Li"}}
    await she.gives(do="reopen-incident", incident_id=id, reason="more-work")
    person = (await she.browser.post(f"{API}/details", json=given_details)).json()["person"]
    await she.gives(do="add-person", incident_id=id, person=person)
    path = f"incidents/{id}/transfer"
    async with house.program("records") as system:
        document = await Room(system).asks(path)
        assert document["persons"] == [
            {"id": person["id"], "role": "patient", "ref": person["ref"], "digest": person["digest"], "details": None}
        ]
        refused = await system.get(f"{API}/{path}", params={"purpose": "case file"})
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    async with house.program("records", "personal") as system:
        whole = await Room(system).asks(path, purpose="case file")
        assert whole["persons"][0]["details"] == {"name": "Ann Li"}
    lines = await she.is_recorded(f"incidents/{id}/chronology", lambda found: found[-1]["code"] == "details-opened")
    assert "case file" in lines[-1]["text"]["en"]


async def test_on_demand_afterwards_and_never_for_an_exercise(she: Room, house: Running) -> None:
    id = await ended(she)
    await she.gives(do="request-transfer", incident_id=id, agency="FIRE")
    await she.gives(do="add-addendum", incident_id=id, entry_id="a1", text="found afterwards")
    await she.gives(do="set-exercise", on=True)
    await ended(she, "E 1900 UNION ST STRUCTURE FIRE; drill")
    async with house.program("records") as system:
        page = await Room(system).is_recorded("transfers", lambda found: found["last"] >= 3, agency="FIRE")
    assert [entry["cause"] for entry in page["entries"]] == ["closed", "requested", "amended"]
    assert page["entries"][2]["document"]["narrative"][-1]["text"] == "found afterwards"


async def test_only_its_own_agencys_feed_is_given_to_a_records_system(she: Room, house: Running) -> None:
    await ended(she)
    token = house.token("records", agencies=("POL",))
    async with house.client(authorization=f"Bearer {token}") as system:
        assert (await system.get(f"{API}/transfers", params={"agency": "FIRE"})).json()["code"] == "unknown-code"
        assert (await system.get(f"{API}/transfers", params={"agency": "POL"})).is_success
    async with house.program("read") as reader:
        assert (await reader.get(f"{API}/transfers", params={"agency": "FIRE"})).status_code == 403


async def test_a_feed_goes_on_where_it_was_after_the_records_were_lost(tmp_path: Path) -> None:
    """The same numbers come from the same journal; what was acknowledged stays so."""
    async with running(tmp_path / "var") as house, house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        she = Room(browser)
        crew = [{"staff": f"E07-{number}", "name": "", "skills": []} for number in range(5)]
        await she.gives(do="log-on", unit="E07", crew=crew)
        ids = [await ended(she) for _ in range(3)]
        async with house.program("records") as system:
            rms = Room(system)
            before = await rms.is_recorded("transfers", lambda found: found["last"] == 3, agency="FIRE", after=0)
            await system.post(f"{API}/transfers/taken", json={"agency": "FIRE", "upto": 2})
            await rms.is_recorded("transfers", lambda found: found["taken"] == 2, agency="FIRE")
    for file in tmp_path.rglob("records.sqlite*"):
        file.unlink()
    async with running(tmp_path / "var") as house, house.program("records") as system:
        rms = Room(system)
        after = await rms.asks("transfers", agency="FIRE", after=0)
        assert [(one["n"], one["seq"], one["incident"]) for one in after["entries"]] == [
            (one["n"], one["seq"], one["incident"]) for one in before["entries"]
        ]
        assert [entry["incident"] for entry in (await rms.asks("transfers", agency="FIRE"))["entries"]] == ids[2:]


DUES = st.lists(st.tuples(st.sampled_from(["FIRE", "EMS"]), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=40)
@given(DUES)
def test_numbers_have_no_gap_whenever_a_write_is_broken_off(dues: list[tuple[str, bool, bool]]) -> None:
    """Each entry is written in a transaction that fails before it is whole, or does not, and is then written again."""
    records = IncidentRecords(Path(":memory:"))
    written = dict.fromkeys(("FIRE", "EMS"), 0)
    for seq, (agency, fails, again) in enumerate(dues, 1):
        due = [TransferDue(AgencyId(agency), seq, Moment(seq), f"I{seq}", "closed")]
        if fails:
            with pytest.raises(sqlite3.Error):
                records.apply([], [], seq, [*due, due[0].__class__(AgencyId("X"), seq, Moment(1), None, "closed")])  # type: ignore[arg-type]
        if not fails or again:
            records.apply([], [], seq, due)
            written[agency] += 1
        for each, count in written.items():
            assert [entry.n for entry in records.transfers(each, 0, 100)] == list(range(1, count + 1))
    records.close()
