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
    """The certificate by which terminals are known, where there is a door for them. Raises `Malformed`.

    Behind a proxy that checks certificates terminals are known without a door of their own.
    """
    refuse_devices_shared(settings)
    if settings.proxy_certificates and not settings.proxies:
        raise Malformed("no proxy is named", where="--proxy-certificates", cure="--proxy as well")
    if not settings.devices_port and not settings.proxy_certificates:
        if settings.device_only:
            cure = "--devices-port, or --proxy-certificates, as well"
            raise Malformed("nobody could show a certificate", where="--device-only", cure=cure)
        return None
    if settings.devices_port and not settings.is_tls:
        raise Malformed("needs TLS", where="--devices-port", cure="--tls-cert and --tls-key")
    known = devices.Devices(store, folder / devices.FOLDER, edge.now)
    known.authority.make()
    edge.devices, edge.device_only = known, frozenset(settings.device_only)
    authority: Path = known.authority.certificate_file
    return authority if settings.devices_port else None


def refuse_devices_shared(settings: Settings) -> None:
    """Several servers have no authority in common yet: none of this may look as if it held. Raises `Malformed`."""
    if settings.database and (settings.devices_port or settings.device_only or settings.proxy_certificates):
        cure = "no --database; or without --devices-port, --device-only and --proxy-certificates"
        raise Malformed("certificates for terminals need files", where="--database", cure=cure)


async def cut_off_revoked(edge: Edge, store: IdentityStore) -> None:
    """Until cancelled."""
    seen = store.version()
    while True:
        await asyncio.sleep(REVOKED_LOOK_S)
        if store.version() != seen:
            seen = store.version()
            edge.connections.keep_only(store.open_sessions())
