"""One controller as its protocol reaches it. `reached.py` is the same for all protocols, and stands before these."""

from typing import Protocol

import msgspec

from turnout.adapters.signals.turn import Patience, Turn
from turnout.signals.controller import Presence, PriorityRequest, PriorityState
from turnout.signals.simulated_controller import Counted


class Silent(Exception):
    """No answer came, or the connection is gone. The controller runs its own plan."""


class Heard(msgspec.Struct, frozen=True):
    """What a controller says of a request."""

    state: PriorityState
    reason: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """`aspects` as `guard.Aspect` numbers them. `utc_s`: what its clock says, where it says it."""

    aspects: dict[str, int]
    plan: str = ""
    fault: str = ""
    utc_s: int | None = None


class Line(Protocol):
    """Each raises `Silent`, and `Malformed`, `Unsupported` or `NotOurs` for an answer that is not taken.

    `number`: 1 to 255, of a request as the controller knows it. Only `ask` and `withdraw` change what it does.
    """

    patience: Patience
    """With its answers about detectors."""

    async def ask(self, number: int, request: PriorityRequest) -> Heard: ...

    async def withdraw(self, number: int, before: PriorityRequest | None = None) -> Heard:
        """`before`: the request as another process asked it, with this number, and did not take it back."""
        ...

    async def status(self, number: int) -> Heard: ...

    async def read(self) -> Reading: ...

    async def counts(self) -> dict[str, Counted]:
        """Of each detector, over the controller's last period."""
        ...

    async def detected(self, turn: Turn) -> dict[str, Presence]:
        """Of each detector now: one message in most cases, and each in a turn of its own.

        Raises `TimeoutError` where `patience` with an answer has ended.
        """
        ...

    async def close(self) -> None: ...
