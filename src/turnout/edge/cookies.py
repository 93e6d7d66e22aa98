"""How the browser's cookies are called, and where they are found (RFC 6265bis; OWASP ASVS 5.0, 3.3.1 and 3.3.3).

Over TLS a name begins with `__Host-`: the browser takes such a cookie from this very host alone, over TLS, for the
whole site, so that no neighbour under the same domain can hand somebody a session. Over plain HTTP, which is served to
this machine alone unless the operator says otherwise, browsers refuse that prefix, and the name has none. A cookie of
the one kind is no cookie of the other.
"""

from typing import Final

SESSION: Final = "turnout_session"
SIGN_ON: Final = "turnout_sign_on"
"""What a browser has to bring back from an identity provider."""


def name_of(cookie: str, scheme: str) -> str:
    """As it is called over `http` and `ws`, or over `https` and `wss`."""
    return f"__Host-{cookie}" if scheme in ("https", "wss") else cookie


def find(header: str, cookie: str, scheme: str) -> str:
    """The cookie's value in a header `Cookie`, or empty."""
    name = name_of(cookie, scheme)
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
