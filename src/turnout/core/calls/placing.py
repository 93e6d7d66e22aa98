"""Where a caller is (1.23): asked for again by a call-taker, found by a network or handset, every fix kept.

Only for a call for help that is still open (charter 4): nobody's phone is followed once their emergency is over.
"""

from typing import Final

from turnout.core.board import Board, Call, PlaceFix
from turnout.core.calls.commands import AskCallerPlace, RefreshCallerPlace, ReportNoPlace
from turnout.core.calls.events import CallerPlaceAsked, CallerPlaceNotFound, CallerPlaceRefreshed
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import CallIsFull, IncidentIsClosed, PlaceNotOnEarth, ValueNotTaken
from turnout.words.moment import SECOND_MS

FIXES_MAX: Final = 1_000
"""Of one call: a fix every 30 s, as networks give them, for eight hours."""

UNCERTAINTY_MAX_M: Final = 100_000.0
"""A cell's reach is 35 km; what is less certain than the whole city is no place."""

ASK_AGAIN_MS: Final = 5 * SECOND_MS
"""An asking that is younger is still on its way: pressing twice asks once."""

ASKED: Final = frozenset({"phone", "text", "app"})
"""Calls that a network or handset can place. An alarm stands where it stands."""


def ask(board: Board, call: Call, command: AskCallerPlace, context: Context) -> Decision:
    if call.channel not in ASKED:
        return ValueNotTaken(field="channel", value=call.channel)
    over = _over(board, call)
    if over is not None:
        return over
    if call.place_asked is not None and context.at - call.place_asked < ASK_AGAIN_MS:
        return []
    return [CallerPlaceAsked(**head(context), call=call.id)]


def refresh(board: Board, call: Call, command: RefreshCallerPlace, context: Context) -> Decision:
    if not command.place.is_on_earth():
        return PlaceNotOnEarth(lat=command.place.lat, lon=command.place.lon)
    uncertainty_m = command.uncertainty_m
    if uncertainty_m is not None and not 0.0 <= uncertainty_m <= UNCERTAINTY_MAX_M:
        return ValueNotTaken(field="uncertainty_m", value=uncertainty_m)
    over = _over(board, call)
    if over is not None:
        return over
    if len(call.fixes) >= FIXES_MAX:
        return CallIsFull(call=call.id, most=FIXES_MAX)
    fix = PlaceFix(at=context.at, place=command.place, uncertainty_m=uncertainty_m, source=command.source)
    return [CallerPlaceRefreshed(**head(context), call=call.id, fix=fix)]


def not_found(call: Call, command: ReportNoPlace, context: Context) -> Decision:
    """An answer to an asking; with none open it says nothing that is not known."""
    if call.place_asked is None:
        return []
    return [CallerPlaceNotFound(**head(context), call=call.id, reason=command.reason.strip() or "unknown")]


def _over(board: Board, call: Call) -> IncidentIsClosed | None:
    incident = board.incidents.get(call.incident) if call.incident is not None else None
    if incident is None or incident.closed is None:
        return None
    return IncidentIsClosed(incident=incident.id, tag=incident.tag, at=incident.closed)
