"""style.md, as far as a machine can hold it, each remark with a line that passes and one that fails."""

import ast
import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[2] / "src/turnout").rglob("*.py"))
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
FORBIDDEN = re.compile(r"(^|_|(?<=[a-z]))(manager|helpers?|utils?)(_|$)", re.IGNORECASE)
"""Words that say nothing of the domain (style.md 1)."""


def short(path: Path) -> str:
    return str(path.relative_to(path.parents[[p.name for p in path.parents].index("turnout")]))


def functions_over(source: str, limit: int) -> list[str]:
    """Names of functions that have more than `limit` lines."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > limit
    ]


def forbidden_names(source: str) -> list[str]:
    """Names of functions, classes and arguments that say nothing."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
    return [name for name in names if FORBIDDEN.search(name)]


def imports_inside_functions(source: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]


def test_no_function_is_longer_than_a_screen() -> None:
    found = {short(path): functions_over(path.read_text(), FUNCTION_LINES_MAX) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_file_is_several_files() -> None:
    lengths = {short(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines >= FILE_LINES_MAX} == {}


def test_no_name_says_nothing() -> None:
    found = {short(path): forbidden_names(path.read_text()) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}
    assert [short(path) for path in SOURCES if FORBIDDEN.search(path.stem)] == []


def test_no_import_hides_in_a_function() -> None:
    found = {short(path): imports_inside_functions(path.read_text()) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in SOURCES
        if path.name != "__init__.py" and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert [short(path) for path in silent] == []


def test_a_function_that_is_too_long_is_found() -> None:
    long = "def brief():\n    pass\n\ndef endless():\n" + "    pass\n" * 60
    assert functions_over(long, FUNCTION_LINES_MAX) == ["endless"]


@pytest.mark.parametrize(
    "line", ["class UnitManager: ...", "def helper(): ...", "def f(utils): ...", "class DateUtil: ..."]
)
def test_a_name_that_says_nothing_is_found(line: str) -> None:
    assert forbidden_names(line)


@pytest.mark.parametrize("line", ["class Unit: ...", "def utilisation(): ...", "def manage_nothing(): ..."])
def test_a_name_that_says_something_passes(line: str) -> None:
    assert forbidden_names(line) == []


def test_an_import_in_a_function_is_found() -> None:
    assert imports_inside_functions("def f():\n    import os\n") == ["f"]
