"""What a book must give the desk. Operations, services and custody are books: own rules, own board, own journal stream,
over the same machinery. Everything here is pure; the desk supplies time, order and durability.
"""

import hashlib
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from turnout.core.context import Actor, Context
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

B = TypeVar("B")
C = TypeVar("C")
E = TypeVar("E")
R = TypeVar("R")
C_contra = TypeVar("C_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Who asks: everything about a command that is neither its content nor its time."""

    actor: Actor
    command_id: CommandId
    position: str = ""
    purpose: str = ""
    cause: str = ""

    def context(self, at: Moment) -> Context:
        """The rules' context, once the desk has stamped the time."""
        return Context(
            at=at,
            actor=self.actor,
            position=self.position,
            purpose=self.purpose,
            command_id=self.command_id,
            cause=self.cause,
        )


class EventBody(NamedTuple):
    """An event as the journal keeps it."""

    name: str
    version: int
    body: bytes


class Book(Protocol[B, C_contra, E, R_co]):
    """The rules of one book. A decision is a list of events or, being anything else, a refusal."""

    stream: str
    """The journal stream's name, for ever: `operations`."""
    board_shape: str
    """Changes whenever a stored board could no longer be read as this program's board."""

    def empty(self) -> B: ...
    def decide(self, board: B, command: C_contra, context: Context) -> list[E] | R_co: ...
    def evolve(self, board: B, event: E) -> B: ...
    def encode_event(self, event: E) -> EventBody: ...
    def decode_event(self, name: str, version: int, body: bytes) -> E: ...
    def command_name(self, command: C_contra) -> str: ...
    def encode_command(self, command: C_contra) -> bytes: ...
    def tell_apart(self, command: C_contra, content: bytes) -> bytes:
        """What tells `command`, encoded as `content`, from another one of the same identity."""
        ...

    def comes_first(self, command: C_contra) -> bool: ...
    def encode_board(self, board: B) -> bytes: ...
    def decode_board(self, body: bytes) -> B: ...


def command_digest(name: str, content: bytes, actor: ActorId) -> bytes:
    """SHA-256 over name, sender and content: two commands with one identity and unequal digests are not repeats."""
    head = f"{len(name)}:{name}{len(actor)}:{actor}".encode()
    return hashlib.sha256(head + content).digest()
