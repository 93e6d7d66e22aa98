"""Shapes of answers that are put together as they go out, for the API's description and for the console's types.

What goes out is encoded straight from the board; `tests/adapters/http` holds that it fits these shapes.
"""

from typing import Any

import msgspec

from turnout.core.board import (
    Call,
    Closure,
    Corridor,
    HospitalState,
    HydrantState,
    Incident,
    Offer,
    Position,
    PremiseNote,
    Shift,
    SpecialZone,
    SupplementalRequest,
    Timer,
    Unit,
)
from turnout.core.commands import Command
from turnout.coverage import Gap, Move, StandardCover, StationCover
from turnout.line import Completion
from turnout.recommend import Swap
from turnout.words.moment import Moment
from turnout.words.name import Name


class TablesShown(msgspec.Struct, frozen=True):
    """Identity → row, by table. Rows are the board's own."""

    incidents: dict[str, Incident]
    units: dict[str, Unit]
    calls: dict[str, Call]
    timers: dict[str, Timer]
    closures: dict[str, Closure]
    special_zones: dict[str, SpecialZone]
    hospitals: dict[str, HospitalState]
    hydrants: dict[str, HydrantState]
    positions: dict[str, Position]
    premises: dict[str, PremiseNote]
    supplements: dict[str, SupplementalRequest]
    shifts: dict[str, Shift]
    corridors: dict[str, Corridor]


class BoardShown(msgspec.Struct, frozen=True):
    seq: int
    tables: TablesShown
    exercise: bool


class ReasonShown(msgspec.Struct, frozen=True):
    """A coded reason, its facts, and its words."""

    code: str
    fields: dict[str, str | int]
    text: Name


class PlanShown(msgspec.Struct, frozen=True):
    id: str
    name: Name


class ProposedShown(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """One unit. Seconds from now; `p10_s` to `p90_s` is four runs in five."""

    unit: str
    capability: str
    role: str
    travel_time_s: int
    turnout_s: int
    total_s: int
    p10_s: int
    p90_s: int
    start: str
    """`quarters`, `road`, or `last-known` where the fix is old."""
    fix_age_s: int | None
    hold_back: bool
    why: tuple[ReasonShown, ...]


class BypassedShown(msgspec.Struct, frozen=True):
    """A unit that could be thought of and is not proposed, and why."""

    unit: str
    capability: str
    total_s: int | None
    code: str
    fields: dict[str, str | int]
    text: Name


class ShortfallShown(msgspec.Struct, frozen=True):
    capability: str
    wanted: int
    found: int


class ProposalShown(msgspec.Struct, frozen=True):
    """Who should go. `offer` goes back with the choice, in `assign-units`."""

    incident_id: str
    at: Moment
    plan: PlanShown | None
    plans: tuple[PlanShown, ...]
    alarm_level: int
    lines: tuple[ProposedShown, ...]
    also: tuple[ProposedShown, ...]
    bypassed: tuple[BypassedShown, ...]
    shortfalls: tuple[ShortfallShown, ...]
    notes: tuple[ReasonShown, ...]
    offer: Offer


class StandardShown(StandardCover, frozen=True, kw_only=True):
    text: Name


class GapShown(Gap, frozen=True, kw_only=True):
    text: Name


class MoveShown(Move, frozen=True, kw_only=True):
    text: Name


class CoverageShown(msgspec.Struct, frozen=True):
    """Shares are of the demand that a standard is about, 0 to 1. Gaps worst first, moves best first."""

    at: Moment
    seq: int
    standards: tuple[StandardShown, ...]
    gaps: tuple[GapShown, ...]
    moves: tuple[MoveShown, ...]
    stations: dict[str, StationCover]


class SwapShown(Swap, frozen=True, kw_only=True):
    """`offer` goes back with `relieve-unit`, beside `before_scene`."""

    text: Name
    offer: Offer


class StepShown(msgspec.Struct, frozen=True):
    en: str
    zh: str
    turn: str
    length_m: int


class RouteShown(msgspec.Struct, frozen=True):
    """`line` is [longitude, latitude] pairs, as GeoJSON has them."""

    line: tuple[tuple[float, float], ...]
    length_m: int
    travel_time_s: int
    p10_s: int
    p90_s: int
    steps: tuple[StepShown, ...]


class LineTrouble(msgspec.Struct, frozen=True):
    """What is wrong with a line, and at which characters."""

    code: str
    text: Name
    at: int
    start: int
    end: int


class AnswerShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a command. `ok` false: `refusal` has the code and the facts, `text` the words."""

    ok: bool
    seq_from: int = 0
    seq_to: int = 0
    repeated: bool = False
    outcome: dict[str, str] = {}
    refusal: dict[str, Any] | None = None
    text: Name | None = None
    retry_after_s: int = 0
    override: bool = False
    """Whether a person may do it anyway: the same command with a reason in `override`."""


class LineAnswered(msgspec.Struct, frozen=True):
    """What a command line means, what it would run or ran, and what came of it."""

    understood: bool
    verb: str
    explain: Name
    command: Command | None
    commands: tuple[Command, ...]
    completions: tuple[Completion, ...]
    error: LineTrouble | None
    ran: bool
    answer: AnswerShown | None
    effects: dict[str, str | int]


SHAPES = (BoardShown, ProposalShown, RouteShown, CoverageShown, SwapShown, LineAnswered, AnswerShown)
