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


def check_devices(settings: Settings) -> None:
    """Raises `Malformed` for a door, or a binding to it, that could not be."""
    if settings.proxy_certificates and not settings.proxies:
        raise Malformed("no proxy is named", where="--proxy-certificates", cure="--proxy as well")
    if settings.bound and not (settings.devices_port or settings.proxy_certificates or settings.roles):
        cure = "--devices-port, or --proxy-certificates, as well"
        raise Malformed("nobody could show a certificate", where="--device-only", cure=cure)
    if settings.devices_port and settings.roles and settings.roles != ("edge",):
        raise Malformed("terminals come to an edge", where="--devices-port", cure="--role edge")
    if settings.devices_port and not settings.is_tls:
        raise Malformed("needs TLS", where="--devices-port", cure="--tls-cert and --tls-key")


def joined_devices(edge: Edge, store: IdentityStore, settings: Settings, folder: Path) -> Path | None:
    """The certificate by which terminals are known, where there is a door for them. Raises `Malformed`.

    Behind a proxy that checks certificates terminals are known without a door of their own.
    """
    check_devices(settings)
    if not settings.devices_port and not settings.proxy_certificates:
        return None
    authority = devices.Authority(folder / devices.FOLDER)
    authority.make()
    edge.devices = devices.Devices(store, authority, edge.now)
    edge.device_only = settings.bound
    return authority.certificate_file if settings.devices_port else None


async def cut_off_revoked(edge: Edge, store: IdentityStore) -> None:
    """Until cancelled."""
    seen = store.version()
    while True:
        await asyncio.sleep(REVOKED_LOOK_S)
        if store.version() != seen:
            seen = store.version()
            edge.connections.keep_only(store.open_sessions())
