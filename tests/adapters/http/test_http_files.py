"""Files of incidents: taken in as a stream and sealed, refused clearly, opened for a purpose, gone with the key."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.http.room import Room
from tests.adapters.http.test_http_archive import archived
from tests.adapters.running import API, Running
from turnout.adapters.storage import sealed_files
from turnout.core.commands import Command
from turnout.edge import file_desk
from turnout.words.identity import IncidentId

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
WAV = b"RIFF\0\0\0\0WAVEfmt " + b"\x01\x02" * 40_000
BIG = b"\x89PNG\r\n\x1a\n" + hashlib.shake_256(b"noise").digest(12 * 1024 * 1024)


async def sends(
    she: Room, incident: str, content: Any, kind: str = "photo", mime: str = "image/jpeg", **more: Any
) -> Any:
    return await she.browser.post(
        f"{API}/incidents/{incident}/files",
        params={"kind": kind, **more},
        content=content,
        headers={"content-type": mime},
        timeout=60,
    )


async def opens(she: Room, id: str, media: str, purpose: str = "working on it") -> Any:
    return await she.browser.post(f"{API}/incidents/{id}/files/{media}/open", json={"purpose": purpose})


async def in_pieces(content: bytes, size: int = 50_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def sealed_in(house: Running) -> list[Path]:
    return [path for path in house.folder.rglob("files/*/*") if path.is_file()]


async def test_a_large_file_is_taken_in_as_a_stream_and_comes_back_byte_for_byte(she: Room, house: Running) -> None:
    """4.10, 18.1: over 10 MiB; hash, size and type are on the journal, the bytes are not."""
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    kept = await sends(she, id, in_pieces(BIG), mime="image/png", note="roof", id="m1")
    assert kept.status_code == 201, kept.text
    media = (await she.asks(f"incidents/{id}"))["media"][0]
    assert (media["mime"], media["size_bytes"], media["note"], media["id"]) == ("image/png", len(BIG), "roof", "m1")
    assert kept.json()["media"]["sha256"] == media["sha256"]
    ticket = (await opens(she, id, "m1")).json()
    shown = await she.browser.get(f"{API}/files/{ticket['ticket']}")
    assert (shown.status_code, shown.content == BIG) == (200, True)
    (sealed,) = sealed_in(house)
    assert BIG[1000:1100] not in sealed.read_bytes()


async def test_dispatch_goes_on_while_a_file_comes_in(she: Room) -> None:
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    gate = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield BIG[: 2 * 1024 * 1024]
        await gate.wait()
        yield BIG[2 * 1024 * 1024 :]

    sending = asyncio.create_task(sends(she, id, slowly(), mime="image/png"))
    await asyncio.sleep(0.05)
    await she.does(f"D E07 {tag}")
    assert not sending.done()
    gate.set()
    assert (await sending).status_code == 201


async def test_what_is_given_out_can_neither_run_nor_be_kept_by_a_cache_and_is_read_in_parts(she: Room) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await sends(she, id, WAV, "call-audio", "audio/x-wav", id="m1", at=1_795_310_320_171, until=1_795_310_340_171)
    ticket = (await opens(she, id, "m1")).json()["ticket"]
    whole = await she.browser.get(f"{API}/files/{ticket}")
    assert whole.headers["content-type"] == "audio/wav"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in whole.headers["cache-control"]
    assert "filename=" in whole.headers["content-disposition"]
    for asked, first, end in (("bytes=65530-65545", 65530, 65546), ("bytes=-10", len(WAV) - 10, len(WAV))):
        part = await she.browser.get(f"{API}/files/{ticket}", headers={"range": asked})
        assert (part.status_code, part.content == WAV[first:end]) == (206, True)
        assert part.headers["content-range"] == f"bytes {first}-{end - 1}/{len(WAV)}"
    media = (await she.asks(f"incidents/{id}"))["media"][0]
    assert media["until"] - media["at"] == 20_000


@pytest.mark.parametrize(
    ("mime", "kind", "content", "code"),
    [
        ("text/html", "document", b"<html>", "file-kind-not-taken"),
        ("image/svg+xml", "photo", b"<svg/>", "file-kind-not-taken"),
        ("audio/wav", "photo", WAV, "file-kind-not-taken"),
        ("image/jpeg", "photo", b"<script>alert(1)</script>", "file-not-what-it-says"),
        ("image/png", "photo", JPEG, "file-not-what-it-says"),
        ("text/plain", "document", b"  <!DOCTYPE html><p>", "file-not-what-it-says"),
        ("image/jpeg", "photo", b"", "malformed"),
    ],
)
async def test_what_is_not_on_the_list_or_not_what_it_says_is_refused_and_leaves_nothing(
    she: Room, house: Running, mime: str, kind: str, content: bytes, code: str
) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    refused = await sends(she, id, content, kind, mime)
    assert refused.json()["code"] == code
    assert refused.json()["detail"]
    assert sealed_in(house) == []
    assert (await she.asks(f"incidents/{id}"))["media"] == []


async def test_over_the_limit_it_is_refused_while_it_arrives(
    she: Room, house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    monkeypatch.setattr(sealed_files, "FILE_BYTES_MAX", 3 * 1024 * 1024)
    taken: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        yield BIG[:100_000]
        while True:
            taken.append(100_000)
            yield bytes(100_000)

    refused = await sends(she, id, endless(), mime="image/png")
    assert (refused.status_code, refused.json()["code"]) == (413, "file-too-large")
    assert sum(taken) < 5 * 1024 * 1024
    assert sealed_in(house) == []


async def test_the_last_of_the_disk_is_for_the_journal(
    she: Room, house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    monkeypatch.setattr(sealed_files, "DISK_RESERVE_BYTES", 10**18)
    refused = await sends(she, id, JPEG)
    assert (refused.status_code, refused.json()["code"]) == (507, "files-full")
    await she.does(f"D E07 {tag}")
    assert sealed_in(house) == []


async def test_a_sender_that_stalls_gives_its_place_away(she: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    monkeypatch.setattr(file_desk, "WAIT_S", 0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield JPEG
        await asyncio.sleep(30)

    assert (await sends(she, id, stalling())).json()["code"] == "file-stalled"
    assert (await sends(she, id, JPEG)).status_code == 201


async def test_opening_needs_a_purpose_is_on_record_first_and_is_for_one_session(she: Room, house: Running) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await sends(she, id, JPEG, id="m1")
    assert (await opens(she, id, "m1", " ")).json()["code"] == "purpose-needed"
    assert (await opens(she, id, "m2")).json()["code"] == "unknown-file"
    ticket = (await opens(she, id, "m1", "handing over")).json()
    lines = await she.is_recorded(f"incidents/{id}/chronology", lambda found: found[-1]["code"] == "file-opened")
    assert (lines[-1]["seq"], "handing over" in lines[-1]["text"]["en"]) == (ticket["seq"], True)
    async with house.program("dispatch") as other:
        assert (await other.get(f"{API}/files/{ticket['ticket']}")).json()["code"] == "unknown-file"
    async with house.program("read") as reader:
        refused = await reader.post(f"{API}/incidents/{id}/files/m1/open", json={"purpose": "x"})
        assert refused.status_code == 403
    forged = await she.gives(
        do="attach-file",
        incident_id=id,
        media_id="x",
        kind="photo",
        ref="r",
        sha256="s",
        size_bytes=1,
        mime="image/png",
    )
    assert forged.json()["code"] == "not-permitted"


async def test_destroying_the_incidents_key_destroys_its_files(she: Room, house: Running) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await sends(she, id, JPEG, id="m1")
    ticket = (await opens(she, id, "m1")).json()["ticket"]
    await house.edge.details._vault.destroy(IncidentId(id))
    assert (await opens(she, id, "m1")).json()["code"] == "details-destroyed"
    assert (await she.browser.get(f"{API}/files/{ticket}")).json()["code"] == "details-destroyed"
    assert (await sends(she, id, JPEG)).json()["code"] == "details-destroyed"


@pytest.mark.parametrize("how", ["altered", "cut", "swapped"])
async def test_a_file_that_was_altered_is_not_shown(she: Room, house: Running, how: str) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await sends(she, id, BIG[:200_000], mime="image/png", id="m1")
    (path,) = sealed_in(house)
    whole, piece = path.read_bytes(), 64 * 1024 + 16
    mark = len(sealed_files.MARK)
    first, second, rest = whole[mark : mark + piece], whole[mark + piece : mark + 2 * piece], whole[mark + 2 * piece :]
    changed = {
        "altered": whole[:-1] + bytes([whole[-1] ^ 1]),
        "cut": whole[: mark + 2 * piece],
        "swapped": whole[:mark] + second + first + rest,
    }
    path.write_bytes(changed[how])
    assert (await opens(she, id, "m1")).json()["code"] == "file-damaged"


async def test_a_file_that_is_on_another_disk_is_not_denied(she: Room, house: Running) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await sends(she, id, JPEG, id="m1")
    sealed_in(house)[0].unlink()
    assert (await opens(she, id, "m1")).json()["code"] == "file-not-here"


async def test_a_recording_that_comes_late_is_added_to_the_record(she: Room, house: Running) -> None:
    """4.15: recordings come late."""
    id = await archived(she, house)
    assert (await sends(she, id, WAV, "radio-audio", "audio/wav", id="m1")).status_code == 201
    row = await she.is_recorded(f"incidents/{id}", lambda found: bool(found["media"]))
    assert row["media"][0]["kind"] == "radio-audio"
    assert (await opens(she, id, "m1")).status_code == 200


def test_the_bytes_of_a_file_are_never_a_command() -> None:
    """What reaches the desk is reference, hash, size and type."""
    fields = {field for kind in Command.__args__ for field in kind.__struct_fields__}
    assert fields.isdisjoint({"content", "data", "bytes"})
