"""What a reveal costs: details opened for a purpose by HTTP, from asking until they are there, beside a plain read.

A real server in this process on SQLite, one asker; each reveal is durable in the journal before it is shown. The plain
read is of the incident: the way there and back. Besides, on the same board, the ground by the rules alone, and the text
in Cedar alone.

    .venv/bin/python -m benchmarks.reveal [--reveals 400]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.adapters.running import API, served
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.core.context import Actor
from turnout.core.reveals.policy import find_basis, matter_of_incident
from turnout.words.identity import ActorId, IncidentId


def told(name: str, spent_ms: list[float]) -> None:
    cut = statistics.quantiles(spent_ms, n=100)
    print(f"{name:34} p50 {statistics.median(spent_ms):7.3f}  p99 {cut[98]:7.3f}  longest {max(spent_ms):7.3f} ms")


async def timed(times: int, act: Callable[[], Awaitable[Any]]) -> list[float]:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        spent.append((time.perf_counter() - began) * 1_000)
    return spent


async def measure(reveals: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder) / "var") as house, httpx.AsyncClient(base_url=f"http://{house.url}") as browser:
            await browser.post(f"{API}/session/demo", json={"role": "dispatcher"})
            text = {"text": "E 300 MISSION ST STRUCTURE FIRE", "run": True, "id": "open"}
            id = (await browser.post(f"{API}/line", json=text)).json()["answer"]["outcome"]["incident"]
            given = {"incident_id": id, "role": "patient", "details": {"name": "A", "callback": "5"}}
            person = (await browser.post(f"{API}/details", json=given)).json()["person"]
            command = {"do": "add-person", "incident_id": id, "person": person}
            await browser.post(f"{API}/commands", json={"id": "add", "command": command})

            async def reads() -> None:
                (await browser.get(f"{API}/incidents/{id}")).raise_for_status()

            async def looks() -> None:
                reply = await browser.get(
                    f"{API}/details/{id}/{person['id']}", headers={"turnout-query": "purpose=call%20back"}
                )
                reply.raise_for_status()

            await timed(20, looks)
            plain = await timed(reveals, reads)
            revealed = await timed(reveals, looks)
            told("incident read", plain)
            told("details opened", revealed)
            cuts = [statistics.quantiles(one, n=100)[98] for one in (revealed, plain)]
            print(f"added by a reveal at p99: {cuts[0] - cuts[1]:.3f} ms")
            board, now = house.edge.counter.board, house.clock.now()
            actor, matter = Actor(ActorId("x"), ("dispatcher",)), matter_of_incident(board.incidents[IncidentId(id)])
            policy = AccessText(SHIPPED)

            async def by_rules() -> None:
                find_basis(board, actor, "details", matter, now)

            async def by_text() -> None:
                policy.allows(board, actor, "details", matter, "call back", now)

            told("ground by the rules", await timed(2_000, by_rules))
            told("allowed by the text in Cedar", await timed(500, by_text))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--reveals", type=int, default=400)
    asyncio.run(measure(asked.parse_args().reveals))


if __name__ == "__main__":
    main()
