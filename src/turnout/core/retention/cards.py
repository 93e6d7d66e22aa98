"""One person's cards in a matter: whose keys are destroyed when what is kept of this person alone is erased (0202)."""

from turnout.core.board import Board, Call, Incident, PersonCard
from turnout.core.refusals import UnknownEntry
from turnout.core.retention.matters import CallRecord
from turnout.core.retention.refusals import SharedKey


def keys_of_card(
    board: Board, found: Incident | Call | CallRecord, card: str, gone: tuple[CallRecord, ...] = ()
) -> tuple[str, ...] | UnknownEntry | SharedKey:
    """References of all versions of the card, earlier ones and those that were struck too.

    `gone`: of an incident's calls, those that have left the board.
    """
    cards = [one for one in _cards(board, found, gone) if one.id == card]
    if not cards:
        return UnknownEntry(kind="person", entry=card)
    if not all(one.has_own_key for one in cards):
        return SharedKey(card=card, matter=found.id)
    return tuple(dict.fromkeys(one.ref for one in cards))


def _cards(board: Board, found: Incident | Call | CallRecord, gone: tuple[CallRecord, ...]) -> list[PersonCard]:
    if isinstance(found, Call | CallRecord):
        return [] if found.caller is None else [found.caller]
    on_board = [board.calls[id] for id in found.calls if id in board.calls]
    calls: list[Call | CallRecord] = [*on_board, *gone]
    return [*found.persons, *found.earlier_persons, *(call.caller for call in calls if call.caller is not None)]
