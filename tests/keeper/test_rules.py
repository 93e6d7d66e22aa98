"""What a keeper does next, case by case."""

from typing import Any

import pytest

from turnout.keeper.register import Value
from turnout.keeper.rules import (
    AGAIN_S,
    ALONE_AFTER_S,
    REBUILD_AFTER_S,
    Act,
    View,
    gone_alone,
    joined,
    next_act,
    taken_over,
)

TOGETHER = Value(3, "a", "together", "b")
ALONE = Value(3, "a")


def seen(me: str, value: Value | None, **what: Any) -> View:
    usual: dict[str, Any] = {
        "may_act": me == "a",
        "is_leased": True,
        "postgres": "primary" if me == "a" else "standby",
        "names_set": value is not None and value.mode == "together",
        "streams": True,
        "apart_s": 0.0,
        "has_offered": False,
        "since_return_s": 0.0,
    }
    return View(me=me, value=value, **(usual | what))


CASES = [
    ("nothing is known", seen("a", None), Act.WAIT),
    ("all is well, primary", seen("a", TOGETHER), Act.WAIT),
    ("all is well, standby", seen("b", TOGETHER), Act.WAIT),
    ("the lease is lost", seen("a", TOGETHER, may_act=False), Act.FENCE),
    ("PostgreSQL stands still", seen("a", TOGETHER, postgres="silent"), Act.FENCE),
    ("PostgreSQL ended, with a standby", seen("a", TOGETHER, postgres="down"), Act.HAND_OVER),
    ("it was offered and not taken", seen("a", TOGETHER, postgres="down", has_offered=True), Act.START_PRIMARY),
    ("PostgreSQL ended, alone", seen("a", ALONE, postgres="down"), Act.START_PRIMARY),
    ("no lease, nothing runs", seen("a", ALONE, postgres="down", may_act=False), Act.WAIT),
    ("named, not yet promoted", seen("a", ALONE, postgres="standby"), Act.PROMOTE),
    ("the standby is lost", seen("a", TOGETHER, streams=False, apart_s=ALONE_AFTER_S), Act.GO_ALONE),
    ("the standby is late", seen("a", TOGETHER, streams=False, apart_s=ALONE_AFTER_S / 2), Act.WAIT),
    ("alone, still waiting", seen("a", ALONE, names_set=True, streams=False), Act.GO_ALONE),
    ("the standby is back", seen("a", ALONE, since_return_s=AGAIN_S), Act.RETURN),
    ("just tried", seen("a", ALONE), Act.WAIT),
    ("the primary is lost", seen("b", TOGETHER, is_leased=False), Act.TAKE_OVER),
    ("the primary is lost, but was alone", seen("b", ALONE, is_leased=False), Act.WAIT),
    ("the lease holds", seen("b", TOGETHER, is_leased=True, streams=False), Act.WAIT),
    ("an old primary", seen("b", ALONE, postgres="primary"), Act.FENCE),
    ("a standby that is down", seen("b", TOGETHER, postgres="down"), Act.START_STANDBY),
    ("it cannot follow", seen("b", ALONE, streams=False, apart_s=REBUILD_AFTER_S), Act.REBUILD),
    ("it cannot follow, but has all", seen("b", TOGETHER, streams=False, apart_s=REBUILD_AFTER_S), Act.WAIT),
]


@pytest.mark.parametrize(("view", "act"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_next_act_is(view: View, act: Act) -> None:
    assert next_act(view) is act


def test_only_a_standby_that_has_everything_takes_over() -> None:
    assert taken_over(TOGETHER, "b") == Value(4, "b")
    assert taken_over(ALONE, "b") is None
    assert taken_over(TOGETHER, "a") is None


def test_only_the_primary_changes_the_mode() -> None:
    assert (gone_alone(TOGETHER, "a"), gone_alone(TOGETHER, "b")) == (ALONE, None)
    assert (joined(ALONE, "a", "b"), joined(ALONE, "b", "a")) == (TOGETHER, None)
