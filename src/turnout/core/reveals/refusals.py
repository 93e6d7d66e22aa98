"""The reasoned no to looking at personal details."""

from turnout.core.no import No
from turnout.words.identity import ActorId


class NoGround(No, frozen=True, kw_only=True, tag="no-ground"):
    """Whoever asks does not work on it, and no review that another person approved covers it."""

    matter: str


class SecondPersonNeeded(No, frozen=True, kw_only=True, tag="second-person-needed"):
    """Nobody approves or answers what they asked for or did themselves."""

    whose: ActorId


class ReviewsFull(No, frozen=True, kw_only=True, tag="reviews-full"):
    whose: ActorId
    most: int
