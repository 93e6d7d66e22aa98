"""What is asked for by a place, by typed words or for a purpose stands in no address (OWASP ASVS 5.0, 14.2.1).

Addresses end up in histories, in the logs of proxies and in what a browser tells others. Such parameters of a query
come in the header `Turnout-Query`, written as a query is (`q=300%20mission`); in an address they are refused. Whatever
else narrows a search (identities, codes, times) may stand in either.

A command is taken all the same: until then a purpose stood in its address, and an alarm panel that still writes it
there has to be heard. The log says so.
"""

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]

COMMANDS: Final = re.compile(r"/api/v1/commands(?:/.*)?")

SAID_EVERY_S: Final = 3600.0
"""Between two lines about programs that still write it into addresses: one may give ten commands a second."""

HEADER: Final = "Turnout-Query"
PRIVATE: Final = frozenset({"q", "place", "lat", "lon", "note", "purpose"})
_NAME: Final = HEADER.lower().encode()
_AS_WRITTEN: Final = "%&=+-._~!$'()*,;:@/?"


def has_private(scope: Scope) -> bool:
    """Whether its address says what belongs into the header."""
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    return bool(query) and any(name in PRIVATE for name, _ in parse_qsl(query, keep_blank_values=True))


class OldAddresses:
    """Of commands: taken, and told."""

    def __init__(self) -> None:
        self._said_s = -SAID_EVERY_S

    def takes(self, scope: Scope) -> bool:
        """Whether it is a command, which is done whatever its address says."""
        if scope.get("method") != "POST" or not COMMANDS.fullmatch(str(scope.get("path"))):
            return False
        now = time.monotonic()
        if now - self._said_s >= SAID_EVERY_S:
            self._said_s = now
            client = scope.get("client")
            asker = str(client[0]) if client else "somebody"
            log.warning("%s writes into the address of a command what belongs into %s", asker, HEADER)
        return True


def with_header(scope: Scope) -> Scope:
    """The request with what its header asks for, as if it had stood in the address."""
    said = [bytes(value).decode("latin-1") for name, value in scope["headers"] if bytes(name).lower() == _NAME]
    if not said:
        return scope
    query = bytes(scope.get("query_string") or b"")
    added = [quote(one, safe=_AS_WRITTEN).encode() for one in said]
    return {**scope, "query_string": b"&".join([*([query] if query else []), *added])}
