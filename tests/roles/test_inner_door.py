"""The inner door: for processes of the city only, of this version or the one before, and what they pass on."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from turnout.adapters.between import inner_door
from turnout.adapters.between.desk_line import DeskLine
from turnout.adapters.between.inner_door import SAID_BYTES_MAX, InnerDoor
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.timers.commands import RingTimer
from turnout.desk.answers import Done, Refused
from turnout.desk.book import Origin
from turnout.desk.faults import Busy, DeskUnreachable, StorageFull
from turnout.desk.operations import Operations
from turnout.edge.at_device import CERTIFICATE, NONES, certificate_of
from turnout.edge.between import LINK, DeskDoor, DevicesAsked, DevicesSaid, decode_answer, encode_submitted, talks_with
from turnout.words.identity import ActorId, CommandId, TimerId
from turnout.words.moment import Moment

KEY = bytes(range(32))
RING = RingTimer(timer=TimerId("t"))
CLOCK = Origin(Actor(ActorId("clock"), roles=("system",)), CommandId("ring/t/1"), "D1", "why", "t")


async def register(asked: DevicesAsked) -> DevicesSaid:
    if asked.act == "revoke":
        raise StorageFull("no space is left")
    return DevicesSaid(id=asked.act)


async def the_door() -> DeskDoor:
    return DeskDoor("http://desk.test", LINK)


class NotingDesk:
    def __init__(self) -> None:
        self.asked: list[tuple[Command, Origin]] = []
        self.fault: Exception | None = None

    async def submit(self, command: Command, origin: Origin) -> Done | Refused[Any]:
        self.asked.append((command, origin))
        if self.fault is not None:
            raise self.fault
        return Done(3, 4, Moment(5))


@pytest.fixture
def desk() -> NotingDesk:
    return NotingDesk()


@pytest.fixture
def order() -> list[str]:
    """What happened, in order."""
    return []


@pytest.fixture
def certificates() -> list[bytes]:
    """What the application was told that its askers have shown."""
    return []


@pytest.fixture
async def client(desk: NotingDesk, order: list[str], certificates: list[bytes]) -> AsyncIterator[httpx.AsyncClient]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        shown = sorted(name.decode() for name, _ in scope["headers"] if name.startswith(b"x-"))
        order.append(f"{scope['method']} for {scope['client'][0]} by {scope['scheme']} {shown}")
        certificates.append(certificate_of(scope))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"from the application"})

    async def keep() -> None:
        order.append("kept")

    door = InnerDoor(app, KEY, public=False, desk=desk, keep_accounts=keep, devices=register)

    async def behind_a_door_of_its_own(scope: Any, receive: Any, send: Any) -> None:
        await door({**scope, "state": {CERTIFICATE: b"the edge's own"}}, receive, send)

    transport = httpx.ASGITransport(app=behind_a_door_of_its_own)
    headers = {"x-turnout-key": KEY.hex(), "x-turnout-link": str(LINK)}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as client:
        yield client


async def test_a_command_arrives_as_it_was_sent_and_its_answer_too(client: httpx.AsyncClient, desk: NotingDesk) -> None:
    body = encode_submitted(Operations().encode_command(RING), CLOCK)
    answer = await client.post("/between/v1/submit", content=body)
    assert decode_answer(answer.content) == Done(3, 4, Moment(5))
    assert desk.asked == [(RING, CLOCK)]
    desk.fault = Busy("full")
    fault = decode_answer((await client.post("/between/v1/submit", content=body)).content)
    assert isinstance(fault, Busy)


@pytest.mark.parametrize("shown", ["", "00" * 32, KEY.hex()[:-1], KEY.hex().upper()])
async def test_without_the_citys_key_nothing_is_answered(
    client: httpx.AsyncClient, desk: NotingDesk, order: list[str], shown: str
) -> None:
    client.headers["x-turnout-key"] = shown
    for path in ("/between/v1/submit", "/api/v1/session"):
        assert (await client.post(path, content=b"{}")).status_code == 403
    del client.headers["x-turnout-key"]
    assert (await client.post("/api/v1/session", content=b"{}")).status_code == 403
    assert (desk.asked, order) == ([], [])


@pytest.mark.parametrize(("said", "status"), [(LINK, 200), (LINK - 1, 200), (LINK + 1, 426), (LINK - 2, 426)])
async def test_a_process_of_this_version_or_the_one_before_is_talked_with(
    client: httpx.AsyncClient, said: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inner_door, "LINK", LINK + 5)
    client.headers["x-turnout-link"] = str(said + 5)
    body = encode_submitted(Operations().encode_command(RING), CLOCK)
    assert (await client.post("/between/v1/submit", content=body)).status_code == status
    assert talks_with(LINK, said) == (status == 200)


async def test_an_edge_of_the_release_before_is_refused_rather_than_half_served(client: httpx.AsyncClient) -> None:
    client.headers["x-turnout-link"] = "1"
    refused = await client.post("/between/v1/submit", content=encode_submitted(b"{}", CLOCK))
    assert (refused.status_code, refused.text) == (426, "this process speaks version 3 and 2")


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"command":{"do":"no-such"},"origin":{}}'])
async def test_what_cannot_be_read_is_refused(client: httpx.AsyncClient, desk: NotingDesk, body: bytes) -> None:
    assert (await client.post("/between/v1/submit", content=body)).status_code == 400
    assert desk.asked == []


async def test_more_than_a_command_can_be_is_refused_while_it_arrives(client: httpx.AsyncClient) -> None:
    assert (await client.post("/between/v1/submit", content=b" " * (SAID_BYTES_MAX + 1))).status_code == 413


async def test_what_is_passed_on_is_its_askers_and_kept_before_the_answer(
    client: httpx.AsyncClient, order: list[str]
) -> None:
    headers = {"x-turnout-client": "198.51.100.7", "x-turnout-scheme": "https", "x-turnout-locked": "yes"}
    assert (await client.post("/api/v1/session", content=b"{}", headers=headers)).text == "from the application"
    assert order == ["POST for 198.51.100.7 by https []", "kept"]


async def test_a_terminals_certificate_is_the_one_that_the_edge_was_shown(
    client: httpx.AsyncClient, order: list[str], certificates: list[bytes]
) -> None:
    for said in ({}, {"x-turnout-certificate": "ZGVy"}, {"x-turnout-certificate": "?"}, {"client-cert": ":ZGVy:"}):
        await client.get("/api/v1/devices", headers=said)
    assert certificates == [b"", b"der", NONES, b""], "nothing of the connection's own, or that the asker wrote"
    assert order[1].endswith("[]"), "and it is hidden"


async def test_an_operator_is_told_of_the_register_of_terminals_or_why_not(client: httpx.AsyncClient) -> None:
    answer = await client.post("/between/v1/devices", content=msgspec.json.encode(DevicesAsked(act="list")))
    assert msgspec.json.decode(answer.content, type=DevicesSaid) == DevicesSaid(id="list")
    no = await client.post("/between/v1/devices", content=msgspec.json.encode(DevicesAsked(act="revoke", name="E07")))
    assert (no.status_code, no.text) == (503, "storage-full")
    line = DeskLine(the_door, client)
    with pytest.raises(DeskUnreachable, match="503 storage-full"):
        await line.ask("devices", no.request.content, 5.0)
    for wrong in ('{"act":"forge"}', '{"act":"issue","days":401}', '{"act":"issue","csr":"' + "x" * 8_193 + '"}'):
        assert (await client.post("/between/v1/devices", content=wrong)).status_code == 400


async def test_a_session_that_a_provider_opened_is_kept_before_its_answer_and_what_is_read_waits_for_nothing(
    client: httpx.AsyncClient, order: list[str]
) -> None:
    await client.get("/api/v1/session/sso/city/back?code=x")
    await client.get("/api/v1/session/sso")
    assert [one for one in order if one == "kept"] == ["kept"]
    assert order[1] == "kept"


async def test_an_edge_of_the_version_before_says_the_scheme_by_its_old_name(
    client: httpx.AsyncClient, order: list[str]
) -> None:
    await client.get("/api/v1/board", headers={"x-forwarded-proto": "https"})
    await client.get("/api/v1/board", headers={"x-forwarded-proto": "https", "x-turnout-scheme": "http"})
    await client.get("/api/v1/board", headers={"x-turnout-scheme": "gopher"})
    assert [one.split(" by ")[1].split()[0] for one in order] == ["https", "http", "http"]
