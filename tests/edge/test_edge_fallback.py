"""Keeping the fallback kit: whole files, every folder for itself, trouble told, and the same kit fetched from afar."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.adapters.running import API, Running, running, served
from turnout.core.board import Location
from turnout.core.incidents.commands import OpenIncident
from turnout.edge.fallback import STALE_MS, FallbackKit, keep_files
from turnout.edge.health import health_of
from turnout.fetching import fetch_kit
from turnout.words.place import Place
from turnout.words.trouble import Malformed

CITY_HALL = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
FILES = {"sheet.en.html", "sheet.zh-CN.html", "forms.en.html", "forms.zh-CN.html"}


def a_kit(house: Running, *folders: Path) -> FallbackKit:
    edge = house.edge
    return FallbackKit(
        lambda: edge.counter.board, edge.latest, edge.gazetteer, house.clock.now, folders, edge.texts.shown
    )


async def test_a_folder_that_cannot_be_written_is_told_and_keeps_no_other_from_its_kit(tmp_path: Path) -> None:
    blocked, good = tmp_path / "blocked", tmp_path / "good"
    blocked.write_text("a file where the folder should be")
    async with running(tmp_path / "data") as house:
        kit = a_kit(house, blocked, good)
        kit.write()
        assert {path.name for path in good.iterdir()} == FILES
        assert kit.stale() is None
        house.clock.ahead_ms += STALE_MS + 60_000
        told = kit.stale()
        assert told is not None
        assert str(blocked) in told.en
        assert str(blocked) in told.zh
        house.edge.fallback = kit
        assert told in health_of(house.edge).warnings


def test_a_file_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_files(tmp_path, {"sheet.en.html": b"old"})

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        keep_files(tmp_path, {"sheet.en.html": b"new"})
    assert (tmp_path / "sheet.en.html").read_bytes() == b"old"


async def test_another_machine_keeps_the_newest_kit_and_the_last_one_when_the_server_is_gone(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere"
    async with served(tmp_path / "data") as house:
        url = f"http://{house.url}"
        headers = {"authorization": f"Bearer {house.token('read')}"}
        with httpx.Client(base_url=url, headers=headers) as client:
            assert await asyncio.to_thread(fetch_kit, client, kept) == 0
        with httpx.Client(base_url=url, headers={"authorization": "Bearer wrong"}) as client, pytest.raises(Malformed):
            await asyncio.to_thread(fetch_kit, client, kept)
    sheet = (kept / "sheet.zh-CN.html").read_text(encoding="utf-8")
    assert "应急底单" in sheet
    assert {path.name for path in kept.iterdir()} == FILES
    with httpx.Client(base_url=url, headers=headers) as client:
        assert await asyncio.to_thread(fetch_kit, client, kept) == 1
    assert (kept / "sheet.zh-CN.html").read_text(encoding="utf-8") == sheet


async def test_an_agencys_people_get_a_sheet_of_what_concerns_them(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as house:
        token = house.token("read", agencies=("POL",))
        await house.do(OpenIncident(incident_id="I1", type="MED", location=CITY_HALL))
        async with house.client(authorization=f"Bearer {token}") as client:
            answer = await client.get(f"{API}/fallback/sheet", params={"language": "en"})
        everything = a_kit(house).sheet("en").decode()
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert ("City Hall" in everything, "City Hall" in answer.text) == (True, False)
        async with house.client() as stranger:
            assert (await stranger.get(f"{API}/fallback/forms")).status_code == 401
