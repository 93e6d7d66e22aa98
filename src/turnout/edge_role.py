"""`turnout up --role edge` and `--role worker`: everything that serves people, over a desk that is another process.

The board is kept in step with the journal, commands go to the desk, accounts are a copy. An edge serves people and
programs; a worker is the same behind the inner door, for what edges pass on to it. If what was followed turns out never
to have been, everything that was made of it is closed and begun again.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from copy import copy
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
from litestar import Litestar

from turnout.adapters.between.desk_line import DeskLine, client_for, trusted
from turnout.adapters.between.inner_door import InnerDoor
from turnout.adapters.between.nats_line import NatsLine
from turnout.adapters.between.passing_on import PassingOn, Standing
from turnout.adapters.clock import SystemClock
from turnout.adapters.http.api import litestar_app
from turnout.adapters.http.assets import Assets
from turnout.adapters.http.standing_by import Asgi, Gate, Scope, say_no
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.devices import Authority
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.reserve import Space
from turnout.adapters.storage.sealed_files import FolderFiles
from turnout.city.folder import City, load_city, shipped_city
from turnout.config import SHIPPED, Settings
from turnout.desk.faults import Fault, StorageFailed
from turnout.desk.followed import FollowedDesk
from turnout.desk.operations import Operations
from turnout.device_serving import check_devices
from turnout.device_sharing import bind_as_the_desk, door_of, joined_shared_devices, shared_authority
from turnout.edge import cookies
from turnout.edge.at_device import certificate_of as shown_certificate
from turnout.edge.connections import Connections
from turnout.edge.counter import as_sent
from turnout.edge.edge import Edge
from turnout.edge.identities import KnownDevices
from turnout.edge.measuring import Measures
from turnout.edge.recording import Recorder
from turnout.edge.shared_places import SharedPlaces, take_from_others
from turnout.edge.texts import Texts
from turnout.in_turn import Inside
from turnout.joining import FollowedOperations, Parts, joined
from turnout.loading import Loaded, load_ground, prepare, set_aside_what_stays
from turnout.noting import opened_door_log, opened_messages
from turnout.records.incidents import IncidentRecords
from turnout.serving import (
    BUILT,
    CUT_S,
    at_work,
    certificate_of,
    folder_of,
    in_background,
    show_tiles,
    traced,
    web_app,
)
from turnout.storing import ACCOUNTS
from turnout.storing_shared import CopiedAccounts, following_site_key, prepare_postgres
from turnout.telemetry.latest import Fix
from turnout.terminal import say, stop_signal
from turnout.watching import Watching
from turnout.web_server import check_port, web
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

LOOK_S: Final = 0.1
AGAIN_S: Final = 1.0
"""Between two attempts to begin: without the database, or with rows that this program cannot read."""

EXCHANGE_EVERY_S: Final = 0.5
"""How old the place of a unit may be that another process has heard, where nothing faster carries it."""

RECORDS: Final = "records.sqlite"


@dataclass(frozen=True)
class Process:
    """What does not hang on the board. `folder` is this process's own; the site keys are the machine's."""

    settings: Settings
    role: str
    city: City
    loaded: Loaded
    database: Database
    folder: Path
    site_keys: SiteKeys
    line: DeskLine
    key: bytes
    authority: Authority
    gate: Gate
    assets: Assets
    inside: Inside
    api: Litestar


async def serve_edge(settings: Settings, role: str) -> None:
    """Until SIGTERM or Ctrl-C. Raises `Malformed` for settings that cannot be."""
    stop = stop_signal()
    check_devices(settings)
    check_port(settings)
    certificate_of(settings)
    city = load_city(settings.city or shipped_city(SHIPPED))
    own = msgspec.structs.replace(settings, data=settings.data / f"{role}-{settings.port}", simulation=False)
    folder, database = folder_of(own, city), Database(settings.database, Operations.stream)
    machine = folder_of(settings, city)
    async with AsyncExitStack() as stack:
        stack.enter_context(folder_lock(folder))
        between = PostgresBetween(database)
        stack.push_async_callback(between.close)
        try:
            await prepare_postgres(database, machine)
            site_keys = await following_site_key(stack, database, machine)
            key = await between.key()
            authority = await shared_authority(database, site_keys, folder, signs=False)
        except StorageFailed as fault:
            raise Malformed(str(fault), where="--database", cure="see the operators' manual") from fault
        client = await stack.enter_async_context(client_for(key, trusted(settings.trust)))
        line = DeskLine(between.find_door, client)
        process = _made_ready(own, role, city, database, folder, site_keys, line, key, authority)
        await stack.enter_async_context(web(process.gate, settings, door_of(authority, settings)))
        say(
            f"This is {ROLE_EN[role]} of {city.catalogue.name.en}.",
            f"本进程担任{ROLE_ZH[role]}（{city.catalogue.name.zh}）。",
        )
        while not stop.is_set():
            try:
                await _serve_once(process, stop)
            except Fault as fault:
                log.error("the board cannot be had: %s", fault)
            if not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), AGAIN_S)


ROLE_EN: Final = {"edge": "an edge", "worker": "a worker"}
ROLE_ZH: Final = {"edge": "接入端", "worker": "后台处理"}


def _made_ready(
    own: Settings,
    role: str,
    city: City,
    database: Database,
    folder: Path,
    site_keys: SiteKeys,
    line: DeskLine,
    key: bytes,
    authority: Authority,
) -> Process:
    assets, inside = Assets(BUILT, city.artefacts.tiles), Inside()
    api = litestar_app(inside.found, version("turnout"))

    loaded = load_ground(city)
    prepare(loaded.gazetteer)
    set_aside_what_stays()
    return Process(
        own, role, city, loaded, database, folder, site_keys, line, key, authority, Gate(), assets, inside, api
    )


async def _serve_once(process: Process, stop: asyncio.Event) -> None:
    """From a board until the process is to stop, or the board turns out to be none. Raises a `Fault`."""
    async with AsyncExitStack() as stack:
        desk = await _followed(stack, process, stop)
        if desk is None:
            return
        edge, app = await _opened(stack, process, desk)
        process.inside.edge = edge
        stack.callback(process.inside.leave)
        process.gate.open(app)
        stack.callback(process.gate.close)
        set_aside_what_stays()
        while not (stop.is_set() or desk.over.is_set()):
            await asyncio.sleep(LOOK_S)
        process.gate.close()
        edge.connections.end_all()
        await asyncio.sleep(CUT_S)
    if desk.over.is_set():
        for name in (RECORDS, f"{RECORDS}-wal", f"{RECORDS}-shm"):
            (process.folder / name).unlink(missing_ok=True)


async def _followed(stack: AsyncExitStack, process: Process, stop: asyncio.Event) -> FollowedOperations | None:
    """The board, once there are tables on it: before the city's first desk there is nothing to serve."""
    journal, snapshots = PostgresJournal(process.database, Operations.stream), PostgresSnapshots(process.database)
    stack.push_async_callback(journal.close)
    stack.push_async_callback(snapshots.close)
    desk: FollowedOperations = FollowedDesk(Operations(), journal, snapshots, process.line)
    await desk.start()
    desk.follow()
    stack.push_async_callback(desk.stop)
    while desk.board.catalogue is None:
        if stop.is_set() or desk.over.is_set():
            return None
        await asyncio.sleep(LOOK_S)
    return desk


async def _opened(stack: AsyncExitStack, process: Process, desk: FollowedOperations) -> tuple[Edge, Asgi]:
    """The edge in front of the followed desk, and what answers for it."""
    settings, clock, folder, loaded = process.settings, SystemClock(), process.folder, process.loaded
    vault = PostgresVault(process.database, process.site_keys)
    stack.push_async_callback(vault.close)
    await vault.prepare(process.database)
    texts = desk.keys = Texts(vault)
    desk.listen(texts.hear)  # first: what is erased while the keys come is erased here too
    await texts.ready([Operations().encode_board(desk.board)], neighbours=True, on_board=True)
    files = FolderFiles(folder / "files", vault)
    stack.callback(files.close)
    space = Space(folder, 0)
    await asyncio.to_thread(space.look)
    records, recorder = _recorded(stack, process, desk, space)
    connections = Connections()
    store = IdentityStore(folder / ACCOUNTS)
    stack.callback(store.close)
    accounts = Accounts(
        store,
        clock.now,
        lambda: desk.board.catalogue,
        demo=process.city.demo,
        origin=settings.public_origin,
        on_end=connections.end_session,
        lock_min=process.city.lock_min,
        is_live=connections.has,
        two_factors=frozenset(settings.two_factors),
    )
    messages = opened_messages(stack, settings, folder, desk, space)
    door_log = opened_door_log(stack, folder, clock.now, space)
    kept = records, vault, texts, files, accounts
    rest = loaded.roads, loaded.gazetteer, *kept, connections, Measures(), messages, door_log
    edge = joined(Parts(settings, process.city, clock, desk, copy(loaded.locator), *rest, space, recorder, folder))
    traced(stack, settings, edge)
    watching = Watching(edge, recorder, accounts, space, folder, settings.alarms)
    await edge.grounds.restore()
    certificate = certificate_of(settings)
    edge.certificate_expires = certificate.expires if certificate is not None else None
    show_tiles(edge, process.assets, process.city)
    at_work(stack, edge)
    in_background(stack, watching.run())
    in_background(stack, messages.run())
    in_background(stack, door_log.run())
    joined_shared_devices(edge, store, settings, process.authority)
    kept_by_desk = PostgresKept(process.database)
    stack.push_async_callback(kept_by_desk.close)
    edge.counter.simulated = as_sent
    copied = await _copied(stack, kept_by_desk, store, edge, settings)
    shared = SharedPlaces()
    _shares(stack, process, edge, desk, shared)
    in_background(stack, _exchange(process.line, edge, shared))
    passing = PassingOn(
        web_app(edge, process.assets, settings, process.api),
        process.line,
        say_no,
        standing=lambda scope: standing_of(accounts, edge.devices, scope),
        refresh=copied.refresh,
        worker=settings.worker,
    )
    return edge, passing if process.role == "edge" else InnerDoor(passing, process.key, public=False)


def _shares(
    stack: AsyncExitStack, process: Process, edge: Edge, desk: FollowedOperations, shared: SharedPlaces
) -> None:
    """Places heard here are kept for the exchange; with NATS they are published, and rows and places heard."""
    settings = process.settings
    line = NatsLine(
        settings.nats,
        process.city.catalogue.city,
        process.key,
        shared.life,
        on_rows=desk.hear,
        on_poke=desk.look_soon,
        on_places=partial(take_from_others, edge, shared),
    )

    def share(fixes: Sequence[Fix]) -> None:
        shared.note(fixes, shared.life)
        line.publish_places(fixes)

    edge.share = share
    if settings.nats:
        stack.push_async_callback(line.stop)
        line.start()


def _recorded(
    stack: AsyncExitStack, process: Process, desk: FollowedOperations, space: Space
) -> tuple[IncidentRecords, Recorder]:
    """Records of this process's own, caught up from the journal while it already serves."""
    records = IncidentRecords(process.folder / RECORDS, may_set_aside=True)
    stack.callback(records.close)
    journal, snapshots = PostgresJournal(process.database, Operations.stream), PostgresSnapshots(process.database)
    stack.push_async_callback(journal.close)
    stack.push_async_callback(snapshots.close)
    recorder = Recorder(records, journal, Operations(), snapshots, space.has_room_for_bulk)
    stack.push_async_callback(recorder.stop)
    desk.listen(recorder.hear)
    recorder.start(lambda: desk.seq, behind=True)
    return records, recorder


async def _copied(
    stack: AsyncExitStack, kept: PostgresKept, store: IdentityStore, edge: Edge, settings: Settings
) -> CopiedAccounts:
    """The copy of the accounts, and its following: who was signed off or revoked elsewhere is cut off here."""

    def changed() -> None:
        bind_as_the_desk(edge, store, settings)
        edge.connections.keep_only(store.open_sessions())

    copied = CopiedAccounts(kept, store, changed)
    await copied.refresh()
    in_background(stack, copied.follow())
    return copied


def standing_of(accounts: Accounts, devices: KnownDevices | None, scope: Scope) -> Standing:
    """How the session or token stands that this request shows; one that shows nothing need not be looked for.

    A terminal's certificate that is not known here may have been issued a moment ago.
    """
    certificate = shown_certificate(scope)
    is_new = bool(certificate) and devices is not None and devices.find(certificate) is None
    found = _standing_of(accounts, scope)
    return "unknown" if found == "open" and is_new else found


def _standing_of(accounts: Accounts, scope: Scope) -> Standing:
    headers = {bytes(name).lower(): bytes(value).decode("latin-1") for name, value in scope["headers"]}
    bearer = headers.get(b"authorization", "").removeprefix("Bearer ").strip()
    if bearer:
        return "unknown" if accounts.find_token(bearer) is None else "open"
    secret = cookies.find(headers.get(b"cookie", ""), cookies.SESSION, str(scope.get("scheme", "http")))
    if not secret:
        return "open"
    found = accounts.find_session(secret)
    return "unknown" if found is None else "locked" if found.locked else "open"


async def _exchange(line: DeskLine, edge: Edge, shared: SharedPlaces) -> None:
    """Places for places with the desk, until cancelled. What could not be said is said again."""
    own = others = 0
    life = ""
    while True:
        await asyncio.sleep(EXCHANGE_EVERY_S)
        upto, said = shared.said(own, others)
        try:
            heard = await line.exchange(said)
        except Fault as fault:
            log.info("no places exchanged: %s", fault)
            continue
        if heard.life != life:  # another desk: it knows nothing of what was said, and counts from the beginning
            is_first, life = own == others == 0, heard.life
            own = others = 0
            if not is_first:
                continue
        own, others = upto, heard.upto
        take_from_others(edge, shared, heard.fixes, heard.life)
