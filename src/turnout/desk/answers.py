"""What the desk answers: done, with the sequence range, or refused. A fault is an exception instead (faults.py)."""

from typing import Generic

import msgspec

from turnout.desk.book import R
from turnout.words.identity import CommandId
from turnout.words.moment import Moment


class Done(msgspec.Struct, frozen=True, gc=False, tag="done"):
    """Durable. Its events are the rows `first_seq` to `last_seq`; a command with nothing to do has `last < first`.

    `repeated`: this command identity had been done before, and this is the answer of that time.
    """

    first_seq: int
    last_seq: int
    at: Moment
    repeated: bool = False


class CommandIdReused(msgspec.Struct, frozen=True, gc=False, tag_field="code", tag="command-id-reused"):
    """This identity has already been used, by another sender or for another content. Nothing was done now."""

    command_id: CommandId


class Refused(msgspec.Struct, Generic[R], frozen=True, gc=False, tag="refused"):
    """The rules' reasoned no. Everything that it depends on was durable before it was given."""

    refusal: R | CommandIdReused
    repeated: bool = False
