"""What the code may not do anywhere, found by walking it (ASVS 5.0: 1.2.9, 1.3.10, 11.1, 11.2.4, 13.2.4, 15.3.2)."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.house.test_function_table import ROOT

SOURCE = ROOT / "src/turnout"
MODULES = {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}

CRYPTOGRAPHY = frozenset(
    ["hashlib", "hmac", "secrets", "ssl", "cryptography", "argon2", "joserfc", "webauthn", "rfc3161_client", "pysnmp"]
)
REACHING = frozenset(
    ["httpx", "asyncpg", "nats", "requests", "websockets", "urllib3", "aiohttp", "smtplib", "ftplib", "pysnmp"]
)

REACHES_OUT = {
    "adapters/between/desk_line.py": "the city's own desk",
    "adapters/between/passing_on.py": "the city's own desk and worker",
    "adapters/between/nats_line.py": "--nats",
    "adapters/identity/bounded_client.py": "issuers in --identity",
    "adapters/proof/stamp_line.py": "the stamper in --proof",
    "adapters/proof/witness_line.py": "witnesses in --proof",
    "adapters/signals/ntcip/agent.py": "who asks the simulated controller; it only answers",
    "adapters/signals/ntcip/snmp_line.py": "controllers in --controllers, or that the city's signals.toml names",
    "adapters/storage/postgres/database.py": "--database",
    "adapters/storage/postgres/journal.py": "--database",
    "adapters/storage/postgres/primary.py": "--database",
    "auditing/joining.py": "witnesses and stamper in --proof",
    "keeper/postgresql.py": "the database beside the keeper",
    "city/simulated/link.py": "the server that --server names",
    "devices_command.py": "the server that --server names",
    "fetching.py": "the server that --server names",
    "main.py": "the server that --server names",
    "records_command.py": "the server that --server names",
    "server_asked.py": "the server that --server names",
    "subject/gathering.py": "the server that --server names",
    "up.py": "the city's own desk",
}
"""Which modules may speak with somebody, and who names whom. The collector's own are OpenTelemetry's (--otlp)."""

NAMED = r"_?[A-Z][A-Z0-9_]+"
SPOKEN = re.compile(
    rf"{NAMED}|(\w+\[.+\]|template|said|verb\.explain|aside|name|{NAMED}|\(.*{NAMED}.*\))(\.spoken\(\w+(\.\w+)?\)|\.en|\.zh)"
)
"""Our own texts, by their name, and those in two languages, by their place in the code."""

OWN_FORMS = {
    "agency.series": "core/tables/soundness.py holds it to a form",
    "spoken": "one of two texts above it",
    "line": "one of two texts above it",
    "junction": "one of two texts above it",
    "NEEDS_EXTRA.spoken(arguments.language)": "ours",
}


def calls(text: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def imported(text: str) -> Iterator[str]:
    """The top names of what a module loads, at once or `Later`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        elif (
            isinstance(node, ast.Call) and ast.unparse(node.func) in ("Later", "importlib.import_module") and node.args
        ):
            yield ast.unparse(node.args[0]).strip("'\"").partition(".")[0]


def patterns_made(text: str) -> list[str]:
    """Regular expressions made inside a function of what is not escaped: of what may have come in."""
    tree = ast.parse(text)
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    return [
        ast.unparse(call)
        for node in ast.walk(tree)
        if id(node) in inside
        for call in [node]
        if isinstance(call, ast.Call)
        and re.fullmatch(
            r"re\.(compile|search|match|fullmatch|sub|subn|split|findall|finditer)", ast.unparse(call.func)
        )
        and not (call.args and is_escaped(call.args[0]))
    ]


def is_escaped(pattern: ast.expr) -> bool:
    """Whether a pattern is written there, with nothing in it but constants and what is escaped."""
    if isinstance(pattern, ast.JoinedStr):
        held = [ast.unparse(part.value) for part in pattern.values if isinstance(part, ast.FormattedValue)]
        return all(re.fullmatch(rf"re\.escape\(.*\)|{NAMED}", one) for one in held)
    return isinstance(pattern, ast.Constant)


def formats_made(text: str) -> list[str]:
    """Texts that are formatted and are neither written there nor one of ours."""
    return [
        form
        for call in calls(text)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "format_map")
        for form in [ast.unparse(call.func.value)]
        if not isinstance(call.func.value, ast.Constant) and form != "msgspec.json"
        if not SPOKEN.fullmatch(form) and form not in OWN_FORMS
    ]


def redirects_followed(text: str) -> list[str]:
    return [
        ast.unparse(call)
        for call in calls(text)
        if any(
            word.arg in ("follow_redirects", "allow_redirects") and ast.unparse(word.value) != "False"
            for word in call.keywords
        )
    ]


def sides_of(comparison: ast.Compare) -> list[ast.expr]:
    return [comparison.left, *comparison.comparators]


def digests_compared(text: str) -> list[str]:
    """A secret, digest or signature held against another by ==, which ends at the first byte that differs."""
    named = re.compile(r"(^|[._])(secret|token|mac|signature|password|code_digest|session_digest)s?(\(|$)")
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        if any(named.search(ast.unparse(side)) for side in sides_of(node))
        if not any(isinstance(side, ast.Constant) or ast.unparse(side).endswith(".id") for side in sides_of(node))
    ]


LOOKS: dict[str, tuple[Callable[[str], list[str]], str, str]] = {
    "patterns": (
        patterns_made,
        "def f(typed):\n    return re.search(typed, 'x')",
        "P = re.compile(A + B)\ndef f(typed):\n    return re.search(f'x{re.escape(typed)}{_END}', typed)",
    ),
    "formats": (
        formats_made,
        "typed.format(x=1)",
        "'{x}'.format(x=1)\n_LINE.format(x=1)\nTEXTS[code].spoken(language).format_map(said)",
    ),
    "redirects": (redirects_followed, "httpx.get(u, follow_redirects=True)", "httpx.get(u, follow_redirects=False)"),
    "comparisons": (
        digests_compared,
        "if found.token == digest(token): pass",
        "if hmac.compare_digest(a.mac, mac) and tokens == 3: pass",
    ),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_module_does_it(look: str) -> None:
    find = LOOKS[look][0]
    assert {name: found for name, text in MODULES.items() if (found := find(text))} == {}


@pytest.mark.parametrize("look", LOOKS)
def test_who_does_it_is_found_and_who_does_not_is_left_alone(look: str) -> None:
    find, wrong, right = LOOKS[look]
    assert len(find(wrong)) == 1
    assert find(right) == []


def modules_with(names: frozenset[str]) -> set[str]:
    return {module for module, text in MODULES.items() if names & set(imported(text))}


def listed(page: str) -> set[str]:
    part = page.partition("## What is used where")[2].partition("## Each key's life")[0]
    return set(re.findall(r"^\| `([^`]+\.py)` \|", part, re.MULTILINE))


def test_the_inventory_of_cryptography_names_every_module_that_uses_any_and_no_other() -> None:
    page = (ROOT / "docs/security/cryptography.md").read_text(encoding="utf-8")
    assert listed(page) == modules_with(CRYPTOGRAPHY)


def test_a_module_that_comes_to_use_cryptography_is_found() -> None:
    for text in ("import hashlib", "from cryptography.x509 import Certificate", "x = Later('cryptography.x509')"):
        assert CRYPTOGRAPHY & set(imported(text))
    assert not CRYPTOGRAPHY & set(imported("import json\nfrom turnout.audit import vault"))


def test_only_the_listed_modules_speak_with_somebody_and_only_with_whom_the_operator_named() -> None:
    assert modules_with(REACHING) == set(REACHES_OUT)


def test_chance_that_can_be_foretold_is_for_the_simulated_city_alone() -> None:
    foretold = {name for name in modules_with(frozenset({"random"})) if not name.startswith("city/simulated/")}
    assert foretold == set()


def test_the_log_goes_to_the_terminal_and_to_the_named_collector_and_nowhere_else() -> None:
    leads_away = re.compile(r"logging\.(handlers|basicConfig|\w*Handler\b)|addHandler\(|syslog")
    assert {name for name, text in MODULES.items() if leads_away.search(text)} == {
        "logs.py",
        "adapters/otlp/collector.py",
    }


def test_no_pattern_of_the_console_is_made_of_what_was_typed_without_escaping_it() -> None:
    made = re.compile(r"new RegExp\((?!`(?:[^`$]|\$\{escape\(\w+\)\})*`\))")
    web = (path for path in (ROOT / "web/src").rglob("*") if path.suffix in (".ts", ".svelte"))
    assert [path.name for path in web if made.search(path.read_text(encoding="utf-8"))] == []
    assert made.search("new RegExp(word)")
    assert made.search("new RegExp(`^${word}`)")
    assert not made.search("new RegExp(`^${escape(word)}`)")
