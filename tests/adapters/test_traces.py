"""A command's trace reaches a collector, has nothing of a person in it, and no collector can hold anything up."""

import asyncio
import logging
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from tests.adapters.collector import collector
from tests.adapters.running import API, Running, running
from tests.histories.conftest import an_example
from turnout.adapters.otlp import collector as otlp
from turnout.adapters.otlp.collector import OtlpCollector
from turnout.core.commands import Command
from turnout.desk.access import INSIDE
from turnout.desk.stages import Stages
from turnout.edge.exporting import Passed
from turnout.edge.trace import Trace

TRACE = "ab" * 16
PLANTED = "mrs-appleby"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "SEND_EVERY_S", 0.02)


async def opens(house: Running, url: str = "") -> dict[str, Any]:
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        line = {"text": "E 300 MISSION ST STRUCTURE FIRE; smoke, says Mrs Appleby", "run": True, "id": "l1"}
        answer = (await browser.post(f"{API}/line", json=line)).json()
        incident = answer["answer"]["outcome"]["incident"]
        body = {
            "id": "a1",
            "command": {"do": "add-narrative", "incident_id": incident, "entry_id": "n1", "text": "Mrs Appleby"},
        }
        said = await browser.post(f"{API}/commands", json=body, headers={"traceparent": f"00-{TRACE}-{'cd' * 8}-01"})
        return {"incident": incident, "number": answer["answer"]["outcome"]["number"], "said": said}


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


async def until(has: Any) -> None:
    async with asyncio.timeout(20):
        while not has():
            await asyncio.sleep(0.02)


async def test_a_commands_trace_goes_on_from_its_caller_through_every_stage(tmp_path: Path) -> None:
    with collector() as at:
        async with running(tmp_path / "var", otlp=at.url) as house:
            told = await opens(house)
            assert told["said"].is_success, told["said"].text
            await until(lambda: any(span.trace_id.hex() == TRACE for span in at.spans()))
    spans = {span.name: span for span in at.spans() if span.trace_id.hex() == TRACE}
    assert set(spans) == {"command add-narrative", "lane", "decide", "batch", "append", "tell"}
    root = spans.pop("command add-narrative")
    assert root.parent_span_id.hex() == "cd" * 8
    assert {span.parent_span_id for span in spans.values()} == {root.span_id}
    assert told["said"].headers["traceresponse"] == f"00-{TRACE}-{root.span_id.hex()}-01"
    told_of = attributes(root)
    assert told_of["turnout.incident.number"] == told["number"]
    assert (told_of["turnout.outcome"], told_of["turnout.door"]) == ("done", "http")
    assert told_of["turnout.seq.first"] > 0
    assert all(root.start_time_unix_nano <= span.start_time_unix_nano for span in spans.values())


def planted(kind: Any) -> Any:
    """A command with the planted text in every field that can hold text."""

    def everywhere(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: everywhere(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [everywhere(one) for one in value]
        return PLANTED if isinstance(value, str) and key != "do" else value

    return everywhere(msgspec.to_builtins(an_example(kind)))


async def test_whatever_stands_in_a_commands_fields_never_leaves(tmp_path: Path) -> None:
    kinds = [kind for kind in get_args(Command) if str(kind.__struct_config__.tag) not in INSIDE]
    with collector() as at:
        async with running(tmp_path / "var", otlp=at.url) as house, house.client() as browser:
            await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
            for index, kind in enumerate(kinds):
                for command in (planted(kind), msgspec.to_builtins(an_example(kind, PLANTED))):
                    await browser.post(f"{API}/commands", json={"id": f"{PLANTED}{index}", "command": command})
            await opens(house)
            await until(lambda: any(span.trace_id.hex() == TRACE for span in at.spans()))
    names = {span.name for span in at.spans()}
    assert len(names) > 20
    everything = b"".join(at.bodies).lower()
    assert b"appleby" not in everything
    assert b"mission" not in everything


@pytest.mark.parametrize("manner", ["hangs", "nonsense", "down"])
async def test_a_bad_collector_holds_nothing_up_and_what_it_lost_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str
) -> None:
    monkeypatch.setattr(otlp, "TIMEOUT_S", 0.3)
    with collector(manner) as at:
        url = "http://127.0.0.1:9" if manner == "down" else at.url
        async with running(tmp_path / "var", otlp=url) as house:
            told = await opens(house)
            assert told["said"].is_success
            logging.getLogger("turnout.test").warning("said")
            await until(lambda: all(one.dropped for one in house.edge.exported.queues))  # type: ignore[union-attr]
            async with house.client() as watchdog:
                warnings = (await watchdog.get("/health")).json()["warnings"]
    assert any("have not reached their collector" in one["en"] for one in warnings)


def test_without_a_collector_nothing_is_measured_for_it(tmp_path: Path) -> None:
    async def over() -> None:
        async with running(tmp_path / "var") as house:
            await opens(house)
            assert house.edge.exported is None

    asyncio.run(over())


def test_a_trace_that_its_caller_does_not_sample_is_not_sent() -> None:
    stages = Stages()
    with collector() as at:
        at_work = OtlpCollector(at.url)
        for is_sampled, name in ((False, "quiet"), (True, "loud")):
            trace = Trace("http", TRACE, "cd" * 8, is_sampled, "ef" * 8)
            at_work.note(Passed(trace, name, "done", "", 1, 1, 1, 2, stages))
        at_work.close()
        assert [span.name for span in at.spans()] == ["command loud"]
