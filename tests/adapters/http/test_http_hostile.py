"""What a hostile sender tries on the wire: two requests in one, a parameter twice, paths, names, acts by reading.

OWASP ASVS 5.0: 1.2.1, 3.4.1, 3.5.3, 4.2.1, 5.3.2, 5.4.1, 5.4.2, 13.4, 15.3.7.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, served

SMUGGLED = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

AMBIGUOUS = {
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + SMUGGLED,
    "a length that is none": POST + b"Content-Length: +2\r\n\r\n{}" + SMUGGLED,
    "a length that is many": POST + b"Content-Length: 2, 40\r\n\r\n{}" + SMUGGLED,
    "a space before the colon": POST + b"Content-Length : 40\r\n\r\n{}" + SMUGGLED,
    "a coding that is none": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked, and then not": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk's size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nA\r\n0\r\n\r\n" + SMUGGLED,
    "a header with a null": b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n" + SMUGGLED,
}
"""Careless readers take each for something else: one request, or one and another behind it (RFC 9112, 6.3 and 11)."""

BOTH = POST + b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
"""Chunked wins, and the connection is closed behind it (RFC 9112, 6.1). uvicorn, which no city serves with, goes on."""


async def sent(port: int, request: bytes) -> list[int]:
    """The statuses of all that is answered until the server is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answered = b""
    try:
        while piece := await asyncio.wait_for(reader.read(65_536), 1.5):
            answered += piece
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answered)]


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
async def test_what_could_be_two_requests_is_never_answered_as_two(tmp_path: Path, server: str) -> None:
    async with served(tmp_path / "var", server) as house:
        port = int(house.url.rpartition(":")[2])
        answers = {name: await sent(port, request) for name, request in AMBIGUOUS.items()}
        both = await sent(port, BOTH + SMUGGLED) if server == "granian" else []
        one = await sent(port, SMUGGLED)
    assert one == [200]
    assert {name: answer for name, answer in answers.items() if len(answer) > 1 or 200 in answer} == {}
    assert 200 not in both, both


@pytest.mark.parametrize("path", ["incidents", "places/verify", "me/reveals"])
async def test_a_parameter_that_comes_twice_is_never_two_values(browser: httpx.AsyncClient, path: str) -> None:
    """Who checks one and uses the other is fooled by it. Here it is one value everywhere, or refused by name."""
    names = {"incidents": "limit", "places/verify": "q", "me/reveals": "limit"}
    name = names[path]
    first, second = ("5", "7") if name != "q" else ("300 mission", "200 main")
    answers = [
        (await browser.get(f"{API}/{path}?{query}"))
        for query in (f"{name}={first}&{name}={second}", f"{name}={second}")
    ]
    both, last = answers
    assert both.status_code == 400 or both.json() == last.json(), both.text


async def test_a_key_that_comes_twice_in_a_command_is_one_value(she: Room) -> None:
    doubled = '{"id": "d1", "command": {"do": "log-off", "unit": "E01", "unit": "E07"}}'
    answer = await she.browser.post(f"{API}/commands", content=doubled, headers={"content-type": "application/json"})
    units = (await she.browser.get(f"{API}/board")).json()["tables"]["units"]
    stages = {unit: json.dumps(units[unit]) for unit in ("E01", "E07")}
    assert answer.status_code in (200, 400), answer.text
    assert ("off-duty" in stages["E01"]) is False


HOSTILE_PATHS = (
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/pyproject.toml",
    "/assets/",
    "/assets",
    "/tiles/",
    "/../../pyproject.toml",
    "/assets/../../../config.py",
    "/assets/%2e%2e/%2e%2e/config.py",
    "/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/assets/..%5c..%5cconfig.py",
    "/tiles/../city.toml",
    "/metrics/../.git/config",
)


@pytest.mark.parametrize("path", HOSTILE_PATHS)
async def test_no_path_leads_to_a_file_that_is_not_the_pages_own(house: Running, path: str) -> None:
    async with house.client() as client:
        answer = await client.get(path)
    assert answer.status_code in (400, 401, 404), (path, answer.text[:80])
    for inside in ("[core]", "[project]", "Index of", "import ", "root:"):
        assert inside not in answer.text


HOSTILE_NAMES = ('a";filename="x.html', "a\r\nSet-Cookie: b=c", "../../x", "名<script>", "a%0d%0ab", "x" * 60)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_what_a_file_is_called_by_its_sender_is_in_no_path_and_no_header(
    she: Room, house: Running, name: str
) -> None:
    incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    files = f"{API}/incidents/{incident}/files"
    kept = await she.browser.post(
        files,
        params={"kind": "photo", "id": name, "note": name},
        content=b"\xff\xd8\xff" + b"\0" * 600,
        headers={"content-type": "image/jpeg", "content-disposition": f"filename={quote(name)}"},
    )
    assert kept.status_code == 201, kept.text
    ticket = await she.browser.post(f"{files}/{quote(name, safe='')}/open", json={"purpose": "to see"})
    assert all(re.fullmatch("[0-9a-zA-Z._-]+", path.name) for path in house.folder.rglob("*"))
    if ticket.status_code in (400, 404):
        return  # a slash is no part of a path's piece
    given = await she.browser.get(f"{API}/files/{ticket.json()['ticket']}")
    assert re.fullmatch(r'inline; filename="photo-[0-9a-f]{8}\.jpg"', given.headers["content-disposition"])
    assert "set-cookie" not in given.headers


async def test_nothing_is_changed_by_reading(she: Room, house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every GET that there is, for whoever may most: no command is taken, and no account is touched."""
    incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    fills = {"called": incident, "incident": incident, "unit": "E07", "agency": "SFFD"}
    description = (await she.browser.get(f"{API}/openapi.json")).json()
    paths = [path for path, acts in description["paths"].items() if "get" in acts]
    submitted, honest = list[object](), house.edge.counter._submitted

    async def noted(who: Any, *given: Any) -> Any:
        if who.actor.roles != ("system",):  # the notary's own checkpoints go on
            submitted.append(given)
        return await honest(who, *given)

    monkeypatch.setattr(house.edge.counter, "_submitted", noted)
    before = house.accounts._store.version()
    for path in paths:
        filled = re.sub(r"\{(\w+)\}", lambda found: fills.get(found[1], "x"), path)
        async with she.browser.stream("GET", filled) as answer:
            assert answer.status_code < 500, path
    assert len(paths) > 40
    assert submitted == []
    assert house.accounts._store.version() == before


async def test_what_was_encoded_twice_is_decoded_once(browser: httpx.AsyncClient) -> None:
    once = await browser.get(f"{API}/units/E%30%37/history")
    twice = await browser.get(f"{API}/units/E%2530%2537/history")
    assert once.status_code == 200, once.text
    assert twice.status_code == 404, twice.text
    said = await browser.get(f"{API}/places/verify", params={"q": "300 %4dISSION ST"})
    assert said.json().get("verdict") != "verified", said.text


PLANTED = "planted-in-a-bug-4417"


async def test_a_bug_is_answered_without_anything_of_the_inside(
    browser: httpx.AsyncClient, house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any) -> Any:
        raise KeyError(PLANTED)

    monkeypatch.setattr(house.accounts, "sign_in", breaks)
    answer = await browser.post(f"{API}/session", json={"account": "ann", "secret": "not this one at all"})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    for inside in (PLANTED, "KeyError", "Traceback", "File ", ".py", "litestar"):
        assert inside not in answer.text
    assert (await browser.get(f"{API}/board")).status_code == 200
