"""What was said, with the city in PostgreSQL: sealed in every file of the pair, opened by each process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.storage.test_postgres_tables import files_of_the_pair_with
from tests.desk.test_operations_book import CATALOGUE, by, opened
from tests.postgres_pair import connected, the_pair
from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.audit.texts import holder
from turnout.core.board import Board, Location
from turnout.core.calls.commands import ReplyToCall, TakeCall, TakeMessage
from turnout.core.corridors.commands import (
    ArmSignals,
    AskJunctions,
    EndCorridor,
    JunctionAsk,
    JunctionNote,
    NoteJunctions,
    OpenCorridor,
    PermitSignals,
)
from turnout.core.corridors.matters import CrossingName
from turnout.core.incidents.commands import AddNarrative, CancelIncident, SetPatient, SetSecondaryPlace
from turnout.core.retention.commands import EraseDetails
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.units.commands import AssignUnits, LogOn
from turnout.desk.answers import Done
from turnout.desk.desk import Desk
from turnout.desk.faults import StorageDamaged
from turnout.desk.followed import FollowedDesk
from turnout.desk.operations import Operations
from turnout.edge.texts import KEYS_AT_ONCE, Texts
from turnout.words.identity import CallId, IncidentId
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place
from turnout.words.sealed_text import ERASED, MARK, find_sealed, list_keys

YARD = Location(text="Ottokar-yard", place=Place(37.761234, -122.432178), kind="coordinate")
PLACED = ("Ottokar-yard", "37.761234", "122.432178")
SAID = ("Ottokar-narrative", "Ottokar-call", "Ottokar-message", "Ottokar-reply")
DRIVEN = ("Ottokar-junction", "Ottokar-street", "37.765432", "122.431239", "Ottokar-hospital")
"""By which signals a crew drove, and where a patient was taken."""


class Server:
    """One process of the city: a desk, or one that follows it."""

    def __init__(self, database: Database, stack: AsyncExitStack, site_key: Path) -> None:
        self.journal, self.snapshots = PostgresJournal(database, Operations.stream), PostgresSnapshots(database)
        self.vault = PostgresVault(database, site_key)
        self.texts = Texts(self.vault)
        for close in (self.journal.close, self.snapshots.close, self.vault.close, self.texts.close):
            stack.push_async_callback(close)


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[tuple[Server, Server]]:
    database = the_pair().new_database()
    async with AsyncExitStack() as stack:
        two = [Server(database, stack, tmp_path / "vault.site-key") for _ in range(2)]
        for server in two:
            for store in (server.journal, server.snapshots, server.vault):
                await store.prepare(database)
        yield two[0], two[1]


async def at_work(server: Server) -> Desk[Any, Any, Any, Any]:
    await server.texts.begin()
    desk: Desk[Any, Any, Any, Any] = Desk(
        Operations(server.texts), server.journal, SystemClock(), snapshots=server.snapshots
    )
    await desk.start()
    await do(desk, PublishCatalogue(catalogue=CATALOGUE), opened("I1", -122.41))
    return desk


async def do(desk: Desk[Any, Any, Any, Any], *commands: Any) -> None:
    for command in commands:
        answer = await desk.submit(command, by(f"c{desk.seq}"))
        assert isinstance(answer, Done), answer


async def say(desk: Desk[Any, Any, Any, Any]) -> None:
    await do(
        desk,
        AddNarrative(incident_id="I1", entry_id="E1", text=SAID[0]),
        TakeCall(call_id="C1", channel="phone", text=SAID[1]),
        TakeMessage(call_id="C2", message_id="M1", conversation="chat", text=SAID[2]),
        ReplyToCall(call_id="C2", message_id="M2", text=SAID[3]),
        SetSecondaryPlace(incident_id="I1", place_id="P1", role="staging", location=YARD),
        SetPatient(incident_id="I1", patient_id="1", triage="red", destination=DRIVEN[4]),
        *corridor(desk),
    )


def corridor(desk: Desk[Any, Any, Any, Any]) -> tuple[Any, ...]:
    """The permission names another junction: those that are permitted stand in clear."""
    place, name = Place(37.765432, -122.431239), CrossingName(DRIVEN[1], DRIVEN[1])
    ask = JunctionAsk(junction=DRIVEN[0], name=name, place=place, group="ns", arrives_in_ms=1)
    return (
        PermitSignals(permit_id="S1", junctions=("J1",), authority="Traffic office"),
        ArmSignals(permit_id="S1", until=Moment(SystemClock().now() + HOUR_MS)),
        LogOn(unit="E07"),
        AssignUnits(incident_id="I1", units=("E07",)),
        OpenCorridor(corridor_id="K1", unit="E07"),
        AskJunctions(corridor_id="K1", asks=(ask,)),
        NoteJunctions(corridor_id="K1", notes=(JunctionNote(junction=DRIVEN[0], state="released", reason="passed"),)),
        EndCorridor(corridor_id="K1", outcome="arrived"),
    )


def shown_by(server: Server, board: Board) -> str:
    return server.texts.shown(Operations().encode_board(board).decode("utf-8", "replace"))


async def as_far(followed: FollowedDesk[Any, Any, Any, Any], desk: Desk[Any, Any, Any, Any]) -> None:
    async with asyncio.timeout(20):
        while followed.seq < desk.seq:
            await asyncio.sleep(0.02)


async def test_what_was_said_stands_in_no_file_of_the_pair_and_ends_with_its_key(
    servers: tuple[Server, Server],
) -> None:
    server, other = servers
    desk = await at_work(server)
    await say(desk)
    await desk.stop()
    board, body = desk.board, Operations().encode_board(desk.board)
    for text in (*SAID, *PLACED, *DRIVEN):
        for form in (text.encode(), text.encode().hex().encode()):
            assert await files_of_the_pair_with(form) == []
    note = board.incidents[IncidentId("I1")].narrative[0].text
    assert await files_of_the_pair_with(note[:60].encode()) != [], "the scan finds what is there"
    await other.texts.ready([body])
    assert other.texts.shown(note) == server.texts.shown(note) == SAID[0]
    assert other.texts.find_place(board.incidents[IncidentId("I1")].places[0].location.place) == YARD.place  # type: ignore[arg-type]
    assert await other.texts.list_living([key for key, _ in list_keys(body)])
    await server.texts.destroy([key for key, owner in list_keys(body) if owner == "I1"])
    afterwards = Texts(other.vault)
    await afterwards.ready([body])
    assert afterwards.shown(note) == server.texts.shown(note) == ERASED
    yard = board.incidents[IncidentId("I1")].places[0].location.place
    assert isinstance(yard, str)
    assert afterwards.find_place(yard) is None
    assert afterwards.shown(board.calls[CallId("C1")].text) == SAID[1]
    assert await server.journal.verify() is None


async def test_whoever_follows_has_the_keys_before_it_tells_and_forgets_what_is_erased(
    servers: tuple[Server, Server],
) -> None:
    server, other = servers
    desk = await at_work(server)
    nobody: Any = None
    followed: FollowedDesk[Any, Any, Any, Any] = FollowedDesk(
        *(Operations(), other.journal, other.snapshots, nobody), look_every_s=0.05
    )
    await followed.start()
    followed.keys = other.texts
    followed.listen(other.texts.hear)
    told: list[str] = []
    followed.listen(lambda news: told.append(shown_by(other, news.after)))
    heard: list[Any] = []
    desk.listen(lambda news: heard.append(news.rows))
    await say(desk)
    assert not followed.hear([row for rows in heard for row in rows]), "its keys are not here: it is read"
    followed.follow()
    await as_far(followed, desk)
    assert all(text in told[-1] for text in SAID)
    assert len(other.texts._keys) + len(other.texts._of_board) == KEYS_AT_ONCE, "with those that will be used next"
    heard.clear()
    await do(desk, TakeCall(call_id="C3", channel="phone", text="Ottokar-again"))
    followed.hear(heard[0])
    await as_far(followed, desk)
    assert "Ottokar-again" in told[-1]
    await do(desk, CancelIncident(incident_id="I1", reason="false-call"))
    await do(desk, EraseDetails(incident_id="I1", call_id="", owners=("I1",), term="incident", days=1))
    await as_far(followed, desk)
    assert SAID[0] not in told[-1]
    assert MARK not in told[-1]
    assert ERASED in told[-1]
    await followed.stop()
    await desk.stop()


async def test_an_altered_key_ends_what_it_sealed_and_nothing_else(
    servers: tuple[Server, Server], caplog: pytest.LogCaptureFixture
) -> None:
    server, other = servers
    desk = await at_work(server)
    await say(desk)
    await desk.stop()
    board, body = desk.board, Operations().encode_board(desk.board)
    note, call = board.incidents[IncidentId("I1")].narrative[0].text, board.calls[CallId("C1")].text
    sealed = find_sealed(note)
    assert sealed is not None
    for altered in ("set_byte(wrapped, 20, 255 - get_byte(wrapped, 20))", "substr(wrapped, 1, 3)"):
        async with connected(server.vault._line._database) as connection:
            await connection.execute(f"UPDATE owner_key SET wrapped = {altered} WHERE owner = $1", holder(sealed.key))
        texts = Texts(other.vault)
        await texts.ready([body], on_board=True)
        assert (texts.shown(note), texts.shown(call)) == (ERASED, SAID[1])
        assert sealed.key in caplog.text
        caplog.clear()


class AlteredKeys:
    """Of a vault in which something was altered."""

    is_asked = False

    def knows(self, rows: Any) -> bool:
        return False

    async def fetch(self, rows: Any) -> None:
        self.is_asked = True
        raise StorageDamaged("a key was altered")


async def test_whoever_follows_does_not_take_an_altered_key_for_another_journal(
    servers: tuple[Server, Server],
) -> None:
    server, other = servers
    desk = await at_work(server)
    nobody: Any = None
    followed: FollowedDesk[Any, Any, Any, Any] = FollowedDesk(
        *(Operations(), other.journal, other.snapshots, nobody), look_every_s=0.02
    )
    await followed.start()
    followed.keys = keys = AlteredKeys()
    await say(desk)
    followed.follow()
    async with asyncio.timeout(20):
        while not keys.is_asked or followed.standing() is None:
            await asyncio.sleep(0.02)
    assert not followed.over.is_set()
    followed.keys = other.texts
    await as_far(followed, desk)
    async with asyncio.timeout(20):
        while followed.standing() is not None:
            await asyncio.sleep(0.02)
    await followed.stop()
    await desk.stop()
