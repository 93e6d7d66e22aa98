"""The city's own book in the simulated world: commands by the counter, records beside the desk, details in the vault.

What the toy world proves of journal, lease and screens is not proved again here; judged are the parts that rest on
them. Records after any faults equal records made anew from the journal; a detail that a client was told is kept opens,
its opening stands in the journal at the row that was named; one that was destroyed never opens again.
"""

import asyncio
import random
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest import mock

import msgspec

from tests.campaign.history import Asked, Row
from tests.core.conftest import a_city
from tests.simulation.faults import KINDS, Faults
from tests.simulation.pair_vault import SITE_KEY
from tests.simulation.people import Sender
from tests.simulation.servers import DATABASE, Server
from tests.simulation.verdict import check_consoles, check_survivors
from tests.simulation.world import World
from turnout.adapters.storage.postgres import vault as vault_module
from turnout.adapters.storage.postgres import wrapping
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.site_key import SiteKeys, fingerprint
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.audit.vault import DetailsDestroyed
from turnout.core.board import Location, PersonCard
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative, AddPerson, CancelIncident, OpenIncident
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.timers import starting
from turnout.core.units.commands import AssignUnits, ClearUnits, LogOn
from turnout.desk.access import Principal, Sight
from turnout.desk.answers import Done, Refused
from turnout.desk.chain import JournalRow
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations, due_of, ring, timers_of
from turnout.edge import recording
from turnout.edge.answers import Declined
from turnout.edge.between import FAULTS
from turnout.edge.counter import Counter
from turnout.edge.details import Details, DetailsGiven, DetailsShown
from turnout.edge.looking_up import LookUp
from turnout.edge.recording import Recorder
from turnout.edge.revealing import Revealing
from turnout.edge.rows import TABLES, sees
from turnout.records.incidents import IncidentRecords
from turnout.words.identity import ActorId, AgencyId, IncidentId
from turnout.words.moment import Moment
from turnout.words.place import Place

ROOM_KINDS: Final = (
    *KINDS,
    "a destroyed detail is asked for",
    "a detail is asked for and opens",
    "a detail is given again",
    "details are destroyed",
    "the records are lost",
    "the records cannot be written",
)
NEVER_HERE: Final = frozenset({"a command meets a bug"})
"""Kinds of the toy world that this one has no means for."""

UNITS: Final = ("E01", "M01", "C01")
INCIDENTS: Final = 4
HERE: Final = Location(text="100 Main St", place=Place(37.78, -122.41), kind="coordinate")
WHO: Final = Principal(actor=Actor(ActorId("room"), roles=(SYSTEM_ROLE, "*")), scopes=frozenset({"*"}), kind="part")
ARCHIVE_AFTER_MS: Final = 3_000
"""So that incidents leave the board within a run."""


class Destroy(msgspec.Struct, frozen=True, tag="destroy", tag_field="do"):
    incident: str


class Open(msgspec.Struct, frozen=True, tag="open", tag_field="do"):
    incident: str
    person: str


class No(msgspec.Struct, frozen=True):
    """What the counter declined, as far as the sender compares it."""

    code: str
    fields: dict[str, Any]


class AsSaid:
    """A locator for whom every place is where it was said to be."""

    async def understand(self, command: Any) -> Any:
        return command


class RoomServer(Server):
    """`records` are on the machine's disk: they outlive the process."""

    book = Operations()
    tables = TABLES
    timers_of = staticmethod(timers_of)
    due_of = staticmethod(due_of)
    ring = staticmethod(ring)

    def __init__(self, *words: Any) -> None:
        self.records = IncidentRecords(Path(":memory:"))
        self.may_write = True
        self.counter: Any = None
        self.details: Any = None
        self.recorder: Any = None
        self.vault: Any = None
        super().__init__(*words)

    async def _joined(self, stack: AsyncExitStack, desk: Any, journal: PostgresJournal) -> None:
        recorder = Recorder(self.records, journal, self.book, self._snapshots, lambda: self.may_write)
        stack.push_async_callback(recorder.stop)
        desk.listen(recorder.hear)
        recorder.start(lambda: desk.seq, behind=True)
        keys = SiteKeys(Path("nowhere"))
        keys._held[fingerprint(SITE_KEY)] = SITE_KEY
        vault = PostgresVault(DATABASE, keys)
        stack.push_async_callback(vault.close)
        locator: Any = AsSaid()
        self.counter = Counter(desk, locator)
        files: Any = None  # nobody asks for one here
        revealing = Revealing(self.counter, vault, files, self._clock.now)
        self.details = Details(self.counter, LookUp(desk, self.records), vault, revealing)
        self.recorder, self.vault = recorder, vault

    def lose_records(self) -> None:
        self.records = IncidentRecords(Path(":memory:"))

    async def take(self, command: Any, command_id: str) -> Any:
        if self.desk is None:
            raise Fault("not the desk")
        match command:
            case DetailsGiven():
                answer = await self.details.keep(WHO, command)
            case Open(incident, person):
                answer = await self.details.open(WHO, incident, person, "simulated")
            case Destroy(incident):
                answer = await self.vault.destroy(IncidentId(incident)) or command
            case _:
                answer = await self.counter.hand_in(WHO, command_id, command)
                if not isinstance(answer, Declined):
                    return Done(answer.seq_from, answer.seq_to, Moment(0), answer.repeated)
        if isinstance(answer, Declined):
            if answer.code in FAULTS:
                raise FAULTS[answer.code](answer.text.en)
            return Refused(No(answer.code, answer.fields))
        return answer


class Kept(NamedTuple):
    incident: str
    card: PersonCard
    text: str


class Shared:
    """What all senders of a room know: incidents and details. `destroyed`: owner → when that was acknowledged."""

    def __init__(self) -> None:
        self.incidents: list[str] = []
        self.kept: list[Kept] = []
        self.opened: list[tuple[Kept, int]] = []
        self.asked_to_destroy: set[str] = set()
        self.destroyed: dict[str, float] = {}


class RoomSender(Sender):
    shared: Shared

    async def work(self) -> None:
        self._own: list[str] = []
        await self._know(PublishCatalogue(catalogue=a_city()))
        for unit in UNITS:
            await self._know(LogOn(unit=unit))
        while self.may_go_on:
            draw = self._rng.random()
            if draw < 0.12 and self.shared.incidents:
                await self._keep()
            elif draw < 0.24 and self.shared.kept:
                await self._open(self._rng.choice(self.shared.kept))
            elif draw < 0.26 and self.shared.kept:
                await self._destroy(self._rng.choice(self.shared.kept).incident)
            else:
                await self._know(self._next())
            await asyncio.sleep(self._rng.expovariate(6.0))
        for incident in self._own:
            await self._know(CancelIncident(incident_id=incident, reason="FALSE"))

    def _next(self) -> Any:
        shared, unit, draw = self.shared, self._rng.choice(UNITS), self._rng.random()
        if len(shared.incidents) < INCIDENTS or draw < 0.05:
            incident = f"I{self.number}-{len(self.asked)}"
            shared.incidents.append(incident)
            self._own.append(incident)
            return OpenIncident(incident_id=incident, type="MED", location=HERE)
        incident = self._rng.choice(shared.incidents[-INCIDENTS:])
        if draw < 0.45:
            return AssignUnits(incident_id=incident, units=(unit,), override="simulated")
        if draw < 0.8:
            return ClearUnits(units=(unit,), override="simulated")
        if draw < 0.92 or incident not in self._own:
            return AddNarrative(incident_id=incident, entry_id=f"n{self.number}-{len(self.asked)}", text="smoke")
        return CancelIncident(incident_id=incident, reason="FALSE")

    def _content(self, command: Any) -> dict[str, Any]:
        content: dict[str, Any] = {"do": str(command.__struct_config__.tag)}
        return content | {"units": list(getattr(command, "units", ()))}

    def _note(self, one: Asked, said: Any) -> None:
        super()._note(one, said)
        if isinstance(said, Refused):
            one.code = said.refusal.code

    async def _until_said(self, what: Any, what_for: str) -> Any:
        """Whatever a server says to it that is no fault; asked again and again."""
        name, times = f"{what_for}{self.number}-{self._tick():.0f}", 0
        while True:
            server = self._servers[self._at % len(self._servers)]
            asking = self._network.ask(server, what, name)
            await asyncio.wait([asking], timeout=3.0)
            times += 1
            if asking.done() and not isinstance(asking.result(), Fault):
                if times > 1 and what_for == "k":
                    self._network.reached("a detail is given again")
                return asking.result()
            self._at += 1
            await asyncio.sleep(self._rng.uniform(0.05, 0.5))

    async def _keep(self) -> None:
        incident = self._rng.choice(self.shared.incidents[-INCIDENTS:])
        text = f"caller {self._tick():.0f}"
        was_destroyed = incident in self.shared.destroyed
        given = DetailsGiven(incident_id=incident, person_id=text.replace(" ", "-"), details={"name": text})
        said = await self._until_said(given, "k")
        if isinstance(said, PersonCard):
            assert not was_destroyed, f"{incident} was destroyed, and keeps details"
            self.shared.kept.append(Kept(incident, said, text))
            await self._know(AddPerson(incident_id=incident, person=said))

    async def _open(self, kept: Kept) -> None:
        was_destroyed = kept.incident in self.shared.destroyed
        said = await self._until_said(Open(kept.incident, kept.card.id), "o")
        if was_destroyed:
            self._network.reached("a destroyed detail is asked for")
        if isinstance(said, DetailsShown):
            assert not was_destroyed, f"{kept.card.ref} was destroyed and opens"
            assert said.details == {"name": kept.text}, f"{kept.card.ref} opens as {said.details}"
            self._network.reached("a detail is asked for and opens")
            self.shared.opened.append((kept, said.seq))
        elif said.refusal.code == "details-destroyed":
            assert kept.incident in self.shared.asked_to_destroy, f"{kept.card.ref} does not open"
        else:  # its card is on no incident yet, or not in the records that lag, or the incident is over
            assert said.refusal.code in ("unknown-person", "unknown-incident", "no-ground"), said

    async def _destroy(self, incident: str) -> None:
        self.shared.asked_to_destroy.add(incident)
        await self._until_said(Destroy(incident), "d")
        self.shared.destroyed[incident] = self._tick()
        self._network.reached("details are destroyed")


class RoomFaults(Faults):
    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self._kinds += [self._records_cannot_be_written, self._records_are_lost]

    def _records_cannot_be_written(self) -> None:
        server: Any = self._a_server()
        self._reach("the records cannot be written")
        server.may_write = False
        self._later(self._rng.uniform(0.5, 6), lambda: setattr(server, "may_write", True))

    def _records_are_lost(self) -> None:
        """With the process that had them open."""
        server: Any = self._a_server()
        if server.is_up and server.process.runs:
            self._reach("the records are lost")
            server.crash()
            server.lose_records()
            self._later(self._rng.uniform(0.3, 4), lambda: server.is_up or server.start_again())


class Room(World):
    kinds = ROOM_KINDS
    server_kind = RoomServer
    sender_kind = RoomSender
    faults_kind = RoomFaults
    sights = (
        ("chief", sees(Sight())),
        ("medical", sees(Sight(agencies=frozenset({AgencyId("EMS")})))),
    )

    def __init__(self, seed: int, loop: Any) -> None:
        super().__init__(seed, loop)
        self.shared = Shared()
        for sender in self.senders:
            sender.shared = self.shared

    def _calm_down(self) -> None:
        super()._calm_down()
        for server in self.servers:
            server.may_write = True

    async def _judged(self, history: list[Asked]) -> None:
        board = await check_survivors(history, self.snapshots, self.servers, Operations(), as_judged)
        check_consoles(self.consoles, board, TABLES)
        desk = next(server for server in self.servers if server.desk is not None)
        await self._records_are_the_journals(desk)
        await self._details_are_kept(desk.vault)

    async def _records_are_the_journals(self, server: RoomServer) -> None:
        async with asyncio.timeout(20.0):
            while server.records.seq < server.desk.seq:
                await asyncio.sleep(0.1)
        journal = PostgresJournal(DATABASE, Operations.stream)
        fresh = IncidentRecords(Path(":memory:"))
        await Recorder(fresh, journal, Operations()).catch_up(server.desk.seq)
        assert dump(server.records) == dump(fresh), "the records are not what the journal says"
        rows = {row.seq: row async for page in journal.read(0) for row in page}
        await journal.close()
        for kept, seq in self.shared.opened:
            row = rows.get(seq)
            is_opening = row is not None and row.name == "details-opened" and kept.card.ref.encode() in row.body
            assert is_opening, f"row {seq} is no opening of {kept.card.ref}"

    async def _details_are_kept(self, vault: PostgresVault) -> None:
        for kept in self.shared.kept:
            try:
                found = await vault.open(IncidentId(kept.incident), kept.card.ref)
            except DetailsDestroyed:
                assert kept.incident in self.shared.destroyed, f"{kept.card.ref} does not open"
                continue
            assert kept.incident not in self.shared.destroyed, f"{kept.card.ref} was destroyed and opens"
            assert msgspec.json.decode(found) == {"name": kept.text}, f"{kept.card.ref} is altered"


def dump(records: IncidentRecords) -> list[str]:
    base: sqlite3.Connection = records._base
    return list(base.iterdump())


def as_judged(row: JournalRow) -> Row:
    return Row(row.seq, row.command_id, row.name, msgspec.json.decode(row.body))


class Drawn:
    """Stands for `secrets`: a run must be the same again."""

    def __init__(self, rng: random.Random) -> None:
        self.token_bytes = rng.randbytes
        self.token_hex = lambda size: rng.randbytes(size).hex()


@contextmanager
def drawn(seed: int) -> Iterator[None]:
    """With identities and keys from the seed, incidents that soon leave the board, and short queues."""
    rng = random.Random(f"identities {seed}")
    with (
        mock.patch.object(uuid, "uuid4", side_effect=lambda: uuid.UUID(int=rng.getrandbits(128), version=4)),
        mock.patch.object(vault_module, "secrets", Drawn(rng)),
        mock.patch.object(wrapping, "secrets", Drawn(rng)),
        mock.patch.object(starting, "ARCHIVE_AFTER_MS", ARCHIVE_AFTER_MS),
        mock.patch.object(recording, "WAITING_MAX", 6),
    ):
        yield
