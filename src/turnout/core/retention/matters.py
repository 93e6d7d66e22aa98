"""What stands on the board about keeping and erasing personal details: holds, and requests to erase."""

import msgspec

from turnout.core.incidents.entries import PersonCard
from turnout.words.identity import ActorId, AgencyId
from turnout.words.moment import Moment


class Hold(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """While it stands nothing of its matter is erased, whatever its age and whoever asks."""

    id: str
    incident: str = ""
    call: str = ""
    """One of the two. It may have left the board."""
    agencies: tuple[AgencyId, ...] = ()
    reason: str
    by: ActorId
    at: Moment


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """Of a call that has left the board: when it ended, which incident it concerned, who answered it, and the caller's
    card, which is a reference into the vault. A call that was not closed itself ended with its incident."""

    id: str
    closed: Moment
    incident: str = ""
    answered_by: str = ""
    caller: PersonCard | None = None


class ErasureRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody wants the details of one matter erased before their time; another person has to approve it.

    `card`: of this person alone.
    """

    id: str
    incident: str = ""
    call: str = ""
    card: str = ""
    agencies: tuple[AgencyId, ...] = ()
    reason: str
    asked_by: ActorId
    asked: Moment
