"""Which lines of a server would cross a network in the clear, so that it does not start (ASVS 5.0, 12.2.1 and 12.3.1).

A line that stays on this machine needs no TLS. `--unencrypted`, or `TURNOUT_UNENCRYPTED=yes`, takes all others as they
are: for a network of one's own that is encrypted below (WireGuard, IPsec), or a test's.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from turnout.config import Settings
from turnout.words.encrypted import is_of_this_machine
from turnout.words.trouble import Malformed

ENCRYPTED: Final = frozenset({"require", "verify-ca", "verify-full"})
"""Of PostgreSQL's `sslmode`: the others go on in the clear where a server, or somebody between, says no to TLS."""

CURE: Final = (
    "TLS; on a network that is encrypted below, TURNOUT_UNENCRYPTED=yes · 请使用 TLS；网络下层已加密的，可设该变量"
)


class Line(msgspec.Struct, frozen=True):
    option: str
    value: str


def refuse_clear_lines(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Raises `Malformed`, which names them all."""
    found = [] if settings.unencrypted else list(clear_lines(settings, environment))
    if found:
        said = ", ".join(line.value for line in found)
        where = ", ".join(dict.fromkeys(line.option for line in found))
        raise Malformed(f"what people say would go over the network in the clear: {said}", where=where, cure=CURE)


def clear_lines(settings: Settings, environment: Mapping[str, str]) -> Iterator[Line]:
    """Behind a named proxy one may listen in the clear: who comes otherwise is sent away (adapters/http/proxies.py).
    So would be the edges of a desk, which come by no proxy."""
    if not settings.is_tls and not is_of_this_machine(settings.host):
        if not settings.proxies:
            yield Line("--host", settings.host)
        elif "desk" in settings.roles and not settings.reach:
            yield Line("--reach", settings.reached_at)
    for option, url in (
        ("--otlp", settings.otlp),
        ("--worker", settings.worker),
        ("--reach", settings.reach),
        *(("--nats", one) for one in settings.nats.split(",")),
    ):
        parts = urlsplit(url)
        if parts.scheme in ("http", "nats") and not is_of_this_machine(parts.hostname or ""):
            yield Line(option, f"{parts.scheme}://{parts.hostname}")
    if settings.scanner and not is_of_this_machine(settings.scanner.rpartition(":")[0] or settings.scanner):
        yield Line("--scanner", settings.scanner)
    yield from _database_lines(settings.database, environment)


def refuse_clear_database(url: str, environment: Mapping[str, str] = os.environ) -> None:
    """Of a command beside the servers. Raises `Malformed`."""
    unencrypted = environment.get("TURNOUT_UNENCRYPTED") == "yes"
    refuse_clear_lines(Settings(database=url, unencrypted=unencrypted), environment)


def _database_lines(url: str, environment: Mapping[str, str]) -> Iterator[Line]:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    if asked.get("sslmode", environment.get("PGSSLMODE", "prefer")) in ENCRYPTED:
        return
    named = f"{parts.netloc.rpartition('@')[2]},{asked.get('host', '')}"
    for host in filter(None, named.split(",")):
        name = host if host.startswith("/") else urlsplit(f"//{host}").hostname or ""
        if not is_of_this_machine(name):
            yield Line("--database", f"{name} (sslmode)")
