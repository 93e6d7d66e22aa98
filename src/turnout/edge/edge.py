"""Everything that an adapter towards people and programs needs, in one place. `main.py` puts it together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec

from turnout.core.board import Board
from turnout.desk.access import Principal
from turnout.desk.desk import DeskHealth
from turnout.desk.subscribers import Subscribers
from turnout.edge.access_desk import AccessDesk
from turnout.edge.advice import Adviser
from turnout.edge.alarms.watch import Watch
from turnout.edge.answers import Declined
from turnout.edge.connections import Connections
from turnout.edge.corridors.runner import Corridors
from turnout.edge.counter import Counter
from turnout.edge.details import Details
from turnout.edge.door_log import DoorLog
from turnout.edge.exporting import Exported
from turnout.edge.fallback import FallbackKit
from turnout.edge.file_desk import FileDesk
from turnout.edge.ground_desk import GroundDesk
from turnout.edge.identities import Identities, KnownDevices
from turnout.edge.lag import Lag
from turnout.edge.looking_up import LookUp
from turnout.edge.measuring import Measures
from turnout.edge.message_log import MessageLog
from turnout.edge.outlook import Outlook
from turnout.edge.places import PlacesFeed
from turnout.edge.proof.notary import Notary
from turnout.edge.provisioning import ProvisioningDesk
from turnout.edge.rebuilding import Rebuilding
from turnout.edge.reveal_log import RevealLog
from turnout.edge.signals_room.room import SignalsRoom
from turnout.edge.single_sign_on import SingleSignOn
from turnout.edge.speech import words_for
from turnout.edge.tables_desk import TablesDesk
from turnout.edge.texts import Texts
from turnout.edge.transferring import Transfers
from turnout.records.messages import Message, MessagesAsked
from turnout.roads.gazetteer import Gazetteer
from turnout.telemetry.latest import Fix, Latest, RefusedFix, Taken
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name

PROTOCOL: Final = 1
"""Of the socket. Goes up when an old page could misread us; additions that it may ignore do not count."""

OLDEST_PROTOCOL: Final = 1
"""The oldest page that we still serve."""


class Focus(msgspec.Struct, frozen=True):
    """What the console has selected: a line that names no incident or unit means these."""

    incident: str = ""
    unit: str = ""


class LineAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A command line as typed so far (`run` false: only explain and complete) or entered."""

    text: str
    cursor: int | None = None
    focus: Focus = Focus()
    run: bool = False
    id: str = ""


class Lines(Protocol):
    """The command line: `turnout.line` joined with the counter."""

    async def answer(self, who: Principal, asked: LineAsked) -> dict[str, Any] | Declined: ...


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The city as screens need it. `bounds`: west, south, east, north in degrees."""

    city: str
    bounds: tuple[float, float, float, float]
    attribution: tuple[Name, ...] = ()
    demo: bool = False
    simulated: bool = False
    """Simulated callers, crews and colleagues are at work."""
    lock_min: int = 15
    """After so many minutes without a touch a console locks itself; 0: never."""


@dataclass
class Edge:
    counter: Counter
    subscribers: Subscribers[Board]
    latest: Latest
    places: PlacesFeed
    identities: Identities
    access: AccessDesk
    tables: TablesDesk
    grounds: GroundDesk
    look_up: LookUp
    rebuilding: Rebuilding
    details: Details
    transfers: Transfers
    files: FileDesk
    fallback: FallbackKit
    reveal_log: RevealLog
    door_log: DoorLog
    texts: Texts
    desk_health: Callable[[], DeskHealth]
    now: Callable[[], Moment]
    ground: Ground
    version: str
    lines: Lines | None = None
    adviser: Adviser | None = None
    outlook: Outlook | None = None
    gazetteer: Gazetteer | None = None
    devices: KnownDevices | None = None
    """Terminals with certificates; None: there is no door for them."""
    device_only: frozenset[str] = frozenset()
    """Roles and scopes that may be used from a known terminal only."""
    sign_on: SingleSignOn | None = None
    """The city's own identity providers; None: accounts are local alone."""
    provisioning: ProvisioningDesk | None = None
    """For a program of theirs that keeps the accounts; None: administrators do."""
    on_places: Callable[[Sequence[UnitId]], None] = lambda units: None
    """Told which units have a new place: the roads and the policies."""
    share: Callable[[Sequence[Fix]], None] = lambda fixes: None
    """Told which places were heard here and believed: other processes of the city may have to know them."""
    arrival: bool = False
    certificate_expires: Moment | None = None
    """Of the TLS that the program speaks itself; None where it speaks none."""
    connections: Connections = field(default_factory=Connections)
    lag: Lag = field(default_factory=Lag)
    watch: Watch | None = None
    """Who looks whether something will soon be wrong; None only in parts of tests."""

    message_log: MessageLog | None = None
    """None only in parts of tests."""

    corridors: Corridors | None = None
    """Green for crews on their way: where the desk is; None elsewhere."""

    signals_room: SignalsRoom | None = None
    """The engineers' screen: where the desk is; None elsewhere."""

    notary: Notary | None = None
    """Who signs checkpoints: where the desk is; None elsewhere."""

    @property
    def exported(self) -> Exported | None:
        """The collector of traces, logs and figures, where there is one."""
        return self.counter.exported

    @property
    def measures(self) -> Measures:
        """What the program measures of itself."""
        return self.counter.measures

    async def messages_seen(self, who: Principal, asked: MessagesAsked) -> list[Message]:
        """Of the message log; for somebody bound to agencies, nothing of incidents that are not theirs."""
        if self.message_log is None:
            return []
        found = await self.message_log.find(asked)
        if who.sight.is_all:
            return found
        named = {one for message in found for one in message.incidents}
        seen = {one for one in named if await self.look_up.find(who, one) is not None}
        return [message for message in found if not message.incidents or seen.intersection(message.incidents)]

    def take_positions(self, fixes: Sequence[Fix]) -> Taken:
        """Judge, keep, pass on."""
        taken = self.take_shared(fixes)
        if taken.units:
            doubted = {one.index for one in taken.refused}
            self.share([fix for index, fix in enumerate(fixes) if index not in doubted])
        return taken

    def take_shared(self, fixes: Sequence[Fix]) -> Taken:
        """As `take_positions`, for what another process of the city has heard."""
        taken = self.latest.take(fixes, self.now())
        if taken.units:
            self.places.moved(taken.units)
            self.on_places(taken.units)
        return taken


def words_for_fix(refused: RefusedFix, fixes: Sequence[Fix]) -> Name:
    """Why a fix was not believed."""
    fix = fixes[refused.index]
    text = words_for(refused.code, {"unit": fix.unit, "lat": fix.lat, "lon": fix.lon, "km": "100+"})
    assert text is not None, refused.code
    return text
