"""What follows from a command on this board: events in order, or the reasoned no. Pure; everything comes in."""

from typing import assert_never

from turnout.core.board import Board
from turnout.core.calls.commands import CallCommand
from turnout.core.calls.rules import decide_call
from turnout.core.commands import Command
from turnout.core.context import Context
from turnout.core.corridors.commands import CorridorCommand
from turnout.core.corridors.rules import decide_corridor
from turnout.core.decision import Decision
from turnout.core.incidents.commands import IncidentCommand
from turnout.core.incidents.rules import decide_incident
from turnout.core.permissions import refused
from turnout.core.plans.commands import PlanCommand
from turnout.core.plans.rules import decide_plans
from turnout.core.retention.commands import RetentionCommand
from turnout.core.retention.rules import decide_retention
from turnout.core.reveals.commands import RevealCommand
from turnout.core.reveals.rules import decide_reveal
from turnout.core.roster.commands import RosterCommand
from turnout.core.roster.rules import decide_roster
from turnout.core.tables.commands import TableCommand
from turnout.core.tables.rules import decide_table
from turnout.core.timers.commands import TimerCommand
from turnout.core.timers.rules import decide_timer
from turnout.core.units.commands import UnitCommand
from turnout.core.units.rules import decide_unit


def decide(board: Board, command: Command, context: Context) -> Decision:
    """Events (none: it is so already), or why not. The same board, command and context always give the same answer."""
    not_permitted = refused(board, command, context)
    if not_permitted is not None:
        return not_permitted
    if isinstance(command, UnitCommand):
        return decide_unit(board, command, context)
    if isinstance(command, IncidentCommand):
        return decide_incident(board, command, context)
    if isinstance(command, CallCommand):
        return decide_call(board, command, context)
    if isinstance(command, TimerCommand):
        return decide_timer(board, command, context)
    if isinstance(command, TableCommand):
        return decide_table(board, command, context)
    if isinstance(command, RosterCommand):
        return decide_roster(board, command, context)
    if isinstance(command, RevealCommand):
        return decide_reveal(board, command, context)
    if isinstance(command, RetentionCommand):
        return decide_retention(board, command, context)
    if isinstance(command, CorridorCommand):
        return decide_corridor(board, command, context)
    if isinstance(command, PlanCommand):
        return decide_plans(board, command, context)
    assert_never(command)
