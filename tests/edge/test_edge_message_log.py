"""The message log keeps every line while the disk has room, is bounded, and is waited for by nobody."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.edge import message_log
from turnout.edge.message_log import MessageLog
from turnout.edge.trace import begun
from turnout.records.messages import Message, MessagesAsked, MessageStore
from turnout.words.moment import DAY_MS, Moment

NOW = Moment(1_800_000_000_000)


def a_message(at: int = NOW, **changes: object) -> Message:
    given = {"source": "http", "by": "dora", "target": "desk", "kind": "add-note", "size": 10, "outcome": "done"}
    return Message(at=Moment(at), **(given | changes))  # type: ignore[arg-type]


def test_a_line_is_found_by_incident_call_unit_and_time_and_by_nothing_else(tmp_path: Path) -> None:
    store = MessageStore(tmp_path / "m.sqlite")
    store.add([a_message(incidents=("I1",), calls=("C1",)), a_message(NOW + 5, units=("E07",))], NOW)
    kinds = [
        [one.n for one in store.find(asked)]
        for asked in (
            MessagesAsked(incident="I1"),
            MessagesAsked(call="C1"),
            MessagesAsked(unit="E07"),
            MessagesAsked(since=Moment(NOW + 1)),
            MessagesAsked(until=NOW),
            MessagesAsked(before=2),
            MessagesAsked(incident="dora"),
        )
    ]
    assert kinds == [[1], [1], [2], [2], [1], [1], []]
    assert set(MessagesAsked.__struct_fields__) == {"incident", "call", "unit", "since", "until", "before", "most"}
    store.close()


def test_a_line_has_no_room_for_a_body_or_a_person() -> None:
    told = "n at source by target kind size outcome duration_us trace seq_from seq_to digest incidents calls units"
    assert Message.__struct_fields__ == tuple(told.split())


def test_what_is_too_old_goes_and_what_is_younger_stays(tmp_path: Path) -> None:
    store = MessageStore(tmp_path / "m.sqlite", keep_days=3)
    store.add([a_message(NOW - 4 * DAY_MS, incidents=("I1",)), a_message(NOW, incidents=("I1",))], NOW)
    assert [one.at for one in store.find(MessagesAsked(incident="I1"))] == [NOW]
    store.close()


def test_the_file_stays_within_its_size_and_the_newest_lines_are_kept(tmp_path: Path) -> None:
    store = MessageStore(tmp_path / "m.sqlite", most_bytes=400_000)
    for batch in range(40):
        store.add([a_message(NOW + batch, incidents=(f"I{batch}",), digest="f" * 64) for _ in range(100)], NOW)
    assert (tmp_path / "m.sqlite").stat().st_size < 800_000
    assert len(store.find(MessagesAsked(incident="I39"))) == 100
    assert store.find(MessagesAsked(incident="I0")) == []
    store.close()


class HangingStore(MessageStore):
    """A disk that does not answer until it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go = threading.Event()

    def add(self, messages: Sequence[Message], now: Moment) -> None:
        self.go.wait(20)
        super().add(messages, now)


async def test_a_disk_that_hangs_is_not_waited_for_and_what_does_not_fit_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_log, "WAITING_MAX", 50)
    monkeypatch.setattr(message_log, "WRITE_EVERY_S", 0.01)
    store = HangingStore(tmp_path / "m.sqlite")
    log = MessageLog(store, lambda: NOW)
    running = asyncio.create_task(log.run())
    log.note(a_message(kind="first"))
    while len(log):
        await asyncio.sleep(0.01)
    for n in range(60):
        log.note(a_message(kind=f"k{n}"))
    assert (len(log), log.dropped) == (50, 10)
    store.go.set()
    found = await log.find(MessagesAsked(most=500))
    assert {one.kind for one in found} >= {f"k{n}" for n in range(50)}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    log.close()


async def test_a_full_disk_loses_no_line_while_the_queue_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MessageStore(tmp_path / "m.sqlite")
    log = MessageLog(store, lambda: NOW)
    honest = store.add

    def full(messages: Sequence[Message], now: Moment) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "add", full)
    for n in range(5):
        log.note(a_message(kind=f"k{n}"))
    await log.write_waiting()
    assert (len(log), log.dropped) == (5, 0)
    monkeypatch.setattr(store, "add", honest)
    assert [one.kind for one in await log.find(MessagesAsked())] == ["k4", "k3", "k2", "k1", "k0"]
    log.close()


def test_a_callers_trace_goes_on_and_a_bad_one_begins_anew() -> None:
    good = f"00-{'ab' * 16}-{'cd' * 8}-01"
    trace = begun("http", good)
    assert trace[:4] == ("http", "ab" * 16, "cd" * 8, True)
    assert begun("http", good[:-2] + "00").is_sampled is False
    for bad in ("", "00-" + "0" * 32 + f"-{'cd' * 8}-01", "ff" + good[2:], good + "-more", good.upper(), good * 20):
        assert begun("http", bad).trace != "ab" * 16
    assert begun("http", "cc" + good[2:] + "-later").trace == "ab" * 16


@given(st.text(max_size=600))
def test_whatever_a_caller_sends_as_its_trace_ours_is_well_formed(text: str) -> None:
    trace = begun("http", text)
    assert len(trace.trace) == 32
    assert int(trace.trace, 16) > 0
