"""Terminals' certificates where several processes share a city: one authority, one register, one binding (0227).

The authority is in the database; the register is in the accounts, which every process has a copy of.
"""

import asyncio
import logging
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from turnout.adapters.clock import SystemClock
from turnout.adapters.identity.devices import FOLDER, Authority, Devices, key_bytes, new_authority
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.config import UNBOUND, Settings
from turnout.desk.faults import StorageDamaged, StorageFailed
from turnout.edge.between import DevicesAsked, DevicesSaid
from turnout.edge.edge import Edge
from turnout.storing import ACCOUNTS

log = logging.getLogger(__name__)

OF_A_DESK: Final = ((), ("desk",))
"""Roles of a process that may be the desk."""

ROW_IS_GONE: Final = (
    "the authority of terminals' certificates is not in the database, and %s terminals have certificates: no other is"
    " made, none is issued or renewed, and they go on where the authority's certificate lies. Put the row back from a"
    " backup; or revoke all of them (turnout devices revoke --all) and start the processes anew"
)
THE_FORMER: Final = "terminals with certificates of the former are not known any more, and have to be issued anew"
NO_DOOR: Final = "the authority's certificate could not be had. Mend that, and start this process anew"


async def shared_authority(database: Database, keys: SiteKeys, folder: Path, *, signs: bool) -> Authority:
    """The authority of all servers of the city, its certificate in the process's `folder`; with `signs` also its key,
    in memory alone. Whoever comes first makes it, where no terminal has a good certificate. Raises `StorageFailed`.

    Where the row was altered or removed, the certificate that this process had before goes on, and nothing is issued or
    renewed.
    """
    kept = PostgresAuthority(database, keys)
    try:
        found = await kept.find()
        if found is None and (out := await _certificates_out(database, folder / ACCOUNTS)):
            log.error(ROW_IS_GONE, out)
        elif found is None:
            certificate, key = new_authority()
            await kept.keep(KeptAuthority(certificate, key_bytes(key)))
            found = await kept.find()
    except StorageDamaged as damage:
        log.error("the authority of terminals' certificates: %s; none is issued or renewed", damage)
        found = None
    finally:
        await kept.close()
    authority = Authority(folder / FOLDER, found.key if found is not None and signs else b"")
    if found is not None:
        _say_if_another(authority, found.certificate)
        authority.take(found.certificate)
    return authority


def _say_if_another(authority: Authority, certificate: bytes) -> None:
    held = authority.certificate_file
    if held.is_file() and held.read_bytes() != certificate:
        log.error("%s", f"the city has another authority of terminals' certificates than {held}: {THE_FORMER}")


async def _certificates_out(database: Database, own: Path) -> int:
    """How many terminals have a good certificate, as the desk has kept the accounts; before the first desk, by this
    process's own file. Raises `StorageFailed`."""
    kept = PostgresKept(database)
    try:
        body = await kept.find(ACCOUNTS)
    finally:
        await kept.close()
    if body is None and not own.is_file():
        return 0
    return await asyncio.to_thread(_count_good, body, own)


def _count_good(body: bytes | None, own: Path) -> int:
    now = SystemClock().now()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="turnout-") as folder,
            closing(IdentityStore(own if body is None else Path(folder) / ACCOUNTS)) as store,
        ):
            if body is not None:
                store.take_image(body)
            return sum(not one.revoked and one.expires > now for one in store.list_devices())
    except (sqlite3.Error, OSError, StorageFailed) as trouble:
        raise StorageDamaged(f"the register of terminals cannot be read: {trouble}") from trouble


def door_of(authority: Authority, settings: Settings) -> Path | None:
    """By which certificate terminals are known at their port; None where there is to be none."""
    if not settings.devices_port:
        return None
    if not authority.certificate_file.is_file():
        log.error("the port %s for terminals is not opened: %s", settings.devices_port, NO_DOOR)
        return None
    return authority.certificate_file


def joined_shared_devices(edge: Edge, store: IdentityStore, settings: Settings, authority: Authority) -> Devices:
    """At one of several processes. What the desk binds to terminals is bound at every one of them."""
    edge.devices = known = Devices(store, authority, edge.now)
    if settings.roles in OF_A_DESK:
        _bind_for_all(store, settings)
    bind_as_the_desk(edge, store, settings)
    return known


def bind_as_the_desk(edge: Edge, store: IdentityStore, settings: Settings) -> None:
    edge.device_only = settings.bound | store.bound_to_devices()


def _bind_for_all(store: IdentityStore, settings: Settings) -> None:
    """What the desks before have bound stays bound, unless this one is told `none`."""
    before, named = store.bound_to_devices(), settings.bound
    after = named if UNBOUND in settings.device_only else named | before
    if before - after:
        log.warning("no longer for known terminals only, by --device-only none: %s", ", ".join(sorted(before - after)))
    if kept := (before & after) - named:
        log.warning(
            "for known terminals only, as a desk before was told, until one is told --device-only none: %s",
            ", ".join(sorted(kept)),
        )
    store.bind_to_devices(sorted(after))


class KeptRegister:
    """What an operator asks of the register, and the accounts kept before the answer."""

    def __init__(self, register: Devices, keep: Callable[[], Awaitable[None]]) -> None:
        """`keep` raises a `Fault` where it did not."""
        self._register, self._keep = register, keep

    async def answer(self, asked: DevicesAsked) -> DevicesSaid:
        """Raises a `Fault`: what was issued is taken back, and what was revoked stays so and is kept when it can be."""
        said = self._register.answer(asked)
        if asked.act == "list" or (asked.act == "issue" and said.refusal is not None):
            return said
        kept = False
        try:
            await self._keep()
            kept = True
        finally:
            if asked.act == "issue" and not kept:
                self._register.take_back(said.id)
        return said
