"""What the machine says of itself, as an adapter reads it: the data folder's disk, memory, the clock; its database."""

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


class DatabaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What PostgreSQL says of itself and of who keeps it. None: not known here, or nobody tells."""

    waits_for_standby: bool
    """Whether a commit is answered only when another machine has it."""
    standbys: int | None
    behind_mib: float | None
    """What the standby that is nearest has not yet confirmed; None also where there is none."""
    voters_heard: int | None
    """Keepers and witness, as the primary's keeper has lately heard them, itself included."""
