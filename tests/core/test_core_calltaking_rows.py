"""What call-takers and dispatchers are promised, row by row of the function table (sections 1, 4, 6 and 7)."""

from typing import Any

import pytest
from msgspec.structs import replace

from turnout.core.board import PersonCard, Position
from turnout.core.calls.commands import TakeCall
from turnout.core.catalogue import IncidentType
from turnout.core.events import Event
from turnout.core.history import Line, Names, chronology
from turnout.core.incidents.commands import (
    AddItem,
    AddNarrative,
    AddPerson,
    AddVehicle,
    AnswerTriage,
    ChangeIncident,
    CloseIncident,
    HoldIncident,
    LinkMedia,
    OpenIncident,
    ReleaseIncident,
    Relocate,
    ReopenIncident,
    Retype,
    RouteIncident,
    SetSecondaryPlace,
    StrikeEntry,
)
from turnout.core.refusals import IncidentIsClosed, IncidentNotClosed, IncidentNotWaiting
from turnout.core.tables.commands import PublishCatalogue, SignOn
from turnout.core.units.commands import AssignUnits, ClearUnits
from turnout.words.name import Name


def told(room: Any, events: list[Event] | None = None) -> list[Line]:
    return chronology(enumerate(room.events if events is None else events, 1), Names(room.board.catalogue))


def english(room: Any, events: list[Event]) -> str:
    return " / ".join(line.text.en for line in told(room, events))


def test_a_type_that_the_city_adds_is_used_at_once_with_its_sub_types_and_agency(
    room: Any, admin: Any, a_city: Any, at_place: Any
) -> None:
    """1.1, 7.7: live, and an earlier version can be put back."""
    flood = IncidentType("FLOOD", Name("Flood", "积水"), ("PD", "FD"), 3, subtypes=("CELLAR", "ROAD"))
    with_flood = replace(a_city, types={**a_city.types, "FLOOD": flood}, version="2")
    room.do(PublishCatalogue(catalogue=with_flood, note="rainy season"), actor=admin)
    room.opened("I1", "FLOOD", subtype="CELLAR")
    incident = room.incident()
    assert (incident.priority, incident.agencies, incident.subtype) == (3, ("PD", "FD"), "CELLAR")
    events = room.do(PublishCatalogue(catalogue=a_city, note="as before"), actor=admin)
    assert (events[0].by, events[0].note) == ("ada", "as before")
    assert "FLOOD" not in room.board.catalogue.types
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="what runs already goes on"))


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (ChangeIncident(incident_id="I1", field="subtype", was="", becomes="SHOP"), "", "SHOP"),
        (ChangeIncident(incident_id="I1", field="priority", was=3, becomes=1, reason="inside"), "3", "1"),
        (ChangeIncident(incident_id="I1", field="fields.weapons", was="none", becomes="knife"), "none", "knife"),
        (Retype(incident_id="I1", was="BURGLARY", type="NOISE"), "Burglary", "Noise"),
    ],
)
def test_an_edited_field_keeps_its_old_value_on_record(room: Any, change: Any, old: str, new: str) -> None:
    """1.2, 4.7."""
    room.opened("I1", "BURGLARY")
    room.do(ChangeIncident(incident_id="I1", field="fields.weapons", was="", becomes="none"))
    text = english(room, room.do(change))
    assert old in text
    assert new in text.rpartition("→")[2]


def test_a_better_place_keeps_the_earlier_one_on_record(room: Any, at_place: Any) -> None:
    room.opened("I1", location=at_place("100 Main St"))
    text = english(room, room.do(Relocate(incident_id="I1", was="100 Main St", location=at_place("104 Main St"))))
    assert text.index("100 Main St") < text.index("104 Main St")
    assert room.incident().changes["location"].seq_was == "100 Main St"


def test_a_call_taker_gives_the_disposition_of_what_needs_nobody(room: Any, call_taker: Any, at_place: Any) -> None:
    """1.3, 1.4."""
    room.do(OpenIncident(incident_id="I1", type="INFO", location=at_place()), actor=call_taker)
    room.do(CloseIncident(incident_id="I1", disposition="DONE", note="told the opening hours"), actor=call_taker)
    incident = room.incident()
    assert (incident.status, incident.dispositions) == ("closed", {"PD": "DONE"})
    assert incident.numbers["PD"] == "P26000001"


def test_an_overridden_priority_is_on_record_with_who_and_why(room: Any, call_taker: Any, at_place: Any) -> None:
    """1.5."""
    opening = OpenIncident(
        incident_id="I1", type="FIRE", location=at_place(), priority=3, priority_reason="already out"
    )
    opened = room.do(opening, actor=call_taker)
    assert (opened[0].by, opened[0].priority_overridden, opened[0].priority_reason) == ("carl", True, "already out")
    changed = room.do(ChangeIncident(incident_id="I1", field="priority", was=3, becomes=2, reason="smoke again"))
    assert (changed[0].by, changed[0].reason) == ("dora", "smoke again")
    assert room.incident().priority_overridden


def test_number_time_operator_and_workstation_come_by_themselves(room: Any, call_taker: Any, at_place: Any) -> None:
    """1.7, 7.1."""
    room.do(
        OpenIncident(incident_id="I1", type="FIRE", location=at_place(), narrative="smoke"),
        actor=call_taker,
        position="C4",
    )
    incident = room.incident()
    assert (incident.numbers, incident.opened) == ({"FD": "F26000001"}, room.now)
    assert (incident.opened_by, incident.position) == ("carl", "C4")
    line = incident.narrative[0]
    assert (line.by, line.position, line.at) == ("carl", "C4", room.now)
    room.do(AddPerson(incident_id="I1", person=PersonCard(id="p1", role="caller", ref="r1", digest="d1")))
    assert [(card.role, card.ref) for card in room.incident().persons] == [("caller", "r1")]


def test_vehicles_and_items_belong_to_their_incident_and_to_no_other(room: Any) -> None:
    """1.12, 1.19."""
    room.opened("I1", "BURGLARY")
    room.opened("I2", "BURGLARY")
    room.do(AddVehicle(incident_id="I1", vehicle_id="v1", description="white van, ladder on the roof", role="suspect"))
    room.do(AddItem(incident_id="I1", item_id="p1", description="bicycle", quantity=2))
    room.do(StrikeEntry(incident_id="I1", entry_id="p1", reason="was found"))
    incident = room.incident("I1")
    assert [(v.description, v.role) for v in incident.vehicles] == [("white van, ladder on the roof", "suspect")]
    assert [(p.quantity, p.struck_reason) for p in incident.items] == [(2, "was found")]
    assert (room.incident("I2").vehicles, room.incident("I2").items) == ((), ())


def test_an_alarm_becomes_an_incident_with_the_type_and_place_that_it_brought(room: Any, at_place: Any) -> None:
    """1.10, 1.16: nothing is typed again."""
    alarm = TakeCall(
        call_id="K1",
        channel="alarm",
        suggested_type="FIRE",
        location=at_place("1 Mill Rd"),
        source="Acme",
        text="zone 4",
    )
    room.do(alarm)
    call = room.board.calls["K1"]
    assert call.status == "waiting"
    room.do(OpenIncident(incident_id="I1", type=call.suggested_type, location=call.location, call_id=call.id))
    incident = room.incident()
    assert (incident.type, incident.location.text, incident.calls) == ("FIRE", "1 Mill Rd", ("K1",))
    assert (room.board.calls["K1"].incident, room.board.calls["K1"].source) == ("I1", "Acme")


def test_whatever_waits_can_be_held_for_a_decision_and_released(room: Any) -> None:
    """1.18."""
    room.opened("I1", "BURGLARY")
    room.do(HoldIncident(incident_id="I1", reason="key holder is coming"))
    assert room.incident().status == "held"
    room.do(ReleaseIncident(incident_id="I1"))
    assert room.incident().status == "pending"


def test_an_incident_goes_only_from_status_to_status_that_follows(room: Any) -> None:
    """4.2."""
    room.opened("I1", "NOISE")
    room.refusal(ReleaseIncident(incident_id="I1"), IncidentNotWaiting)
    room.refusal(ReopenIncident(incident_id="I1", reason="x"), IncidentNotClosed)
    room.sent("I1", "C01")
    room.refusal(HoldIncident(incident_id="I1", reason="x"), IncidentNotWaiting)
    room.do(ClearUnits(units=("C01",)))
    assert room.incident().status == "pending"
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    for command in (
        AssignUnits(incident_id="I1", units=("C01",)),
        CloseIncident(incident_id="I1", disposition="DONE"),
        RouteIncident(incident_id="I1", group="fire-north"),
        AnswerTriage(incident_id="I1", question="q", answer="a"),
    ):
        room.refusal(command, IncidentIsClosed)


def test_units_join_and_leave_a_running_incident(room: Any) -> None:
    """4.4, 4.6."""
    room.opened()
    room.sent("I1", "E01", roles={"E01": "attack"})
    room.sent("I1", "E02", "M01", roles={"E02": "water"}, reason="asked for by the chief")
    assert {a.unit: a.role for a in room.incident().working} == {"E01": "attack", "E02": "water", "M01": ""}
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E02",)))
    assert [a.unit for a in room.incident().working] == ["E01", "M01"]
    assert room.incident().status == "active"


def test_further_places_come_and_go_with_their_role(room: Any, at_place: Any) -> None:
    """4.12, 4.18."""
    room.opened()
    staging = SetSecondaryPlace(incident_id="I1", place_id="s1", role="staging", location=at_place("Oak Park"))
    room.do(staging)
    room.do(SetSecondaryPlace(incident_id="I1", place_id="d1", role="destination", location=at_place("Yard 3")))
    room.do(replace(staging, location=at_place("Elm Park")))
    room.do(replace(staging, remove=True))
    places = {place.id: place for place in room.incident().places}
    assert (places["d1"].role, places["d1"].location.text, places["d1"].removed) == ("destination", "Yard 3", False)
    assert places["s1"].removed


def test_a_recording_is_linked_by_reference_with_its_time(room: Any) -> None:
    """4.15."""
    room.opened()
    rang = room.now - 5_000
    room.do(LinkMedia(incident_id="I1", media_id="m1", kind="call-audio", ref="recorder://7/8123", at=rang))
    assert [(m.kind, m.ref, m.at) for m in room.incident().media] == [("call-audio", "recorder://7/8123", rang)]


def test_every_line_of_the_record_says_when_who_and_from_which_position(room: Any, other_dispatcher: Any) -> None:
    """7.1."""
    room.opened("I1", "NOISE")
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="loud"), actor=other_dispatcher, position="D7")
    line = told(room)[-1]
    assert (line.at, line.by, line.position, line.incidents) == (room.now, "otto", "D7", ("I1",))


def test_one_person_at_one_position_takes_the_call_opens_and_dispatches(room: Any, at_place: Any) -> None:
    """7.4."""
    position = Position(id="D1", actor="dora", roles=(), groups=("fire-north", "police-south"), since=0)  # type: ignore[arg-type]
    room.do(SignOn(position=position))
    room.do(TakeCall(call_id="K1", channel="phone", answered=True))
    room.do(OpenIncident(incident_id="I1", type="NOISE", location=at_place(), call_id="K1"))
    room.sent("I1", "C01")
    assert {event.by for event in room.events[-3:]} == {"dora"}
    assert room.board.positions["D1"].groups == ("fire-north", "police-south")
