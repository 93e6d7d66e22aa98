"""Boards, askers and matters for the policy of who may look: dense enough that every ground often all but holds."""

import random
from typing import NamedTuple

from turnout.audit.access_text import AccessText
from turnout.core.board import (
    Assignment,
    Board,
    Call,
    GlassBreak,
    HandOver,
    Incident,
    Location,
    Position,
    Review,
)
from turnout.core.catalogue import Catalogue, Group, Role
from turnout.core.context import Actor
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals import policy
from turnout.core.reveals.matters import Kind
from turnout.core.reveals.policy import Matter
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId, UnitId
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.name import Name

NOW = Moment(1_767_268_800_000)
PEOPLE = tuple(ActorId(name) for name in ("ann", "bo", "cy"))
UNITS = tuple(UnitId(unit) for unit in ("E1", "M1"))
AGENCIES = tuple(AgencyId(agency) for agency in ("FD", "PD"))
GROUPS = ("north", "south")
POSITIONS = ("D1", "D2")
NOBODY = Name("x", "x")
ROLES = {
    "dispatcher": Role("dispatcher", NOBODY, ("dispatch",)),
    "call-taker": Role("call-taker", NOBODY, ("calls",)),
    "crew": Role("crew", NOBODY, ("field",)),
    "supervisor": Role("supervisor", NOBODY, ("dispatch", "oversee")),
    "auditor": Role("auditor", NOBODY, ("audit",)),
    "all": Role("all", NOBODY, ("*",)),
}
TABLES = Catalogue(
    city="t",
    name=NOBODY,
    time_zone="UTC",
    utc_offset_min=0,
    version="1",
    roles=ROLES,
    groups={group: Group(group, NOBODY, AGENCIES) for group in GROUPS},
)


class Case(NamedTuple):
    board: Board
    actor: Actor
    kind: Kind
    matter: Matter
    purpose: str


def about_now(dice: random.Random) -> Moment:
    """Now, or around the ends of twelve hours and of one hour."""
    back = dice.choice((0, 1, HOUR_MS, policy.AFTER_MS - 1, policy.AFTER_MS, policy.AFTER_MS + 1, 2 * policy.AFTER_MS))
    return Moment(NOW - back)


def ahead(dice: random.Random) -> Moment:
    return Moment(NOW + dice.choice((-HOUR_MS, -1, 0, 1, HOUR_MS)))


def some(dice: random.Random, of: tuple[str, ...]) -> tuple:  # type: ignore[type-arg]
    return tuple(one for one in of if dice.random() < 0.5)


def a_call(dice: random.Random, id: str, incident: str) -> Call:
    offer = HandOver(to=dice.choice(POSITIONS), by=PEOPLE[0], position="D9", at=NOW)
    return Call(
        id=CallId(id),
        channel="phone",
        received=NOW,
        status=dice.choice(("waiting", "answered", "attached", "callback", "closed")),
        answered_by=dice.choice((None, *PEOPLE)),
        closed=dice.choice((None, about_now(dice))),
        offer=dice.choice((None, None, offer)),
        incident=IncidentId(incident) if incident else None,
    )


def an_incident(dice: random.Random, id: str, calls: tuple[CallId, ...]) -> Incident:
    assignments = tuple(
        Assignment(unit=unit, by=PEOPLE[0], times={"dispatched": NOW} | dice.choice(({}, {"ended": about_now(dice)})))
        for unit in some(dice, UNITS)
    )
    closed = dice.choice((None, None, about_now(dice)))
    return Incident(
        id=IncidentId(id),
        tag=id,
        numbers={},
        opened=NOW,
        opened_by=dice.choice(PEOPLE),
        position="D1",
        status="active" if closed is None else "closed",
        status_since=NOW,
        type="FIRE",
        priority=1,
        agencies=some(dice, AGENCIES) or AGENCIES,
        location=Location(text="x"),
        calls=calls,
        assignments=assignments,
        group=dice.choice(("", *GROUPS)),
        closed=closed,
        last_change=NOW,
    )


def a_gone_call(dice: random.Random, id: str) -> CallRecord:
    return CallRecord(id, about_now(dice), answered_by=dice.choice(("", *PEOPLE)))


def a_review(dice: random.Random, id: str) -> Review:
    incident, call = dice.choice((*[("I1", "")] * 4, ("I2", ""), ("", "K1"), ("", "K1"), ("", "K2")))
    return Review(
        id=id,
        incident=incident,
        call=call,
        agencies=AGENCIES,
        who=dice.choice(PEOPLE),
        kinds=some(dice, ("details", "files")) or ("details",),
        purpose="x",
        until=ahead(dice),
        asked_by=dice.choice(PEOPLE),
        asked=NOW,
        approved_by=dice.choice((None, *PEOPLE)),
    )


def a_glass(dice: random.Random, id: str) -> GlassBreak:
    incident, call = dice.choice((("I1", ""), ("I2", ""), ("", "K1"), ("", "K2")))
    finding = dice.choice(("", "", "justified", "not-justified", "unclear"))
    return GlassBreak(
        id=id, by=dice.choice(PEOPLE), position="", incident=incident, call=call, reason="x", at=NOW, until=ahead(dice),
        finding=finding,
    )  # fmt: skip


def a_case(dice: random.Random) -> Case:
    """One of each thing twice, so that the wrong one is always at hand."""
    calls = {call.id: call for call in (a_call(dice, "K1", dice.choice(("", "I1"))), a_call(dice, "K2", "I2"))}
    of_first = tuple(call.id for call in calls.values() if call.incident == "I1")
    first = an_incident(dice, "I1", (*of_first, CallId("gone")))
    incidents = {} if dice.random() < 0.2 else {first.id: first}
    second = an_incident(dice, "I2", (CallId("K2"),))
    incidents[second.id] = second
    positions = {
        id: Position(id=id, actor=dice.choice(PEOPLE), roles=(), groups=some(dice, GROUPS), since=NOW)
        for id in some(dice, POSITIONS)
    }
    board = Board(
        catalogue=dice.choice((TABLES, TABLES, TABLES, None)),
        calls=calls,
        incidents=incidents,
        positions=positions,
        reviews={id: a_review(dice, id) for id in some(dice, ("V1", "V2"))},
        glass={id: a_glass(dice, id) for id in some(dice, ("G1", "G2"))},
    )
    actor = Actor(
        dice.choice(PEOPLE),
        roles=some(dice, ("dispatcher", "call-taker", "crew", "auditor", "supervisor"))[:2]
        + (("records-system",) if dice.random() < 0.08 else ()),
        agencies=dice.choice(((), (), *((agency,) for agency in AGENCIES))),
        unit=dice.choice(("", "", *UNITS)),
    )
    of_call = calls[CallId("K1")] if dice.random() < 0.7 else a_gone_call(dice, "K1")
    gone = tuple(a_gone_call(dice, id) for id in some(dice, ("gone",)))
    asked = policy.matter_of_call(board, of_call)
    matter = policy.matter_of_incident(first, gone) if dice.random() < 0.6 else asked
    kind: Kind = dice.choice(("details", "files"))
    return Case(board, actor, kind, matter, dice.choice(("call back", "call back", "call back", " ", "")))


def allowed_by_the_rules(case: Case) -> bool:
    """As the core decides it: a purpose, and a ground."""
    basis = policy.find_basis(case.board, case.actor, case.kind, case.matter, NOW)
    return bool(case.purpose.strip()) and basis is not None


def allowed_by_the_text(text: AccessText, case: Case) -> bool:
    return text.allows(case.board, case.actor, case.kind, case.matter, case.purpose, NOW)
