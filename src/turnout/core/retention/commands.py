"""Commands about keeping and erasing personal details (18.4): holds, requests and their approval, the end of a term."""

from typing import Annotated, Final

import msgspec

from turnout.core.act import Do
from turnout.core.board import Incident
from turnout.core.limits import Code, Count, Id, Line
from turnout.core.retention.matters import CallRecord

OWNERS_MAX: Final = 1_000
"""An incident and its calls: more than ever concerned one fire."""


Merged = tuple[Id, ...]


class PlaceHold(Do, frozen=True, kw_only=True, tag="place-hold"):
    """Nothing of this matter is erased until the hold is released: a complaint, a court, an inquiry."""

    hold_id: Id
    incident_id: Code = ""
    call_id: Code = ""
    """One of the two."""
    reason: Line
    record: Incident | None = None
    call_record: CallRecord | None = None
    """One of the two is filled in by the desk when it has left the board."""


class ReleaseHold(Do, frozen=True, kw_only=True, tag="release-hold"):
    hold_id: Id
    reason: Line


class AskErasure(Do, frozen=True, kw_only=True, tag="ask-erasure"):
    """Ask that the details and files of one matter that is over are erased now. Another person has to approve it.

    With `person_id` only the details of that card; the rest stays.
    """

    request_id: Id
    incident_id: Code = ""
    call_id: Code = ""
    person_id: Code = ""
    reason: Line
    record: Incident | None = None
    call_record: CallRecord | None = None
    gone_calls: tuple[CallRecord, ...] = ()
    """Filled in by the desk: of the incident's calls, those that have left the board."""
    merged: Merged = ()
    """Filled in by the desk: incidents that were merged into it, or it into them, over any number of steps."""


class ApproveErasure(Do, frozen=True, kw_only=True, tag="approve-erasure"):
    """By another person. What is erased is gone for everybody, at once and in every copy that is read by a key."""

    request_id: Id
    record: Incident | None = None
    call_record: CallRecord | None = None
    gone_calls: tuple[CallRecord, ...] = ()
    merged: Merged = ()


class DeclineErasure(Do, frozen=True, kw_only=True, tag="decline-erasure"):
    request_id: Id
    reason: Line


class EraseDetails(Do, frozen=True, kw_only=True, tag="erase-details"):
    """The term of one matter is over. Only the program itself gives this."""

    incident_id: Code = ""
    call_id: Code = ""
    owners: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=OWNERS_MAX)]
    """Whose keys there are: the incident's, and its calls'."""
    term: Code
    days: Count
    merged: Merged = ()
    """Filled in by the desk, as in `AskErasure`."""


RetentionCommand = PlaceHold | ReleaseHold | AskErasure | ApproveErasure | DeclineErasure | EraseDetails
