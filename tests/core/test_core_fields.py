"""Rights per field (7.5): what a role may change within the commands that it may give, and whose tables it may edit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.core.catalogue import Catalogue, Role
from turnout.core.context import Actor
from turnout.core.fields import CHANGE_AREAS, TABLES, entries_of, hidden_from, tables_changed
from turnout.core.incidents.commands import ChangeIncident, OpenIncident, Retype
from turnout.core.refusals import NotPermitted, TablesInconsistent
from turnout.core.tables.commands import NoteAccess, PublishCatalogue, WritePremise
from turnout.words.identity import ActorId, AgencyId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

TAKER = Actor(ActorId("tess"), roles=("taker",))
ADMIN = Actor(ActorId("root"), roles=("admin",))
BOTH = Actor(ActorId("bo"), roles=("taker", "dispatcher"))


def with_role(room: Any, **role: Any) -> Catalogue:
    """The room's tables with the role `taker`, who may do all, but for `role`."""
    tables = room.board.catalogue
    taker = Role(**{"code": "taker", "name": Name("Taker", "接警"), "may": ("calls", "dispatch", "tables")} | role)
    after = replace(tables, roles={**tables.roles, "taker": taker}, version=f"{role}")
    room.do(PublishCatalogue(catalogue=after), actor=ADMIN)
    return after


def test_a_role_kept_from_the_priority_may_raise_the_urgency_but_not_lower_it(room: Any) -> None:
    with_role(room, cannot_change=("priority",))
    room.opened(type="MED")
    now = room.board.incidents["I1"].priority
    lower = ChangeIncident(incident_id="I1", field="priority", was=now, becomes=now + 1, reason="calm")
    refusal = room.refusal(lower, NotPermitted, actor=TAKER)
    assert (refusal.lacks, refusal.subject) == ("field", "priority")
    raised = ChangeIncident(incident_id="I1", field="priority", was=now, becomes=now - 1, reason="worse")
    room.do(raised, actor=TAKER)


def test_opening_is_refused_only_where_it_says_less_urgent_than_the_type(room: Any, at_place: Any) -> None:
    tables = with_role(room, cannot_change=("priority",))
    own = tables.types["FIRE"].priority
    less = OpenIncident(
        incident_id="I9", type="FIRE", location=at_place(), priority=own + 1, priority_reason="a bin, burnt out"
    )
    assert room.refusal(less, NotPermitted, actor=TAKER).subject == "priority"
    room.do(replace(less, priority=None, priority_reason=""), actor=TAKER)


def test_whoever_has_two_roles_is_kept_only_from_what_both_are(room: Any) -> None:
    with_role(room, cannot_change=("priority", "type"))
    room.opened()
    now = room.board.incidents["I1"].priority
    change = ChangeIncident(incident_id="I1", field="priority", was=now, becomes=now + 1, reason="calm")
    room.do(change, actor=BOTH)
    room.refusal(Retype(incident_id="I1", was="FIRE", type="FIRE"), NotPermitted, actor=TAKER)


def test_premises_are_written_only_by_a_role_that_may_change_them(room: Any) -> None:
    with_role(room, cannot_change=("premises",), may=("dispatch", "write-premise"))
    note = WritePremise(
        note_id="p1",
        kind="hazard",
        place=Place(37.77, -122.41),
        address="1 Main",
        text="acid",
        expires=Moment(room.now + 10_000),
    )
    assert room.refusal(note, NotPermitted, actor=TAKER).subject == "premises"


def test_the_right_to_tables_cannot_give_itself_every_other_right(room: Any) -> None:
    """Whoever may publish tables could else write itself a role `*`."""
    tables = with_role(room)
    grab = replace(tables, roles={**tables.roles, "taker": replace(tables.roles["taker"], may=("*",))}, version="g")
    refusal = room.refusal(PublishCatalogue(catalogue=grab), NotPermitted, actor=TAKER)
    assert (refusal.lacks, refusal.subject) == ("role", "roles")
    administrator = Actor(ActorId("root"), roles=("taker", "administrator"))
    room.do(PublishCatalogue(catalogue=grab), actor=administrator)


def test_a_table_may_be_kept_from_a_role(room: Any) -> None:
    tables = with_role(room, cannot_change=("tables.types",))
    types = {**tables.types, "FIRE": replace(tables.types["FIRE"], look_back_days=7)}
    refusal = room.refusal(PublishCatalogue(catalogue=replace(tables, types=types)), NotPermitted, actor=TAKER)
    assert (refusal.lacks, refusal.subject) == ("field", "tables.types")


def test_an_agencys_own_person_changes_only_that_agencys_entries(room: Any) -> None:
    tables = with_role(room)
    own, other = list(tables.agencies)[:2]
    person = Actor(ActorId("fay"), roles=("taker",), agencies=(AgencyId(own),))

    def with_unit_of(agency: str) -> PublishCatalogue:
        unit = next(one for one in tables.units.values() if one.agency == agency)
        changed = {**tables.units, unit.id: replace(unit, aliases=("NEW",))}
        return PublishCatalogue(catalogue=replace(tables, units=changed, version=agency))

    refusal = room.refusal(with_unit_of(other), NotPermitted, actor=person)
    assert (refusal.lacks, refusal.subject) == ("agency", other)
    room.do(with_unit_of(own), actor=person)
    general = replace(tables, capabilities={**tables.capabilities, "new": Name("New", "新")})
    assert room.refusal(PublishCatalogue(catalogue=general), NotPermitted, actor=person).lacks == "agency"


def test_no_city_gives_away_the_programs_own_role(room: Any) -> None:
    tables = room.board.catalogue
    system = Role(code="system", name=Name("System", "系统"), may=("read",))
    after = replace(tables, roles={**tables.roles, "system": system})
    room.refusal(PublishCatalogue(catalogue=after), TablesInconsistent, actor=ADMIN)


def test_what_is_noted_of_accounts_is_never_asked_for_from_outside(room: Any) -> None:
    root = Actor(ActorId("root"), roles=("administrator", "dispatcher"))
    room.refusal(NoteAccess(act="account-made", subject="ana"), NotPermitted, actor=root)
    vouched = Actor(ActorId("root"), roles=("system",))
    [event] = room.do(NoteAccess(act="account-made", subject="ana", roles=("dispatcher",)), actor=vouched)
    assert (event.by, event.act, event.subject) == ("root", "account-made", "ana")


AREAS = st.frozensets(st.sampled_from(("persons", "premises", "calls")))


@given(st.lists(AREAS, min_size=1, max_size=4))
def test_a_further_role_never_hides_more(areas: list[frozenset[str]]) -> None:
    roles = {
        str(n): Role(code=str(n), name=Name("r", "角"), may=("read",), cannot_see=tuple(sorted(hidden)))
        for n, hidden in enumerate(areas)
    }
    tables = Catalogue(city="c", name=Name("c", "市"), time_zone="UTC", roles=roles)
    codes = tuple(roles)
    assert hidden_from(codes, tables) == frozenset.intersection(*areas)
    assert hidden_from(codes, tables) <= hidden_from(codes[:1], tables)


def test_every_table_of_the_catalogue_can_be_named(room: Any) -> None:
    whole = set(Catalogue.__struct_fields__) - {"city", "name", "time_zone", "utc_offset_min", "version"}
    assert whole - set(TABLES) <= {"folder_version", "swap_gain_s", "signals_armed_h"}
    assert {f"tables.{table}" for table in TABLES} < set(CHANGE_AREAS)


@pytest.mark.parametrize("table", TABLES)
def test_entries_are_named_without_losing_one(room: Any, table: str) -> None:
    tables = room.board.catalogue
    assert len(entries_of(tables, table)) == len(getattr(tables, table))
    assert list(tables_changed(tables, tables)) == []
