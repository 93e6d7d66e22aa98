"""Files for browsers: pages, caching, ranges, and nothing from other hosts."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.adapters.running import Running, running
from turnout.adapters.http.assets import read_range


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Turnout</title>")
    (built / "assets" / "index-Ab12Cd34.js").write_text("export const x = 1\n" * 200)
    async with running(tmp_path / "var", built=built) as house, house.client() as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/console", "/map", "/wall", "/field", "/sign-in"])
async def test_every_screen_is_the_one_page_and_may_load_nothing_from_elsewhere(
    site: httpx.AsyncClient, path: str
) -> None:
    page = await site.get(path)
    assert "<title>Turnout" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert [part for part in policy.split("; ") if "blob:" in part or "data:" in part] == ["media-src 'self' blob:"]
    assert "http" not in policy
    assert page.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_are_kept_for_ever_and_packed(site: httpx.AsyncClient) -> None:
    script = await site.get("/assets/index-Ab12Cd34.js", headers={"accept-encoding": "gzip"})
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["content-type"].startswith("text/javascript")
    again = await site.get("/assets/index-Ab12Cd34.js", headers={"if-none-match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_maps_tiles_come_by_range(site: httpx.AsyncClient) -> None:
    part = await site.get("/tiles/city.pmtiles", headers={"range": "bytes=0-6"})
    assert (part.status_code, part.content) == (206, b"PMTiles")
    assert part.headers["content-range"].startswith("bytes 0-6/")
    beyond = await site.get("/tiles/city.pmtiles", headers={"range": "bytes=999999999999-"})
    assert beyond.status_code == 416
    same = await site.get("/tiles/city.pmtiles", headers={"if-none-match": part.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-99", (0, 99)),
        ("bytes=900-", (900, 999)),
        ("bytes=-100", (900, 999)),
        ("bytes=900-5000", (900, 999)),
        ("bytes=1000-", None),
        ("bytes=5-4", None),
        ("bytes=-0", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=0-1,5-6", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str, span: tuple[int, int] | None) -> None:
    assert read_range(header, 1000) == span


async def test_without_a_built_console_the_page_says_what_to_run(house: Running) -> None:
    async with house.client() as client:
        page = await client.get("/")
    assert page.status_code == 503
    assert "./scripts/serve" in page.text
