"""What has happened about signals: permissions, arming, and every request of a corridor and what came of it.

`JunctionsAsked` stands in the journal before anything is written to a controller.
"""

from turnout.core.corridors.matters import Corridor, JunctionAsked, JunctionTold, Outcome, SignalPermit
from turnout.core.fact import Fact
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment


class SignalsPermitted(Fact, frozen=True, kw_only=True, tag="signals-permitted"):
    permit: SignalPermit


class SignalsWithdrawn(Fact, frozen=True, kw_only=True, tag="signals-withdrawn"):
    permit: SignalPermit
    """As it was."""
    reason: str = ""


class SignalsArmed(Fact, frozen=True, kw_only=True, tag="signals-armed"):
    permit_id: str
    junctions: tuple[str, ...]
    until: Moment | None = None
    """None in rows from before an end was asked for."""


class SignalsDisarmed(Fact, frozen=True, kw_only=True, tag="signals-disarmed"):
    """By a person; or because the time for which they were armed is over."""

    permit_id: str
    junctions: tuple[str, ...]
    reason: str = ""


class CorridorRequested(Fact, frozen=True, kw_only=True, tag="corridor-requested"):
    incident: IncidentId
    unit: UnitId
    corridor: Corridor


class JunctionsAsked(Fact, frozen=True, kw_only=True, tag="junctions-asked"):
    incident: IncidentId
    unit: UnitId
    corridor_id: str
    asks: tuple[JunctionAsked, ...]


class JunctionsNoted(Fact, frozen=True, kw_only=True, tag="junctions-noted"):
    """Granted, refused, waiting, lost or given back."""

    incident: IncidentId
    unit: UnitId
    corridor_id: str
    notes: tuple[JunctionTold, ...]


class CorridorCancelled(Fact, frozen=True, kw_only=True, tag="corridor-cancelled"):
    """By a person. It stays on the board until every junction is given back."""

    incident: IncidentId
    unit: UnitId
    corridor_id: str
    reason: str = ""


class CorridorEnded(Fact, frozen=True, kw_only=True, tag="corridor-ended"):
    incident: IncidentId
    unit: UnitId
    corridor_id: str
    outcome: Outcome


CorridorEvent = (
    SignalsPermitted
    | SignalsWithdrawn
    | SignalsArmed
    | SignalsDisarmed
    | CorridorRequested
    | JunctionsAsked
    | JunctionsNoted
    | CorridorCancelled
    | CorridorEnded
)
