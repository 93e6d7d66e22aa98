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
from tests.signals.districts.fake_sumo import install, install_library
from turnout.adapters.http.private import HEADER, PRIVATE
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.core.board import Board
from turnout.core.reveals.policy import Matter
from turnout.edge.answers import Declined
from turnout.edge.revealing import KINDS, Revealing
from turnout.signals.districts.sumo_program import HOME

CALLS = 108_000 if os.environ.get("TURNOUT_TESTS") == "soak" else 2_000
"""Some more than there will be: what would be the same call again is not made."""
SEED = int(os.environ.get("TURNOUT_SEED", "1"))
WAIT_S = 60.0
DESCRIPTION_S = 300.0
"""The description is made when it is first asked for, which a busy machine may take a minute for."""
HEADER_MAX = 4_000
"""Of what is said in a header: what a server reads is limited, and not asked here."""
TOKENS = (
    ("calls", "dispatch", "field", "tables", "read", "records", "personal", "audit", "admin"),
    ("calls",),
    ("records", "personal"),
    ("field:E07", "read"),
)
ROOM = f"{API}/signals/"
"""No program's token opens the engineers' room: there a traffic engineer's session asks."""
DISTRICT = "bologna-acosta"
NOT_YET = {"no-coverage-yet"}
"""Said with 503 while a busy machine has not come to it."""
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


def calls_to(
    operation: Any, tokens: list[str], engineer: str, names: dict[str, str], many: int, seen: Counter[str]
) -> None:
    """`many` generated calls to one operation; half of them about what is there."""
    wanted = {part: names[part] for part in names if "{" + part + "}" in operation.full_path}
    for known in (wanted, {}) if wanted else ({},):
        some_calls(operation, tokens, engineer, known, max(1, many // (2 if wanted else 1)), seen)


def some_calls(
    operation: Any, tokens: list[str], engineer: str, known: dict[str, str], many: int, seen: Counter[str]
) -> None:
    """`many` calls; `engineer`: the cookie of one; `known`: what parts of the path are to be."""
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
        shown = {"Cookie": engineer} if path.startswith(ROOM) else {"Authorization": f"Bearer {token}"}
        reply = case.call(headers={**shown, **said}, timeout=WAIT_S)
        seen["calls"] += 1
        seen[str(reply.status_code // 100)] += 1
        seen[f"room {reply.status_code // 100}"] += path.startswith(ROOM)
        trouble = f"{method} {path}: {reply.status_code} {reply.text}\n{case.as_curl_command()}"
        assert reply.status_code < 500 or reply.json()["code"] in NOT_YET, trouble
        if path not in REVEALING:
            assert shown_in(reply.content) == [], f"{method} {path} shows a planted value"

    called()


def walk(house: Running, scene: Planted, engineer: str, seen: Counter[str]) -> None:
    schema = schemathesis.openapi.from_url(f"http://{house.url}{API}/openapi.json", timeout=DESCRIPTION_S)
    operations = [found.ok() for found in schema.get_all_operations()]
    tokens = [house.token(*scopes, name=f"walker-{n}") for n, scopes in enumerate(TOKENS)]
    names = scene.names | {"district": DISTRICT}
    each = max(1, round(CALLS / len(operations)))
    for operation in operations:
        label = f"{operation.method.upper()} {operation.full_path}"
        calls_to(operation, tokens, engineer, names, 1 if label in FEW else each, seen)


async def test_generated_calls_meet_no_server_error_and_open_nothing_that_the_text_denies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, seen = Judge(monkeypatch), Counter[str]()
    monkeypatch.setenv(HOME, str(install_library(install(tmp_path / "sumo"), lasts_s=60)))
    async with served(tmp_path / "var") as house, house.client() as browser, house.client() as room:
        scene = await planted(house, browser)
        assert (await room.post(f"{API}/session/demo", json={"role": "traffic-engineer"})).is_success
        engineer = "; ".join(f"{name}={value}" for name, value in room.cookies.items())
        await asyncio.to_thread(walk, house, scene, engineer, seen)
        reveals = scene.reveals
    print(dict(seen), judge.opened)
    assert seen["calls"] >= CALLS * 0.8
    assert seen["room 2"] > 0, "the room was open"
    assert judge.wrong == []
    assert judge.opened > 0, "some calls did open something"
    assert reveals == judge.opened, "and each of them was counted"
