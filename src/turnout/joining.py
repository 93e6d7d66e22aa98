"""The edge in front of a started desk: its parts, each given what it needs of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from turnout.adapters.clamd import Clamd
from turnout.adapters.clock import SystemClock
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.storage.reserve import Space
from turnout.adapters.storage.sealed_files import FolderFiles
from turnout.audit.access_text import city_text
from turnout.audit.texts import WholeVault
from turnout.city.folder import City
from turnout.city.ground import LoadedGround
from turnout.config import Settings
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.desk.desk import Desk, Told
from turnout.desk.followed import FollowedDesk
from turnout.desk.subscribers import Subscribers
from turnout.edge.access_desk import AccessDesk
from turnout.edge.advice import Adviser
from turnout.edge.arriving import Arriving
from turnout.edge.connections import Connections
from turnout.edge.counter import Counter
from turnout.edge.details import Details
from turnout.edge.door_log import DoorLog
from turnout.edge.edge import Edge, Ground
from turnout.edge.fallback import FallbackKit
from turnout.edge.file_desk import FileDesk
from turnout.edge.ground_desk import GROUNDS, GroundDesk
from turnout.edge.line_desk import LineDesk
from turnout.edge.locating import Locator
from turnout.edge.looking_up import LookUp
from turnout.edge.measuring import Measures
from turnout.edge.message_log import MessageLog
from turnout.edge.outlook import Outlook
from turnout.edge.outlook_points import points_of
from turnout.edge.places import PlacesFeed
from turnout.edge.rebuilding import Rebuilding
from turnout.edge.recording import Recorder
from turnout.edge.reveal_log import RevealLog
from turnout.edge.revealing import Revealing
from turnout.edge.rows import TABLES
from turnout.edge.scanning import Scanner
from turnout.edge.tables_desk import TablesDesk
from turnout.edge.texts import Texts
from turnout.edge.transferring import Transfers
from turnout.records.incidents import IncidentRecords
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer
from turnout.telemetry.latest import Latest
from turnout.words.identity import UnitId

OperationsDesk = Desk[Board, Command, Event, Refusal]
FollowedOperations = FollowedDesk[Board, Command, Event, Refusal]


@dataclass
class Parts:
    """What is opened before the edge is joined."""

    settings: Settings
    city: City
    clock: SystemClock
    desk: OperationsDesk | FollowedOperations
    locator: Locator
    roads: Roads | None
    gazetteer: Gazetteer | None
    records: IncidentRecords
    vault: WholeVault
    texts: Texts
    files: FolderFiles
    accounts: Accounts
    connections: Connections
    measures: Measures
    messages: MessageLog
    door_log: DoorLog
    space: Space
    recorder: Recorder
    folder: Path
    """Where this city's files are written."""


def is_simulated(settings: Settings, city: City) -> bool:
    """Whether simulated callers, crews and colleagues are at work here."""
    return city.demo if settings.simulation is None else settings.simulation


def scanner_of(settings: Settings) -> Scanner | None:
    """Raises `Malformed`."""
    return Clamd(settings.scanner) if settings.scanner else None


def joined(parts: Parts) -> Edge:
    """The edge in front of a started desk."""
    desk, city, now = parts.desk, parts.city, parts.clock.now
    bounds = city.boundary.box()
    subscribers = subscribed(parts)
    desk.listen(subscribers.hear)
    latest = Latest(list(desk.board.units), bounds)
    desk.listen(lambda told: _know_units(latest, told))
    adviser = Adviser(parts.roads, latest, desk, parts.texts.find_place) if parts.roads is not None else None
    counter = Counter(desk, parts.locator, parts.measures, parts.messages, parts.door_log)
    look_up = LookUp(desk, parts.records, parts.texts, parts.locator.zones_at)
    revealing = Revealing(counter, parts.vault, parts.files, now, city_text(city.folder))
    details = Details(counter, look_up, parts.vault, revealing)
    outlook = _outlook(parts, adviser)
    grounds = GroundDesk(counter, adviser, city.folder, parts.folder / GROUNDS, now)
    lines = _line_desk(parts, counter, adviser, outlook)
    if lines is not None:
        desk.listen(lines.hear)
    data = parts.settings.data / city.catalogue.city
    folders = [data / "fallback", *parts.settings.fallback]
    edge = Edge(
        rebuilding=Rebuilding(parts.records, parts.recorder, lambda: desk.seq, now),
        counter=counter,
        subscribers=subscribers,
        latest=latest,
        places=PlacesFeed(latest, lambda: desk.board),
        identities=parts.accounts,
        access=AccessDesk(counter, parts.accounts),
        grounds=grounds,
        tables=TablesDesk(counter, parts.records, city.folder, city.folder, city.catalogue),
        look_up=look_up,
        details=details,
        files=FileDesk(counter, look_up, parts.files, revealing, now, scanner_of(parts.settings)),
        transfers=Transfers(counter, look_up, parts.records, details, parts.messages),
        fallback=FallbackKit(lambda: desk.board, latest, parts.gazetteer, now, folders, parts.texts.shown),
        texts=parts.texts,
        message_log=parts.messages,
        door_log=parts.door_log,
        reveal_log=RevealLog(desk, parts.records, look_up),
        desk_health=desk.health,
        now=now,
        ground=Ground(
            city=city.catalogue.city,
            bounds=bounds,
            attribution=city.map_credit(),
            demo=city.demo,
            lock_min=city.lock_min,
            simulated=is_simulated(parts.settings, city),
        ),
        version=version("turnout"),
        arrival=parts.settings.arrival,
        lines=lines,
        connections=parts.connections,
        adviser=adviser,
        outlook=outlook,
        gazetteer=parts.gazetteer,
        on_places=_on_places(adviser, _arriving(parts, counter, latest)),
    )
    grounds.follow(partial(_use_ground, edge, lines))
    return edge


def _arriving(parts: Parts, counter: Counter, latest: Latest) -> Arriving | None:
    return Arriving(counter, latest, parts.texts.find_place) if parts.settings.arrival else None


def _line_desk(parts: Parts, counter: Counter, adviser: Adviser | None, outlook: Outlook | None) -> LineDesk | None:
    if parts.gazetteer is None:
        return None
    return LineDesk(counter, adviser, parts.gazetteer, parts.clock.now, outlook, parts.texts.shown_or_fault)


def subscribed(parts: Parts) -> Subscribers[Board]:
    """Whoever follows the board is shown what was said."""
    desk = parts.desk
    at_first = TABLES, desk.board, desk.seq, desk.at
    return Subscribers(*at_first, standing=desk.standing, last_hash=desk.last_hash, show=parts.texts.shown_json)


def _use_ground(edge: Edge, lines: LineDesk | None, ready: LoadedGround) -> None:
    """Another version of the ground is in force: whoever holds a part of the old one gets the new one."""
    bounds = ready.outlines.boundary.box()
    edge.counter.locator.use(ready.outlines, bounds, ready.gazetteer)
    edge.gazetteer = ready.gazetteer
    edge.ground = msgspec.structs.replace(edge.ground, bounds=bounds)
    edge.tables.ground = ready.folder
    edge.fallback.use(ready.gazetteer)
    if lines is not None:
        lines.use(ready.gazetteer)


def _outlook(parts: Parts, adviser: Adviser | None) -> Outlook | None:
    """What could stand better: wants roads. An edge's matter, where there are several."""
    if parts.roads is None or adviser is None or parts.settings.roles == ("desk",):
        return None
    outlook = Outlook(adviser, parts.desk, points_of(parts.city, parts.roads), parts.clock.now)
    parts.desk.listen(outlook.hear)
    return outlook


def _on_places(adviser: Adviser | None, arriving: Arriving | None) -> Callable[[Sequence[UnitId]], None]:
    """Who is told that units have moved: the roads, and the policies where they are turned on."""

    def moved(units: Sequence[UnitId]) -> None:
        if adviser is not None:
            adviser.moved(units)
        if arriving is not None:
            arriving.moved(units)

    return moved


def _know_units(latest: Latest, told: Told[Board, Any]) -> None:
    if told.before.units.keys() != told.after.units.keys():
        latest.know(list(told.after.units))
