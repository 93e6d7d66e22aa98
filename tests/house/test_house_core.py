"""What holds for the rules as a whole: both languages complete, events with stable names, every union covered."""

import re
import string
import typing
from pathlib import Path
from typing import Any

import pytest

from turnout.core.calls.commands import CallCommand
from turnout.core.commands import Command
from turnout.core.corridors.commands import CorridorCommand
from turnout.core.events import Event
from turnout.core.history_text import EVENT_TEXTS
from turnout.core.incidents.commands import IncidentCommand
from turnout.core.no import No
from turnout.core.plans.commands import PlanCommand
from turnout.core.refusals import Refusal
from turnout.core.refusals_text import REFUSAL_TEXTS, code_of, speak
from turnout.core.retention.commands import RetentionCommand
from turnout.core.reveals.commands import RevealCommand
from turnout.core.roster.commands import RosterCommand
from turnout.core.tables.commands import TableCommand
from turnout.core.timers.commands import TimerCommand
from turnout.core.units.commands import UnitCommand

CORE = Path(__file__).parents[2] / "src/turnout/core"
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def a_refusal(kind: Any) -> Any:
    hints = typing.get_type_hints(kind)
    return kind(**{field: _value(hints[field]) for field in kind.__struct_fields__})


def _value(kind: Any) -> Any:
    if hasattr(kind, "__supertype__"):
        return _value(kind.__supertype__)
    if typing.get_origin(kind) is typing.Annotated:
        return _value(typing.get_args(kind)[0])
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    if typing.get_origin(kind) is tuple:
        return ("E01", "E02")
    if typing.get_args(kind):
        return "thing"
    return {str: "thing", int: 7, float: 1.5, bool: True}[kind]


REFUSALS = typing.get_args(Refusal)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_is_spoken_in_both_languages_with_its_own_fields(kind: Any) -> None:
    refusal = a_refusal(kind)
    text = REFUSAL_TEXTS[code_of(refusal)]
    assert fields_of(text.en) <= set(kind.__struct_fields__)
    assert fields_of(text.zh) == fields_of(text.en)
    assert CHINESE.search(speak(refusal, "zh-CN"))
    assert not CHINESE.search(speak(refusal, "en"))
    assert "{" not in speak(refusal, "en") + speak(refusal, "zh-CN")


def test_every_refusal_is_in_the_union_and_no_text_is_left_over() -> None:
    assert set(No.__subclasses__()) >= set(REFUSALS)
    ours = {kind for kind in No.__subclasses__() if kind.__module__.startswith("turnout.core.")}
    assert ours == set(REFUSALS)
    assert set(REFUSAL_TEXTS) == {kind.__struct_config__.tag for kind in REFUSALS}


@pytest.mark.parametrize("kind", typing.get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_has_a_sentence_in_both_languages_with_its_own_fields(kind: Any) -> None:
    text = EVENT_TEXTS[str(kind.__struct_config__.tag)]
    assert fields_of(text.en) | fields_of(text.zh) <= set(kind.__struct_fields__)
    assert CHINESE.search(text.zh)
    assert not CHINESE.search(text.en)


def test_no_event_is_named_after_a_class_path_and_no_text_is_left_over() -> None:
    names = [str(kind.__struct_config__.tag) for kind in typing.get_args(Event)]
    assert len(set(names)) == len(names)
    assert all(KEBAB.fullmatch(name) for name in names)
    assert set(EVENT_TEXTS) == set(names)


def test_every_command_belongs_to_a_noun() -> None:
    working = (CallCommand, IncidentCommand, UnitCommand, TimerCommand, TableCommand, RosterCommand)
    nouns = (*working, RevealCommand, RetentionCommand, CorridorCommand, PlanCommand)
    assert [c for noun in nouns for c in typing.get_args(noun)] == list(typing.get_args(Command))
    names = [str(kind.__struct_config__.tag) for kind in typing.get_args(Command)]
    assert len(set(names)) == len(names)
    assert all(KEBAB.fullmatch(name) for name in names)


def test_every_dispatcher_of_the_rules_ends_in_assert_never() -> None:
    dispatchers = {
        path: source.count("assert_never(")
        for path in CORE.rglob("*.py")
        if re.match(r"(decide|evolve.*|rules)\.py$", path.name) and (source := path.read_text())
    }
    assert len(dispatchers) >= 12
    assert [str(path) for path, count in dispatchers.items() if count == 0] == []
