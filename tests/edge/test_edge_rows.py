"""Whose rows a connection gets, when what a row depends on has left the board."""

from typing import Any

import msgspec

from turnout.core.board import Board, Incident, Location, PremiseNote, Timer
from turnout.desk.access import Sight
from turnout.desk.desk import Told
from turnout.desk.subscribers import Changes, Snapshot, Subscribers
from turnout.edge.rows import TABLES, sees
from turnout.words.moment import Moment
from turnout.words.place import Place

NOW = Moment(1_700_000_000_000)


def an_incident(*agencies: str) -> Incident:
    return Incident(
        id="I1",
        tag="F01",
        numbers={},
        opened=NOW,
        opened_by="d1",
        position="D1",
        status="pending",
        status_since=NOW,
        type="SF",
        priority=1,
        agencies=agencies,
        location=Location(text="here"),
        last_change=NOW,
    )


def a_timer() -> Timer:
    return Timer(id="pending/I1", kind="pending", due=NOW, started=NOW, incident="I1")


def told(seq: int, before: Board, after: Board) -> Told[Board, Any]:
    return Told(seq, NOW, before, after, (), ())


async def first_and_next(before: Board, after: Board, agency: str) -> tuple[Any, Any]:
    subscribers = Subscribers(TABLES, before, 1, NOW)
    subscription = subscribers.subscribe(None, sees(Sight(frozenset({agency}))))
    first = await anext(subscription)
    subscribers.hear(told(2, before, after))
    return first, await anext(subscription)


def keys_of(message: Snapshot | Changes) -> set[tuple[str, str]]:
    rows = message.rows if isinstance(message, Snapshot) else message.upserts
    decoded = [msgspec.json.decode(row) for row in rows]
    return {(row["table"], row["id"]) for row in decoded if row["table"] != "board"}


async def test_a_timer_that_leaves_with_its_incident_is_taken_from_the_screens_that_had_it():
    before = Board(seq=1, incidents={"I1": an_incident("FD")}, timers={"pending/I1": a_timer()})
    first, then = await first_and_next(before, Board(seq=2), "FD")
    assert keys_of(first) == {("incidents", "I1"), ("timers", "pending/I1")}
    assert set(then.removes) == {("incidents", "I1"), ("timers", "pending/I1")}


async def test_an_agency_that_joins_an_incident_gets_its_timers_as_well():
    before = Board(seq=1, incidents={"I1": an_incident("FD")}, timers={"pending/I1": a_timer()})
    after = msgspec.structs.replace(before, seq=2, incidents={"I1": an_incident("FD", "PD")})
    first, then = await first_and_next(before, after, "PD")
    assert keys_of(first) == set()
    assert keys_of(then) == {("incidents", "I1"), ("timers", "pending/I1")}


async def test_what_concerns_another_agency_is_not_sent():
    before = Board(seq=1, incidents={"I1": an_incident("FD")})
    subscribers = Subscribers(TABLES, before, 1, NOW)
    first = await anext(subscribers.subscribe(None, sees(Sight(frozenset({"PD"})))))
    assert keys_of(first) == set()


async def test_a_table_that_a_role_is_kept_from_is_sent_neither_at_first_nor_later():
    note = PremiseNote(
        id="p1",
        kind="hazard",
        place=Place(1.0, 2.0),
        radius_m=50,
        address="1 Dr",
        text="acid",
        owner="sue",
        expires=NOW,
    )
    before = Board(seq=1, incidents={"I1": an_incident("FD")}, premises={"p1": note})
    after = msgspec.structs.replace(
        before,
        seq=2,
        premises={"p1": msgspec.structs.replace(note, text="gone")},
        timers={"pending/I1": a_timer()},
    )
    subscribers = Subscribers(TABLES, before, 1, NOW)
    subscription = subscribers.subscribe(None, sees(Sight(hidden=frozenset({"premises"}))))
    first = await anext(subscription)
    subscribers.hear(told(2, before, after))
    assert keys_of(first) == {("incidents", "I1")}
    assert keys_of(await anext(subscription)) == {("timers", "pending/I1")}
