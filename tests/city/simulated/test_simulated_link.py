"""The link: it asks again under the same identity, resumes where it was, and gives up only when it is turned away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
import websockets

from turnout.city.simulated import link as linked
from turnout.city.simulated.deeds import AskPlace, Command, Seen
from turnout.city.simulated.link import Link
from turnout.words.moment import Moment
from turnout.words.place import Place

AT = Moment(4_000_000_000_000)
"""Far enough ahead that nothing is entered as from paper."""
PRESS = Command("c1", "E01", {"do": "report-status", "unit": "E01", "status": "enroute", "incident_id": "I1"}, 0.0)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked, "PAUSE_S", 0.01)
    monkeypatch.setattr(linked, "PAUSE_MAX_S", 0.02)


def with_answers(link: Link, *answers: Any) -> list[httpx.Request]:
    """Let the product answer these, in turn; what it was asked."""
    asked: list[httpx.Request] = []
    waiting = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], json=answer[1])

    link._http = httpx.AsyncClient(base_url="http://product/api/v1", transport=httpx.MockTransport(answer))
    return asked


async def test_a_command_is_asked_again_under_its_own_identity_after_a_doubt() -> None:
    link = Link("http://product", "t")
    asked = with_answers(link, httpx.ReadTimeout("gone"), (503, {"code": "busy"}), (200, {"seq_to": 7}))
    heard = await link.command(PRESS, AT)
    assert heard.ok
    assert heard.answer == {"seq_to": 7}
    assert {msgspec.json.decode(request.content)["id"] for request in asked} == {"c1"}
    assert msgspec.json.decode(asked[0].content)["command"]["happened"] == AT


async def test_a_refusal_is_an_answer_and_is_not_asked_again() -> None:
    link = Link("http://product", "t")
    asked = with_answers(link, (409, {"code": "unit-moved-on", "detail": "…"}))
    heard = await link.command(PRESS, AT)
    assert (heard.ok, heard.code, len(asked)) == (False, "unit-moved-on", 1)


async def test_a_product_that_stays_away_is_given_up_after_some_tries() -> None:
    link = Link("http://product", "t")
    asked = with_answers(link, *[httpx.ConnectError("no")] * linked.TRIES_MAX)
    heard = await link.command(PRESS, AT)
    assert (heard.ok, heard.code, len(asked)) == (False, linked.UNREACHABLE, linked.TRIES_MAX)


async def test_what_was_done_long_ago_is_entered_as_from_paper_with_its_time() -> None:
    link = Link("http://product", "t")
    asked = with_answers(link, (200, {}))
    await link.command(Command("c2", "I1", {"do": "open-incident", "incident_id": "I1"}, 0.0), Moment(1_000))
    assert msgspec.json.decode(asked[0].content)["command"]["back_entry"] == 1_000


async def test_a_place_that_the_product_does_not_find_is_entered_by_hand() -> None:
    link = Link("http://product", "t")
    with_answers(link, (404, {"code": "unknown-place"}))
    heard = await link.place(AskPlace("p1", Place(37.7, -122.4), "0 Block of A ST"))
    assert heard.ok
    assert heard.answer["text"] == "0 Block of A ST"


async def test_refused_places_are_counted_and_not_sent_again() -> None:
    link = Link("http://product", "t")
    asked = with_answers(link, (200, {"taken": 0, "refused": [{"index": 0, "code": "fix-jumps"}]}))
    assert await link.report([(Seen("E01", Place(37.7, -122.4), None, 0.0, 0.0), AT)]) == 1
    assert len(asked) == 1


@asynccontextmanager
async def a_socket(*sessions: list[dict[str, Any]]) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A product's socket that plays one list of messages per connection, then hangs up; and the hellos it heard."""
    hellos: list[dict[str, Any]] = []
    waiting = list(sessions)

    async def play(socket: websockets.ServerConnection) -> None:
        hellos.append(msgspec.json.decode(await socket.recv()))
        messages = waiting.pop(0) if waiting else []
        for message in messages:
            await socket.send(msgspec.json.encode(message).decode())
        if waiting:
            await socket.close()
        else:
            await socket.wait_closed()

    async with websockets.serve(play, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", hellos


WELCOME = {"type": "welcome", "actor": {"id": "program:simulated-city"}}


async def test_after_a_break_it_resumes_where_it_was() -> None:
    first = [WELCOME, {"type": "snapshot", "seq": 5, "tables": {"units": {"E01": {"id": "E01"}}}}]
    second = [WELCOME, {"type": "changes", "seq": 6, "put": {"calls": {"K": {"id": "K"}}}, "drop": {"units": ["E01"]}}]
    async with a_socket(first, second) as (url, hellos), Link(url, "t") as link:
        assert await link.reached(6, within_s=5.0)
        assert [hello["resume_after"] for hello in hellos] == [None, 5]
        assert link.actor == "program:simulated-city"
        assert [drop for _, drop in link.drain()] == [{}, {"units": ["E01"]}]


async def test_a_fresh_snapshot_drops_what_is_no_longer_there() -> None:
    first = [WELCOME, {"type": "snapshot", "seq": 5, "tables": {"calls": {"A": {}, "B": {}}}}]
    second = [WELCOME, {"type": "snapshot", "seq": 900, "tables": {"calls": {"B": {}}}}]
    async with a_socket(first, second) as (url, _), Link(url, "t") as link:
        assert await link.reached(900, within_s=5.0)
        assert link.drain()[-1][1] == {"calls": ["A"]}


async def test_a_token_that_is_not_taken_ends_it_and_a_busy_product_does_not() -> None:
    busy = [{"type": "refused", "refusal": {"code": "busy"}}]
    away = [{"type": "refused", "refusal": {"code": "not-signed-on"}}]
    async with a_socket(busy, away, []) as (url, hellos), Link(url, "t") as link:
        async with asyncio.timeout(5.0):
            while not link.turned_away:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(hellos) == 2
