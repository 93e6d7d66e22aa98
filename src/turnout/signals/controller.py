"""What a signal controller is to Turnout, whoever made it: it is asked for priority, and it shows what it does.

The words and states are those of NTCIP 1211 v2 (signal control and prioritization), which SAE J2735's SRM and SSM
follow. Nothing here may be on the way of a dispatch: a controller answers late, or never.
"""

from typing import Final, Literal, Protocol

import msgspec

PriorityState = Literal["queued", "processing", "granted", "overridden", "refused", "cancelled", "completed", "lost"]
"""`queued`: heard, not begun. `processing`: on the way to green. `granted`: green is held. `overridden`: another
request goes first. `lost`: the controller does not answer, and runs its own plan by itself."""


LEAVES_MAX_MS: Final = 300_000
"""A request ends by itself when its vehicle is through. Nobody's request is left standing longer, also if we vanish."""


class PriorityRequest(msgspec.Struct, frozen=True, kw_only=True):
    """For one vehicle at one junction. Times are milliseconds from when it is sent."""

    id: str
    junction: str
    group: str
    """The signal group that is to be green."""
    also: tuple[str, ...] = ()
    """Groups of the same junction at further stop lines on the vehicle's way: behind a green of which only the first is
    given, the street inside the junction fills. An adapter whose protocol names but one thing asks for what makes most
    of them green, and never for groups that may not be green together."""
    green_in_ms: int = 0
    """Until green is wanted, which the queue before the vehicle needs too (NTCIP 1211: time of service desired). 0: as
    soon as it can be."""
    arrives_in_ms: int
    """Until the vehicle is at the stop line."""
    leaves_in_ms: int
    """Until it is through."""
    level: int = 1
    """1 is the highest; between requests of the same level the one that was first goes first."""


class Asked(msgspec.Struct, frozen=True):
    """What was asked for, as the journal has it."""

    group: str
    level: int
    also: tuple[str, ...] = ()


class PriorityStatus(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: PriorityState
    green_in_ms: int | None = None
    """Until the group is green, where the controller says it."""
    reason: str = ""
    """Why it was refused or lost, as a name: not-armed, no-permission, no-answer, clock, unknown-group, busy, fault,
    too-early (it asks for more than `LEAVES_MAX_MS`)."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a junction shows. `aspects`: of each group, as `guard.Aspect` numbers them."""

    junction: str
    aspects: dict[str, int]
    plan: str = ""
    """The plan in force; empty where something else than a plan decides."""
    fault: str = ""
    """Why the controller runs by itself, flashes or is dark; empty when nothing is wrong."""


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Of one detector now. `counted`: vehicles since its line began to read, where the controller counts; `in_period`
    of them in the last period of `period_s`. `fault`: why the controller itself does not believe it."""

    is_occupied: bool
    counted: int | None = None
    in_period: int = 0
    period_s: int = 0
    fault: str = ""


class Controllers(Protocol):
    """The junctions that an adapter reaches. None of these raises because a controller fails: they say `lost`."""

    async def ask(self, request: PriorityRequest) -> PriorityStatus:
        """Ask, or ask anew with another arrival: the same `id` is the same request.

        Say it again every minute: a controller drops what nobody repeats.
        """
        ...

    async def cancel(self, junction: str, request: str, asked: Asked | None = None) -> PriorityStatus:
        """Give it back. A request that is unknown is `cancelled`.

        `asked`: what it was, where another process may have asked it: a controller may still have it from then.
        """
        ...

    async def status(self, junction: str, request: str) -> PriorityStatus: ...

    async def shown(self, junction: str) -> Shown: ...

    async def detected(self, junction: str) -> dict[str, Presence]:
        """Of each detector that the controller shows now. Empty: nothing is known of any, which is not free."""
        ...
