"""What came of reading a line: the commands it would run, in words; or what is wrong, where, and what could follow."""

from typing import Literal

import msgspec

from turnout.core.commands import Command
from turnout.words.identity import IncidentId, UnitId
from turnout.words.name import Name

EffectKind = Literal[
    "undo", "help", "find", "recommend", "info", "timers", "records", "open-form", "open-unit", "coverage", "none"
]


class Effect(msgspec.Struct, frozen=True):
    """Something a line asks of the console rather than of the board. `subject` is an identity or a text."""

    kind: EffectKind
    subject: str = ""
    level: int | None = None
    capability: str = ""
    """One thing that is wanted, in place of what the plan asks for."""


class Completion(msgspec.Struct, frozen=True):
    """One way to go on. `text` is the whole line with it taken."""

    text: str
    label: Name
    detail: str = ""


class LineError(msgspec.Struct, frozen=True):
    """What is wrong, and at which characters of the line."""

    code: str
    text: Name
    start: int
    end: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """`understood` lines carry commands to run in order, or an effect, or both.

    `send_recommended` names an incident to which the recommendation should be sent: the edge asks for it and makes the
    command, because a line is read without the roads.
    """

    understood: bool
    explain: Name
    commands: tuple[Command, ...] = ()
    effect: Effect | None = None
    send_recommended: IncidentId | None = None
    recommend_level: int | None = None
    """At which alarm level, where the line itself sets it."""
    verb: str = ""
    completions: tuple[Completion, ...] = ()
    error: LineError | None = None


class Focus(msgspec.Struct, frozen=True):
    """What the person has open: it stands in for an incident or unit that the line does not name."""

    incident: IncidentId | None = None
    unit: UnitId | None = None
