"""Joining the door for terminals: the authority of their certificates, and cutting off who is revoked."""

import asyncio
from pathlib import Path
from typing import Final

from turnout.adapters.identity.store import IdentityStore
from turnout.config import Settings
from turnout.edge.edge import Edge
from turnout.words.later import Later
from turnout.words.trouble import Malformed

devices = Later("turnout.adapters.identity.devices")

REVOKED_LOOK_S: Final = 0.5
"""How long somebody who was revoked by a command beside the server may still be connected."""


def joined_devices(edge: Edge, store: IdentityStore, settings: Settings, folder: Path) -> Path | None:
    """The certificate by which terminals are known, where there is a door for them. Raises `Malformed`."""
    if settings.device_only and not settings.devices_port:
        raise Malformed("nobody could show a certificate", where="--device-only", cure="--devices-port as well")
    if not settings.devices_port:
        return None
    if not settings.is_tls or settings.database:
        raise Malformed("needs TLS, and files", where="--devices-port", cure="--tls-cert and --tls-key, no --database")
    known = devices.Devices(store, folder / devices.FOLDER, edge.now)
    known.authority.make()
    edge.devices, edge.device_only = known, frozenset(settings.device_only)
    authority: Path = known.authority.certificate_file
    return authority


async def cut_off_revoked(edge: Edge, store: IdentityStore) -> None:
    """Until cancelled."""
    seen = store.version()
    while True:
        await asyncio.sleep(REVOKED_LOOK_S)
        if store.version() != seen:
            seen = store.version()
            edge.connections.keep_only(store.open_sessions())
