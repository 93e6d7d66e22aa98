"""The log of the door is chained, and its heads stand on the journal: whatever is altered, removed or put in shows."""

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.running import API, Running, running
from tests.edge.test_edge_door_log import NOW, a_line
from turnout.edge.door_heads import DoorHeads
from turnout.main import main
from turnout.records import sign_ins
from turnout.records.chained_lines import CHAINS, SAID, Checked, Noted, checked, line_hash
from turnout.records.sign_ins import KEPT_MS, DoorLine, SignInStore, check_file
from turnout.words.moment import DAY_MS, MINUTE_MS, Moment

CITY = "san-francisco"
LEAST = 1_000_000
"""Fewer lines than that: nothing is let go for want of room."""


def some_lines(dice: random.Random, count: int, first: int = 0) -> list[DoorLine]:
    acts = ("signed-in", "signed-off", "not-let-in", "denied")
    return [
        a_line(NOW + n * MINUTE_MS, act=dice.choice(acts), account=dice.choice("abc"), network=f"192.0.2.{n % 200}")
        for n in range(first, first + count)
    ]


def noted_at(store: SignInStore, seq: int, at: int = NOW) -> Noted:
    return Noted(seq, Moment(at), store.heads())


def told(path: Path, noted: list[Noted], now: int = NOW) -> list[str]:
    """What is wrong with the file."""
    return [one.en for one in check_file(path, noted, Moment(now))[0].odd]


def test_lines_as_they_were_written_pass_and_it_is_told_how_many_the_journal_covers(tmp_path: Path) -> None:
    path, dice = tmp_path / "s.sqlite", random.Random(1)
    store = SignInStore(path)
    noted = []
    for n in range(5):
        store.add(some_lines(dice, 20), NOW)
        noted.append(noted_at(store, n))
    store.add(some_lines(dice, 7), NOW)
    store.close()
    found, _ = check_file(path, noted, NOW)
    assert found == Checked(lines=107, covered=100, odd=())
    store = SignInStore(path)
    store.add(some_lines(dice, 1), NOW)
    store.close()
    assert told(path, noted) == [], "it goes on where the program ended"


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=12), st.integers(0, 2**16))
def test_what_is_let_go_in_time_or_for_want_of_room_is_not_found_odd(said: list[tuple[int, int]], seed: int) -> None:
    dice, now, noted = random.Random(seed), NOW, list[Noted]()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "s.sqlite"
        patch.setattr(sign_ins, "LINES_MAX", 50)
        patch.setattr(sign_ins, "LET_GO", 5)
        store = SignInStore(path, lines_max=50)
        for count, days in said:
            now = Moment(now + days * DAY_MS)
            store.add([a_line(now, account=dice.choice("ab"), act=dice.choice(["signed-in", "denied"]))] * count, now)
            noted.append(Noted(len(noted), now, store.heads()))
        store.close()
        assert told(path, noted, now) == []


def test_lines_that_are_let_go_before_their_time_are_missed(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = SignInStore(path)
    noted = []
    for n in range(4):
        store.add([a_line(NOW + n * DAY_MS)], NOW)
        noted.append(noted_at(store, n, NOW + n * DAY_MS))
    with store._base:
        store._forget(0, 2)
    store.close()
    assert told(path, noted, NOW + 5 * DAY_MS) == ["lines after the journal's row 0 went before their time"]
    assert told(path, noted, NOW + KEPT_MS + DAY_MS) == []


def rewritten(base: sqlite3.Connection) -> None:
    """As somebody does who knows how: every hash anew, the bounds as well."""
    (log,) = base.execute("SELECT id FROM log").fetchone()
    for failure in CHAINS:
        k, before = base.execute("SELECT gone_k, gone_hash FROM chain WHERE failure = ?", (failure,)).fetchone()
        rows = base.execute(f"SELECT rowid, {SAID} FROM line WHERE failure = ? ORDER BY k", (failure,)).fetchall()
        base.execute("UPDATE line SET k = -k WHERE failure = ?", (failure,))
        for row, *said in rows:
            k, before = k + 1, line_hash(before, log, failure, k + 1, said)
            base.execute("UPDATE line SET k = ?, hash = ? WHERE rowid = ?", (k, before, row))
        base.execute("UPDATE chain SET last_k = ?, last_hash = ? WHERE failure = ?", (k, before, failure))


def drawn(base: sqlite3.Connection, dice: random.Random, count: int = 1) -> list[int]:
    """Lines, by their number."""
    return dice.sample([n for (n,) in base.execute("SELECT n FROM line ORDER BY n")], count)


def a_cell(base: sqlite3.Connection, dice: random.Random) -> None:
    (n,) = drawn(base, dice)
    column = dice.choice(["at", "account", "reason", "network", "about", "last", "count", "position", "way", "act"])
    (was,) = base.execute(f"SELECT {column} FROM line WHERE n = ?", (n,)).fetchone()
    other = was + dice.randint(1, 9) if isinstance(was, int) else f"{was}{dice.choice('xyz')}"
    base.execute(f"UPDATE line SET {column} = ? WHERE n = ?", (other, n))


def a_line_out(base: sqlite3.Connection, dice: random.Random) -> None:
    base.execute("DELETE FROM line WHERE n = ?", drawn(base, dice))


def the_end_off(base: sqlite3.Connection, dice: random.Random) -> None:
    base.execute("DELETE FROM line WHERE n > (SELECT max(n) FROM line) - ?", (dice.randint(1, 20),))


def a_line_in(base: sqlite3.Connection, dice: random.Random) -> None:
    """A second of one that there is, somewhere before the end, the others numbered on."""
    copied = SAID.replace("n, ", "", 1)
    (most,) = base.execute("SELECT max(n) FROM line").fetchone()
    at = dice.randint(1, most)
    failure, k = base.execute("SELECT failure, k FROM line WHERE n = ?", (at,)).fetchone()
    base.execute("UPDATE line SET n = -n - 1 WHERE n >= ?", (at,))
    base.execute("UPDATE line SET n = -n WHERE n < 0")
    base.execute("UPDATE line SET k = -k - 1 WHERE failure = ? AND k >= ?", (failure, k))
    base.execute("UPDATE line SET k = -k WHERE k < 0")
    sql = f"INSERT INTO line (n, failure, k, hash, {copied}) SELECT ?, failure, ?, hash, {copied} FROM line"
    base.execute(f"{sql} WHERE n = ?", (at, k, at + 1))


def two_changed_round(base: sqlite3.Connection, dice: random.Random) -> None:
    one, other = drawn(base, dice, 2)
    first, second = (base.execute("SELECT at, account FROM line WHERE n = ?", (n,)).fetchone() for n in (one, other))
    for n, (at, account) in ((one, second), (other, first)):
        base.execute("UPDATE line SET at = ?, account = ? WHERE n = ?", (at, account, n))


DEEDS: list[Callable[[sqlite3.Connection, random.Random], None]] = [
    a_cell,
    a_line_out,
    the_end_off,
    a_line_in,
    two_changed_round,
]


def alterations_not_found(path: Path, noted: list[Noted], tries: int) -> list[str]:
    """What was done to the file without being found, of so many random deeds. Every other time all is hashed anew."""
    with closing(sqlite3.connect(path)) as base:
        whole = base.serialize()
    missed = []
    for n in range(tries):
        dice, deed = random.Random(n), DEEDS[n % len(DEEDS)]
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
            base.deserialize(whole)
            deed(base, dice)
            if (n // len(DEEDS)) % 2:
                rewritten(base)
            if not checked(base, noted, NOW, KEPT_MS, LEAST).odd:
                missed.append(f"{deed.__name__} {n}")
    return missed


def a_noted_log(path: Path) -> list[Noted]:
    store, dice, noted = SignInStore(path), random.Random(3), list[Noted]()
    for n in range(4):
        store.add(some_lines(dice, 20, 20 * n), NOW)
        noted.append(noted_at(store, n))
    store._base.execute("PRAGMA journal_mode = DELETE")
    store.close()
    return noted


def test_of_a_thousand_alterations_removals_and_insertions_each_is_found(tmp_path: Path) -> None:
    noted = a_noted_log(tmp_path / "s.sqlite")
    assert told(tmp_path / "s.sqlite", noted) == []
    assert alterations_not_found(tmp_path / "s.sqlite", noted, 1_000) == []


def test_without_the_journal_whoever_hashes_anew_is_not_found(tmp_path: Path) -> None:
    """So the heads have to stand where they cannot be altered."""
    a_noted_log(tmp_path / "s.sqlite")
    missed = alterations_not_found(tmp_path / "s.sqlite", [], 100)
    assert len(missed) == 50


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        yield house


async def test_the_heads_stand_on_the_journal_once_for_what_is_new(house: Running) -> None:
    heads = DoorHeads(house.edge.counter, house.edge.door_log.store)
    await heads.step()
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "dispatcher"})
    await house.edge.door_log.write_waiting()
    before = house.desk.seq
    for _ in range(3):
        await heads.step()
    assert house.desk.seq == before + 1, "no row for what was noted already"


async def test_the_command_tells_whether_the_log_is_as_it_was_written(
    house: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    path = house.folder / CITY / "sign-ins.sqlite"
    for role in ("dispatcher", "supervisor", "auditor"):
        async with house.client() as browser:
            await browser.post(f"{API}/session/demo", json={"role": role})
    await house.edge.door_log.write_waiting()
    await DoorHeads(house.edge.counter, house.edge.door_log.store).step()
    command = ["audit", "sign-ins", "--data", str(house.folder)]
    assert await asyncio.to_thread(main, command) == 0
    assert "3 of them are noted on the journal" in capsys.readouterr().out
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE line SET account = 'somebody-else' WHERE n = 2")
        rewritten(base)
    assert await asyncio.to_thread(main, command) == 1
    said = capsys.readouterr().out
    assert "the lines are others than the journal's row" in said
    assert "不符" in said


async def test_a_log_that_was_taken_away_is_told(house: Running, capsys: pytest.CaptureFixture[str]) -> None:
    path = house.folder / CITY / "sign-ins.sqlite"
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "dispatcher"})
    await house.edge.door_log.write_waiting()
    await DoorHeads(house.edge.counter, house.edge.door_log.store).step()
    for old in path.parent.glob("sign-ins.sqlite*"):
        old.unlink()
    SignInStore(path).close()
    await asyncio.to_thread(main, ["audit", "sign-ins", "--data", str(house.folder)])
    assert "The journal knows 1 other logs" in capsys.readouterr().out
