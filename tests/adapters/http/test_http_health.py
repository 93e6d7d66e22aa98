"""One endpoint tells in a sentence what is wrong; operators see every figure, every limit and every queue."""

import asyncio

import httpx

from tests.adapters.running import API, Running
from turnout.edge.alarms.judging import Reading
from turnout.edge.measuring import Queue
from turnout.words.name import Name


async def test_health_says_in_both_languages_what_is_wrong_and_what_to_do(house: Running) -> None:
    watch = house.edge.watch
    assert watch is not None
    watch.add(lambda: [Reading("disk-refuses", 1.0, "read-only")])
    watch.look()
    async with house.client() as watchdog:
        health = (await watchdog.get("/health")).json()
    assert (health["ok"], health["level"]) == (True, "severe")
    assert "it is read-only" in health["sentence"]["en"]
    assert "磁盘只读" in health["sentence"]["zh"]
    alarm = health["alarms"][0]
    assert (alarm["key"], alarm["level"]) == ("disk-refuses", "severe")
    assert alarm["cure"]["zh"]
    assert alarm["since"] <= house.clock.now()


async def test_an_operator_sees_every_queue_with_its_bound_and_what_happens_when_it_is_full(house: Running) -> None:
    async with house.program("admin") as operator:
        shown = (await operator.get(f"{API}/health/details")).json()
    queues = {one["key"]: one for one in shown["queues"]}
    wanted = "first-lane other-lane under-way console-rows console-batches answers consoles records uploads sign-ins"
    assert set(wanted.split()) <= queues.keys()
    assert all(one["most"] > 0 and 0 <= one["length"] <= one["most"] for one in queues.values())
    assert all(one["when_full"]["en"] and one["when_full"]["zh"] for one in queues.values())
    assert shown["limits"].keys() <= shown["titles"].keys()


async def test_the_figures_are_there_soon_after_the_start(house: Running) -> None:
    async with house.program("admin") as operator, asyncio.timeout(30):
        while True:
            shown = (await operator.get(f"{API}/health/details")).json()
            found = {one["key"] for one in shown["figures"]}
            if {"disk-free", "memory"} <= found:
                break
            await asyncio.sleep(0.1)
            house.edge.watch.look()  # type: ignore[union-attr]
    assert {"command-latency", "append-time", "queue", "clock-step", "board-size", "records-behind"} <= found


async def test_details_are_for_administrators(house: Running) -> None:
    async with house.program("read", "dispatch") as dispatcher:
        assert (await dispatcher.get(f"{API}/health/details")).status_code == 403
    async with house.client() as stranger:
        assert (await stranger.get(f"{API}/health/details")).status_code == 401


async def test_what_a_command_comes_to_is_counted_by_name_and_outcome(
    house: Running, browser: httpx.AsyncClient
) -> None:
    refused = {"do": "log-on", "unit": "NOBODY"}
    await browser.post(f"{API}/commands", json={"id": "x1", "command": {"do": "log-on", "unit": "E01"}})
    await browser.post(f"{API}/commands", json={"id": "x2", "command": refused})
    async with house.program("admin") as operator:
        shown = (await operator.get(f"{API}/health/details")).json()
    assert shown["commands"]["log-on"] == {"done": 1, "unknown-unit": 1}
    assert shown["rows"] >= 1


async def test_a_queue_that_fills_is_named_before_it_is_full(house: Running) -> None:
    watch = house.edge.watch
    assert watch is not None
    waiting = 60
    words = Name("Test", "测试")
    house.edge.measures.watch_queue(Queue("test", words, lambda: waiting, 100, words))
    watch.look()
    assert [(one.key, one.about, one.level) for one in watch.alarms if one.key == "queue"] == [
        ("queue", "test", "warn")
    ]
    assert "“Test”" in watch.alarms[0].means.en
