"""A whole server with its notary: beside the desk, after the doors are open."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, running
from turnout.adapters.storage.proof_keys import KeyFile
from turnout.audit.checkpoints import opened
from turnout.audit.entries import read_entry, read_reveal
from turnout.audit.notes import SigningKey
from turnout.audit.proofs import read_proof
from turnout.auditing import joining
from turnout.core.board import Location
from turnout.core.incidents.commands import CancelIncident, OpenIncident
from turnout.core.retention.commands import ApproveErasure, AskErasure
from turnout.main import main
from turnout.words.place import Place

HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")


async def test_a_server_signs_by_itself_and_its_key_is_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(joining, "FIRST_AFTER_S", 0.0)
    async with running(tmp_path / "var") as house:
        assert house.edge.notary is not None
        for _ in range(200):
            signed = await house.edge.notary.store.newest()
            if signed is not None:
                break
            await asyncio.sleep(0.02)
        assert signed is not None
        assert signed.size == house.edge.counter.seq
        assert house.edge.notary.warning() is None
        async with house.program("audit") as auditor:
            [line] = (await auditor.get("/api/v1/audit", params={"by": "proof"})).json()
            assert line["code"] == "access-noted"
            assert "signing key of the checkpoints" in json.dumps(line, ensure_ascii=False)


async def signed_upto(house: Running, size: int) -> None:
    """Until a checkpoint is at least so large."""
    async with asyncio.timeout(10):
        while (signed := await house.edge.notary.store.newest()) is None or signed.size < size:
            await asyncio.sleep(0.02)


async def test_the_record_of_an_erasure_is_signed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(joining, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(joining, "GATHERED_S", 0.0)
    async with running(tmp_path / "var") as house:
        assert house.edge.notary.plan.sign_every_s > 30
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
        await house.do(CancelIncident(incident_id="I1", reason="false-call"))
        await signed_upto(house, 1)
        asks, approves = house.dispatcher("supervisor"), house.dispatcher("supervisor")
        await house.do(AskErasure(request_id="r", incident_id="I1", reason="taken by mistake"), asks)
        await house.do(ApproveErasure(request_id="r"), approves)
        await signed_upto(house, house.edge.counter.seq)


async def test_a_start_neither_waits_for_the_notary_nor_hears_of_it(tmp_path: Path):
    async with running(tmp_path / "var") as house:
        before = house.edge.counter.seq
        await asyncio.sleep(0.1)
        assert house.edge.counter.seq == before
        assert await house.edge.notary.store.newest() is None


async def test_an_auditor_gets_checkpoint_and_proofs_by_api(tmp_path: Path):
    async with running(tmp_path / "var") as house, house.program("audit") as auditor:
        async with house.client() as browser:
            await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
            she = Room(browser)
            incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE")
            assert (await she.gives(do="add-narrative", incident_id=incident, entry_id="n1", text="smoke")).is_success
        early = await auditor.get(f"{API}/proof/checkpoint")
        assert (early.status_code, early.json()["code"]) == (404, "not-signed-yet")
        await house.edge.notary.sign_now()
        kept = (await auditor.get(f"{API}/proof/checkpoint")).json()
        [key] = KeyFile(tmp_path / "var" / "san-francisco" / "proof.keys", "").find()
        public = SigningKey(f"{key.name}/journal", key.kind, key.seed).verifier
        assert opened(kept["journal"])[0].signed_by([public])
        one = read_proof((await auditor.get(f"{API}/proof/rows/1")).json()["proof"])
        assert one.holds
        assert one.note.signed_by([public])
        proofs = await until_recorded(auditor, incident)
        rows = [read_entry(read_proof(row["proof"]).entry) for row in proofs]
        assert rows[0].name == "incident-opened"
        assert all(read_proof(row["proof"]).holds for row in proofs)
        pages, last = list[int](), 0
        while page := (
            await auditor.get(f"{API}/proof/incidents/{incident}", params={"after": last, "limit": 1})
        ).json():
            (row,) = page
            pages.append(last := row["row"])
        assert pages == [row["row"] for row in proofs]
        assert len(pages) > 1
        grew = (await auditor.get(f"{API}/proof/consistency", params={"old": 1})).json()
        assert (grew["old"], grew["size"]) == (1, kept["size"])
        assert opened(grew["checkpoint"])[1].size == kept["size"]
        none = await auditor.get(f"{API}/proof/reveals/1")
        assert none.json()["code"] == "not-signed-yet"
        missing = await auditor.get(f"{API}/proof/rows/{kept['size'] + 1}")
        assert missing.json()["code"] == "not-signed-yet"


async def until_recorded(auditor: httpx.AsyncClient, incident: str) -> list[dict[str, Any]]:
    for _ in range(200):
        answer = await auditor.get(f"{API}/proof/incidents/{incident}")
        if answer.is_success and answer.json():
            return list(answer.json())
        await asyncio.sleep(0.02)
    raise AssertionError(answer.text)


async def test_proofs_are_for_auditors_and_single_rows_for_those_who_see_every_agency(tmp_path: Path):
    async with running(tmp_path / "var") as house:
        async with house.program("dispatch", "calls") as other:
            assert (await other.get(f"{API}/proof/checkpoint")).json()["code"] == "scope-missing"
        token = house.token("audit", name="of-one-agency", agencies=("SFFD",))
        async with house.client(authorization=f"Bearer {token}") as bound:
            assert (await bound.get(f"{API}/proof/rows/1")).json()["code"] == "scope-missing"


async def test_an_incidents_rows_are_proved_by_command_and_an_opening_by_its_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    data = tmp_path / "var"
    async with running(data) as house, house.program("audit") as auditor:
        async with house.client() as browser:
            await browser.post(f"{API}/session/demo", json={"role": "dispatcher"})
            incident, _ = await Room(browser).opens("E 300 MISSION ST STRUCTURE FIRE")
            given = {"incident_id": incident, "details": {"name": "Chen"}}
            card = (await browser.post(f"{API}/details", json=given)).json()["person"]
            command = {"do": "add-person", "incident_id": incident, "person": card}
            await browser.post(f"{API}/commands", json={"id": "p1", "command": command})
            shown = await browser.get(f"{API}/details/{incident}/{card['id']}", params={"purpose": "call back"})
            assert shown.is_success, shown.text
        await house.edge.notary.sign_now()
        await until_recorded(auditor, incident)
        reveal = (await auditor.get(f"{API}/proof/reveals/1")).json()
        assert reveal["row"] == shown.json()["seq"]
        number, entry = read_reveal(read_proof(reveal["proof"]).entry)
        assert (number, read_entry(entry).purpose) == (1, "call back")
        [key] = KeyFile(data / "san-francisco" / "proof.keys", "").find()
    to = tmp_path / "proofs"
    public = str(SigningKey(f"{key.name}/journal", key.kind, key.seed).verifier)
    asked = ["audit", "prove", "--data", str(data), "--incident", incident, "--to", str(to)]
    assert await asyncio.to_thread(main, asked) == 0
    files = sorted(to.iterdir())
    assert len(files) >= 3
    for file in files:
        assert await asyncio.to_thread(main, ["audit", "verify", str(file), "--key", public]) == 0
    assert "details-opened" in capsys.readouterr().out
