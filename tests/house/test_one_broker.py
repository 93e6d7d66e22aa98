"""Only the broker of reveals reads the vault or a file for somebody (functions 18.5); it notes each reveal first."""

import ast
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[2] / "src/turnout").rglob("*.py"))
READS = {"_vault": ("open",), "vault": ("open",), "_files": ("read", "check"), "files": ("read", "check")}
"""What a vault or a keeper of files is called, and what of it shows something."""

ALLOWED = {
    "edge/revealing.py": "the broker",
    "adapters/storage/sealed_files.py": "a file's own key, which is no detail of anybody",
    "adapters/http/routes/files.py": "asks the file desk, which asks the broker",
    "recovery/unsealing.py": "an operator's restore drill on the machine: reads and throws away",
}


def reads(source: str) -> set[str]:
    """`vault.open` and the like, where it is called."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            holder = node.func.value
            name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
            if node.func.attr in READS.get(name, ()):
                found.add(f"{name}.{node.func.attr}")
    return found


def test_nothing_but_the_broker_reads_what_is_sealed() -> None:
    root = Path(__file__).parents[2] / "src/turnout"
    found = {path.relative_to(root).as_posix() for path in SOURCES if reads(path.read_text(encoding="utf-8"))}
    assert found == ALLOWED.keys()


@pytest.mark.parametrize("line", ["await self._vault.open(o, r)", "vault.open(o, r)", "self._files.read(a, b, 0, 1)"])
def test_a_second_reader_is_found(line: str) -> None:
    assert reads(f"async def f(self):\n    {line}\n")


def test_the_broker_notes_before_it_reads() -> None:
    """In each of its methods that notes, no read stands before the note."""
    tree = ast.parse((Path(__file__).parents[2] / "src/turnout/edge/revealing.py").read_text(encoding="utf-8"))
    for method in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)):
        text = ast.unparse(method)
        if "self._note(" in text and ("_vault.open" in text or "_files.check" in text):
            assert text.index("self._note(") < min(
                text.find(read) % len(text) for read in ("self._vault.open", "self._files.check") if read in text
            )
