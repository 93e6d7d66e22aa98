"""What is asked for by a place, by typed words or for a purpose stands in no address (OWASP ASVS 5.0, 14.2.1).

Addresses end up in histories, in the logs of proxies and in what a browser tells others. Such parameters of a query
come in the header `Turnout-Query`, written as a query is (`q=300%20mission`); in an address they are refused. Whatever
else narrows a search (identities, codes, times) may stand in either.
"""

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote

Scope = MutableMapping[str, Any]

HEADER: Final = "Turnout-Query"
PRIVATE: Final = frozenset({"q", "place", "lat", "lon", "note", "purpose"})
_NAME: Final = HEADER.lower().encode()
_AS_WRITTEN: Final = "%&=+-._~!$'()*,;:@/?"


def has_private(scope: Scope) -> bool:
    """Whether its address says what belongs into the header."""
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    return bool(query) and any(name in PRIVATE for name, _ in parse_qsl(query, keep_blank_values=True))


def with_header(scope: Scope) -> Scope:
    """The request with what its header asks for, as if it had stood in the address."""
    said = [bytes(value).decode("latin-1") for name, value in scope["headers"] if bytes(name).lower() == _NAME]
    if not said:
        return scope
    query = bytes(scope.get("query_string") or b"")
    added = [quote(one, safe=_AS_WRITTEN).encode() for one in said]
    return {**scope, "query_string": b"&".join([*([query] if query else []), *added])}
