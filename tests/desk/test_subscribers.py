"""What a console is sent: a snapshot, then changes; cut off when it is slow; told what it missed when it comes back."""

import asyncio
import gc
from typing import Any

import msgspec
import pytest

from tests.desk.stand_ins import NOON
from tests.desk.toy_book import AddUnit, AssignUnit, Incident, OpenIncident, ReleaseUnit, ToyBoard, Unit, origin
from tests.desk.toy_rows import TABLES, toy_row, unit_row
from turnout.desk.desk import Told
from turnout.desk.faults import Busy, NotTheDesk
from turnout.desk.rows import Row, Table
from turnout.desk.subscribers import Changes, Cut, Limits, Snapshot, Subscribers, encode_message


def everything(row: Row) -> bool:
    return True


def moved(
    subscribers: Subscribers[ToyBoard], before: ToyBoard, after: ToyBoard, seq: int, branch: str = ""
) -> ToyBoard:
    rows = [toy_row(seq, branch)] if branch else []
    subscribers.hear(Told(seq, NOON, before, after, rows, []))
    return after


def with_unit(board: ToyBoard, unit: str, incident: str | None = None) -> ToyBoard:
    return msgspec.structs.replace(board, units={**board.units, unit: Unit(unit, incident)})


@pytest.fixture
def board() -> ToyBoard:
    return with_unit(ToyBoard(), "E07")


@pytest.fixture
def subscribers(board: ToyBoard) -> Subscribers[ToyBoard]:
    return Subscribers(TABLES, board, 1, NOON)


def keys(raws: tuple[msgspec.Raw, ...]) -> list[tuple[str, str]]:
    return [(decoded["table"], decoded["id"]) for decoded in map(msgspec.json.decode, raws)]


async def test_a_new_console_gets_a_snapshot_and_then_what_changes(subscribers: Any, board: ToyBoard) -> None:
    subscription = subscribers.subscribe(None, everything)
    first = await anext(subscription)
    assert isinstance(first, Snapshot)
    assert (first.seq, keys(first.rows)) == (1, [("units", "E07")])
    moved(subscribers, board, with_unit(board, "E08"), 2)
    second = await anext(subscription)
    assert isinstance(second, Changes)
    assert (second.seq, keys(second.upserts), second.removes) == (2, [("units", "E08")], ())


async def test_a_message_is_json_with_the_rows_inside(subscribers: Any) -> None:
    first = await anext(subscribers.subscribe(None, everything))
    assert msgspec.json.decode(encode_message(first)) == {
        "kind": "snapshot",
        "seq": 1,
        "at": NOON,
        "mark": "",
        "rows": [{"table": "units", "id": "E07", "row": {"id": "E07", "incident": None}}],
    }


async def test_a_row_is_made_once_however_many_may_see_it(board: ToyBoard) -> None:
    made: list[str] = []

    def counted(unit: Unit, on: ToyBoard) -> msgspec.Struct:
        made.append(unit.id)
        return unit_row(unit, on)

    table: Table[ToyBoard] = Table("units", lambda on: on.units, counted)
    subscribers = Subscribers([table], board, 1, NOON)
    streams = [subscribers.subscribe(None, everything) for _ in range(50)]
    made.clear()
    moved(subscribers, board, with_unit(board, "E08"), 2)
    bodies = []
    for stream in streams:
        await anext(stream)
        bodies.append((await anext(stream)).upserts[0])
    assert made == ["E08"]
    assert len({id(body) for body in bodies}) == 1


async def test_only_entries_that_are_other_objects_are_looked_at(subscribers: Any, board: ToyBoard) -> None:
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    same_again = msgspec.structs.replace(board, units={"E07": Unit("E07")})
    board = moved(subscribers, board, same_again, 2)
    moved(subscribers, board, with_unit(board, "E08"), 3)
    changes = await anext(subscription)
    assert keys(changes.upserts) == [("units", "E08")], "an equal row is not sent again"


async def test_a_row_that_shows_another_tables_entry_changes_with_it(subscribers: Any, board: ToyBoard) -> None:
    with_incident = msgspec.structs.replace(board, incidents={"I1": Incident("I1")})
    board = moved(subscribers, board, with_incident, 2)
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    moved(subscribers, board, with_unit(board, "E07", "I1"), 3)
    changes = await anext(subscription)
    rows = {decoded["id"]: decoded["row"] for decoded in map(msgspec.json.decode, changes.upserts)}
    assert rows["I1"]["units"] == ["E07"]


async def test_what_was_not_fetched_comes_as_the_newest_row_only(subscribers: Any, board: ToyBoard) -> None:
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    for seq, incident in enumerate(["I1", "I2", "I3"], start=2):
        board = moved(subscribers, board, with_unit(board, "E07", incident), seq)
    changes = await anext(subscription)
    assert changes.seq == 4
    assert [msgspec.json.decode(raw)["row"]["incident"] for raw in changes.upserts] == ["I3"]


async def test_a_row_that_came_and_went_unfetched_is_never_mentioned(subscribers: Any, board: ToyBoard) -> None:
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    more = moved(subscribers, board, with_unit(board, "E08"), 2)
    less = moved(subscribers, more, board, 3)
    moved(subscribers, less, with_unit(less, "E09"), 4)
    changes = await anext(subscription)
    assert (keys(changes.upserts), changes.removes) == ([("units", "E09")], ())


async def test_a_console_is_sent_only_what_it_may_see(subscribers: Any, board: ToyBoard) -> None:
    def sees(row: Row) -> bool:
        return row.id != "E08"

    subscription = subscribers.subscribe(None, sees)
    await anext(subscription)
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    moved(subscribers, board, with_unit(board, "E09"), 3)
    changes = await anext(subscription)
    assert keys(changes.upserts) == [("units", "E09")]


async def test_a_row_that_may_no_longer_be_seen_is_removed(subscribers: Any, board: ToyBoard) -> None:
    def sees(row: Row) -> bool:
        return getattr(row.row, "incident", None) != "I1"

    subscription = subscribers.subscribe(None, sees)
    await anext(subscription)
    moved(subscribers, board, with_unit(board, "E07", "I1"), 2)
    changes = await anext(subscription)
    assert (changes.upserts, changes.removes) == ((), (("units", "E07"),))


async def test_a_console_that_comes_back_is_told_what_it_missed(subscribers: Any, board: ToyBoard) -> None:
    for seq, unit in enumerate(["E08", "E09", "E10"], start=2):
        board = moved(subscribers, board, with_unit(board, unit), seq)
    resumed = await anext(subscribers.subscribe(2, everything))
    assert isinstance(resumed, Changes)
    assert (resumed.seq, keys(resumed.upserts)) == (4, [("units", "E09"), ("units", "E10")])


async def test_a_console_that_missed_nothing_is_told_so(subscribers: Any, board: ToyBoard) -> None:
    moved(subscribers, board, with_unit(board, "E08"), 2)
    resumed = await anext(subscribers.subscribe(2, everything))
    assert resumed == Changes(2, NOON, (), ())


@pytest.mark.parametrize("resume_after", [0, 1, 99])
async def test_who_comes_from_before_this_process_or_from_the_future_gets_a_snapshot(
    subscribers: Any, board: ToyBoard, resume_after: int
) -> None:
    moved(subscribers, board, with_unit(board, "E08"), 2)
    assert isinstance(await anext(subscribers.subscribe(resume_after, everything)), Snapshot)


async def test_who_has_seen_another_row_under_that_number_gets_a_snapshot(subscribers: Any, board: ToyBoard) -> None:
    """A backup was restored, or a primary was lost with rows that nobody else had."""
    there = Subscribers(TABLES, board, 1, NOON)
    for seq, unit in enumerate(["E08", "E09", "E10"], start=2):
        moved(there, board, with_unit(board, unit), seq, "lost")
        board = moved(subscribers, board, with_unit(board, unit), seq, "kept")
    lost, kept = [(await anext(one.subscribe(2, everything))).mark for one in (there, subscribers)]
    assert lost != kept != ""
    assert isinstance(await anext(subscribers.subscribe(4, everything, lost)), Snapshot)
    assert isinstance(await anext(subscribers.subscribe(4, everything, kept)), Changes)
    assert isinstance(await anext(subscribers.subscribe(4, everything)), Changes), "an older page has no mark"


async def test_the_mark_of_a_row_inside_a_batch_and_of_the_last_one_dropped_is_known(board: ToyBoard) -> None:
    """Another process may have cut the batches elsewhere."""
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(kept_rows=2))
    after = with_unit(board, "E08")
    rows = [toy_row(seq, "kept") for seq in (2, 3, 4)]
    subscribers.hear(Told(4, NOON, board, after, rows, []))
    for seq in (2, 3, 4):
        mark = rows[seq - 2].hash[:8].hex()
        assert isinstance(await anext(subscribers.subscribe(seq, everything, mark)), Changes)
        assert isinstance(await anext(subscribers.subscribe(seq, everything, "0" * 16)), Snapshot)
    for seq, unit in enumerate(["E09", "E10"], start=5):
        after = moved(subscribers, after, with_unit(after, unit), seq, "kept")
    assert isinstance(await anext(subscribers.subscribe(4, everything, rows[2].hash[:8].hex())), Changes)
    assert isinstance(await anext(subscribers.subscribe(4, everything, "0" * 16)), Snapshot)


async def test_who_has_seen_more_is_not_taken_back_by_a_server_that_may_be_the_desk_no_more(board: ToyBoard) -> None:
    fault = NotTheDesk("the lease could not be renewed in time")
    subscribers = Subscribers(TABLES, board, 5, NOON, standing=lambda: fault)
    with pytest.raises(NotTheDesk):
        subscribers.subscribe(6, everything)
    assert len(subscribers) == 0
    assert isinstance(await anext(subscribers.subscribe(4, everything)), Snapshot)
    assert isinstance(await anext(subscribers.subscribe(None, everything)), Snapshot)


async def test_who_was_away_for_too_long_gets_a_snapshot(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(kept_rows=3))
    for seq in range(2, 12):
        board = moved(subscribers, board, with_unit(board, f"E{seq + 20}"), seq)
    assert isinstance(await anext(subscribers.subscribe(7, everything)), Snapshot)
    assert isinstance(await anext(subscribers.subscribe(8, everything)), Changes)


async def test_a_slow_console_is_cut_off_and_resumes(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(pending_rows=3))
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    slow = subscribers.subscribe(None, everything)
    await anext(slow)
    for seq in range(3, 9):
        board = moved(subscribers, board, with_unit(board, f"E{seq + 20}"), seq)
    assert await anext(slow) == Cut(2)
    with pytest.raises(StopAsyncIteration):
        await anext(slow)
    assert len(subscribers) == 0
    resumed = await anext(subscribers.subscribe(2, everything))
    assert len(resumed.upserts) == 6


async def test_a_console_that_falls_many_batches_behind_is_cut_off(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(behind_batches=5))
    slow = subscribers.subscribe(None, everything)
    await anext(slow)
    for seq in range(2, 9):
        board = moved(subscribers, board, with_unit(board, "E07", f"I{seq}"), seq)
    assert await anext(slow) == Cut(1)


async def test_a_console_that_may_see_nothing_is_still_told_the_sequence_now_and_then(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(quiet_seq=5))
    blind = subscribers.subscribe(None, lambda row: False)
    await anext(blind)
    told = asyncio.create_task(anext(blind))
    for seq in range(2, 12):
        board = moved(subscribers, board, with_unit(board, "E07", f"I{seq}"), seq)
        await asyncio.sleep(0)
    assert await told == Changes(6, NOON, (), ())


async def test_a_closed_subscription_ends_and_is_forgotten(subscribers: Any) -> None:
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    waiting = asyncio.create_task(anext(subscription))
    await asyncio.sleep(0)
    subscription.close()
    with pytest.raises(StopAsyncIteration):
        await waiting
    assert len(subscribers) == 0


async def test_when_the_board_at_one_sequence_turns_out_to_be_another_all_start_over(
    subscribers: Any, board: ToyBoard
) -> None:
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    moved(subscribers, board, with_unit(board, "E08", "I1"), 2)
    assert await anext(subscription) == Cut(2)
    fresh = await anext(subscribers.subscribe(2, everything))
    assert isinstance(fresh, Snapshot)


async def test_a_rebuilt_board_that_is_the_same_disturbs_nobody(subscribers: Any, board: ToyBoard) -> None:
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    subscription = subscribers.subscribe(None, everything)
    await anext(subscription)
    rebuilt = msgspec.convert(msgspec.to_builtins(board), ToyBoard)
    board = moved(subscribers, board, rebuilt, 2)
    moved(subscribers, board, with_unit(board, "E09"), 3)
    assert keys((await anext(subscription)).upserts) == [("units", "E09")]


async def test_there_is_a_limit_to_subscriptions(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(subscriptions=1))
    subscribers.subscribe(None, everything)
    with pytest.raises(Busy):
        subscribers.subscribe(None, everything)


async def test_consoles_follow_a_running_desk(desk: Any) -> None:
    subscribers: Subscribers[ToyBoard] = Subscribers(TABLES, desk.board, desk.seq, desk.at)
    desk.listen(subscribers.hear)
    subscription = subscribers.subscribe(None, everything)
    assert isinstance(await anext(subscription), Snapshot)
    await desk.submit(AddUnit("E07"), origin("c1"))
    await desk.submit(OpenIncident("I1"), origin("c2"))
    await desk.submit(AssignUnit("E07", "I1"), origin("c3"))
    changes = await anext(subscription)
    assert changes.seq == desk.seq
    assert {msgspec.json.decode(raw)["id"]: msgspec.json.decode(raw)["row"] for raw in changes.upserts} == {
        "E07": {"id": "E07", "incident": "I1"},
        "I1": {"id": "I1", "text": "", "units": ["E07"]},
    }
    await desk.submit(ReleaseUnit("E07"), origin("c4"))
    assert {msgspec.json.decode(raw)["id"] for raw in (await anext(subscription)).upserts} == {"E07", "I1"}


async def test_what_consoles_that_see_alike_are_sent_is_put_together_once(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON)
    asked: list[str] = []

    def sees(row: Row) -> bool:
        asked.append(row.id)
        return True

    streams = [subscribers.subscribe(1, sees) for _ in range(50)]
    for stream in streams:
        await anext(stream)
    asked.clear()
    more = moved(subscribers, board, with_unit(board, "E08"), 2)
    moved(subscribers, more, with_unit(more, "E09"), 3)
    messages = [await anext(stream) for stream in streams]
    assert asked == ["E08", "E09"]
    assert all(isinstance(message, Changes) and message.seq == 3 for message in messages)


async def test_a_console_that_is_further_behind_than_another_is_sent_all_that_it_lacks(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON)
    quick, slow = subscribers.subscribe(1, everything), subscribers.subscribe(1, everything)
    await anext(quick)
    await anext(slow)
    more = moved(subscribers, board, with_unit(board, "E08"), 2)
    first = await anext(quick)
    assert isinstance(first, Changes)
    assert keys(first.upserts) == [("units", "E08")]
    moved(subscribers, more, with_unit(more, "E09"), 3)
    for stream, lacks in ((quick, ["E09"]), (slow, ["E08", "E09"])):
        message = await anext(stream)
        assert isinstance(message, Changes)
        assert [unit for _, unit in keys(message.upserts)] == lacks


async def test_two_hundred_who_come_back_at_once_share_one_snapshot(subscribers: Any, board: ToyBoard) -> None:
    first = await anext(subscribers.subscribe(None, everything))
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    streams = [subscribers.subscribe(None, everything) for _ in range(200)]
    assert all([await anext(stream) is first for stream in streams])
    missed = [await anext(stream) for stream in streams]
    assert keys(missed[0].upserts) == [("units", "E08")]
    assert all(each is missed[0] for each in missed)


async def test_a_snapshot_is_given_to_nobody_who_sees_otherwise(subscribers: Any) -> None:
    def nothing(row: Row) -> bool:
        return False

    await anext(subscribers.subscribe(None, everything))
    assert (await anext(subscribers.subscribe(None, nothing))).rows == ()


async def test_an_old_snapshot_is_given_to_nobody(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(first_rows=2))
    await anext(subscribers.subscribe(None, everything))
    moved(subscribers, board, with_unit(board, "E08"), 4)
    first = await anext(subscribers.subscribe(None, everything))
    assert isinstance(first, Snapshot)
    assert (first.seq, keys(first.rows)) == (4, [("units", "E07"), ("units", "E08")])


async def test_what_is_kept_for_consoles_is_nothing_for_the_collector(subscribers: Any, board: ToyBoard) -> None:
    """Tens of thousands of row changes are kept: a full collection that visits them stops the desk for 30 to 100 ms."""
    moved(subscribers, board, with_unit(board, "E08"), 2)
    (kept,) = subscribers._kept
    (change,) = kept.changes.values()
    assert not gc.is_tracked(change)
    assert not gc.is_tracked(change.after)


async def test_those_who_left_off_at_the_same_row_share_what_they_missed(subscribers: Any, board: ToyBoard) -> None:
    board = moved(subscribers, board, with_unit(board, "E08"), 2)
    board = moved(subscribers, board, with_unit(board, "E09"), 3)
    first = await anext(subscribers.subscribe(2, everything))
    moved(subscribers, board, with_unit(board, "E10"), 4)
    again = subscribers.subscribe(2, everything)
    assert await anext(again) is first
    assert keys((await anext(again)).upserts) == [("units", "E10")]
    other = await anext(subscribers.subscribe(3, everything))
    assert keys(other.upserts) == [("units", "E10")]


async def test_no_more_text_is_kept_than_allowed_and_who_was_away_for_longer_gets_a_snapshot(board: ToyBoard) -> None:
    subscribers = Subscribers(TABLES, board, 1, NOON, Limits(kept_bytes=1_000))
    for seq in range(2, 200):
        board = moved(subscribers, board, with_unit(board, f"U{seq:03}"), seq)
    assert 0 < sum(batch.text_bytes for batch in subscribers._kept) <= 1_000
    assert isinstance(await anext(subscribers.subscribe(198, everything)), Changes)
    assert isinstance(await anext(subscribers.subscribe(100, everything)), Snapshot)
