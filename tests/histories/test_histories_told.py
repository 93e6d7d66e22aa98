"""Every event, filled in, reads as a sentence in both languages (core/history.py)."""

import pytest

from turnout.core.events import Event
from turnout.core.history import Names, chronology, tell
from turnout.words.name import Language


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_event_is_told_with_nothing_left_unfilled(every_event: list[Event], language: Language) -> None:
    for event in every_event:
        told = tell(event, language, Names())
        assert told, event
        assert "{" not in told, told


def test_a_chronology_has_a_line_for_every_event(every_event: list[Event]) -> None:
    lines = chronology(enumerate(every_event, 1))
    assert [line.seq for line in lines] == list(range(1, len(every_event) + 1))
    assert {line.code for line in lines if line.incidents} >= {"units-assigned", "incidents-merged", "call-attached"}
