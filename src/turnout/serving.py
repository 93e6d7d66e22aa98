"""Where the real parts are joined: city, journal, desk, timers, edge, web, simulated city, in one process on SQLite.

Everything is opened in one place and closed in the reverse order. SIGTERM or Ctrl-C: consoles are told, the desk
finishes what it has taken and keeps a snapshot, the files are closed.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.adapters.http.app import WebApp
from turnout.adapters.http.assets import Assets
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.socket.serve import SocketDoor
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.city.folder import City, load_city, shipped_city
from turnout.config import Settings
from turnout.core.board import Board
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.core.tables.commands import PublishCatalogue
from turnout.desk.access import part
from turnout.desk.answers import Refused
from turnout.desk.book import Origin
from turnout.desk.desk import Desk, Told
from turnout.desk.operations import Operations, due_of, ring, timers_of
from turnout.desk.subscribers import Subscribers
from turnout.desk.timers import TimerClock
from turnout.edge.advice import Adviser
from turnout.edge.connections import Connections
from turnout.edge.counter import Counter
from turnout.edge.edge import Edge, Ground
from turnout.edge.line_desk import LineDesk
from turnout.edge.locating import Locator
from turnout.edge.places import TICK_S, PlacesFeed
from turnout.edge.rows import TABLES
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer
from turnout.simulation import Simulation
from turnout.telemetry.latest import Latest
from turnout.web_server import check_port, web
from turnout.words.identity import CommandId
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

SHIPPED: Final = "san-francisco"
BUILT: Final = Path(__file__).parent / "adapters" / "http" / "built"

OFFSET_LOOK_S: Final = 600.0
"""How often the city's offset from UTC is looked at: it changes twice a year, and plans by hour follow it."""

OperationsDesk = Desk[Board, Command, Event, Refusal]


def say(en: str, zh: str) -> None:
    """A line on the operator's terminal, in both languages."""
    print(f"  {en}\n  {zh}", flush=True)


async def serve(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    check_port(settings)
    async with AsyncExitStack() as stack:
        city = load_city(settings.city or shipped_city(SHIPPED))
        edge, accounts = await stack.enter_async_context(opened(settings, city))
        assets = Assets(BUILT, city.artefacts.tiles)
        app = WebApp(edge, assets, SocketDoor(edge))
        await stack.enter_async_context(web(app, settings))
        _greet(settings, city, accounts, assets)
        if settings.simulation if settings.simulation is not None else city.demo:
            await stack.enter_async_context(Simulation(settings, accounts, city.folder).running())
        await stop.wait()
        say("Stopping: finishing what was taken.", "正在停止：完成已受理的工作。")
        edge.connections.end_all()
        await asyncio.sleep(CUT_S)


CUT_S: Final = 0.3
"""For consoles to hear that the server stops, before it does."""


@asynccontextmanager
async def opened(settings: Settings, city: City) -> AsyncIterator[tuple[Edge, Accounts]]:
    """Everything but the web: the desk at work, and the edge in front of it."""
    folder = settings.data / city.catalogue.city
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        journal = SqliteJournal(folder / "journal.sqlite", Operations.stream)
        stack.push_async_callback(journal.close)
        snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
        stack.push_async_callback(snapshots.close)
        gazetteer = Gazetteer.load(city.artefacts.gazetteer) if city.artefacts.gazetteer is not None else None
        roads = load_roads(city)
        locator = Locator(city, city.boundary.box(), gazetteer)
        desk: OperationsDesk = Desk(Operations(), journal, clock, snapshots=snapshots, enrich=locator.with_zones)
        await desk.start()
        stack.push_async_callback(desk.stop)
        await publish(desk, city.catalogue, clock.now())
        timers: TimerClock[Board, Command, Event, Refusal] = TimerClock(desk, clock, timers_of, due_of, ring)
        timers.start()
        stack.push_async_callback(timers.stop)
        connections = Connections()
        store = IdentityStore(folder / "accounts.sqlite")
        stack.callback(store.close)
        accounts = Accounts(
            store,
            clock.now,
            lambda: desk.board.catalogue,
            demo=city.demo,
            origin=settings.public_origin,
            on_end=connections.end_session,
        )
        edge = joined(settings, city, desk, locator, accounts, connections, clock.now, roads, gazetteer)
        if edge.adviser is not None:
            stack.callback(edge.adviser.close)
        for work in (edge.lag.watch(), _tick(edge.places), _follow_offset(desk, city.catalogue, clock.now)):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        yield edge, accounts


def joined(
    settings: Settings,
    city: City,
    desk: OperationsDesk,
    locator: Locator,
    accounts: Accounts,
    connections: Connections,
    now: Callable[[], Moment],
    roads: Roads | None,
    gazetteer: Gazetteer | None,
) -> Edge:
    """The edge in front of a started desk."""
    subscribers = Subscribers(TABLES, desk.board, desk.seq, desk.at)
    desk.listen(subscribers.hear)
    latest = Latest(list(desk.board.units), city.boundary.box())
    desk.listen(lambda told: _know_units(latest, told))
    adviser = Adviser(roads, latest, desk) if roads is not None else None
    counter = Counter(desk, locator)
    lines = LineDesk(counter, adviser, gazetteer, now) if gazetteer is not None else None
    ground = Ground(city=city.catalogue.city, bounds=city.boundary.box(), attribution=city.map_credit(), demo=city.demo)
    return Edge(
        counter=counter,
        subscribers=subscribers,
        latest=latest,
        places=PlacesFeed(latest, lambda: desk.board),
        identities=accounts,
        desk_health=desk.health,
        now=now,
        ground=ground,
        version=version("turnout"),
        arrival=settings.arrival,
        lines=lines,
        connections=connections,
        adviser=adviser,
        gazetteer=gazetteer,
        on_places=adviser.moved if adviser is not None else lambda units: None,
    )


def load_roads(city: City) -> Roads | None:
    """The road engine of a city that has a road file."""
    if city.artefacts.roads is None:
        return None
    speeds = city.folder / "speeds.toml"
    return Roads.load(city.artefacts.roads, speeds if speeds.is_file() else None)


def _know_units(latest: Latest, told: Told[Board, Any]) -> None:
    if told.before.units.keys() != told.after.units.keys():
        latest.know(list(told.after.units))


# --- the tables


async def publish(desk: OperationsDesk, catalogue: Catalogue, now: Moment) -> None:
    """Put the city's tables in force, unless they are."""
    local = msgspec.structs.replace(catalogue, utc_offset_min=offset_min(catalogue.time_zone, now))
    held = desk.board.catalogue
    if held is not None and (held.version, held.utc_offset_min) == (local.version, local.utc_offset_min):
        return
    origin = Origin(part("tables").actor, CommandId(f"publish/{local.version}/{local.utc_offset_min}/{now}"))
    answer = await desk.submit(PublishCatalogue(catalogue=local, note="from the city folder"), origin)
    if isinstance(answer, Refused):
        raise Malformed(f"the city's tables are refused: {answer.refusal}", where=catalogue.city)


def offset_min(time_zone: str, now: Moment) -> int:
    """How far the city's clocks are ahead of UTC at that moment, in minutes."""
    offset = datetime.fromtimestamp(now / 1000.0, ZoneInfo(time_zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


async def _follow_offset(desk: OperationsDesk, catalogue: Catalogue, now: Callable[[], Moment]) -> None:
    """When summer time begins or ends, the tables in force are published again with the new offset."""
    while True:
        await asyncio.sleep(OFFSET_LOOK_S)
        held = desk.board.catalogue or catalogue
        if held.utc_offset_min != offset_min(held.time_zone, now()):
            await publish(desk, held, now())


async def _tick(places: PlacesFeed) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        places.tick()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


# --- the operator's terminal


def _greet(settings: Settings, city: City, accounts: Accounts, assets: Assets) -> None:
    name = city.catalogue.name
    say(f"Turnout runs {name.en}: {settings.public_origin}", f"出动正在运行（{name.zh}）：{settings.public_origin}")
    if city.demo:
        say(
            "A demonstration: open the page and choose “Start the demonstration”. Nobody real is sent.",
            "这是演示：打开页面，点“开始演示”。不会真的派出任何人。",
        )
    code = accounts.make_setup_code()
    if code is not None:
        say(
            f"No account yet. Make the first administrator at {settings.public_origin}/setup with the code {code}",
            f"尚无账号。请在 {settings.public_origin}/setup 用设置码 {code} 建立第一个管理员",
        )
    if not assets.has_pages:
        say("The console is not built: run ./scripts/serve.", "控制台尚未构建：请运行 ./scripts/serve。")
