"""What was said and seen is sealed in every event, and leaves the board with its owner's key."""

from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from tests.core.conftest import NOON, at_place
from tests.house.walked_fields import all_fields
from turnout.audit.personal import find_entries, shipped_schema
from turnout.core.board import Assignment, Board, Call, Incident, Media, SupplementalRequest
from turnout.core.calls.commands import AttachCall, TakeCall
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import AddNarrative, MergeIncidents, OpenIncident, RequestSupplement
from turnout.core.incidents.events import FieldChanged, NarrativeAdded
from turnout.core.retention.events import DetailsErased
from turnout.core.sealed_fields import IN_COMMANDS, PLACES, TEXTS
from turnout.core.tables.events import PlaceSettled
from turnout.core.texts import opened, sealed, without_text
from turnout.core.units.events import UnitsAssigned
from turnout.words.identity import ActorId, CallId, IncidentId
from turnout.words.sealed_text import ERASED, SealedText, find_sealed, is_sealed, written

SAID = "planted"


def token(owner: str, text: str = SAID) -> str:
    return written(SealedText("0-1", owner, text.encode()))


HOLDING_TEXT = {
    (FieldChanged, "field"): "fields.weapons",
    (UnitsAssigned, "preempt"): "another",
    (Incident, "close_reason"): token("I1"),
    (Assignment, "late_reasons"): {"travel": token("I1")},
    (Media, "sha256"): "",
    (PlaceSettled, "text"): token("I1"),
}
"""What a structure has to say for its other fields to hold what somebody typed (`ONLY_WHERE`)."""


def example(of: Any, path: tuple[type, ...] = ()) -> Any:
    """A value of that type with `SAID` in every text that may be long, as deep as it goes."""
    match of:
        case msgspec.inspect.StructType():
            if of.cls in path:
                return None
            values = {field.name: example(field.type, (*path, of.cls)) for field in of.fields}
            values |= {name: text for (cls, name), text in HOLDING_TEXT.items() if cls is of.cls}
            return of.cls(**{name: value for name, value in values.items() if value is not None})
        case msgspec.inspect.UnionType():
            kinds = [one for one in of.types if not isinstance(one, msgspec.inspect.NoneType)]
            found = [value for one in kinds if (value := example(one, path)) is not None]
            return found[0] if found else None
        case msgspec.inspect.StrType():
            return SAID
        case msgspec.inspect.LiteralType():
            return of.values[0]
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return 1
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.DictType():
            inner = example(of.value_type, path)
            return {} if inner is None else {"k": inner}
        case msgspec.inspect.VarTupleType():
            inner = example(of.item_type, path)
            return () if inner is None else (inner,)
        case msgspec.inspect.TupleType():
            return tuple(example(one, path) for one in of.item_types)
        case _:
            return None


def texts_in(value: Any, struct: str = "") -> list[tuple[str, str, str]]:
    """(structure, field, text) of every text in it."""
    if isinstance(value, msgspec.Struct):
        pairs = [(name, getattr(value, name)) for name in value.__struct_fields__]
        name = type(value).__name__
        own = [(name, field, inner) for field, inner in pairs if isinstance(inner, str)]
        return own + [one for _, inner in pairs if not isinstance(inner, str) for one in texts_in(inner)]
    if isinstance(value, dict):
        return [one for inner in value.values() for one in texts_in(inner)]
    if isinstance(value, tuple | list):
        return [one for inner in value for one in texts_in(inner)]
    return []


def is_to_be_sealed(struct: str, field: str) -> bool:
    return any(getattr(one, "kept", "") == "sealed" for one in find_entries(shipped_schema(), struct, field))


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_seals_what_is_declared_and_nothing_else(kind: type[msgspec.Struct]) -> None:
    event = example(msgspec.inspect.type_info(kind))
    found = texts_in(sealed(event, token))
    assert found
    for struct, field, text in found:
        assert (find_sealed(text) is not None) == is_to_be_sealed(struct, field), (struct, field)


def test_what_is_declared_sealed_is_what_the_core_seals() -> None:
    walked = all_fields([*get_args(Event), Board])
    declared = {(one.struct, one.field) for one in walked if one.is_telling and is_to_be_sealed(one.struct, one.field)}
    sealed_ones = [*TEXTS.items(), *PLACES.items()]
    assert declared == {(struct.__name__, field) for struct, fields in sealed_ones for field in fields}


def room_with_texts(room: Any) -> Board:
    """An incident with a note of its own, one that came with a call, and a call."""
    room.do(TakeCall(call_id="C1", channel="phone", text=token("C1")))
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=at_place(lat=37.79), narrative=token("I1")))
    room.do(AttachCall(call_id="C1", incident_id="I1"))
    room.do(AddNarrative(incident_id="I1", entry_id="E1", text=token("C1")))
    room.do(RequestSupplement(incident_id="I1", supplement_id="S1", kind="tow", text=token("I1")))
    room.do(OpenIncident(incident_id="I2", type="FIRE", location=at_place(lat=37.75), narrative=token("I2")))
    return room.board


def erased(*owners: str) -> DetailsErased:
    return DetailsErased(at=NOON, by=ActorId("clock"), owners=owners, rule="term")


def said(row: Incident | Call | SupplementalRequest) -> list[str]:
    return [text for _, field, text in texts_in(row) if field == "text" and (text == ERASED or is_sealed(text))]


def test_an_erasure_takes_the_texts_of_its_owners_off_the_board_and_no_others(room: Any) -> None:
    board = room_with_texts(room)
    after = evolve(board, erased("C1"))
    assert said(after.incidents[IncidentId("I1")]) == [token("I1"), ERASED]
    assert said(after.calls[CallId("C1")]) == [ERASED]
    assert after.incidents[IncidentId("I2")] is board.incidents[IncidentId("I2")]
    assert after.supplements["S1"] is board.supplements["S1"]
    assert said(evolve(after, erased("I1")).supplements["S1"]) == [ERASED]


def test_an_erasure_follows_what_was_merged_into_another_incident(room: Any) -> None:
    room_with_texts(room)
    room.do(MergeIncidents(from_id="I2", into_id="I1"))
    after = evolve(room.board, erased("I2"))
    assert sorted(said(after.incidents[IncidentId("I1")])) == sorted([token("I1"), token("C1"), ERASED])


def test_a_page_is_made_of_an_opened_board(room: Any) -> None:
    shown = opened(room_with_texts(room), lambda text: text.upper())
    assert shown.incidents[IncidentId("I1")].narrative[0].text == token("I1").upper()
    assert shown.calls[CallId("C1")].text == token("C1").upper()


def test_what_another_event_repeats_stays_under_its_first_owner() -> None:
    event = NarrativeAdded(at=NOON, by=ActorId("a"), incident=IncidentId("I1"), entry="E", text=token("C1"))
    assert sealed(event, token) is event
    assert sealed(replace(event, text=""), token).text == ""  # type: ignore[union-attr]


def test_what_a_command_says_that_ends_is_not_in_what_it_is_told_apart_by() -> None:
    kinds = {kind: kind.__name__ for kind in get_args(Command)}
    declared = {
        (one.struct, one.field)
        for one in all_fields(kinds)
        if one.struct in kinds.values() and one.is_telling and is_to_be_sealed(one.struct, one.field)
    }
    declared |= {("AskJunctions", "asks"), ("NoteJunctions", "notes")}  # junctions, in structures of their own
    declared |= {("SetPatient", "triage")}  # one of four
    declared |= {(name, "location") for kind, name in kinds.items() if "location" in kind.__struct_fields__}
    assert declared == {(kind.__name__, field) for kind, fields in IN_COMMANDS.items() for field in fields}
    for kind, fields in IN_COMMANDS.items():
        command: Any = example(msgspec.inspect.type_info(kind))
        bare = without_text(command)
        assert not {field for field in fields if getattr(bare, field) == SAID}
        assert replace(bare, **{field: getattr(command, field) for field in fields}) == command
