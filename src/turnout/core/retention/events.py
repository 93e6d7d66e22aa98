"""What has happened about keeping and erasing personal details.

`DetailsErased` is the record of an erasure: it names keys, rule and people, never what was erased. It stands in the
journal before a key is destroyed, so that whoever starts or restores a server knows what has to be destroyed again; and
it is under the next signed checkpoint like every other row.
"""

from typing import Literal

from turnout.core.fact import Fact
from turnout.core.retention.matters import ErasureRequest, Hold
from turnout.words.identity import ActorId, CallId, IncidentId


class HoldPlaced(Fact, frozen=True, kw_only=True, tag="hold-placed"):
    incident: IncidentId | None = None
    call: CallId | None = None
    hold: Hold


class HoldReleased(Fact, frozen=True, kw_only=True, tag="hold-released"):
    incident: IncidentId | None = None
    call: CallId | None = None
    hold: str
    whose: ActorId
    reason: str


class ErasureAsked(Fact, frozen=True, kw_only=True, tag="erasure-asked"):
    incident: IncidentId | None = None
    call: CallId | None = None
    request: ErasureRequest


class ErasureDeclined(Fact, frozen=True, kw_only=True, tag="erasure-declined"):
    incident: IncidentId | None = None
    call: CallId | None = None
    request: str
    whose: ActorId
    reason: str


class DetailsErased(Fact, frozen=True, kw_only=True, tag="details-erased"):
    """`owners`: whose keys are destroyed by it. `rule`: the term was over, or somebody asked and another approved.

    `card`: only what is kept of this person; the keys are those of the card's versions.
    """

    incident: IncidentId | None = None
    call: CallId | None = None
    owners: tuple[str, ...]
    rule: Literal["term", "request"]
    term: str = ""
    days: int | None = None
    request: str = ""
    whose: ActorId | None = None
    """Who asked."""
    reason: str = ""
    card: str = ""


RetentionEvent = HoldPlaced | HoldReleased | ErasureAsked | ErasureDeclined | DetailsErased
