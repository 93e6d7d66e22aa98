"""The verbs of the command line: every dispatch act, with its words in English, Chinese and pinyin initials.

A verb is data: words, patterns, and what it makes of the values. To add one: a row in `acts/` and a test.
"""

from collections.abc import Callable, Sequence

import msgspec

from turnout.core.board import Board, Location
from turnout.core.commands import Command
from turnout.line.grammar import Slot, Values
from turnout.line.reading import Effect
from turnout.line.trouble import CannotRead
from turnout.words.identity import IncidentId
from turnout.words.moment import Moment
from turnout.words.name import Name

NOTHING = Name("", "")
ANYWAY_MARKS = ("!", "！")
"""At the beginning of the free text: `C E07; !nobody needed there`. An exclamation mark elsewhere is only text."""


class Making(msgspec.Struct, frozen=True):
    """What a verb has at hand besides its values: the board, new identities, the free text, a way to resolve places."""

    board: Board
    new_id: Callable[[], str]
    note: str
    locate: Callable[[str], Location]
    """Raises `NotAPlace` when the text means no one place."""
    now: Moment = Moment(0)
    show: Callable[[str], str] = str
    """Opens what is sealed on the board, where it goes into a command."""

    def override(self) -> str:
        """The reason after `;!`: do it anyway, where a guard would refuse what a person can judge (3.24)."""
        if not self.note.startswith(ANYWAY_MARKS):
            return ""
        reason = self.note.lstrip("".join(ANYWAY_MARKS)).strip()
        if not reason:
            raise CannotRead("reason-needed", Name("say why, after the !", "请在 ! 后写明原因"))
        return reason


class Made(msgspec.Struct, frozen=True):
    """Commands to run in order, or an effect on the console; and the incident to send the recommendation to."""

    commands: tuple[Command, ...] = ()
    effect: Effect | None = None
    send_recommended: IncidentId | None = None
    recommend_level: int | None = None
    also: Name = NOTHING
    """What the explanation adds to the verb's own: what was understood of free words, what is asked for."""


class Verb(msgspec.Struct, frozen=True):
    code: str
    words: tuple[str, ...]
    """Comparison keys: English letter and word, Chinese word and character, pinyin initials."""
    does: Name
    example: str
    patterns: tuple[Sequence[Slot], ...]
    make: Callable[[Values, Making], Made]
    explain: Name
    """With `{slot}` fields; spoken in full before Enter is pressed."""


def anyway(override: str) -> Name:
    return Name(f"anyway: {override}", f"仍然执行：{override}") if override else NOTHING


def joined(*said: Name) -> Name:
    return Name("; ".join(one.en for one in said if one.en), "；".join(one.zh for one in said if one.zh))


def slot(kind_and_name: str) -> Slot:
    """A slot written short: `incident`, `unit:by`, `level?`; a question mark makes it optional."""
    optional = kind_and_name.endswith("?")
    kind, _, name = kind_and_name.rstrip("?").partition(":")
    return msgspec.convert({"kind": kind, "name": name or kind, "optional": optional}, Slot)


def word(name: str, *words: str) -> Slot:
    """A keyword in a pattern: `on`, `off`."""
    return Slot("word", name, False, words)


def pattern(text: str) -> tuple[Slot, ...]:
    """A pattern written short: `units incident?`."""
    return tuple(slot(part) for part in text.split())
