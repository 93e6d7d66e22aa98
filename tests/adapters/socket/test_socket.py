"""The socket as consoles and programs use it: a real web server on this machine, and a client library not ours."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest
import websockets

from tests.adapters.running import Running, served
from turnout.adapters.socket import sender, serve
from turnout.core.board import Location, Position
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.tables.commands import PublishCatalogue, SetExercise, SignOn
from turnout.edge.identities import SignedIn
from turnout.telemetry.latest import Fix
from turnout.words.identity import ActorId, UnitId
from turnout.words.place import Place

WAIT_S = 20.0
CITY_HALL = Place(37.7793, -122.4193)


class Console:
    """One socket, spoken to in JSON."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.last_seq = -1

    async def send(self, **message: Any) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next message of one of the kinds; others are passed over."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message: dict[str, Any] = msgspec.json.decode(await self.socket.recv())
                self.last_seq = max(self.last_seq, message.get("seq", -1))
                if message["type"] in kinds:
                    return message

    async def hear_row(self, table: str, row: str) -> dict[str, Any]:
        """The next change (or snapshot) that has this row."""
        while True:
            message = await self.hear("snapshot", "changes")
            rows = message.get("put", message.get("tables"))
            if row in rows.get(table, {}):
                found: dict[str, Any] = rows[table][row]
                return found

    async def do(self, identity: str = "", **command: Any) -> dict[str, Any]:
        await self.send(type="command", id=identity or str(uuid.uuid4()), command=command)
        return await self.hear("answer")

    def __aiter__(self) -> Self:
        return self


@asynccontextmanager
async def a_console(house: Running, *scopes: str, **hello: Any) -> AsyncIterator[Console]:
    """A program's socket after its welcome."""
    token = house.token(*(scopes or ("calls", "dispatch", "read")), name=f"console-{uuid.uuid4().hex[:6]}")
    async with websockets.connect(f"ws://{house.url}/socket", max_size=2**25, max_queue=None) as socket:
        console = Console(socket)
        await console.send(**{"type": "hello", "protocol": 1, "token": token, "places": False, **hello})
        await console.hear("welcome")
        yield console


def opening(incident: str, type_code: str = "MED") -> dict[str, Any]:
    place = {"lat": CITY_HALL.lat, "lon": CITY_HALL.lon}
    where = {"text": "City Hall", "place": place, "kind": "coordinate"}
    return {"do": "open-incident", "incident_id": incident, "type": type_code, "location": where}


@pytest.fixture(params=["granian", "uvicorn"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    async with served(tmp_path / "var", server=request.param) as house:
        yield house


@pytest.fixture
async def granian(tmp_path: Path) -> AsyncIterator[Running]:
    async with served(tmp_path / "var") as house:
        yield house


async def test_two_consoles_see_each_others_changes(house: Running) -> None:
    async with a_console(house) as one, a_console(house) as other:
        answer = await one.do(**opening("I1"))
        assert answer["ok"], answer
        assert (await other.hear_row("incidents", "I1"))["tag"] == answer["outcome"]["tag"]
        await other.do(do="add-narrative", incident_id="I1", entry_id="n1", text="smoke")
        row = await one.hear_row("incidents", "I1")
        while not row["narrative"]:  # its own opening, where that is shown after the answer
            row = await one.hear_row("incidents", "I1")
        assert row["narrative"][0]["text"] == "smoke"


async def test_a_console_that_comes_back_gets_only_what_it_missed(granian: Running) -> None:
    async with a_console(granian) as console:
        await console.hear("snapshot")
        await console.do(**opening("I1"))
        seen = (await console.hear_row("incidents", "I1"), console.last_seq)[1]
    narrative = AddNarrative(incident_id="I1", entry_id="n1", text="while the cable was out")
    await granian.do(narrative, granian.dispatcher())
    async with a_console(granian, resume_after=seen) as back:
        missed = await back.hear("snapshot", "changes")
    assert missed["type"] == "changes"
    assert list(missed["put"]["incidents"]) == ["I1"]
    assert missed["put"].keys() <= {"incidents", "timers"}


async def test_a_console_from_before_all_that_is_kept_gets_a_snapshot(granian: Running) -> None:
    async with a_console(granian, resume_after=0) as back:
        assert (await back.hear("snapshot", "changes"))["type"] == "snapshot"


async def test_a_repeated_command_is_answered_as_before(granian: Running) -> None:
    async with a_console(granian) as console:
        first = await console.do("once", **opening("I1"))
    async with a_console(granian) as other:
        refused = await other.do("once", **opening("I1"))
    assert first["ok"]
    assert refused["refusal"]["code"] == "command-id-reused", "another sender cannot take over an identity"


async def test_commands_of_one_console_are_done_in_the_order_in_which_they_were_sent(granian: Running) -> None:
    async with a_console(granian) as console:
        await console.send(type="command", id="a", command=opening("I1"))
        for number in range(20):
            line = {"do": "add-narrative", "incident_id": "I1", "entry_id": f"n{number}", "text": str(number)}
            await console.send(type="command", id=f"b{number}", command=line)
        answers = [await console.hear("answer") for _ in range(21)]
    assert all(answer["ok"] for answer in answers), answers
    row = granian.edge.counter.board.incidents["I1"]  # type: ignore[index]
    told = [granian.edge.texts.shown(line.text) for line in row.narrative]
    assert told == [str(number) for number in range(20)]


async def test_a_page_that_is_too_old_is_told_so_in_both_languages(
    granian: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "OLDEST_PROTOCOL", 3)
    async with websockets.connect(f"ws://{granian.url}/socket") as socket:
        console = Console(socket)
        await console.send(type="hello", protocol=1)
        told = await console.hear("too-old")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert told["oldest_protocol"] == 3
    assert told["text"]["en"]
    assert told["text"]["zh"]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4426


async def test_messages_and_fields_that_we_do_not_know_are_passed_over(granian: Running) -> None:
    async with a_console(granian, shiny="new", line=True) as console:
        await console.send(type="teleport", unit="E07")
        await console.send(type="ping", at=5, colour="blue")
        assert (await console.hear("pong", "refused"))["at"] == 5


async def test_what_cannot_be_read_is_answered_and_the_socket_stays(granian: Running) -> None:
    async with a_console(granian) as console:
        await console.socket.send("{not json")
        assert (await console.hear("refused"))["refusal"]["code"] == "malformed"
        answer = await console.do(do="watch-person")
        assert answer["refusal"]["code"] == "malformed"
        await console.send(type="command", id="big", command=opening("I1") | {"narrative": "x" * 400_000})
        assert (await console.hear("refused"))["refusal"]["code"] == "too-large"


async def test_whoever_is_not_signed_in_is_turned_away(granian: Running) -> None:
    async with websockets.connect(f"ws://{granian.url}/socket") as socket:
        console = Console(socket)
        await console.send(type="hello", protocol=1)
        assert (await console.hear("refused"))["refusal"]["code"] == "not-signed-on"


async def test_another_sites_page_gets_no_socket(granian: Running) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with websockets.connect(f"ws://{granian.url}/socket", origin="https://evil.example"):  # type: ignore[arg-type]
            pass


async def test_a_console_sees_only_what_concerns_its_agencies(granian: Running) -> None:
    token = granian.token("calls", "dispatch", "read", name="police", agencies=("POL",))
    async with websockets.connect(f"ws://{granian.url}/socket", max_size=2**25, max_queue=None) as socket:
        police = Console(socket)
        await police.send(type="hello", protocol=1, token=token)
        tables = (await police.hear("snapshot"))["tables"]
        assert {unit["agency"] for unit in tables["units"].values()} == {"POL"}
        where = Location(text="City Hall", place=CITY_HALL, kind="coordinate")
        dispatcher = granian.dispatcher()
        await granian.do(OpenIncident(incident_id="MEDICAL", type="MED", location=where), dispatcher)
        fight = OpenIncident(incident_id="FIGHT", type="FGT", location=where, not_duplicate_of=("MEDICAL",))
        await granian.do(fight, dispatcher)
        heard = await police.hear_row("incidents", "FIGHT")
    assert heard["agencies"][0] == "POL"


async def test_places_of_units_come_newest_first_all_and_then_only_those_that_moved(granian: Running) -> None:
    edge = granian.edge
    units = list(edge.counter.board.units)[:3]
    fixes = [Fix(unit=unit, lat=37.77, lon=-122.42, at=edge.now()) for unit in units]
    edge.take_positions(fixes)
    async with a_console(granian, places=True) as console:
        first = await console.hear("places")
        assert {row[0] for row in first["units"]} == set(units)
        edge.take_positions([Fix(unit=units[0], lat=37.7701, lon=-122.42, at=edge.now(), heading=90.0)])
        then = await console.hear("places")
        while then["units"][0][1] != 37.7701:
            then = await console.hear("places")
    assert (units[0], 90) in [(row[0], row[3]) for row in then["units"]]
    assert edge.latest.find(UnitId(units[0])) is not None


async def test_signing_off_and_stopping_cut_the_socket_and_say_why(granian: Running) -> None:
    who = granian.dispatcher()
    async with a_console(granian) as console, a_console(granian) as other:
        session = next(iter(granian.edge.connections._by_session))
        granian.edge.connections.end_session(session)
        assert (await console.hear("cut"))["reason"] == "signed-off"
        granian.edge.connections.end_all()
        assert (await other.hear("cut"))["reason"] == "shutdown"
    assert who.session


async def test_locking_a_console_cuts_its_sockets_and_no_other_is_let_in_until_it_is_unlocked(granian: Running) -> None:
    signed_in = granian.accounts.sign_in_demo("dispatcher", "", "en")
    assert isinstance(signed_in, SignedIn)
    cookie = {"Cookie": f"turnout_session={signed_in.secret}"}

    @asynccontextmanager
    async def a_window() -> AsyncIterator[Console]:
        url = f"ws://{granian.url}/socket"
        async with websockets.connect(url, max_size=2**25, max_queue=None, additional_headers=cookie) as socket:
            console = Console(socket)
            await console.send(type="hello", protocol=1, places=False)
            yield console

    async with a_window() as window:
        await window.hear("welcome")
        granian.accounts.lock(signed_in.principal)
        assert (await window.hear("cut"))["reason"] == "signed-off"
    async with a_window() as window:
        assert (await window.hear("refused"))["refusal"]["code"] == "session-locked"
    granian.accounts.unlock(signed_in.principal)
    async with a_window() as window:
        await window.hear("snapshot")


async def test_a_console_that_reads_nothing_is_cut_off_and_the_others_go_on(
    granian: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops reading its socket; the buffers between fill; then its changes wait, newest only; then it is cut off."""
    monkeypatch.setattr(sender, "SEND_S", 1.0)
    async with a_console(granian) as well:
        token = granian.token("calls", "dispatch", "read", name="stalled")
        reader, writer = await asyncio.open_connection(*granian.url.split(":"))
        writer.write(_handshake(granian.url))
        await reader.readuntil(b"\r\n\r\n")
        hello = msgspec.json.encode({"type": "hello", "protocol": 1, "token": token})
        writer.write(_masked(hello))
        await writer.drain()
        where = Location(text="City Hall", place=CITY_HALL, kind="coordinate")
        await granian.do(OpenIncident(incident_id="I1", type="MED", location=where), granian.dispatcher())
        subscribers = granian.edge.subscribers
        assert len(subscribers) == 2
        dispatcher = granian.dispatcher()
        for number in range(60):
            entry = AddNarrative(incident_id="I1", entry_id=f"n{number}", text="x" * 7_000)
            await granian.do(entry, dispatcher)
        assert (await well.hear_row("incidents", "I1"))["tag"]
        async with asyncio.timeout(WAIT_S):
            while len(subscribers) > 1:
                await asyncio.sleep(0.1)
        answer = await well.do(do="add-narrative", incident_id="I1", entry_id="last", text="still here")
        assert answer["ok"]
        writer.close()


def _handshake(url: str) -> bytes:
    lines = (
        "GET /socket HTTP/1.1",
        f"Host: {url}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _masked(payload: bytes) -> bytes:
    """A client's text frame (RFC 6455, section 5.2) with a mask of zeros; shorter than 65,536 bytes."""
    return bytes([0x81, 0xFE]) + len(payload).to_bytes(2, "big") + bytes(4) + payload


async def test_every_console_is_told_of_other_tables_of_an_exercise_and_of_groups_that_nobody_answers_for(
    house: Running,
) -> None:
    tables = house.edge.counter.board.catalogue
    assert tables is not None
    async with a_console(house) as console:
        first = await console.hear("snapshot")
        assert (first["exercise"], first["catalogue"], first["ground"]) == (False, tables.version, "")
        assert set(first["uncovered"]) == set(tables.groups)
        await house.do(SetExercise(on=True))
        assert (await console.hear("changes"))["exercise"]
        seat = Position(id="D9", actor=ActorId("tester"), roles=(), groups=("fire",), since=house.edge.now())
        await house.do(SignOn(position=seat))
        assert set((await console.hear("changes"))["uncovered"]) == set(tables.groups) - {"fire"}
        await house.do(PublishCatalogue(catalogue=msgspec.structs.replace(tables, info={}, version="other")))
        assert (await console.hear("changes"))["catalogue"] == "other"


async def test_a_text_that_cannot_be_stored_is_refused_and_the_connection_goes_on(house: Running) -> None:
    async with a_console(house) as console:
        refused = await console.do(**opening("I\0"))
        assert refused["refusal"] == {"code": "unstorable-text", "field": "incident_id", "kind": "nul"}
        await console.socket.send(b'{"type":"command","id":"\xed\xa0\x80"}')
        assert (await console.hear("refused"))["refusal"]["code"] == "malformed"
        assert (await console.do(**opening("I1")))["ok"]
