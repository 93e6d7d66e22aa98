"""What nobody outside may pretend at the counter."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.histories.conftest import an_example
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.units.commands import RaiseDuress
from turnout.desk.access import Principal, part
from turnout.desk.answers import Done
from turnout.desk.book import Origin
from turnout.edge.answers import Accepted, Declined
from turnout.edge.counter import Counter
from turnout.words.identity import ActorId
from turnout.words.moment import Moment

DORA = Principal(actor=Actor(ActorId("dora"), roles=("dispatcher",)), scopes=frozenset({"dispatch"}), position="D1")


class DeskThatNotes:
    """Takes everything and remembers from whom it came."""

    def __init__(self) -> None:
        self.board = Board.empty()
        self.seq = 0
        self.origins: list[Origin] = []

    async def submit(self, command: Any, origin: Origin) -> Done:
        self.origins.append(origin)
        return Done(1, 1, Moment(0))


@pytest.mark.parametrize("identity", ["ring/pending/I1/1767268800000", "place/E07/I1/on-scene", "publish/1/0/2"])
async def test_the_identity_of_a_ring_cannot_be_used_up_by_somebody_else(identity: str) -> None:
    desk = DeskThatNotes()
    counter = Counter(desk, None)  # type: ignore[arg-type]
    answer = await counter.submit(DORA, identity, RaiseDuress(unit="E07"), "", "")
    assert isinstance(answer, Declined)
    assert desk.origins == []
    assert isinstance(await counter.submit(part("clock"), identity, RaiseDuress(unit="E07"), "", ""), Accepted)


async def test_a_person_acts_at_the_position_that_they_hold() -> None:
    desk = DeskThatNotes()
    counter = Counter(desk, None)  # type: ignore[arg-type]
    await counter.submit(DORA, "c1", RaiseDuress(unit="E07"), "", "SUPERVISOR")
    assert desk.origins[0].position == "D1"


HALF = "\ud83d"
"""The first half of an emoji, as a page sends it that cut a text in the middle."""


def text_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts are in a command as JSON has it, but its tags."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from text_places(one, (*path, key))
    if isinstance(value, str):
        yield path


def planted(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """A command with one of its texts replaced, where it is a text of its own and not one of a few known words."""
    copy = msgspec.json.decode(msgspec.json.encode(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text
    try:
        return msgspec.convert(copy, type(value), strict=False)
    except msgspec.ValidationError:
        return None


EXAMPLES: Any = [msgspec.convert(msgspec.to_builtins(an_example(kind)), kind) for kind in get_args(Command)]
PLACES = [
    (example, path)
    for example in EXAMPLES
    for path in text_places(msgspec.json.decode(msgspec.json.encode(example)))
    if planted(example, path, "anything") is not None
]


def test_there_is_a_text_to_spoil_in_nearly_every_command() -> None:
    assert len({type(example) for example, _ in PLACES}) > 0.9 * len(EXAMPLES)


STORABLE = st.text(st.characters(exclude_characters="\0\ufdd0", exclude_categories=["Cs"]), max_size=5)


@given(
    st.sampled_from(PLACES),
    STORABLE,
    st.sampled_from([("nul", "\0"), ("surrogate", HALF), ("noncharacter", "\ufdd0")]),
    STORABLE,
)
async def test_no_text_of_any_command_reaches_the_desk_with_what_no_storage_takes(
    place: tuple[Any, tuple[Any, ...]], before: str, bad: tuple[str, str], after: str
) -> None:
    example, path = place
    command = planted(example, path, (before + bad[1] + after)[:12])
    counter = Counter(DeskThatNotes(), None)  # type: ignore[arg-type]
    answer = await counter.hand_in(part("tester"), "c1", command)
    assert isinstance(answer, Declined)
    assert (answer.code, answer.fields) == ("unstorable-text", {"field": ".".join(map(str, path)), "kind": bad[0]})
    msgspec.json.encode(answer.text)


@pytest.mark.parametrize("spoilt", [{"command_id": "c\0"}, {"purpose": "x\0"}, {"position": HALF}])
async def test_what_stands_beside_a_command_is_looked_at_as_well(spoilt: dict[str, str]) -> None:
    desk = DeskThatNotes()
    counter = Counter(desk, None)  # type: ignore[arg-type]
    beside = {"command_id": "c1", "purpose": "", "position": "", **spoilt}
    answer = await counter.submit(DORA, beside.pop("command_id"), RaiseDuress(unit="E07"), **beside)
    assert isinstance(answer, Declined)
    assert answer.code == "unstorable-text"
    assert desk.origins == []


async def test_a_backslash_that_somebody_typed_is_no_reason_to_refuse() -> None:
    counter = Counter(DeskThatNotes(), None)  # type: ignore[arg-type]
    assert isinstance(await counter.submit(DORA, "\\u0000", RaiseDuress(unit="E07"), "", ""), Accepted)
