"""The judge of histories is itself judged: each kind of lie is found."""

from typing import Any

import pytest

from tests.campaign.history import Asked, Row, check_history


def assign(id: str, seq: int, began: float, unit: str = "E1", **more: Any) -> Asked:
    command = {"do": "assign-units", "units": [unit]}
    told: dict[str, Any] = {"outcome": "done", "seq_from": seq, "seq_to": seq, **more}
    return Asked(id, command, began, began + 1.0, **told)


def assigned(seq: int, id: str, unit: str = "E1", incident: str = "I1") -> Row:
    return Row(seq, id, "units-assigned", {"units": [{"unit": unit}], "incident": incident})


def ended(seq: int, id: str, unit: str = "E1") -> Row:
    return Row(seq, id, "assignment-ended", {"unit": unit})


def test_an_honest_history_passes() -> None:
    refused = Asked("c", {"units": ["E1"]}, 1.5, 1.9, "refused", code="unit-not-available")
    check_history([assign("a", 1, 0.0), refused, assign("b", 2, 2.0)], [assigned(1, "a"), ended(2, "b")])


LIES: list[tuple[str, list[Asked], list[Row]]] = [
    ("acknowledged", [assign("a", 1, 0.0)], []),
    ("acknowledged", [assign("a", 2, 0.0)], [assigned(1, "a"), ended(2, "x")]),
    ("done twice", [], [assigned(1, "a"), ended(2, "b"), assigned(3, "a")]),
    ("refused", [Asked("a", {}, 0, 1, "refused", code="busy")], [assigned(1, "a")]),
    ("stands before", [assign("a", 2, 0.0), assign("b", 1, 5.0)], [assigned(1, "b"), ended(2, "a")]),
    ("on I1, then on I2", [], [assigned(1, "a"), assigned(2, "b", incident="I2")]),
    ("on None, then on None", [], [ended(1, "a")]),
    ("gap", [], [assigned(2, "a")]),
    (
        "never on an incident",
        [Asked("c", {"units": ["E2"]}, 9.0, 9.5, "refused", code="unit-not-available"), assign("a", 1, 0.0)],
        [assigned(1, "a")],
    ),
    (
        "never on an incident",
        [
            assign("a", 1, 0.0),
            assign("b", 2, 2.0),
            Asked("c", {"units": ["E1"]}, 9.0, 9.5, "refused", code="unit-not-available"),
        ],
        [assigned(1, "a"), ended(2, "b")],
    ),
]


@pytest.mark.parametrize(("lie", "asked", "rows"), LIES, ids=[f"{n}-{lie[0]}" for n, lie in enumerate(LIES)])
def test_a_lie_is_found(lie: str, asked: list[Asked], rows: list[Row]) -> None:
    with pytest.raises(AssertionError, match=lie):
        check_history(asked, rows)
