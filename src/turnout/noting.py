"""The logs beside the journal, as a process of the city opens them: messages between parts, and the door."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.reserve import Space
from turnout.config import Settings
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.desk.desk import Desk
from turnout.desk.followed import FollowedDesk
from turnout.edge.alarms.facts import MIB
from turnout.edge.door_log import DoorLog
from turnout.edge.message_log import MessageLog
from turnout.records.messages import MessageStore
from turnout.records.sign_ins import FILE, SignInStore
from turnout.storing import MESSAGES
from turnout.words.moment import Moment

AnyDesk = Desk[Board, Command, Event, Refusal] | FollowedDesk[Board, Command, Event, Refusal]


def opened_messages(stack: AsyncExitStack, settings: Settings, folder: Path, desk: AnyDesk, space: Space) -> MessageLog:
    """The message log of this server, closed with what it still has to write."""
    store = MessageStore(folder / MESSAGES, settings.messages_days, settings.messages_mib * MIB)
    messages = MessageLog(store, SystemClock().now, space.has_room_for_bulk)
    stack.callback(messages.close)
    desk.listen(messages.hear)
    return messages


def opened_door_log(stack: AsyncExitStack, folder: Path, now: Callable[[], Moment], space: Space) -> DoorLog:
    """The log of this server's door, closed with what it still has to write."""
    door = DoorLog(SignInStore(folder / FILE), now, space.has_room_for_bulk)
    stack.callback(door.close)
    return door
