"""What other processes and people of this machine may not read of ours: secrets among its words, and its memory."""

import os
import re
import resource
from collections.abc import Mapping, Sequence
from typing import Final

from turnout.words.trouble import Unsupported

_PASSWORD: Final = re.compile(r"://[^/@?#]*:[^/@?#]+@|\b(?:ssl)?password\s*=\s*[^\s&]")
"""In an address of a database, of NATS or of a collector, or in PostgreSQL's own form."""

_READ_BY_LIBRARIES: Final = re.compile(r"PG(SSL)?PASSWORD|OTEL_EXPORTER_OTLP_(\w+_)?HEADERS")
"""What the libraries of the database and of the collector would take a secret from."""

CURE: Final = "a database's password stands in a file that PGPASSFILE names, a collector's with one on this machine"


def refuse_secrets(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
    """Who lists the processes of a machine reads what each was started with: no secret may be in it.

    Raises `Unsupported`, which says where, and repeats nothing of it.
    """
    places = [
        name
        for name, value in environment.items()
        if (name.startswith("TURNOUT_") and _PASSWORD.search(value)) or (value and _READ_BY_LIBRARIES.fullmatch(name))
    ]
    if any(_PASSWORD.search(word) for word in words):
        places.append("the command line")
    if places:
        where = ", ".join(sorted(places))
        raise Unsupported("a secret stands where every process of this machine can read it", where=where, cure=CURE)


def leave_no_core() -> None:
    """A process that crashes leaves no image of its memory on a disk: keys, tokens and opened details are in it."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
