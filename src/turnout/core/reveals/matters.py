"""What stands on the board of looking at personal details: reviews that somebody has asked for, and glass broken."""

from typing import Literal

import msgspec

from turnout.words.identity import ActorId, AgencyId
from turnout.words.moment import Moment

Kind = Literal["details", "files"]
"""`details`: what is in the vault of callers and patients; `files`: recordings, pictures, documents."""

Finding = Literal["justified", "not-justified", "unclear"]


class Review(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A named review: who may look at what of one matter, why and until when. Good only once another approved it."""

    id: str
    incident: str = ""
    call: str = ""
    """One of the two: a call that concerns no incident. It may have left the board."""
    agencies: tuple[AgencyId, ...]
    who: ActorId
    kinds: tuple[Kind, ...]
    purpose: str
    until: Moment
    asked_by: ActorId
    asked: Moment
    approved_by: ActorId | None = None
    approved: Moment | None = None


class GlassBreak(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody looks at a matter that they do not work on, and says why. Stays until a second person has answered."""

    id: str
    by: ActorId
    position: str
    incident: str = ""
    call: str = ""
    """One of the two. It may have left the board."""
    agencies: tuple[AgencyId, ...] = ()
    reason: str
    at: Moment
    until: Moment
    """So long its breaker may look."""
    finding: Literal["", "justified", "not-justified", "unclear"] = ""
    answered_by: ActorId | None = None
