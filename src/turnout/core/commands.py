"""Every command there is, as one union. Decode with `decode_command`; the tag `do` names which."""

import msgspec

from turnout.core.calls.commands import CallCommand
from turnout.core.corridors.commands import CorridorCommand
from turnout.core.incidents.commands import IncidentCommand
from turnout.core.plans.commands import PlanCommand
from turnout.core.retention.commands import RetentionCommand
from turnout.core.reveals.commands import RevealCommand
from turnout.core.roster.commands import RosterCommand
from turnout.core.tables.commands import TableCommand
from turnout.core.timers.commands import TimerCommand
from turnout.core.units.commands import UnitCommand
from turnout.words.trouble import Malformed

Command = (
    CallCommand
    | IncidentCommand
    | UnitCommand
    | TimerCommand
    | TableCommand
    | RosterCommand
    | RevealCommand
    | RetentionCommand
    | CorridorCommand
    | PlanCommand
)

_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def decode_command(body: bytes) -> Command:
    """A command from its JSON. Raises `Malformed` naming the field."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as trouble:
        raise Malformed(str(trouble), where="command") from trouble
