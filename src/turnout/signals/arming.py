"""Whether a junction's controller may be written to. Nothing is, unless somebody opens the gate.

A person arms a junction at the desk, until a time; the board has it, and opens the gate (`edge/corridors/gate.py`).
"""

from typing import Protocol


class Gate(Protocol):
    def is_open(self, junction: str) -> bool: ...


class Shut:
    """A `Gate` that is never open: for reading controllers."""

    def is_open(self, junction: str) -> bool:
        return False
