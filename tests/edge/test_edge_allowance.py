"""How much one may ask: exact in any window, free for what is refused, and nobody's business but one's own."""

import ast
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.histories.conftest import an_example
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative
from turnout.desk.access import Principal, part
from turnout.edge import allowance as allowance_module
from turnout.edge.allowance import (
    NETWORK,
    PERSON,
    PROGRAM_COMMANDS,
    SECOND_NS,
    UNLIMITED,
    Allowance,
    Allowances,
    Rate,
    asked_from,
    network_of,
)
from turnout.words.identity import ActorId

CORE = Path(__file__).parents[2] / "src/turnout/core"
LINE = AddNarrative(incident_id="I1", entry_id="n1", text="what can wait")

rates = st.builds(Rate, st.integers(1, 5_000), st.integers(1, 20))
gaps_ns = st.lists(st.integers(0, SECOND_NS // 2) | st.integers(0, 1_000_000), min_size=1, max_size=80)
"""From one time asked to the next."""


def person(name: str) -> Principal:
    return Principal(actor=Actor(ActorId(name), roles=("dispatcher",)), scopes=frozenset({"dispatch"}), session=name)


def program(name: str) -> Principal:
    actor = Actor(ActorId("program:gateway"), roles=("dispatcher",))
    return Principal(actor=actor, scopes=frozenset({"dispatch"}), kind="program", session=f"token:{name}")


def allowed(allowance: Allowance, times_ns: list[int], key: str = "she") -> list[int]:
    """When of these times she was let through."""
    found = []
    for now_ns in times_ns:
        if allowance.wait_ns(key, now_ns) == 0:
            allowance.take(key, now_ns)
            found.append(now_ns)
    return found


@given(rates, gaps_ns)
def test_in_no_stretch_of_time_is_more_allowed_than_the_burst_and_the_rate(rate: Rate, gaps: list[int]) -> None:
    through = allowed(Allowance(rate), list(accumulate(gaps)))
    for first, begin_ns in enumerate(through):
        for count, end_ns in enumerate(through[first:], start=1):
            assert (count - rate.at_once) * SECOND_NS <= rate.per_s * (end_ns - begin_ns)


@given(rates, st.integers(1, 60))
def test_who_stays_within_the_rate_is_never_refused_and_neither_is_a_whole_burst(rate: Rate, many: int) -> None:
    steady = [number * -(-SECOND_NS // rate.per_s) for number in range(many)]
    assert allowed(Allowance(rate), steady) == steady
    burst = [7] * rate.at_once
    assert allowed(Allowance(rate), [*burst, 7]) == burst


@given(rates, gaps_ns)
def test_what_is_refused_costs_nothing_and_the_wait_is_told_exactly(rate: Rate, gaps: list[int]) -> None:
    asked, seldom = Allowance(rate), Allowance(rate)
    times = list(accumulate(gaps))
    through = allowed(asked, times)
    assert allowed(seldom, through) == through
    wait_ns = asked.wait_ns("she", times[-1])
    assert wait_ns == seldom.wait_ns("she", times[-1])
    assert asked.wait_ns("she", times[-1] + wait_ns) == 0
    assert wait_ns == 0 or asked.wait_ns("she", times[-1] + wait_ns - 1) == 1


@given(rates, gaps_ns, st.integers(1, 60))
def test_what_one_asks_is_taken_from_nobody_else(rate: Rate, gaps: list[int], flood: int) -> None:
    alone, beside = Allowance(rate), Allowance(rate)
    times = list(accumulate(gaps))
    found = []
    for now_ns in times:
        allowed(beside, [now_ns] * flood, key="he")
        found += allowed(beside, [now_ns])
    assert found == allowed(alone, times)


def test_it_remembers_so_many_and_forgets_the_longest_unseen() -> None:
    allowance = Allowance(Rate(1, 1), keys_max=3)
    for number in range(100):
        allowance.take("often", number * SECOND_NS)
        allowance.take(f"once {number}", number * SECOND_NS)
    assert len(allowance) == 3
    assert allowance.wait_ns("often", 99 * SECOND_NS) == SECOND_NS
    assert allowance.wait_ns("once 99", 99 * SECOND_NS) == SECOND_NS
    assert allowance.wait_ns("once 0", 99 * SECOND_NS) == 0


KINDS = [kind for kind in get_args(Command) if issubclass(kind, UNLIMITED)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_call_for_help_is_never_held_back(kind: type[Any]) -> None:
    allowances, command = Allowances(lambda: 0), an_example(kind)
    while not allowances.take_command(person("mad"), LINE):
        pass
    for who in (person("mad"), program("mad")):
        assert {allowances.take_command(who, command) for _ in range(PROGRAM_COMMANDS.at_once + 1)} == {0}
    assert allowances.take_command(program("mad"), LINE) == 0, "and counted for nothing else"


def test_every_command_that_makes_an_incident_is_a_call_for_help() -> None:
    """Found by who in the core begins one, so that a new way to open one is not forgotten."""
    makers = {kind for path in sorted(CORE.rglob("*.py")) for kind in opening(ast.parse(path.read_text("utf-8")))}
    assert makers >= {"OpenIncident", "OpenFromAlarm", "SelfInitiate", "CloneIncident", "SplitIncident"}
    assert makers <= {kind.__name__ for kind in UNLIMITED}


def opening(tree: ast.Module) -> Iterator[str]:
    """The commands whose rule begins an incident."""
    for rule in ast.walk(tree):
        if not isinstance(rule, ast.FunctionDef):
            continue
        kinds = [arg.annotation.id for arg in rule.args.args if isinstance(arg.annotation, ast.Name)]
        called = {call.func.id for call in ast.walk(rule) if isinstance(call, ast.Call) and hasattr(call.func, "id")}
        if called & {"begin", "open_incident"} and "command" in {arg.arg for arg in rule.args.args}:
            yield from (kind for kind in kinds if kind in {one.__name__ for one in get_args(Command)})


def asking(address: str) -> None:
    asked_from.set(address)


def until_refused(allowances: Allowances, who: Principal) -> int:
    count = 0
    while allowances.take_command(who, LINE) == 0:
        count += 1
    return count


async def test_each_person_and_each_token_has_its_own() -> None:
    allowances = Allowances(lambda: 0)
    assert until_refused(allowances, person("dora")) == PERSON.at_once
    assert allowances.take(person("dora")) == 1, "commands and whatever else she asks are one allowance"
    assert until_refused(allowances, person("carl")) == PERSON.at_once
    assert until_refused(allowances, program("one")) == PROGRAM_COMMANDS.at_once
    assert allowances.take(program("one")) == 0
    assert until_refused(allowances, program("two")) == PROGRAM_COMMANDS.at_once
    assert allowances.held_back == {"person": 3, "program": 2}


async def test_a_network_has_one_too_and_who_is_refused_takes_nothing_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance_module, "PERSON", Rate(1, 3))
    monkeypatch.setattr(allowance_module, "NETWORK", Rate(1, 7))
    allowances = Allowances(lambda: 0)
    asking("198.51.100.7")
    assert [until_refused(allowances, person(name)) for name in ("a", "b", "c")] == [3, 3, 1]
    asking("198.51.100.8")
    assert until_refused(allowances, person("c")) == 2
    assert until_refused(allowances, person("d")) == 3


async def test_who_does_not_say_who_they_are_takes_nothing_from_those_who_do() -> None:
    allowances = Allowances(lambda: 0)
    asking("198.51.100.7")
    while not allowances.take_unnamed():
        pass
    assert allowances.take(person("dora")) == 0
    asking("198.51.100.8")
    assert allowances.take_unnamed() == 0
    asking("")
    assert allowances.take_unnamed() == 0, "a part of the program"


def test_parts_of_the_program_are_not_counted_nor_the_simulated_city() -> None:
    allowances = Allowances(lambda: 0)
    allowances.let_pass("token:simulated")
    for who in (part("clock"), program("simulated")):
        assert {allowances.take_command(who, LINE) for _ in range(PROGRAM_COMMANDS.at_once + 1)} == {0}


def test_a_network_is_an_address_or_what_one_machine_has_of_ipv6() -> None:
    assert network_of("198.51.100.7") == "198.51.100.7" == network_of("::ffff:198.51.100.7")
    assert network_of("2001:db8::1") == network_of("2001:db8::f:f:f:f") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of("a socket file") == "a socket file"


def test_a_citys_gateway_at_what_a_desk_can_do_is_within_its_own_and_its_networks_limit() -> None:
    assert PROGRAM_COMMANDS.per_s > 5_000
    assert NETWORK.per_s >= 2 * PROGRAM_COMMANDS.per_s
