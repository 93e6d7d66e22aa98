"""Which fields of events, the board and commands hold what somebody said, saw or was found at (decisions 0203, 0205).

`audit/personal.toml` declares them `kept = "sealed"`; tests/house holds the two together.
"""

from collections.abc import Callable
from typing import Any, Final

from turnout.core.board import (
    Assignment,
    Call,
    Callback,
    CallMessage,
    CorridorJunction,
    Dispatch,
    FieldChange,
    ForcedPlace,
    Incident,
    InvolvedVehicle,
    Location,
    Media,
    NarrativeLine,
    Patient,
    PlaceFix,
    PrimaryChoice,
    PropertyItem,
    SupplementalRequest,
)
from turnout.core.calls import commands as of_calls
from turnout.core.calls.events import CallbackNoted, CallClosed, CallDeclined, CallerPlaceNotFound, CallTaken
from turnout.core.corridors import commands as of_corridors
from turnout.core.corridors.events import CorridorCancelled
from turnout.core.corridors.matters import CrossingName, JunctionAsked, JunctionTold
from turnout.core.incidents import commands as of_incidents
from turnout.core.incidents.events import (
    AddendumAdded,
    AlarmLevelSet,
    EntryChanged,
    EntryStruck,
    FieldChanged,
    IncidentCancelled,
    IncidentClosed,
    IncidentHeld,
    IncidentOpened,
    IncidentRelocated,
    IncidentReopened,
    IncidentRequeued,
    IncidentsMerged,
    ItemAdded,
    NarrativeAdded,
    NarrativeStruck,
    PersonRemoved,
    PreAlertWithdrawn,
    PrimaryReleased,
    PrimarySet,
    SupplementRequested,
    SupplementUpdated,
    TriageAnswered,
    VehicleAdded,
)
from turnout.core.tables.events import PlaceSettled
from turnout.core.units import commands as of_units
from turnout.core.units.events import AssignmentEnded, LateReasonGiven, StatusReported, UnitsAssigned
from turnout.words.sealed_text import is_sealed

TEXTS: Final[dict[type, tuple[str, ...]]] = {
    CallTaken: ("text", "source"),
    CallerPlaceNotFound: ("reason",),
    CallDeclined: ("reason",),
    CallbackNoted: ("note",),
    CallClosed: ("outcome",),
    IncidentOpened: ("priority_reason", "fields"),
    FieldChanged: ("was", "becomes", "reason"),
    IncidentRelocated: ("was",),
    IncidentHeld: ("reason",),
    NarrativeAdded: ("text",),
    NarrativeStruck: ("reason",),
    PersonRemoved: ("reason",),
    VehicleAdded: ("description",),
    ItemAdded: ("description",),
    EntryChanged: ("was", "becomes"),
    EntryStruck: ("reason",),
    TriageAnswered: ("answer", "determinant"),
    IncidentsMerged: ("reason",),
    AlarmLevelSet: ("reason",),
    PreAlertWithdrawn: ("reason",),
    PrimarySet: ("reason",),
    PrimaryReleased: ("reason",),
    IncidentClosed: ("override",),
    IncidentCancelled: ("reason", "note"),
    IncidentReopened: ("reason",),
    IncidentRequeued: ("reason",),
    AddendumAdded: ("text",),
    SupplementRequested: ("text",),
    SupplementUpdated: ("who",),
    UnitsAssigned: ("reason", "preempt", "override"),
    AssignmentEnded: ("reason", "override"),
    LateReasonGiven: ("reason",),
    StatusReported: ("override",),
    PlaceSettled: ("text",),
    CrossingName: ("en", "zh"),
    JunctionAsked: ("junction", "group", "also", "permit"),
    JunctionTold: ("junction",),
    CorridorJunction: ("id", "group", "also"),
    CorridorCancelled: ("reason",),
    Location: ("text", "crossing", "floor", "detail"),
    ForcedPlace: ("text",),
    PlaceFix: ("source",),
    CallMessage: ("text",),
    Callback: ("note",),
    Call: ("text", "source", "place_refused", "outcome"),
    NarrativeLine: ("text", "struck_reason"),
    InvolvedVehicle: ("description", "struck_reason"),
    Patient: ("triage", "destination", "unit"),
    PropertyItem: ("description", "struck_reason"),
    Media: ("ref", "note"),
    FieldChange: ("seq_was",),
    PrimaryChoice: ("reason",),
    Dispatch: ("reason",),
    Incident: ("fields", "triage", "close_reason"),
    Assignment: ("late_reasons",),
    SupplementalRequest: ("text", "who"),
}
"""Structure → its fields that hold such a text, or such texts under their names."""

PLACES: Final[dict[type, tuple[str, ...]]] = {
    Location: ("place",),
    PlaceFix: ("place",),
    ForcedPlace: ("place",),
    JunctionAsked: ("place",),
    CorridorJunction: ("place",),
}
"""Structure → its fields that hold a place on the ground."""

PERMIT_TOLD_MIN: Final = 10
"""A permission of fewer junctions says by its name which they are."""


def _is_typed(event: FieldChanged) -> bool:
    """Not a subtype, a priority or a plan."""
    return event.field.startswith("fields.") or event.field in ("floor", "detail")


def _is_own_words(event: Any) -> bool:
    """Not a code of the city's tables."""
    return bool(event.is_typed)


ONLY_WHERE: Final[dict[tuple[type, str], Callable[[Any], bool]]] = {
    (FieldChanged, "was"): _is_typed,
    (FieldChanged, "becomes"): _is_typed,
    (EntryChanged, "was"): lambda event: event.field == "description",
    (EntryChanged, "becomes"): lambda event: event.field == "description",
    (UnitsAssigned, "reason"): lambda event: event.is_typed or event.reason != event.preempt,
    (UnitsAssigned, "preempt"): _is_own_words,
    (AssignmentEnded, "reason"): _is_own_words,
    (LateReasonGiven, "reason"): _is_own_words,
    (IncidentCancelled, "reason"): _is_own_words,
    (IncidentReopened, "reason"): _is_own_words,
    (IncidentRequeued, "reason"): _is_own_words,
    (Incident, "close_reason"): lambda incident: is_sealed(incident.close_reason),
    (Assignment, "late_reasons"): lambda one: any(map(is_sealed, one.late_reasons.values())),
    (Media, "ref"): lambda media: not media.sha256,
    (JunctionAsked, "permit"): lambda asked: asked.among < PERMIT_TOLD_MIN,
}
"""Fields that hold one only sometimes: a group, a priority, a coded reason, the name of a sealed file is none."""

IN_COMMANDS: Final[dict[type, tuple[str, ...]]] = {
    of_calls.TakeCall: ("text", "source", "location"),
    of_calls.TakeMessage: ("text", "source", "location"),
    of_calls.OpenFromAlarm: ("location",),
    of_calls.ReplyToCall: ("text",),
    of_calls.RefreshCallerPlace: ("source", "place"),
    of_calls.ReportNoPlace: ("reason",),
    of_calls.DeclineCall: ("reason",),
    of_calls.NoteCallback: ("note",),
    of_calls.CloseCall: ("outcome",),
    of_incidents.OpenIncident: ("narrative", "priority_reason", "location"),
    of_incidents.ChangeIncident: ("was", "becomes", "reason"),
    of_incidents.Relocate: ("was", "location"),
    of_incidents.SetSecondaryPlace: ("location",),
    of_incidents.HoldIncident: ("reason",),
    of_incidents.AddNarrative: ("text",),
    of_incidents.StrikeNarrative: ("reason",),
    of_incidents.RemovePerson: ("reason",),
    of_incidents.AddVehicle: ("description",),
    of_incidents.AddItem: ("description",),
    of_incidents.ChangeEntry: ("was", "becomes"),
    of_incidents.StrikeEntry: ("reason",),
    of_incidents.SetPatient: ("triage", "destination", "unit"),
    of_incidents.LinkMedia: ("ref", "note"),
    of_incidents.AttachFile: ("note",),
    of_incidents.AnswerTriage: ("answer",),
    of_incidents.MergeIncidents: ("reason",),
    of_incidents.SetAlarmLevel: ("reason",),
    of_incidents.WithdrawPreAlert: ("reason",),
    of_incidents.SetPrimary: ("reason",),
    of_incidents.CloseIncident: ("note", "override"),
    of_incidents.CancelIncident: ("reason", "note"),
    of_incidents.ReopenIncident: ("reason", "note"),
    of_incidents.AddAddendum: ("text",),
    of_incidents.RequestSupplement: ("text",),
    of_incidents.UpdateSupplement: ("who",),
    of_corridors.CancelCorridor: ("reason",),
    of_corridors.AskJunctions: ("asks",),
    of_corridors.NoteJunctions: ("notes",),
    of_units.SelfInitiate: ("narrative", "location"),
    of_units.AssignUnits: ("reason", "preempt", "override"),
    of_units.PreemptUnit: ("reason",),
    of_units.GiveLateReason: ("reason",),
    of_units.RelieveUnit: ("reason",),
    of_units.ReportStatus: ("override",),
    of_units.ClearUnits: ("override",),
}
"""Command → its fields that become or hold such texts and places."""

OF_FEW: Final = frozenset({"triage", "destination", "unit"})
"""Fields of commands with so few values that their length would tell which it was."""
