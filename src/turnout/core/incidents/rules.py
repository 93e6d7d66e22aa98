"""Which rule answers which command about incidents: what is written into them, and what becomes of them."""

from typing import assert_never

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision
from turnout.core.incidents import changing, closing, correcting, linking, opening, waiting, warning, writing
from turnout.core.incidents.agencies import decide_add_agency
from turnout.core.incidents.commands import (
    AddAddendum,
    AddAgency,
    AddItem,
    AddNarrative,
    AddPerson,
    AddVehicle,
    AnswerTriage,
    AttachFile,
    CancelIncident,
    ChangeEntry,
    ChangeIncident,
    ChangePerson,
    ClaimIncident,
    CloneIncident,
    CloseIncident,
    DisposeAgency,
    HoldIncident,
    IncidentCommand,
    LinkIncidents,
    LinkMedia,
    MergeIncidents,
    OpenIncident,
    PreAlert,
    ReleaseIncident,
    Relocate,
    RemovePerson,
    ReopenIncident,
    RequestSupplement,
    RequestTransfer,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    SetPatient,
    SetPrimary,
    SetSecondaryPlace,
    SplitIncident,
    StrikeEntry,
    StrikeNarrative,
    UpdateSupplement,
    WithdrawPreAlert,
)

EntryCommand = (
    ChangeIncident
    | Retype
    | Relocate
    | AnswerTriage
    | AddNarrative
    | StrikeNarrative
    | AddPerson
    | RemovePerson
    | AddVehicle
    | AddItem
    | ChangeEntry
    | ChangePerson
    | StrikeEntry
    | SetPatient
    | LinkMedia
    | AttachFile
    | SetSecondaryPlace
    | RequestSupplement
    | UpdateSupplement
    | AddAddendum
)


def decide_incident(board: Board, command: IncidentCommand, context: Context) -> Decision:  # noqa: C901  one case each
    if isinstance(command, EntryCommand):
        return _decide_entry(board, command, context)
    match command:
        case OpenIncident():
            return opening.open_incident(board, command, context)
        case SplitIncident():
            return opening.split_incident(board, command, context)
        case CloneIncident():
            return opening.clone_incident(board, command, context)
        case ClaimIncident():
            return waiting.claim_incident(board, command, context)
        case RouteIncident():
            return waiting.route_incident(board, command, context)
        case HoldIncident():
            return waiting.hold_incident(board, command, context)
        case ReleaseIncident():
            return waiting.release_incident(board, command, context)
        case SetAlarmLevel():
            return waiting.set_alarm_level(board, command, context)
        case PreAlert():
            return warning.pre_alert(board, command, context)
        case WithdrawPreAlert():
            return warning.withdraw_pre_alert(board, command, context)
        case AddAgency():
            return decide_add_agency(board, command, context)
        case LinkIncidents():
            return linking.link_incidents(board, command, context)
        case MergeIncidents():
            return linking.merge_incidents(board, command, context)
        case DisposeAgency():
            return closing.dispose_agency(board, command, context)
        case SetPrimary():
            return closing.set_primary(board, command, context)
        case CloseIncident():
            return closing.close_incident(board, command, context)
        case CancelIncident():
            return closing.cancel_incident(board, command, context)
        case RequestTransfer():
            return closing.request_transfer(board, command, context)
        case ReopenIncident():
            return closing.reopen_incident(board, command, context)
        case _:
            assert_never(command)


def _decide_entry(board: Board, command: EntryCommand, context: Context) -> Decision:  # noqa: C901  one case each
    match command:
        case ChangeIncident():
            return changing.change_incident(board, command, context)
        case Retype():
            return changing.retype(board, command, context)
        case Relocate():
            return changing.relocate(board, command, context)
        case AnswerTriage():
            return changing.answer_triage(board, command, context)
        case AddNarrative():
            return writing.add_narrative(board, command, context)
        case StrikeNarrative():
            return writing.strike_narrative(board, command, context)
        case AddPerson():
            return writing.add_person(board, command, context)
        case RemovePerson():
            return writing.remove_person(board, command, context)
        case AddVehicle():
            return writing.add_vehicle(board, command, context)
        case AddItem():
            return writing.add_item(board, command, context)
        case ChangeEntry():
            return correcting.change_entry(board, command, context)
        case ChangePerson():
            return correcting.change_person(board, command, context)
        case StrikeEntry():
            return writing.strike_entry(board, command, context)
        case SetPatient():
            return writing.set_patient(board, command, context)
        case LinkMedia() | AttachFile():
            return writing.link_media(board, command, context)
        case SetSecondaryPlace():
            return writing.set_secondary_place(board, command, context)
        case RequestSupplement():
            return writing.request_supplement(board, command, context)
        case UpdateSupplement():
            return writing.update_supplement(board, command, context)
        case AddAddendum():
            return writing.add_addendum(board, command, context)
        case _:
            assert_never(command)
