"""Commands about signals: the authority's permission, arming, and the corridor of a unit on its way."""

from typing import Annotated, Final

import msgspec

from turnout.core.act import Do
from turnout.core.corridors.matters import DAY_MIN, CrossingName, Day, JunctionState, Outcome
from turnout.core.limits import Code, Count, Id, Line
from turnout.words.moment import Moment
from turnout.words.place import Place

JUNCTIONS_MAX: Final = 2_000
"""In one permission. A city of ten million has some thousand; more are several permissions."""
HOURS_MAX: Final = 21
"""Three spans for each day of the week."""
NOTES_MAX: Final = 100
"""Junctions in one message of the program: a corridor asks eight at a time."""
LEVEL_MAX: Final = 10
"""NTCIP 1211 knows classes and levels 1 to 10."""

Junctions = Annotated[tuple[Id, ...], msgspec.Meta(max_length=JUNCTIONS_MAX)]
Minute = Annotated[int, msgspec.Meta(ge=0, le=DAY_MIN)]


class GivenHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1, max_length=7)]
    from_minute: Minute = 0
    to_minute: Minute = DAY_MIN


class PermitSignals(Do, frozen=True, kw_only=True, tag="permit-signals"):
    """Note the traffic authority's permission for these junctions. It arms none."""

    permit_id: Id
    junctions: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=JUNCTIONS_MAX)]
    hours: Annotated[tuple[GivenHours, ...], msgspec.Meta(max_length=HOURS_MAX)] = ()
    authority: Line


class WithdrawSignals(Do, frozen=True, kw_only=True, tag="withdraw-signals"):
    """The permission is over; what was armed under it is not any more."""

    permit_id: Id
    reason: Line = ""


class ArmSignals(Do, frozen=True, kw_only=True, tag="arm-signals"):
    """These controllers may be written to until then; again to renew it. No junctions: all of the permission."""

    permit_id: Id
    junctions: Junctions = ()
    until: Moment


class DisarmSignals(Do, frozen=True, kw_only=True, tag="disarm-signals"):
    """No junctions: all of the permission."""

    permit_id: Id
    junctions: Junctions = ()
    reason: Line = ""


class OpenCorridor(Do, frozen=True, kw_only=True, tag="open-corridor"):
    """Green ahead of a unit on its way, from now on until it arrives. Level 0: by the incident's priority."""

    corridor_id: Id
    unit: Id
    level: Annotated[int, msgspec.Meta(ge=0, le=LEVEL_MAX)] = 0


class CancelCorridor(Do, frozen=True, kw_only=True, tag="cancel-corridor"):
    corridor_id: Id
    reason: Line = ""


class JunctionAsk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    junction: Id
    name: CrossingName
    place: Place
    group: Code
    also: tuple[Code, ...] = ()
    """Groups at further stop lines of the same junction on the way."""
    arrives_in_ms: Count


class JunctionNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    junction: Id
    """Or under what it stands on the board, where nobody can tell any more which it was."""
    state: JunctionState
    reason: Code = ""


class AskJunctions(Do, frozen=True, kw_only=True, tag="ask-junctions"):
    """Ask these for green. Only the program gives this, before anything is written to a controller."""

    corridor_id: Id
    asks: Annotated[tuple[JunctionAsk, ...], msgspec.Meta(min_length=1, max_length=NOTES_MAX)]


class NoteJunctions(Do, frozen=True, kw_only=True, tag="note-junctions"):
    """What the controllers answered, and what was given back. Only the program gives this."""

    corridor_id: Id
    notes: Annotated[tuple[JunctionNote, ...], msgspec.Meta(min_length=1, max_length=NOTES_MAX)]


class EndCorridor(Do, frozen=True, kw_only=True, tag="end-corridor"):
    """Everything is given back. Only the program gives this."""

    corridor_id: Id
    outcome: Outcome


CorridorCommand = (
    PermitSignals
    | WithdrawSignals
    | ArmSignals
    | DisarmSignals
    | OpenCorridor
    | CancelCorridor
    | AskJunctions
    | NoteJunctions
    | EndCorridor
)
