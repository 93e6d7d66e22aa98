"""Commands about looking at personal details: asking for a review, breaking the glass, and a second person's answer."""

from typing import Annotated

import msgspec

from turnout.core.act import Do
from turnout.core.board import Incident
from turnout.core.limits import Code, Id, Line
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals.matters import Finding, Kind
from turnout.words.moment import Moment

Kinds = Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1, max_length=2)]


class RequestReview(Do, frozen=True, kw_only=True, tag="request-review"):
    """Ask that `who` may look at one matter's details or files until a moment. Another person has to approve it."""

    review_id: Id
    incident_id: Code = ""
    call_id: Code = ""
    """One of the two: a call that concerns no incident."""
    who: Code = ""
    """Empty: whoever asks."""
    kinds: Kinds
    purpose: Line
    until: Moment
    record: Incident | None = None
    call_record: CallRecord | None = None
    """One of the two is filled in by the desk when it has left the board."""


class ApproveReview(Do, frozen=True, kw_only=True, tag="approve-review"):
    review_id: Id


class DeclineReview(Do, frozen=True, kw_only=True, tag="decline-review"):
    """Refuse one that was asked for, or end one that was approved."""

    review_id: Id
    reason: Line


class BreakGlass(Do, frozen=True, kw_only=True, tag="break-glass"):
    """Look at once at what one does not work on. A second person is told, and answers."""

    glass_id: Id
    incident_id: Code = ""
    call_id: Code = ""
    """One of the two."""
    reason: Line
    record: Incident | None = None
    call_record: CallRecord | None = None


class AnswerGlass(Do, frozen=True, kw_only=True, tag="answer-glass"):
    """A second person says whether breaking the glass was right. Not justified: it is shut at once."""

    glass_id: Id
    finding: Finding
    note: Line = ""


RevealCommand = RequestReview | ApproveReview | DeclineReview | BreakGlass | AnswerGlass
