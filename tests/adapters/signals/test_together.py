"""Which one thing is asked of a controller, where a way has several stop lines: most of them, never what meets."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.signals.controllers import market
from tests.adapters.signals.test_controllers_file import GBT, NTCIP, SIGNALS, a_file
from turnout.adapters.signals.controllers_file import lines_of
from turnout.adapters.signals.gbt20999.tcp_line import Numbered, TcpLine
from turnout.adapters.signals.ntcip.snmp_line import SnmpLine, strategies_of
from turnout.adapters.signals.simulated import now_ms
from turnout.adapters.signals.together import meeting, thing_for, things_of
from turnout.signals.arming import Shut
from turnout.words.trouble import Malformed

THINGS = {frozenset({"K1"}): 1, frozenset({"K2"}): 2, frozenset({"K1", "K3"}): 5, frozenset({"K1", "K3", "F1"}): 6}


@pytest.mark.parametrize(
    ("group", "also", "number"),
    [
        ("K1", (), 1),
        ("K1", ("K3",), 5),
        ("K1", ("K3", "F1"), 6),
        ("K1", ("K9",), 1),
        ("K3", (), 5),
        ("K9", ("K1",), None),
    ],
)
def test_the_one_that_makes_most_of_the_way_green_and_least_beside_is_asked(
    group: str, also: tuple[str, ...], number: int | None
) -> None:
    assert thing_for(THINGS, group, also) == number


groups = st.sampled_from(["K1", "K2", "K3", "F1"])


@given(st.dictionaries(st.frozensets(groups, min_size=1), st.integers(1, 255), max_size=8), groups, st.lists(groups))
def test_what_is_asked_always_makes_the_next_stop_line_green(
    things: dict[frozenset[str], int], group: str, also: list[str]
) -> None:
    number = thing_for(things, group, also)
    fitting = {n for names, n in things.items() if group in names}
    assert (number in fitting) if fitting else number is None


def test_the_strategies_of_the_simulated_controller_never_hold_groups_that_meet() -> None:
    found = strategies_of(market())
    assert found == [("K1",), ("K2",), ("F1",), ("K2", "F1")]
    assert all(meeting(market(), names) is None for names in found)
    assert all(names[0] != names[1] for group in found for names in combinations(group, 2))


def test_a_group_may_itself_have_a_plus_in_its_name() -> None:
    group = market().groups[0]
    junction = type(market())(id="J", name=market().name, groups=(type(group)("a+b", "vehicle", 1, 1),))
    assert things_of({"a+b": 3}, junction) == {frozenset({"a+b"}): 3}


def test_stages_of_several_groups_are_named_in_the_file_of_controllers(tmp_path: Path) -> None:
    rows = (
        NTCIP.format(port=161) + 'strategies = { K1 = 1, "K2+F1" = 7 }',
        GBT.format(port=9) + "stages = { K1 = 1, K3 = 1, K2 = 2 }",
    )
    lines = lines_of(a_file(tmp_path, *rows), SIGNALS, now_ms, Shut())
    market_line, station_line = lines["market"][1], lines["station"][1]
    assert isinstance(market_line, SnmpLine)
    assert isinstance(station_line, TcpLine)
    assert market_line._strategies == {frozenset({"K1"}): 1, frozenset({"K2", "F1"}): 7}
    assert Numbered.in_order(market()).stages == {"K1": 1, "K2": 2, "F1": 2, "K2+F1": 2}


def test_nothing_of_several_groups_is_asked_that_the_file_does_not_name(tmp_path: Path) -> None:
    rows = (NTCIP.format(port=161), GBT.replace("station", "market").format(port=9))
    for row in rows:
        line = lines_of(a_file(tmp_path, row), SIGNALS, now_ms, Shut())["market"][1]
        assert isinstance(line, SnmpLine | TcpLine)
        things = line._strategies if isinstance(line, SnmpLine) else line._stages
        assert things
        assert {len(groups) for groups in things} == {1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (NTCIP.format(port=161) + 'strategies = { "K1+K2" = 3 }', "may not be green together"),
        (GBT.replace("station", "market").format(port=9) + 'stages = { "K1+F1" = 3 }', "may not be green together"),
        (
            NTCIP.format(port=161) + "strategies = { K1 = 3, K2 = 3 }",
            "with number 3: K1 and K2 may not be green together",
        ),
        (NTCIP.format(port=161) + 'strategies = { "K2+K2" = 3 }', "names a group twice"),
        (NTCIP.format(port=161) + 'strategies = { "K2+F1" = 3, "F1+K2" = 4 }', "are the same groups"),
        (NTCIP.format(port=161) + 'strategies = { "K1+K9" = 3 }', "strategies of K9"),
        (GBT.format(port=9) + 'live = "words"', "live"),
        (NTCIP.format(port=161) + "detectors = { D7 = 3 }", "detectors of D7"),
    ],
)
def test_greens_that_meet_and_detectors_that_there_are_not_are_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        lines_of(a_file(tmp_path, row), SIGNALS, now_ms, Shut())
