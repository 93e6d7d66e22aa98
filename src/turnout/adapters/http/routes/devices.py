"""Terminals with certificates: listed and revoked by an administrator, renewed by themselves."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.params import FromPath, JSONBody

from turnout.adapters.http.door import TheEdge, Who, want, want_proof
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.routes.accounts import taken
from turnout.edge.answers import declined_by_door
from turnout.edge.at_device import certificate_of
from turnout.edge.between import CSR_BYTES_MAX
from turnout.edge.identities import CertificateGiven, Device, IdentityRefusal

Asked = Request[Any, Any, Any]


class RenewalAsked(msgspec.Struct, frozen=True):
    """A request for a certificate (PKCS #10, PEM) for a new key of the terminal's."""

    csr: Annotated[str, msgspec.Meta(max_length=CSR_BYTES_MAX)]


@get("/devices")
async def list_devices(who: Who, edge: TheEdge) -> list[Device]:
    """Every terminal that was ever given a certificate; `revoked` 0: it may be used."""
    want(who, "admin")
    return edge.devices.list() if edge.devices is not None else []


@delete("/devices/{device:str}", status_code=204)
async def revoke_device(device: FromPath[str], who: Who, edge: TheEdge) -> None:
    """Revoke a terminal's certificates, by its identity or name: at once, also where it is connected."""
    want(who, "admin")
    want_proof(who, edge)
    taken(await edge.access.revoke_device(who, edge.devices, device))


@post("/devices/renew", status_code=200, opt={"open": True})
async def renew(data: JSONBody[RenewalAsked], edge: TheEdge, request: Asked) -> CertificateGiven:
    """Another certificate for the terminal whose good one this connection has shown, once half of its time is over."""
    certificate = certificate_of(request.scope)
    if not certificate or edge.devices is None:
        raise no("device-needed")
    given = edge.devices.renew_for(certificate, data.csr.encode())
    if isinstance(given, IdentityRefusal):
        raise NotTaken(declined_by_door(given))
    return given


ROUTES = [list_devices, revoke_device, renew]
