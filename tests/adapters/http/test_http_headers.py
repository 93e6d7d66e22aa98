"""Headers that tell a browser what it may not do with an answer (OWASP ASVS 5.0, 3.4, 13.4 and 14.3)."""

import httpx
import pytest

from tests.adapters.running import API, Running

READ = ("/session", "/board", "/accounts", "/tokens", "/me/reveals", "/city", "/nowhere")


@pytest.mark.parametrize("path", ["/", "/health", "/tiles/city.pmtiles", *(f"{API}{path}" for path in READ)])
async def test_every_answer_has_the_headers_that_a_browser_needs(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", READ)
async def test_no_answer_of_the_api_is_kept_by_a_cache(browser: httpx.AsyncClient, path: str) -> None:
    assert "no-store" in (await browser.get(f"{API}{path}")).headers["cache-control"]


@pytest.mark.parametrize("path", ["/", f"{API}/board"])
async def test_trace_is_no_method_here(house: Running, path: str) -> None:
    async with house.client() as client:
        answer = await client.request("TRACE", path, headers={"x-planted": "planted-8143"})
    assert answer.status_code in (404, 405)
    assert "planted-8143" not in answer.text
