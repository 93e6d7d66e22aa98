"""Where the real parts are joined: city, journal, desk, timers, edge, web, simulated city, in one process on SQLite.

Everything is opened in one place and closed in the reverse order. SIGTERM or Ctrl-C: consoles are told, the desk
finishes what it has taken and keeps a snapshot, the files are closed.
"""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from copy import copy
from pathlib import Path
from typing import Any, Final

from turnout.adapters.certificate import Certificate, read_certificate
from turnout.adapters.clock import SystemClock
from turnout.adapters.http.app import AnyAsgi, WebApp
from turnout.adapters.http.assets import Assets
from turnout.adapters.http.in_time import InTime
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.socket.serve import SocketDoor
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.reserve import Space
from turnout.adapters.storage.sealed_files import FolderFiles
from turnout.auditing.joining import at_work as signing
from turnout.auditing.joining import opened_notary
from turnout.city.folder import City, load_city, shipped_city
from turnout.city.retention import read_retention
from turnout.config import SHIPPED, Settings
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.desk.desk import Desk
from turnout.desk.operations import Operations, due_of, ring, timers_of
from turnout.desk.timers import TimerClock
from turnout.device_serving import cut_off_revoked, joined_devices
from turnout.edge.alarms.facts import MIB
from turnout.edge.connections import Connections
from turnout.edge.door_heads import DoorHeads
from turnout.edge.edge import Edge
from turnout.edge.erasing import Erasing
from turnout.edge.health import certificate_warning
from turnout.edge.locating import Locator
from turnout.edge.looking_up import with_record
from turnout.edge.measuring import Measures
from turnout.edge.places import TICK_S, PlacesFeed
from turnout.edge.proof.plan import read_plan
from turnout.edge.recording import Recorder
from turnout.edge.tables_in_force import follow_offset, take_at_start
from turnout.edge.texts import Texts
from turnout.edge.timed_journal import TimedJournal
from turnout.engineering import opened_room
from turnout.joining import OperationsDesk, Parts, is_simulated, joined
from turnout.loading import Loaded, load_ground, load_the_rest
from turnout.noting import opened_door_log, opened_messages
from turnout.providing import provided, scim_of
from turnout.records.incidents import IncidentRecords
from turnout.signalling import joined_corridors, simulated_authority
from turnout.simulation import Simulation
from turnout.storing import Stores, in_files, opened_accounts
from turnout.terminal import greet, say, stop_signal
from turnout.watching import Watching
from turnout.web_server import check_port, web
from turnout.words.later import Later
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)
http_api = Later("turnout.adapters.http.api")

BUILT: Final = Path(__file__).parent / "adapters" / "http" / "built"


async def serve(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C."""
    stop = stop_signal()
    check_port(settings)
    certificate = certificate_of(settings)
    async with AsyncExitStack() as stack:
        city = load_city(settings.city or shipped_city(SHIPPED))
        edge, accounts = await stack.enter_async_context(opened(settings, city))
        authority = joined_devices(edge, accounts.store, settings, folder_of(settings, city))
        if edge.devices is not None:
            in_background(stack, cut_off_revoked(edge, accounts.store))
        assets = Assets(BUILT, city.artefacts.tiles)
        show_tiles(edge, assets, city)
        edge.certificate_expires = certificate.expires if certificate is not None else None
        api = InTime(lambda: http_api.litestar_app(lambda: edge, edge.version))
        await stack.enter_async_context(web(web_app(edge, assets, settings, api), settings, authority))
        greet(settings, city, accounts, assets)
        in_background(stack, load_the_rest(edge, accounts, api.load))
        await stack.enter_async_context(simulated(settings, city, accounts, edge))
        await stop.wait()
        say("Stopping: finishing what was taken.", "正在停止：完成已受理的工作。")
        edge.connections.end_all()
        await asyncio.sleep(CUT_S)


def show_tiles(edge: Edge, assets: Assets, city: City) -> None:
    """The map's tiles are those of the ground in force, and follow it."""
    assets.use_tiles(edge.grounds.tiles_or(city.artefacts.tiles))
    edge.grounds.follow(lambda ready: assets.use_tiles(ready.tiles))


def web_app(edge: Edge, assets: Assets, settings: Settings, api: AnyAsgi) -> WebApp:
    return WebApp(api, assets, SocketDoor(edge), is_tls=settings.is_tls, scim=scim_of(edge, settings))


@asynccontextmanager
async def simulated(settings: Settings, city: City, accounts: Accounts, edge: Edge) -> AsyncIterator[None]:
    """With the simulated city at work, where there is to be one, and its traffic authority."""
    if not is_simulated(settings, city):
        yield
        return
    async with Simulation(settings, accounts, city.folder, edge.counter.allowances).running():
        if edge.corridors is None:
            yield
            return
        async with simulated_authority(edge.counter, edge.corridors):
            yield


def certificate_of(settings: Settings) -> Certificate | None:
    """What the server will show, if it speaks TLS itself; said at once when it ends soon. Raises `Malformed`."""
    if settings.tls_cert is None and settings.tls_key is None:
        return None
    if settings.tls_cert is None or settings.tls_key is None:
        raise Malformed("certificate and key go together", where="--tls-cert, --tls-key", cure="give both or neither")
    certificate = read_certificate(settings.tls_cert, settings.tls_key)
    warning = certificate_warning(certificate.expires, SystemClock().now())
    if warning is not None:
        say(warning.en, warning.zh)
    return certificate


CUT_S: Final = 0.3
"""For consoles to hear that the server stops, before it does."""


def folder_of(settings: Settings, city: City) -> Path:
    """Where this city's files are; made if need be."""
    folder = settings.data / city.catalogue.city
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@asynccontextmanager
async def opened(settings: Settings, city: City) -> AsyncIterator[tuple[Edge, Accounts]]:
    """Everything but the web, in the data folder: the desk at work, and the edge in front of it."""
    folder = folder_of(settings, city)
    async with AsyncExitStack() as stack:
        stack.enter_context(folder_lock(folder))
        stores = await in_files(stack, folder)
        yield await stack.enter_async_context(opened_on(stores, settings, city, load_ground(city)))


@asynccontextmanager
async def opened_on(
    stores: Stores, settings: Settings, city: City, loaded: Loaded
) -> AsyncIterator[tuple[Edge, Accounts]]:
    """The desk at work on these stores, and the edge in front of it."""
    async with AsyncExitStack() as stack:
        parts, desk = await _opened_parts(stack, stores, settings, city, loaded)
        edge = joined(parts)
        provisioning = provided(stack, settings, edge, parts.accounts)
        traced(stack, settings, edge)
        watching = Watching(edge, parts.recorder, parts.accounts, parts.space, parts.folder, settings.alarms)
        if stores.ask_database is not None:
            watching.add_database(stores.ask_database)
        await edge.grounds.restore()
        timers: TimerClock[Board, Command, Event, Refusal] = TimerClock(desk, parts.clock, timers_of, due_of, ring)
        timers.start()
        stack.push_async_callback(timers.stop)
        at_work(stack, edge)
        edge.corridors = joined_corridors(stack, edge.counter, edge.adviser, city, desk, parts.clock.now, edge.texts)
        in_background(stack, edge.corridors.run())
        room = opened_room(edge.counter, parts.records, city.folder, stores.bodies, parts.space, parts.folder)
        edge.signals_room = await stack.enter_async_context(room)
        if provisioning is not None:
            in_background(stack, provisioning.settle())
        in_background(stack, erasing(parts, edge).run())
        in_background(stack, follow_offset(desk, parts.clock.now))
        in_background(stack, watching.run())
        in_background(stack, parts.messages.run())
        in_background(stack, parts.door_log.run())
        in_background(stack, DoorHeads(edge.counter, parts.door_log.store).run())
        plan = read_plan(settings.proof, city.catalogue.city)
        notary = opened_notary(parts.folder, plan, stores.journal, edge.counter, parts.clock.now)
        edge.notary = await stack.enter_async_context(notary)
        parts.desk.listen(edge.notary.hear)
        in_background(stack, signing(edge.notary, parts.space.has_room_for_bulk))
        yield edge, parts.accounts


def traced(stack: AsyncExitStack, settings: Settings, edge: Edge) -> None:
    """With traces, log lines and figures for a collector, where one is named. Raises `Malformed`."""
    if not settings.otlp:
        return
    if not settings.otlp.startswith(("http://", "https://")):
        raise Malformed(f"{settings.otlp!r} is no collector", where="--otlp", cure="http://collector:4318")
    loaded = importlib.import_module("turnout.adapters.otlp.collector")  # a second of loading
    collector = loaded.OtlpCollector(settings.otlp, settings.reached_at)
    stack.callback(collector.close)
    edge.counter.exported = collector
    in_background(stack, collector.read_on(edge))


def erasing(parts: Parts, edge: Edge) -> Erasing:
    """At the end of a term, and whenever the journal says so. Raises `Malformed` for the city's own terms."""
    terms = read_retention(parts.city.folder, parts.city.catalogue)
    stores = parts.records, parts.vault, parts.texts, parts.files
    found = Erasing(edge.counter, *stores, terms, parts.clock.now)
    parts.desk.listen(found.hear)
    return found


def at_work(stack: AsyncExitStack, edge: Edge) -> None:
    """What an edge does by itself, until the stack is closed."""
    stack.push_async_callback(edge.rebuilding.stop)
    if edge.adviser is not None:
        stack.callback(edge.adviser.close)
    if edge.outlook is not None:
        stack.callback(edge.outlook.close)
        in_background(stack, edge.outlook.look_on())
    for work in (edge.lag.watch(), _tick(edge.places), edge.fallback.keep()):
        in_background(stack, work)


def in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Until the stack is closed."""
    stack.push_async_callback(_ended, asyncio.create_task(work))


async def _opened_parts(
    stack: AsyncExitStack, stores: Stores, settings: Settings, city: City, loaded: Loaded
) -> tuple[Parts, OperationsDesk]:
    """The desk on its stores, caught up and with the city's tables in force."""
    clock, folder = SystemClock(), folder_of(settings, city)
    files = FolderFiles(folder / "files", stores.vault)
    stack.callback(files.close)
    locator = copy(loaded.locator)  # a switch of the ground is of this desk alone
    records = IncidentRecords(folder / "records.sqlite", may_set_aside=True)
    stack.callback(records.close)
    store = await opened_accounts(stack, stores, folder)
    measures, space = Measures(), Space(folder, settings.reserve_mib * MIB)
    await asyncio.to_thread(space.look)
    texts = Texts(stores.vault)
    stack.push_async_callback(texts.close)
    desk: OperationsDesk = Desk(
        Operations(texts),
        TimedJournal(stores.journal, measures, space.make_room if stores.epoch is None else None),
        clock,
        snapshots=stores.snapshots,
        enrich=_enrichment(locator, records, texts),
        standing=stores.standing,
    )
    logs = opened_messages(stack, settings, folder, desk, space), opened_door_log(stack, folder, clock.now, space)
    recorder = Recorder(records, stores.journal, Operations(), stores.snapshots, space.has_room_for_bulk)
    stack.push_async_callback(recorder.stop)
    await asyncio.gather(texts.begin(), desk.start(stores.epoch, stores.followed))
    stack.push_async_callback(desk.stop)
    await texts.ready([Operations().encode_board(desk.board)], on_board=True)
    desk.listen(texts.hear)
    is_caught_up = stores.epoch is None and await recorder.catch_up_at_start(desk.seq)
    desk.listen(recorder.hear)
    recorder.start(lambda: desk.seq, behind=not is_caught_up)
    await _take_tables(desk, city, clock)
    connections = Connections()
    accounts = Accounts(
        store,
        clock.now,
        lambda: desk.board.catalogue,
        demo=city.demo,
        origin=settings.public_origin,
        on_end=connections.end_session,
        lock_min=city.lock_min,
        is_live=connections.has,
        two_factors=frozenset(settings.two_factors),
    )
    kept = records, stores.vault, texts, files, accounts
    opened = loaded.roads, loaded.gazetteer, *kept, connections, measures
    return Parts(settings, city, clock, desk, locator, *opened, *logs, space, recorder, folder), desk


async def _take_tables(desk: OperationsDesk, city: City, clock: SystemClock) -> None:
    """The city folder's tables in force, unless they were changed live."""
    if not await take_at_start(desk, city.catalogue, clock.now()):
        say(
            "The city folder has changed, and so were the tables, live. Those stay in force: compare at /admin.",
            "城市文件夹有改动，在线的基础数据也有改动。目前以在线的为准，请在 /admin 比较。",
        )


def _enrichment(locator: Locator, records: IncidentRecords, texts: Texts) -> Callable[[Command, Board], Command]:
    """What the desk adds to a command on its own board: zones of places, and the record of a closed incident."""
    return lambda command, board: with_record(locator.with_zones(command, board, texts.shown_or_fault), board, records)


async def _tick(places: PlacesFeed) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        places.tick()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
