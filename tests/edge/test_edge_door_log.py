"""The log of the door keeps who came in whatever floods it, is bounded, and is waited for by nobody."""

import asyncio
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.desk.access import part
from turnout.edge import door_log
from turnout.edge.allowance import asked_from
from turnout.edge.door_log import DoorLog
from turnout.records.sign_ins import KEPT_MS, DoorLine, SignInsAsked, SignInStore
from turnout.words.moment import MINUTE_MS, Moment

NOW = Moment(1_800_000_000_000)


def a_line(at: int = NOW, **said: object) -> DoorLine:
    return DoorLine(**({"act": "signed-in", "at": Moment(at), "way": "password", "account": "ana"} | said))  # type: ignore[arg-type]


def test_a_line_is_found_by_account_failure_and_time(tmp_path: Path) -> None:
    store = SignInStore(tmp_path / "s.sqlite")
    store.add([a_line(), a_line(NOW + 5 * MINUTE_MS, act="not-let-in", account="bo", reason="wrong-secret")], NOW)
    found = [
        [one.account for one in store.find(asked)]
        for asked in (
            SignInsAsked(),
            SignInsAsked(account="ana"),
            SignInsAsked(failures=True),
            SignInsAsked(since=Moment(NOW + MINUTE_MS)),
            SignInsAsked(until=NOW),
            SignInsAsked(before=2),
            SignInsAsked(most=1),
        )
    ]
    assert found == [["bo", "ana"], ["ana"], ["bo"], ["bo"], ["ana"], ["ana"], ["bo"]]
    store.close()


def test_a_line_is_on_the_disk_before_its_head_is_told_to_anybody(tmp_path: Path) -> None:
    store = SignInStore(tmp_path / "s.sqlite")
    full = 2
    assert store._base.execute("PRAGMA synchronous").fetchone() == (full,)
    store.close()


async def test_the_like_of_one_minute_is_two_lines_at_most_the_second_with_a_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first at once; lines are never changed, and a flood takes few."""
    monkeypatch.setattr(door_log, "WRITE_EVERY_S", 0.001)
    clock, store = [NOW], SignInStore(tmp_path / "s.sqlite")
    log = DoorLog(store, lambda: clock[0])
    running = asyncio.create_task(log.run())
    for n in range(30):
        clock[0] = Moment(NOW + n)
        log.note("not-let-in", account="ana", reason="wrong-secret")
        await asyncio.sleep(0.003)
    clock[0] = Moment(NOW + MINUTE_MS)
    while sum(one.count for one in store.find(SignInsAsked())) < 30:
        await asyncio.sleep(0.003)
    running.cancel()
    first, *rest = reversed(store.find(SignInsAsked()))
    assert (first.count, first.last) == (1, NOW)
    assert [(one.count, one.at, one.last) for one in rest] == [(29, NOW + 1, NOW + 29)]
    log.close()


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    store = SignInStore(tmp_path / "s.sqlite")
    store.add([a_line(NOW - KEPT_MS - 1, account="old"), a_line()], NOW)
    assert [one.account for one in store.find(SignInsAsked())] == ["ana"]
    store.close()


def test_no_flood_of_failures_pushes_out_who_got_in(tmp_path: Path) -> None:
    store = SignInStore(tmp_path / "s.sqlite", lines_max=100)
    store.add([a_line(account=f"a{n}") for n in range(50)], NOW)
    for n in range(40):
        failed = [a_line(act="not-let-in", network=f"192.0.2.{n}.{m}", reason="wrong-secret") for m in range(50)]
        store.add(failed, NOW)
    assert len(store.find(SignInsAsked(failures=True, most=500))) <= 100
    assert sum(one.act == "signed-in" for one in store.find(SignInsAsked(most=500))) == 50
    store.close()


def test_nobody_else_on_the_machine_may_read_the_file(tmp_path: Path) -> None:
    SignInStore(tmp_path / "s.sqlite").close()
    assert (tmp_path / "s.sqlite").stat().st_mode & 0o077 == 0


def test_a_file_of_another_shape_is_kept_under_another_name_as_long_as_its_lines_would_be(tmp_path: Path) -> None:
    for _ in range(2):
        with sqlite3.connect(tmp_path / "s.sqlite") as base:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("CREATE TABLE IF NOT EXISTS line_of_before (who TEXT)")
            base.execute("INSERT INTO line_of_before VALUES ('ana')")
            base.execute("PRAGMA user_version = 99")
        base.close()
        store = SignInStore(tmp_path / "s.sqlite")
        store.add([a_line()], NOW)
        assert len(store.find(SignInsAsked())) == 1
        store.close()
    kept = sorted(tmp_path.glob("s.sqlite.shape-99.*"))
    assert [path.name for path in kept] == ["s.sqlite.shape-99.1", "s.sqlite.shape-99.2"]
    with sqlite3.connect(kept[0]) as base:
        assert base.execute("SELECT who FROM line_of_before").fetchall() == [("ana",)]
    base.close()
    old = time.time() - KEPT_MS / 1_000 - 60
    os.utime(kept[0], (old, old))
    SignInStore(tmp_path / "s.sqlite").close()
    assert [path.exists() for path in kept] == [False, True]


@given(
    st.lists(
        st.tuples(st.sampled_from(["signed-in", "not-let-in"]), st.sampled_from("abc"), st.integers(0, 3 * MINUTE_MS)),
        max_size=60,
    )
)
def test_whatever_comes_is_counted_once(said: list[tuple[str, str, int]]) -> None:
    async def play() -> int:
        clock = [NOW]
        store = SignInStore(Path(folder) / "s.sqlite")
        log = DoorLog(store, lambda: clock[0])
        for act, account, later in sorted(said, key=lambda one: one[2]):
            clock[0] = Moment(NOW + later)
            log.note(act, account=account)  # type: ignore[arg-type]
            if later % 7 == 0:
                await log.write_waiting()
        found = await log.find(SignInsAsked(most=500))
        log.close()
        return sum(one.count for one in found)

    with tempfile.TemporaryDirectory() as folder:
        assert len(said) == asyncio.run(play())


async def test_beyond_so_many_different_failures_a_minute_who_and_where_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_log, "FAILURES_A_MINUTE_MAX", 3)
    log = DoorLog(SignInStore(tmp_path / "s.sqlite"), lambda: NOW)
    for n in range(10):
        asked_from.set(f"192.0.2.{n}")
        log.note_refused("password", "ana", "open", "wrong-secret")
    log.note("signed-in", account="ana")
    found = await log.find(SignInsAsked())
    assert sorted((one.act, one.network, one.count) for one in found) == [
        ("not-let-in", "", 7),
        *(("not-let-in", f"192.0.2.{n}", 1) for n in range(3)),
        ("signed-in", "192.0.2.9", 1),
    ]
    asked_from.set("")
    log.close()


async def test_what_was_typed_as_an_account_that_there_is_not_is_not_kept(tmp_path: Path) -> None:
    log = DoorLog(SignInStore(tmp_path / "s.sqlite"), lambda: NOW)
    log.note_refused("password", "my password", "none", "wrong-secret")
    log.note_refused("password", "bo", "closed", "wrong-secret")
    log.note_refused("password", "ana", "open", "too-many-attempts")
    told = {(one.account, one.reason) for one in await log.find(SignInsAsked())}
    assert told == {("", "unknown-account"), ("bo", "account-disabled"), ("ana", "too-many-attempts")}
    log.close()
    assert b"my password" not in (tmp_path / "s.sqlite").read_bytes()


async def test_what_the_programs_own_parts_do_is_no_visit(tmp_path: Path) -> None:
    log = DoorLog(SignInStore(tmp_path / "s.sqlite"), lambda: NOW)
    log.note_of(part("clock"), "signed-in")
    log.note_denied(part("clock"), "not-permitted", "open-incident")
    log.note_denied(None, "unknown-unit", "POST /commands")
    assert await log.find(SignInsAsked()) == []
    log.close()


class HangingStore(SignInStore):
    """A disk that does not answer until it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go = threading.Event()

    def add(self, lines: Sequence[DoorLine], now: Moment) -> None:
        self.go.wait(20)
        super().add(lines, now)


async def test_a_disk_that_hangs_is_not_waited_for_and_what_does_not_fit_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_log, "WAITING_MAX", 50)
    monkeypatch.setattr(door_log, "WRITE_EVERY_S", 0.01)
    store = HangingStore(tmp_path / "s.sqlite")
    log = DoorLog(store, lambda: NOW)
    running = asyncio.create_task(log.run())
    log.note("signed-in", account="first")
    while len(log):
        await asyncio.sleep(0.01)
    for n in range(80):
        log.note("signed-in", account=f"a{n}")
    assert (len(log), log.dropped) == (50, 30)
    store.go.set()
    running.cancel()
    assert len(await log.find(SignInsAsked(most=500))) >= 50
    log.close()


class FullStore(SignInStore):
    is_full = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.during: Callable[[], None] = lambda: None

    def add(self, lines: Sequence[DoorLine], now: Moment) -> None:
        self.during()
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        super().add(lines, now)


async def test_what_a_full_disk_refuses_waits_and_is_written_once(tmp_path: Path) -> None:
    store = FullStore(tmp_path / "s.sqlite")
    log = DoorLog(store, lambda: NOW)
    log.note("signed-in", account="ana")
    store.during = lambda: log.note("signed-in", account="ana")
    await log.write_waiting()
    store.during = lambda: None
    log.note("signed-in", account="bo")
    await log.write_waiting()
    assert len(log) == 2
    store.is_full = False
    assert {(one.account, one.count) for one in await log.find(SignInsAsked())} == {("ana", 2), ("bo", 1)}
    log.close()
