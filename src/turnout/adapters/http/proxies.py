"""Who asks when a proxy stands before the server: what it says in `X-Forwarded-For` and `X-Forwarded-Proto` is believed
of the proxies that the operator has named (`--proxy`), and of nobody else, who could write there what they like. With
`--proxy-certificates` they also say which certificate a terminal has shown them (`Client-Cert`, RFC 9440): a separate
word of the operator, because a proxy that does not take the header out of what comes in would let anybody show
anybody's, and a certificate is no secret.

What came over a network in the clear is not answered (OWASP ASVS 5.0, 12.2.1): neither where a named proxy says so, nor
where somebody goes round the proxy to a server that listens behind it without TLS.
"""

import base64
import binascii
import ipaddress
from collections.abc import Sequence
from typing import Any, Final

from turnout.adapters.http.app import AnyAsgi, Scope
from turnout.edge.at_device import CERTIFICATE, NONES
from turnout.words.encrypted import is_of_this_machine
from turnout.words.later import Later
from turnout.words.trouble import Malformed

standing_by = Later("turnout.adapters.http.standing_by")

HOPS_MAX: Final = 16
"""Proxies one behind the other; what stands further to the left was written by whoever asks."""

CERTIFICATE_BYTES_MAX: Final = 16 * 1024
"""Of the header: one of ours has 800; uvicorn and granian let no longer headers through than some tens of kilobytes."""

SAID_BY: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""Of a socket some proxies say the socket's own scheme (Traefik)."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_proxies(named: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks of proxies. Raises `Malformed`, also for one that would be everybody."""
    return tuple(_network(text) for text in named)


def _network(text: str) -> Network:
    try:
        found = ipaddress.ip_network(text)
    except ValueError as trouble:
        raise Malformed(
            str(trouble), where="--proxy", cure="an address or a network: 10.0.0.7, 10.0.0.0/24"
        ) from trouble
    if found.prefixlen == 0:
        raise Malformed(f"{text} is everybody", where="--proxy", cure="the proxies alone")
    return found


class BehindProxies:
    """Before everything else that is served: what comes after it sees the asker, however many proxies there were."""

    def __init__(
        self, app: AnyAsgi, proxies: tuple[Network, ...], *, certificates: bool = False, unencrypted: bool = False
    ) -> None:
        """`unencrypted`: the operator vouches for the network."""
        self._app, self._proxies = app, proxies
        self._certificates, self._unencrypted = certificates, unencrypted

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        asked = as_asked(scope, self._proxies, certificates=self._certificates)
        if self._unencrypted or not came_in_the_clear(scope, asked, self._proxies):
            await self._app(asked, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await standing_by.say_no(asked, send, "tls-needed")


def came_in_the_clear(scope: Scope, asked: Scope, proxies: tuple[Network, ...]) -> bool:
    """Whether the request, `asked` behind the proxies, crossed a network without TLS. What a proxy on the way says
    nothing of is the proxy's own look at whether the server lives."""
    client = scope.get("client")
    if scope["type"] not in ("http", "websocket") or not client or asked.get("scheme") in ("https", "wss"):
        return False
    peer = str(client[0])
    if _is_one(peer, proxies):
        return bool(_listed(scope, b"x-forwarded-proto"))
    return not is_of_this_machine(peer)


def as_asked(scope: Scope, proxies: tuple[Network, ...], *, certificates: bool = False) -> Scope:
    """The request as it was before the named proxies: the asker's address, the scheme it came by, and with
    `certificates` what the asker's terminal has shown."""
    client = scope.get("client")
    if not proxies or not client or not _is_one(str(client[0]), proxies):
        return scope
    inside = {**scope, "client": (_asker(str(client[0]), _listed(scope, b"x-forwarded-for"), proxies), 0)}
    said = _listed(scope, b"x-forwarded-proto")
    scheme = SAID_BY.get(said[-1].lower()) if said else None
    if scheme is not None:
        inside["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")
    shown = [bytes(value) for key, value in scope["headers"] if bytes(key).lower() == b"client-cert"]
    if certificates and shown:
        inside["state"] = {**(scope.get("state") or {}), CERTIFICATE: _certificate(shown)}
    return inside


def _certificate(shown: list[bytes]) -> bytes:
    """DER, of one byte sequence between colons (RFC 9440, 2.2; RFC 8941, 3.3.5). What is none is nobody's."""
    body = shown[0].strip()
    if len(shown) > 1 or len(body) > CERTIFICATE_BYTES_MAX or not (body.startswith(b":") and body.endswith(b":")):
        return NONES
    try:
        return base64.b64decode(body[1:-1], validate=True) or NONES
    except binascii.Error:
        return NONES


def _asker(nearest: str, hops: list[str], proxies: tuple[Network, ...]) -> str:
    """From the right, the first that is no named proxy. Where what a proxy says is no address: that proxy."""
    for hop in reversed(hops[-HOPS_MAX:]):
        address = _address(hop)
        if not address:
            return nearest
        nearest = address
        if not _is_one(address, proxies):
            return nearest
    return nearest


def _address(hop: str) -> str:
    """Without the port that some proxies add; empty where it is no address."""
    text = hop.rpartition(":")[0] if hop.count(":") == 1 else hop
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _is_one(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((inner or found) in network for network in proxies)


def _listed(scope: Scope, name: bytes) -> list[str]:
    """The values of a header that may come several times, each with several (RFC 9110, 5.3)."""
    found = (bytes(value).decode("latin-1") for key, value in scope["headers"] if bytes(key).lower() == name)
    return [one.strip() for text in found for one in text.split(",") if one.strip()]
