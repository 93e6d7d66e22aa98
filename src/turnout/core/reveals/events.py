"""What has happened about looking at personal details."""

from turnout.core.fact import Fact
from turnout.core.reveals.matters import Finding, GlassBreak, Review
from turnout.words.identity import ActorId, CallId, IncidentId


class ReviewRequested(Fact, frozen=True, kw_only=True, tag="review-requested"):
    incident: IncidentId | None = None
    call: CallId | None = None
    review: Review


class ReviewApproved(Fact, frozen=True, kw_only=True, tag="review-approved"):
    incident: IncidentId | None = None
    call: CallId | None = None
    review: str
    whose: ActorId


class ReviewDeclined(Fact, frozen=True, kw_only=True, tag="review-declined"):
    """Refused, or ended before its time."""

    incident: IncidentId | None = None
    call: CallId | None = None
    review: str
    whose: ActorId
    reason: str


class GlassBroken(Fact, frozen=True, kw_only=True, tag="glass-broken"):
    incident: IncidentId | None = None
    call: CallId | None = None
    glass: GlassBreak


class GlassAnswered(Fact, frozen=True, kw_only=True, tag="glass-answered"):
    incident: IncidentId | None = None
    call: CallId | None = None
    glass: str
    whose: ActorId
    finding: Finding
    note: str = ""


RevealEvent = ReviewRequested | ReviewApproved | ReviewDeclined | GlassBroken | GlassAnswered
