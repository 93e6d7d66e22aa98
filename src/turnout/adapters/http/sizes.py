"""How much of a request is taken before it is refused: while it arrives, not afterwards."""

from typing import Final

BODY_BYTES_MAX: Final = 256 * 1024
"""The desk's own limit on a command; the largest honest one has a tenth of it. More is refused while it arrives."""

TABLES_BYTES_MAX: Final = 4 * 1024 * 1024
"""For the few routes that take whole tables or a batch of positions, and for a message on the socket."""
