"""What comes with every command and is not the command: when, who, from where, why."""

from collections.abc import Callable

import msgspec

from turnout.core.location import FindPlace, no_place
from turnout.words.identity import ActorId, AgencyId, CommandId
from turnout.words.moment import Moment


class Actor(msgspec.Struct, frozen=True):
    """Who acts. `roles` are codes of the city's tables; `agencies` empty means all; `unit` for a crew's terminal.

    `station` for a station's screen: it answers the alerts of that station and does nothing else.
    """

    id: ActorId
    roles: tuple[str, ...] = ()
    agencies: tuple[AgencyId, ...] = ()
    unit: str = ""
    station: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    at: Moment
    actor: Actor
    position: str = ""
    purpose: str = ""
    """Why, where the command needs one (opening personal details)."""
    command_id: CommandId
    cause: str = ""
    """The command or event that led to this one, where a part of the system acts by itself."""
    show: Callable[[str], str] = str
    """Opens a text of the board that is sealed, for a rule that has to compare it with what somebody saw."""
    find_place: FindPlace = no_place
    """Opens a place of the board that is sealed, for a rule that has to measure. None: its key is destroyed."""
