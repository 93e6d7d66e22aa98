"""Whether a line needs TLS: whatever leaves this machine does (OWASP ASVS 5.0, 12.3.1)."""

import ipaddress
from urllib.parse import urlsplit

from turnout.words.trouble import Malformed


def is_of_this_machine(host: str) -> bool:
    """A loopback address, `localhost`, a socket in the file system, or none named."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (inner or found).is_loopback


def refuse_clear_url(url: str, where: str) -> None:
    """With whom one speaks elsewhere, one speaks by TLS. Raises `Malformed`."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.netloc and not is_of_this_machine(parts.hostname or ""):
        raise Malformed(f"{url!r} is not encrypted", where=where, cure="an address with https://")
