"""The command line over the running edge: what a line does, and what it says before Enter."""

import uuid
from typing import Any

import httpx
import pytest

from tests.adapters.running import API


async def line(browser: httpx.AsyncClient, text: str, run: bool = True) -> dict[str, Any]:
    response = await browser.post(f"{API}/line", json={"text": text, "run": run, "id": str(uuid.uuid4())})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def log_on_engines(browser: httpx.AsyncClient) -> None:
    for unit in ("E01", "E13", "E35", "T01", "T13", "B01", "B03"):
        answer = await line(browser, f"L {unit} ON")
        assert answer["answer"]["ok"], answer


@pytest.fixture
async def tag(browser: httpx.AsyncClient) -> str:
    await log_on_engines(browser)
    answer = await line(browser, "E 300 MISSION ST STRUCTURE FIRE; smoke")
    assert answer["answer"]["ok"], answer
    return str(answer["answer"]["outcome"]["tag"])


async def units_on(browser: httpx.AsyncClient, tag: str) -> list[str]:
    row = (await browser.get(f"{API}/incidents/{tag}")).json()
    return sorted(each["unit"] for each in row["assignments"] if "ended" not in each["times"])


async def test_before_enter_the_line_names_who_would_be_sent_and_how_soon(browser: httpx.AsyncClient, tag: str) -> None:
    answer = await line(browser, f"D {tag}", run=False)
    assert "E35" in answer["explain"]["en"]
    assert "E35" in answer["explain"]["zh"]
    assert "missing" in answer["explain"]["en"], "seven units cannot meet a structure fire's card"
    assert await units_on(browser, tag) == []


async def test_what_is_recommended_is_sent_and_the_offer_is_kept(browser: httpx.AsyncClient, tag: str) -> None:
    answer = await line(browser, f"D {tag}")
    assert answer["answer"]["ok"], answer
    row = (await browser.get(f"{API}/incidents/{tag}")).json()
    offered = [each["unit"] for each in row["dispatches"][0]["offer"]["proposed"]]
    assert sorted(offered) == await units_on(browser, tag) != []


async def test_the_last_act_is_taken_back(browser: httpx.AsyncClient, tag: str) -> None:
    await line(browser, f"D E01 {tag}")
    assert await units_on(browser, tag) == ["E01"]
    taken_back = await line(browser, "U")
    assert taken_back["answer"]["ok"], taken_back
    assert await units_on(browser, tag) == []


async def test_an_act_that_cannot_be_taken_back_is_not_passed_over_to_an_older_one(
    browser: httpx.AsyncClient, tag: str
) -> None:
    cloned = await line(browser, f"CLONE {tag}")
    assert cloned["answer"]["ok"], cloned
    before = await line(browser, "U", run=False)
    taken_back = await line(browser, "U")
    assert not taken_back["answer"]["ok"]
    assert taken_back["answer"]["refusal"]["code"] == "cannot-be-undone"
    for language in ("en", "zh"):
        assert cloned["explain"][language] in taken_back["answer"]["text"][language]
        assert cloned["explain"][language] in before["explain"][language]
    assert (await browser.get(f"{API}/incidents/{tag}")).json()["status"] != "cancelled"


async def test_before_enter_undo_says_what_it_would_take_back(browser: httpx.AsyncClient, tag: str) -> None:
    sent = await line(browser, f"D E01 {tag}")
    asked = await line(browser, "U", run=False)
    assert asked["explain"]["en"] == f"takes back: {sent['explain']['en']}"
    assert asked["explain"]["zh"] == f"撤回：{sent['explain']['zh']}"
    assert await units_on(browser, tag) == ["E01"]


async def test_an_alarm_is_raised_even_when_nobody_is_left_to_send(browser: httpx.AsyncClient, tag: str) -> None:
    await line(browser, f"D {tag}")
    answer = await line(browser, f"A {tag} 2")
    assert answer["answer"]["ok"], answer
    row = (await browser.get(f"{API}/incidents/{tag}")).json()
    assert row["alarm_level"] == 2


async def test_the_outcome_names_the_lead_agencys_number(browser: httpx.AsyncClient, tag: str) -> None:
    row = (await browser.get(f"{API}/incidents/{tag}")).json()
    again = await line(browser, "E 16TH/MISSION STRUCTURE FIRE")
    assert again["answer"]["outcome"]["number"][0] == row["numbers"][row["agencies"][0]][0]


async def test_what_is_missing_is_said_in_the_citys_names(browser: httpx.AsyncClient, tag: str) -> None:
    explain = (await line(browser, f"D {tag}", run=False))["explain"]
    assert "missing" in explain["en"]
    assert "truck ×" not in explain["en"]
    assert not any(code in explain["zh"] for code in ("truck", "engine", "battalion-chief")), explain["zh"]
