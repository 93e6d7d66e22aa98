"""How the board changes with reviews and broken glass.

What is over (a review whose time is past, an answered breaking of the glass that lets nobody look any more) leaves with
the next event about such things: it gives nobody a right meanwhile, since the rules look at the time themselves.
"""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.reveals.events import (
    GlassAnswered,
    GlassBroken,
    RevealEvent,
    ReviewApproved,
    ReviewDeclined,
    ReviewRequested,
)
from turnout.words.moment import Moment


def evolve_reveal(board: Board, event: RevealEvent) -> Board:
    match event:
        case ReviewRequested():
            changed = replace(board, reviews={**board.reviews, event.review.id: event.review})
        case ReviewApproved():
            review = board.reviews.get(event.review)
            assert review is not None, f"no review {event.review} on the board"
            approved = replace(review, approved_by=event.by, approved=event.at)
            changed = replace(board, reviews={**board.reviews, review.id: approved})
        case ReviewDeclined():
            assert event.review in board.reviews, f"no review {event.review} on the board"
            changed = replace(board, reviews={id: one for id, one in board.reviews.items() if id != event.review})
        case GlassBroken():
            changed = replace(board, glass={**board.glass, event.glass.id: event.glass})
        case GlassAnswered():
            glass = board.glass.get(event.glass)
            assert glass is not None, f"no glass {event.glass} on the board"
            answered = replace(glass, finding=event.finding, answered_by=event.by)
            changed = replace(board, glass={**board.glass, glass.id: answered})
        case _:
            assert_never(event)
    return _without_what_is_over(changed, event.at)


def _without_what_is_over(board: Board, at: Moment) -> Board:
    reviews = {id: one for id, one in board.reviews.items() if one.until > at}
    glass = {
        id: one for id, one in board.glass.items() if not one.finding or (one.finding == "justified" and one.until > at)
    }
    return replace(board, reviews=reviews, glass=glass)
