"""The rules' reasoned no, as values. Each describes the situation that stands in the way, with its facts as fields.

What a refusal says in either language is in `refusals_text.py`. Codes (`tag`) are stable: screens and peers read them.
"""

from typing import Literal

from turnout.core.corridors.refusals import ArmingEndNotTaken as ArmingEndNotTaken
from turnout.core.corridors.refusals import CorridorIsOpen as CorridorIsOpen
from turnout.core.corridors.refusals import CorridorIsOver as CorridorIsOver
from turnout.core.corridors.refusals import CorridorsFull as CorridorsFull
from turnout.core.corridors.refusals import JunctionNotPermitted as JunctionNotPermitted
from turnout.core.corridors.refusals import NoSignalsArmed as NoSignalsArmed
from turnout.core.corridors.refusals import UnitNotUnderWay as UnitNotUnderWay
from turnout.core.no import No as No
from turnout.core.plans.refusals import DistrictNotRead as DistrictNotRead
from turnout.core.plans.refusals import PlansFull as PlansFull
from turnout.core.plans.refusals import PlansMovedOn as PlansMovedOn
from turnout.core.plans.refusals import PlansNotRun as PlansNotRun
from turnout.core.plans.refusals import PlansNotSimulated as PlansNotSimulated
from turnout.core.refusals_of_tables import NoTables as NoTables
from turnout.core.refusals_of_tables import TablesInconsistent as TablesInconsistent
from turnout.core.refusals_of_tables import TablesMoved as TablesMoved
from turnout.core.retention.refusals import CallOfIncident as CallOfIncident
from turnout.core.retention.refusals import NotOver as NotOver
from turnout.core.retention.refusals import OnHold as OnHold
from turnout.core.retention.refusals import RetentionFull as RetentionFull
from turnout.core.retention.refusals import SharedKey as SharedKey
from turnout.core.reveals.refusals import NoGround as NoGround
from turnout.core.reveals.refusals import ReviewsFull as ReviewsFull
from turnout.core.reveals.refusals import SecondPersonNeeded as SecondPersonNeeded
from turnout.core.roster.refusals import (
    RosterFull,
    ShiftHasBegun,
    ShiftTimesNotPossible,
    StaffHasShift,
    StaffNamedTwice,
    StaffOnDuty,
    UnitHasShift,
)
from turnout.words.identity import ActorId
from turnout.words.moment import Moment


class UnknownIncident(No, frozen=True, kw_only=True, tag="unknown-incident"):
    """It was never opened, or has left the board for the records."""

    incident: str


class UnknownUnit(No, frozen=True, kw_only=True, tag="unknown-unit"):
    unit: str


class UnknownCall(No, frozen=True, kw_only=True, tag="unknown-call"):
    call: str


class UnknownEntry(No, frozen=True, kw_only=True, tag="unknown-entry"):
    """A line, card, place, note, closure, zone, position or request that is not there (or is struck already)."""

    kind: str
    entry: str


class UnknownCode(No, frozen=True, kw_only=True, tag="unknown-code"):
    """Not in the tables that are in force."""

    kind: str
    value: str


class IdentityTaken(No, frozen=True, kw_only=True, tag="identity-taken"):
    """Somebody has already used this identity for another thing."""

    kind: str
    value: str


class NotPermitted(No, frozen=True, kw_only=True, tag="not-permitted"):
    """`lacks` says what the actor would need: a role, this agency, this unit's or station's screen, a right."""

    command: str
    lacks: Literal["role", "agency", "unit", "station", "purpose", "own-name", "field"]
    subject: str = ""


class UnitNotAvailable(No, frozen=True, kw_only=True, tag="unit-not-available"):
    """It is on an incident: which, who sent it there, when."""

    unit: str
    incident: str
    tag: str
    by: ActorId
    at: Moment


class AlreadyAssigned(No, frozen=True, kw_only=True, tag="already-assigned"):
    """It is on this very incident already."""

    unit: str
    incident: str
    tag: str
    by: ActorId
    at: Moment


class UnitIsOutOfService(No, frozen=True, kw_only=True, tag="unit-is-out-of-service"):
    unit: str
    reason: str
    since: Moment


class UnitIsOffDuty(No, frozen=True, kw_only=True, tag="unit-is-off-duty"):
    unit: str
    since: Moment


class UnitNotStaffed(No, frozen=True, kw_only=True, tag="unit-not-staffed"):
    unit: str
    crew: int
    crew_min: int


class CrewElsewhere(No, frozen=True, kw_only=True, tag="crew-elsewhere"):
    """One crew for several vehicles, and it is on (or is being sent with) another (3.2)."""

    unit: str
    partner: str


class UnitOnNoIncident(No, frozen=True, kw_only=True, tag="unit-on-no-incident"):
    unit: str


class UnitIsOnIncident(No, frozen=True, kw_only=True, tag="unit-is-on-incident"):
    """What was asked needs a unit that is on none."""

    unit: str
    tag: str


class UnitMovedOn(No, frozen=True, kw_only=True, tag="unit-moved-on"):
    """The reporter means an incident that the unit is not on (any more)."""

    unit: str
    meant: str
    now: str
    """Tag of the incident that it is on now; empty: none."""


class ReportTooOld(No, frozen=True, kw_only=True, tag="report-too-old"):
    """It was pressed before the unit was sent to the incident that it is on: it means an earlier one."""

    unit: str
    tag: str
    at: Moment
    """When it was pressed."""
    since: Moment
    """When the unit was sent."""


class StagePassed(No, frozen=True, kw_only=True, tag="stage-passed"):
    """It is further on already."""

    unit: str
    stage: str
    now: str
    since: Moment


class NotArrived(No, frozen=True, kw_only=True, tag="not-arrived"):
    """The unit would have had to arrive at the incident first (3.24)."""

    unit: str
    tag: str


class UnitHasArrived(No, frozen=True, kw_only=True, tag="unit-has-arrived"):
    """It was to be swapped only while it was still on its way (3.16)."""

    unit: str
    tag: str


class NobodyArrived(No, frozen=True, kw_only=True, tag="nobody-arrived"):
    """Some unit would have had to arrive before the incident may close (3.24)."""

    tag: str


class NotAssigned(No, frozen=True, kw_only=True, tag="not-assigned"):
    """The unit has never been sent to this incident (or is not on it now)."""

    unit: str
    tag: str


class NotOnStack(No, frozen=True, kw_only=True, tag="not-on-stack"):
    unit: str
    tag: str


class AlreadyStacked(No, frozen=True, kw_only=True, tag="already-stacked"):
    unit: str
    tag: str


class IncidentIsClosed(No, frozen=True, kw_only=True, tag="incident-is-closed"):
    incident: str
    tag: str
    at: Moment


class IncidentNotClosed(No, frozen=True, kw_only=True, tag="incident-not-closed"):
    tag: str


class IncidentNotWaiting(No, frozen=True, kw_only=True, tag="incident-not-waiting"):
    """What was asked needs an incident in another status: `needs` says which."""

    tag: str
    status: str
    needs: str


class UnitsStillWorking(No, frozen=True, kw_only=True, tag="units-still-working"):
    tag: str
    units: tuple[str, ...]


class FieldsMissing(No, frozen=True, kw_only=True, tag="fields-missing"):
    """What the incident's type asks for before it may close (6.1)."""

    tag: str
    fields: tuple[str, ...]


class DispositionNotForAgency(No, frozen=True, kw_only=True, tag="disposition-not-for-agency"):
    disposition: str
    agencies: tuple[str, ...]


class AgencyNotOnIncident(No, frozen=True, kw_only=True, tag="agency-not-on-incident"):
    agency: str
    tag: str


class AgencyAlreadyOnIncident(No, frozen=True, kw_only=True, tag="agency-already-on-incident"):
    agency: str
    tag: str


class ChangedMeanwhile(No, frozen=True, kw_only=True, tag="changed-meanwhile"):
    """Somebody else has set the field since it was read (4.7)."""

    field: str
    yours: str | int | bool | None
    """What the sender believed to be there."""
    theirs: str | int | bool | None
    by: ActorId
    at: Moment


class ValueNotTaken(No, frozen=True, kw_only=True, tag="value-not-taken"):
    """The field does not take this value: out of range, of the wrong kind, or not a field at all."""

    field: str
    value: str | int | float | bool | None


class ReasonNeeded(No, frozen=True, kw_only=True, tag="reason-needed"):
    field: str


class LocationNotVerified(No, frozen=True, kw_only=True, tag="location-not-verified"):
    """It has no place on the map, and nobody has said to take it as it is (`forced`)."""

    text: str


class PlaceNotOnEarth(No, frozen=True, kw_only=True, tag="place-not-on-earth"):
    lat: float
    lon: float


class SameIncident(No, frozen=True, kw_only=True, tag="same-incident"):
    """It takes two different ones."""

    tag: str


class NotLinked(No, frozen=True, kw_only=True, tag="not-linked"):
    tag: str
    other: str


class AlreadyLinked(No, frozen=True, kw_only=True, tag="already-linked"):
    tag: str
    other: str


class NobodyOnScene(No, frozen=True, kw_only=True, tag="nobody-on-scene"):
    tag: str


class NotAskedInRollCall(No, frozen=True, kw_only=True, tag="not-asked-in-roll-call"):
    unit: str
    tag: str


class NoDuress(No, frozen=True, kw_only=True, tag="no-duress"):
    unit: str


class PositionTaken(No, frozen=True, kw_only=True, tag="position-taken"):
    position: str
    by: ActorId
    since: Moment


class CallIsClosed(No, frozen=True, kw_only=True, tag="call-is-closed"):
    call: str
    at: Moment


class CallIsAnswered(No, frozen=True, kw_only=True, tag="call-is-answered"):
    call: str
    by: ActorId
    at: Moment


class CardChanged(No, frozen=True, kw_only=True, tag="card-changed"):
    """Somebody else has corrected the card since it was opened (4.7); what it says now only the vault knows."""

    person: str
    by: ActorId
    at: Moment


class OutlineCrosses(No, frozen=True, kw_only=True, tag="outline-crosses"):
    """Two sides of the outline meet where they should not: it does not enclose one area. Counted from 1."""

    first: int
    second: int


class CallIsAttached(No, frozen=True, kw_only=True, tag="call-is-attached"):
    """It concerns an incident already."""

    call: str
    tag: str


class CallNotOffered(No, frozen=True, kw_only=True, tag="call-not-offered"):
    """It is not being handed over, or no longer."""

    call: str


class CallIsFull(No, frozen=True, kw_only=True, tag="call-is-full"):
    """It holds as many messages or places as one call may."""

    call: str
    most: int


class TimeNotPossible(No, frozen=True, kw_only=True, tag="time-not-possible"):
    """A time in the future that can only be past, or the other way round."""

    field: str
    at: Moment


class TimesOutOfOrder(No, frozen=True, kw_only=True, tag="times-out-of-order"):
    """Times that cannot be: `later` before `earlier`; or one is `missing` without which the others say nothing."""

    earlier: str
    later: str
    missing: str = ""


class StationNotAlerted(No, frozen=True, kw_only=True, tag="station-not-alerted"):
    """None of its units is on the incident: there is nothing to alert it for. It can be warned (`pre-alert`)."""

    station: str
    tag: str


class TooManyAlerts(No, frozen=True, kw_only=True, tag="too-many-alerts"):
    tag: str
    most: int


class NoFirstDueStation(No, frozen=True, kw_only=True, tag="no-first-due-station"):
    """The place lies in no station's area, or that station's agency does not answer this incident."""

    tag: str


Refusal = (
    UnknownIncident
    | UnknownUnit
    | UnknownCall
    | UnknownEntry
    | UnknownCode
    | NoTables
    | TablesInconsistent
    | TablesMoved
    | IdentityTaken
    | NotPermitted
    | UnitNotAvailable
    | AlreadyAssigned
    | UnitIsOutOfService
    | UnitIsOffDuty
    | UnitNotStaffed
    | CrewElsewhere
    | UnitOnNoIncident
    | UnitIsOnIncident
    | UnitMovedOn
    | ReportTooOld
    | StagePassed
    | NotArrived
    | NobodyArrived
    | NotAssigned
    | UnitHasArrived
    | NotOnStack
    | AlreadyStacked
    | IncidentIsClosed
    | IncidentNotClosed
    | IncidentNotWaiting
    | UnitsStillWorking
    | FieldsMissing
    | DispositionNotForAgency
    | AgencyNotOnIncident
    | AgencyAlreadyOnIncident
    | ChangedMeanwhile
    | ValueNotTaken
    | ReasonNeeded
    | LocationNotVerified
    | PlaceNotOnEarth
    | SameIncident
    | NotLinked
    | AlreadyLinked
    | NobodyOnScene
    | NotAskedInRollCall
    | NoDuress
    | PositionTaken
    | CallIsClosed
    | CallIsAnswered
    | CardChanged
    | OutlineCrosses
    | CallIsAttached
    | CallNotOffered
    | CallIsFull
    | TimeNotPossible
    | TimesOutOfOrder
    | UnitHasShift
    | StaffHasShift
    | StaffNamedTwice
    | StaffOnDuty
    | ShiftHasBegun
    | ShiftTimesNotPossible
    | RosterFull
    | StationNotAlerted
    | TooManyAlerts
    | NoFirstDueStation
    | NoGround
    | SecondPersonNeeded
    | ReviewsFull
    | OnHold
    | CallOfIncident
    | NotOver
    | RetentionFull
    | SharedKey
    | UnitNotUnderWay
    | ArmingEndNotTaken
    | CorridorIsOpen
    | CorridorIsOver
    | NoSignalsArmed
    | CorridorsFull
    | JunctionNotPermitted
    | PlansNotSimulated
    | PlansNotRun
    | DistrictNotRead
    | PlansMovedOn
    | PlansFull
)
