"""Whoever scrapes reads the same figures as the alarms, in the Prometheus text format."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.adapters.running import API, Running


async def test_an_operators_program_reads_counters_queues_and_durations(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await browser.post(f"{API}/commands", json={"id": "x1", "command": {"do": "log-on", "unit": "E01"}})
    await browser.post(f"{API}/commands", json={"id": "x2", "command": {"do": "log-on", "unit": "NOBODY"}})
    async with house.program("admin") as scraper:
        text = (await scraper.get("/metrics")).text
    samples = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["turnout_commands_total", ("log-on", "done")] == 1
    assert samples["turnout_commands_total", ("log-on", "unknown-unit")] == 1
    assert samples["turnout_journal_rows_total", ()] >= 1
    measured = house.edge.measures.commands
    assert samples["turnout_command_duration_seconds_count", ()] == measured.count
    assert samples["turnout_command_duration_seconds_bucket", ("+Inf",)] == measured.count
    assert samples["turnout_queue_limit", ("first-lane",)] > samples["turnout_queue_length", ("first-lane",)]
    assert ("turnout_watch_loop_lag", ("",)) in samples
    assert "E01" not in text


async def test_metrics_are_for_administrators(house: Running, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/metrics")).status_code == 403
    async with house.client() as stranger:
        assert (await stranger.get("/metrics")).status_code == 401
