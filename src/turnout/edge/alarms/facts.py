"""What the machine says of itself, as an adapter reads it: the data folder's disk, memory, the clock's service."""

import msgspec

MIB = 1024 * 1024


class DiskFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the data folder's file system, and one small write with its sync, tried just now."""

    free_bytes: int
    total_bytes: int
    probe_ms: float
    refused: str = ""
    """Why that write was not taken: `full`, `read-only` or `failed`; empty: it was."""
    files: dict[str, int] = {}
    """Name within the data folder → bytes, of what only ever grows."""


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    memory_percent: float
    """Of what this machine, or this container, has."""
    is_synchronised: bool | None
    """Whether something keeps the clock in time; None: the machine does not say."""
