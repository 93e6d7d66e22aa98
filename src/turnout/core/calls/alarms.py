"""A monitored alarm becomes its incident in one act (1.16): type by the city's table, place and words from the call."""

from typing import Final

from turnout.core.board import Board, Call
from turnout.core.calls.commands import OpenFromAlarm
from turnout.core.calls.events import CallAnswered
from turnout.core.calls.handing_over import ringing
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.incidents.commands import OpenIncident
from turnout.core.incidents.opening import open_incident
from turnout.core.lookups import tables_of, tag_of
from turnout.core.no import No
from turnout.core.refusals import CallIsAttached, LocationNotVerified, UnknownCode, ValueNotTaken
from turnout.core.texts import opened_row

ALARMS: Final = frozenset({"alarm", "sensor"})


def open_from_alarm(board: Board, call: Call, command: OpenFromAlarm, context: Context) -> Decision:
    """Answered by it where nobody had; suspected duplicates are said aloud as with any incident."""
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    if call.channel not in ALARMS:
        return ValueNotTaken(field="channel", value=call.channel)
    if call.incident is not None:
        return CallIsAttached(call=call.id, tag=tag_of(board, call.incident))
    kind = tables.alarm_kinds.get(call.alarm_kind)
    type_code = kind.type if kind is not None else call.suggested_type
    if not type_code:
        return UnknownCode(kind="alarm-kind", value=call.alarm_kind)
    location = command.location or opened_row(call.location, context.show)
    if location is None:
        return LocationNotVerified(text="")
    opening = OpenIncident(
        incident_id=command.incident_id,
        type=type_code,
        subtype=kind.subtype if kind is not None else "",
        location=location,
        call_id=call.id,
        narrative=call.text,
    )
    opened = open_incident(board, opening, context)
    if not isinstance(opened, list) or call.answered is not None:
        return opened
    answered = CallAnswered(**head(context), call=call.id, stops=ringing(board, call))
    return [answered, *opened]
