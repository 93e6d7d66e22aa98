"""Generated calls against the API's own description: no server error, no planted value, no allow that the text denies.

Some 2,000 calls; 100,000 with `scripts/soak tests/adapters/http/test_http_generated_calls.py`. They come from
schemathesis, by HTTP to a real server of this machine. Half of those with names in their path get names of what is
there.
"""

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from msgspec.structs import replace
from schemathesis import Case

from tests.adapters.http.test_http_no_other_path import REVEALING, Planted, planted, shown_in
from tests.adapters.running import API, Running, served
from turnout.adapters.http.private import HEADER, PRIVATE
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.core.board import Board
from turnout.core.reveals.policy import Matter
from turnout.edge.answers import Declined
from turnout.edge.revealing import KINDS, Revealing

CALLS = 108_000 if os.environ.get("TURNOUT_TESTS") == "soak" else 2_000
"""Some more than there will be: what would be the same call again is not made."""
SEED = int(os.environ.get("TURNOUT_SEED", "1"))
WAIT_S = 60.0
HEADER_MAX = 4_000
"""Of what is said in a header: what a server reads is limited, and not asked here."""
TOKENS = (
    ("calls", "dispatch", "field", "tables", "read", "records", "personal", "audit", "admin"),
    ("calls",),
    ("records", "personal"),
    ("field:E07", "read"),
)
FEW = {"POST /api/v1/records/rebuild", "POST /api/v1/incidents/{called}/files"}
"""Each call is a great deal of work: one is enough."""


def matter_at(board: Board, matter: Matter) -> Matter:
    """As its incident stands on the board at that moment."""
    incident = matter.incident
    return matter if incident is None else replace(matter, incident=board.incidents.get(incident.id, incident))


class Judge:
    """Beside the broker: what it let through, held against the policy's text on the board of that moment."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.opened, self.wrong = 0, list[Any]()
        text, honest, judge = AccessText(SHIPPED), Revealing._note, self

        async def note(broker: Any, who: Any, noted: Any, purpose: str, matter: Matter) -> Any:
            answer = await honest(broker, who, noted, purpose, matter)
            if not isinstance(answer, Declined):
                board = broker._counter.board
                judge.opened += 1
                now = broker._now()
                if not text.allows(board, who.actor, KINDS[type(noted)], matter_at(board, matter), purpose, now):
                    judge.wrong.append((who.actor, noted, purpose))
            return answer

        patch.setattr(Revealing, "_note", note)


def calls_to(operation: Any, tokens: list[str], names: dict[str, str], many: int, seen: Counter[str]) -> None:
    """`many` generated calls to one operation; half of them about what is there."""
    wanted = {part: names[part] for part in names if "{" + part + "}" in operation.full_path}
    for known in (wanted, {}) if wanted else ({},):
        some_calls(operation, tokens, known, max(1, many // (2 if wanted else 1)), seen)


def some_calls(operation: Any, tokens: list[str], known: dict[str, str], many: int, seen: Counter[str]) -> None:
    """`many` calls; `known`: what parts of the path are to be."""
    path, method = operation.full_path, operation.method.upper()

    @seed(SEED)
    @settings(
        max_examples=many,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(path_parameters=known or None))
    def called(case: Case) -> None:
        case.path_parameters.update(known)
        token = tokens[seen["calls"] % len(tokens)]
        query = case.query or {}
        private = [(name, query.pop(name)) for name in list(query) if name in PRIVATE]
        said = {HEADER: urlencode(private, doseq=True, quote_via=quote)[:HEADER_MAX]} if private else {}
        reply = case.call(headers={"Authorization": f"Bearer {token}", **said}, timeout=WAIT_S)
        seen["calls"] += 1
        seen[str(reply.status_code // 100)] += 1
        trouble = f"{method} {path}: {reply.status_code} {reply.text}\n{case.as_curl_command()}"
        assert reply.status_code < 500, trouble
        if path not in REVEALING:
            assert shown_in(reply.content) == [], f"{method} {path} shows a planted value"

    called()


def walk(house: Running, scene: Planted, seen: Counter[str]) -> None:
    schema = schemathesis.openapi.from_url(f"http://{house.url}{API}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    tokens = [house.token(*scopes, name=f"walker-{n}") for n, scopes in enumerate(TOKENS)]
    each = max(1, round(CALLS / len(operations)))
    for operation in operations:
        label = f"{operation.method.upper()} {operation.full_path}"
        calls_to(operation, tokens, scene.names, 1 if label in FEW else each, seen)


async def test_generated_calls_meet_no_server_error_and_open_nothing_that_the_text_denies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, seen = Judge(monkeypatch), Counter[str]()
    async with served(tmp_path / "var") as house, house.client() as browser:
        scene = await planted(house, browser)
        await asyncio.to_thread(walk, house, scene, seen)
        reveals = scene.reveals
    print(dict(seen), judge.opened)
    assert seen["calls"] >= CALLS * 0.8
    assert judge.wrong == []
    assert judge.opened > 0, "some calls did open something"
    assert reveals == judge.opened, "and each of them was counted"
