"""What was said and seen is sealed wherever it is kept, is shown at every door, and ends with its key (18.4)."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import API, Running, running
from tests.edge.test_edge_erasing import CITY, HERE, erasing, files_with, stepped
from turnout.adapters.clock import SystemClock
from turnout.core.calls.commands import AttachCall, CloseCall, ReplyToCall, TakeCall, TakeMessage
from turnout.core.incidents.commands import (
    AddAddendum,
    AddNarrative,
    CancelIncident,
    ClaimIncident,
    MergeIncidents,
    OpenIncident,
    RequestSupplement,
)
from turnout.core.retention.commands import PlaceHold, ReleaseHold
from turnout.desk.access import part
from turnout.desk.book import command_digest
from turnout.desk.faults import StorageFailed, StorageFull
from turnout.desk.operations import Operations
from turnout.desk.subscribers import Cut
from turnout.edge import texts as texts_module
from turnout.edge.answers import Declined
from turnout.edge.health import health_of
from turnout.recovery.backup import back_up
from turnout.recovery.restoring import restore_backup
from turnout.words.sealed_text import ERASED, MARK

PLANTED = {
    "opening": "smoke from the flat of old Ottokar",
    "narrative": 'neighbour says Ottokar "drinks", 他说的',
    "call": "my husband Ottokar lies on the floor",
    "message": "Ottokar does not answer the door",
    "reply": "is Ottokar breathing",
    "supplement": "interpreter for the wife of Ottokar",
    "addendum": "Ottokar was taken home",
}
"""Where → what was said there."""

NAME = b"Ottokar"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    """One incident with something said wherever something can be said."""
    async with running(tmp_path / "var") as house:
        await plant(house)
        yield house


async def plant(house: Running) -> None:
    await house.do(TakeCall(call_id="C1", channel="phone", text=PLANTED["call"]))
    first = TakeMessage(call_id="C2", message_id="M1", conversation="chat-1", text=PLANTED["message"])
    await house.do(first)
    await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE, narrative=PLANTED["opening"]))
    await house.do(AttachCall(call_id="C1", incident_id="I1"))
    await house.do(AttachCall(call_id="C2", incident_id="I1"))
    await house.do(ReplyToCall(call_id="C2", message_id="M2", text=PLANTED["reply"]))
    await house.do(AddNarrative(incident_id="I1", entry_id="E1", text=PLANTED["narrative"]))
    wanted = RequestSupplement(incident_id="I1", supplement_id="S1", kind="tow", text=PLANTED["supplement"])
    await house.do(wanted)


async def ended(house: Running) -> None:
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    await house.do(AddAddendum(incident_id="I1", entry_id="E9", text=PLANTED["addendum"]))


DOORS = (
    "/board",
    "/incidents",
    "/incidents/I1",
    "/incidents/I2",
    "/incidents/I1/chronology",
    "/incidents/I1/transfer",
    "/transfers?agency=EMS&after=0",
    "/audit",
)


async def told(house: Running) -> dict[str, str]:
    """What each door tells: over HTTP, to consoles, to the command line, on the sheet."""
    async with asyncio.timeout(20):
        while house.edge.look_up._records.seq < house.desk.seq:
            await asyncio.sleep(0.01)
    found = {}
    async with house.program("read", "audit", "records") as asked:
        for door in DOORS:
            answer = await asked.get(f"{API}{door}")
            assert answer.status_code == 200 or door == "/incidents/I2", f"{door}: {answer.text}"
            found[door] = msgspec.json.decode(answer.content)
    subscription = house.edge.subscribers.subscribe(None, lambda row: True)
    first = await anext(subscription)
    subscription.close()
    assert not isinstance(first, Cut)
    found["consoles"] = [msgspec.json.decode(row) for row in first.rows]
    found["sheet"] = unescape(house.edge.fallback.sheet("en").decode())
    return {door: str(said) for door, said in found.items()}


def said_at(found: dict[str, str]) -> dict[str, set[str]]:
    return {
        door: {where for where, text in PLANTED.items() if text in said.replace("\\", "")}
        for door, said in found.items()
    }


def keys_of(house: Running) -> list[bytes]:
    """All keys with which this desk has sealed something."""
    return [secret for _, secret in house.edge.texts._of_owner.values()]


async def test_what_was_said_is_shown_at_every_door_and_stands_in_no_file(house: Running) -> None:
    open_ones = said_at(await told(house))
    written = {"opening", "narrative"}
    assert open_ones["sheet"] == written
    assert open_ones["/incidents/I1"] == open_ones["/incidents"] == open_ones["/incidents/I1/transfer"] == written
    assert open_ones["consoles"] == open_ones["/board"] == set(PLANTED) - {"addendum"}
    await ended(house)
    assert said_at(await told(house))["/incidents/I1/chronology"] >= {*written, "supplement", "addendum"}
    assert said_at(await told(house))["/audit"] == set(PLANTED)
    assert said_at(await told(house))["/transfers?agency=EMS&after=0"] == {"opening", "narrative", "addendum"}
    assert not any(MARK in said for said in (await told(house)).values())
    await house.desk._keep_snapshot(house.desk._durable)
    assert files_with(house.folder, NAME) == []


async def test_after_a_restart_it_is_shown_as_before(tmp_path: Path, house: Running) -> None:
    before = said_at(await told(house))
    copy = tmp_path / "copy"
    shutil.copytree(house.folder, copy, ignore=shutil.ignore_patterns("in-use"))
    async with running(copy) as again:
        assert said_at(await told(again)) == before


async def test_at_the_end_of_its_term_it_can_be_read_nowhere_and_the_chain_goes_on_verifying(
    house: Running, tmp_path: Path
) -> None:
    await ended(house)
    back_up(house.folder / CITY, CITY, tmp_path / "backup", tmp_path / "keys", SystemClock().now())
    keys, found = keys_of(house), erasing(house)
    assert len(keys) == 3, "of the incident and of each of its calls"
    await told(house)
    await stepped(house, found, 29)
    assert all(files_with(house.folder, key) == [str(house.folder / CITY / "vault.keys")] for key in keys)
    await stepped(house, found, 31)
    assert files_with(house.folder, NAME, *keys) == []
    shown = await told(house)
    assert not any(said_at(shown).values())
    assert ERASED in shown["/incidents/I1"]
    assert ERASED in shown["/incidents/I1/chronology"]
    assert ERASED in shown["consoles"]
    assert not any(MARK in said for said in shown.values())
    assert keys_of(house) == []
    assert not set(keys) & {*house.edge.texts._keys.values(), *house.edge.texts._of_board.values()}
    assert await house.desk._journal.verify() is None
    await restored_without_it(house, tmp_path, keys)


async def restored_without_it(house: Running, tmp_path: Path, keys: list[bytes]) -> None:
    """A backup from before, with keys from before: what the newer journal says is destroyed in the copy."""
    back_up(house.folder / CITY, CITY, tmp_path / "after", None, SystemClock().now())
    backup, old_keys = tmp_path / "backup", tmp_path / "keys"
    await restore_backup(backup, tmp_path / "told", keys=old_keys, newer=[tmp_path / "after"])
    assert files_with(tmp_path / "told", NAME, *keys) == []
    assert files_with(backup, NAME, *keys) == []
    async with running(tmp_path / "told") as again:
        assert ERASED in (await told(again))["/incidents/I1"]
    await restore_backup(backup, tmp_path / "whole", keys=old_keys)
    async with running(tmp_path / "whole") as again:
        assert said_at(await told(again))["/incidents/I1"], "that backup does not know"


async def test_under_a_hold_it_stays(house: Running) -> None:
    await ended(house)
    await house.do(PlaceHold(hold_id="h", incident_id="I1", reason="complaint"), house.dispatcher("supervisor"))
    await stepped(house, erasing(house), 400)
    assert said_at(await told(house))["/incidents/I1"]


async def test_what_is_written_after_an_erasure_has_a_term_of_its_own(house: Running) -> None:
    await ended(house)
    found = erasing(house)
    await stepped(house, found, 31)
    await house.do(AddAddendum(incident_id="I1", entry_id="E10", text="the file of Ottokar was asked for"))
    await stepped(house, found, 60)
    assert "asked for" in (await told(house))["/incidents/I1"]
    await stepped(house, found, 62)
    assert "asked for" not in (await told(house))["/incidents/I1"]


async def test_a_call_that_became_no_incident_ends_with_its_own_term(house: Running) -> None:
    await house.do(TakeCall(call_id="C9", channel="phone", text="wrong number, says Ottokar"))
    await house.do(CloseCall(call_id="C9", outcome="wrong number"))
    found = erasing(house)
    await stepped(house, found, 9)
    assert "wrong number, says" in (await told(house))["/audit"]
    await stepped(house, found, 11)
    assert "wrong number, says" not in (await told(house))["/audit"]
    assert said_at(await told(house))["consoles"] == set(PLANTED) - {"addendum"}, "of nothing else"


async def test_what_is_merged_into_another_incident_is_read_and_held_there(house: Running) -> None:
    await house.do(OpenIncident(incident_id="I2", type="MED", location=HERE, narrative="a second report"))
    await house.do(MergeIncidents(from_id="I1", into_id="I2"))
    assert said_at(await told(house))["/incidents"] >= {"opening", "narrative"}
    await house.do(CancelIncident(incident_id="I2", reason="false-call"))
    who, found = house.dispatcher("supervisor"), erasing(house)
    await house.do(PlaceHold(hold_id="h", incident_id="I2", reason="complaint"), who)
    await stepped(house, found, 400)
    assert said_at(await told(house))["/incidents/I2"] >= {"opening", "narrative"}, "the hold holds it too"
    await house.do(ReleaseHold(hold_id="h", reason="settled"), who)
    await stepped(house, found, 400)
    assert not said_at(await told(house))["/incidents/I2"]


async def test_nobody_can_have_something_sealed_elsewhere_opened_by_typing_it(house: Running) -> None:
    sealed = house.desk.board.incidents["I1"].narrative[0].text
    assert sealed.startswith(MARK)
    typed = AddNarrative(incident_id="I1", entry_id="E7", text=f"see {sealed}")
    answer = await house.edge.counter.hand_in(part("tester"), "c", typed)
    assert isinstance(answer, Declined)
    assert (answer.code, answer.fields["kind"]) == ("unstorable-text", "noncharacter")


async def test_without_keys_what_says_something_waits_and_nothing_else_does(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(owners: Any) -> Any:
        raise StorageFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(house.edge.texts._store, "make_keys", full)
        house.edge.texts._ahead.clear()
        command = OpenIncident(incident_id="I3", type="MED", location=HERE, narrative="smoke")
        answer = await house.edge.counter.hand_in(part("tester"), "c1", command)
        assert isinstance(answer, Declined)
        assert answer.code == "storage-failed"
        await house.do(ClaimIncident(incident_id="I1"))
        await house.do(AddNarrative(incident_id="I1", entry_id="E8", text="its key is there already"))
    assert house.desk.health().restarts == 0
    async with asyncio.timeout(20):
        while isinstance(await house.edge.counter.hand_in(part("tester"), "c1", command), Declined):
            await asyncio.sleep(0.1)


async def test_nobody_who_guesses_what_was_said_can_confirm_it_by_the_row(house: Running) -> None:
    said = AddNarrative(incident_id="I1", entry_id="E5", text="Ottokar has typhoid")
    await house.edge.counter.hand_in(part("tester"), "c5", said)
    digests = {row.command_digest async for page in house.desk._journal.read(0) for row in page}
    content = Operations().encode_command(said)
    assert command_digest("add-narrative", content, part("tester").actor.id) not in digests
    assert await all_answers(house, said, msgspec.structs.replace(said, text="another text")) == [
        "",
        "command-id-reused",
    ]


async def all_answers(house: Running, *commands: AddNarrative) -> list[str]:
    """Of the identity that `said` had, sent again; the code of a refusal."""
    answers = [await house.edge.counter.hand_in(part("tester"), "c5", one) for one in commands]
    return [one.code if isinstance(one, Declined) else "" for one in answers]


async def test_a_command_of_the_version_before_is_known_when_it_is_sent_again(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = AddNarrative(incident_id="I1", entry_id="E5", text="Ottokar has typhoid")
    with monkeypatch.context() as patch:
        patch.setattr(Operations, "tell_apart", lambda self, command, content: content)
        await house.edge.counter.hand_in(part("tester"), "c5", said)
    house.desk._remembered._settled.clear()
    assert await all_answers(house, said) == [""]


def texts_warned(house: Running) -> str:
    """What health says of keys for texts, in both languages; empty: nothing."""
    found = [one for one in health_of(house.edge).warnings if "for what is said" in one.en]
    assert [one.zh for one in found if "密钥" in one.zh] == [one.zh for one in found]
    return found[0].en if found else ""


async def test_health_says_when_keys_for_texts_run_out_and_none_can_be_made(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, honest = house.edge.texts, house.edge.texts._store.make_keys

    async def full(owners: Any) -> list[bytes]:
        raise StorageFull("no room")

    monkeypatch.setattr(texts_module, "AGAIN_S", 0.01)
    assert texts_warned(house) == ""
    monkeypatch.setattr(texts._store, "make_keys", full)
    while len(texts._ahead) >= texts_module.KEYS_AHEAD:
        texts.seal(f"X{len(texts._ahead)}", "smoke")
    left = len(texts._ahead)
    await until(lambda: texts_warned(house) != "")
    assert f"enough for {left} more" in texts_warned(house)
    assert health_of(house.edge).level != "well"
    texts._ahead.clear()
    assert "none can be made" in texts_warned(house)
    with pytest.raises(StorageFailed):
        texts.seal("Y", "smoke")
    monkeypatch.setattr(texts._store, "make_keys", honest)
    await until(lambda: texts_warned(house) == "")
    assert texts.seal("Y", "smoke")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
