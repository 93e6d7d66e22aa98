"""Who may write to a signal controller is armed by a person, and never for ever (15.4).

Every arming has an end. It is a timer on the board, which disarms when it rings; the rules ask the clock besides, so
that a timer that is late opens nothing. Arming again renews it. What was armed before there were ends is not asked.
"""

from msgspec.structs import replace

from turnout.core.board import Board, SignalPermit, Timer
from turnout.core.context import Context
from turnout.core.corridors.commands import ArmSignals, DisarmSignals
from turnout.core.corridors.events import SignalsArmed, SignalsDisarmed
from turnout.core.corridors.refusals import ArmingEndNotTaken, JunctionNotPermitted
from turnout.core.decision import Decision, Draft, head
from turnout.core.refusals import UnknownEntry
from turnout.core.timers.starting import running, timer_id
from turnout.words.identity import TimerId
from turnout.words.moment import HOUR_MS, Moment

ARMED_DEFAULT_H = 12
"""Where no tables are published."""


def end_id(permit: str) -> TimerId:
    return timer_id("signals-end", permit)


def arm(board: Board, command: ArmSignals, context: Context) -> Decision:
    permit = board.signal_permits.get(command.permit_id)
    if permit is None:
        return UnknownEntry(kind="permit", entry=command.permit_id)
    wanted = tuple(dict.fromkeys(command.junctions or permit.junctions))
    foreign = next((junction for junction in wanted if junction not in permit.junctions), None)
    if foreign is not None:
        return JunctionNotPermitted(junction=foreign)
    most_h = board.catalogue.signals_armed_h if board.catalogue is not None else ARMED_DEFAULT_H
    if not context.at < command.until <= context.at + most_h * HOUR_MS:
        return ArmingEndNotTaken(most_h=most_h)
    new = tuple(one for one in wanted if one not in permit.armed or permit.until.get(one) != command.until)
    if not new:
        return []
    ends = permit.until | dict.fromkeys(new, command.until)
    starts = (_timer(replace(permit, until=ends), context.at),)
    return [SignalsArmed(**head(context), permit_id=permit.id, junctions=new, until=command.until, starts=starts)]


def disarm(board: Board, command: DisarmSignals, context: Context) -> Decision:
    permit = board.signal_permits.get(command.permit_id)
    if permit is None:
        return UnknownEntry(kind="permit", entry=command.permit_id)
    wanted = dict.fromkeys(command.junctions or permit.junctions)
    gone = tuple(junction for junction in wanted if junction in permit.armed)
    return [_disarmed(board, permit, gone, context, command.reason)] if gone else []


def disarm_what_is_over(draft: Draft, timer: Timer) -> None:
    """The timer has rung: those whose time is over. What ends later has its timer anew."""
    permit = draft.board.signal_permits.get(timer.subject)
    if permit is None:
        return
    over = tuple(junction for junction, end in permit.until.items() if end <= draft.at)
    draft.add(_disarmed(draft.board, permit, over, draft.context, ""))


def _disarmed(
    board: Board, permit: SignalPermit, gone: tuple[str, ...], context: Context, reason: str
) -> SignalsDisarmed:
    kept = {junction: end for junction, end in permit.until.items() if junction not in gone}
    starts = (_timer(replace(permit, until=kept), context.at),) if kept else ()
    stops = () if kept else running(board, [end_id(permit.id)])
    return SignalsDisarmed(
        **head(context), permit_id=permit.id, junctions=gone, reason=reason, starts=starts, stops=stops
    )


def _timer(permit: SignalPermit, at: Moment) -> Timer:
    """Of what ends first."""
    due = min(permit.until.values())
    return Timer(id=end_id(permit.id), kind="signals-end", due=due, started=at, subject=permit.id)
