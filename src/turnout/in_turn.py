"""`serve --database`: several servers on one PostgreSQL, of which one is the desk and the others stand by.

All are started alike. The web answers from the first second on; while this server is not the desk it says so, with 503.
What takes long is done before: the city is loaded, the web application is made, and the journal is followed, so that
taking over is: the lease, and the rows since the last look. A server that loses the lease, or whose desk has ended,
lets everybody go and stands by again.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from typing import Any, Final

from litestar import Litestar

from turnout.adapters.between.inner_door import InnerDoor
from turnout.adapters.between.nats_line import NatsLine
from turnout.adapters.clock import monotonic_s
from turnout.adapters.http.api import litestar_app
from turnout.adapters.http.assets import Assets
from turnout.adapters.http.standing_by import Gate
from turnout.adapters.identity.accounts import decoy
from turnout.adapters.identity.devices import Authority, Devices
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database, names_standby
from turnout.adapters.storage.postgres.lease import PostgresLease
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.city.folder import City, load_city, shipped_city
from turnout.city.signals import may_have_signals
from turnout.config import SHIPPED, Settings
from turnout.core.board import Board
from turnout.desk.faults import Fault, NotTheDesk, StorageFailed
from turnout.desk.head import Head
from turnout.desk.lease import LeaseKeeper
from turnout.desk.operations import Operations
from turnout.device_serving import check_devices, cut_off_revoked
from turnout.device_sharing import KeptRegister, door_of, joined_shared_devices, shared_authority
from turnout.edge.between import LINK, DeskDoor
from turnout.edge.counter import Simulating
from turnout.edge.edge import Edge
from turnout.edge.shared_places import SharedPlaces, exchanged, take_from_others
from turnout.loading import Loaded, load_ground, load_the_rest, prepare, set_aside_what_stays
from turnout.providing import load as load_what_providers_add
from turnout.serving import (
    BUILT,
    CUT_S,
    certificate_of,
    folder_of,
    in_background,
    opened_on,
    show_tiles,
    simulated,
    web_app,
)
from turnout.storing import Stores
from turnout.storing_shared import following, following_site_key, in_postgres, prepare_postgres
from turnout.telemetry.latest import Fix
from turnout.terminal import greet, say, stop_signal
from turnout.web_server import check_port, web
from turnout.words.trouble import Malformed

log = logging.getLogger(__name__)

ENDED_LOOK_S: Final = 0.2
"""How often it is looked at whether the desk still stands."""

AGAIN_S: Final = 0.5
"""After a takeover that failed: the database may have gone in the middle of it."""


HANDED_OVER_S: Final = 5.0
"""A desk that was asked to hand over leaves the lease to others for so long; if nobody wants it, it goes on."""


class Inside:
    """Whose edge the web application asks: nobody's while another server is the desk."""

    def __init__(self) -> None:
        self.edge: Edge | None = None

    def found(self) -> Edge:
        if self.edge is None:
            raise NotTheDesk("no desk is behind this door")
        return self.edge

    def leave(self) -> None:
        self.edge = None


@dataclass(frozen=True)
class Server:
    """One of the city's servers, as it is whether it is the desk or not."""

    settings: Settings
    city: City
    database: Database
    site_keys: SiteKeys
    loaded: Loaded
    assets: Assets
    gate: Gate
    inside: Inside
    api: Litestar
    between: PostgresBetween
    key: bytes
    """The city's, for its inner door."""
    authority: Authority
    """Of terminals' certificates."""
    handing_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_public(self) -> bool:
        """Whether people and programs come here, or only the city's other processes."""
        return not self.settings.roles


async def serve_in_turn(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C: stand by, be the desk, stand by."""
    stop = stop_signal()
    check_devices(settings)
    check_port(settings)
    certificate_of(settings)
    city = load_city(settings.city or shipped_city(SHIPPED))
    folder, database = folder_of(settings, city), Database(settings.database, Operations.stream)
    async with AsyncExitStack() as stack:
        stack.enter_context(folder_lock(folder))
        try:
            await prepare_postgres(database, folder)
            site_keys = await following_site_key(stack, database, folder)
            authority = await shared_authority(database, site_keys, folder, signs=True)
            if not await names_standby(database):
                say(
                    "The database names no synchronous standby: what is acknowledged is on one machine only.",
                    "数据库未设置同步备用服务器：已确认的内容只保存在一台机器上。",
                )
        except StorageFailed as fault:
            raise Malformed(str(fault), where="--database", cure="see the operators' manual") from fault
        between = PostgresBetween(database)
        stack.push_async_callback(between.close)
        server = _made_ready(settings, city, database, site_keys, between, await between.key(), authority)
        lease = PostgresLease(database)
        stack.push_async_callback(lease.close)
        await stack.enter_async_context(web(server.gate, settings, door_of(authority, settings)))
        holder = f"{socket.gethostname()}/{settings.port}/{secrets.token_hex(4)}"
        while not stop.is_set():
            say("Standing by for the desk.", "待命中：准备接任指挥台。")
            keeper = LeaseKeeper(lease, holder, monotonic_s)
            async with following(database) as follower:
                epoch = await _either(stop, keeper.take())
            if epoch is None:
                break
            try:
                await _be_the_desk(server, keeper, epoch, follower.head, stop)
            except Fault as fault:
                log.error("the desk could not be taken over: %s", fault)
                await asyncio.sleep(AGAIN_S)
            if server.handing_over.is_set():
                server.handing_over.clear()
                say("Handed over; others may take the desk.", "已移交，其他服务器可接任指挥台。")
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), HANDED_OVER_S)


def _made_ready(
    settings: Settings,
    city: City,
    database: Database,
    site_keys: SiteKeys,
    between: PostgresBetween,
    key: bytes,
    authority: Authority,
) -> Server:
    """Everything that does not hang on who is the desk, before anybody waits for it."""
    loaded, assets, inside = load_ground(city), Assets(BUILT, city.artefacts.tiles), Inside()
    if settings.roles == ("desk",) and not may_have_signals(city.folder):
        loaded = replace(loaded, roads=None)  # advice is the edges'; only corridors are run here (decision 0258)
    api = litestar_app(inside.found, version("turnout"))
    decoy()
    load_what_providers_add(settings)
    prepare(loaded.gazetteer)
    set_aside_what_stays()
    return Server(settings, city, database, site_keys, loaded, assets, Gate(), inside, api, between, key, authority)


async def _either(stop: asyncio.Event, taking: Coroutine[Any, Any, int]) -> int | None:
    """The epoch, or None when the server is to stop before there is one."""
    taken, stopping = asyncio.create_task(taking), asyncio.create_task(stop.wait())
    await asyncio.wait([taken, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (taken, stopping):
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    return None if taken.cancelled() else taken.result()


async def _be_the_desk(
    server: Server, keeper: LeaseKeeper, epoch: int, followed: Head[Board] | None, stop: asyncio.Event
) -> None:
    """From the lease until it is lost, the desk has ended, or the server is to stop. The lease is let go last."""
    settings, city, gate = server.settings, server.city, server.gate
    async with AsyncExitStack() as stack:
        stack.push_async_callback(keeper.release)
        stores = await in_postgres(stack, server.database, server.site_keys, keeper, epoch, followed)
        edge, accounts = await stack.enter_async_context(opened_on(stores, settings, city, server.loaded))
        certificate = certificate_of(settings)
        edge.certificate_expires = certificate.expires if certificate is not None else None
        register = joined_shared_devices(edge, accounts.store, settings, server.authority)
        in_background(stack, cut_off_revoked(edge, accounts.store))
        show_tiles(edge, server.assets, city)
        server.inside.edge = edge
        stack.callback(server.inside.leave)
        shared = SharedPlaces()
        _joined_nats(stack, server, edge, shared)
        gate.open(_door(server, stores, edge, shared, register))
        stack.callback(gate.close)
        await server.between.announce(epoch, DeskDoor(settings.reached_at, LINK))
        set_aside_what_stays()
        greet(settings, city, accounts, server.assets)
        in_background(stack, load_the_rest(edge, accounts))
        await stack.enter_async_context(simulated(settings, city, accounts, edge))
        await _until_over(server, stop, keeper, edge)
        gate.close()
        say("No longer the desk: finishing what was taken.", "不再担任指挥台：完成已受理的工作。")
        edge.connections.end_all()
        await asyncio.sleep(CUT_S)


def _joined_nats(stack: AsyncExitStack, server: Server, edge: Edge, shared: SharedPlaces) -> None:
    """What is durable, and what places are heard, to whom it concerns; by NATS at once, where there is one."""
    edge.share = lambda fixes: shared.note(fixes, shared.life)
    if not server.settings.nats:
        return
    city = server.city.catalogue.city
    line = NatsLine(
        server.settings.nats, city, server.key, shared.life, on_places=partial(take_from_others, edge, shared)
    )
    stack.push_async_callback(line.stop)

    def share(fixes: Sequence[Fix]) -> None:
        shared.note(fixes, shared.life)
        line.publish_places(fixes)

    edge.share = share
    edge.counter.desk.listen(lambda told: line.publish_rows(told.rows, told.seq))
    line.start()


def _door(server: Server, stores: Stores, edge: Edge, shared: SharedPlaces, register: Devices) -> InnerDoor:
    """What answers while this is the desk: the application, and the inner door before it."""
    accounts = stores.accounts
    assert accounts is not None, "with a database the accounts are kept in it"
    return InnerDoor(
        web_app(edge, server.assets, server.settings, server.api),
        server.key,
        public=server.is_public,
        desk=Simulating(edge.counter),
        places=lambda said: exchanged(edge, shared, said),
        hand_over=server.handing_over.set,
        devices=KeptRegister(register, accounts.keep).answer,
        keep_accounts=accounts.keep_now,
    )


async def _until_over(server: Server, stop: asyncio.Event, keeper: LeaseKeeper, edge: Edge) -> None:
    """A desk that has ended for good must not keep the lease: another can start from the journal."""
    over = (stop, keeper.lost, server.handing_over)
    while not (any(event.is_set() for event in over) or edge.desk_health().has_ended):
        await asyncio.sleep(ENDED_LOOK_S)
