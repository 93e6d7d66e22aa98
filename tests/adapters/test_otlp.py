"""Figures and log lines reach a collector, agree with what others read, and have nothing of a person in them."""

import io
import json
import logging
import threading
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.adapters.collector import Collector, collector
from tests.adapters.running import API, Running, running
from tests.adapters.test_traces import PLANTED, TRACE, attributes, opens, planted, until
from tests.histories.conftest import an_example
from turnout import logs
from turnout.adapters.otlp import collector as otlp
from turnout.core.commands import Command
from turnout.desk.access import INSIDE
from turnout.desk.operations import Operations
from turnout.logs import logged

log = logging.getLogger("turnout.test")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "SEND_EVERY_S", 0.02)
    monkeypatch.setattr(otlp, "FIGURES_EVERY_S", 0.05)


async def scraped(house: Running) -> dict[str, Any]:
    async with house.program("admin") as scraper:
        text = (await scraper.get("/metrics")).text
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(metric: Any) -> dict[tuple[str, ...], float]:
    data = getattr(metric, metric.WhichOneof("data"))
    return {
        tuple(one.value.string_value for one in point.attributes): point.as_double or point.as_int
        for point in data.data_points
    }


async def test_a_collector_gets_the_figures_that_a_scraper_reads(tmp_path: Path) -> None:
    with collector() as at:
        async with running(tmp_path / "var", otlp=at.url) as house:
            await opens(house)
            families = await scraped(house)
            seen = len(at.readings())
            await until(lambda: len(at.readings()) > seen + 1)
    reading = at.readings()[-1]
    assert set(reading) == set(families)
    for name in ("turnout_commands", "turnout_journal_rows", "turnout_queue_limit"):
        said = {
            tuple(sample.labels.values()): sample.value
            for sample in families[name].samples
            if not sample.name.endswith("_created")
        }
        assert values(reading[name]) == said
    assert reading["turnout_commands"].sum.is_monotonic
    point = reading["turnout_command_duration_seconds"].histogram.data_points[0]
    durations = families["turnout_command_duration_seconds"]
    samples = {(one.name, one.labels.get("le")): one.value for one in durations.samples}
    assert point.count == samples["turnout_command_duration_seconds_count", None] == sum(point.bucket_counts)
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
    upto = 0
    for bound, count in zip(point.explicit_bounds, point.bucket_counts, strict=False):
        upto += count
        assert samples["turnout_command_duration_seconds_bucket", f"{bound:.9g}"] == upto


async def breaks(house: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bug that has what was typed in its own text, found while a command with an incident is decided."""
    told = await opens(house)
    honest = Operations.decide

    def buggy(self: Operations, board: Any, command: Any, context: Any) -> Any:
        if type(command).__name__ == "AddNarrative":
            raise KeyError(command.text)
        return honest(self, board, command, context)

    monkeypatch.setattr(Operations, "decide", buggy)
    body = {"do": "add-narrative", "incident_id": told["incident"], "entry_id": "n2", "text": "says Mrs Appleby"}
    command_id = "0d4c1f6a-9d3f-4d8e-8a51-1f1d2c3b4a59"
    async with house.program("dispatch", traceparent=f"00-{TRACE}-{'cd' * 8}-01") as program:
        await program.post(f"{API}/commands", json={"id": command_id, "command": body})
    return command_id, told["number"]


async def test_a_line_of_the_log_names_its_trace_command_and_way_and_not_what_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector() as at:
        async with running(tmp_path / "var", otlp=at.url) as house:
            command_id, _ = await breaks(house, monkeypatch)
            await until(lambda: at.lines())
    logger, line = next((logger, one) for logger, one in at.lines() if "bug found" in one.body.string_value)
    told = {one.key: one.value.string_value for one in line.attributes}
    assert (logger, line.severity_text) == ("turnout.desk.desk", "ERROR")
    assert line.body.string_value == "bug found by add-narrative; restarting from the journal"
    assert told["turnout.command.id"] == command_id
    assert told["exception.type"] == "KeyError"
    assert "test_otlp.py" in told["exception.stacktrace"].splitlines()[-1]
    assert b"appleby" not in b"".join(at.bodies).lower()


def said_here(at: Collector) -> list[Any]:
    """Not what a client in this process says of its request, which stands in the same trace."""
    return [one for _, one in at.lines() if one.body.string_value == "here" and one.trace_id.hex() == TRACE]


async def test_what_is_said_while_a_command_is_answered_names_its_span_and_the_incidents_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector() as at:
        async with running(tmp_path / "var", otlp=at.url) as house:
            counter = house.edge.counter
            honest = counter._submitted

            async def says(*given: Any) -> Any:
                log.warning("here")
                return await honest(*given)

            monkeypatch.setattr(counter, "_submitted", says)
            told = await opens(house)
            await until(lambda: said_here(at))
            await until(lambda: [one for one in at.spans() if one.trace_id.hex() == TRACE])
    line = said_here(at)[0]
    root = next(one for one in at.spans() if one.name == "command add-narrative")
    assert line.span_id == root.span_id
    assert attributes(line)["turnout.incident.number"] == told["number"]


async def floods(house: Running) -> None:
    """Every command, with a planted text in every field."""
    kinds = [kind for kind in get_args(Command) if str(kind.__struct_config__.tag) not in INSIDE]
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        for index, kind in enumerate(kinds):
            for command in (planted(kind), msgspec.to_builtins(an_example(kind, PLANTED))):
                await browser.post(f"{API}/commands", json={"id": f"{PLANTED}{index}", "command": command})


async def test_whatever_is_typed_while_everything_breaks_stands_in_no_log_and_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second command meets a bug whose text is what was typed."""
    honest, count = Operations.decide, 0

    def buggy(self: Operations, board: Any, command: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        if count % 2:
            raise KeyError(str(command))
        return honest(self, board, command, context)

    as_text, as_json = io.StringIO(), io.StringIO()
    with collector() as at, logged("text", as_text), logged("json", as_json):
        async with running(tmp_path / "var", otlp=at.url) as house:
            monkeypatch.setattr(Operations, "decide", buggy)
            await floods(house)
            monkeypatch.setattr(Operations, "decide", honest)
            await until(lambda: len([one for _, one in at.lines() if "bug found" in one.body.string_value]) > 20)
            seen = len(at.readings())
            await until(lambda: len(at.readings()) > seen)
            scraped_text = str(await scraped(house))
    assert as_text.getvalue().count("bug found by") > 20
    for said in (*at.bodies, as_text.getvalue().encode(), as_json.getvalue().encode(), scraped_text.encode()):
        assert PLANTED.encode() not in said.lower()


async def test_a_collector_that_hangs_holds_up_neither_commands_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp, "TIMEOUT_S", 60)
    with collector("hangs") as at:
        async with running(tmp_path / "var", otlp=at.url) as house:
            await opens(house)
            log.warning("first")
            await until(lambda: at.asked == {"/v1/traces", "/v1/logs", "/v1/metrics"})
            for _ in range(otlp.LINES_MAX + 500):
                log.warning("said")
            body = {"id": "x", "command": {"do": "log-on", "unit": "E01"}}
            async with house.program("dispatch") as program:
                said = await program.post(f"{API}/commands", json=body)
            assert said.is_success
            exported = house.edge.exported
            assert exported is not None
            assert [len(one) <= one.most for one in exported.queues] == [True] * 3
            assert exported.queues[1].dropped >= 100
        assert not at.was_waited_for


def test_lines_as_json_are_one_object_each_and_as_text_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    as_text, as_json = io.StringIO(), io.StringIO()
    with logged("json", as_json), logged("text", as_text):
        log.warning("the disk of %s is full: %s", "E07", OSError(28, "No space left on device", "/secret/path"))
        try:
            raise ValueError("Mrs Appleby\nis ill")
        except ValueError:
            log.exception("broken\nin two")
        logging.getLogger("asyncio").error("Task exception was never retrieved\nKeyError('Mrs Appleby')")
    lines = [json.loads(line) for line in as_json.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["warning", "error", "error"]
    assert lines[0]["text"] == "the disk of E07 is full: OSError: No space left on device"
    assert lines[0]["at"].endswith("Z")
    assert lines[1]["error"] == "ValueError"
    assert "test_otlp.py" in lines[1]["way"][-1]
    for said in (as_text.getvalue(), as_json.getvalue()):
        assert "Appleby" not in said
        assert "secret" not in said


class Silent(io.StringIO):
    """A terminal that nobody reads until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.go = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.is_asked.set()
        assert self.go.wait(60), "whoever logged has waited for the terminal"
        return super().write(text)


def test_a_terminal_that_does_not_read_is_waited_for_by_nobody() -> None:
    silent = Silent()
    with logged("text", silent):
        log.warning("first")
        assert silent.is_asked.wait(20)
        for n in range(logs.WAITING_MAX + 100):
            log.warning("line %d", n)
        silent.go.set()
    assert silent.getvalue().count("\n") == 1 + logs.WAITING_MAX
