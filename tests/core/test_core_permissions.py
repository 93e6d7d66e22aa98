"""Who may do what (7.3, 7.5). Calling for help is never refused for want of a right."""

import typing
from typing import Any

import pytest

from turnout.core.board import PersonCard, Position
from turnout.core.calls.commands import AttachCall, CloseCall, TakeCall
from turnout.core.catalogue import Role
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.incidents.commands import (
    AddAddendum,
    AddNarrative,
    CancelIncident,
    ChangePerson,
    CloseIncident,
    DisposeAgency,
    OpenIncident,
    ReopenIncident,
    RequestSupplement,
    UpdateSupplement,
)
from turnout.core.permissions import ALWAYS, BROKERED, GROUPS, SYSTEM_ONLY, rights_of
from turnout.core.refusals import NotPermitted
from turnout.core.tables.commands import PublishCatalogue, SignOff, SignOn
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer
from turnout.core.units.commands import AssignUnits, ClearUnits, RaiseDuress, ReportStatus
from turnout.words.identity import ActorId, AgencyId
from turnout.words.moment import Moment
from turnout.words.name import Name

VIEWER = Actor(ActorId("vera"), roles=("viewer",))
CREW = Actor(ActorId("tablet-E01"), roles=("crew",), unit="E01")
POLICE = Actor(ActorId("pia"), roles=("dispatcher",), agencies=(AgencyId("PD"),))


def test_whoever_is_signed_on_may_open_an_incident_and_press_the_emergency_button(room: Any, at_place: Any) -> None:
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=at_place()), actor=VIEWER)
    room.do(RaiseDuress(unit="E01"), actor=CREW)
    refusal = room.refusal(AssignUnits(incident_id="I1", units=("E01",)), NotPermitted, actor=VIEWER)
    assert (refusal.command, refusal.lacks) == ("assign-units", "role")


def test_a_call_taker_does_not_dispatch(room: Any, call_taker: Any) -> None:
    room.opened()
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="caller still on the line"), actor=call_taker)
    room.refusal(AssignUnits(incident_id="I1", units=("E01",)), NotPermitted, actor=call_taker)


def test_a_crews_terminal_speaks_for_its_own_unit_only(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01", "E02")
    room.do(ReportStatus(unit="E01", status="enroute"), actor=CREW)
    assert room.refusal(ReportStatus(unit="E02", status="enroute"), NotPermitted, actor=CREW).lacks == "unit"
    room.refusal(ClearUnits(units=("E01", "E02")), NotPermitted, actor=CREW)
    room.refusal(RaiseDuress(unit="E02"), NotPermitted, actor=CREW)
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="heavy smoke"), actor=CREW)
    room.refusal(AddNarrative(incident_id="I2", entry_id="n1", text="x"), NotPermitted, actor=CREW)


def test_a_dispatcher_of_one_agency_moves_only_its_units_and_incidents(room: Any) -> None:
    room.opened("I1", "FIRE")
    room.opened("I2", "CRASH")
    room.do(AssignUnits(incident_id="I2", units=("C01",)), actor=POLICE)
    assert room.refusal(AssignUnits(incident_id="I2", units=("M01",)), NotPermitted, actor=POLICE).subject == "EMS"
    room.refusal(AddNarrative(incident_id="I1", entry_id="n1", text="x"), NotPermitted, actor=POLICE)


def test_what_belongs_to_another_agencys_incident_is_out_of_reach_by_any_way(room: Any, clock: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.opened("I1", "FIRE", call_id="K1")
    room.opened("I2", "BURGLARY")
    room.do(RequestSupplement(incident_id="I1", supplement_id="S1", kind="TOW"))
    reached = (
        CancelTimers(timers=("pending/I1",)),
        ResetTimers(timers=("pending/I2", "pending/I1"), by_s=60),
        UpdateSupplement(supplement_id="S1", state="done"),
        AttachCall(call_id="K1", incident_id="I2"),
        CloseCall(call_id="K1", outcome="x"),
    )
    for command in reached:
        assert room.refusal(command, NotPermitted, actor=POLICE).subject == "FD"
    room.do(CancelTimers(timers=("pending/I2",)), actor=POLICE)
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    record = room.incident("I1")
    room.later(3600)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    room.refusal(ReopenIncident(incident_id="I1", reason="undo", record=record), NotPermitted, actor=POLICE)
    addendum = AddAddendum(incident_id="I1", entry_id="a1", text="x", record=record)
    room.refusal(addendum, NotPermitted, actor=POLICE)
    card = PersonCard(id="p1", role="caller", ref="r2", digest="d")
    late = ChangePerson(incident_id="I1", was_ref="r1", person=card, record=record)
    room.refusal(late, NotPermitted, actor=POLICE)
    room.do(ReopenIncident(incident_id="I1", reason="undo", record=record))


def test_on_a_shared_incident_each_agency_speaks_for_itself(room: Any) -> None:
    room.opened("I1", "CRASH")
    room.sent("I1", "C01", "M01")
    room.refusal(CancelIncident(incident_id="I1", reason="FALSE"), NotPermitted, actor=POLICE)
    room.refusal(CloseIncident(incident_id="I1", disposition="DONE", override="x"), NotPermitted, actor=POLICE)
    room.refusal(DisposeAgency(incident_id="I1", agency="EMS", disposition="DONE"), NotPermitted, actor=POLICE)
    room.do(DisposeAgency(incident_id="I1", agency="PD", disposition="DONE"), actor=POLICE)


def test_nobody_signs_another_off_but_who_may_move_groups(room: Any, call_taker: Any) -> None:
    room.do(SignOn(position=Position(id="D1", actor=ActorId("dora"), roles=(), since=Moment(0))))
    assert room.refusal(SignOff(position_id="D1"), NotPermitted, actor=call_taker).lacks == "own-name"
    room.do(SignOff(position_id="D1"))


def test_only_the_program_itself_rings_timers(room: Any, admin: Any, clock: Any) -> None:
    room.opened()
    room.later(300)
    room.refusal(RingTimer(timer="pending/I1"), NotPermitted, actor=admin)
    room.do(RingTimer(timer="pending/I1"), actor=clock)


def test_tables_are_published_by_those_who_may(room: Any, a_city: Any) -> None:
    room.refusal(PublishCatalogue(catalogue=a_city), NotPermitted)


def test_a_role_may_name_single_commands(room: Any, admin: Any, a_city: Any) -> None:
    roles = {**a_city.roles, "scribe": Role("scribe", Name("Scribe", "记录员"), ("add-narrative",))}
    city = a_city.__class__(**{f: getattr(a_city, f) for f in a_city.__struct_fields__} | {"roles": roles})
    room.do(PublishCatalogue(catalogue=city), actor=admin)
    scribe = Actor(ActorId("sam"), roles=("scribe",))
    assert rights_of(room.board, scribe) == ALWAYS | {"add-narrative"}


def test_every_command_is_in_a_group_and_every_name_in_a_group_is_a_command() -> None:
    commands = {str(command.__struct_config__.tag) for command in typing.get_args(Command)}
    grouped = frozenset().union(*GROUPS.values()) | ALWAYS | SYSTEM_ONLY | BROKERED
    assert grouped == commands


@pytest.mark.parametrize("name", ["open-incident", "take-call", "raise-duress"])
def test_help_can_always_be_called(name: str) -> None:
    assert name in ALWAYS
