"""The plain file of plans: read with units, refused with its line, and checked as an engineer would."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.arterial import task_of
from turnout.signals.check import check
from turnout.signals.guard import Guard, rules_of
from turnout.signals.model import GreenWindow, Junction, Plan, Signals
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import BrokenSignals, Problem, Spot, spoken
from turnout.words.name import Name
from turnout.words.trouble import BadInput, Unsupported

FILE = Path(__file__).with_name("main_street.toml")
TEXT = FILE.read_bytes()


def main_street(*changes: tuple[str, str]) -> Signals:
    text = TEXT.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return read_plans(text.encode(), "main_street.toml")


def found_in(*changes: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Errors: rule, junction, part."""
    problems = check(main_street(*changes), "main_street.toml")
    return [
        (problem.rule, problem.spot.junction, problem.spot.part) for problem in problems if problem.severity == "error"
    ]


def test_a_file_is_read_with_its_units() -> None:
    market = main_street().junctions[0]
    assert market.name == Name("Market Square", "集市广场")
    assert [(group.id, group.starting_ms, group.clearance_ms) for group in market.groups] == [
        ("K1", 1_000, 0),
        ("K2", 0, 0),
        ("F1", 0, 8_000),
    ]
    assert market.approaches[0].speed_mps == pytest.approx(13.89, abs=0.01)
    assert market.least_between()["F1", "K1"] == 8_000, "the clearance of pedestrians is longer than the matrix says"
    assert market.detectors[0].before_stop_line_m == 35


def test_a_right_file_has_no_error_and_says_which_junction_has_no_signals() -> None:
    problems = check(main_street(), "main_street.toml")
    assert [(problem.rule, problem.spot.junction) for problem in problems] == [("no-signals", "mill")]


@pytest.mark.parametrize(
    ("day", "minute", "plan"),
    [("mon", 6 * 60 + 30, "day"), ("mon", 6 * 60 + 29, "night"), ("fri", 20 * 60, "night"), ("sun", 12 * 60, "night")],
)
def test_a_plan_stays_in_force_until_the_next_begins(day: Any, minute: int, plan: str) -> None:
    assert main_street().junctions[0].plan_at(day, minute) == plan


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("K2 = [[46, 75]], F1", "K2 = [[44, 75]], F1"), ("intergreen-broken", "market", "day")),
        (("K2 = [[46, 75]], F1", "K2 = [[46, 76]], F1"), ("intergreen-broken", "market", "day")),
        (("F1 = [[46, 70]]", "F1 = [[46, 73]]"), ("intergreen-broken", "market", "day")),
        (("K2 = [[46, 75]], F1", "K2 = [[30, 75]], F1"), ("greens-meet", "market", "day")),
        (("K2 = [[46, 75]], F1", "K2 = [[46, 49]], F1"), ("green-too-short", "market", "day")),
        (("K2 = [[46, 75]], F1", "K2 = [[46, 95]], F1"), ("window-outside", "market", "day")),
        (("max_red_s = 80", "max_red_s = 30"), ("red-too-long", "market", "day")),
        (("K2 = { K1 = 5 }", ""), ("half-intergreen", "market", "K2 - K1")),
        (("K1 = { K2 = 5, F1 = 6 }", "K1 = { K2 = 2, F1 = 6 }"), ("intergreen-short-of-amber", "market", "K1 - K2")),
        (('groups = ["K1"]', 'groups = ["K1", "K2"]'), ("stage-conflict", "market", "main")),
        (('group = "K1"', 'group = "K9"'), ("unknown-name", "market", "")),
        (('approach = "west"', 'approach = "moon"'), ("unknown-name", "market", "")),
        (('plan = "day"', 'plan = "dusk"'), ("unknown-name", "market", "")),
        (('id = "night"', 'id = "day"'), ("named-twice", "market", "")),
        (('junction = "mill"', 'junction = "hill"'), ("unknown-junction", "hill", "main-street")),
        (('inbound = "K3"', 'inbound = "K7"'), ("unknown-group", "station", "main-street")),
    ],
)
def test_what_nobody_may_run_is_found_with_its_junction_and_plan(
    change: tuple[str, str], expected: tuple[str, str, str]
) -> None:
    assert expected in found_in(change)


@pytest.mark.parametrize(
    ("change", "groups"),
    [
        (("K2 = [[46, 75]], F1", "K2 = [[44, 75]], F1"), ("K1", "K2")),
        (("K2 = [[46, 75]], F1", "K2 = [[30, 75]], F1"), ("K1", "K2")),
        (("K2 = [[46, 75]], F1", "K2 = [[46, 49]], F1"), ("K2",)),
        (("K2 = [[46, 75]], F1", "K2 = [[46, 95]], F1"), ("K2",)),
        (("max_red_s = 80", "max_red_s = 30"), ("K1",)),
        (("K2 = [[46, 75]], F1", "F1"), ("K2",)),
    ],
)
def test_a_wrong_green_is_found_with_its_groups(change: tuple[str, str], groups: tuple[str, ...]) -> None:
    found = [problem.spot.groups for problem in check(main_street(change)) if problem.spot.part == "day"]
    assert groups in found


def test_every_problem_is_said_in_both_languages_with_what_to_do() -> None:
    problems = check(main_street(("K2 = [[46, 75]], F1", "K2 = [[44, 75]], F1")), "main_street.toml")
    english, chinese = problems[0].spoken("en"), problems[0].spoken("zh-CN")
    assert english.startswith("main_street.toml junction market day: error: 4 s from the end of K1 to the beginning of")
    assert chinese.startswith("main_street.toml 路口 market day：错误：K1 结束至 K2 开始仅 4 s")


def test_a_screen_is_not_flooded() -> None:
    problem = Problem("x", Spot("f"), Name("a", "甲"), Name("b", "乙"))
    assert spoken((problem,) * 45, "en")[-1] == "and 5 more problems"
    assert spoken((problem,) * 45, "zh-CN")[-1] == "还有 5 个问题"


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("amber_s = 3\n  red", "amber_s = nan\n  red"), 26, "amber_s"),
        (("amber_s = 3\n  red", "amber = 3\n  red"), 24, "amber"),
        (('turn = "through"', 'turn = "up"'), 16, "up"),
        (('from = "06:30"', 'from = "24:30"'), 67, "from"),
        (("cycle_s = 80", "cycle_s = 0"), 56, "cycle_s"),
        (("lanes = 2", "lanes = 2.5"), 10, "lanes"),
        (("K1 = [[0, 40]]", f"K1 = {[[0, 1]] * 17}"), 57, "at most 16"),
        (("lanes = 2", "lanes = "), 10, "TOML"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_line_in_both_languages(
    change: tuple[str, str], line: int, said: str
) -> None:
    with pytest.raises(BrokenSignals) as caught:
        main_street(change)
    assert caught.value.problems[0].spot.line == line
    assert f"line {line}: error" in caught.value.spoken("en")
    assert said in caught.value.spoken("en")
    assert f"第 {line} 行：错误" in caught.value.spoken("zh-CN")


def test_another_format_and_a_file_beyond_all_bounds_are_refused() -> None:
    with pytest.raises(Unsupported, match="turnout-signals-1"):
        main_street(("turnout-signals-1", "turnout-signals-9"))
    with pytest.raises(Unsupported, match="MiB"):
        read_plans(b"#" * (33 << 20), "large.toml")
    with pytest.raises(BadInput):
        read_plans(b"a = " + b"[" * 100_000, "deep.toml")
    with pytest.raises(BadInput):
        read_plans(b"\xff\xfe", "binary.toml")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_to_a_file_it_is_read_or_refused_by_name(data: st.DataObject) -> None:
    content = bytearray(TEXT)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(max_size=4) | st.sampled_from((b"[[", b'"', b"nan", b"-1", b"1e99", b"\n", b"{")))
        content[at : at + data.draw(st.integers(0, 9))] = piece
    try:
        signals = read_plans(bytes(content), "x.toml")
    except BadInput:
        return
    errors = [problem for problem in check(signals) if problem.severity == "error"]
    for each in signals.junctions:
        try:
            Guard(rules_of(each), 0)
        except (Unsupported, KeyError):
            assert errors, "what the guard refuses, the check has found"


@given(st.integers(0, 200), st.tuples(*[st.integers(5, 30)] * 2), st.tuples(*[st.integers(0, 9)] * 4))
@settings(max_examples=60, deadline=None)
def test_a_plan_that_the_check_passes_is_let_out_by_the_guard_as_it_is(
    since: int, greens: tuple[int, int], spare: tuple[int, int, int, int]
) -> None:
    """Two of its cycles after the start, every second shows what the plan says."""
    market = main_street().junctions[0]
    side, end = greens[0] + 6 + spare[0], greens[0] + 6 + spare[0] + 6 + greens[1]
    cycle = end + 8 + spare[1]
    windows = {"K1": (0, greens[0]), "K2": (side, end + min(spare[2], spare[1])), "F1": (side, end - min(spare[3], 5))}
    turned = tuple(
        GreenWindow(group, (begin + since) % cycle * 1_000, (until + since) % cycle * 1_000)
        for group, (begin, until) in windows.items()
    )
    groups = tuple(msgspec.structs.replace(group, max_red_ms=0, starting_ms=0) for group in market.groups)
    plan = Plan("p", cycle * 1_000, turned)
    junction = msgspec.structs.replace(market, groups=groups, plans=(plan,), hours=(), stages=())
    assert [problem for problem in check(Signals((junction,))) if problem.severity == "error"] == []
    guard = Guard(rules_of(junction), 0)
    for at_s in range(1, 4 * cycle):
        asked = [shows(plan, group.id, at_s) for group in junction.groups]
        shown = [aspect.name == "GREEN" for aspect in guard.let_out(asked, at_s * 1_000)]
        assert at_s < 2 * cycle or shown == asked, f"second {at_s} of cycle {cycle}"


def shows(plan: Plan, group: str, at_s: int) -> bool:
    return any(
        (at_s * 1_000 - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
        for window in plan.windows_of(group)
    )


def test_a_junction_without_signals_only_adds_its_way() -> None:
    signals = main_street()
    task = task_of(signals, signals.arterials[0], signals.arterials[0].waves[0])
    assert [(site.id, site.at_m) for site in task.sites] == [("market", 0), ("station", 420), ("harbour", 930)]
    assert [section.outbound_m for section in task.sections] == [420, 510]
    assert task.cycle_s == (80, 80)
    assert task.sites[1].inbound_queue_s == 3
    (order,) = task.sites[2].orders
    assert (order.outbound_from, order.outbound_share) == (70 / 80, 40 / 80)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (('id = "day"\n  plan = "day"', 'id = "day"\n  plan = "night"'), "wave-without-greens"),
        (('id = "day"\n  plan = "day"', 'id = "day"'), "wave-without-cycle"),
        (("cycle_s = 80\n  offset_s = 12", "cycle_s = 75\n  offset_s = 12"), "wave-of-many-cycles"),
    ],
)
def test_a_wave_without_what_it_needs_is_refused_by_name(change: tuple[str, str], rule: str) -> None:
    signals = main_street(change)
    with pytest.raises(BrokenSignals) as caught:
        task_of(signals, signals.arterials[0], signals.arterials[0].waves[0])
    assert caught.value.problems[0].rule == rule


def test_an_arterial_with_one_signal_is_no_wave() -> None:
    signals = main_street()
    bare = tuple(Junction(id=each.id, name=each.name) if each.id != "market" else each for each in signals.junctions)
    stops = tuple(msgspec.structs.replace(stop, left_turns=None) for stop in signals.arterials[0].stops)
    arterial = msgspec.structs.replace(signals.arterials[0], stops=stops)
    with pytest.raises(BrokenSignals, match="1 junctions with signals"):
        task_of(Signals(bare, (arterial,)), arterial, arterial.waves[0])


SIGNALS = Path(__file__).parents[2] / "src" / "turnout" / "signals"
PAGES = {
    language: Path(__file__).parents[2] / "docs/manual" / language / "engineers.md" for language in ("en", "zh-CN")
}


@pytest.mark.parametrize("language", PAGES)
def test_the_example_of_the_manual_is_a_right_file_with_a_wave(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    (example,) = (
        each
        for each in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
        if each.startswith('format = "turnout-signals-1"')
    )
    signals = read_plans(example.encode(), "example.toml")
    assert check(signals) == ()
    assert len(task_of(signals, signals.arterials[0], signals.arterials[0].waves[0]).sites) == 2


@pytest.mark.parametrize("language", PAGES)
def test_every_rule_that_can_be_broken_stands_in_the_manual(language: str) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SIGNALS.glob("*.py"))
    rules = set(re.findall(r'_?(?:problem|Problem|broken)\(\s*"([a-z-]+)"', sources))
    assert {"intergreen-broken", "phase-length", "toml-syntax"} < rules
    text = PAGES[language].read_text(encoding="utf-8")
    assert sorted(rule for rule in rules if f"`{rule}`" not in text) == []
