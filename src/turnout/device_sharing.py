"""Terminals' certificates where several processes share a city: one authority, one register, one binding (0227).

The authority is in the database; the register is in the accounts, which every process has a copy of.
"""

import logging
from pathlib import Path
from typing import Final

from turnout.adapters.identity.devices import FOLDER, Authority, Devices, key_bytes, new_authority
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.config import Settings
from turnout.desk.faults import StorageDamaged
from turnout.edge.edge import Edge

log = logging.getLogger(__name__)

OF_A_DESK: Final = ((), ("desk",))
"""Roles of a process that may be the desk."""


async def shared_authority(database: Database, keys: SiteKeys, folder: Path, *, signs: bool) -> Authority:
    """The authority of all servers of the city, its certificate in the process's `folder`; with `signs` also its key,
    in memory alone. Whoever comes first makes it. Raises `StorageFailed`.

    Where the row was altered, the certificate that this process had before goes on, and nothing is issued or renewed.
    """
    kept = PostgresAuthority(database, keys)
    try:
        found = await kept.find()
        if found is None:
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
        authority.take(found.certificate)
    return authority


def door_of(authority: Authority, settings: Settings) -> Path | None:
    """By which certificate terminals are known at their port; None where there is to be none."""
    if not settings.devices_port or not authority.certificate_file.is_file():
        return None
    return authority.certificate_file


def joined_shared_devices(edge: Edge, store: IdentityStore, settings: Settings, authority: Authority) -> Devices:
    """At one of several processes. What the desk binds to terminals is bound at every one of them."""
    edge.devices = known = Devices(store, authority, edge.now)
    if settings.roles in OF_A_DESK:
        store.bind_to_devices(settings.device_only)
    bind_as_the_desk(edge, store, settings)
    return known


def bind_as_the_desk(edge: Edge, store: IdentityStore, settings: Settings) -> None:
    edge.device_only = frozenset(settings.device_only) | store.bound_to_devices()
