"""Which rule answers which command about units."""

from typing import assert_never

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision
from turnout.core.units.alerting import report_alert, send_alert
from turnout.core.units.clearing import clear_units
from turnout.core.units.commands import (
    AnswerDuress,
    AnswerRollCall,
    AssignUnits,
    ChangeRole,
    ChangeVehicle,
    ClearUnits,
    DisposeUnit,
    EnterPaperAssignment,
    ExchangeUnits,
    FreeUnits,
    GiveLateReason,
    LogOff,
    LogOn,
    MoveUp,
    NoteUnit,
    PreemptUnit,
    RaiseDuress,
    RelieveUnit,
    ReportAlert,
    ReportStatus,
    ReturnToService,
    SelfInitiate,
    SendAlert,
    StackIncident,
    StartRollCall,
    TakeOutOfService,
    UnitCommand,
)
from turnout.core.units.paper import enter_paper_assignment
from turnout.core.units.reporting import report_status
from turnout.core.units.safety import (
    answer_duress,
    answer_roll_call,
    dispose_unit,
    give_late_reason,
    raise_duress,
    self_initiate,
    start_roll_call,
)
from turnout.core.units.sending import assign_units
from turnout.core.units.shifts import (
    change_vehicle,
    log_off,
    log_on,
    move_up,
    note_unit,
    return_to_service,
    take_out_of_service,
)
from turnout.core.units.switching import (
    change_role,
    exchange_units,
    free_units,
    preempt_unit,
    relieve_unit,
    stack_incident,
)


def decide_unit(board: Board, command: UnitCommand, context: Context) -> Decision:  # noqa: C901  one case per command
    match command:
        case ReportStatus():
            return report_status(board, command, context)
        case AssignUnits():
            return assign_units(board, command, context)
        case ClearUnits():
            return clear_units(board, command, context)
        case RaiseDuress():
            return raise_duress(board, command, context)
        case AnswerDuress():
            return answer_duress(board, command, context)
        case FreeUnits():
            return free_units(board, command, context)
        case PreemptUnit():
            return preempt_unit(board, command, context)
        case RelieveUnit():
            return relieve_unit(board, command, context)
        case ExchangeUnits():
            return exchange_units(board, command, context)
        case StackIncident():
            return stack_incident(board, command, context)
        case LogOn():
            return log_on(board, command, context)
        case LogOff():
            return log_off(board, command, context)
        case TakeOutOfService():
            return take_out_of_service(board, command, context)
        case ReturnToService():
            return return_to_service(board, command, context)
        case ChangeVehicle():
            return change_vehicle(board, command, context)
        case MoveUp():
            return move_up(board, command, context)
        case NoteUnit():
            return note_unit(board, command, context)
        case SelfInitiate():
            return self_initiate(board, command, context)
        case StartRollCall():
            return start_roll_call(board, command, context)
        case AnswerRollCall():
            return answer_roll_call(board, command, context)
        case SendAlert():
            return send_alert(board, command, context)
        case ReportAlert():
            return report_alert(board, command, context)
        case GiveLateReason():
            return give_late_reason(board, command, context)
        case DisposeUnit():
            return dispose_unit(board, command, context)
        case EnterPaperAssignment():
            return enter_paper_assignment(board, command, context)
        case ChangeRole():
            return change_role(board, command, context)
        case _:
            assert_never(command)
