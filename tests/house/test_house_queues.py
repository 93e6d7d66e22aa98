"""Every queue is bounded (style.md 7): a queue, ring or pool of threads without an end is found in the source."""

import ast
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[2] / "src/turnout").rglob("*.py"))

POOLS: dict[str, str] = {
    "edge/bounded.py": "counts who waits, and refuses",
    "adapters/storage/sqlite/database.py": "one caller: the desk has one batch and one look-up under way",
    "adapters/storage/sealed_files.py": "at most AT_ONCE files come in, and a reader waits for each piece",
    "edge/outlook.py": "one look at a time, by its own task",
    "watching.py": "one probe at a time, by its own task",
}
"""Pools of threads, whose own queue has no end: why no more can wait there than is said."""

DEQUES: dict[str, str] = {
    "edge/outlet.py": "WAITING_MESSAGES_MAX and WAITING_BYTES_MAX, in `put`",
    "desk/lanes.py": "FIRST_LANE_MAX and OTHER_LANE_MAX, in `put`",
    "desk/subscribers.py": "Limits.kept_rows, in `_keep`",
    "edge/texts.py": "KEYS_AHEAD, and KEYS_AT_ONCE more at most, in `_make_until_enough`",
    "adapters/signals/turn.py": "PLACES of a controller in reached.py, and one reading of its detectors",
    "signals/adaptive/observer.py": "STRETCH_MAX, where it is appended to",
    "edge/alarms/figures.py": "what is older than the span is dropped at every look",
}
"""`deque()` without `maxlen`: where its bound is."""


def short(path: Path) -> str:
    return path.relative_to(Path(__file__).parents[2] / "src/turnout").as_posix()


def unbounded(source: str) -> set[str]:
    """`Queue`, `deque`, `ThreadPoolExecutor`, where it is called without a bound."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = {word.arg for word in node.keywords}
        if (name in ("Queue", "LifoQueue", "PriorityQueue") and not node.args and "maxsize" not in named) or (
            name == "deque" and len(node.args) < 2 and "maxlen" not in named
        ):
            found.add(name)
        if name == "ThreadPoolExecutor":
            found.add(name)
    return found


def test_no_queue_is_without_an_end() -> None:
    found = {short(path): unbounded(path.read_text()) for path in SOURCES}
    assert {path for path, names in found.items() if "ThreadPoolExecutor" in names} == POOLS.keys()
    assert {path for path, names in found.items() if names & {"Queue", "LifoQueue", "PriorityQueue"}} == set()
    loose = {path for path, names in found.items() if "deque" in names and not path.startswith(("city/", "roads/"))}
    assert loose == DEQUES.keys()


@pytest.mark.parametrize("line", ["q = asyncio.Queue()", "q = deque()", "deque([1])", "p = ThreadPoolExecutor(2)"])
def test_a_queue_without_an_end_is_found(line: str) -> None:
    assert unbounded(line)


@pytest.mark.parametrize(
    "line", ["q = asyncio.Queue(20)", "q = deque(maxlen=5)", "deque((), 5)", "Queue('a', 'b', f, 5)"]
)
def test_a_queue_with_an_end_passes(line: str) -> None:
    assert not unbounded(line)
