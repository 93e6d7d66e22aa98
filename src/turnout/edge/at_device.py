"""From which terminal somebody asks, and who may ask from a known terminal only (functions 18.5, ASVS 5.0 chapter 12).

An operator says which roles and scopes are bound (`serve --device-only`). A certificate is believed from the connection
alone, from a proxy of which the operator says that it checks them, or from an edge of the city that passes a request
on; one that is revoked is worse than none.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from turnout.desk.access import Principal
from turnout.edge.edge import Edge

CERTIFICATE: Final = "turnout.certificate"
"""In the `state` of an ASGI scope (DER), put there by adapters/device_door.py, or for a proxy by http/proxies.py,
and of what an edge passes on by between/inner_door.py."""


NONES: Final = b"-"
"""In the place of a certificate: worse than none, as one that is revoked."""


def certificate_of(scope: Mapping[str, Any]) -> bytes:
    """What the connection has shown; empty where it was not asked for one."""
    return bytes((scope.get("state") or {}).get(CERTIFICATE) or b"")


def at_device(edge: Edge, who: Principal, scope: Mapping[str, Any]) -> Principal:
    """The same, at the terminal that the connection proves; where one is needed and lacks, that is said of it."""
    certificate = certificate_of(scope)
    device = edge.devices.find(certificate) if certificate and edge.devices is not None else None
    if device is not None:
        ends = min(who.expires, device.expires) if who.expires else device.expires
        return replace(who, device=device.id, expires=ends)
    lacks = bool(certificate) or is_bound(who, edge.device_only)
    return replace(who, lacks_device=True) if lacks else who


def is_bound(who: Principal, bound: frozenset[str]) -> bool:
    """Whether one of its roles or, of a program, one of its scopes is bound to known terminals."""
    held = {scope.partition(":")[0] for scope in who.scopes} if who.kind == "program" else set(who.actor.roles)
    return bool(held & bound)
