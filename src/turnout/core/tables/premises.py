"""Hazards, contacts and cautions of places, with owner and expiry (1.13, 1.25); forced places followed up (1.9).

Of a place, never of a person: a contact is a function and its duty number (control room, caretaker's office).
"""

from typing import Final

from msgspec.structs import replace

from turnout.core.board import Board, PremiseNote, Timer
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import ChangedMeanwhile, Refusal, TimeNotPossible, UnknownEntry, ValueNotTaken
from turnout.core.tables.commands import RemovePremise, RenewPremise, SettlePlace, WritePremise
from turnout.core.tables.events import PlaceSettled, PremiseRemoved, PremiseWritten
from turnout.core.tables.zones import points_refused
from turnout.core.timers.starting import running, timer_id
from turnout.words.moment import DAY_MS, Moment

EXPIRES_WITHIN_MS: Final = 3 * 366 * DAY_MS
"""Three years: a caution that nobody has looked at for longer is a guess (1.25)."""

RADIUS_MAX_M: Final = 1_000


def write_premise(board: Board, command: WritePremise, context: Context) -> Decision:
    """Anew or over an earlier one; its owner is whoever wrote it last, and it always has an expiry (1.25)."""
    refusal: Refusal | None = points_refused((command.place,)) or _expiry_refused(command.expires, context)
    if refusal is not None:
        return refusal
    if not 0 < command.radius_m <= RADIUS_MAX_M:
        return ValueNotTaken(field="radius_m", value=command.radius_m)
    if not command.text.strip():
        return ValueNotTaken(field="text", value="")
    changed = _changed_meanwhile(board.premises.get(command.note_id), command)
    if changed is not None:
        return changed
    note = PremiseNote(
        id=command.note_id,
        kind=command.kind,
        place=command.place,
        radius_m=command.radius_m,
        address=command.address,
        text=command.text,
        owner=context.actor.id,
        expires=command.expires,
        written=context.at,
    )
    return [PremiseWritten(**head(context), note=note, starts=(_review(note, context),))]


def renew_premise(board: Board, command: RenewPremise, context: Context) -> Decision:
    """Whoever says that it is still true answers for it from now on."""
    known = board.premises.get(command.note_id)
    if known is None:
        return UnknownEntry(kind="premise", entry=command.note_id)
    refusal = _expiry_refused(command.expires, context)
    if refusal is not None:
        return refusal
    note = replace(known, expires=command.expires, owner=context.actor.id, overdue=False)
    return [] if note == known else [PremiseWritten(**head(context), note=note, starts=(_review(note, context),))]


def remove_premise(board: Board, command: RemovePremise, context: Context) -> Decision:
    if command.note_id not in board.premises:
        return UnknownEntry(kind="premise", entry=command.note_id)
    stops = running(board, [timer_id("review", command.note_id)])
    return [PremiseRemoved(**head(context), note=command.note_id, reason=command.reason, stops=stops)]


def _review(note: PremiseNote, context: Context) -> Timer:
    return Timer(id=timer_id("review", note.id), kind="review", due=note.expires, started=context.at, subject=note.id)


def _expiry_refused(expires: Moment, context: Context) -> TimeNotPossible | None:
    possible = context.at < expires <= context.at + EXPIRES_WITHIN_MS
    return None if possible else TimeNotPossible(field="expires", at=expires)


def _changed_meanwhile(known: PremiseNote | None, command: WritePremise) -> ChangedMeanwhile | None:
    """`was` None: whoever writes does not say what they saw (a program that keeps its own list)."""
    if known is None or command.was is None or known.text in (command.was, command.text):
        return None
    return ChangedMeanwhile(field="text", yours=command.was, theirs=known.text, by=known.owner, at=known.written)


def settle_place(board: Board, command: SettlePlace, context: Context) -> Decision:
    known = board.forced_places.get(command.place_id)
    if known is None:
        return UnknownEntry(kind="forced-place", entry=command.place_id)
    settled = PlaceSettled(**head(context), place=known.id, text=known.text, outcome=command.outcome, note=command.note)
    return [settled]
