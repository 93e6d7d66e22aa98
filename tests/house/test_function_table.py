"""`docs/functions.toml` may not claim what no test shows."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = tomllib.loads((ROOT / "docs/functions.toml").read_text(encoding="utf-8"))["function"]


HERE = "tests/house/test_function_table.py::test_an_honest_row_passes"


def problems(row: dict[str, str], root: Path = ROOT) -> list[str]:
    """What is wrong with one row; nothing for an honest one."""
    status = row.get("status")
    if status == "todo":
        return [f"{row['id']}: a todo row names {key}" for key in ("where", "test") if key in row]
    if status not in ("done", "partial"):
        return [f"{row['id']}: status {status!r}"]
    wrong = [f"{row['id']}: no {key}" for key in ("where", "test") if not row.get(key)]
    if status == "partial" and not row.get("missing"):
        wrong.append(f"{row['id']}: partial, but `missing` does not say what is not there")
    return wrong + [f"{row['id']}: no test {test}" for test in row.get("test", "").split() if not exists(test, root)]


def exists(test: str, root: Path) -> bool:
    """Whether `path::name` names a test function; a Playwright spec is named by its file and title words."""
    path, _, name = test.partition("::")
    file = root / path
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ts":
        return re.sub(r"\W+", " ", name).strip() in re.sub(r"\W+", " ", text)
    return re.search(rf"^\s*(async )?def {re.escape(name)}\(", text, re.MULTILINE) is not None


def test_no_row_claims_what_no_test_shows():
    assert [problem for row in ROWS for problem in problems(row)] == []


def test_the_table_has_every_row_once_in_order():
    ids = [tuple(map(int, row["id"].split("."))) for row in ROWS]
    assert ids == sorted(set(ids))
    assert len(ids) == 228


@pytest.mark.parametrize(
    "row",
    [
        {"id": "1.1", "status": "finished"},
        {"id": "1.1", "status": "done", "where": "console"},
        {"id": "1.1", "status": "done", "where": "console", "test": HERE + "_nothing"},
        {"id": "1.1", "status": "done", "where": "console", "test": "tests/nowhere.py::test_the_table"},
        {"id": "1.1", "status": "partial", "where": "x", "test": HERE},
        {"id": "1.1", "status": "todo", "test": "x"},
    ],
)  # fmt: skip
def test_a_dishonest_row_is_found(row):
    assert problems(row)


def test_an_honest_row_passes():
    assert problems({"id": "1.1", "status": "done", "where": "console", "test": HERE}) == []
