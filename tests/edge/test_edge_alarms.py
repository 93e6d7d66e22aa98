"""An alarm comes before the outage, stays while it lasts, does not flutter, and says in both languages what to do."""

import logging
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.edge.alarms.facts import MIB, DiskFacts
from turnout.edge.alarms.figures import ClockFigures, DiskFigures, Lately
from turnout.edge.alarms.judging import Reading, Sample, Standing, hours_left, judge, judge_all, per_hour
from turnout.edge.alarms.limits import LIMITS, Limit, changed, read_limits
from turnout.edge.alarms.watch import Watch
from turnout.edge.alarms.words import WORDS, means
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import Malformed

SLOW = Limit(unit="ms", warn=100, severe=1_000, ends=60, severe_ends=500, lasts_s=10, calm_s=60)
SPACE = Limit(unit="MiB", warn=100, severe=10, ends=150, severe_ends=50, rises=False)

limits = st.sampled_from([*LIMITS.values(), SLOW, SPACE])
steps_s = st.floats(min_value=0.5, max_value=40.0)


def judged(limit: Limit, values: list[tuple[float, float]], before: Standing | None = None) -> list[Standing]:
    """After each look: (seconds since the one before, value)."""
    at_s, standing, seen = 1_000.0, before or Standing(), []
    for later_s, value in values:
        at_s += later_s
        standing = judge(limit, standing, value, at_s)
        seen.append(standing)
    return seen


@given(limits, st.lists(st.tuples(steps_s, st.floats(0, 1)), max_size=60))
def test_what_never_reaches_the_limit_is_no_alarm(limit: Limit, looks: list[tuple[float, float]]) -> None:
    good = [(later_s, _between(limit.ends, limit.warn, share, limit)) for later_s, share in looks]
    assert all(one.level is None for one in judged(limit, good))


def _between(better: float, worse: float, share: float, limit: Limit) -> float:
    """At least as good as `better` allows, and never quite as bad as `worse`."""
    value = better + (worse - better) * share * 0.999
    assert not limit.is_bad(value, worse)
    return value


@given(limits, st.lists(st.tuples(steps_s, st.floats(0, 1)), max_size=60), st.sampled_from(("warn", "severe")))
def test_between_the_limit_and_its_end_nothing_comes_or_goes(
    limit: Limit, looks: list[tuple[float, float]], level: Any
) -> None:
    """However it wobbles there: an alarm that flutters is soon not looked at."""
    raised = Standing(level=level, since_s=1.0)
    worse, better = (limit.warn, limit.ends) if level == "warn" else (limit.severe, limit.severe_ends)
    wobble = [(later_s, _between(better, worse, share, limit)) for later_s, share in looks]
    values = [(later_s, value) for later_s, value in wobble if limit.is_bad(value, better)]
    assert all((one.level, one.since_s) == (level, 1.0) for one in judged(limit, values, raised))


@given(limits, st.lists(steps_s, min_size=1, max_size=60))
def test_what_stays_bad_is_an_alarm_once_it_has_lasted(limit: Limit, waits: list[float]) -> None:
    seen = judged(limit, [(later_s, limit.warn) for later_s in waits])
    lasted_s = 0.0
    for one, later_s in zip(seen, [0.0, *waits[1:]], strict=True):
        lasted_s += later_s
        assert (one.level is not None) == (lasted_s >= limit.lasts_s)


@given(limits, st.lists(steps_s, min_size=1, max_size=60))
def test_an_alarm_ends_after_a_while_of_calm_and_not_before(limit: Limit, waits: list[float]) -> None:
    calm = limit.ends * (0.5 if limit.rises else 2.0)
    seen = judged(limit, [(later_s, calm) for later_s in waits], Standing(level="severe", since_s=1.0))
    lasted_s = 0.0
    for one, later_s in zip(seen, [0.0, *waits[1:]], strict=True):
        lasted_s += later_s
        assert (one.level is None) == (lasted_s >= limit.calm_s)


@given(limits, st.lists(st.tuples(steps_s, st.floats(0, 3)), max_size=80))
def test_an_alarm_keeps_its_beginning_while_it_lasts(limit: Limit, looks: list[tuple[float, float]]) -> None:
    seen = judged(limit, [(later_s, limit.warn * factor) for later_s, factor in looks])
    for before, after in pairwise(seen):
        if before.level is not None and after.level is not None:
            assert before.since_s == after.since_s


def test_every_limit_has_room_between_beginning_and_end_and_words_in_both_languages() -> None:
    assert LIMITS.keys() == WORDS.keys()
    for key, limit in LIMITS.items():
        assert not limit.is_bad(limit.ends, limit.warn), key
        assert not limit.is_bad(limit.severe_ends, limit.severe), key
        assert limit.is_bad(limit.severe, limit.warn), key
        said = means(key, limit.warn, limit.warn, limit.unit, Name("x", "某"))
        assert all("{" not in text for text in (said.en, said.zh)), key
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said.zh + WORDS[key].cure.zh), key


def test_a_figure_that_cannot_be_read_ends_no_alarm() -> None:
    held = {("disk-free", ""): Standing(level="severe", since_s=1.0)}
    assert judge_all({"disk-free": SPACE}, held, [], 5_000.0) == held


@given(st.floats(1, 1e6), st.floats(0.01, 1e4), st.floats(1_800, 1e5))
def test_the_time_until_a_disk_is_full_follows_from_its_growth(free: float, per_hour_mib: float, over_s: float) -> None:
    samples = [Sample(0.0, free + per_hour_mib * over_s / 3_600.0), Sample(over_s, free)]
    assert hours_left(samples, 1_800.0) == pytest.approx(free / per_hour_mib, rel=1e-3)
    assert hours_left([Sample(0.0, free), Sample(over_s, free)], 1_800.0) is None
    assert per_hour(samples, over_s + 1.0) is None


def test_a_disk_that_will_be_full_tomorrow_is_said_today() -> None:
    clock = Hands()
    disk = DiskFigures(clock)
    for minute in range(120):
        clock.at_s = minute * 60.0
        facts = DiskFacts(free_bytes=(40_000 - minute * 30) * MIB, total_bytes=100_000 * MIB, probe_ms=1.0)
        found = {(one.key, one.about): one.value for one in disk.readings(facts)}
    left_h = found["disk-full-in", ""]
    assert 20.0 < left_h < 21.0
    assert LIMITS["disk-full-in"].level_of(left_h) == "warn"


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self.wall_ms = 1_700_000_000_000

    def __call__(self) -> float:
        return self.at_s

    def now(self) -> Moment:
        return Moment(self.wall_ms + int(self.at_s * 1_000.0))


def test_a_step_of_the_clock_is_said_for_a_while_and_slow_correction_is_not() -> None:
    clock = Hands()

    class Part:
        now = staticmethod(clock.now)
        subscribers = type("At", (), {"at": Moment(0)})

    figures = ClockFigures(Part, clock.now, clock)  # type: ignore[arg-type]
    seen = []
    for second in range(0, 900, 5):
        clock.at_s = float(second)
        clock.wall_ms += 2  # chrony slews by up to half a millisecond a second
        if second == 100:
            clock.wall_ms -= 3_600_000
        seen.append({one.key: one.value for one in figures()}["clock-step"])
    assert max(seen[:20]) < 500
    assert seen[20] > 3_590_000
    assert seen[-1] < 500


def test_what_has_happened_lately_is_counted_from_a_running_total() -> None:
    clock = Hands()
    lately = Lately(300.0, clock)
    assert lately(7) == 0
    clock.at_s = 10.0
    assert lately(9) == 2
    clock.at_s = 400.0
    assert lately(9) == 0


def test_an_alarm_is_logged_once_when_it_begins_and_once_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    clock = Hands()
    watch = Watch({"append-time": SLOW}, clock.now, clock)
    value = 2_000.0
    watch.add(lambda: [Reading("append-time", value)])
    with caplog.at_level(logging.INFO):
        for _ in range(10):
            clock.at_s += 5.0
            watch.look()
        began = watch.alarms[0]
        value = 1.0
        for _ in range(20):
            clock.at_s += 5.0
            watch.look()
    assert (began.key, began.level, began.limit, began.since) == (
        "append-time",
        "severe",
        1_000,
        clock.wall_ms + 15_000,
    )
    assert "2,000 ms" in began.means.en
    assert watch.alarms == ()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_the_worst_alarm_comes_first() -> None:
    clock = Hands()
    watch = Watch({"memory": LIMITS["memory"], "disk-free": SPACE}, clock.now, clock)
    watch.add(lambda: [Reading("memory", 65.0), Reading("disk-free", 5.0)])
    for _ in range(10):
        clock.at_s += 5.0
        watch.look()
    assert [alarm.level for alarm in watch.alarms] == ["severe", "warn"]


async def test_a_disk_that_does_not_answer_is_itself_the_alarm() -> None:
    clock = Hands()
    watch = Watch(LIMITS, clock.now, clock)

    async def never() -> list[Reading]:
        raise AssertionError("not asked in this test")

    watch.add_probe(never, 5.0, lambda out_s: [Reading("disk-probe", out_s * 1_000.0)])
    (probe,) = watch._probes
    probe._asked_s = 0.0
    clock.at_s = 60.0
    watch.look()
    assert [(alarm.key, alarm.level) for alarm in watch.alarms] == [("disk-probe", "severe")]


def test_an_operator_changes_limits_by_a_file(tmp_path: Path) -> None:
    path = tmp_path / "alarms.toml"
    path.write_text("[disk-free]\nwarn = 20480\n[append-time]\nsevere = 300\n", encoding="utf-8")
    read = read_limits(path)
    assert (read["disk-free"].warn, read["disk-free"].ends) == (20_480, 25_600)
    assert read["append-time"].level_of(400) == "severe"
    assert read["memory"] == LIMITS["memory"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[disk-fre]\nwarn = 1", "not watched"),
        ("[disk-free]\nwarm = 1", "warm"),
        ("[disk-free]\nwarn = 'much'", "float"),
        ("[append-time]\nwarn = 5000", "milder"),
        ("[append-time]\nwarn = -1", "above 0"),
        ("[append-time", "at end of document"),
    ],
)
def test_a_file_of_limits_that_makes_no_sense_is_refused_by_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "alarms.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Malformed, match=says):
        read_limits(path)


@given(limits, st.floats(0.1, 10), st.floats(0.1, 10))
def test_changed_limits_keep_room_between_beginning_and_end(limit: Limit, warn: float, severe: float) -> None:
    try:
        other = changed(limit, limit.warn * warn, limit.severe * severe)
    except ValueError:
        return
    assert not other.is_bad(other.ends, other.warn)
    assert not other.is_bad(other.severe_ends, other.severe)
