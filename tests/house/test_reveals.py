"""Whatever somebody is shown for a purpose is in the reveal log: events that carry a purpose, and their names."""

from collections.abc import Iterable
from typing import get_args

import msgspec

from turnout.audit.entries import REVEALS
from turnout.core.events import Event


def shown_for_a_purpose(events: Iterable[type[msgspec.Struct]]) -> set[str]:
    """Names of the events that say for which purpose something was opened."""
    return {str(one.__struct_config__.tag) for one in events if "purpose" in one.__struct_fields__}


def test_every_event_that_says_what_was_opened_is_of_the_reveal_log():
    assert shown_for_a_purpose(get_args(Event)) == set(REVEALS)


def test_one_that_is_not_is_noticed():
    class StatementOpened(msgspec.Struct, tag="statement-opened"):
        purpose: str

    assert shown_for_a_purpose([*get_args(Event), StatementOpened]) - set(REVEALS) == {"statement-opened"}
