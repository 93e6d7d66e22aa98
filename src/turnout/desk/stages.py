"""When a command passed each stage of the desk, for whoever traces it; nothing where nobody does."""

from contextvars import ContextVar
from typing import Final


class Stages:
    """Times in ns UTC; 0: it did not get so far. `rows`: of the batch that it was appended in."""

    __slots__ = ("began_ns", "decided_ns", "durable_ns", "lane_ns", "rows", "taken_ns", "told_ns")

    def __init__(self) -> None:
        self.lane_ns = self.taken_ns = self.decided_ns = self.began_ns = self.durable_ns = self.told_ns = 0
        self.rows = 0


watched: Final[ContextVar[Stages | None]] = ContextVar("turnout_stages", default=None)
"""Set by the caller of `Desk.submit` who wants to know."""
