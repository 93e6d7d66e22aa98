"""`docs/security/asvs.toml` has the requirements of ASVS 5.0.0 that it says, and claims nothing that is not there."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.house.test_function_table import ROOT, exists

ROWS = tomllib.loads((ROOT / "docs/security/asvs.toml").read_text(encoding="utf-8"))["requirement"]

LEVELS = """
1.1 22, 1.2 1111122223, 1.3 112222222223, 1.4 222, 1.5 123, 2.1 122, 2.2 112, 2.3 12223, 2.4 23, 3.1 3, 3.2 113,
3.3 12223, 3.4 11222233, 3.5 11122333, 3.6 3, 3.7 22333, 4.1 12233, 4.2 23333, 4.3 22, 4.4 1222, 5.1 2, 5.2 112333,
5.3 113, 5.4 222, 6.1 122, 6.2 111111112222, 6.3 11223333, 6.4 112233, 6.5 22222333, 6.6 2223, 6.7 33, 6.8 2222,
7.1 222, 7.2 1111, 7.3 22, 7.4 11222, 7.5 223, 7.6 22, 8.1 1233, 8.2 1123, 8.3 133, 8.4 23, 9.1 111, 9.2 1222,
10.1 22, 10.2 223, 10.3 22223, 10.4 1111122222233333, 10.5 22222, 10.6 22, 10.7 222, 11.1 2233, 11.2 22233, 11.3 11233,
11.4 1222, 11.5 23, 11.6 23, 11.7 33, 12.1 12233, 12.2 11, 12.3 22223, 13.1 2333, 13.2 222223, 13.3 2233, 13.4 1222233,
14.1 22, 14.2 12223333, 14.3 122, 15.1 12233, 15.2 12233, 15.3 1222222, 15.4 3333, 16.1 2, 16.2 22222, 16.3 2222,
16.4 222, 16.5 2223, 17.1 23, 17.2 22223333, 17.3 22
"""
"""Of each section the level of its requirements, in order, as the standard's own table has them."""

WHOLLY = ("8", "11", "14", "16")
"""Chapters that are held to level 3 too."""

ANSWERS = ("test", "where", "na", "open")


def standard() -> Iterator[tuple[str, int]]:
    """Number and level of every requirement."""
    for section in LEVELS.split(","):
        name, levels = section.split()
        yield from ((f"{name}.{n}", int(level)) for n, level in enumerate(levels, start=1))


def problems(row: dict[str, Any]) -> list[str]:
    """What is wrong with one row; nothing for an honest one."""
    given = [answer for answer in ANSWERS if row.get(answer)]
    if len(given) != 1 or not row.get("asks"):
        return [f"{row['id']}: one answer of {ANSWERS}, and what is asked; here {given}"]
    if "test" in row and not exists(row["test"], ROOT):
        return [f"{row['id']}: no test {row['test']}"]
    if "where" in row and not (ROOT / row["where"]).is_file():
        return [f"{row['id']}: no file {row['where']}"]
    return []


def test_the_standard_has_as_many_requirements_as_it_says() -> None:
    levels = [level for _, level in standard()]
    assert [levels.count(level) for level in (1, 2, 3)] == [70, 183, 92]


def test_every_requirement_is_there_once_with_its_level() -> None:
    wanted = [(id, level) for id, level in standard() if level < 3 or id.split(".")[0] in WHOLLY]
    assert [(row["id"], row["level"]) for row in ROWS] == wanted


def test_no_requirement_claims_what_is_not_there() -> None:
    assert [problem for row in ROWS for problem in problems(row)] == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"test": "tests/house/test_asvs.py::test_nothing"},
        {"where": "src/turnout/nowhere.py"},
        {"na": "so", "open": "or so"},
        {"open": ""},
    ],
)
def test_a_dishonest_row_is_found(answer: dict[str, str]) -> None:
    assert problems({"id": "1.1.1", "asks": "something"} | answer) != []


def test_an_honest_row_passes() -> None:
    honest = {"test": "tests/house/test_asvs.py::test_an_honest_row_passes"}
    assert problems({"id": "1.1.1", "asks": "something"} | honest) == []
