"""Bugs of a process that follows the desk: each would show people a room that is not there."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from tests.contracts import followed_contract
from tests.planted.plant import Patch, Plant
from turnout.adapters.between import nats_line
from turnout.desk import followed
from turnout.desk.followed import FollowedDesk
from turnout.edge.between import LINK


def answered_before_it_is_seen(patch: Patch) -> None:
    async def until(self: Any, seq: int) -> None:
        return None

    patch.setattr(FollowedDesk, "until", until)


def rows_believed(patch: Patch) -> None:
    patch.setattr(followed, "first_bad", lambda rows, seq, row_hash, at: None)


def last_row_not_looked_for(patch: Patch) -> None:
    async def look(self: Any) -> None:
        page: Sequence[Any]
        pages: AsyncIterator[Sequence[Any]] = self._journal.read(self.seq)
        async for page in pages:
            self._apply([row for row in page if row.seq > self.seq])

    patch.setattr(FollowedDesk, "_look", look)


def told_again(patch: Patch) -> None:
    """A page that was heard and read meanwhile is applied twice."""
    honest = FollowedDesk._apply

    def apply(self: Any, rows: Sequence[Any]) -> None:
        honest(self, rows)
        honest(self, rows)

    patch.setattr(FollowedDesk, "_apply", apply)


def forgery_believed(patch: Patch) -> None:
    patch.setattr(nats_line.hmac, "compare_digest", lambda shown, known: True)


def no_forged_message_is_opened(folder: Path) -> None:
    forged = nats_line.sealed(bytes([1] * 32), "turnout.x.between", nats_line.RowsSaid(LINK, 1, []))
    assert nats_line.opened(bytes(32), "turnout.x.between", forged) == "not-ours"


FOLLOWED_PLANTS: dict[str, Plant] = {
    "an act is answered before its sender sees it": Plant(
        answered_before_it_is_seen, followed_contract.an_answer_is_the_desks_and_its_sender_sees_what_it_did
    ),
    "rows from elsewhere are believed": Plant(
        rows_believed, followed_contract.rows_are_taken_only_where_they_follow_on
    ),
    "the last row is not looked for again": Plant(
        last_row_not_looked_for, followed_contract.a_past_that_was_not_ends_the_following
    ),
    "a forged message is believed": Plant(forgery_believed, no_forged_message_is_opened),
    "a step is told twice": Plant(told_again, followed_contract.every_step_of_the_board_is_told_once_in_order),
}
