"""Who sits where, and for which groups (1.17, 7.4, 7.17). A person may hold several positions; each has one person."""

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import NotPermitted, PositionTaken, Refusal, UnknownCode, UnknownEntry
from turnout.core.tables.commands import SignOff, SignOn, TakeGroups
from turnout.core.tables.events import GroupsTaken, SignedOff, SignedOn


def sign_on(board: Board, command: SignOn, context: Context) -> Decision:
    """In one's own name. Signing on again where one is takes the groups that are named now."""
    wanted = command.position
    if wanted.actor != context.actor.id:
        return NotPermitted(command="sign-on", lacks="own-name", subject=wanted.actor)
    there = board.positions.get(wanted.id)
    if there is not None and there.actor != wanted.actor:
        return PositionTaken(position=wanted.id, by=there.actor, since=there.since)
    refusal = _groups_refused(board, wanted.groups)
    if refusal is not None:
        return refusal
    since = context.at if there is None else there.since
    taken = replace(wanted, since=since, roles=context.actor.roles)
    return [] if taken == there else [SignedOn(**head(context), taken=taken)]


def sign_off(board: Board, command: SignOff, context: Context) -> Decision:
    """Whoever goes, goes: a group that is then nobody's shows on every screen, and its incidents to everybody."""
    if command.position_id not in board.positions:
        return UnknownEntry(kind="position", entry=command.position_id)
    return [SignedOff(**head(context), left=command.position_id)]


def take_groups(board: Board, command: TakeGroups, context: Context) -> Decision:
    there = board.positions.get(command.position_id)
    if there is None:
        return UnknownEntry(kind="position", entry=command.position_id)
    groups = tuple(dict.fromkeys(command.groups))
    refusal = _groups_refused(board, groups)
    if refusal is not None:
        return refusal
    return [] if groups == there.groups else [GroupsTaken(**head(context), taken=there.id, groups=groups)]


def _groups_refused(board: Board, groups: tuple[str, ...]) -> Refusal | None:
    known = board.catalogue.groups if board.catalogue is not None else {}
    unknown = next((group for group in groups if group not in known), None)
    return None if unknown is None else UnknownCode(kind="group", value=unknown)


def uncovered_groups(board: Board) -> tuple[str, ...]:
    """Groups that no position answers for now: their incidents are everybody's.

    A position that has chosen no groups sees, and answers for, all of them.
    """
    if any(not position.groups for position in board.positions.values()):
        return ()
    covered = {group for position in board.positions.values() for group in position.groups}
    known = board.catalogue.groups if board.catalogue is not None else {}
    return tuple(group for group in known if group not in covered)
